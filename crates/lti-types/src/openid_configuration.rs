//! What a platform publishes about itself for tools that register (LTI Dynamic Registration 1.0 §3; OpenID Connect
//! Discovery 1.0 §3).

use crate::object::wire_object;
use crate::supported_message::{FromKind, Messages};
use crate::tolerant::{List, Object, Text, TextOf};
use crate::{Issuer, MessageType, Scope, WireUrl};

/// The member of an OpenID configuration that holds a [`PlatformConfiguration`].
pub const PLATFORM_CONFIGURATION: &str = "https://purl.imsglobal.org/spec/lti-platform-configuration";

wire_object! {
    /// A platform's OpenID configuration. Required are the five addresses without which nothing can be registered;
    /// platforms leave out others that the specification wants, and these have defaults.
    ///
    /// ```
    /// use lti_types::{MessageType, OpenIdConfiguration};
    /// let configuration: OpenIdConfiguration = serde_json::from_str(r#"{
    ///     "issuer": "https://lms.example", "authorization_endpoint": "https://lms.example/auth",
    ///     "token_endpoint": "https://lms.example/token", "jwks_uri": "https://lms.example/jwks",
    ///     "registration_endpoint": "https://lms.example/register",
    ///     "https://purl.imsglobal.org/spec/lti-platform-configuration": {
    ///         "product_family_code": "moodle", "messages_supported": ["LtiResourceLinkRequest"]
    ///     }
    /// }"#)?;
    /// let message = &configuration.platform.as_ref().unwrap().messages_supported.as_ref().unwrap()[0];
    /// assert_eq!(message.kind, Some(MessageType::ResourceLinkRequest));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    OpenIdConfiguration {
        required {
            /// The platform's issuer.
            issuer: Issuer = "issuer",
            /// Where authentication requests go; it may have a query.
            authorization_endpoint: WireUrl = "authorization_endpoint",
            /// Where access tokens are had.
            token_endpoint: WireUrl = "token_endpoint",
            /// Where the platform publishes its keys.
            jwks_uri: WireUrl = "jwks_uri",
            /// Where tools register.
            registration_endpoint: WireUrl = "registration_endpoint",
        }
        optional {
            /// How tools may authenticate; `private_key_jwt` when absent.
            token_endpoint_auth_methods_supported: Vec<String> = "token_endpoint_auth_methods_supported" as List<String>,
            /// What assertions may be signed with; `RS256` when absent.
            token_endpoint_auth_signing_alg_values_supported: Vec<String> =
                "token_endpoint_auth_signing_alg_values_supported" as List<String>,
            /// What can be granted; unknown when absent.
            scopes_supported: Vec<Scope> = "scopes_supported" as List<Scope>,
            /// `id_token`.
            response_types_supported: Vec<String> = "response_types_supported" as List<String>,
            /// `public` or `pairwise`.
            subject_types_supported: Vec<String> = "subject_types_supported" as List<String>,
            /// What launches are signed with; `RS256` when absent.
            id_token_signing_alg_values_supported: Vec<String> = "id_token_signing_alg_values_supported" as List<String>,
            /// What launches may say about people.
            claims_supported: Vec<String> = "claims_supported" as List<String>,
            /// The audience of token requests, where it is not the token endpoint.
            authorization_server: String = "authorization_server" as Text,
            /// What is LTI's own.
            platform: PlatformConfiguration =
                "https://purl.imsglobal.org/spec/lti-platform-configuration" as Object<PlatformConfiguration>,
        }
    }
}

wire_object! {
    /// The part of an OpenID configuration that is LTI's own (LTI Dynamic Registration 1.0 §3.2).
    ///
    /// ```
    /// use lti_types::{MessageType, PlatformConfiguration, SupportedMessage};
    ///
    /// let mut message = SupportedMessage::new();
    /// message.kind = Some(MessageType::DeepLinkingRequest);
    /// message.placements = Some(vec!["ContentArea".to_owned()]);
    /// let mut platform = PlatformConfiguration::new();
    /// platform.product_family_code = Some("pond".to_owned());
    /// platform.messages_supported = Some(vec![message]);
    /// assert_eq!(serde_json::to_value(&platform)?["messages_supported"][0]["type"], "LtiDeepLinkingRequest");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    PlatformConfiguration {
        required {}
        optional {
            /// The product, such as `canvas`; compare it without regard to case.
            product_family_code: String = "product_family_code" as Text,
            /// Its version, in any form.
            version: String = "version" as Text,
            /// The messages that can be sent.
            messages_supported: Vec<SupportedMessage> = "messages_supported" as Messages<SupportedMessage>,
            /// Substitution variables, without their `$`.
            variables: Vec<String> = "variables" as List<String>,
            /// Placements, where one older platform puts them.
            placements: Vec<String> = "placements" as List<String>,
            /// Notices that can be subscribed to.
            notice_types_supported: Vec<String> = "notice_types_supported" as List<String>,
        }
    }
}

wire_object! {
    /// A message that a platform can send, and the places where it can be offered.
    ///
    /// [`PlatformConfiguration`] has an example.
    SupportedMessage {
        required {}
        optional {
            /// Its type; the specification requires it.
            kind: MessageType = "type" as TextOf<MessageType>,
            /// The places, in the platform's own spelling.
            placements: Vec<String> = "placements" as List<String>,
        }
    }
}

impl FromKind for SupportedMessage {
    fn from_kind(kind: &str) -> Self {
        Self { kind: Some(kind.into()), ..Self::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::OpenIdConfiguration;

    const FIVE: &str = r#""issuer":"https://l.example","authorization_endpoint":"a","token_endpoint":"t","jwks_uri":"j","registration_endpoint":"r""#;

    #[test]
    fn both_directions() {
        for (more, written) in [
            ("", String::new()),
            (
                r#","scopes_supported":"openid","x":null,"https://purl.imsglobal.org/spec/lti-platform-configuration":{"messages_supported":["A",{"type":"B","placements":"P","q":1},null],"variables":[]}"#,
                r#","scopes_supported":["openid"],"https://purl.imsglobal.org/spec/lti-platform-configuration":{"messages_supported":[{"type":"A"},{"type":"B","placements":["P"],"q":1}],"variables":[]},"x":null"#.to_owned(),
            ),
        ] {
            let read: OpenIdConfiguration = serde_json::from_str(&format!("{{{FIVE}{more}}}")).unwrap();
            let again = serde_json::to_string(&read).unwrap();
            assert_eq!(again, format!("{{{FIVE}{written}}}"));
            assert_eq!(serde_json::from_str::<OpenIdConfiguration>(&again).unwrap(), read);
        }
    }

    #[test]
    fn what_cannot_be_done_without_is_named() {
        for name in
            ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"]
        {
            let json = format!("{{{FIVE}}}").replace(&format!("\"{name}\":"), "\"other\":");
            let error = serde_json::from_str::<OpenIdConfiguration>(&json).unwrap_err().to_string();
            assert!(error.starts_with(&format!("missing field `{name}`")), "{error}");
        }
    }
}
