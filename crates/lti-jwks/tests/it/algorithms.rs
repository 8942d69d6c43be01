//! Every algorithm with every kind of key.

use std::sync::LazyLock;

use lti_jwks::{
    Algorithm, Curve, Rules, SignError, SigningKey, UnsignedJwt, UnusableKey, UnverifiedJwt, VerifyingKey,
    VerifyingKeys,
};
use serde_json::json;

use crate::sender::*;

/// Whether RSA signatures are part of the build.
const RSA_SIGNS: bool = cfg!(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"));

/// One key for each algorithm, named after it.
pub(crate) static KEYS: LazyLock<Vec<SigningKey>> = LazyLock::new(|| {
    let of = |algorithm: Algorithm| {
        let key = match algorithm.curve() {
            None if !RSA_SIGNS => return None,
            None => SigningKey::from_pem(PKCS8).unwrap(),
            Some(curve) => SigningKey::generate_ec(curve).unwrap(),
        };
        Some(key.with_algorithm(algorithm).unwrap().with_key_id(id(algorithm.as_str())))
    };
    Algorithm::ALL.into_iter().filter_map(of).collect()
});

fn rules_for(algorithms: &[Algorithm]) -> Rules {
    let mut rules = rules();
    rules.algorithms = algorithms.to_vec();
    rules
}

fn signed(key: &SigningKey) -> String {
    UnsignedJwt::new(&payload()).unwrap().sign(key).unwrap()
}

fn only(key: &SigningKey) -> VerifyingKeys {
    VerifyingKeys::of([key.verifying_key().clone()])
}

#[test]
fn each_is_refused_unless_a_rule_allows_it() {
    for key in KEYS.iter() {
        let token = signed(key);
        for allowed in Algorithm::ALL {
            let expected = if allowed == key.algorithm() { "accepted" } else { "algorithm_not_allowed" };
            assert_eq!(outcome(&token, &only(key), &rules_for(&[allowed])), expected, "{allowed}");
        }
        assert_eq!(outcome(&token, &only(key), &rules_for(&Algorithm::ALL)), "accepted");
    }
    assert_eq!(Rules::new("a", "b").algorithms, [Algorithm::Rs256]);
}

/// The header says what the key signs with from then on.
#[test]
fn a_key_that_is_given_another_algorithm_names_it() {
    for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| RSA_SIGNS && algorithm.curve().is_none()) {
        let key = SigningKey::from_pem(PKCS8).unwrap().with_algorithm(algorithm).unwrap();
        assert_eq!(outcome(&signed(&key), &only(&key), &rules_for(&[algorithm])), "accepted", "{algorithm}");
    }
}

/// A header that names another algorithm than the key's, and a true signature of whichever kind.
#[test]
fn a_token_does_not_choose_the_algorithm_of_a_key() {
    for key in KEYS.iter() {
        for named in Algorithm::ALL {
            let header = json!({"alg": named.as_str(), "kid": key.key_id()});
            let token = token_of(&header.to_string(), &payload().to_string(), key);
            let expected = if named == key.algorithm() { "accepted" } else { "key_algorithm_mismatch" };
            assert_eq!(outcome(&token, &only(key), &rules_for(&Algorithm::ALL)), expected, "{named}");
        }
    }
}

/// The same with a key set that names no algorithm: then it is the signature that does not fit.
#[test]
fn a_key_without_algorithm_may_be_used_with_those_of_its_type() {
    for key in KEYS.iter() {
        let jwk = without(serde_json::to_value(key.public_jwk()).unwrap(), "alg");
        let verifying = VerifyingKey::from_jwk(&serde_json::from_value(jwk).unwrap()).unwrap();
        let same_type = verifying.algorithms().to_vec();
        assert!(same_type.iter().all(|algorithm| algorithm.curve() == key.algorithm().curve()));
        assert_eq!(same_type.len(), if key.algorithm().curve().is_none() { 4 } else { 1 });
        let keys = VerifyingKeys::of([verifying]);
        for named in Algorithm::ALL {
            let header = json!({"alg": named.as_str(), "kid": key.key_id()});
            let token = token_of(&header.to_string(), &payload().to_string(), key);
            let expected = match named {
                _ if named == key.algorithm() => "accepted",
                _ if same_type.contains(&named) => "signature_invalid",
                _ => "key_algorithm_mismatch",
            };
            assert_eq!(outcome(&token, &keys, &rules_for(&Algorithm::ALL)), expected, "{named}");
        }
    }
}

#[test]
fn algorithms_go_with_their_keys_only() {
    for curve in [Curve::P256, Curve::P384] {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate_ec(curve).unwrap();
            let expected =
                if algorithm.curve() == Some(curve) { Ok(()) } else { Err(UnusableKey::AlgorithmMismatch) };
            assert_eq!(key.with_algorithm(algorithm).map(|_| ()), expected);
        }
    }
    let spki = VerifyingKey::from_pem(SPKI).unwrap();
    assert_eq!(spki.only_with(Algorithm::Ps256).unwrap().algorithms(), [Algorithm::Ps256]);
    assert_eq!(spki.only_with(Algorithm::Es256).unwrap_err(), UnusableKey::AlgorithmMismatch);
}

#[test]
fn every_changed_byte_of_a_signature_is_noticed() {
    for key in KEYS.iter() {
        let token = signed(key);
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = decode(signature);
        let rules = rules_for(&[key.algorithm()]);
        for position in (0..signature.len()).step_by(if signature.len() > 96 { 7 } else { 1 }) {
            let mut changed = signature.clone();
            changed[position] ^= 1 << (position % 8);
            let token = format!("{input}.{}", encode(&changed));
            assert_eq!(outcome(&token, &only(key), &rules), "signature_invalid", "{position}");
        }
        for other in [
            vec![],
            vec![0; signature.len()],
            vec![0xff; signature.len()],
            signature[1..].to_vec(),
            [&signature[..], &[0]].concat(),
            [&[0], &signature[..]].concat(),
        ] {
            let token = format!("{input}.{}", encode(&other));
            assert_eq!(outcome(&token, &only(key), &rules), "signature_invalid", "{}", other.len());
        }
    }
}

/// RFC 7518 §3.4 wants r and s after one another; libraries for other protocols write DER.
#[test]
fn an_elliptic_signature_in_der_is_none() {
    for key in KEYS.iter().filter(|key| key.algorithm().curve().is_some()) {
        let token = signed(key);
        let (input, signature) = token.rsplit_once('.').unwrap();
        let der = der_of(&decode(signature));
        let refused = format!("{input}.{}", encode(&der));
        assert_eq!(outcome(&refused, &only(key), &rules_for(&[key.algorithm()])), "signature_invalid");
        // From a key service it is turned into the right form.
        let unsigned = || UnsignedJwt::new(&payload()).unwrap().signing_input(key.key_id(), key.algorithm());
        assert_eq!(unsigned().bytes(), input.as_bytes());
        assert_eq!(unsigned().attach_der(&der).unwrap(), token);
        assert_eq!(unsigned().attach(&decode(signature)).unwrap(), token);
        assert_eq!(unsigned().attach(&der).unwrap_err(), SignError::SignatureLength);
        assert_eq!(unsigned().attach_der(&decode(signature)).unwrap_err(), SignError::SignatureMalformed);
    }
}

/// `r` and `s` as ASN.1 integers.
fn der_of(fixed: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let start = number.iter().position(|byte| *byte != 0).unwrap();
        let sign: &[u8] = if number[start] >= 0x80 { &[0] } else { &[] };
        let digits = [sign, &number[start..]].concat();
        [&[2, digits.len() as u8], &digits[..]].concat()
    };
    let (r, s) = fixed.split_at(fixed.len() / 2);
    let body = [integer(r), integer(s)].concat();
    [&[0x30, body.len() as u8], &body[..]].concat()
}

/// What a key service signs: the bytes, or their digest.
#[test]
fn a_signature_from_elsewhere_makes_the_same_token() {
    for key in KEYS.iter() {
        let input = || UnsignedJwt::new(&payload()).unwrap().signing_input(key.key_id(), key.algorithm());
        let expected = match key.algorithm() {
            Algorithm::Rs384 | Algorithm::Es384 => 48,
            Algorithm::Rs512 => 64,
            _ => 32,
        };
        assert_eq!(input().digest().len(), expected);
        assert_eq!(input().algorithm(), key.algorithm());
        let token = input().attach(&key.sign(input().bytes()).unwrap()).unwrap();
        assert_eq!(outcome(&token, &only(key), &rules_for(&[key.algorithm()])), "accepted");
        if key.algorithm().curve().is_none() {
            let token = input().attach_der(&key.sign(input().bytes()).unwrap()).unwrap();
            assert_eq!(outcome(&token, &only(key), &rules_for(&[key.algorithm()])), "accepted");
        }
    }
}

#[test]
fn verified_says_which_algorithm_it_was() {
    for key in KEYS.iter() {
        let verified = UnverifiedJwt::parse(&signed(key))
            .unwrap()
            .verify::<lti_jwks::RegisteredClaims>(&only(key), &rules_for(&Algorithm::ALL), now())
            .unwrap();
        assert_eq!(verified.algorithm(), key.algorithm());
    }
}

#[test]
fn points_that_are_not_on_their_curve_are_no_keys() {
    let key = SigningKey::generate_ec(Curve::P256).unwrap();
    let jwk = || serde_json::to_value(key.public_jwk()).unwrap();
    let read = |jwk| VerifyingKey::from_jwk(&serde_json::from_value(jwk).unwrap()).map(|_| ());
    assert_eq!(read(jwk()), Ok(()));
    let (x, y) = (jwk()["x"].clone(), jwk()["y"].clone());
    for broken in [
        with(with(jwk(), "x", y), "y", x),
        with(jwk(), "x", json!(encode([0; 32]))),
        with(with(jwk(), "x", json!(encode([0; 32]))), "y", json!(encode([0; 32]))),
        with(jwk(), "y", json!(encode([0xff; 32]))),
        without(with(jwk(), "crv", json!("P-384")), "alg"),
    ] {
        assert_eq!(read(broken.clone()), Err(UnusableKey::Rejected), "{broken}");
    }
    // A private key whose public half is another's.
    let other = serde_json::to_value(SigningKey::generate_ec(Curve::P256).unwrap().public_jwk()).unwrap();
    let mut private: serde_json::Value = serde_json::from_str(&key.to_private_jwk().unwrap()).unwrap();
    private["x"] = other["x"].clone();
    private["y"] = other["y"].clone();
    assert_eq!(
        SigningKey::from_private_jwk(&private.to_string()).unwrap_err().code(),
        "private_key_rejected"
    );
}

#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing")))]
#[test]
fn rsa_keys_do_not_sign_without_leave() {
    use lti_jwks::{RsaSize, SigningKeyError};
    let refused = SigningKeyError::RsaSigningNotBuilt;
    assert_eq!(SigningKey::from_pem(PKCS8).unwrap_err(), refused);
    assert_eq!(SigningKey::from_pem(PKCS1).unwrap_err(), refused);
    assert_eq!(SigningKey::generate_rsa(RsaSize::Rsa2048).unwrap_err(), refused);
    let jwk = include_str!("../fixtures/rsa2048.jwk.json");
    assert_eq!(SigningKey::from_private_jwk(jwk).unwrap_err(), refused);
}
