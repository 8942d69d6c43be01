//! Courses that cannot be read: where they are and what is wrong with them.

use crate::course::Course;
use crate::finding;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// How much of an error's detail is kept, in characters: a detail quotes the input.
const MAX_DETAIL: usize = 200;

/// A course of a catalog that cannot be read. Displays as a sentence for a person; serializes as
/// `{"code", "message", "sentence", "remedy"}`.
///
/// ```
/// use lti_eligibility::catalog::{Catalog, UnreadableCourse};
///
/// let catalog = Catalog::parse(br#"{"id": "autumn", "name": "Autumn", "courses": [{"id": "c-1", "title": 7}]}"#)?;
/// let unreadable: &UnreadableCourse = catalog.entries[0].course.as_ref().unwrap_err();
/// assert_eq!((unreadable.field(), unreadable.fault.code()), (Some("title"), "course_member_wrong"));
/// # Ok::<(), lti_eligibility::catalog::CatalogError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadableCourse {
    /// Its place in the catalog, counted from 0.
    pub index: usize,
    /// Its id, if at least that can be read; it need not be a valid one.
    pub id: Option<String>,
    /// What is wrong.
    pub fault: CourseFault,
}

impl UnreadableCourse {
    /// A course at this place, with this id, that cannot be read because of this fault.
    #[must_use]
    pub fn new(index: usize, id: Option<String>, fault: CourseFault) -> Self {
        Self { index, id, fault }
    }

    /// The member that is wrong, such as `modules[0].delivery`.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match &self.fault {
            CourseFault::Field { field, .. } => Some(field),
            CourseFault::DuplicateId { .. } => Some("id"),
            CourseFault::NotUtf8 { .. } | CourseFault::Syntax { .. } | CourseFault::TooLong { .. } => None,
        }
    }
}

/// What is wrong with a course.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CourseFault {
    /// Its line is not UTF-8.
    #[non_exhaustive]
    NotUtf8 {
        /// The first wrong byte of the whole input, counted from 0.
        offset: u64,
    },
    /// Its line is not JSON.
    #[non_exhaustive]
    Syntax {
        /// The line of the input, counted from 1.
        line: usize,
        /// The column in bytes, counted from 1.
        column: usize,
    },
    /// A member is missing, unknown, repeated or wrong.
    #[non_exhaustive]
    Field {
        /// The member, such as `modules[0].delivery`; `.` for the course itself.
        field: String,
        /// What is wrong with it.
        detail: String,
    },
    /// An earlier course has the same id, and so would have the same launch link.
    #[non_exhaustive]
    DuplicateId {
        /// The place of the earlier course, counted from 0.
        earlier: usize,
    },
    /// Its line has more bytes than are read.
    #[non_exhaustive]
    TooLong {
        /// How many are read.
        limit: usize,
    },
}

impl CourseFault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotUtf8 { .. } => "course_not_utf8",
            Self::Syntax { .. } => "course_not_json",
            Self::Field { .. } => "course_member_wrong",
            Self::DuplicateId { .. } => "course_id_repeated",
            Self::TooLong { .. } => "course_too_long",
        }
    }

    /// The short message for a list or a table cell.
    #[must_use]
    pub fn message(&self) -> &'static str {
        match self {
            Self::NotUtf8 { .. } => "Not UTF-8",
            Self::Syntax { .. } => "Not JSON",
            Self::Field { .. } => "Wrong Member",
            Self::DuplicateId { .. } => "Repeated Id",
            Self::TooLong { .. } => "Too Long",
        }
    }

    /// What to change so that the course can be read.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotUtf8 { .. } => "Write the catalog in UTF-8.",
            Self::Syntax { .. } => "Correct the JSON at this place.",
            Self::Field { .. } => "Correct the member that is named; the catalog's format lists all members.",
            Self::DuplicateId { .. } => "Give each course an id of its own.",
            Self::TooLong { .. } => "Shorten the course, or read the catalog as one JSON document.",
        }
    }
}

impl fmt::Display for CourseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 { offset } => write!(f, "byte {offset} (counted from 0) is not UTF-8"),
            Self::Syntax { line, column } => write!(f, "line {line}, column {column} is not JSON"),
            Self::Field { field, detail } => write!(f, "`{field}` is wrong: {detail}"),
            Self::DuplicateId { earlier } => write!(f, "course {earlier} (counted from 0) has the same id"),
            Self::TooLong { limit } => write!(f, "it has more than {limit} bytes"),
        }
    }
}

impl fmt::Display for UnreadableCourse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Course {} (counted from 0", self.index)?;
        if let Some(id) = &self.id {
            write!(f, ", id {id:?}")?;
        }
        write!(f, ") cannot be read: {}.", self.fault)
    }
}

impl Serialize for UnreadableCourse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        finding::serialize(serializer, self.fault.code(), self.fault.message(), self, self.fault.remedy())
    }
}

/// Reads one course from text that may be anything.
pub(super) fn read_course(index: usize, text: &str) -> Result<Course, UnreadableCourse> {
    located(text).map_err(|located| {
        let fault = match located {
            Located::Syntax { line, column } => CourseFault::Syntax { line, column },
            Located::Field { field, detail } => CourseFault::Field { field, detail },
        };
        UnreadableCourse::new(index, read_id(text), fault)
    })
}

/// The id of a course that cannot be read otherwise.
fn read_id(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Identified {
        id: serde_json::Value,
    }
    match serde_json::from_str::<Identified>(text).ok()?.id {
        serde_json::Value::String(id) => Some(shorten(id)),
        serde_json::Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

/// The id of a course whose line is not UTF-8.
pub(super) fn lossy_id(line: &[u8]) -> Option<String> {
    read_id(&String::from_utf8_lossy(line))
}

/// Where text is wrong: as JSON, or in one of its members.
pub(super) enum Located {
    Syntax { line: usize, column: usize },
    Field { field: String, detail: String },
}

/// Reads a value and, if that fails, says where.
pub(super) fn located<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Located> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.inner();
        if inner.is_data() {
            let message = inner.to_string();
            // serde_json appends the place, which within one course only confuses.
            let detail = message.rsplit_once(" at line ").map_or(message.as_str(), |(detail, _)| detail);
            Located::Field { field: field(path, detail), detail: shorten(detail.to_owned()) }
        } else {
            Located::Syntax { line: inner.line(), column: inner.column() }
        }
    })?;
    deserializer
        .end()
        .map_err(|error| Located::Syntax { line: error.line(), column: error.column() })
        .map(|()| value)
}

/// The path of the member. A member that is missing or repeated has none of its own in serde, but is named in the
/// detail.
fn field(path: String, detail: &str) -> String {
    let named = ["missing field `", "duplicate field `", "unknown field `"]
        .into_iter()
        .find_map(|start| detail.strip_prefix(start)?.split('`').next());
    match named {
        Some(name) if path == "." => shorten(name.to_owned()),
        Some(name) if !path.ends_with(name) => shorten(format!("{path}.{name}")),
        _ => shorten(path),
    }
}

fn shorten(text: String) -> String {
    match text.char_indices().nth(MAX_DETAIL) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
        None => text,
    }
}
