//! What administrators are given (LTI Dynamic Registration 1.0; Canvas's configuration; the cartridge URL).

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use lti_browser::{CspNonce, Fault};
use lti_cartridge::{LinkDocument, LtiLink, Settings};
use lti_client::RegisterError;
use lti_registration::{
    CLOSE_SCRIPT, RegistrationError, RegistrationInitiation, canvas_configuration, metadata_of,
};
use lti_types::{ClientId, PlatformRecord, RegistrationStatus, Scope, ToolRecord};
use serde::Deserialize;
use serde_json::json;

use super::Tool;
use crate::answer;
use crate::page::{Frames, html};
use crate::problem::Problem;
use crate::visitor::Visitor;

/// The most platforms that may register.
const MAX_PLATFORMS: usize = 1000;
/// The most registrations of one of them.
const MAX_OF_ISSUER: usize = 20;

#[derive(Template)]
#[template(path = "tool/registered.html")]
struct Registered<'a> {
    nonce: &'a CspNonce,
    platform: &'a str,
    client_id: &'a str,
    waits: bool,
    close: &'static str,
}

/// `GET /lti/register`
///
/// Anybody may bring a platform of theirs: it gets launches of its own, and nobody else's.
pub(super) async fn register(State(tool): State<Arc<Tool>>, request: Request) -> Result<Response, Problem> {
    let known = tool.platforms.list().await?;
    if known.len() >= MAX_PLATFORMS {
        let message = "there are too many platforms";
        return Err(Problem::new(503, Fault::Unavailable, "too_many_platforms", message, "RFC 9110 §15.6.4"));
    }
    let initiation = RegistrationInitiation::from_query(request.uri().query().unwrap_or_default())?;
    let made = tool.client.register(initiation, &metadata_of(&own_record(&tool)?), &known).await;
    tool.metrics.call("register", made.as_ref().map_or_else(|error| error.code(), |_| "ok"));
    let made = made?;
    let (warned, mut record) = (!made.warnings.is_empty(), made.record);
    let of_issuer: Vec<_> = known.iter().filter(|known| known.issuer == record.issuer).collect();
    if of_issuer.len() >= MAX_OF_ISSUER {
        let message = "there are too many registrations of this platform";
        return Err(Problem::new(503, Fault::Unavailable, "too_many_platforms", message, "RFC 9110 §15.6.4"));
    }
    // A platform that nobody knew decides itself when launches begin. What is odd, or speaks for a platform that is here
    // already and has other addresses, waits for whoever runs this tool.
    let other = |known: &&PlatformRecord| {
        known.authentication_url != record.authentication_url
            || known.token_url != record.token_url
            || known.key_set_url != record.key_set_url
    };
    let waits = warned || of_issuer.iter().any(other);
    record.status = if waits { RegistrationStatus::Pending } else { RegistrationStatus::Active };
    tool.platforms.insert(&record).await?;
    tool.allow_framing().await?;
    tracing::info!(issuer = %record.issuer, client_id = %record.client_id, waits, "registered with a platform");
    if Visitor::of(request.headers()).json {
        let status = if waits { "pending" } else { "registered" };
        let body = json!({"issuer": record.issuer, "client_id": record.client_id, "status": status});
        return Ok(answer::json(200, &body));
    }
    let nonce = CspNonce::random()?;
    let page = Registered {
        nonce: &nonce,
        platform: record.issuer.as_str(),
        client_id: record.client_id.as_str(),
        waits,
        close: CLOSE_SCRIPT,
    };
    Ok(html(&page, &nonce, &Frames { by: &tool.framing(), of: &[] }))
}

/// What this tool says of itself.
fn own_record(tool: &Tool) -> Result<ToolRecord, Problem> {
    // The platform gives the name; this one only fills the place.
    let client_id = ClientId::new("unregistered").map_err(Problem::internal)?;
    let mut record =
        ToolRecord::new(client_id, Vec::new(), tool.address("/lti/login"), tool.redirect_uri.clone());
    record.name = Some("Example quizzes".to_owned());
    record.redirect_uris = vec![tool.redirect_uri.clone()];
    record.key_set_url = Some(tool.address("/.well-known/jwks.json"));
    record.deep_linking_url = Some(tool.redirect_uri.clone());
    record.scopes = vec![
        Scope::LineItem,
        Scope::LineItemReadOnly,
        Scope::ResultReadOnly,
        Scope::Score,
        Scope::ContextMembershipReadOnly,
    ];
    Ok(record)
}

/// `GET /lti/config/canvas.json`
pub(super) async fn canvas(State(tool): State<Arc<Tool>>) -> Result<Response, Problem> {
    Ok(answer::json(200, &canvas_configuration(&metadata_of(&own_record(&tool)?), None)))
}

#[derive(Deserialize)]
pub(super) struct Of {
    /// The id of a published course.
    course: Option<String>,
}

/// `GET /lti/cartridge.xml`, for the quizzes; with `?course=`, for a published course.
pub(super) async fn cartridge(
    State(tool): State<Arc<Tool>>,
    Query(of): Query<Of>,
) -> Result<Response, Problem> {
    let link = match of.course {
        Some(course) => {
            let (title, link) = tool.launch_link(&course).ok_or_else(Problem::not_found)?;
            LtiLink::new(title, link)
        }
        None => {
            let mut link = LtiLink::new("Example quizzes", tool.redirect_uri.as_str());
            link.description = Some("Small quizzes whose grades come back".to_owned());
            link
        }
    };
    let xml = LinkDocument::new(link).to_xml(&Settings::default()).map_err(Problem::internal)?;
    Ok(([(CONTENT_TYPE, "text/xml; charset=utf-8")], xml).into_response())
}

impl From<RegistrationError> for Problem {
    fn from(error: RegistrationError) -> Self {
        Self::new(error.http_status(), Fault::Malformed, error.code(), error.to_string(), error.spec())
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        let fault = match error {
            RegisterError::Fetch(_) | RegisterError::Send(_) => Fault::Unavailable,
            _ => Fault::Malformed,
        };
        Self::new(error.http_status(), fault, error.code(), error.to_string(), error.spec())
    }
}
