//! What keeps a message from being sent (LTI Core 1.3 §5.3–5.4).

use std::fmt;

use lti_types::{Claim, ClaimFault, Faults};

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
    /// An identifier is longer than 255 characters.
    TooLong(Claim),
    /// A service claim lacks what makes it usable.
    Service(Claim),
    /// A service is announced with a scope that the tool's record does not have: it would get no token for it.
    ScopeNotGranted(Claim),
    /// The window that the tool is shown in is none of frame, iframe and window.
    DocumentTarget,
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
            Self::TooLong(_) => "identifier_too_long",
            Self::Service(_) => "service_incomplete",
            Self::ScopeNotGranted(_) => "scope_not_granted",
            Self::DocumentTarget => "document_target_unsupported",
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
            Self::Url(claim)
            | Self::NotAscii(claim)
            | Self::Whitespace(claim)
            | Self::TooLong(claim)
            | Self::Service(claim)
            | Self::ScopeNotGranted(claim) => claim.spec(),
            Self::DocumentTarget => Claim::LaunchPresentation.spec(),
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
            Self::TooLong(claim) => write!(f, "an identifier in {} is too long", claim.short_name()),
            Self::Service(claim) => write!(f, "{} lacks what makes it usable", claim.short_name()),
            Self::ScopeNotGranted(claim) => {
                write!(f, "{} has a scope that the tool's record does not have", claim.short_name())
            }
            Self::DocumentTarget => f.write_str("document_target is none of frame, iframe and window"),
            Self::ExtensionName => f.write_str("a claim of the platform's own is not named by a URL"),
            Self::ExtensionTaken => f.write_str("a claim of the platform's own has a name that is taken"),
        }
    }
}

/// Every fault of a message.
pub type MessageFaults = Faults<MessageFault>;
