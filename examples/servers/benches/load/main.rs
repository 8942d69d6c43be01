//! What a launch costs `tool_server`, how long it takes, and whether memory stays as it is.
//!
//! The server is a process of its own, with a store in memory; this one plays platform and browsers, and signs all
//! messages while nothing is measured. A full launch is a login and the launch's post, over connections that are kept.
//!
//! `cargo bench -p lti-example-servers --bench load` · `-- --check` fails beyond the limits · `-- --soak 200000` makes
//! that many launches and watches the server's memory
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a bench"
)]

#[path = "../../../../crates/lti-jwks/benches/baseline/mod.rs"]
mod baseline;
mod browsers;
mod cores;
mod platform;
mod server;
mod soak;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use browsers::{Browsers, HTML, JSON};
use platform::Platform;
use server::Server;

/// As `tool_server` has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// CPU time of a full launch, against that of its verification.
const MOST_CPU: f64 = 4.0;
/// Launches a second at which times are taken, and the longest that 99 of 100 may take.
const RATE: u32 = 500;
const MOST_P99: Duration = Duration::from_millis(50);
/// Rounds of the comparison, and launches in each: short ones, so that what else the machine does disturbs both sides of
/// a round alike.
const ROUNDS: usize = 40;
const LAUNCHES: usize = 1_000;
/// Launches that fill the server's memory first, in each of three rounds.
const BEFORE: usize = 4_000;
/// Connections that are used at once where the server is kept busy.
const BUSY: usize = 32;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|first| first == server::SERVE) {
        return server::serve(&arguments[1..]);
    }
    if arguments.get(1).is_some_and(|first| first == server::BARE) {
        return server::serve_bare(&arguments[1..]);
    }
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        Some(arguments.get(at + 1)?.parse::<usize>().unwrap())
    };
    if !has("--bench") {
        println!("a bench: nothing is measured in a test run");
        return ExitCode::SUCCESS;
    }
    // Before there are other threads.
    cores::leave_first();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let fine = runtime.block_on(async {
        let platform = Arc::new(Platform::start().await);
        match value("--soak") {
            Some(launches) => soak::run(&platform, launches).await,
            None => costs(&platform).await & times(&platform).await,
        }
    });
    if has("--check") && !fine { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The server's CPU time of a launch, and the verification's in this process, in turns.
async fn costs(platform: &Arc<Platform>) -> bool {
    let server = Server::start(platform);
    let mut browsers = Browsers::connect(platform, &server, BUSY).await;
    let mut fine = true;
    // The first round makes logins only, and opens connections; the others fill the server's memory.
    for _ in 0..3 {
        browsers.round(BEFORE, None, JSON).await;
    }
    println!("a token of {} bytes, {ROUNDS} rounds of {LAUNCHES} launches", browsers.token_length());
    println!("{:36} {:>10} {:>10} {:>10}  ratio: median (p10–p90)", "", "verify", "launch", "of it system");
    for (name, accept) in [("JSON, server kept busy", JSON), ("a page, server kept busy", HTML)] {
        fine &= compare(name, platform, &server, &mut browsers, None, accept).await;
    }
    let [login, launch] = browsers.answers();
    let bare = Server::start_bare(login, launch);
    let mut visitors = Browsers::connect(platform, &bare, BUSY).await;
    visitors.round(BEFORE, None, HTML).await;
    let name = "as many bytes, and nothing else done";
    compare(name, platform, &bare, &mut visitors, None, HTML).await;
    let name = format!("a page, {RATE} launches a second");
    compare(&name, platform, &server, &mut browsers, Some(RATE), HTML).await;
    fine
}

async fn compare(
    name: &str,
    platform: &Arc<Platform>,
    server: &Server,
    browsers: &mut Browsers,
    rate: Option<u32>,
    accept: &'static str,
) -> bool {
    let (mut ratios, mut verified, mut launched, mut in_system) = (Vec::new(), 0.0, 0.0, 0.0);
    for _ in 0..ROUNDS {
        let verification = platform.verify(2 * LAUNCHES);
        let before = server.cpu();
        browsers.round(LAUNCHES, rate, accept).await;
        let after = server.cpu();
        let [launch, system] = [0, 1].map(|part| (after[part] - before[part]) / LAUNCHES as f64);
        ratios.push(launch / verification);
        verified += verification / ROUNDS as f64;
        launched += launch / ROUNDS as f64;
        in_system += system / ROUNDS as f64;
    }
    ratios.sort_by(f64::total_cmp);
    let median = (ratios[(ROUNDS - 1) / 2] + ratios[ROUNDS / 2]) / 2.0;
    let verdict = if median <= MOST_CPU { "at most" } else { "TOO MUCH, at most" };
    println!(
        "{name:36} {:>7.1} µs {:>7.1} µs {:>9.1} µs  {median:.2} ({:.2}–{:.2})  {verdict} {MOST_CPU}",
        verified * 1e6,
        launched * 1e6,
        in_system * 1e6,
        ratios[ROUNDS / 10],
        ratios[ROUNDS - 1 - ROUNDS / 10]
    );
    median <= MOST_CPU
}

/// How long launches take that come at their times, whether or not earlier ones are answered.
async fn times(platform: &Arc<Platform>) -> bool {
    let server = Server::start(platform);
    let mut browsers = Browsers::connect(platform, &server, 256).await;
    let launches = 10 * RATE as usize;
    browsers.round(launches, Some(RATE), HTML).await;
    let mut took = browsers.round(launches, Some(RATE), HTML).await;
    took.sort();
    let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize];
    let [p50, p99, most] = [0.5, 0.99, 1.0].map(at);
    let verdict = if p99 < MOST_P99 { "less than" } else { "TOO LONG, less than" };
    println!(
        "{launches} launches at {RATE} a second: p50 {p50:.1?}, p99 {p99:.1?} ({verdict} {MOST_P99:?}), longest {most:.1?}"
    );
    p99 < MOST_P99
}
