//! URLs as they travel: the original text, looked into only on request (house rule: nothing is normalized).

mod plain;

use std::fmt;

use url::Url;

use plain::is_plain;

/// A URL as it was sent. It is opened up by [`WireUrl::to_url`], and only there checked: a platform that sends
/// a broken return URL must not lose its launch by it.
///
/// ```
/// use lti_types::WireUrl;
/// let url = WireUrl::from("https://tool.example/lti?course=7");
/// assert_eq!(url.to_url()?.host_str(), Some("tool.example"));
/// assert!(WireUrl::from("javascript:alert(1)").to_url().is_err());
/// # Ok::<(), lti_types::InvalidUrl>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct WireUrl(#[serde(deserialize_with = "crate::refusal::text")] String);

/// Why a text is no URL to build on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidUrl {
    /// Not an absolute URL at all.
    #[error("not an absolute URL")]
    NotAbsolute,
    /// A scheme other than http and https.
    #[error("the scheme is neither https nor http")]
    Scheme,
    /// A user name or password before the host.
    #[error("the URL carries credentials")]
    Credentials,
    /// Plain http to a host other than the machine itself.
    #[error("the URL is not https")]
    NotHttps,
    /// A fragment where none may be.
    #[error("the URL has a fragment")]
    Fragment,
    /// Longer than 8,192 bytes.
    #[error("the URL is too long")]
    TooLong,
    /// White space or control characters, which parsers take out without a word.
    #[error("the URL holds white space or control characters")]
    Whitespace,
}

impl InvalidUrl {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAbsolute => "url_not_absolute",
            Self::Scheme => "url_scheme",
            Self::Credentials => "url_credentials",
            Self::NotHttps => "url_not_https",
            Self::Fragment => "url_fragment",
            Self::TooLong => "url_too_long",
            Self::Whitespace => "url_whitespace",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "RFC 3986; LTI Core 1.3 §3.1"
    }
}

impl WireUrl {
    /// The text as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it: some platforms send `""` for "none".
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The parsed URL: absolute, http or https, without credentials, at most 8,192 bytes.
    ///
    /// # Errors
    /// [`InvalidUrl`] says which of these does not hold.
    pub fn to_url(&self) -> Result<Url, InvalidUrl> {
        if self.0.len() > 8192 {
            return Err(InvalidUrl::TooLong);
        }
        let url = Url::parse(&self.0).map_err(|_| InvalidUrl::NotAbsolute)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidUrl::Scheme);
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(InvalidUrl::NotAbsolute);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidUrl::Credentials);
        }
        Ok(url)
    }

    /// The parsed URL, which must be https, or point to this very machine (`localhost`, `127.0.0.0/8`, `[::1]`), and
    /// written without white space and control characters.
    ///
    /// # Errors
    /// [`InvalidUrl`].
    pub fn to_secure_url(&self) -> Result<Url, InvalidUrl> {
        if self.0.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(InvalidUrl::Whitespace);
        }
        let url = self.to_url()?;
        if url.scheme() == "https" || is_loopback(&url) { Ok(url) } else { Err(InvalidUrl::NotHttps) }
    }

    /// Whether a browser may be sent there by a click: [`to_url`](Self::to_url) takes it, and it is written without
    /// control characters, which browsers take out before they look at the scheme.
    #[must_use]
    pub fn is_web(&self) -> bool {
        is_plain(&self.0) || (!self.0.chars().any(char::is_control) && self.to_url().is_ok())
    }

    /// Whether launches may lead there: [`to_secure_url`](Self::to_secure_url) takes it.
    #[must_use]
    pub fn is_launchable(&self) -> bool {
        is_plain(&self.0) || self.to_secure_url().is_ok()
    }

    /// Whether both are the same but for the `=` of empty query values, which some platform drops (quirk 16): `?a=`
    /// and `?a`; or but for a query or fragment with nothing in it. Everything else is compared byte for byte.
    #[must_use]
    pub fn is_same_resource(&self, other: &Self) -> bool {
        let parts = |url: &'_ str| -> (String, Vec<String>, String) {
            let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
            let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
            let pairs = query.split('&').map(|pair| match pair.split_once('=') {
                Some((name, "")) => name.to_owned(),
                _ => pair.to_owned(),
            });
            (path.to_owned(), pairs.collect(), fragment.to_owned())
        };
        self == other || parts(&self.0) == parts(&other.0)
    }
}

/// Whether the host is this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

impl fmt::Debug for WireUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WireUrl({:?})", self.0)
    }
}

impl fmt::Display for WireUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for WireUrl {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for WireUrl {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for WireUrl {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<Url> for WireUrl {
    fn from(url: Url) -> Self {
        Self(url.into())
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidUrl, WireUrl};

    #[test]
    fn only_web_urls_open() {
        for (text, expected) in [
            ("https://a.example/x?y#z", None),
            ("http://a.example", None),
            ("", Some(InvalidUrl::NotAbsolute)),
            ("/relative", Some(InvalidUrl::NotAbsolute)),
            ("javascript:alert(1)", Some(InvalidUrl::Scheme)),
            ("data:text/html,x", Some(InvalidUrl::Scheme)),
            ("https://user:pw@a.example", Some(InvalidUrl::Credentials)),
            ("https://a.example@evil.example", Some(InvalidUrl::Credentials)),
        ] {
            assert_eq!(WireUrl::from(text).to_url().err(), expected, "{text}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine() {
        for (text, ok) in [
            ("http://localhost:8080/", true),
            ("http://127.0.0.1/", true),
            ("http://[::1]:1/", true),
            ("http://2130706433/", true),
            ("http://localhost.evil.example/", false),
            ("http://10.0.0.1/", false),
            ("https://10.0.0.1/", true),
        ] {
            assert_eq!(WireUrl::from(text).to_secure_url().is_ok(), ok, "{text}");
        }
    }

    #[test]
    fn same_resource_looks_past_empty_query_values_only() {
        let base = WireUrl::from("https://t.example/a?x=&y=1");
        assert!(base.is_same_resource(&WireUrl::from("https://t.example/a?x&y=1")));
        for other in [
            "https://t.example/a?y=1",
            "https://t.example/a?x=2&y=1",
            "https://t.example/b?x=&y=1",
            "http://t.example/a?x=&y=1",
            "https://t.example:444/a?x=&y=1",
            "https://t.example/a?x=&y=1#f",
            "https://evil.example/a?x=&y=1",
        ] {
            assert!(!base.is_same_resource(&WireUrl::from(other)), "{other}");
        }
    }
}
