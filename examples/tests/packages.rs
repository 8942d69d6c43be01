//! The packages that the examples write, looked at from outside: schemas, numbers, names, and what is left when it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "test code")]
#![allow(clippy::duplicate_mod, reason = "each example brings its own")]

#[path = "../cartridge_write.rs"]
#[allow(dead_code, reason = "an example is a program")]
mod cartridge_write;
#[path = "../export_catalog.rs"]
#[allow(dead_code, reason = "an example is a program")]
mod export_catalog;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser as _;
use export_catalog::Exported;
use lti_cartridge::{CartridgeReader, Limits};
use lti_eligibility::export::Rule;
use serde_json::Value;

const AT: &str = "2026-01-31T12:00:00Z";
const SHIPPED: &str = include_str!("../data/catalog.json");

fn run(folder: &Path, arguments: &[&str]) -> Result<Exported, String> {
    let out = folder.join("package.zip");
    let all = ["export_catalog", "--at", AT, "--out", out.to_str().unwrap()];
    let all = all.iter().chain(arguments);
    export_catalog::export(&export_catalog::Arguments::try_parse_from(all).unwrap())
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// The entries of a package.
fn entries(package: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(package).unwrap()).unwrap();
    let mut entries = BTreeMap::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let name = entry.name().unwrap().into_owned();
        assert!(entries.insert(name, bytes).is_none(), "{index} has the name of another");
    }
    entries
}

fn cartridges(entries: &BTreeMap<String, Vec<u8>>) -> impl Iterator<Item = (&String, &Vec<u8>)> {
    entries.iter().filter(|(name, _)| name.ends_with(".imscc"))
}

fn report(entries: &BTreeMap<String, Vec<u8>>) -> Value {
    serde_json::from_slice(&entries["report.json"]).unwrap()
}

fn rows(report: &Value) -> &Vec<Value> {
    report["courses"].as_array().unwrap()
}

fn codes(row: &Value, list: &str) -> Vec<String> {
    let codes = row[list].as_array().unwrap().iter();
    codes.map(|reason| reason["code"].as_str().unwrap().to_owned()).collect()
}

/// The program that validates by the schemas, if it is there.
fn validator() -> Option<PathBuf> {
    let shared = std::env::var_os("LTI_TEST_SHARED").map(PathBuf::from);
    let script = shared.map(|shared| shared.join("schemas/validate.sh")).filter(|script| script.exists());
    let there = Command::new("xmllint").arg("--version").output().is_ok();
    if let (Some(script), true) = (script, there) {
        return Some(script);
    }
    let must = std::env::var_os("LTI_TEST_REQUIRE_ALL").is_some_and(|value| value == "1");
    assert!(!must, "xmllint and schemas/validate.sh under LTI_TEST_SHARED are required and not there");
    eprintln!("SKIPPED: xmllint or schemas/validate.sh under LTI_TEST_SHARED is not there");
    None
}

fn assert_valid(script: &Path, package: &Path, documents: usize) {
    let run = Command::new("bash").arg(script).arg(package).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && !said.contains("INVALID") && !said.contains("skip "), "{said}");
    assert_eq!(said.lines().filter(|line| line.starts_with("ok")).count(), documents, "{said}");
}

#[test]
fn every_cartridge_of_the_shipped_catalog_is_valid() {
    let Some(script) = validator() else { return };
    for target in ["generic", "canvas"] {
        let folder = folder();
        let exported = run(folder.path(), &["--target", target]).unwrap();
        let mut count = 0;
        for (name, bytes) in cartridges(&entries(&exported.package)) {
            let cartridge = folder.path().join(name);
            std::fs::write(&cartridge, bytes).unwrap();
            assert_valid(&script, &cartridge, 2);
            count += 1;
        }
        assert_eq!(count, exported.totals.exportable());
        assert!(count >= 15, "{count}");
    }
}

#[test]
fn the_numbers_of_the_report_add_up() {
    let folder = folder();
    let exported = run(folder.path(), &["--target", "canvas"]).unwrap();
    let entries = entries(&exported.package);
    let report = report(&entries);
    let (rows, totals) = (rows(&report), &report["totals"]);
    let shipped: Value = serde_json::from_str(SHIPPED).unwrap();
    assert_eq!(rows.len(), shipped["courses"].as_array().unwrap().len(), "nothing is dropped silently");
    assert_eq!(totals["courses"], rows.len());
    let mut sum = 0;
    for kind in ["eligible", "eligible_with_warnings", "blocked", "unreadable"] {
        let count = rows.iter().filter(|row| row["decision"] == kind).count();
        assert!(count > 0 && totals[kind] == count, "{kind}: {count}, {totals}");
        sum += count;
    }
    assert_eq!(sum, rows.len());
    for (list, by) in [("reasons", "by_reason"), ("warnings", "by_warning")] {
        let mut counted: BTreeMap<String, u64> = BTreeMap::new();
        for row in rows.iter().filter(|row| row["decision"] != "unreadable") {
            codes(row, list).into_iter().for_each(|code| *counted.entry(code).or_default() += 1);
        }
        assert_eq!(serde_json::to_value(counted).unwrap(), totals[by]);
    }
    for row in rows {
        let wordless =
            |reason: &Value| ["code", "message", "sentence", "remedy"].iter().any(|m| reason[m] == "");
        assert!(!row["reasons"].as_array().unwrap().iter().any(wordless), "{row}");
        let refused = matches!(row["decision"].as_str(), Some("blocked" | "unreadable"));
        assert_eq!(
            refused,
            !codes(row, "reasons").is_empty(),
            "a reason if and only if it is refused: {row}"
        );
        assert_eq!(refused, row["launch_url"].is_null(), "{row}");
    }

    // The same rows in the CSV, and one cartridge with the launch link of the report for each that may be exported.
    let mut csv = csv::Reader::from_reader(entries["report.csv"].as_slice());
    let lines: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    assert_eq!(lines.len(), rows.len());
    let mut left: BTreeMap<_, _> = cartridges(&entries).collect();
    for (row, line) in rows.iter().zip(&lines) {
        assert_eq!((row["index"].to_string().as_str(), row["decision"].as_str()), (&line[0], Some(&line[3])));
        assert_eq!(codes(row, "reasons").join(", "), line[5]);
        let prefix = format!("{:05}-", row["index"].as_u64().unwrap());
        let own =
            left.iter().find(|(name, _)| name.starts_with(&prefix)).map(|(name, bytes)| (*name, *bytes));
        let Some(url) = row["launch_url"].as_str() else {
            assert_eq!(own, None, "{row}");
            continue;
        };
        let (name, bytes) = own.expect("a cartridge");
        left.remove(name);
        let mut reader = CartridgeReader::open(Cursor::new(bytes), &Limits::default()).unwrap();
        let reading = reader.read().unwrap();
        assert_eq!(reading.diagnostics, [], "{name}");
        let links: Vec<_> = reading.cartridge.lti_links().collect();
        assert_eq!(links.len(), 1);
        assert_eq!((links[0].1.launch_url.as_deref(), line.get(4)), (Some(url), Some(url)));
        let extension = links[0].1.extension("canvas.instructure.com");
        assert_eq!(extension.and_then(|canvas| canvas.value("domain")), Some("tool.example"));
    }
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_shipped_catalog_covers_every_rule() {
    let mut met = BTreeSet::new();
    let mut alone = BTreeSet::new();
    let rakoo = folder();
    let policy = rakoo.path().join("policy.json");
    std::fs::write(&policy, r#"{"preset": "rakoo"}"#).unwrap();
    for arguments in [vec![], vec!["--policy", policy.to_str().unwrap()]] {
        let folder = folder();
        let report = report(&entries(&run(folder.path(), &arguments).unwrap().package));
        for row in rows(&report).iter().filter(|row| row["decision"] != "unreadable") {
            let reasons = codes(row, "reasons");
            if let [only] = reasons.as_slice() {
                alone.insert(only.clone());
            }
            met.extend(reasons.into_iter().chain(codes(row, "warnings")));
        }
    }
    let all: BTreeSet<_> = Rule::ALL.into_iter().map(|rule| rule.code().to_owned()).collect();
    assert_eq!(met, all);
    assert!(alone.len() >= 14, "{alone:?}");
}

/// The default instance beside others of each state (rules 1 and 2 of the export), row by row.
#[test]
fn the_instance_table() {
    let folder = folder();
    let report = report(&entries(&run(folder.path(), &[]).unwrap().package));
    let messages = |id: &str| {
        let row = rows(&report).iter().find(|row| row["id"] == id).unwrap();
        let messages = row["reasons"].as_array().unwrap().iter();
        messages.map(|reason| reason["message"].as_str().unwrap()).collect::<Vec<_>>().join(", ")
    };
    for (row, expected) in [
        "",
        "Multiple Instances",
        "Multiple Instances",
        "",
        "Retire Def Instance",
        "Retire Def Instance, Multiple Instances",
        "Retire Def Instance, Multiple Instances",
        "Retire Def Instance",
        "Multiple Instances",
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(messages(&format!("instances-{}", row + 1)), expected);
    }
}

#[test]
fn names_in_the_package_are_harmless() {
    let folder = folder();
    let entries = entries(&run(folder.path(), &[]).unwrap().package);
    for (name, _) in cartridges(&entries) {
        let inner = name.strip_suffix(".imscc").unwrap();
        assert!(
            inner.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b)),
            "{name}"
        );
        assert!(inner.starts_with("000"), "{name}");
    }
    let path = entries.keys().find(|name| name.contains("cron")).unwrap();
    assert!(path.ends_with("-etc-cron-d-x.imscc"), "{path}");
}

#[test]
fn equal_input_gives_equal_bytes_from_a_document_and_from_lines() {
    let (one, two, three) = (folder(), folder(), folder());
    let document = one.path().join("catalog.json");
    std::fs::write(&document, SHIPPED).unwrap();
    let shipped: Value = serde_json::from_str(SHIPPED).unwrap();
    let mut lines = r#"{"id":"autumn","name":"Autumn catalog"}"#.to_owned();
    for course in shipped["courses"].as_array().unwrap() {
        lines = format!("{lines}\n{course}");
    }
    let jsonl = three.path().join("catalog.jsonl");
    std::fs::write(&jsonl, lines).unwrap();
    let bytes =
        |folder: &Path, arguments: &[&str]| std::fs::read(run(folder, arguments).unwrap().package).unwrap();
    let first = bytes(one.path(), &["--catalog", document.to_str().unwrap()]);
    assert_eq!(bytes(two.path(), &[]), first);
    assert_eq!(bytes(three.path(), &["--catalog", jsonl.to_str().unwrap()]), first);

    // Another moment changes warnings, and no cartridge.
    let before: BTreeMap<_, _> = entries(&one.path().join("package.zip"));
    let out = two.path().join("package.zip");
    let late = ["export_catalog", "--at", "2999-12-31T00:00:00Z", "--out", out.to_str().unwrap()];
    export_catalog::export(&export_catalog::Arguments::try_parse_from(late).unwrap()).unwrap();
    let after = entries(&out);
    assert!(cartridges(&before).eq(cartridges(&after)));
    assert_ne!(before["report.json"], after["report.json"]);
}

#[test]
fn a_selection_is_exported_and_reported_alone() {
    let folder = folder();
    let exported = run(folder.path(), &["--select", "biology-101,paid", "--select", "wrong-state"]).unwrap();
    assert_eq!(exported.refused, 3, "paid, wrong-state, and a second biology-101");
    let entries = entries(&exported.package);
    assert_eq!(cartridges(&entries).count(), 1);
    assert_eq!(rows(&report(&entries)).len(), 4);
    let exported = run(folder.path(), &["--select", "instances-1"]).unwrap();
    assert_eq!((exported.refused, exported.totals.courses), (0, 1));
}

#[test]
fn what_fails_leaves_nothing_behind() {
    let folder = folder();
    let only = || {
        let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.map(|name| name.into_string().unwrap()).collect::<Vec<_>>()
    };
    let error = |arguments: &[&str]| run(folder.path(), arguments).unwrap_err();
    let unknown = error(&["--select", "instances-1,nowhere,no-where"]);
    assert!(unknown.contains(r#""no-where", "nowhere""#) && !unknown.contains("instances-1"), "{unknown}");
    assert!(only().is_empty());

    let elsewhere = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = elsewhere.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let disabled = write("disabled.json", &SHIPPED.replace(r#""enabled": true"#, r#""enabled": false"#));
    let disabled = error(&["--catalog", &disabled]);
    assert!(disabled.contains("[catalog_disabled]"), "{disabled}");
    let garbled = elsewhere.path().join("garbled.json");
    std::fs::write(&garbled, b"{\"id\": \"\xff\"}").unwrap();
    let garbled = error(&["--catalog", garbled.to_str().unwrap()]);
    assert!(garbled.contains("byte 8") && garbled.contains("[catalog_not_utf8]"), "{garbled}");
    assert!(error(&["--policy", &write("policy.json", r#"{"rules": {"payd": "warn"}}"#)]).contains("payd"));
    assert!(error(&["--launch-base", "ftp://tool.example/"]).contains("https"));
    assert!(only().is_empty());

    // The catalog itself is no place for the package.
    std::fs::write(folder.path().join("package.zip"), SHIPPED).unwrap();
    let catalog = folder.path().join("package.zip").to_str().unwrap().to_owned();
    assert!(error(&["--catalog", &catalog]).contains("it is what is read"));
    assert_eq!(std::fs::read_to_string(&catalog).unwrap(), SHIPPED);

    // Refused: an older package stays as it was.
    std::fs::write(folder.path().join("package.zip"), "an older package").unwrap();
    let too_long = format!("https://tool.example/{}", "x".repeat(5000));
    assert!(error(&["--launch-base", &too_long]).contains("1023"));
    assert_eq!(only(), ["package.zip"]);
    assert_eq!(std::fs::read(folder.path().join("package.zip")).unwrap(), b"an older package");
    run(folder.path(), &[]).unwrap();
    assert_eq!(only(), ["package.zip"]);
    assert!(entries(&folder.path().join("package.zip")).len() > 10);

    // A folder is no place for it.
    let inner = folder.path().join("inner");
    std::fs::create_dir_all(inner.join("package.zip")).unwrap();
    assert!(run(&inner, &[]).unwrap_err().contains("folder"));
    assert!(run(&folder.path().join("nowhere"), &[]).unwrap_err().contains("nowhere"));
}

#[test]
fn the_shipped_outline_is_written_in_every_version() {
    let script = validator();
    for (version, documents) in [("1.1", 7), ("1.2", 7), ("1.3", 7), ("thin-1.3", 6)] {
        let folder = folder();
        let out = folder.path().join("biology.imscc");
        let mut all = vec!["cartridge_write", "--version", version, "--target", "moodle", "--out"];
        all.extend(out.to_str());
        let arguments = |all: &[&str]| cartridge_write::Arguments::try_parse_from(all).unwrap();
        let mut said = Vec::new();
        if version.starts_with("thin") {
            let refused = cartridge_write::write(&arguments(&all), &mut said).unwrap_err();
            assert!(refused.contains("[kind_not_in_version]") && refused.contains("--fit"), "{refused}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
            all.push("--fit");
        }
        cartridge_write::write(&arguments(&all), &mut said).unwrap();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("moodle, custom (1): not imported"), "{said}");
        assert_eq!(said.contains("changed to fit: resource removed"), version.starts_with("thin"), "{said}");
        assert_eq!(
            said.contains(&format!("moodle, version {version}: not imported")),
            version != "1.1",
            "{said}"
        );
        let first = std::fs::read(&out).unwrap();
        cartridge_write::write(&arguments(&all), &mut Vec::new()).unwrap();
        assert_eq!(std::fs::read(&out).unwrap(), first, "equal input gives equal bytes");
        if let Some(script) = &script {
            assert_valid(script, &out, documents);
        }
    }
}
