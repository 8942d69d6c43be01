//! What a platform offers, and what of a tool's metadata is sent to it.

use http::Response;
use lti_registration::{
    AddressRules, Fetched, PlatformOffer, RegistrationInitiation, check_metadata, metadata_of,
};
use lti_types::{ClientId, ClientMetadata, MessageType, ToolRecord};
use serde_json::{Value, json};

fn offer(platform: &Value) -> PlatformOffer {
    let configuration = json!({
        "issuer": "https://lms.example", "authorization_endpoint": "https://lms.example/auth",
        "token_endpoint": "https://lms.example/token", "jwks_uri": "https://lms.example/jwks",
        "registration_endpoint": "https://lms.example/register",
        "https://purl.imsglobal.org/spec/lti-platform-configuration": platform
    });
    let initiation = RegistrationInitiation::new("https://lms.example/openid".into());
    let fetch = initiation.fetch(AddressRules::default()).unwrap();
    match fetch.read(Response::new(configuration.to_string().into_bytes())).unwrap() {
        Fetched::Offer(offer) => *offer,
        other => panic!("{other:?}"),
    }
}

/// A tool with a deep linking message in the placement `ContentArea`.
fn metadata() -> ClientMetadata {
    let mut record = ToolRecord::new(
        ClientId::new("-").unwrap(),
        vec![],
        "https://tool.example/login".into(),
        "https://tool.example/launch".into(),
    );
    record.deep_linking_url = Some("https://tool.example/pick".into());
    metadata_of(&record)
}

/// A platform that says nothing of placements has not refused any: deep linking is registered for all the same.
#[test]
fn placements_that_a_platform_does_not_list_are_not_refused() {
    let own = ["ContentArea"];
    for (platform, kept, codes) in [
        (json!({"messages_supported": [{"type": "LtiDeepLinkingRequest"}]}), Some(own), vec![]),
        (
            json!({"messages_supported": [{"type": "LtiDeepLinkingRequest", "placements": []}]}),
            None,
            vec!["placement_not_offered"],
        ),
        (
            json!({"messages_supported": [{"type": "LtiDeepLinkingRequest"}], "placements": []}),
            None,
            vec!["placement_not_offered"],
        ),
        (
            json!({"messages_supported": [{"type": "LtiDeepLinkingRequest"}], "placements": ["x/ContentArea"]}),
            Some(["x/ContentArea"]),
            vec![],
        ),
        (
            // What is said of another message says nothing of this one.
            json!({"messages_supported": [
                {"type": "LtiDeepLinkingRequest"}, {"type": "LtiResourceLinkRequest", "placements": ["menu"]}
            ]}),
            Some(own),
            vec![],
        ),
        (
            json!({"messages_supported": [{"type": "LtiResourceLinkRequest"}]}),
            None,
            vec!["message_not_offered"],
        ),
    ] {
        let (fitted, left_out) = offer(&platform).fit(&metadata());
        let messages = fitted.tool.unwrap().messages.unwrap();
        let deep_linking = messages.iter().find(|m| m.kind == Some(MessageType::DeepLinkingRequest));
        let placements = deep_linking.and_then(|message| message.placements.clone());
        assert_eq!(placements, kept.map(|names| names.map(str::to_owned).to_vec()), "{platform}");
        let told: Vec<_> = left_out.iter().map(|fault| fault.code()).collect();
        assert_eq!(told, codes, "{platform}");
    }
}

/// The colons of an address of version 6 are no port.
#[test]
fn a_tool_on_an_ipv6_address_is_on_its_own_domain() {
    for host in ["[2606:4700::1111]", "[2606:4700::1111]:8443", "tool.example:8443"] {
        let at = |path: &str| format!("https://{host}/{path}").into();
        let mut record = ToolRecord::new(ClientId::new("-").unwrap(), vec![], at("login"), at("launch"));
        record.name = Some("Quiz".to_owned());
        record.key_set_url = Some(at("jwks"));
        let faults = check_metadata(&metadata_of(&record), AddressRules::default());
        assert_eq!(faults, [], "{host}");
    }
}
