//! The second half of writing: one content after the other, pulled from the caller and let go.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;
use std::marker::PhantomData;

use super::archive::Archive;
use super::register::Entry;
use super::{Settings, WriteError, descriptor};
use crate::markup::Markup;
use crate::usage::Usage;
use crate::{Identifier, Loss, LtiLink, PackagePath, ResourceKind, Target, Topic, WebLink};

/// Asks for the contents of the announced resources, in the order in which they were announced.
#[derive(Debug)]
pub struct ContentWriter<'w> {
    archive: Archive<'w>,
    settings: Settings,
    entries: Vec<Entry>,
    usage: Usage,
    dropped: u64,
}

/// What is wanted next.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wanted {
    /// Which announced resource, counted from 0: the caller's key to its own data.
    pub index: usize,
    /// The identifier of the resource.
    pub identifier: Identifier,
    /// What of it.
    pub kind: WantedKind,
}

/// What of a resource is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WantedKind {
    /// [`Payload::LtiLink`].
    LtiLink,
    /// [`Payload::WebLink`].
    WebLink,
    /// [`Payload::Topic`].
    Topic,
    /// [`Payload::Bytes`] or [`Payload::Reader`]: the contents of this file.
    File(PackagePath),
}

/// A content, handed over to be written.
#[allow(
    clippy::large_enum_variant,
    reason = "one lives at a time; a box for each would cost more than the width"
)]
#[non_exhaustive]
pub enum Payload<'p> {
    /// An LTI link.
    LtiLink(Cow<'p, LtiLink>),
    /// A web link.
    WebLink(Cow<'p, WebLink>),
    /// A topic.
    Topic(Cow<'p, Topic>),
    /// The bytes of a file.
    Bytes(Vec<u8>),
    /// A file, read to its end in small pieces.
    Reader(Box<dyn Read + 'p>),
}

impl std::fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::LtiLink(link) => link.fmt(f),
            Self::WebLink(link) => link.fmt(f),
            Self::Topic(topic) => topic.fmt(f),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Reader(_) => f.write_str("a reader"),
        }
    }
}

impl From<LtiLink> for Payload<'_> {
    fn from(link: LtiLink) -> Self {
        Self::LtiLink(Cow::Owned(link))
    }
}

impl From<WebLink> for Payload<'_> {
    fn from(link: WebLink) -> Self {
        Self::WebLink(Cow::Owned(link))
    }
}

impl From<Topic> for Payload<'_> {
    fn from(topic: Topic) -> Self {
        Self::Topic(Cow::Owned(topic))
    }
}

impl From<Vec<u8>> for Payload<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// LTI links.
    pub lti_links: u64,
    /// Resources of all kinds.
    pub resources: u64,
    /// Entries of the archive, with the manifest.
    pub entries: u64,
    /// Characters that XML 1.0 cannot hold (control characters) and that were left out of texts.
    pub dropped_characters: u64,
    usage: Usage,
}

impl Written {
    /// What `target` will not import of this package, or imports otherwise, or is not known to import.
    #[must_use]
    pub fn losses(&self, target: Target) -> Vec<Loss> {
        self.usage.losses(target)
    }
}

/// Where contents come from; unlike a closure it can lend what it holds.
pub(crate) trait Supply<E> {
    fn supply(&mut self, wanted: &Wanted) -> Result<Payload<'_>, E>;
}

struct FromClosure<'p, F>(F, PhantomData<Payload<'p>>);

impl<'p, E, F> Supply<E> for FromClosure<'p, F>
where
    F: FnMut(&Wanted) -> Result<Payload<'p>, E>,
{
    fn supply(&mut self, wanted: &Wanted) -> Result<Payload<'_>, E> {
        (self.0)(wanted)
    }
}

impl<'w> ContentWriter<'w> {
    pub(super) fn new(
        archive: Archive<'w>,
        settings: Settings,
        entries: Vec<Entry>,
        dropped: u64,
        usage: Usage,
    ) -> Self {
        Self { archive, settings, entries, usage, dropped }
    }

    /// How many resources were announced; each is asked for once, or once for each of its files.
    #[must_use]
    pub fn resources(&self) -> usize {
        self.entries.len()
    }

    /// Pulls every content from `source` and completes the package.
    ///
    /// # Errors
    /// Whatever `source` returns; a content that breaks a rule of its schema or is of another kind than announced; the
    /// sink fails. The package is unreadable then, on purpose.
    pub fn pull<'p, E, F>(self, source: F) -> Result<Written, E>
    where
        E: From<WriteError>,
        F: FnMut(&Wanted) -> Result<Payload<'p>, E>,
    {
        self.pull_from(FromClosure(source, PhantomData))
    }

    pub(crate) fn pull_from<E: From<WriteError>>(mut self, mut source: impl Supply<E>) -> Result<Written, E> {
        let mut written = Written {
            lti_links: 0,
            resources: 0,
            entries: 1,
            dropped_characters: 0,
            usage: Usage::default(),
        };
        let mut files = BTreeSet::new();
        let mut markup = Markup::default();
        for (index, entry) in std::mem::take(&mut self.entries).into_iter().enumerate() {
            let mut wanted = Wanted { index, identifier: entry.identifier(), kind: WantedKind::LtiLink };
            if entry.kind.has_descriptor() {
                wanted.kind = match entry.kind {
                    ResourceKind::LtiLink => WantedKind::LtiLink,
                    ResourceKind::WebLink => WantedKind::WebLink,
                    _ => WantedKind::Topic,
                };
                let payload = source.supply(&wanted)?;
                markup.clear();
                self.descriptor(&mut markup, &entry, &wanted, &payload)?;
                self.entry(&entry.descriptor_path(), markup.as_str())?;
                written.entries += 1;
                written.lti_links += u64::from(entry.kind == ResourceKind::LtiLink);
            }
            for path in entry.files() {
                if !files.insert(path.clone()) {
                    continue;
                }
                wanted.kind = WantedKind::File(path.clone());
                let payload = source.supply(&wanted)?;
                self.file(&wanted.identifier, path, payload)?;
                written.entries += 1;
            }
            written.resources += 1;
        }
        written.dropped_characters = self.dropped + markup.dropped;
        written.usage = self.usage;
        self.archive.finish()?;
        Ok(written)
    }

    fn descriptor(
        &mut self,
        markup: &mut Markup,
        entry: &Entry,
        wanted: &Wanted,
        payload: &Payload<'_>,
    ) -> Result<(), WriteError> {
        let version = self.settings.version;
        let identifier = &wanted.identifier;
        match (&wanted.kind, payload) {
            (WantedKind::LtiLink, Payload::LtiLink(link)) => {
                if let Some(icon) = &link.icon_resource
                    && !entry.dependencies().iter().any(|id| id.to_string() == *icon)
                {
                    return Err(WriteError::IconIsNoDependency(identifier.clone()));
                }
                self.usage.lti_link(link);
                descriptor::lti_link(markup, &self.settings, Some(identifier), link)
            }
            (WantedKind::WebLink, Payload::WebLink(link)) => {
                descriptor::web_link(markup, version, identifier, link)
            }
            (WantedKind::Topic, Payload::Topic(topic)) => {
                descriptor::topic(markup, version, identifier, topic)
            }
            _ => Err(WriteError::WrongPayload(identifier.clone())),
        }
    }

    fn entry(&mut self, path: &str, document: &str) -> Result<(), WriteError> {
        self.archive.start(path)?;
        self.archive.write(document.as_bytes())
    }

    fn file(
        &mut self,
        identifier: &Identifier,
        path: &PackagePath,
        payload: Payload<'_>,
    ) -> Result<(), WriteError> {
        self.archive.start(path.as_str())?;
        let copied = match payload {
            Payload::Bytes(bytes) => self.archive.copy(&mut bytes.as_slice())?,
            Payload::Reader(mut reader) => self.archive.copy(&mut reader)?,
            _ => return Err(WriteError::WrongPayload(identifier.clone())),
        };
        match copied {
            Some(_) => Ok(()),
            None => Err(WriteError::FileTooLarge(path.clone())),
        }
    }
}
