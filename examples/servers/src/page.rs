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

/// A long text for a template, a token, in which most likely nothing is to be escaped: that is found out many bytes at a
/// time, and escaping goes byte by byte.
pub(crate) fn token(text: &str) -> MaybeSafe<&str> {
    if b"&<>\"'".iter().any(|special| text.as_bytes().contains(special)) {
        MaybeSafe::NeedsEscaping(text)
    } else {
        MaybeSafe::Safe(text)
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

#[cfg(test)]
mod tests {
    use askama::Template;

    #[derive(Template)]
    #[template(source = "<i a=\"{{ crate::page::token(text) }}\">", ext = "html")]
    struct Page<'a> {
        text: &'a str,
    }

    #[test]
    fn a_token_is_escaped_where_it_needs_to_be() {
        for (text, expected) in [
            ("s.aZ0-_", "<i a=\"s.aZ0-_\">"),
            ("\"><b>", "<i a=\"&#34;&#62;&#60;b&#62;\">"),
            ("a&b", "<i a=\"a&#38;b\">"),
            ("'", "<i a=\"&#39;\">"),
        ] {
            assert_eq!(Page { text }.to_string(), expected);
        }
    }
}
