//! What is odd about a payload that was read nevertheless (LTI Core 1.3 §5.3–5.4; quirks of real platforms).
//!
//! Reading is tolerant; this says what it tolerated, so that a tool can tell its platform's administrator. It
//! looks at the raw JSON on request, never on the way of a launch. A diagnostic names the place and the rule,
//! and holds no value.

use std::fmt::{self, Write as _};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::tolerant::{Flag, Tolerant, Whole};
use crate::{Claim, ContextType, DocumentTarget, MessageType, Role};

/// A rule that a payload does not keep to, but that costs nobody the launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Oddity {
    /// `null` where the member should be absent.
    Null,
    /// A number or boolean where a string belongs, or a string where a number or boolean does.
    WrongScalar,
    /// A list where an object belongs, or one value where a list does.
    WrongShape,
    /// A value that cannot be read as its type, and was left out.
    Unreadable,
    /// A type of message that no specification lists.
    UnknownMessageType,
    /// `""` where the member should be absent.
    EmptyString,
    /// A role without its vocabulary (deprecated).
    ShortRole,
    /// A role of no vocabulary that the specification knows.
    UnknownRole,
    /// Roles, but none from the vocabulary that at least one must come from.
    NoKnownRole,
    /// A context type that is not a full URI of the vocabulary.
    ContextType,
    /// The platform instance without the id that the specification requires.
    PlatformWithoutGuid,
    /// `role_scope_mentor` for somebody who is no mentor; ignored.
    MentorScopeWithoutMentor,
    /// A document target outside the specification.
    DocumentTarget,
    /// A web address that is not https, or not an absolute one.
    UnsafeUrl,
    /// An identifier with characters beyond ASCII.
    NotAscii,
    /// Several audiences, and no `azp` to say which of them is meant.
    AudiencesWithoutAuthorizedParty,
    /// A claim of a known name without the namespace of a vendor, which no specification defines.
    UnnamespacedClaim,
    /// A custom parameter that still holds the name of a variable.
    UnresolvedVariable,
}

impl Oddity {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Null => "null_member",
            Self::WrongScalar => "wrong_scalar",
            Self::WrongShape => "wrong_shape",
            Self::Unreadable => "unreadable_value",
            Self::UnknownMessageType => "unknown_message_type",
            Self::EmptyString => "empty_string",
            Self::ShortRole => "short_role",
            Self::UnknownRole => "unknown_role",
            Self::NoKnownRole => "no_known_role",
            Self::ContextType => "context_type",
            Self::PlatformWithoutGuid => "platform_without_guid",
            Self::MentorScopeWithoutMentor => "mentor_scope_without_mentor",
            Self::DocumentTarget => "document_target",
            Self::UnsafeUrl => "unsafe_url",
            Self::NotAscii => "not_ascii",
            Self::AudiencesWithoutAuthorizedParty => "audiences_without_authorized_party",
            Self::UnnamespacedClaim => "unnamespaced_claim",
            Self::UnresolvedVariable => "unresolved_variable",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Null => "is null and should be absent",
            Self::WrongScalar => "is of another JSON type than the specification gives it",
            Self::WrongShape => "is of another JSON shape than the specification gives it",
            Self::Unreadable => "cannot be read and was left out",
            Self::UnknownMessageType => "is a type of message that no specification lists",
            Self::EmptyString => "is empty and should be absent",
            Self::ShortRole => "is a role without its vocabulary",
            Self::UnknownRole => "is a role that no vocabulary knows",
            Self::NoKnownRole => "has no role of the vocabulary",
            Self::ContextType => "is not a context type of the vocabulary",
            Self::PlatformWithoutGuid => "has no guid",
            Self::MentorScopeWithoutMentor => "is for mentors only and was ignored",
            Self::DocumentTarget => "is not frame, iframe or window",
            Self::UnsafeUrl => "is not an absolute https URL",
            Self::NotAscii => "has characters beyond ASCII",
            Self::AudiencesWithoutAuthorizedParty => "has several audiences without azp",
            Self::UnnamespacedClaim => "has a name that no specification defines and no vendor owns",
            Self::UnresolvedVariable => "still holds the name of a variable",
        }
    }
}

/// One oddity at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The claim, by its full name; for a member of a claim, the claim's name, a slash and the member's.
    pub place: String,
    /// What is odd there.
    pub oddity: Oddity,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names come from outside too: none of them begins a new line in somebody's log.
        for c in self.place.chars().flat_map(char::escape_debug) {
            f.write_char(c)?;
        }
        write!(f, " {}", self.oddity.sentence())
    }
}

/// The JSON type that a member should have.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Url,
    Whole,
    Flag,
    List,
    Object,
    Seconds,
}

/// Members of the claims that are objects, with their types. What is not listed is not looked at.
const MEMBERS: &[(Claim, &[(&str, Kind)])] = &[
    (
        Claim::Context,
        &[("id", Kind::Text), ("label", Kind::Text), ("title", Kind::Text), ("type", Kind::List)],
    ),
    (Claim::ResourceLink, &[("id", Kind::Text), ("title", Kind::Text), ("description", Kind::Text)]),
    (
        Claim::ToolPlatform,
        &[
            ("guid", Kind::Text),
            ("name", Kind::Text),
            ("description", Kind::Text),
            ("url", Kind::Url),
            ("contact_email", Kind::Text),
            ("product_family_code", Kind::Text),
            ("version", Kind::Text),
        ],
    ),
    (
        Claim::LaunchPresentation,
        &[
            ("document_target", Kind::Text),
            ("height", Kind::Whole),
            ("width", Kind::Whole),
            ("return_url", Kind::Url),
            ("locale", Kind::Text),
        ],
    ),
    (
        Claim::Lis,
        &[
            ("person_sourcedid", Kind::Text),
            ("course_offering_sourcedid", Kind::Text),
            ("course_section_sourcedid", Kind::Text),
        ],
    ),
    (Claim::GradeService, &[("scope", Kind::List), ("lineitems", Kind::Url), ("lineitem", Kind::Url)]),
    (Claim::RosterService, &[("context_memberships_url", Kind::Url), ("service_versions", Kind::List)]),
    (
        Claim::DeepLinkingSettings,
        &[
            ("deep_link_return_url", Kind::Url),
            ("accept_types", Kind::List),
            ("accept_presentation_document_targets", Kind::List),
            ("accept_media_types", Kind::Text),
            ("accept_multiple", Kind::Flag),
            ("accept_lineitem", Kind::Flag),
            ("auto_create", Kind::Flag),
            ("title", Kind::Text),
            ("text", Kind::Text),
            ("data", Kind::Text),
        ],
    ),
];

/// Claims that are objects, and whose members are not looked at.
const OBJECTS: &[Claim] = &[
    Claim::ForUser,
    Claim::Lti1p1,
    Claim::GroupService,
    Claim::BasicOutcome,
    Claim::CaliperService,
    Claim::NotificationService,
    Claim::EulaService,
    Claim::Activity,
    Claim::Submission,
    Claim::Asset,
];

/// Every oddity of a launch payload, in the order of their places.
///
/// ```
/// use lti_types::diagnostics;
/// let payload = serde_json::json!({"https://purl.imsglobal.org/spec/lti/claim/roles": ["Instructor"]});
/// let found = diagnostics::of_launch(&payload);
/// assert_eq!(found[0].oddity.code(), "short_role");
/// ```
#[must_use]
pub fn of_launch(payload: &Value) -> Vec<Diagnostic> {
    let mut linter = Linter(Vec::new());
    if let Some(payload) = payload.as_object() {
        linter.payload(payload);
    }
    let mut found = linter.0;
    found.sort();
    found.dedup();
    found
}

struct Linter(Vec<Diagnostic>);

impl Linter {
    fn add(&mut self, place: impl Into<String>, oddity: Oddity) {
        self.0.push(Diagnostic { place: place.into(), oddity });
    }

    fn payload(&mut self, payload: &Map<String, Value>) {
        for (name, value) in payload {
            match Claim::from_name(name) {
                Some(claim) => self.claim(claim, value),
                // Registered names are short and plain; a vendor's must be a URL.
                None if !name.contains("://") && !crate::is_registered_claim(name) => {
                    self.add(name, Oddity::UnnamespacedClaim);
                }
                None => {}
            }
        }
        let audiences = payload.get("aud").and_then(Value::as_array).map_or(0, Vec::len);
        if audiences > 1 && payload.get("azp").is_none_or(Value::is_null) {
            self.add("aud", Oddity::AudiencesWithoutAuthorizedParty);
        }
        let roles = payload.get(Claim::Roles.name()).and_then(Value::as_array);
        if payload.get(Claim::RoleScopeMentor.name()).is_some_and(|v| !v.is_null())
            && !roles.into_iter().flatten().filter_map(Value::as_str).collect::<crate::Roles>().is_mentor()
        {
            self.add(Claim::RoleScopeMentor.name(), Oddity::MentorScopeWithoutMentor);
        }
        if let Some(platform) = payload.get(Claim::ToolPlatform.name()).and_then(Value::as_object)
            && platform.get("guid").and_then(Value::as_str).is_none_or(str::is_empty)
        {
            self.add(Claim::ToolPlatform.name(), Oddity::PlatformWithoutGuid);
        }
    }

    fn claim(&mut self, claim: Claim, value: &Value) {
        let name = claim.name();
        match claim {
            Claim::Audience => {}
            Claim::Expiry | Claim::IssuedAt | Claim::NotBefore => self.member(name, value, Kind::Seconds),
            Claim::Roles => self.roles(value),
            Claim::RoleScopeMentor => self.member(name, value, Kind::List),
            Claim::Custom => self.custom(value),
            Claim::TargetLinkUri | Claim::Picture => self.member(name, value, Kind::Url),
            _ => match MEMBERS.iter().find(|(c, _)| *c == claim) {
                Some((_, members)) => self.object(claim, value, members),
                None if OBJECTS.contains(&claim) => self.member(name, value, Kind::Object),
                None => self.member(name, value, Kind::Text),
            },
        }
        if matches!(claim, Claim::DeploymentId | Claim::Subject)
            && value.as_str().is_some_and(|s| !s.is_ascii())
        {
            self.add(name, Oddity::NotAscii);
        }
        if claim == Claim::MessageType
            && value.as_str().is_some_and(|s| matches!(MessageType::from(s), MessageType::Other(_)))
        {
            self.add(name, Oddity::UnknownMessageType);
        }
    }

    fn object(&mut self, claim: Claim, value: &Value, members: &[(&str, Kind)]) {
        self.member(claim.name(), value, Kind::Object);
        let Some(object) = value.as_object() else { return };
        for (member, kind) in members {
            if let Some(value) = object.get(*member) {
                self.member(&format!("{}/{member}", claim.name()), value, *kind);
            }
        }
        if claim == Claim::Context
            && let Some(types) = object.get("type")
        {
            let types = types.as_array().map_or(std::slice::from_ref(types), Vec::as_slice);
            if types.iter().filter_map(Value::as_str).any(|t| !ContextType::from(t).is_canonical()) {
                self.add(format!("{}/type", claim.name()), Oddity::ContextType);
            }
        }
        if claim == Claim::LaunchPresentation
            && let Some(target) = object.get("document_target").and_then(Value::as_str)
            && !matches!(
                DocumentTarget::from(target),
                DocumentTarget::Frame | DocumentTarget::Iframe | DocumentTarget::Window
            )
        {
            self.add(format!("{}/document_target", claim.name()), Oddity::DocumentTarget);
        }
    }

    fn roles(&mut self, value: &Value) {
        let name = Claim::Roles.name();
        let Some(roles) = value.as_array() else { return self.member(name, value, Kind::List) };
        let mut known = false;
        for role in roles {
            match role.as_str() {
                None => self.add(name, Oddity::Null),
                Some("") => self.add(name, Oddity::EmptyString),
                Some(text) => {
                    let role = Role::from(text);
                    match role.kind() {
                        crate::RoleKind::Unknown => self.add(name, Oddity::UnknownRole),
                        _ if role.is_canonical() => known = true,
                        _ => self.add(name, Oddity::ShortRole),
                    }
                }
            }
        }
        if !roles.is_empty() && !known {
            self.add(name, Oddity::NoKnownRole);
        }
    }

    fn custom(&mut self, value: &Value) {
        let name = Claim::Custom.name();
        let Some(custom) = value.as_object() else { return self.member(name, value, Kind::Object) };
        for (key, value) in custom {
            match value {
                Value::String(text) => {
                    let probe: crate::Custom = [(key.as_str(), text.as_str())].into_iter().collect();
                    if probe.get(key).is_none() {
                        self.add(format!("{name}/{key}"), Oddity::UnresolvedVariable);
                    }
                }
                Value::Null => self.add(format!("{name}/{key}"), Oddity::Null),
                Value::Bool(_) | Value::Number(_) => self.add(format!("{name}/{key}"), Oddity::WrongScalar),
                Value::Array(_) | Value::Object(_) => self.add(format!("{name}/{key}"), Oddity::WrongShape),
            }
        }
    }

    fn member(&mut self, place: &str, value: &Value, kind: Kind) {
        let oddity = match (kind, value) {
            (_, Value::Null) => Oddity::Null,
            (Kind::Text | Kind::Url, Value::String(text)) if text.is_empty() => Oddity::EmptyString,
            (Kind::Url, Value::String(text))
                if crate::WireUrl::from(text.as_str()).to_secure_url().is_err() =>
            {
                Oddity::UnsafeUrl
            }
            (Kind::Text | Kind::Url, Value::String(_))
            | (Kind::Flag, Value::Bool(_))
            | (Kind::Object, Value::Object(_))
            | (Kind::Seconds, Value::Number(_)) => return,
            (Kind::List, Value::Array(values)) if values.iter().all(Value::is_string) => return,
            (Kind::List, Value::Array(values)) if values.iter().any(Value::is_null) => Oddity::Null,
            (Kind::List, Value::Array(_)) => Oddity::WrongScalar,
            (Kind::Whole, Value::Number(_)) if is_read::<u32, Whole>(value) => return,
            (Kind::Whole, _) if is_read::<u32, Whole>(value) => Oddity::WrongScalar,
            (Kind::Flag, _) if is_read::<bool, Flag>(value) => Oddity::WrongScalar,
            (Kind::Seconds, Value::String(_)) | (Kind::Text, Value::Number(_) | Value::Bool(_)) => {
                Oddity::WrongScalar
            }
            (Kind::List | Kind::Object | Kind::Text, _) => Oddity::WrongShape,
            _ => Oddity::Unreadable,
        };
        self.add(place, oddity);
    }
}

/// Whether a reader makes something of a value.
fn is_read<'de, T, R: Tolerant<T> + Deserialize<'de>>(value: &'de Value) -> bool {
    R::deserialize(value).is_ok_and(|read| read.into_value().is_some())
}
