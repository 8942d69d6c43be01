//! What identifies a course, and the score that passes it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The most bytes that the id of a course may have, so that its launch link, percent-encoded, stays within the 4,096
/// characters that a cartridge can hold: 1,024.
pub const MAX_COURSE_ID_BYTES: usize = 1024;

/// Identifies a course within its catalog. Any text that can be one segment of a launch link's path.
///
/// ```
/// use lti_eligibility::course::CourseId;
///
/// assert_eq!(CourseId::new("c-101")?.as_str(), "c-101");
/// assert!(CourseId::new("").is_err());
/// # Ok::<(), lti_eligibility::course::InvalidCourseId>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CourseId(String);

impl CourseId {
    /// Takes an identifier as it is.
    ///
    /// # Errors
    ///
    /// An identifier that is empty or blank, longer than [`MAX_COURSE_ID_BYTES`], holds a control character, or is `.`
    /// or `..`, which a URL's path drops.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidCourseId> {
        let id = id.into();
        let dropped = id.trim().is_empty() || id == "." || id == "..";
        if dropped || id.len() > MAX_COURSE_ID_BYTES || id.chars().any(char::is_control) {
            return Err(InvalidCourseId(()));
        }
        Ok(Self(id))
    }

    /// The identifier, byte for byte.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CourseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CourseId {
    type Error = InvalidCourseId;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        Self::new(id)
    }
}

impl From<CourseId> for String {
    fn from(id: CourseId) -> Self {
        id.0
    }
}

/// The text cannot be a course's identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a course id must not be blank or longer than {MAX_COURSE_ID_BYTES} bytes, must not hold control characters and must \
     not be `.` or `..`"
)]
pub struct InvalidCourseId(());

impl InvalidCourseId {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "invalid_course_id"
    }

    /// The section of this crate's README that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        "lti-eligibility README, The format of a catalog"
    }
}

/// The score, in whole percent from 1 to 100, that passes an exam (README, Grades).
///
/// ```
/// use lti_eligibility::course::MinimumScore;
///
/// assert_eq!(MinimumScore::new(80)?.percent(), 80);
/// assert!(MinimumScore::new(0).is_err());
/// assert!(MinimumScore::new(101).is_err());
/// # Ok::<(), lti_eligibility::course::InvalidMinimumScore>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct MinimumScore(u8);

impl MinimumScore {
    /// Takes a score in percent.
    ///
    /// # Errors
    ///
    /// A score below 1 or above 100.
    pub fn new(percent: u8) -> Result<Self, InvalidMinimumScore> {
        if (1..=100).contains(&percent) { Ok(Self(percent)) } else { Err(InvalidMinimumScore(())) }
    }

    /// The score in percent, 1 to 100.
    #[must_use]
    pub fn percent(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for MinimumScore {
    type Error = InvalidMinimumScore;

    fn try_from(percent: u8) -> Result<Self, Self::Error> {
        Self::new(percent)
    }
}

impl From<MinimumScore> for u8 {
    fn from(score: MinimumScore) -> Self {
        score.0
    }
}

/// The number cannot be a minimum score.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a minimum score is a whole number of percent from 1 to 100")]
pub struct InvalidMinimumScore(());

impl InvalidMinimumScore {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "invalid_minimum_score"
    }

    /// The section of this crate's README that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        "lti-eligibility README, Grades"
    }
}
