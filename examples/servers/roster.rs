//! Prints or writes all members of a course, as they come.
//!
//! `cargo run --example roster` ·
//! `-- --registration FILE --key FILE --memberships URL [--format csv|json] [--out FILE]`

#[path = "../whole_file.rs"]
mod whole_file;

use std::io::{self, BufWriter, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use lti_client::Roster;
use lti_example_servers::connection::Connection;
use lti_types::{Member, ResourceLinkId, Role, RosterService};

use whole_file::WholeFile;

/// Prints or writes all members of a course. They are written as they come, a page at a time, so that a course of any size
/// takes the memory of one page.
///
/// Without a platform (--registration, or --token-url with --client-id) one within the process is asked.
///
/// Exit status: 0 all members are there; 2 they are not: a file that was to be written is not there then, and what was printed is
/// not the whole roster.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    connection: Connection,
    /// The address of the memberships, as launches name it.
    #[arg(long, value_name = "URL")]
    memberships: Option<String>,
    /// Only members with this role: a full name, or `Learner`, `Instructor`, …
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// Only those who can reach this link.
    #[arg(long, value_name = "ID")]
    link: Option<String>,
    /// Members to a page, as a wish.
    #[arg(long, value_name = "COUNT")]
    limit: Option<NonZeroU32>,
    /// How to write them.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Where to write them; standard output, if not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table of the usual members.
    Csv,
    /// A list of everything that the platform said.
    Json,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("roster: {error}");
            return ExitCode::from(2);
        }
    };
    match runtime.block_on(run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("roster: {problem}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), String> {
    if arguments.memberships.is_some() != arguments.connection.is_named() {
        return Err("a platform and --memberships go together".to_owned());
    }
    let connected = arguments.connection.open().await?;
    let service = connected.within.map_or_else(
        || {
            let mut service = RosterService::new();
            service.context_memberships_url = arguments.memberships.as_deref().map(Into::into);
            service
        },
        |(_, roster)| roster,
    );
    let roster =
        connected.client.roster(&connected.credentials, &service).map_err(|error| error.to_string())?;
    match &arguments.out {
        None => write(arguments, &roster, &mut BufWriter::new(io::stdout().lock())).await,
        Some(path) => {
            let problem = |error: io::Error| format!("{}: {error}", path.display());
            let c = &arguments.connection;
            let read = [&c.registration, &c.key].into_iter().flatten().map(PathBuf::as_path);
            let mut file = WholeFile::begin(path, read.collect::<Vec<&Path>>()).map_err(problem)?;
            write(arguments, &roster, &mut BufWriter::new(file.draft())).await?;
            file.publish().map_err(problem)
        }
    }
}

async fn write(arguments: &Arguments, roster: &Roster, out: &mut impl Write) -> Result<(), String> {
    let mut call = roster.all();
    if let Some(role) = &arguments.role {
        call = call.with_role(&Role::from(role.as_str()));
    }
    if let Some(link) = &arguments.link {
        call = call.of_link(&ResourceLinkId::new(link.as_str()).map_err(|error| format!("--link: {error}"))?);
    }
    if let Some(limit) = arguments.limit {
        call = call.limit(limit);
    }
    let style = ProgressStyle::with_template("{spinner} {pos} members, {per_sec}");
    let bar = ProgressBar::no_length().with_style(style.map_err(|error| error.to_string())?);
    let mut writer = Writer::begin(arguments.format, out).map_err(|error| error.to_string())?;
    let mut members = roster.list(call);
    let mut count = 0_u64;
    while let Some(member) = members.next().await {
        let member = member.map_err(|error| {
            format!("{error} [{}]; {count} members came before that, which is not all", error.code())
        })?;
        writer.member(&member).map_err(|error| error.to_string())?;
        count += 1;
        bar.inc(1);
    }
    writer.end().map_err(|error| error.to_string())?;
    bar.finish_and_clear();
    eprintln!("{count} members on {} pages", members.pages_read());
    Ok(())
}

/// Writes members one by one.
enum Writer<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Json { out: W, first: bool },
}

impl<W: Write> Writer<W> {
    fn begin(format: Format, mut out: W) -> io::Result<Self> {
        match format {
            Format::Csv => {
                let mut out = csv::Writer::from_writer(out);
                out.write_record([
                    "user_id",
                    "status",
                    "roles",
                    "name",
                    "given_name",
                    "family_name",
                    "email",
                ])?;
                Ok(Self::Csv(Box::new(out)))
            }
            Format::Json => {
                out.write_all(b"[")?;
                Ok(Self::Json { out, first: true })
            }
        }
    }

    fn member(&mut self, member: &Member) -> io::Result<()> {
        match self {
            Self::Csv(out) => {
                let roles: Vec<_> = member.roles.iter().map(Role::as_str).collect();
                let text = |text: &Option<String>| cell(text.as_deref().unwrap_or_default());
                out.write_record([
                    cell(member.user_id.as_str()),
                    cell(member.status().as_str()),
                    cell(&roles.join(" ")),
                    text(&member.name),
                    text(&member.given_name),
                    text(&member.family_name),
                    text(&member.email),
                ])?;
                Ok(())
            }
            Self::Json { out, first } => {
                out.write_all(if std::mem::take(first) { b"\n" } else { b",\n" })?;
                serde_json::to_writer(out, member)?;
                Ok(())
            }
        }
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Csv(mut out) => out.flush(),
            Self::Json { mut out, .. } => {
                out.write_all(b"\n]\n")?;
                out.flush()
            }
        }
    }
}

/// A text that no spreadsheet takes for a formula: names are written by strangers.
fn cell(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.trim_start().starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}
