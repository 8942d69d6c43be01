//! What a token costs that is there already, against the least that any cache does: a mutex, and a lookup in a map by
//! the same key. Prints the ratio of medians; `--check` fails above three.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use std::collections::HashMap;
use std::hint::black_box;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use lti_client::{Client, Credentials, OutboundPolicy};
use lti_jwks::{RsaSize, SigningKey};
use lti_types::{ClientId, Deployments, Issuer, PlatformRecord, Scope};

/// Calls in one sample, and samples of each kind, alternating.
const CALLS: u32 = 20_000;
const SAMPLES: usize = 101;
const LIMIT: f64 = 3.0;

/// What a token is kept under, as a map would have it.
type Key = (String, String, String, Option<String>, Vec<String>, String);

fn main() {
    let check = std::env::args().any(|argument| argument == "--check");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (baseline, ours) = runtime.block_on(measure());
    let ratio = ours / baseline;
    println!(
        "a mutex and a map lookup {baseline:.0} ns, a token that is kept {ours:.0} ns: {ratio:.2} times"
    );
    if check && ratio > LIMIT {
        println!("more than {LIMIT} times");
        std::process::exit(1);
    }
}

async fn measure() -> (f64, f64) {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let answer =
        || async { r#"{"access_token":"t0ken-t0ken-t0ken","token_type":"Bearer","expires_in":36000}"# };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await.unwrap() });

    let mut platform = PlatformRecord::new(
        Issuer::new("https://lms.example").unwrap(),
        ClientId::new("10000000000042").unwrap(),
        Deployments::NotYetKnown,
        "https://lms.example/auth".into(),
    );
    platform.token_url = Some(url.as_str().into());
    let key = Arc::new(SigningKey::generate_rsa(RsaSize::Rsa2048).unwrap());
    let credentials = Credentials::new(&platform, Arc::clone(&key)).unwrap();
    let policy = OutboundPolicy::new().danger_allow_http().danger_allow_loopback();
    let client = Client::builder().outbound(policy).build().unwrap();
    let source = client.token_source(&credentials, [Scope::Score]);
    let token = source.token().await.unwrap();

    let key: Key = (
        url.clone(),
        url,
        "10000000000042".to_owned(),
        None,
        vec![Scope::Score.as_str().to_owned()],
        key.key_id().as_str().to_owned(),
    );
    let map = Mutex::new(HashMap::from([(key.clone(), token)]));
    let (mut baseline, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        let start = Instant::now();
        for _ in 0..CALLS {
            black_box(map.lock().unwrap().get(black_box(&key)).map(Arc::clone));
        }
        baseline.push(start.elapsed().as_nanos() as f64 / f64::from(CALLS));
        let start = Instant::now();
        for _ in 0..CALLS {
            black_box(source.token().await.unwrap());
        }
        ours.push(start.elapsed().as_nanos() as f64 / f64::from(CALLS));
    }
    (median(baseline), median(ours))
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap()
}
