//! A `redis-server` of the test's own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use tempfile::TempDir;

/// Says that a test is skipped, which is a failure where all are required.
pub(crate) fn skip(what: &str) {
    let required = std::env::var("LTI_TEST_REQUIRE_ALL").is_ok_and(|value| value == "1");
    assert!(!required, "LTI_TEST_REQUIRE_ALL=1, but {what}");
    println!("skipped: {what}");
}

/// The time by this machine's clock.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from(SystemTime::now())
}

pub(crate) struct Engine {
    directory: TempDir,
    port: u16,
    arguments: &'static [&'static str],
    process: Option<Child>,
}

/// Keeps all that it answered for, whatever happens to it.
pub(crate) const DURABLE: &[&str] = &["--appendonly", "yes", "--appendfsync", "always"];

impl Engine {
    /// A server with these arguments, or none if there is no `redis-server`.
    pub(crate) async fn start(arguments: &'static [&'static str]) -> Option<Self> {
        if Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_err() {
            skip("there is no redis-server");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut engine = Self { directory: TempDir::new().unwrap(), port, arguments, process: None };
        engine.launch().await;
        Some(engine)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Starts it on the same port and data, and waits until it accepts connections.
    pub(crate) async fn launch(&mut self) {
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--port", &self.port.to_string(), "--dir"])
            .arg(self.directory.path())
            .args(self.arguments)
            .stdout(Stdio::null())
            .spawn();
        self.process = Some(process.unwrap());
        for _ in 0..500 {
            if tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("redis-server does not start");
    }

    /// Starts it with other arguments.
    pub(crate) async fn restart_with(&mut self, arguments: &'static [&'static str]) {
        self.arguments = arguments;
        self.launch().await;
    }

    /// Sends it a command of one word.
    pub(crate) fn send(&self, command: &str) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(format!("{command}\r\n").as_bytes()).unwrap();
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"+OK\r\n");
    }

    /// SIGKILL: no goodbye, no last write.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Stops or continues it, as a machine that hangs does.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.process.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill();
    }
}
