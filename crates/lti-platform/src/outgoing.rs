//! The last look at a message before it is signed (LTI Core 1.3 §5.3–5.4, certification P-C01–P-C09): what we
//! send must satisfy the pickiest tool.

use std::fmt;

use lti_types::{Claim, ClaimFault, LaunchClaims, Role, RoleKind, Roles, WireUrl};
use serde_json::Value;
use url::Url;

/// What keeps a message from being sent. All of it is in the platform's own data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum MessageFault {
    /// A claim that the message type requires is missing or wrong.
    Claim(ClaimFault),
    /// A role is neither of the vocabulary nor a full URI of somebody's own.
    Role,
    /// There are roles, but none of the vocabulary.
    NoVocabularyRole,
    /// A context has types, but none of the vocabulary.
    NoVocabularyContextType,
    /// There are people to mentor, but the person is no mentor.
    MentorScopeWithoutMentor,
    /// The platform instance has no guid.
    PlatformWithoutGuid,
    /// An address is not an absolute https URL.
    Url(Claim),
    /// An identifier has characters beyond ASCII.
    NotAscii(Claim),
    /// An identifier begins or ends with white space.
    Whitespace(Claim),
    /// A claim of the platform's own is not named by a URL.
    ExtensionName,
    /// A claim of the platform's own has the name of one that has its own place.
    ExtensionTaken,
}

impl MessageFault {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Claim(fault) => fault.code(),
            Self::Role => "role_not_a_uri",
            Self::NoVocabularyRole => "role_vocabulary_missing",
            Self::NoVocabularyContextType => "context_type_vocabulary_missing",
            Self::MentorScopeWithoutMentor => "mentor_scope_without_mentor",
            Self::PlatformWithoutGuid => "platform_without_guid",
            Self::Url(_) => "url_not_https",
            Self::NotAscii(_) => "identifier_not_ascii",
            Self::Whitespace(_) => "identifier_whitespace",
            Self::ExtensionName => "extension_name_not_a_url",
            Self::ExtensionTaken => "extension_name_taken",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Claim(fault) => fault.spec(),
            Self::Role | Self::NoVocabularyRole => Claim::Roles.spec(),
            Self::NoVocabularyContextType => Claim::Context.spec(),
            Self::MentorScopeWithoutMentor => Claim::RoleScopeMentor.spec(),
            Self::PlatformWithoutGuid => Claim::ToolPlatform.spec(),
            Self::Url(claim) | Self::NotAscii(claim) | Self::Whitespace(claim) => claim.spec(),
            Self::ExtensionName | Self::ExtensionTaken => "LTI Core 1.3 §5.4.7",
        }
    }
}

impl fmt::Display for MessageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claim(fault) => fault.fmt(f),
            Self::Role => f.write_str("a role is no full URI"),
            Self::NoVocabularyRole => f.write_str("none of the roles is of the vocabulary"),
            Self::NoVocabularyContextType => f.write_str("none of the context's types is of the vocabulary"),
            Self::MentorScopeWithoutMentor => f.write_str("role_scope_mentor is for mentors only"),
            Self::PlatformWithoutGuid => f.write_str("tool_platform has no guid"),
            Self::Url(claim) => {
                write!(f, "an address in {} is not an absolute https URL", claim.short_name())
            }
            Self::NotAscii(claim) => write!(f, "an identifier in {} is not ASCII", claim.short_name()),
            Self::Whitespace(claim) => {
                write!(f, "an identifier in {} begins or ends with a blank", claim.short_name())
            }
            Self::ExtensionName => f.write_str("a claim of the platform's own is not named by a URL"),
            Self::ExtensionTaken => f.write_str("a claim of the platform's own has a name that is taken"),
        }
    }
}

/// Every fault of a message; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageFaults(Vec<MessageFault>);

impl MessageFaults {
    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[MessageFault] {
        &self.0
    }
}

impl fmt::Display for MessageFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for MessageFaults {}

/// Adds the principal role beside each sub-role (§A.2.3: a sender should send both).
pub(crate) fn with_principals(roles: Roles) -> Roles {
    let principals: Vec<Role> = roles
        .iter()
        .filter_map(|role| match role.kind() {
            RoleKind::SubRole { principal, .. } => Some(Role::from(principal)),
            _ => None,
        })
        .collect();
    let mut all: Vec<Role> = Vec::new();
    for role in roles.iter().cloned().chain(principals) {
        if !all.contains(&role) {
            all.push(role);
        }
    }
    all.into_iter().collect()
}

/// Checks a message against the rules for senders.
pub(crate) fn check(claims: &LaunchClaims) -> Result<(), MessageFaults> {
    let mut faults = Vec::new();
    if let Err(claim_faults) = claims.message() {
        faults.extend(claim_faults.as_slice().iter().copied().map(MessageFault::Claim));
    }
    if let Some(roles) = &claims.roles {
        if roles.iter().any(|role| !role.is_canonical() && Url::parse(role.as_str()).is_err()) {
            faults.push(MessageFault::Role);
        }
        if roles.iter().next().is_some() && !roles.iter().any(Role::is_canonical) {
            faults.push(MessageFault::NoVocabularyRole);
        }
        if claims.role_scope_mentor.is_some() && !roles.is_mentor() {
            faults.push(MessageFault::MentorScopeWithoutMentor);
        }
    }
    if let Some(types) = claims.context.as_ref().and_then(|c| c.types.as_ref())
        && !types.iter().any(lti_types::ContextType::is_canonical)
    {
        faults.push(MessageFault::NoVocabularyContextType);
    }
    if claims
        .tool_platform
        .as_ref()
        .is_some_and(|p| p.guid.as_deref().is_none_or(|guid| guid.trim().is_empty()))
    {
        faults.push(MessageFault::PlatformWithoutGuid);
    }
    for (claim, url) in urls(claims) {
        if url.to_secure_url().is_err() {
            faults.push(MessageFault::Url(claim));
        }
    }
    for (claim, id) in identifiers(claims) {
        if !id.is_ascii() {
            faults.push(MessageFault::NotAscii(claim));
        }
        if id.trim() != id {
            faults.push(MessageFault::Whitespace(claim));
        }
    }
    for name in claims.extensions.keys() {
        if Claim::from_name(name).is_some() {
            faults.push(MessageFault::ExtensionTaken);
        } else if Url::parse(name).is_err() {
            faults.push(MessageFault::ExtensionName);
        }
    }
    faults.sort();
    faults.dedup();
    if faults.is_empty() { Ok(()) } else { Err(MessageFaults(faults)) }
}

fn urls(claims: &LaunchClaims) -> impl Iterator<Item = (Claim, &WireUrl)> {
    let grades = claims.grade_service.as_ref();
    let roster = claims.roster_service.as_ref();
    let groups = claims.group_service.as_ref();
    [
        (Claim::TargetLinkUri, claims.target_link_uri.as_ref()),
        (Claim::Picture, claims.picture.as_ref()),
        (Claim::LaunchPresentation, claims.launch_presentation.as_ref().and_then(|p| p.return_url.as_ref())),
        (Claim::ToolPlatform, claims.tool_platform.as_ref().and_then(|p| p.url.as_ref())),
        (Claim::GradeService, grades.and_then(|s| s.lineitems.as_ref())),
        (Claim::GradeService, grades.and_then(|s| s.lineitem.as_ref())),
        (Claim::RosterService, roster.and_then(|s| s.context_memberships_url.as_ref())),
        (Claim::GroupService, groups.and_then(|s| s.context_groups_url.as_ref())),
        (Claim::GroupService, groups.and_then(|s| s.context_group_sets_url.as_ref())),
        (Claim::BasicOutcome, claims.basic_outcome.as_ref().and_then(|s| s.lis_outcome_service_url.as_ref())),
        (Claim::DeepLinkingSettings, claims.deep_linking_settings.as_ref().map(|s| &s.deep_link_return_url)),
    ]
    .into_iter()
    .filter_map(|(claim, url)| url.map(|url| (claim, url)))
}

fn identifiers(claims: &LaunchClaims) -> impl Iterator<Item = (Claim, &str)> {
    let for_user = claims.for_user.as_ref().and_then(|p| p.user());
    [
        (Claim::Subject, claims.sub.as_ref().map(lti_types::UserId::as_str)),
        (Claim::DeploymentId, claims.deployment_id.as_ref().map(lti_types::DeploymentId::as_str)),
        (Claim::ResourceLink, claims.resource_link.as_ref().map(|link| link.id.as_str())),
        (Claim::Context, claims.context.as_ref().map(|context| context.id.as_str())),
        (Claim::ForUser, for_user.map(lti_types::UserId::as_str)),
    ]
    .into_iter()
    .filter_map(|(claim, id)| id.map(|id| (claim, id)))
}

/// Takes white space off both ends of every text (certification P-C09). Identifiers were checked before: theirs
/// is a fault, not a blemish.
pub(crate) fn trim(value: &mut Value) {
    match value {
        Value::String(text) => {
            let trimmed = text.trim();
            if trimmed.len() != text.len() {
                *text = trimmed.to_owned();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(trim),
        Value::Object(members) => members.values_mut().for_each(trim),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
