//! Known bad payloads (certification guide, tool, bad payloads): each breaks one thing of an accepted launch.

use serde_json::{Value, json};

use crate::pair::{Pair, Token};
use crate::payloads::{both, claim, with, without};

/// The launch is accepted as it is, and refused with exactly this code once changed; for a learner and for an
/// instructor.
pub fn reject(code: &str, change: impl Fn(&mut Token)) {
    reject_by(&Pair::new(), code, change);
}

pub fn reject_by(pair: &Pair, code: &str, change: impl Fn(&mut Token)) {
    for payload in both() {
        let mut token = Token::of(payload);
        pair.receive(&token).expect("the base launch is accepted");
        change(&mut token);
        let error = pair.receive(&token).expect_err("the changed launch is refused");
        assert_eq!(error.code(), code, "{error}");
        assert!(!error.spec().is_empty() && (400..=403).contains(&error.http_status()));
    }
}

fn reject_payload(code: &str, change: impl Fn(Value) -> Value) {
    reject(code, |token| token.payload = change(token.payload.take()));
}

#[test]
fn t_b01_no_kid_in_header() {
    reject("key_id_missing", |token| token.header = json!({"alg": "RS256", "badtestonly": "12345"}));
}

#[test]
fn t_b02_incorrect_kid_in_header() {
    reject("key_unknown", |token| token.header["kid"] = "platform-key-66067".into());
}

#[test]
fn t_b03_wrong_lti_version() {
    reject_payload("version_unsupported", |p| with(p, "version", "11.3"));
}

#[test]
fn t_b03b_other_wrong_versions() {
    for version in [json!("1.3"), json!("LTI-1p3"), json!(1.3), json!("1.3.0 "), json!("")] {
        reject_payload("version_unsupported", |p| with(p, "version", version.clone()));
    }
    reject_payload("version_missing", |p| with(p, "version", json!(["1.3.0"])));
}

#[test]
fn t_b04_no_lti_version() {
    reject_payload("version_missing", |p| without(p, &["version"]));
    reject_payload("version_missing", |p| with(p, "version", Value::Null));
}

#[test]
fn t_b05_invalid_lti_message() {
    reject("issuer_missing", |token| token.payload = json!({"name": "badltilaunch"}));
    for payload in [json!([]), json!("x"), json!(7), json!(null)] {
        reject("payload_malformed", |token| token.payload = payload.clone());
    }
}

#[test]
fn t_b06_missing_lti_claims() {
    let pair = Pair::new();
    for payload in both() {
        pair.receive(&Token::of(payload.clone())).expect("the base launch is accepted");
        let error =
            pair.receive(&Token::of(without(payload, &["message_type", "version", "roles"]))).unwrap_err();
        assert_eq!(error.code(), "message_type_missing");
        let named = error.to_string();
        for name in ["message_type", "version", "roles"] {
            assert!(named.contains(&claim(name)), "{name} is named in: {named}");
        }
    }
    reject_payload("issuer_missing", |p| without(p, &["aud", "iss", "sub", "deployment_id", "roles"]));
}

#[test]
fn t_b07_timestamps_incorrect() {
    reject_payload("expired", |p| with(with(p, "iat", 11111), "exp", 22222));
}

#[test]
fn t_b08_message_type_claim_missing() {
    reject_payload("message_type_missing", |p| without(p, &["message_type"]));
}

#[test]
fn t_b09_role_claim_missing() {
    reject_payload("roles_missing", |p| without(p, &["roles"]));
}

#[test]
fn t_b09b_roles_are_no_list() {
    reject_payload("roles_invalid", |p| with(p, "roles", "Instructor"));
    reject_payload("roles_invalid", |p| with(p, "roles", json!({"0": "Instructor"})));
}

#[test]
fn t_b10_deployment_id_claim_missing() {
    reject_payload("deployment_id_missing", |p| without(p, &["deployment_id"]));
}

#[test]
fn t_b10b_deployment_id_empty() {
    reject_payload("deployment_id_invalid", |p| with(p, "deployment_id", ""));
}

#[test]
fn t_b11_resource_link_id_claim_missing() {
    reject_payload("resource_link_missing", |p| without(p, &["resource_link"]));
}

#[test]
fn t_b11b_resource_link_without_id() {
    reject_payload("resource_link_invalid", |p| with(p, "resource_link", json!({})));
}

#[test]
fn t_b11c_resource_link_id_empty() {
    reject_payload("resource_link_invalid", |p| with(p, "resource_link", json!({"id": ""})));
}

#[test]
fn t_b12_user_claim_missing() {
    reject_payload("subject_invalid", |p| with(p, "sub", ""));
    let mut pair = Pair::new();
    pair.tool.policy.require_user = true;
    reject_by(&pair, "user_required", |token| token.payload = without(token.payload.take(), &["sub"]));
}
