//! Somebody clicks: a login is initiated at the tool (LTI Core 1.3 §4.1).

use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use axum::response::Response;
use lti_browser::{Fault, Reply};
use lti_platform::{LaunchIntent, Target};
use lti_types::{LoginHint, MessageType, StorageTarget};
use serde::{Deserialize, Serialize};

use super::session::SignedIn;
use super::{Platform, legacy};
use crate::answer;
use crate::clock::now;
use crate::problem::Problem;
use crate::visitor::Visitor;

/// Under what pending logins are kept.
pub(super) const PENDING: &str = "pending_login";

/// A pending login, and what the platform itself must know to answer it.
#[derive(Serialize, Deserialize)]
pub(super) struct Clicked {
    pub(super) pending: lti_platform::PendingLogin,
    pub(super) course: String,
    /// Whether the tool is shown in a frame of the course page.
    pub(super) framed: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Shown {
    /// In a frame of the course page, which answers storage messages.
    frame: Option<String>,
    course: Option<String>,
}

/// `GET /launch/{resource_link_id}`
pub(super) async fn link(
    State(platform): State<Arc<Platform>>,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
    request: Request,
) -> Result<Response, Problem> {
    let visitor = platform.expect_signed_in(request.headers())?;
    let link = platform.school().link(&id).cloned().ok_or_else(Problem::not_found)?;
    if let Some(consumer) = platform.consumer_of(&link) {
        return legacy::launch(&platform, consumer, &link, &visitor, &Visitor::of(request.headers()));
    }
    let registration = platform.registration(link.place.client_id.as_str()).ok_or_else(unregistered)?;
    let mut intent = LaunchIntent::resource_link(link.resource_link(), link.place.deployment_id.clone());
    intent.target_link_uri.clone_from(&link.url);
    let course = link.course().to_owned();
    initiate(&platform, &registration, intent, visitor, course, shown.frame.is_some()).await
}

/// `GET /deep-link/{client_id}?course=`
pub(super) async fn deep_linking(
    State(platform): State<Arc<Platform>>,
    Path(client_id): Path<String>,
    Query(shown): Query<Shown>,
    request: Request,
) -> Result<Response, Problem> {
    let visitor = platform.expect_teacher(request.headers())?;
    let course = shown.course.filter(|course| platform.title(course).is_ok());
    let course = course.ok_or_else(Problem::not_found)?;
    let registration = platform.registration(&client_id).ok_or_else(Problem::not_found)?;
    let record = registration.record();
    let deployment = record.deployment_ids.first().cloned().ok_or_else(unregistered)?;
    let mut intent = LaunchIntent::new(Target::Message(MessageType::DeepLinkingRequest), deployment);
    intent.target_link_uri.clone_from(&record.deep_linking_url);
    initiate(&platform, &registration, intent, visitor, course, shown.frame.is_some()).await
}

async fn initiate(
    platform: &Platform,
    registration: &lti_platform::Registration,
    mut intent: LaunchIntent,
    visitor: SignedIn,
    course: String,
    framed: bool,
) -> Result<Response, Problem> {
    if framed {
        intent.storage_target = StorageTarget::new("_parent").ok();
    }
    let started = registration.initiate_login(intent, &visitor.session, LoginHint::random()?, now())?;
    let hint = started.pending.login_hint().as_str().to_owned();
    let until = started.pending.expires_at();
    platform.notes.put(PENDING, &hint, &Clicked { pending: started.pending, course, framed }, until).await?;
    tracing::info!(client_id = %registration.client_id(), framed, "login initiated");
    Ok(answer::browser(Reply::found(&started.redirect_url).map_err(Problem::internal)?))
}

fn unregistered() -> Problem {
    let message = "the tool of this link is not registered here";
    Problem::new(404, Fault::Unknown, "client_unknown", message, "LTI Core 1.3 §3.1.3")
}
