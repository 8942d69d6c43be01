//! Keys in and out: PEM, JWK, generation.

use lti_jwks::{
    Jwk, JwkSet, PemError, RsaSize, SigningKey, SigningKeyError, UnusableKey, VerifyingKey, VerifyingKeys,
};
use serde_json::{Value, json};

use crate::sender::*;

const CERTIFICATE: &str = include_str!("../fixtures/certificate.pem");
const ENCRYPTED: &str = include_str!("../fixtures/rsa2048.encrypted.pem");
const ENCRYPTED_PKCS1: &str = include_str!("../fixtures/rsa2048.encrypted-pkcs1.pem");
const SHORT: &str = include_str!("../fixtures/rsa1024.pem");
const SHORT_PUBLIC: &str = include_str!("../fixtures/rsa1024.spki.pem");
const PRIVATE_JWK: &str = include_str!("../fixtures/rsa2048.jwk.json");

fn signing(text: &str) -> Result<(), SigningKeyError> {
    SigningKey::from_pem(text).map(|_| ())
}

fn verifying(text: &str) -> Result<(), UnusableKey> {
    VerifyingKey::from_pem(text).map(|_| ())
}

#[test]
fn one_key_in_every_container_is_one_key() {
    let thumbprint = SigningKey::from_pem(PKCS8).unwrap().key_id().clone();
    assert_eq!(*SigningKey::from_pkcs8_pem(PKCS8).unwrap().key_id(), thumbprint);
    assert_eq!(*SigningKey::from_pem(PKCS1).unwrap().key_id(), thumbprint);
    assert_eq!(*SigningKey::from_pkcs1_pem(PKCS1).unwrap().key_id(), thumbprint);
    assert_eq!(VerifyingKey::from_pem(SPKI).unwrap().thumbprint(), thumbprint);
    assert_eq!(VerifyingKey::from_pem(PKCS1_PUBLIC).unwrap().thumbprint(), thumbprint);
    let jwk = SigningKey::from_private_jwk(PRIVATE_JWK).unwrap();
    assert_eq!(jwk.verifying_key().thumbprint(), thumbprint);
    assert_eq!(jwk.key_id().as_str(), "from-jwk");
    assert_eq!(jwk.public_jwk().thumbprint().unwrap(), thumbprint);
    assert_eq!(Jwk::from(&VerifyingKey::from_pem(SPKI).unwrap()).thumbprint().unwrap(), thumbprint);
    for key in [jwk, SigningKey::from_pem(PKCS1).unwrap()] {
        assert_eq!(key.sign(b"message").unwrap(), KEY.sign(b"message").unwrap());
    }
}

#[test]
fn what_is_written_is_what_openssl_wrote() {
    let key = SigningKey::from_pem(PKCS1).unwrap();
    assert_eq!(*key.to_pkcs8_pem().unwrap(), PKCS8);
    assert_eq!(key.public_pem(), SPKI);
    assert_eq!(VerifyingKey::from_pem(PKCS1_PUBLIC).unwrap().to_pem(), SPKI);
}

#[test]
fn errors_say_what_the_text_is() {
    for (text, error) in [
        (CERTIFICATE, PemError::Certificate),
        (SPKI, PemError::PublicKey),
        (PKCS1_PUBLIC, PemError::PublicKey),
        (ENCRYPTED, PemError::EncryptedKey),
        (ENCRYPTED_PKCS1, PemError::EncryptedKey),
        (PRIVATE_JWK, PemError::Json),
        ("", PemError::NotPem),
        ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", PemError::NotPem),
        ("-----BEGIN PRIVATE KEY-----", PemError::NotPem),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n", PemError::NotPem),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PUBLIC KEY-----", PemError::NotPem),
        ("-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----", PemError::Malformed),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
            PemError::OpenSshKey,
        ),
        ("ssh-rsa AAAAB3NzaC1yc2E= me@example", PemError::OpenSshKey),
        ("ecdsa-sha2-nistp256 AAAAE2VjZHNh me@example", PemError::OpenSshKey),
        ("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----", PemError::Damaged),
        (
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----",
            PemError::EcParameters,
        ),
        ("-----BEGIN DSA PRIVATE KEY-----\nAAAA\n-----END DSA PRIVATE KEY-----", PemError::OtherKey),
        ("-----BEGIN PGP MESSAGE-----\nAAAA\n-----END PGP MESSAGE-----", PemError::UnknownLabel),
        (&"x".repeat(65_536), PemError::NotPem),
        (&"x".repeat(65_537), PemError::TooLarge),
    ] {
        assert_eq!(signing(text), Err(SigningKeyError::Pem(error)));
    }
    assert_eq!(verifying(PKCS8), Err(UnusableKey::Pem(PemError::PrivateKey)));
    assert_eq!(verifying(PKCS1), Err(UnusableKey::Pem(PemError::PrivateKey)));
    assert_eq!(verifying(CERTIFICATE), Err(UnusableKey::Pem(PemError::Certificate)));
    assert_eq!(
        SigningKey::from_pkcs1_pem(PKCS8).unwrap_err(),
        SigningKeyError::Pem(PemError::OtherContainer)
    );
    assert_eq!(
        SigningKey::from_pkcs8_pem(PKCS1).unwrap_err(),
        SigningKeyError::Pem(PemError::OtherContainer)
    );
}

#[test]
fn texts_as_they_are_pasted() {
    for text in [
        PKCS8.replace('\n', "\r\n"),
        PKCS8.trim_end().to_owned(),
        format!("\n\n  {PKCS8}\n\n"),
        format!("\u{feff}{PKCS8}"),
        format!("Bag Attributes\n    localKeyID: 01\n{PKCS8}"),
        PKCS8.replace('\n', "\n    "),
        PKCS8.replace('\n', "\\n"),
        PKCS8.replace('\n', "\\r\\n"),
        PKCS8.replace('\n', " "),
    ] {
        assert_eq!(signing(&text), Ok(()), "{}", &text[..40]);
    }
}

#[test]
fn damaged_der_is_refused() {
    let lines: Vec<&str> = PKCS8.lines().collect();
    let middle = lines.len() / 2;
    let mut cut = lines.clone();
    cut.remove(middle);
    assert_eq!(signing(&cut.join("\n")), Err(SigningKeyError::Pem(PemError::Damaged)));
    let swapped = {
        let mut lines = lines.clone();
        lines.swap(middle, middle + 1);
        lines.join("\n")
    };
    assert_eq!(signing(&swapped), Err(SigningKeyError::Rejected), "the numbers do not belong together");
    let public: Vec<&str> = SPKI.lines().collect();
    let mut cut = public.clone();
    cut.remove(3);
    assert_eq!(verifying(&cut.join("\n")), Err(UnusableKey::Pem(PemError::Damaged)));
}

#[test]
fn short_keys_are_refused_everywhere() {
    assert!(matches!(verifying(SHORT_PUBLIC), Err(UnusableKey::RsaTooShort { bits: 1024, .. })));
    assert!(signing(SHORT).is_err());
}

#[test]
fn private_jwks() {
    let jwk = || serde_json::from_str::<Value>(PRIVATE_JWK).unwrap();
    let read =
        |jwk: Value| SigningKey::from_private_jwk(&jwk.to_string()).map(|key| key.key_id().to_string());
    assert_eq!(read(jwk()).unwrap(), "from-jwk");
    assert_eq!(read(without(jwk(), "kid")).unwrap(), SigningKey::from_pem(PKCS8).unwrap().key_id().as_str());
    assert_eq!(read(with(jwk(), "kid", json!(null))), read(without(jwk(), "kid")));
    for kid in [json!(1), json!(""), json!("a\nb"), json!("k".repeat(256)), json!(["from-jwk"])] {
        let refused = Err(SigningKeyError::Unusable(UnusableKey::KeyIdMalformed));
        assert_eq!(read(with(jwk(), "kid", kid)), refused, "it would sign under another name");
    }
    for name in ["d", "p", "q", "dp", "dq", "qi"] {
        assert_eq!(read(without(jwk(), name)), Err(SigningKeyError::JwkMalformed), "{name}");
        assert_eq!(read(with(jwk(), name, json!("!"))), Err(SigningKeyError::JwkMalformed), "{name}");
        assert_eq!(read(with(jwk(), name, json!("AQAB"))), Err(SigningKeyError::Rejected), "{name}");
    }
    assert_eq!(read(without(jwk(), "n")), Err(SigningKeyError::Unusable(UnusableKey::MemberMissing)));
    assert_eq!(read(json!({"kty": "OKP"})), Err(SigningKeyError::Unusable(UnusableKey::KeyTypeUnsupported)));
    assert_eq!(read(json!({"kty": "EC"})), Err(SigningKeyError::Unusable(UnusableKey::MemberMissing)));
    let public = ["d", "p", "q", "dp", "dq", "qi"].iter().fold(jwk(), |jwk, name| without(jwk, name));
    assert_eq!(read(public.clone()), Err(SigningKeyError::JwkIsPublic));
    assert_eq!(read(json!({"keys": [jwk()]})), Err(SigningKeyError::JwkIsSet));
    for symmetric in [json!({"kty": "oct", "k": "c2VjcmV0"}), json!({"kty": "oct"}), json!({"k": "c2VjcmV0"})]
    {
        assert_eq!(read(symmetric), Err(SigningKeyError::JwkIsSymmetric));
    }
    assert_eq!(SigningKey::from_private_jwk(PKCS8).unwrap_err(), SigningKeyError::JwkIsPem);
    assert_eq!(SigningKey::parse(&public.to_string()).unwrap_err(), SigningKeyError::JwkIsPublic);
    assert_eq!(
        read(with(jwk(), "alg", json!("PS512"))),
        Err(SigningKeyError::Unusable(UnusableKey::AlgorithmUnsupported))
    );
    assert_eq!(SigningKey::from_private_jwk("[]").unwrap_err(), SigningKeyError::JwkMalformed);
}

#[test]
fn a_private_jwk_in_a_key_set_is_published_without_its_secret() {
    let set = JwkSet::parse(format!(r#"{{"keys":[{PRIVATE_JWK}]}}"#).as_bytes()).unwrap();
    let written: Value = serde_json::to_value(&set).unwrap();
    let members: Vec<&String> = written["keys"][0].as_object().unwrap().keys().collect();
    assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!(VerifyingKeys::from_jwk_set(&set).len(), 1);
}

#[test]
fn nothing_of_a_private_key_is_shown() {
    let shown = format!("{:?} {:#?}", *KEY, *KEY);
    let jwk: Value = serde_json::from_str(PRIVATE_JWK).unwrap();
    for name in ["d", "p", "q", "dp", "dq", "qi", "n"] {
        assert!(!shown.contains(&jwk[name].as_str().unwrap()[..20]), "{name}");
    }
    assert!(shown.len() < 160, "{shown}");
}

#[test]
fn generated_keys_differ_and_have_their_size() {
    let one = SigningKey::generate_rsa(RsaSize::Rsa2048).unwrap();
    let two = SigningKey::generate_rsa(RsaSize::default()).unwrap();
    assert_ne!(one.key_id(), two.key_id());
    assert_eq!(one.sign(b"").unwrap().len(), 256);
    let larger = SigningKey::generate_rsa(RsaSize::Rsa3072).unwrap();
    assert_eq!(larger.sign(b"").unwrap().len(), 384);
    let again = SigningKey::from_pem(&larger.to_pkcs8_pem().unwrap()).unwrap();
    assert_eq!(again.public_jwk(), larger.public_jwk());
}

#[test]
fn the_published_key_says_what_it_is() {
    let jwk = serde_json::to_value(KEY.public_jwk()).unwrap();
    assert_eq!(jwk["kty"], "RSA");
    assert_eq!(jwk["alg"], "RS256");
    assert_eq!(jwk["use"], "sig");
    assert_eq!(jwk["kid"], "a");
    assert_eq!(jwk["e"], "AQAB");
    assert_eq!(jwk["n"].as_str().unwrap().len(), 342);
    // A key whose owner named no algorithm does not get one from us.
    let plain = serde_json::to_value(VerifyingKey::from_pem(SPKI).unwrap().to_jwk()).unwrap();
    assert_eq!(plain.as_object().unwrap().keys().collect::<Vec<_>>(), ["e", "kty", "n", "use"]);
}

#[test]
fn why_keys_are_skipped() {
    let jwk = serde_json::to_value(KEY.public_jwk()).unwrap();
    let reason = |key: Value| {
        let set = JwkSet::parse(json!({ "keys": [key] }).to_string().as_bytes()).unwrap();
        let keys = VerifyingKeys::from_jwk_set(&set);
        keys.skipped().first().map(|skipped| skipped.reason.code())
    };
    for (key, code) in [
        (jwk.clone(), None),
        (json!(5), Some("key_type_missing")),
        (json!({}), Some("key_type_missing")),
        (without(jwk.clone(), "kty"), Some("key_type_missing")),
        (with(jwk.clone(), "kty", json!("OKP")), Some("key_type_unsupported")),
        (with(jwk.clone(), "kid", json!("")), Some("key_id_malformed")),
        (with(jwk.clone(), "kid", json!(1)), Some("key_id_malformed")),
        (with(jwk.clone(), "kid", json!(null)), None),
        (without(jwk.clone(), "e"), Some("key_member_missing")),
        (with(jwk.clone(), "n", json!(["a"])), Some("key_member_missing")),
        (with(jwk.clone(), "n", json!("a+/")), Some("key_member_malformed")),
        (with(jwk.clone(), "n", json!("AQAB")), Some("rsa_too_short")),
        (with(jwk.clone(), "n", json!("_".repeat(1400))), Some("rsa_too_long")),
        (with(jwk.clone(), "e", json!("AA")), Some("rsa_exponent_unacceptable")),
        (with(jwk.clone(), "e", json!("Ag")), Some("rsa_exponent_unacceptable")),
        (with(jwk.clone(), "alg", json!("HS256")), Some("key_algorithm_unsupported")),
        (with(jwk.clone(), "alg", json!("ES256")), Some("key_algorithm_of_other_type")),
        (with(jwk.clone(), "alg", json!("PS256")), None),
        (json!({"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}), Some("key_curve_unsupported")),
        (json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}), Some("key_rejected")),
        (json!({"kty": "EC", "x": "AA", "y": "AA"}), Some("key_member_missing")),
        (with(jwk.clone(), "use", json!("enc")), Some("key_use_not_signature")),
        (with(jwk, "key_ops", json!(["sign"])), Some("key_operations_without_verify")),
    ] {
        assert_eq!(reason(key.clone()), code, "{key}");
    }
}

#[test]
fn keys_can_be_shared_between_threads() {
    fn shareable<T: Send + Sync>() {}
    shareable::<SigningKey>();
    shareable::<VerifyingKeys>();
    shareable::<lti_jwks::KeySetCache>();
    let token = good();
    let keys = keys();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert_eq!(outcome(&token, &keys, &rules()), "accepted");
                    assert_eq!(good(), token);
                }
            });
        }
    });
}

/// One that grew while it was written would have left a copy of the private key behind.
#[test]
fn a_private_jwk_is_written_without_growing() {
    for key in [SigningKey::from_pem(PKCS8).unwrap(), SigningKey::generate_ec(lti_jwks::Curve::P384).unwrap()]
    {
        let text = key.to_private_jwk().unwrap();
        assert!(text.capacity() - text.len() < 48, "{} of {}", text.len(), text.capacity());
    }
}
