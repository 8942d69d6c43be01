//! A PostgreSQL server of the test's own.

use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

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

/// A connection beside the store's.
pub(crate) async fn client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// An empty schema on the server of `LTI_TEST_POSTGRES_URL`: the URL that leads to it, and a connection to it.
pub(crate) async fn schema() -> Option<(String, Client)> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let Ok(url) = std::env::var("LTI_TEST_POSTGRES_URL") else {
        skip("LTI_TEST_POSTGRES_URL is not set");
        return None;
    };
    let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let maker = client(&url).await;
    maker
        .batch_execute(&format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"))
        .await
        .unwrap();
    let separator = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{separator}options=-csearch_path%3D{name}");
    let client = client(&url).await;
    Some((url, client))
}

pub(crate) struct Engine {
    directory: TempDir,
    programs: PathBuf,
    port: u16,
    process: Option<Child>,
}

/// Where `postgres` and `initdb` are: beside each other, and often not in the PATH.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let versions = Path::new("/usr/lib/postgresql").read_dir().into_iter().flatten().flatten();
    let folders = versions.map(|version| version.path().join("bin"));
    std::env::split_paths(&path)
        .chain(folders)
        .find(|it| it.join("postgres").exists() && it.join("initdb").exists())
}

/// The ids of the user `postgres`, for root, as whom no server runs.
fn user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse::<u32>().ok()
    };
    if id(&["-u"])? != 0 { None } else { Some((id(&["-u", "postgres"])?, id(&["-g", "postgres"])?)) }
}

impl Engine {
    /// A server, or none if there is no PostgreSQL on this machine.
    pub(crate) async fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            skip("there is no postgres");
            return None;
        };
        let directory = TempDir::new().unwrap();
        if let Some((user, group)) = user() {
            chown(directory.path(), Some(user), Some(group)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut engine = Self { directory, programs, port, process: None };
        let made = engine.command("initdb").args(["--auth=trust", "--username=lti", "--no-sync"]).status();
        assert!(made.unwrap().success(), "initdb failed");
        engine.launch().await;
        Some(engine)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.arg("-D").arg(self.directory.path().join("data")).current_dir(self.directory.path());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((user, group)) = user() {
            command.uid(user).gid(group);
        }
        command
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://lti@127.0.0.1:{}/postgres?sslmode=disable", self.port)
    }

    /// Starts it on the same port and data, and waits until it answers.
    pub(crate) async fn launch(&mut self) {
        for _ in 0..500 {
            // It goes away again while processes of a killed one are still there.
            let gone = self.process.as_mut().is_none_or(|process| process.try_wait().unwrap().is_some());
            if gone {
                let mut command = self.command("postgres");
                command.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
                command.args(["-c", "unix_socket_directories="]);
                self.process = Some(command.spawn().unwrap());
            }
            if tokio_postgres::connect(&self.url(), NoTls).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("postgres does not start");
    }

    /// SIGKILL to it and all its processes, as when the machine fails.
    pub(crate) fn kill(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        let id = process.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        process.kill().unwrap();
        process.wait().unwrap();
        for child in children.split_whitespace() {
            // It may be gone already.
            let _ = Command::new("kill").args(["-KILL", child]).stderr(Stdio::null()).status();
        }
    }

    /// Stops or continues all its processes, as a machine that hangs does.
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.process.as_ref().unwrap().id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
        let ids = children.split_whitespace().map(str::to_owned).chain([id.to_string()]);
        for id in ids {
            let _ = Command::new("kill").args([signal, &id]).status();
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill();
    }
}
