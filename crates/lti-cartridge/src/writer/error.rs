//! Why a cartridge was not written.

use std::io;

use thiserror::Error;

use crate::rules::SchematronRule;
use crate::{Identifier, PackagePath, Version};

/// Why a cartridge, or a document of one, was not written. What has reached the sink until then is no readable package.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A title of the cartridge, a folder, a link or a resource is empty.
    #[error("a title is empty{}", of(.0.as_ref()))]
    EmptyTitle(Option<Identifier>),
    /// Two of manifest, organization, items and resources have the same identifier.
    #[error("the identifier {0} is used twice")]
    DuplicateIdentifier(Identifier),
    /// An item or a dependency names a resource that is not there.
    #[error("there is no resource {0}")]
    UnknownResource(Identifier),
    /// A folder was closed that was not open, or was left open.
    #[error("a folder is closed that is not open, or left open")]
    UnbalancedFolders,
    /// Folders are nested deeper than [`MAX_FOLDER_DEPTH`](crate::MAX_FOLDER_DEPTH).
    #[error("folders are nested too deeply")]
    TooDeep,
    /// [`Content::Other`](crate::Content::Other) is read and never written.
    #[error("the resource {0} is of a kind that is read and never written")]
    NeverWritten(Identifier),
    /// This kind of resource cannot be in a cartridge of this version: thin ones hold LTI links and web links only.
    #[error("the resource {resource} is of a kind that version {version} does not hold")]
    KindNotInVersion {
        /// The resource.
        resource: Identifier,
        /// The version being written.
        version: Version,
    },
    /// `intendeduse` is for files only, and `assignment` came with 1.3.
    #[error("the intended use of the resource {resource} cannot be written in version {version}")]
    IntendedUseNotInVersion {
        /// The resource.
        resource: Identifier,
        /// The version being written.
        version: Version,
    },
    /// Curriculum standards can be held by 1.3 only.
    #[error("curriculum standards cannot be written in version {version}{}", of(.resource.as_ref()))]
    StandardsNotInVersion {
        /// The resource; `None` for the cartridge itself.
        resource: Option<Identifier>,
        /// The version being written.
        version: Version,
    },
    /// A set of curriculum standards has a level without members, or an empty GUID.
    #[error("a set of curriculum standards is incomplete{}", of(.0.as_ref()))]
    IncompleteStandards(Option<Identifier>),
    /// One of the rules that the schemas state in Schematron is broken.
    #[error("the resource {resource} breaks rule {rule}")]
    Rule {
        /// The resource.
        resource: Identifier,
        /// The rule.
        rule: SchematronRule,
    },
    /// A file has the path of another, compared without case, or that of a folder.
    #[error("the path {0} is used twice (compared without case)")]
    DuplicatePath(PackagePath),
    /// A file has the path of the manifest or of a descriptor, or is one of web content in the folder of a descriptor.
    #[error("the path {0} is reserved")]
    ReservedPath(PackagePath),
    /// An LTI link has neither launch URL.
    #[error("the link has no launch URL{}", of(.0.as_ref()))]
    NoLaunchUrl(Option<Identifier>),
    /// A URL is empty, longer than 4096 characters, has blanks or control characters, or is not an absolute http(s)
    /// URL.
    #[error("the URL in {field} cannot be written{}", of(.resource.as_ref()))]
    InvalidUrl {
        /// The resource; `None` for a document of its own.
        resource: Option<Identifier>,
        /// Where it stands.
        field: UrlField,
    },
    /// A name must be an `xs:Name`: no blank, no digit first.
    #[error("the {field} is not an XML name{}", of(.resource.as_ref()))]
    InvalidName {
        /// The resource; `None` for a document of its own.
        resource: Option<Identifier>,
        /// Where it stands.
        field: NameField,
    },
    /// Groups of settings inside an extension, which no schema allows.
    #[error("groups of settings in an extension cannot be written{}", of(.0.as_ref()))]
    NestedOptions(Option<Identifier>),
    /// The icon resource of an LTI link is not among the dependencies of its resource.
    #[error("the icon of the link {0} is not among its dependencies")]
    IconIsNoDependency(Identifier),
    /// The content that was handed over is not of the kind that was announced.
    #[error("the resource {0} was announced as another kind")]
    WrongPayload(Identifier),
    /// A file of 4 GiB or more.
    #[error("the file {0} is 4 GiB or larger")]
    FileTooLarge(PackagePath),
    /// The sink, or the source of a content, failed.
    #[error("reading a content or writing the package failed")]
    Io(#[from] io::Error),
    /// The archive could not be made.
    #[error("the archive could not be made")]
    Archive(#[source] zip::result::ZipError),
}

/// Which URL of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlField {
    /// `launch_url`.
    Launch,
    /// `secure_launch_url`, which must begin with `https://`.
    SecureLaunch,
    /// `icon`.
    Icon,
    /// `secure_icon`, which must begin with `https://`.
    SecureIcon,
    /// `vendor/url`, or an empty `vendor/contact/email`.
    Vendor,
    /// `webLink/url/@href`.
    WebLink,
}

/// Which name of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameField {
    /// The name of a custom parameter.
    Custom,
    /// `extensions/@platform`.
    Platform,
    /// The name of a property of an extension.
    Extension,
    /// `vendor/code`.
    VendorCode,
    /// An attribute of an icon.
    IconAttribute,
    /// `cartridge_bundle/@identifierref`.
    Bundle,
    /// `cartridge_icon/@identifierref`.
    IconResource,
}

impl std::fmt::Display for UrlField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Launch => "launch_url",
            Self::SecureLaunch => "secure_launch_url",
            Self::Icon => "icon",
            Self::SecureIcon => "secure_icon",
            Self::Vendor => "vendor",
            Self::WebLink => "webLink",
        })
    }
}

impl std::fmt::Display for NameField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Custom => "name of a custom parameter",
            Self::Platform => "platform of an extension",
            Self::Extension => "name of a property of an extension",
            Self::VendorCode => "code of the vendor",
            Self::IconAttribute => "attribute of an icon",
            Self::Bundle => "reference to a bundle",
            Self::IconResource => "reference to an icon",
        })
    }
}

fn of(resource: Option<&Identifier>) -> String {
    resource.map_or_else(String::new, |id| format!(" (resource {id})"))
}

impl WriteError {
    /// A stable code for logs and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmptyTitle(_) => "empty_title",
            Self::DuplicateIdentifier(_) => "duplicate_identifier",
            Self::UnknownResource(_) => "unknown_resource",
            Self::UnbalancedFolders => "unbalanced_folders",
            Self::TooDeep => "too_deep",
            Self::NeverWritten(_) => "never_written",
            Self::KindNotInVersion { .. } => "kind_not_in_version",
            Self::IntendedUseNotInVersion { .. } => "intended_use_not_in_version",
            Self::StandardsNotInVersion { .. } => "standards_not_in_version",
            Self::IncompleteStandards(_) => "incomplete_standards",
            Self::Rule { .. } => "schematron_rule",
            Self::DuplicatePath(_) => "duplicate_path",
            Self::ReservedPath(_) => "reserved_path",
            Self::NoLaunchUrl(_) => "no_launch_url",
            Self::InvalidUrl { .. } => "invalid_url",
            Self::InvalidName { .. } => "invalid_name",
            Self::NestedOptions(_) => "nested_options",
            Self::IconIsNoDependency(_) => "icon_is_no_dependency",
            Self::WrongPayload(_) => "wrong_payload",
            Self::FileTooLarge(_) => "file_too_large",
            Self::Io(_) => "io",
            Self::Archive(_) => "archive",
        }
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::EmptyTitle(_)
            | Self::DuplicateIdentifier(_)
            | Self::UnknownResource(_)
            | Self::UnbalancedFolders
            | Self::TooDeep => "CC 1.1 imscp_v1p1: organization, item",
            Self::NeverWritten(_) | Self::KindNotInVersion { .. } | Self::IntendedUseNotInVersion { .. } => {
                "CC imscp_v1p1: resource/@type, resource/@intendeduse"
            }
            Self::StandardsNotInVersion { .. } | Self::IncompleteStandards(_) => "CC 1.3 imscsmd_v1p0",
            Self::Rule { rule, .. } => rule.spec(),
            Self::DuplicatePath(_) | Self::ReservedPath(_) | Self::FileTooLarge(_) => "CC 1.1 package: files",
            Self::NoLaunchUrl(_)
            | Self::InvalidUrl { .. }
            | Self::InvalidName { .. }
            | Self::NestedOptions(_) => "imsbasiclti_v1p0p1, imslticm_v1p0, imslticp_v1p0",
            Self::IconIsNoDependency(_) => "CC 1.1: LTI links, cartridge_icon",
            Self::WrongPayload(_) | Self::Io(_) | Self::Archive(_) => "none",
        }
    }
}

impl From<zip::result::ZipError> for WriteError {
    fn from(error: zip::result::ZipError) -> Self {
        match error {
            zip::result::ZipError::Io(error) => Self::Io(error),
            error => Self::Archive(error),
        }
    }
}
