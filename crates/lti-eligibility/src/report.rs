//! A whole catalog checked: what each course's decision is, and how many there are of each (README, The report).
//!
//! A [`Reporter`] turns one catalog entry after the other into a [`Row`] and keeps the [`Totals`]; it holds no rows, so
//! a catalog of any size is reported in constant memory. Rows are written by [`JsonWriter`], [`JsonLinesWriter`] and
//! [`CsvWriter`], in one pass side by side if need be; the writers write in small pieces, so hand them a buffered
//! output. [`Report`] is the convenience for a catalog that fits in memory.

use crate::catalog::{Catalog, CatalogError, CatalogHeader, Entry};
use crate::export::{Policy, check};
use chrono::{DateTime, Utc};
use std::io;

mod csv;
mod json;
mod launch_base;
mod row;
#[cfg(test)]
mod tests;
mod totals;

pub use csv::CsvWriter;
pub use json::{JsonLinesWriter, JsonWriter};
pub use launch_base::{InvalidLaunchBase, LaunchBase, MAX_LAUNCH_BASE_BYTES};
pub use row::{Row, RowDecision};
pub use totals::Totals;

/// Checks one entry of a catalog after the other. There is none for a disabled catalog.
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use lti_eligibility::catalog::Catalog;
/// use lti_eligibility::export::Policy;
/// use lti_eligibility::report::{CsvWriter, LaunchBase, Reporter};
///
/// let text = r#"{"id": "autumn", "name": "Autumn", "courses": [
///     {"id": "c-1", "title": "One", "default_instance": "active", "enrollment_type": "self_enrolled",
///      "modules": [{"delivery": "self_paced"}]},
///     {"id": "c-2", "title": "Two", "default_instance": "retired", "enrollment_type": "self_enrolled",
///      "modules": [{"delivery": "self_paced"}]}
/// ]}"#;
/// let catalog = Catalog::parse(text.as_bytes())?;
/// let now = Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).unwrap();
/// let mut reporter = Reporter::new(&catalog.header, Policy::default(), now)?;
/// reporter.launch_base = Some(LaunchBase::parse("https://tool.example/launch")?);
///
/// let mut csv = CsvWriter::new(Vec::new())?;
/// for entry in &catalog.entries {
///     let row = reporter.row(entry);
///     csv.write(&row)?;
///     println!("{} {}", row.decision.code(), row.decision.launch_url().unwrap_or("-"));
/// }
/// assert_eq!((reporter.totals().eligible, reporter.totals().blocked), (1, 1));
/// assert!(String::from_utf8(csv.finish()?)?.contains("https://tool.example/launch/c-1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reporter {
    /// Where the launch links of eligible courses begin; `None` for a report without links.
    pub launch_base: Option<LaunchBase>,
    catalog: CatalogHeader,
    policy: Policy,
    now: DateTime<Utc>,
    totals: Totals,
}

impl Reporter {
    /// Begins the report of a catalog. `now` decides about enrollment deadlines, and is written into the report.
    ///
    /// # Errors
    ///
    /// A disabled catalog, which is refused whole.
    pub fn new(catalog: &CatalogHeader, policy: Policy, now: DateTime<Utc>) -> Result<Self, ReportError> {
        if !catalog.enabled {
            return Err(ReportError::CatalogDisabled { id: catalog.id.clone() });
        }
        Ok(Self { launch_base: None, catalog: catalog.clone(), policy, now, totals: Totals::default() })
    }

    /// Checks one entry and counts it.
    pub fn row(&mut self, entry: &Entry) -> Row {
        let row = match &entry.course {
            Err(unreadable) => Row {
                index: entry.index,
                id: unreadable.id.clone(),
                title: None,
                decision: RowDecision::Unreadable(unreadable.clone()),
            },
            Ok(course) => {
                let (reasons, warnings) = check(course, &self.policy, self.now).into_parts();
                let decision = if reasons.is_empty() {
                    let launch_url = self.launch_base.as_ref().map(|base| base.link(&course.id));
                    RowDecision::Eligible { launch_url, warnings }
                } else {
                    RowDecision::Blocked { reasons, warnings }
                };
                let id = Some(course.id.as_str().to_owned());
                Row { index: entry.index, id, title: Some(course.title.clone()), decision }
            }
        };
        self.totals.add(&row);
        row
    }

    /// What has been counted so far.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The catalog that is reported.
    #[must_use]
    pub fn catalog(&self) -> &CatalogHeader {
        &self.catalog
    }

    /// The moment for which deadlines are decided.
    #[must_use]
    pub fn checked_at(&self) -> DateTime<Utc> {
        self.now
    }

    /// Checks all entries and keeps the rows.
    #[must_use]
    pub fn report<'a>(mut self, entries: impl IntoIterator<Item = &'a Entry>) -> Report {
        let rows = entries.into_iter().map(|entry| self.row(entry)).collect();
        Report { catalog: self.catalog, checked_at: self.now, rows, totals: self.totals }
    }

    /// Checks all entries and writes the report as JSON lines, in constant memory.
    ///
    /// # Errors
    ///
    /// A reader or a writer that fails. Courses that cannot be read are rows of the report.
    ///
    /// ```
    /// use chrono::{TimeZone, Utc};
    /// use lti_eligibility::catalog::CatalogLines;
    /// use lti_eligibility::export::Policy;
    /// use lti_eligibility::report::Reporter;
    ///
    /// let text = "{\"id\": \"autumn\", \"name\": \"Autumn\"}\n{\"id\": \"c-1\"}\n";
    /// let lines = CatalogLines::new(text.as_bytes())?;
    /// let now = Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).unwrap();
    /// let reporter = Reporter::new(lines.header(), Policy::default(), now)?;
    ///
    /// let mut out = Vec::new();
    /// let totals = reporter.stream_json_lines(lines, &mut out)?;
    /// assert_eq!(totals.unreadable, 1);
    /// assert_eq!(String::from_utf8(out)?.lines().count(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn stream_json_lines<W: io::Write>(
        mut self,
        entries: impl IntoIterator<Item = Result<Entry, CatalogError>>,
        out: W,
    ) -> Result<Totals, ReportError> {
        let mut writer =
            JsonLinesWriter::new(out, &self.catalog, self.checked_at()).map_err(ReportError::Write)?;
        for entry in entries {
            let row = self.row(&entry.map_err(ReportError::Catalog)?);
            writer.write(&row).map_err(ReportError::Write)?;
        }
        writer.finish(&self.totals).map_err(ReportError::Write)?;
        Ok(self.totals)
    }
}

/// The report of a catalog in memory.
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use lti_eligibility::catalog::Catalog;
/// use lti_eligibility::export::Policy;
/// use lti_eligibility::report::Report;
///
/// let catalog = Catalog::parse(br#"{"id": "autumn", "name": "Autumn", "courses": [
///     {"id": "c-1", "title": "One", "default_instance": "active", "enrollment_type": "self_enrolled",
///      "modules": [{"delivery": "self_paced"}]},
///     {"id": "c-2", "title": "Two", "default_instance": "retired", "enrollment_type": "self_enrolled",
///      "modules": [{"delivery": "self_paced"}]}
/// ]}"#)?;
/// let now = Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).unwrap();
/// let report = Report::of(&catalog, Policy::default(), None, now)?;
/// assert_eq!(report.eligible().count(), 1);
/// let csv = String::from_utf8(report.write_csv(Vec::new())?)?;
/// assert_eq!(csv.lines().count(), 3); // with the headings
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The catalog.
    pub catalog: CatalogHeader,
    /// The moment for which deadlines were decided.
    pub checked_at: DateTime<Utc>,
    /// One row per entry, in the catalog's order.
    pub rows: Vec<Row>,
    /// How many rows there are of each kind.
    pub totals: Totals,
}

impl Report {
    /// Checks a whole catalog.
    ///
    /// # Errors
    ///
    /// A disabled catalog, which is refused whole.
    pub fn of(
        catalog: &Catalog,
        policy: Policy,
        launch_base: Option<LaunchBase>,
        now: DateTime<Utc>,
    ) -> Result<Self, ReportError> {
        let mut reporter = Reporter::new(&catalog.header, policy, now)?;
        reporter.launch_base = launch_base;
        Ok(reporter.report(&catalog.entries))
    }

    /// The rows of the courses that can be exported: what a catalog of exportable courses only would hold.
    pub fn eligible(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.decision.is_eligible())
    }

    /// Writes the report as one JSON document.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn write_json<W: io::Write>(&self, out: W) -> io::Result<W> {
        let mut writer = JsonWriter::new(out, &self.catalog, self.checked_at)?;
        self.rows.iter().try_for_each(|row| writer.write(row))?;
        writer.finish(&self.totals)
    }

    /// Writes the report as JSON lines.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn write_json_lines<W: io::Write>(&self, out: W) -> io::Result<W> {
        let mut writer = JsonLinesWriter::new(out, &self.catalog, self.checked_at)?;
        self.rows.iter().try_for_each(|row| writer.write(row))?;
        writer.finish(&self.totals)
    }

    /// Writes the rows as CSV.
    ///
    /// # Errors
    ///
    /// A writer that fails.
    pub fn write_csv<W: io::Write>(&self, out: W) -> io::Result<W> {
        let mut writer = CsvWriter::new(out)?;
        self.rows.iter().try_for_each(|row| writer.write(row))?;
        writer.finish()
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The catalog is disabled, and so is refused whole.
    #[error("the catalog {id:?} is disabled: enable it to export its courses")]
    CatalogDisabled {
        /// The catalog's id.
        id: String,
    },
    /// The catalog cannot be read any further.
    #[error(transparent)]
    Catalog(CatalogError),
    /// The report cannot be written.
    #[error("the report cannot be written")]
    Write(#[source] io::Error),
}

impl ReportError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CatalogDisabled { .. } => "catalog_disabled",
            Self::Catalog(error) => error.code(),
            Self::Write(_) => "report_write_failed",
        }
    }

    /// The section of this crate's README that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::CatalogDisabled { .. } => "lti-eligibility README, The format of a catalog",
            Self::Catalog(error) => error.spec(),
            Self::Write(_) => "lti-eligibility README, The report",
        }
    }
}
