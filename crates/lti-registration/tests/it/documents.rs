//! Documents for administrators: Canvas's JSON, and instructions.

use lti_registration::{Instructions, Profile, Step, canvas_configuration, metadata_of};
use lti_types::{
    ClientId, ClientMetadata, MessageType, PersonalData, Scope, ToolMessage, ToolRecord, localize,
};
use serde_json::json;

fn record() -> ToolRecord {
    let mut record = ToolRecord::new(
        ClientId::new("-").unwrap(),
        vec![],
        "https://tool.example/login".into(),
        "https://tool.example/launch".into(),
    );
    record.name = Some("Quiz".to_owned());
    record.key_set_url = Some("https://tool.example/jwks".into());
    record.deep_linking_url = Some("https://tool.example/pick".into());
    record.scopes = vec![Scope::Score, Scope::ContextMembershipReadOnly];
    record.custom.insert("hist", "$Context.id.history");
    record
}

fn metadata() -> ClientMetadata {
    let mut metadata = metadata_of(&record());
    localize(&mut metadata.extensions, "client_name", "de", "Rätsel");
    let mut menu = ToolMessage::new();
    menu.kind = Some(MessageType::ResourceLinkRequest);
    menu.label = Some("Quizzes".to_owned());
    menu.placements = Some(vec!["https://canvas.instructure.com/lti/course_navigation".to_owned()]);
    localize(&mut menu.extensions, "label", "de", "Rätsel");
    metadata.tool.as_mut().unwrap().messages.as_mut().unwrap().push(menu);
    metadata
}

#[test]
fn canvas_json_is_whole() {
    let json = serde_json::to_value(canvas_configuration(&metadata(), None)).unwrap();
    assert_eq!(
        json,
        json!({
            "title": "Quiz", "description": "Quiz", "oidc_initiation_url": "https://tool.example/login",
            "target_link_uri": "https://tool.example/launch", "redirect_uris": ["https://tool.example/launch"],
            "scopes": [
                "https://purl.imsglobal.org/spec/lti-ags/scope/score",
                "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
            ],
            "custom_fields": {"hist": "$Context.id.history"}, "public_jwk_url": "https://tool.example/jwks",
            "extensions": [{
                "platform": "canvas.instructure.com", "domain": "tool.example", "privacy_level": "public",
                "settings": {
                    "text": "Quiz", "labels": {"de": "Rätsel"},
                    "placements": [
                        {
                            "placement": "link_selection", "message_type": "LtiDeepLinkingRequest",
                            "target_link_uri": "https://tool.example/pick", "text": "Quiz", "enabled": true
                        },
                        {
                            "placement": "course_navigation", "message_type": "LtiResourceLinkRequest",
                            "text": "Quizzes", "labels": {"de": "Rätsel"}, "enabled": true
                        }
                    ]
                }
            }]
        })
    );
}

#[test]
fn privacy_follows_the_claims() {
    for (privacy, level) in [
        (vec![PersonalData::Name, PersonalData::Email], "public"),
        (vec![PersonalData::Name], "name_only"),
        (vec![PersonalData::Email, PersonalData::Picture], "email_only"),
        (vec![], "anonymous"),
    ] {
        let mut record = record();
        record.privacy = Some(privacy);
        let json = serde_json::to_value(canvas_configuration(&metadata_of(&record), None)).unwrap();
        assert_eq!(json["extensions"][0]["privacy_level"], level);
    }
}

#[test]
fn instructions_have_every_value_of_the_tool_and_nothing_that_it_does_not_want() {
    for profile in Profile::all() {
        let text = Instructions::new(profile, &metadata(), None).to_text();
        for value in
            ["https://tool.example/login", "https://tool.example/launch", "https://tool.example/jwks"]
        {
            assert!(text.contains(value), "{}: {value}\n{text}", profile.title);
        }
        assert!(text.contains("client_id"), "{}", profile.title);
        let mut bare = record();
        (bare.scopes, bare.deep_linking_url, bare.privacy) = (vec![], None, Some(vec![]));
        let steps = Instructions::new(profile, &metadata_of(&bare), None).steps;
        assert!(!steps.iter().any(|step| matches!(step, Step::SwitchOn(_))), "{}: {steps:?}", profile.title);
    }
}

#[test]
fn quirk_12_a_key_in_pem_is_handed_over_where_one_is_pasted() {
    let pem = "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----";
    let text = Instructions::new(Profile::find("moodle").unwrap(), &metadata(), Some(pem)).to_text();
    assert!(text.contains("Public key:\n    -----BEGIN PUBLIC KEY-----\n    x\n"));
}
