//! Catalogs as JSON lines, in constant memory.

use super::{CatalogError, CatalogHeader, CourseFault, Entry, located, repeated, unreadable, utf8};
use std::collections::BTreeMap;
use std::io::{self, BufRead};

/// The most bytes that a line may have, so that a file without line ends cannot fill the memory: 1 MiB.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;

/// Reads a catalog from JSON lines, one course at a time.
///
/// Whatever the number of courses, at most one line and one course are held. For that reason courses with the same id
/// are not noticed here, unless [`CatalogLines::with_unique_ids`] says so.
///
/// ```
/// use lti_eligibility::catalog::CatalogLines;
///
/// let text = concat!(
///     r#"{"id": "autumn", "name": "Autumn catalog"}"#, "\n",
///     r#"{"id": "c-1", "title": "One", "default_instance": "active", "enrollment_type": "self_enrolled", "modules": []}"#, "\n",
///     r#"{"id": "c-2", "title": "#, "\n",
/// );
/// let mut lines = CatalogLines::new(text.as_bytes())?;
/// assert_eq!(lines.header().name, "Autumn catalog");
/// assert!(lines.next().unwrap()?.course.is_ok());
/// assert_eq!(lines.next().unwrap()?.course.unwrap_err().fault.code(), "course_not_json");
/// assert!(lines.next().is_none());
/// # Ok::<(), lti_eligibility::catalog::CatalogError>(())
/// ```
#[derive(Debug)]
pub struct CatalogLines<R> {
    reader: R,
    header: CatalogHeader,
    line: Vec<u8>,
    /// How many lines and bytes have been read.
    place: Place,
    /// How many courses have been read.
    courses: usize,
    /// Whether the reader has failed; then there is nothing more.
    failed: bool,
    /// Where each id was first, if repeated ones are to be noticed.
    first: Option<BTreeMap<String, usize>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    lines: usize,
    bytes: u64,
}

impl<R: BufRead> CatalogLines<R> {
    /// Reads the first line: the catalog without its courses.
    ///
    /// # Errors
    ///
    /// A first line that is missing, not UTF-8, not JSON or not a catalog's; a reader that fails.
    pub fn new(mut reader: R) -> Result<Self, CatalogError> {
        let (mut line, mut place) = (Vec::new(), Place::default());
        match next_line(&mut reader, &mut line, &mut place).map_err(CatalogError::Read)? {
            Line::Whole { .. } => {}
            Line::TooLong | Line::End => return Err(CatalogError::NoHeader),
        }
        let (text, _) = utf8(&line, 0).map_err(|offset| CatalogError::NotUtf8 { offset })?;
        if text.trim().is_empty() {
            return Err(CatalogError::NoHeader);
        }
        let header = located(text)?;
        Ok(Self { reader, header, line, place, courses: 0, failed: false, first: None })
    }

    /// Notices courses that repeat the id of an earlier one, which become unreadable entries as in
    /// [`super::Catalog::parse`]. All ids are held then, and nothing else.
    ///
    /// ```
    /// use lti_eligibility::catalog::CatalogLines;
    ///
    /// let course = r#"{"id": "c-1", "title": "One", "default_instance": "active", "enrollment_type": "self_enrolled", "modules": []}"#;
    /// let text = format!("{{\"id\": \"autumn\", \"name\": \"Autumn\"}}\n{course}\n{course}\n");
    /// let mut lines = CatalogLines::new(text.as_bytes())?.with_unique_ids();
    /// assert!(lines.next().unwrap()?.course.is_ok());
    /// assert_eq!(lines.next().unwrap()?.course.unwrap_err().fault.code(), "course_id_repeated");
    /// # Ok::<(), lti_eligibility::catalog::CatalogError>(())
    /// ```
    #[must_use]
    pub fn with_unique_ids(mut self) -> Self {
        self.first.get_or_insert_default();
        self
    }

    /// What the catalog says about itself.
    pub fn header(&self) -> &CatalogHeader {
        &self.header
    }

    fn read(&mut self) -> io::Result<Option<Entry>> {
        loop {
            let index = self.courses;
            let entry = match next_line(&mut self.reader, &mut self.line, &mut self.place)? {
                Line::End => return Ok(None),
                Line::TooLong => {
                    Entry::unreadable(index, None, CourseFault::TooLong { limit: MAX_LINE_BYTES })
                }
                Line::Whole { start } => match utf8(&self.line, start) {
                    Ok((text, _)) if text.trim().is_empty() => continue,
                    Ok((text, _)) => self.entry(index, text),
                    Err(offset) => {
                        let id = unreadable::lossy_id(&self.line);
                        Entry::unreadable(index, id, CourseFault::NotUtf8 { offset })
                    }
                },
            };
            self.courses += 1;
            return Ok(Some(match &mut self.first {
                Some(first) => repeated(entry, first),
                None => entry,
            }));
        }
    }

    fn entry(&self, index: usize, text: &str) -> Entry {
        let mut entry = Entry::read(index, text);
        if let Err(unreadable) = &mut entry.course
            && let CourseFault::Syntax { line, .. } = &mut unreadable.fault
        {
            // Within its one line, the course is at line 1.
            *line = self.place.lines;
        }
        entry
    }
}

impl<R: BufRead> Iterator for CatalogLines<R> {
    type Item = Result<Entry, CatalogError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let entry = self.read().map_err(CatalogError::Read).transpose();
        self.failed = matches!(entry, None | Some(Err(_)));
        entry
    }
}

enum Line {
    /// A line is in the buffer, without its end; it began at this offset.
    Whole {
        start: u64,
    },
    /// A line was longer than is read, and was passed over.
    TooLong,
    End,
}

/// Reads up to the next line end, keeping at most [`MAX_LINE_BYTES`].
fn next_line<R: BufRead>(reader: &mut R, line: &mut Vec<u8>, place: &mut Place) -> io::Result<Line> {
    line.clear();
    let start = place.bytes;
    let mut too_long = false;
    loop {
        let available = match reader.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let at_end = available.is_empty();
        if at_end && place.bytes == start {
            return Ok(Line::End);
        }
        let mut parts = available.splitn(2, |byte| *byte == b'\n');
        let part = parts.next().unwrap_or_default();
        let line_end = parts.next().is_some();
        too_long |= line.len() + part.len() > MAX_LINE_BYTES;
        if !too_long {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(line_end);
        reader.consume(used);
        place.bytes += used as u64;
        if line_end || at_end {
            place.lines += 1;
            return Ok(if too_long { Line::TooLong } else { Line::Whole { start } });
        }
    }
}
