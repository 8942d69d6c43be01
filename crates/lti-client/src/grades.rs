//! Grades: line items, scores and results of a context (AGS 2.0 §3).

use lti_services::{Call, CreateLineItem, LineItemUrl, ListLineItems, ListResults, PublishScore, ServiceUrl};
use lti_types::{GradeService, LineItem, LineItemResult, Score, WireUrl};

use crate::listing::Items;
use crate::session::Session;
use crate::{CallError, Client, Credentials, ScoreFailure, ScoreOutcome};

/// Grades of one context: what a launch's claim offers, used then or hours later.
///
/// ```
/// # use std::sync::Arc;
/// # use axum::{Router, http::StatusCode, routing::{get, post}};
/// # use lti_client::{Client, Credentials, OutboundPolicy};
/// # use lti_jwks::{Curve, SigningKey};
/// # use lti_types::{ClientId, Deployments, GradeService, Issuer, PlatformRecord, Scope, UserId};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let lms = format!("http://{}", listener.local_addr()?);
/// # let json = |body: String| async move { ([("content-type", "application/json")], body) };
/// # let token = r#"{"access_token": "t0ken-t0ken-t0ken", "token_type": "Bearer", "expires_in": 3600}"#.to_owned();
/// # let made = format!(r#"{{"id": "{lms}/lineitems/1", "label": "Quiz 9", "scoreMaximum": 20}}"#);
/// # let none = move || json("[]".to_owned());
/// # let pages = Router::new().route("/token", post(move || json(token.clone())))
/// #     .route("/lineitems", get(none).post(move || json(made.clone())))
/// #     .route("/lineitems/1/scores", post(|| async { StatusCode::NO_CONTENT }));
/// # tokio::spawn(async move { axum::serve(listener, pages).await });
/// # let mut platform = PlatformRecord::new(Issuer::new(lms.as_str())?, ClientId::new("quiz")?,
/// #     Deployments::NotYetKnown, format!("{lms}/auth").into());
/// # platform.token_url = Some(format!("{lms}/token").into());
/// # let credentials = Credentials::new(&platform, Arc::new(SigningKey::generate_ec(Curve::P256)?))?;
/// # let policy = OutboundPolicy::new().danger_allow_http().danger_allow_loopback();
/// # let client = Client::builder().outbound(policy).build()?;
/// # let mut service = GradeService::new();
/// # service.lineitems = Some(format!("{lms}/lineitems").into());
/// # service.scope = Some(vec![Scope::LineItem, Scope::Score]);
/// # let (user, now) = (UserId::new("u-7")?, chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap());
/// use lti_client::ScoreOutcome;
/// use lti_types::{LineItem, Score};
///
/// let grades = client.grades(&credentials, &service)?; // `service` is of a launch, perhaps hours ago
/// let quiz = match grades.line_item() {
///     Some(of_the_link) => of_the_link.clone(), // the platform made one already
///     None => {
///         let mut quiz = LineItem::new(20.0, "Quiz 9".to_owned());
///         quiz.resource_id = Some("quiz-9".to_owned());
///         grades.find_or_create(quiz).await?.url
///     }
/// };
/// // Each score of a person needs a later time than the one before: see `lti_services::ScoreClock`.
/// match grades.publish(&quiz, Score::graded(user, now.into(), 17.0, 20.0)).await {
///     ScoreOutcome::Accepted(_) | ScoreOutcome::AlreadyRecorded => {}
///     ScoreOutcome::Stale => {} // somebody graded since: theirs stays
///     outcome => panic!("not published: {}", outcome.code()),
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Grades {
    pub(crate) session: Session,
    container: Option<ServiceUrl>,
    line_item: Option<LineItemUrl>,
}

impl Grades {
    pub(crate) fn new(
        client: Client,
        credentials: &Credentials,
        service: &GradeService,
    ) -> Result<Self, CallError> {
        let parse = |url: Option<&WireUrl>| url.map(ServiceUrl::parse).transpose();
        let container = parse(service.line_items()).map_err(CallError::ServiceUrl)?;
        // Platforms send it although it is none (quirk 61); where there is a container, it is not needed.
        let line_item = match service.line_item().map(LineItemUrl::parse).transpose() {
            Err(error) if container.is_none() => return Err(CallError::ServiceUrl(error)),
            line_item => line_item.ok().flatten(),
        };
        let homes: Vec<_> =
            container.iter().chain(line_item.as_ref().map(LineItemUrl::url)).cloned().collect();
        if homes.is_empty() {
            return Err(CallError::ServiceMissing);
        }
        let session = Session::new(client, credentials, service.scope.as_deref(), homes);
        Ok(Self { session, container, line_item })
    }

    /// The one line item of the launched link, where there is exactly one.
    #[must_use]
    pub fn line_item(&self) -> Option<&LineItemUrl> {
        self.line_item.as_ref()
    }

    /// The call for all line items of the context, to narrow down: by link, `resourceId`, `tag`, page size.
    ///
    /// # Errors
    /// [`CallError::ServiceMissing`] where the claim names no container (quirk 61).
    pub fn all_line_items(&self) -> Result<ListLineItems, CallError> {
        Ok(ListLineItems::new(self.container()?.clone()))
    }

    pub(crate) fn container(&self) -> Result<&ServiceUrl, CallError> {
        self.container.as_ref().ok_or(CallError::ServiceMissing)
    }

    /// The line items that a call is for.
    #[must_use]
    pub fn list(&self, call: ListLineItems) -> Items<LineItem> {
        Items::of(self.session.clone(), call)
    }

    /// Makes a line item, and another one if it is asked twice: [`Grades::find_or_create`] does not. The answer to a
    /// request that was lost is not asked for again.
    ///
    /// # Errors
    /// [`CallError`]; where [`CallError::may_have_been_done`], the line item may be there.
    pub async fn create(&self, item: LineItem) -> Result<LineItem, CallError> {
        let call = CreateLineItem::new(self.container()?.clone(), item).map_err(CallError::LineItem)?;
        self.session.call(&call).await
    }

    /// Reads a line item.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn read(&self, line_item: &LineItemUrl) -> Result<LineItem, CallError> {
        self.session.call(&line_item.read()).await
    }

    /// Replaces a line item, and says what it is then. What is not sent is gone: change what was read.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn update(&self, line_item: &LineItemUrl, item: LineItem) -> Result<LineItem, CallError> {
        let call = line_item.update(item).map_err(CallError::LineItem)?;
        self.session.call(&call).await
    }

    /// Deletes a line item, and with it the grades in it.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn delete(&self, line_item: &LineItemUrl) -> Result<(), CallError> {
        self.session.call(&line_item.delete()).await
    }

    /// The results that a call is for; [`LineItemUrl::results`] makes one.
    #[must_use]
    pub fn results(&self, call: ListResults) -> Items<LineItemResult> {
        Items::of(self.session.clone(), call)
    }

    /// Publishes a score, and says what became of it. It is sent again, with the same timestamp, while that may help.
    ///
    /// For one person and line item each score needs a later timestamp than the one before:
    /// [`lti_services::ScoreClock`] gives those.
    pub async fn publish(&self, line_item: &LineItemUrl, score: Score) -> ScoreOutcome {
        match PublishScore::new(line_item, score) {
            Ok(call) => self.session.publish(&call).await,
            Err(fault) => ScoreOutcome::Failed(ScoreFailure::unsent(CallError::Score(fault))),
        }
    }

    pub(crate) async fn call<C: Call>(&self, call: &C) -> Result<C::Response, CallError> {
        self.session.call(call).await
    }
}
