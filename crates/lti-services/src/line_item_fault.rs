//! What is wrong with a line item or a score before it is sent, and when it is received (AGS 2.0 §3.2, §3.4).

use chrono::TimeDelta;
use lti_types::{ActivityProgress, GradingProgress, LineItem, Score, Timestamp};

/// What is wrong with a line item (AGS 2.0 §3.2).
///
/// ```
/// use lti_services::LineItemFault;
/// use lti_types::LineItem;
///
/// assert_eq!(LineItemFault::find(&LineItem::new(20.0, "Quiz 9".to_owned())), Ok(()));
/// assert_eq!(LineItemFault::find(&LineItem::new(0.0, "Quiz 9".to_owned())), Err(LineItemFault::ScoreMaximum));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum LineItemFault {
    /// The label is blank.
    #[error("label is blank")]
    LabelBlank,
    /// The most points are not a number more than zero.
    #[error("scoreMaximum is not more than zero")]
    ScoreMaximum,
    /// `resourceId` is longer than 256 characters.
    #[error("resourceId is longer than 256 characters")]
    ResourceIdTooLong,
    /// `tag` is longer than 256 characters.
    #[error("tag is longer than 256 characters")]
    TagTooLong,
    /// `resourceLinkId` is no identifier.
    #[error("resourceLinkId is no identifier")]
    ResourceLinkId,
    /// A time that is none, or has no zone.
    #[error("startDateTime or endDateTime is no time with a zone")]
    DateTime,
    /// The `id` is that of another line item.
    #[error("id is that of another line item")]
    OtherId,
    /// A line item cannot be moved to another link.
    #[error("resourceLinkId cannot be changed")]
    OtherLink,
    /// It cannot be written as JSON.
    #[error("the line item cannot be written as JSON")]
    Unwritable,
}

impl LineItemFault {
    /// The first fault of a line item.
    ///
    /// # Errors
    /// The fault.
    pub fn find(item: &LineItem) -> Result<(), Self> {
        if item.label.trim().is_empty() {
            return Err(Self::LabelBlank);
        }
        if !(item.score_maximum.is_finite() && item.score_maximum > 0.0) {
            return Err(Self::ScoreMaximum);
        }
        let too_long =
            |text: Option<&str>| text.is_some_and(|text| text.chars().count() > LineItem::MAX_NAME);
        if too_long(item.resource_id()) {
            return Err(Self::ResourceIdTooLong);
        }
        if too_long(item.tag()) {
            return Err(Self::TagTooLong);
        }
        if item.resource_link_id.as_ref().is_some_and(|id| !id.is_empty())
            && item.resource_link_id().is_none()
        {
            return Err(Self::ResourceLinkId);
        }
        let readable = |time: Option<&Timestamp>| time.is_none_or(|t| t.is_blank() || t.to_utc().is_some());
        if !readable(item.start_date_time.as_ref()) || !readable(item.end_date_time.as_ref()) {
            return Err(Self::DateTime);
        }
        Ok(())
    }

    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::LabelBlank => "label_blank",
            Self::ScoreMaximum => "score_maximum_invalid",
            Self::ResourceIdTooLong => "resource_id_too_long",
            Self::TagTooLong => "tag_too_long",
            Self::ResourceLinkId => "resource_link_id_invalid",
            Self::DateTime => "date_time_invalid",
            Self::OtherId => "id_mismatch",
            Self::OtherLink => "resource_link_id_mismatch",
            Self::Unwritable => "line_item_unwritable",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "AGS 2.0 §3.2"
    }
}

/// What is wrong with a score (AGS 2.0 §3.4).
///
/// ```
/// use lti_services::ScoreFault;
/// use lti_types::{Score, UserId};
///
/// let score = Score::graded(UserId::new("u-7")?, "2026-06-30T12:00:00".into(), 17.0, 20.0);
/// assert_eq!(ScoreFault::find(&score), Err(ScoreFault::Timestamp)); // it has no zone
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ScoreFault {
    /// The timestamp is no time, or has no zone.
    #[error("timestamp is no time with a zone")]
    Timestamp,
    /// The timestamp is more than [`ScoreFault::MAX_AHEAD`] ahead of the platform's clock; only the platform says so.
    #[error("timestamp is in the future")]
    TimestampInFuture,
    /// `activityProgress` is none of the five.
    #[error("activityProgress is none of the vocabulary")]
    ActivityProgress,
    /// `gradingProgress` is none of the five.
    #[error("gradingProgress is none of the vocabulary")]
    GradingProgress,
    /// `scoreGiven` is negative, or no number.
    #[error("scoreGiven is not zero or more")]
    ScoreGiven,
    /// `scoreGiven` without `scoreMaximum`.
    #[error("scoreGiven without scoreMaximum")]
    ScoreMaximumMissing,
    /// `scoreMaximum` is not a number more than zero.
    #[error("scoreMaximum is not more than zero")]
    ScoreMaximum,
    /// A time of the submission is none, or has no zone.
    #[error("a time of the submission is no time with a zone")]
    SubmissionTime,
    /// The work was handed in before it was begun.
    #[error("submittedAt is before startedAt")]
    SubmissionOrder,
    /// It cannot be written as JSON.
    #[error("the score cannot be written as JSON")]
    Unwritable,
}

impl ScoreFault {
    /// How far ahead of its own clock a platform takes a timestamp for one of a clock that is set wrong: a day.
    pub const MAX_AHEAD: TimeDelta = TimeDelta::days(1);

    /// The first fault of a score.
    ///
    /// # Errors
    /// The fault.
    pub fn find(score: &Score) -> Result<(), Self> {
        if score.timestamp.to_utc().is_none() {
            return Err(Self::Timestamp);
        }
        if matches!(score.activity_progress, ActivityProgress::Other(_)) {
            return Err(Self::ActivityProgress);
        }
        if matches!(score.grading_progress, GradingProgress::Other(_)) {
            return Err(Self::GradingProgress);
        }
        if score.score_given.is_some_and(|given| !(given.is_finite() && given >= 0.0)) {
            return Err(Self::ScoreGiven);
        }
        if score.score_maximum.is_some_and(|maximum| !(maximum.is_finite() && maximum > 0.0)) {
            return Err(Self::ScoreMaximum);
        }
        if score.score_given.is_some() && score.score_maximum.is_none() {
            return Err(Self::ScoreMaximumMissing);
        }
        if let Some(submission) = &score.submission {
            let read = |time: Option<&Timestamp>| match time.filter(|time| !time.is_blank()) {
                Some(time) => time.to_utc().map(Some).ok_or(Self::SubmissionTime),
                None => Ok(None),
            };
            let started = read(submission.started_at.as_ref())?;
            let submitted = read(submission.submitted_at.as_ref())?;
            if let (Some(started), Some(submitted)) = (started, submitted)
                && submitted < started
            {
                return Err(Self::SubmissionOrder);
            }
        }
        Ok(())
    }

    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Timestamp => "timestamp_invalid",
            Self::TimestampInFuture => "timestamp_in_future",
            Self::ActivityProgress => "activity_progress_invalid",
            Self::GradingProgress => "grading_progress_invalid",
            Self::ScoreGiven => "score_given_invalid",
            Self::ScoreMaximumMissing => "score_maximum_missing",
            Self::ScoreMaximum => "score_maximum_invalid",
            Self::SubmissionTime => "submission_time_invalid",
            Self::SubmissionOrder => "submission_order",
            Self::Unwritable => "score_unwritable",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "AGS 2.0 §3.4"
    }
}

#[cfg(test)]
mod tests {
    use lti_types::{Submission, UserId};

    use super::*;

    #[test]
    fn x32_scores_that_are_none() {
        let good = Score::graded(UserId::new("u").unwrap(), "2024-05-01T10:15:30.123Z".into(), 0.0, 20.0);
        assert_eq!(ScoreFault::find(&good), Ok(()));
        type Change = fn(&mut Score);
        let cases: [(Change, ScoreFault); 12] = [
            (|s| s.score_given = Some(-0.5), ScoreFault::ScoreGiven),
            (|s| s.score_given = Some(f64::NAN), ScoreFault::ScoreGiven),
            (|s| s.score_given = Some(f64::INFINITY), ScoreFault::ScoreGiven),
            (|s| s.score_maximum = None, ScoreFault::ScoreMaximumMissing),
            (|s| s.score_maximum = Some(0.0), ScoreFault::ScoreMaximum),
            (|s| s.score_maximum = Some(f64::NAN), ScoreFault::ScoreMaximum),
            (|s| s.timestamp = "2024-05-01T10:15:30".into(), ScoreFault::Timestamp),
            (|s| s.activity_progress = "Done".into(), ScoreFault::ActivityProgress),
            (|s| s.grading_progress = "fullygraded".into(), ScoreFault::GradingProgress),
            (|s| s.submission = Some(period("x", "")), ScoreFault::SubmissionTime),
            (|s| s.submission = Some(period("", "2024-05-01")), ScoreFault::SubmissionTime),
            (
                |s| s.submission = Some(period("2024-05-01T10:00:00Z", "2024-05-01T11:59:59+02:00")),
                ScoreFault::SubmissionOrder,
            ),
        ];
        for (change, fault) in cases {
            let mut score = good.clone();
            change(&mut score);
            assert_eq!(ScoreFault::find(&score), Err(fault));
        }
        let mut extra = good.clone();
        extra.score_given = Some(25.0);
        assert_eq!(ScoreFault::find(&extra), Ok(()), "x31: extra credit");
        extra.submission = Some(period("2024-05-01T10:00:00Z", "2024-05-01T12:00:00+02:00"));
        assert_eq!(ScoreFault::find(&extra), Ok(()));
    }

    fn period(started: &str, submitted: &str) -> Submission {
        let mut submission = Submission::new();
        submission.started_at = Some(started.into());
        submission.submitted_at = Some(submitted.into());
        submission
    }

    #[test]
    fn line_items_that_are_none() {
        let good = LineItem::new(20.0, "Quiz".to_owned());
        assert_eq!(LineItemFault::find(&good), Ok(()));
        type Change = fn(&mut LineItem);
        let cases: [(Change, LineItemFault); 7] = [
            (|i| i.label = "\t".to_owned(), LineItemFault::LabelBlank),
            (|i| i.score_maximum = 0.0, LineItemFault::ScoreMaximum),
            (|i| i.score_maximum = f64::INFINITY, LineItemFault::ScoreMaximum),
            (|i| i.resource_id = Some("é".repeat(257)), LineItemFault::ResourceIdTooLong),
            (|i| i.tag = Some("x".repeat(257)), LineItemFault::TagTooLong),
            (|i| i.resource_link_id = Some("\n".to_owned()), LineItemFault::ResourceLinkId),
            (|i| i.end_date_time = Some("tomorrow".into()), LineItemFault::DateTime),
        ];
        for (change, fault) in cases {
            let mut item = good.clone();
            change(&mut item);
            assert_eq!(LineItemFault::find(&item), Err(fault));
        }
        let mut blank = good;
        blank.end_date_time = Some("".into());
        (blank.resource_id, blank.resource_link_id) = (Some("é".repeat(256)), Some(String::new()));
        assert_eq!(LineItemFault::find(&blank), Ok(()));
    }
}
