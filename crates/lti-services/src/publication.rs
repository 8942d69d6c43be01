//! What became of a score (AGS 2.0 §3.4, OpenAPI): told from its answers, and from those that were lost.

use chrono::{DateTime, SubsecRound as _, Utc};
use lti_types::Timestamp;

use crate::{Published, Refusal, RefusalKind, RetryAfter, ServiceError};

/// What became of a score. There is one for every score, and none is silent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "that a score got lost is told here and nowhere else"]
#[non_exhaustive]
pub enum ScoreOutcome {
    /// The platform took it.
    Accepted(Published),
    /// The platform has it: it came with an attempt whose answer was lost.
    AlreadyRecorded,
    /// The platform has a newer one for this person and line item, or another one of the very same time, and keeps
    /// that.
    Stale,
    /// It did not get there.
    Failed(ScoreFailure),
}

/// Why a score did not get there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScoreFailure {
    /// What the last answer was; `None` if there was none.
    pub reason: Option<ServiceError>,
    /// Whether an attempt was made whose answer was lost: then the platform may have the score nevertheless. Sending it
    /// again with the same timestamp does no harm.
    pub may_be_recorded: bool,
}

/// What to do with a score after an attempt to publish it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// That is what became of it.
    Done(ScoreOutcome),
    /// Send the same again, with the same timestamp, later.
    Again(Option<RetryAfter>),
    /// Get another token, and send the same again. This is not said twice in a row.
    RefreshToken,
}

/// The attempts to publish one score, always with the same timestamp. How often and for how long to try is for the
/// caller to say, by [`Publication::give_up`].
///
/// ```
/// use lti_services::{Call, LineItemUrl, Publication, ScoreOutcome, Verdict};
/// use lti_types::{Score, UserId};
/// let line_item = LineItemUrl::parse(&"https://lms.example/1".into())?;
/// let call = line_item.publish(Score::graded(UserId::new("u")?, "2024-05-01T10:15:30.123Z".into(), 1.0, 1.0))?;
///
/// let mut publication = Publication::of(&call);
/// publication.answer_lost(); // the connection broke after the score was sent
/// let answer = http::Response::builder().status(409).body(Vec::new())?;
/// assert_eq!(publication.judge(call.read(answer)), Verdict::Done(ScoreOutcome::AlreadyRecorded));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Publication {
    timestamp: Option<DateTime<Utc>>,
    may_be_recorded: bool,
    later_sent: bool,
    token_refreshed: bool,
    last: Option<ServiceError>,
}

impl Publication {
    /// Of a score that was not sent yet. After a restart, when nobody knows whether it was, say
    /// [`Publication::answer_lost`] first.
    #[must_use]
    pub fn of(call: &crate::PublishScore) -> Self {
        Self {
            timestamp: call.score().timestamp.to_utc(),
            may_be_recorded: false,
            later_sent: false,
            token_refreshed: false,
            last: None,
        }
    }

    /// An attempt got no answer, though the score may have been sent: a timeout, a broken connection, an answer that
    /// was cut off. (Where the connection was never made, there was no attempt: say nothing.)
    pub fn answer_lost(&mut self) {
        self.may_be_recorded = true;
    }

    /// A score with a later timestamp was sent meanwhile for the same person and line item: a conflict is then with
    /// that one.
    pub fn later_score_sent(&mut self) {
        self.later_sent = true;
    }

    /// What an answer means, after all that went before.
    ///
    /// An older timestamp is refused with 409, or, by Canvas, with 400 and a sentence (quirks 55, 56). On the first
    /// attempt that is a newer score of somebody's: [`ScoreOutcome::Stale`]. After an attempt whose answer was lost it
    /// is most likely our own: [`ScoreOutcome::AlreadyRecorded`], unless the platform says that what it has is newer,
    /// as Canvas and this crate's own platform do. Any other 400 is a failure, whatever went before.
    #[must_use]
    pub fn judge(&mut self, answer: Result<Published, ServiceError>) -> Verdict {
        let error = match answer {
            Ok(published) => return Verdict::Done(ScoreOutcome::Accepted(published)),
            Err(error) => error,
        };
        if error.is_about_the_token() {
            // The new one may expire too, later; only one that is refused at once is not worth another.
            let again = !std::mem::replace(&mut self.token_refreshed, true);
            self.last = Some(error);
            return if again { Verdict::RefreshToken } else { Verdict::Done(self.clone().give_up()) };
        }
        self.token_refreshed = false;
        let mut again = None;
        if let ServiceError::Refused(refusal) = &error {
            if let Some(recorded) = self.conflict(refusal) {
                return Verdict::Done(recorded);
            }
            self.may_be_recorded |= refusal.may_have_been_done();
            again = refusal.is_retryable().then(|| Verdict::Again(refusal.retry_after()));
        } else {
            // A success whose body nobody would expect of this platform: who knows who answered.
            self.may_be_recorded = true;
        }
        self.last = Some(error);
        again.unwrap_or_else(|| Verdict::Done(self.clone().give_up()))
    }

    /// What became of it if no more attempts are made: failed, for the reason of the last answer.
    pub fn give_up(self) -> ScoreOutcome {
        ScoreOutcome::Failed(ScoreFailure { reason: self.last, may_be_recorded: self.may_be_recorded })
    }

    /// What a refusal for the sake of the timestamp means; `None` if it is another refusal.
    fn conflict(&self, refusal: &Refusal) -> Option<ScoreOutcome> {
        const CANVAS: &str = "before last updated timestamp of ";
        let by_words = refusal.status() == 400 && refusal.says(CANVAS.trim_end());
        if refusal.kind() != RefusalKind::Conflict && !by_words {
            return None;
        }
        let stale = match refusal.error_code() {
            _ if by_words => match self.is_newer(refusal.untrusted_detail(), CANVAS) {
                Some(true) => true,
                // Of our very time, so ours if it was sent before.
                Some(false) => !self.may_be_recorded,
                None => !self.may_be_recorded || self.later_sent,
            },
            // Our own platform compares the whole score, and so it knows.
            Some(crate::platform::SCORE_REPEATED) => false,
            Some(crate::platform::SCORE_STALE) => true,
            _ => !self.may_be_recorded || self.later_sent,
        };
        Some(if stale { ScoreOutcome::Stale } else { ScoreOutcome::AlreadyRecorded })
    }

    /// Whether the time that Canvas says it has is later than ours, to the millisecond that it prints.
    fn is_newer(&self, detail: &str, phrase: &str) -> Option<bool> {
        let at = detail.to_ascii_lowercase().find(phrase)?;
        let rest = detail.get(at + phrase.len()..)?;
        let theirs: String = rest
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | ':' | '.'))
            .collect();
        let theirs = Timestamp::from(theirs.trim_end_matches('.')).to_utc()?;
        Some(theirs.trunc_subsecs(3) > self.timestamp?.trunc_subsecs(3))
    }
}

#[cfg(test)]
mod tests {
    use http::Response;
    use lti_types::{Score, UserId};

    use super::*;
    use crate::{Call as _, LineItemUrl, PublishScore};

    fn call() -> PublishScore {
        let line_item = LineItemUrl::parse(&"https://lms.example/1".into()).unwrap();
        let score = Score::graded(UserId::new("u").unwrap(), "2024-05-01T10:15:30.123Z".into(), 1.0, 1.0);
        line_item.publish(score).unwrap()
    }

    fn answer(status: u16, body: &str) -> Result<Published, ServiceError> {
        call().read(Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap())
    }

    fn judge(history: &[&str], status: u16, body: &str) -> String {
        let mut publication = Publication::of(&call());
        for event in history {
            match *event {
                "lost" => publication.answer_lost(),
                "later" => publication.later_score_sent(),
                status => drop(publication.judge(answer(status.parse().unwrap(), ""))),
            }
        }
        match publication.judge(answer(status, body)) {
            Verdict::Done(ScoreOutcome::Accepted(published)) => format!("accepted {}", published.finished),
            Verdict::Done(ScoreOutcome::AlreadyRecorded) => "recorded".to_owned(),
            Verdict::Done(ScoreOutcome::Stale) => "stale".to_owned(),
            Verdict::Done(ScoreOutcome::Failed(failure)) => {
                format!(
                    "failed {}{}",
                    failure.reason.unwrap().code(),
                    if failure.may_be_recorded { "?" } else { "" }
                )
            }
            Verdict::Again(after) => format!("again {}", after.is_some()),
            Verdict::RefreshToken => "token".to_owned(),
        }
    }

    const CANVAS: &str = r#"{"errors":{"type":"bad_request","message":"Provided timestamp of 2024-05-01T10:15:30.123Z before last updated timestamp of "#;

    #[test]
    fn quirks_55_56_a_repeat_is_told_from_a_stale_score() {
        let canvas = |time: &str| format!("{CANVAS}{time}\"}}}}");
        for (history, status, body, expected) in [
            (&[][..], 200, "", "accepted true"),
            (&[], 201, r#"{"resultUrl":"https://lms.example/r/1"}"#, "accepted true"),
            (&[], 202, "not json", "accepted false"),
            (&[], 204, "", "accepted true"),
            (&["lost"], 200, "", "accepted true"),
            (&[], 200, "<!DOCTYPE html><form>", "failed web_page?"),
            (&[], 409, "", "stale"),
            (&["lost"], 409, "", "recorded"),
            (&["500"], 409, "", "recorded"),
            (&["502"], 409, "", "recorded"),
            // These say that nothing was done.
            (&["429"], 409, "", "stale"),
            (&["503"], 409, "", "stale"),
            (&["401"], 409, "", "stale"),
            (&["lost", "later"], 409, "", "stale"),
            // Our own platform says which.
            (&["lost"], 409, r#"{"error":"score_stale"}"#, "stale"),
            (&["lost"], 409, r#"{"error":"score_repeated"}"#, "recorded"),
            (&[], 409, r#"{"error":"score_repeated"}"#, "recorded"),
            // Canvas says it in words, with the time it has.
            (&[], 400, &canvas("2024-05-01T10:15:31.000Z"), "stale"),
            (&["lost"], 400, &canvas("2024-05-01T10:15:31.000Z"), "stale"),
            (&["lost"], 400, &canvas("2024-05-01T10:15:30.123Z"), "recorded"),
            (&["lost", "later"], 400, &canvas("2024-05-01T10:15:30.123Z"), "recorded"),
            (&[], 400, &canvas("2024-05-01T10:15:30.123Z"), "stale"),
            (&["lost"], 400, &canvas("just now"), "recorded"),
            (&[], 400, &canvas("just now"), "stale"),
            // Any other 400 is a failure, whatever went before.
            (&["lost"], 400, "Provided timestamp of x not a valid timestamp", "failed request_refused?"),
            (&[], 422, "", "failed request_refused"),
            (&[], 404, "", "failed not_found"),
            (&[], 403, "", "failed forbidden"),
            (&["lost"], 404, "", "failed not_found?"),
            (&[], 401, "", "token"),
            (&["401"], 401, "", "failed token_rejected"),
            // A token that was good in between has expired: that one may be renewed too.
            (&["401", "503"], 401, "", "token"),
            (&["401", "503", "401"], 401, "", "failed token_rejected"),
            (&[], 429, "", "again false"),
            (&[], 503, "", "again false"),
            (&[], 500, "", "again false"),
        ] {
            assert_eq!(judge(history, status, body), expected, "{history:?} {status} {body}");
        }
    }

    #[test]
    fn giving_up_says_whether_it_may_be_there() {
        let outcome = |publication: &Publication| match publication.clone().give_up() {
            ScoreOutcome::Failed(failure) => {
                (failure.reason.map(|reason| reason.code()), failure.may_be_recorded)
            }
            other => panic!("{other:?}"),
        };
        let mut publication = Publication::of(&call());
        assert_eq!(outcome(&publication), (None, false));
        let _ = publication.judge(answer(429, ""));
        assert_eq!(outcome(&publication), (Some("rate_limited"), false), "the last answer is the reason");
        publication.answer_lost();
        assert_eq!(outcome(&publication), (Some("rate_limited"), true));
        let _ = publication.judge(answer(401, ""));
        assert_eq!(outcome(&publication), (Some("token_rejected"), true));
    }
}
