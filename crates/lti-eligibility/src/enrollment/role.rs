//! Remote users, their roles there and here (README, Enrollment).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A user's id at the consuming platform (LTI 1.3 `sub`, LTI 1.1 `user_id`, NRPS `user_id`), byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RemoteUserId(String);

impl RemoteUserId {
    /// Takes an id as it is.
    ///
    /// # Errors
    ///
    /// An empty or blank id.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidRemoteUserId> {
        let id = id.into();
        if id.trim().is_empty() { Err(InvalidRemoteUserId(())) } else { Ok(Self(id)) }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RemoteUserId {
    type Error = InvalidRemoteUserId;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        Self::new(id)
    }
}

impl From<RemoteUserId> for String {
    fn from(id: RemoteUserId) -> Self {
        id.0
    }
}

/// The text cannot be a user's id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a remote user's id must not be blank")]
pub struct InvalidRemoteUserId(());

impl InvalidRemoteUserId {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "invalid_remote_user_id"
    }

    /// The section of this crate's README that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        "lti-eligibility README, Enrollment"
    }
}

/// The name of a role in the local system, such as `teacher`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalRole(String);

impl LocalRole {
    /// Takes a name as it is.
    ///
    /// # Errors
    ///
    /// An empty or blank name.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidLocalRole> {
        let name = name.into();
        if name.trim().is_empty() { Err(InvalidLocalRole(())) } else { Ok(Self(name)) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `instructor`, where a publication says nothing else.
    #[must_use]
    pub fn instructor() -> Self {
        Self("instructor".to_owned())
    }

    /// `learner`, where a publication says nothing else.
    #[must_use]
    pub fn learner() -> Self {
        Self("learner".to_owned())
    }
}

impl fmt::Display for LocalRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for LocalRole {
    type Error = InvalidLocalRole;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(name)
    }
}

impl From<LocalRole> for String {
    fn from(role: LocalRole) -> Self {
        role.0
    }
}

/// The text cannot be a role's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a local role's name must not be blank")]
pub struct InvalidLocalRole(());

impl InvalidLocalRole {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "invalid_local_role"
    }

    /// The section of this crate's README that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        "lti-eligibility README, Enrollment"
    }
}

/// What a user is at the consuming platform, as far as an enrollment cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RemoteRole {
    /// Neither of the others; never accepted.
    Other,
    /// Learns in the context.
    Learner,
    /// Teaches in the context.
    Instructor,
}

/// An instructor's sub-roles that teach (LTI Core 1.3 §A.2.3.1), as `lti-types` has them, which is no dependency of this
/// crate; a test of the examples holds the two together.
const TEACHING: [&str; 6] = [
    "Instructor",
    "PrimaryInstructor",
    "SecondaryInstructor",
    "Lecturer",
    "GuestInstructor",
    "ExternalInstructor",
];

impl RemoteRole {
    /// The role that the roles of a launch or of a roster's member amount to: an instructor before a learner.
    ///
    /// Only context roles count, with their sub-roles, as full URI, as LTI 1.1 URN or as short name; that someone is
    /// a student of the institution says nothing about this course. Of an instructor's sub-roles those that teach count:
    /// whoever is listed as a teaching assistant or grader and nothing else is no instructor, as in a launch
    /// (`lti_types::Roles::is_instructor`).
    ///
    /// ```
    /// use lti_eligibility::enrollment::RemoteRole;
    ///
    /// let context = "http://purl.imsglobal.org/vocab/lis/v2/membership";
    /// let lecturer = format!("{context}/Instructor#Lecturer");
    /// assert_eq!(RemoteRole::of([format!("{context}#Learner"), lecturer]), RemoteRole::Instructor);
    /// assert_eq!(RemoteRole::of([format!("{context}/Instructor#Grader")]), RemoteRole::Other);
    /// assert_eq!(RemoteRole::of(["Learner", "urn:lti:sysrole:ims/lis/User"]), RemoteRole::Learner);
    /// let institution = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student";
    /// assert_eq!(RemoteRole::of([institution]), RemoteRole::Other);
    /// ```
    #[must_use]
    pub fn of<I>(roles: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        roles.into_iter().map(|role| Self::of_one(role.as_ref())).max().unwrap_or(Self::Other)
    }

    fn of_one(role: &str) -> Self {
        let context = role.strip_prefix("http://purl.imsglobal.org/vocab/lis/v2/membership");
        let (name, separator) = match context {
            // `#Learner`, or `/Learner#Mentor` for a sub-role.
            Some(name) => (name.strip_prefix(['#', '/']).unwrap_or(""), '#'),
            // `urn:lti:role:ims/lis/Learner/Mentor`, or the short name `Learner`.
            None => (role.strip_prefix("urn:lti:role:ims/lis/").unwrap_or(role), '/'),
        };
        match name.split_once(separator) {
            None if name == "Instructor" => Self::Instructor,
            Some(("Instructor", sub_role)) if TEACHING.contains(&sub_role) => Self::Instructor,
            None if name == "Learner" => Self::Learner,
            Some(("Learner", _)) => Self::Learner,
            _ => Self::Other,
        }
    }
}

/// One remote user's enrollment, as the local system keeps it under the user's [`RemoteUserId`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Enrollment {
    /// The local role.
    pub role: LocalRole,
    /// The moment from which on the enrollment has expired; `None` for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

impl Enrollment {
    /// An enrollment in this role until this moment.
    #[must_use]
    pub fn new(role: LocalRole, until: Option<DateTime<Utc>>) -> Self {
        Self { role, until }
    }

    /// Whether it has expired at `now`.
    #[must_use]
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.until.is_some_and(|until| now >= until)
    }
}
