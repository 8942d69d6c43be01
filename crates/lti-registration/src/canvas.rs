//! The JSON that Canvas takes for a developer key, made of a tool's metadata.

use lti_jwks::Jwk;
use lti_types::vendor::canvas_configuration::{
    CanvasConfiguration, CanvasExtension, CanvasPlacement, CanvasSettings,
};
use lti_types::{ClientMetadata, Extensions, MessageType, PersonalData, localized};
use serde_json::Value;

use crate::metadata::personal_data_in;

const PREFIX: &str = "https://canvas.instructure.com/lti/";
/// The longer names of two placements, and what this older form calls them.
const STANDARD: &[(&str, &str)] = &[("ContentArea", "link_selection"), ("RichTextEditor", "editor_button")];

/// A tool's configuration for Canvas. Scopes, addresses, translations and placements are those of the metadata; the
/// privacy level follows the claims. A key is needed only where the metadata has no `jwks_uri`.
///
/// ```
/// use lti_registration::{canvas_configuration, metadata_of};
/// use lti_types::{ClientId, ToolRecord};
/// let mut record = ToolRecord::new(ClientId::new("-")?, vec![], "https://tool.example/login".into(),
///     "https://tool.example/launch".into());
/// record.name = Some("Quiz".to_owned());
/// record.deep_linking_url = Some("https://tool.example/pick".into());
/// let json = serde_json::to_value(canvas_configuration(&metadata_of(&record), None)).unwrap();
/// assert_eq!(json["oidc_initiation_url"], "https://tool.example/login");
/// let extension = &json["extensions"][0];
/// assert_eq!((&extension["domain"], &extension["privacy_level"]), (&"tool.example".into(), &"public".into()));
/// assert_eq!(extension["settings"]["placements"][0]["placement"], "link_selection");
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[must_use]
pub fn canvas_configuration(metadata: &ClientMetadata, public_key: Option<&Jwk>) -> CanvasConfiguration {
    let tool = metadata.tool.as_ref();
    let mut configuration = CanvasConfiguration::new();
    configuration.title = metadata.client_name.clone();
    configuration.description = tool.and_then(|tool| tool.description.clone());
    // Canvas wants one, if only the name again.
    if configuration.description.as_deref().is_none_or(str::is_empty) {
        configuration.description.clone_from(&metadata.client_name);
    }
    configuration.oidc_initiation_url = metadata.initiate_login_uri.clone();
    configuration.target_link_uri = tool.and_then(|tool| tool.target_link_uri.clone());
    configuration.redirect_uris = metadata.redirect_uris.clone();
    let service = |scope: &&lti_types::Scope| scope.as_str() != "openid";
    configuration.scopes =
        Some(metadata.scope.iter().flat_map(|scopes| scopes.iter()).filter(service).cloned().collect());
    let custom = tool.and_then(|tool| tool.custom_parameters.clone());
    configuration.custom_fields = custom.filter(|custom| !custom.is_empty());
    configuration.public_jwk_url = metadata.jwks_uri.clone().filter(|address| !address.is_blank());
    if configuration.public_jwk_url.is_none()
        && let Some(Value::Object(members)) = public_key.and_then(|key| serde_json::to_value(key).ok())
    {
        configuration.public_jwk = Some(members);
    }
    let mut settings = CanvasSettings::new();
    settings.text = metadata.client_name.clone();
    settings.labels = labels(&metadata.extensions, "client_name");
    settings.icon_url = metadata.logo_uri.clone().filter(|address| !address.is_blank());
    let messages = tool.iter().flat_map(|tool| tool.messages.iter().flatten());
    let mut placements = Vec::new();
    for message in messages {
        for name in message.placements.iter().flatten() {
            let mut placement = CanvasPlacement::new();
            let bare = name.strip_prefix(PREFIX).unwrap_or(name);
            let name = STANDARD.iter().find(|(standard, _)| *standard == bare).map_or(bare, |(_, own)| own);
            placement.placement = Some(name.to_owned());
            placement.message_type = Some(message.kind.clone().unwrap_or(MessageType::ResourceLinkRequest));
            placement.target_link_uri = message.target_link_uri.clone();
            placement.text = message.label.clone();
            placement.labels = labels(&message.extensions, "label");
            placement.icon_url = message.icon_uri.clone();
            placement.enabled = Some(true);
            placement.custom_fields = message.custom_parameters.clone().filter(|custom| !custom.is_empty());
            placements.push(placement);
        }
    }
    settings.placements = Some(placements);
    let mut extension = CanvasExtension::new();
    extension.platform = Some("canvas.instructure.com".to_owned());
    extension.domain = tool.and_then(|tool| tool.domain.clone());
    extension.privacy_level = Some(privacy_level(tool.and_then(|tool| tool.claims.as_deref())).to_owned());
    extension.settings = Some(settings);
    configuration.platforms = Some(vec![extension]);
    configuration
}

fn labels(extensions: &Extensions, name: &str) -> Option<Extensions> {
    let labels: Extensions =
        localized(extensions, name).map(|(tag, text)| (tag.to_owned(), text.into())).collect();
    (!labels.is_empty()).then_some(labels)
}

fn privacy_level(claims: Option<&[String]>) -> &'static str {
    let kinds = personal_data_in(claims.unwrap_or_default());
    match (kinds.contains(&PersonalData::Name), kinds.contains(&PersonalData::Email)) {
        (true, true) => "public",
        (true, false) => "name_only",
        (false, true) => "email_only",
        (false, false) => "anonymous",
    }
}
