//! What a tool says about itself when it is registered (LTI Dynamic Registration 1.0 §4; RFC 7591 §2): one document in
//! both directions, as it is asked for and as the platform wrote it down.

use crate::object::wire_object;
use crate::supported_message::Messages;
use crate::tolerant::{List, Object, Text, TextOf};
use crate::{ClientId, Custom, DeploymentId, Extensions, MessageType, RegistrationToken, Scopes, WireUrl};

/// The member of client metadata that holds a [`ToolConfiguration`].
pub const TOOL_CONFIGURATION: &str = "https://purl.imsglobal.org/spec/lti-tool-configuration";

wire_object! {
    /// A tool's metadata (LTI Dynamic Registration 1.0 §4). The platform's answer is the same document, with the
    /// `client_id` and whatever else it changed.
    ///
    /// Every member is optional here: a platform lists all that is missing at once, and a tool reads what it gets.
    /// Translations are members of their own, such as `client_name#de`: see [`localized`].
    ///
    /// ```
    /// use lti_types::{ClientMetadata, Scope, localized};
    /// let metadata: ClientMetadata = serde_json::from_str(r#"{
    ///     "client_name": "Quiz", "client_name#de": "Rätsel", "client_id": 7,
    ///     "scope": "openid https://purl.imsglobal.org/spec/lti-ags/scope/score"
    /// }"#)?;
    /// assert_eq!(metadata.client_id.as_ref().unwrap().as_str(), "7");
    /// assert!(metadata.scope.as_ref().unwrap().iter().any(|scope| *scope == Scope::Score));
    /// assert_eq!(localized(&metadata.extensions, "client_name").collect::<Vec<_>>(), [("de", "Rätsel")]);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ClientMetadata {
        required {}
        optional {
            /// The name that the platform gave it; only in answers. Some platforms send a number.
            client_id: ClientId = "client_id" as TextOf<ClientId>,
            /// `web`.
            application_type: String = "application_type" as Text,
            /// `id_token`.
            response_types: Vec<String> = "response_types" as List<String>,
            /// `implicit` and `client_credentials`.
            grant_types: Vec<String> = "grant_types" as List<String>,
            /// Where logins are initiated.
            initiate_login_uri: WireUrl = "initiate_login_uri" as TextOf<WireUrl>,
            /// Where authentication responses may go, byte for byte.
            redirect_uris: Vec<WireUrl> = "redirect_uris" as List<WireUrl>,
            /// What people call it.
            client_name: String = "client_name" as Text,
            /// Where the tool publishes its keys.
            jwks_uri: WireUrl = "jwks_uri" as TextOf<WireUrl>,
            /// `private_key_jwt`.
            token_endpoint_auth_method: String = "token_endpoint_auth_method" as Text,
            /// What access tokens are to be granted.
            scope: Scopes = "scope" as Scopes,
            /// A picture.
            logo_uri: WireUrl = "logo_uri" as TextOf<WireUrl>,
            /// A page about the tool.
            client_uri: WireUrl = "client_uri" as TextOf<WireUrl>,
            /// Its privacy policy.
            policy_uri: WireUrl = "policy_uri" as TextOf<WireUrl>,
            /// Its terms of service.
            tos_uri: WireUrl = "tos_uri" as TextOf<WireUrl>,
            /// E-mail addresses of those responsible.
            contacts: Vec<String> = "contacts" as List<String>,
            /// A deployment that was made along with the registration, where one platform puts it (Canvas); others put
            /// it into the tool configuration.
            deployment_id: DeploymentId = "deployment_id" as TextOf<DeploymentId>,
            /// Where the registration is read, changed and deleted (RFC 7592).
            registration_client_uri: WireUrl = "registration_client_uri" as TextOf<WireUrl>,
            /// The token for that.
            registration_access_token: RegistrationToken = "registration_access_token" as TextOf<RegistrationToken>,
            /// What is LTI's own.
            tool: ToolConfiguration = "https://purl.imsglobal.org/spec/lti-tool-configuration" as Object<ToolConfiguration>,
        }
    }
}

wire_object! {
    /// The part of client metadata that is LTI's own (LTI Dynamic Registration 1.0 §4.1).
    ///
    /// ```
    /// use lti_types::{ClientMetadata, MessageType, ToolConfiguration, ToolMessage};
    ///
    /// let mut pick = ToolMessage::new();
    /// pick.kind = Some(MessageType::DeepLinkingRequest);
    /// pick.label = Some("Choose a quiz".to_owned());
    /// let mut tool = ToolConfiguration::new();
    /// tool.domain = Some("tool.example".to_owned());
    /// tool.target_link_uri = Some("https://tool.example/launch".into());
    /// tool.messages = Some(vec![pick]);
    /// let mut metadata = ClientMetadata::new();
    /// metadata.tool = Some(tool);
    /// assert!(serde_json::to_string(&metadata)?.contains(r#""messages":[{"type":"LtiDeepLinkingRequest","#));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ToolConfiguration {
        required {}
        optional {
            /// The tool's host, without a scheme.
            domain: String = "domain" as Text,
            /// More of its hosts.
            secondary_domains: Vec<String> = "secondary_domains" as List<String>,
            /// Where launches lead when a link names nothing else.
            target_link_uri: WireUrl = "target_link_uri" as TextOf<WireUrl>,
            /// What it does.
            description: String = "description" as Text,
            /// Custom parameters of every launch.
            custom_parameters: Custom = "custom_parameters",
            /// The claims about people that it wants.
            claims: Vec<String> = "claims" as List<String>,
            /// The messages that it takes, beside resource link launches, which go without saying.
            messages: Vec<ToolMessage> = "messages" as Messages<ToolMessage>,
            /// A deployment that was made along with the registration; only in answers.
            deployment_id: DeploymentId = "deployment_id" as TextOf<DeploymentId>,
            /// The LTI version; only in answers.
            version: String = "version" as Text,
        }
    }
}

wire_object! {
    /// A message that a tool takes, and where the platform is to offer it (LTI Dynamic Registration 1.0 §4.1.1).
    ///
    /// [`ToolConfiguration`] has an example.
    ToolMessage {
        required {}
        optional {
            /// Its type; the specification requires it.
            kind: MessageType = "type" as TextOf<MessageType>,
            /// Where it leads.
            target_link_uri: WireUrl = "target_link_uri" as TextOf<WireUrl>,
            /// What people see.
            label: String = "label" as Text,
            /// A picture.
            icon_uri: WireUrl = "icon_uri" as TextOf<WireUrl>,
            /// Custom parameters of such launches.
            custom_parameters: Custom = "custom_parameters",
            /// The places where it is offered, in the platform's own spelling.
            placements: Vec<String> = "placements" as List<String>,
            /// Whom it is offered to, as full role names.
            roles: Vec<String> = "roles" as List<String>,
            /// Types of content item that are picked.
            supported_types: Vec<String> = "supported_types" as List<String>,
            /// Media types that are picked.
            supported_media_types: Vec<String> = "supported_media_types" as List<String>,
        }
    }
}

impl crate::supported_message::FromKind for ToolMessage {
    fn from_kind(kind: &str) -> Self {
        Self { kind: Some(kind.into()), ..Self::new() }
    }
}

/// The translations of a member: language and text, such as those of `client_name#de` (RFC 7591 §2.2).
pub fn localized<'a>(
    extensions: &'a Extensions,
    name: &'a str,
) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
    extensions.iter().filter_map(move |(member, value)| {
        let language = member.strip_prefix(name)?.strip_prefix('#').filter(|tag| !tag.is_empty())?;
        Some((language, value.as_str()?))
    })
}

/// Sets the translation of a member into a language, given by its tag (BCP 47).
///
/// ```
/// use lti_types::{ClientMetadata, localize, localized};
///
/// let mut metadata = ClientMetadata::new();
/// metadata.client_name = Some("Quiz".to_owned());
/// localize(&mut metadata.extensions, "client_name", "de", "Rätsel");
/// let names: Vec<_> = localized(&metadata.extensions, "client_name").collect();
/// assert_eq!(names, [("de", "Rätsel")]);
/// ```
pub fn localize(extensions: &mut Extensions, name: &str, language: &str, text: &str) {
    extensions.insert(format!("{name}#{language}"), text.into());
}

#[cfg(test)]
mod tests {
    use super::{ClientMetadata, localize, localized};

    #[test]
    fn both_directions() {
        for (json, written) in [
            (
                r#"{"client_id":12,"scope":["a","b a"],"logo_uri":"","contacts":null,"x":{"y":null}}"#,
                r#"{"client_id":"12","scope":"a b","logo_uri":"","x":{"y":null}}"#,
            ),
            (
                r#"{"scope":null,"https://purl.imsglobal.org/spec/lti-tool-configuration":{"custom_parameters":[],"messages":[{"type":"LtiDeepLinkingRequest","label#ja":"x","placements":"ContentArea"},"LtiEulaRequest"],"deployment_id":3,"claims#x":1}}"#,
                r#"{"scope":"","https://purl.imsglobal.org/spec/lti-tool-configuration":{"custom_parameters":{},"messages":[{"type":"LtiDeepLinkingRequest","placements":["ContentArea"],"label#ja":"x"},{"type":"LtiEulaRequest"}],"deployment_id":"3","claims#x":1}}"#,
            ),
        ] {
            let read: ClientMetadata = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), written);
            assert_eq!(serde_json::from_str::<ClientMetadata>(written).unwrap(), read);
        }
        for json in [r#"{"scope":7}"#, r#"{"client_name":"a","client_name":"b"}"#, "[]"] {
            assert!(serde_json::from_str::<ClientMetadata>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_registration_access_token_does_not_show() {
        let read: ClientMetadata =
            serde_json::from_str(r#"{"registration_access_token":"s3cret-token"}"#).unwrap();
        assert!(!format!("{read:?}").contains("s3cret"));
    }

    #[test]
    fn translations_are_found_by_their_language() {
        let mut metadata = ClientMetadata::new();
        localize(&mut metadata.extensions, "client_name", "de-CH", "Rätsel");
        metadata.extensions.insert("client_name#".into(), "x".into());
        metadata.extensions.insert("client_names#fr".into(), "x".into());
        metadata.extensions.insert("client_name#fr".into(), 7.into());
        assert_eq!(localized(&metadata.extensions, "client_name").collect::<Vec<_>>(), [("de-CH", "Rätsel")]);
    }
}
