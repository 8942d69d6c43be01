//! The examples as programs, against a platform that is not theirs: by registration file, and by flags.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

use std::path::PathBuf;
use std::process::Command;

use lti_example_servers::stand_in::{Running, start};
use lti_jwks::{RsaSize, SigningKey};

/// Where cargo put the examples that it built for this test.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let path: PathBuf = test.parent().unwrap().parent().unwrap().join("examples").join(name);
    assert!(path.exists(), "{}", path.display());
    Command::new(path)
}

struct Outside {
    platform: Running,
    folder: tempfile::TempDir,
}

impl Outside {
    async fn new() -> Self {
        let key = SigningKey::generate_rsa(RsaSize::Rsa2048).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let platform = start(&key).await.unwrap();
        std::fs::write(folder.path().join("key.pem"), key.to_pkcs8_pem().unwrap().as_bytes()).unwrap();
        let record = serde_json::to_vec(&platform.record).unwrap();
        std::fs::write(folder.path().join("platform.json"), record).unwrap();
        Self { platform, folder }
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Runs an example; its exit status, and what it printed.
    async fn run(&self, name: &str, arguments: &[&str]) -> (i32, String) {
        let mut command = example(name);
        command.args(arguments).args(["--key", &self.file("key.pem")]);
        let ran = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = [ran.stdout, ran.stderr].concat();
        (ran.status.code().unwrap(), String::from_utf8(said).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gradebook_publishes_by_registration_file() {
    let outside = Outside::new().await;
    let registration = outside.file("platform.json");
    let line_items = outside.platform.grades.line_items().unwrap().as_str();
    let flags = ["--registration", &registration, "--line-items", line_items];
    // Loopback is no place for a token, unless it is said to be.
    let (status, said) = outside.run("gradebook", &flags).await;
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("[outbound_http]"), "{said}");
    let flags = [&flags[..], &["--allow-http", "--allow-loopback", "--deployment", "1"]].concat();
    let (status, said) = outside.run("gradebook", &flags).await;
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("column \"Quiz\" made") && said.contains("5 of 5 published"), "{said}");
    // Once more: the column is found, and later grades are taken.
    let (status, said) = outside.run("gradebook", &flags).await;
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("column \"Quiz\" found"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn roster_is_written_by_flags_or_not_at_all() {
    let outside = Outside::new().await;
    let token_url = outside.platform.record.token_url.as_ref().unwrap().as_str();
    let memberships = outside.platform.roster.context_memberships_url.as_ref().unwrap().as_str();
    let out = outside.file("roster.csv");
    let flags = [
        "--token-url",
        token_url,
        "--client-id",
        "quiz-tool",
        "--allow-http",
        "--allow-loopback",
        "--out",
        &out,
    ];
    let nowhere = format!("{memberships}/nowhere");
    let wrong = [&flags[..], &["--memberships", &nowhere]].concat();
    let (status, said) = outside.run("roster", &wrong).await;
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("[not_found]") && !std::path::Path::new(&out).exists(), "{said}");
    let (status, said) = outside.run("roster", &[&flags[..], &["--memberships", memberships]].concat()).await;
    assert_eq!(status, 0, "{said}");
    assert_eq!(std::fs::read_to_string(&out).unwrap().lines().count(), 252);
    // Another client than the key's.
    let stranger = [
        "--token-url",
        token_url,
        "--client-id",
        "else",
        "--allow-http",
        "--allow-loopback",
        "--memberships",
        memberships,
    ];
    let (status, said) = outside.run("roster", &stranger).await;
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("[invalid_client]"), "{said}");
}
