//! Claim names (LTI Core 1.3 §5.3–5.4 and the service specifications), and what can be wrong with a claim.

use std::fmt;

use crate::Faults;

macro_rules! claims {
    ($( $(#[$meta:meta])* $Variant:ident = $name:literal, $short:literal, $spec:literal; )*) => {
        /// A claim that this crate has a type for.
        ///
        /// ```
        /// use lti_types::Claim;
        /// assert_eq!(Claim::Roles.name(), "https://purl.imsglobal.org/spec/lti/claim/roles");
        /// assert_eq!(Claim::from_name("https://purl.imsglobal.org/spec/lti/claim/roles"), Some(Claim::Roles));
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Claim {
            $( $(#[$meta])* #[doc = concat!("`", $name, "`")] $Variant, )*
        }

        impl Claim {
            /// The full name, as it stands in the payload.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( Self::$Variant => $name, )* }
            }

            /// The last part of the name, for people and codes.
            #[must_use]
            pub fn short_name(self) -> &'static str {
                match self { $( Self::$Variant => $short, )* }
            }

            /// The section that defines it.
            #[must_use]
            pub fn spec(self) -> &'static str {
                match self { $( Self::$Variant => $spec, )* }
            }

            /// The claim of that full name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $( $name => Some(Self::$Variant), )* _ => None }
            }
        }

        impl ClaimFault {
            /// A stable code for machines: the claim's short name, then `_missing`, `_invalid`, `_unsupported`
            /// or `_unexpected`.
            #[must_use]
            pub fn code(self) -> &'static str {
                match (self.claim, self.problem) {
                    $(
                        (Claim::$Variant, ClaimProblem::Missing) => concat!($short, "_missing"),
                        (Claim::$Variant, ClaimProblem::Invalid) => concat!($short, "_invalid"),
                        (Claim::$Variant, ClaimProblem::Unsupported) => concat!($short, "_unsupported"),
                        (Claim::$Variant, ClaimProblem::Unexpected) => concat!($short, "_unexpected"),
                    )*
                }
            }
        }
    };
}

claims! {
    /// Who signed.
    Issuer = "iss", "issuer", "Security Framework 1.0 §5.1.2";
    /// For whom.
    Audience = "aud", "audience", "Security Framework 1.0 §5.1.2";
    /// The party it was issued to.
    AuthorizedParty = "azp", "authorized_party", "Security Framework 1.0 §5.1.2";
    /// Until when.
    Expiry = "exp", "expiry", "Security Framework 1.0 §5.1.2";
    /// Since when.
    IssuedAt = "iat", "issued_at", "Security Framework 1.0 §5.1.2";
    /// Not before when.
    NotBefore = "nbf", "not_before", "RFC 7519 §4.1.5";
    /// The request it answers.
    Nonce = "nonce", "nonce", "Security Framework 1.0 §5.1.2";
    /// The person.
    Subject = "sub", "subject", "LTI Core 1.3 §5.3.6";
    /// The kind of message.
    MessageType = "https://purl.imsglobal.org/spec/lti/claim/message_type", "message_type", "LTI Core 1.3 §5.3.1";
    /// The version of LTI.
    Version = "https://purl.imsglobal.org/spec/lti/claim/version", "version", "LTI Core 1.3 §5.3.2";
    /// The deployment.
    DeploymentId = "https://purl.imsglobal.org/spec/lti/claim/deployment_id", "deployment_id", "LTI Core 1.3 §5.3.3";
    /// Where the launch leads.
    TargetLinkUri = "https://purl.imsglobal.org/spec/lti/claim/target_link_uri", "target_link_uri", "LTI Core 1.3 §5.3.4";
    /// The placed link.
    ResourceLink = "https://purl.imsglobal.org/spec/lti/claim/resource_link", "resource_link", "LTI Core 1.3 §5.3.5";
    /// The person's roles.
    Roles = "https://purl.imsglobal.org/spec/lti/claim/roles", "roles", "LTI Core 1.3 §5.3.7";
    /// The course.
    Context = "https://purl.imsglobal.org/spec/lti/claim/context", "context", "LTI Core 1.3 §5.4.1";
    /// The platform instance.
    ToolPlatform = "https://purl.imsglobal.org/spec/lti/claim/tool_platform", "tool_platform", "LTI Core 1.3 §5.4.2";
    /// Whom the person mentors.
    RoleScopeMentor = "https://purl.imsglobal.org/spec/lti/claim/role_scope_mentor", "role_scope_mentor", "LTI Core 1.3 §5.4.3";
    /// How the tool is shown.
    LaunchPresentation = "https://purl.imsglobal.org/spec/lti/claim/launch_presentation", "launch_presentation", "LTI Core 1.3 §5.4.4";
    /// Identifiers of the student information system.
    Lis = "https://purl.imsglobal.org/spec/lti/claim/lis", "lis", "LTI Core 1.3 §5.4.5";
    /// Custom parameters.
    Custom = "https://purl.imsglobal.org/spec/lti/claim/custom", "custom", "LTI Core 1.3 §5.4.6";
    /// The person whom a review or privacy launch is about.
    ForUser = "https://purl.imsglobal.org/spec/lti/claim/for_user", "for_user", "Submission Review 1.0";
    /// What links this launch to LTI 1.1.
    Lti1p1 = "https://purl.imsglobal.org/spec/lti/claim/lti1p1", "lti1p1", "LTI 1.3 Migration Guide";
    /// The older way to send the LTI 1.1 user id.
    Lti11LegacyUserId = "https://purl.imsglobal.org/spec/lti/claim/lti11_legacy_user_id", "lti11_legacy_user_id", "LTI 1.3 Migration Guide";
    /// Assignment and Grade Services.
    GradeService = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint", "endpoint", "AGS 2.0 §3.1";
    /// Names and Role Provisioning Services.
    RosterService = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice", "namesroleservice", "NRPS 2.0 §3.6.1.1";
    /// Course Groups.
    GroupService = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice", "groupsservice", "Course Groups 1.0";
    /// Basic Outcomes under 1.3.
    BasicOutcome = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome", "basicoutcome", "Basic Outcomes 1.1";
    /// Caliper.
    CaliperService = "https://purl.imsglobal.org/spec/lti-ces/claim/caliper-endpoint-service", "caliper_endpoint_service", "LTI Caliper Connector 1.0";
    /// Platform notifications.
    NotificationService = "https://purl.imsglobal.org/spec/lti/claim/platformnotificationservice", "platformnotificationservice", "Platform Notification Service 1.0";
    /// End-user license agreements.
    EulaService = "https://purl.imsglobal.org/spec/lti/claim/eulaservice", "eulaservice", "EULA Service 1.0";
    /// The assignment an asset processor is attached to.
    Activity = "https://purl.imsglobal.org/spec/lti/claim/activity", "activity", "Asset Processor 1.0";
    /// The submission a report is about.
    Submission = "https://purl.imsglobal.org/spec/lti/claim/submission", "submission", "Asset Processor 1.0";
    /// The asset a report is about.
    Asset = "https://purl.imsglobal.org/spec/lti/claim/asset", "asset", "Asset Processor 1.0";
    /// The type of report that is opened.
    AssetReportType = "https://purl.imsglobal.org/spec/lti/claim/assetreport_type", "assetreport_type", "Asset Processor 1.0";
    /// What may be chosen, and where it goes.
    DeepLinkingSettings = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings", "deep_linking_settings", "Deep Linking 2.0 §4.4.1";
    /// The person's full name.
    Name = "name", "name", "LTI Core 1.3 §5.3.6";
    /// The person's given names.
    GivenName = "given_name", "given_name", "LTI Core 1.3 §5.3.6";
    /// The person's family names.
    FamilyName = "family_name", "family_name", "LTI Core 1.3 §5.3.6";
    /// The person's middle names.
    MiddleName = "middle_name", "middle_name", "LTI Core 1.3 §5.3.6";
    /// The person's e-mail address.
    Email = "email", "email", "LTI Core 1.3 §5.3.6";
    /// The person's language.
    Locale = "locale", "locale", "LTI Core 1.3 §5.3.6";
    /// The person's picture.
    Picture = "picture", "picture", "LTI Core 1.3 §5.3.6";
}

/// Whether a name is that of a registered claim without a type here (RFC 7519 §4.1, OpenID Connect Core §5.1): names
/// without a namespace that may stand in a message all the same.
///
/// ```
/// use lti_types::is_registered_claim;
/// assert!(is_registered_claim("auth_time") && !is_registered_claim("course"));
/// ```
#[must_use]
pub fn is_registered_claim(name: &str) -> bool {
    matches!(
        name,
        "jti"
            | "at_hash"
            | "c_hash"
            | "acr"
            | "amr"
            | "auth_time"
            | "sid"
            | "nickname"
            | "preferred_username"
            | "profile"
            | "website"
            | "email_verified"
            | "gender"
            | "birthdate"
            | "zoneinfo"
            | "phone_number"
            | "phone_number_verified"
            | "address"
            | "updated_at"
    )
}

/// What is wrong with a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ClaimProblem {
    /// The message type requires it, and it is not there.
    Missing,
    /// It is there, and empty, too long, of the wrong JSON type, or without a member it must have.
    Invalid,
    /// It is well-formed, and a value that cannot be served.
    Unsupported,
    /// It is there, and the message type forbids it.
    Unexpected,
}

/// One fault of one claim. It never holds the claim's value.
///
/// ```
/// use lti_types::{Claim, ClaimFault, ClaimProblem};
/// let fault = ClaimFault::new(Claim::Roles, ClaimProblem::Missing);
/// assert_eq!(fault.code(), "roles_missing");
/// assert_eq!(fault.to_string(), "the claim https://purl.imsglobal.org/spec/lti/claim/roles is missing");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct ClaimFault {
    /// Which claim.
    pub claim: Claim,
    /// What is wrong with it.
    pub problem: ClaimProblem,
}

impl ClaimFault {
    /// A fault of a claim.
    #[must_use]
    pub fn new(claim: Claim, problem: ClaimProblem) -> Self {
        Self { claim, problem }
    }

    /// The section of the specification that the claim breaks.
    #[must_use]
    pub fn spec(self) -> &'static str {
        self.claim.spec()
    }
}

impl fmt::Display for ClaimFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.problem {
            ClaimProblem::Missing => "is missing",
            ClaimProblem::Invalid => {
                "is not as the specification wants it: of another type, empty, too long, or without what it must have"
            }
            ClaimProblem::Unsupported => "has a value that is not supported",
            ClaimProblem::Unexpected => "must not be in this message",
        };
        write!(f, "the claim {} {what}", self.claim.name())
    }
}

impl std::error::Error for ClaimFault {}

/// Every fault found in a message: those of [`LaunchClaims::message`](crate::LaunchClaims::message) in the order of
/// [`Claim`].
///
/// ```
/// use lti_types::{ClaimFaults, LaunchClaims};
///
/// let claims: LaunchClaims = serde_json::from_str(r#"{
///     "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
///     "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiResourceLinkRequest",
///     "https://purl.imsglobal.org/spec/lti/claim/roles": []
/// }"#)?;
/// let faults: ClaimFaults = claims.message().unwrap_err();
/// let missing: Vec<_> = faults.as_slice().iter().map(|fault| fault.claim.name()).collect();
/// assert_eq!(missing.len(), 3);
/// assert!(missing[2].ends_with("/claim/resource_link"));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub type ClaimFaults = Faults<ClaimFault>;

#[cfg(test)]
mod tests {
    use super::{Claim, ClaimFault, ClaimFaults, ClaimProblem};

    #[test]
    fn faults_are_sorted_and_named_once() {
        let roles = ClaimFault::new(Claim::Roles, ClaimProblem::Missing);
        let version = ClaimFault::new(Claim::Version, ClaimProblem::Unsupported);
        assert_eq!(ClaimFaults::check_sorted(Vec::new()), Ok(()));
        let faults = ClaimFaults::check_sorted(vec![roles, version, roles]).unwrap_err();
        assert_eq!(faults.as_slice(), [version, roles]);
        assert_eq!(*faults.first(), version);
        assert_eq!(faults.to_string(), format!("{version}; {roles}"));
        assert_eq!(ClaimFaults::from(roles).as_slice(), [roles]);
        assert_eq!((roles.code(), roles.spec()), ("roles_missing", "LTI Core 1.3 §5.3.7"));
        assert_eq!(version.code(), "version_unsupported");
    }

    #[test]
    fn names_are_whole() {
        assert_eq!(Claim::from_name("roles"), None);
        assert_eq!(Claim::from_name("https://purl.imsglobal.org/spec/lti/claim/Roles"), None);
        assert_eq!(Claim::from_name("sub"), Some(Claim::Subject));
        assert_eq!(Claim::Subject.name(), "sub");
    }
}
