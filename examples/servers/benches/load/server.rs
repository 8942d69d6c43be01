//! `tool_server`, as a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitCode, Stdio};

use clap::Parser;
use lti_example_servers::{server, tool};

use crate::platform::Platform;

/// With this first, the program is `tool_server`.
pub const SERVE: &str = "--tool-server";
/// Of the times in `/proc`, on every Linux.
const TICKS: f64 = 100.0;

/// What the example `tool_server` does.
pub fn serve(arguments: &[String]) -> ExitCode {
    let arguments = tool::Arguments::parse_from(arguments);
    server::run(async { Ok(vec![tool::start(arguments).await?]) }, server::ready)
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
        let log = std::fs::File::create(files.path().join("log")).unwrap();
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args([
                SERVE,
                "--listen",
                "127.0.0.1:0",
                "--allow-loopback",
                "--rate-limit",
                "0",
                "--registrations",
            ])
            .arg(&registrations)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("ready: http://").unwrap_or_else(|| panic!("{line}"));
        Self { address: address.parse().unwrap(), process, _files: files }
    }

    /// Its user and system time so far, in seconds.
    pub fn cpu(&self) -> f64 {
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

/// A process's user and system time, in seconds (proc_pid_stat(5), fields 14 and 15).
pub fn cpu(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<_> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11..=12].iter().map(|ticks| ticks.parse::<f64>().unwrap() / TICKS).sum()
}
