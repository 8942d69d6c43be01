//! Scores: what a tool tells a platform about one person's work (AGS 2.0 §3.4).

use crate::lossless::Amount;
use crate::object::wire_object;
use crate::open_enum::open_enum;
use crate::tolerant::{Object, Text};
use crate::{Timestamp, UserId};

open_enum! {
    /// How far the person is (AGS 2.0 §3.4.7).
    ActivityProgress {
        /// Not begun, or set back.
        Initialized = "Initialized",
        /// Begun.
        Started = "Started",
        /// Being worked on; there may be comments already.
        InProgress = "InProgress",
        /// Handed in at least once; more may come.
        Submitted = "Submitted",
        /// Done.
        Completed = "Completed",
    }
}

open_enum! {
    /// How far the grading is (AGS 2.0 §3.4.8).
    GradingProgress {
        /// The grade is final. Platforms may ignore scores that are not.
        FullyGraded = "FullyGraded",
        /// Not final yet, and no human is needed.
        Pending = "Pending",
        /// Waiting for a human.
        PendingManual = "PendingManual",
        /// The grading failed.
        Failed = "Failed",
        /// Nothing is being graded.
        NotReady = "NotReady",
    }
}

wire_object! {
    /// What a tool tells about one person's work on one line item (AGS 2.0 §3.4).
    ///
    /// ```
    /// use lti_types::{ActivityProgress, GradingProgress, Score, UserId};
    /// let time = chrono::DateTime::from_timestamp_millis(1_714_558_530_123).unwrap();
    /// let score = Score::graded(UserId::new("u-7")?, time.into(), 0.1 + 0.2, 1.0);
    /// assert_eq!(serde_json::to_string(&score)?, concat!(
    ///     r#"{"userId":"u-7","timestamp":"2024-05-01T10:15:30.123Z","activityProgress":"Completed","#,
    ///     r#""gradingProgress":"FullyGraded","scoreGiven":0.30000000000000004,"scoreMaximum":1.0}"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Score {
        required {
            /// Whose work it is; `sub` of their launches.
            user_id: UserId = "userId",
            /// When this became so. For one person and line item each is later than the one before, never the same.
            timestamp: Timestamp = "timestamp",
            /// How far the person is.
            activity_progress: ActivityProgress = "activityProgress",
            /// How far the grading is.
            grading_progress: GradingProgress = "gradingProgress",
        }
        optional {
            /// The points; zero or more, and more than the maximum for extra credit. **Absent means that there is no
            /// score, and clears one that was sent before.** Zero is a score.
            score_given: f64 = "scoreGiven" as Amount,
            /// The points that `score_given` is out of; more than zero, required with it.
            score_maximum: f64 = "scoreMaximum" as Amount,
            /// A remark to the learner, plain text. Absent or blank clears one that was sent before.
            comment: String = "comment" as Text,
            /// Who graded.
            scoring_user_id: UserId = "scoringUserId",
            /// When the work was begun and handed in.
            submission: Submission = "submission" as Object<Submission>,
        }
    }
}

wire_object! {
    /// When work was begun and handed in (AGS 2.0 §3.4.10).
    ///
    /// ```
    /// use lti_types::{Score, Submission, UserId};
    ///
    /// let mut score = Score::graded(UserId::new("u-7")?, "2026-06-30T12:00:05.000Z".into(), 17.0, 20.0);
    /// let mut submission = Submission::new();
    /// submission.submitted_at = Some("2026-06-30T11:59:00.000Z".into()); // in time, whenever it was graded
    /// score.submission = Some(submission);
    /// assert!(serde_json::to_string(&score)?.contains("submittedAt"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    Submission {
        required {}
        optional {
            /// When it was begun.
            started_at: Timestamp = "startedAt",
            /// When it was handed in; not before it was begun.
            submitted_at: Timestamp = "submittedAt",
        }
    }
}

impl Score {
    /// A final grade of completed work: `given` points out of `maximum`, in this order. More points than the maximum
    /// are legal, so nobody notices when the two are swapped.
    ///
    /// ```
    /// use lti_types::{Score, UserId};
    ///
    /// let score = Score::graded(UserId::new("u-7")?, "2026-06-30T12:00:05.000Z".into(), 17.0, 20.0);
    /// assert_eq!((score.score_given, score.score_maximum), (Some(17.0), Some(20.0))); // 17 points out of 20
    /// # Ok::<(), lti_types::InvalidIdentifier>(())
    /// ```
    #[must_use]
    pub fn graded(user_id: UserId, timestamp: Timestamp, given: f64, maximum: f64) -> Self {
        Self {
            score_given: Some(given),
            score_maximum: Some(maximum),
            ..Self::new(user_id, timestamp, ActivityProgress::Completed, GradingProgress::FullyGraded)
        }
    }

    /// Takes back what was sent before: no score, nothing begun (AGS 2.0 §4.4, what LTI 1.1 called `deleteResult`).
    #[must_use]
    pub fn cleared(user_id: UserId, timestamp: Timestamp) -> Self {
        Self::new(user_id, timestamp, ActivityProgress::Initialized, GradingProgress::NotReady)
    }

    /// The remark; blank is none.
    #[must_use]
    pub fn comment(&self) -> Option<&str> {
        self.comment.as_deref().filter(|text| !text.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::{ActivityProgress, Score};

    const HEAD: &str = r#""userId":"u","timestamp":"2024-05-01T10:15:30Z","activityProgress":"Started","gradingProgress":"NotReady""#;

    #[test]
    fn both_directions() {
        for (members, written) in [
            ("", ""),
            (r#","scoreGiven":null,"comment":null,"scoringUserId":null,"submission":null"#, ""),
            (r#","submission":[]"#, ""),
            (r#","scoreGiven":0,"scoreMaximum":0"#, r#","scoreGiven":0.0,"scoreMaximum":0.0"#),
            (r#","scoreGiven":"95.4""#, r#","scoreGiven":95.4"#),
            (r#","comment":"""#, r#","comment":"""#),
            (r#","https://x.example/y":null"#, r#","https://x.example/y":null"#),
            (
                r#","submission":{"submittedAt":"2024-05-01T10:15:00Z"}"#,
                r#","submission":{"submittedAt":"2024-05-01T10:15:00Z"}"#,
            ),
        ] {
            let read: Score = serde_json::from_str(&format!("{{{HEAD}{members}}}")).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), format!("{{{HEAD}{written}}}"));
            assert_eq!(read.activity_progress, ActivityProgress::Started);
            assert_eq!(read.comment(), None);
        }
    }

    #[test]
    fn quirk_58_an_unreadable_score_is_no_missing_score() {
        for value in ["\"\"", "\"A+\"", "true", "[5]", "{}", "\"Infinity\""] {
            let json = format!(r#"{{{HEAD},"scoreGiven":{value}}}"#);
            assert!(serde_json::from_str::<Score>(&json).is_err(), "{json}");
        }
    }
}
