//! The tool's launch where the platform keeps the secret (postMessage Storage): a page that fetches it, and what the
//! page then sends.

use std::fmt;
use std::time::Duration;

use askama::Template;
use lti_types::{AuthenticationResponse, BrowserSecret, State, StorageTarget};
use url::Url;

use crate::csp::Needs;
use crate::reply::{PageError, PageOptions, Reply};
use crate::state_label::storage_key;
use crate::storage_login::{WAIT, milliseconds};
use crate::{CspNonce, NotSameOrigin, Origin, Texts, address, check_same_origin};

/// The most bytes of a completion that are looked at: a token of 64 KiB, a long state, a secret.
const MAX_BODY: usize = 128 * 1024;

/// What the page that completes a launch is made of.
///
/// [`storage_completion_page`] has an example.
#[non_exhaustive]
pub struct StorageCompletion<'a> {
    /// The token that was posted; nothing of it is verified yet.
    pub id_token: &'a str,
    /// The state that was posted.
    pub state: &'a State,
    /// The origin of the platform's authentication endpoint, from the *registration*. The registration may be
    /// found by the token's unverified issuer and audience, for `verify` refuses a token that is not the pending
    /// launch's registration's. It must never come from the request itself: whoever may choose the origin answers
    /// with a secret of their own.
    pub platform_origin: &'a Origin,
    /// The frame that keeps the secret: what the post repeated as `lti_storage_target`, or what the login named;
    /// `None` asks the parent.
    pub target: Option<&'a StorageTarget>,
    /// The path on this very origin that takes the completion ([`Completion::read`]).
    pub completion_path: &'a str,
    /// Where a person may begin again in a new window when the secret cannot be had.
    pub new_window: Option<&'a Url>,
    /// How long to wait for the platform's frame: 2 seconds unless changed, 30 at most.
    pub wait: Duration,
}

impl<'a> StorageCompletion<'a> {
    /// A completion that asks the parent frame, waits 2 seconds at most and offers no new window.
    #[must_use]
    pub fn new(
        id_token: &'a str,
        state: &'a State,
        platform_origin: &'a Origin,
        completion_path: &'a str,
    ) -> Self {
        Self { id_token, state, platform_origin, target: None, completion_path, new_window: None, wait: WAIT }
    }
}

/// Token and state are not shown.
impl fmt::Debug for StorageCompletion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageCompletion")
            .field("platform_origin", &self.platform_origin)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// Read by `templates/scripts/storage_completion.js`.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Settings<'a> {
    platform_origin: &'a str,
    target: &'a str,
    key: String,
    id_token: &'a str,
    state: &'a str,
    completion: &'a str,
    wait: u64,
}

#[derive(Template)]
#[template(path = "storage_completion.html")]
struct StorageCompletionPage<'a> {
    nonce: &'a CspNonce,
    texts: &'a Texts,
    settings: serde_json::Value,
    new_window: Option<&'a str>,
}

/// The answer to a launch that came without its cookie. The server has verified and taken nothing; the page gets
/// the secret from the platform's frame and sends token, state and secret to `completion_path` by same-origin
/// `fetch`. It then follows [`Completion::answer`], or shows the code and message of an
/// [`error_json`](crate::error_json).
///
/// ```
/// use lti_browser::{
///     CspNonce, Framing, Origin, PageOptions, StorageCompletion, Texts, storage_completion_page,
/// };
/// use lti_types::State;
/// let (state, platform) = (State::random()?, Origin::parse("https://lms.example/auth")?);
/// let (nonce, texts) = (CspNonce::random()?, Texts::for_locale("en"));
/// let completion = StorageCompletion::new("eyJ…", &state, &platform, "/lti/complete");
/// let reply = storage_completion_page(&completion, &PageOptions::new(&nonce, &texts, Framing::AnyHttps))?;
/// assert!(reply.header("content-security-policy").is_some_and(|csp| csp.contains("connect-src 'self'")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`PageError::Path`] for a completion path that leaves the origin, [`PageError::Address`] for a new-window
/// address that is not http or https.
pub fn storage_completion_page(
    completion: &StorageCompletion<'_>,
    options: &PageOptions<'_>,
) -> Result<Reply, PageError> {
    if !address::is_local_path(completion.completion_path) {
        return Err(PageError::Path);
    }
    completion.new_window.map_or(Ok(()), address::check)?;
    let settings = Settings {
        platform_origin: completion.platform_origin.as_str(),
        target: completion.target.map_or("_parent", StorageTarget::as_str),
        key: storage_key(completion.state),
        id_token: completion.id_token,
        state: completion.state.as_str(),
        completion: completion.completion_path,
        wait: milliseconds(completion.wait),
    };
    let page = StorageCompletionPage {
        nonce: options.nonce,
        texts: options.texts,
        settings: serde_json::json!(settings),
        new_window: completion.new_window.map(Url::as_str),
    };
    Ok(Reply::page(200, &page, options, &Needs { script: true, connect: true, ..Needs::default() }))
}

/// What of a completion's request counts.
///
/// [`Completion::read`] has an example.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct CompletionRequest<'a> {
    /// The `Origin` header.
    pub origin: Option<&'a str>,
    /// The `Sec-Fetch-Site` header.
    pub sec_fetch_site: Option<&'a str>,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

impl<'a> CompletionRequest<'a> {
    /// The body of a request, and those of its headers.
    #[must_use]
    pub fn new(
        origin: Option<&'a str>,
        sec_fetch_site: Option<&'a str>,
        content_type: Option<&'a str>,
        body: &'a [u8],
    ) -> Self {
        Self { origin, sec_fetch_site, content_type, body }
    }
}

/// The body is not shown.
impl fmt::Debug for CompletionRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompletionRequest").field("body_len", &self.body.len()).finish_non_exhaustive()
    }
}

/// Why a completion is not taken. Nothing has been consumed: the pending launch is untouched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompletionError {
    /// More than 128 KiB.
    #[error("the completion is too large")]
    TooLarge,
    /// Not `application/json`, which is all that our page sends.
    #[error("the completion is not JSON")]
    ContentType,
    /// Not the three members, each once, each a text of its kind.
    #[error("the completion is malformed")]
    Malformed,
    /// Not sent by our page.
    #[error(transparent)]
    NotSameOrigin(#[from] NotSameOrigin),
}

impl CompletionError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "completion_too_large",
            Self::ContentType => "completion_not_json",
            Self::Malformed => "completion_malformed",
            Self::NotSameOrigin(why) => why.code(),
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::TooLarge | Self::ContentType | Self::Malformed => "Security Framework 1.0 §5.1.1.3",
            Self::NotSameOrigin(why) => why.spec(),
        }
    }

    /// What the browser is answered: 400, or 403 for a request that is not our page's.
    #[must_use]
    pub fn http_status(self) -> u16 {
        match self {
            Self::TooLarge | Self::ContentType | Self::Malformed => 400,
            Self::NotSameOrigin(_) => 403,
        }
    }
}

/// Read by [`Completion::read`], written by `templates/scripts/storage_completion.js`.
#[derive(serde::Deserialize)]
struct Body {
    id_token: String,
    state: State,
    secret: BrowserSecret,
}

/// A completion that a page of our own origin has sent: a token yet to be verified, and the secret that the
/// browser got from the platform's frame.
#[non_exhaustive]
pub struct Completion {
    /// Token and state, as if they had been posted.
    pub response: AuthenticationResponse,
    /// To be compared with the pending launch's.
    pub secret: BrowserSecret,
}

impl Completion {
    /// Reads a completion after checking where it comes from: there is no way to have one without.
    ///
    /// ```
    /// use lti_browser::{Completion, CompletionRequest, Origin};
    /// let own = Origin::parse("https://tool.example")?;
    /// let body = br#"{"id_token": "eyJ", "state": "s", "secret": "mZ1yq2Rk0h3vS5uW7xY9zA"}"#;
    /// let (origin, json) = (Some("https://tool.example"), Some("application/json"));
    /// let request = CompletionRequest::new(origin, Some("same-origin"), json, body);
    /// assert_eq!(Completion::read(&own, &request)?.secret.as_str(), "mZ1yq2Rk0h3vS5uW7xY9zA");
    ///
    /// let foreign = CompletionRequest::new(Some("https://evil.example"), Some("cross-site"), json, body);
    /// assert!(Completion::read(&own, &foreign).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CompletionError`]: not of `own`'s origin (the configured public one, never made of request headers), too
    /// large, not JSON, or malformed.
    pub fn read(own: &Origin, request: &CompletionRequest<'_>) -> Result<Self, CompletionError> {
        check_same_origin(own, request.origin, request.sec_fetch_site)?;
        let media_type = request.content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        if !media_type.trim().eq_ignore_ascii_case("application/json") {
            return Err(CompletionError::ContentType);
        }
        if request.body.len() > MAX_BODY {
            return Err(CompletionError::TooLarge);
        }
        let body: Body = serde_json::from_slice(request.body).map_err(|_| CompletionError::Malformed)?;
        if body.id_token.is_empty() {
            return Err(CompletionError::Malformed);
        }
        Ok(Self {
            response: AuthenticationResponse::id_token(body.id_token, body.state),
            secret: body.secret,
        })
    }

    /// The answer to a completion that was verified: where the page goes now, as a path on the same origin.
    ///
    /// ```
    /// let reply = lti_browser::Completion::answer("/lti/launches/7")?;
    /// assert_eq!(reply.body, r#"{"location":"/lti/launches/7"}"#);
    /// assert!(lti_browser::Completion::answer("https://evil.example/").is_err());
    /// # Ok::<(), lti_browser::PageError>(())
    /// ```
    ///
    /// # Errors
    /// [`PageError::Path`] for anything but a path on the same origin.
    pub fn answer(location: &str) -> Result<Reply, PageError> {
        if !address::is_local_path(location) {
            return Err(PageError::Path);
        }
        Ok(Reply::json(200, &serde_json::json!({ "location": location })))
    }
}

/// Token and secret are not shown.
impl fmt::Debug for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Completion(…)")
    }
}
