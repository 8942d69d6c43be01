//! Results at the platform (AGS 2.0 §3.3; rule AGS-P17).

use std::fmt;
use std::num::NonZeroU32;

use http::{Method, Request, Response, StatusCode};
use lti_types::{LineItemResult, Scope, UserId, WireUrl};

use super::cursor::{Listing, NEXT};
use super::line_items::owned;
use super::query::Query;
use super::{Access, CursorSeal, LineItemRecord, Place, RequestRefusal, ScoreRecord, reply};
use crate::{ServiceUrl, media_type};

/// A request for the results of a line item, right in everything but whose it is.
///
/// ```
/// # use lti_jwks::{Sealer, SealingKey};
/// # use lti_services::{ServiceUrl, platform::{Access, LineItemRecord, Place, SealedCursors}};
/// # use lti_types::{ClientId, ContextId, DeploymentId, LineItem, UserId};
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let access = Access::of(serde_json::from_str(r#"{"client_id": "quiz", "expires_at": "2026-01-01T01:00:00Z",
/// #     "scopes": ["https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"]}"#)?, now)?;
/// # let sealer = Sealer::new(SealingKey::random()?);
/// # let seal = SealedCursors::new(&sealer, now);
/// # let course_5 = Place::new(ClientId::new("quiz")?, DeploymentId::new("1")?, ContextId::new("course-5")?);
/// # let column = LineItemRecord::new(course_5.clone(), "https://lms.example/5/lineitems/1".into(),
/// #     LineItem::new(20.0, "Quiz 9".to_owned()));
/// use lti_services::platform::{ResultEntry, ResultsRequest};
///
/// let request = http::Request::get("/5/lineitems/1/results?user_id=u-7").body(Vec::new())?;
/// let list = ResultsRequest::read(&request, &access)?.on(Some(&course_5), Some(column), &seal)?;
/// assert_eq!(list.user_id(), Some("u-7"));
/// let ada = UserId::new("u-7")?;
/// let mut entry = ResultEntry::new(&ada, None); // the tool sent no score,
/// entry.overridden = Some(18.0); // a teacher entered one
/// let results = ServiceUrl::parse(&"https://lms.example/5/lineitems/1/results".into())?;
/// let answer = list.respond([entry], None, &results, &seal)?;
/// assert!(String::from_utf8_lossy(answer.body()).contains(r#""resultScore":18"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ResultsRequest {
    access: Access,
    user_id: Option<String>,
    limit: Option<NonZeroU32>,
    cursor: Option<String>,
}

impl ResultsRequest {
    /// Reads a request: method, scope, filters.
    ///
    /// # Errors
    /// [`RequestRefusal`].
    pub fn read(request: &Request<Vec<u8>>, access: &Access) -> Result<Self, RequestRefusal> {
        if request.method() != Method::GET {
            return Err(RequestRefusal::MethodNotAllowed("GET"));
        }
        access.needs(&[Scope::ResultReadOnly])?;
        let query = Query::of(request);
        Ok(Self {
            access: access.clone(),
            user_id: query.text("user_id")?,
            limit: query.limit()?,
            cursor: query.text(NEXT)?,
        })
    }

    /// What is asked, of the line item that the URL names.
    ///
    /// # Errors
    /// [`RequestRefusal::NotFound`] as for scores; [`RequestRefusal::Cursor`].
    pub fn on(
        self,
        place: Option<&Place>,
        record: Option<LineItemRecord>,
        seal: &dyn CursorSeal,
    ) -> Result<ResultList, RequestRefusal> {
        let line_item = owned(&self.access, place, record)?;
        // A position in one column is none in another.
        let list = format!("results of {}", line_item.id());
        let filters = self.user_id.iter().map(|user| ("user_id", user.clone())).collect();
        let listing = Listing { list, place: line_item.place().clone(), filters, limit: self.limit };
        let after = listing.open(self.cursor.as_deref(), NEXT, seal)?;
        Ok(ResultList { listing, line_item, user: self.user_id, after })
    }
}

/// What stands in the grade book for one person in one column.
///
/// [`ResultsRequest`] has an example.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ResultEntry<'a> {
    /// The person.
    pub user_id: &'a UserId,
    /// What the tool's scores add up to.
    pub score: Option<&'a ScoreRecord>,
    /// What somebody entered by hand, in points of the line item; it has the last word.
    pub overridden: Option<f64>,
    /// A remark that somebody entered by hand; it has the last word.
    pub comment: Option<&'a str>,
}

impl<'a> ResultEntry<'a> {
    /// Of the tool's scores alone.
    #[must_use]
    pub fn new(user_id: &'a UserId, score: Option<&'a ScoreRecord>) -> Self {
        Self { user_id, score, overridden: None, comment: None }
    }

    /// Whether the score is another person's.
    fn is_mixed_up(&self) -> bool {
        self.score.is_some_and(|score| score.last().user_id != *self.user_id)
    }
}

/// Neither the person nor what is said about them.
impl fmt::Debug for ResultEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResultEntry").finish_non_exhaustive()
    }
}

/// Results to be listed.
#[derive(Debug, Clone)]
pub struct ResultList {
    listing: Listing,
    line_item: LineItemRecord,
    user: Option<String>,
    after: Option<String>,
}

impl ResultList {
    /// The line item.
    #[must_use]
    pub fn line_item(&self) -> &LineItemRecord {
        &self.line_item
    }

    /// Only of this person, as it was asked.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// How many to send at most, within the platform's own limit.
    #[must_use]
    pub fn at_most(&self, cap: NonZeroU32) -> NonZeroU32 {
        self.listing.at_most(cap)
    }

    /// The position to go on from, as the application gave it for the page before.
    #[must_use]
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// The result of an entry; `None` if the person is not asked for, or there is nothing to tell, or the score is
    /// another person's. Only a final grade is a result (AGS-P16), scaled to the line item's maximum.
    #[must_use]
    pub fn result(&self, entry: &ResultEntry<'_>, url: &ServiceUrl) -> Option<LineItemResult> {
        if entry.is_mixed_up() || self.user.as_deref().is_some_and(|user| user != entry.user_id.as_str()) {
            return None;
        }
        let maximum = self.line_item.line_item().score_maximum;
        let graded = entry.score.and_then(ScoreRecord::grade).map(|grade| grade.out_of(maximum));
        let comment = entry.comment.or_else(|| entry.score.and_then(ScoreRecord::comment));
        let score = entry.overridden.filter(|points| points.is_finite()).or(graded);
        if score.is_none() && comment.is_none() {
            return None;
        }
        let mut result = LineItemResult::new(entry.user_id.clone());
        result.id = Some(WireUrl::from(&url.with_parameter("user_id", entry.user_id.as_str())));
        result.score_of = Some(self.line_item.id().clone());
        result.result_score = score;
        result.result_maximum = Some(maximum);
        result.comment = comment.map(str::to_owned);
        if entry.overridden.is_none() {
            result.scoring_user_id = entry.score.and_then(|record| record.last().scoring_user_id.clone());
        }
        Some(result)
    }

    /// The answer: the results of the entries that there is something to tell of. `next` is the position after the last
    /// of them if there are more; `url` the public address of the results, which is the line item's with `/results`
    /// ([`ServiceUrl::child`]).
    ///
    /// # Errors
    /// [`RequestRefusal::Internal`], also for an entry with the score of another person: nobody is told that.
    pub fn respond<'a>(
        &self,
        entries: impl IntoIterator<Item = ResultEntry<'a>>,
        next: Option<&str>,
        url: &ServiceUrl,
        seal: &dyn CursorSeal,
    ) -> Result<Response<Vec<u8>>, RequestRefusal> {
        let mut results = Vec::new();
        for entry in entries {
            if entry.is_mixed_up() {
                return Err(RequestRefusal::Internal);
            }
            results.extend(self.result(&entry, url));
        }
        let link = self.listing.link("next", url, NEXT, next, seal)?;
        reply::json(StatusCode::OK, media_type::RESULT_CONTAINER, &results, link.as_slice())
    }
}
