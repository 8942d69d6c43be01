//! A rehearsal of the move from LTI 1.1 to 1.3: old records on one side, verified new launches on the other; who is found
//! again, who is not, and why. Nothing is changed by it.
//!
//! `cargo run --example legacy_migration` · `-- --input FILE.json` · `-- --json`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lti_legacy::{
    ConsumerKey, MigrationReport, NewLaunch, OldRecord, OldRecords, SharedSecret, Verdict, dry_run,
};
use lti_types::{ClientId, LaunchClaims};
use serde::Deserialize;

/// Rehearses a migration.
#[derive(Parser)]
struct Arguments {
    /// Secrets, records and launches; see examples/data/migration.json.
    #[arg(long, value_name = "FILE.json")]
    input: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Input {
    /// The 1.1 secrets of each consumer key.
    secrets: BTreeMap<String, Vec<String>>,
    /// What the tool knows from 1.1.
    records: Vec<OldRecord>,
    /// New launches. They must have been verified: the rehearsal looks at the migration claim alone.
    launches: Vec<InputLaunch>,
}

#[derive(Deserialize)]
struct InputLaunch {
    reference: String,
    client_id: ClientId,
    claims: LaunchClaims,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match rehearse(&arguments) {
        Ok(report) if report.totals.conflicts > 0 => ExitCode::from(1),
        Ok(_) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("legacy_migration: {failure}");
            ExitCode::from(2)
        }
    }
}

fn rehearse(arguments: &Arguments) -> Result<MigrationReport, String> {
    let text = match &arguments.input {
        Some(path) => {
            std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?
        }
        None => include_str!("data/migration.json").to_owned(),
    };
    let input: Input = serde_json::from_str(&text).map_err(|error| format!("not a migration: {error}"))?;
    let mut secrets: BTreeMap<String, Vec<SharedSecret>> = BTreeMap::new();
    for (key, texts) in input.secrets {
        let read: Result<_, _> = texts.into_iter().map(SharedSecret::new).collect();
        secrets.insert(key, read.map_err(|error| error.to_string())?);
    }
    let records: OldRecords = input.records.into_iter().collect();
    let launches: Vec<_> = input
        .launches
        .into_iter()
        .map(|launch| NewLaunch::new(launch.reference, launch.client_id, launch.claims))
        .collect();

    let known = |key: &ConsumerKey| secrets.get(key.as_str()).cloned().unwrap_or_default();
    let report = dry_run(&records, &launches, known);

    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?);
    } else {
        show(&report);
    }
    Ok(report)
}

fn show(report: &MigrationReport) {
    for row in &report.launches {
        println!("{}", row.launch);
        for (what, verdict) in
            [("person", &row.user), ("context", &row.context), ("link", &row.resource_link)]
        {
            println!("     {what:8} {}", sentence(verdict));
        }
    }
    for reference in &report.unclaimed {
        println!("no launch found {reference}");
    }
    let totals = report.totals;
    println!(
        "{} matched, {} need approval, {} conflicts, {} not matched",
        totals.matched, totals.needs_approval, totals.conflicts, totals.not_matched
    );
}

fn sentence(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Matched { reference } => format!("is {reference}"),
        Verdict::NeedsApproval { reference, why } => {
            format!("says to be {reference}, not proven: {}", why.code())
        }
        Verdict::Conflict { reference } => format!("says to be {reference}, as others do"),
        Verdict::Unknown => "not known under its old id".to_owned(),
        Verdict::Ambiguous => "several records have its old id".to_owned(),
        Verdict::NoId => "has no id".to_owned(),
        Verdict::NoClaim => "shows nothing of LTI 1.1".to_owned(),
        Verdict::NoKey => "names no consumer key".to_owned(),
        other => format!("{other:?}"),
    }
}
