//! The other side hangs, fails or is not there.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::TcpListener;

use crate::browser::{Browser, JSON};
use crate::campus::{ago, score};
use crate::deployments::Pair;

const AGS: [&str; 3] = [
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
];

/// Accepts connections and never answers.
async fn black_hole() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    format!("http://{address}/token")
}

#[tokio::test]
async fn a_launch_succeeds_although_tokens_hang() {
    let hole = black_hole().await;
    let pair = Pair::start(|platform, tool| {
        platform["token_url"] = json!(hole);
        tool["scopes"] = json!(AGS);
    })
    .await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let started = Instant::now();
    let launched = pair.launch(&mut teacher, 0).await.expect(200).json();
    assert!(started.elapsed() < Duration::from_secs(5));
    let (id, token) = (launched["launch_id"].as_str().unwrap(), launched["access_token"].as_str().unwrap());
    let of = |rest: &str| format!("{}/lti/launches/{id}{rest}", pair.tool);
    let timed_out = teacher.call("GET", &of("/members"), token, None).await.expect(504);
    assert_eq!(timed_out.code(), "timed_out");
    let body = Some(score("student-1", 1.0, &ago(1)));
    assert_eq!(teacher.call("POST", &of("/scores"), token, body).await.expect(504).code(), "timed_out");
    // The launch itself is still there.
    teacher.call("GET", &of(""), token, None).await.expect(200);
}

#[tokio::test]
async fn a_platform_that_is_not_there_is_told_apart() {
    let pair = Pair::start(|platform, tool| {
        platform["token_url"] = json!("http://127.0.0.1:1/token");
        tool["scopes"] = json!(AGS);
    })
    .await;
    let mut teacher = pair.signed_in("teacher-1").await;
    let launched = pair.launch(&mut teacher, 0).await.expect(200).json();
    let (id, token) = (launched["launch_id"].as_str().unwrap(), launched["access_token"].as_str().unwrap());
    let url = format!("{}/lti/launches/{id}/members", pair.tool);
    assert_eq!(teacher.call("GET", &url, token, None).await.expect(502).code(), "not_connected");
}

#[tokio::test]
async fn keys_that_hang_are_a_504_and_those_of_a_stranger_a_401() {
    let hole = black_hole().await;
    let pair = Pair::start(|platform, _| platform["key_set_url"] = json!(hole)).await;
    let mut student = pair.signed_in("student-1").await;
    assert_eq!(pair.launch(&mut student, 0).await.expect(504).code(), "timed_out");

    let own = |tool: &str| json!(format!("{}/.well-known/jwks.json", tool.trim_end_matches("/lti/login")));
    let pair =
        Pair::start(|platform, tool| platform["key_set_url"] = own(tool["login_url"].as_str().unwrap()))
            .await;
    let mut student = pair.signed_in("student-1").await;
    let refused = pair.launch(&mut student, 0).await.expect(401);
    assert!(refused.code().contains("key"), "{}", refused.body);
}

#[tokio::test]
async fn without_the_flag_nothing_leaves_for_loopback() {
    use clap::Parser;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("registrations.json");
    let record = json!([{
        "issuer": "http://127.0.0.1:1", "client_id": "abc", "deployment_ids": ["1"],
        "authentication_url": "http://127.0.0.1:1/auth", "key_set_url": "http://127.0.0.1:1/jwks",
    }]);
    std::fs::write(&file, record.to_string()).unwrap();
    let arguments = ["tool_server", "--listen", "127.0.0.1:0", "--registrations", file.to_str().unwrap()];
    let running =
        lti_example_servers::tool::start(lti_example_servers::tool::Arguments::parse_from(arguments));
    let running = running.await.unwrap();
    let url = format!(
        "{}/lti/register?openid_configuration=http%3A%2F%2F127.0.0.1%3A1%2Fopenid&registration_token=x",
        running.url()
    );
    let refused = Browser::new().get(&url, JSON).await;
    assert!((400..600).contains(&refused.status) && !refused.code().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn a_flood_from_one_address_is_limited() {
    use clap::Parser;
    let arguments = ["tool_server", "--listen", "127.0.0.1:0", "--rate-limit", "1"];
    let running =
        lti_example_servers::tool::start(lti_example_servers::tool::Arguments::parse_from(arguments));
    let running = running.await.unwrap();
    let url = format!("{}/.well-known/jwks.json", running.url());
    let mut browser = Browser::new();
    let mut limited = None;
    for _ in 0..20 {
        let answer = browser.get(&url, JSON).await;
        if answer.status == 429 {
            limited = Some(answer.code());
        }
    }
    assert_eq!(limited.as_deref(), Some("rate_limited"));
    assert_eq!(
        browser.get(&format!("{}/healthz", running.url()), JSON).await.status,
        200,
        "probes go through"
    );
    running.stop().await;
}
