//! A captured completion posted from elsewhere fails and consumes nothing.

use lti_browser::{Completion, CompletionError as E, CompletionRequest, NotSameOrigin as No, Origin};
use lti_types::AuthenticationResponse;

const OURS: Option<&str> = Some("https://tool.example");
const SAME: Option<&str> = Some("same-origin");
const JSON: Option<&str> = Some("application/json");
const BODY: &[u8] = br#"{"id_token":"e.y.J","state":"s","secret":"x"}"#;

fn read(request: &CompletionRequest<'_>) -> Result<Completion, E> {
    Completion::read(&Origin::parse("https://tool.example").unwrap(), request)
}

#[test]
fn a_completion_of_our_page_is_read() {
    for content_type in ["application/json", "application/json; charset=utf-8", "Application/JSON ;x"] {
        let completion = read(&CompletionRequest::new(OURS, SAME, Some(content_type), BODY)).unwrap();
        assert_eq!(completion.secret.as_str(), "x");
        let AuthenticationResponse::IdToken { id_token, state, .. } = &completion.response else { panic!() };
        assert_eq!((id_token.as_str(), state.as_str()), ("e.y.J", "s"));
        assert_eq!(format!("{completion:?}"), "Completion(…)");
    }
}

#[test]
fn a_captured_completion_posted_from_elsewhere_is_not() {
    for (origin, site, content_type, body, expected) in [
        (Some("https://evil.example"), Some("cross-site"), JSON, BODY, E::NotSameOrigin(No::OriginForeign)),
        (Some("null"), Some("cross-site"), JSON, BODY, E::NotSameOrigin(No::OriginForeign)),
        (
            Some("https://other.tool.example"),
            Some("same-site"),
            JSON,
            BODY,
            E::NotSameOrigin(No::OriginForeign),
        ),
        (OURS, Some("cross-site"), JSON, BODY, E::NotSameOrigin(No::FetchSiteForeign)),
        (OURS, None, JSON, BODY, E::NotSameOrigin(No::FetchSiteMissing)),
        (None, SAME, JSON, BODY, E::NotSameOrigin(No::OriginMissing)),
        (OURS, SAME, None, BODY, E::ContentType),
        (OURS, SAME, Some("text/plain"), BODY, E::ContentType),
        (OURS, SAME, Some("application/x-www-form-urlencoded"), BODY, E::ContentType),
        (OURS, SAME, Some("application/jsonx"), BODY, E::ContentType),
        (OURS, SAME, JSON, b"", E::Malformed),
        (OURS, SAME, JSON, b"[]", E::Malformed),
        (OURS, SAME, JSON, b"\xff", E::Malformed),
        (OURS, SAME, JSON, br#"{"id_token":"t","state":"s"}"#, E::Malformed),
        (OURS, SAME, JSON, br#"{"id_token":"t","state":"s","secret":null}"#, E::Malformed),
        (OURS, SAME, JSON, br#"{"id_token":"t","state":"s","secret":""}"#, E::Malformed),
        (OURS, SAME, JSON, br#"{"id_token":"","state":"s","secret":"x"}"#, E::Malformed),
        (OURS, SAME, JSON, br#"{"id_token":"t","state":["s"],"secret":"x"}"#, E::Malformed),
        (OURS, SAME, JSON, br#"{"id_token":"t","state":"s","secret":"x","secret":"y"}"#, E::Malformed),
        (OURS, SAME, JSON, br#"{"id_token":"t","state":"s","secret":"a\nb"}"#, E::Malformed),
    ] {
        let error = read(&CompletionRequest::new(origin, site, content_type, body)).unwrap_err();
        assert_eq!(error, expected, "{origin:?} {site:?} {:?}", String::from_utf8_lossy(body));
        let status = if matches!(error, E::NotSameOrigin(_)) { 403 } else { 400 };
        assert_eq!(error.http_status(), status);
        assert!(!error.code().is_empty() && error.spec().contains('§'));
    }
    let large = vec![b' '; 128 * 1024 + 1];
    assert_eq!(read(&CompletionRequest::new(OURS, SAME, JSON, &large)).unwrap_err(), E::TooLarge);
    let deep = "[".repeat(100_000);
    assert_eq!(read(&CompletionRequest::new(OURS, SAME, JSON, deep.as_bytes())).unwrap_err(), E::Malformed);
}
