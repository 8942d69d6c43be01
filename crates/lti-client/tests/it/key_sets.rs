//! Key sets over the network (X-39; spec 02 §L).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use lti_client::KeySetError;
use lti_jwks::{JwkSet, KeyId};

use crate::support::{KEY, Server, client, reply};

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
