//! A launch of LTI 1 seen as one of 1.3: the same code reads both.

use lti_legacy::{LaunchParameters, is_legacy};
use lti_types::{ContextKind, LaunchClaims, Message, WireUrl};
use serde_json::json;

use crate::support::{URL, changed, launch, received, sent};

/// What a tool does with a launch, whichever version it came by.
fn greeting(claims: &LaunchClaims) -> String {
    match claims.message() {
        Ok(Message::ResourceLink(link)) => {
            let name = claims.name.as_deref().unwrap_or("somebody");
            let role = if link.roles.is_instructor() { "teaches" } else { "learns" };
            format!("{name} {role} {} at {}", link.resource_link.id, link.target_link_uri)
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn one_code_path_for_both_versions() {
    let legacy = received(&sent(changed(&[], &[]))).unwrap();
    let new: LaunchClaims = serde_json::from_value(json!({
        "iss": "https://lms.example", "aud": "tool-1", "sub": "u/7", "name": "Ada Lovelace",
        "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiResourceLinkRequest",
        "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "account-1",
        "https://purl.imsglobal.org/spec/lti/claim/target_link_uri": URL,
        "https://purl.imsglobal.org/spec/lti/claim/resource_link": {"id": "rl-42"},
        "https://purl.imsglobal.org/spec/lti/claim/roles":
            ["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"],
    }))
    .unwrap();
    assert_eq!(greeting(legacy.claims()), greeting(&new));
    assert!(is_legacy(legacy.claims()) && !is_legacy(&new));
}

#[test]
fn every_parameter_has_its_claim() {
    let with = [
        ("context_type", "CourseSection,urn:lti:context-type:ims/lis/Group"),
        ("context_label", "M-1"),
        ("role_scope_mentor", "a%2Cb,c"),
        ("roles", "Mentor"),
        ("lis_person_name_middle", "King"),
        ("lis_person_sourcedid", "sis:7"),
        ("lis_course_section_sourcedid", "sis:c"),
        ("user_image", "https://lms.example/ada.png"),
        ("launch_presentation_width", "800"),
        ("launch_presentation_height", "tall"),
        ("launch_presentation_document_target", "iframe"),
        ("launch_presentation_locale", "de"),
        ("launch_presentation_css_url", "https://lms.example/c.css"),
        ("tool_consumer_instance_guid", "lms.example"),
        ("tool_consumer_info_product_family_code", "moodle"),
        ("tool_consumer_info_version", "4.5"),
        ("custom_lineitems_url", "https://lms.example/7/lineitems"),
        ("custom_due", "$ResourceLink.submission.endDateTime"),
        ("ext_user_username", "ada"),
    ];
    let launch = received(&sent(changed(&[], &with))).unwrap();
    let claims = launch.claims();
    let mut written = serde_json::to_value(claims).unwrap();
    for (name, expected) in [
        ("sub", json!("u/7")),
        ("middle_name", json!("King")),
        ("picture", json!("https://lms.example/ada.png")),
        ("nonce", json!("n-1")),
        ("iat", json!(1_700_000_000)),
        ("https://purl.imsglobal.org/spec/lti/claim/role_scope_mentor", json!(["a,b", "c"])),
        (
            "https://purl.imsglobal.org/spec/lti/claim/lis",
            json!({"person_sourcedid": "sis:7", "course_section_sourcedid": "sis:c"}),
        ),
        (
            "https://purl.imsglobal.org/spec/lti/claim/launch_presentation",
            json!({"document_target": "iframe", "width": 800, "return_url": crate::support::BACK, "locale": "de",
                "css_url": "https://lms.example/c.css"}),
        ),
        (
            "https://purl.imsglobal.org/spec/lti/claim/tool_platform",
            json!({"guid": "lms.example", "product_family_code": "moodle", "version": "4.5"}),
        ),
        ("https://purl.imsglobal.org/spec/lti/claim/ext", json!({"user_username": "ada"})),
        ("https://purl.imsglobal.org/spec/lti/claim/lti1p1", json!({"oauth_consumer_key": "key1"})),
        (
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
            json!({"lineitems": "https://lms.example/7/lineitems"}),
        ),
    ] {
        assert_eq!(written[name].take(), expected, "{name}");
    }
    assert!(claims.context.as_ref().unwrap().is(ContextKind::CourseSection));
    assert!(
        claims.context.as_ref().unwrap().types.iter().flatten().all(lti_types::ContextType::is_canonical)
    );
    assert_eq!(claims.mentees().len(), 2);
    assert_eq!(claims.custom.as_ref().unwrap().get("due"), None, "not resolved (quirk 35)");
    assert_eq!(lti_types::vendor::moodle::user_name(claims), Some("ada"));
    // A height that is none is not lost.
    assert_eq!(
        launch.launch_parameters().other,
        [("a".to_owned(), "1".to_owned()), ("launch_presentation_height".to_owned(), "tall".to_owned()),]
    );
    assert_eq!(launch.target_link_uri(), Some(&WireUrl::from(URL)));
}

#[test]
fn there_and_back_again() {
    let sent = launch();
    let back = LaunchParameters::from_claims(&sent.to_claims()).unwrap();
    assert_eq!(back, sent);
}

/// Ids of 256 characters are as little accepted as in 1.3, and so are control characters.
#[test]
fn identifiers_that_are_none() {
    for name in ["resource_link_id", "user_id", "context_id"] {
        for value in ["x".repeat(256), "a\u{7}b".to_owned()] {
            let refusal = received(&sent(changed(&[], &[(name, &value)]))).unwrap_err();
            assert_eq!(refusal.code(), "parameter_malformed");
            assert!(refusal.to_string().contains(name) && !refusal.to_string().contains(&value));
        }
        assert!(received(&sent(changed(&[], &[(name, &"x".repeat(255))]))).is_ok());
    }
}
