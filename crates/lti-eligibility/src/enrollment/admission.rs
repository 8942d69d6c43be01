//! Who is admitted at a launch (README, Enrollment).

use super::{Enrollment, LocalRole, Publication, RemoteRole};
use crate::finding;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use std::fmt;

/// Decides whether a user who launches is admitted, or refuses with all reasons in the order of [`RefusalReason`].
///
/// The window and the number of seats concern new users only: a known one keeps the seat until the enrollment
/// expires. A known user gets the local role that goes with the remote one of this launch.
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use lti_eligibility::enrollment::{Admission, Applicant, LearnerKind, Publication, RemoteRole, admit};
///
/// let mut publication = Publication::new("Partner university");
/// publication.max_enrolled = Some(30);
/// let now = Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).unwrap();
///
/// match admit(&publication, &Applicant::new(RemoteRole::Learner, 29), now) {
///     Admission::Admit(admitted) => assert_eq!(admitted.kind, LearnerKind::New),
///     refused => panic!("{refused:?}"),
/// }
/// match admit(&publication, &Applicant::new(RemoteRole::Learner, 30), now) {
///     Admission::Refuse(reasons) => assert_eq!(reasons[0].code(), "seats_full"),
///     admitted => panic!("{admitted:?}"),
/// }
/// ```
#[must_use]
pub fn admit(publication: &Publication, applicant: &Applicant<'_>, now: DateTime<Utc>) -> Admission {
    let mut reasons = Vec::new();
    if !publication.enabled {
        reasons.push(RefusalReason::PublicationDisabled);
    }
    match applicant.known {
        Some(enrollment) => {
            if let Some(until) = enrollment.until.filter(|_| enrollment.is_expired(now)) {
                reasons.push(RefusalReason::EnrollmentExpired { until });
            }
        }
        None => reasons.extend(closed(publication, applicant.enrolled, now)),
    }
    match publication.local_role(applicant.role) {
        Some(role) if reasons.is_empty() => {
            let (kind, until) = match applicant.known {
                Some(enrollment) => (LearnerKind::Known, enrollment.until),
                None => (LearnerKind::New, publication.until(now)),
            };
            Admission::Admit(Admitted { kind, role: role.clone(), until })
        }
        Some(_) => Admission::Refuse(reasons),
        None => {
            reasons.push(RefusalReason::RoleNotAccepted { role: applicant.role });
            Admission::Refuse(reasons)
        }
    }
}

/// Why a publication with `enrolled` users takes no new ones at `now`.
pub(super) fn closed(
    publication: &Publication,
    enrolled: usize,
    now: DateTime<Utc>,
) -> impl Iterator<Item = RefusalReason> {
    let start = publication.window.start().filter(|start| now < *start);
    let end = publication.window.end().filter(|end| now > *end);
    let limit =
        publication.max_enrolled.filter(|limit| usize::try_from(*limit).is_ok_and(|max| enrolled >= max));
    let started = start.map(|start| RefusalReason::NotStarted { start });
    let ended = end.map(|end| RefusalReason::Ended { end });
    let full = limit.map(|limit| RefusalReason::SeatsFull { limit });
    [started, ended, full].into_iter().flatten()
}

/// A user who launches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applicant<'a> {
    /// What the user is at the platform.
    pub role: RemoteRole,
    /// The user's enrollment, if there is one.
    pub known: Option<&'a Enrollment>,
    /// How many users are enrolled by this publication.
    pub enrolled: usize,
}

impl<'a> Applicant<'a> {
    /// A user who is not enrolled yet, where `enrolled` others are.
    #[must_use]
    pub fn new(role: RemoteRole, enrolled: usize) -> Self {
        Self { role, known: None, enrolled }
    }

    /// A user with this enrollment, where `enrolled` users are.
    #[must_use]
    pub fn known(role: RemoteRole, enrollment: &'a Enrollment, enrolled: usize) -> Self {
        Self { role, known: Some(enrollment), enrolled }
    }
}

/// The decision about one launch.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Admission {
    /// The user comes in like this.
    Admit(Admitted),
    /// The user stays out, for these reasons: at least one.
    Refuse(Vec<RefusalReason>),
}

/// How a user comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Admitted {
    /// Whether an enrollment must be made.
    pub kind: LearnerKind,
    /// The local role.
    pub role: LocalRole,
    /// When the enrollment expires; `None` for never.
    pub until: Option<DateTime<Utc>>,
}

/// Whether a user is enrolled already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LearnerKind {
    /// Must be enrolled.
    New,
    /// Is enrolled.
    Known,
}

/// Why a user is refused. Displays as a sentence for a person; serializes as
/// `{"code", "message", "sentence", "remedy"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefusalReason {
    /// The publication is disabled.
    PublicationDisabled,
    /// Enrollment has not started.
    #[non_exhaustive]
    NotStarted {
        /// The first moment at which learners can enroll.
        start: DateTime<Utc>,
    },
    /// Enrollment has ended.
    #[non_exhaustive]
    Ended {
        /// The last moment at which learners could enroll.
        end: DateTime<Utc>,
    },
    /// The user's enrollment has expired.
    #[non_exhaustive]
    EnrollmentExpired {
        /// Since when.
        until: DateTime<Utc>,
    },
    /// No seat is left for a new user.
    #[non_exhaustive]
    SeatsFull {
        /// How many seats there are.
        limit: u32,
    },
    /// The remote role has no local one.
    #[non_exhaustive]
    RoleNotAccepted {
        /// The remote role.
        role: RemoteRole,
    },
}

impl RefusalReason {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::PublicationDisabled => "publication_disabled",
            Self::NotStarted { .. } => "not_started",
            Self::Ended { .. } => "ended",
            Self::EnrollmentExpired { .. } => "enrolment_expired",
            Self::SeatsFull { .. } => "seats_full",
            Self::RoleNotAccepted { .. } => "role_not_accepted",
        }
    }

    /// The short message for a list or a table cell.
    #[must_use]
    pub fn message(&self) -> &'static str {
        match self {
            Self::PublicationDisabled => "Publication Disabled",
            Self::NotStarted { .. } => "Not Started",
            Self::Ended { .. } => "Ended",
            Self::EnrollmentExpired { .. } => "Enrollment Expired",
            Self::SeatsFull { .. } => "Seats Full",
            Self::RoleNotAccepted { .. } => "Role Not Accepted",
        }
    }

    /// What to change so that the user is admitted.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::PublicationDisabled => "Enable the publication.",
            Self::NotStarted { .. } => "Wait for the start of enrollment, or move it.",
            Self::Ended { .. } => "Move the end of enrollment, or enroll the user by hand.",
            Self::EnrollmentExpired { .. } => "Extend the user's enrollment.",
            Self::SeatsFull { .. } => "Raise the number of seats, or unenroll users who have left.",
            Self::RoleNotAccepted { .. } => {
                "Give the user another role at the platform, or a local role to the remote one."
            }
        }
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = |moment: &DateTime<Utc>| moment.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        match self {
            Self::PublicationDisabled => f.write_str("The publication is disabled."),
            Self::NotStarted { start } => write!(f, "Enrollment starts at {}.", date(start)),
            Self::Ended { end } => write!(f, "Enrollment ended at {}.", date(end)),
            Self::EnrollmentExpired { until } => write!(f, "The enrollment expired at {}.", date(until)),
            Self::SeatsFull { limit } => write!(f, "All seats are taken; there are {limit}."),
            Self::RoleNotAccepted { role } => f.write_str(match role {
                RemoteRole::Instructor => "Instructors of the platform are not accepted.",
                RemoteRole::Learner => "Learners of the platform are not accepted.",
                RemoteRole::Other => "The user is neither an instructor nor a learner at the platform.",
            }),
        }
    }
}

impl Serialize for RefusalReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        finding::serialize(serializer, self.code(), self.message(), self, self.remedy())
    }
}
