//! The cookie that proves the browser: one per launch, short-lived (Security Framework 1.0 §7.3.1; RFC 6265bis).

use std::time::Duration;

use lti_types::{BrowserSecret, State};
use url::form_urlencoded;

use crate::state_label::state_label;

/// The most bytes of `Cookie` headers that are looked at.
const MAX_HEADERS: usize = 64 * 1024;

/// The cookie of one launch. Its name comes from the state, so that launches side by side do not disturb each
/// other; its value is the [`BrowserSecret`] that is kept with the pending launch.
///
/// ```
/// use std::time::Duration;
/// use lti_browser::LaunchCookie;
/// use lti_types::{BrowserSecret, State};
/// let (state, secret) = (State::random()?, BrowserSecret::random()?);
///
/// // In the answer to the login:
/// let cookie = LaunchCookie::new(&state);
/// let set_cookie = cookie.set(&secret, Duration::from_secs(600));
/// assert!(set_cookie.ends_with("; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"));
///
/// // In the launch:
/// let header = format!("theme=dark; {}={}", cookie.name(), secret.as_str());
/// assert!(LaunchCookie::new(&state).read([header.as_str()]).is_some_and(|found| found.matches(&secret)));
/// # Ok::<(), lti_types::EntropyUnavailable>(())
/// ```
///
/// `SameSite=None` because the launch is a cross-site POST, `Partitioned` so that browsers which refuse
/// third-party cookies may still keep it for this platform, `HttpOnly` because no script needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchCookie {
    name: String,
}

impl LaunchCookie {
    /// The cookie for a state, named `__Host-lti_…`: browsers take it only from this very host over https, so a
    /// sibling domain cannot plant one.
    #[must_use]
    pub fn new(state: &State) -> Self {
        Self { name: format!("__Host-lti_{}", state_label(state)) }
    }

    /// The same, named `lti_…`, for plain http on a loopback address: browsers accept `Secure` cookies there,
    /// but some refuse the `__Host-` prefix. Everywhere else use [`LaunchCookie::new`].
    #[must_use]
    pub fn for_loopback_http(state: &State) -> Self {
        Self { name: format!("lti_{}", state_label(state)) }
    }

    /// The cookie's name: letters, digits, `-` and `_`, at most 43 characters, whatever the state.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value of a `Set-Cookie` header. `max_age` is the life of the pending launch, 5 to 10 minutes; parts
    /// of a second are dropped.
    #[must_use]
    pub fn set(&self, secret: &BrowserSecret, max_age: Duration) -> String {
        let value: String = form_urlencoded::byte_serialize(secret.as_str().as_bytes()).collect();
        self.header(&value, max_age.as_secs())
    }

    /// The value of a `Set-Cookie` header that removes it, once the launch is taken.
    #[must_use]
    pub fn clear(&self) -> String {
        self.header("", 0)
    }

    fn header(&self, value: &str, max_age: u64) -> String {
        let name = &self.name;
        format!("{name}={value}; Max-Age={max_age}; Path=/; Secure; HttpOnly; SameSite=None; Partitioned")
    }

    /// Finds it among the values of a request's `Cookie` headers. Other cookies may be malformed. `None` if it is
    /// not there, not readable, or there twice with different values: nobody can tell then which one is ours.
    #[must_use]
    pub fn read<'a>(&self, cookie_headers: impl IntoIterator<Item = &'a str>) -> Option<BrowserSecret> {
        let mut budget = MAX_HEADERS;
        let mut found: Option<&str> = None;
        for header in cookie_headers {
            budget = budget.checked_sub(header.len())?;
            for pair in header.split(';') {
                let Some((name, value)) = pair.split_once('=') else { continue };
                if name.trim() != self.name {
                    continue;
                }
                let value = unquote(value.trim());
                if found.is_some_and(|earlier| earlier != value) {
                    return None;
                }
                found = Some(value);
            }
        }
        decode(found?)
    }
}

fn unquote(value: &str) -> &str {
    value.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(value)
}

/// Undoes the encoding of [`LaunchCookie::set`], which has neither `&` nor `=`.
fn decode(value: &str) -> Option<BrowserSecret> {
    if value.contains(['&', '=']) {
        return None;
    }
    let (secret, _) = form_urlencoded::parse(value.as_bytes()).next()?;
    BrowserSecret::new(secret.into_owned()).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use lti_types::{BrowserSecret, State};
    use proptest::prelude::*;

    use super::LaunchCookie;

    fn state() -> State {
        State::from_entropy([3; 32])
    }

    #[test]
    fn exact_headers() {
        let secret = BrowserSecret::from_entropy([4; 32]);
        let cookie = LaunchCookie::new(&state());
        assert_eq!(
            cookie.set(&secret, Duration::from_secs(300)),
            format!(
                "{}=BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ; Max-Age=300; Path=/; Secure; HttpOnly; \
                 SameSite=None; Partitioned",
                cookie.name()
            )
        );
        assert_eq!(
            cookie.clear(),
            format!("{}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=None; Partitioned", cookie.name())
        );
        assert!(cookie.name().starts_with("__Host-lti_"));
        assert!(LaunchCookie::for_loopback_http(&state()).name().starts_with("lti_"));
    }

    #[test]
    fn reading_is_tolerant() {
        let cookie = LaunchCookie::new(&state());
        let name = cookie.name();
        let other = LaunchCookie::new(&State::from_entropy([9; 32]));
        let table: &[(&[&str], Option<&str>)] = &[
            (&[], None),
            (&[""], None),
            (&["NAME"], None),
            (&["NAME="], None),
            (&["NAME=s3cret"], Some("s3cret")),
            (&["a=b; NAME=s3cret; c=d"], Some("s3cret")),
            (&["a=b;NAME=s3cret;c=d"], Some("s3cret")),
            (&["  NAME = s3cret  "], Some("s3cret")),
            (&["NAME=\"s3cret\""], Some("s3cret")),
            (&["NAME=\"s3cret"], Some("\"s3cret")),
            (&["; ;;=;=x; broken; NAME=s3cret;"], Some("s3cret")),
            (&["a=b", "NAME=s3cret"], Some("s3cret")),
            (&["NAME=s3cret", "NAME=s3cret"], Some("s3cret")),
            (&["NAME=s3cret; NAME=planted"], None),
            (&["NAME=planted", "NAME=s3cret"], None),
            (&["XNAME=s3cret"], None),
            (&["NAMEX=s3cret"], None),
            (&["lti_x=NAME=s3cret"], None),
            (&["NAME=s3cret&x"], None),
            (&["NAME=s3cret=x"], None),
            (&["NAME=%00"], None),
            (&["NAME=a%20b"], Some("a b")),
            (&["NAME=%zz"], Some("%zz")),
        ];
        for (headers, expected) in table {
            let headers: Vec<_> = headers.iter().map(|h| h.replace("NAME", name)).collect();
            let found = cookie.read(headers.iter().map(String::as_str));
            assert_eq!(found.as_ref().map(BrowserSecret::as_str), *expected, "{headers:?}");
            assert!(other.read(headers.iter().map(String::as_str)).is_none());
        }
    }

    #[test]
    fn reading_is_bounded() {
        let cookie = LaunchCookie::new(&state());
        let header = format!("{}; {}=s3cret", "a=b; ".repeat(20_000), cookie.name());
        assert!(cookie.read([header.as_str()]).is_none());
    }

    proptest! {
        #[test]
        fn any_state_and_secret_make_a_legal_cookie(state in "\\PC{1,60}", secret in "\\PC{1,60}") {
            let (Ok(state), Ok(secret)) = (State::new(state), BrowserSecret::new(secret)) else { return Ok(()) };
            let cookie = LaunchCookie::new(&state);
            let legal = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
            prop_assert!(cookie.name().bytes().all(legal) && cookie.name().len() <= 43);
            let set = cookie.set(&secret, Duration::from_secs(60));
            prop_assert_eq!(set.matches(';').count(), 6);
            prop_assert!(set.bytes().all(|b| b.is_ascii_graphic() || b == b' '));
            let sent = set.split(';').next().unwrap();
            prop_assert!(cookie.read([sent]).is_some_and(|found| found.matches(&secret)));
        }
    }
}
