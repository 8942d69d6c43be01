//! Addresses of services (AGS 2.0 §3.1.2, §3.4.1): extended and never rewritten.

use std::fmt;

use http::Uri;
use lti_types::{InvalidUrl, WireUrl};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use url::Url;

/// The most bytes of the value of a query parameter, in what is sent and in what is read.
pub(crate) const MAX_VALUE: usize = 4096;
/// The longest address that grows by a parameter, in bytes; it is also the longest that is read.
const MAX_ADDRESS: usize = 8192;

/// An address that requests go to: absolute, http or https, without credentials.
///
/// Its text is the one that was given, but for a fragment, which is never sent. Where that text and its parsed form
/// could be read as two different hosts, the parsed form is used instead: a token must not go where nobody looked.
///
/// ```
/// use lti_services::ServiceUrl;
/// let line_item = ServiceUrl::parse(&"https://lms.example/1/lineitem?type_id=3&u=a%2Fb".into())?;
/// assert_eq!(line_item.child("scores").as_str(), "https://lms.example/1/lineitem/scores?type_id=3&u=a%2Fb");
/// assert_eq!(line_item.with_parameter("limit", "10").as_str(),
///     "https://lms.example/1/lineitem?type_id=3&u=a%2Fb&limit=10");
/// # Ok::<(), lti_types::InvalidUrl>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceUrl {
    text: String,
    url: Url,
    uri: Uri,
}

impl ServiceUrl {
    /// Checks an address. Whether the host may be spoken to, and whether plain http will do, is for the client's
    /// outbound policy to say.
    ///
    /// # Errors
    /// [`InvalidUrl`].
    pub fn parse(address: &WireUrl) -> Result<Self, InvalidUrl> {
        let mut url = address.to_url()?;
        url.set_fragment(None);
        let text = address.as_str().split('#').next().unwrap_or_default().trim();
        if let Some(uri) = same_host(text, &url) {
            return Ok(Self { text: text.to_owned(), url, uri });
        }
        let text = url.as_str().to_owned();
        let uri = same_host(&text, &url).ok_or(InvalidUrl::NotAbsolute)?;
        Ok(Self { text, url, uri })
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same in its parsed form.
    #[must_use]
    pub fn to_url(&self) -> &Url {
        &self.url
    }

    /// The same as the target of a request.
    #[must_use]
    pub fn to_uri(&self) -> &Uri {
        &self.uri
    }

    /// Whether both have scheme, host and port in common: only then may they see the same token.
    #[must_use]
    pub fn is_same_origin(&self, other: &Self) -> bool {
        self.url.origin() == other.url.origin()
    }

    /// The address with another segment, such as `scores`, at the end of its path; the query is left alone, byte for
    /// byte. Slashes at the end of the path are collapsed.
    #[must_use]
    pub fn child(&self, segment: &'static str) -> Self {
        let (path, query) = match self.text.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.text.as_str(), None),
        };
        let mut text = format!("{}/{}", path.trim_end_matches('/'), encode(segment));
        if let Some(query) = query {
            text.push('?');
            text.push_str(query);
        }
        // An address has a bounded length, and so has a name in the program: together they are always a target.
        self.extended(text).unwrap_or_else(|| self.clone())
    }

    /// The address with one more query parameter after those it has, which are left alone, byte for byte. A parameter
    /// that does not fit (a value of more than 4,096 bytes, or an address of more than 8,192) is left out as a whole: a
    /// list without a filter is longer than was asked for, while one with half a filter would lack something.
    #[must_use]
    pub fn with_parameter(&self, name: &str, value: &str) -> Self {
        self.with_whole_parameter(name, value).unwrap_or_else(|| self.clone())
    }

    /// The same; `None` if the parameter does not fit.
    pub(crate) fn with_whole_parameter(&self, name: &str, value: &str) -> Option<Self> {
        if value.len() > MAX_VALUE {
            return None;
        }
        let separator = match self.text.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        self.extended(format!("{}{separator}{}={}", self.text, encode(name), encode(value)))
            .filter(|whole| whole.text.len() <= MAX_ADDRESS)
    }

    /// What a reference in a response to a request for this address points to; it may be relative (RFC 3986 §5).
    ///
    /// # Errors
    /// [`InvalidUrl`].
    pub fn join(&self, reference: &str) -> Result<Self, InvalidUrl> {
        let reference = reference.trim();
        // An absolute one is used verbatim.
        if Url::parse(reference).is_ok() {
            return Self::parse(&reference.into());
        }
        let joined = self.url.join(reference).map_err(|_| InvalidUrl::NotAbsolute)?;
        Self::parse(&joined.into())
    }

    /// Another text on the same host.
    fn extended(&self, text: String) -> Option<Self> {
        let url = Url::parse(&text).ok()?;
        let uri = same_host(&text, &url)?;
        Some(Self { text, url, uri })
    }
}

/// The request target, if it means the host that was parsed.
fn same_host(text: &str, url: &Url) -> Option<Uri> {
    // Both parsers see a backslash, a blank or a letter beyond ASCII differently.
    if !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        return None;
    }
    let uri: Uri = text.parse().ok()?;
    let host = uri.host()?.eq_ignore_ascii_case(url.host_str()?);
    let scheme = uri.scheme_str()?.eq_ignore_ascii_case(url.scheme());
    let default = if url.scheme() == "https" { 443 } else { 80 };
    let port = uri.port_u16().unwrap_or(default) == url.port_or_known_default()?;
    let credentials = uri.authority()?.as_str().contains('@');
    (host && scheme && port && !credentials).then_some(uri)
}

/// Everything but the unreserved characters (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Everything but the unreserved characters percent-encoded.
pub(crate) fn encode(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

impl fmt::Debug for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceUrl({:?})", self.text)
    }
}

impl From<&ServiceUrl> for WireUrl {
    fn from(url: &ServiceUrl) -> Self {
        url.text.as_str().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> ServiceUrl {
        ServiceUrl::parse(&text.into()).unwrap()
    }

    #[test]
    fn x33_scores_go_before_the_query() {
        for (line_item, scores) in [
            ("https://lms.example/x/li/1", "https://lms.example/x/li/1/scores"),
            ("https://lms.example/x/li/1/", "https://lms.example/x/li/1/scores"),
            (
                "https://lms.example/x/1/lineitem?type_id=3",
                "https://lms.example/x/1/lineitem/scores?type_id=3",
            ),
            ("https://lms.example/x?id=1&u=a%2Fb", "https://lms.example/x/scores?id=1&u=a%2Fb"),
            ("https://lms.example/x;v=1/2;w=3?", "https://lms.example/x;v=1/2;w=3/scores?"),
            ("https://lms.example", "https://lms.example/scores"),
            ("https://lms.example?a=/b/", "https://lms.example/scores?a=/b/"),
            ("https://lms.example/x?a=b?c=d", "https://lms.example/x/scores?a=b?c=d"),
            ("https://LMS.example:443/X/%7e/../y#frag/ment?q", "https://LMS.example:443/X/%7e/../y/scores"),
            ("http://[::1]:8080/a?b", "http://[::1]:8080/a/scores?b"),
        ] {
            assert_eq!(url(line_item).child("scores").as_str(), scores);
        }
    }

    #[test]
    fn parameters_are_added_and_none_is_touched() {
        for (base, expected) in [
            ("https://a.example/x", "https://a.example/x?tag=a%20b%26c%3D%C3%A9"),
            ("https://a.example/x?", "https://a.example/x?tag=a%20b%26c%3D%C3%A9"),
            ("https://a.example/x?y=%2f+&", "https://a.example/x?y=%2f+&tag=a%20b%26c%3D%C3%A9"),
            ("https://a.example/x?y", "https://a.example/x?y&tag=a%20b%26c%3D%C3%A9"),
        ] {
            assert_eq!(url(base).with_parameter("tag", "a b&c=é").as_str(), expected);
        }
    }

    /// Half a filter, or half of a sealed position, means something else than the whole.
    #[test]
    fn a_parameter_that_does_not_fit_is_left_out_as_a_whole() {
        let base = url("https://a.example/x?y");
        assert_eq!(base.with_parameter("tag", &"é".repeat(MAX_VALUE / 2 + 1)), base);
        let full = base.with_parameter("a", &"b".repeat(MAX_VALUE)).with_parameter("c", &"d".repeat(4000));
        assert!(full.as_str().ends_with('d') && full.as_str().len() <= MAX_ADDRESS);
        assert_eq!(full.with_parameter("e", &"f".repeat(100)), full);
        assert!(full.child("scores").as_str().starts_with("https://a.example/x/scores?y&a=b"));
        assert_eq!(full.with_whole_parameter("e", &"f".repeat(100)), None);
    }

    #[test]
    fn two_parsers_mean_one_host() {
        for (text, sent) in [
            ("https://a.example\\@evil.example/x", "https://a.example/@evil.example/x"),
            ("https://ä.example/x", "https://xn--4ca.example/x"),
            ("http://2130706433/x", "http://127.0.0.1/x"),
            ("https:a.example/x", "https://a.example/x"),
            ("https://a.example/ x", "https://a.example/%20x"),
        ] {
            assert_eq!(url(text).as_str(), sent);
            assert_eq!(url(text).to_uri().host(), url(text).to_url().host_str());
        }
        for text in
            ["https://u:p@a.example/", "https://a.example@evil.example/", "ftp://a.example/", "/x", ""]
        {
            assert!(ServiceUrl::parse(&text.into()).is_err(), "{text}");
        }
    }

    #[test]
    fn references_are_relative_to_the_request() {
        let base = url("https://a.example/c/1/members?x=1");
        for (reference, expected) in [
            ("?page=2", "https://a.example/c/1/members?page=2"),
            ("/next", "https://a.example/next"),
            ("https://a.example/C/%7E?P=2", "https://a.example/C/%7E?P=2"),
            ("//b.example/x", "https://b.example/x"),
        ] {
            assert_eq!(base.join(reference).unwrap().as_str(), expected);
        }
        assert!(base.is_same_origin(&base.join("?a").unwrap()));
        assert!(!base.is_same_origin(&base.join("//b.example").unwrap()));
        assert!(!base.is_same_origin(&url("http://a.example/c/1/members")));
        assert!(base.join("javascript:alert(1)").is_err());
    }
}
