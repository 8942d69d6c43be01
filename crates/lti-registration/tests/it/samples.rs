//! Registration documents as real platforms and tools publish them: read, written and read again.

use std::fmt::Debug;
use std::path::Path;

use lti_registration::{AddressRules, check_metadata};
use lti_types::vendor::canvas_configuration::CanvasConfiguration;
use lti_types::{ClientMetadata, MessageType, OpenIdConfiguration};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, json: &str) -> T {
    let read: T = serde_json::from_str(json).unwrap_or_else(|error| panic!("{name}: {error}"));
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(written, serde_json::from_str::<Value>(json).unwrap(), "{name}");
    assert_eq!(serde_json::from_value::<T>(written).unwrap(), read, "{name}");
    read
}

fn sample(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a test may ask where its samples are")]
    let (shared, required) = (std::env::var("LTI_TEST_SHARED"), std::env::var("LTI_TEST_REQUIRE_ALL"));
    let Ok(shared) = shared else {
        assert!(required.as_deref() != Ok("1"), "LTI_TEST_REQUIRE_ALL=1, but LTI_TEST_SHARED is not set");
        eprintln!("skipped: LTI_TEST_SHARED is not set, so there are no samples of real documents to read");
        return None;
    };
    Some(std::fs::read_to_string(Path::new(&shared).join("samples/messages").join(name)).unwrap())
}

#[test]
fn v1_registration_samples_round_trip() {
    for name in ["canvas-openid-configuration.json", "canvas-openid-configuration-short.json"] {
        let Some(json) = sample(name) else { return };
        let configuration: OpenIdConfiguration = round_trip(name, &json);
        let platform = configuration.platform.unwrap();
        assert_eq!(platform.product_family_code.as_deref(), Some("canvas"));
        assert_eq!(platform.messages_supported.unwrap()[2].kind, Some(MessageType::EulaRequest));
        assert!(platform.extensions.contains_key("https://canvas.instructure.com/lti/account_name"));
        // A bare host, and no audience to send.
        assert_eq!(configuration.authorization_server.as_deref(), Some("canvas.example.edu"));
    }
    let name = "canvas-tool-json-config.json";
    let configuration: CanvasConfiguration = round_trip(name, &sample(name).unwrap());
    assert!(configuration.public_jwk.unwrap().contains_key("kid"));
    let name = "canvas-registration-request.json";
    let metadata: ClientMetadata = round_trip(name, &sample(name).unwrap());
    // Its publisher's addresses are not on the domain that it names, which nothing but a lint sees.
    let faults = check_metadata(&metadata, AddressRules::default());
    assert!(faults.iter().all(|fault| fault.code() == "outside_domain"), "{faults:?}");
    assert_eq!(faults.len(), 4);
}
