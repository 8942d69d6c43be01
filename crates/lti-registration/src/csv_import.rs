//! Records from a table (CSV, RFC 4180, UTF-8).

use crate::draft::Draft;
use crate::import::{Collector, text_of};
use crate::{AddressRules, Fault, Import, ImportError, MAX_IMPORT_RECORDS, Place, Problem, Record, Term};

/// The most columns of a table.
const MAX_COLUMNS: usize = 200;

impl<R: Record> Import<R> {
    /// Reads a table with a line of headings: the names of the members of a record, or their [aliases](Term::aliases).
    ///
    /// - UTF-8, with or without a byte order mark; cells may be quoted, and hold line breaks then. The separator is the
    ///   comma, or, where the line of headings has none, the semicolon or the tab. A quote in a quoted cell is doubled;
    ///   one that is out of place refuses the file, since nobody can tell which rows it joins.
    /// - Lists (redirect URIs, scopes, deployments, personal data) are separated by white space. Custom parameters
    ///   stand on lines of their own, as `name=value`. A platform's deployments that nobody told yet are `unknown`.
    /// - A blank cell is as if the member were absent; but a blank `privacy` lists nothing, which is nothing about
    ///   people.
    /// - Columns for what every record needs must be there; 200 in all at most. What stands under other headings is not
    ///   read, and [`Import::ignored_columns`] lists them.
    ///
    /// ```
    /// use lti_registration::{AddressRules, Import, Place};
    /// use lti_types::ToolRecord;
    /// let csv = "Name,Client ID,Deployment IDs,Initiate Login URL,Target Link URL\r\n\
    ///     Rätsel,quiz,1 2,https://tool.example/login,https://tool.example/launch\r\n\
    ///     Maps,maps,1,http://maps.example/login,https://maps.example/launch\r\n";
    /// let import = Import::<ToolRecord>::from_csv(csv.as_bytes(), AddressRules::default())?;
    /// assert_eq!(import.records[0].record.deployment_ids.len(), 2);
    /// let bad = &import.rejected[0];
    /// assert_eq!((bad.place, bad.faults[0].field(), bad.faults[0].code()),
    ///     (Place::Line(3), "Initiate Login URL", "url_not_https"));
    /// # Ok::<(), lti_registration::ImportError>(())
    /// ```
    ///
    /// # Errors
    /// [`ImportError`], if the file as a whole cannot be read. A row that cannot is in [`Import::rejected`].
    pub fn from_csv(csv: &[u8], rules: AddressRules) -> Result<Self, ImportError> {
        let text = text_of(csv)?;
        let separator = separator(text);
        check_quotes(text, separator)?;
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(text.as_bytes());
        let mut rows = reader.records();
        // The text is in memory and UTF-8, so reading cannot fail.
        let headings = rows.next().and_then(Result::ok).ok_or(ImportError::Empty)?;
        let columns = Columns::read::<R>(&headings)?;
        let mut lines = Lines { text, at: 0, line: 1 };
        let mut import = Collector::<R>::new(rules);
        let mut count = 0_usize;
        for row in rows {
            let Ok(row) = row else { continue };
            if row.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            count = count.saturating_add(1);
            if count > MAX_IMPORT_RECORDS {
                return Err(ImportError::TooMany);
            }
            let place = Place::Line(lines.of(row.position().map_or(0, csv::Position::byte)));
            if let Some(problem) = columns.misfit(&row) {
                import.reject(place, vec![problem]);
                continue;
            }
            import.take(place, Draft::of_row(columns.cells(&row)), |term| columns.heading(term));
        }
        Ok(import.finish(columns.ignored))
    }
}

/// What separates the cells: the first of comma, semicolon and tab that the line of headings has outside of quotes.
fn separator(text: &str) -> u8 {
    let mut quoted = false;
    let mut found = [false; 3];
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            ',' if !quoted => found[0] = true,
            ';' if !quoted => found[1] = true,
            '\t' if !quoted => found[2] = true,
            _ => {}
        }
    }
    match found {
        [true, ..] => b',',
        [_, true, _] => b';',
        [.., true] => b'\t',
        _ => b',',
    }
}

/// Refuses quotes that a reader has to guess about: they put rows into one another's cells, which nobody would see.
fn check_quotes(text: &str, separator: u8) -> Result<(), ImportError> {
    /// Where a character stands; a quoted cell has the line on which it begins.
    #[derive(Clone, Copy)]
    enum At {
        CellStart,
        Cell,
        Quoted(u64),
        QuoteInQuoted(u64),
    }
    let (mut at, mut line) = (At::CellStart, 1_u64);
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        at = match (at, byte) {
            (At::CellStart, b'"') => At::Quoted(line),
            (At::Quoted(begun), b'"') => At::QuoteInQuoted(begun),
            (At::QuoteInQuoted(begun), b'"') | (At::Quoted(begun), _) => At::Quoted(begun),
            (_, b'\r' | b'\n') => At::CellStart,
            (_, byte) if byte == separator => At::CellStart,
            (At::QuoteInQuoted(begun), _) => return Err(ImportError::QuoteMisplaced(begun)),
            (At::CellStart | At::Cell, _) => At::Cell,
        };
        if byte == b'\n' || byte == b'\r' && bytes.peek() != Some(&b'\n') {
            line = line.saturating_add(1);
        }
    }
    match at {
        At::Quoted(begun) => Err(ImportError::QuoteUnclosed(begun)),
        _ => Ok(()),
    }
}

/// Counts lines on the way through a text.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the first character of a row, behind the blank lines that stand before it.
    fn of(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        let bytes = self.text.as_bytes();
        while let Some(c) = bytes.get(self.at) {
            if self.at >= byte && !matches!(c, b'\n' | b'\r') {
                break;
            }
            let pair = *c == b'\r' && bytes.get(self.at.saturating_add(1)) == Some(&b'\n');
            if matches!(c, b'\n' | b'\r') && !pair {
                self.line = self.line.saturating_add(1);
            }
            self.at = self.at.saturating_add(1);
        }
        self.line
    }
}

struct Columns {
    /// By position: the term, and the heading as it stands.
    known: Vec<(usize, Term, String)>,
    ignored: Vec<String>,
    count: usize,
}

impl Columns {
    fn read<R: Record>(headings: &csv::StringRecord) -> Result<Self, ImportError> {
        if headings.len() > MAX_COLUMNS {
            return Err(ImportError::TooManyColumns);
        }
        let mut columns = Self { known: Vec::new(), ignored: Vec::new(), count: headings.len() };
        for (position, heading) in headings.iter().enumerate() {
            match Term::of_heading(heading).filter(|term| R::TERMS.contains(term)) {
                Some(term) => {
                    if columns.known.iter().any(|(_, known, _)| *known == term) {
                        return Err(ImportError::ColumnRepeated(term.member()));
                    }
                    columns.known.push((position, term, heading.trim().to_owned()));
                }
                // A comma at the end of each line is nobody's column.
                None if heading.trim().is_empty() => {}
                None => columns
                    .ignored
                    .push(heading.trim().chars().flat_map(char::escape_debug).take(100).collect()),
            }
        }
        let has = |term: &&Term| columns.known.iter().any(|(_, known, _)| known == *term);
        let missing: Vec<_> =
            R::REQUIRED.iter().filter(|term| !has(term)).map(|term| term.member()).collect();
        if missing.is_empty() { Ok(columns) } else { Err(ImportError::ColumnsMissing(missing)) }
    }

    fn heading(&self, term: Term) -> Option<String> {
        self.known.iter().find(|(_, known, _)| *known == term).map(|(.., heading)| heading.clone())
    }

    fn cells<'a>(&'a self, row: &'a csv::StringRecord) -> impl Iterator<Item = (Term, &'a str)> {
        self.known.iter().map(|(position, term, _)| (*term, row.get(*position).unwrap_or_default()))
    }

    /// A row with more cells than headings, or fewer, has slipped: none of its cells can be believed. Blank ones at its
    /// end do not count.
    fn misfit(&self, row: &csv::StringRecord) -> Option<Fault> {
        if row.iter().skip(self.count).any(|cell| !cell.trim().is_empty()) {
            return Some(Fault::new(
                format!("column {}", self.count.saturating_add(1)),
                Problem::UnknownMember,
            ));
        }
        if row.len() < self.count {
            return Some(Fault::new(format!("column {}", row.len().saturating_add(1)), Problem::Missing));
        }
        None
    }
}

/// The shortest table for a kind of record: its headings, for a person to fill in.
///
/// ```
/// use lti_registration::csv_headings;
/// use lti_types::PlatformRecord;
///
/// let template = csv_headings::<PlatformRecord>().join(",");
/// assert!(template.contains("issuer,client_id,deployment_ids,authentication_url"));
/// ```
#[must_use]
pub fn csv_headings<R: Record>() -> Vec<&'static str> {
    R::TERMS.iter().map(|term| term.member()).collect()
}
