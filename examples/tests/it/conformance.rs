//! docs/conformance.md says which test stands for which certification row. This compares it with the tests that
//! exist, so that neither can lie.

use std::collections::BTreeMap;
use std::process::Command;

/// Rows that must be there; what is not listed here belongs to work that is not done yet.
fn required() -> Vec<String> {
    let mut rows = Vec::new();
    let mut range = |prefix: &str, last: u32| rows.extend((1..=last).map(|i| format!("{prefix}{i:02}")));
    range("T-B", 12);
    range("T-I", 9);
    range("T-S", 10);
    range("T-D", 8);
    range("P-C", 11);
    range("T-N", 5);
    range("T-A", 4);
    range("P-N", 8);
    range("P-A", 15);
    range("P-D", 7);
    range("X-", 34);
    rows.extend((1..=17).map(|i| format!("DR-{i}")));
    rows.extend(["T-B03b", "T-B09b", "T-B10b", "T-B11b", "T-B11c", "X-39", "X-40", "V-1"].map(str::to_owned));
    rows.extend(["X-35", "X-36", "V-2"].map(str::to_owned));
    for (rules, last) in [("DL-T", 5), ("DL-B", 10), ("DL-P", 13)] {
        rows.extend((1..=last).map(|i| format!("{rules}{i}")));
    }
    rows
}

/// Names of the tests of this binary, as the test runner itself lists them.
fn listed(arguments: &[&str]) -> Vec<String> {
    let output = Command::new(std::env::current_exe().unwrap()).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

#[test]
fn every_row_has_a_test_that_runs() {
    let document =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/conformance.md")).unwrap();
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in document.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, _, test] = cells[..] else { continue };
        if !["T-", "P-", "X-", "V-", "DL-", "DR-"].iter().any(|kind| id.starts_with(kind)) {
            continue;
        }
        assert!(rows.insert(id.to_owned(), names_in(test)).is_none(), "{id} stands twice in the list");
    }
    let all = listed(&["--list"]);
    let ignored = listed(&["--list", "--ignored"]);
    for (id, tests) in &rows {
        assert!(!tests.is_empty(), "{id} names no test");
        let token = id.to_lowercase().replace('-', "_");
        let tokens = [token.clone(), token.replacen('_', "", 1)];
        for test in tests {
            assert!(all.contains(test), "{id}: there is no test {test}");
            assert!(!ignored.contains(test), "{id}: the test {test} is ignored");
            let name = test.rsplit("::").next().unwrap();
            assert!(
                tokens.iter().any(|token| format!("_{name}").contains(&format!("_{token}_"))),
                "{id}: the test {test} does not carry the row's id"
            );
        }
    }
    for id in required() {
        assert!(rows.contains_key(&id), "{id} is missing in docs/conformance.md");
    }
    // And the other way round: a test that carries an id is in the list.
    for test in all {
        let name = test.rsplit("::").next().unwrap();
        let mut parts = name.split('_');
        let carries_id = match (parts.next(), parts.next()) {
            (Some("dl"), Some(second)) => second.len() >= 2 && second.as_bytes()[1].is_ascii_digit(),
            (Some("t" | "p"), Some(second)) => {
                second.len() >= 3 && second[1..3].bytes().all(|b| b.is_ascii_digit())
            }
            (Some("dr"), Some(second)) => second.parse::<u32>().is_ok(),
            (Some(first), _) => {
                first.strip_prefix(['x', 'v']).is_some_and(|digits| digits.parse::<u32>().is_ok())
            }
            _ => false,
        };
        assert!(
            !carries_id || rows.values().flatten().any(|listed| *listed == test),
            "{test} carries a row's id and is not in docs/conformance.md"
        );
    }
}

/// The names between backticks.
fn names_in(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
