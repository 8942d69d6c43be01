//! Publishes grades from a CSV into one column of a platform's grade book, with a line of report for each row.
//!
//! `cargo run --example gradebook` ·
//! `-- GRADES.csv --registration FILE --key FILE --line-items URL [--dry-run]`

mod grades_file;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Parser;
use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use lti_client::{Grades, ScoreOutcome};
use lti_example_servers::connection::{Connection, printable};
use lti_services::{LineItemUrl, timestamp_after};
use lti_types::{GradeService, LineItem, Scope, Score};

use grades_file::{Row, Skipped};

/// What is published when no file is given.
const SHIPPED: &[u8] = include_bytes!("data/grades.csv");

/// Publishes grades from a CSV with the columns user_id, score, maximum and comment, in UTF-8. Each row has its line of
/// report: what became of it, or why it was skipped. Nothing is published from a file that is not UTF-8.
///
/// Without a platform (--registration, or --token-url with --client-id) one within the process is used.
///
/// Exit status: 0 the platform has every row; 1 some were skipped, refused or older than what it has; 2 the call or the file is
/// wrong, or the platform cannot be asked, and nothing was published.
#[derive(Debug, Parser)]
struct Arguments {
    /// The file; a shipped one, if not given.
    #[arg(value_name = "GRADES.csv")]
    file: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
    /// The address of the column, where it is known.
    #[arg(long, value_name = "URL", conflicts_with = "line_items")]
    line_item: Option<String>,
    /// The address of the context's columns, as launches name it: the column is found there by --resource-id, or made.
    #[arg(long, value_name = "URL")]
    line_items: Option<String>,
    /// The tool's own id of what is graded.
    #[arg(long, value_name = "ID", default_value = "gradebook-example")]
    resource_id: String,
    /// What the column is called if it is made.
    #[arg(long, value_name = "TEXT", default_value = "Quiz")]
    label: String,
    /// The most points of the column if it is made; by default the greatest maximum of the file.
    #[arg(long, value_name = "POINTS")]
    maximum: Option<f64>,
    /// Read and check the file, and say what would be published. Nobody is asked.
    #[arg(long)]
    dry_run: bool,
}

/// Prints a line; whoever stops reading is not a failure.
macro_rules! say {
    ($($words:tt)*) => {{ let _ = writeln!(io::stdout(), $($words)*); }};
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A program without async of its own needs no more than this.
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("gradebook: {error}");
            return ExitCode::from(2);
        }
    };
    match runtime.block_on(run(&arguments)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => {
            eprintln!("gradebook: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Whether the platform has every row.
async fn run(arguments: &Arguments) -> Result<bool, String> {
    let (rows, skipped) = match &arguments.file {
        Some(path) => grades_file::read(path)?,
        None => grades_file::parse(SHIPPED)?,
    };
    for Skipped { line, why } in &skipped {
        say!("line {line:<6} skipped: {}", printable(why));
    }
    if arguments.dry_run {
        for row in &rows {
            say!("{} would be published", describe(row));
        }
        say!("\n{} would be published, {} skipped", rows.len(), skipped.len());
        return Ok(skipped.is_empty());
    }
    if rows.is_empty() {
        say!("\n0 published, {} skipped", skipped.len());
        return Ok(skipped.is_empty());
    }
    let (grades, line_item) = column(arguments, &rows).await?;
    let recorded = publish(&grades, &line_item, &rows).await?;
    say!("\n{recorded} of {} published, {} skipped", rows.len(), skipped.len());
    Ok(recorded == rows.len() && skipped.is_empty())
}

fn describe(row: &Row) -> String {
    format!("line {:<6} {:<12} {}/{}", row.line, printable(row.user_id.as_str()), row.score, row.maximum)
}

/// The column to publish into.
async fn column(arguments: &Arguments, rows: &[Row]) -> Result<(Grades, LineItemUrl), String> {
    let named = arguments.line_item.is_some() || arguments.line_items.is_some();
    if named != arguments.connection.is_named() {
        return Err("a platform and --line-item or --line-items go together".to_owned());
    }
    let connected = arguments.connection.open().await?;
    let service = connected.within.map_or_else(
        || {
            let mut service = GradeService::new();
            service.lineitem = arguments.line_item.as_deref().map(Into::into);
            service.lineitems = arguments.line_items.as_deref().map(Into::into);
            // What a launch's claim would list.
            service.scope = Some(match service.lineitems {
                Some(_) => vec![Scope::LineItem, Scope::Score],
                None => vec![Scope::Score],
            });
            service
        },
        |(grades, _)| grades,
    );
    let grades =
        connected.client.grades(&connected.credentials, &service).map_err(|error| error.to_string())?;
    if let Some(line_item) = grades.line_item().cloned() {
        return Ok((grades, line_item));
    }
    let maximum = arguments.maximum.unwrap_or_else(|| rows.iter().map(|row| row.maximum).fold(0.0, f64::max));
    let mut wanted = LineItem::new(maximum, arguments.label.clone());
    wanted.resource_id = Some(arguments.resource_id.clone());
    let column = grades
        .find_or_create(wanted)
        .await
        .map_err(|error| format!("the column: {error} [{}]", error.code()))?;
    let what = if column.created { "made" } else { "found" };
    say!("column {:?} {what}", printable(&column.line_item.label));
    Ok((grades, column.url))
}

/// Publishes, a few at a time, with a line for each as it becomes known. How many the platform has.
async fn publish(grades: &Grades, line_item: &LineItemUrl, rows: &[Row]) -> Result<usize, String> {
    let timestamp = timestamp_after(None, SystemTime::now().into());
    let scores = rows.iter().map(|row| {
        let mut score = Score::graded(row.user_id.clone(), timestamp.clone(), row.score, row.maximum);
        score.comment.clone_from(&row.comment);
        (line_item.clone(), score)
    });
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} scores, {eta} left");
    let bar = ProgressBar::new(rows.len() as u64).with_style(style.map_err(|error| error.to_string())?);
    let mut outcomes = grades.publish_each(scores);
    let mut recorded = 0;
    while let Some((place, outcome)) = outcomes.next().await {
        bar.inc(1);
        recorded += usize::from(outcome.is_recorded());
        let Some(row) = rows.get(place) else { continue };
        bar.suspend(|| say_outcome(row, &outcome));
    }
    bar.finish_and_clear();
    Ok(recorded)
}

fn say_outcome(row: &Row, outcome: &ScoreOutcome) {
    let row = describe(row);
    match outcome {
        ScoreOutcome::Accepted(_) => say!("{row} accepted"),
        ScoreOutcome::AlreadyRecorded => say!("{row} already recorded"),
        ScoreOutcome::Stale => say!("{row} stale: the platform has a newer grade and keeps it"),
        ScoreOutcome::Failed(failure) => {
            let perhaps = if failure.may_be_recorded { "; it may be recorded nevertheless" } else { "" };
            say!("{row} FAILED: {} [{}]{perhaps}", failure.reason, failure.reason.code());
        }
        other => say!("{row} {}", other.code()),
    }
}
