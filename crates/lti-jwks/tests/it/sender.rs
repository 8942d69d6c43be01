//! Somebody who sends tokens, well-formed or not.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use lti_jwks::{
    JwkSet, KeyId, RegisteredClaims, Rules, SigningKey, UnverifiedJwt, Verified, VerifyError, VerifyingKeys,
};
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "https://lms.example";
pub(crate) const CLIENT: &str = "client-1";
pub(crate) const NOW: i64 = 1_700_000_000;

pub(crate) const PKCS8: &str = include_str!("../fixtures/rsa2048.pkcs8.pem");
pub(crate) const PKCS1: &str = include_str!("../fixtures/rsa2048.pkcs1.pem");
pub(crate) const SPKI: &str = include_str!("../fixtures/rsa2048.spki.pem");
pub(crate) const PKCS1_PUBLIC: &str = include_str!("../fixtures/rsa2048.pkcs1.pub.pem");
pub(crate) const OTHER_PKCS8: &str = include_str!("../fixtures/other2048.pkcs8.pem");

/// The sender's key, named `a`.
pub(crate) static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_pem(PKCS8).unwrap().with_key_id(id("a")));
/// The attacker's, named `a` too.
pub(crate) static OTHER: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::from_pem(OTHER_PKCS8).unwrap().with_key_id(id("a")));

pub(crate) fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW, 0).unwrap()
}

pub(crate) fn keys() -> VerifyingKeys {
    VerifyingKeys::from_jwk_set(&JwkSet::new([KEY.public_jwk()]))
}

pub(crate) fn rules() -> Rules {
    let mut rules = Rules::new(ISSUER, CLIENT);
    rules.authorized_party = Some(CLIENT.into());
    rules
}

pub(crate) fn header() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": "a"})
}

pub(crate) fn payload() -> Value {
    json!({"iss": ISSUER, "aud": CLIENT, "sub": "user", "iat": NOW, "exp": NOW + 60, "nonce": "n"})
}

/// The value with one member set.
pub(crate) fn with(mut value: Value, name: &str, member: Value) -> Value {
    value[name] = member;
    value
}

/// The value with one member removed.
pub(crate) fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name).unwrap();
    value
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token of exactly this header and payload text, signed.
pub(crate) fn token_of(header: &str, payload: &str, key: &SigningKey) -> String {
    let input = format!("{}.{}", encode(header), encode(payload));
    let signature = key.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", encode(signature))
}

/// A token of this header and payload, signed by [`KEY`].
pub(crate) fn token(header: &Value, payload: &Value) -> String {
    token_of(&header.to_string(), &payload.to_string(), &KEY)
}

/// A good token.
pub(crate) fn good() -> String {
    token(&header(), &payload())
}

pub(crate) fn verify(token: &str) -> Result<Verified<RegisteredClaims>, VerifyError> {
    verify_with(token, &keys(), &rules())
}

pub(crate) fn verify_with(
    token: &str,
    keys: &VerifyingKeys,
    rules: &Rules,
) -> Result<Verified<RegisteredClaims>, VerifyError> {
    UnverifiedJwt::parse(token).expect("well-formed").verify(keys, rules, now())
}

/// The code of the refusal, of whichever step; `accepted` when there is none.
pub(crate) fn outcome(token: &str, keys: &VerifyingKeys, rules: &Rules) -> &'static str {
    match UnverifiedJwt::parse(token) {
        Err(error) => error.code(),
        Ok(jwt) => match jwt.verify::<RegisteredClaims>(keys, rules, now()) {
            Err(error) => error.code(),
            Ok(_) => "accepted",
        },
    }
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}
