//! What is sent to a browser, as plain data, and the headers that every page has (Security Framework 1.0 §5,
//! page rules).

use std::fmt;

use askama::Template;
use lti_types::InvalidUrl;
use url::Url;

use crate::csp::{Needs, policy};
use crate::{CspNonce, FormTargets, Framing, Texts};

/// A whole answer: status, headers, body. Headers are complete: a server adds cookies and sends it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Names and values, ready to be sent.
    pub headers: Vec<(&'static str, String)>,
    /// The body in UTF-8. It may hold tokens and secrets: not for logs.
    pub body: String,
}

impl Reply {
    /// The first value of a header; names are compared without regard to case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// With one more `Set-Cookie` header, such as [`LaunchCookie::set`](crate::LaunchCookie::set) makes.
    #[must_use]
    pub fn with_cookie(mut self, set_cookie: String) -> Self {
        self.headers.push(("Set-Cookie", set_cookie));
        self
    }

    /// `302 Found`: sends the browser to an address, as in answer to a login initiation by GET
    /// (Security Framework 1.0 §5.1.1.2).
    ///
    /// ```
    /// use lti_browser::Reply;
    /// let url = "https://lms.example/auth?scope=openid".parse()?;
    /// let reply = Reply::found(&url)?;
    /// assert_eq!(reply.status, 302);
    /// assert_eq!(reply.header("location"), Some("https://lms.example/auth?scope=openid"));
    /// assert_eq!(reply.header("cache-control"), Some("no-store"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidUrl`]: not http or https, or with credentials. Whether the address may be trusted is the
    /// caller's to decide: never redirect to an unverified `target_link_uri`.
    pub fn found(url: &Url) -> Result<Self, InvalidUrl> {
        Self::redirect(302, url)
    }

    /// `303 See Other`: the same after a POST request; the browser goes on by GET, whatever it sent before.
    ///
    /// # Errors
    /// As [`Reply::found`].
    pub fn see_other(url: &Url) -> Result<Self, InvalidUrl> {
        Self::redirect(303, url)
    }

    fn redirect(status: u16, url: &Url) -> Result<Self, InvalidUrl> {
        crate::address::check(url)?;
        let mut headers = vec![("Location", url.as_str().to_owned())];
        headers.extend(common_headers());
        Ok(Self { status, headers, body: String::new() })
    }

    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        let mut headers = vec![("Content-Type", "application/json".to_owned())];
        headers.extend(common_headers());
        Self { status, headers, body: body.to_string() }
    }

    pub(crate) fn page(
        status: u16,
        template: &impl Template,
        options: &PageOptions<'_>,
        needs: &Needs<'_>,
    ) -> Self {
        let mut headers = vec![
            ("Content-Type", "text/html; charset=utf-8".to_owned()),
            ("Content-Security-Policy", policy(options.nonce, &options.framing, needs)),
        ];
        headers.extend(common_headers());
        Self { status, headers, body: render(template) }
    }
}

/// Rendering fails only if writing to a string does, which it does not; an empty page would be the safe outcome.
pub(crate) fn render(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}

fn common_headers() -> [(&'static str, String); 3] {
    [
        ("Cache-Control", "no-store".to_owned()),
        ("Referrer-Policy", "no-referrer".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ]
}

/// The body is not shown, nor are cookies and addresses.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Reply").field("status", &self.status).field("headers", &names).finish_non_exhaustive()
    }
}

/// What every page is made with.
///
/// ```
/// use lti_browser::{CspNonce, Framing, PageOptions, Texts};
/// let nonce = CspNonce::random()?;
/// let texts = Texts::for_locale("es-MX");
/// let options = PageOptions::new(&nonce, &texts, Framing::SameOrigin);
/// assert_eq!(options.texts.lang, "es");
/// # Ok::<(), lti_types::EntropyUnavailable>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PageOptions<'a> {
    /// Fresh for this response.
    pub nonce: &'a CspNonce,
    /// The words, in the reader's language.
    pub texts: &'a Texts,
    /// Which pages may frame this one.
    pub framing: Framing,
    /// Where a form of the page, and redirects after it, may lead.
    pub form_targets: FormTargets,
}

impl<'a> PageOptions<'a> {
    /// Options with the default [`FormTargets`].
    #[must_use]
    pub fn new(nonce: &'a CspNonce, texts: &'a Texts, framing: Framing) -> Self {
        Self { nonce, texts, framing, form_targets: FormTargets::default() }
    }
}

/// Why a page cannot be made of what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// An address that a browser must not be sent to: `javascript:`, relative, with credentials, …
    #[error("the address cannot be used: {0}")]
    Address(#[from] InvalidUrl),
    /// A field that no browser would send as it is: without a name, named `_charset_`, or with a NUL character.
    #[error("a form field that browsers would not send unchanged")]
    Field,
    /// Not a path on the same origin.
    #[error("the path must begin with one slash and stay on the same origin")]
    Path,
}

impl PageError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Address(_) => "page_address_invalid",
            Self::Field => "page_field_invalid",
            Self::Path => "page_path_invalid",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::Address(_) => "RFC 3986 §3",
            Self::Field => "HTML Living Standard §4.10.21.4",
            Self::Path => "RFC 6454 §4",
        }
    }
}
