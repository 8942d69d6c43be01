//! What a person is told when a launch fails: what went wrong, why, who can fix it.

use askama::Template;
use lti_types::is_hidden;
use url::Url;

use crate::csp::Needs;
use crate::reply::{PageOptions, Reply};
use crate::texts::FaultTexts;
use crate::{CspNonce, Texts, address};

/// The most characters of the other system's words that are shown.
const MAX_REPORTED: usize = 300;

/// The kinds of trouble, each with words of its own in every language. Errors of the other crates map to one by
/// who must act; their `code()` goes along. At a tool:
///
/// | fault | errors, or their codes |
/// |---|---|
/// | [`Malformed`](Self::Malformed) | `FormError`; `LaunchError::Token`, `Proof`, `Claims`, but for what is below; `nonce_missing`, `nonce_mismatch`, `deployment_mismatch`, `target_link_uri_mismatch`, `registration_mismatch`; `KeySetError::UnknownKey` |
/// | [`Expired`](Self::Expired) | `login_unknown`, `login_expired`; of `Proof`: `expired`, `too_old`, `issued_in_future`, `not_yet_valid`; `StoreError::Elapsed` |
/// | [`OtherBrowser`](Self::OtherBrowser) | `state_mismatch`, `browser_mismatch`; [`CompletionError`](crate::CompletionError), [`NotSameOrigin`](crate::NotSameOrigin) |
/// | [`SignedOut`](Self::SignedOut) | `LaunchError::Platform` where `PlatformError::may_work_in_new_window`, such as `platform_login_required` |
/// | [`Declined`](Self::Declined) | every other `LaunchError::Platform`; `user_required` |
/// | [`Unknown`](Self::Unknown) | `FindError`; `deployment_unknown`, `registration_not_active`, of a launch or a login |
/// | [`NotFound`](Self::NotFound) | none: an address of yours that leads nowhere |
/// | [`Configuration`](Self::Configuration) | `redirect_uri_invalid`; `KeySetError::Url`; [`PageError`](crate::PageError); `already_registered`, `registration_renamed`; `StoreError` with status 500 |
/// | [`Unavailable`](Self::Unavailable) | every other `KeySetError`; `store_unavailable`, `store_full`, `registration_contended` |
///
/// At a platform: of `AuthorizeError`, those whose `reply` is a page, `client_unknown` and `redirect_uri_unknown`, are
/// [`Unknown`](Self::Unknown). `InitiateError` is [`Configuration`](Self::Configuration). Of `ResponseRefusal`,
/// `request_expired` and `response_replayed` are [`Expired`](Self::Expired), `session_mismatch` is
/// [`OtherBrowser`](Self::OtherBrowser), `registration_not_active` is [`Unknown`](Self::Unknown), and the others are
/// [`Malformed`](Self::Malformed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The other system broke the protocol: malformed, unsigned, wrongly signed.
    Malformed,
    /// Too late or too early: expired, replayed, clocks apart.
    Expired,
    /// Not the browser that began this, or one that keeps neither cookies nor platform storage.
    OtherBrowser,
    /// The platform says that the person is not signed in (`login_required`, quirk 27): often a browser that keeps
    /// back its cookie inside a frame, so a new window helps.
    SignedOut,
    /// The platform, or a rule, said no to this person.
    Declined,
    /// Authentic, but not known here: unknown deployment, disabled registration.
    Unknown,
    /// Nothing is here (any more).
    NotFound,
    /// Our own configuration is at fault.
    Configuration,
    /// Something that is needed does not answer; try again.
    Unavailable,
}

impl Fault {
    /// Who can usually fix it.
    #[must_use]
    pub fn remedy(self) -> Remedy {
        match self {
            Self::Expired | Self::OtherBrowser | Self::SignedOut | Self::Unavailable => Remedy::Person,
            Self::Malformed | Self::Declined | Self::Unknown | Self::NotFound => {
                Remedy::PlatformAdministrator
            }
            Self::Configuration => Remedy::ToolVendor,
        }
    }
}

/// Who can fix it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Remedy {
    /// Whoever reads the page: begin again, sign in, use another browser.
    Person,
    /// Who runs the learning platform.
    PlatformAdministrator,
    /// Who makes or runs the tool.
    ToolVendor,
}

/// One failure, as it is shown.
///
/// [`error_page`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorReport {
    /// The HTTP status.
    pub status: u16,
    /// The kind of trouble: chooses the words.
    pub fault: Fault,
    /// The error's stable machine code.
    pub code: String,
    /// The section of the specification that it rests on.
    pub spec: Option<String>,
    /// Who can fix it; the fault's usual remedy unless changed.
    pub remedy: Remedy,
    /// One more sentence of our own, in the language of the texts.
    pub detail: Option<String>,
    /// Words of the other system, such as `error_description`. They are untrusted, and anybody can post them: they
    /// are shown as a quotation, at most 300 characters, without what does not show ([`is_hidden`]). Leave it
    /// empty where they do not help.
    pub reported: Option<String>,
    /// By which support finds it in the logs.
    pub reference: Option<String>,
    /// Where a person may begin again in a new window. Left out if it is not http or https.
    pub new_window: Option<Url>,
}

impl ErrorReport {
    /// A report with the fault's usual remedy and nothing more.
    #[must_use]
    pub fn new(status: u16, fault: Fault, code: impl Into<String>) -> Self {
        Self {
            status,
            fault,
            code: code.into(),
            spec: None,
            remedy: fault.remedy(),
            detail: None,
            reported: None,
            reference: None,
            new_window: None,
        }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    nonce: &'a CspNonce,
    texts: &'a Texts,
    report: &'a ErrorReport,
    fault: &'a FaultTexts,
    remedy: &'a str,
    reported: Option<String>,
    new_window: Option<&'a str>,
}

/// The page for a person.
///
/// ```
/// use lti_browser::{CspNonce, ErrorReport, Fault, Framing, PageOptions, Texts, error_page};
/// let mut report = ErrorReport::new(401, Fault::Expired, "login_expired");
/// report.spec = Some("Security Framework 1.0 §5.1.3".to_owned());
/// let (nonce, texts) = (CspNonce::random()?, Texts::for_locale("en"));
/// let reply = error_page(&report, &PageOptions::new(&nonce, &texts, Framing::AnyHttps));
/// assert_eq!(reply.status, 401);
/// assert!(reply.body.contains("login_expired"));
/// # Ok::<(), lti_types::EntropyUnavailable>(())
/// ```
#[must_use]
pub fn error_page(report: &ErrorReport, options: &PageOptions<'_>) -> Reply {
    let page = ErrorPage {
        nonce: options.nonce,
        texts: options.texts,
        report,
        fault: options.texts.fault(report.fault),
        remedy: options.texts.remedy(report.remedy),
        reported: report.reported.as_deref().and_then(quotable),
        new_window: report.new_window.as_ref().filter(|url| address::check(url).is_ok()).map(Url::as_str),
    };
    Reply::page(report.status, &page, options, &Needs::default())
}

/// The same for programs, and for the page of
/// [`storage_completion_page`](crate::storage_completion_page): `{"error", "message", "spec"}`.
///
/// ```
/// use lti_browser::{ErrorReport, Fault, Texts, error_json};
/// let report = ErrorReport::new(401, Fault::Expired, "login_expired");
/// let reply = error_json(&report, &Texts::for_locale("en"));
/// assert!(reply.body.starts_with(r#"{"error":"login_expired","message":"#));
/// ```
#[must_use]
pub fn error_json(report: &ErrorReport, texts: &Texts) -> Reply {
    let message = report.detail.as_deref().unwrap_or(&texts.fault(report.fault).what);
    let body = serde_json::json!({ "error": report.code, "message": message, "spec": report.spec });
    Reply::json(report.status, &body)
}

/// Words of a stranger, made fit to stand in our page: nothing that hides, reorders or floods.
fn quotable(words: &str) -> Option<String> {
    let spaced = words.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let text: String = spaced.filter(|c| !is_hidden(*c)).take(MAX_REPORTED).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::quotable;

    #[test]
    fn words_of_strangers_are_tamed() {
        assert_eq!(quotable("no\r\nsession").as_deref(), Some("no  session"));
        assert_eq!(quotable("a\u{202e}b\u{200b}c\u{2028}d\u{0}").as_deref(), Some("abc d"));
        assert_eq!(quotable(" \u{202e} "), None);
        let hidden = "a\u{ad}\u{180e}\u{3164}\u{ffa0}\u{fff9}\u{fffb}\u{e0000}\u{e0041}\u{e007f}b";
        assert_eq!(quotable(hidden).as_deref(), Some("ab"));
        assert_eq!(quotable(&"é".repeat(1000)).map(|text| text.chars().count()), Some(300));
    }
}
