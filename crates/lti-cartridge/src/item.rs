//! The outline of a cartridge: folders and links of any depth (CC 1.1 `imscp_v1p1`: organizations).

use serde::{Deserialize, Serialize};

use crate::Identifier;

/// A member of the outline. A folder has no resource and a link has no members; the types leave no third way
/// (Schematron rule 8b).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Item {
    /// A folder: a module, unit or section.
    Folder(Folder),
    /// A link to a resource of the same cartridge.
    Link(Link),
}

/// A folder of the outline.
///
/// ```
/// use lti_cartridge::{Folder, Identifier, Item, Link, Scope};
///
/// // Identifiers are made of keys of your own, which stay the same when titles change.
/// let quiz = Identifier::derived(Scope::Resource, "course-17/quiz-1");
/// let link = Link::new(Identifier::derived(Scope::Item, "course-17/quiz-1"), "Quiz 1", quiz);
/// let week = Folder::new(Identifier::derived(Scope::Item, "course-17/week-1"), "Week 1", vec![Item::Link(link)]);
/// assert_eq!(week.items.len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Folder {
    /// Unique in the cartridge.
    pub identifier: Identifier,
    /// Plain text, one line, not empty.
    pub title: String,
    /// The members, in order.
    #[serde(default)]
    pub items: Vec<Item>,
}

impl Folder {
    /// A folder with these members.
    #[must_use]
    pub fn new(identifier: Identifier, title: impl Into<String>, items: Vec<Item>) -> Self {
        Self { identifier, title: title.into(), items }
    }
}

/// A link of the outline to a resource; several links may name the same resource.
///
/// [`Folder`] has an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Link {
    /// Unique in the cartridge, and different from the identifier of the resource.
    pub identifier: Identifier,
    /// Plain text, one line, not empty. Importers show this title, not the one of the LTI link.
    pub title: String,
    /// The resource that is opened.
    pub resource: Identifier,
}

impl Link {
    /// A link to `resource`.
    #[must_use]
    pub fn new(identifier: Identifier, title: impl Into<String>, resource: Identifier) -> Self {
        Self { identifier, title: title.into(), resource }
    }
}

/// Walks over all links of an outline, depth first.
pub(crate) fn links(items: &[Item]) -> impl Iterator<Item = &Link> {
    let mut stack = vec![items.iter()];
    std::iter::from_fn(move || {
        while let Some(top) = stack.last_mut() {
            match top.next() {
                Some(Item::Folder(folder)) => stack.push(folder.items.iter()),
                Some(Item::Link(link)) => return Some(link),
                None => drop(stack.pop()),
            }
        }
        None
    })
}
