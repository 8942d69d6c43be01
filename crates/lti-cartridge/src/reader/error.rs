//! Why a package was not read at all.

use std::io;

use thiserror::Error;

use super::xml::XmlError;

/// Why a package, or a file of one, was not read. What is merely odd is a [`Diagnostic`](crate::Diagnostic) instead.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is no ZIP archive, or a damaged one.
    #[error("not a readable ZIP archive")]
    Archive(#[source] zip::result::ZipError),
    /// There is no `imsmanifest.xml`, neither at the root nor in the only folder that has one.
    #[error("there is no imsmanifest.xml")]
    NoManifest,
    /// The manifest is no well-formed XML, has a document type, or is nested too deeply.
    #[error("the manifest is not acceptable XML")]
    Manifest(#[source] XmlError),
    /// The root of the manifest is another element than `manifest`.
    #[error("the root of the manifest is another element")]
    NotAManifest,
    /// The manifest is in an encoding that is not understood.
    #[error("the manifest cannot be decoded")]
    ManifestEncoding,
    /// A limit of [`Limits`](crate::Limits) is exceeded.
    #[error("the package exceeds the limit on {0}")]
    Limit(LimitKind),
    /// The file is not in the package.
    #[error("there is no such file in the package")]
    NoSuchFile,
    /// The source failed.
    #[error("reading the package failed")]
    Io(#[from] io::Error),
}

/// Which limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitKind {
    /// [`Limits::entries`](crate::Limits::entries).
    Entries,
    /// [`Limits::directory_bytes`](crate::Limits::directory_bytes).
    Directory,
    /// [`Limits::manifest_bytes`](crate::Limits::manifest_bytes), or another limit on one file.
    FileSize,
    /// [`Limits::descriptors_bytes`](crate::Limits::descriptors_bytes).
    Descriptors,
    /// [`Limits::total_bytes`](crate::Limits::total_bytes).
    TotalSize,
    /// [`Limits::ratio`](crate::Limits::ratio).
    Ratio,
}

impl std::fmt::Display for LimitKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Entries => "entries",
            Self::Directory => "the size of the directory",
            Self::FileSize => "the size of a file",
            Self::Descriptors => "the size of all descriptors",
            Self::TotalSize => "the size of all files",
            Self::Ratio => "the compression ratio",
        })
    }
}

impl ReadError {
    /// A stable code for logs and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Archive(_) => "archive",
            Self::NoManifest => "no_manifest",
            Self::Manifest(error) => error.code(),
            Self::NotAManifest => "not_a_manifest",
            Self::ManifestEncoding => "manifest_encoding",
            Self::Limit(LimitKind::Entries) => "limit_entries",
            Self::Limit(LimitKind::Directory) => "limit_directory",
            Self::Limit(LimitKind::FileSize) => "limit_file_size",
            Self::Limit(LimitKind::Descriptors) => "limit_descriptors",
            Self::Limit(LimitKind::TotalSize) => "limit_total_size",
            Self::Limit(LimitKind::Ratio) => "limit_ratio",
            Self::NoSuchFile => "no_such_file",
            Self::Io(_) => "io",
        }
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Archive(_) => "CC 1.1 package: ZIP",
            Self::NoManifest | Self::NotAManifest => "CC 1.1 package: imsmanifest.xml",
            Self::Manifest(_) | Self::ManifestEncoding => "XML 1.0",
            Self::Limit(_) => "limits of the reader",
            Self::NoSuchFile => "CC 1.1 package: files",
            Self::Io(_) => "none",
        }
    }
}

impl From<zip::result::ZipError> for ReadError {
    fn from(error: zip::result::ZipError) -> Self {
        match error {
            zip::result::ZipError::Io(error) if is_ours(&error) => Self::from(error),
            zip::result::ZipError::FileNotFound => Self::NoSuchFile,
            error => Self::Archive(error),
        }
    }
}

/// Errors of the source are told apart from errors of the format, which the ZIP and inflate libraries report as I/O
/// too.
fn is_ours(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::Other
    )
}
