//! Proof of the browser (Security Framework 1.0 §7.3.1, login CSRF): the launch comes from the browser that
//! began the login.

use lti_types::BrowserSecret;

/// What the browser shows to prove that it began the login.
///
/// There is no way to verify a launch without one, and no `Default`: a valid token and state alone can be
/// replayed into a stranger's browser.
///
/// ```
/// use lti_tool::Browser;
/// use lti_types::BrowserSecret;
/// let browser = Browser::from_cookie(BrowserSecret::new("the cookie's value")?);
/// # let _ = browser;
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[derive(Debug)]
pub struct Browser {
    pub(crate) secret: BrowserSecret,
    pub(crate) binding: Binding,
}

/// Where the browser kept its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Binding {
    /// In a cookie of this login.
    Cookie,
    /// In the platform's frame, read back by a page of ours.
    PlatformStorage,
}

impl Browser {
    /// The value of this login's cookie.
    #[must_use]
    pub fn from_cookie(secret: BrowserSecret) -> Self {
        Self { secret, binding: Binding::Cookie }
    }

    /// The value that our own page read back from the platform's frame and sent to us by a same-origin request.
    /// Check first that the request has our `Origin` and `Sec-Fetch-Site: same-origin`: the value proves the
    /// browser only if no other page could have sent it.
    #[must_use]
    pub fn from_platform_storage(secret: BrowserSecret) -> Self {
        Self { secret, binding: Binding::PlatformStorage }
    }
}
