//! The first half of writing: the outline and the list of resources, which together are the manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Seek, Write};

use super::archive::Archive;
use super::register::{Entry, Extra, Named, Names};
use super::{ContentWriter, Settings, WriteError, descriptor, manifest};
use crate::identifier::Scope;
use crate::markup::Markup;
use crate::path::MANIFEST;
use crate::resource::{EndUserRole, Files, IntendedUse, ResourceKind};
use crate::rules::{self, Facts};
use crate::usage::Usage;
use crate::{Feature, Identifier, Metadata, PackagePath, StandardsSet, standards};

/// How deep folders may be nested. Readers bound the depth of XML.
pub const MAX_FOLDER_DEPTH: usize = 100;

/// How much of the manifest is collected before it goes to the compressor, in bytes.
const CHUNK: usize = 16 * 1024;

/// Takes the outline of a cartridge as it comes and writes it out at once.
///
/// Order matters only in that folders are opened and closed around their members; resources may be announced at any
/// time, and links may name resources that are announced later.
///
/// ```
/// use lti_cartridge::{Identifier, LtiLink, Metadata, OutlineWriter, Payload, Scope, Settings, WriteError};
///
/// # fn main() -> Result<(), WriteError> {
/// let mut package = Vec::new();
/// let mut outline = OutlineWriter::new(
///     &mut package,
///     &Settings::default(),
///     &Identifier::derived(Scope::Manifest, "course-17"),
///     &Metadata::new("Biology 101"),
/// )?;
/// outline.folder(&Identifier::derived(Scope::Item, "week-1"), "Week 1")?;
/// for n in 1..=3 {
///     outline.lti_link(&format!("course-17/quiz-{n}"), &format!("Quiz {n}"))?;
/// }
/// outline.end_folder()?;
///
/// let written = outline.finish()?.pull(|wanted| {
///     let url = format!("https://tool.example.com/quiz/{}", wanted.index + 1);
///     Ok::<_, WriteError>(Payload::from(LtiLink::new("Quiz", url)))
/// })?;
/// assert_eq!(written.lti_links, 3);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct OutlineWriter<'w> {
    archive: Archive<'w>,
    settings: Settings,
    markup: Markup,
    names: Names,
    entries: Vec<Entry>,
    /// Resources that links name, where the link did not announce them itself.
    references: BTreeMap<u128, Identifier>,
    depth: usize,
    organization: Identifier,
    outline_open: bool,
    usage: Usage,
}

/// Announces a resource of the package.
///
/// ```
/// use lti_cartridge::{
///     EntryKind, Files, Identifier, Metadata, OutlineWriter, Payload, ResourceEntry, Scope, Settings, WriteError,
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut package = Vec::new();
/// let id = Identifier::derived(Scope::Manifest, "course-17");
/// let mut outline = OutlineWriter::new(&mut package, &Settings::default(), &id, &Metadata::new("Biology 101"))?;
/// let page = Identifier::derived(Scope::Resource, "course-17/page-1");
/// outline.link(&Identifier::derived(Scope::Item, "course-17/page-1"), "Week 1", &page)?;
/// let files = Files::one("pages/week-1.html".parse()?);
/// outline.resource(ResourceEntry::new(page, EntryKind::WebContent(files)))?;
/// let written = outline.finish()?.pull(|_| Ok::<_, WriteError>(Payload::Bytes(b"<p>Read chapter 3.</p>".into())))?;
/// assert_eq!(written.entries, 2); // the manifest and the page
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResourceEntry {
    /// Unique in the cartridge.
    pub identifier: Identifier,
    /// What will come.
    pub kind: EntryKind,
    /// Who sees it; nobody named means everybody.
    pub roles: BTreeSet<EndUserRole>,
    /// What files are meant for.
    pub intended_use: Option<IntendedUse>,
    /// Curriculum standards, for 1.3.
    pub standards: Vec<StandardsSet>,
    /// The resources that it needs. An LTI link may need associated content (its icon).
    pub dependencies: Vec<Identifier>,
}

impl ResourceEntry {
    /// A resource that everybody sees and that needs nothing.
    #[must_use]
    pub fn new(identifier: Identifier, kind: EntryKind) -> Self {
        Self {
            identifier,
            kind,
            roles: BTreeSet::new(),
            intended_use: None,
            standards: Vec::new(),
            dependencies: Vec::new(),
        }
    }
}

/// The kinds that can be written, with the paths of files.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryKind {
    /// An LTI link.
    LtiLink,
    /// A web link.
    WebLink,
    /// A discussion topic.
    Topic,
    /// Web content.
    WebContent(Files),
    /// Associated content.
    Associated(Files),
}

impl EntryKind {
    fn kind(&self) -> ResourceKind {
        match self {
            Self::LtiLink => ResourceKind::LtiLink,
            Self::WebLink => ResourceKind::WebLink,
            Self::Topic => ResourceKind::Topic,
            Self::WebContent(_) => ResourceKind::WebContent,
            Self::Associated(_) => ResourceKind::Associated,
        }
    }

    fn into_files(self) -> Files {
        match self {
            Self::WebContent(files) | Self::Associated(files) => files,
            _ => Files::default(),
        }
    }
}

impl<'w> OutlineWriter<'w> {
    /// Begins a package on any sink. Sizes follow the data of each entry (data descriptors), which every importer with
    /// public source reads.
    ///
    /// # Errors
    /// An empty title of the cartridge; curriculum standards that the version cannot hold; the sink fails.
    pub fn new(
        sink: impl Write + 'w,
        settings: &Settings,
        identifier: &Identifier,
        metadata: &Metadata,
    ) -> Result<Self, WriteError> {
        Self::begin(Archive::stream(sink), settings, identifier, metadata)
    }

    /// Begins a package on a sink that can seek, such as a file: no data descriptors, which is the most conservative
    /// format. The bytes differ from those of [`OutlineWriter::new`], the contents do not.
    ///
    /// # Errors
    /// As for [`OutlineWriter::new`].
    pub fn seekable(
        sink: impl Write + Seek + 'w,
        settings: &Settings,
        identifier: &Identifier,
        metadata: &Metadata,
    ) -> Result<Self, WriteError> {
        Self::begin(Archive::seekable(sink), settings, identifier, metadata)
    }

    pub(crate) fn begin(
        mut archive: Archive<'w>,
        settings: &Settings,
        identifier: &Identifier,
        metadata: &Metadata,
    ) -> Result<Self, WriteError> {
        let version = settings.version;
        let mut metadata = metadata.clone();
        metadata.title = descriptor::title(&metadata.title).ok_or(WriteError::EmptyTitle(None))?.into_owned();
        if let Some(set) = &metadata.standards {
            if !version.holds_standards() {
                return Err(WriteError::StandardsNotInVersion { resource: None, version });
            }
            if !standards::is_complete(set) {
                return Err(WriteError::IncompleteStandards(None));
            }
        }
        let mut usage = Usage::default();
        usage.add_if(metadata.standards.is_some(), Feature::CurriculumStandards);
        let organization = Identifier::derived(Scope::Organization, &identifier.to_string());
        let root = root_item(&organization);
        let mut names = Names::default();
        for name in [identifier, &organization, &root] {
            names.add(name, Named::Other)?;
        }
        archive.start(MANIFEST)?;
        let mut markup = Markup::default();
        manifest::open(&mut markup, version, identifier, &metadata);
        markup.raw("<organizations>\n");
        Ok(Self {
            archive,
            settings: settings.clone(),
            markup,
            names,
            entries: Vec::new(),
            references: BTreeMap::new(),
            depth: 0,
            organization,
            outline_open: false,
            usage,
        })
    }

    /// Opens a folder; what follows is in it, up to [`OutlineWriter::end_folder`].
    ///
    /// # Errors
    /// An identifier used before, an empty title, too many levels, or the sink fails.
    pub fn folder(&mut self, identifier: &Identifier, title: &str) -> Result<(), WriteError> {
        if self.depth >= MAX_FOLDER_DEPTH {
            return Err(WriteError::TooDeep);
        }
        self.item(identifier, title, None)?;
        self.depth += 1;
        self.usage.folder(self.depth);
        self.flush(CHUNK)
    }

    /// Closes the folder that was opened last.
    ///
    /// # Errors
    /// No folder is open.
    pub fn end_folder(&mut self) -> Result<(), WriteError> {
        self.depth = self.depth.checked_sub(1).ok_or(WriteError::UnbalancedFolders)?;
        self.markup.raw("</item>\n");
        Ok(())
    }

    /// Puts a link to a resource into the outline. The resource is announced by [`OutlineWriter::resource`], before or
    /// after.
    ///
    /// # Errors
    /// An identifier used before, an empty title, or the sink fails.
    pub fn link(
        &mut self,
        identifier: &Identifier,
        title: &str,
        resource: &Identifier,
    ) -> Result<(), WriteError> {
        self.references.entry(resource.fingerprint()).or_insert_with(|| resource.clone());
        self.link_without_reference(identifier, title, resource)
    }

    fn link_without_reference(
        &mut self,
        identifier: &Identifier,
        title: &str,
        resource: &Identifier,
    ) -> Result<(), WriteError> {
        self.item(identifier, title, Some(resource))?;
        self.markup.raw("</item>\n");
        self.usage.link(self.depth);
        self.flush(CHUNK)
    }

    /// Puts an LTI link into the outline and announces its resource, both under identifiers derived from the caller's
    /// `key`. Returns the identifier of the resource.
    ///
    /// # Errors
    /// A key used before, an empty title, or the sink fails.
    pub fn lti_link(&mut self, key: &str, title: &str) -> Result<Identifier, WriteError> {
        let resource = Identifier::derived(Scope::Resource, key);
        self.link_without_reference(&Identifier::derived(Scope::Item, key), title, &resource)?;
        self.resource(ResourceEntry::new(resource.clone(), EntryKind::LtiLink))?;
        self.usage.in_outline(1);
        Ok(resource)
    }

    /// Announces a resource. Resources that no link names are written as well; most importers drop them.
    ///
    /// # Errors
    /// An identifier used before, or something that this version cannot hold. Rules about dependencies and files are
    /// checked in [`OutlineWriter::finish`].
    pub fn resource(&mut self, resource: ResourceEntry) -> Result<(), WriteError> {
        let version = self.settings.version;
        let ResourceEntry {
            identifier,
            kind: entry_kind,
            roles,
            intended_use,
            standards: sets,
            dependencies,
        } = resource;
        let kind = entry_kind.kind();
        self.names.add(&identifier, Named::Resource(kind))?;
        let is_file = matches!(kind, ResourceKind::WebContent | ResourceKind::Associated);
        if version.is_thin() && !matches!(kind, ResourceKind::LtiLink | ResourceKind::WebLink) {
            return Err(WriteError::KindNotInVersion { resource: identifier, version });
        }
        if let Some(value) = intended_use
            && (!is_file || (value == IntendedUse::Assignment && !version.holds_assignment_use()))
        {
            return Err(WriteError::IntendedUseNotInVersion { resource: identifier, version });
        }
        if !sets.is_empty() && !version.holds_standards() {
            return Err(WriteError::StandardsNotInVersion { resource: Some(identifier), version });
        }
        if !sets.iter().all(standards::is_complete) {
            return Err(WriteError::IncompleteStandards(Some(identifier)));
        }
        self.usage.resource(kind, !roles.is_empty(), intended_use.is_some());
        self.usage.add_if(!sets.is_empty(), Feature::CurriculumStandards);
        let roles: Vec<EndUserRole> = roles.into_iter().collect();
        let files = entry_kind.into_files();
        self.entries.push(Entry::new(
            &identifier,
            kind,
            &roles,
            Extra {
                intended_use,
                standards: sets,
                dependencies,
                entry_file: files.entry,
                files: files.files,
                ..Extra::default()
            },
        ));
        Ok(())
    }

    /// Ends the outline: checks the rules of the schemas, writes the list of resources, and goes on to the contents.
    ///
    /// # Errors
    /// A folder is open; a link or dependency names no resource; a Schematron rule is broken; paths collide; the sink
    /// fails.
    pub fn finish(mut self) -> Result<ContentWriter<'w>, WriteError> {
        if self.depth != 0 {
            return Err(WriteError::UnbalancedFolders);
        }
        for (fingerprint, identifier) in &self.references {
            if self.names.kind(*fingerprint).is_none() {
                return Err(WriteError::UnknownResource(identifier.clone()));
            }
        }
        self.check_rules()?;
        self.check_paths()?;
        if self.outline_open {
            self.markup.raw("</item>\n</organization>\n");
        }
        self.markup.raw("</organizations>\n<resources>\n");
        let mut lti_links = 0;
        for entry in &self.entries {
            resource_element(&mut self.markup, &self.settings, entry);
            lti_links += u64::from(entry.kind == ResourceKind::LtiLink);
            if self.markup.len() >= CHUNK {
                self.archive.write(self.markup.as_str().as_bytes())?;
                self.markup.clear();
            }
        }
        let named =
            self.references.keys().filter(|key| self.names.kind(**key) == Some(ResourceKind::LtiLink));
        self.usage.in_outline(named.count());
        self.usage.lti_resources(lti_links);
        self.markup.raw("</resources>\n</manifest>\n");
        self.flush(0)?;
        Ok(ContentWriter::new(self.archive, self.settings, self.entries, self.markup.dropped, self.usage))
    }

    fn item(
        &mut self,
        identifier: &Identifier,
        title: &str,
        resource: Option<&Identifier>,
    ) -> Result<(), WriteError> {
        let title =
            descriptor::title(title).ok_or_else(|| WriteError::EmptyTitle(Some(identifier.clone())))?;
        self.names.add(identifier, Named::Other)?;
        if !self.outline_open {
            self.outline_open = true;
            self.markup.raw("<organization").attribute("identifier", &self.organization.to_string());
            self.markup.raw(" structure=\"rooted-hierarchy\">\n<item");
            self.markup.attribute("identifier", &root_item(&self.organization).to_string()).raw(">\n");
        }
        self.markup.raw("<item").attribute("identifier", &identifier.to_string());
        if let Some(resource) = resource {
            self.markup.attribute("identifierref", &resource.to_string());
        }
        self.markup.raw("><title>").text(&title).raw("</title>");
        if resource.is_none() {
            self.markup.raw("\n");
        }
        Ok(())
    }

    fn flush(&mut self, threshold: usize) -> Result<(), WriteError> {
        if self.markup.len() > threshold {
            self.archive.write(self.markup.as_str().as_bytes())?;
            self.markup.clear();
        }
        Ok(())
    }

    /// The Schematron rules, for the resources that can break them at all.
    fn check_rules(&self) -> Result<(), WriteError> {
        for entry in self.entries.iter().filter(|entry| entry.extra().is_some()) {
            let identifier = entry.identifier();
            let text = identifier.to_string();
            let dependencies: Vec<(String, &Identifier)> =
                entry.dependencies().iter().map(|id| (id.to_string(), id)).collect();
            if let Some((_, missing)) =
                dependencies.iter().find(|(_, id)| self.names.kind(id.fingerprint()).is_none())
            {
                return Err(WriteError::UnknownResource((*missing).clone()));
            }
            let mut facts = Facts::new(&text, entry.kind);
            let files = entry.files();
            let entry_file = entry.extra().and_then(|extra| extra.entry_file.as_ref());
            facts.files = if entry.kind.has_descriptor() { 1 } else { files.len() };
            facts.has_href = entry_file.is_some();
            facts.href_is_file = entry_file.is_some_and(|path| files.contains(path));
            facts.duplicate_file = files.iter().collect::<BTreeSet<_>>().len() != files.len();
            facts.dependencies = dependencies.iter().map(|(text, _)| text.as_str()).collect();
            let kind_of = |text: &str| {
                let (_, id) = dependencies.iter().find(|(other, _)| other == text)?;
                self.names.kind(id.fingerprint())
            };
            let mut broken = None;
            let is_target = self.references.contains_key(&identifier.fingerprint());
            rules::check_one(&facts, &kind_of, is_target, &mut |rule| {
                broken.get_or_insert(rule);
            });
            if let Some(rule) = broken {
                return Err(WriteError::Rule { resource: identifier, rule });
            }
        }
        Ok(())
    }

    /// No two entries of the archive with one path, compared without case; no web content in the folder of a descriptor.
    fn check_paths(&self) -> Result<(), WriteError> {
        // What is ours has no path of the caller's.
        let mut taken: BTreeMap<String, Option<&PackagePath>> = [(MANIFEST.to_owned(), None)].into();
        let mut folders = BTreeSet::new();
        let named = self.entries.iter().filter(|e| e.kind.has_descriptor());
        let any_files = self.entries.iter().any(|e| !e.files().is_empty());
        for entry in named {
            let identifier = entry.identifier();
            if !any_files && identifier.as_derived().is_some() {
                continue;
            }
            if !folders.insert(identifier.folder().to_lowercase()) {
                return Err(WriteError::DuplicateIdentifier(identifier));
            }
            taken.insert(entry.descriptor_path().to_lowercase(), None);
        }
        for entry in &self.entries {
            for path in entry.files() {
                let folded = path.as_str().to_lowercase();
                // Beside a descriptor lie files of associated content, none of web content (the layout of 1.1).
                let top = folded.split('/').next().unwrap_or_default();
                let beside = folders.contains(top);
                if beside && (entry.kind == ResourceKind::WebContent || top == folded) {
                    return Err(WriteError::ReservedPath(path.clone()));
                }
                match taken.insert(folded, Some(path)) {
                    Some(None) => return Err(WriteError::ReservedPath(path.clone())),
                    // The same file may belong to several resources.
                    Some(Some(other)) if other != path => {
                        return Err(WriteError::DuplicatePath(path.clone()));
                    }
                    _ => {}
                }
            }
        }
        // Nor can a file be a folder.
        for (folded, path) in &taken {
            let Some(path) = path else { continue };
            for above in folded.match_indices('/').filter_map(|(end, _)| folded.get(..end)) {
                match taken.get(above) {
                    Some(None) => return Err(WriteError::ReservedPath((*path).clone())),
                    Some(Some(_)) => return Err(WriteError::DuplicatePath((*path).clone())),
                    None => {}
                }
            }
        }
        Ok(())
    }
}

fn root_item(organization: &Identifier) -> Identifier {
    Identifier::derived(Scope::Item, &organization.to_string())
}

fn resource_element(markup: &mut Markup, settings: &Settings, entry: &Entry) {
    let n = settings.version.minor();
    markup.raw("<resource").attribute("identifier", &entry.identifier().to_string());
    match entry.kind {
        ResourceKind::LtiLink => markup.attribute("type", settings.version.lti_type()),
        ResourceKind::WebLink => markup.attribute("type", &format!("imswl_xmlv1p{n}")),
        ResourceKind::Topic => markup.attribute("type", &format!("imsdt_xmlv1p{n}")),
        ResourceKind::Associated => markup
            .attribute("type", &format!("associatedcontent/imscc_xmlv1p{n}/learning-application-resource")),
        _ => markup.attribute("type", "webcontent"),
    };
    if let Some(extra) = entry.extra() {
        markup.attribute_if("href", extra.entry_file.as_ref().map(PackagePath::to_href).as_deref());
        markup.attribute_if("intendeduse", extra.intended_use.map(IntendedUse::as_str));
    }
    markup.raw(">");
    let sets = entry.extra().map(|extra| extra.standards.as_slice()).unwrap_or_default();
    manifest::resource_metadata(markup, &entry.roles(), sets);
    if entry.kind.has_descriptor() {
        markup.raw("<file").attribute("href", &entry.descriptor_path()).raw("/>");
    }
    for file in entry.files() {
        markup.raw("<file").attribute("href", &file.to_href()).raw("/>");
    }
    for dependency in entry.dependencies() {
        markup.raw("<dependency").attribute("identifierref", &dependency.to_string()).raw("/>");
    }
    markup.raw("</resource>\n");
}
