//! Launches as real platforms sent them, signed again by ours. The files are not ours to copy: these tests run
//! where `LTI_TEST_SHARED` points to them, and say so where it does not.

use std::path::PathBuf;

use lti_types::{DeploymentId, LaunchClaims};
use serde_json::{Value, json};

use crate::pair::{CLIENT, DEPLOYMENT, ISSUER, Pair, TARGET, Token};
use crate::payloads::claim;

pub fn samples() -> Option<Vec<(String, Value)>> {
    let Some(shared) = std::env::var_os("LTI_TEST_SHARED") else {
        let required = std::env::var_os("LTI_TEST_REQUIRE_ALL").is_some_and(|value| value == "1");
        assert!(!required, "LTI_TEST_SHARED is required here");
        println!("skipped: LTI_TEST_SHARED does not say where the samples are");
        return None;
    };
    let mut samples = Vec::new();
    for entry in std::fs::read_dir(PathBuf::from(shared).join("samples/messages")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            samples.push((name, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()));
        }
    }
    samples.sort_by(|a, b| a.0.cmp(&b.0));
    Some(samples)
}

/// The codes of those that must be refused. All other launches are accepted.
const REFUSED: &[(&str, &str)] = &[
    ("cert-invalid-exp-iat", "expired"),
    ("cert-invalid-lti-version", "version_unsupported"),
    ("cert-invalid-no-deployment", "deployment_id_missing"),
    ("cert-invalid-no-message-type", "message_type_missing"),
    ("cert-invalid-no-resource-link-id", "resource_link_missing"),
    ("cert-invalid-no-role-claim", "roles_missing"),
    ("cert-invalid-no-user", "subject_invalid"),
    ("cert-invalid-no-version", "version_missing"),
    ("hypothesis-mixed-lms-launch", "version_unsupported"),
];

/// Fragments: their publishers printed only the claims that make the message, so what every message carries is
/// missing. They are refused as they are, with the code of the first claim that is missing, and accepted once
/// completed.
const ABRIDGED: &[(&str, &str)] = &[
    ("ap-deep-linking-request-canvas", "deployment_id_missing"),
    ("ap-settings-request-canvas", "deployment_id_missing"),
    ("eula-request-canvas", "deployment_id_missing"),
    ("openedx-end-assessment-claims", "version_missing"),
    ("openedx-start-proctoring-claims", "version_missing"),
    ("report-review-request-canvas", "version_missing"),
];

fn is_launch(payload: &Value) -> bool {
    let kind = payload[claim("message_type")].as_str().map(lti_types::MessageType::from);
    kind.is_some_and(|kind| !kind.is_from_tool())
}

/// Sends the payload through both roles, replacing only what binds a token to its login.
fn resign(payload: &Value, keep_times: bool) -> Result<lti_tool::Launch, lti_tool::LaunchError> {
    let deployment = payload[claim("deployment_id")].as_str().unwrap_or(DEPLOYMENT).to_owned();
    let pair = Pair::with_tool_record(|record| {
        record.deployment_ids = Some(vec![DeploymentId::new(deployment.clone()).unwrap()]).into();
    });
    let mut login = pair.initiation();
    login.lti_deployment_id = Some(DeploymentId::new(deployment).unwrap());
    login.target_link_uri = payload[claim("target_link_uri")].as_str().unwrap_or(TARGET).into();
    let mut payload = payload.clone();
    for (name, value) in [("iss", ISSUER), ("aud", CLIENT), ("nonce", "$nonce")] {
        payload[name] = value.into();
    }
    if payload.get("azp").is_some() {
        payload["azp"] = CLIENT.into();
    }
    if !keep_times {
        payload["iat"] = "$now".into();
        payload["exp"] = "$now+300".into();
    }
    pair.receive_for(pair.begin(login), &Token::of(payload))
}

#[test]
fn v1_every_launch_sample_is_judged_rightly() {
    let Some(samples) = samples() else { return };
    let mut accepted = 0;
    for (name, payload) in &samples {
        let keep_times = name == "cert-invalid-exp-iat";
        let expected = REFUSED.iter().chain(ABRIDGED).find(|(refused, _)| refused == name);
        if !is_launch(payload) && expected.is_none() {
            continue;
        }
        match (resign(payload, keep_times), expected) {
            (Ok(launch), None) => {
                accepted += 1;
                // What the tool passes on loses nothing.
                let mut again = serde_json::to_value(launch.claims()).unwrap();
                let claims: LaunchClaims = serde_json::from_value(again.take()).unwrap();
                assert_eq!(&claims, launch.claims(), "{name}");
            }
            (Err(error), Some((_, code))) => assert_eq!(error.code(), *code, "{name}"),
            (Ok(_), Some((_, code))) => panic!("{name} is accepted, and should be refused with {code}"),
            (Err(error), None) => panic!("{name} is refused: {error}"),
        }
    }
    assert!(accepted >= 20, "only {accepted} launches were found");
    for (name, _) in REFUSED.iter().chain(ABRIDGED) {
        assert!(samples.iter().any(|(sample, _)| sample == name), "{name} is gone");
    }
}

#[test]
fn v1_abridged_samples_are_accepted_once_completed() {
    let Some(samples) = samples() else { return };
    let mut completed = 0;
    for (name, payload) in
        samples.iter().filter(|(name, _)| ABRIDGED.iter().any(|(abridged, _)| abridged == name))
    {
        let mut payload = payload.clone();
        for (name, value) in [
            (claim("version"), json!("1.3.0")),
            (claim("deployment_id"), json!(DEPLOYMENT)),
            (claim("target_link_uri"), json!(TARGET)),
            (claim("roles"), json!([])),
        ] {
            if payload.get(&name).is_none() {
                payload[name] = value;
            }
        }
        resign(&payload, false).unwrap_or_else(|error| panic!("{name}: {error}"));
        completed += 1;
    }
    assert_eq!(completed, ABRIDGED.len());
}
