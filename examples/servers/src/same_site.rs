//! Whether a request that changes something was sent by a page of our own (Fetch Metadata; RFC 6454).
//!
//! Cookies of `SameSite=None` come along from anywhere, so they prove nothing about who sent a form.

use http::HeaderMap;
use http::header::ORIGIN;
use lti_browser::{NotSameOrigin, Origin};

use crate::problem::Problem;

/// Refuses what a browser sends on behalf of another site. `Sec-Fetch-Site` and `Origin` are the browser's alone to
/// set, and every browser sends `Origin` with a POST; a program that sends neither has no stranger's cookies.
pub(crate) fn check(own: &Origin, headers: &HeaderMap) -> Result<(), Problem> {
    let mut site = headers.get_all("sec-fetch-site").iter();
    match (site.next().map(http::HeaderValue::as_bytes), site.next()) {
        (Some(b"same-origin"), None) => return Ok(()),
        (Some(_), _) => return Err(Problem::from(NotSameOrigin::FetchSiteForeign)),
        (None, _) => {}
    }
    let mut origin = headers.get_all(ORIGIN).iter();
    match (origin.next(), origin.next()) {
        (None, _) => Ok(()),
        (Some(value), None) if value.as_bytes() == own.as_str().as_bytes() => Ok(()),
        _ => Err(Problem::from(NotSameOrigin::OriginForeign)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test code")]
mod tests {
    use super::check;
    use http::HeaderMap;
    use lti_browser::Origin;

    #[test]
    fn table() {
        let own = Origin::parse("https://lms.example").unwrap();
        for (origin, site, good) in [
            (None, None, true),
            (None, Some("same-origin"), true),
            (Some("https://lms.example"), None, true),
            (Some("https://lms.example"), Some("cross-site"), false),
            (Some("https://lms.example"), Some("same-site"), false),
            (Some("https://lms.example"), Some("none"), false),
            (Some("https://evil.example"), None, false),
            (Some("null"), None, false),
            (Some("null"), Some("same-origin"), true),
        ] {
            let mut headers = HeaderMap::new();
            origin.map(|value: &str| headers.insert("origin", value.parse().unwrap()));
            site.map(|value: &str| headers.insert("sec-fetch-site", value.parse().unwrap()));
            assert_eq!(check(&own, &headers).is_ok(), good, "{origin:?} {site:?}");
        }
    }
}
