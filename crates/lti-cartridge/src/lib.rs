//! IMS Common Cartridges (IMSCC) with LTI links: write and read.
//!
//! Courses travel between learning management systems as Common Cartridges: ZIP archives with a manifest. An LTI link
//! in a cartridge makes a tool appear in the importing course. This crate writes cartridges of 1.1, 1.2, 1.3 and Thin
//! 1.3 that validate against the official schemas (1.2 against an approximation: its own are not public any more), and
//! reads whatever real systems export.
//!
//! # What it is
//!
//! - A **model**: [`Cartridge`] with [`Metadata`], an outline of [`Item`]s, and [`Resource`]s ([`LtiLink`],
//!   [`WebLink`], [`Topic`], files), under stable [`Identifier`]s derived from the caller's keys.
//! - A **writer**: [`Cartridge::write_to`] for a model in memory, [`OutlineWriter`] and [`ContentWriter`] for catalogs
//!   that are larger. Equal input gives equal bytes. What a version cannot hold is an error; [`Cartridge::fit`] mends
//!   it and says what it changed.
//! - A **reader**: [`CartridgeReader`], which returns the model and [`Diagnostic`]s (severity, place, rule) for
//!   everything odd, within [`Limits`].
//! - **Importers**: [`Target`] picks version and habits, and [`Cartridge::losses`] says what an importer will not
//!   import, with the source of each claim.
//! - **Cartridge links**: [`LinkDocument`], the one-document form that platforms fetch to configure a tool.
//! - **Outlines** as JSON ([`outline`]), and the **rules** that the schemas state in Schematron ([`rules`]).
//!
//! # What it is not
//!
//! It opens no socket, reads no clock, and touches no disk: sources and sinks are the caller's. It does not read or
//! write assessments, question banks or assignments (they are kept by name), does not register tools, and knows nothing
//! of launches: an LTI link in a cartridge carries no key and no client id, and the importer must already know the
//! tool. It does not sanitize HTML.
//!
//! # Writing
//!
//! ```
//! use lti_cartridge::{
//!     Cartridge, Folder, Identifier, Item, Link, LtiLink, Metadata, NoFiles, Resource, Scope, Settings, Support,
//!     Target,
//! };
//!
//! # fn main() -> Result<(), lti_cartridge::WriteError> {
//! let key = "course-17/quiz-1";
//! let quiz = LtiLink::new("Quiz", "https://tool.example.com/1");
//! let quiz = Resource::new(Identifier::derived(Scope::Resource, key), quiz);
//! let link = Link::new(Identifier::derived(Scope::Item, key), "Quiz", quiz.identifier.clone());
//! let week = Folder::new(Identifier::derived(Scope::Item, "course-17/week-1"), "Week 1", vec![Item::Link(link)]);
//!
//! let mut cartridge = Cartridge::new(Identifier::derived(Scope::Manifest, "course-17"), Metadata::new("Biology 101"));
//! cartridge.items.push(Item::Folder(week));
//! cartridge.resources.push(quiz);
//!
//! let mut package = Vec::new();
//! cartridge.write_to(&mut package, &Settings::for_target(Target::Moodle), NoFiles)?;
//! for loss in cartridge.losses(Target::Moodle) {
//!     println!("{:?} ({}): {:?}, according to {}", loss.feature, loss.count, loss.claim.support, loss.claim.source);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Specifications
//!
//! Common Cartridge 1.1 (`imscp_v1p1`, `imswl_v1p1`, `imsdt_v1p1`), 1.3 (the same with `v1p3`, and `imscsmd_v1p0`), and
//! the LTI link schemas `imslticc_v1p0` and `v1p3`, `imsbasiclti_v1p0`, `imslticm_v1p0`, `imslticp_v1p0`, all by
//! 1EdTech. The schemas of 1.2 are not public any more; what is written as 1.2 follows 1.3 and what other exporters
//! write.

mod cartridge;
mod diagnostic;
mod fit;
mod identifier;
mod item;
mod lti_link;
mod markup;
mod metadata;
pub mod outline;
mod path;
mod print;
mod reader;
mod resource;
pub mod rules;
mod standards;
mod target;
mod text;
mod usage;
mod version;
mod writer;

pub use cartridge::{Cartridge, FileSource, NoFiles};
pub use diagnostic::{Diagnostic, Place, Rule, Severity};
pub use fit::{Change, ChangeKind};
pub use identifier::{Identifier, InvalidIdentifier, MAX_IDENTIFIER_BYTES, Scope};
pub use item::{Folder, Item, Link};
pub use lti_link::{
    CANVAS_PLATFORM, Icon, LtiLink, MAX_URL_CHARS, PlatformExtension, Property, PropertyGroup, Vendor,
};
pub use metadata::{Metadata, Rights};
pub use path::{InvalidPath, MAX_PATH_BYTES, PackagePath};
pub use reader::{
    CartridgeReader, FileReader, LimitKind, Limits, LinkDocument, LinkError, ReadError, Reading, XmlError,
};
pub use resource::{
    Content, EndUserRole, Files, IntendedUse, OtherContent, Resource, ResourceKind, TextType, Topic, WebLink,
};
pub use standards::{Standard, StandardsGroup, StandardsProvider, StandardsSet};
pub use target::{Claim, Feature, Loss, Support, Target, UnknownTarget};
pub use version::{DeclaredVersion, Profile, UnknownVersion, Version};
pub use writer::{
    ContentWriter, EntryKind, MAX_FOLDER_DEPTH, NameField, OutlineWriter, Payload, ResourceEntry, Settings,
    UrlField, Wanted, WantedKind, WriteError, Written,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
