//! Curriculum standards: which learning objectives a resource serves (CC 1.3 `imscsmd_v1p0`).

use serde::{Deserialize, Serialize};

/// One `curriculumStandardsMetadataSet`: the standards of a resource, or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StandardsSet {
    /// A label for the resource, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_label: Option<String>,
    /// Which part of the resource is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_part: Option<String>,
    /// The standards, by provider; at least one.
    pub providers: Vec<StandardsProvider>,
}

impl StandardsSet {
    /// A set for the whole resource.
    #[must_use]
    pub fn new(providers: Vec<StandardsProvider>) -> Self {
        Self { providers, ..Self::default() }
    }
}

/// One `curriculumStandardsMetadata`: the standards of one provider.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StandardsProvider {
    /// Who publishes the standards, often a domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The groups of standards; at least one.
    pub groups: Vec<StandardsGroup>,
}

impl StandardsProvider {
    /// The standards of `provider`.
    #[must_use]
    pub fn new(provider: impl Into<String>, groups: Vec<StandardsGroup>) -> Self {
        Self { provider: Some(provider.into()), groups }
    }
}

/// One `setOfGUIDs`: standards of one region and edition.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StandardsGroup {
    /// The region for which the standards hold, such as `US`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The edition of the standards, often a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// The standards; at least one.
    pub standards: Vec<Standard>,
}

impl StandardsGroup {
    /// Standards without region and edition.
    #[must_use]
    pub fn new(standards: Vec<Standard>) -> Self {
        Self { standards, ..Self::default() }
    }
}

/// One `labelledGUID`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Standard {
    /// A short name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The identifier that its publisher gave the standard.
    pub guid: String,
}

impl Standard {
    /// A standard without a label.
    #[must_use]
    pub fn new(guid: impl Into<String>) -> Self {
        Self { label: None, guid: guid.into() }
    }
}

/// Whether every level has at least one member, as the schema demands.
pub(crate) fn is_complete(set: &StandardsSet) -> bool {
    !set.providers.is_empty()
        && set.providers.iter().all(|p| {
            !p.groups.is_empty()
                && p.groups
                    .iter()
                    .all(|g| !g.standards.is_empty() && g.standards.iter().all(|s| !s.guid.is_empty()))
        })
}
