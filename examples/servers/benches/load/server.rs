//! `tool_server`, as a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use clap::Parser;
use http::StatusCode;
use http::header::{LOCATION, SET_COOKIE};
use lti_example_servers::{server, tool};

use crate::cores;
use crate::platform::Platform;

/// With this first, the program is `tool_server`.
pub const SERVE: &str = "--tool-server";
/// With this first, it answers the same two requests with as many bytes and does nothing else: lengths follow.
pub const BARE: &str = "--bare";
/// Of a second, in `/proc/PID/stat` on every Linux.
const TICKS: f64 = 100.0;

/// What the example `tool_server` does.
pub fn serve(arguments: &[String]) -> ExitCode {
    let arguments = tool::Arguments::parse_from(arguments);
    server::run(async { Ok(vec![tool::start(arguments).await?]) }, server::ready)
}

/// What sockets and framework cost alone.
pub fn serve_bare(arguments: &[String]) -> ExitCode {
    let [login, launch] = [1, 2].map(|at| arguments[at].parse::<usize>().unwrap());
    let address = format!("https://lms.example.edu/auth?state=s&nonce=n&rest={}", "r".repeat(login));
    let (page, cookie) = ("p".repeat(launch), format!("a={}", "c".repeat(200)));
    let begin = get(async move || (StatusCode::FOUND, [(LOCATION, address), (SET_COOKIE, cookie)]));
    let take = post(async move |_: Bytes| page);
    let app = Router::new().route("/lti/login", begin).route("/lti/launch", take);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("ready: http://{}", listener.local_addr().unwrap());
        axum::serve(listener.tap_io(|stream| stream.set_nodelay(true).unwrap()), app).await.unwrap();
    });
    ExitCode::SUCCESS
}

pub struct Server {
    process: Child,
    pub address: SocketAddr,
    _files: tempfile::TempDir,
}

impl Server {
    /// With the platform registered, logs in a file, and any number of requests from one address.
    pub fn start(platform: &Platform) -> Self {
        let files = tempfile::tempdir().unwrap();
        let registrations = files.path().join("registrations.json");
        std::fs::write(&registrations, platform.registrations()).unwrap();
        let registrations = registrations.to_str().unwrap();
        // As behind a proxy that speaks TLS: on plain http cookies are set twice.
        let options = ["--listen", "127.0.0.1:0", "--public-url", "https://tool.example.com"];
        let options = options.into_iter().chain(["--allow-loopback", "--rate-limit", "0", "--registrations"]);
        Self::run([SERVE].into_iter().chain(options).chain([registrations]), files)
    }

    /// The bare one.
    pub fn start_bare(login: usize, launch: usize) -> Self {
        Self::run([BARE, &login.to_string(), &launch.to_string()], tempfile::tempdir().unwrap())
    }

    fn run<'a>(arguments: impl IntoIterator<Item = &'a str>, files: tempfile::TempDir) -> Self {
        let log = std::fs::File::create(files.path().join("log")).unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(arguments).stdout(Stdio::piped()).stderr(log);
        let mut process = cores::on_first(|| command.spawn()).unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("ready: http://").unwrap_or_else(|| panic!("{line}"));
        Self { address: address.parse().unwrap(), process, _files: files }
    }

    /// Its user and system time so far, in seconds, and the latter alone.
    pub fn cpu(&self) -> [f64; 2] {
        cpu(&self.process.id().to_string())
    }

    /// Its memory that is in use, in bytes.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A process's user and system time, in seconds, and the latter alone. The sum is counted in nanoseconds for each of its
/// threads (`schedstat`); its parts only in ticks (proc_pid_stat(5), field 15).
fn cpu(process: &str) -> [f64; 2] {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let all = tasks.map(|task| nanoseconds(&task.unwrap().path())).sum::<f64>();
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let system = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(12).unwrap();
    [all / 1e9, system.parse::<f64>().unwrap() / TICKS]
}

/// The CPU time of this thread so far, in seconds.
pub fn cpu_of_thread() -> f64 {
    nanoseconds(Path::new("/proc/thread-self")) / 1e9
}

fn nanoseconds(task: &Path) -> f64 {
    let times = std::fs::read_to_string(task.join("schedstat")).unwrap();
    times.split_whitespace().next().unwrap().parse().unwrap()
}
