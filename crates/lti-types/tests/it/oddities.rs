//! Diagnostics: each oddity is found in a payload that has it and nothing else, and none in a clean one.

use lti_types::diagnostics::{Oddity, of_launch};
use lti_types::{Claim, LaunchClaims};
use serde_json::{Value, json};

use crate::round_trips::{fixture_json, fixtures};

const INSTRUCTOR: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor";

/// As the specification wants it, with every kind of claim.
fn clean() -> Value {
    json!({
        "iss": "https://lms.example", "aud": "tool", "azp": "tool", "sub": "person", "nonce": "n", "jti": "j",
        "exp": 1_790_000_300, "iat": 1_790_000_000, "name": "A Name", "email": "a@mail.example", "gender": "x",
        "picture": "https://lms.example/a.png", "email_verified": true,
        "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiResourceLinkRequest",
        "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "1",
        "https://purl.imsglobal.org/spec/lti/claim/target_link_uri": "https://tool.example/go",
        "https://purl.imsglobal.org/spec/lti/claim/resource_link": {"id": "link", "title": "A Title"},
        "https://purl.imsglobal.org/spec/lti/claim/roles": [
            "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor", INSTRUCTOR,
        ],
        "https://purl.imsglobal.org/spec/lti/claim/role_scope_mentor": ["learner"],
        "https://purl.imsglobal.org/spec/lti/claim/context": {
            "id": "c", "label": "C", "title": "Course",
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
        },
        "https://purl.imsglobal.org/spec/lti/claim/tool_platform": {"guid": "g", "url": "https://lms.example/"},
        "https://purl.imsglobal.org/spec/lti/claim/launch_presentation": {
            "document_target": "iframe", "height": 320, "width": 240, "return_url": "https://lms.example/back",
        },
        "https://purl.imsglobal.org/spec/lti/claim/lis": {"person_sourcedid": "sis:1"},
        "https://purl.imsglobal.org/spec/lti/claim/custom": {"color": "violet", "empty": "", "price": "$5.00"},
        "https://purl.imsglobal.org/spec/lti/claim/lti1p1": {"user_id": "old"},
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
            "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            "lineitems": "https://lms.example/items",
        },
        "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
            "context_memberships_url": "https://lms.example/members", "service_versions": ["2.0"],
        },
        "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": {
            "deep_link_return_url": "https://lms.example/dl", "accept_types": ["link"],
            "accept_presentation_document_targets": ["iframe"], "accept_media_types": "image/*",
            "accept_multiple": true, "accept_lineitem": false, "auto_create": false, "data": "d",
        },
        "https://vendor.example/claim": {"anything": null, "deep": [null, ""]},
        "http://www.vendor.example": null,
    })
}

fn found(payload: &Value) -> Vec<(String, Oddity)> {
    of_launch(payload).into_iter().map(|diagnostic| (diagnostic.place, diagnostic.oddity)).collect()
}

/// Claim, member (or none), value, and what is odd about it.
fn rows() -> Vec<(Claim, &'static str, Value, Vec<Oddity>)> {
    use Claim::*;
    use Oddity::{
        ContextType, DocumentTarget, EmptyString, MentorScopeWithoutMentor, NoKnownRole, NotAscii, Null,
        PlatformWithoutGuid, ShortRole, UnknownMessageType, UnknownRole, Unreadable, UnresolvedVariable,
        UnsafeUrl, WrongScalar, WrongShape,
    };
    const OF_MENTOR: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor";
    vec![
        (Name, "", json!(null), vec![Null]),
        (Lis, "", json!(null), vec![Null]),
        (Context, "title", json!(null), vec![Null]),
        (GradeService, "lineitem", json!(null), vec![Null]),
        (Custom, "gone", json!(null), vec![Null]),
        (Name, "", json!(5), vec![WrongScalar]),
        (ResourceLink, "title", json!(true), vec![WrongScalar]),
        (Custom, "course", json!(319), vec![WrongScalar]),
        (IssuedAt, "", json!("1790000000"), vec![WrongScalar]),
        (LaunchPresentation, "height", json!("320"), vec![WrongScalar]),
        (DeepLinkingSettings, "accept_multiple", json!("true"), vec![WrongScalar]),
        (DeepLinkingSettings, "accept_multiple", json!(" True"), vec![WrongScalar]),
        (DeepLinkingSettings, "auto_create", json!(1), vec![WrongScalar]),
        (LaunchPresentation, "width", json!("320.0"), vec![WrongScalar]),
        (LaunchPresentation, "width", json!(320.0), vec![]),
        (LaunchPresentation, "", json!([]), vec![WrongShape]),
        (Custom, "", json!([]), vec![WrongShape]),
        (Custom, "list", json!(["a"]), vec![WrongShape]),
        (GradeService, "scope", json!("s"), vec![WrongShape]),
        (RoleScopeMentor, "", json!("learner"), vec![WrongShape]),
        (DeepLinkingSettings, "accept_media_types", json!(["image/*"]), vec![WrongShape]),
        (LaunchPresentation, "width", json!("100%"), vec![Unreadable]),
        (LaunchPresentation, "width", json!(-1), vec![Unreadable]),
        (DeepLinkingSettings, "auto_create", json!("perhaps"), vec![Unreadable]),
        (MessageType, "", json!("LtiUnheardRequest"), vec![UnknownMessageType]),
        (FamilyName, "", json!(""), vec![EmptyString]),
        (LaunchPresentation, "return_url", json!(""), vec![EmptyString]),
        (ResourceLink, "description", json!(""), vec![EmptyString]),
        (Roles, "", json!([OF_MENTOR, ""]), vec![EmptyString]),
        (Roles, "", json!([OF_MENTOR, null]), vec![Null]),
        (Roles, "", json!([OF_MENTOR, "Instructor"]), vec![ShortRole]),
        (Roles, "", json!([OF_MENTOR, "urn:lti:instrole:ims/lis/Student"]), vec![ShortRole]),
        (Roles, "", json!([OF_MENTOR, "https://vendor.example/roles#Guru"]), vec![UnknownRole]),
        (Roles, "", json!(["Mentor"]), vec![ShortRole, NoKnownRole]),
        (Roles, "", json!("Mentor"), vec![WrongShape, MentorScopeWithoutMentor]),
        (Context, "type", json!(["CourseSection"]), vec![ContextType]),
        (Context, "type", json!([""]), vec![ContextType]),
        (LaunchPresentation, "document_target", json!("popup"), vec![DocumentTarget]),
        (LaunchPresentation, "document_target", json!("embed"), vec![DocumentTarget]),
        (LaunchPresentation, "return_url", json!("http://lms.example/"), vec![UnsafeUrl]),
        (ToolPlatform, "url", json!("lms.example"), vec![UnsafeUrl]),
        (TargetLinkUri, "", json!("http://tool.example/"), vec![UnsafeUrl]),
        (Picture, "", json!("javascript:alert(1)"), vec![UnsafeUrl]),
        (Subject, "", json!("bjørn"), vec![NotAscii]),
        (DeploymentId, "", json!("1ö"), vec![NotAscii]),
        (Custom, "who", json!("$Person.name.full"), vec![UnresolvedVariable]),
        (Custom, "what", json!("@X@user.role@X@"), vec![UnresolvedVariable]),
        (ToolPlatform, "", json!({"name": "x"}), vec![PlatformWithoutGuid]),
        (Roles, "", json!([INSTRUCTOR]), vec![MentorScopeWithoutMentor]),
        (Roles, "", json!([]), vec![MentorScopeWithoutMentor]),
    ]
}

#[test]
fn a_clean_payload_has_no_oddities() {
    assert_eq!(found(&clean()), []);
    assert!(serde_json::from_value::<LaunchClaims>(clean()).unwrap().message().is_ok());
    // An anonymous person without roles is nothing odd either.
    let mut payload = clean();
    for claim in [Claim::Subject, Claim::RoleScopeMentor] {
        payload.as_object_mut().unwrap().remove(claim.name());
    }
    payload[Claim::Roles.name()] = json!([]);
    assert_eq!(found(&payload), []);
}

#[test]
fn each_oddity_is_found_where_it_is_and_nowhere_else() {
    for (claim, member, value, expected) in rows() {
        let mut payload = clean();
        let place = if member.is_empty() {
            payload[claim.name()] = value.clone();
            claim.name().to_owned()
        } else {
            payload[claim.name()][member] = value.clone();
            format!("{}/{member}", claim.name())
        };
        let oddities = found(&payload);
        let mut kinds: Vec<Oddity> = oddities.iter().map(|(_, oddity)| *oddity).collect();
        kinds.sort();
        assert_eq!(kinds, expected, "{place}: {value}");
        let elsewhere = expected.contains(&Oddity::MentorScopeWithoutMentor);
        assert!(elsewhere || oddities.iter().all(|(found, _)| *found == place), "{place}: {oddities:?}");
        // It was only odd: the payload is read all the same, unless a list of roles is none.
        let read = serde_json::from_str::<LaunchClaims>(&payload.to_string());
        assert_eq!(read.is_ok(), value != "Mentor", "{place}: {value}");
    }
}

#[test]
fn oddities_of_the_whole_payload() {
    let mut payload = clean();
    payload["aud"] = json!(["tool", "friend"]);
    assert_eq!(found(&payload), [], "azp says who is meant");
    payload.as_object_mut().unwrap().remove("azp");
    assert_eq!(found(&payload), [("aud".to_owned(), Oddity::AudiencesWithoutAuthorizedParty)]);
    let mut payload = clean();
    payload["errors"] = json!({});
    assert_eq!(found(&payload), [("errors".to_owned(), Oddity::UnnamespacedClaim)]);
    for nothing in [json!(null), json!([]), json!("text"), json!(5), json!({})] {
        assert_eq!(found(&nothing), []);
    }
}

#[test]
fn every_oddity_has_a_row_a_code_and_a_sentence() {
    // As the enumeration may grow, it is counted by hand.
    let mut all: Vec<Oddity> = rows().into_iter().flat_map(|(_, _, _, oddities)| oddities).collect();
    all.extend([Oddity::AudiencesWithoutAuthorizedParty, Oddity::UnnamespacedClaim]);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 18);
    let codes: std::collections::BTreeSet<_> = all.iter().map(|oddity| oddity.code()).collect();
    assert_eq!(codes.len(), all.len());
}

#[test]
fn no_value_is_shown() {
    for (claim, member, value, _) in rows() {
        let mut payload = clean();
        let place =
            if member.is_empty() { &mut payload[claim.name()] } else { &mut payload[claim.name()][member] };
        // The same oddity, made recognizable.
        *place = match value {
            Value::String(text) => json!(format!("{text}S3cret")),
            Value::Number(_) => json!(-7_777_777),
            Value::Array(list) if !list.is_empty() => json!([list[0], "S3cret"]),
            other => other,
        };
        for diagnostic in of_launch(&payload) {
            let shown = format!("{diagnostic} {diagnostic:?}");
            assert!(!shown.contains("S3cret") && !shown.contains("7777777"), "{shown}");
        }
    }
    // A whole payload of them.
    for (name, _) in fixtures().into_iter().filter(|(name, _)| !name.starts_with("record_")) {
        for diagnostic in of_launch(&fixture_json(&name)) {
            let shown = diagnostic.to_string();
            assert!(
                !shown.contains(".example") || shown.contains("https://www.reference.example"),
                "{shown}"
            );
        }
    }
}

#[test]
fn names_from_outside_do_not_break_lines() {
    let mut payload = clean();
    payload["x\nSet-Cookie: a"] = json!(1);
    payload[Claim::Custom.name()]["a\r\n\u{1b}[31m"] = json!(1);
    let shown: Vec<String> = of_launch(&payload).iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 2);
    assert!(shown.iter().all(|line| !line.contains(char::is_control)), "{shown:?}");
}

#[test]
fn oddities_of_real_shapes() {
    let codes = |name: &str| {
        let mut codes: Vec<&str> = of_launch(&fixture_json(name)).iter().map(|d| d.oddity.code()).collect();
        codes.sort();
        codes.dedup();
        codes
    };
    assert_eq!(codes("certification_instructor"), [""; 0]);
    assert_eq!(codes("certification_short_role"), ["no_known_role", "short_role"]);
    assert_eq!(codes("certification_unknown_role"), ["no_known_role", "unknown_role"]);
    assert_eq!(codes("certification_only_resource_link"), ["empty_string", "no_known_role"]);
    assert_eq!(codes("canvas_launch_with_nulls"), ["null_member", "unnamespaced_claim"]);
    assert_eq!(
        codes("php_shapes"),
        [
            "empty_string",
            "mentor_scope_without_mentor",
            "platform_without_guid",
            "wrong_scalar",
            "wrong_shape"
        ]
    );
}
