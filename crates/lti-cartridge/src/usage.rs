//! What a package uses of what importers treat differently, counted for [`Loss`]es.

use std::collections::BTreeMap;

use crate::lti_link::{CANVAS_PLATFORM, is_https};
use crate::{Feature, Loss, LtiLink, ResourceKind, Support, Target};

/// What a package uses, counted as it is written or looked at: constant memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    counts: BTreeMap<Feature, u64>,
    lti_items: u64,
}

impl Usage {
    pub(crate) fn add_if(&mut self, used: bool, feature: Feature) {
        if used {
            *self.counts.entry(feature).or_default() += 1;
        }
    }

    pub(crate) fn folder(&mut self, depth: usize) {
        self.add_if(depth > 1, Feature::NestedFolders);
    }

    pub(crate) fn link(&mut self, depth: usize) {
        self.add_if(depth == 0, Feature::TopLevelLinks);
    }

    /// Some more LTI resources are named by items.
    pub(crate) fn in_outline(&mut self, lti_links: usize) {
        self.lti_items += u64::try_from(lti_links).unwrap_or(u64::MAX);
    }

    /// How many LTI resources there are in all.
    pub(crate) fn lti_resources(&mut self, count: u64) {
        let outside = count.saturating_sub(self.lti_items);
        if outside > 0 {
            self.counts.insert(Feature::LtiOutsideOutline, outside);
        }
    }

    pub(crate) fn resource(&mut self, kind: ResourceKind, has_roles: bool, has_use: bool) {
        self.add_if(has_roles, Feature::Roles);
        self.add_if(has_use, Feature::IntendedUse);
        self.add_if(kind == ResourceKind::WebLink, Feature::WebLinks);
        self.add_if(kind == ResourceKind::Topic, Feature::Topics);
        self.add_if(kind == ResourceKind::WebContent, Feature::WebContent);
        self.add_if(kind == ResourceKind::Associated, Feature::AssociatedContent);
    }

    pub(crate) fn lti_link(&mut self, link: &LtiLink) {
        self.add_if(true, Feature::ToolMatch);
        self.add_if(link.launch_url.is_some(), Feature::LaunchUrl);
        let differ = match (&link.launch_url, &link.secure_launch_url) {
            (Some(plain), Some(secure)) => plain != secure,
            _ => false,
        };
        self.add_if(differ, Feature::DifferentSecureUrl);
        self.add_if(!link.url().is_some_and(is_https), Feature::PlainHttpUrl);
        self.add_if(link.description.is_some(), Feature::Description);
        self.add_if(!link.custom.is_empty(), Feature::Custom);
        for extension in &link.extensions {
            if extension.platform == CANVAS_PLATFORM {
                let points = extension.value("outcome").is_some();
                self.add_if(points, Feature::CanvasPoints);
                self.add_if(extension.properties.len() > usize::from(points), Feature::CanvasExtension);
            } else {
                self.add_if(true, Feature::OtherExtension);
            }
        }
        self.add_if(link.icon.is_some() || link.secure_icon.is_some(), Feature::Icon);
        self.add_if(link.icon_resource.is_some(), Feature::IconResource);
        self.add_if(!link.standards.is_empty(), Feature::CurriculumStandards);
    }

    pub(crate) fn losses(&self, target: Target) -> Vec<Loss> {
        self.counts
            .iter()
            .map(|(feature, count)| Loss {
                feature: *feature,
                count: *count,
                claim: target.imports(*feature),
            })
            .filter(|loss| loss.claim.support != Support::Yes)
            .collect()
    }
}
