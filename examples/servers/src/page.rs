//! Pages of our own: templates that escape by themselves, and a policy that lets nothing run but what they name.

use askama::Template;
use askama::filters::MaybeSafe;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use lti_browser::{CspNonce, Framing, Origin};

use crate::problem::Problem;

/// The one stylesheet of all pages.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");

/// Who may frame a page, and what it may frame.
#[derive(Debug, Clone)]
pub(crate) struct Frames<'a> {
    pub(crate) by: &'a Framing,
    pub(crate) of: &'a [Origin],
}

/// A page. Its forms lead to our own addresses, its only scripts carry the nonce.
pub(crate) fn html(template: &impl Template, nonce: &CspNonce, frames: &Frames<'_>) -> Response {
    let body = match template.render() {
        Ok(body) => body,
        Err(error) => return Problem::internal(error).into_response(),
    };
    let ancestors = match frames.by {
        Framing::SameOrigin => "'self'".to_owned(),
        Framing::Origins(origins) => sources("'self'", origins),
        Framing::AnyHttps => "'self' https:".to_owned(),
        _ => "'none'".to_owned(),
    };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{}'; style-src 'self'; img-src data:; form-action 'self'; \
         frame-src {}; base-uri 'none'; frame-ancestors {ancestors}",
        nonce.as_str(),
        sources("'self'", frames.of),
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, policy.as_str()),
        // Our own forms must name their origin.
        (REFERRER_POLICY, "same-origin"),
    ];
    (headers, body).into_response()
}

/// A token for a template. Letters, digits, `-`, `_` and `.` need no escape, which would go byte by byte.
pub(crate) fn token(text: &str) -> MaybeSafe<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() | matches!(byte, b'-' | b'_' | b'.');
    // Without a way out in the middle it goes many bytes at a time.
    if text.bytes().fold(true, |all, byte| all & plain(byte)) {
        MaybeSafe::Safe(text)
    } else {
        MaybeSafe::NeedsEscaping(text)
    }
}

/// `GET /style.css`
pub(crate) async fn style() -> Response {
    let headers =
        [(CONTENT_TYPE, "text/css; charset=utf-8"), (http::header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, STYLE).into_response()
}

fn sources(first: &str, origins: &[Origin]) -> String {
    std::iter::once(first).chain(origins.iter().map(Origin::as_str)).collect::<Vec<_>>().join(" ")
}
