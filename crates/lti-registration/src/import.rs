//! Records from files: the good ones in, and all that is wrong with each of the others (LTI Core 1.3 §3.1.3).

use std::collections::BTreeMap;

use crate::draft::Draft;
use crate::members::{Document, Element, has_too_many_values};
use crate::platform_record::PlatformParts;
use crate::tool_record::ToolParts;
use crate::{AddressRules, Fault, Problem, Term, has_errors};
use lti_types::{ClientId, Issuer, PlatformRecord, ToolRecord};

/// Records that were read from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Import<R> {
    /// The records that can be used, with what looks like a mistake in them.
    pub records: Vec<Imported<R>>,
    /// Where the others stood, and what is wrong with them.
    pub rejected: Vec<Rejected>,
    /// Columns of a table that mean nothing here, by their headings. What stands in them was not read.
    pub ignored_columns: Vec<String>,
}

/// A record that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported<R> {
    /// Where it stood.
    pub place: Place,
    /// The record.
    pub record: R,
    /// What looks like a mistake; none of them an error.
    pub warnings: Vec<Fault>,
}

/// A record that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejected {
    /// Where it stood.
    pub place: Place,
    /// All that is wrong with it, each with the heading of its column, where there are columns.
    pub faults: Vec<Fault>,
    /// Where the other record stood, if it is a duplicate of an earlier one in the same file.
    pub duplicate_of: Option<Place>,
}

/// Where a record stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The line of a table on which its row begins; the first line is 1.
    Line(u64),
    /// The element of a list; the first is 0.
    Element(usize),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Element(index) => write!(f, "record {}", index.saturating_add(1)),
        }
    }
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Longer than [`MAX_IMPORT_BYTES`].
    #[error("the file is too long")]
    TooLarge,
    /// A byte that is not UTF-8; the first byte of the file is 0.
    #[error("the file is not UTF-8: byte {0} is not")]
    NotUtf8(usize),
    /// It begins like UTF-16.
    #[error("the file is UTF-16, not UTF-8")]
    Utf16,
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Columns that every record needs are not there: their names.
    #[error("columns are missing: {}", .0.join(", "))]
    ColumnsMissing(Vec<&'static str>),
    /// More columns than 200.
    #[error("there are too many columns")]
    TooManyColumns,
    /// Two columns mean the same: its name.
    #[error("two columns are {0}")]
    ColumnRepeated(&'static str),
    /// Text stands behind the closing quote of a cell: the line on which the cell begins.
    #[error("a quote is out of place in the cell that begins on line {0}")]
    QuoteMisplaced(u64),
    /// The closing quote of a cell is missing: the line on which the cell begins.
    #[error("a quote is never closed in the cell that begins on line {0}")]
    QuoteUnclosed(u64),
    /// More than [`MAX_IMPORT_RECORDS`], or, in JSON, more than 2,000,000 values in them.
    #[error("there are too many records")]
    TooMany,
    /// Not JSON; the line where it stops being.
    #[error("the file is not JSON, from line {0} on")]
    NotJson(usize),
    /// JSON, but neither an object nor a list of objects.
    #[error("the file is neither a record nor a list of records")]
    NotRecords,
}

/// The most bytes of a file: 64 MiB.
pub const MAX_IMPORT_BYTES: usize = 64 * 1024 * 1024;

/// The most records of a file.
pub const MAX_IMPORT_RECORDS: usize = 100_000;

impl ImportError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::NotUtf8(_) => "not_utf8",
            Self::Utf16 => "utf16",
            Self::Empty => "empty",
            Self::ColumnsMissing(_) => "columns_missing",
            Self::TooManyColumns => "too_many_columns",
            Self::ColumnRepeated(_) => "column_repeated",
            Self::QuoteMisplaced(_) => "quote_misplaced",
            Self::QuoteUnclosed(_) => "quote_unclosed",
            Self::TooMany => "too_many",
            Self::NotJson(_) => "not_json",
            Self::NotRecords => "not_records",
        }
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::NotUtf8(_) | Self::Utf16 => "RFC 3629 §4",
            Self::NotJson(_) => "RFC 8259 §2",
            _ => "RFC 4180 §2",
        }
    }
}

/// A record that can be imported: [`PlatformRecord`] or [`ToolRecord`].
///
/// ```
/// use lti_registration::{AddressRules, Import, ImportError, Record};
/// use lti_types::{PlatformRecord, ToolRecord};
///
/// /// How many records of a table cannot be used.
/// fn rejected<R: Record>(csv: &str) -> Result<usize, ImportError> {
///     Ok(Import::<R>::from_csv(csv.as_bytes(), AddressRules::default())?.rejected.len())
/// }
///
/// let tools = "client_id,deployment_ids,login_url,target_link_uri\nquiz,1,/login,https://tool.example/launch\n";
/// assert_eq!(rejected::<ToolRecord>(tools), Ok(1)); // its login URL is no address
/// assert!(rejected::<PlatformRecord>(tools).is_err()); // a table of tools
/// ```
pub trait Record: sealed::Sealed {}

impl Record for PlatformRecord {}
impl Record for ToolRecord {}

pub(crate) mod sealed {
    use super::{AddressRules, ClientId, Draft, Fault, Issuer, Term};

    /// What makes two records the same: issuer and client id; a platform's tools are all its own.
    pub(crate) type Key = (Option<Issuer>, ClientId);

    #[allow(unnameable_types, unreachable_pub, private_interfaces, reason = "it seals")]
    pub trait Sealed: Sized {
        const TERMS: &'static [Term];
        const REQUIRED: &'static [Term];
        fn read(draft: &mut Draft, rules: AddressRules) -> (Option<Self>, Vec<Fault>);
        fn key(&self) -> Key;
    }
}

use sealed::Sealed;

#[allow(private_interfaces, reason = "it seals")]
impl Sealed for PlatformRecord {
    const TERMS: &'static [Term] = &PlatformParts::TERMS;
    const REQUIRED: &'static [Term] = &PlatformParts::REQUIRED;

    fn read(draft: &mut Draft, rules: AddressRules) -> (Option<Self>, Vec<Fault>) {
        let parts = PlatformParts::read(draft);
        let faults = parts.check(rules);
        (parts.into_record(), faults)
    }

    fn key(&self) -> sealed::Key {
        (Some(self.issuer.clone()), self.client_id.clone())
    }
}

#[allow(private_interfaces, reason = "it seals")]
impl Sealed for ToolRecord {
    const TERMS: &'static [Term] = &ToolParts::TERMS;
    const REQUIRED: &'static [Term] = &ToolParts::REQUIRED;

    fn read(draft: &mut Draft, rules: AddressRules) -> (Option<Self>, Vec<Fault>) {
        let parts = ToolParts::read(draft);
        let faults = parts.check(rules);
        (parts.into_record(), faults)
    }

    fn key(&self) -> sealed::Key {
        (None, self.client_id.clone())
    }
}

impl<R: Record> Import<R> {
    /// Reads a record, or a list of records, in the form in which they are kept.
    ///
    /// ```
    /// use lti_registration::{AddressRules, Import};
    /// use lti_types::ToolRecord;
    /// let import = Import::<ToolRecord>::from_json(br#"[{
    ///     "client_id": "", "login_url": "http://tool.example/login", "stauts": "disabled",
    ///     "deployment_ids": ["1"], "target_link_uri": "https://tool.example/launch"
    /// }]"#, AddressRules::default())?;
    /// let faults: Vec<_> = import.rejected[0].faults.iter().map(|f| (f.field(), f.code())).collect();
    /// assert_eq!(faults, [
    ///     ("stauts", "unknown_member"), ("client_id", "identifier_empty"), ("login_url", "url_not_https"),
    /// ]);
    /// # Ok::<(), lti_registration::ImportError>(())
    /// ```
    ///
    /// # Errors
    /// [`ImportError`], if the file as a whole cannot be read.
    pub fn from_json(json: &[u8], rules: AddressRules) -> Result<Self, ImportError> {
        let text = text_of(json)?;
        if has_too_many_values(text) {
            return Err(ImportError::TooMany);
        }
        let elements = match serde_json::from_str(text).map_err(|error| ImportError::NotJson(error.line()))? {
            Document::List(elements) => elements,
            Document::One(Element::Members(members)) => vec![Element::Members(members)],
            Document::One(Element::Other) => return Err(ImportError::NotRecords),
        };
        if elements.len() > MAX_IMPORT_RECORDS {
            return Err(ImportError::TooMany);
        }
        let mut import = Collector::new(rules);
        for (index, element) in elements.into_iter().enumerate() {
            let draft = match element {
                Element::Members(members) => Draft::of_members(members, R::TERMS),
                Element::Other => {
                    let fault = Fault::new("", Problem::WrongType("an object"));
                    import.reject(Place::Element(index), vec![fault]);
                    continue;
                }
            };
            import.take(Place::Element(index), draft, |_| None);
        }
        Ok(import.finish(Vec::new()))
    }

    /// Where every record stood, taken or rejected, in order.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let taken = self.records.iter().map(|imported| imported.place);
        let mut places: Vec<_> = taken.chain(self.rejected.iter().map(|rejected| rejected.place)).collect();
        places.sort_unstable();
        places
    }

    /// Takes out the records that are there already, by issuer and client id, and rejects them.
    pub fn reject_known<'r>(&mut self, known: impl IntoIterator<Item = &'r R>)
    where
        R: 'r,
    {
        let known: std::collections::BTreeSet<_> = known.into_iter().map(Sealed::key).collect();
        let (duplicates, records): (Vec<_>, Vec<_>) = std::mem::take(&mut self.records)
            .into_iter()
            .partition(|imported| known.contains(&imported.record.key()));
        self.records = records;
        self.rejected.extend(duplicates.into_iter().map(|imported| Rejected {
            place: imported.place,
            faults: vec![Fault::new(Term::ClientId.member(), Problem::Duplicate)],
            duplicate_of: None,
        }));
        self.rejected.sort_by_key(|rejected| rejected.place);
    }
}

/// The text of a file, without a byte order mark.
pub(crate) fn text_of(bytes: &[u8]) -> Result<&str, ImportError> {
    if bytes.len() > MAX_IMPORT_BYTES {
        return Err(ImportError::TooLarge);
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(ImportError::Utf16);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| ImportError::NotUtf8(error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() { Err(ImportError::Empty) } else { Ok(text) }
}

/// Gathers records, each once.
pub(crate) struct Collector<R> {
    rules: AddressRules,
    import: Import<R>,
    seen: BTreeMap<sealed::Key, Place>,
}

impl<R: Record> Collector<R> {
    pub(crate) fn new(rules: AddressRules) -> Self {
        let import = Import { records: Vec::new(), rejected: Vec::new(), ignored_columns: Vec::new() };
        Self { rules, import, seen: BTreeMap::new() }
    }

    pub(crate) fn reject(&mut self, place: Place, faults: Vec<Fault>) {
        self.import.rejected.push(Rejected { place, faults, duplicate_of: None });
    }

    /// Judges one draft; `column` is the heading of a term's column.
    pub(crate) fn take(&mut self, place: Place, mut draft: Draft, column: impl Fn(Term) -> Option<String>) {
        let (record, mut found) = R::read(&mut draft, self.rules);
        let mut faults = draft.faults;
        faults.append(&mut found);
        let faults: Vec<_> = faults.into_iter().map(|fault| under_column(fault, &column)).collect();
        let record = match record {
            Some(record) if !has_errors(&faults) => record,
            _ => return self.reject(place, faults),
        };
        match self.seen.get(&record.key()) {
            Some(earlier) => {
                let field = column(Term::ClientId).unwrap_or_else(|| Term::ClientId.member().to_owned());
                let mut faults = faults;
                faults.insert(0, Fault::new(field, Problem::Duplicate));
                self.import.rejected.push(Rejected { place, faults, duplicate_of: Some(*earlier) });
            }
            None => {
                self.seen.insert(record.key(), place);
                self.import.records.push(Imported { place, record, warnings: faults });
            }
        }
    }

    pub(crate) fn finish(self, ignored_columns: Vec<String>) -> Import<R> {
        Import { ignored_columns, ..self.import }
    }
}

/// The fault with the heading as it stands in the file, in place of the member's name.
fn under_column(fault: Fault, column: &impl Fn(Term) -> Option<String>) -> Fault {
    let member = fault.field().split(['[', '.']).next().unwrap_or_default();
    let heading = Term::ALL.into_iter().find(|term| term.member() == member).and_then(column);
    match heading {
        Some(heading) => {
            let rest = fault.field().get(member.len()..).unwrap_or_default();
            Fault::new(format!("{heading}{rest}"), fault.problem())
        }
        None => fault,
    }
}
