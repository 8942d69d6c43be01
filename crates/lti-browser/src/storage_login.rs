//! The tool's login where the platform offers storage (postMessage Storage, OIDC Login with LTI Client Side
//! postMessages): the secret goes into the platform's frame before the browser goes on.

use std::fmt;
use std::time::Duration;

use askama::Template;
use lti_types::{BrowserSecret, State, StorageTarget};
use url::Url;

use crate::csp::Needs;
use crate::reply::{PageError, PageOptions, Reply};
use crate::state_label::storage_key;
use crate::{CspNonce, Origin, Texts, address};

/// How long a page waits for the platform's frame, unless told otherwise.
pub(crate) const WAIT: Duration = Duration::from_secs(2);
/// The longest that it waits in any case.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

pub(crate) fn milliseconds(wait: Duration) -> u64 {
    u64::try_from(wait.min(LONGEST_WAIT).as_millis()).unwrap_or_default()
}

/// What the page of a login with platform storage is made of.
///
/// [`storage_login_page`] has an example.
#[non_exhaustive]
pub struct StorageLogin<'a> {
    /// The whole authentication request (`AuthenticationRequest::to_url`). The secret is sent to frames of its
    /// origin only; so it must come from the registration.
    pub authentication_request: &'a Url,
    /// The frame that the login initiation named (`lti_storage_target`).
    pub target: &'a StorageTarget,
    /// The state of the request.
    pub state: &'a State,
    /// What the frame is to keep; its twin is kept with the pending launch.
    pub secret: &'a BrowserSecret,
    /// Where a person may begin again in a new window when storage fails and cookies are blocked too: see
    /// [`new_window_page`](crate::new_window_page). Without it the page goes on in any case.
    pub new_window: Option<&'a Url>,
    /// How long to wait for the platform's frame: 2 seconds unless changed, 30 at most.
    pub wait: Duration,
}

impl<'a> StorageLogin<'a> {
    /// A login without a new-window fallback that waits 2 seconds at most.
    #[must_use]
    pub fn new(
        authentication_request: &'a Url,
        target: &'a StorageTarget,
        state: &'a State,
        secret: &'a BrowserSecret,
    ) -> Self {
        Self { authentication_request, target, state, secret, new_window: None, wait: WAIT }
    }
}

/// State and secret are not shown.
impl fmt::Debug for StorageLogin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageLogin").field("target", &self.target).finish_non_exhaustive()
    }
}

/// Read by `templates/scripts/storage_login.js`.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Settings<'a> {
    platform_origin: &'a str,
    target: &'a str,
    key: String,
    value: &'a str,
    next: &'a str,
    wait: u64,
}

#[derive(Template)]
#[template(path = "storage_login.html")]
struct StorageLoginPage<'a> {
    nonce: &'a CspNonce,
    texts: &'a Texts,
    settings: serde_json::Value,
    next: &'a str,
    new_window: Option<&'a str>,
}

/// The answer to a login initiation that came with `lti_storage_target`. The page stores the secret in the
/// platform's frame and goes on to the authentication request. Send the cookie with it
/// ([`Reply::with_cookie`]): if the frame does not answer in time and the browser keeps cookies, the page goes on
/// and the cookie carries the launch; if it keeps none, the page offers the new window.
///
/// ```
/// use lti_browser::{CspNonce, Framing, LaunchCookie, PageOptions, StorageLogin, Texts, storage_login_page};
/// use lti_types::{BrowserSecret, State, StorageTarget};
/// let (state, secret, target) = (State::random()?, BrowserSecret::random()?, StorageTarget::new("_parent")?);
/// let request = "https://lms.example/auth?scope=openid".parse()?;
/// let (nonce, texts) = (CspNonce::random()?, Texts::for_locale("en"));
/// let login = StorageLogin::new(&request, &target, &state, &secret);
/// let reply = storage_login_page(&login, &PageOptions::new(&nonce, &texts, Framing::AnyHttps))?
///     .with_cookie(LaunchCookie::new(&state).set(&secret, std::time::Duration::from_secs(600)));
/// assert_eq!(reply.status, 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`PageError::Address`] for an address that is not http or https.
pub fn storage_login_page(login: &StorageLogin<'_>, options: &PageOptions<'_>) -> Result<Reply, PageError> {
    let origin = Origin::of(login.authentication_request)?;
    login.new_window.map_or(Ok(()), address::check)?;
    let next = login.authentication_request.as_str();
    let settings = Settings {
        platform_origin: origin.as_str(),
        target: login.target.as_str(),
        key: storage_key(login.state),
        value: login.secret.as_str(),
        next,
        wait: milliseconds(login.wait),
    };
    let page = StorageLoginPage {
        nonce: options.nonce,
        texts: options.texts,
        settings: serde_json::json!(settings),
        next,
        new_window: login.new_window.map(Url::as_str),
    };
    Ok(Reply::page(200, &page, options, &Needs { script: true, ..Needs::default() }))
}
