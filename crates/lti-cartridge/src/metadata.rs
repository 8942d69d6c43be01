//! What a cartridge says about itself: the part of IEEE LOM that the manifest may hold (CC 1.1 LOM profile,
//! `LOM/manifest`).

use serde::{Deserialize, Serialize};

use crate::StandardsSet;

/// The metadata of a cartridge.
///
/// ```
/// let mut metadata = lti_cartridge::Metadata::new("Biology 101");
/// metadata.language = Some("en-US".into());
/// metadata.keywords = vec!["cells".into()];
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Metadata {
    /// The title of the course (`general/title`); most importers show it as the name of the import.
    pub title: String,
    /// A description in plain text (`general/description`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The language of content and metadata, as a BCP 47 tag (`general/language`, and `@language` of each text).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Keywords (`general/keyword`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Copyright and conditions of use (`rights`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rights: Option<Rights>,
    /// Curriculum standards of the whole cartridge; only CC 1.3 can hold them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standards: Option<StandardsSet>,
}

impl Metadata {
    /// Metadata with a title only.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
}

/// Copyright and conditions of use (LOM `rights`).
///
/// ```
/// use lti_cartridge::{Metadata, Rights};
///
/// let mut metadata = Metadata::new("Biology 101");
/// metadata.rights = Some(Rights::new("https://creativecommons.org/licenses/by/4.0/"));
/// assert_eq!(metadata.rights.and_then(|rights| rights.restricted), Some(true));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Rights {
    /// Whether copyright or other restrictions apply (`copyrightAndOtherRestrictions`); `None` when not stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restricted: Option<bool>,
    /// The conditions in words, such as the name or address of a license.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Rights {
    /// Restricted by copyright, under the conditions that `description` gives.
    #[must_use]
    pub fn new(description: impl Into<String>) -> Self {
        Self { restricted: Some(true), description: Some(description.into()) }
    }
}
