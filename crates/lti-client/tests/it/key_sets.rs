//! Key sets over the network (X-39; spec 02 §L).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use futures_util::future::join_all;
use futures_util::stream;
use lti_client::KeySetError;
use lti_jwks::{JwkSet, KeyId};

use crate::support::{
    KEY, Server, builder, client, credentials, grade_service, line_item, reply, score, token,
};

fn set() -> String {
    serde_json::to_string(&JwkSet::new([KEY.public_jwk()])).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_launches_at_once_fetch_once() {
    let body = set();
    let server = Server::start(move |request| {
        assert!(request.headers()["user-agent"].to_str().unwrap().starts_with("lti-client/"));
        assert!(!request.headers().contains_key("authorization"));
        std::thread::sleep(Duration::from_millis(50));
        reply(200, body.clone())
    });
    let client = client();
    let url = server.url("/jwks").as_str().into();
    let keys = join_all((0..200).map(|_| client.keys(&url, Some(KEY.key_id())))).await;
    assert!(keys.iter().all(|keys| keys.as_ref().unwrap().find(KEY.key_id()).is_ok()));
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn x39_a_flood_of_unknown_names_is_no_flood_of_requests() {
    let body = set();
    let server = Server::start(move |_| reply(200, body.clone()));
    let client = client();
    let url = server.url("/jwks").as_str().into();
    client.keys(&url, Some(KEY.key_id())).await.unwrap();
    for n in 0..100 {
        let unknown = KeyId::new(format!("k-{n}")).unwrap();
        let error = client.keys(&url, Some(&unknown)).await.unwrap_err();
        assert_eq!(error, KeySetError::UnknownKey);
    }
    assert_eq!(server.requests(), 1);
    client.keys(&url, Some(KEY.key_id())).await.unwrap();
}

#[tokio::test]
async fn a_failure_is_told_and_not_repeated_at_once() {
    for (answer, code) in [
        ((500, "no"), "key_set_status"),
        ((200, "<html>"), "key_set_not_json"),
        ((200, r#"{"keys":5}"#), "key_set_malformed"),
        ((404, r#"{"keys":[]}"#), "key_set_status"),
        ((200, r#"{"keys":[]}"#), "key_set_empty"),
        ((200, "[]"), "key_set_empty"),
    ] {
        let server = Server::start(move |_| reply(answer.0, answer.1));
        let client = client();
        let url = server.url("/jwks").as_str().into();
        let first = client.keys(&url, None).await.unwrap_err();
        assert_eq!(first.code(), code);
        let second = client.keys(&url, None).await.unwrap_err();
        assert_eq!(second.code(), "key_set_unavailable");
        assert_eq!(server.requests(), 1);
    }
}

/// Known keys are had while another server makes its callers wait.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_server_holds_up_only_those_who_need_it() {
    let body = set();
    let slow = Arc::new(AtomicBool::new(false));
    let switch = Arc::clone(&slow);
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_| {
        if switch.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_secs(1));
        }
        count.fetch_add(1, Ordering::Relaxed);
        reply(200, body.clone())
    });
    let client = client();
    let (one, other) = (server.url("/a").as_str().into(), server.url("/b").as_str().into());
    client.keys(&one, Some(KEY.key_id())).await.unwrap();
    slow.store(true, Ordering::Relaxed);
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.keys(&other, Some(KEY.key_id())).await.map(|_| ()) }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let started = std::time::Instant::now();
    client.keys(&one, Some(KEY.key_id())).await.unwrap();
    assert!(started.elapsed() < Duration::from_millis(500));
    waiting.await.unwrap().unwrap();
}

/// Whether grades hang, or their host asked everybody to wait: a launch on the same origin gets its keys.
#[tokio::test(flavor = "multi_thread")]
async fn launches_do_not_wait_for_grades() {
    for throttled in [false, true] {
        let body = set();
        let posts = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&posts);
        let server = Server::start(move |request| match request.uri().path() {
            "/token" => token("t"),
            "/jwks" => reply(200, body.clone()),
            _ => {
                counter.fetch_add(1, Ordering::SeqCst);
                if !throttled {
                    return reply(
                        200,
                        Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>()),
                    );
                }
                let mut response = reply(429, "");
                response.headers_mut().insert("retry-after", "60".parse().unwrap());
                response
            }
        });
        let mut patient = lti_client::RetryPolicy::default();
        patient.longest_retry_after = Duration::from_secs(120);
        let client = builder().timeout(Duration::from_secs(60)).retry(patient).build().unwrap();
        let grades = client.grades(&credentials(&server), &grade_service(&server)).unwrap();
        let publishing: Vec<_> = (0..80)
            .map(|n| {
                let (grades, item) = (grades.clone(), line_item(&server));
                tokio::spawn(async move { grades.publish(&item, score(&format!("u-{n}"), 0, 1.0)).await })
            })
            .collect();
        // All places are taken, or the pause has begun.
        let started = Instant::now();
        while posts.load(Ordering::SeqCst) < if throttled { 1 } else { 8 } {
            assert!(started.elapsed() < Duration::from_secs(30));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let url = server.url("/jwks").as_str().into();
        let keys = tokio::time::timeout(Duration::from_secs(5), client.keys(&url, Some(KEY.key_id()))).await;
        assert!(keys.expect("at once").is_ok());
        assert!(publishing.iter().all(|one| !one.is_finished()), "grades are still waiting");
        publishing.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// Whoever goes away before the answer does not make the next one ask again.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_callers_who_go_away_is_no_flood_of_requests() {
    for status in [200, 500] {
        let body = set();
        let server = Server::start(move |_| {
            std::thread::sleep(Duration::from_millis(300));
            reply(status, body.clone())
        });
        let client = client();
        let url: lti_types::WireUrl = server.url("/jwks").as_str().into();
        for _ in 0..50 {
            let wanted = client.keys(&url, Some(KEY.key_id()));
            let _ = tokio::time::timeout(Duration::from_millis(20), wanted).await;
        }
        let got = client.keys(&url, Some(KEY.key_id())).await;
        assert_eq!(got.is_ok(), status == 200, "{got:?}");
        assert_eq!(server.requests(), 1, "{status}");
    }
}
