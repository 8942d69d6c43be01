//! Bounds on what a package may cost. Everything in a package is written by somebody else.

/// The deepest nesting in any case: what is nested is walked by recursion, whose stack is not for callers to spend.
pub(super) const MAX_XML_DEPTH: usize = 256;

/// What the reader accepts. Beyond a limit there is a typed error or an error-level diagnostic, never more memory.
///
/// ```
/// let mut limits = lti_cartridge::Limits::default();
/// limits.entries = 5_000;
/// limits.file_bytes = 20 << 20;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Entries of the archive: 250,000.
    pub entries: u64,
    /// Bytes of the archive's directory with all names, extra fields and comments: 32 MiB. The index of it takes up to
    /// seven times as much memory.
    pub directory_bytes: u64,
    /// Bytes of one path: 1,024.
    pub path_bytes: usize,
    /// Bytes of the manifest, inflated: 64 MiB.
    pub manifest_bytes: u64,
    /// Bytes of the descriptor of a link or topic, inflated: 1 MiB.
    pub descriptor_bytes: u64,
    /// Bytes of all descriptors together, inflated: 256 MiB. They are what the model is made of.
    pub descriptors_bytes: u64,
    /// Bytes of any other file, inflated: 1 GiB. They are streamed, never held.
    pub file_bytes: u64,
    /// Bytes of all that is inflated through one reader: 8 GiB.
    pub total_bytes: u64,
    /// Inflated bytes for each compressed byte, once a megabyte was inflated: 200.
    pub ratio: u64,
    /// Nesting of XML elements: 256, which is also the most; a greater value counts as that.
    pub xml_depth: usize,
    /// Items of the outline, and resources: 250,000 each. Files and dependencies in all resources together: twice as
    /// many.
    pub items: usize,
    /// Properties in one list of an LTI link, extensions of a link, and attachments of a topic: 1,000.
    pub properties: usize,
    /// Diagnostics that are kept; further ones are counted: 1,000. One error is kept in any case.
    pub diagnostics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 250_000,
            directory_bytes: 32 << 20,
            path_bytes: 1024,
            manifest_bytes: 64 << 20,
            descriptor_bytes: 1 << 20,
            descriptors_bytes: 256 << 20,
            file_bytes: 1 << 30,
            total_bytes: 8 << 30,
            ratio: 200,
            xml_depth: MAX_XML_DEPTH,
            items: 250_000,
            properties: 1_000,
            diagnostics: 1_000,
        }
    }
}
