//! Explains an ID token, offline: every check of a launch, what became of it, and where to look.
//!
//! `cargo run --example inspect -- TOKEN_FILE|- [--jwks FILE] [--client-id ID] [--issuer URL] [--nonce N]
//! [--deployment ID] [--at TIME]`

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Parser;
use lti_jwks::{JwkSet, UnverifiedJwt, VerifyingKeys};
use lti_tool::{Check, Inspection, Known, Outcome};
use lti_types::{Claim, ClientId, DeploymentId, Issuer, LaunchClaims, Nonce};
use serde_json::Value;

/// Explains an ID token: each check of a launch with what became of it, the value that was seen, the section of
/// the specification, and where to look. What is not given is not checked. Personal data is not shown.
///
/// It judges by the default policy: RS256, a minute of leeway, no other audiences. What only the login and its browser
/// could show is listed as not checked, and does not count.
///
/// Exit status: 0 all of the token was checked and passed; 1 the launch would be refused; 2 the call is wrong; 3 nothing failed,
/// but not all was checked.
#[derive(Parser)]
struct Arguments {
    /// The file that holds the token, or `-` for standard input.
    token: PathBuf,
    /// The platform's key set.
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// The tool's client id at the platform.
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// The platform's issuer.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// The nonce of the login.
    #[arg(long, value_name = "N")]
    nonce: Option<String>,
    /// The registered deployment.
    #[arg(long, value_name = "ID")]
    deployment: Option<String>,
    /// The moment to judge at, such as 2026-01-31T12:00:00Z; now, if not given.
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime<Utc>>,
    /// Show names, addresses and ids of people.
    #[arg(long)]
    show_personal: bool,
}

/// Prints a line; whoever stops reading is not a failure.
macro_rules! say {
    ($out:ident, $($words:tt)*) => { let _ = writeln!($out, $($words)*); };
}

/// No control characters, no changes of direction: this goes to a terminal.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| match c {
            '"' | '\\' => vec![c],
            c => c.escape_debug().collect(),
        })
        .collect()
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match explain(&arguments) {
        Ok(inspection) if inspection.is_refused() => ExitCode::from(1),
        Ok(inspection) if !inspection.is_complete() => ExitCode::from(3),
        Ok(_) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("inspect: {problem}");
            ExitCode::from(2)
        }
    }
}

fn explain(arguments: &Arguments) -> Result<Inspection, String> {
    let mut known = Known::new();
    known.keys = arguments.jwks.as_ref().map(keys).transpose()?;
    let wrong =
        |flag: &'static str| move |problem: lti_types::InvalidIdentifier| format!("--{flag}: {problem}");
    known.issuer = arguments.issuer.as_deref().map(Issuer::new).transpose().map_err(wrong("issuer"))?;
    known.client_id =
        arguments.client_id.as_deref().map(ClientId::new).transpose().map_err(wrong("client-id"))?;
    known.nonce = arguments.nonce.as_deref().map(Nonce::new).transpose().map_err(wrong("nonce"))?;
    let deployment = arguments.deployment.as_deref().map(DeploymentId::new).transpose();
    known.deployment = deployment.map_err(wrong("deployment"))?;
    let token = read(&arguments.token)?;
    let token = String::from_utf8(token).map_err(|_| "the token is not text".to_owned())?;
    let now = arguments.at.unwrap_or_else(|| DateTime::from(std::time::SystemTime::now()));

    let inspection = Inspection::of(&token, &known, now);
    let mut out = std::io::stdout().lock();
    for finding in inspection.findings() {
        let (mark, said) = match &finding.outcome {
            Outcome::Passed => ("passed", None),
            Outcome::Failed(error) => ("FAILED", Some(format!("{} [{}]", error, error.code()))),
            _ => ("not checked", None),
        };
        say!(out, "{mark:<12} {}  ({})", finding.check.title(), finding.check.spec());
        let claims = inspection.danger_unverified_claims();
        let seen = claims.and_then(|claims| seen(finding.check, claims, arguments.show_personal));
        if let Some(seen) = seen.or_else(|| header(finding.check, &token)) {
            say!(out, "{:12} seen: {}", "", printable(&seen));
        }
        if let Some(said) = said {
            say!(out, "{:12} why:  {said}", "");
            say!(out, "{:12} look: {}", "", finding.check.advice());
        }
    }
    let payload = UnverifiedJwt::parse(token.trim()).ok();
    let payload =
        payload.and_then(|jwt| serde_json::from_slice::<Value>(jwt.danger_unverified_payload()).ok());
    if let Some(payload) = payload {
        for odd in lti_types::diagnostics::of_launch(&payload) {
            // Names of members that the sender made up may be anybody's.
            let known = Claim::from_name(odd.place.split('/').take(7).collect::<Vec<_>>().join("/").as_str())
                .is_some()
                || Claim::from_name(&odd.place).is_some();
            if arguments.show_personal || known && !odd.place.starts_with(Claim::Custom.name()) {
                say!(out, "{:<12} {odd}", "odd");
            } else {
                say!(out, "{:<12} {} (of a member whose name is hidden)", "odd", odd.oddity.code());
            }
        }
        if arguments.show_personal {
            say!(out, "\n{payload:#}");
        }
    }
    let verdict = match (inspection.refusal(), inspection.is_complete()) {
        (Some(error), _) => format!("this launch would be refused: {}", error.code()),
        (None, true) => "everything that a token can show is right".to_owned(),
        (None, false) => "nothing is wrong with what was checked; give more to check the rest".to_owned(),
    };
    say!(out, "\n{verdict}");
    Ok(inspection)
}

/// What the token says about the thing that is checked, unless that is about a person.
fn seen(check: Check, claims: &LaunchClaims, personal: bool) -> Option<String> {
    let all = serde_json::to_value(claims).ok()?;
    let claim = |claim: Claim| all.get(claim.name()).map(Value::to_string);
    let time = |claim: Claim| {
        let seconds = all.get(claim.name())?.as_f64()?;
        DateTime::<Utc>::from_timestamp(seconds as i64, 0).map(|time| time.to_rfc3339())
    };
    match check {
        Check::Issuer => claim(Claim::Issuer),
        Check::Audience => claim(Claim::Audience),
        Check::AuthorizedParty => claim(Claim::AuthorizedParty),
        Check::Times => Some(format!("iat {}, exp {}", claim(Claim::IssuedAt)?, claim(Claim::Expiry)?)),
        Check::Expiry => time(Claim::Expiry),
        Check::IssuedAt => time(Claim::IssuedAt),
        Check::NotBefore => time(Claim::NotBefore),
        Check::Nonce => claim(Claim::Nonce),
        Check::Message => claim(Claim::MessageType),
        Check::User if personal => claim(Claim::Subject),
        Check::User => Some(if claims.sub.is_some() { "somebody (hidden)" } else { "anonymous" }.to_owned()),
        Check::Deployment => claim(Claim::DeploymentId),
        // Queries are where tools keep names.
        Check::Target if personal => claim(Claim::TargetLinkUri),
        Check::Target => claims.target_link_uri.as_ref().map(|url| {
            let url = url.as_str();
            let end = url.find(['?', '#']).unwrap_or(url.len());
            let (shown, rest) = url.split_at(end);
            format!("{shown:?}{}", if rest.is_empty() { "" } else { " and more" })
        }),
        _ => None,
    }
}

/// What the token's header says.
fn header(check: Check, token: &str) -> Option<String> {
    let jwt = UnverifiedJwt::parse(token.trim()).ok()?;
    match check {
        Check::Key => Some(format!("kid {:?}", jwt.key_id()?.as_str())),
        _ => None,
    }
}

fn keys(path: &PathBuf) -> Result<VerifyingKeys, String> {
    let set = JwkSet::parse(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(VerifyingKeys::from_jwk_set(&set))
}

/// At most two MiB: more is neither a token nor a key set.
fn read(path: &PathBuf) -> Result<Vec<u8>, String> {
    const MOST: u64 = 2 * 1024 * 1024;
    let problem = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().take(MOST).read_to_end(&mut bytes).map_err(problem)?;
    } else {
        std::fs::File::open(path).map_err(problem)?.take(MOST).read_to_end(&mut bytes).map_err(problem)?;
    }
    Ok(bytes)
}
