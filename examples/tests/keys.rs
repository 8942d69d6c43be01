//! The example `keys`, as it is used: in one directory, one command after the other.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "../keys.rs"]
mod keys;

use std::fs;
use std::path::Path;

use clap::{CommandFactory as _, Parser as _};
use keys::{Arguments, Failure, run};
use serde_json::Value;

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Runs a command line; words of the form `@name` are files on the desk. Exit status and output.
    fn run(&self, line: &str) -> (u8, String) {
        let words = line.split_whitespace().map(|word| match word.strip_prefix('@') {
            Some(name) => self.path(name),
            None => word.to_owned(),
        });
        let arguments = match Arguments::try_parse_from(std::iter::once("keys".to_owned()).chain(words)) {
            Ok(arguments) => arguments,
            Err(error) => return (error.exit_code() as u8, error.to_string()),
        };
        let mut console = Vec::new();
        match run(&arguments, &mut console) {
            Ok(()) => (0, String::from_utf8(console).unwrap()),
            Err(Failure::Check(text)) => (1, text),
            Err(Failure::Input(text)) => (2, text),
        }
    }

    fn good(&self, line: &str) -> String {
        let (code, text) = self.run(line);
        assert_eq!(code, 0, "{line}: {text}");
        text
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
}

#[cfg(unix)]
fn mode(path: impl AsRef<Path>) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
}

#[test]
fn the_command_line_is_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn one_key_through_every_format() {
    let desk = Desk::new();
    desk.good("generate --ec P-384 --to sec1 --out @sec1");
    desk.good("convert @sec1 --to jwk --kid mine --out @jwk");
    desk.good("convert @jwk --to pkcs8 --out @pkcs8");
    let public = desk.good("convert @pkcs8 --to public-pem");
    assert!(public.starts_with("-----BEGIN PUBLIC KEY-----\n"));
    fs::write(desk.path("public"), public).unwrap();
    let thumbprint = desk.good("thumbprint @sec1");
    for file in ["jwk", "pkcs8", "public"] {
        assert_eq!(desk.good(&format!("thumbprint @{file}")), thumbprint, "{file}");
    }
    let set: Value = serde_json::from_str(&desk.good("convert @jwk --to jwks")).unwrap();
    assert_eq!((&set["keys"][0]["kid"], &set["keys"][0]["alg"]), (&"mine".into(), &"ES384".into()));
    assert!(set["keys"][0].get("d").is_none());
    let jwk: Value = serde_json::from_str(&desk.good("convert @public --to public-jwk")).unwrap();
    assert_eq!(jwk["kid"].as_str().unwrap(), thumbprint.trim());
    #[cfg(unix)]
    assert_eq!(mode(desk.path("jwk")), 0o600);
}

#[test]
fn refusals_are_one_line_and_say_what_is_wrong() {
    let desk = Desk::new();
    desk.good("generate --ec P-256 --out @key");
    desk.good("convert @key --to public-pem --out @public");
    fs::write(desk.path("der"), [0x30, 0x82, 0xff]).unwrap();
    fs::write(desk.path("certificate"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")
        .unwrap();
    for (line, says) in [
        ("generate --ec P-256 --out @key", "--force overwrites it"),
        ("generate --ec P-256 --to pkcs1", "cannot be written in this container"),
        ("generate --ec P-256 --alg RS256", "not one for keys of its type"),
        ("generate --ec P-521", "P-521"),
        ("generate --ec P-256 --rsa 2048", "cannot be used with"),
        ("generate --ec P-256 --alg HS256", "one of RS256"),
        ("convert @public --to pkcs8", "a public key cannot become a private one"),
        ("convert @certificate --to jwk", "the text is a certificate, not a key"),
        ("thumbprint @der", "perhaps DER"),
        ("thumbprint @nothing", "No such file"),
        ("check @key @key", "the key set is not JSON"),
        ("check @public @public", "key set"),
        ("rotate @key", "not a ring of keys"),
        ("rotate @none --compromised", "no such ring"),
        ("", "Usage"),
    ] {
        let (code, text) = desk.run(line);
        assert_eq!(code, 2, "{line}: {text}");
        assert!(text.contains(says), "{line}: {text}");
        assert!(line.is_empty() || text.starts_with("error: ") || text.lines().count() == 1, "{text}");
    }
    desk.good("generate --ec P-256 --out @key --force");
}

#[test]
fn what_belongs_together() {
    let desk = Desk::new();
    desk.good("generate --ec P-256 --out @key");
    desk.good("generate --ec P-256 --out @other");
    desk.good("convert @key --to jwks --kid a --out @set");
    desk.good("convert @other --to jwks --kid a --out @stranger");
    assert!(desk.good("check @set @key").contains("they belong together: key a, ES256"));
    desk.good("check @set @key --kid a");
    for (line, says) in [
        ("check @set @other", "nor this key by another name"),
        ("check @set @other --kid a", "is another key"),
        ("check @stranger @key --kid a", "is another key"),
        ("check @set @key --kid b", "without this kid"),
    ] {
        let (code, text) = desk.run(line);
        assert_eq!(code, 1, "{line}: {text}");
        assert!(text.contains(says), "{line}: {text}");
    }
}

#[test]
fn a_ring_over_a_week() {
    let desk = Desk::new();
    let kids = |name: &str| -> Vec<String> {
        let set: Value = serde_json::from_str(&desk.text(name)).unwrap();
        set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let rotate = |rest: &str| desk.good(&format!("rotate @ring --ec P-256 --jwks @set {rest}"));
    rotate("--at 2026-11-01T00:00:00Z");
    let first = kids("set");
    assert_eq!(first.len(), 1);
    #[cfg(unix)]
    assert_eq!((mode(desk.path("ring")), mode(desk.path("set"))), (0o600, 0o644));

    let plan = rotate("--at 2026-11-02T00:00:00Z");
    assert_eq!(kids("set").len(), 2);
    let lines: Vec<&str> = plan.lines().collect();
    assert_eq!(lines[0], format!("signing with {}", first[0]));
    assert!(lines[1].starts_with("2026-11-02T00:00:00Z  now           publish "), "{plan}");
    assert!(lines[2].starts_with("2026-11-03T00:10:00Z  in 24 h 10 m  sign with "), "{plan}");
    assert!(lines[3].starts_with("2026-11-03T01:20:00Z  in 25 h 20 m  remove "), "{plan}");

    // Once more the same day changes nothing.
    let before = desk.text("ring");
    rotate("--at 2026-11-02T12:00:00Z");
    assert_eq!(desk.text("ring"), before);

    let plan = rotate("--no-new-key --at 2026-11-04T00:00:00Z");
    assert!(plan.starts_with(&format!("destroyed {}\n", first[0])), "{plan}");
    assert_eq!(kids("set").len(), 1);
    assert!(
        !desk.text("ring").contains(&format!(r#""kid":"{}","kty""#, first[0])),
        "its private key is gone"
    );

    let second = kids("set");
    rotate("--compromised --at 2026-11-05T00:00:00Z");
    assert_eq!(kids("set").len(), 1);
    assert_ne!(kids("set"), second);
}

#[test]
fn a_ring_is_not_written_by_two_or_read_by_all() {
    let desk = Desk::new();
    desk.good("rotate @ring --ec P-256");
    fs::write(desk.path(".ring.new"), "").unwrap();
    let (code, text) = desk.run("rotate @ring --ec P-256");
    assert!(code == 2 && text.contains("somebody else is writing"), "{text}");
    fs::remove_file(desk.path(".ring.new")).unwrap();
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(desk.path("ring"), mode).unwrap();
        let (code, text) = desk.run("rotate @ring --ec P-256");
        assert!(code == 2 && text.contains("others can read"), "{text}");
    }
    assert!(!Path::new(&desk.path(".ring.new")).exists(), "a refused rotation leaves nothing behind");
}
