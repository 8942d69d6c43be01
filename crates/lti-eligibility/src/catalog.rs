//! Catalogs of courses, read from JSON or from JSON lines (README, The format of a catalog).
//!
//! The **JSON document** is read at once:
//!
//! ```json
//! {
//!   "id": "autumn",
//!   "name": "Autumn catalog",
//!   "enabled": true,
//!   "courses": [
//!     {
//!       "id": "c-101",
//!       "title": "Data protection basics",
//!       "default_instance": "active",
//!       "enrollment_type": "self_enrolled",
//!       "modules": [{ "delivery": "self_paced" }]
//!     }
//!   ]
//! }
//! ```
//!
//! **JSON lines** are read one at a time, in constant memory: the first line is the catalog without its courses,
//! `{"id": "autumn", "name": "Autumn catalog"}`; each further line that is not blank is one course.
//!
//! `enabled` is true when absent. The members of a course are those of [`Course`]; the README lists them. The text is
//! UTF-8, with or without a byte order mark. A course that cannot be read names its index, id and field
//! ([`UnreadableCourse`]) and does not stop the others.

use crate::course::Course;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

mod lines;
#[cfg(test)]
mod tests;
mod unreadable;

pub use lines::{CatalogLines, MAX_LINE_BYTES};
pub use unreadable::{CourseFault, UnreadableCourse};

use unreadable::Located;

/// What a catalog says about itself.
///
/// ```
/// use lti_eligibility::catalog::CatalogHeader;
///
/// let header: CatalogHeader = serde_json::from_str(r#"{"id": "autumn", "name": "Autumn catalog"}"#)?;
/// assert_eq!(header, CatalogHeader::new("autumn", "Autumn catalog"));
/// assert!(header.enabled);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CatalogHeader {
    /// Identifies the catalog.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Whether it is enabled; a disabled catalog is refused whole. True when absent.
    #[serde(default = "yes")]
    pub enabled: bool,
}

impl CatalogHeader {
    /// An enabled catalog.
    #[must_use]
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), enabled: true }
    }
}

fn yes() -> bool {
    true
}

/// One place in a catalog: a course, or what kept it from being read.
///
/// ```
/// use lti_eligibility::catalog::{Catalog, Entry};
///
/// let catalog = Catalog::parse(br#"{"id": "autumn", "name": "Autumn", "courses": [{"id": "c-1"}]}"#)?;
/// let lacking: Vec<&Entry> = catalog.entries.iter().filter(|entry| entry.course.is_err()).collect();
/// assert_eq!(lacking[0].index, 0); // it has no title
/// # Ok::<(), lti_eligibility::catalog::CatalogError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The place, counted from 0.
    pub index: usize,
    /// The course.
    pub course: Result<Course, UnreadableCourse>,
}

impl Entry {
    /// The course at this place.
    #[must_use]
    pub fn new(index: usize, course: Course) -> Self {
        Self { index, course: Ok(course) }
    }

    fn read(index: usize, text: &str) -> Self {
        Self { index, course: unreadable::read_course(index, text) }
    }

    fn unreadable(index: usize, id: Option<String>, fault: CourseFault) -> Self {
        Self { index, course: Err(UnreadableCourse::new(index, id, fault)) }
    }
}

/// A whole catalog in memory.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Catalog {
    /// What the catalog says about itself.
    pub header: CatalogHeader,
    /// Its courses, readable or not, in order.
    pub entries: Vec<Entry>,
}

impl Catalog {
    /// A catalog of these courses.
    #[must_use]
    pub fn new(header: CatalogHeader, courses: impl IntoIterator<Item = Course>) -> Self {
        let entries = courses.into_iter().enumerate().map(|(index, course)| Entry::new(index, course));
        Self { header, entries: entries.collect() }
    }

    /// Reads a JSON document. Courses that cannot be read, or repeat the id of an earlier one, become unreadable
    /// entries.
    ///
    /// # Errors
    ///
    /// Text that is not UTF-8 (with the byte offset) or not JSON (with line and column), and a catalog whose own
    /// members are wrong (with the field).
    ///
    /// ```
    /// use lti_eligibility::catalog::Catalog;
    ///
    /// let text = r#"{"id": "autumn", "name": "Autumn catalog", "courses": [
    ///     {"id": "c-1", "title": "One", "default_instance": "active", "enrollment_type": "self_enrolled", "modules": []},
    ///     {"id": "c-2", "title": "Two", "default_instance": "gone", "enrollment_type": "self_enrolled", "modules": []}
    /// ]}"#;
    /// let catalog = Catalog::parse(text.as_bytes())?;
    /// assert!(catalog.entries[0].course.is_ok());
    ///
    /// let unreadable = catalog.entries[1].course.as_ref().unwrap_err();
    /// assert_eq!((unreadable.index, unreadable.id.as_deref()), (1, Some("c-2")));
    /// assert_eq!(unreadable.field(), Some("default_instance"));
    /// # Ok::<(), lti_eligibility::catalog::CatalogError>(())
    /// ```
    pub fn parse(bytes: &[u8]) -> Result<Self, CatalogError> {
        let (text, _) = utf8(bytes, 0).map_err(|offset| CatalogError::NotUtf8 { offset })?;
        let document: Document<'_> = located(text)?;
        let mut first: BTreeMap<String, usize> = BTreeMap::new();
        let entries = document
            .courses
            .into_iter()
            .enumerate()
            .map(|(index, raw)| repeated(Entry::read(index, raw.get()), &mut first));
        let entries = entries.collect();
        let header = CatalogHeader { id: document.id, name: document.name, enabled: document.enabled };
        Ok(Self { header, entries })
    }
}

/// The entry, or an unreadable one if its course has the id of an earlier course. `first` is where each id was first.
fn repeated(entry: Entry, first: &mut BTreeMap<String, usize>) -> Entry {
    let Ok(course) = &entry.course else { return entry };
    let id = course.id.as_str().to_owned();
    let earlier = *first.entry(id.clone()).or_insert(entry.index);
    if earlier == entry.index {
        return entry;
    }
    Entry::unreadable(entry.index, Some(id), CourseFault::DuplicateId { earlier })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    id: String,
    name: String,
    #[serde(default = "yes")]
    enabled: bool,
    #[serde(borrow)]
    courses: Vec<&'a RawValue>,
}

/// Reads the catalog's own members.
fn located<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, CatalogError> {
    unreadable::located(text).map_err(|located| match located {
        Located::Syntax { line, column } => CatalogError::Syntax { line, column },
        Located::Field { field, detail } => CatalogError::Field { field, detail },
    })
}

/// The text without a byte order mark, and how many bytes that mark had; else the offset of the first byte that is
/// not UTF-8, counted from `start`.
fn utf8(bytes: &[u8], start: u64) -> Result<(&str, u64), u64> {
    let (rest, mark) = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) if start == 0 => (rest, 3),
        _ => (bytes, 0),
    };
    match std::str::from_utf8(rest) {
        Ok(text) => Ok((text, mark)),
        Err(error) => Err(start + mark + error.valid_up_to() as u64),
    }
}

/// Why a catalog cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// The text is not UTF-8.
    #[error("the catalog is not UTF-8: byte {offset} (counted from 0) is wrong")]
    NotUtf8 {
        /// The first wrong byte, counted from 0.
        offset: u64,
    },
    /// The text is not JSON.
    #[error("the catalog is not JSON: line {line}, column {column}")]
    Syntax {
        /// The line, counted from 1.
        line: usize,
        /// The column in bytes, counted from 1.
        column: usize,
    },
    /// A member of the catalog itself is missing, unknown or wrong.
    #[error("the catalog's member `{field}` is wrong: {detail}")]
    Field {
        /// The member.
        field: String,
        /// What is wrong with it.
        detail: String,
    },
    /// There is no first line that describes the catalog, or it is longer than [`MAX_LINE_BYTES`].
    #[error("the first line must be the catalog's own, such as {{\"id\": \"autumn\", \"name\": \"Autumn\"}}")]
    NoHeader,
    /// The reader has failed.
    #[error("the catalog cannot be read")]
    Read(#[source] std::io::Error),
}

impl CatalogError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotUtf8 { .. } => "catalog_not_utf8",
            Self::Syntax { .. } => "catalog_not_json",
            Self::Field { .. } => "catalog_member_wrong",
            Self::NoHeader => "catalog_header_missing",
            Self::Read(_) => "catalog_read_failed",
        }
    }

    /// The section of this crate's README that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        "lti-eligibility README, The format of a catalog"
    }
}
