//! tmp
mod cartridge;
mod diagnostic;
mod fit;
mod identifier;
mod item;
mod lti_link;
mod markup;
mod metadata;
mod path;
mod reader;
mod resource;
pub mod rules;
mod standards;
mod target;
mod text;
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
