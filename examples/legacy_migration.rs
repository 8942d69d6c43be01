//! A rehearsal of the move from LTI 1.1 to 1.3: old records on one side, verified new launches on the other; who is found
//! again, who is not, and why. Nothing is changed by it.
//!
//! `cargo run --example legacy_migration` · `-- --input FILE.json` · `-- --json`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use lti_legacy::{
    ConsumerKey, Credential, MigrationReport, NewLaunch, OldRecord, OldRecords, SharedSecret, Verdict,
    dry_run,
};
use lti_types::{ClientId, DeploymentId, LaunchClaims};
use serde::Deserialize;

/// Rehearses a migration.
#[derive(Parser)]
struct Arguments {
    /// Credentials, records and launches; see examples/data/migration.json.
    #[arg(long, value_name = "FILE.json")]
    input: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Input {
    /// The 1.1 secrets, and whose they are.
    credentials: Vec<InputCredential>,
    /// What the tool knows from 1.1.
    records: Vec<OldRecord>,
    /// New launches. They must have been verified: the rehearsal looks at the migration claim alone.
    launches: Vec<InputLaunch>,
}

#[derive(Deserialize)]
struct InputCredential {
    /// The customer, as in the records: two of them may have the same key.
    account: DeploymentId,
    /// The key; left out where the customer's platform makes it up.
    consumer_key: Option<String>,
    secret: String,
}

impl InputCredential {
    fn read(self) -> Result<Credential, String> {
        let secret = SharedSecret::new(self.secret).map_err(|error| error.to_string())?;
        let Some(key) = self.consumer_key else { return Ok(Credential::for_any_key(self.account, secret)) };
        let key = ConsumerKey::new(key).map_err(|error| error.to_string())?;
        Ok(Credential::new(self.account, key, secret))
    }
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
    let credentials: Vec<_> =
        input.credentials.into_iter().map(InputCredential::read).collect::<Result<_, _>>()?;
    let records: OldRecords = input.records.into_iter().collect();
    let launches: Vec<_> = input
        .launches
        .into_iter()
        .map(|launch| NewLaunch::new(launch.reference, launch.client_id, launch.claims))
        .collect();

    // Those of other keys are not tried.
    let report = dry_run(&records, &launches, |_| credentials.clone());

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
        Verdict::Conflict { reference } => {
            format!("says to be {reference}, as others do, or says to be others too")
        }
        Verdict::Unknown => "not known under its old id".to_owned(),
        Verdict::Ambiguous => {
            "several records have its old id, or one of an instance that it does not name".to_owned()
        }
        Verdict::NoId => "has no id to link to".to_owned(),
        Verdict::NoClaim => "shows nothing of LTI 1.1".to_owned(),
        Verdict::NoKey => "names no consumer key".to_owned(),
        other => format!("{other:?}"),
    }
}
