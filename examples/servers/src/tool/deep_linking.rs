//! Answering a deep linking request (Deep Linking 2.0 §4.5): items from a program, or quizzes that a teacher chose.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use lti_browser::{CspNonce, Fault, PageOptions, form_post_page};
use lti_tool::RespondError;
use lti_types::{ContentItem, ItemLineItem, LtiResourceLinkItem, Nonce};
use serde::Deserialize;
use serde_json::json;

use super::quiz::{QUIZZES, Quiz};
use super::{Tool, services};
use crate::answer;
use crate::clock::now;
use crate::problem::Problem;
use crate::visitor::Visitor;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    content_items: Vec<ContentItem>,
    msg: Option<String>,
    errormsg: Option<String>,
}

/// `POST /lti/launches/{launch_id}/deep-link`
pub(super) async fn respond(
    State(tool): State<Arc<Tool>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (session, request) = services::opened(&tool, &id, request).await?;
    let visitor = Visitor::of(request.headers());
    let asked = session.deep_linking.as_ref().ok_or_else(|| {
        let message = "the launch is no deep linking request";
        Problem::new(400, Fault::Malformed, "not_deep_linking", message, "Deep Linking 2.0 §4.4")
    })?;
    let chosen = if answer::is_of_type(request.headers(), "application/x-www-form-urlencoded") {
        of_form(&tool, &request)
    } else {
        answer::read_json(&request)?
    };
    let count = chosen.content_items.len();
    let mut response = asked.respond(chosen.content_items, Nonce::random()?, now())?;
    response.msg = chosen.msg;
    response.error_msg = chosen.errormsg;
    let post = response.sign(&tool.key).map_err(Problem::internal)?;
    tracing::info!(launch_id = id, items = count, "content chosen");
    if visitor.json {
        let jwt = post.field("JWT").unwrap_or_default();
        return Ok(answer::json(200, &json!({"return_url": post.action, "jwt": jwt})));
    }
    let nonce = CspNonce::random()?;
    Ok(answer::browser(form_post_page(&post, &PageOptions::new(&nonce, &visitor.texts, tool.framing()))?))
}

/// The quizzes that were ticked on our own page; none at all is an answer, too.
fn of_form(tool: &Tool, request: &http::Request<Vec<u8>>) -> Chosen {
    let ticked: Vec<_> = url::form_urlencoded::parse(request.body())
        .filter(|(name, _)| name == "quiz")
        .map(|(_, id)| id.into_owned())
        .collect();
    let chosen = QUIZZES.iter().filter(|quiz| ticked.iter().any(|id| id == quiz.id));
    let content_items: Vec<_> = chosen.map(|quiz| item(tool, quiz)).collect();
    let msg = (!content_items.is_empty()).then(|| format!("{} added", content_items.len()));
    Chosen { content_items, msg, errormsg: None }
}

/// A quiz as a link with a column for its grades.
fn item(tool: &Tool, quiz: &Quiz) -> ContentItem {
    let mut link = LtiResourceLinkItem::new();
    link.url = Some(tool.redirect_uri.clone());
    link.title = Some(quiz.title.to_owned());
    link.text = Some(quiz.about.to_owned());
    link.custom = Some([("quiz", quiz.id)].into_iter().collect());
    let mut column = ItemLineItem::new();
    column.score_maximum = Some(quiz.maximum());
    column.label = Some(quiz.title.to_owned());
    column.resource_id = Some(quiz.id.to_owned());
    link.line_item = Some(column);
    ContentItem::from(link)
}

impl From<RespondError> for Problem {
    fn from(error: RespondError) -> Self {
        Self::malformed(error.code(), error.to_string(), error.spec())
    }
}
