//! Importers: what each makes of a package, as far as anybody knows.
//!
//! Every claim names its source. Where no source is public the claim is [`Support::Unknown`], which is a value to show
//! to people and not a polite "no".

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Version;

/// An importer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Target {
    /// Instructure Canvas. Install the tool first: a link is matched to an installed tool by URL or domain, 1.3 tools
    /// included. An import can also create tools, without the permission that this needs elsewhere.
    Canvas,
    /// Moodle: nothing newer than 1.1, and `launch_url` only.
    Moodle,
    /// Anthology Blackboard; its importer is not public.
    Blackboard,
    /// D2L Brightspace; its importer is not public.
    Brightspace,
    /// Sakai Lessons.
    Sakai,
    /// Open edX, through the converter `cc2olx`.
    OpenEdx,
    /// No importer in particular: nothing is known.
    #[default]
    Generic,
}

impl Target {
    /// Every target.
    pub const ALL: [Self; 7] = [
        Self::Canvas,
        Self::Moodle,
        Self::Blackboard,
        Self::Brightspace,
        Self::Sakai,
        Self::OpenEdx,
        Self::Generic,
    ];

    /// The version to write for it. That is 1.1 for all of them: every importer with public source reads it, none of
    /// them imports more of an LTI link from a newer one, and the others state that they read it.
    #[must_use]
    pub fn version(self) -> Version {
        Version::V1_1
    }

    /// Whether it reads packages of `version`.
    #[must_use]
    pub fn reads(self, version: Version) -> Claim {
        match (self, version) {
            (Self::Canvas, _) => Claim::new(Support::Yes, CANVAS),
            (Self::Moodle, Version::V1_1) => Claim::new(Support::Yes, MOODLE),
            (Self::Moodle, _) => Claim::new(Support::No, MOODLE),
            (Self::Sakai, _) => Claim::new(Support::Yes, SAKAI),
            (Self::OpenEdx, Version::Thin1_3) | (Self::Generic, _) => Claim::new(Support::Unknown, NO_SOURCE),
            (Self::OpenEdx, _) => Claim::new(Support::Yes, CC2OLX),
            (Self::Blackboard | Self::Brightspace, _) => Claim::new(Support::Unknown, STATED),
        }
    }

    /// What it makes of a feature.
    #[must_use]
    pub fn imports(self, feature: Feature) -> Claim {
        match self {
            Self::Canvas => canvas(feature),
            Self::Moodle => moodle(feature),
            Self::Sakai => sakai(feature),
            Self::OpenEdx => open_edx(feature),
            Self::Blackboard | Self::Brightspace => closed(feature),
            Self::Generic => Claim::new(Support::Unknown, NO_SOURCE),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Canvas => "canvas",
            Self::Moodle => "moodle",
            Self::Blackboard => "blackboard",
            Self::Brightspace => "brightspace",
            Self::Sakai => "sakai",
            Self::OpenEdx => "openedx",
            Self::Generic => "generic",
        })
    }
}

/// The text names no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a target: canvas, moodle, blackboard, brightspace, sakai, openedx or generic")]
pub struct UnknownTarget(());

impl UnknownTarget {
    /// A stable code for logs and tests.
    #[must_use]
    pub fn code(self) -> &'static str {
        "target_unknown"
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "none"
    }
}

impl std::str::FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, UnknownTarget> {
        let name = text.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|target| target.to_string() == name).ok_or(UnknownTarget(()))
    }
}

/// Something that a package may use and that importers treat differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Feature {
    /// LTI links find their tool. No key or client id travels in a package.
    ToolMatch,
    /// LTI links that have `launch_url`.
    LaunchUrl,
    /// LTI links whose `secure_launch_url` differs from `launch_url`.
    DifferentSecureUrl,
    /// LTI links that cannot be launched over https.
    PlainHttpUrl,
    /// LTI links that no item of the outline names.
    LtiOutsideOutline,
    /// Descriptions of LTI links.
    Description,
    /// Custom parameters.
    Custom,
    /// Points that make Canvas create an assignment.
    CanvasPoints,
    /// Other settings in an extension for Canvas.
    CanvasExtension,
    /// Settings in an extension for another platform.
    OtherExtension,
    /// Icons by address.
    Icon,
    /// Icons in the package.
    IconResource,
    /// Curriculum standards.
    CurriculumStandards,
    /// Roles that may see a resource.
    Roles,
    /// What files are meant for.
    IntendedUse,
    /// Folders inside folders.
    NestedFolders,
    /// Links outside of any folder.
    TopLevelLinks,
    /// Web links.
    WebLinks,
    /// Discussion topics.
    Topics,
    /// Web content.
    WebContent,
    /// Associated content.
    AssociatedContent,
}

/// How far a feature is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Support {
    /// Imported.
    Yes,
    /// Imported otherwise than it was meant; the text says how.
    Partly(&'static str),
    /// Not imported.
    No,
    /// Nobody outside knows.
    Unknown,
}

/// What is said about an importer, and on what ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Claim {
    /// What is said.
    pub support: Support,
    /// On what ground.
    pub source: &'static str,
}

impl Claim {
    const fn new(support: Support, source: &'static str) -> Self {
        Self { support, source }
    }
}

/// Something that a target does not import, or not as it was meant, or not that anybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Loss {
    /// What.
    pub feature: Feature,
    /// How often the package uses it.
    pub count: u64,
    /// How far it is imported, and on what ground.
    #[serde(flatten)]
    pub claim: Claim,
}

const CANVAS: &str = "canvas-lms: CC importer and the tests of instructure/common_cartridge, read in source";
const CANVAS_OUTLINE: &str = "tsugi CC.php (comment): LTI resources that no item names are dropped";
const MOODLE: &str = "moodle: backup/converter/imscc1 and imscc11, read in source";
const SAKAI: &str = "sakai: common-cartridge importer of Lessons, read in source";
const CC2OLX: &str = "openedx cc2olx, read in source";
const STATED: &str = "stated by the vendor (CC 1.0 to 1.3); importer not public";
const NO_SOURCE: &str = "no source known";

fn canvas(feature: Feature) -> Claim {
    use Feature as F;
    let support = match feature {
        F::ToolMatch => {
            Support::Partly("matched to an installed tool by URL or domain: install the tool first")
        }
        F::LaunchUrl | F::Description | F::Custom | F::CanvasPoints | F::CanvasExtension | F::Icon => {
            Support::Yes
        }
        F::DifferentSecureUrl => Support::Partly("the secure URL wins"),
        F::LtiOutsideOutline => return Claim::new(Support::No, CANVAS_OUTLINE),
        F::OtherExtension | F::CurriculumStandards => Support::No,
        F::Roles => Support::Partly("instructor only becomes unpublished; other roles are ignored"),
        F::NestedFolders => {
            Support::Partly("the first level becomes modules, deeper ones headers and indents")
        }
        F::TopLevelLinks => Support::Partly("collected in a module 'Misc'"),
        F::WebLinks | F::Topics | F::WebContent | F::AssociatedContent => Support::Yes,
        F::PlainHttpUrl | F::IconResource | F::IntendedUse => return Claim::new(Support::Unknown, NO_SOURCE),
    };
    Claim::new(support, CANVAS)
}

fn moodle(feature: Feature) -> Claim {
    use Feature as F;
    let support = match feature {
        F::ToolMatch => Support::Partly("matched to a site tool by URL at launch"),
        F::LaunchUrl | F::Description | F::Icon => Support::Yes,
        F::DifferentSecureUrl => Support::Partly("only launch_url is read"),
        F::Custom | F::CanvasPoints | F::CanvasExtension | F::OtherExtension | F::CurriculumStandards => {
            Support::No
        }
        _ => return Claim::new(Support::Unknown, NO_SOURCE),
    };
    Claim::new(support, MOODLE)
}

fn sakai(feature: Feature) -> Claim {
    use Feature as F;
    let support = match feature {
        F::ToolMatch => Support::Partly("matched to an installed tool by URL"),
        F::LaunchUrl | F::Custom => Support::Yes,
        F::DifferentSecureUrl => Support::Partly("the secure URL wins"),
        F::CanvasPoints => Support::No,
        _ => return Claim::new(Support::Unknown, NO_SOURCE),
    };
    Claim::new(support, SAKAI)
}

fn open_edx(feature: Feature) -> Claim {
    use Feature as F;
    let support = match feature {
        F::ToolMatch => Support::Partly("the LTI id of the block is entered by hand"),
        F::LaunchUrl | F::Custom => Support::Yes,
        F::DifferentSecureUrl => Support::Partly("the secure URL wins"),
        F::CanvasPoints => Support::No,
        F::CanvasExtension => Support::Partly("only tool_id is read, as the LTI id"),
        F::OtherExtension => Support::No,
        _ => return Claim::new(Support::Unknown, NO_SOURCE),
    };
    Claim::new(support, CC2OLX)
}

fn closed(feature: Feature) -> Claim {
    match feature {
        Feature::CanvasPoints => Claim::new(Support::No, "the property is Canvas' own"),
        _ => Claim::new(Support::Unknown, NO_SOURCE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LtiLink;
    use crate::usage::Usage;

    #[test]
    fn moodle_reads_1_1_only() {
        assert_eq!(Target::Moodle.reads(Version::V1_1).support, Support::Yes);
        assert_eq!(Target::Moodle.reads(Version::V1_3).support, Support::No);
        assert_eq!(Target::Blackboard.reads(Version::V1_1).support, Support::Unknown);
    }

    #[test]
    fn losses_name_what_is_used_and_not_imported() {
        let mut link = LtiLink::new("t", "https://x.test/");
        link.custom.push(crate::Property::new("a", "b"));
        let mut usage = Usage::default();
        usage.lti_link(&link);
        let custom = |target: Target| usage.losses(target).iter().any(|l| l.feature == Feature::Custom);
        assert!(custom(Target::Moodle));
        assert!(!custom(Target::Canvas));
        assert!(custom(Target::Brightspace), "unknown is reported");
    }

    #[test]
    fn every_target_reads_what_is_picked_for_it_or_nobody_knows() {
        for target in Target::ALL {
            assert_ne!(target.reads(target.version()).support, Support::No);
            assert_eq!(target.to_string().parse::<Target>().unwrap(), target);
        }
    }
}
