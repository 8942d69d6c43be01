//! What lies outside of this repository: schemas, samples and programs. Tests that need them say that they skip, or
//! fail where `LTI_TEST_REQUIRE_ALL=1`.

use std::path::PathBuf;
use std::process::Command;

/// The folder of schemas and samples, from `LTI_TEST_SHARED`.
pub(crate) fn shared(part: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("LTI_TEST_SHARED").map(|folder| PathBuf::from(folder).join(part));
    match folder {
        Some(folder) if folder.exists() => Some(folder),
        _ => absent(&format!("{part} under LTI_TEST_SHARED")),
    }
}

/// Whether a program answers to `--version`.
pub(crate) fn program(name: &str) -> Option<&str> {
    match Command::new(name).arg("--version").output() {
        Ok(_) => Some(name),
        Err(_) => absent(name),
    }
}

pub(crate) fn absent<T>(what: &str) -> Option<T> {
    assert!(
        std::env::var_os("LTI_TEST_REQUIRE_ALL").is_none_or(|v| v != "1"),
        "{what} is required and not there"
    );
    eprintln!("SKIPPED: {what} is not there");
    None
}
