//! A launch verified by the tool, against the same done by hand: the raw signature operation with a key parsed
//! beforehand, base64, and serde into structs of the same claims, with no check beside the signature.
//!
//! `cargo bench -p lti-tool` · `-- --check` fails below the limit

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench"
)]

#[path = "../../lti-jwks/benches/baseline/mod.rs"]
mod baseline;
#[path = "../../lti-jwks/benches/ratio.rs"]
mod ratio;

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use lti_jwks::{UnsignedJwt, VerifyingKeys};
use lti_tool::{Browser, Login, LoginSecrets, PendingLaunch, Registration, UnverifiedLaunch};
use lti_types::{AuthenticationResponse, LoginInitiation, PlatformRecord};

fn main() -> ExitCode {
    let mut comparisons = ratio::Comparisons::from_arguments();
    let now = DateTime::<Utc>::from_timestamp(1_700_000_001, 0).unwrap();
    let (key, by_hand) = baseline::rsa();
    let keys = VerifyingKeys::single(key.verifying_key().clone());

    let launch = serde_json::to_value(baseline::launch()).unwrap();
    let claim =
        |name: &str| launch[format!("https://purl.imsglobal.org/spec/lti/claim/{name}")].as_str().unwrap();
    let record: PlatformRecord = serde_json::from_value(serde_json::json!({
        "issuer": launch["iss"], "client_id": launch["aud"], "deployment_ids": [claim("deployment_id")],
        "authentication_url": "https://lms.example.edu/auth",
    }))
    .unwrap();
    let registration = Registration::new(record).unwrap();
    let redirect_uri = "https://tool.example.com/lti/launch".into();
    let begin = || -> Login {
        let login = LoginInitiation::from_pairs([
            ("iss", launch["iss"].as_str().unwrap()),
            ("login_hint", "hint"),
            ("target_link_uri", claim("target_link_uri")),
        ]);
        let secrets = LoginSecrets::from_entropy([[1; 32], [2; 32], [3; 32]]);
        registration.begin_login(login.unwrap(), &redirect_uri, secrets, now).unwrap()
    };
    let login = begin();
    let token = {
        let mut payload = launch.clone();
        payload["nonce"] = login.request.nonce.as_ref().unwrap().as_str().into();
        UnsignedJwt::new(&payload).unwrap().sign(&key).unwrap()
    };
    let state = login.request.state.clone().unwrap();
    let browser = Browser::from_cookie(login.browser_secret);
    let verify = |(response, pending): (AuthenticationResponse, PendingLaunch)| {
        let unverified = UnverifiedLaunch::from_form(response).unwrap();
        unverified.verify(pending, &browser, &registration, &keys, now).unwrap()
    };
    let prepare = || (AuthenticationResponse::id_token(token.clone(), state.clone()), begin().pending);
    assert_eq!(verify(prepare()).user().id().unwrap().as_str(), launch["sub"].as_str().unwrap());

    let name = format!("verify a launch of {} bytes, RS256", token.len());
    comparisons.compare_prepared(
        &name,
        Some(0.90),
        || by_hand.verify::<baseline::Launch>(&token),
        prepare,
        verify,
    );
    comparisons.finish()
}
