//! The ZIP archive as it is written (CC 1.1, package: ZIP): deflate, fixed times, no extra fields, equal bytes for
//! equal input on every system.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::rc::Rc;

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::WriteError;

/// The largest entry without ZIP64 fields of its own.
const MAX_ENTRY_BYTES: u64 = 0xFFFF_FFFE;

pub(crate) trait SeekableSink: Write + Seek {}
impl<T: Write + Seek> SeekableSink for T {}

/// A sink that can be shut, and shuts itself at the first error. `ZipWriter` completes the archive when it is dropped;
/// after an error that would make a package with parts missing look whole, or complain on the standard error stream.
struct Gate<W: ?Sized> {
    shut: Rc<Cell<bool>>,
    /// Where the next byte goes, and where the last one went: kept up while shut.
    position: u64,
    end: u64,
    inner: W,
}

impl<W> Gate<W> {
    fn new(shutter: &Shutter, inner: W) -> Self {
        Self { shut: Rc::clone(&shutter.0), position: 0, end: 0, inner }
    }
}

impl<W: ?Sized> Gate<W> {
    fn shut_on_error<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.shut.set(true);
        }
        result
    }

    fn at(&mut self, position: u64) -> u64 {
        self.position = position;
        self.end = self.end.max(position);
        position
    }
}

impl<W: Write + ?Sized> Write for Gate<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = if self.shut.get() {
            bytes.len()
        } else {
            let result = self.inner.write(bytes);
            self.shut_on_error(result)?
        };
        self.at(self.position.saturating_add(u64::try_from(written).unwrap_or(u64::MAX)));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.shut.get() {
            return Ok(());
        }
        let result = self.inner.flush();
        self.shut_on_error(result)
    }
}

impl<W: Seek + ?Sized> Seek for Gate<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = if !self.shut.get() {
            let result = self.inner.seek(to);
            self.shut_on_error(result)?
        } else {
            match to {
                SeekFrom::Start(position) => position,
                SeekFrom::Current(by) => self.position.saturating_add_signed(by),
                SeekFrom::End(by) => self.end.saturating_add_signed(by),
            }
        };
        Ok(self.at(position))
    }
}

/// Shuts the gate when dropped.
struct Shutter(Rc<Cell<bool>>);

impl Drop for Shutter {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

type Plain<'w> = StreamWriter<Gate<Box<dyn Write + 'w>>>;
type Seekable<'w> = Gate<Box<dyn SeekableSink + 'w>>;

enum Kind<'w> {
    /// Sizes follow the data (data descriptors).
    Stream(Box<ZipWriter<Plain<'w>>>),
    /// Sizes are filled in afterwards.
    Seekable(Box<ZipWriter<Seekable<'w>>>),
}

pub(crate) struct Archive<'w> {
    /// Before `kind`: fields are dropped in this order.
    shutter: Shutter,
    kind: Kind<'w>,
}

impl std::fmt::Debug for Archive<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").finish_non_exhaustive()
    }
}

impl<'w> Archive<'w> {
    pub(crate) fn stream(sink: impl Write + 'w) -> Self {
        let shutter = Shutter(Rc::default());
        let gate = Gate::new(&shutter, Box::new(sink) as Box<dyn Write + 'w>);
        Self { kind: Kind::Stream(Box::new(ZipWriter::new_stream(gate))), shutter }
    }

    pub(crate) fn seekable(sink: impl Write + Seek + 'w) -> Self {
        let shutter = Shutter(Rc::default());
        let gate = Gate::new(&shutter, Box::new(sink) as Box<dyn SeekableSink + 'w>);
        Self { kind: Kind::Seekable(Box::new(ZipWriter::new(gate))), shutter }
    }

    pub(crate) fn start(&mut self, path: &str) -> Result<(), WriteError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(6))
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(0o644);
        match &mut self.kind {
            Kind::Stream(zip) => zip.start_file(path, options)?,
            Kind::Seekable(zip) => zip.start_file(path, options)?,
        }
        Ok(())
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        match &mut self.kind {
            Kind::Stream(zip) => zip.write_all(bytes)?,
            Kind::Seekable(zip) => zip.write_all(bytes)?,
        }
        Ok(())
    }

    /// Copies all of `content`; `Ok(None)` when it is 4 GiB or more.
    pub(crate) fn copy(&mut self, content: &mut dyn Read) -> Result<Option<u64>, WriteError> {
        let mut content = content.take(MAX_ENTRY_BYTES + 1);
        let copied = match &mut self.kind {
            Kind::Stream(zip) => io::copy(&mut content, zip)?,
            Kind::Seekable(zip) => io::copy(&mut content, zip)?,
        };
        Ok((copied <= MAX_ENTRY_BYTES).then_some(copied))
    }

    /// Writes the directory of the archive and flushes the sink.
    pub(crate) fn finish(self) -> Result<(), WriteError> {
        match self.kind {
            Kind::Stream(zip) => zip.finish()?.into_inner().flush()?,
            Kind::Seekable(zip) => zip.finish()?.flush()?,
        }
        drop(self.shutter);
        Ok(())
    }
}
