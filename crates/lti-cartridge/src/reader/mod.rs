//! Reading a package: tolerant of what it means, strict about what it costs.

mod assemble;
mod descriptor;
mod encoding;
mod error;
mod limits;
mod link_document;
mod lom;
mod manifest;
mod package;
mod xml;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek};

pub use error::{LimitKind, ReadError};
pub use limits::Limits;
pub use link_document::{LinkDocument, LinkError};
pub use xml::XmlError;

use self::descriptor::Here;
use self::manifest::{RawManifest, RawResource};
use self::package::Package;
use self::xml::Xml;
use crate::cartridge::FileSource;
use crate::diagnostic::{Notes, Place, Rule};
use crate::path::MANIFEST;
use crate::path::{self, Resolved};
use crate::{
    Cartridge, Content, DeclaredVersion, Diagnostic, Files, OtherContent, PackagePath, Resource,
    ResourceKind, Severity,
};

/// Reads a package.
///
/// ```
/// use std::io::Cursor;
/// use lti_cartridge::{Cartridge, CartridgeReader, Identifier, Limits, Metadata, NoFiles, Scope, Settings};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let cartridge = Cartridge::new(Identifier::derived(Scope::Manifest, "c"), Metadata::new("Biology 101"));
/// # let mut package = Vec::new();
/// # cartridge.write_to(&mut package, &Settings::default(), NoFiles)?;
/// let mut reader = CartridgeReader::open(Cursor::new(package), &Limits::default())?;
/// let reading = reader.read()?;
/// assert_eq!(reading.cartridge.metadata.title, "Biology 101");
/// for diagnostic in &reading.diagnostics {
///     println!("{diagnostic}");
/// }
/// # assert!(reading.diagnostics.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct CartridgeReader<R> {
    package: Package<R>,
    limits: Limits,
    /// What was odd about the archive itself, and how much more of that there was.
    survey: (Vec<Diagnostic>, u64),
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Reading {
    /// Which version the package says it is.
    pub declared: DeclaredVersion,
    /// The model.
    pub cartridge: Cartridge,
    /// What is odd, in the order in which it was met.
    pub diagnostics: Vec<Diagnostic>,
    /// How many diagnostics were left out beyond [`Limits::diagnostics`].
    pub omitted_diagnostics: u64,
}

impl Reading {
    /// Whether nothing was lost: there is no diagnostic of error level.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.diagnostics.iter().all(|diagnostic| diagnostic.severity < Severity::Error)
    }
}

impl<R: Read + Seek> CartridgeReader<R> {
    /// Opens a package: looks at the directory of the archive and inflates nothing.
    ///
    /// # Errors
    /// It is no ZIP archive, it exceeds a limit, or `reader` fails.
    pub fn open(reader: R, limits: &Limits) -> Result<Self, ReadError> {
        let mut notes = Notes::new(limits.diagnostics);
        let package = Package::open(reader, limits, &mut notes)?;
        Ok(Self { package, limits: limits.clone(), survey: notes.finish() })
    }

    /// Reads manifest and descriptors into a model, and looks whether all files are there.
    ///
    /// # Errors
    /// There is no manifest, it cannot be read, the package exceeds a limit as a whole, or the source fails. What is
    /// wrong with single resources is a diagnostic.
    pub fn read(&mut self) -> Result<Reading, ReadError> {
        let mut resources = Vec::new();
        let mut reading = self.read_each(|resource| resources.push(resource))?;
        reading.cartridge.resources = resources;
        Ok(reading)
    }

    /// As [`CartridgeReader::read`], but hands out the resources one by one, in the order of the manifest;
    /// [`Cartridge::resources`] of the result is empty.
    ///
    /// # Errors
    /// As for [`CartridgeReader::read`].
    pub fn read_each(&mut self, mut each: impl FnMut(Resource)) -> Result<Reading, ReadError> {
        let mut notes = Notes::new(self.limits.diagnostics);
        notes.resume(&self.survey.0, self.survey.1);
        let (folder, manifest_index, mut raw) = self.manifest(&mut notes)?;
        assemble::check_rules(&raw, &mut notes);
        let (mut identifiers, identifier, claimed) = assemble::claim_resources(&raw, &mut notes);
        let mut cartridge = Cartridge::new(identifier, std::mem::take(&mut raw.metadata));
        cartridge.items = assemble::items(std::mem::take(&mut raw.items), &mut identifiers, &mut notes);
        let mut listed = BTreeSet::from([manifest_index]);
        let mut descriptors = 0;
        let mut raw_resources = std::mem::take(&mut raw.resources);
        for (raw_resource, identifier) in raw_resources.iter_mut().zip(claimed) {
            let mut walk = Walk {
                package: &mut self.package,
                limits: &self.limits,
                folder: &folder,
                manifest: &raw,
                listed: &mut listed,
                notes: &mut notes,
                descriptors: &mut descriptors,
            };
            let intended_use = assemble::check_attributes(&raw, raw_resource, walk.notes);
            let content = walk.content(raw_resource)?;
            let mut resource = Resource::new(identifier, content);
            resource.intended_use = intended_use;
            resource.roles = std::mem::take(&mut raw_resource.roles);
            resource.standards = std::mem::take(&mut raw_resource.standards);
            resource.dependencies =
                raw_resource.dependencies.iter().filter_map(|id| identifiers.resource(id)).cloned().collect();
            if let Content::LtiLink(link) = &mut resource.content
                && let Some(icon) = &mut link.icon_resource
            {
                match identifiers.resource(icon) {
                    Some(identifier) => *icon = identifier.to_string(),
                    None => notes.add(Rule::UnknownLinkResource, || {
                        Place::identifier(&raw_resource.identifier).name(icon)
                    }),
                }
            }
            each(resource);
        }
        self.report_unlisted(&listed, &mut notes);
        let (diagnostics, omitted_diagnostics) = notes.finish();
        Ok(Reading { declared: raw.declared, cartridge, diagnostics, omitted_diagnostics })
    }

    /// Opens a file of web content or associated content by the path that the model gives it. It is inflated as it is
    /// read; a limit shows as an I/O error.
    ///
    /// # Errors
    /// The file is not there, or its entry cannot be read.
    pub fn file(&mut self, path: &PackagePath) -> Result<FileReader<'_>, ReadError> {
        let found = self.package.find(path.as_str()).ok_or(ReadError::NoSuchFile)?;
        let max = self.limits.file_bytes;
        Ok(FileReader(Box::new(self.package.entry(found.index, max)?)))
    }

    /// Finds and reads the manifest: at the root, or in the only folder that has one.
    fn manifest(&mut self, notes: &mut Notes) -> Result<(String, usize, RawManifest), ReadError> {
        let (folder, index) = match self.package.find(MANIFEST) {
            Some(found) => {
                if !found.same_case {
                    notes.add(Rule::ManifestPlace, || Place::file(MANIFEST));
                }
                (String::new(), found.index)
            }
            None => {
                let (name, index) = self.only_manifest().ok_or(ReadError::NoManifest)?;
                notes.add(Rule::ManifestPlace, || Place::file(&name));
                let folder = name.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
                (folder.unwrap_or_default(), index)
            }
        };
        let bytes = self.package.bytes(index, self.limits.manifest_bytes)?;
        let (text, rule) = encoding::decode(bytes).map_err(|_| ReadError::ManifestEncoding)?;
        if let Some(rule) = rule {
            notes.add(rule, || Place::file(MANIFEST));
        }
        let raw = manifest::parse(&text, &self.limits, notes).map_err(ReadError::Manifest)?;
        Ok((folder, index, raw.ok_or(ReadError::NotAManifest)?))
    }

    fn only_manifest(&self) -> Option<(String, usize)> {
        let mut all = self.package.names().filter(|(_, name)| {
            let (folder, file) = name.split_once('/').unwrap_or_default();
            file.eq_ignore_ascii_case(MANIFEST) && folder != "__MACOSX"
        });
        let (index, name) = all.next()?;
        all.next().is_none().then_some((name, index))
    }

    fn report_unlisted(&self, listed: &BTreeSet<usize>, notes: &mut Notes) {
        for (_, name) in self.package.names().filter(|(index, _)| !listed.contains(index)) {
            let last = name.rsplit('/').next().unwrap_or_default();
            let junk = name.starts_with("__MACOSX/")
                || last.starts_with("._")
                || matches!(last, ".DS_Store" | "Thumbs.db" | "desktop.ini");
            let rule = if junk { Rule::Junk } else { Rule::UnlistedFile };
            notes.add(rule, || Place::file(&name));
        }
    }
}

/// A file of a package, inflated as it is read.
pub struct FileReader<'p>(Box<dyn Read + 'p>);

impl std::fmt::Debug for FileReader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FileReader")
    }
}

impl Read for FileReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read + Seek> FileSource for CartridgeReader<R> {
    fn open(&mut self, path: &PackagePath) -> io::Result<Box<dyn Read + '_>> {
        match self.file(path) {
            Ok(file) => Ok(file.0),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}

/// What is needed to read one resource after the other.
struct Walk<'w, R> {
    package: &'w mut Package<R>,
    limits: &'w Limits,
    folder: &'w str,
    manifest: &'w RawManifest,
    listed: &'w mut BTreeSet<usize>,
    notes: &'w mut Notes,
    /// Bytes of all descriptors so far.
    descriptors: &'w mut u64,
}

/// A file that a resource names.
struct Located {
    path: PackagePath,
    index: Option<usize>,
}

impl<R: Read + Seek> Walk<'_, R> {
    fn content(&mut self, resource: &mut RawResource) -> Result<Content, ReadError> {
        let kind = ResourceKind::of(&resource.type_name);
        let mut files: BTreeMap<String, Option<Located>> = BTreeMap::new();
        for href in resource.files.iter().chain(&resource.href) {
            if !files.contains_key(href) {
                files.insert(href.clone(), self.locate(resource, href));
            }
        }
        if matches!(kind, ResourceKind::LtiLink | ResourceKind::WebLink | ResourceKind::Topic) {
            let descriptor = resource.files.first().or(resource.href.as_ref());
            let located = descriptor.and_then(|href| files.get(href)).and_then(Option::as_ref);
            if let Some(Located { path, index: Some(index) }) = located
                && let Some(content) = self.descriptor(kind, resource, path, *index)?
            {
                return Ok(content);
            }
            if let Some(content) = resource.inline.take().filter(|content| content.kind() == kind) {
                return Ok(content);
            }
        }
        // A file that is not there is in a diagnostic and not in the model, so that the model can be written again.
        let path = |href: &String| {
            let located = files.get(href)?.as_ref().filter(|located| located.index.is_some())?;
            Some(located.path.clone())
        };
        let mut list: Vec<PackagePath> = Vec::with_capacity(resource.files.len());
        let mut seen = BTreeSet::new();
        for path in resource.files.iter().filter_map(path) {
            if seen.insert(path.clone()) {
                list.push(path);
            }
        }
        let entry = resource.href.as_ref().and_then(path);
        let files = Files { entry, files: list };
        Ok(match kind {
            ResourceKind::WebContent => Content::WebContent(files),
            ResourceKind::Associated => Content::Associated(files),
            _ => Content::Other(OtherContent::new(resource.type_name.clone(), files)),
        })
    }

    /// Resolves an `href` and looks for its entry.
    fn locate(&mut self, resource: &RawResource, href: &str) -> Option<Located> {
        let place = || Place::identifier(&resource.identifier).name(href);
        let bases =
            [self.manifest.base.as_str(), self.manifest.resources_base.as_str(), resource.base.as_str()];
        let (path, mended) = match path::resolve(bases, href) {
            Resolved::Inside(path, mended) => (path, mended),
            other => {
                let rule = match other {
                    Resolved::Outside => Rule::UnsafePath,
                    Resolved::External => Rule::ExternalFile,
                    _ => Rule::InvalidPath,
                };
                self.notes.add(rule, place);
                return None;
            }
        };
        let full = format!("{}{path}", self.folder);
        // Some writers do not escape: then the text itself is the name.
        let found = self.package.find(&full).or_else(|| self.package.find(&format!("{}{href}", self.folder)));
        match found {
            None => self
                .notes
                .add(Rule::MissingFile, || Place::identifier(&resource.identifier).in_file(path.as_str())),
            Some(found) => {
                self.listed.insert(found.index);
                if mended {
                    self.notes.add(Rule::MendedPath, place);
                }
                if !found.same_case {
                    self.notes.add(Rule::PathCase, place);
                }
            }
        }
        let path = if self.folder.is_empty() { path } else { full.parse().ok()? };
        Some(Located { path, index: found.map(|found| found.index) })
    }

    /// Reads a descriptor; `None` when it is of no use, which a diagnostic says.
    fn descriptor(
        &mut self,
        kind: ResourceKind,
        resource: &RawResource,
        path: &PackagePath,
        index: usize,
    ) -> Result<Option<Content>, ReadError> {
        let place = Place::identifier(&resource.identifier).in_file(path.as_str());
        let bytes = match self.package.bytes(index, self.limits.descriptor_bytes) {
            Ok(bytes) => bytes,
            Err(error @ (ReadError::Io(_) | ReadError::Limit(LimitKind::TotalSize))) => return Err(error),
            Err(ReadError::Limit(_)) => {
                self.notes.add(Rule::OversizedEntry, || place);
                return Ok(None);
            }
            Err(_) => {
                self.notes.add(Rule::UnreadableEntry, || place);
                return Ok(None);
            }
        };
        *self.descriptors = self.descriptors.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if *self.descriptors > self.limits.descriptors_bytes {
            return Err(ReadError::Limit(LimitKind::Descriptors));
        }
        let mut here = Here::new(&mut *self.notes, place.clone(), self.limits.properties);
        let text = match encoding::decode(bytes) {
            Ok((text, rule)) => {
                if let Some(rule) = rule {
                    here.note(rule, "");
                }
                text
            }
            Err(rule) => {
                self.notes.add(rule, || place);
                return Ok(None);
            }
        };
        let mut xml = Xml::new(&text, self.limits.xml_depth);
        match document(&mut xml, &mut here, kind) {
            Ok(content) => Ok(content),
            Err(error) => {
                self.notes.add(error.rule(), || place);
                Ok(None)
            }
        }
    }
}

/// Reads a document of this kind; `None` when its root is another element, which a diagnostic says.
fn document(xml: &mut Xml<'_>, here: &mut Here<'_>, kind: ResourceKind) -> Result<Option<Content>, XmlError> {
    let Some(root) = xml.root()? else {
        here.note(Rule::WrongRoot, "");
        return Ok(None);
    };
    let (names, namespaces): (&[&str], &[&str]) = match kind {
        ResourceKind::LtiLink => {
            (&["cartridge_basiclti_link", "basic_lti_link"], &["imslticc_v1p", "imsbasiclti_v1p"])
        }
        ResourceKind::WebLink => (&["webLink"], &["imswl_v1p"]),
        _ => (&["topic"], &["imsdt_v1p"]),
    };
    if !names.contains(&root.name()) {
        here.note(Rule::WrongRoot, root.name());
        return Ok(None);
    }
    descriptor::check_namespaces(here, &root, namespaces);
    let content: Content = match kind {
        ResourceKind::LtiLink => descriptor::lti_link(xml, here)?.into(),
        ResourceKind::WebLink => descriptor::web_link(xml, here)?.into(),
        _ => descriptor::topic(xml, here)?.into(),
    };
    xml.finish()?;
    Ok(Some(content))
}
