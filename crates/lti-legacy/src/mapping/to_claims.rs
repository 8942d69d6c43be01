//! Parameters as claims.

use lti_types::{
    BasicOutcome, ContentItemType, Context, ContextType, Custom, DeepLinkingSettings, GradeService,
    LTI_VERSION, LaunchClaims, LaunchPresentation, Lis, MediaTypes, MessageType, ResourceLink, RosterService,
    ToolPlatform, WireUrl,
};
use serde_json::Value;

use super::{EXT_CLAIM, LTI_LINK, uri_role};
use crate::{LaunchParameters, LegacyMessageType};

impl LaunchParameters {
    /// The same by the names of 1.3. What belongs to the signature and not to the content (key, account, address and
    /// times) is not here, and what has no place in the claims stays in the parameters alone: `lti_version`, the
    /// history of ids, and whatever is in `other`.
    #[must_use]
    pub fn to_claims(&self) -> LaunchClaims {
        let mut claims = LaunchClaims::new();
        claims.message_type = self.message_type.as_ref().map(|kind| match kind {
            LegacyMessageType::Launch => MessageType::ResourceLinkRequest,
            LegacyMessageType::SelectionRequest => MessageType::DeepLinkingRequest,
            LegacyMessageType::Selection => MessageType::DeepLinkingResponse,
            LegacyMessageType::Other(other) => MessageType::from(other.as_ref()),
        });
        claims.version = Some(LTI_VERSION.to_owned());
        claims.resource_link = self.resource_link_id.clone().map(|id| {
            let mut link = ResourceLink::new(id);
            link.title.clone_from(&self.resource_link_title);
            link.description.clone_from(&self.resource_link_description);
            link
        });
        claims.context = self.context_id.clone().map(|id| {
            let mut context = Context::new(id);
            context.title.clone_from(&self.context_title);
            context.label.clone_from(&self.context_label);
            context.types = self.context_type.as_ref().map(|types| types.iter().map(uri_type).collect());
            context
        });

        claims.sub.clone_from(&self.user_id);
        // Recommended only, in LTI 1: a person without roles is one with none.
        claims.roles = Some(self.roles.iter().flat_map(|roles| roles.iter().map(uri_role)).collect());
        claims.role_scope_mentor.clone_from(&self.role_scope_mentor);
        claims.name.clone_from(&self.full_name);
        claims.given_name.clone_from(&self.given_name);
        claims.family_name.clone_from(&self.family_name);
        claims.middle_name.clone_from(&self.middle_name);
        claims.email.clone_from(&self.email);
        claims.picture.clone_from(&self.user_image);

        let mut lis = Lis::new();
        lis.person_sourcedid.clone_from(&self.person_sourcedid);
        lis.course_offering_sourcedid.clone_from(&self.course_offering_sourcedid);
        lis.course_section_sourcedid.clone_from(&self.course_section_sourcedid);
        claims.lis = (lis != Lis::new()).then_some(lis);

        let mut presentation = LaunchPresentation::new();
        presentation.document_target.clone_from(&self.presentation_document_target);
        presentation.width = self.presentation_width;
        presentation.height = self.presentation_height;
        presentation.return_url.clone_from(&self.presentation_return_url);
        presentation.locale.clone_from(&self.presentation_locale);
        presentation.css_url.clone_from(&self.presentation_css_url);
        claims.launch_presentation = (presentation != LaunchPresentation::new()).then_some(presentation);

        let mut platform = ToolPlatform::new();
        platform.guid.clone_from(&self.instance_guid);
        platform.name.clone_from(&self.instance_name);
        platform.description.clone_from(&self.instance_description);
        platform.url.clone_from(&self.instance_url);
        platform.contact_email.clone_from(&self.instance_contact_email);
        platform.product_family_code.clone_from(&self.product_family_code);
        platform.version.clone_from(&self.product_version);
        claims.tool_platform = (platform != ToolPlatform::new()).then_some(platform);

        self.services(&mut claims);
        claims.deep_linking_settings = self.settings();
        if !self.ext.is_empty() {
            claims.extensions.insert(EXT_CLAIM.to_owned(), Value::Object(self.ext_members()));
        }
        claims
    }

    fn services(&self, claims: &mut LaunchClaims) {
        let mut outcome = BasicOutcome::new();
        outcome.lis_outcome_service_url.clone_from(&self.outcome_service_url);
        outcome.lis_result_sourcedid.clone_from(&self.result_sourcedid);
        claims.basic_outcome = (outcome != BasicOutcome::new()).then_some(outcome);
        if self.custom.is_empty() {
            return;
        }
        // Of a name that came twice, the first counts, as everywhere.
        let mut custom = Custom::new();
        for (name, value) in self.custom.iter() {
            if custom.raw(name).is_none() {
                custom.insert(name, value);
            }
        }
        // A variable that the platform did not resolve is no address.
        let url = |name| custom.get(name).map(WireUrl::from).filter(|url| url.to_url().is_ok());
        let mut grades = GradeService::new();
        grades.lineitems = url("lineitems_url");
        grades.lineitem = url("lineitem_url");
        claims.grade_service = (grades != GradeService::new()).then_some(grades);
        claims.roster_service = url("context_memberships_v2_url").map(|url| {
            let mut roster = RosterService::new();
            roster.context_memberships_url = Some(url);
            roster
        });
        claims.custom = Some(custom);
    }

    fn settings(&self) -> Option<DeepLinkingSettings> {
        let mut settings = DeepLinkingSettings::new(self.content_item_return_url.clone()?);
        settings.accept_types = self.accept_media_types.as_ref().map(item_types);
        settings.accept_media_types.clone_from(&self.accept_media_types);
        settings.accept_presentation_document_targets.clone_from(&self.accept_presentation_document_targets);
        settings.accept_multiple = self.accept_multiple;
        settings.auto_create = self.auto_create;
        settings.title.clone_from(&self.title);
        settings.text.clone_from(&self.text);
        settings.data.clone_from(&self.data);
        Some(settings)
    }

    fn ext_members(&self) -> serde_json::Map<String, Value> {
        let mut members = serde_json::Map::new();
        for (name, value) in &self.ext {
            match members.get_mut(name) {
                None => {
                    members.insert(name.clone(), value.as_str().into());
                }
                Some(Value::Array(values)) => values.push(value.as_str().into()),
                Some(first) => *first = Value::Array(vec![first.take(), value.as_str().into()]),
            }
        }
        members
    }
}

/// A kind of context by its URI, when it has one.
fn uri_type(kind: &ContextType) -> ContextType {
    kind.kind().map_or_else(|| kind.clone(), ContextType::from)
}

/// The types of item that have these media types.
pub(crate) fn item_types(media_types: &MediaTypes) -> Vec<ContentItemType> {
    let mut types = Vec::new();
    for range in media_types.iter() {
        let range = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let found: &[ContentItemType] = match range.as_str() {
            LTI_LINK => &[ContentItemType::LtiResourceLink],
            "*/*" => &[
                ContentItemType::LtiResourceLink,
                ContentItemType::Link,
                ContentItemType::Html,
                ContentItemType::Image,
                ContentItemType::File,
            ],
            "text/html" => &[ContentItemType::Link, ContentItemType::Html],
            "text/*" => &[ContentItemType::Link, ContentItemType::Html, ContentItemType::File],
            "application/*" => &[ContentItemType::LtiResourceLink, ContentItemType::File],
            image if image.starts_with("image/") => &[ContentItemType::Image],
            _ => &[ContentItemType::File],
        };
        for kind in found {
            if !types.contains(kind) {
                types.push(kind.clone());
            }
        }
    }
    types
}
