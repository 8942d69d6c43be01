//! How a course is published to one consuming platform (README, Enrollment).

use super::{LocalRole, RemoteRole};
use crate::outcome::GradeSharing;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The settings of a course's publication to one platform; all but the name have a default.
///
/// ```
/// use lti_eligibility::enrollment::Publication;
///
/// let publication = Publication::new("Partner university");
/// assert!(publication.enabled);
/// let read: Publication = serde_json::from_str(r#"{"name": "Partner university"}"#)?;
/// assert_eq!(read, publication);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Publication {
    /// What it is called.
    pub name: String,
    /// Whether anyone is admitted at all; true by default.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// When new learners can enroll; always by default.
    #[serde(default)]
    pub window: EnrollmentWindow,
    /// How long an enrollment lasts; `None` for without end.
    #[serde(default, rename = "enrollment_duration_seconds", skip_serializing_if = "Option::is_none")]
    pub enrollment_duration: Option<EnrollmentDuration>,
    /// The most users that can be enrolled; `None` for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_enrolled: Option<u32>,
    /// What a remote instructor becomes here; the local role `instructor` by default.
    #[serde(default = "instructors")]
    pub instructors: RoleMapping,
    /// What a remote learner becomes here; the local role `learner` by default.
    #[serde(default = "learners")]
    pub learners: RoleMapping,
    /// Whether grades are shared with the platform; off by default.
    #[serde(default)]
    pub grade_sharing: GradeSharing,
    /// Whether the platform's roster is synchronized; `None` for not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_sync: Option<MemberSync>,
    /// What the profiles of new users begin with.
    #[serde(default)]
    pub profile_defaults: ProfileDefaults,
}

impl Publication {
    /// An enabled publication without limits, grades and roster.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            enabled: true,
            window: EnrollmentWindow::default(),
            enrollment_duration: None,
            max_enrolled: None,
            instructors: instructors(),
            learners: learners(),
            grade_sharing: GradeSharing::Off,
            member_sync: None,
            profile_defaults: ProfileDefaults::default(),
        }
    }

    /// The local role for a remote one; `None` when it is not accepted.
    #[must_use]
    pub fn local_role(&self, remote: RemoteRole) -> Option<&LocalRole> {
        let mapping = match remote {
            RemoteRole::Instructor => &self.instructors,
            RemoteRole::Learner => &self.learners,
            RemoteRole::Other => return None,
        };
        match mapping {
            RoleMapping::Accept(role) => Some(role),
            RoleMapping::Refuse => None,
        }
    }

    /// When an enrollment that begins at `now` ends; an end beyond the calendar is its last moment.
    #[must_use]
    pub fn until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let duration = self.enrollment_duration?.as_time_delta();
        Some(now.checked_add_signed(duration).unwrap_or(DateTime::<Utc>::MAX_UTC))
    }
}

fn yes() -> bool {
    true
}

fn instructors() -> RoleMapping {
    RoleMapping::Accept(LocalRole::instructor())
}

fn learners() -> RoleMapping {
    RoleMapping::Accept(LocalRole::learner())
}

/// What a remote role becomes here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RoleMapping {
    /// This local role.
    Accept(LocalRole),
    /// Nothing: users with the remote role are refused.
    Refuse,
}

/// When new learners can enroll, both ends included. A window that ends before it starts cannot be made.
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use lti_eligibility::enrollment::EnrollmentWindow;
///
/// let september = Utc.with_ymd_and_hms(2026, 9, 1, 0, 0, 0).unwrap();
/// let october = Utc.with_ymd_and_hms(2026, 10, 1, 0, 0, 0).unwrap();
/// let window = EnrollmentWindow::new(Some(september), Some(october))?;
/// assert_eq!(window.end(), Some(october));
/// assert!(EnrollmentWindow::new(Some(october), Some(september)).is_err());
/// # Ok::<(), lti_eligibility::enrollment::InvalidEnrollmentWindow>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Ends", into = "Ends")]
pub struct EnrollmentWindow {
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
}

impl EnrollmentWindow {
    /// A window between two moments; `None` leaves a side open.
    ///
    /// # Errors
    ///
    /// An end before the start.
    pub fn new(
        start: Option<DateTime<Utc>>,
        end: Option<DateTime<Utc>>,
    ) -> Result<Self, InvalidEnrollmentWindow> {
        match (start, end) {
            (Some(start), Some(end)) if end < start => Err(InvalidEnrollmentWindow(())),
            _ => Ok(Self { start, end }),
        }
    }

    /// The first moment at which learners can enroll.
    #[must_use]
    pub fn start(&self) -> Option<DateTime<Utc>> {
        self.start
    }

    /// The last moment at which learners can enroll.
    #[must_use]
    pub fn end(&self) -> Option<DateTime<Utc>> {
        self.end
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<DateTime<Utc>>,
}

impl TryFrom<Ends> for EnrollmentWindow {
    type Error = InvalidEnrollmentWindow;

    fn try_from(ends: Ends) -> Result<Self, Self::Error> {
        Self::new(ends.start, ends.end)
    }
}

impl From<EnrollmentWindow> for Ends {
    fn from(window: EnrollmentWindow) -> Self {
        Self { start: window.start, end: window.end }
    }
}

/// The window ends before it starts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the enrollment window ends before it starts")]
pub struct InvalidEnrollmentWindow(());

impl InvalidEnrollmentWindow {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "invalid_enrollment_window"
    }

    /// The section of this crate's README that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        "lti-eligibility README, Enrollment"
    }
}

/// How long an enrollment lasts: one second or more, in whole seconds.
///
/// ```
/// use chrono::TimeDelta;
/// use lti_eligibility::enrollment::EnrollmentDuration;
///
/// let term = EnrollmentDuration::new(TimeDelta::weeks(12))?;
/// assert_eq!(i64::from(term), 7_257_600); // as it is written: seconds
/// assert!(EnrollmentDuration::new(TimeDelta::zero()).is_err());
/// # Ok::<(), lti_eligibility::enrollment::InvalidEnrollmentDuration>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct EnrollmentDuration(TimeDelta);

impl EnrollmentDuration {
    /// Takes a duration; fractions of a second are dropped.
    ///
    /// # Errors
    ///
    /// Less than one second.
    pub fn new(duration: TimeDelta) -> Result<Self, InvalidEnrollmentDuration> {
        let whole = TimeDelta::try_seconds(duration.num_seconds());
        whole.filter(|whole| *whole > TimeDelta::zero()).map(Self).ok_or(InvalidEnrollmentDuration(()))
    }

    /// The duration.
    #[must_use]
    pub fn as_time_delta(self) -> TimeDelta {
        self.0
    }
}

impl TryFrom<i64> for EnrollmentDuration {
    type Error = InvalidEnrollmentDuration;

    fn try_from(seconds: i64) -> Result<Self, Self::Error> {
        TimeDelta::try_seconds(seconds).ok_or(InvalidEnrollmentDuration(())).and_then(Self::new)
    }
}

impl From<EnrollmentDuration> for i64 {
    fn from(duration: EnrollmentDuration) -> Self {
        duration.0.num_seconds()
    }
}

/// The duration is no duration of an enrollment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an enrollment lasts one second or more")]
pub struct InvalidEnrollmentDuration(());

impl InvalidEnrollmentDuration {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "invalid_enrollment_duration"
    }

    /// The section of this crate's README that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        "lti-eligibility README, Enrollment"
    }
}

/// How the platform's roster is synchronized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MemberSync {
    /// When.
    pub trigger: SyncTrigger,
    /// In which direction.
    pub mode: SyncMode,
}

impl MemberSync {
    /// Synchronizes at these times in this mode.
    #[must_use]
    pub fn new(trigger: SyncTrigger, mode: SyncMode) -> Self {
        Self { trigger, mode }
    }
}

/// When a roster is synchronized.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SyncTrigger {
    /// Whenever a new user launches.
    OnLaunch,
    /// By a scheduled task.
    Scheduled,
}

/// In which direction a roster is synchronized. In every mode, members who are enrolled get the local role that goes
/// with their remote one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SyncMode {
    /// New members are enrolled, former ones unenrolled.
    EnrollAndUnenroll,
    /// New members are enrolled; nobody is unenrolled.
    EnrollOnly,
    /// Former members are unenrolled; nobody is enrolled.
    UnenrollOnly,
}

/// What the profiles of new users begin with, where the platform says nothing.
///
/// ```
/// use lti_eligibility::enrollment::ProfileDefaults;
///
/// let mut defaults = ProfileDefaults::new();
/// defaults.timezone = Some("Europe/Amsterdam".to_owned());
/// assert_eq!(serde_json::to_string(&defaults)?, r#"{"timezone":"Europe/Amsterdam"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ProfileDefaults {
    /// City of residence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Country of residence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Timezone, such as `Europe/Amsterdam`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Preferred language, such as `nl`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Institution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<String>,
}

impl ProfileDefaults {
    /// No defaults; assign what is wanted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}
