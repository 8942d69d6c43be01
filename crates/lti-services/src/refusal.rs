//! Answers that are no success (AGS 2.0 OpenAPI, RFC 6750 §3, RFC 9110 §10.2.3).

use chrono::{DateTime, TimeDelta, Utc};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, Response};

use crate::MAX_RESPONSE_BYTES;

/// The most characters of an answer that are kept for people to read.
const MAX_DETAIL: usize = 2000;
/// The most bytes of an error code.
const MAX_ERROR: usize = 200;

/// What a server answered instead of what it was asked for. It prints no more than the status: what the server said
/// may hold anything, and is had by [`Refusal::untrusted_detail`].
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    status: u16,
    retry_after: Option<RetryAfter>,
    challenge: Option<String>,
    detail: String,
    error: Option<String>,
}

/// What a refusal means to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// 401: the token is not, or no longer, good. Get another one, once.
    TokenRejected,
    /// 403 that names the scope, or says that it is insufficient.
    ScopeInsufficient,
    /// 403: not allowed; for a score, closed for example.
    Forbidden,
    /// 404 or 410: no such thing, or not ours.
    NotFound,
    /// 409: what is there is newer.
    Conflict,
    /// 429, or a 403 that speaks of a rate limit: too many requests.
    RateLimited,
    /// 408, 425, and 5xx but 501 and 505: not now.
    Unavailable,
    /// 3xx: it is somewhere else, and nobody followed.
    Redirected,
    /// Any other: the request itself is at fault.
    Malformed,
}

/// When to come back (RFC 9110 §10.2.3).
///
/// ```
/// use chrono::TimeDelta;
/// use lti_services::RetryAfter;
///
/// let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap(); // midnight
/// let mut headers = http::HeaderMap::new();
/// headers.insert("retry-after", "Thu, 01 Jan 2026 00:02:00 GMT".parse()?);
/// assert_eq!(RetryAfter::read(&headers).map(|after| after.delay(now)), Some(TimeDelta::minutes(2)));
/// headers.insert("retry-after", "soon".parse()?);
/// assert_eq!(RetryAfter::read(&headers), None);
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryAfter {
    /// After so long.
    Delay(TimeDelta),
    /// At a time of the server's clock.
    At(DateTime<Utc>),
}

impl RetryAfter {
    /// How long to wait from now on; never negative. Cap it: a server may say anything.
    #[must_use]
    pub fn delay(self, now: DateTime<Utc>) -> TimeDelta {
        match self {
            Self::Delay(delay) => delay,
            Self::At(time) => time.signed_duration_since(now),
        }
        .max(TimeDelta::zero())
    }

    /// What an answer asks for; `None` if it asks for nothing, or unreadably.
    #[must_use]
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse::<u32>() {
            return Some(Self::Delay(TimeDelta::seconds(i64::from(seconds))));
        }
        DateTime::parse_from_rfc2822(text).ok().map(|time| Self::At(time.to_utc()))
    }
}

impl Refusal {
    /// Reads an answer; its status is looked at by the caller.
    pub(crate) fn read(response: &Response<Vec<u8>>) -> Self {
        let headers = response.headers();
        let body = response.body();
        // Of the whole, for what is cut is no JSON any more.
        let error = body.get(..body.len().min(MAX_RESPONSE_BYTES)).and_then(error_code);
        // Cut before it is read as text: four bytes are the longest character.
        let body = body.get(..body.len().min(MAX_DETAIL * 4)).unwrap_or_default();
        Self {
            status: response.status().as_u16(),
            retry_after: RetryAfter::read(headers),
            challenge: headers.get(WWW_AUTHENTICATE).and_then(|v| v.to_str().ok()).map(str::to_owned),
            detail: String::from_utf8_lossy(body).chars().take(MAX_DETAIL).collect(),
            error,
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// When the server wants to be asked again.
    #[must_use]
    pub fn retry_after(&self) -> Option<RetryAfter> {
        self.retry_after
    }

    /// The first 2,000 characters of what the server said, for whoever looks into it; written by a stranger.
    #[must_use]
    pub fn untrusted_detail(&self) -> &str {
        &self.detail
    }

    /// What it means.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        match self.status {
            401 => RefusalKind::TokenRejected,
            403 if self.says("rate limit") => RefusalKind::RateLimited,
            403 if self.says("insufficient_scope") => RefusalKind::ScopeInsufficient,
            403 => RefusalKind::Forbidden,
            404 | 410 => RefusalKind::NotFound,
            409 => RefusalKind::Conflict,
            429 => RefusalKind::RateLimited,
            501 | 505 => RefusalKind::Malformed,
            408 | 425 | 500..=599 => RefusalKind::Unavailable,
            300..=399 => RefusalKind::Redirected,
            _ => RefusalKind::Malformed,
        }
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind(), RefusalKind::RateLimited | RefusalKind::Unavailable)
    }

    /// Whether the server may have done what it was asked for, although it does not say so: it broke down, or what
    /// stands before it gave up waiting. 503 is taken for "nothing was done", as it says; a few proxies answer it after
    /// the server behind them took the request. Then the second attempt at a score is told that there is one of its
    /// very time: [`crate::ScoreOutcome::Stale`], where [`crate::ScoreOutcome::AlreadyRecorded`] would be right.
    /// Whoever would rather have it the other way, as lti-client has, calls [`crate::Publication::answer_lost`] after a
    /// 503.
    #[must_use]
    pub fn may_have_been_done(&self) -> bool {
        matches!(self.status, 408 | 500 | 502 | 504 | 520..=599)
    }

    /// The `error` of a JSON body, if it is one of a few words.
    pub(crate) fn error_code(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Whether body or challenge hold the phrase, whatever its case.
    pub(crate) fn says(&self, phrase: &str) -> bool {
        let holds = |text: &str| text.to_ascii_lowercase().contains(phrase);
        holds(&self.detail) || self.challenge.as_deref().is_some_and(holds)
    }

    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind() {
            RefusalKind::TokenRejected => "token_rejected",
            RefusalKind::ScopeInsufficient => "scope_insufficient",
            RefusalKind::Forbidden => "forbidden",
            RefusalKind::NotFound => "not_found",
            RefusalKind::Conflict => "conflict",
            RefusalKind::RateLimited => "rate_limited",
            RefusalKind::Unavailable => "unavailable",
            RefusalKind::Redirected => "redirected",
            RefusalKind::Malformed => "request_refused",
        }
    }
}

fn error_code(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Body {
        error: String,
    }
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let error = serde_json::from_slice::<Body>(body).ok()?.error;
    (error.len() <= MAX_ERROR).then_some(error)
}

impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refusal")
            .field("status", &self.status)
            .field("kind", &self.kind())
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the server answered {}", self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, headers: &[(&str, &str)], body: &str) -> Refusal {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        Refusal::read(&response.body(body.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn kinds() {
        for (status, body, kind, retryable) in [
            (400, "", RefusalKind::Malformed, false),
            (401, "", RefusalKind::TokenRejected, false),
            (403, "", RefusalKind::Forbidden, false),
            (403, "403 Forbidden (Rate Limit Exceeded)", RefusalKind::RateLimited, true),
            (403, r#"{"error":"insufficient_scope"}"#, RefusalKind::ScopeInsufficient, false),
            (404, "", RefusalKind::NotFound, false),
            (409, "", RefusalKind::Conflict, false),
            (422, "", RefusalKind::Malformed, false),
            (429, "", RefusalKind::RateLimited, true),
            (500, "", RefusalKind::Unavailable, true),
            (501, "", RefusalKind::Malformed, false),
            (503, "", RefusalKind::Unavailable, true),
            (302, "", RefusalKind::Redirected, false),
        ] {
            let refusal = refusal(status, &[], body);
            assert_eq!((refusal.kind(), refusal.is_retryable()), (kind, retryable), "{status} {body}");
        }
    }

    #[test]
    fn the_code_of_a_long_answer_is_read() {
        let long = format!(r#"{{"error_description":"{}","error":"invalid_client"}}"#, "x".repeat(5000));
        assert_eq!(refusal(400, &[], &long).error_code(), Some("invalid_client"));
        for body in ["", "{", r#"{"error":{"x":1}}"#, r#"{"errors":"a"}"#, &long[..4000]] {
            assert_eq!(refusal(400, &[], body).error_code(), None);
        }
        assert_eq!(refusal(400, &[], &format!(r#"{{"error":"{}"}}"#, "x".repeat(201))).error_code(), None);
    }

    #[test]
    fn when_to_come_back() {
        let now = DateTime::from_timestamp(784_111_777, 0).unwrap();
        for (text, seconds) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:48:37 GMT", Some(0)),
            ("-5", None),
            ("soon", None),
            ("99999999999", None),
        ] {
            let delay = refusal(429, &[("retry-after", text)], "").retry_after().map(|r| r.delay(now));
            assert_eq!(delay, seconds.map(TimeDelta::seconds), "{text}");
        }
    }

    #[test]
    fn what_the_server_said_is_kept_and_not_printed() {
        let refusal = refusal(400, &[], &format!("Secret1 {}", "é".repeat(5000)));
        assert_eq!(refusal.untrusted_detail().chars().count(), MAX_DETAIL);
        assert!(!format!("{refusal} {refusal:?}").contains("Secret1"));
    }
}
