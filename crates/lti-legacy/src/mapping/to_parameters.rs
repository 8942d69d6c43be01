//! Claims as parameters: a platform writes one message, and sends it to tools of either version.

use lti_types::{
    ContentItemType, ContextKind, ContextType, Custom, DeepLinkingSettings, LaunchClaims, MediaTypes,
    MessageType,
};
use serde_json::Value;

use super::{EXT_CLAIM, LTI_LINK, legacy_role};
use crate::{CustomParameters, LaunchParameters, LegacyMessageType};

/// The message has no form in LTI 1: it is neither a launch nor a deep linking request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("LTI 1 has no message of this type")]
#[non_exhaustive]
pub struct NotMapped;

impl NotMapped {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        "message_type_without_legacy_form"
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "LTI Core 1.3 §D"
    }
}

impl LaunchParameters {
    /// A launch or deep linking request by the names of LTI 1. What LTI 1 has no name for is left out: token services,
    /// deployments, and claims of vendors but for `ext`.
    ///
    /// # Errors
    /// [`NotMapped`].
    pub fn from_claims(claims: &LaunchClaims) -> Result<Self, NotMapped> {
        let mut parameters = Self::new(match claims.message_type {
            Some(MessageType::ResourceLinkRequest) => LegacyMessageType::Launch,
            Some(MessageType::DeepLinkingRequest) => LegacyMessageType::SelectionRequest,
            _ => return Err(NotMapped),
        });
        if let Some(link) = &claims.resource_link {
            parameters.resource_link_id = Some(link.id.clone());
            parameters.resource_link_title.clone_from(&link.title);
            parameters.resource_link_description.clone_from(&link.description);
        }
        if let Some(context) = &claims.context {
            parameters.context_id = Some(context.id.clone());
            parameters.context_title.clone_from(&context.title);
            parameters.context_label.clone_from(&context.label);
            parameters.context_type =
                context.types.as_ref().map(|types| types.iter().map(simple_type).collect());
        }

        parameters.user_id.clone_from(&claims.sub);
        parameters.roles = claims.roles.as_ref().map(|roles| roles.iter().map(legacy_role).collect());
        parameters.role_scope_mentor.clone_from(&claims.role_scope_mentor);
        parameters.full_name.clone_from(&claims.name);
        parameters.given_name.clone_from(&claims.given_name);
        parameters.family_name.clone_from(&claims.family_name);
        parameters.middle_name.clone_from(&claims.middle_name);
        parameters.email.clone_from(&claims.email);
        parameters.user_image.clone_from(&claims.picture);

        if let Some(lis) = &claims.lis {
            parameters.person_sourcedid.clone_from(&lis.person_sourcedid);
            parameters.course_offering_sourcedid.clone_from(&lis.course_offering_sourcedid);
            parameters.course_section_sourcedid.clone_from(&lis.course_section_sourcedid);
        }
        if let Some(presentation) = &claims.launch_presentation {
            parameters.presentation_document_target.clone_from(&presentation.document_target);
            parameters.presentation_width = presentation.width;
            parameters.presentation_height = presentation.height;
            parameters.presentation_return_url.clone_from(&presentation.return_url);
            parameters.presentation_locale.clone_from(&presentation.locale);
            parameters.presentation_css_url.clone_from(&presentation.css_url);
        }
        if let Some(platform) = &claims.tool_platform {
            parameters.instance_guid.clone_from(&platform.guid);
            parameters.instance_name.clone_from(&platform.name);
            parameters.instance_description.clone_from(&platform.description);
            parameters.instance_url.clone_from(&platform.url);
            parameters.instance_contact_email.clone_from(&platform.contact_email);
            parameters.product_family_code.clone_from(&platform.product_family_code);
            parameters.product_version.clone_from(&platform.version);
        }
        if let Some(outcome) = &claims.basic_outcome {
            parameters.outcome_service_url.clone_from(&outcome.lis_outcome_service_url);
            parameters.result_sourcedid.clone_from(&outcome.lis_result_sourcedid);
        }
        parameters.custom = custom(claims.custom.as_ref());
        if let Some(Value::Object(members)) = claims.extensions.get(EXT_CLAIM) {
            parameters.ext = members.iter().flat_map(|(name, value)| ext(name, value)).collect();
        }
        if let Some(settings) = &claims.deep_linking_settings {
            parameters.select(settings);
        }
        Ok(parameters)
    }

    fn select(&mut self, settings: &DeepLinkingSettings) {
        // A return address in the presentation has no place in a request for content, nor has a result.
        self.presentation_return_url = None;
        self.result_sourcedid = None;
        self.content_item_return_url = Some(settings.deep_link_return_url.clone());
        self.accept_media_types = Some(media_types(settings));
        self.accept_presentation_document_targets.clone_from(&settings.accept_presentation_document_targets);
        self.accept_multiple = settings.accept_multiple;
        self.auto_create = settings.auto_create;
        self.title.clone_from(&settings.title);
        self.text.clone_from(&settings.text);
        self.data.clone_from(&settings.data);
    }
}

/// In both spellings, as nobody knows which one the tool looks for.
fn custom(custom: Option<&Custom>) -> CustomParameters {
    let mut written = CustomParameters::new();
    for (name, value) in custom.into_iter().flat_map(Custom::iter) {
        written.add_in_both_spellings(name, value);
    }
    written
}

fn ext(name: &str, value: &Value) -> Vec<(String, String)> {
    let pair = |value: &Value| match value {
        Value::String(text) => (name.to_owned(), text.clone()),
        other => (name.to_owned(), other.to_string()),
    };
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) if values.iter().all(Value::is_string) => values.iter().map(pair).collect(),
        other => vec![pair(other)],
    }
}

fn simple_type(kind: &ContextType) -> ContextType {
    match kind.kind() {
        Some(ContextKind::CourseTemplate) => "CourseTemplate".into(),
        Some(ContextKind::CourseOffering) => "CourseOffering".into(),
        Some(ContextKind::CourseSection) => "CourseSection".into(),
        Some(ContextKind::Group) => "Group".into(),
        _ => kind.clone(),
    }
}

/// Media types of the accepted types of item. For files it is what the settings say, or anything.
fn media_types(settings: &DeepLinkingSettings) -> MediaTypes {
    let Some(types) = &settings.accept_types else {
        return settings.accept_media_types.clone().unwrap_or_else(|| MediaTypes::Text("*/*".to_owned()));
    };
    let mut ranges: Vec<&str> = Vec::new();
    for kind in types {
        let found: Vec<&str> = match kind {
            ContentItemType::LtiResourceLink => vec![LTI_LINK],
            ContentItemType::Link | ContentItemType::Html => vec!["text/html"],
            ContentItemType::Image => vec!["image/*"],
            ContentItemType::File => match &settings.accept_media_types {
                Some(given) => given.iter().collect(),
                None => vec!["*/*"],
            },
            _ => Vec::new(),
        };
        for range in found {
            if !ranges.contains(&range) {
                ranges.push(range);
            }
        }
    }
    MediaTypes::Text(ranges.join(","))
}
