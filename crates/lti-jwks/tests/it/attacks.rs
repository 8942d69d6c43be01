//! What has been tried against others.

use aws_lc_rs::hmac;
use lti_jwks::{JwkSet, RegisteredClaims, SigningKey, UnverifiedJwt, VerifyingKeys};
use serde_json::{Value, json};

use crate::sender::*;

fn refusal(token: &str) -> &'static str {
    outcome(token, &keys(), &rules())
}

/// X-01.
#[test]
fn x01_alg_none() {
    for alg in ["none", "None", "NONE", "nOnE", "none ", "\u{ff4e}one"] {
        let header = with(header(), "alg", json!(alg));
        let input = format!("{}.{}", encode(header.to_string()), encode(payload().to_string()));
        assert_eq!(refusal(&format!("{input}.")), "algorithm_not_allowed", "{alg}");
        // With the signature of a good token, and with a true one.
        let signature = good().rsplit('.').next().unwrap().to_owned();
        assert_eq!(refusal(&format!("{input}.{signature}")), "algorithm_not_allowed", "{alg}");
        assert_eq!(refusal(&token(&header, &payload())), "algorithm_not_allowed", "{alg}");
    }
}

#[test]
fn an_empty_or_short_signature() {
    let token = good();
    let (input, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(refusal(&format!("{input}.")), "signature_invalid");
    assert_eq!(refusal(&format!("{input}.{}", encode([0_u8; 256]))), "signature_invalid");
    assert_eq!(refusal(&format!("{input}.{}", encode([0_u8; 255]))), "signature_invalid");
    assert_eq!(refusal(&format!("{input}.{}", encode([1_u8; 257]))), "signature_invalid");
    assert_eq!(refusal(&format!("{input}.{}", &signature[..340])), "signature_invalid");
    assert_eq!(refusal(&format!("{input}.AAAA{signature}")), "signature_invalid");
}

/// X-02: the public key is known to everybody, and so is no secret for an HMAC.
#[test]
fn x02_hs256_with_the_public_key() {
    let jwk = serde_json::to_value(KEY.public_jwk()).unwrap();
    let modulus = jwk["n"].as_str().unwrap().to_owned();
    let secrets: [&[u8]; 6] =
        [SPKI.as_bytes(), SPKI.trim().as_bytes(), PKCS1_PUBLIC.as_bytes(), modulus.as_bytes(), b"", b"a"];
    for secret in secrets {
        for alg in ["HS256", "RS256"] {
            let header = with(header(), "alg", json!(alg));
            let input = format!("{}.{}", encode(header.to_string()), encode(payload().to_string()));
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
            let expected = if alg == "HS256" { "algorithm_not_allowed" } else { "signature_invalid" };
            assert_eq!(refusal(&format!("{input}.{}", encode(tag))), expected);
        }
    }
}

/// X-03, bit by bit.
#[test]
fn x03_every_changed_byte_is_noticed() {
    let token = good();
    for position in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert_ne!(refusal(&changed), "accepted", "at {position}");
    }
    for end in 0..token.len() {
        assert_ne!(refusal(&token[..end]), "accepted", "cut at {end}");
    }
}

#[test]
fn a_tampered_payload_under_a_true_signature() {
    let token = good();
    let parts: Vec<&str> = token.split('.').collect();
    let forged = encode(with(payload(), "sub", json!("admin")).to_string());
    assert_eq!(refusal(&format!("{}.{forged}.{}", parts[0], parts[2])), "signature_invalid");
    // The same payload, written in another way.
    let rewritten = encode(format!(" {}", payload()));
    assert_eq!(refusal(&format!("{}.{rewritten}.{}", parts[0], parts[2])), "signature_invalid");
}

/// X-20: keys that the token brings along.
#[test]
fn x20_a_token_does_not_bring_its_own_key() {
    let attacker = serde_json::to_value(OTHER.public_jwk()).unwrap();
    for (name, value) in [
        ("jwk", attacker.clone()),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/chain.pem")),
        ("x5c", json!(["MIIB"])),
        ("x5t#S256", json!("AAAA")),
    ] {
        let header = with(header(), name, value);
        let forged = token_of(&header.to_string(), &payload().to_string(), &OTHER);
        assert_eq!(refusal(&forged), "signature_invalid", "{name}");
        // In a token that is true they are no reason to refuse it.
        assert_eq!(refusal(&token(&header, &payload())), "accepted", "{name}");
    }
}

#[test]
fn the_attackers_key_under_another_name_of_the_set() {
    // Both keys are the platform's; a token signed by one and naming the other is refused.
    let other = SigningKey::from_pem(OTHER_PKCS8).unwrap().with_key_id(id("b"));
    let keys = VerifyingKeys::from_jwk_set(&JwkSet::new([KEY.public_jwk(), other.public_jwk()]));
    let crossed = token_of(&header().to_string(), &payload().to_string(), &other);
    assert_eq!(outcome(&crossed, &keys, &rules()), "signature_invalid");
    let straight = token_of(&with(header(), "kid", json!("b")).to_string(), &payload().to_string(), &other);
    assert_eq!(outcome(&straight, &keys, &rules()), "accepted");
}

#[test]
fn two_headers_in_one() {
    for header in [
        r#"{"alg":"none","alg":"RS256","kid":"a"}"#,
        r#"{"alg":"RS256","kid":"b","kid":"a"}"#,
        r#"{"alg":"RS256","kid":"a","\u006bid":"a"}"#,
        r#"{"alg":"RS256","kid":"a","jku":"x","jku":"y"}"#,
    ] {
        let token = token_of(header, &payload().to_string(), &KEY);
        assert_eq!(refusal(&token), "header_member_duplicated", "{header}");
    }
}

#[test]
fn other_serializations_are_not_read() {
    let token = good();
    let parts: Vec<&str> = token.split('.').collect();
    let flattened = json!({"protected": parts[0], "payload": parts[1], "signature": parts[2]}).to_string();
    assert_eq!(refusal(&flattened), "segments_malformed");
    assert_eq!(refusal(&format!("{token}.{}.{}", parts[1], parts[2])), "segments_malformed");
    assert_eq!(refusal(&format!("Bearer {token}")), "base64_malformed");
}

/// RSA signatures are numbers below the modulus; the same signature plus the modulus is another text.
#[test]
fn a_signature_is_not_malleable() {
    let token = good();
    let (input, signature) = token.rsplit_once('.').unwrap();
    use base64::Engine as _;
    let decode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap();
    let jwk: Value = serde_json::to_value(KEY.public_jwk()).unwrap();
    let mut sum = decode(signature);
    let mut carry = 0_u16;
    for (byte, other) in sum.iter_mut().rev().zip(decode(jwk["n"].as_str().unwrap()).into_iter().rev()) {
        let total = u16::from(*byte) + u16::from(other) + carry;
        *byte = (total & 0xff) as u8;
        carry = total >> 8;
    }
    if carry > 0 {
        sum.insert(0, 1);
    }
    assert_eq!(refusal(&format!("{input}.{}", encode(&sum))), "signature_invalid");
    let mut zero = vec![0];
    zero.extend(decode(signature));
    assert_eq!(refusal(&format!("{input}.{}", encode(&zero))), "signature_invalid");
}

#[test]
fn nesting_at_the_limit() {
    let nested = |levels: usize| {
        let inner = format!("{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        payload().to_string().replacen('{', &format!(r#"{{"x":{inner},"#), 1)
    };
    assert_eq!(refusal(&token_of(&header().to_string(), &nested(64), &KEY)), "accepted");
    assert_eq!(refusal(&token_of(&header().to_string(), &nested(65), &KEY)), "payload_nested_too_deep");
    assert_eq!(refusal(&token_of(&header().to_string(), &nested(20_000), &KEY)), "payload_nested_too_deep");
}

#[test]
fn oversize_is_refused_before_anything_is_read() {
    assert_eq!(refusal(&"A".repeat(65_537)), "too_large");
    assert_eq!(refusal(&"A".repeat(65_536)), "segments_malformed");
    assert_eq!(refusal(&".".repeat(65_536)), "segments_malformed");
    let padded = with(payload(), "pad", json!("x".repeat(48_000)));
    assert_eq!(refusal(&token(&header(), &padded)), "accepted");
}

#[test]
fn a_claims_type_that_reads_nothing_proves_nothing() {
    // `Claims` decides what is seen: one that sees no issuer is refused, not waved through.
    #[derive(Debug, serde::Deserialize)]
    struct Blind {}
    impl lti_jwks::Claims for Blind {
        fn issuer(&self) -> Option<&str> {
            None
        }
        fn audiences(&self) -> impl Iterator<Item = &str> {
            std::iter::empty()
        }
        fn authorized_party(&self) -> Option<&str> {
            None
        }
        fn expires_at(&self) -> Option<f64> {
            None
        }
        fn issued_at(&self) -> Option<f64> {
            None
        }
        fn not_before(&self) -> Option<f64> {
            None
        }
    }
    let jwt = UnverifiedJwt::parse(&good()).unwrap();
    assert_eq!(jwt.verify::<Blind>(&keys(), &rules(), now()).unwrap_err().code(), "issuer_missing");
    assert!(
        UnverifiedJwt::parse(&good()).unwrap().verify::<RegisteredClaims>(&keys(), &rules(), now()).is_ok()
    );
}
