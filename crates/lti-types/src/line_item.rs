//! Line items and results: the columns of a grade book, and what stands in them (AGS 2.0 §3.2, §3.3).

use crate::lossless::{Amount, Points};
use crate::object::wire_object;
use crate::tolerant::{Flag, Object, Text};
use crate::{ResourceLinkId, SubmissionReview, Timestamp, UserId, WireUrl};

wire_object! {
    /// A column of the grade book (AGS 2.0 §3.2).
    ///
    /// ```
    /// use lti_types::LineItem;
    /// let mut quiz = LineItem::new(20.0, "Quiz 9".to_owned());
    /// quiz.resource_id = Some("quiz-9".to_owned());
    /// let json = serde_json::to_string(&quiz)?;
    /// assert_eq!(json, r#"{"scoreMaximum":20.0,"label":"Quiz 9","resourceId":"quiz-9"}"#);
    /// assert_eq!(serde_json::from_str::<LineItem>(&json)?, quiz);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    LineItem {
        required {
            /// The most points, not counting extra credit; more than zero.
            score_maximum: f64 = "scoreMaximum" as Points,
            /// What it is called; not blank.
            label: String = "label" as crate::refusal::Strict,
        }
        optional {
            /// Where it is read, written and scored; the platform assigns it. It may have a query: extend its path,
            /// never its text.
            id: WireUrl = "id",
            /// The tool's own id of the resource, at most 256 characters, not unique; survives a course copy.
            /// Read it by [`LineItem::resource_id`].
            resource_id: String = "resourceId" as Text,
            /// The tool's own qualifier, at most 256 characters, not unique; survives a course copy. Read it by
            /// [`LineItem::tag`].
            tag: String = "tag" as Text,
            /// The link it belongs to. Read it by [`LineItem::resource_link_id`].
            resource_link_id: String = "resourceLinkId" as Text,
            /// When submissions begin; blank for unset.
            start_date_time: Timestamp = "startDateTime",
            /// When submissions end; blank for unset.
            end_date_time: Timestamp = "endDateTime",
            /// Whether grades are to be shown to learners; the platform decides.
            grades_released: bool = "gradesReleased" as Flag,
            /// How submissions are reviewed.
            submission_review: SubmissionReview = "submissionReview" as Object<SubmissionReview>,
        }
    }
}

impl LineItem {
    /// The longest `resourceId` and `tag`, in characters.
    pub const MAX_NAME: usize = 256;

    /// The tool's id of the resource; platforms send a blank for none.
    #[must_use]
    pub fn resource_id(&self) -> Option<&str> {
        some(self.resource_id.as_deref())
    }

    /// The tool's qualifier; platforms send a blank for none.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        some(self.tag.as_deref())
    }

    /// The link it belongs to; `None` too for a text that is no identifier.
    #[must_use]
    pub fn resource_link_id(&self) -> Option<ResourceLinkId> {
        ResourceLinkId::new(some(self.resource_link_id.as_deref())?).ok()
    }
}

fn some(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

wire_object! {
    /// What stands in the grade book for one person in one column (AGS 2.0 §3.3): not the score that a tool sent, but
    /// what became of it.
    ///
    /// ```
    /// use lti_types::LineItemResult;
    /// let result: LineItemResult = serde_json::from_str(r#"{"userId": "u-7", "resultScore": "0.83"}"#)?;
    /// assert_eq!((result.result_score, result.maximum()), (Some(0.83), 1.0));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    LineItemResult {
        required {
            /// Whose it is.
            user_id: UserId = "userId",
        }
        optional {
            /// The address of the record.
            id: WireUrl = "id",
            /// The id of the line item.
            score_of: WireUrl = "scoreOf",
            /// The points; none while there is no grade. Zero is a grade.
            result_score: f64 = "resultScore" as Amount,
            /// The points that `result_score` is out of; 1 when absent. Read it by [`LineItemResult::maximum`].
            result_maximum: f64 = "resultMaximum" as Amount,
            /// Who graded.
            scoring_user_id: UserId = "scoringUserId",
            /// A remark to the learner.
            comment: String = "comment" as Text,
        }
    }
}

impl LineItemResult {
    /// The points that the score is out of: 1 when the platform does not say (AGS 2.0 §3.3.4).
    #[must_use]
    pub fn maximum(&self) -> f64 {
        self.result_maximum.unwrap_or(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{LineItem, LineItemResult};

    #[test]
    fn both_directions() {
        for (json, written) in [
            (
                r#"{"id":"https://lms.example/1","scoreMaximum":"60","label":"A","resourceId":"","tag":null,"resourceLinkId":7}"#,
                r#"{"scoreMaximum":60.0,"label":"A","id":"https://lms.example/1","resourceId":"","resourceLinkId":"7"}"#,
            ),
            (
                r#"{"label":"A","scoreMaximum":1e2,"endDateTime":"","submissionReview":{},"https://x.example/y":[1]}"#,
                r#"{"scoreMaximum":100.0,"label":"A","endDateTime":"","submissionReview":{},"https://x.example/y":[1]}"#,
            ),
            // What PHP writes for an empty object.
            (
                r#"{"label":"A","scoreMaximum":1,"submissionReview":[]}"#,
                r#"{"scoreMaximum":1.0,"label":"A"}"#,
            ),
        ] {
            let read: LineItem = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), written);
            assert_eq!(serde_json::from_str::<LineItem>(written).unwrap(), read);
        }
        let read: LineItem =
            serde_json::from_str(r#"{"scoreMaximum":0,"label":"","resourceId":"","tag":"t"}"#).unwrap();
        assert_eq!((read.resource_id(), read.tag(), read.resource_link_id()), (None, Some("t"), None));
    }

    #[test]
    fn an_amount_that_is_none_is_refused_and_not_taken_for_absent() {
        for json in [
            r#"{"label":"A"}"#,
            r#"{"label":"A","scoreMaximum":null}"#,
            r#"{"label":"A","scoreMaximum":"many"}"#,
            r#"{"label":"A","scoreMaximum":""}"#,
            r#"{"label":"A","scoreMaximum":[]}"#,
            r#"{"scoreMaximum":1}"#,
        ] {
            assert!(serde_json::from_str::<LineItem>(json).is_err(), "{json}");
        }
        for json in ["\"a\"", "\"\"", "[]", "{}", "true", "\"1e999\"", "\"NaN\""] {
            let json = format!(r#"{{"userId":"u","resultScore":{json}}}"#);
            assert!(serde_json::from_str::<LineItemResult>(&json).is_err(), "{json}");
        }
        let read: LineItemResult = serde_json::from_str(r#"{"userId":"u","resultScore":0}"#).unwrap();
        assert_eq!((read.result_score, read.maximum()), (Some(0.0), 1.0));
    }
}
