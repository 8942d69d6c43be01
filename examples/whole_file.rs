//! A file that is there whole or not at all: shared by the examples that write packages.

use std::fs::File;
use std::io::{self, Seek};
use std::path::{Path, PathBuf};

/// Collects what is written in a file without a name, in the folder of the target: whoever interrupts the writing leaves
/// nothing behind. Only the last step has a temporary file with a name.
#[derive(Debug)]
pub(crate) struct WholeFile {
    draft: File,
    folder: PathBuf,
    target: PathBuf,
}

impl WholeFile {
    /// `read` are the files that the program reads: none of them may be the target.
    pub(crate) fn begin<'a>(target: &Path, read: impl IntoIterator<Item = &'a Path>) -> io::Result<Self> {
        if target.is_dir() || target.file_name().is_none() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        // A device or a pipe would be replaced by a file.
        if target.exists() && !target.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        if let Ok(same) = target.canonicalize()
            && read.into_iter().any(|path| path.canonicalize().is_ok_and(|path| path == same))
        {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is what is read"));
        }
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).to_owned();
        Ok(Self { draft: tempfile::tempfile_in(&folder)?, folder, target: target.to_owned() })
    }

    /// Where to write.
    pub(crate) fn draft(&mut self) -> &mut File {
        &mut self.draft
    }

    /// Copies the draft to a file beside the target, and gives that the name of the target in one step.
    pub(crate) fn publish(mut self) -> io::Result<()> {
        let mut named = builder().tempfile_in(&self.folder)?;
        self.draft.rewind()?;
        io::copy(&mut self.draft, named.as_file_mut())?;
        named.as_file().sync_all()?;
        named.persist(&self.target)?;
        Ok(())
    }
}

/// As readable as any file that is made here; temporary files are private otherwise.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}
