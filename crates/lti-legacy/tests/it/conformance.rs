//! docs/conformance.md says which test stands for which row of LTI 1; this compares it with the tests that exist.

use std::collections::BTreeMap;
use std::process::Command;

/// All rows of the tool suite that are public, and our own.
fn required() -> Vec<String> {
    let mut rows = Vec::new();
    for (section, last) in [(1, 9), (2, 4), (3, 8), (4, 7), (6, 4)] {
        rows.extend((1..=last).map(|row| format!("L-{section}.{row}")));
    }
    rows.extend(["X-37", "X-38"].map(str::to_owned));
    rows
}

fn listed(arguments: &[&str]) -> Vec<String> {
    let output = Command::new(std::env::current_exe().unwrap()).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

#[test]
fn every_row_of_lti_1_has_a_test_that_runs() {
    let document =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/conformance.md")).unwrap();
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in document.lines().filter(|line| line.starts_with("| L-") || line.starts_with("| `X-3")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, _, test] = cells[..] else { panic!("{line}") };
        let tests = test.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        assert!(
            rows.insert(id.trim_matches('`').to_owned(), tests).is_none(),
            "{id} stands twice in the list"
        );
    }
    assert_eq!(rows.keys().cloned().collect::<Vec<_>>(), required());
    let (all, ignored) = (listed(&["--list"]), listed(&["--list", "--ignored"]));
    for (id, tests) in &rows {
        assert!(!tests.is_empty(), "{id} names no test");
        for test in tests {
            assert!(all.contains(test), "{id}: there is no test {test}");
            assert!(!ignored.contains(test), "{id}: the test {test} is ignored");
        }
    }
    // And the other way round: a test that carries an id is in the list.
    for test in
        all.iter().filter(|test| test.contains("::l_") || test.contains("::x37_") || test.contains("::x38_"))
    {
        assert!(rows.values().flatten().any(|listed| listed == test), "{test} is not in docs/conformance.md");
    }
}
