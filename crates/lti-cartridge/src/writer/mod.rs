//! Writing a package: first the outline, then the contents, each pulled once and let go (CC 1.1 and 1.3, content
//! packaging).
//!
//! [`Cartridge::write_to`](crate::Cartridge::write_to) writes a model that is in memory. For catalogs that are not,
//! [`OutlineWriter`] takes titles and identifiers as they come and [`ContentWriter::pull`] then asks for one content
//! after the other: what stays in memory is under 400 bytes for each link, most of it the directory that ends every ZIP
//! archive.

mod archive;
mod contents;
pub(crate) mod descriptor;
mod error;
pub(crate) mod manifest;
mod outline;
mod register;

pub(crate) use contents::Supply;
pub use contents::{ContentWriter, Payload, Wanted, WantedKind, Written};
pub use error::{NameField, UrlField, WriteError};
pub use outline::{EntryKind, MAX_FOLDER_DEPTH, OutlineWriter, ResourceEntry};

use crate::{Target, Vendor, Version};

/// How a package is to be written.
///
/// ```
/// use lti_cartridge::{Settings, Target, Vendor, Version};
///
/// let mut settings = Settings::for_target(Target::Moodle);
/// settings.vendor = Some(Vendor::new("example.com", "Example Press"));
/// assert_eq!(settings.version, Version::V1_1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Settings {
    /// The version to write.
    pub version: Version,
    /// The vendor of links that name none. Without it a vendor is made of the host of the launch URL, because the
    /// schema requires one.
    pub vendor: Option<Vendor>,
    /// Whether links without an extension for Canvas get one with the `domain` of the launch URL, by which Canvas finds
    /// an installed tool.
    pub canvas_domain: bool,
}

impl Settings {
    /// The habits of no importer in particular.
    #[must_use]
    pub fn new(version: Version) -> Self {
        Self { version, ..Self::default() }
    }

    /// The version and the habits that suit an importer.
    #[must_use]
    pub fn for_target(target: Target) -> Self {
        Self { version: target.version(), canvas_domain: target == Target::Canvas, vendor: None }
    }
}
