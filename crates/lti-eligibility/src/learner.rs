//! Does a launch say enough about its learner, and nothing too long? (README, The learner's profile.)

use crate::finding;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;

#[cfg(test)]
mod tests;

/// Checks a profile and names **every** field that is missing or too long, in the order of [`ProfileField`].
///
/// Characters are counted (Unicode scalar values), not bytes. A blank field is a missing one.
///
/// ```
/// use lti_eligibility::learner::{LearnerProfile, ProfileRules, check};
///
/// let mut profile = LearnerProfile::new();
/// profile.email = Some("ada@example.org".to_owned());
/// profile.given_name = Some("Ada".to_owned());
/// profile.family_name = Some("é".repeat(70));
///
/// let verdict = check(&profile, &ProfileRules::default());
/// let sentences: Vec<_> = verdict.faults().iter().map(ToString::to_string).collect();
/// assert_eq!(sentences, [
///     "The last name (LTI 1.1 `lis_person_name_family`, LTI 1.3 `family_name`) has 70 characters, 7 more than the 63 allowed.",
///     "The user id (LTI 1.1 `user_id`, LTI 1.3 `sub`) is missing.",
/// ]);
/// ```
#[must_use]
pub fn check(profile: &LearnerProfile, rules: &ProfileRules) -> ProfileVerdict {
    let faults = ProfileField::ALL.into_iter().filter_map(|field| match profile.field(field) {
        None => rules.required.contains(&field).then_some(ProfileFault::Missing { field }),
        Some(value) => {
            let (limit, length) = (rules.limit(field)?, value.chars().count());
            (length > limit).then_some(ProfileFault::TooLong { field, length, limit })
        }
    });
    ProfileVerdict { faults: faults.collect() }
}

/// What a launch says about its learner. Its `Debug` shows which fields are there, not what they hold.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LearnerProfile {
    /// The email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The first name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// The last name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// The whole name as one text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The user's id at the platform.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "sub")]
    pub user_id: Option<String>,
}

impl LearnerProfile {
    /// A profile that says nothing; assign what is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a field, unless it is absent or blank.
    #[must_use]
    pub fn field(&self, field: ProfileField) -> Option<&str> {
        let value = match field {
            ProfileField::Email => &self.email,
            ProfileField::GivenName => &self.given_name,
            ProfileField::FamilyName => &self.family_name,
            ProfileField::FullName => &self.name,
            ProfileField::UserId => &self.user_id,
        };
        value.as_deref().filter(|value| !value.trim().is_empty())
    }
}

impl fmt::Debug for LearnerProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = ProfileField::ALL.into_iter().filter(|field| self.field(*field).is_some());
        f.debug_tuple("LearnerProfile").field(&known.collect::<Vec<_>>()).finish()
    }
}

/// A field of a learner's profile, in the order in which faults are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProfileField {
    /// Finds an existing user or makes a new one.
    Email,
    /// The first name of a new user.
    GivenName,
    /// The last name of a new user.
    FamilyName,
    /// The whole name; never required.
    FullName,
    /// Becomes the external id of a new user.
    UserId,
}

impl ProfileField {
    /// All fields, in the order in which they are checked.
    pub const ALL: [Self; 5] = [Self::Email, Self::GivenName, Self::FamilyName, Self::FullName, Self::UserId];

    /// The parameter of LTI 1.1 and 1.2 that carries the field.
    #[must_use]
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Email => "lis_person_contact_email_primary",
            Self::GivenName => "lis_person_name_given",
            Self::FamilyName => "lis_person_name_family",
            Self::FullName => "lis_person_name_full",
            Self::UserId => "user_id",
        }
    }

    /// The claim of LTI 1.3 that carries the field.
    #[must_use]
    pub fn claim(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::FullName => "name",
            Self::UserId => "sub",
        }
    }
}

impl fmt::Display for ProfileField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email => "email address",
            Self::GivenName => "first name",
            Self::FamilyName => "last name",
            Self::FullName => "full name",
            Self::UserId => "user id",
        })
    }
}

/// What the receiving side requires of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ProfileRules {
    /// The fields that must be there.
    pub required: BTreeSet<ProfileField>,
    /// The most characters that a name may have: the first, the last and the full name each; `None` for no limit.
    pub name_limit: Option<usize>,
    /// The most characters that an email address may have; `None` for no limit.
    pub email_limit: Option<usize>,
}

impl ProfileRules {
    /// Rules that require and limit nothing; assign what the receiving side asks for.
    #[must_use]
    pub fn new() -> Self {
        Self { required: BTreeSet::new(), name_limit: None, email_limit: None }
    }

    /// Nothing is required; names have at most 63 characters, email addresses at most 64.
    #[must_use]
    pub fn adobe_learning_manager() -> Self {
        Self { required: BTreeSet::new(), name_limit: Some(63), email_limit: Some(64) }
    }

    /// Email address, first name, last name and user id are required; nothing is limited.
    #[must_use]
    pub fn rakoo() -> Self {
        let required =
            [ProfileField::Email, ProfileField::GivenName, ProfileField::FamilyName, ProfileField::UserId];
        Self { required: required.into(), name_limit: None, email_limit: None }
    }

    fn limit(&self, field: ProfileField) -> Option<usize> {
        match field {
            ProfileField::Email => self.email_limit,
            ProfileField::GivenName | ProfileField::FamilyName | ProfileField::FullName => self.name_limit,
            ProfileField::UserId => None,
        }
    }
}

/// What both presets ask for together: a profile that passes is accepted everywhere.
impl Default for ProfileRules {
    fn default() -> Self {
        let limits = Self::adobe_learning_manager();
        Self { required: Self::rakoo().required, ..limits }
    }
}

/// Whether a profile is accepted. Only [`check`] makes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProfileVerdict {
    faults: Vec<ProfileFault>,
}

impl ProfileVerdict {
    /// Whether nothing is missing or too long.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.faults.is_empty()
    }

    /// Every fault, in the order of [`ProfileField`].
    #[must_use]
    pub fn faults(&self) -> &[ProfileFault] {
        &self.faults
    }
}

/// What is wrong with one field. Displays as a sentence that names the field in both versions of LTI and never its
/// value; serializes as `{"code", "message", "sentence", "remedy"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProfileFault {
    /// A required field is absent or blank.
    #[non_exhaustive]
    Missing {
        /// The field.
        field: ProfileField,
    },
    /// A field has more characters than the receiving side can keep.
    #[non_exhaustive]
    TooLong {
        /// The field.
        field: ProfileField,
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        limit: usize,
    },
}

impl ProfileFault {
    /// The field that is at fault.
    #[must_use]
    pub fn field(&self) -> ProfileField {
        match self {
            Self::Missing { field } | Self::TooLong { field, .. } => *field,
        }
    }

    /// By how many characters the field is too long; 0 when it is missing.
    #[must_use]
    pub fn excess(&self) -> usize {
        match self {
            Self::Missing { .. } => 0,
            Self::TooLong { length, limit, .. } => length.saturating_sub(*limit),
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "profile_field_missing",
            Self::TooLong { .. } => "profile_field_too_long",
        }
    }

    /// The short message for a list or a table cell.
    #[must_use]
    pub fn message(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "Missing",
            Self::TooLong { .. } => "Too Long",
        }
    }

    /// What to change so that the profile is accepted.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Missing { .. } => {
                "Fill the field in at the platform, and let the platform share it with this tool."
            }
            Self::TooLong { .. } => "Shorten the field at the platform.",
        }
    }
}

impl fmt::Display for ProfileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field();
        let (parameter, claim) = (field.parameter(), field.claim());
        write!(f, "The {field} (LTI 1.1 `{parameter}`, LTI 1.3 `{claim}`) ")?;
        match self {
            Self::Missing { .. } => f.write_str("is missing."),
            Self::TooLong { length, limit, .. } => {
                let excess = self.excess();
                write!(f, "has {length} characters, {excess} more than the {limit} allowed.")
            }
        }
    }
}

impl Serialize for ProfileFault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        finding::serialize(serializer, self.code(), self.message(), self, self.remedy())
    }
}
