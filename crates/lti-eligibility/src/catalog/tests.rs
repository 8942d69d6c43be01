use super::*;
use std::io::{BufReader, Cursor, Read};

const GOOD: &str =
    r#"{"id":"c-1","title":"T","default_instance":"active","enrollment_type":"self_enrolled","modules":[]}"#;

fn document(courses: &str) -> String {
    format!(r#"{{"id":"a","name":"Autumn","courses":[{courses}]}}"#)
}

/// The fault of one malformed course between two good ones.
fn fault(course: &str) -> UnreadableCourse {
    let other = GOOD.replace("c-1", "c-3");
    let document = Catalog::parse(document(&format!("{GOOD},{course},{other}")).as_bytes()).unwrap();
    assert!(document.entries[0].course.is_ok() && document.entries[2].course.is_ok());
    let text = format!("{{\"id\":\"a\",\"name\":\"Autumn\"}}\n{GOOD}\n{course}\n\n{other}");
    let lines: Vec<_> = CatalogLines::new(text.as_bytes()).unwrap().map(Result::unwrap).collect();
    assert_eq!(lines, document.entries);
    document.entries[1].course.clone().unwrap_err()
}

#[test]
fn a_malformed_course_names_index_id_and_field() {
    let with = |from: &str, to: &str| GOOD.replace("c-1", "c-2").replace(from, to);
    for (course, field, detail) in [
        (with(r#""title":"T","#, ""), "title", "missing field"),
        (with(r#""title":"T""#, r#""title":7"#), "title", "invalid type: integer `7`"),
        (with("active", "deleted"), "default_instance", "unknown variant `deleted`"),
        (
            with("[]", r#"[{"delivery":"self_paced"},{"delivery":"by_post"}]"#),
            "modules[1].delivery",
            "by_post",
        ),
        (with("[]", r#"[{"optional":true}]"#), "modules[0].delivery", "missing field"),
        (
            with("[]", r#"[{"delivery":"activity","optionall":true}]"#),
            "modules[0].optionall",
            "unknown field",
        ),
        (with("[]", r#"[],"payd":true"#), "payd", "unknown field"),
        (with("[]", r#"[],"paid":null"#), "paid", "invalid type: null"),
        (with("[]", r#"[],"paid":true,"paid":false"#), "paid", "duplicate field"),
        (with("[]", r#"[],"minimum_score":101"#), "minimum_score", "from 1 to 100"),
        (with("[]", r#"[],"prerequisites":["c-0",""]"#), "prerequisites[1]", "blank"),
        (with("[]", r#"[],"enrollment_deadline":"tomorrow""#), "enrollment_deadline", ""),
        (with("[]", r#"[],"programs":[{"kind":"league","name":"N"}]"#), "programs[0].kind", "league"),
    ] {
        let fault = fault(&course);
        assert_eq!(
            (fault.index, fault.id.as_deref(), fault.field()),
            (1, Some("c-2"), Some(field)),
            "{course}"
        );
        assert!(fault.to_string().contains(detail), "{fault}");
        assert!(!fault.to_string().contains("at line"), "{fault}");
    }
}

#[test]
fn an_id_is_shown_even_when_it_is_the_fault() {
    assert_eq!(fault(&GOOD.replace(r#""c-1""#, r#""..""#)).id.as_deref(), Some(".."));
    let number = fault(&GOOD.replace(r#""c-1""#, "17"));
    assert_eq!((number.id.as_deref(), number.field()), (Some("17"), Some("id")));
    let missing = fault(&GOOD.replace(r#""id":"c-1","#, ""));
    assert_eq!((missing.id.as_deref(), missing.field()), (None, Some("id")));
    for other in ["null", "[]", "\"course\"", "7"] {
        assert_eq!(fault(other).id, None, "{other}");
    }
}

#[test]
fn a_detail_is_not_longer_than_a_person_reads() {
    let long = fault(&GOOD.replace("self_enrolled", &"é".repeat(5000)));
    assert!(long.to_string().chars().count() < 600);
}

#[test]
fn a_repeated_id_is_noticed_in_a_document() {
    let catalog = Catalog::parse(document(&format!("{GOOD},{GOOD}")).as_bytes()).unwrap();
    let repeated = catalog.entries[1].course.as_ref().unwrap_err();
    assert_eq!(repeated.fault, CourseFault::DuplicateId { earlier: 0 });
    assert_eq!((repeated.field(), repeated.id.as_deref()), (Some("id"), Some("c-1")));
}

#[test]
fn a_repeated_id_is_noticed_in_lines_if_asked_for() {
    let text = format!("{{\"id\":\"a\",\"name\":\"Autumn\"}}\n{GOOD}\n{GOOD}\n[]\n{GOOD}");
    let lines = || CatalogLines::new(text.as_bytes()).unwrap();
    assert_eq!(lines().filter(|entry| entry.as_ref().unwrap().course.is_ok()).count(), 3);
    let unique: Vec<_> = lines().with_unique_ids().map(Result::unwrap).collect();
    assert_eq!(
        unique,
        Catalog::parse(document(&[GOOD, GOOD, "[]", GOOD].join(",")).as_bytes()).unwrap().entries
    );
    assert_eq!(unique[3].course.as_ref().unwrap_err().fault, CourseFault::DuplicateId { earlier: 0 });
}

#[test]
fn errors_of_a_document_say_where() {
    let error = |text: &[u8]| Catalog::parse(text).unwrap_err();
    assert_eq!(error(b"").code(), "catalog_not_json");
    assert!(matches!(error(b"{\n\"id\": }"), CatalogError::Syntax { line: 2, column: 7 }));
    assert_eq!(error(format!("{} x", document(GOOD)).as_bytes()).code(), "catalog_not_json");
    let field = |text: &str| match error(text.as_bytes()) {
        CatalogError::Field { field, .. } => field,
        other => panic!("{other}"),
    };
    assert_eq!(field(r#"{"id":"a","courses":[]}"#), "name");
    assert_eq!(field(r#"{"id":"a","name":"A"}"#), "courses");
    assert_eq!(field(r#"{"id":"a","name":"A","courses":[],"enabeld":false}"#), "enabeld");
    assert_eq!(field(r#"{"id":"a","name":"A","courses":{}}"#), "courses");
    assert_eq!(field("[]"), ".");
}

#[test]
fn utf8_errors_name_the_offset_and_a_byte_order_mark_is_accepted() {
    let good = document(GOOD);
    let marked = [b"\xEF\xBB\xBF", good.as_bytes()].concat();
    assert_eq!(Catalog::parse(&marked).unwrap(), Catalog::parse(good.as_bytes()).unwrap());
    let mut bytes = marked.clone();
    bytes[40] = 0xE9;
    assert!(matches!(Catalog::parse(&bytes).unwrap_err(), CatalogError::NotUtf8 { offset: 40 }));

    let header = b"\xEF\xBB\xBF{\"id\":\"a\",\"name\":\"A\"}\r\n".to_vec();
    let broken = GOOD.replace("c-1", "c-2").replace(r#""T""#, r#""caf#""#).replace('#', "\u{1}").into_bytes();
    let broken: Vec<u8> = broken.into_iter().map(|byte| if byte == 1 { 0xE9 } else { byte }).collect();
    let offset = header.len() + GOOD.len() + 2 + broken.iter().position(|byte| *byte == 0xE9).unwrap();
    let text = [&header, GOOD.as_bytes(), b"\r\n", &broken, b"\n", GOOD.as_bytes()].concat();
    let lines: Vec<_> =
        CatalogLines::new(text.as_slice()).unwrap().map(|entry| entry.unwrap().course).collect();
    assert!(lines[0].is_ok() && lines[2].is_ok());
    let unreadable = lines[1].as_ref().unwrap_err();
    assert_eq!(unreadable.fault, CourseFault::NotUtf8 { offset: offset as u64 });
    assert_eq!(unreadable.id.as_deref(), Some("c-2"));
    // Only the file has a mark; within it, it is no JSON.
    let marked = [&header, &b"\xEF\xBB\xBF"[..], GOOD.as_bytes()].concat();
    let course = CatalogLines::new(marked.as_slice()).unwrap().next().unwrap().unwrap().course;
    assert_eq!(course.unwrap_err().fault.code(), "course_not_json");
    assert!(matches!(
        CatalogLines::new(&b"\xEF\xBB\xBF{\xFF"[..]).unwrap_err(),
        CatalogError::NotUtf8 { offset: 4 }
    ));
}

#[test]
fn lines_need_a_first_one() {
    let error = |text: &str| CatalogLines::new(text.as_bytes()).unwrap_err().code();
    assert_eq!(error(""), "catalog_header_missing");
    assert_eq!(error("\n"), "catalog_header_missing");
    assert_eq!(error(GOOD), "catalog_member_wrong");
    assert_eq!(error("{"), "catalog_not_json");
    let none = CatalogLines::new(&br#"{"id":"a","name":"A","enabled":false}"#[..]).unwrap();
    assert!(!none.header().enabled);
    assert_eq!(none.count(), 0);
}

#[test]
fn a_line_that_is_not_json_names_its_line() {
    let text = format!("{{\"id\":\"a\",\"name\":\"A\"}}\n\n{{\"id\":\n{GOOD} {GOOD}\n{GOOD}");
    let lines: Vec<_> =
        CatalogLines::new(text.as_bytes()).unwrap().map(|entry| entry.unwrap().course).collect();
    assert!(matches!(lines[0].as_ref().unwrap_err().fault, CourseFault::Syntax { line: 3, .. }));
    assert!(matches!(lines[1].as_ref().unwrap_err().fault, CourseFault::Syntax { line: 4, .. }));
    assert!(lines[2].is_ok());
}

#[test]
fn a_line_without_end_does_not_fill_the_memory() {
    let header = "{\"id\":\"a\",\"name\":\"A\"}\n";
    let endless = std::io::repeat(b'x').take(64 * 1024 * 1024);
    let rest = Cursor::new(format!("\n{GOOD}"));
    let reader = BufReader::new(Cursor::new(header).chain(endless).chain(rest));
    let mut lines = CatalogLines::new(reader).unwrap();
    let fault = lines.next().unwrap().unwrap().course.unwrap_err().fault;
    assert_eq!(fault, CourseFault::TooLong { limit: MAX_LINE_BYTES });
    assert!(lines.next().unwrap().unwrap().course.is_ok());
}

#[test]
fn a_reader_that_fails_ends_the_catalog() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    let reader = BufReader::new(Cursor::new("{\"id\":\"a\",\"name\":\"A\"}\n").chain(Broken));
    let mut lines = CatalogLines::new(reader).unwrap();
    assert_eq!(lines.next().unwrap().unwrap_err().code(), "catalog_read_failed");
    assert!(lines.next().is_none());
}
