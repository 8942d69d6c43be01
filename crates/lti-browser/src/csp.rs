//! The Content-Security-Policy of every page (Content Security Policy Level 3).

use std::fmt;

use lti_types::{EntropyUnavailable, Nonce};

use crate::Origin;

/// The nonce that lets the page's own script and style run, and nothing else. Fresh for every response.
///
/// ```
/// use lti_browser::CspNonce;
/// let nonce = CspNonce::random()?;
/// assert_eq!(nonce.as_str().len(), 43);
/// assert!(CspNonce::new("x' 'unsafe-inline").is_none());
/// # Ok::<(), lti_types::EntropyUnavailable>(())
/// ```
pub struct CspNonce(String);

impl CspNonce {
    /// A fresh nonce of 256 bits from the operating system's generator.
    ///
    /// # Errors
    /// [`EntropyUnavailable`] when the operating system has no randomness to give.
    pub fn random() -> Result<Self, EntropyUnavailable> {
        Ok(Self(Nonce::random()?.into()))
    }

    /// The same from given entropy: for tests, and for callers with a generator of their own.
    #[must_use]
    pub fn from_entropy(entropy: [u8; 32]) -> Self {
        Self(Nonce::from_entropy(entropy).into())
    }

    /// The nonce that a server has already put into the policy of its own page: 16 to 256 characters of base64
    /// or base64url (Content Security Policy 3 §2.3.1). `None` if it is anything else.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches('=');
        let padding = text.len() - digits.len();
        let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
        let good = padding <= 2 && (16..=256).contains(&digits.len()) && digits.bytes().all(legal);
        good.then(|| Self(text.to_owned()))
    }

    /// As it stands in the attribute and, after `nonce-`, in the policy.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CspNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CspNonce(…)")
    }
}

/// Which pages may show this one in a frame (`frame-ancestors`). Every ancestor counts, not only the parent.
/// `X-Frame-Options` is never sent: it cannot express this, and it kills launches (quirk 42).
///
/// - A platform's own pages and its form-post page: [`Framing::SameOrigin`], or [`Framing::Origins`] where course
///   pages live on other hosts than the authentication endpoint.
/// - A tool's pages: [`Framing::Origins`] when the platform's hosts are known; else [`Framing::AnyHttps`]: a
///   registration does not name the host of the course page (Canvas: one per school), and none of the pages here
///   can be abused by a click.
///
/// ```
/// # use lti_browser::{CspNonce, ErrorReport, Fault, PageOptions, Texts, error_page};
/// # let (nonce, texts) = (CspNonce::from_entropy([7; 32]), Texts::for_locale("en"));
/// # let report = ErrorReport::new(404, Fault::NotFound, "not_found");
/// use lti_browser::{Framing, Origin};
///
/// let framing = Framing::Origins(vec![Origin::parse("https://lms.example/")?]);
/// let reply = error_page(&report, &PageOptions::new(&nonce, &texts, framing));
/// let policy = reply.header("content-security-policy").unwrap_or_default();
/// assert!(policy.contains("frame-ancestors 'self' https://lms.example"));
/// # Ok::<(), lti_types::InvalidUrl>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Framing {
    /// No frame at all.
    Never,
    /// Frames of the same origin.
    #[default]
    SameOrigin,
    /// Frames of the same origin and of those.
    Origins(Vec<Origin>),
    /// Frames whose every ancestor is https.
    AnyHttps,
}

impl Framing {
    fn sources(&self) -> String {
        match self {
            Self::Never => "'none'".to_owned(),
            Self::SameOrigin => "'self'".to_owned(),
            Self::Origins(origins) => join("'self'", origins),
            Self::AnyHttps => "'self' https:".to_owned(),
        }
    }
}

/// Where a self-submitting form, and redirects after it, may lead (`form-action`).
///
/// Chrome and Safari apply the directive to redirects that follow the post, Firefox does not
/// (w3c/webappsec-csp#8). A tool commonly answers a launch by a redirect to another of its hosts, which the
/// platform cannot know: naming the form's origin alone would break those launches in some browsers only. Hence
/// the default. What it gives up is a second line of defense: an injected form could post elsewhere, but nothing
/// can be injected into an escaped page that no template marks as safe.
///
/// It is given to [`form_post_page`](crate::form_post_page).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FormTargets {
    /// Any https address, and the form's own origin (which may be http on a loopback address).
    #[default]
    AnyHttps,
    /// The form's own origin and those: for a sender that knows where its receivers redirect.
    Only(Vec<Origin>),
}

impl FormTargets {
    fn sources(&self, own: &Origin) -> String {
        match self {
            Self::AnyHttps if own.is_https() => "https:".to_owned(),
            Self::AnyHttps => format!("https: {own}"),
            Self::Only(others) => join(own.as_str(), others),
        }
    }
}

fn join(first: &str, origins: &[Origin]) -> String {
    std::iter::once(first).chain(origins.iter().map(Origin::as_str)).collect::<Vec<_>>().join(" ")
}

/// What a page needs of its policy beyond the least.
#[derive(Default)]
pub(crate) struct Needs<'a> {
    pub(crate) script: bool,
    pub(crate) connect: bool,
    pub(crate) form: Option<(&'a FormTargets, &'a Origin)>,
}

/// The value of the header.
pub(crate) fn policy(nonce: &CspNonce, framing: &Framing, needs: &Needs<'_>) -> String {
    let nonce = nonce.as_str();
    let mut parts = vec!["default-src 'none'".to_owned()];
    if needs.script {
        parts.push(format!("script-src 'nonce-{nonce}'"));
    }
    parts.push(format!("style-src 'nonce-{nonce}'"));
    // The empty icon of every page: without it browsers ask for /favicon.ico and report the policy's refusal.
    parts.push("img-src data:".to_owned());
    if needs.connect {
        parts.push("connect-src 'self'".to_owned());
    }
    let form = needs.form.map_or_else(|| "'none'".to_owned(), |(targets, own)| targets.sources(own));
    parts.push(format!("form-action {form}"));
    parts.push("base-uri 'none'".to_owned());
    parts.push(format!("frame-ancestors {}", framing.sources()));
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::CspNonce;

    #[test]
    fn nonces_are_base64_or_nothing() {
        assert!(CspNonce::new("abcdefghijklmnop").is_some());
        assert!(CspNonce::new("abcdefghijklmno+/w==").is_some());
        for bad in [
            "",
            "short",
            "abcdefghijklmnop===",
            "abcdefgh=ijklmnopq",
            "abcdefghijklmnop'",
            "abcdefghijklmnop ",
        ] {
            assert!(CspNonce::new(bad).is_none(), "{bad}");
        }
        assert_ne!(CspNonce::random().unwrap().as_str(), CspNonce::random().unwrap().as_str());
        assert_eq!(format!("{:?}", CspNonce::from_entropy([1; 32])), "CspNonce(…)");
    }
}
