//! The tool suite of LTI 1.0, 1.1 and 1.2, row by row.

use std::collections::BTreeSet;

use http::Response;
use lti_legacy::{
    Launch, Operation, OutcomeCall, OutcomeRequest, OutcomeResponse, ReplaceResult, ResponseBody,
    ResultScore, UnverifiedLaunch, UnverifiedRequest, Use,
};
use lti_types::{Message, ReturnMessages};

use crate::support::{BACK, changed, credential, nonce, now, received, secret, sent, signer, url};

/// Refused with this code about this parameter, and the browser goes back, or not.
fn refused(without: &[&str], with: &[(&str, &str)], code: &str, parameter: &str, goes_back: bool) {
    let refusal = received(&sent(changed(without, with))).unwrap_err();
    assert_eq!(refusal.code(), code);
    assert!(refusal.to_string().contains(parameter), "{refusal}");
    assert!(!refusal.spec().is_empty());
    assert_eq!(refusal.http_status(), 400);
    let mut messages = ReturnMessages::new();
    messages.error_msg = Some("This link cannot be opened.".to_owned());
    let back = refusal.return_to(&messages).map(String::from);
    let expected = format!("{BACK}&lti_errormsg=This+link+cannot+be+opened.");
    assert_eq!(back, goes_back.then_some(expected));
}

#[test]
fn l_1_1_no_resource_link_id() {
    refused(&["resource_link_id"], &[], "parameter_missing", "resource_link_id", true);
    refused(&[], &[("resource_link_id", "")], "parameter_missing", "resource_link_id", true);
}

#[test]
fn l_1_2_no_resource_link_id_or_return_url() {
    let without = ["resource_link_id", "launch_presentation_return_url"];
    refused(&without, &[], "parameter_missing", "resource_link_id", false);
    let odd = [("launch_presentation_return_url", "javascript:alert(1)")];
    refused(&["resource_link_id"], &odd, "parameter_missing", "resource_link_id", false);
}

#[test]
fn l_1_3_invalid_consumer_key() {
    let post = sent(changed(&[], &[]));
    let launch = || UnverifiedLaunch::from_form(&url(), post.body().as_bytes()).unwrap();
    assert_eq!(launch().consumer_key().as_str(), "key1");
    let mut other = credential();
    other.consumer_key = Some(crate::support::key("key2"));
    for candidates in [&[][..], &[other]] {
        let error = launch().verify(candidates, now()).unwrap_err();
        assert_eq!((error.code(), error.http_status()), ("consumer_key_unknown", 401));
        // A page: there is nothing to go back to.
        assert_eq!(lti_legacy::RefusedLaunch::from(error).return_to(&ReturnMessages::new()), None);
    }
}

#[test]
fn l_1_4_invalid_signature() {
    let post = sent(changed(&[], &[]));
    let launch = UnverifiedLaunch::from_form(&url(), post.body().as_bytes()).unwrap();
    let mut other = credential();
    other.secret = secret("another");
    let error = launch.verify(&[other], now()).unwrap_err();
    assert_eq!((error.code(), error.http_status()), ("signature_mismatch", 401));
    assert_eq!(lti_legacy::RefusedLaunch::from(error).return_to(&ReturnMessages::new()), None);
}

#[test]
fn l_1_5_invalid_version() {
    refused(&[], &[("lti_version", "LTI-1")], "parameter_unsupported", "lti_version", true);
}

#[test]
fn l_1_6_wrong_version() {
    refused(&[], &[("lti_version", "LTI-2p0")], "parameter_unsupported", "lti_version", true);
}

#[test]
fn l_1_7_missing_version() {
    refused(&["lti_version"], &[], "parameter_missing", "lti_version", true);
}

#[test]
fn l_1_8_invalid_message_type() {
    let with = [("lti_message_type", "a-basic-lti-launch-request")];
    refused(&[], &with, "parameter_unsupported", "lti_message_type", true);
}

#[test]
fn l_1_9_missing_message_type() {
    refused(&["lti_message_type"], &[], "parameter_missing", "lti_message_type", true);
}

fn opened(with: &[(&str, &str)]) -> Launch {
    received(&sent(changed(&[], with))).unwrap()
}

fn link_of(launch: &Launch) -> &str {
    let Message::ResourceLink(request) = launch.message() else { panic!("no launch of a link") };
    request.resource_link.id.as_str()
}

#[test]
fn l_2_1_and_l_2_2_instructor_and_another_link() {
    let (one, other) = (opened(&[("roles", "Instructor")]), opened(&[("resource_link_id", "rl-43")]));
    assert!(one.roles().is_instructor() && other.roles().is_instructor());
    assert_eq!((link_of(&one), link_of(&other)), ("rl-42", "rl-43"));
    assert_eq!(one.context(), other.context());
}

#[test]
fn l_2_3_and_l_2_4_learner_and_another_link() {
    let learner = [("roles", "Learner")];
    let (one, other) = (opened(&learner), opened(&[learner[0], ("resource_link_id", "rl-43")]));
    for launch in [&one, &other] {
        assert!(launch.roles().is_learner() && !launch.roles().is_instructor());
    }
    assert_ne!(link_of(&one), link_of(&other));
}

/// (instructor, learner)
fn standing(roles: &str) -> (bool, bool) {
    let launch = opened(&[("roles", roles)]);
    (launch.roles().is_instructor(), launch.roles().is_learner())
}

#[test]
fn l_3_1_to_l_3_4_roles_in_every_notation() {
    for (row, roles, expected) in [
        ("L-3.1", "urn:lti:role:ims/lis/Instructor", (true, false)),
        ("L-3.2", "urn:non:ims/something/Else,Instructor,urn:lti:instrole:ims/lis/Alumni", (true, false)),
        (
            "L-3.3",
            "urn:non:ims/something/Else,urn:lti:role:ims/lis/Instructor,urn:lti:instrole:ims/lis/Alumni",
            (true, false),
        ),
        (
            "L-3.4",
            "urn:non:ims/something/Else,urn:lti:role:ims/lis/Learner,urn:lti:instrole:ims/lis/Alumni",
            (false, true),
        ),
    ] {
        assert_eq!(standing(roles), expected, "{row}");
    }
}

#[test]
fn l_3_5_to_l_3_8_no_role_in_the_context() {
    for (row, roles) in [
        ("L-3.5", "urn:non:ims/something/Else"),
        ("L-3.6", "urn:lti:instrole:ims/lis/Learner"),
        ("L-3.7", "urn:lti:instrole:ims/lis/Alumni"),
        ("L-3.8", "NotALearner"),
    ] {
        assert_eq!(standing(roles), (false, false), "{row}");
        let launch = opened(&[("roles", roles)]);
        assert_eq!(launch.roles().as_slice().len(), 1, "{row}: and it is not lost");
    }
}

const NAMES: [&str; 3] = ["lis_person_name_given", "lis_person_name_family", "lis_person_name_full"];

#[test]
fn l_4_1_learner_with_email_and_no_name() {
    let launch = received(&sent(changed(&NAMES, &[("roles", "Learner")]))).unwrap();
    let claims = launch.claims();
    assert_eq!(
        (claims.email.as_deref(), &claims.name, &claims.given_name),
        (Some("ada@example.org"), &None, &None)
    );
}

#[test]
fn l_4_2_given_and_family_name() {
    let launch = received(&sent(changed(&["lis_person_name_full"], &[]))).unwrap();
    let claims = launch.claims();
    assert_eq!(
        (claims.given_name.as_deref(), claims.family_name.as_deref()),
        (Some("Ada"), Some("Lovelace"))
    );
}

#[test]
fn l_4_3_full_name_only() {
    let launch = received(&sent(changed(&NAMES[..2], &[]))).unwrap();
    assert_eq!(launch.claims().name.as_deref(), Some("Ada Lovelace"));
}

#[test]
fn l_4_4_to_l_4_6_without_person_or_context() {
    let person = [&NAMES[..], &["lis_person_contact_email_primary", "user_id"]].concat();
    for (row, without, context) in [
        ("L-4.4", person.clone(), true),
        ("L-4.5", [&person[..], &["resource_link_title"]].concat(), true),
        ("L-4.6", vec!["context_id"], false),
    ] {
        let launch = received(&sent(changed(&without, &[]))).unwrap_or_else(|no| panic!("{row}: {no}"));
        assert!(launch.roles().is_instructor(), "{row}");
        assert_eq!(launch.context().is_some(), context, "{row}");
    }
}

#[test]
fn l_4_7_only_a_resource_link() {
    let all = crate::support::launch().write();
    let needed = ["lti_message_type", "lti_version", "resource_link_id"];
    let without: Vec<_> = all.iter().map(|(name, _)| name).filter(|name| !needed.contains(name)).collect();
    let launch = received(&sent(changed(&without, &[]))).unwrap();
    assert!(launch.user().id().is_none() && launch.roles().is_empty() && launch.context().is_none());
    assert_eq!(link_of(&launch), "rl-42");
}

/// A grade book of one platform, over requests that never leave memory.
#[derive(Default)]
struct GradeBook(std::collections::BTreeMap<String, ResultScore>);

impl GradeBook {
    fn answer(&mut self, request: &http::Request<Vec<u8>>) -> Response<Vec<u8>> {
        let endpoint = "https://lms.example/outcomes".into();
        let verified = UnverifiedRequest::from_http(request, &endpoint)
            .and_then(|request| request.verify(&[credential()], now()))
            .and_then(|request| request.first_use(Use::First));
        let verified = match verified {
            Ok(verified) => verified,
            Err(error) => return OutcomeResponse::unauthorized("r", error).to_http().unwrap(),
        };
        let request = match verified.outcome() {
            Ok(request) => request,
            Err(error) => return OutcomeResponse::unreadable("r", error).to_http().unwrap(),
        };
        let body = match &request.operation {
            Operation::Replace(ReplaceResult { score: Some(score), .. }) => {
                self.0.insert(request.sourced_id.clone(), *score);
                ResponseBody::Replaced
            }
            Operation::Read => {
                ResponseBody::Read { score: self.0.get(&request.sourced_id).copied(), data: Vec::new() }
            }
            Operation::Delete => {
                self.0.remove(&request.sourced_id);
                ResponseBody::Deleted
            }
            _ => return OutcomeResponse::unsupported("r", &request).to_http().unwrap(),
        };
        OutcomeResponse::success("r", &request, body).to_http().unwrap()
    }

    fn ask(&mut self, sourced_id: &str, operation: Operation) -> Option<f64> {
        let request = OutcomeRequest::new("m-1", sourced_id, operation);
        let call = OutcomeCall::new("https://lms.example/outcomes".into(), request);
        let response = self.answer(&call.to_http(&signer(), &nonce("n"), now()).unwrap());
        call.read(&response).unwrap().score.map(ResultScore::value)
    }
}

fn replace(score: f64) -> Operation {
    Operation::Replace(ReplaceResult::new(ResultScore::new(score).unwrap()))
}

#[test]
fn l_6_1_replace_result_is_well_formed() {
    let launch = opened(&[]);
    let outcome = launch.basic_outcome().unwrap();
    let call = OutcomeCall::on(outcome, "m-1", replace(0.92)).unwrap();
    let http = call.to_http(&signer(), &nonce("n"), now()).unwrap();
    assert_eq!(
        (http.method().as_str(), &http.headers()["content-type"]),
        ("POST", &"application/xml".parse().unwrap())
    );
    let xml = String::from_utf8(http.body().clone()).unwrap();
    for part in [
        r#"<?xml version="1.0" encoding="UTF-8"?>"#,
        r#"<imsx_POXEnvelopeRequest xmlns="http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0">"#,
        "<imsx_version>V1.0</imsx_version><imsx_messageIdentifier>m-1</imsx_messageIdentifier>",
        "<replaceResultRequest><resultRecord><sourcedGUID><sourcedId>{&quot;data&quot;",
        "x&lt;&amp;&gt;",
        "<result><resultScore><language>en</language><textString>0.92</textString></resultScore></result>",
    ] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
}

#[test]
fn l_6_2_and_l_6_3_read_and_delete() {
    let mut book = GradeBook::default();
    assert_eq!(book.ask("sid", Operation::Read), None, "no grade yet is a success without a score");
    book.ask("sid", replace(0.0));
    assert_eq!(book.ask("sid", Operation::Read), Some(0.0), "zero is a grade (quirk 58)");
    book.ask("sid", Operation::Delete);
    assert_eq!(book.ask("sid", Operation::Read), None);
    for operation in [Operation::Read, Operation::Delete] {
        let xml = OutcomeRequest::new("m", "a&b", operation).to_xml().unwrap();
        let xml = String::from_utf8(xml).unwrap();
        assert!(xml.contains(
            "<resultRecord><sourcedGUID><sourcedId>a&amp;b</sourcedId></sourcedGUID></resultRecord>"
        ));
    }
}

#[test]
fn l_6_4_grades_of_several_contexts_links_and_users() {
    let mut book = GradeBook::default();
    let mut expected = BTreeSet::new();
    for (i, (context, link)) in [("c1", "r1"), ("c1", "r2"), ("c2", "r3")].into_iter().enumerate() {
        for (j, user) in ["ada", "bob"].into_iter().enumerate() {
            let score = (i * 2 + j) as f64 / 10.0;
            let sourced_id = format!("{context}:{link}:{user}");
            book.ask(&sourced_id, replace(score));
            expected.insert((sourced_id, score.to_string()));
        }
    }
    let stored = book.0.iter().map(|(id, score)| (id.clone(), score.to_string()));
    assert_eq!(stored.collect::<BTreeSet<_>>(), expected);
    for (sourced_id, score) in &expected {
        assert_eq!(book.ask(sourced_id, Operation::Read).map(|s| s.to_string()).as_ref(), Some(score));
    }
}
