//! Writes course outlines as Common Cartridges, and says what the importer at the other end will make of them.
//!
//! `cargo run --example cartridge_write` · `-- OUTLINE.json… [--version 1.3] [--target moodle] [--fit] [--out PATH]`

mod whole_file;

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use lti_cartridge::outline::Outline;
use lti_cartridge::{Loss, Settings, Support, Target, Version, Written};

use whole_file::WholeFile;

/// What is written when no outline is given.
const SHIPPED: &str = include_str!("data/outline.json");

/// Writes course outlines (JSON, see docs/cartridges.md) as Common Cartridges (IMSCC).
///
/// Exit status: 0 all were written; 2 the call or an outline is wrong, and nothing was written for it.
#[derive(Parser)]
pub(crate) struct Arguments {
    /// Outlines, or `-` for standard input; a shipped one if none is given.
    outlines: Vec<PathBuf>,
    /// The version to write: 1.1, 1.2, 1.3 or thin-1.3. Without it, what suits the target.
    #[arg(long)]
    version: Option<Version>,
    /// The importer: canvas, moodle, blackboard, brightspace, sakai, openedx or generic.
    #[arg(long, value_name = "LMS")]
    target: Option<Target>,
    /// Leave out what the version cannot hold, and say so, where otherwise nothing would be written.
    #[arg(long)]
    fit: bool,
    /// The package to write, or a folder for it; for several outlines, a folder. A new temporary one, if not given.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    match write(&Arguments::parse(), &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("cartridge_write: {problem}");
            ExitCode::from(2)
        }
    }
}

pub(crate) fn write(arguments: &Arguments, say: &mut dyn io::Write) -> Result<(), String> {
    let target = arguments.target.unwrap_or_default();
    let mut settings = Settings::for_target(target);
    settings.version = arguments.version.unwrap_or(settings.version);
    let jobs = jobs(arguments)?;

    // Draws on a terminal only.
    let bar = if jobs.len() > 1 { ProgressBar::new(jobs.len() as u64) } else { ProgressBar::hidden() };
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} outlines, {eta} left");
    bar.set_style(style.map_err(|error| error.to_string())?);
    for (outline, package) in jobs {
        let name = outline.as_deref().map_or("the shipped outline".into(), Path::to_string_lossy);
        let (written, changes) = one(outline.as_deref(), &package, &settings, arguments.fit)
            .map_err(|problem| format!("{name}: {problem}"))?;
        let text = report(&package, &written, &changes, &settings, arguments.target);
        bar.suspend(|| say.write_all(text.as_bytes())).or_else(ignore_closed)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// One outline into one package.
fn one(
    outline: Option<&Path>,
    package: &Path,
    settings: &Settings,
    fit: bool,
) -> Result<(Written, Vec<String>), String> {
    let json = match outline {
        None => SHIPPED.as_bytes().to_vec(),
        Some(path) if path.as_os_str() == "-" => {
            let mut json = Vec::new();
            io::stdin().read_to_end(&mut json).map_err(|error| error.to_string())?;
            json
        }
        Some(path) => std::fs::read(path).map_err(|error| error.to_string())?,
    };
    let parsed = Outline::parse(&json).map_err(|error| chain(&error))?;
    let (mut cartridge, files) = parsed.into_cartridge().map_err(|error| chain(&error))?;
    let mut changes = Vec::new();
    if fit {
        for change in cartridge.fit(settings.version) {
            let place =
                change.identifier.map_or("the course".to_owned(), |identifier| identifier.to_string());
            changes.push(format!("{}: {place}", words(&change.kind)));
        }
    }
    let mut file =
        WholeFile::begin(package, outline).map_err(|error| format!("{}: {error}", package.display()))?;
    let written = cartridge.write_to_seekable(io::BufWriter::new(file.draft()), settings, files);
    let written = written.map_err(|error| {
        let advice = if fit { "" } else { "; --fit leaves out what this version cannot hold" };
        format!("{} [{}]{advice}", chain(&error), error.code())
    })?;
    file.publish().map_err(|error| format!("{}: {error}", package.display()))?;
    Ok((written, changes))
}

fn report(
    package: &Path,
    written: &Written,
    changes: &[String],
    settings: &Settings,
    target: Option<Target>,
) -> String {
    let mut lines = vec![format!(
        "{} (version {}): {} resources, {} of them LTI links",
        package.display(),
        settings.version,
        written.resources,
        written.lti_links
    )];
    lines.extend(changes.iter().map(|change| format!("  changed to fit: {change}")));
    if written.dropped_characters > 0 {
        lines.push(format!("  {} characters that XML cannot hold were left out", written.dropped_characters));
    }
    match target {
        None => lines.push("  with --target LMS: what that importer makes of it".to_owned()),
        Some(target) => {
            let reads = target.reads(settings.version);
            if reads.support != Support::Yes {
                let what = support(reads.support);
                lines.push(format!("  {target}, version {}: {what} ({})", settings.version, reads.source));
            }
            lines.extend(written.losses(target).iter().map(|loss| format!("  {target}, {}", lost(loss))));
        }
    }
    lines.join("\n") + "\n"
}

/// `custom (3): not imported (moodle: …, read in source)`
fn lost(loss: &Loss) -> String {
    let Loss { feature, count, claim, .. } = loss;
    format!("{} ({count}): {} ({})", words(feature), support(claim.support), claim.source)
}

fn support(support: Support) -> &'static str {
    match support {
        Support::Yes => "imported",
        Support::Partly(how) => how,
        Support::No => "not imported",
        _ => "nobody outside knows",
    }
}

/// The name of a value in JSON, in words.
fn words(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().replace('_', " ")
}

/// Which outline goes where. What cannot be is said before anything is written.
fn jobs(arguments: &Arguments) -> Result<Vec<(Option<PathBuf>, PathBuf)>, String> {
    let outlines: Vec<Option<PathBuf>> = match arguments.outlines.as_slice() {
        [] => vec![None],
        some => some.iter().cloned().map(Some).collect(),
    };
    let folder = match &arguments.out {
        Some(out) if out.is_dir() => out.clone(),
        Some(out) if outlines.len() == 1 => {
            return Ok(outlines.into_iter().map(|outline| (outline, out.clone())).collect());
        }
        Some(out) => return Err(format!("--out: {} must be a folder for several outlines", out.display())),
        None => tempfile::Builder::new()
            .prefix("cartridges-")
            .tempdir()
            .map_err(|error| error.to_string())?
            .keep(),
    };
    let mut taken = BTreeSet::new();
    let mut jobs = Vec::new();
    for outline in outlines {
        let stem = outline.as_deref().and_then(Path::file_stem).filter(|stem| *stem != "-");
        let mut name = stem.unwrap_or("outline".as_ref()).to_owned();
        name.push(".imscc");
        if !taken.insert(name.clone()) {
            return Err(format!("two outlines would become {}", folder.join(name).display()));
        }
        jobs.push((outline, folder.join(name)));
    }
    Ok(jobs)
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

/// Whoever reads the output may stop when enough was seen.
fn ignore_closed(error: io::Error) -> Result<(), String> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error.to_string()) }
}
