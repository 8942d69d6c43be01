//! Whatever comes in, nothing panics; whatever is signed, is read back.

use base64::Engine as _;
use lti_jwks::{
    Jwk, JwkSet, RegisteredClaims, SigningKey, UnsignedJwt, UnverifiedJwt, VerifyingKey, VerifyingKeys,
    freshness,
};
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::sender::*;

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // Halves, because serde_json without `float_roundtrip` may read other fractions a bit off.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 2.0)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn parse_all(text: &str) {
    if let Ok(jwt) = UnverifiedJwt::parse(text) {
        let _ = jwt.key_id();
        let _ = jwt.verify::<RegisteredClaims>(&keys(), &rules(), now());
    }
    if let Ok(set) = JwkSet::parse(text.as_bytes()) {
        let keys = VerifyingKeys::from_jwk_set(&set);
        assert_eq!(keys.len() + keys.skipped().len(), set.keys.len());
    }
    let _ = SigningKey::from_pem(text);
    let _ = SigningKey::from_private_jwk(text);
    let _ = SigningKey::parse(text);
    let _ = serde_json::from_str::<lti_jwks::KeySchedule>(text);
    let _ = VerifyingKey::from_pem(text);
    let _ = freshness(Some(text), now());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in any::<String>()) {
        parse_all(&text);
    }

    #[test]
    fn no_text_like_a_token_panics(text in r#"[A-Za-z0-9_-]{0,60}(\.[A-Za-z0-9_=+/-]{0,60}){0,4}"#) {
        parse_all(&text);
    }

    #[test]
    fn no_text_like_pem_panics(
        label in "(RSA |EC |ENCRYPTED )?(PRIVATE|PUBLIC) KEY",
        body in r"([A-Za-z0-9+/]{0,64}\n){0,4}",
    ) {
        parse_all(&format!("-----BEGIN {label}-----\n{body}-----END {label}-----\n"));
    }

    /// Bytes that begin as a container does, so that the reader gets somewhere.
    #[test]
    fn no_der_panics(
        label in "(RSA |EC )?(PRIVATE|PUBLIC) KEY",
        original in 0..3_usize,
        changes in prop::collection::vec((0..200_usize, any::<u8>()), 1..4),
        len in 0..1300_usize,
    ) {
        let pem = [PKCS8, SPKI, include_str!("../fixtures/ec256.pkcs8.pem")][original];
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let mut der = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
        for (position, byte) in changes {
            let position = position % der.len();
            der[position] = byte;
        }
        der.truncate(len.max(1));
        let body = base64::engine::general_purpose::STANDARD.encode(der);
        parse_all(&format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"));
    }

    #[test]
    fn no_header_and_payload_panic(header in json(), payload in json()) {
        parse_all(&format!("{}.{}.AAAA", encode(header.to_string()), encode(payload.to_string())));
    }

    #[test]
    fn no_true_signature_over_any_payload_panics(payload in json()) {
        parse_all(&token(&header(), &payload));
    }

    #[test]
    fn no_key_set_panics_and_reading_what_was_written_changes_nothing(
        mut key in prop::collection::btree_map("(kty|kid|n|e|crv|x|y|alg|use|key_ops|d)", json(), 0..6),
        kind in 0..4,
        numbers in prop::collection::vec("[A-Za-z0-9_-]{0,90}", 2),
    ) {
        if kind == 1 {
            key.insert("kty".into(), "RSA".into());
        }
        if kind > 1 {
            key.insert("kty".into(), "EC".into());
            key.insert("crv".into(), if kind == 2 { "P-256" } else { "P-384" }.into());
            key.insert("x".into(), numbers[0].clone().into());
            key.insert("y".into(), numbers[1].clone().into());
        }
        let key: Map<String, Value> = key.into_iter().collect();
        let text = serde_json::json!({ "keys": [key] }).to_string();
        parse_all(&text);
        let set = JwkSet::parse(text.as_bytes()).unwrap();
        let written = serde_json::to_string(&set).unwrap();
        prop_assert!(set.keys.iter().all(|key| key.member("d").is_none()));
        prop_assert!(serde_json::from_str::<Value>(&written).unwrap()["keys"][0].get("d").is_none());
        let again = JwkSet::parse(written.as_bytes()).unwrap();
        prop_assert_eq!(serde_json::to_string(&again).unwrap(), written);
    }

    #[test]
    fn what_is_signed_is_read_back(mut claims in prop::collection::btree_map("[a-z:/]{5,30}", json(), 0..8)) {
        for (name, value) in payload().as_object().unwrap() {
            claims.insert(name.clone(), value.clone());
        }
        let token = UnsignedJwt::new(&claims).unwrap().sign(&KEY).unwrap();
        let verified = verify(&token).unwrap();
        prop_assert_eq!(verified.payload(), serde_json::to_vec(&claims).unwrap());
        // Through a signer elsewhere it is the same token.
        let input = UnsignedJwt::new(&claims).unwrap().signing_input(KEY.key_id(), KEY.algorithm());
        let signature = KEY.sign(input.bytes()).unwrap();
        prop_assert_eq!(input.attach(&signature).unwrap(), token);
    }
}

#[test]
fn a_key_set_survives_writing_and_reading() {
    let set = JwkSet::new([KEY.public_jwk(), OTHER.public_jwk()]);
    let text = serde_json::to_vec(&set).unwrap();
    assert!(text.starts_with(br#"{"keys":["#));
    assert_eq!(JwkSet::parse(&text).unwrap(), set);
    let jwk: Jwk = serde_json::from_slice(&serde_json::to_vec(&KEY.public_jwk()).unwrap()).unwrap();
    assert_eq!(jwk, KEY.public_jwk());
}
