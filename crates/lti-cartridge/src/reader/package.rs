//! The archive as it is read: names checked before anything is inflated, and every inflated byte counted.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::{LimitKind, Limits, ReadError};
use crate::diagnostic::{Notes, Place, Rule};
use crate::path;

/// What may be inflated before the ratio is looked at, in bytes.
const RATIO_FLOOR: u64 = 1 << 20;

#[derive(Debug)]
pub(crate) struct Package<R> {
    archive: ZipArchive<BufReader<Metered<R>>>,
    limits: Limits,
    /// There are entries that are not opened: their paths leave the package. One that is only longer than the limit is told
    /// of, and read.
    unsafe_names: bool,
    /// Names in lower case, made when a name is first missed.
    folded: Option<BTreeMap<String, usize>>,
    length: u64,
    inflated: u64,
}

/// How a name was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) index: usize,
    pub(crate) same_case: bool,
}

impl<R: Read + Seek> Package<R> {
    pub(crate) fn open(mut reader: R, limits: &Limits, notes: &mut Notes) -> Result<Self, ReadError> {
        let length = reader.seek(SeekFrom::End(0))?;
        if declared_entries(&mut reader, length)? > limits.entries {
            return Err(ReadError::Limit(LimitKind::Entries));
        }
        // The library indexes the whole directory, so what it may read of it is metered.
        let left = Arc::new(AtomicU64::new(limits.directory_bytes.saturating_add(1 << 20)));
        let metered = Metered { inner: reader, left: Arc::clone(&left) };
        let archive = match ZipArchive::new(BufReader::new(metered)) {
            Ok(archive) => archive,
            Err(zip::result::ZipError::Io(error)) => return Err(typed(error)),
            Err(_) if left.load(Ordering::Relaxed) == 0 => {
                return Err(ReadError::Limit(LimitKind::Directory));
            }
            Err(error) => return Err(error.into()),
        };
        left.store(UNMETERED, Ordering::Relaxed);
        if u64::try_from(archive.len()).unwrap_or(u64::MAX) > limits.entries {
            return Err(ReadError::Limit(LimitKind::Entries));
        }
        let unsafe_names = check_names(&archive, limits, notes);
        Ok(Self { archive, limits: limits.clone(), unsafe_names, folded: None, length, inflated: 0 })
    }

    /// The names of all entries that are files, with their index; names that leave the package are left out.
    pub(crate) fn names(&self) -> impl Iterator<Item = (usize, String)> + '_ {
        self.archive
            .file_names()
            .enumerate()
            .filter_map(|(index, name)| Some((index, name.ok()?.into_owned())))
            .filter(|(_, name)| !name.ends_with('/') && path::check(name).is_ok())
    }

    /// Finds an entry by its path; in other case when there is no exact match.
    pub(crate) fn find(&mut self, path: &str) -> Option<Found> {
        if self.unsafe_names && path::check(path).is_err() {
            return None;
        }
        if let Some(index) = self.archive.index_for_name(path) {
            return Some(Found { index, same_case: true });
        }
        if self.folded.is_none() {
            let names = self.names().map(|(index, name)| (name.to_lowercase(), index));
            self.folded = Some(names.collect());
        }
        let index = *self.folded.as_ref()?.get(&path.to_lowercase())?;
        Some(Found { index, same_case: false })
    }

    /// Opens an entry; `max` bounds what is inflated.
    pub(crate) fn entry(
        &mut self,
        index: usize,
        max: u64,
    ) -> Result<Entry<'_, BufReader<Metered<R>>>, ReadError> {
        let file = self.archive.by_index(index)?;
        let compressed = file.compressed_size().min(self.length);
        Ok(Entry {
            file,
            max,
            ratio_limit: compressed.saturating_mul(self.limits.ratio).max(RATIO_FLOOR),
            here: 0,
            inflated: &mut self.inflated,
            total: self.limits.total_bytes,
        })
    }

    /// Inflates an entry into memory.
    pub(crate) fn bytes(&mut self, index: usize, max: u64) -> Result<Vec<u8>, ReadError> {
        let mut entry = self.entry(index, max)?;
        let size = entry.file.size();
        if size > max {
            return Err(ReadError::Limit(LimitKind::FileSize));
        }
        // The declared size is a hint only, and a bounded one.
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(64 * 1024)).unwrap_or(0));
        match entry.read_to_end(&mut bytes) {
            Ok(_) => Ok(bytes),
            Err(error) => Err(typed(error)),
        }
    }
}

/// No limit any more.
const UNMETERED: u64 = u64::MAX;

/// A source that gives so many bytes and no more, as long as it is metered.
#[derive(Debug)]
pub(crate) struct Metered<R> {
    inner: R,
    left: Arc<AtomicU64>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.load(Ordering::Relaxed);
        if left != UNMETERED {
            let left = left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
            self.left.store(left, Ordering::Relaxed);
            if left == 0 {
                return Err(io::Error::other(Exceeded(LimitKind::Directory)));
            }
        }
        Ok(read)
    }
}

impl<R: Seek> Seek for Metered<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// How many entries the last end record declares; 0 when there is none, which the library will say. An honest archive
/// is refused by this before anything is allocated for it; a dishonest one meets the meter.
fn declared_entries<R: Read + Seek>(reader: &mut R, length: u64) -> Result<u64, ReadError> {
    const LONGEST: u64 = 22 + 0xFFFF + 20;
    reader.seek(SeekFrom::Start(length.saturating_sub(LONGEST)))?;
    let mut tail = Vec::new();
    reader.take(LONGEST).read_to_end(&mut tail)?;
    let Some(at) = tail.windows(4).rposition(|four| four == b"PK\x05\x06") else {
        return Ok(0);
    };
    let number = |from: usize, size: usize| {
        let bytes = tail.get(from..from.checked_add(size)?)?;
        Some(bytes.iter().rev().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte)))
    };
    let entries = number(at + 10, 2).unwrap_or(0);
    let locator = at.checked_sub(20).filter(|from| tail.get(*from..from + 4) == Some(b"PK\x06\x07"));
    let Some(record) = locator.and_then(|from| number(from + 8, 8)) else {
        return Ok(entries);
    };
    let mut head = [0_u8; 40];
    if record > length
        || reader.seek(SeekFrom::Start(record)).is_err()
        || reader.read_exact(&mut head).is_err()
    {
        return Ok(entries);
    }
    match head {
        [b'P', b'K', 6, 6, .., a, b, c, d, e, f, g, h] => Ok(u64::from_le_bytes([a, b, c, d, e, f, g, h])),
        _ => Ok(entries),
    }
}

/// Whether there are names that may not be opened; says which.
fn check_names<R: Read + Seek>(archive: &ZipArchive<R>, limits: &Limits, notes: &mut Notes) -> bool {
    let mut unsafe_names = false;
    for (raw, name) in archive.file_names_raw().zip(archive.file_names()) {
        let Ok(name) = name else {
            unsafe_names = true;
            notes.add(Rule::InvalidPath, || Place::file(&String::from_utf8_lossy(raw)));
            continue;
        };
        let rule = match path::check(name.strip_suffix('/').unwrap_or(&name)) {
            _ if name.len() > limits.path_bytes => Rule::InvalidPath,
            Ok(()) => continue,
            Err(path::InvalidPath::Absolute | path::InvalidPath::Dots) => Rule::UnsafePath,
            Err(_) if name.contains("..") => Rule::UnsafePath,
            Err(_) => Rule::InvalidPath,
        };
        unsafe_names = true;
        notes.add(rule, || Place::file(&name));
    }
    if archive.has_duplicate_names() {
        notes.add(Rule::DuplicateEntry, Place::default);
    }
    unsafe_names
}

/// An entry being inflated, counted against every limit.
pub(crate) struct Entry<'p, R: Read> {
    file: ZipFile<'p, R>,
    max: u64,
    ratio_limit: u64,
    here: u64,
    inflated: &'p mut u64,
    total: u64,
}

/// A limit, inside an I/O error.
#[derive(Debug, thiserror::Error)]
#[error("the package exceeds the limit on {0}")]
struct Exceeded(LimitKind);

impl<R: Read> Read for Entry<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let count = u64::try_from(read).unwrap_or(u64::MAX);
        self.here = self.here.saturating_add(count);
        *self.inflated = self.inflated.saturating_add(count);
        let exceeded = if self.here > self.max {
            LimitKind::FileSize
        } else if self.here > self.ratio_limit {
            LimitKind::Ratio
        } else if *self.inflated > self.total {
            LimitKind::TotalSize
        } else {
            return Ok(read);
        };
        Err(io::Error::other(Exceeded(exceeded)))
    }
}

/// Finds the limit again that [`Entry`] wrapped.
pub(crate) fn typed(error: io::Error) -> ReadError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Exceeded>()) {
        Some(Exceeded(kind)) => ReadError::Limit(*kind),
        None => zip::result::ZipError::Io(error).into(),
    }
}
