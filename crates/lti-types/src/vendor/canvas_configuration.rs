//! The JSON that Canvas takes for a developer key ("Paste JSON" or "Enter URL"): a form of its own, older than dynamic
//! registration.

use crate::lossless::Objects;
use crate::object::wire_object;
use crate::tolerant::{Flag, List, Object, Text, TextOf, Whole};
use crate::{Custom, Extensions, MessageType, Scope, WireUrl};

wire_object! {
    /// A tool's configuration for Canvas.
    ///
    /// ```
    /// use lti_types::vendor::canvas_configuration::{
    ///     CanvasConfiguration, CanvasExtension, CanvasPlacement, CanvasSettings,
    /// };
    ///
    /// let mut placement = CanvasPlacement::new();
    /// placement.placement = Some("course_navigation".to_owned());
    /// let mut settings = CanvasSettings::new();
    /// settings.placements = Some(vec![placement]);
    /// let mut canvas = CanvasExtension::new();
    /// canvas.platform = Some("canvas.instructure.com".to_owned());
    /// canvas.settings = Some(settings);
    /// let mut configuration = CanvasConfiguration::new();
    /// configuration.title = Some("Quiz".to_owned());
    /// configuration.platforms = Some(vec![canvas]);
    /// let json = serde_json::to_value(&configuration)?;
    /// assert_eq!(json["extensions"][0]["settings"]["placements"][0]["placement"], "course_navigation");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    CanvasConfiguration {
        required {}
        optional {
            /// What people call it.
            title: String = "title" as Text,
            /// What it does.
            description: String = "description" as Text,
            /// Where logins are initiated.
            oidc_initiation_url: WireUrl = "oidc_initiation_url" as TextOf<WireUrl>,
            /// Where launches lead when a placement names nothing else.
            target_link_uri: WireUrl = "target_link_uri" as TextOf<WireUrl>,
            /// Where authentication responses may go; the target link URI when absent.
            redirect_uris: Vec<WireUrl> = "redirect_uris" as List<WireUrl>,
            /// What access tokens are to be granted.
            scopes: Vec<Scope> = "scopes" as List<Scope>,
            /// Custom parameters of every launch.
            custom_fields: Custom = "custom_fields",
            /// The tool's key itself.
            public_jwk: Extensions = "public_jwk" as Object<Extensions>,
            /// Where the tool publishes its keys.
            public_jwk_url: WireUrl = "public_jwk_url" as TextOf<WireUrl>,
            /// Settings for one platform each; Canvas reads the one for `canvas.instructure.com`.
            platforms: Vec<CanvasExtension> = "extensions" as Objects<CanvasExtension>,
        }
    }
}

wire_object! {
    /// What a configuration says to one platform.
    CanvasExtension {
        required {}
        optional {
            /// `canvas.instructure.com`.
            platform: String = "platform" as Text,
            /// The tool's host.
            domain: String = "domain" as Text,
            /// The tool's own name for itself.
            tool_id: String = "tool_id" as Text,
            /// `public`, `name_only`, `email_only` or `anonymous`.
            privacy_level: String = "privacy_level" as Text,
            /// How it looks, and where.
            settings: CanvasSettings = "settings" as Object<CanvasSettings>,
        }
    }
}

wire_object! {
    /// How a tool looks in Canvas, and where it is offered.
    CanvasSettings {
        required {}
        optional {
            /// What people see.
            text: String = "text" as Text,
            /// The same in other languages.
            labels: Extensions = "labels" as Object<Extensions>,
            /// A picture.
            icon_url: WireUrl = "icon_url" as TextOf<WireUrl>,
            /// The width of the window in which something is picked, in pixels.
            selection_width: u32 = "selection_width" as Whole,
            /// Its height.
            selection_height: u32 = "selection_height" as Whole,
            /// The places where it is offered.
            placements: Vec<CanvasPlacement> = "placements" as Objects<CanvasPlacement>,
        }
    }
}

wire_object! {
    /// One place where a tool is offered.
    CanvasPlacement {
        required {}
        optional {
            /// The place, such as `course_navigation`.
            placement: String = "placement" as Text,
            /// What is sent from there.
            message_type: MessageType = "message_type" as TextOf<MessageType>,
            /// Where it leads.
            target_link_uri: WireUrl = "target_link_uri" as TextOf<WireUrl>,
            /// What people see.
            text: String = "text" as Text,
            /// The same in other languages.
            labels: Extensions = "labels" as Object<Extensions>,
            /// A picture.
            icon_url: WireUrl = "icon_url" as TextOf<WireUrl>,
            /// Whether it is on.
            enabled: bool = "enabled" as Flag,
            /// Custom parameters of launches from there.
            custom_fields: Custom = "custom_fields",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CanvasConfiguration;

    #[test]
    fn both_directions() {
        let json = r#"{"title":"Pond","scopes":["x"],"custom_fields":{"a":"$b"},"public_jwk":{"kty":"RSA"},"extensions":[{"platform":"canvas.instructure.com","privacy_level":"public","settings":{"text":"Pond","selection_width":500,"placements":[{"placement":"course_navigation","message_type":"LtiResourceLinkRequest","enabled":true,"canvas_icon_class":"icon-lti"}],"more":1}}],"environments":{}}"#;
        let read: CanvasConfiguration = serde_json::from_str(json).unwrap();
        let written = serde_json::to_value(&read).unwrap();
        assert_eq!(written, serde_json::from_str::<serde_json::Value>(json).unwrap());
        assert_eq!(serde_json::from_value::<CanvasConfiguration>(written).unwrap(), read);
    }
}
