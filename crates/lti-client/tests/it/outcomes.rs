//! Basic Outcomes 1.1 against a platform on loopback, which verifies what it gets.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use axum::body::Body;
use http::{Request, Response};
use lti_client::{Client, OutboundPolicy, OutcomeFailure, OutcomeFault, TransportError};
use lti_legacy::{
    ConsumerKey, Credential, Operation, OutcomeAnswer, OutcomeCall, OutcomeError, OutcomeRequest,
    OutcomeResponse, ReplaceResult, ResponseBody, ResultScore, SharedSecret, Signer, UnverifiedRequest, Use,
};
use lti_types::DeploymentId;

use crate::support::{Server, builder, client, reply};

const SOURCED_ID: &str = "course<7>:ada&\"";

fn key() -> (ConsumerKey, SharedSecret) {
    (ConsumerKey::new("key&1").unwrap(), SharedSecret::new("s3cr&t").unwrap())
}

fn signer() -> Signer {
    let (key, secret) = key();
    Signer::new(key, secret)
}

/// What a platform makes of a request: signature, body hash and time are right, and it names our result.
fn verified(request: &Request<Vec<u8>>, endpoint: &str) -> OutcomeRequest {
    let (key, secret) = key();
    let known = Credential::new(DeploymentId::new("a").unwrap(), key, secret);
    let unverified = UnverifiedRequest::from_http(request, &endpoint.into()).unwrap();
    let signed = unverified.verify(&[known], SystemTime::now().into()).unwrap();
    let outcome = signed.first_use(Use::First).unwrap().outcome().unwrap();
    assert_eq!(outcome.sourced_id, SOURCED_ID);
    assert_eq!(request.headers()["content-type"], "application/xml");
    outcome
}

fn envelope(response: &OutcomeResponse) -> Response<Body> {
    response.to_http().unwrap().map(Body::from)
}

fn replace(score: f64) -> Operation {
    Operation::Replace(ReplaceResult::new(ResultScore::new(score).unwrap()))
}

fn call(url: &str, operation: Operation) -> OutcomeCall {
    OutcomeCall::new(url.into(), OutcomeRequest::new("m-1", SOURCED_ID, operation))
}

async fn send(server: &Server, operation: Operation) -> Result<OutcomeAnswer, OutcomeFailure> {
    client().outcome(&signer(), &call(&server.url("/outcomes?course=7&x=a%20b"), operation)).await
}

/// A grade book with one cell, whose signatures are those of its own address.
fn grade_book() -> Server {
    let cell = Mutex::new(None);
    Server::start(move |request| {
        let endpoint = format!("http://{}/outcomes", request.headers()["host"].to_str().unwrap());
        let request = verified(&request, &endpoint);
        let mut cell = cell.lock().unwrap();
        let body = match &request.operation {
            Operation::Replace(replace) => {
                *cell = replace.score;
                ResponseBody::Replaced
            }
            Operation::Read => ResponseBody::Read { score: *cell, data: Vec::new() },
            _ => {
                *cell = None;
                ResponseBody::Deleted
            }
        };
        envelope(&OutcomeResponse::success("r-1", &request, body))
    })
}

#[tokio::test]
async fn a_result_is_written_read_and_deleted() {
    let server = grade_book();
    assert_eq!(send(&server, Operation::Read).await.unwrap().score, None);
    send(&server, replace(0.92)).await.unwrap();
    assert_eq!(send(&server, Operation::Read).await.unwrap().score, Some(ResultScore::new(0.92).unwrap()));
    send(&server, Operation::Delete).await.unwrap();
    assert_eq!(send(&server, Operation::Read).await.unwrap().score, None);
    assert_eq!(server.requests(), 5);
}

/// `imsx_codeMajor` counts, whatever the status says; and a refusal is not asked for again.
#[tokio::test]
async fn a_failure_is_one_whatever_its_status() {
    for status in [200, 422] {
        let server = Server::start(move |request| {
            let request = OutcomeRequest::from_xml(request.body()).unwrap();
            let mut response =
                envelope(&OutcomeResponse::failure("r-1", &request, "unknownobject", "no such result"));
            *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
            response
        });
        for operation in [replace(1.0), Operation::Read, Operation::Delete] {
            let before = server.requests();
            let failure = send(&server, operation).await.unwrap_err();
            assert_eq!((failure.code(), failure.may_have_been_done), ("outcome_refused", false));
            assert_eq!(server.requests() - before, 1);
            assert!(!failure.to_string().contains("no such result"), "a stranger's words: {failure}");
        }
    }
}

#[tokio::test]
async fn a_web_page_is_no_success() {
    let page = "<!doctype html><html><body>Please log in</body></html>";
    let server = Server::start(move |_| reply(200, page));
    let failure = send(&server, replace(1.0)).await.unwrap_err();
    assert_eq!((failure.code(), failure.may_have_been_done), ("xml_doctype", true));
    assert_eq!(server.requests(), 1, "a page stays a page");
    let server = Server::start(move |_| reply(404, page));
    let failure = send(&server, replace(1.0)).await.unwrap_err();
    assert_eq!(failure.reason, OutcomeFault::Outcome(OutcomeError::Status(404)));
    assert!(!failure.may_have_been_done);
}

#[tokio::test]
async fn unsafe_addresses_are_refused_before_a_byte_is_sent() {
    let server = Server::start(|_| reply(200, ""));
    let strict = Client::builder().outbound(OutboundPolicy::new().danger_allow_http()).build().unwrap();
    for (url, code) in [
        (server.url("/outcomes"), "outbound_address"),
        (format!("http://localhost:{}/", server.address.port()), "outbound_address"),
        ("https://169.254.169.254/latest".to_owned(), "outbound_address"),
        ("ftp://lms.example/outcomes".to_owned(), "url_scheme"),
        (format!("http://user@{}/", server.address), "url_credentials"),
        ("outcomes".to_owned(), "url_not_absolute"),
    ] {
        let failure = strict.outcome(&signer(), &call(&url, Operation::Read)).await.unwrap_err();
        assert_eq!((failure.code(), failure.may_have_been_done), (code, false), "{url}");
    }
    let public = Client::new().unwrap();
    let failure = public.outcome(&signer(), &call(&server.url("/"), Operation::Read)).await.unwrap_err();
    assert_eq!(failure.code(), "outbound_http");
    assert_eq!(server.requests(), 0);
}

/// What was lost is sent again under a new nonce: the old one was used, as far as anybody knows.
#[tokio::test]
async fn each_attempt_is_signed_anew() {
    let (nonces, failures) = (Mutex::new(Vec::new()), AtomicUsize::new(3));
    let server = Server::start(move |request| {
        let header = request.headers()["authorization"].to_str().unwrap();
        let nonce = header.split("oauth_nonce=").nth(1).unwrap().split(',').next().unwrap().to_owned();
        let mut nonces = nonces.lock().unwrap();
        assert!(!nonces.contains(&nonce), "used before");
        nonces.push(nonce);
        match failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
            Ok(3) => reply(429, "later"),
            Ok(_) => reply(503, "<html>busy</html>"),
            Err(_) => {
                let request = OutcomeRequest::from_xml(request.body()).unwrap();
                envelope(&OutcomeResponse::success("r-1", &request, ResponseBody::Replaced))
            }
        }
    });
    send(&server, replace(0.5)).await.unwrap();
    assert_eq!(server.requests(), 4);
}

/// The first deletion was done and its answer lost; the second finds nothing. Nobody is told that nothing happened.
#[tokio::test]
async fn a_refusal_after_a_lost_answer_says_that_it_may_have_been_done() {
    let first = AtomicUsize::new(1);
    let server = Server::start(move |request| {
        if first.swap(0, Ordering::SeqCst) == 1 {
            return reply(502, "");
        }
        let request = OutcomeRequest::from_xml(request.body()).unwrap();
        envelope(&OutcomeResponse::failure("r-1", &request, "unknownobject", ""))
    });
    let failure = send(&server, Operation::Delete).await.unwrap_err();
    assert_eq!((failure.code(), failure.may_have_been_done), ("outcome_refused", true));
}

#[tokio::test]
async fn redirects_are_not_followed_and_long_answers_not_read() {
    let other = Server::start(|_| reply(200, ""));
    let target = other.url("/");
    let server = Server::start(move |_| {
        Response::builder().status(307).header("location", &target).body(Body::empty()).unwrap()
    });
    let failure = send(&server, replace(1.0)).await.unwrap_err();
    assert_eq!(failure.reason, OutcomeFault::Outcome(OutcomeError::Status(307)));
    assert_eq!((server.requests(), other.requests()), (1, 0));

    let server = Server::start(|_| reply(200, "x".repeat(4096)));
    let small = builder().max_response_bytes(1024).build().unwrap();
    let failure = small.outcome(&signer(), &call(&server.url("/"), Operation::Read)).await.unwrap_err();
    assert_eq!(failure.reason, OutcomeFault::Transport(TransportError::TooLarge));
}
