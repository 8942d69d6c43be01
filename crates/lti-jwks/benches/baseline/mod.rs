//! What it costs at the least: the cryptographic operation, base64, and serde. No check of anything but the
//! signature; nobody should write this in earnest. The benches of the role crates take it by its path.

#![allow(dead_code, reason = "of the baselines, a bench needs some")]

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use lti_jwks::{Claims, KeyId, SigningKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A launch as an LMS sends it, 3.6 KB as a token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Launch {
    iss: String,
    aud: String,
    sub: String,
    azp: String,
    exp: i64,
    iat: i64,
    nonce: String,
    name: String,
    given_name: String,
    family_name: String,
    email: String,
    locale: String,
    picture: String,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/message_type")]
    message_type: String,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/version")]
    version: String,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/deployment_id")]
    deployment_id: String,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/target_link_uri")]
    target_link_uri: String,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/roles")]
    roles: Vec<String>,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/context")]
    context: BTreeMap<String, String>,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/resource_link")]
    resource_link: BTreeMap<String, String>,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/tool_platform")]
    tool_platform: BTreeMap<String, String>,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/launch_presentation")]
    launch_presentation: BTreeMap<String, String>,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/custom")]
    custom: BTreeMap<String, String>,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint")]
    grades: Grades,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Grades {
    scope: Vec<String>,
    lineitems: String,
    lineitem: String,
}

impl Claims for Launch {
    fn issuer(&self) -> Option<&str> {
        Some(&self.iss)
    }

    fn audiences(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.aud.as_str())
    }

    fn authorized_party(&self) -> Option<&str> {
        Some(&self.azp)
    }

    fn expires_at(&self) -> Option<f64> {
        Some(self.exp as f64)
    }

    fn issued_at(&self) -> Option<f64> {
        Some(self.iat as f64)
    }

    fn not_before(&self) -> Option<f64> {
        None
    }
}

pub(crate) fn launch() -> Launch {
    let map = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let role = |name: &str| format!("http://purl.imsglobal.org/vocab/lis/v2/{name}");
    let scope = |name: &str| format!("https://purl.imsglobal.org/spec/lti-ags/scope/{name}");
    let lineitems = "https://lms.example.edu/api/lti/courses/4711/line_items".to_owned();
    Launch {
        iss: "https://lms.example.edu".into(),
        aud: "10000000000042".into(),
        sub: "535fa085-f22b-4655-8ef7-2ad3d9b54f21".into(),
        azp: "10000000000042".into(),
        exp: 1_700_003_600,
        iat: 1_700_000_000,
        nonce: "f4cdd0c9-6a2b-4f69-8f5b-6c9dd4d4f1a1".into(),
        name: "Ada Lovelace".into(),
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        email: "ada.lovelace@students.example.edu".into(),
        locale: "en-GB".into(),
        picture: "https://lms.example.edu/images/messages/avatar-50.png".into(),
        message_type: "LtiResourceLinkRequest".into(),
        version: "1.3.0".into(),
        deployment_id: "42:8865aa05b4b79b64a91a86042e43af5ea8ae79eb".into(),
        target_link_uri: "https://tool.example.com/lti/launch/quiz/9".into(),
        roles: vec![
            role("institution/person#Student"),
            role("membership#Learner"),
            role("system/person#User"),
        ],
        context: map(&[
            ("id", "4dde05e8ca1973bcca9bffc13e1548820eee93a3"),
            ("label", "CS 101"),
            ("title", "Introduction to Analytical Engines, Autumn Term"),
        ]),
        resource_link: map(&[
            ("id", "a9f2d1b0-8a35-4d0e-b5f5-0b3f7a2d5c11"),
            ("title", "Quiz 9: Bernoulli numbers"),
            ("description", "Twenty questions, forty minutes, two attempts."),
        ]),
        tool_platform: map(&[
            ("guid", "vRtSbGvpBsDqLTUH7Tc4lPQWZWbXgW1P8c1L9jbF:canvas-lms"),
            ("name", "Example University"),
            ("product_family_code", "canvas"),
            ("version", "cloud"),
        ]),
        launch_presentation: map(&[
            ("document_target", "iframe"),
            ("height", "800"),
            ("width", "1024"),
            ("locale", "en-GB"),
            (
                "return_url",
                "https://lms.example.edu/courses/4711/external_content/success/external_tool_redirect",
            ),
        ]),
        custom: map(&[
            ("canvas_course_id", "4711"),
            ("canvas_user_id", "81"),
            ("canvas_enrollment_state", "active"),
            ("due_at", "2026-11-30T23:59:59Z"),
        ]),
        grades: Grades {
            scope: ["lineitem", "lineitem.readonly", "result.readonly", "score"].map(scope).into(),
            lineitem: format!("{lineitems}/81"),
            lineitems,
        },
    }
}

pub(crate) fn header(algorithm: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!(r#"{{"typ":"JWT","alg":"{algorithm}","kid":"2026-11"}}"#))
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

fn der(pem: &str) -> Vec<u8> {
    let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(base64).unwrap()
}

fn verify<T: DeserializeOwned>(public: &ParsedPublicKey, algorithm: &str, token: &str) -> T {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = input.split_once('.').unwrap();
    let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert!(header.alg == algorithm && header.kid == "2026-11");
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    public.verify_sig(input.as_bytes(), &signature).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn input(header: &str, launch: &Launch) -> String {
    let payload = serde_json::to_vec(launch).unwrap();
    let mut token = String::with_capacity(header.len() + payload.len().div_ceil(3) * 4 + 400);
    token.push_str(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    token
}

/// The private key of every bench.
pub(crate) const RSA: &str = include_str!("../../tests/fixtures/rsa2048.pkcs8.pem");

/// The key of an LMS, ours and by hand.
pub(crate) fn rsa() -> (SigningKey, Rsa) {
    let key = SigningKey::from_pem(RSA).unwrap().with_key_id(KeyId::new("2026-11").unwrap());
    let by_hand = Rsa::new(RSA, &key);
    (key, by_hand)
}

pub(crate) struct Rsa {
    private: RsaKeyPair,
    public: ParsedPublicKey,
}

impl Rsa {
    pub(crate) fn new(pem: &str, key: &SigningKey) -> Self {
        let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der(&key.public_pem())).unwrap();
        Self { private: RsaKeyPair::from_pkcs8(&der(pem)).unwrap(), public }
    }

    pub(crate) fn verify<T: DeserializeOwned>(&self, token: &str) -> T {
        verify(&self.public, "RS256", token)
    }

    pub(crate) fn sign(&self, header: &str, launch: &Launch) -> String {
        let mut token = input(header, launch);
        let mut signature = [0; 256];
        let random = SystemRandom::new();
        self.private.sign(&RSA_PKCS1_SHA256, &random, token.as_bytes(), &mut signature).unwrap();
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }
}

pub(crate) struct Elliptic {
    private: EcdsaKeyPair,
    public: ParsedPublicKey,
}

impl Elliptic {
    pub(crate) fn new(key: &SigningKey) -> Self {
        let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, der(&key.public_pem())).unwrap();
        let pkcs8 = der(&key.to_pkcs8_pem().unwrap());
        Self { private: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).unwrap(), public }
    }

    pub(crate) fn verify<T: DeserializeOwned>(&self, token: &str) -> T {
        verify(&self.public, "ES256", token)
    }

    pub(crate) fn sign(&self, header: &str, launch: &Launch) -> String {
        let mut token = input(header, launch);
        let signature = self.private.sign(&SystemRandom::new(), token.as_bytes()).unwrap();
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }
}

/// One key for everything, no purpose, no expiry, no binding.
pub(crate) struct Aead(LessSafeKey);

impl Aead {
    pub(crate) fn new() -> Self {
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).unwrap()))
    }

    pub(crate) fn seal(&self, value: &impl Serialize) -> String {
        let mut nonce = [0; 12];
        aws_lc_rs::rand::fill(&mut nonce).unwrap();
        let mut text = serde_json::to_vec(value).unwrap();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
            .unwrap();
        URL_SAFE_NO_PAD.encode([&nonce[..], &text].concat())
    }

    pub(crate) fn open<T: DeserializeOwned>(&self, text: &str) -> T {
        let mut bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
        let (nonce, text) = bytes.split_at_mut(12);
        let nonce = Nonce::try_assume_unique_for_key(nonce).unwrap();
        serde_json::from_slice(self.0.open_in_place(nonce, Aad::empty(), text).unwrap()).unwrap()
    }
}
