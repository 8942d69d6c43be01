//! Publishing scores and listing results (AGS 2.0 §3.3, §3.4).

use std::fmt;
use std::num::NonZeroU32;

use http::{Method, Request, Response};
use lti_types::{LineItemResult, Scope, Score, UserId, WireUrl};

use crate::call::{request, success};
use crate::walk::Walk;
use crate::{AccessToken, Call, LineItemUrl, Page, ScoreFault, ServiceError, ServiceUrl, media_type};

/// Publishes a score (AGS 2.0 §3.4). Sending the same one again, with the same timestamp, does no harm: that is how a
/// lost answer is dealt with ([`crate::Publication`]).
///
/// ```
/// use lti_services::{Call, LineItemUrl};
/// use lti_types::{Score, UserId};
/// let line_item = LineItemUrl::parse(&"https://moodle.example/16/lineitem?type_id=1".into())?;
/// let score = Score::graded(UserId::new("u-7")?, "2024-05-01T10:15:30.123Z".into(), 0.0, 20.0);
/// let call = line_item.publish(score)?;
/// assert_eq!(call.url().as_str(), "https://moodle.example/16/lineitem/scores?type_id=1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct PublishScore {
    url: ServiceUrl,
    score: Score,
    body: Vec<u8>,
}

impl PublishScore {
    /// A score for a line item.
    ///
    /// # Errors
    /// [`ScoreFault`]: what every platform would refuse, or take for something else: a score that is no number would be
    /// written as `null`, and clear the grade.
    pub fn new(line_item: &LineItemUrl, score: Score) -> Result<Self, ScoreFault> {
        ScoreFault::find(&score)?;
        let body = serde_json::to_vec(&score).map_err(|_| ScoreFault::Unwritable)?;
        Ok(Self { url: line_item.url().child("scores"), score, body })
    }

    /// The score.
    #[must_use]
    pub fn score(&self) -> &Score {
        &self.score
    }
}

impl Call for PublishScore {
    type Response = Published;
    const SCOPE: Scope = Scope::Score;
    const REPEATABLE: bool = true;

    fn url(&self) -> &ServiceUrl {
        &self.url
    }

    fn to_http(&self, token: &AccessToken) -> Request<Vec<u8>> {
        let body = (media_type::SCORE, self.body.clone());
        request(Method::POST, &self.url, media_type::SCORE, Some(body), token)
    }

    /// Any status of success is one, whatever the body; only a web page, or more than
    /// [`crate::MAX_RESPONSE_BYTES`], is none.
    fn read(&self, response: Response<Vec<u8>>) -> Result<Published, ServiceError> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            result_url: Option<WireUrl>,
        }
        let finished = response.status() != http::StatusCode::ACCEPTED;
        let (_, body) = success(response)?;
        let result_url = serde_json::from_slice::<Body>(&body).ok().and_then(|body| body.result_url);
        Ok(Published { finished, result_url })
    }
}

/// Neither the person nor what is said about them.
impl fmt::Debug for PublishScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishScore")
            .field("url", &self.url)
            .field("timestamp", &self.score.timestamp)
            .finish_non_exhaustive()
    }
}

/// A score was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Published {
    /// Whether the platform is done with it; otherwise (202) it will be.
    pub finished: bool,
    /// The result that came of it, where the platform says so (Canvas's `resultUrl`).
    pub result_url: Option<WireUrl>,
}

/// Lists the results of a line item (AGS 2.0 §3.3): what became of scores, and what people entered by hand.
///
/// ```
/// use lti_services::{Call, LineItemUrl};
/// use lti_types::UserId;
///
/// let ada = UserId::new("u-7")?;
/// let call = LineItemUrl::parse(&"https://lms.example/5/lineitems/1".into())?.results().of_user(&ada);
/// assert_eq!(call.url().as_str(), "https://lms.example/5/lineitems/1/results?user_id=u-7");
///
/// let answer = br#"[{"userId": "u-7", "resultScore": 17, "resultMaximum": 20}]"#;
/// let page = call.read(http::Response::new(answer.to_vec()))?;
/// let hers = page.items.iter().find(|result| result.user_id == ada);
/// assert_eq!(hers.and_then(|result| result.result_score), Some(17.0));
/// assert!(page.next.is_none()); // otherwise the call for the next page
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListResults {
    walk: Walk,
}

impl ListResults {
    /// All results of a line item.
    #[must_use]
    pub fn new(line_item: &LineItemUrl) -> Self {
        Self { walk: Walk::from(line_item.url().child("results")) }
    }

    /// Only that of one person. Hold the answer against it nevertheless: some platforms ignore the filter.
    #[must_use]
    pub fn of_user(self, user: &UserId) -> Self {
        Self { walk: self.walk.with_parameter("user_id", user.as_str()) }
    }

    /// At most so many on a page.
    #[must_use]
    pub fn limit(self, most: NonZeroU32) -> Self {
        Self { walk: self.walk.with_parameter("limit", &most.to_string()) }
    }
}

impl Call for ListResults {
    type Response = Page<Self, LineItemResult>;
    const SCOPE: Scope = Scope::ResultReadOnly;
    const REPEATABLE: bool = true;

    fn url(&self) -> &ServiceUrl {
        self.walk.url()
    }

    fn to_http(&self, token: &AccessToken) -> Request<Vec<u8>> {
        request(Method::GET, self.url(), media_type::RESULT_CONTAINER, None, token)
    }

    fn read(&self, response: Response<Vec<u8>>) -> Result<Self::Response, ServiceError> {
        let (items, next) = self.walk.read(response)?;
        Ok(Page::new(items, next.map(|walk| Self { walk })))
    }
}
