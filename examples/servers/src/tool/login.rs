//! Third-party login initiation (Security Framework 1.0 §5.1.1.1–5.1.1.2), and how the browser will prove itself: by
//! platform storage where the platform has it, by a cookie, or in a new window.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use http::Method;
use lti_browser::{CspNonce, LaunchCookie, PageOptions, Reply, StorageLogin, storage_login_page};
use lti_tool::{LoginSecrets, Registration};
use lti_types::{BrowserSecret, LoginInitiation};

use super::Tool;
use crate::answer;
use crate::clock::now;
use crate::cookie::Cookie;
use crate::problem::Problem;
use crate::visitor::Visitor;

/// The most bytes of a login initiation.
const MAX_BODY: usize = 64 * 1024;
/// Under what pending launches are kept.
pub(super) const PENDING: &str = "pending_launch";
/// What the state of a login with platform storage begins with. It chooses between a page and a refusal when the cookie
/// does not come back, and proves nothing.
pub(super) const STORAGE: &str = "storage.";

/// `GET, POST /lti/login`
pub(super) async fn begin(State(tool): State<Arc<Tool>>, request: Request) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_BODY).await?;
    let login = if request.method() == Method::POST {
        answer::expect_form(request.headers())?;
        LoginInitiation::from_form(request.body())?
    } else {
        LoginInitiation::from_query(request.uri().query().unwrap_or_default())?
    };
    let visitor = Visitor::of(request.headers());
    let registrations = tool.of_issuer(&login.iss).await?;
    let registration = Registration::find(&registrations, &login)?;
    let mut secrets = LoginSecrets::random()?;
    if login.lti_storage_target.is_some() {
        let state = format!("{STORAGE}{}", secrets.state.as_str());
        secrets.state = lti_types::State::new(state).map_err(Problem::internal)?;
    }
    // Where to begin again in a window of our own, where cookies are not those of a third party.
    let alone = login.lti_storage_target.is_some().then(|| {
        let mut alone = login.clone();
        alone.lti_storage_target = None;
        alone
    });

    let begun = registration.begin_login(login, &tool.redirect_uri, secrets, now())?;
    let state = begun.pending.state().clone();
    let until = begun.pending.expires_at();
    tool.notes.put(PENDING, &name(&state, &begun.browser_secret), &begun.pending, until).await?;
    let max_age = (until - now()).num_seconds();
    let cookies = with_cookie(&tool, &state, |cookie| cookie.set(begun.browser_secret.as_str(), max_age));
    let (issuer, client_id) = (registration.issuer(), registration.client_id());
    let reply = match &begun.storage_target {
        None => {
            // What every login does; which way it was, the launch will say.
            tracing::debug!(%issuer, %client_id, binding = "cookie", "login begun");
            Reply::found(&begun.redirect_url).map_err(Problem::internal)?
        }
        Some(target) => {
            tracing::info!(%issuer, %client_id, binding = "platform storage, then cookie", "login begun");
            let nonce = CspNonce::random()?;
            let here = tool.public.join("lti/login").map_err(Problem::internal)?;
            let new_window = alone.map(|alone| alone.to_url(&here));
            let mut login = StorageLogin::new(&begun.redirect_url, target, &state, &begun.browser_secret);
            login.new_window = new_window.as_ref();
            storage_login_page(&login, &PageOptions::new(&nonce, &visitor.texts, tool.framing()))?
        }
    };
    Ok(answer::with_cookies(answer::browser(reply), cookies))
}

/// Under what a pending launch is kept: only who has both finds it, so nobody else can use it up.
pub(super) fn name(state: &lti_types::State, secret: &BrowserSecret) -> String {
    format!("{}\n{}", state.as_str(), secret.as_str())
}

/// Does something with the cookie of a login.
pub(super) fn with_cookie<T>(tool: &Tool, state: &lti_types::State, act: impl FnOnce(&Cookie<'_>) -> T) -> T {
    let https = tool.is_https();
    let named = if https { LaunchCookie::new(state) } else { LaunchCookie::for_loopback_http(state) };
    act(&Cookie { name: named.name(), path: "/", https })
}
