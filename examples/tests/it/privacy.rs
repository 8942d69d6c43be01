//! What a platform tells about people, and what it leaves as it is.

use lti_platform::{LaunchMessage, Privacy, Session};
use lti_types::{ContextRole, Custom, LoginHint, UserId};
use serde_json::{Value, json};

use crate::pair::{DEPLOYMENT, KEY, Pair, payload_of};
use crate::platform::message;

/// Each kind of personal data is sent or not, by the record's list.
#[test]
fn privacy_is_a_list_in_the_record() {
    let kinds = ["name", "email", "picture", "locale"];
    for allowed in 0..16u32 {
        let list: Vec<_> =
            kinds.iter().enumerate().filter(|(i, _)| allowed & (1 << i) != 0).map(|(_, k)| *k).collect();
        let pair = Pair::with_platform_record(|record| {
            record.privacy = Some(list.iter().map(|kind| (*kind).into()).collect());
        });
        let payload = payload_of(&pair.launch(message(ContextRole::Learner)).0);
        for kind in kinds {
            assert_eq!(payload.get(kind).is_some(), list.contains(&kind), "{list:?}: {kind}");
        }
        assert_eq!(payload["sub"], "user-1");
    }
}

/// Everything that a message can say about a person.
fn told_everything() -> LaunchMessage {
    let mut told = message(ContextRole::Mentor);
    told.role_scope_mentor = vec![UserId::new("user-7").unwrap()];
    let mut lis = lti_types::Lis::new();
    lis.person_sourcedid = Some("sis:ines".into());
    lis.result_sourcedid = Some("result:user-1".into());
    lis.course_section_sourcedid = Some("sis:botany".into());
    lis.extensions.insert("person_name_full".into(), json!("Ines Rojas"));
    told.lis = Some(lis);
    let mut outcome = lti_types::BasicOutcome::new();
    outcome.lis_result_sourcedid = Some("result:user-1".into());
    outcome.lis_outcome_service_url = Some("https://lms.example/outcomes".into());
    told.basic_outcome = Some(outcome);
    let mut about = lti_types::ForUser::new();
    about.user_id = Some(UserId::new("user-8").unwrap());
    about.name = Some("Ines Rojas".into());
    about.email = Some("ines@school.example".into());
    told.for_user = Some(about);
    let mut migration = lti_types::Lti1p1::new();
    migration.user_id = Some("old-user-1".into());
    migration.context_id = Some("old-course".into());
    migration.extensions.insert("lis_person_name_full".into(), json!("Ines Rojas"));
    told.lti1p1 = Some(migration);
    told.lti11_legacy_user_id = Some("old-user-1".into());
    told.extensions.insert("gender".into(), json!("hers, Ines"));
    told.custom = Custom::from_iter([("me", "$User.id"), ("name", "$Person.name.full"), ("week", "7")]);
    told
}

/// P09: a guest, or a policy that withholds the user id, gives nothing that tells who it is.
#[test]
fn anonymous_means_anonymous() {
    let mut no_id = Privacy::everything();
    no_id.user_id = false;
    for privacy in [Privacy::anonymous(), no_id] {
        let mut pair = Pair::new();
        pair.platform.policy.privacy = privacy;
        let (token, launch) = pair.launch(told_everything());
        assert_eq!(launch.unwrap().user(), lti_types::User::Anonymous);
        let text = payload_of(&token).to_string();
        for secret in ["user-", "Ines", "ines", "es-PE", "result:"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        for open in ["sis:botany", "old-course", "https://lms.example/outcomes"] {
            assert!(text.contains(open), "{open}");
        }
    }
    // Nobody is signed in, and the policy would send everything.
    let pair = Pair::new();
    let guest = Session::guest("session-9");
    assert_eq!((guest.user(), pair.session().user().map(UserId::as_str)), (None, Some("user-1")));
    let started = pair.click(&guest);
    let request = pair.begin(started.initiation).request;
    let authorized = pair.platform.authorize(request, Some(started.pending), Some(&guest), pair.now).unwrap();
    let payload = authorized.respond(told_everything(), pair.now).unwrap().payload().to_vec();
    let text = String::from_utf8(payload).unwrap();
    assert!(!text.contains("Ines") && !text.contains("user-1"), "{text}");
}

/// A policy of nothing but the id gives the id, and what is filed under it, and no more.
#[test]
fn only_the_user_id() {
    let mut pair = Pair::new();
    pair.platform.policy.privacy = Privacy::only_user_id();
    let text = payload_of(&pair.launch(told_everything()).0).to_string();
    assert!(
        !text.contains("Ines Rojas\",\"given") && !text.contains("ines@") && !text.contains("es-PE"),
        "{text}"
    );
    for open in ["user-1", "user-7", "user-8", "result:user-1", "old-user-1"] {
        assert!(text.contains(open), "{open}");
    }
    let pair = Pair::new();
    let text = payload_of(&pair.launch(told_everything()).0).to_string();
    assert!(text.contains("hers, Ines") && text.contains("ines@school.example"));
}

/// What identifies or is opaque goes out as it is: a tool's nonce with blanks comes back with them.
#[test]
fn nothing_opaque_is_trimmed() {
    let pair = Pair::new();
    let session = pair.session();
    let started = pair.click(&session);
    let mut request = pair.begin(started.initiation).request;
    request.nonce = Some(lti_types::Nonce::new(" n ").unwrap());
    let authorized =
        pair.platform.authorize(request, Some(started.pending), Some(&session), pair.now).unwrap();
    let payload = authorized.respond(message(ContextRole::Learner), pair.now).unwrap().payload().to_vec();
    assert_eq!(serde_json::from_slice::<Value>(&payload).unwrap()["nonce"], " n ");
    let link = lti_types::ResourceLink::new(lti_types::ResourceLinkId::new("l").unwrap());
    let deployment = lti_types::DeploymentId::new(DEPLOYMENT).unwrap();
    let mut intent = lti_platform::LaunchIntent::resource_link(link, deployment);
    intent.target_link_uri = Some(" https://tool.example/x ".into());
    let hint = LoginHint::from_entropy([8; 32]);
    let error = pair.platform.initiate_login(intent, &session, hint, pair.now).unwrap_err();
    assert_eq!(error.code(), "target_link_uri_invalid");
}

/// Variables in the custom parameters of registration and link: resolved, lazily supplied, withheld, unsupported.
#[test]
fn custom_parameters_are_substituted() {
    let mut pair = Pair::with_platform_record(|record| {
        record.custom = Custom::from_iter([
            ("mail", "$Person.email.primary"),
            ("course", "$Context.title"),
            ("x", "link wins"),
        ]);
    });
    let told = || {
        let mut told = message(ContextRole::Learner);
        told.custom = Custom::from_iter([
            ("x", "$ResourceLink.id"),
            ("copies", "$Context.id.history"),
            ("due", "$ResourceLink.submission.endDateTime"),
            ("odd", "$Vendor.unheard.of"),
        ]);
        told
    };
    let values = |name: &str| match name {
        "Context.id.history" => Some(lti_platform::id_history(["course-0", "course 00"])),
        "ResourceLink.submission.endDateTime" => Some(String::new()),
        _ => None,
    };
    let custom_of = |pair: &Pair| {
        let (authorized, login) = pair.authorized();
        let post = authorized.respond_with(told(), &values, pair.now).unwrap().sign(&KEY).unwrap();
        let state = login.request.state.clone().unwrap();
        let launch = pair.post(post.field("id_token").unwrap().to_owned(), state, login).unwrap();
        launch.claims().custom.clone().unwrap()
    };
    let custom = custom_of(&pair);
    assert_eq!(custom.get("mail"), Some("ines@school.example"));
    assert_eq!(custom.get("course"), Some("Botany"));
    assert_eq!(custom.get("x"), Some("link-1"));
    assert_eq!(custom.get("copies"), Some("course-0,course%2000"));
    assert_eq!(custom.get("due"), Some(""), "supported, and nothing there");
    assert_eq!((custom.raw("odd"), custom.get("odd")), (Some("$Vendor.unheard.of"), None), "not supported");

    pair.platform.policy.privacy = Privacy::only_user_id();
    let custom = custom_of(&pair);
    assert_eq!((custom.raw("mail"), custom.get("mail")), (Some("$Person.email.primary"), None), "withheld");
    assert_eq!(custom.get("course"), Some("Botany"));
}
