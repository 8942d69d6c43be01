//! Signing, verifying and sealing against the same done by hand: the raw operation with a key parsed beforehand,
//! base64, and serde into the same struct, with no check beside the signature.
//!
//! `cargo bench -p lti-jwks` · `-- --check` fails below the limits

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::disallowed_methods)]

mod baseline;
#[path = "ratio.rs"]
mod ratio;

use std::process::ExitCode;

use chrono::{DateTime, TimeDelta};
use criterion::Criterion;
use jsonwebtoken as reference;
use lti_jwks::{
    Curve, KeyId, Purpose, Rules, Sealer, SealingKey, SigningKey, UnsignedJwt, UnverifiedJwt, VerifyingKeys,
};

use baseline::{Launch, RSA, launch};

const NOW: i64 = 1_700_000_000;

struct Party {
    key: SigningKey,
    keys: VerifyingKeys,
    rules: Rules,
    token: String,
}

impl Party {
    fn of(key: SigningKey) -> Self {
        let key = key.with_key_id(KeyId::new("2026-11").unwrap());
        let mut rules = Rules::new("https://lms.example.edu", "10000000000042");
        rules.algorithms = vec![key.algorithm()];
        let keys = VerifyingKeys::of([key.verifying_key().clone()]);
        let token = UnsignedJwt::new(&launch()).unwrap().sign(&key).unwrap();
        Self { key, keys, rules, token }
    }

    fn verify(&self) -> Launch {
        let now = DateTime::from_timestamp(NOW + 1, 0).unwrap();
        let jwt = UnverifiedJwt::parse(&self.token).unwrap();
        jwt.verify::<Launch>(&self.keys, &self.rules, now).unwrap().into_inner()
    }

    fn sign(&self, launch: &Launch) -> String {
        UnsignedJwt::new(launch).unwrap().sign(&self.key).unwrap()
    }
}

fn main() -> ExitCode {
    let mut comparisons = ratio::Comparisons::from_arguments();
    let rsa = Party::of(SigningKey::from_pem(RSA).unwrap());
    let elliptic = Party::of(SigningKey::generate_ec(Curve::P256).unwrap());
    let launch = launch();
    assert_eq!(rsa.verify(), launch);

    let baseline = baseline::Rsa::new(RSA, &rsa.key);
    assert_eq!(baseline.verify::<Launch>(&rsa.token), launch);
    comparisons.compare(
        &format!("verify, RS256, {} bytes", rsa.token.len()),
        Some(0.90),
        || baseline.verify::<Launch>(&rsa.token),
        || rsa.verify(),
    );
    let header = baseline::header("RS256");
    comparisons.compare("sign, RS256", Some(0.95), || baseline.sign(&header, &launch), || rsa.sign(&launch));

    let baseline = baseline::Elliptic::new(&elliptic.key);
    comparisons.compare(
        "verify, ES256",
        Some(0.90),
        || baseline.verify::<Launch>(&elliptic.token),
        || elliptic.verify(),
    );
    let header = baseline::header("ES256");
    comparisons.compare(
        "sign, ES256",
        Some(0.90),
        || baseline.sign(&header, &launch),
        || elliptic.sign(&launch),
    );

    let purpose = Purpose::new("bench");
    let now = DateTime::from_timestamp(NOW, 0).unwrap();
    let sealer = Sealer::new(SealingKey::random().unwrap());
    let baseline = baseline::Aead::new();
    let hint = ("ada-17".to_owned(), "course-7".to_owned(), 42_u64);
    let raw = baseline.seal(&hint);
    let seal = || sealer.seal(purpose, b"session", &hint, now + TimeDelta::minutes(10)).unwrap();
    let sealed = seal();
    comparisons.compare("seal a hint (AES-256-GCM, one key)", None, || baseline.seal(&hint), seal);
    let open = || sealer.open::<(String, String, u64)>(purpose, b"session", &sealed, now).unwrap();
    comparisons.compare("open it", None, || baseline.open::<(String, String, u64)>(&raw), open);

    // Not a limit, a comparison: what most would use instead.
    let decoding = reference::DecodingKey::from_rsa_pem(rsa.key.public_pem().as_bytes()).unwrap();
    let mut validation = reference::Validation::new(reference::Algorithm::RS256);
    validation.set_audience(&["10000000000042"]);
    validation.set_issuer(&["https://lms.example.edu"]);
    validation.validate_exp = false;
    comparisons.compare(
        "verify, RS256, baseline: jsonwebtoken",
        None,
        || reference::decode::<Launch>(&rsa.token, &decoding, &validation).unwrap(),
        || rsa.verify(),
    );
    let encoding = reference::EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap();
    let header = reference::Header::new(reference::Algorithm::RS256);
    comparisons.compare(
        "sign, RS256, baseline: jsonwebtoken",
        None,
        || reference::encode(&header, &launch, &encoding).unwrap(),
        || rsa.sign(&launch),
    );

    if !comparisons.is_check() {
        let mut criterion = Criterion::default().configure_from_args();
        criterion.bench_function("verify RS256", |bencher| bencher.iter(|| rsa.verify()));
        criterion.bench_function("sign RS256", |bencher| bencher.iter(|| rsa.sign(&launch)));
        criterion.bench_function("verify ES256", |bencher| bencher.iter(|| elliptic.verify()));
        criterion.bench_function("sign ES256", |bencher| bencher.iter(|| elliptic.sign(&launch)));
        criterion.bench_function("parse a private key", |bencher| bencher.iter(|| SigningKey::from_pem(RSA)));
        criterion.final_summary();
    }
    comparisons.finish()
}
