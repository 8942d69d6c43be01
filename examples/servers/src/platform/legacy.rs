//! Tools of LTI 1.1: launched with a key and a secret, and a grade book that they write by Basic Outcomes.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use chrono::TimeDelta;
use lti_browser::Origin;
use lti_jwks::Purpose;
use lti_legacy::{
    LaunchParameters, LegacyMessageType, Operation, OutcomeRequest, OutcomeResponse, ReplaceResult,
    ResponseBody, ResultScore, UnverifiedRequest, VerifiedRequest,
};
use lti_services::platform::ScoreRecord;
use lti_services::timestamp_after;
use lti_types::{
    ClientId, ContextKind, DocumentTarget, Nonce, ResourceLinkId, Score, ToolRecord, UserId, WireUrl,
};
use serde::{Deserialize, Serialize};

use super::courses::{Link, School};
use super::people::Somebody;
use super::session::SignedIn;
use super::{Platform, authentication};
use crate::answer;
use crate::clock::now;
use crate::legacy::{Consumer, credentials};
use crate::problem::Problem;
use crate::server::StartError;
use crate::visitor::Visitor;

/// The most bytes of a request.
const MAX_BODY: usize = 256 * 1024;
/// Where a tool of 1.3 has its client id; no token is granted to such a one.
const PREFIX: &str = "lti-1.1:";
/// For what the name of a result is sealed, and how long a grade may come after the launch.
const RESULT: Purpose = Purpose::new("example platform/result");
const RESULT_LIFETIME: TimeDelta = TimeDelta::days(366);

/// What `lis_result_sourcedid` holds, sealed, and bound to the consumer: a name that nobody can make up, and that is good
/// for nobody else.
#[derive(Serialize, Deserialize)]
struct ResultName {
    link: ResourceLinkId,
    user: UserId,
}

/// Gives the tools of a file their links.
pub(super) fn place(platform: &Platform) -> Result<(), StartError> {
    for consumer in &platform.consumers {
        let fault = |what: &dyn std::fmt::Display| {
            StartError::new(format_args!("LTI 1.1 tool {}: {what}", consumer.name))
        };
        let url = consumer.launch_url.clone().ok_or_else(|| fault(&"it has no launch_url"))?;
        if let Err(error) = url.to_secure_url() {
            return Err(fault(&error));
        }
        let id = client_id(consumer).map_err(|error| fault(&error))?;
        if platform.registration(id.as_str()).is_some() {
            return Err(fault(&"a tool of 1.3 has its client_id"));
        }
        let mut tool = ToolRecord::new(id, vec![consumer.account.clone()], url.clone(), url);
        tool.name = Some(consumer.name.clone());
        let placed =
            platform.school().place_tool(&tool, |place, number| platform.line_item_url(place, number));
        placed.map_err(|error| fault(&error))?;
    }
    Ok(())
}

fn client_id(consumer: &Consumer) -> Result<ClientId, lti_types::InvalidIdentifier> {
    ClientId::new(format!("{PREFIX}{}", consumer.account.as_str()))
}

impl Platform {
    /// The 1.1 tool that a link is for.
    pub(super) fn consumer_of(&self, link: &Link) -> Option<&Consumer> {
        let account = link.place.client_id.as_str().strip_prefix(PREFIX)?;
        self.consumers.iter().find(|consumer| consumer.account.as_str() == account)
    }

    /// Where 1.1 tools are.
    pub(super) fn consumer_origins(&self) -> impl Iterator<Item = Origin> {
        let urls = self.consumers.iter().filter_map(|consumer| consumer.launch_url.as_ref());
        urls.filter_map(|url| Origin::parse(url.as_str()).ok())
    }
}

/// The form that launches a link by 1.1.
pub(super) fn launch(
    platform: &Platform,
    consumer: &Consumer,
    link: &Link,
    who: &SignedIn,
    visitor: &Visitor,
) -> Result<Response, Problem> {
    let url = link.url.as_ref().or(consumer.launch_url.as_ref());
    let url = url.ok_or_else(|| Problem::internal("a tool without an address"))?;
    let message = message(platform, consumer, link, who.person)?;
    let post =
        consumer.signer().launch(url, &message, &Nonce::random()?, now()).map_err(Problem::internal)?;
    platform.metrics.launch("accepted");
    tracing::info!(account = %consumer.account, course = link.course(), "LTI 1.1 launch signed");
    authentication::form(&post, visitor)
}

fn message(
    platform: &Platform,
    consumer: &Consumer,
    link: &Link,
    person: &Somebody,
) -> Result<LaunchParameters, Problem> {
    let context = platform.school().context(link.course()).map_err(Problem::internal)?;
    let user = person.user_id().map_err(Problem::internal)?;
    let known = person.person();
    let mut message = LaunchParameters::new(LegacyMessageType::Launch);
    message.resource_link_id = Some(link.id.clone());
    message.resource_link_title = Some(link.title.clone());
    message.resource_link_description.clone_from(&link.text);
    message.user_id = Some(user.clone());
    message.roles = Some(person.roles().iter().map(lti_legacy::legacy_role).collect());
    message.role_scope_mentor = Some(person.mentees()).filter(|mentees| !mentees.is_empty());
    message.full_name = known.name;
    message.given_name = known.given_name;
    message.family_name = known.family_name;
    message.email = known.email;
    message.context_id = Some(context.id);
    message.context_title = context.title;
    message.context_label = context.label;
    message.context_type = Some(vec![ContextKind::CourseOffering.into()]);
    message.presentation_document_target = Some(DocumentTarget::Iframe);
    message.presentation_return_url = Some(platform.address(&format!("/courses/{}", link.course())));
    message.presentation_locale = Some("en".to_owned());
    message.instance_guid = Some("example-lms".to_owned());
    message.instance_name = Some("Example LMS".to_owned());
    message.product_family_code = Some("lti-examples".to_owned());
    message.product_version = Some(env!("CARGO_PKG_VERSION").to_owned());
    for (name, value) in link.custom.iter() {
        message.custom.add(name, value);
    }
    if person.roles().is_learner() {
        let name = ResultName { link: link.id.clone(), user };
        let bound = consumer.account.as_str().as_bytes();
        let sealed = platform.sealer.seal(RESULT, bound, &name, now() + RESULT_LIFETIME);
        message.result_sourcedid = Some(sealed.map_err(Problem::internal)?);
        message.outcome_service_url = Some(outcomes_url(platform));
    }
    Ok(message)
}

fn outcomes_url(platform: &Platform) -> WireUrl {
    platform.address("/lti/legacy/outcomes")
}

/// `POST /lti/legacy/outcomes`
pub(super) async fn outcomes(
    State(platform): State<Arc<Platform>>,
    request: Request,
) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_BODY).await?;
    let message_id = String::from(Nonce::random()?);
    let response = match verified(&platform, &request).await? {
        Err(error) => {
            tracing::info!(code = error.code(), "LTI 1.1 service request refused");
            OutcomeResponse::unauthorized(message_id, error)
        }
        Ok(verified) => match verified.outcome() {
            Err(error) => OutcomeResponse::unreadable(message_id, error),
            Ok(asked) => answered(&platform, &verified, &asked, message_id)?,
        },
    };
    response.to_http().map(answer::service).map_err(Problem::internal)
}

/// Whoever signed it: body hash, signature, time, first use.
async fn verified(
    platform: &Platform,
    request: &http::Request<Vec<u8>>,
) -> Result<Result<VerifiedRequest, lti_legacy::OAuthError>, Problem> {
    let signed = UnverifiedRequest::from_http(request, &outcomes_url(platform)).and_then(|unverified| {
        let candidates = credentials(&platform.consumers, unverified.consumer_key());
        unverified.verify(&candidates, now())
    });
    let signed = match signed {
        Ok(signed) => signed,
        Err(error) => return Ok(Err(error)),
    };
    let nonce = signed.nonce_use();
    let used = platform.notes.first_use("legacy_nonce", nonce.store_key(), nonce.remember_until()).await?;
    Ok(signed.first_use(used))
}

fn answered(
    platform: &Platform,
    verified: &VerifiedRequest,
    asked: &OutcomeRequest,
    message_id: String,
) -> Result<OutcomeResponse, Problem> {
    let operation = asked.operation.name();
    if let Operation::Other(_) = asked.operation {
        return Ok(OutcomeResponse::unsupported(message_id, asked));
    }
    // A name that was sealed for another consumer does not open.
    let bound = verified.account().as_str().as_bytes();
    let named: Option<ResultName> = platform.sealer.open(RESULT, bound, &asked.sourced_id, now()).ok();
    let refuse = |minor: &str, why: &str| {
        tracing::info!(account = %verified.account(), operation, code = minor, "outcome refused");
        OutcomeResponse::failure(message_id.as_str(), asked, minor, why)
    };
    let Some(named) = named else {
        return Ok(refuse("unknownobject", "the result is none of this consumer's"));
    };
    let done = platform.change(|school| Ok(apply(school, &named, &asked.operation)))?;
    Ok(match done {
        Ok(body) => {
            tracing::info!(account = %verified.account(), operation, "outcome done");
            OutcomeResponse::success(message_id.as_str(), asked, body)
        }
        Err((minor, why)) => refuse(minor, why),
    })
}

/// Why an operation is not done: a code of the vocabulary, and words.
type Refusal = (&'static str, &'static str);

fn apply(school: &mut School, named: &ResultName, operation: &Operation) -> Result<ResponseBody, Refusal> {
    const GONE: Refusal = ("unknownobject", "the result's link is gone, or has no column");
    let link = school.link(named.link.as_str()).cloned().ok_or(GONE)?;
    let number = school.column_of_link(&link).ok_or(GONE)?.number;
    let column = school.column_mut(link.course(), number).ok_or(GONE)?;
    let before = column.scores.get(&named.user);
    match operation {
        Operation::Read => {
            let grade = before.and_then(ScoreRecord::grade);
            // Extra credit is more than 1.1 can say.
            let score = grade.and_then(|g| ResultScore::of_points(g.given.min(g.maximum), g.maximum).ok());
            Ok(ResponseBody::Read { score, data: Vec::new() })
        }
        Operation::Replace(ReplaceResult { score: Some(score), .. }) => {
            let maximum = column.line_item.line_item().score_maximum;
            let time = timestamp_after(before.map(ScoreRecord::timestamp), now());
            let score = Score::graded(named.user.clone(), time, score.value() * maximum, maximum);
            let after = ScoreRecord::after(before, score, now());
            let after = after.map_err(|_| ("invaliddata", "the score cannot be recorded"))?;
            column.scores.insert(named.user.clone(), after);
            Ok(ResponseBody::Replaced)
        }
        Operation::Replace(_) => Err(("invaliddata", "a score from 0.0 to 1.0 is wanted")),
        Operation::Delete => {
            // Also when there is none: whoever lost the first answer asks again.
            column.scores.remove(&named.user);
            Ok(ResponseBody::Deleted)
        }
        _ => Err(("unsupported", "there is no such operation")),
    }
}
