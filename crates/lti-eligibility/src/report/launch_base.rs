//! The launch links of exported courses (README, Launch links).

use crate::course::CourseId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

/// The most bytes that the base of launch links may have, so that a link, with the longest course id percent-encoded,
/// stays within the 4,096 characters that a cartridge can hold: 1,023.
pub const MAX_LAUNCH_BASE_BYTES: usize = 1023;

/// Everything but the unreserved characters (RFC 3986 §2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Where launch links begin. A course's link depends on its id only, so it stays the same when the course is edited.
///
/// ```
/// use lti_eligibility::course::CourseId;
/// use lti_eligibility::report::LaunchBase;
///
/// let base = LaunchBase::parse("https://tool.example/launch?tenant=7")?;
/// let link = base.link(&CourseId::new("intro/1 é")?);
/// assert_eq!(link, "https://tool.example/launch/intro%2F1%20%C3%A9?tenant=7");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchBase {
    /// The text up to the query, without a slash at the end.
    path: String,
    /// The query with its question mark, or nothing.
    query: String,
}

impl LaunchBase {
    /// Takes an absolute URL as it is written; a query stays behind the link's path.
    ///
    /// # Errors
    ///
    /// A URL that is not absolute, not https (http is allowed for loopback addresses), has a fragment or
    /// credentials, or is longer than [`MAX_LAUNCH_BASE_BYTES`].
    pub fn parse(text: &str) -> Result<Self, InvalidLaunchBase> {
        if text.len() > MAX_LAUNCH_BASE_BYTES {
            return Err(InvalidLaunchBase(()));
        }
        let url = Url::parse(text).map_err(|_| InvalidLaunchBase(()))?;
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let scheme = url.scheme() == "https" || (url.scheme() == "http" && loopback);
        let plain = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        // The parser forgives blanks, line ends, backslashes and missing slashes; the text is used as it is.
        let clean = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') && text.contains("://");
        if !(scheme && plain && clean) {
            return Err(InvalidLaunchBase(()));
        }
        let (path, query) = match text.split_once('?') {
            Some((path, query)) => (path, format!("?{query}")),
            None => (text, String::new()),
        };
        Ok(Self { path: path.trim_end_matches('/').to_owned(), query })
    }

    /// The launch link of a course: its id is one segment at the end of the path, percent-encoded.
    #[must_use]
    pub fn link(&self, id: &CourseId) -> String {
        let mut link = self.path.clone();
        link.push('/');
        link.extend(utf8_percent_encode(id.as_str(), RESERVED));
        link.push_str(&self.query);
        link
    }
}

/// The text cannot be the base of launch links.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the base of launch links must be an absolute https URL (http for loopback) without fragment and credentials, of at \
     most {MAX_LAUNCH_BASE_BYTES} bytes"
)]
pub struct InvalidLaunchBase(());

impl InvalidLaunchBase {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "invalid_launch_base"
    }

    /// The section of this crate's README that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        "lti-eligibility README, Launch links"
    }
}
