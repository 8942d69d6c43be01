//! The launch (Security Framework 1.0 §5.1.1.3–5.1.3): proof of the browser, the pending launch, the token, in that
//! order; and what a second identical post means.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::Response;
use chrono::serde::ts_milliseconds;
use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use http::header::{CONTENT_TYPE, ORIGIN};
use lti_browser::{
    Completion, CompletionRequest, CspNonce, Fault, Origin, PageOptions, StorageCompletion,
    storage_completion_page,
};
use lti_client::KeySetError;
use lti_jwks::{Purpose, VerifyingKey, VerifyingKeys};
use lti_tool::{Browser, Launch, LaunchError, PendingLaunch, Registration, UnverifiedLaunch};
use lti_types::{AuthenticationResponse, BrowserSecret, Message};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::Instrument as _;

use super::login::{PENDING, STORAGE, name, with_cookie};
use super::session::{NewSession, digest};
use super::{Tool, pages};
use crate::answer;
use crate::clock::now;
use crate::problem::Problem;
use crate::visitor::Visitor;

/// The most bytes of a launch.
const MAX_BODY: usize = 256 * 1024;
/// How long the same post may come again, from a double click or the browser's way back.
/// All of it is in the store, so it says how much of that many launches need.
const AGAIN: TimeDelta = TimeDelta::seconds(30);
/// How long the same post waits for what becomes of the first: that is on its way, with the keys at hand.
const PATIENCE: Duration = Duration::from_secs(5);
/// Under what is kept which launch came of a login.
const DONE: &str = "launch_of_login";
/// For what the end of that launch's access token is sealed there.
const DONE_TOKEN: Purpose = Purpose::new("example tool/token of launch of login");
/// How long that end is: 256 bits. A token that holds its launch has its tag there, and without the tag it opens nothing;
/// a token of the store is no longer than that. So whoever reads the store has no token.
const END: usize = 43;

/// What became of a login: for the browser that posts the same once more.
#[derive(Serialize, Deserialize)]
struct Done {
    launch_id: String,
    /// Of the token that was posted.
    token: String,
    /// The launch's access token, all but its end: a browser that gives up on its first post never got the cookie.
    access_token: String,
    /// Its end, sealed.
    end: String,
    /// How long the launch may be worked with.
    #[serde(with = "ts_milliseconds")]
    launch_until: DateTime<Utc>,
    #[serde(with = "ts_milliseconds")]
    until: DateTime<Utc>,
}

/// A post that was believed.
enum Taken {
    New(Box<(Launch, NewSession)>),
    /// The very same post came before, from this browser.
    Again(Done),
}

/// `POST /lti/launch`
pub(super) async fn take(State(tool): State<Arc<Tool>>, request: Request) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_BODY).await?;
    let visitor = Visitor::of(request.headers());
    let outcome = taken(&tool, &request, &visitor).await;
    if let Err(problem) = &outcome {
        tool.metrics.launch(problem.code);
    }
    outcome
}

async fn taken(
    tool: &Arc<Tool>,
    request: &http::Request<Vec<u8>>,
    visitor: &Visitor,
) -> Result<Response, Problem> {
    answer::expect_form(request.headers())?;
    let unverified = UnverifiedLaunch::from_form(AuthenticationResponse::from_form(request.body())?)?;
    let secret = with_cookie(tool, unverified.state(), |cookie| {
        cookie.read(request.headers()).and_then(|value| BrowserSecret::new(value).ok())
    });
    let Some(secret) = secret else {
        if unverified.state().as_str().starts_with(STORAGE) && !visitor.json {
            return completion_page(tool, &unverified, visitor).await;
        }
        return Err(LaunchError::BrowserMismatch.into());
    };
    match verify(tool, unverified, Browser::from_cookie(secret.clone()), &secret).await? {
        Taken::Again(done) => {
            let cookies = again_cookies(tool, &done, &secret);
            Ok(answer::with_cookies(answer::see_other(&format!("/lti/launches/{}", done.launch_id)), cookies))
        }
        Taken::New(taken) => {
            let (launch, session) = *taken;
            let cookies = tool.session_cookies(&session.id, &session.token, session.session.until);
            let response = if visitor.json {
                answer::json_text(200, document(&launch, &session)?)
            } else {
                pages::of_session(tool, &session.id, &session.session, Some(&session.token)).await?
            };
            Ok(answer::with_cookies(response, cookies))
        }
    }
}

/// The page that fetches the secret from the platform's frame. Nothing was verified, and nothing taken.
async fn completion_page(
    tool: &Tool,
    unverified: &UnverifiedLaunch,
    visitor: &Visitor,
) -> Result<Response, Problem> {
    // A token of nobody we know: it would be refused in the end.
    let registration = likely(tool, unverified).await?.ok_or(LaunchError::BrowserMismatch)?;
    let origin = Origin::of(registration.authentication_url()).map_err(Problem::internal)?;
    let nonce = CspNonce::random()?;
    let mut completion =
        StorageCompletion::new(unverified.id_token(), unverified.state(), &origin, "/lti/launch/complete");
    completion.target = unverified.storage_target();
    tracing::info!(issuer = %registration.issuer(), "the cookie was kept back; asking platform storage");
    let options = PageOptions::new(&nonce, &visitor.texts, tool.framing());
    Ok(answer::browser(storage_completion_page(&completion, &options)?))
}

/// `POST /lti/launch/complete`: what that page found.
pub(super) async fn complete(State(tool): State<Arc<Tool>>, request: Request) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_BODY).await?;
    let outcome = completed(&tool, &request).await;
    if let Err(problem) = &outcome {
        tool.metrics.launch(problem.code);
    }
    outcome
}

async fn completed(tool: &Arc<Tool>, request: &http::Request<Vec<u8>>) -> Result<Response, Problem> {
    let header = |name| one(request.headers(), name);
    let (origin, site) = (header(ORIGIN.as_str()), header("sec-fetch-site"));
    let content_type = header(CONTENT_TYPE.as_str());
    let asked =
        CompletionRequest::new(origin.as_deref(), site.as_deref(), content_type.as_deref(), request.body());
    let completion = Completion::read(&tool.origin, &asked)?;
    let unverified = UnverifiedLaunch::from_form(completion.response)?;
    let browser = Browser::from_platform_storage(completion.secret.clone());
    let (path, cookies) = match verify(tool, unverified, browser, &completion.secret).await? {
        Taken::Again(done) => (format!("/lti/launches/{}", done.launch_id), Vec::new()),
        Taken::New(taken) => {
            // This browser keeps back cookies; the next page may have to do without, too.
            let session = &taken.1;
            let ticket = tool.ticket(session).await?;
            let cookies = tool.session_cookies(&session.id, &session.token, session.session.until);
            (format!("/lti/launches/{}#{ticket}", session.id), cookies)
        }
    };
    let reply = Completion::answer(&path)?;
    Ok(answer::with_cookies(answer::browser(reply), cookies))
}

/// A header's values, joined as HTTP has it: one that came twice is foreign to whoever compares it.
fn one(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<_> = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?")).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// Verifies a post, to the end, whether or not the browser waits for it: one that is asked twice gives up on the first
/// answer, and the login is used up by then.
async fn verify(
    tool: &Arc<Tool>,
    unverified: UnverifiedLaunch,
    browser: Browser,
    secret: &BrowserSecret,
) -> Result<Taken, Problem> {
    let (tool, name) = (Arc::clone(tool), name(unverified.state(), secret));
    let secret = secret.clone();
    let work = async move { verify_once(&tool, unverified, browser, &name, &secret).await };
    // Boxed, so that it is not moved from hand to hand: it is large.
    tokio::spawn(Box::pin(work.in_current_span())).await.map_err(Problem::internal)?
}

async fn verify_once(
    tool: &Arc<Tool>,
    unverified: UnverifiedLaunch,
    browser: Browser,
    name: &str,
    secret: &BrowserSecret,
) -> Result<Taken, Problem> {
    let token = digest(unverified.id_token());
    // The keys first: if they cannot be had, the login is still there for another try.
    let early = match likely(tool, &unverified).await? {
        Some(registration) => {
            let keys = keys_of(tool, &registration, &unverified).await?;
            Some((registration, keys))
        }
        None => None,
    };
    let Some(pending) = tool.notes.take::<PendingLaunch>(PENDING, name).await? else {
        let done: Option<Done> = tool.notes.read(DONE, name, |done: &Done| done.until, PATIENCE).await?;
        return match done {
            Some(done) if done.token == token => {
                tracing::info!("the same post once more, from the same browser");
                Ok(Taken::Again(done))
            }
            // This browser began no such login, or has finished it with another token.
            _ => Err(LaunchError::BrowserMismatch.into()),
        };
    };
    let (registration, keys) = match early {
        Some((likely, keys))
            if likely.issuer() == pending.issuer() && likely.client_id() == pending.client_id() =>
        {
            (likely, keys)
        }
        // The token says that it is another's; the verification will refuse it.
        _ => {
            let registration = tool.registration(pending.issuer(), pending.client_id()).await?;
            let keys = keys_of(tool, &registration, &unverified).await?;
            (registration, keys)
        }
    };
    let launch = unverified.verify(pending, &browser, &registration, &keys, now())?;
    tool.admit(&launch).await?;

    let session = NewSession::of(tool, &launch).await?;
    let until = now() + AGAIN;
    let (access_token, end) = session
        .token
        .split_at_checked(session.token.len().saturating_sub(END))
        .unwrap_or(("", &session.token));
    let end = tool.sealer.seal(DONE_TOKEN, secret.as_str().as_bytes(), end, until);
    let done = Done {
        launch_id: session.id.clone(),
        token,
        access_token: access_token.to_owned(),
        end: end.map_err(Problem::internal)?,
        launch_until: session.session.until,
        until,
    };
    tool.notes.put(DONE, name, &done, until).await?;
    tool.metrics.launch("accepted");
    tracing::info!(
        issuer = %launch.issuer(), client_id = %launch.client_id(), deployment_id = %launch.deployment_id(),
        launch_id = session.id, binding = ?launch.binding(), "launch accepted"
    );
    Ok(Taken::New(Box::new((launch, session))))
}

/// The cookies of a launch, for the browser that made it and shows so by the login's own cookie.
fn again_cookies(tool: &Tool, done: &Done, secret: &BrowserSecret) -> Vec<String> {
    let end = tool.sealer.open::<String>(DONE_TOKEN, secret.as_str().as_bytes(), &done.end, now());
    end.map_or_else(
        |_| Vec::new(),
        |end| {
            let token = format!("{}{end}", done.access_token);
            tool.session_cookies(&done.launch_id, &token, done.launch_until)
        },
    )
}

/// The registration that the token says it is for. Nothing is proven by that.
async fn likely(tool: &Tool, unverified: &UnverifiedLaunch) -> Result<Option<Registration>, Problem> {
    let Some(issuer) = unverified.likely_issuer() else { return Ok(None) };
    let registrations = tool.of_issuer(&issuer).await?;
    Ok(unverified.likely_registration(&registrations).cloned())
}

/// The platform's keys: at its URL, or in its record.
async fn keys_of(
    tool: &Tool,
    registration: &Registration,
    unverified: &UnverifiedLaunch,
) -> Result<Arc<VerifyingKeys>, Problem> {
    let record = registration.record();
    if let Some(url) = &record.key_set_url {
        let fetched = tool.client.keys(url, unverified.key_id()).await;
        tool.metrics.call("key_set", fetched.as_ref().map_or_else(|error| error.code(), |_| "ok"));
        return match fetched {
            Ok(keys) => Ok(keys),
            // The verification says what that means.
            Err(KeySetError::UnknownKey) => Ok(Arc::new(VerifyingKeys::of([]))),
            Err(error) => {
                let status = if error.code() == "timed_out" { 504 } else { 502 };
                let message = format!("the platform's keys cannot be had: {error}");
                Err(Problem::new(status, Fault::Unavailable, error.code(), message, error.spec()))
            }
        };
    }
    let key = record
        .public_key_pem
        .as_deref()
        .map(VerifyingKey::from_pem)
        .transpose()
        .map_err(Problem::internal)?;
    Ok(Arc::new(key.map_or_else(|| VerifyingKeys::of([]), VerifyingKeys::single)))
}

/// What a program is told of a launch.
fn document(launch: &Launch, session: &NewSession) -> Result<String, Problem> {
    let claims = launch.claims();
    let known = json!({
        "launch_id": session.id,
        "access_token": session.token,
        "message_type": claims.message_type,
        "user": {
            "id": launch.user().id(),
            "name": claims.name,
            "given_name": claims.given_name,
            "family_name": claims.family_name,
            "email": claims.email,
            "picture": claims.picture,
            "locale": claims.locale,
        },
        "roles": launch.roles(),
        "context": launch.context(),
        "resource_link": launch.resource_link(),
        "target_link_uri": launch.target_link_uri(),
        "deployment_id": launch.deployment_id(),
        "course": session.session.course,
        "services": {
            "ags": launch.grade_service().is_some(),
            "nrps": launch.roster_service().is_some(),
            "deep_linking": matches!(launch.message(), Message::DeepLinking(_)),
        },
    });
    // The payload was read as JSON to be believed; it goes on as it stands there.
    let payload = std::str::from_utf8(launch.payload()).map_err(Problem::internal)?;
    let known = known.to_string();
    let known = known.strip_suffix('}').unwrap_or_default();
    Ok(format!("{known},\"claims\":{payload}}}"))
}
