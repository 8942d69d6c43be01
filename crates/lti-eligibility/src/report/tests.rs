use super::*;
use crate::course::{
    Course, CourseId, DefaultInstance, Delivery, EnrollmentType, InstanceState, MinimumScore, Module,
};
use crate::export::{Effect, Rule};
use proptest::prelude::*;
use serde_json::Value;
use url::Url;

fn now() -> DateTime<Utc> {
    "2026-01-31T12:00:00Z".parse().unwrap()
}

fn course(id: &str) -> Course {
    let modules = vec![Module::new(Delivery::SelfPaced)];
    let id = CourseId::new(id).unwrap();
    Course::new(id, "A title", DefaultInstance::Active, EnrollmentType::SelfEnrolled, modules)
}

fn catalog() -> Catalog {
    let mut warned = course("c-1");
    warned.marketplace = Some("Go1".into());
    warned.minimum_score = Some(MinimumScore::new(80).unwrap());
    let mut blocked = course("c-2");
    blocked.title = "=HYPERLINK(\"https://evil.example\")".into();
    blocked.default_instance = DefaultInstance::Retired;
    blocked.other_instances = vec![InstanceState::Active];
    blocked.mobile_or_offline = true;
    let courses = [course("c-0"), warned, blocked];
    let courses: Vec<_> = courses.iter().map(|course| serde_json::to_string(course).unwrap()).collect();
    let unreadable = r#"{"id":"c-3","title":"Unreadable"}"#;
    let text = format!(r#"{{"id":"autumn","name":"Autumn","courses":[{},{unreadable}]}}"#, courses.join(","));
    Catalog::parse(text.as_bytes()).unwrap()
}

fn report() -> Report {
    let base = LaunchBase::parse("https://tool.example/launch/").unwrap();
    Report::of(&catalog(), Policy::default(), Some(base), now()).unwrap()
}

#[test]
fn a_report_says_everything_about_every_course() {
    let json: Value = serde_json::from_slice(&report().write_json(Vec::new()).unwrap()).unwrap();
    assert_eq!(json["catalog"]["id"], "autumn");
    assert_eq!(json["checked_at"], "2026-01-31T12:00:00Z");
    let decisions: Vec<_> = json["courses"].as_array().unwrap().iter().map(|row| &row["decision"]).collect();
    assert_eq!(decisions, ["eligible", "eligible_with_warnings", "blocked", "unreadable"]);
    assert_eq!(json["courses"][0]["launch_url"], "https://tool.example/launch/c-0");
    assert_eq!(json["courses"][0]["reasons"], serde_json::json!([]));
    assert_eq!(json["courses"][1]["warnings"][0]["code"], "marketplace_content");
    assert_eq!(json["courses"][2]["reasons"][0]["message"], "Retire Def Instance");
    assert_eq!(json["courses"][2]["reasons"][1]["message"], "Multiple Instances");
    assert_eq!(json["courses"][2]["warnings"][0]["code"], "mobile_or_offline");
    assert_eq!(json["courses"][2]["title"], "=HYPERLINK(\"https://evil.example\")");
    assert!(json["courses"][2].get("launch_url").is_none());
    assert_eq!(json["courses"][3]["index"], 3);
    assert_eq!(json["courses"][3]["id"], "c-3");
    assert_eq!(json["courses"][3]["field"], "default_instance");
    assert_eq!(json["courses"][3]["reasons"][0]["code"], "course_member_wrong");
    assert_eq!(
        json["totals"],
        serde_json::json!({
            "courses": 4, "eligible": 1, "eligible_with_warnings": 1, "blocked": 1, "unreadable": 1,
            "by_reason": {"default_instance_retired": 1, "multiple_instances": 1},
            "by_warning": {"marketplace_content": 1, "mobile_or_offline": 1},
        })
    );
    assert_eq!(serde_json::from_value::<Totals>(json["totals"].clone()).unwrap(), report().totals);
    assert_eq!(report().eligible().count(), 2);
    assert_eq!(report().totals.exportable(), 2);
}

#[test]
fn lines_hold_what_the_document_holds() {
    let json: Value = serde_json::from_slice(&report().write_json(Vec::new()).unwrap()).unwrap();
    let lines = report().write_json_lines(Vec::new()).unwrap();
    let lines: Vec<Value> =
        lines.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    assert_eq!(lines[0]["catalog"], json["catalog"]);
    assert_eq!(lines[1..5], json["courses"].as_array().unwrap()[..]);
    assert_eq!(lines[5]["totals"], json["totals"]);
    assert_eq!(lines.len(), 6);
    let empty = Catalog::new(CatalogHeader::new("e", "Empty"), []);
    let report = Report::of(&empty, Policy::default(), None, now()).unwrap();
    let json: Value = serde_json::from_slice(&report.write_json(Vec::new()).unwrap()).unwrap();
    assert_eq!((&json["courses"], &json["totals"]["courses"]), (&serde_json::json!([]), &0.into()));
}

#[test]
fn csv_can_be_read_back_and_holds_no_formula() {
    let bytes = report().write_csv(Vec::new()).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("\"index\",\"id\",") && text.ends_with("\"\r\n"));
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(&rows[2][2], "'=HYPERLINK(\"https://evil.example\")");
    assert_eq!(&rows[2][5], "default_instance_retired, multiple_instances");
    assert_eq!(&rows[2][6], "Retire Def Instance, Multiple Instances");
    assert_eq!(&rows[3][3], "unreadable");
    assert!(rows[3][7].contains("default_instance"));
    assert_eq!(&rows[1][9], "marketplace_content");
    let marked = CsvWriter::with_byte_order_mark(Vec::new()).unwrap().finish().unwrap();
    assert!(marked.starts_with(b"\xEF\xBB\xBF\"index\""));
}

#[test]
fn a_disabled_catalog_is_refused_whole() {
    let mut catalog = catalog();
    catalog.header.enabled = false;
    let error = Report::of(&catalog, Policy::default(), None, now()).unwrap_err();
    assert_eq!(error.code(), "catalog_disabled");
    assert!(error.to_string().contains("autumn"));
}

#[test]
fn a_writer_that_fails_is_an_error() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("disk full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    assert!(report().write_json(Full).is_err());
    assert!(report().write_json_lines(Full).is_err());
    assert!(report().write_csv(Full).is_err());
    let reporter = Reporter::new(&catalog().header, Policy::default(), now()).unwrap();
    let error = reporter.stream_json_lines(std::iter::empty(), Full).unwrap_err();
    assert_eq!(error.code(), "report_write_failed");
}

#[test]
fn launch_links() {
    for base in [
        "https://tool.example",
        "https://tool.example/",
        "http://127.0.0.1:8080/a",
        "http://[::1]/",
        "http://localhost/x?y=z",
    ] {
        let link = LaunchBase::parse(base).unwrap().link(&CourseId::new("?#%/&=ü").unwrap());
        let url = Url::parse(&link).unwrap();
        assert_eq!(url.path_segments().unwrap().next_back(), Some("%3F%23%25%2F%26%3D%C3%BC"), "{link}");
    }
    for base in [
        "",
        "/launch",
        "http://tool.example/",
        "ftp://tool.example/",
        "https://tool.example/#x",
        "https://user@tool.example/",
        " https://tool.example/",
        "https:tool.example",
        "https:\\\\tool.example\\",
        "javascript:alert(1)",
        "http://localhost.evil.example/",
    ] {
        assert!(LaunchBase::parse(base).is_err(), "{base:?}");
    }
}

#[test]
fn no_launch_link_is_longer_than_a_cartridge_holds() {
    let base = |bytes: usize| format!("https://tool.example/{}", "x".repeat(bytes - 21));
    let longest = LaunchBase::parse(&base(MAX_LAUNCH_BASE_BYTES)).unwrap();
    let id = CourseId::new("é".repeat(crate::course::MAX_COURSE_ID_BYTES / 2)).unwrap();
    assert_eq!(longest.link(&id).len(), 4096);
    assert!(LaunchBase::parse(&base(MAX_LAUNCH_BASE_BYTES + 1)).is_err());
}

proptest! {
    #[test]
    fn the_numbers_add_up(flags in prop::collection::vec((any::<bool>(), any::<bool>(), any::<bool>()), 0..40)) {
        let courses = flags.iter().enumerate().map(|(index, (paid, switch, shared))| {
            let mut course = course(&format!("c-{index}"));
            (course.paid, course.instance_switch) = (*paid, *switch);
            course.marketplace = shared.then(|| "Go1".to_owned());
            course
        });
        let catalog = Catalog::new(CatalogHeader::new("a", "A"), courses);
        let policy = Policy::default().with(Rule::InstanceSwitch, Effect::Warn);
        let report = Report::of(&catalog, policy, None, now()).unwrap();
        let totals = &report.totals;
        prop_assert_eq!(totals.courses, flags.len() as u64);
        prop_assert_eq!(totals.courses, totals.exportable() + totals.blocked + totals.unreadable);
        prop_assert_eq!(totals.exportable(), report.eligible().count() as u64);
        let paid = flags.iter().filter(|(paid, ..)| *paid).count() as u64;
        prop_assert_eq!(totals.by_reason.get(&Rule::Paid).copied().unwrap_or(0), paid);
        let reasons: u64 = totals.by_reason.values().sum();
        prop_assert_eq!(reasons, report.rows.iter().map(|row| row.decision.reasons().len() as u64).sum::<u64>());
        let warnings: u64 = totals.by_warning.values().sum();
        prop_assert_eq!(warnings, report.rows.iter().map(|row| row.decision.warnings().len() as u64).sum::<u64>());
    }
}
