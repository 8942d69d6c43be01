//! Addresses that may stand in a page or header (RFC 6454 origins; Content Security Policy 3 §2.3.1 sources).

use std::fmt;

use lti_types::InvalidUrl;
use url::Url;

/// The scheme, host and port of an http or https address: what browsers compare in messages, requests and
/// policies. Its text is safe in headers: no address can smuggle a wildcard or a second directive into it.
///
/// ```
/// use lti_browser::Origin;
/// let origin = Origin::parse("https://LMS.example:443/auth?x=1")?;
/// assert_eq!(origin.as_str(), "https://lms.example");
/// assert!(Origin::parse("https://*.example").is_err());
/// assert!(Origin::parse("javascript:alert(1)").is_err());
/// # Ok::<(), lti_types::InvalidUrl>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// The origin of an address.
    ///
    /// # Errors
    /// [`InvalidUrl`]: not http or https, with credentials, or with a host that no browser would resolve.
    pub fn of(url: &Url) -> Result<Self, InvalidUrl> {
        check(url)?;
        Ok(Self(url.origin().ascii_serialization()))
    }

    /// The origin of an address in text; what follows the port is ignored.
    ///
    /// # Errors
    /// As [`Origin::of`], or not an absolute URL.
    pub fn parse(address: &str) -> Result<Self, InvalidUrl> {
        Self::of(&Url::parse(address).map_err(|_| InvalidUrl::NotAbsolute)?)
    }

    /// As browsers write it in the `Origin` header.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address in text, checked; what is written into the page is the parsed form, so that a browser cannot read
/// it in another way than the check did.
pub(crate) fn parse(address: &str) -> Result<Url, InvalidUrl> {
    let url = Url::parse(address).map_err(|_| InvalidUrl::NotAbsolute)?;
    check(&url)?;
    Ok(url)
}

/// http or https, no credentials, and a host of letters, digits, `.`, `-`, `_` or an IP address.
pub(crate) fn check(url: &Url) -> Result<(), InvalidUrl> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(InvalidUrl::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidUrl::Credentials);
    }
    let plain = match url.host() {
        Some(url::Host::Domain(name)) => {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        }
        Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) => true,
        None => false,
    };
    if plain { Ok(()) } else { Err(InvalidUrl::NotAbsolute) }
}

/// Whether the text is a path on the same origin: no scheme, no host, nothing that a browser would read as one.
pub(crate) fn is_local_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 8192
        && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::{Origin, is_local_path};

    #[test]
    fn an_origin_cannot_carry_a_policy() {
        for bad in [
            "https://*.example/",
            "https://a;script-src%20*.example/",
            "https://a'b.example/",
            "https://a,b.example/",
            "https://user@lms.example/",
            "https://user:pw@lms.example/",
            "data:text/html,x",
            "blob:https://lms.example/1",
            "//lms.example/",
            "",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Origin::parse("http://[::1]:9000/x").unwrap().as_str(), "http://[::1]:9000");
        assert_eq!(Origin::parse("http://127.0.0.1:80/").unwrap().as_str(), "http://127.0.0.1");
        assert_eq!(
            Origin::parse("https://münchen.example/").unwrap().as_str(),
            "https://xn--mnchen-3ya.example"
        );
    }

    #[test]
    fn local_paths() {
        assert!(is_local_path("/lti/launches/1?a=b#c"));
        for bad in
            ["", "lti", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "/ü", "/a b"]
        {
            assert!(!is_local_path(bad), "{bad}");
        }
    }
}
