//! The export of a catalog: each course is checked by the publishing rules, what may be exported becomes a cartridge with
//! its launch link, and all of it goes with the report into one package.
//!
//! `cargo run --example export_catalog` ·
//! `-- --catalog FILE.json [--select ID,…] [--policy FILE] [--target LMS] [--launch-base URL] --out PACKAGE.zip`

mod whole_file;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Cursor, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use lti_cartridge::{
    Cartridge, ChangeKind, Feature, Folder, Identifier, Item, Link, Loss, LtiLink, Metadata, NoFiles,
    Resource, Scope, Settings, Support, Target,
};
use lti_eligibility::catalog::{Catalog, CatalogError, CatalogHeader, CatalogLines, Entry};
use lti_eligibility::course::Course;
use lti_eligibility::export::Policy;
use lti_eligibility::report::{CsvWriter, JsonWriter, LaunchBase, Reporter, Row, RowDecision, Totals};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, System, ZipWriter};

use whole_file::WholeFile;

/// What is exported when no catalog is given.
const SHIPPED: &str = include_str!("data/catalog.json");
const EXAMPLE_BASE: &str = "https://tool.example/launch";

/// Exports the courses of a catalog that the publishing rules allow: a ZIP with one cartridge (IMSCC) for each, and
/// report.json and report.csv, in which every course is that was asked for. docs/export.md describes the package, the README of lti-eligibility the catalog.
///
/// Exit status: 0 the package is written; 3 it is, and a course that --select names was refused; 2 the call or the
/// catalog is wrong, and nothing is written.
#[derive(Parser)]
pub(crate) struct Arguments {
    /// The catalog: a JSON document, or JSON lines if the name ends in .jsonl. A shipped one, if not given.
    #[arg(long, value_name = "FILE.json")]
    catalog: Option<PathBuf>,
    /// Only these courses.
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    select: Vec<String>,
    /// What each rule does: {"preset": "default", "rules": {"paid": "warn"}}.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The importer: canvas, moodle, blackboard, brightspace, sakai, openedx or generic.
    #[arg(long, value_name = "LMS", default_value_t)]
    target: Target,
    /// Where launch links begin; the id of the course comes behind it.
    #[arg(long, value_name = "URL", default_value = EXAMPLE_BASE)]
    launch_base: String,
    /// The package to write. One in a new temporary folder, if not given.
    #[arg(long, value_name = "PACKAGE.zip")]
    out: Option<PathBuf>,
    /// The moment to judge deadlines at, such as 2026-01-31T12:00:00Z; now, if not given.
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime<Utc>>,
}

/// What an export came to.
#[derive(Debug)]
pub(crate) struct Exported {
    pub(crate) package: PathBuf,
    pub(crate) totals: Totals,
    /// How many of the courses that were selected are not in the package.
    pub(crate) refused: u64,
    /// The table of all courses. It may be long, so it waits in a file.
    table: File,
    notes: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut exported = match export(&arguments) {
        Ok(exported) => exported,
        Err(problem) => {
            eprintln!("export_catalog: {problem}");
            return ExitCode::from(2);
        }
    };
    match exported.print(&mut io::stdout().lock()) {
        // The package is written; whoever reads the output may stop when enough was seen.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("export_catalog: {error}");
            ExitCode::from(2)
        }
        _ if exported.refused > 0 => ExitCode::from(3),
        _ => ExitCode::SUCCESS,
    }
}

/// Checks, writes, reports.
pub(crate) fn export(arguments: &Arguments) -> Result<Exported, String> {
    let policy = arguments.policy.as_deref().map(read_policy).transpose()?.unwrap_or_default();
    let base =
        LaunchBase::parse(&arguments.launch_base).map_err(|error| format!("--launch-base: {error}"))?;
    let now = arguments.at.unwrap_or_else(|| DateTime::from(std::time::SystemTime::now()));
    let catalog = Source::open(arguments.catalog.as_deref())?;
    let mut reporter = Reporter::new(&catalog.header, policy, now)
        .map_err(|error| format!("{} [{}]", chain(&error), error.code()))?;
    reporter.launch_base = Some(base);
    let selected: BTreeSet<&str> = arguments.select.iter().map(String::as_str).collect();
    if !selected.is_empty() {
        look_for(&selected, Source::open(arguments.catalog.as_deref())?)?;
    }
    let out = arguments.out.clone().map_or_else(temporary, Ok).map_err(|error| error.to_string())?;
    let read = [&arguments.catalog, &arguments.policy].into_iter().flatten().map(PathBuf::as_path);
    let mut file = WholeFile::begin(&out, read).map_err(|error| format!("{}: {error}", out.display()))?;

    let io = |error: io::Error| format!("{}: {error}", out.display());
    let mut package = Package::begin(file.draft(), &reporter, arguments.target).map_err(io)?;
    let (bar, mut refused) = (progress(catalog.courses)?, 0);
    for entry in catalog.entries {
        let entry = entry.map_err(|error| chain(&error))?;
        bar.inc(1);
        if !selected.is_empty() && !id(&entry).is_some_and(|id| selected.contains(id)) {
            continue;
        }
        let row = reporter.row(&entry);
        if let (Ok(course), RowDecision::Eligible { launch_url: Some(url), .. }) =
            (&entry.course, &row.decision)
        {
            package.add(entry.index, course, url)?;
        } else if !selected.is_empty() {
            refused += 1;
        }
        package.report(&row).map_err(io)?;
    }
    bar.finish_and_clear();
    let (table, mut notes) = package.finish(&reporter).map_err(io)?;
    file.publish().map_err(io)?;
    if arguments.launch_base == EXAMPLE_BASE {
        notes.push(format!("launch links begin with {EXAMPLE_BASE}: give your own by --launch-base"));
    }
    Ok(Exported { package: out, totals: reporter.totals().clone(), refused, table, notes })
}

/// The courses of a catalog, one after the other.
struct Source {
    header: CatalogHeader,
    /// How many courses there are, where that is known beforehand.
    courses: Option<usize>,
    entries: Box<dyn Iterator<Item = Result<Entry, CatalogError>>>,
}

impl Source {
    /// A JSON document is held in memory, JSON lines are not.
    fn open(path: Option<&Path>) -> Result<Self, String> {
        let name = path.map_or("the shipped catalog".into(), Path::to_string_lossy);
        let wrong = |error: CatalogError| format!("{name}: {} [{}]", chain(&error), error.code());
        let unread = |error: io::Error| format!("{name}: {error}");
        if let Some(path) = path.filter(|path| path.extension().is_some_and(|end| end == "jsonl")) {
            let lines = BufReader::new(File::open(path).map_err(unread)?);
            let lines = CatalogLines::new(lines).map_err(wrong)?.with_unique_ids();
            return Ok(Self { header: lines.header().clone(), courses: None, entries: Box::new(lines) });
        }
        let json = path.map_or_else(|| Ok(SHIPPED.as_bytes().to_vec()), std::fs::read).map_err(unread)?;
        let catalog = Catalog::parse(&json).map_err(wrong)?;
        let courses = Some(catalog.entries.len());
        Ok(Self { header: catalog.header, courses, entries: Box::new(catalog.entries.into_iter().map(Ok)) })
    }
}

/// The id of a course, even if not much more of it can be read.
fn id(entry: &Entry) -> Option<&str> {
    match &entry.course {
        Ok(course) => Some(course.id.as_str()),
        Err(unreadable) => unreadable.id.as_deref(),
    }
}

/// Each course that was asked for must be there.
fn look_for(selected: &BTreeSet<&str>, catalog: Source) -> Result<(), String> {
    let mut missing = selected.clone();
    for entry in catalog.entries {
        let entry = entry.map_err(|error| chain(&error))?;
        if let Some(id) = id(&entry) {
            missing.remove(id);
        }
        if missing.is_empty() {
            return Ok(());
        }
    }
    let missing: Vec<String> = missing.iter().map(|id| format!("{id:?}")).collect();
    Err(format!("--select: not in the catalog {:?}: {}", catalog.header.id, missing.join(", ")))
}

/// The package as it is written: one cartridge and one row of each report at a time.
struct Package<'f> {
    zip: ZipWriter<BufWriter<&'f mut File>>,
    settings: Settings,
    target: Target,
    // What comes last in the package, or only after it, waits in files without a name.
    json: JsonWriter<BufWriter<File>>,
    csv: CsvWriter<BufWriter<File>>,
    table: BufWriter<File>,
    losses: BTreeMap<Feature, Loss>,
    mended: u64,
}

impl<'f> Package<'f> {
    fn begin(file: &'f mut File, reporter: &Reporter, target: Target) -> io::Result<Self> {
        let aside = || Ok::<_, io::Error>(BufWriter::new(tempfile::tempfile()?));
        let mut table = aside()?;
        writeln!(table, "{:<24} {:<23} {:<44} LAUNCH LINK", "COURSE", "DECISION", "REASONS")?;
        Ok(Self {
            zip: ZipWriter::new(BufWriter::new(file)),
            settings: Settings::for_target(target),
            target,
            json: JsonWriter::new(aside()?, reporter.catalog(), reporter.checked_at())?,
            csv: CsvWriter::new(aside()?)?,
            table,
            losses: BTreeMap::new(),
            mended: 0,
        })
    }

    /// Writes the cartridge of a course that may be exported.
    fn add(&mut self, index: usize, course: &Course, launch_url: &str) -> Result<(), String> {
        let mut cartridge = cartridge(course, launch_url);
        let changes = cartridge.fit(self.settings.version);
        let texts = [ChangeKind::Title, ChangeKind::Text];
        self.mended += u64::from(changes.iter().any(|change| texts.contains(&change.kind)));
        let mut bytes = Cursor::new(Vec::new());
        let written = cartridge.write_to_seekable(&mut bytes, &self.settings, NoFiles);
        let written =
            written.map_err(|error| format!("course {:?}: {}", course.id.as_str(), chain(&error)))?;
        if written.lti_links != 1 {
            return Err(format!("course {:?}: its launch link cannot be written", course.id.as_str()));
        }
        for loss in written.losses(self.target) {
            self.losses.entry(loss.feature).and_modify(|sum| sum.count += loss.count).or_insert(loss);
        }
        // It is compressed already.
        let options = options().compression_method(CompressionMethod::Stored);
        let name = file_name(index, course.id.as_str());
        let start = self.zip.start_file(name, options).map_err(io::Error::from);
        start.and_then(|()| self.zip.write_all(bytes.get_ref())).map_err(|error| error.to_string())
    }

    /// Writes a row of each report.
    fn report(&mut self, row: &Row) -> io::Result<()> {
        self.json.write(row)?;
        self.csv.write(row)?;
        writeln!(self.table, "{}", table_row(row))
    }

    /// Puts the reports behind the cartridges.
    fn finish(mut self, reporter: &Reporter) -> io::Result<(File, Vec<String>)> {
        let reports =
            [("report.json", self.json.finish(reporter.totals())?), ("report.csv", self.csv.finish()?)];
        for (name, report) in reports {
            let mut report = report.into_inner()?;
            report.rewind()?;
            self.zip.start_file(name, options())?;
            io::copy(&mut report, &mut self.zip)?;
        }
        self.zip.finish()?.flush()?;
        let mut notes: Vec<String> = self.losses.values().map(|loss| lost(self.target, loss)).collect();
        if self.target == Target::Generic {
            notes = vec!["with --target LMS: what that importer makes of the links".to_owned()];
        }
        if self.mended > 0 {
            notes.push(format!("titles or descriptions of {} courses were changed, for XML", self.mended));
        }
        Ok((self.table.into_inner()?, notes))
    }
}

/// The cartridge of one course: a folder (a module, in most systems) with the launch link. Its identifiers are derived
/// from the link, which stays the same, so that importing a later export updates what an earlier one made.
fn cartridge(course: &Course, launch_url: &str) -> Cartridge {
    let title = if course.title.trim().is_empty() { course.id.as_str() } else { &course.title };
    let mut metadata = Metadata::new(title);
    metadata.description.clone_from(&course.description);
    let mut link = LtiLink::new(title, launch_url);
    link.description.clone_from(&course.description);
    let resource = Resource::new(Identifier::derived(Scope::Resource, launch_url), link);
    let item = Link::new(Identifier::derived(Scope::Item, launch_url), title, resource.identifier.clone());
    let folder = Identifier::derived(Scope::Item, &format!("{launch_url} folder"));
    let mut cartridge = Cartridge::new(Identifier::derived(Scope::Manifest, launch_url), metadata);
    cartridge.items.push(Item::Folder(Folder::new(folder, title, vec![Item::Link(item)])));
    cartridge.resources.push(resource);
    cartridge
}

/// `00007-intro-to-law.imscc`: the place in the catalog makes it unique, and whatever else is in the id is harmless.
fn file_name(index: usize, id: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' };
    let id: String = id.chars().take(60).map(safe).collect();
    format!("{index:05}-{}.imscc", id.trim_matches('-')).replace("-.", ".")
}

/// Nothing in the package depends on when and where it is written.
fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .last_modified_time(zip::DateTime::default())
        .system(System::Unix)
        .unix_permissions(0o644)
}

fn table_row(row: &Row) -> String {
    let id = row.id.clone().unwrap_or_else(|| format!("(course {})", row.index));
    let mut reasons: Vec<String> = match &row.decision {
        RowDecision::Unreadable(course) => {
            let field = course.field().map(|field| format!(": {field}")).unwrap_or_default();
            vec![format!("{}{field}", course.fault.message())]
        }
        decision => decision.reasons().iter().map(|reason| reason.message().to_owned()).collect(),
    };
    reasons.extend(row.decision.warnings().iter().map(|warning| format!("({})", warning.message())));
    let reasons = if reasons.is_empty() { "-".to_owned() } else { reasons.join(", ") };
    let link = row.decision.launch_url().unwrap_or("-");
    let line = format!("{id:<24} {:<23} {reasons:<44} {link}", row.decision.code());
    // Ids are other people's text, and this goes to a terminal.
    line.replace(char::is_control, " ")
}

impl Exported {
    pub(crate) fn print(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.table.rewind()?;
        io::copy(&mut self.table, out)?;
        let Totals { courses, eligible, eligible_with_warnings, blocked, unreadable, .. } = &self.totals;
        writeln!(
            out,
            "\n{courses} courses: {eligible} eligible, {eligible_with_warnings} eligible with warnings, \
             {blocked} blocked, {unreadable} unreadable"
        )?;
        for (rule, count) in &self.totals.by_reason {
            writeln!(out, "{count:>6} blocked by {}", rule.code())?;
        }
        for (rule, count) in &self.totals.by_warning {
            writeln!(out, "{count:>6} warned of {}", rule.code())?;
        }
        for note in &self.notes {
            writeln!(out, "note: {note}")?;
        }
        writeln!(out, "{} cartridges and the report: {}", self.totals.exportable(), self.package.display())?;
        out.flush()
    }
}

/// What the importer will not make of the links as they are meant.
fn lost(target: Target, loss: &Loss) -> String {
    let feature = serde_json::to_value(loss.feature).unwrap_or_default();
    let feature = feature.as_str().unwrap_or_default().replace('_', " ");
    let support = match loss.claim.support {
        Support::Partly(how) => how,
        Support::No => "not imported",
        _ => "nobody outside knows",
    };
    format!("{target}, {feature} ({}): {support} ({})", loss.count, loss.claim.source)
}

fn read_policy(path: &Path) -> Result<Policy, String> {
    let json = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&json).map_err(|error| format!("{}: not a policy: {error}", path.display()))
}

fn temporary() -> io::Result<PathBuf> {
    Ok(tempfile::Builder::new().prefix("catalog-").tempdir()?.keep().join("package.zip"))
}

/// Draws on a terminal only, and for large catalogs only.
fn progress(courses: Option<usize>) -> Result<ProgressBar, String> {
    let (bar, template) = match courses {
        Some(few) if few < 1_000 => return Ok(ProgressBar::hidden()),
        Some(many) => (ProgressBar::new(many as u64), "{wide_bar} {pos}/{len} courses, {eta} left"),
        None => (ProgressBar::no_length(), "{spinner} {pos} courses, {per_sec}"),
    };
    Ok(bar.with_style(ProgressStyle::with_template(template).map_err(|error| error.to_string())?))
}

/// An error with what caused it, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
