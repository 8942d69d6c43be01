//! Canvas (Instructure).
//!
//! ```
//! use lti_types::{LaunchClaims, vendor::canvas};
//!
//! let claims: LaunchClaims = serde_json::from_str(r#"{
//!     "https://www.instructure.com/placement": "assignment_selection",
//!     "https://purl.imsglobal.org/spec/lti/claim/lti1p1": {"user_id": "86157096483e6b3a50bfedc6bac902c0b20a824f"}
//! }"#)?;
//! assert_eq!(canvas::placement(&claims), Some("assignment_selection"));
//! assert!(canvas::legacy_user_id(&claims).is_some());
//! # Ok::<(), serde_json::Error>(())
//! ```

use super::{spelled, text};
use crate::lossless::Objects;
use crate::object::wire_object;
use crate::open_enum::open_enum;
use crate::tolerant::{Flag, Text};
use crate::{ContentItem, LaunchClaims, Score, Timestamp};

/// Where in Canvas the tool was placed, such as `assignment_selection`; absent (`null`) for a plain link.
#[must_use]
pub fn placement(claims: &LaunchClaims) -> Option<&str> {
    text(claims, "https://www.instructure.com/placement")
}

/// A claim of the `https://www.instructure.com/` family by its last part, e.g. `canvas_course_id`; numbers by
/// their spelling. Custom parameters of the same name, which is how most tools ask for them, count too.
///
/// ```
/// use lti_types::{LaunchClaims, vendor::canvas};
/// let claims: LaunchClaims = serde_json::from_str(r#"{
///     "https://purl.imsglobal.org/spec/lti/claim/custom": {
///         "canvas_course_id": 319, "canvas_user_id": "$Canvas.user.id"
///     }
/// }"#)?;
/// assert_eq!(canvas::value(&claims, "canvas_course_id").as_deref(), Some("319"));
/// assert_eq!(canvas::value(&claims, "canvas_user_id"), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn value(claims: &LaunchClaims, name: &str) -> Option<String> {
    let claim = claims.extensions.get(&format!("https://www.instructure.com/{name}"));
    claim.and_then(spelled).or_else(|| super::custom(claims, name).map(str::to_owned))
}

/// The user id of LTI 1.1, from either place where Canvas puts it.
#[must_use]
pub fn legacy_user_id(claims: &LaunchClaims) -> Option<&str> {
    let migration = claims.lti1p1.as_ref().and_then(|m| m.user_id.as_deref());
    migration.or(claims.lti11_legacy_user_id.as_deref())
}

/// The member of a score in which Canvas looks for what was handed in.
const SUBMISSION: &str = "https://canvas.instructure.com/lti/submission";

open_enum! {
    /// What was handed in, as Canvas shows it to graders.
    SubmissionType {
        /// Nothing: the score makes no submission.
        None = "none",
        /// A launch of the tool.
        BasicLtiLaunch = "basic_lti_launch",
        /// The text in `submission_data`.
        OnlineTextEntry = "online_text_entry",
        /// The web address in `submission_data`.
        OnlineUrl = "online_url",
        /// The tool; Canvas's default.
        ExternalTool = "external_tool",
        /// The files in `content_items`.
        OnlineUpload = "online_upload",
    }
}

wire_object! {
    /// What was handed in, in a score for Canvas. Without it every final score counts as another attempt (quirk 56).
    ///
    /// ```
    /// use lti_types::vendor::canvas::CanvasSubmission;
    /// use lti_types::{Score, UserId};
    /// let mut score = Score::graded(UserId::new("u-7")?, "2024-05-01T10:15:30.123Z".into(), 17.0, 20.0);
    /// let mut submission = CanvasSubmission::new();
    /// submission.new_submission = Some(false);
    /// submission.attach(&mut score)?;
    /// assert_eq!(CanvasSubmission::of(&score), Some(submission));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    CanvasSubmission {
        required {}
        optional {
            /// Whether it counts as another attempt; Canvas takes absent for yes.
            new_submission: bool = "new_submission" as Flag,
            /// Whether Canvas keeps the grade it has.
            preserve_score: bool = "preserve_score" as Flag,
            /// Whether a grade that was not the tool's stays in force.
            prioritize_non_tool_grade: bool = "prioritize_non_tool_grade" as Flag,
            /// What was handed in.
            submission_type: SubmissionType = "submission_type",
            /// The text or web address that was handed in.
            submission_data: String = "submission_data" as Text,
            /// When; at most a minute ahead of Canvas's clock.
            submitted_at: Timestamp = "submitted_at",
            /// Files that were handed in.
            content_items: Vec<ContentItem> = "content_items" as Objects<ContentItem>,
        }
    }
}

impl CanvasSubmission {
    /// What a score says about it; `None` too where that cannot be read.
    #[must_use]
    pub fn of(score: &Score) -> Option<Self> {
        serde_json::from_value(score.extensions.get(SUBMISSION)?.clone()).ok()
    }

    /// Puts it into a score.
    ///
    /// # Errors
    /// When its extensions cannot be written as JSON, which values that were read always can.
    pub fn attach(&self, score: &mut Score) -> Result<(), serde_json::Error> {
        score.extensions.insert(SUBMISSION.to_owned(), serde_json::to_value(self)?);
        Ok(())
    }
}
