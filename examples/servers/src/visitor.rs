//! What every request goes through: the rate limit, a span, a time limit; and what every refusal is turned into for
//! whoever asked, JSON or a page in their language.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{
    ACCEPT, ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue};
use lti_browser::{CspNonce, Fault, Framing, PageOptions, Texts, error_json, error_page};
use tracing::Instrument;

use crate::answer;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::problem::Problem;

/// The longest that anybody is kept waiting.
const LONGEST: Duration = Duration::from_secs(90);

/// What both servers do for every request.
#[derive(Debug)]
pub(crate) struct Reception {
    pub(crate) name: &'static str,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) limits: Limits,
    /// Who may frame a page.
    pub(crate) framing: RwLock<Framing>,
}

impl Reception {
    pub(crate) fn framing(&self) -> Framing {
        self.framing.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The address at the other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// How somebody wants to be answered.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// JSON, and no page.
    pub(crate) json: bool,
    /// A page, said in so many words.
    pub(crate) html: bool,
    pub(crate) texts: Texts,
}

impl Visitor {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let text =
            |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        let accept = text(ACCEPT).to_ascii_lowercase();
        let html = accept.contains("text/html");
        let texts = Texts::for_accept_language(text(ACCEPT_LANGUAGE));
        Self { json: !html && accept.contains("json"), html, texts }
    }
}

/// The layer around all routes of a server.
pub(crate) async fn receive(State(here): State<Arc<Reception>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let visitor = Visitor::of(request.headers());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let address = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let span = tracing::info_span!("request", server = here.name, method = %request.method(), route = %route);

    let probe = matches!(route.as_str(), "/healthz" | "/metrics");
    let response = if probe || address.is_none_or(|address| here.limits.allows(address, &route)) {
        let work = tokio::time::timeout(LONGEST, AssertUnwindSafe(next.run(request)).catch_unwind());
        match work.instrument(span.clone()).await {
            Ok(Ok(response)) => response,
            Ok(Err(_panic)) => Problem::internal("a handler panicked").into_response(),
            Err(_elapsed) => {
                let message = "the answer took too long";
                Problem::new(504, Fault::Unavailable, "timed_out", message, "RFC 9110 §15.6.5")
                    .into_response()
            }
        }
    } else {
        let message = "there were too many requests from this address; wait a moment";
        Problem::new(429, Fault::Unavailable, "rate_limited", message, "RFC 6585 §4").into_response()
    };
    let response = span.in_scope(|| finish(response, &visitor, &here));
    here.metrics.answered(&route, response.status().as_u16(), started.elapsed());
    response
}

/// Gives a refusal its body, and every answer the headers that it lacks.
fn finish(mut response: Response, visitor: &Visitor, here: &Reception) -> Response {
    let status = response.status();
    let mut problem = response.extensions_mut().remove::<Problem>();
    // The framework's own refusals are plain text.
    let plain =
        response.headers().get(CONTENT_TYPE).is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if problem.is_none() && plain && (status.is_client_error() || status.is_server_error()) {
        problem = Some(match status.as_u16() {
            404 => Problem::not_found(),
            405 => Problem::method_not_allowed(),
            _ => Problem::malformed("request_malformed", "the request is malformed", "RFC 9110 §15.5.1"),
        });
    }
    if let Some(problem) = problem {
        tracing::info!(status = problem.status, code = problem.code, "refused");
        let allow = response.headers().get(http::header::ALLOW).cloned();
        response = refusal(&problem, visitor, here.framing());
        if problem.status == 405
            && let Some(allow) = allow
        {
            response.headers_mut().insert(http::header::ALLOW, allow);
        }
    } else {
        tracing::debug!(status = status.as_u16(), "answered");
    }
    let headers = response.headers_mut();
    for (name, value) in
        [(CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff"), (REFERRER_POLICY, "no-referrer")]
    {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A refusal as the visitor wants it: a page for those who ask for one, JSON for everybody else.
fn refusal(problem: &Problem, visitor: &Visitor, framing: Framing) -> Response {
    if !visitor.html {
        return answer::browser(error_json(&problem.report(true), &visitor.texts));
    }
    // Our sentences are English; in other languages the page speaks for itself.
    let report = problem.report(visitor.texts.lang == "en");
    match CspNonce::random() {
        Ok(nonce) => answer::browser(error_page(&report, &PageOptions::new(&nonce, &visitor.texts, framing))),
        Err(_) => answer::browser(error_json(&report, &visitor.texts)),
    }
}

/// What nobody has.
pub(crate) async fn nothing() -> Problem {
    Problem::not_found()
}

/// `GET /healthz` and `GET /metrics`
pub(crate) fn probes<S: Clone + Send + Sync + 'static>(metrics: Arc<Metrics>) -> axum::Router<S> {
    let text = move || async move {
        let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        ([(CONTENT_TYPE, kind)], metrics.text())
    };
    let health = || async { ([(CONTENT_TYPE, "application/json")], r#"{"status":"ok"}"#) };
    axum::Router::new()
        .route("/healthz", axum::routing::get(health))
        .route("/metrics", axum::routing::get(text))
}
