//! Versions of Common Cartridge: what is written, what a package says it is, and the names that differ between them
//! (CC 1.1 and 1.3: namespaces, schema locations, resource types).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A version that is written.
///
/// `V1_1` is the default: it is the only version that every importer with public source reads (Moodle reads nothing
/// newer).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Version {
    /// Common Cartridge 1.1 (2011), the most widely importable.
    #[default]
    #[serde(rename = "1.1")]
    V1_1,
    /// Common Cartridge 1.2. Its schemas are not public any more; what is written is 1.3 with the names of 1.2, and
    /// LTI links in the namespace of 1.0, as Tsugi and Pressbooks write them.
    #[serde(rename = "1.2")]
    V1_2,
    /// Common Cartridge 1.3 (2013): adds curriculum standards and `intendeduse="assignment"`.
    #[serde(rename = "1.3")]
    V1_3,
    /// Thin Common Cartridge 1.3: LTI links and web links only.
    #[serde(rename = "thin-1.3")]
    Thin1_3,
}

impl Version {
    /// Every version that can be written, oldest first.
    pub const ALL: [Self; 4] = [Self::V1_1, Self::V1_2, Self::V1_3, Self::Thin1_3];

    /// The minor number: 1 to 3.
    #[must_use]
    pub fn minor(self) -> u8 {
        match self {
            Self::V1_1 => 1,
            Self::V1_2 => 2,
            Self::V1_3 | Self::Thin1_3 => 3,
        }
    }

    /// Whether only LTI links and web links may be in it.
    #[must_use]
    pub fn is_thin(self) -> bool {
        self == Self::Thin1_3
    }

    /// Whether curriculum standards can be held (CC 1.3, `imscsmd_v1p0`).
    #[must_use]
    pub fn holds_standards(self) -> bool {
        self.minor() == 3
    }

    /// Whether `intendeduse="assignment"` is in the enumeration.
    #[must_use]
    pub fn holds_assignment_use(self) -> bool {
        self.minor() == 3
    }

    /// The registered media type of a package of this version; web servers often send `application/zip` instead.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::V1_1 => "application/vnd.ims.imsccv1p1",
            Self::V1_2 => "application/vnd.ims.imsccv1p2",
            Self::V1_3 | Self::Thin1_3 => "application/vnd.ims.imsccv1p3",
        }
    }

    pub(crate) fn schema(self) -> &'static str {
        if self.is_thin() { "IMS Thin Common Cartridge" } else { "IMS Common Cartridge" }
    }

    pub(crate) fn lti_type(self) -> &'static str {
        if self.minor() == 3 { "imsbasiclti_xmlv1p3" } else { "imsbasiclti_xmlv1p0" }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_1 => "1.1",
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
            Self::Thin1_3 => "thin-1.3",
        })
    }
}

/// The text names none of the versions that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a version that is written: 1.1, 1.2, 1.3 or thin-1.3")]
pub struct UnknownVersion(());

impl UnknownVersion {
    /// A stable code for logs and tests.
    #[must_use]
    pub fn code(self) -> &'static str {
        "version_unknown"
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "CC imscp_v1p1: schemaversion"
    }
}

impl std::str::FromStr for Version {
    type Err = UnknownVersion;

    /// Reads what [`Display`](fmt::Display) writes; `1.3.0` and `thin` are understood as well.
    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        match text.trim().trim_end_matches(".0") {
            "1.1" => Ok(Self::V1_1),
            "1.2" => Ok(Self::V1_2),
            "1.3" => Ok(Self::V1_3),
            "thin" | "thin-1.3" => Ok(Self::Thin1_3),
            _ => Err(UnknownVersion(())),
        }
    }
}

/// Which profile the `schema` element of a package names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Profile {
    /// `IMS Common Cartridge`.
    CommonCartridge,
    /// `IMS Thin Common Cartridge`.
    Thin,
    /// `IMS K-12 Common Cartridge` (1.4).
    K12,
    /// `IMS K-12 Thin Common Cartridge` (1.4).
    K12Thin,
    /// Anything else, or nothing.
    #[default]
    Unknown,
}

/// What a package says it is. Nothing is refused for it: real exports mix versions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct DeclaredVersion {
    /// From the `schema` element.
    pub profile: Profile,
    /// From the default namespace of the manifest: 0 to 4.
    pub namespace_minor: Option<u8>,
    /// From `schemaversion`: 0 to 4.
    pub schema_minor: Option<u8>,
}

impl DeclaredVersion {
    /// The minor number that counts: the namespace first (importers detect by it), then `schemaversion`.
    #[must_use]
    pub fn minor(&self) -> Option<u8> {
        self.namespace_minor.or(self.schema_minor)
    }

    /// The version to write when the package is to be written again; 1.0 becomes 1.1, 1.4 becomes 1.3.
    #[must_use]
    pub fn nearest(&self) -> Version {
        match (self.profile, self.minor()) {
            (Profile::Thin | Profile::K12Thin, _) => Version::Thin1_3,
            (_, Some(2)) => Version::V1_2,
            (_, Some(3..)) => Version::V1_3,
            _ => Version::V1_1,
        }
    }
}

impl fmt::Display for DeclaredVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let profile = match self.profile {
            Profile::CommonCartridge => "Common Cartridge",
            Profile::Thin => "Thin Common Cartridge",
            Profile::K12 => "K-12 Common Cartridge",
            Profile::K12Thin => "K-12 Thin Common Cartridge",
            Profile::Unknown => "unknown profile",
        };
        match self.minor() {
            Some(minor) => write!(f, "{profile} 1.{minor}"),
            None => write!(f, "{profile}, unknown version"),
        }
    }
}
