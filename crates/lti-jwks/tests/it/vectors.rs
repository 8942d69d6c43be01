//! What the RFCs themselves give as examples.

use lti_jwks::{Algorithm, Jwk, JwkSet, SigningKey, UnverifiedJwt, VerifyError, VerifyingKey, VerifyingKeys};
use serde_json::Value;

use crate::sender::*;

fn rfc7515(section: &str) -> (Value, String) {
    let vectors: Value = serde_json::from_str(include_str!("../fixtures/rfc7515.json")).unwrap();
    (vectors[section]["key"].clone(), vectors[section]["token"].as_str().unwrap().to_owned())
}

/// The tokens of RFC 7515 name no key and lack `aud` and `iat`, so what can be expected of them is that the
/// signature holds, and the first thing that is missing is said.
fn verify_vector(key: &Value, token: &str, algorithm: Algorithm) -> VerifyError {
    let key = VerifyingKey::from_jwk(&serde_json::from_value::<Jwk>(key.clone()).unwrap()).unwrap();
    let mut rules = lti_jwks::Rules::new("joe", CLIENT);
    rules.algorithms = vec![algorithm];
    let jwt = UnverifiedJwt::parse(token).unwrap();
    jwt.verify::<lti_jwks::RegisteredClaims>(&VerifyingKeys::single(key), &rules, now()).unwrap_err()
}

#[test]
fn rfc_7515_a2_and_a3() {
    for (section, algorithm) in [("A.2", Algorithm::Rs256), ("A.3", Algorithm::Es256)] {
        let (key, token) = rfc7515(section);
        assert_eq!(verify_vector(&key, &token, algorithm), VerifyError::AudienceMissing, "{section}");
        let (input, signature) = token.rsplit_once('.').unwrap();
        let mut changed = decode(signature);
        changed[10] ^= 1;
        let changed = format!("{input}.{}", encode(changed));
        assert_eq!(verify_vector(&key, &changed, algorithm), VerifyError::SignatureInvalid, "{section}");
    }
}

/// RS256 has one signature for one input; the RFC's is ours.
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))]
#[test]
fn rfc_7515_a2_signing() {
    let (key, token) = rfc7515("A.2");
    let key = SigningKey::from_private_jwk(&key.to_string()).unwrap();
    let (input, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(encode(key.sign(input.as_bytes()).unwrap()), signature);
}

#[test]
fn rfc_7515_a3_signing() {
    let (key, token) = rfc7515("A.3");
    let signing = SigningKey::from_private_jwk(&key.to_string()).unwrap();
    let input = token.rsplit_once('.').unwrap().0;
    let ours = format!("{input}.{}", encode(signing.sign(input.as_bytes()).unwrap()));
    assert_eq!(verify_vector(&key, &ours, Algorithm::Es256), VerifyError::AudienceMissing);
}

#[test]
fn rfc_7517_a1() {
    // The private members are dropped while reading, which leaves what §A.1 shows.
    let set = JwkSet::parse(include_bytes!("../fixtures/rfc7517.json")).unwrap();
    let written = serde_json::to_string(&set).unwrap();
    assert!(!written.contains(r#""d":"#) && written.contains("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"));
    let keys = VerifyingKeys::from_jwk_set(&set);
    let key = keys.find(&id("2011-04-29")).unwrap();
    assert_eq!(key.algorithms(), [Algorithm::Rs256]);
    // RFC 7638 §3.1 computes the thumbprint of this very key.
    assert_eq!(key.thumbprint().as_str(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    // The other is for encryption, and says so.
    assert_eq!(keys.skipped()[0].reason.code(), "key_use_not_signature");
}

#[test]
fn rfc_7517_a2() {
    let set: Value = serde_json::from_str(include_str!("../fixtures/rfc7517.json")).unwrap();
    let elliptic = SigningKey::from_private_jwk(&without(set["keys"][0].clone(), "use").to_string()).unwrap();
    assert_eq!((elliptic.key_id().as_str(), elliptic.algorithm()), ("1", Algorithm::Es256));
    let refused = SigningKey::from_private_jwk(&set["keys"][0].to_string()).unwrap_err();
    assert_eq!(refused.code(), "key_use_not_signature");
    let written: Value = serde_json::from_str(&elliptic.to_private_jwk().unwrap()).unwrap();
    for name in ["crv", "x", "y", "d", "kid", "kty"] {
        assert_eq!(written[name], set["keys"][0][name], "{name}");
    }
    if cfg!(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing")) {
        let rsa = SigningKey::from_private_jwk(&set["keys"][1].to_string()).unwrap();
        let written: Value = serde_json::from_str(&rsa.to_private_jwk().unwrap()).unwrap();
        assert_eq!(without(written, "use"), set["keys"][1]);
    }
}
