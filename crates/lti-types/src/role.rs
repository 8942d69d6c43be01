//! Roles (LTI Core 1.3 §5.3.7, §A.2): the vocabulary, and questions answered with least privilege.
//!
//! A [`Role`] keeps the text that was sent; [`Role::kind`] says what the vocabularies make of it. Questions on
//! [`Roles`] compare whole names, never parts of them: `NotALearner` is nobody's learner, and an instructor of
//! the institution is not an instructor of the course.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use crate::refusal::refuse;

const SYSTEM: &str = "http://purl.imsglobal.org/vocab/lis/v2/system/person#";
const INSTITUTION: &str = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#";
const PERSON: &str = "http://purl.imsglobal.org/vocab/lis/v2/person#";
const MEMBERSHIP: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";
const TEST_USER: &str = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser";

macro_rules! role_names {
    ($(#[$meta:meta])* $Name:ident { $( $(#[$vmeta:meta])* $Variant:ident = $text:literal ),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$vmeta])* #[doc = concat!("`", $text, "`")] $Variant, )*
        }

        impl $Name {
            /// The name without its vocabulary.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( Self::$Variant => $text, )* }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name { $( $text => Some(Self::$Variant), )* _ => None }
            }
        }
    };
}

role_names! {
    /// Roles in the whole system (§A.2.1).
    SystemRole {
        Administrator = "Administrator", None = "None", AccountAdmin = "AccountAdmin", Creator = "Creator",
        SysAdmin = "SysAdmin", SysSupport = "SysSupport", User = "User",
    }
}

role_names! {
    /// Roles in the institution (§A.2.2). They say nothing about rights in a course.
    InstitutionRole {
        Administrator = "Administrator", Faculty = "Faculty", Guest = "Guest", None = "None", Other = "Other",
        Staff = "Staff", Student = "Student", Alumni = "Alumni", Instructor = "Instructor", Learner = "Learner",
        Member = "Member", Mentor = "Mentor", Observer = "Observer", ProspectiveStudent = "ProspectiveStudent",
    }
}

role_names! {
    /// Principal roles in a context (§A.2.3).
    ContextRole {
        Administrator = "Administrator", ContentDeveloper = "ContentDeveloper", Instructor = "Instructor",
        Learner = "Learner", Mentor = "Mentor", Manager = "Manager", Member = "Member", Officer = "Officer",
    }
}

/// What the vocabularies make of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RoleKind<'a> {
    /// A role in the whole system.
    System(SystemRole),
    /// A role in the institution.
    Institution(InstitutionRole),
    /// A principal role in the context.
    Context(ContextRole),
    /// A sub-role of a principal role in the context, such as `Instructor#TeachingAssistant`. The name of the
    /// sub-role is free: platforms add their own.
    SubRole {
        /// The principal role it belongs to.
        principal: ContextRole,
        /// Its own name.
        name: &'a str,
    },
    /// The marker of a user made by the platform for tests and previews (§A.2.4); it comes beside a real role.
    TestUser,
    /// A name from the deprecated vocabulary that does not tell system from institution.
    DeprecatedPerson(&'a str),
    /// None of the vocabularies.
    Unknown,
}

/// A role as it was sent.
///
/// ```
/// use lti_types::{ContextRole, Role, RoleKind};
/// let role = Role::from("http://purl.imsglobal.org/vocab/lis/v2/membership/Learner#Instructor");
/// assert_eq!(role.kind(), RoleKind::SubRole { principal: ContextRole::Learner, name: "Instructor" });
/// assert_eq!(Role::from("NotALearner").kind(), RoleKind::Unknown);
/// assert_eq!(Role::from(ContextRole::Learner).as_str(), "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Role(#[serde(deserialize_with = "crate::refusal::text")] String);

impl Role {
    /// The text as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A sub-role by its own name, e.g. `Role::sub_role(ContextRole::Instructor, "TeachingAssistant")`.
    #[must_use]
    pub fn sub_role(principal: ContextRole, name: &str) -> Self {
        Self(format!("{MEMBERSHIP}/{}#{name}", principal.name()))
    }

    /// The marker role of test users.
    #[must_use]
    pub fn test_user() -> Self {
        Self(TEST_USER.to_owned())
    }

    /// What the vocabularies make of it: full URIs, the deprecated URNs of LTI 1, and, for context roles
    /// only, the deprecated bare names. Names are case-sensitive.
    #[must_use]
    pub fn kind(&self) -> RoleKind<'_> {
        let text = self.0.as_str();
        if let Some(rest) = text.strip_prefix(MEMBERSHIP) {
            return match rest.split_once('#') {
                Some(("", name)) => ContextRole::from_name(name).map_or(RoleKind::Unknown, RoleKind::Context),
                Some((principal, name)) => sub_role(principal.strip_prefix('/'), name),
                None => RoleKind::Unknown,
            };
        }
        if let Some(name) =
            text.strip_prefix(INSTITUTION).or_else(|| text.strip_prefix("urn:lti:instrole:ims/lis/"))
        {
            return InstitutionRole::from_name(name).map_or(RoleKind::Unknown, RoleKind::Institution);
        }
        if let Some(name) =
            text.strip_prefix(SYSTEM).or_else(|| text.strip_prefix("urn:lti:sysrole:ims/lis/"))
        {
            return SystemRole::from_name(name).map_or(RoleKind::Unknown, RoleKind::System);
        }
        if let Some(name) = text.strip_prefix("urn:lti:role:ims/lis/") {
            return match name.split_once('/') {
                Some((principal, name)) => sub_role(Some(principal), name),
                None => ContextRole::from_name(name).map_or(RoleKind::Unknown, RoleKind::Context),
            };
        }
        if text == TEST_USER {
            return RoleKind::TestUser;
        }
        if let Some(name) = text.strip_prefix(PERSON) {
            return RoleKind::DeprecatedPerson(name);
        }
        ContextRole::from_name(text).map_or(RoleKind::Unknown, RoleKind::Context)
    }

    /// Whether it is written as a full URI of one of the vocabularies, as a sender must.
    #[must_use]
    pub fn is_canonical(&self) -> bool {
        let named = match self.kind() {
            RoleKind::Unknown | RoleKind::DeprecatedPerson(_) => false,
            RoleKind::SubRole { name, .. } => {
                name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            }
            _ => true,
        };
        named && self.0.starts_with("http://purl.imsglobal.org/vocab/")
    }
}

fn sub_role<'a>(principal: Option<&str>, name: &'a str) -> RoleKind<'a> {
    match principal.and_then(ContextRole::from_name) {
        Some(principal) if !name.is_empty() => RoleKind::SubRole { principal, name },
        _ => RoleKind::Unknown,
    }
}

impl fmt::Debug for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Role({:?})", self.0)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for Role {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Role {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<SystemRole> for Role {
    fn from(role: SystemRole) -> Self {
        Self(format!("{SYSTEM}{}", role.name()))
    }
}

impl From<InstitutionRole> for Role {
    fn from(role: InstitutionRole) -> Self {
        Self(format!("{INSTITUTION}{}", role.name()))
    }
}

impl From<ContextRole> for Role {
    fn from(role: ContextRole) -> Self {
        Self(format!("{MEMBERSHIP}#{}", role.name()))
    }
}

/// The roles of one person, in the order they were sent.
///
/// ```
/// use lti_types::Roles;
/// let roles: Roles = serde_json::from_str(r#"["Instructor", "https://vendor.example/roles#Helper"]"#)?;
/// assert!(roles.is_instructor());
/// let roles: Roles = serde_json::from_str(r#"["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"]"#)?;
/// assert!(!roles.is_instructor());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// The most roles that are read; a list beyond it is an error.
    pub const MAX: usize = 1000;

    /// No roles: what an anonymous person without a role gets. It is written as `[]`.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// All of them, as they were sent.
    #[must_use]
    pub fn as_slice(&self) -> &[Role] {
        &self.0
    }

    /// One after the other.
    pub fn iter(&self) -> std::slice::Iter<'_, Role> {
        self.0.iter()
    }

    /// Whether the list is empty, or holds nothing but empty names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|role| role.as_str().is_empty())
    }

    /// Whether the person teaches this context: the principal role Instructor, or a sub-role of it that
    /// teaches. Teaching assistants and graders without the principal role are not instructors; with it they
    /// are, so ask [`Roles::is_teaching_assistant`] first where the difference matters.
    #[must_use]
    pub fn is_instructor(&self) -> bool {
        self.0.iter().any(|role| match role.kind() {
            RoleKind::Context(ContextRole::Instructor) => true,
            RoleKind::SubRole { principal: ContextRole::Instructor, name } => matches!(
                name,
                "Instructor"
                    | "PrimaryInstructor"
                    | "SecondaryInstructor"
                    | "Lecturer"
                    | "GuestInstructor"
                    | "ExternalInstructor"
            ),
            _ => false,
        })
    }

    /// Whether one of the roles is a teaching assistant's in this context.
    #[must_use]
    pub fn is_teaching_assistant(&self) -> bool {
        self.0.iter().any(|role| {
            matches!(role.kind(), RoleKind::SubRole { principal: ContextRole::Instructor, name }
                if matches!(name, "TeachingAssistant" | "TeachingAssistantGroup" | "TeachingAssistantOffering"
                    | "TeachingAssistantSection" | "TeachingAssistantSectionAssociation" | "TeachingAssistantTemplate"))
        })
    }

    /// Whether the person learns in this context (Learner, or any sub-role of it).
    #[must_use]
    pub fn is_learner(&self) -> bool {
        self.has_principal(ContextRole::Learner)
    }

    /// Whether the person mentors learners of this context; whom, says the `role_scope_mentor` claim.
    #[must_use]
    pub fn is_mentor(&self) -> bool {
        self.has_principal(ContextRole::Mentor)
    }

    /// Whether the person develops content of this context.
    #[must_use]
    pub fn is_content_developer(&self) -> bool {
        self.has_principal(ContextRole::ContentDeveloper)
    }

    /// Whether the person administers this context. Administrators of the institution or system are asked
    /// for by [`Roles::is_institution_administrator`] and [`Roles::is_system_administrator`].
    #[must_use]
    pub fn is_context_administrator(&self) -> bool {
        self.0.iter().any(|role| match role.kind() {
            RoleKind::Context(ContextRole::Administrator) => true,
            RoleKind::SubRole { principal: ContextRole::Administrator, name } => {
                matches!(name, "Administrator" | "SystemAdministrator")
            }
            _ => false,
        })
    }

    /// Whether the person administers the institution.
    #[must_use]
    pub fn is_institution_administrator(&self) -> bool {
        self.0.iter().any(|r| r.kind() == RoleKind::Institution(InstitutionRole::Administrator))
    }

    /// Whether the person administers the whole system.
    #[must_use]
    pub fn is_system_administrator(&self) -> bool {
        self.0.iter().any(|role| {
            matches!(role.kind(), RoleKind::System(SystemRole::Administrator | SystemRole::SysAdmin))
        })
    }

    /// Whether the platform made this user for tests and previews.
    #[must_use]
    pub fn is_test_user(&self) -> bool {
        self.0.iter().any(|role| role.kind() == RoleKind::TestUser)
    }

    fn has_principal(&self, wanted: ContextRole) -> bool {
        self.0.iter().any(|role| match role.kind() {
            RoleKind::Context(principal) | RoleKind::SubRole { principal, .. } => principal == wanted,
            _ => false,
        })
    }
}

impl<R: Into<Role>> FromIterator<R> for Roles {
    fn from_iter<I: IntoIterator<Item = R>>(roles: I) -> Self {
        Self(roles.into_iter().map(Into::into).collect())
    }
}

impl<R: Into<Role>> Extend<R> for Roles {
    fn extend<I: IntoIterator<Item = R>>(&mut self, roles: I) {
        self.0.extend(roles.into_iter().map(Into::into));
    }
}

impl<'a> IntoIterator for &'a Roles {
    type Item = &'a Role;
    type IntoIter = std::slice::Iter<'a, Role>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'de> Deserialize<'de> for Roles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Roles;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of roles")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Roles, A::Error> {
                let mut roles = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(16));
                while let Some(role) = seq.next_element::<Option<Role>>()? {
                    if roles.len() == Roles::MAX {
                        return Err(A::Error::custom("more than 1,000 roles"));
                    }
                    roles.extend(role);
                }
                Ok(Roles(roles))
            }
            refuse!(bool number text);
        }
        deserializer.deserialize_any(V)
    }
}
