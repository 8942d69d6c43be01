//! Sizes, times and repetitions.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Body;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::Response;
use lti_client::{CallError, Client, ClientError, RetryPolicy, ScoreOutcome, TransportError};
use lti_types::{LineItem, Member};
use serde_json::json;

use crate::support::{
    Server, builder, client, credentials, grade_service, line_item, reply, roster_service, score, token,
};

async fn members(client: &Client, server: &Server) -> Result<Vec<Member>, CallError> {
    client.roster(&credentials(server), &roster_service(server)).unwrap().members().try_collect().await
}

/// A server whose tokens are fine.
fn server(answer: impl Fn(http::Request<Vec<u8>>) -> Response<Body> + Send + Sync + 'static) -> Server {
    Server::start(move |request| if request.uri().path() == "/token" { token("t") } else { answer(request) })
}

#[tokio::test]
async fn an_endless_answer_ends_at_the_limit() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let server = server(move |_| {
        let counter = Arc::clone(&counter);
        let endless = stream::repeat_with(move || {
            counter.fetch_add(1 << 16, Ordering::Relaxed);
            Ok::<_, std::io::Error>(vec![b' '; 1 << 16])
        });
        reply(200, Body::from_stream(endless))
    });
    let error = members(&client(), &server).await.unwrap_err();
    assert_eq!(error, CallError::Transport(TransportError::TooLarge));
    assert!(sent.load(Ordering::Relaxed) < 64 << 20);
}

#[tokio::test]
async fn an_announced_excess_is_not_read() {
    let server = server(|_| {
        let body = stream::iter([Ok::<_, std::io::Error>(b"{".to_vec())]).chain(stream::pending());
        let mut response = reply(200, Body::from_stream(body));
        response.headers_mut().insert("content-length", "99999999999".parse().unwrap());
        response
    });
    assert_eq!(members(&client(), &server).await.unwrap_err().code(), "too_large");
}

/// A hundred megabytes of blanks are a hundred kilobytes: what comes out is counted.
#[tokio::test]
async fn a_decompression_bomb_goes_no_further_than_the_limit() {
    let server = server(|request| {
        assert_eq!(request.headers()["accept-encoding"], "gzip");
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        for _ in 0..100 {
            std::io::Write::write_all(&mut encoder, &vec![b' '; 1 << 20]).unwrap();
        }
        let mut response = reply(200, encoder.finish().unwrap());
        response.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
        response
    });
    assert_eq!(members(&client(), &server).await.unwrap_err().code(), "too_large");
}

#[tokio::test]
async fn a_compressed_roster_is_read() {
    let server = server(|_| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let page = json!({"context": {"id": "c"}, "members": [{"user_id": "u", "roles": []}]});
        std::io::Write::write_all(&mut encoder, page.to_string().as_bytes()).unwrap();
        let mut response = reply(200, encoder.finish().unwrap());
        response.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
        response
    });
    assert_eq!(members(&client(), &server).await.unwrap().len(), 1);
}

/// A refusal keeps its meaning however much comes with it.
#[tokio::test]
async fn a_long_refusal_is_a_refusal() {
    let server = server(|_| reply(403, vec![b'x'; 1 << 20]));
    assert_eq!(members(&client(), &server).await.unwrap_err().code(), "forbidden");
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for() {
    let server = server(|_| {
        std::thread::sleep(Duration::from_secs(3));
        reply(200, "")
    });
    let client = builder().timeout(Duration::from_millis(200)).retry(RetryPolicy::never()).build().unwrap();
    let started = Instant::now();
    assert_eq!(members(&client, &server).await.unwrap_err().code(), "timed_out");
    assert!(started.elapsed() < Duration::from_secs(2));
}

/// Those who come after requests that hang are told so, and nothing is sent for them.
#[tokio::test(flavor = "multi_thread")]
async fn a_turn_is_not_waited_for_for_ever() {
    let server =
        server(|_| reply(200, Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>())));
    let client = builder()
        .requests_at_once(1)
        .timeout(Duration::from_secs(60))
        .turn_timeout(Duration::from_millis(300))
        .build()
        .unwrap();
    let grades = client.grades(&credentials(&server), &grade_service(&server)).unwrap();
    let first = tokio::spawn({
        let (grades, item) = (grades.clone(), line_item(&server));
        async move { grades.publish(&item, score("u-1", 0, 1.0)).await }
    });
    while server.requests() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let item = line_item(&server);
    let second = grades.publish(&item, score("u-2", 0, 1.0));
    match tokio::time::timeout(Duration::from_secs(10), second).await.unwrap() {
        ScoreOutcome::Failed(failure) => {
            assert_eq!(failure.reason, CallError::Transport(TransportError::NoTurn));
            assert!(!failure.may_be_recorded);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(server.requests(), 2);
    first.abort();
}

/// Somebody looks for a line item at a host that hangs: those who want one in the same container are told so in time.
#[tokio::test(flavor = "multi_thread")]
async fn a_containers_turn_is_not_waited_for_for_ever() {
    let server =
        server(|_| reply(200, Body::from_stream(stream::pending::<Result<Vec<u8>, std::io::Error>>())));
    let client =
        builder().timeout(Duration::from_secs(60)).turn_timeout(Duration::from_millis(300)).build().unwrap();
    let grades = client.grades(&credentials(&server), &grade_service(&server)).unwrap();
    let mut wanted = LineItem::new(10.0, "Quiz".into());
    wanted.tag = Some("quiz".to_owned());
    let first = tokio::spawn({
        let (grades, wanted) = (grades.clone(), wanted.clone());
        async move { grades.find_or_create(wanted).await }
    });
    while server.requests() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let second = tokio::time::timeout(Duration::from_secs(10), grades.find_or_create(wanted)).await;
    assert_eq!(second.unwrap().unwrap_err(), CallError::Transport(TransportError::NoTurn));
    assert_eq!(server.requests(), 2);
    first.abort();
}

#[test]
fn a_user_agent_cannot_be_left_out() {
    for agent in ["", " ", "a\nb"] {
        assert_eq!(Client::builder().user_agent(agent).build().unwrap_err(), ClientError::UserAgent);
    }
    let pem = Client::builder().root_certificate_pem("no certificate").build();
    assert_eq!(pem.unwrap_err(), ClientError::Certificate);
}

/// Retry-After in seconds holds up everybody who wants something of that host.
#[tokio::test(flavor = "multi_thread")]
async fn retry_after_is_waited_for() {
    let times = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&times);
    let server = server(move |_| {
        let mut times = log.lock().unwrap();
        times.push(Instant::now());
        if times.len() > 1 {
            return reply(204, "");
        }
        let mut response = reply(429, "");
        response.headers_mut().insert("retry-after", "1".parse().unwrap());
        response
    });
    let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
    assert!(grades.publish(&line_item(&server), score("u", 0, 1.0)).await.is_recorded());
    let times = times.lock().unwrap();
    assert_eq!(times.len(), 2);
    assert!(times[1] - times[0] >= Duration::from_millis(1000));
}

#[tokio::test]
async fn who_asks_for_an_hour_is_not_asked_again() {
    let date =
        chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now() + Duration::from_secs(3600));
    let server = server(move |_| {
        let mut response = reply(503, "");
        response.headers_mut().insert("retry-after", date.to_rfc2822().parse().unwrap());
        response
    });
    let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
    let outcome = grades.publish(&line_item(&server), score("u", 0, 1.0)).await;
    assert_eq!(outcome.code(), "unavailable");
    assert_eq!(server.requests(), 2);
}

/// What cannot be done twice is not: only what was turned away unread is sent again.
#[tokio::test]
async fn a_line_item_is_not_created_twice_by_repetition() {
    for (status, requests) in [(500, 1), (502, 1), (503, 1), (504, 1), (429, 5)] {
        let server = server(move |_| reply(status, ""));
        let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
        let error = grades.create(LineItem::new(10.0, "Quiz".into())).await.unwrap_err();
        assert_eq!(error.may_have_been_done(), matches!(status, 500 | 502 | 503 | 504), "{status}");
        assert_eq!(server.requests(), requests + 1, "{status}");
    }
}

/// A host that is down is spared: a thousand scores are not five thousand requests.
#[tokio::test(flavor = "multi_thread")]
async fn a_host_has_a_budget_of_repetitions() {
    let server = server(|_| reply(503, ""));
    let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
    let item = line_item(&server);
    let scores: Vec<_> = (0..1000).map(|n| (item.clone(), score(&format!("u-{n}"), 0, 1.0))).collect();
    let mut last = lti_client::Progress::default();
    let outcomes = grades.publish_all(scores, |progress| last = *progress).await;
    assert!(outcomes.iter().all(|outcome| outcome.code() == "unavailable"));
    assert_eq!((last.total, last.done, last.failed, last.accepted), (1000, 1000, 1000, 0));
    assert!(server.requests() < 2_500, "{}", server.requests());
}
