//! Curriculum standards: which learning objectives a resource serves (CC 1.3 `imscsmd_v1p0`).

use serde::{Deserialize, Serialize};

/// One `curriculumStandardsMetadataSet`: the standards of a resource, or of a part of it.
///
/// ```
/// use lti_cartridge::{
///     Identifier, LtiLink, Resource, Scope, Standard, StandardsGroup, StandardsProvider, StandardsSet,
/// };
///
/// let mut standard = Standard::new("5E6BE8F0-7053-11DF-8EBF-BE719DFF4B22");
/// standard.label = Some("Explain how cells divide".to_owned());
/// let mut group = StandardsGroup::new(vec![standard]);
/// group.region = Some("US".to_owned());
/// let set = StandardsSet::new(vec![StandardsProvider::new("standards.example", vec![group])]);
/// let link = LtiLink::new("Quiz 1", "https://tool.example/quiz/1");
/// let mut quiz = Resource::new(Identifier::derived(Scope::Resource, "course-17/quiz-1"), link);
/// quiz.standards.push(set); // only 1.3 can hold them
/// assert_eq!(quiz.standards[0].providers[0].groups[0].standards.len(), 1);
/// ```
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
///
/// [`StandardsSet`] has an example.
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
///
/// [`StandardsSet`] has an example.
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
///
/// [`StandardsSet`] has an example.
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
