//! Tokens: one request for however many want one, replaced ahead of time, dropped and asked for once more on 401.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::Utc;
use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use lti_services::platform::{TokenClient, UnverifiedTokenRequest};
use lti_types::{DeploymentId, LineItem, Scope, ToolRecord};

use crate::support::{
    Server, client, credentials, grade_service, line_item, platform, reply, score, token, tool_keys,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_callers_make_one_request() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_millis(100));
        token("t-1")
    });
    let client = client();
    let credentials = credentials(&server);
    let wanted = (0..1000).map(|_| {
        // Each with a source of its own.
        let source = client.token_source(&credentials, [Scope::Score]);
        tokio::spawn(async move { source.token().await.unwrap().token.expose().to_owned() })
    });
    for got in join_all(wanted).await {
        assert_eq!(got.unwrap(), "t-1");
    }
    assert_eq!(server.requests(), 1);
    // And none when it is there.
    client.token_source(&credentials, [Scope::Score]).token().await.unwrap();
    assert_eq!(server.requests(), 1);
}

/// Everybody who waited hears of the failure; nobody asks again at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_callers_share_one_failure() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_millis(50));
        reply(400, r#"{"error":"invalid_client"}"#)
    });
    let client = client();
    let source = client.token_source(&credentials(&server), [Scope::Score]);
    let failures = join_all((0..1000).map(|_| source.token())).await;
    assert!(failures.iter().all(|f| f.as_ref().unwrap_err().code() == "invalid_client"));
    assert_eq!(server.requests(), 1);
    assert_eq!(source.token().await.unwrap_err().code(), "invalid_client");
    assert_eq!(server.requests(), 1);
}

/// The one who asks is dropped: the next in line asks.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_gives_up_leaves_nobody_waiting() {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_millis(200));
        token("t-1")
    });
    let source = client().token_source(&credentials(&server), [Scope::Score]);
    let first = tokio::spawn({
        let source = source.clone();
        async move { source.token().await.map(|_| ()) }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let second = tokio::spawn(async move { source.token().await.map(|t| t.token.expose().to_owned()) });
    tokio::time::sleep(Duration::from_millis(20)).await;
    first.abort();
    assert_eq!(second.await.unwrap().unwrap(), "t-1");
    assert_eq!(server.requests(), 2);
}

/// What could make another token of it is another token: deployment, scopes, client, audience, URL, key; the order of
/// the scopes is nothing of that.
#[tokio::test]
async fn tokens_are_kept_apart() {
    let server = Server::start(|_| token("t"));
    let client = client();
    let plain = credentials(&server);
    let one = plain.clone().for_deployment(DeploymentId::new("d-1").unwrap());
    let two = plain.clone().for_deployment(DeploymentId::new("d-2").unwrap());
    let of = |change: fn(&mut lti_types::PlatformRecord)| {
        let mut record = platform(&server);
        change(&mut record);
        lti_client::Credentials::new(&record, Arc::clone(&crate::support::KEY)).unwrap()
    };
    let audience = of(|record| record.token_audience = Some("https://aud.example".into()));
    let tool = of(|record| record.client_id = lti_types::ClientId::new("tool-2").unwrap());
    let url = of(|record| {
        let other = format!("{}?x", record.token_url.as_ref().unwrap().as_str());
        record.token_url = Some(other.as_str().into());
    });
    let key = Arc::new(lti_jwks::SigningKey::generate_rsa(lti_jwks::RsaSize::Rsa2048).unwrap());
    let key = lti_client::Credentials::new(&platform(&server), key).unwrap();
    let cases: [(&lti_client::Credentials, Vec<Scope>, usize); 12] = [
        (&plain, vec![Scope::Score, Scope::LineItem], 1),
        (&plain, vec![Scope::LineItem, Scope::Score, Scope::Score], 1),
        (&plain, vec![Scope::Score], 2),
        (&one, vec![Scope::Score], 3),
        (&two, vec![Scope::Score], 4),
        (&one, vec![Scope::Score], 4),
        (&plain, vec![Scope::Score], 4),
        (&audience, vec![Scope::Score], 5),
        (&tool, vec![Scope::Score], 6),
        (&url, vec![Scope::Score], 7),
        (&key, vec![Scope::Score], 8),
        (&key, vec![Scope::Score], 8),
    ];
    for (credentials, scopes, requests) in cases {
        client.token_source(credentials, scopes).token().await.unwrap();
        assert_eq!(server.requests(), requests);
    }
    // Another client shares nothing.
    crate::support::client().token_source(&plain, [Scope::Score]).token().await.unwrap();
    assert_eq!(server.requests(), 9);
}

#[tokio::test]
async fn a_refused_token_is_dropped_and_the_call_made_once_more() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let server = Server::start(move |request| match request.uri().path() {
        "/token" => token(&format!("t-{}", counter.fetch_add(1, Ordering::Relaxed))),
        // The first token was taken back; a list never finds a good one.
        _ if request.headers()["authorization"] == "Bearer t-0" => reply(401, ""),
        "/lineitems" => reply(401, ""),
        _ => reply(204, ""),
    });
    let client = client();
    let grades = client.grades(&credentials(&server), &grade_service(&server)).unwrap();
    assert!(grades.publish(&line_item(&server), score("u-1", 0, 1.0)).await.is_recorded());
    assert_eq!((count.load(Ordering::Relaxed), server.requests()), (2, 4));
    assert!(grades.publish(&line_item(&server), score("u-2", 0, 1.0)).await.is_recorded());
    assert_eq!((count.load(Ordering::Relaxed), server.requests()), (2, 5));
    // Once, and not for ever.
    let listed: Result<Vec<LineItem>, _> = grades.list(grades.all_line_items().unwrap()).try_collect().await;
    assert_eq!(listed.unwrap_err().code(), "token_rejected");
    assert_eq!((count.load(Ordering::Relaxed), server.requests()), (4, 9));
}

/// A service that answers 401 whatever it is sent: a thousand scores are not a thousand token requests.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_refuses_every_token_costs_few_of_them() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let server = Server::start(move |request| match request.uri().path() {
        "/token" => token(&format!("t-{}", counter.fetch_add(1, Ordering::Relaxed))),
        _ => reply(401, ""),
    });
    let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
    let item = line_item(&server);
    let scores: Vec<_> = (0..1000).map(|n| (item.clone(), score(&format!("u-{n}"), 0, 1.0))).collect();
    let began = std::time::Instant::now();
    let outcomes = grades.publish_all(scores, |_| {}).await;
    assert!(outcomes.iter().all(|outcome| outcome.code() == "token_rejected"));
    let most = 3 + began.elapsed().as_secs() as usize / 5;
    assert!(count.load(Ordering::Relaxed) <= most, "{count:?} in {:?}", began.elapsed());
}

/// T-N05, P-N05: what is asked for is the least, and is proven anew each time: a repetition is another assertion.
#[tokio::test]
async fn token_requests_pass_the_platforms_verification() {
    let seen = Arc::new(Mutex::new(HashSet::new()));
    let ids = Arc::clone(&seen);
    let address = Arc::new(Mutex::new(String::new()));
    let audience = Arc::clone(&address);
    let server = Server::start(move |request| {
        let mut record = ToolRecord::new(
            lti_types::ClientId::new("tool-1").unwrap(),
            vec![DeploymentId::new("d-1").unwrap()],
            "https://tool.example/login".into(),
            "https://tool.example/".into(),
        );
        record.scopes = vec![Scope::Score];
        let tool = TokenClient::of(&record, [audience.lock().unwrap().clone()]);
        let request = UnverifiedTokenRequest::from_http(&request).unwrap();
        let pending = request.verify(&tool, &tool_keys(), Utc::now_by_system()).unwrap();
        let mut ids = ids.lock().unwrap();
        assert!(ids.insert(pending.assertion_id().to_owned()), "an assertion of its own for each attempt");
        if ids.len() < 3 {
            return reply(503, "");
        }
        let grant = pending.first_use(lti_services::platform::Use::First).unwrap();
        assert_eq!(grant.deployment_id.as_ref().unwrap().as_str(), "d-1");
        assert_eq!(grant.scopes, [Scope::Score]);
        let answer = grant.to_http(&lti_services::AccessToken::random().unwrap(), Utc::now_by_system());
        answer.map(Into::into)
    });
    *address.lock().unwrap() = server.url("/token");
    let credentials = credentials(&server).for_deployment(DeploymentId::new("d-1").unwrap());
    let granted = client().token_source(&credentials, [Scope::Score]).token().await.unwrap();
    assert!(granted.allows(&Scope::Score));
    assert_eq!(server.requests(), 3);
    assert_eq!(seen.lock().unwrap().len(), 3);
}

/// The clock, without chrono's own.
trait BySystem {
    fn now_by_system() -> chrono::DateTime<Utc>;
}

impl BySystem for Utc {
    fn now_by_system() -> chrono::DateTime<Utc> {
        std::time::SystemTime::now().into()
    }
}
