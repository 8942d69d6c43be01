//! A whole cartridge in memory: what the reader returns and what can be written again.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek, Write};

use serde::{Deserialize, Serialize};

use crate::item::{Item, links};
use crate::resource::{Content, Resource};
use crate::usage::Usage;
use crate::writer::{EntryKind, OutlineWriter, Payload, ResourceEntry, Supply, Wanted, WantedKind};
use crate::{
    Feature, Identifier, Loss, LtiLink, Metadata, PackagePath, Settings, Target, WriteError, Written,
};

/// A cartridge: metadata, an outline, and the resources that it names. Contents of files are not in it; they come from
/// a [`FileSource`] when it is written.
///
/// ```
/// use lti_cartridge::{
///     Cartridge, Identifier, Item, Link, LtiLink, Metadata, NoFiles, Resource, Scope, Settings,
/// };
///
/// # fn main() -> Result<(), lti_cartridge::WriteError> {
/// let mut cartridge = Cartridge::new(Identifier::derived(Scope::Manifest, "course-17"), Metadata::new("Biology 101"));
/// let quiz = Identifier::derived(Scope::Resource, "quiz-1");
/// cartridge.items.push(Item::Link(Link::new(Identifier::derived(Scope::Item, "quiz-1"), "Quiz 1", quiz.clone())));
/// cartridge.resources.push(Resource::new(quiz, LtiLink::new("Quiz 1", "https://tool.example.com/quiz/1")));
///
/// let mut package = Vec::new();
/// let written = cartridge.write_to(&mut package, &Settings::default(), NoFiles)?;
/// assert_eq!(written.lti_links, 1);
/// assert!(package.starts_with(b"PK"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cartridge {
    /// Unique beyond this cartridge, and stable from export to export.
    pub identifier: Identifier,
    /// What it says about itself.
    pub metadata: Metadata,
    /// The outline.
    #[serde(default)]
    pub items: Vec<Item>,
    /// All resources, in the order of the manifest, whether the outline names them or not.
    #[serde(default)]
    pub resources: Vec<Resource>,
}

impl Cartridge {
    /// A cartridge without contents, which is a valid one.
    #[must_use]
    pub fn new(identifier: Identifier, metadata: Metadata) -> Self {
        Self { identifier, metadata, items: Vec::new(), resources: Vec::new() }
    }

    /// All LTI links, in the order of the resources, those that the outline does not name included.
    pub fn lti_links(&self) -> impl Iterator<Item = (&Identifier, &LtiLink)> {
        self.resources.iter().filter_map(|resource| match &resource.content {
            Content::LtiLink(link) => Some((&resource.identifier, link.as_ref())),
            _ => None,
        })
    }

    /// The resource with this identifier.
    #[must_use]
    pub fn resource(&self, identifier: &Identifier) -> Option<&Resource> {
        self.resources.iter().find(|resource| resource.identifier == *identifier)
    }

    /// Writes the package to any sink: see [`OutlineWriter::new`].
    ///
    /// # Errors
    /// Whatever the version cannot hold or the schemas forbid; nothing is mended silently. [`Cartridge::fit`] mends
    /// what can be mended and says what it did.
    pub fn write_to(
        &self,
        sink: impl Write,
        settings: &Settings,
        files: impl FileSource,
    ) -> Result<Written, WriteError> {
        self.write_outline(OutlineWriter::new(sink, settings, &self.identifier, &self.metadata)?, files)
    }

    /// Writes the package to a sink that can seek: see [`OutlineWriter::seekable`].
    ///
    /// # Errors
    /// As for [`Cartridge::write_to`].
    pub fn write_to_seekable(
        &self,
        sink: impl Write + Seek,
        settings: &Settings,
        files: impl FileSource,
    ) -> Result<Written, WriteError> {
        self.write_outline(OutlineWriter::seekable(sink, settings, &self.identifier, &self.metadata)?, files)
    }

    fn write_outline(
        &self,
        mut outline: OutlineWriter<'_>,
        files: impl FileSource,
    ) -> Result<Written, WriteError> {
        write_items(&mut outline, &self.items)?;
        for resource in &self.resources {
            outline.resource(entry(resource)?)?;
        }
        outline.finish()?.pull_from(FromModel { cartridge: self, files })
    }

    /// What `target` will not import of this cartridge, or imports otherwise, or is not known to import.
    #[must_use]
    pub fn losses(&self, target: Target) -> Vec<Loss> {
        let mut usage = Usage::default();
        let mut stack = vec![self.items.iter()];
        while let Some(top) = stack.last_mut() {
            match top.next() {
                Some(Item::Folder(folder)) => {
                    stack.push(folder.items.iter());
                    usage.folder(stack.len() - 1);
                }
                Some(Item::Link(_)) => usage.link(stack.len() - 1),
                None => drop(stack.pop()),
            }
        }
        let named: BTreeSet<&Identifier> = links(&self.items).map(|link| &link.resource).collect();
        let mut lti = 0;
        for resource in &self.resources {
            usage.resource(
                resource.content.kind(),
                !resource.roles.is_empty(),
                resource.intended_use.is_some(),
            );
            usage.add_if(!resource.standards.is_empty(), Feature::CurriculumStandards);
            if let Content::LtiLink(link) = &resource.content {
                lti += 1;
                usage.lti_link(link);
                usage.in_outline(usize::from(named.contains(&resource.identifier)));
            }
        }
        usage.add_if(self.metadata.standards.is_some(), Feature::CurriculumStandards);
        usage.lti_resources(lti);
        usage.losses(target)
    }
}

/// Depth first, without recursion: the model may come from anywhere.
fn write_items(outline: &mut OutlineWriter<'_>, items: &[Item]) -> Result<(), WriteError> {
    let mut stack = vec![items.iter()];
    while let Some(top) = stack.last_mut() {
        match top.next() {
            Some(Item::Folder(folder)) => {
                outline.folder(&folder.identifier, &folder.title)?;
                stack.push(folder.items.iter());
            }
            Some(Item::Link(link)) => outline.link(&link.identifier, &link.title, &link.resource)?,
            None => {
                stack.pop();
                if !stack.is_empty() {
                    outline.end_folder()?;
                }
            }
        }
    }
    Ok(())
}

fn entry(resource: &Resource) -> Result<ResourceEntry, WriteError> {
    let kind = match &resource.content {
        Content::LtiLink(_) => EntryKind::LtiLink,
        Content::WebLink(_) => EntryKind::WebLink,
        Content::Topic(_) => EntryKind::Topic,
        Content::WebContent(files) => EntryKind::WebContent(files.clone()),
        Content::Associated(files) => EntryKind::Associated(files.clone()),
        Content::Other(_) => return Err(WriteError::NeverWritten(resource.identifier.clone())),
    };
    let mut entry = ResourceEntry::new(resource.identifier.clone(), kind);
    entry.roles.clone_from(&resource.roles);
    entry.intended_use = resource.intended_use;
    entry.standards.clone_from(&resource.standards);
    entry.dependencies.clone_from(&resource.dependencies);
    Ok(entry)
}

struct FromModel<'c, S> {
    cartridge: &'c Cartridge,
    files: S,
}

impl<S: FileSource> Supply<WriteError> for FromModel<'_, S> {
    fn supply(&mut self, wanted: &Wanted) -> Result<Payload<'_>, WriteError> {
        let content = self.cartridge.resources.get(wanted.index).map(|resource| &resource.content);
        match (&wanted.kind, content) {
            (WantedKind::File(path), _) => Ok(Payload::Reader(self.files.open(path)?)),
            (_, Some(Content::LtiLink(link))) => Ok(Payload::LtiLink(Cow::Borrowed(link))),
            (_, Some(Content::WebLink(link))) => Ok(Payload::WebLink(Cow::Borrowed(link))),
            (_, Some(Content::Topic(topic))) => Ok(Payload::Topic(Cow::Borrowed(topic))),
            _ => Err(WriteError::WrongPayload(wanted.identifier.clone())),
        }
    }
}

/// Opens the files of web content and associated content when they are written.
///
/// A [`CartridgeReader`](crate::CartridgeReader) is one too: a package that was read can be written again.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::io::Read as _;
/// use lti_cartridge::{FileSource, PackagePath};
///
/// // Files in memory are a source; so is a package that was read.
/// let page: PackagePath = "pages/week-1.html".parse()?;
/// let mut files = BTreeMap::from([(page.clone(), b"<p>Read chapter 3.</p>".to_vec())]);
/// let mut text = String::new();
/// files.open(&page)?.read_to_string(&mut text)?;
/// assert_eq!(text, "<p>Read chapter 3.</p>");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait FileSource {
    /// Opens a file; it is read to its end before the next one is opened.
    ///
    /// # Errors
    /// The file is not there or cannot be read.
    fn open(&mut self, path: &PackagePath) -> io::Result<Box<dyn Read + '_>>;
}

/// The source of a cartridge without files.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::exhaustive_structs, reason = "it is its own constructor and will never hold anything")]
pub struct NoFiles;

impl FileSource for NoFiles {
    fn open(&mut self, path: &PackagePath) -> io::Result<Box<dyn Read + '_>> {
        Err(missing(path))
    }
}

impl FileSource for BTreeMap<PackagePath, Vec<u8>> {
    fn open(&mut self, path: &PackagePath) -> io::Result<Box<dyn Read + '_>> {
        match self.get(path) {
            Some(bytes) => Ok(Box::new(bytes.as_slice())),
            None => Err(missing(path)),
        }
    }
}

impl<S: FileSource + ?Sized> FileSource for &mut S {
    fn open(&mut self, path: &PackagePath) -> io::Result<Box<dyn Read + '_>> {
        (**self).open(path)
    }
}

fn missing(path: &PackagePath) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("no file {path}"))
}
