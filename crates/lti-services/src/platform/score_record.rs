//! What a platform remembers of the scores for one person and line item (AGS 2.0 §3.4; rules AGS-P11 to AGS-P16).

use std::fmt;

use chrono::{DateTime, Utc};
use lti_types::{ActivityProgress, GradingProgress, Score, Submission, Timestamp};
use serde::{Deserialize, Serialize};

use super::RequestRefusal;
use crate::ScoreFault;

/// What the scores for one person and line item add up to. Store it under both; a new one only in the place of the very
/// one it was made from, so that two scores at a time cannot overwrite each other.
///
/// ```
/// use chrono::DateTime;
/// use lti_services::platform::ScoreRecord;
/// use lti_types::{Score, UserId};
/// let now = DateTime::from_timestamp(1_714_558_531, 0).unwrap();
/// let user = UserId::new("u-7")?;
/// let first = Score::graded(user.clone(), "2024-05-01T10:15:30.123Z".into(), 15.0, 20.0);
/// let record = ScoreRecord::after(None, first, now)?;
/// assert_eq!(record.grade().unwrap().given, 15.0);
///
/// let older = Score::graded(user, "2024-05-01T10:15:30.122Z".into(), 1.0, 20.0);
/// assert_eq!(ScoreRecord::after(Some(&record), older, now).unwrap_err().code(), "score_stale");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreRecord {
    last: Score,
    timestamp: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grade: Option<Grade>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    submitted_at: Option<Timestamp>,
    /// The first score that said that the work was begun, and the first that it was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_started: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_submitted: Option<Timestamp>,
}

/// Neither the person nor what is said about them.
impl fmt::Debug for ScoreRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScoreRecord").field("timestamp", &self.timestamp).finish_non_exhaustive()
    }
}

/// Points, and what they are out of.
///
/// ```
/// use lti_services::platform::Grade;
///
/// let grade = Grade::new(17.0, 20.0);
/// assert_eq!((grade.out_of(20.0), grade.out_of(100.0)), (17.0, 85.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Grade {
    /// The points; more than `maximum` for extra credit.
    pub given: f64,
    /// What they are out of.
    pub maximum: f64,
}

impl Grade {
    /// So many points out of so many.
    #[must_use]
    pub fn new(given: f64, maximum: f64) -> Self {
        Self { given, maximum }
    }

    /// The points out of another maximum (AGS 2.0 §3.4.6): exactly those given where it is the same.
    #[must_use]
    pub fn out_of(self, maximum: f64) -> f64 {
        // Equal maxima are the usual case, and must not cost the last digit.
        if maximum == self.maximum {
            return self.given;
        }
        let exact = self.given * maximum / self.maximum;
        let scaled = if exact.is_finite() { exact } else { self.given / self.maximum * maximum };
        if scaled.is_finite() { scaled } else { f64::MAX }
    }
}

impl ScoreRecord {
    /// The record after another score.
    ///
    /// - One that is not later than the last is refused (AGS-P11): [`RequestRefusal::ScoreRepeated`] if it is the very
    ///   same score once more, [`RequestRefusal::ScoreStale`] for any other. A tool whose answer was lost is told by
    ///   that whether its score is recorded.
    /// - No score clears the grade; a score that is not `FullyGraded` leaves the last final one in place (AGS-P13,
    ///   AGS-P16).
    /// - `startedAt` and `submittedAt` follow AGS-P14.
    ///
    /// # Errors
    /// [`RequestRefusal`]; also [`RequestRefusal::Score`] for a score that is none, or of a time more than
    /// [`ScoreFault::MAX_AHEAD`] after `now`: every later score would be older than that one, until that day has come.
    /// [`RequestRefusal::Internal`] if `before` is another person's.
    pub fn after(before: Option<&Self>, score: Score, now: DateTime<Utc>) -> Result<Self, RequestRefusal> {
        ScoreFault::find(&score).map_err(RequestRefusal::Score)?;
        let timestamp = score.timestamp.to_utc().ok_or(RequestRefusal::Score(ScoreFault::Timestamp))?;
        if timestamp.signed_duration_since(now) > ScoreFault::MAX_AHEAD {
            return Err(RequestRefusal::Score(ScoreFault::TimestampInFuture));
        }
        if let Some(before) = before {
            // Two people's scores in one record would give one the grade of the other.
            if before.last.user_id != score.user_id {
                return Err(RequestRefusal::Internal);
            }
            match timestamp.cmp(&before.timestamp) {
                std::cmp::Ordering::Less => return Err(RequestRefusal::ScoreStale),
                std::cmp::Ordering::Equal if before.is_of(&score) => {
                    return Err(RequestRefusal::ScoreRepeated);
                }
                std::cmp::Ordering::Equal => return Err(RequestRefusal::ScoreStale),
                std::cmp::Ordering::Greater => {}
            }
        }
        let grade = match (score.score_given, score.score_maximum) {
            (Some(given), Some(maximum)) if score.grading_progress == GradingProgress::FullyGraded => {
                Some(Grade { given, maximum })
            }
            (Some(_), _) => before.and_then(|record| record.grade),
            (None, _) => None,
        };

        use ActivityProgress::{Completed, InProgress, Initialized, Started, Submitted};
        let activity = score.activity_progress.clone();
        let then = || Some(score.timestamp.clone());
        let begins = matches!(activity, Started | InProgress);
        let hands_in = matches!(activity, Submitted | Completed);
        let mut first_started = before.and_then(|record| record.first_started.clone());
        let mut first_submitted = before.and_then(|record| record.first_submitted.clone());
        let mut started_at = before.and_then(|record| record.started_at.clone());
        let mut submitted_at = before.and_then(|record| record.submitted_at.clone());
        if activity == Initialized {
            (started_at, first_started) = (None, None);
        }
        if !hands_in {
            (submitted_at, first_submitted) = (None, None);
        }
        if begins && first_started.is_none() {
            first_started = then();
        }
        if hands_in && first_submitted.is_none() {
            first_submitted = then();
        }
        let sent = |time: fn(&Submission) -> Option<&Timestamp>| {
            score.submission.as_ref().and_then(time).filter(|time| !time.is_blank()).cloned()
        };
        if let Some(time) = sent(|submission| submission.started_at.as_ref()) {
            started_at = Some(time);
        }
        if let Some(time) = sent(|submission| submission.submitted_at.as_ref()) {
            submitted_at = Some(time);
        }
        Ok(Self { timestamp, grade, started_at, submitted_at, first_started, first_submitted, last: score })
    }

    /// Whether it was made from that very score, however its time is written.
    fn is_of(&self, score: &Score) -> bool {
        let mut same = score.clone();
        same.timestamp.clone_from(&self.last.timestamp);
        same == self.last
    }

    /// The last score, as it came.
    #[must_use]
    pub fn last(&self) -> &Score {
        &self.last
    }

    /// Its time.
    #[must_use]
    pub fn timestamp(&self) -> DateTime<Utc> {
        self.timestamp
    }

    /// The last final grade: the only one that a learner may see.
    #[must_use]
    pub fn grade(&self) -> Option<Grade> {
        self.grade
    }

    /// The remark: each score replaces it, and one without clears it.
    #[must_use]
    pub fn comment(&self) -> Option<&str> {
        self.last.comment()
    }

    /// When the work was begun: as the tool said, or else the time of the first score that said so.
    #[must_use]
    pub fn started_at(&self) -> Option<&Timestamp> {
        self.started_at.as_ref().or(self.first_started.as_ref())
    }

    /// When the work was handed in: as the tool said, or else the time of the first score that said so.
    #[must_use]
    pub fn submitted_at(&self) -> Option<&Timestamp> {
        self.submitted_at.as_ref().or(self.first_submitted.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use lti_types::UserId;

    use super::*;
    use crate::platform::ResultEntry;

    #[test]
    fn neither_a_record_nor_an_entry_shows_a_grade() {
        let user = UserId::new("u-7").unwrap();
        let mut score = Score::graded(user.clone(), "2024-05-01T10:15:30.123Z".into(), 17.25, 20.0);
        score.comment = Some("Late".to_owned());
        let now = DateTime::from_timestamp(1_714_558_531, 0).unwrap();
        let record = ScoreRecord::after(None, score, now).unwrap();
        let mut entry = ResultEntry::new(&user, Some(&record));
        (entry.overridden, entry.comment) = (Some(17.25), Some("Late"));
        let shown = format!("{record:?} {entry:?}");
        for hidden in ["u-7", "17.25", "Late"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
}
