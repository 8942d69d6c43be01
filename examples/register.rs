//! Registration: what is wrong with a record, what to hand to the other side, and dynamic registration.
//!
//! `cargo run --example register` · `-- TOOL.json [--for LMS | --canvas-json | --cartridge | --json | --table]` ·
//! `-- --platform LMS.json` · `-- --import FILE.csv [--platforms] [--find URL]` · `-- --dynamic`

mod register_dynamic;

use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use lti_cartridge::{LinkDocument, LtiLink, Property, Settings, Target};
use lti_jwks::VerifyingKey;
use lti_registration::{
    AddressRules, Fault, Handover, Import, Instructions, Place, Profile, Record, Severity,
    canvas_configuration, find_tool, metadata_of,
};
use lti_types::{PlatformRecord, ToolRecord};

/// What is judged when no file is given.
const SHIPPED: &str = include_str!("data/tool.json");
/// The longest file that is read.
const MOST: u64 = lti_registration::MAX_IMPORT_BYTES as u64 + 1;

/// Checks registration records and prints every fault with its reason and what to do, then what to hand to the other
/// side. docs/registration.md has the formats.
///
/// Exit status: 0 everything can be used; 1 something cannot, or no tool was found; 2 the call is wrong, or a file cannot
/// be read at all.
#[derive(Parser)]
struct Arguments {
    /// A tool's record, or a list of them, or `-` for standard input. A shipped one, if not given.
    #[arg(value_name = "TOOL.json")]
    tool: Option<PathBuf>,
    /// A platform's record as a tool keeps it, or a list of them.
    #[arg(long, value_name = "LMS.json", conflicts_with = "tool")]
    platform: Option<PathBuf>,
    /// Tools from a table (CSV).
    #[arg(long, value_name = "FILE.csv", conflicts_with_all = ["tool", "platform"])]
    import: Option<PathBuf>,
    /// The table is of platforms.
    #[arg(long, requires = "import")]
    platforms: bool,
    /// Print the tool that this launch URL belongs to.
    #[arg(long, value_name = "URL", conflicts_with_all = ["platform", "platforms"])]
    find: Option<String>,
    /// Print how to register the tool by hand: canvas, moodle, blackboard, brightspace, sakai, schoology or openedx.
    #[arg(long = "for", value_name = "LMS", group = "form")]
    lms: Option<String>,
    /// Print the JSON that Canvas takes.
    #[arg(long, group = "form")]
    canvas_json: bool,
    /// Print the tool as a cartridge link (XML).
    #[arg(long, group = "form")]
    cartridge: bool,
    /// Print what to hand over as JSON.
    #[arg(long, group = "form")]
    json: bool,
    /// Print what to hand over as a table.
    #[arg(long, group = "form")]
    table: bool,
    /// Allow plain http and addresses of this machine, for trying things out.
    #[arg(long)]
    allow_loopback: bool,
    /// Register the tool dynamically, with a platform in this program.
    #[arg(long, conflicts_with_all = ["platform", "import", "form", "find"])]
    dynamic: bool,
}

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    match run(&Arguments::parse(), &mut out) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => {
            eprintln!("register: {problem}");
            ExitCode::from(2)
        }
    }
}

/// Prints a line; whoever stops reading is not a failure.
macro_rules! say {
    ($out:expr, $($words:tt)*) => { let _ = writeln!($out, $($words)*); };
}

fn run(arguments: &Arguments, out: &mut impl Write) -> Result<bool, String> {
    let rules =
        if arguments.allow_loopback { AddressRules::with_loopback() } else { AddressRules::default() };
    let profile = arguments.lms.as_deref().map(|name| {
        let names = || Profile::all().iter().map(|profile| profile.name).collect::<Vec<_>>().join(", ");
        Profile::find(name).ok_or_else(|| format!("--for: {name:?} is none of {}", names()))
    });
    let profile = profile.transpose()?;
    if let Some(path) = &arguments.platform {
        let import = from_file::<PlatformRecord>(path, rules)?;
        let good = report(&import, out);
        for imported in &import.records {
            hand_over(&Handover::of_platform(&imported.record), arguments, out);
        }
        return Ok(good);
    }
    if let (Some(path), true) = (&arguments.import, arguments.platforms) {
        return Ok(report(&from_table::<PlatformRecord>(path, rules)?, out));
    }
    let import = match (&arguments.import, &arguments.tool) {
        (Some(path), _) => from_table::<ToolRecord>(path, rules)?,
        (None, Some(path)) => from_file(path, rules)?,
        (None, None) => Import::from_json(SHIPPED.as_bytes(), rules).map_err(|error| error.to_string())?,
    };
    let mut good = report(&import, out);
    if let Some(url) = &arguments.find {
        match find_tool(import.records.iter().map(|imported| &imported.record), &url.as_str().into()) {
            Ok(tool) => {
                say!(out, "{url} belongs to {}", tool.client_id);
            }
            Err(error) => {
                good = false;
                say!(out, "{error} [{}]", error.code());
            }
        }
        return Ok(good);
    }
    if arguments.import.is_some() {
        return Ok(good);
    }
    for imported in &import.records {
        if arguments.dynamic {
            register_dynamic::run(&imported.record, rules, out)?;
        } else {
            document(&imported.record, profile, arguments, out)?;
        }
    }
    Ok(good)
}

/// What somebody has to know about the tool, in the form that was asked for.
fn document(
    record: &ToolRecord,
    profile: Option<&Profile>,
    arguments: &Arguments,
    out: &mut impl Write,
) -> Result<(), String> {
    let pem = record.public_key_pem.as_deref();
    if let Some(profile) = profile {
        say!(out, "{}", Instructions::new(profile, &metadata_of(record), pem).to_text());
    } else if arguments.canvas_json {
        let key = pem.and_then(|pem| VerifyingKey::from_pem(pem).ok()).map(|key| key.to_jwk());
        let configuration = canvas_configuration(&metadata_of(record), key.as_ref());
        let json = serde_json::to_string_pretty(&configuration).map_err(|error| error.to_string())?;
        say!(out, "{json}");
    } else if arguments.cartridge {
        let title = record.name.clone().unwrap_or_else(|| record.client_id.to_string());
        let mut link = LtiLink::new(title, record.target_link_uri.as_str());
        link.custom = record.custom.iter().map(|(name, value)| Property::new(name, value)).collect();
        let document = LinkDocument::new(link).to_xml(&Settings::for_target(Target::Generic));
        say!(out, "{}", document.map_err(|error| format!("{error} [{}]", error.code()))?);
    } else {
        hand_over(&Handover::of_tool(record), arguments, out);
    }
    Ok(())
}

fn hand_over(handover: &Handover, arguments: &Arguments, out: &mut impl Write) {
    if arguments.json {
        say!(out, "{:#}", handover.to_json());
    } else if arguments.table {
        say!(out, "{}", handover.to_table());
    } else {
        say!(out, "To hand to the other side\n\n{}", handover.to_text());
    }
}

/// Prints everything that is wrong to standard error, where it is not in the way of a document. Whether all can be used.
fn report<R: Record>(import: &Import<R>, out: &mut impl Write) -> bool {
    let tell = |place: &dyn std::fmt::Display, fault: &Fault| {
        let kind = if fault.severity() == Severity::Error { "error" } else { "warning" };
        eprintln!("{place}: {kind}: {fault} [{}]\n    {}", fault.code(), fault.fix());
    };
    for rejected in &import.rejected {
        for fault in &rejected.faults {
            tell(&rejected.place, fault);
        }
        if let Some(earlier) = rejected.duplicate_of {
            eprintln!("{}: the other one is at {earlier}", rejected.place);
        }
    }
    for imported in &import.records {
        for fault in &imported.warnings {
            tell(&imported.place, fault);
        }
    }
    for column in &import.ignored_columns {
        eprintln!("the column {column:?} means nothing here and was not read");
    }
    // One record says by itself whether it can be used; and a document is not to be preceded by a number.
    let single = matches!(import.places().as_slice(), [Place::Element(_)]);
    if !single {
        say!(out, "{} can be used, {} cannot", import.records.len(), import.rejected.len());
    }
    import.rejected.is_empty()
}

fn from_file<R: Record>(path: &Path, rules: AddressRules) -> Result<Import<R>, String> {
    let import = Import::from_json(&read(path)?, rules);
    import.map_err(|error| format!("{}: {error} [{}]", path.display(), error.code()))
}

fn from_table<R: Record>(path: &Path, rules: AddressRules) -> Result<Import<R>, String> {
    let import = Import::from_csv(&read(path)?, rules);
    import.map_err(|error| format!("{}: {error} [{}]", path.display(), error.code()))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let problem = |error: io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin().take(MOST).read_to_end(&mut bytes).map_err(problem)?;
    } else {
        std::fs::File::open(path).map_err(problem)?.take(MOST).read_to_end(&mut bytes).map_err(problem)?;
    }
    Ok(bytes)
}
