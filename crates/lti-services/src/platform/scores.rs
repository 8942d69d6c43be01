//! Scores at the platform (AGS 2.0 §3.4; rules AGS-P9 to AGS-P18).

use std::fmt;

use chrono::{DateTime, Utc};
use http::{Method, Request, Response};
use lti_types::{Scope, Score, UserId};

use super::line_items::owned;
use super::{Access, LineItemRecord, Place, RequestRefusal, ScoreRecord, query, reply};
use crate::{ScoreFault, media_type};

/// A request to the scores of a line item, right in everything but whose it is.
///
/// ```
/// # use lti_services::platform::{Access, LineItemRecord, Place};
/// # use lti_types::{ClientId, ContextId, DeploymentId, LineItem};
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let access = Access::of(serde_json::from_str(r#"{"client_id": "quiz", "expires_at": "2026-01-01T01:00:00Z",
/// #     "scopes": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"]}"#)?, now)?;
/// # let course_5 = Place::new(ClientId::new("quiz")?, DeploymentId::new("1")?, ContextId::new("course-5")?);
/// # let column = LineItemRecord::new(course_5.clone(), "https://lms.example/5/lineitems/1".into(),
/// #     LineItem::new(20.0, "Quiz 9".to_owned()));
/// use lti_services::platform::ScoreRequest;
///
/// let request = http::Request::post("/5/lineitems/1/scores")
///     .header("content-type", "application/vnd.ims.lis.v1.score+json")
///     .body(br#"{"userId": "u-7", "timestamp": "2025-12-31T23:59:58.500Z", "scoreGiven": 17, "scoreMaximum": 20,
///         "activityProgress": "Completed", "gradingProgress": "FullyGraded"}"#.to_vec())?;
/// let posting = ScoreRequest::read(&request, &access)?.on(Some(&course_5), Some(column))?;
/// // Look up whether `posting.user_id()` is a member, and what is recorded for them: nothing yet.
/// let record = posting.record(true, None, now)?;
/// assert_eq!(record.grade().map(|grade| grade.out_of(100.0)), Some(85.0));
/// assert_eq!(posting.accepted().status(), 204); // once the record is stored
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ScoreRequest {
    access: Access,
    score: Score,
}

impl ScoreRequest {
    /// Reads a request: method (POST alone: scores cannot be read back), scope, media type, body.
    ///
    /// # Errors
    /// [`RequestRefusal`].
    pub fn read(request: &Request<Vec<u8>>, access: &Access) -> Result<Self, RequestRefusal> {
        if request.method() != Method::POST {
            return Err(RequestRefusal::MethodNotAllowed("POST"));
        }
        access.needs(&[Scope::Score])?;
        let score: Score = query::body(request, media_type::SCORE)?;
        ScoreFault::find(&score).map_err(RequestRefusal::Score)?;
        Ok(Self { access: access.clone(), score })
    }

    /// The score, of the line item that the URL names. `place` is what the URL says about whose it is; where it says
    /// nothing, give the record's own. Without a place nothing is found.
    ///
    /// # Errors
    /// [`RequestRefusal::NotFound`] if there is none, it is not the token's, or it is of another place than the URL
    /// says.
    pub fn on(
        self,
        place: Option<&Place>,
        record: Option<LineItemRecord>,
    ) -> Result<ScorePosting, RequestRefusal> {
        let line_item = owned(&self.access, place, record)?;
        Ok(ScorePosting { line_item, score: self.score })
    }
}

/// Neither the person nor what is said about them.
impl fmt::Debug for ScoreRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScoreRequest").field("access", &self.access).finish_non_exhaustive()
    }
}

/// A score for a line item that is the token's.
#[derive(Clone)]
pub struct ScorePosting {
    line_item: LineItemRecord,
    score: Score,
}

impl ScorePosting {
    /// The line item.
    #[must_use]
    pub fn line_item(&self) -> &LineItemRecord {
        &self.line_item
    }

    /// Whose score it is: look up whether they are in the line item's context, and what is recorded for them.
    #[must_use]
    pub fn user_id(&self) -> &UserId {
        &self.score.user_id
    }

    /// The score.
    #[must_use]
    pub fn score(&self) -> &Score {
        &self.score
    }

    /// The record after this score, from the one there is. Store it in the place of that very one, then answer with
    /// [`ScorePosting::accepted`]; if another came in between, read again.
    ///
    /// # Errors
    /// [`RequestRefusal::UserNotMember`], [`RequestRefusal::ScoreStale`], [`RequestRefusal::ScoreRepeated`];
    /// [`ScoreFault::TimestampInFuture`].
    pub fn record(
        &self,
        is_member: bool,
        before: Option<&ScoreRecord>,
        now: DateTime<Utc>,
    ) -> Result<ScoreRecord, RequestRefusal> {
        if !is_member {
            return Err(RequestRefusal::UserNotMember);
        }
        ScoreRecord::after(before, self.score.clone(), now)
    }

    /// The answer once the score is stored: 204.
    #[must_use]
    pub fn accepted(&self) -> Response<Vec<u8>> {
        reply::empty()
    }
}

/// Neither the person nor what is said about them.
impl fmt::Debug for ScorePosting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScorePosting").field("line_item", &self.line_item).finish_non_exhaustive()
    }
}
