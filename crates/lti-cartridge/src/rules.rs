//! The rules that the manifest schemas state in Schematron, which XML Schema validators do not run
//! (`ccv1p1_imscp_v1p2_v1p0.xsd` and `ccv1p3_imscp_v1p2_v1p0.xsd`, rule sets 1 to 11).
//!
//! The published rules name resource types of 1.0 in the schema of 1.1 and so never fire there; here they go by the
//! *kind* of a resource, whatever version its type names.
//!
//! ```
//! use lti_cartridge::rules::{check, Facts, SchematronRule};
//! use lti_cartridge::ResourceKind;
//!
//! let mut link = Facts::new("r1", ResourceKind::WebLink);
//! link.files = 1;
//! link.dependencies = vec!["r1"];
//! let broken = check(&[link], &[], 1);
//! let rules: Vec<_> = broken.iter().map(|(_, rule)| *rule).collect();
//! assert_eq!(rules, [SchematronRule::R2d, SchematronRule::R7a]);
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::ResourceKind;

macro_rules! rules {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal;)*) => {
        /// One rule, by its number in the published schemas.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[non_exhaustive]
        pub enum SchematronRule { $($(#[doc = $doc])* $name,)* }

        impl SchematronRule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The number, such as `1b`.
            #[must_use]
            pub fn number(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

rules! {
    /// A topic has no `file`.
    R1a = "1a";
    /// A topic has more than one `file`.
    R1b = "1b";
    /// A topic has an `href`.
    R1c = "1c";
    /// A topic depends on a topic.
    R1d = "1d";
    /// A topic depends on a web link.
    R1e = "1e";
    /// A topic depends on an assessment.
    R1f = "1f";
    /// A topic depends on a question bank.
    R1g = "1g";
    /// A topic depends on an LTI link.
    R1h = "1h";
    /// A web link has no `file`.
    R2a = "2a";
    /// A web link has more than one `file`.
    R2b = "2b";
    /// A web link has an `href`.
    R2c = "2c";
    /// A web link depends on something.
    R2d = "2d";
    /// An assessment has no `file`.
    R3a = "3a";
    /// An assessment has more than one `file`.
    R3b = "3b";
    /// An assessment has an `href`.
    R3c = "3c";
    /// An assessment depends on a topic.
    R3d = "3d";
    /// An assessment depends on a web link.
    R3e = "3e";
    /// An assessment depends on an assessment.
    R3f = "3f";
    /// An assessment depends on a question bank.
    R3g = "3g";
    /// An assessment depends on an LTI link.
    R3h = "3h";
    /// There is more than one question bank; given up in 1.3.
    R4a = "4a";
    /// A question bank has no `file`.
    R4b = "4b";
    /// A question bank has more than one `file`.
    R4c = "4c";
    /// A question bank has an `href`.
    R4d = "4d";
    /// A question bank depends on a topic.
    R4e = "4e";
    /// A question bank depends on a web link.
    R4f = "4f";
    /// A question bank depends on an assessment.
    R4g = "4g";
    /// A question bank depends on a question bank.
    R4h = "4h";
    /// A question bank depends on an LTI link.
    R4i = "4i";
    /// Web content depends on a topic.
    R5a = "5a";
    /// Web content depends on a web link.
    R5b = "5b";
    /// Web content depends on an assessment.
    R5c = "5c";
    /// Web content depends on a question bank.
    R5d = "5d";
    /// Web content depends on associated content.
    R5e = "5e";
    /// Web content depends on an LTI link.
    R5f = "5f";
    /// Web content that an item names has no `href`.
    R5g = "5g";
    /// Associated content depends on a topic.
    R6a = "6a";
    /// Associated content depends on a web link.
    R6b = "6b";
    /// Associated content depends on an assessment.
    R6c = "6c";
    /// Associated content depends on a question bank.
    R6d = "6d";
    /// Associated content depends on associated content.
    R6e = "6e";
    /// Associated content depends on an LTI link.
    R6f = "6f";
    /// Associated content that an item names has no `href`.
    R6g = "6g";
    /// A resource depends on itself.
    R7a = "7a";
    /// A resource names the same dependency twice.
    R7b = "7b";
    /// An item names a question bank.
    R8a = "8a";
    /// An item that names a resource has members.
    R8b = "8b";
    /// A resource names the same file twice.
    R9a = "9a";
    /// A resource with `href` has no `file`.
    R10a = "10a";
    /// The `href` of a resource is none of its files.
    R10b = "10b";
    /// An LTI link depends on a topic.
    R11a = "11a";
    /// An LTI link depends on a web link.
    R11b = "11b";
    /// An LTI link depends on an assessment.
    R11c = "11c";
    /// An LTI link depends on a question bank.
    R11d = "11d";
    /// An LTI link depends on web content (associated content may hold its icon).
    R11e = "11e";
    /// An LTI link depends on an LTI link.
    R11f = "11f";
    /// An LTI link has no `file` (and no document inside its `resource`). Text of CC 1.1, not Schematron.
    LtiNoFile = "lti-a";
    /// An LTI link has more than one `file`. Text of CC 1.1, not Schematron.
    LtiManyFiles = "lti-b";
    /// An LTI link has an `href`. Text of CC 1.1, not Schematron.
    LtiHref = "lti-c";
}

impl SchematronRule {
    /// Where the rule stands.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::LtiNoFile | Self::LtiManyFiles | Self::LtiHref => "CC 1.1: LTI link resources",
            _ => "CC imscp_v1p1 XSD, Schematron rule sets 1-11",
        }
    }
}

impl fmt::Display for SchematronRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}

/// What the rules need to know about one resource.
///
/// The [module](self) has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts<'a> {
    /// Its identifier.
    pub identifier: &'a str,
    /// Its kind.
    pub kind: ResourceKind,
    /// How many `file` elements it has.
    pub files: usize,
    /// Whether two of them have the same `href`.
    pub duplicate_file: bool,
    /// Whether it has an `href`.
    pub has_href: bool,
    /// Whether that is the `href` of one of its files.
    pub href_is_file: bool,
    /// Whether its document stands inside the `resource` element (1.3 and thin).
    pub inline: bool,
    /// The resources that it depends on.
    pub dependencies: Vec<&'a str>,
}

impl<'a> Facts<'a> {
    /// A resource without files and dependencies.
    #[must_use]
    pub fn new(identifier: &'a str, kind: ResourceKind) -> Self {
        Self {
            identifier,
            kind,
            files: 0,
            duplicate_file: false,
            has_href: false,
            href_is_file: false,
            inline: false,
            dependencies: Vec::new(),
        }
    }
}

/// Checks all rules except 8b, which is about items ([`Item`](crate::Item) cannot break it).
///
/// `targets` are the resources that items name, and `minor` is the version of the manifest: rule 4a ended with 1.3, and
/// from 1.3 on a document may stand inside the resource in place of a file. Each broken rule is reported with the
/// identifier of the resource, in the order of `resources`.
///
/// The [module](self) has an example.
#[must_use]
pub fn check<'a>(resources: &[Facts<'a>], targets: &[&str], minor: u8) -> Vec<(&'a str, SchematronRule)> {
    let kinds: BTreeMap<&str, ResourceKind> = resources.iter().map(|r| (r.identifier, r.kind)).collect();
    let targets: BTreeSet<&str> = targets.iter().copied().collect();
    let mut broken = Vec::new();
    let mut banks = 0;
    for resource in resources {
        if resource.kind == ResourceKind::QuestionBank {
            banks += 1;
            if banks == 2 && minor < 3 {
                broken.push((resource.identifier, SchematronRule::R4a));
            }
        }
        check_one(
            resource,
            &|id| kinds.get(id).copied(),
            targets.contains(resource.identifier),
            &mut |rule| broken.push((resource.identifier, rule)),
        );
    }
    broken
}

/// The rules about one resource.
pub(crate) fn check_one(
    resource: &Facts<'_>,
    kind_of: &dyn Fn(&str) -> Option<ResourceKind>,
    is_target: bool,
    broken: &mut dyn FnMut(SchematronRule),
) {
    use SchematronRule as R;
    if let Some([none, many, href]) = descriptor_rules(resource.kind) {
        if resource.files == 0 && !resource.inline {
            broken(none);
        }
        if resource.files > 1 {
            broken(many);
        }
        if resource.has_href {
            broken(href);
        }
    } else if resource.has_href {
        if resource.files == 0 {
            broken(R::R10a);
        } else if !resource.href_is_file {
            broken(R::R10b);
        }
    }
    if resource.kind == ResourceKind::WebLink && !resource.dependencies.is_empty() {
        broken(R::R2d);
    }
    let mut seen = BTreeSet::new();
    for id in &resource.dependencies {
        if *id == resource.identifier {
            broken(R::R7a);
        } else if let Some(rule) = kind_of(id).and_then(|kind| dependency_rule(resource.kind, kind)) {
            broken(rule);
        }
        if !seen.insert(*id) {
            broken(R::R7b);
        }
    }
    if is_target {
        match resource.kind {
            ResourceKind::WebContent if !resource.has_href => broken(R::R5g),
            ResourceKind::Associated if !resource.has_href => broken(R::R6g),
            ResourceKind::QuestionBank => broken(R::R8a),
            _ => {}
        }
    }
    if resource.duplicate_file {
        broken(R::R9a);
    }
}

/// No file, many files, an `href`.
fn descriptor_rules(kind: ResourceKind) -> Option<[SchematronRule; 3]> {
    use SchematronRule as R;
    match kind {
        ResourceKind::Topic => Some([R::R1a, R::R1b, R::R1c]),
        ResourceKind::WebLink => Some([R::R2a, R::R2b, R::R2c]),
        ResourceKind::Assessment => Some([R::R3a, R::R3b, R::R3c]),
        ResourceKind::QuestionBank => Some([R::R4b, R::R4c, R::R4d]),
        ResourceKind::LtiLink => Some([R::LtiNoFile, R::LtiManyFiles, R::LtiHref]),
        _ => None,
    }
}

/// The rule that a dependency breaks; web links are under rule 2d alone.
fn dependency_rule(from: ResourceKind, to: ResourceKind) -> Option<SchematronRule> {
    use ResourceKind as K;
    use SchematronRule as R;
    let column = match to {
        K::Topic => 0,
        K::WebLink => 1,
        K::Assessment => 2,
        K::QuestionBank => 3,
        K::LtiLink => 4,
        K::Associated => 5,
        K::WebContent => 6,
        K::Other => return None,
    };
    let row: [Option<R>; 7] = match from {
        K::Topic => [Some(R::R1d), Some(R::R1e), Some(R::R1f), Some(R::R1g), Some(R::R1h), None, None],
        K::Assessment => [Some(R::R3d), Some(R::R3e), Some(R::R3f), Some(R::R3g), Some(R::R3h), None, None],
        K::QuestionBank => [Some(R::R4e), Some(R::R4f), Some(R::R4g), Some(R::R4h), Some(R::R4i), None, None],
        K::WebContent => {
            [Some(R::R5a), Some(R::R5b), Some(R::R5c), Some(R::R5d), Some(R::R5f), Some(R::R5e), None]
        }
        K::Associated => {
            [Some(R::R6a), Some(R::R6b), Some(R::R6c), Some(R::R6d), Some(R::R6f), Some(R::R6e), None]
        }
        K::LtiLink => {
            [Some(R::R11a), Some(R::R11b), Some(R::R11c), Some(R::R11d), Some(R::R11f), None, Some(R::R11e)]
        }
        K::WebLink | K::Other => return None,
    };
    row.get(column).copied().flatten()
}

#[cfg(test)]
mod tests;
