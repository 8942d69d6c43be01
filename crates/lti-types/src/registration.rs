//! Registration records: what each side writes down about the other before the first launch
//! (Security Framework 1.0 §6; LTI Core 1.3 §3.1.3). Plain data, as it stands in a file or table; the role
//! crates check it and add their policies. A member with another name is an error: a misspelled status or list of
//! deployments must not read as none.

use serde::{Deserialize, Serialize};

use crate::open_enum::open_enum;
use crate::{ClientId, Custom, DeploymentId, Issuer, Scope, WireUrl};

/// Whether a record may be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RegistrationStatus {
    /// Entered, and waiting for somebody's consent.
    Pending,
    /// In use.
    #[default]
    Active,
    /// Taken out of use.
    Disabled,
}

/// The deployments of a registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<Vec<DeploymentId>>", into = "Option<Vec<DeploymentId>>")]
#[non_exhaustive]
pub enum Deployments {
    /// Exactly these; none of them known means that every launch is refused.
    Known(Vec<DeploymentId>),
    /// Nobody told yet (`null`): each that arrives in a valid launch is new, and accepted, until the caller stores one.
    NotYetKnown,
}

impl Deployments {
    /// Whether launches from that deployment are expected.
    #[must_use]
    pub fn contains(&self, deployment: &DeploymentId) -> bool {
        matches!(self, Self::Known(known) if known.contains(deployment))
    }
}

impl From<Option<Vec<DeploymentId>>> for Deployments {
    fn from(ids: Option<Vec<DeploymentId>>) -> Self {
        ids.map_or(Self::NotYetKnown, Self::Known)
    }
}

impl From<Deployments> for Option<Vec<DeploymentId>> {
    fn from(deployments: Deployments) -> Self {
        match deployments {
            Deployments::Known(ids) => Some(ids),
            Deployments::NotYetKnown => None,
        }
    }
}

/// What a tool writes down about a platform. It is named after the other side: a platform keeps [`ToolRecord`]s.
///
/// ```
/// use lti_types::{Deployments, PlatformRecord, RegistrationStatus};
/// let record: PlatformRecord = serde_json::from_str(r#"{
///     "name": "Campus LMS", "issuer": "https://lms.example", "client_id": "abc", "deployment_ids": null,
///     "authentication_url": "https://lms.example/auth", "token_url": "https://lms.example/token",
///     "key_set_url": "https://lms.example/jwks", "token_audience": null, "profile": "moodle"
/// }"#)?;
/// assert_eq!(record.deployment_ids, Deployments::NotYetKnown);
/// assert_eq!(record.status, RegistrationStatus::Active);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PlatformRecord {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The platform's issuer, byte for byte.
    pub issuer: Issuer,
    /// The tool's name at the platform.
    pub client_id: ClientId,
    /// The deployments. It must be said, if only by `null`: a forgotten list is not an open door.
    #[serde(deserialize_with = "stated")]
    pub deployment_ids: Deployments,
    /// Where authentication requests go.
    pub authentication_url: WireUrl,
    /// Where access tokens are had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_url: Option<WireUrl>,
    /// Where the platform publishes its keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_set_url: Option<WireUrl>,
    /// The platform's key itself, where it publishes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key_pem: Option<String>,
    /// The audience of token requests, where it is not the token URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_audience: Option<String>,
    /// The product, for its known deviations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Whether it may be used.
    #[serde(default)]
    pub status: RegistrationStatus,
}

/// Reads a member that may be `null`, and may not be missing.
fn stated<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Deployments, D::Error> {
    Deployments::deserialize(deserializer)
}

impl PlatformRecord {
    /// With what every launch needs; assign the rest.
    #[must_use]
    pub fn new(
        issuer: Issuer,
        client_id: ClientId,
        deployments: Deployments,
        authentication_url: WireUrl,
    ) -> Self {
        Self {
            name: None,
            issuer,
            client_id,
            deployment_ids: deployments,
            authentication_url,
            token_url: None,
            key_set_url: None,
            public_key_pem: None,
            token_audience: None,
            profile: None,
            status: RegistrationStatus::Active,
        }
    }
}

open_enum! {
    /// A kind of personal data that a platform may send.
    PersonalData {
        /// All names.
        Name = "name",
        /// The e-mail address.
        Email = "email",
        /// The picture.
        Picture = "picture",
        /// The language.
        Locale = "locale",
        /// The student information system's identifiers of the person.
        Sourcedid = "sourcedid",
    }
}

/// What a platform writes down about a tool. It is named after the other side: a tool keeps [`PlatformRecord`]s.
///
/// ```
/// use lti_types::ToolRecord;
/// let record: ToolRecord = serde_json::from_str(r#"{
///     "name": "Quiz", "client_id": "abc", "deployment_ids": ["1"], "login_url": "https://tool.example/login",
///     "redirect_uris": ["https://tool.example/launch"], "target_link_uri": "https://tool.example/launch",
///     "key_set_url": "https://tool.example/jwks", "privacy": ["name"]
/// }"#)?;
/// assert!(record.redirects().any(|uri| uri == "https://tool.example/launch"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ToolRecord {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name that the platform gave it.
    pub client_id: ClientId,
    /// Its deployments.
    pub deployment_ids: Vec<DeploymentId>,
    /// Where logins are initiated.
    pub login_url: WireUrl,
    /// Where authentication responses may go, byte for byte. None listed means exactly the target link URI.
    #[serde(default)]
    pub redirect_uris: Vec<WireUrl>,
    /// Where launches lead when a link names nothing else.
    pub target_link_uri: WireUrl,
    /// Where the tool publishes its keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_set_url: Option<WireUrl>,
    /// The tool's key itself, where it publishes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key_pem: Option<String>,
    /// Where deep linking requests lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deep_linking_url: Option<WireUrl>,
    /// What access tokens may be granted.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// Custom parameters of every launch.
    #[serde(default, skip_serializing_if = "Custom::is_empty")]
    pub custom: Custom,
    /// What may be sent about a person beside the opaque id: absent is everything, an empty list nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Vec<PersonalData>>,
    /// Whether it may be used.
    #[serde(default)]
    pub status: RegistrationStatus,
}

impl ToolRecord {
    /// With what every launch needs; assign the rest.
    #[must_use]
    pub fn new(
        client_id: ClientId,
        deployment_ids: Vec<DeploymentId>,
        login_url: WireUrl,
        target_link_uri: WireUrl,
    ) -> Self {
        Self {
            name: None,
            client_id,
            deployment_ids,
            login_url,
            redirect_uris: Vec::new(),
            target_link_uri,
            key_set_url: None,
            public_key_pem: None,
            deep_linking_url: None,
            scopes: Vec::new(),
            custom: Custom::new(),
            privacy: None,
            status: RegistrationStatus::Active,
        }
    }

    /// The redirect URIs in force.
    pub fn redirects(&self) -> impl Iterator<Item = &str> {
        let default = self.redirect_uris.is_empty().then(|| self.target_link_uri.as_str());
        self.redirect_uris.iter().map(WireUrl::as_str).chain(default)
    }
}

#[cfg(test)]
mod tests {
    use super::{Deployments, PersonalData, RegistrationStatus};
    use crate::DeploymentId;

    #[test]
    fn none_known_is_not_the_same_as_not_yet_known() {
        let id = DeploymentId::new("1").unwrap();
        for (json, contains) in [("null", false), ("[]", false), (r#"["1"]"#, true), (r#"["2","1"]"#, true)] {
            let read: Deployments = serde_json::from_str(json).unwrap();
            assert_eq!(read.contains(&id), contains, "{json}");
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
        assert_ne!(Deployments::NotYetKnown, Deployments::Known(Vec::new()));
        assert!(serde_json::from_str::<Deployments>(r#"[""]"#).is_err());
    }

    #[test]
    fn a_status_is_one_of_three() {
        for (json, status) in [
            (r#""pending""#, RegistrationStatus::Pending),
            (r#""active""#, RegistrationStatus::Active),
            (r#""disabled""#, RegistrationStatus::Disabled),
        ] {
            assert_eq!(serde_json::from_str::<RegistrationStatus>(json).unwrap(), status);
            assert_eq!(serde_json::to_string(&status).unwrap(), json);
        }
        for json in [r#""Active""#, r#""""#, "null", "true"] {
            assert!(serde_json::from_str::<RegistrationStatus>(json).is_err(), "{json}");
        }
        assert_eq!(serde_json::to_string(&PersonalData::from("email")).unwrap(), r#""email""#);
    }
}
