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
use lti_jwks::{VerifyingKey, VerifyingKeys};
use lti_tool::{Browser, Launch, LaunchError, PendingLaunch, Registration, UnverifiedLaunch};
use lti_types::{
    AuthenticationResponse, BrowserSecret, Context, DeploymentId, Message, MessageType, ResourceLink, Roles,
    UserId, WireUrl,
};
use serde::{Deserialize, Serialize};
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

/// What became of a login: for the browser that posts the same once more. No token is in it.
#[derive(Serialize, Deserialize)]
struct Done {
    launch_id: String,
    /// The [`fingerprint`] of the token that was posted.
    token: String,
    /// The login, to verify that token with once more: a browser that gave up on its first post never got the cookie.
    login: String,
    /// Which published course it was for.
    course: Option<String>,
    /// When it was verified.
    #[serde(with = "ts_milliseconds")]
    at: DateTime<Utc>,
}

impl Done {
    fn until(&self) -> DateTime<Utc> {
        self.at + AGAIN
    }
}

/// A post that was believed.
enum Taken {
    New(Box<(Launch, NewSession)>),
    /// The very same post came before, from this browser: the launch that it made, and that with a token anew.
    Again(String, Option<Box<NewSession>>),
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
        Taken::Again(id, session) => {
            let cookies = session.map(|new| tool.session_cookies(&new.id, &new.token, new.session.until));
            let response = answer::see_other(&format!("/lti/launches/{id}"));
            Ok(answer::with_cookies(response, cookies.unwrap_or_default()))
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
    let registration = likely(tool, unverified).await?.ok_or(LaunchError::LoginUnknown)?;
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
        // The ticket went with the first answer, and is good once.
        Taken::Again(id, _) => (format!("/lti/launches/{id}"), Vec::new()),
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
    let work = async move { verify_once(&tool, unverified, browser, &name).await };
    // Boxed, so that it is not moved from hand to hand: it is large.
    tokio::spawn(Box::pin(work.in_current_span())).await.map_err(Problem::internal)?
}

/// A token, by its signature: of two that have the same, one is not believed, and each post is verified.
fn fingerprint(token: &str) -> String {
    digest(token.rsplit('.').next().unwrap_or(token))
}

async fn verify_once(
    tool: &Arc<Tool>,
    unverified: UnverifiedLaunch,
    browser: Browser,
    name: &str,
) -> Result<Taken, Problem> {
    let token = fingerprint(unverified.id_token());
    // The keys first: if they cannot be had, the login is still there for another try.
    let early = match likely(tool, &unverified).await? {
        Some(registration) => {
            let keys = keys_of(tool, &registration, &unverified).await?;
            Some((registration, keys))
        }
        None => None,
    };
    let Some(login) = tool.notes.take_text(PENDING, name).await? else {
        let done: Option<Done> = tool.notes.read(DONE, name, Done::until, PATIENCE).await?;
        // Else this browser began no such login, or has finished it with another token.
        let done = done.filter(|done| done.token == token).ok_or(LaunchError::LoginUnknown)?;
        tracing::info!("the same post once more, from the same browser");
        // A login is good for one launch. This one is given out again for the very token that it was good for, and
        // what comes of it is that launch.
        let launch = verify_with(tool, &done.login, unverified, &browser, early, done.at).await?;
        let session = NewSession::again(tool, &launch, &done.launch_id, done.course);
        return Ok(Taken::Again(done.launch_id, session.map(Box::new)));
    };
    let at = now();
    let launch = verify_with(tool, &login, unverified, &browser, early, at).await?;
    tool.admit(&launch).await?;

    let session = NewSession::of(tool, &launch).await?;
    let course = session.session.course.clone();
    let done = Done { launch_id: session.id.clone(), token, login, course, at };
    tool.notes.put(DONE, name, &done, done.until()).await?;
    tool.metrics.launch("accepted");
    tracing::info!(
        issuer = %launch.issuer(), client_id = %launch.client_id(), deployment_id = %launch.deployment_id(),
        launch_id = session.id, binding = ?launch.binding(), "launch accepted"
    );
    Ok(Taken::New(Box::new((launch, session))))
}

/// Verifies a post against the login that it answers.
async fn verify_with(
    tool: &Tool,
    login: &str,
    unverified: UnverifiedLaunch,
    browser: &Browser,
    early: Option<(Registration, Arc<VerifyingKeys>)>,
    at: DateTime<Utc>,
) -> Result<Launch, Problem> {
    let pending: PendingLaunch = serde_json::from_str(login).map_err(Problem::internal)?;
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
    Ok(unverified.verify(pending, browser, &registration, &keys, at)?)
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
#[derive(Serialize)]
struct Document<'a> {
    launch_id: &'a str,
    access_token: &'a str,
    message_type: Option<&'a MessageType>,
    user: Person<'a>,
    roles: &'a Roles,
    context: Option<&'a Context>,
    resource_link: Option<&'a ResourceLink>,
    target_link_uri: Option<&'a WireUrl>,
    deployment_id: &'a DeploymentId,
    course: Option<&'a str>,
    services: Services,
}

#[derive(Serialize)]
struct Person<'a> {
    id: Option<&'a UserId>,
    name: Option<&'a str>,
    given_name: Option<&'a str>,
    family_name: Option<&'a str>,
    email: Option<&'a str>,
    picture: Option<&'a WireUrl>,
    locale: Option<&'a str>,
}

#[derive(Serialize)]
struct Services {
    ags: bool,
    nrps: bool,
    deep_linking: bool,
}

/// That, as JSON, with all claims.
fn document(launch: &Launch, session: &NewSession) -> Result<Vec<u8>, Problem> {
    let claims = launch.claims();
    let known = Document {
        launch_id: &session.id,
        access_token: &session.token,
        message_type: claims.message_type.as_ref(),
        user: Person {
            id: launch.user().id(),
            name: claims.name.as_deref(),
            given_name: claims.given_name.as_deref(),
            family_name: claims.family_name.as_deref(),
            email: claims.email.as_deref(),
            picture: claims.picture.as_ref(),
            locale: claims.locale.as_deref(),
        },
        roles: launch.roles(),
        context: launch.context(),
        resource_link: launch.resource_link(),
        target_link_uri: launch.target_link_uri(),
        deployment_id: launch.deployment_id(),
        course: session.session.course.as_deref(),
        services: Services {
            ags: launch.grade_service().is_some(),
            nrps: launch.roster_service().is_some(),
            deep_linking: matches!(launch.message(), Message::DeepLinking(_)),
        },
    };
    // The payload was read as JSON to be believed; it goes on as it stands there.
    let payload = launch.payload();
    let mut text = Vec::with_capacity(payload.len() + session.token.len() + 2048);
    serde_json::to_writer(&mut text, &known).map_err(Problem::internal)?;
    text.pop();
    text.extend_from_slice(b",\"claims\":");
    text.extend_from_slice(payload);
    text.push(b'}');
    Ok(text)
}
