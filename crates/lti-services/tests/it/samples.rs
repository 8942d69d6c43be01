//! Documents as real platforms send them: read, written and read again.

use std::fmt::Debug;
use std::path::Path;

use lti_jwks::RegisteredClaims;
use lti_types::{LineItem, LineItemResult, MembershipContainer, Score};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Numbers as numbers, whether they were written `60` or `60.0`; members that are null are dropped where `dropped`
/// names them.
fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64().unwrap()),
        Value::Array(list) => list.iter().map(normal).collect(),
        Value::Object(object) => {
            Value::Object(object.iter().map(|(name, value)| (name.clone(), normal(value))).collect())
        }
        other => other.clone(),
    }
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, json: &str) {
    let read: T = serde_json::from_str(json).unwrap_or_else(|error| panic!("{name}: {error}"));
    let written = serde_json::to_value(&read).unwrap();
    let original: Value = serde_json::from_str(json).unwrap();
    assert_eq!(normal(&written), normal(&original), "{name}");
    assert_eq!(serde_json::from_value::<T>(written).unwrap(), read, "{name}");
}

/// By the name of the file.
fn by_name(name: &str, json: &str) -> bool {
    if name.contains("lineitem") {
        round_trip::<LineItem>(name, json);
    } else if name.contains("ags-score") {
        round_trip::<Score>(name, json);
    } else if name.contains("ags-result") {
        round_trip::<LineItemResult>(name, json);
    } else if name.contains("nrps") {
        round_trip::<MembershipContainer>(name, json);
    } else if name.contains("access-token-decoded") {
        // What a platform puts into its tokens is its own; that it is a token can be seen.
        serde_json::from_str::<RegisteredClaims>(json).unwrap_or_else(|error| panic!("{name}: {error}"));
    } else if name.contains("token-request") {
        let fields: std::collections::BTreeMap<String, String> = serde_json::from_str(json).unwrap();
        assert_eq!(fields["client_assertion_type"], lti_services::ASSERTION_TYPE);
        let jwt = lti_jwks::UnverifiedJwt::parse(&fields["client_assertion"]).unwrap();
        let claims: RegisteredClaims = serde_json::from_slice(jwt.danger_unverified_payload()).unwrap();
        assert_eq!(claims.issuer, claims.subject, "quirk 46");
        assert_eq!(claims.audiences.len(), 1, "quirk 43");
    } else {
        return false;
    }
    true
}

fn read_all(directory: &Path) -> usize {
    let mut read = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let service = [
            "ags-",
            "nrps-",
            "blackboard-ags",
            "blackboard-nrps",
            "ltijs-",
            "canvas-access-token",
            "canvas-token",
        ];
        if path.extension().is_some_and(|extension| extension == "json")
            && service.iter().any(|prefix| name.starts_with(prefix))
        {
            assert!(by_name(&name, &std::fs::read_to_string(&path).unwrap()), "{name} is of no known kind");
            read += 1;
        }
    }
    read
}

#[test]
fn real_documents_round_trip() {
    #[expect(clippy::disallowed_methods, reason = "a test may ask where its samples are")]
    let (shared, required) = (std::env::var("LTI_TEST_SHARED"), std::env::var("LTI_TEST_REQUIRE_ALL"));
    let Ok(shared) = shared else {
        assert!(required.as_deref() != Ok("1"), "LTI_TEST_REQUIRE_ALL=1, but LTI_TEST_SHARED is not set");
        eprintln!("skipped: LTI_TEST_SHARED is not set, so there are no samples of real documents to read");
        return;
    };
    let read = read_all(&Path::new(&shared).join("samples/messages"));
    assert!(read >= 18, "{read}");
}

#[test]
fn our_own_documents_round_trip() {
    for (name, json) in [
        (
            "lineitem",
            r#"{"id":"https://pond.example/c/1/items/7?x=1","scoreMaximum":12.5,"label":"Frogs","resourceId":"","tag":"t",
            "resourceLinkId":"l","startDateTime":"","endDateTime":"2026-06-01T00:00:00Z","gradesReleased":false,
            "submissionReview":{"reviewableStatus":["Submitted"],"label":"Look","url":"https://t.example/r","custom":{"a":"b"}},
            "https://pond.example/ext":{"deep":[null,1,{"a":false}]}}"#,
        ),
        (
            "ags-score",
            r#"{"userId":"u","timestamp":"2026-05-01T10:15:30.123456Z","activityProgress":"InProgress","gradingProgress":"PendingManual",
            "scoreGiven":0.30000000000000004,"scoreMaximum":0.1,"comment":"ok \u2603","scoringUserId":"g",
            "submission":{"startedAt":"2026-05-01T09:00:00.000Z","submittedAt":"2026-05-01T10:15:00.000Z"},
            "https://canvas.instructure.com/lti/submission":{"new_submission":false,"submission_type":"online_url"}}"#,
        ),
        ("ags-result", r#"{"userId":"u","resultScore":0,"resultMaximum":1,"comment":"","timestamp":"x"}"#),
        (
            "nrps",
            r#"{"id":"https://pond.example/m","context":{"id":"c","label":"L"},"members":[
            {"user_id":"a","roles":["Learner","https://v.example/r#X"],"status":"Inactive","sakai_ext":{"sections":[1]},
            "message":[{"https://purl.imsglobal.org/spec/lti/claim/message_type":"LtiResourceLinkRequest",
            "https://purl.imsglobal.org/spec/lti/claim/custom":{"x":"1"}}],"group_enrollments":[{"group_id":"g"}]}]}"#,
        ),
    ] {
        assert!(by_name(name, json), "{name}");
    }
}
