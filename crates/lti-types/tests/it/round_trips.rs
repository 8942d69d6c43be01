//! Round trips: what is read, written and read again is the same, and what is written is the original in its
//! normal form (`normal_form`).

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use lti_types::{LaunchClaims, PlatformRecord, ToolRecord};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::normal_form::{Kind, LAUNCH, PLATFORM_RECORD, TOOL_RECORD};

/// Asserts the round trip of one document, and hands out what it was read as.
pub(crate) fn assert_round_trip<T>(kind: Kind, json: &str, name: &str) -> T
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let read: T = serde_json::from_str(json).unwrap_or_else(|error| panic!("{name}: {error}"));
    let written = serde_json::to_string(&read).unwrap();
    let again: T = serde_json::from_str(&written).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(again, read, "{name}: read again");
    let original: Value = serde_json::from_str(json).unwrap();
    let written: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(written, kind.of(&original).unwrap(), "{name}: written");
    // Whoever reads from a tree instead of from text gets the same.
    assert_eq!(serde_json::from_value::<T>(original).unwrap(), read, "{name}: from a value");
    read
}

/// The JSON files of a directory, by name, sorted.
pub(crate) fn json_files(directory: &Path) -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    files.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// Our own payloads, with the keys and oddities of real ones.
pub(crate) fn fixtures() -> Vec<(String, String)> {
    json_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"))
}

/// One of them, as it was read.
pub(crate) fn fixture(name: &str) -> LaunchClaims {
    serde_json::from_value(fixture_json(name)).unwrap()
}

/// One of them, as JSON.
pub(crate) fn fixture_json(name: &str) -> Value {
    let (_, json) = fixtures().into_iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("no {name}"));
    serde_json::from_str(&json).unwrap()
}

/// The collection of real messages, where there is one.
pub(crate) fn samples() -> Option<Vec<(String, String)>> {
    #[expect(clippy::disallowed_methods, reason = "a test may ask where its samples are")]
    let (shared, required) = (std::env::var("LTI_TEST_SHARED"), std::env::var("LTI_TEST_REQUIRE_ALL"));
    let Ok(shared) = shared else {
        assert!(required.as_deref() != Ok("1"), "LTI_TEST_REQUIRE_ALL=1, but LTI_TEST_SHARED is not set");
        eprintln!("skipped: LTI_TEST_SHARED is not set, so there are no samples of real messages to read");
        return None;
    };
    Some(json_files(&Path::new(&shared).join("samples/messages")))
}

#[test]
fn fixtures_round_trip() {
    let mut launches = 0;
    for (name, json) in fixtures() {
        match name.as_str() {
            "record_platform" => drop(assert_round_trip::<PlatformRecord>(PLATFORM_RECORD, &json, &name)),
            "record_tool" => drop(assert_round_trip::<ToolRecord>(TOOL_RECORD, &json, &name)),
            _ => {
                assert_round_trip::<LaunchClaims>(LAUNCH, &json, &name);
                launches += 1;
            }
        }
    }
    assert!(launches >= 25, "{launches}");
}

#[test]
fn v1_real_messages_round_trip() {
    let Some(samples) = samples() else { return };
    let (mut read, mut refused) = (0, Vec::new());
    for (name, json) in samples {
        let mut value: Value = serde_json::from_str(&json).unwrap();
        let is_message = value.as_object().is_some_and(|members| {
            members.keys().any(|key| key.starts_with("https://purl.imsglobal.org/spec/lti/claim/"))
        });
        if !is_message {
            continue;
        }
        // Templates have words where the times will be.
        for time in ["exp", "iat"] {
            if value.get(time).and_then(Value::as_str).is_some_and(|text| text.parse::<f64>().is_err()) {
                value[time] = Value::from(1_790_000_000);
            }
        }
        let json = value.to_string();
        if serde_json::from_str::<LaunchClaims>(&json).is_err() {
            refused.push(name);
            continue;
        }
        assert_round_trip::<LaunchClaims>(LAUNCH, &json, &name);
        read += 1;
    }
    // The certification suite's launch with an empty `sub`.
    assert_eq!(refused, ["cert-invalid-no-user"]);
    assert!(read >= 45, "{read}");
}

#[test]
fn records_fill_in_what_was_left_out() {
    let json = r#"{"issuer": "https://pond.example", "client_id": "a", "deployment_ids": null,
        "authentication_url": "https://pond.example/auth"}"#;
    let record: PlatformRecord = serde_json::from_str(json).unwrap();
    let written = serde_json::to_value(&record).unwrap();
    let expected = serde_json::json!({"issuer": "https://pond.example", "client_id": "a",
        "deployment_ids": null, "authentication_url": "https://pond.example/auth", "status": "active"});
    assert_eq!(written, expected);
    assert_eq!(serde_json::from_value::<PlatformRecord>(written).unwrap(), record);
    let absent = json.replace("\"deployment_ids\": null,", "");
    assert!(serde_json::from_str::<PlatformRecord>(&absent).is_err(), "a forgotten list is not an open door");
    let misspelled = json.replace("\"client_id\"", "\"Status\": \"disabled\", \"client_id\"");
    assert!(serde_json::from_str::<PlatformRecord>(&misspelled).is_err(), "nor is a misspelled status");

    let json = r#"{"client_id": "a", "deployment_ids": [], "login_url": "https://tool.example/login",
        "target_link_uri": "https://tool.example/go"}"#;
    let record: ToolRecord = serde_json::from_str(json).unwrap();
    let written = serde_json::to_value(&record).unwrap();
    let expected = serde_json::json!({"client_id": "a", "deployment_ids": [], "status": "active",
        "login_url": "https://tool.example/login", "target_link_uri": "https://tool.example/go",
        "redirect_uris": [], "scopes": []});
    assert_eq!(written, expected);
    assert_eq!(serde_json::from_value::<ToolRecord>(written).unwrap(), record);
    assert_eq!(record.redirects().collect::<Vec<_>>(), ["https://tool.example/go"]);
}
