//! The platform's services, for a launch (AGS 2.0, NRPS 2.0): through lti-client, with the rights of whoever launched.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use futures_util::TryStreamExt;
use lti_browser::Fault;
use lti_client::{CallError, Client, Credentials, Grades, ScoreOutcome};
use lti_services::{Call as _, LineItemUrl};
use lti_tool::LaunchRecord;
use lti_types::{LineItem, LineItemResult, Member, Role, Score, WireUrl};
use serde_json::{Map, Value, json};

use super::Tool;
use super::session::Session;
use crate::answer;
use crate::problem::Problem;

/// The most bytes of a request.
const MAX_BODY: usize = 256 * 1024;

impl Tool {
    async fn credentials(&self, record: &LaunchRecord) -> Result<Credentials, Problem> {
        let registration = self.registration(&record.issuer, &record.client_id).await?;
        let credentials =
            Credentials::new(registration.record(), Arc::clone(&self.key)).map_err(|error| {
                Problem::new(502, Fault::Configuration, error.code(), error.to_string(), error.spec())
            })?;
        Ok(credentials.for_deployment(record.deployment_id.clone()))
    }

    /// The grades of a launch's course.
    pub(super) async fn grades(&self, session: &Session) -> Result<Grades, Problem> {
        self.grades_of(&session.record).await
    }

    /// The same by a launch's record.
    pub(super) async fn grades_of(&self, record: &LaunchRecord) -> Result<Grades, Problem> {
        self.grades_by(&self.client, record).await
    }

    /// The same, for grades that nobody waits for.
    pub(super) async fn patient_grades(&self, record: &LaunchRecord) -> Result<Grades, Problem> {
        self.grades_by(&self.patient, record).await
    }

    async fn grades_by(&self, client: &Client, record: &LaunchRecord) -> Result<Grades, Problem> {
        let service = record.grade_service.as_ref().ok_or(CallError::ServiceMissing)?;
        Ok(client.grades(&self.credentials(record).await?, service)?)
    }

    /// Sends a score, and says so only if the platform has it.
    pub(super) async fn send(&self, grades: &Grades, to: &LineItemUrl, score: Score) -> Result<(), Problem> {
        let outcome = grades.publish(to, score).await;
        self.metrics.call("score", outcome.code());
        match outcome {
            ScoreOutcome::Accepted(_) | ScoreOutcome::AlreadyRecorded => Ok(()),
            ScoreOutcome::Failed(failure) => Err(failure.reason.into()),
            stale => {
                let message = "the platform has a newer score";
                Err(Problem::new(409, Fault::Declined, stale.code(), message, "AGS 2.0 §3.4.4"))
            }
        }
    }

    pub(super) fn counted<T>(&self, call: &'static str, outcome: Result<T, CallError>) -> Result<T, Problem> {
        self.metrics.call(call, outcome.as_ref().map_or_else(CallError::code, |_| "ok"));
        outcome.map_err(Problem::from)
    }
}

/// `GET /lti/launches/{launch_id}/members`
pub(super) async fn members(
    State(tool): State<Arc<Tool>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let session = tool.session(&id, request.method(), request.headers(), None).await?;
    session.expect_instructor()?;
    let query = request.uri().query().unwrap_or_default();
    let value = |name: &str| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.into_owned())
    };
    let limit = match value("limit").map(|limit| limit.parse::<NonZeroU32>()) {
        Some(Err(_)) => {
            let message = "`limit` must be a number, and not zero";
            return Err(Problem::malformed("parameter_invalid", message, "NRPS 2.0 §2.4.1"));
        }
        Some(Ok(limit)) => Some(limit),
        None => None,
    };
    let service = session.record.roster_service.as_ref().ok_or(CallError::ServiceMissing)?;
    let roster = tool.client.roster(&tool.credentials(&session.record).await?, service)?;
    let mut call = roster.all();
    if let Some(role) = value("role").filter(|role| !role.is_empty()) {
        call = call.with_role(&Role::from(role));
    }
    if let Some(limit) = limit {
        call = call.limit(limit);
    }
    let members: Vec<Member> = tool.counted("roster", roster.list(call).try_collect().await)?;
    Ok(answer::json(200, &json!({"members": members})))
}

/// `GET /lti/launches/{launch_id}/line-items`
pub(super) async fn line_items(
    State(tool): State<Arc<Tool>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let session = tool.session(&id, request.method(), request.headers(), None).await?;
    session.expect_instructor()?;
    let items = all_line_items(&tool, &tool.grades(&session).await?).await?;
    Ok(answer::json(200, &json!({"line_items": items})))
}

async fn all_line_items(tool: &Tool, grades: &Grades) -> Result<Vec<LineItem>, Problem> {
    let listed = grades.list(grades.all_line_items()?).try_collect().await;
    tool.counted("line_items", listed)
}

/// `POST /lti/launches/{launch_id}/line-items`
pub(super) async fn create_line_item(
    State(tool): State<Arc<Tool>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (session, request) = opened(&tool, &id, request).await?;
    session.expect_instructor()?;
    let item: LineItem = answer::read_json(&request)?;
    let grades = tool.grades(&session).await?;
    let created = tool.counted("create_line_item", grades.create(item).await)?;
    Ok(answer::json(201, &created))
}

/// `POST /lti/launches/{launch_id}/scores`
pub(super) async fn publish(
    State(tool): State<Arc<Tool>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (session, request) = opened(&tool, &id, request).await?;
    let mut body: Map<String, Value> = answer::read_json(&request)?;
    let wanted = match body.remove("line_item") {
        None | Some(Value::Null) => None,
        Some(Value::String(url)) => Some(WireUrl::from(url)),
        Some(_) => return Err(malformed("`line_item` must be an address")),
    };
    let score: Score =
        serde_json::from_value(Value::Object(body)).map_err(|_| malformed("the body is no score"))?;
    session.expect_score_of(&score.user_id)?;
    let grades = tool.grades(&session).await?;
    let line_item = chosen(&tool, &grades, wanted).await?;
    tool.send(&grades, &line_item, score).await?;
    Ok(answer::json(200, &json!({"status": "accepted"})))
}

/// The line item that a score is for: the launch's own, or another of its course.
async fn chosen(tool: &Tool, grades: &Grades, wanted: Option<WireUrl>) -> Result<LineItemUrl, Problem> {
    let own = grades.line_item();
    let Some(wanted) = wanted else {
        let message = "the launch has no line item of its own; name one in `line_item`";
        return own.cloned().ok_or_else(|| malformed(message));
    };
    if let Some(own) = own
        && WireUrl::from(own.url()) == wanted
    {
        return Ok(own.clone());
    }
    let parsed =
        LineItemUrl::parse(&wanted).map_err(|_| malformed("`line_item` is no address of a line item"))?;
    if !grades.all_line_items()?.url().is_same_origin(parsed.url()) {
        return Err(CallError::OtherOrigin.into());
    }
    // The tool's token is good for the whole deployment: nobody's own word, an instructor's neither, reaches another
    // course. What is used is the address that the platform listed.
    let listed = all_line_items(tool, grades).await?;
    let found = listed.iter().filter_map(|item| item.id.as_ref()).find(|id| id.is_same_resource(&wanted));
    let found = found.ok_or_else(|| {
        let message = "the line item is none of this course's";
        Problem::forbidden("line_item_of_other_course", message, "AGS 2.0 §3.1.1")
    })?;
    LineItemUrl::parse(found).map_err(|error| CallError::ServiceUrl(error).into())
}

/// `GET /lti/launches/{launch_id}/results`
pub(super) async fn results(
    State(tool): State<Arc<Tool>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let session = tool.session(&id, request.method(), request.headers(), None).await?;
    session.expect_instructor()?;
    let grades = tool.grades(&session).await?;
    let own = grades.line_item().ok_or_else(|| {
        let message = "the launch has no line item of its own";
        Problem::new(404, Fault::NotFound, "line_item_missing", message, "AGS 2.0 §3.1")
    })?;
    let listed = grades.results(own.results()).try_collect().await;
    let results: Vec<LineItemResult> = tool.counted("results", listed)?;
    Ok(answer::json(200, &json!({"results": results})))
}

/// A launch, once its credentials were shown, and the request that showed them.
pub(super) async fn opened(
    tool: &Tool,
    id: &str,
    request: Request,
) -> Result<(Session, http::Request<Vec<u8>>), Problem> {
    let request = answer::whole(request, MAX_BODY).await?;
    let is_form = answer::is_of_type(request.headers(), "application/x-www-form-urlencoded");
    let token = if is_form { answer::field(&request, "access_token") } else { None };
    let session = tool.session(id, request.method(), request.headers(), token.as_deref()).await?;
    Ok((session, request))
}

fn malformed(message: &str) -> Problem {
    Problem::malformed("score_malformed", message, "AGS 2.0 §3.4")
}

impl From<CallError> for Problem {
    fn from(error: CallError) -> Self {
        let (status, fault) = match &error {
            CallError::ScopeNotOffered(_) | CallError::ServiceMissing => (403, Fault::Declined),
            CallError::OtherOrigin
            | CallError::LineItem(_)
            | CallError::Score(_)
            | CallError::NamelessLineItem => (400, Fault::Malformed),
            _ if error.code() == "timed_out" => (504, Fault::Unavailable),
            _ => (502, Fault::Unavailable),
        };
        Self::new(status, fault, error.code(), error.to_string(), error.spec())
    }
}
