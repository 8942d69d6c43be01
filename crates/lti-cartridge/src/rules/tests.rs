use super::*;
use ResourceKind as K;
use SchematronRule as R;

const KINDS: [(K, &str); 7] = [
    (K::Topic, "topic"),
    (K::WebLink, "weblink"),
    (K::Assessment, "assessment"),
    (K::QuestionBank, "bank"),
    (K::LtiLink, "lti"),
    (K::Associated, "associated"),
    (K::WebContent, "webcontent"),
];

fn good(identifier: &str, kind: K) -> Facts<'_> {
    let mut facts = Facts::new(identifier, kind);
    facts.files = 1;
    facts
}

fn broken(resources: &[Facts<'_>], targets: &[&str], minor: u8) -> Vec<R> {
    check(resources, targets, minor).into_iter().map(|(_, rule)| rule).collect()
}

fn alone(facts: Facts<'_>) -> Vec<R> {
    broken(&[facts], &[], 1)
}

#[test]
fn the_table_of_dependencies() {
    let rules = |from: K| -> [Option<R>; 7] {
        match from {
            K::Topic => [Some(R::R1d), Some(R::R1e), Some(R::R1f), Some(R::R1g), Some(R::R1h), None, None],
            K::WebLink => [Some(R::R2d); 7],
            K::Assessment => {
                [Some(R::R3d), Some(R::R3e), Some(R::R3f), Some(R::R3g), Some(R::R3h), None, None]
            }
            K::QuestionBank => {
                [Some(R::R4e), Some(R::R4f), Some(R::R4g), Some(R::R4h), Some(R::R4i), None, None]
            }
            K::LtiLink => [
                Some(R::R11a),
                Some(R::R11b),
                Some(R::R11c),
                Some(R::R11d),
                Some(R::R11f),
                None,
                Some(R::R11e),
            ],
            K::Associated => {
                [Some(R::R6a), Some(R::R6b), Some(R::R6c), Some(R::R6d), Some(R::R6f), Some(R::R6e), None]
            }
            _ => [Some(R::R5a), Some(R::R5b), Some(R::R5c), Some(R::R5d), Some(R::R5f), Some(R::R5e), None],
        }
    };
    for (from, _) in KINDS {
        for ((to, name), expected) in KINDS.into_iter().zip(rules(from)) {
            let mut facts = good("from", from);
            facts.dependencies = vec![name];
            let expected: Vec<R> = expected.into_iter().collect();
            assert_eq!(broken(&[facts, good(name, to)], &[], 3), expected, "{from:?} depends on {to:?}");
        }
    }
}

#[test]
fn descriptors_are_one_file_without_href() {
    for (kind, [none, many, href]) in [
        (K::Topic, [R::R1a, R::R1b, R::R1c]),
        (K::WebLink, [R::R2a, R::R2b, R::R2c]),
        (K::Assessment, [R::R3a, R::R3b, R::R3c]),
        (K::QuestionBank, [R::R4b, R::R4c, R::R4d]),
        (K::LtiLink, [R::LtiNoFile, R::LtiManyFiles, R::LtiHref]),
    ] {
        assert_eq!(alone(good("x", kind)), []);
        assert_eq!(alone(Facts::new("x", kind)), [none]);
        let mut facts = good("x", kind);
        facts.files = 2;
        assert_eq!(alone(facts), [many]);
        let mut facts = good("x", kind);
        facts.has_href = true;
        facts.href_is_file = true;
        assert_eq!(alone(facts), [href]);
        let mut facts = Facts::new("x", kind);
        facts.inline = true;
        assert_eq!(alone(facts), [], "a document inside the resource");
    }
}

#[test]
fn one_question_bank_before_1_3() {
    let banks = [good("a", K::QuestionBank), good("b", K::QuestionBank)];
    assert_eq!(broken(&banks, &[], 1), [R::R4a]);
    assert_eq!(broken(&banks, &[], 3), []);
    assert_eq!(broken(&banks[..1], &["a"], 1), [R::R8a]);
}

#[test]
fn files_that_items_name_have_an_href() {
    for (kind, rule) in [(K::WebContent, R::R5g), (K::Associated, R::R6g)] {
        assert_eq!(broken(&[good("a", kind)], &["a"], 1), [rule]);
        assert_eq!(broken(&[good("a", kind)], &[], 1), []);
        let mut facts = good("a", kind);
        facts.has_href = true;
        assert_eq!(alone(facts.clone()), [R::R10b]);
        facts.href_is_file = true;
        assert_eq!(broken(&[facts.clone()], &["a"], 1), []);
        facts.files = 0;
        assert_eq!(alone(facts), [R::R10a]);
    }
}

#[test]
fn repetitions() {
    let mut facts = good("a", K::Topic);
    facts.dependencies = vec!["w", "w", "a"];
    assert_eq!(broken(&[facts, good("w", K::WebContent)], &[], 1), [R::R7b, R::R7a]);
    let mut facts = good("a", K::WebContent);
    facts.duplicate_file = true;
    assert_eq!(alone(facts), [R::R9a]);
}

#[test]
fn every_rule_has_its_own_number() {
    let numbers: std::collections::BTreeSet<&str> = R::ALL.iter().map(|rule| rule.number()).collect();
    assert_eq!(numbers.len(), R::ALL.len());
    // 8b is about items: the reader reports it, the types keep the writer from breaking it.
    assert_eq!(R::ALL.len(), 56 + 3);
}
