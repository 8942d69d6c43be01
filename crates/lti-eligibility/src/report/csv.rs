//! Reports as CSV (RFC 4180, UTF-8), written row by row.

use super::{Row, RowDecision};
use crate::export::Reason;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

const COLUMNS: [&str; 11] = [
    "index",
    "id",
    "title",
    "decision",
    "launch_url",
    "reason_codes",
    "reason_messages",
    "reasons",
    "remedies",
    "warning_codes",
    "warnings",
];

/// Writes a report's rows as CSV, with a line of column names first: `index`, `id`, `title`, `decision`,
/// `launch_url`, `reason_codes`, `reason_messages`, `reasons`, `remedies`, `warning_codes`, `warnings`.
///
/// Every cell is quoted; several codes or messages in a cell are separated by `, `. Titles and ids are other people's
/// text: what a spreadsheet would take for a formula is preceded by an apostrophe, and control characters become
/// blanks. The exact text is in the JSON report.
///
/// [`Reporter`](super::Reporter) has an example.
#[derive(Debug)]
pub struct CsvWriter<W: io::Write> {
    out: csv::Writer<W>,
}

impl<W: io::Write> CsvWriter<W> {
    /// Writes the column names.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn new(out: W) -> io::Result<Self> {
        let mut out = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        out.write_record(COLUMNS)?;
        Ok(Self { out })
    }

    /// As [`CsvWriter::new`], after a byte order mark, without which some spreadsheets garble accented letters.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn with_byte_order_mark(mut out: W) -> io::Result<Self> {
        out.write_all(b"\xEF\xBB\xBF")?;
        Self::new(out)
    }

    /// Writes one course.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn write(&mut self, row: &Row) -> io::Result<()> {
        let (codes, messages, sentences, remedies) = match &row.decision {
            RowDecision::Unreadable(course) => (
                course.fault.code().to_owned(),
                course.fault.message().to_owned(),
                course.to_string(),
                course.fault.remedy().to_owned(),
            ),
            RowDecision::Eligible { .. } | RowDecision::Blocked { .. } => {
                let reasons = row.decision.reasons();
                (
                    join(reasons, ", ", Reason::code),
                    join(reasons, ", ", Reason::message),
                    join(reasons, " ", ToString::to_string),
                    join(reasons, " ", Reason::remedy),
                )
            }
        };
        let warnings = row.decision.warnings();
        let cells = [
            row.index.to_string(),
            row.id.clone().unwrap_or_default(),
            row.title.clone().unwrap_or_default(),
            row.decision.code().to_owned(),
            row.decision.launch_url().unwrap_or_default().to_owned(),
            codes,
            messages,
            sentences,
            remedies,
            join(warnings, ", ", Reason::code),
            join(warnings, " ", ToString::to_string),
        ];
        Ok(self.out.write_record(cells.iter().map(|cell| harmless(cell).into_owned()))?)
    }

    /// Ends the file and gives the writer back.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        self.out.into_inner().map_err(|error| io::Error::other(error.to_string()))
    }
}

fn join<'a, T: std::fmt::Display>(
    reasons: &'a [Reason],
    separator: &str,
    part: impl Fn(&'a Reason) -> T,
) -> String {
    let mut joined = String::new();
    for (index, reason) in reasons.iter().enumerate() {
        let separator = if index == 0 { "" } else { separator };
        // Writing to a string cannot fail.
        let _ = write!(joined, "{separator}{}", part(reason));
    }
    joined
}

/// The text such that no spreadsheet takes it, or a part of it, for a formula. A part counts because many read `;` as
/// the separator of cells.
fn harmless(text: &str) -> Cow<'_, str> {
    let risky = |character: char| character.is_control() || is_formula_start(character);
    if !text.contains(risky) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 1);
    let mut cell_start = true;
    for character in text.chars() {
        if cell_start && is_formula_start(character) {
            safe.push('\'');
        }
        safe.push(if character.is_control() { ' ' } else { character });
        cell_start = character == ';'
            || character.is_control()
            || (cell_start && (character.is_whitespace() || character == '"'));
    }
    Cow::Owned(safe)
}

/// What begins a formula, in half or full width.
fn is_formula_start(character: char) -> bool {
    matches!(character, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_are_disarmed_and_other_text_is_left_alone() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", " '=1"),
            ("\t=1", " '=1"),
            ("\r\n@x", "  '@x"),
            ("\"=1", "\"'=1"),
            ("a;=1", "a;'=1"),
            ("a; =1", "a; '=1"),
            ("＝1", "'＝1"),
            ("a\n=1", "a '=1"),
            ("C++ and e-mail: a=b, x@y", "C++ and e-mail: a=b, x@y"),
            ("Été 2026", "Été 2026"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), expected, "{text:?}");
        }
    }
}
