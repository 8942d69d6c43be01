//! A launch by LTI 1.1: a form, signed with a shared secret, and no login before it.
//!
//! From the signature on it is a launch like any other: `lti_legacy::Launch` says everything by the names of 1.3.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use lti_legacy::{Launch, Operation, OutcomeCall, ReplaceResult, ResultScore, UnverifiedLaunch};
use lti_tool::LaunchRecord;
use lti_types::{BasicOutcome, ClientId, Issuer, Message};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::session::{NewSession, Session};
use super::{Tool, pages};
use crate::answer;
use crate::clock::now;
use crate::legacy::{Consumer, credentials};
use crate::problem::Problem;
use crate::visitor::Visitor;

/// The most bytes of a launch.
const MAX_BODY: usize = 256 * 1024;
/// Stands where a launch of 1.3 has its issuer. No platform is registered under it, so no service of 1.3 is called.
const ISSUER: &str = "urn:example:lti-1.1";

/// What is kept of a 1.1 launch besides.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LegacySession {
    /// What the consumer is called.
    pub(super) platform: String,
    /// Where this person's one grade goes.
    outcome: Option<BasicOutcome>,
}

impl LegacySession {
    /// Whether the platform takes this person's grade.
    pub(super) fn wants_grades(&self) -> bool {
        self.outcome.is_some()
    }
}

/// `POST /lti/legacy/launch`
pub(super) async fn take(State(tool): State<Arc<Tool>>, request: Request) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_BODY).await?;
    let outcome = taken(&tool, &request).await;
    if let Err(problem) = &outcome {
        tool.metrics.launch(problem.code);
    }
    outcome
}

async fn taken(tool: &Arc<Tool>, request: &http::Request<Vec<u8>>) -> Result<Response, Problem> {
    // The address is the configured one: whatever the request says of its host, whoever sends it may choose.
    let unverified = UnverifiedLaunch::from_http(request, &tool.address("/lti/legacy/launch"))?;
    let candidates = credentials(&tool.consumers, unverified.consumer_key());
    let signed = unverified.verify(&candidates, now())?;
    let nonce = signed.nonce_use();
    let used = tool.notes.first_use("legacy_nonce", nonce.store_key(), nonce.remember_until()).await?;
    let launch = signed.first_use(used)?;
    let Message::ResourceLink(_) = launch.message() else {
        let message = "this tool takes no content-item requests by LTI 1.1; register it by 1.3";
        return Err(Problem::malformed("message_type_unsupported", message, "LTI 1.1 §3"));
    };
    let consumer = tool.consumer(launch.account().as_str());
    let consumer = consumer.ok_or_else(|| Problem::internal("a launch of nobody"))?;

    let mut session = session(consumer, &launch)?;
    let entered = tool.enter(&session.record, launch.claims(), true).await?;
    session.course = entered.as_ref().map(|entered| entered.course.clone());
    let new = NewSession::keep(tool, session).await?;
    if let Some(entered) = &entered {
        tool.reopened(&new.session, entered).await;
    }
    tool.metrics.launch("accepted");
    tracing::info!(consumer_key = ?launch.consumer_key(), launch_id = new.id, "LTI 1.1 launch accepted");
    let response = if Visitor::of(request.headers()).json {
        answer::json(200, &document(&launch, &new))
    } else {
        pages::of_session(tool, &new.id, &new.session, Some(&new.token)).await?
    };
    let cookies = tool.session_cookies(&new.id, &new.token, new.session.until);
    Ok(answer::with_cookies(response, cookies))
}

fn session(consumer: &Consumer, launch: &Launch) -> Result<Session, Problem> {
    let claims = launch.claims();
    let mut record = LaunchRecord::new(
        Issuer::new(ISSUER).map_err(Problem::internal)?,
        ClientId::new(launch.consumer_key().as_str()).map_err(Problem::internal)?,
        launch.account().clone(),
        claims.sub.clone(),
        launch.launched_at(),
    );
    record.message_type.clone_from(&claims.message_type);
    record.target_link_uri.clone_from(&claims.target_link_uri);
    record.roles = launch.roles().clone();
    record.context.clone_from(&claims.context);
    record.resource_link.clone_from(&claims.resource_link);
    // No service of 1.3: a shared secret gets no token.
    let mut session = Session::of(record, claims);
    session.legacy =
        Some(LegacySession { platform: consumer.name.clone(), outcome: launch.basic_outcome().cloned() });
    Ok(session)
}

/// What a program is told: as of a launch of 1.3, with `legacy` true.
fn document(launch: &Launch, new: &NewSession) -> Value {
    let claims = launch.claims();
    json!({
        "launch_id": new.id,
        "access_token": new.token,
        "legacy": true,
        "course": new.session.course,
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
        "deployment_id": launch.account(),
        "consumer_key": launch.consumer_key().as_str(),
        "claims": claims,
        "services": {
            "ags": false,
            "nrps": false,
            "deep_linking": false,
            "basic_outcomes": launch.basic_outcome().is_some(),
        },
    })
}

impl Tool {
    fn consumer(&self, account: &str) -> Option<&Consumer> {
        self.consumers.iter().find(|consumer| consumer.account.as_str() == account)
    }

    /// Sends the grade of whoever launched, by Basic Outcomes; `false` where the platform wants none.
    pub(super) async fn send_outcome(
        &self,
        record: &LaunchRecord,
        legacy: &LegacySession,
        points: f64,
        maximum: f64,
    ) -> Result<bool, Problem> {
        let score = ResultScore::of_points(points, maximum).map_err(Problem::internal)?;
        let replace = Operation::Replace(ReplaceResult::new(score));
        let message_id = String::from(lti_types::Nonce::random()?);
        let call = legacy.outcome.as_ref().and_then(|to| OutcomeCall::on(to, message_id, replace));
        let Some(call) = call else { return Ok(false) };
        // Taken out of the file since.
        let consumer = self.consumer(record.deployment_id.as_str());
        let consumer = consumer.ok_or(lti_legacy::OAuthError::KeyUnknown)?;
        let sent = self.client.outcome(&consumer.signer(), &call).await;
        self.metrics.call("outcome", sent.as_ref().map_or_else(|failure| failure.code(), |_| "ok"));
        match sent {
            Ok(_) => Ok(true),
            Err(failure) => Err(Problem::new(
                502,
                lti_browser::Fault::Unavailable,
                failure.code(),
                failure.to_string(),
                failure.spec(),
            )),
        }
    }
}
