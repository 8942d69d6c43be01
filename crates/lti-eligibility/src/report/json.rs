//! Reports as JSON and as JSON lines, written row by row.

use super::{Row, Totals};
use crate::catalog::CatalogHeader;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use std::io;

#[derive(Serialize)]
struct Head<'a> {
    catalog: &'a CatalogHeader,
    checked_at: String,
}

impl<'a> Head<'a> {
    fn new(catalog: &'a CatalogHeader, checked_at: DateTime<Utc>) -> Self {
        Self { catalog, checked_at: checked_at.to_rfc3339_opts(SecondsFormat::AutoSi, true) }
    }
}

#[derive(Serialize)]
struct Tail<'a> {
    totals: &'a Totals,
}

/// Writes one JSON document: `{"catalog", "checked_at", "courses": […], "totals"}`, with a line per course.
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use lti_eligibility::catalog::Catalog;
/// use lti_eligibility::export::Policy;
/// use lti_eligibility::report::{JsonLinesWriter, JsonWriter, Reporter};
///
/// let catalog = Catalog::parse(br#"{"id": "autumn", "name": "Autumn", "courses": [{"id": "c-1"}]}"#)?;
/// let now = Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).unwrap();
/// let mut reporter = Reporter::new(&catalog.header, Policy::default(), now)?;
/// let mut document = JsonWriter::new(Vec::new(), &catalog.header, now)?;
/// let mut lines = JsonLinesWriter::new(Vec::new(), &catalog.header, now)?;
/// for entry in &catalog.entries {
///     let row = reporter.row(entry);
///     document.write(&row)?;
///     lines.write(&row)?;
/// }
/// let document: serde_json::Value = serde_json::from_slice(&document.finish(reporter.totals())?)?;
/// assert!(document.is_object());
/// let lines = String::from_utf8(lines.finish(reporter.totals())?)?;
/// assert_eq!(lines.lines().count(), 3); // the catalog, a course, and how many
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct JsonWriter<W> {
    out: W,
    rows: bool,
}

impl<W: io::Write> JsonWriter<W> {
    /// Begins the document.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn new(mut out: W, catalog: &CatalogHeader, checked_at: DateTime<Utc>) -> io::Result<Self> {
        let head = Head::new(catalog, checked_at);
        out.write_all(b"{\"catalog\":")?;
        serde_json::to_writer(&mut out, head.catalog)?;
        out.write_all(b",\"checked_at\":")?;
        serde_json::to_writer(&mut out, &head.checked_at)?;
        out.write_all(b",\"courses\":[")?;
        Ok(Self { out, rows: false })
    }

    /// Writes one course.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn write(&mut self, row: &Row) -> io::Result<()> {
        self.out.write_all(if self.rows { b",\n" } else { b"\n" })?;
        self.rows = true;
        Ok(serde_json::to_writer(&mut self.out, row)?)
    }

    /// Ends the document and gives the writer back. A document without its end is not JSON.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn finish(mut self, totals: &Totals) -> io::Result<W> {
        self.out.write_all(b"\n],\"totals\":")?;
        serde_json::to_writer(&mut self.out, totals)?;
        self.out.write_all(b"}\n")?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Writes JSON lines: first `{"catalog", "checked_at"}`, then one course per line, last `{"totals"}`.
///
/// [`JsonWriter`] has an example.
#[derive(Debug)]
pub struct JsonLinesWriter<W> {
    out: W,
}

impl<W: io::Write> JsonLinesWriter<W> {
    /// Writes the first line.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn new(out: W, catalog: &CatalogHeader, checked_at: DateTime<Utc>) -> io::Result<Self> {
        let mut writer = Self { out };
        writer.line(&Head::new(catalog, checked_at))?;
        Ok(writer)
    }

    /// Writes one course.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn write(&mut self, row: &Row) -> io::Result<()> {
        self.line(row)
    }

    /// Writes the last line and gives the writer back. Lines without it were interrupted.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn finish(mut self, totals: &Totals) -> io::Result<W> {
        self.line(&Tail { totals })?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn line<T: Serialize>(&mut self, value: &T) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b"\n")
    }
}
