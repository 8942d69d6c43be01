//! The same tokens before this crate and before `jsonwebtoken`, in both directions.

use jsonwebtoken as reference;
use lti_jwks::{RegisteredClaims, UnsignedJwt};
use serde_json::{Value, json};

use crate::sender::*;

/// What the reference says of a token, by rules as near to ours as it has them.
fn reference_accepts(token: &str) -> bool {
    let mut validation = reference::Validation::new(reference::Algorithm::RS256);
    validation.set_audience(&[CLIENT]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    // It reads the machine's clock, so times are compared in `times`.
    validation.validate_exp = false;
    let key = reference::DecodingKey::from_rsa_pem(SPKI.as_bytes()).unwrap();
    reference::decode::<Value>(token, &key, &validation).is_ok()
}

fn reference_token(header: reference::Header, payload: &Value, pem: &str) -> String {
    let key = reference::EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    reference::encode(&header, payload, &key).unwrap()
}

fn reference_header() -> reference::Header {
    let mut header = reference::Header::new(reference::Algorithm::RS256);
    header.kid = Some("a".into());
    header
}

/// A small generator of its own, so that a failure names a number that repeats it.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound
    }
}

#[test]
fn each_reads_what_the_other_writes() {
    let mut random = Random(1);
    for round in 0..150 {
        let mut payload = payload();
        for _ in 0..random.below(6) {
            let name = format!("claim-{}", random.below(1000));
            payload[name] = match random.below(5) {
                0 => json!("ü\u{1F600}\"\\/\n".repeat(random.below(20))),
                1 => json!(random.below(1_000_000)),
                2 => json!([null, true, 1.5]),
                3 => json!({"a": {"b": ["c"]}}),
                _ => json!("x".repeat(random.below(3000))),
            };
        }
        let theirs = reference_token(reference_header(), &payload, PKCS1);
        let read = verify(&theirs).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(read.payload()).unwrap(), payload, "{round}");
        let ours = UnsignedJwt::new(&payload).unwrap().sign(&KEY).unwrap();
        assert!(reference_accepts(&ours), "{round}");
        // The same key, header members and claims give the same signature length and header.
        let header = reference::decode_header(&ours).unwrap();
        assert_eq!(header, reference_header());
    }
}

#[test]
fn claims_of_ours_are_claims_of_theirs() {
    let mut claims = RegisteredClaims::new(ISSUER, [CLIENT]);
    claims.issued_at = Some(now().into());
    claims.expires_at = Some((now() + chrono::TimeDelta::seconds(60)).into());
    let token = UnsignedJwt::new(&claims).unwrap().sign(&KEY).unwrap();
    assert!(reference_accepts(&token));
    assert_eq!(verify(&token).unwrap().into_inner(), claims);
}

#[test]
fn tampered_tokens_are_refused_by_both() {
    let mut random = Random(2);
    let alphabet: Vec<char> =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ".chars().collect();
    let original = good();
    assert!(reference_accepts(&original));
    let mut changed_count = 0;
    for round in 0..600 {
        let mut characters: Vec<char> = original.chars().collect();
        let position = random.below(characters.len());
        let character = alphabet[random.below(alphabet.len())];
        match random.below(4) {
            0 => characters[position] = character,
            1 => characters.insert(position, character),
            2 => drop(characters.remove(position)),
            _ => {
                let other = random.below(characters.len());
                characters.swap(position, other);
            }
        }
        let changed: String = characters.into_iter().collect();
        if changed == original {
            continue;
        }
        changed_count += 1;
        let accepted = outcome(&changed, &keys(), &rules()) == "accepted";
        assert!(!accepted, "round {round}");
        assert_eq!(accepted, reference_accepts(&changed), "round {round}");
    }
    assert!(changed_count > 500);
}

#[test]
fn the_same_claims_are_refused_by_both() {
    let p = payload;
    for (payload, accepted) in [
        (p(), true),
        (with(p(), "iss", json!("https://lms.example/")), false),
        (with(p(), "aud", json!("client-2")), false),
        (with(p(), "aud", json!([CLIENT])), true),
        (with(p(), "aud", json!([])), false),
        (without(p(), "iss"), false),
        (without(p(), "aud"), false),
        (without(p(), "exp"), false),
    ] {
        let token = token(&header(), &payload);
        assert_eq!(reference_accepts(&token), accepted, "{payload}");
        assert_eq!(outcome(&token, &keys(), &rules()) == "accepted", accepted, "{payload}");
    }
    let theirs = reference_token(reference_header(), &p(), OTHER_PKCS8);
    assert!(!reference_accepts(&theirs));
    assert_eq!(outcome(&theirs, &keys(), &rules()), "signature_invalid");
}

#[test]
fn algorithms_the_rules_do_not_name_are_refused_by_both() {
    for algorithm in [
        reference::Algorithm::RS384,
        reference::Algorithm::RS512,
        reference::Algorithm::PS256,
        reference::Algorithm::PS384,
        reference::Algorithm::PS512,
    ] {
        let mut header = reference_header();
        header.alg = algorithm;
        let token = reference_token(header, &payload(), PKCS1);
        assert!(!reference_accepts(&token));
        assert_eq!(outcome(&token, &keys(), &rules()), "algorithm_not_allowed");
    }
    let mut header = reference_header();
    header.alg = reference::Algorithm::HS256;
    let secret = reference::EncodingKey::from_secret(SPKI.as_bytes());
    let token = reference::encode(&header, &payload(), &secret).unwrap();
    assert!(!reference_accepts(&token));
    assert_eq!(outcome(&token, &keys(), &rules()), "algorithm_not_allowed");
}
