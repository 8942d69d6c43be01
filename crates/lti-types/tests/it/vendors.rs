//! What vendors add: each accessor with its member present, absent, and of another type than documented.

use lti_types::vendor::{blackboard, brightspace, canvas, moodle, open_edx, sakai, schoology};
use lti_types::{LaunchClaims, UserId};
use serde_json::{Value, json};

use crate::round_trips::{fixture, fixture_json};

/// Every JSON type but the ones named.
fn other_types(but: &[&str]) -> Vec<Value> {
    let all = [
        ("null", Value::Null),
        ("flag", json!(true)),
        ("number", json!(7)),
        ("number", json!(-1.5)),
        ("text", json!("text")),
        ("list", json!(["text"])),
        ("object", json!({"text": "text"})),
    ];
    all.into_iter().filter(|(name, _)| !but.contains(name)).map(|(_, value)| value).collect()
}

/// Asserts that an accessor finds its value, and finds nothing where it is absent or of another type.
fn assert_reads<T: PartialEq + std::fmt::Debug>(
    name: &str,
    claim: &str,
    member: Option<&str>,
    expected: &T,
    types: &[&str],
    read: impl Fn(&LaunchClaims) -> Option<T>,
) {
    let launch = fixture_json(name);
    let found = |launch: &Value| read(&serde_json::from_value(launch.clone()).unwrap());
    assert_eq!(found(&launch).as_ref(), Some(expected), "{name} {claim} {member:?}");
    let mut absent = launch.clone();
    absent.as_object_mut().unwrap().remove(claim).unwrap();
    assert_eq!(found(&absent), None, "{name} without {claim}");
    for value in other_types(types) {
        let mut odd = launch.clone();
        match member {
            Some(member) => odd[claim][member] = value,
            None => odd[claim] = value,
        }
        assert_eq!(found(&odd), None, "{}", odd[claim]);
    }
    if member.is_some() {
        for value in other_types(&["object"]) {
            let mut odd = launch.clone();
            odd[claim] = value;
            assert_eq!(found(&odd), None, "{}", odd[claim]);
        }
    }
}

/// The same for a text.
fn assert_reads_text(
    name: &str,
    claim: &str,
    member: Option<&str>,
    expected: &str,
    read: impl Fn(&LaunchClaims) -> Option<&str>,
) {
    let owned = |claims: &LaunchClaims| read(claims).map(str::to_owned);
    assert_reads(name, claim, member, &expected.to_owned(), &["text"], owned);
}

#[test]
fn blackboard_members() {
    const IDS: &str = "https://blackboard.com/webapps/foundations-connector/foundations-ids";
    let token = "https://blackboard.com/lti/claim/one_time_session_token";
    assert_reads_text("blackboard_launch", token, None, "once-51", blackboard::one_time_session_token);
    assert_reads_text("blackboard_launch", IDS, Some("site-id"), "site-51", blackboard::site_id);
    assert_reads_text("blackboard_launch", IDS, Some("tenant-id"), "tenant-51", blackboard::tenant_id);
    let custom = fixture("blackboard_launch").custom.unwrap();
    assert_eq!((custom.get("user_role"), custom.get("history")), (None, None), "unresolved variables");
    assert_eq!(custom.get("caliper_profile_url"), Some("https://learn.example/caliper"));
}

#[test]
fn brightspace_members() {
    const CLAIM: &str = "http://www.brightspace.com";
    for (member, expected) in [("tenant_id", "tenant-71"), ("user_id", "9071"), ("username", "bo.h")] {
        let read = |claims: &LaunchClaims| brightspace::value(claims, member);
        let types = ["text", "number"];
        assert_reads("brightspace_launch", CLAIM, Some(member), &expected.to_owned(), &types, read);
    }
    let launch = fixture("brightspace_launch");
    assert_eq!(brightspace::value(&launch, "link_id"), None, "null");
    assert_eq!(brightspace::value(&launch, "absent"), None);
    let history =
        |claims: &LaunchClaims| Some(brightspace::context_history(claims)).filter(|h| !h.is_empty());
    let expected = vec!["6605".to_owned(), "66,04".to_owned()];
    assert_reads("brightspace_launch", CLAIM, Some("Context.id.history"), &expected, &["text"], history);
    let history =
        |claims: &LaunchClaims| Some(brightspace::resource_link_history(claims)).filter(|h| !h.is_empty());
    let expected = vec!["dale_0".to_owned()];
    assert_reads("brightspace_launch", CLAIM, Some("ResourceLink.id.history"), &expected, &["text"], history);
}

#[test]
fn cc1_copy_histories_are_lists_of_decoded_ids() {
    let cases: [(&str, &[&str]); 8] = [
        ("", &[]),
        (",, ,", &[]),
        ("a", &["a"]),
        (" a , b ", &["a", "b"]),
        ("a+b,c%2Bd", &["a+b", "c+d"]),
        ("a%2Cb", &["a,b"]),
        ("a=b&c", &["a=b&c"]),
        ("100%,%ff", &["100%", "\u{fffd}"]),
    ];
    for (text, expected) in cases {
        let claims = json!({"http://www.brightspace.com": {"Context.id.history": text}});
        let claims: LaunchClaims = serde_json::from_value(claims).unwrap();
        assert_eq!(brightspace::context_history(&claims), expected, "{text}");
    }
}

#[test]
fn canvas_members() {
    let placement = "https://www.instructure.com/placement";
    assert_reads_text("canvas_deep_linking", placement, None, "assignment_selection", canvas::placement);
    let launch = fixture("canvas_launch");
    assert_eq!(canvas::placement(&launch), None, "null is no placement");
    let login = "https://www.instructure.com/canvas_user_login_id";
    let read = |claims: &LaunchClaims| canvas::value(claims, "canvas_user_login_id");
    assert_reads("canvas_launch", login, None, &"ines.o".to_owned(), &["text", "number"], read);
    for (name, expected) in [
        ("canvas_account_id", Some("12")),
        ("canvas_course_id", Some("8")),
        ("canvas_user_id", None),
        ("note", None),
        ("absent", None),
    ] {
        assert_eq!(canvas::value(&launch, name).as_deref(), expected, "{name}");
    }
    assert_eq!(canvas::legacy_user_id(&launch), Some("legacy-41"));
    let mut launch = launch;
    launch.lti1p1 = None;
    launch.lti11_legacy_user_id = Some("older".into());
    assert_eq!(canvas::legacy_user_id(&launch), Some("older"));
    launch.lti11_legacy_user_id = None;
    assert_eq!(canvas::legacy_user_id(&launch), None);
}

#[test]
fn moodle_members() {
    const EXT: &str = "https://purl.imsglobal.org/spec/lti/claim/ext";
    const FLAG: &str = "https://www.moodle.org/spec/lti-dl/accept_lineitem";
    const SETTINGS: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings";
    assert_reads_text("moodle_launch", EXT, Some("user_username"), "ruiz", moodle::user_name);
    assert_reads_text("moodle_launch", EXT, Some("lms"), "moodle-2", moodle::lms);
    let launch = fixture("moodle_launch");
    assert_eq!(moodle::setting_url(&launch, "system"), Some("https://moodle.example/settings/system"));
    assert_eq!(moodle::setting_url(&launch, "context"), Some("https://moodle.example/settings/context"));
    assert_eq!(moodle::setting_url(&launch, "link"), None, "an unresolved variable");
    assert_eq!(moodle::accept_line_item(&launch), None, "no deep linking");
    let outcome = launch.basic_outcome.unwrap();
    let sourcedid: Value = serde_json::from_str(&outcome.lis_result_sourcedid.unwrap()).unwrap();
    assert_eq!(sourcedid["data"]["userid"], "5", "JSON within JSON comes through whole");

    let accepts = |settings: Option<Value>, outside: Option<Value>| {
        let mut launch = fixture_json("moodle_deep_linking");
        launch[SETTINGS].as_object_mut().unwrap().remove(FLAG);
        if let Some(value) = settings {
            launch[SETTINGS][FLAG] = value;
        }
        if let Some(value) = outside {
            launch[FLAG] = value;
        }
        moodle::accept_line_item(&serde_json::from_value(launch).unwrap())
    };
    assert_eq!(accepts(None, None), None);
    for (value, expected) in [(json!(true), Some(true)), (json!(false), Some(false))] {
        assert_eq!(accepts(Some(value.clone()), None), expected);
        assert_eq!(accepts(None, Some(value)), expected);
    }
    for (text, expected) in [("true", Some(true)), ("false", Some(false)), ("perhaps", None)] {
        assert_eq!(accepts(Some(json!(text)), None), expected, "in the settings: {text}");
        assert_eq!(accepts(None, Some(json!(text))), expected, "beside the settings: {text}");
    }
    for value in other_types(&["flag", "text"]) {
        assert_eq!(accepts(Some(value.clone()), None), None, "{value}");
        assert_eq!(accepts(None, Some(value)), None);
    }
}

#[test]
fn pr3_open_edx_members() {
    const AP: &str = "https://purl.imsglobal.org/spec/lti-ap/claim/";
    let (start, data) = (format!("{AP}start_assessment_url"), format!("{AP}session_data"));
    let name = "open_edx_start_proctoring";
    assert_reads_text(name, &start, None, "https://edx.example/start", open_edx::start_assessment_url);
    assert_reads_text(name, &data, None, "session-101", open_edx::session_data);
    assert_eq!(open_edx::attempt_number(&fixture(name)), Some(1));
    assert_eq!(
        open_edx::attempt_number(&fixture("open_edx_end_assessment")),
        Some(2),
        "a number in a string"
    );
    for (value, expected) in [
        (json!(3), Some(3)),
        (json!("3"), Some(3)),
        (json!(0), None),
        (json!("0"), None),
        (json!(-1), None),
        (json!(1.5), None),
        (json!("first"), None),
        (json!(""), None),
        (json!(null), None),
        (json!([1]), None),
    ] {
        let claims = json!({format!("{AP}attempt_number"): value});
        let claims: LaunchClaims = serde_json::from_value(claims).unwrap();
        assert_eq!(open_edx::attempt_number(&claims), expected, "{value}");
    }
    assert_eq!(open_edx::attempt_number(&fixture("anonymous")), None);
}

#[test]
fn sakai_members() {
    let extension = "https://www.sakailms.org/spec/lti/claim/extension";
    for (member, expected) in [("sakai_role", "access"), ("sakai_eid", "lea"), ("sakai_serverid", "node1")] {
        let read = |claims: &LaunchClaims| sakai::value(claims, member).map(str::to_owned);
        assert_reads("sakai_launch", extension, Some(member), &expected.to_owned(), &["text"], read);
    }
    let origin = "https://purl.sakailms.org/spec/lti/claim/origin";
    assert_reads_text("sakai_launch", origin, None, "https://sakai.example", sakai::origin);
    let verify = "https://purl.sakailms.org/spec/lti/claim/postverify";
    let address = "https://sakai.example/imsblis/postverify/1";
    assert_reads_text("sakai_launch", verify, None, address, sakai::post_verify);
}

#[test]
fn schoology_members() {
    let mut launch = fixture("schoology_launch");
    assert_eq!(schoology::custom(&launch, "com_Schoology_Course"), Some("31"));
    let mut custom = launch.custom.clone().unwrap();
    custom.insert("Course_Kind", "lab");
    let other = {
        let mut other = launch.clone();
        other.custom = Some(custom);
        other
    };
    assert_eq!(schoology::custom(&other, "course_kind"), Some("lab"), "in any case");
    assert_eq!(schoology::custom(&launch, "com_schoology_course"), Some("31"));
    assert_eq!(schoology::custom(&launch, "plain"), None, "an unresolved variable");
    assert_eq!(schoology::custom(&launch, "absent"), None);
    assert_eq!(schoology::user_number(&launch), Some("900091"));
    for (sub, expected) in [("900091", None), ("::x", Some("")), ("1::2::3", Some("1"))] {
        launch.sub = Some(UserId::new(sub).unwrap());
        assert_eq!(schoology::user_number(&launch), expected, "{sub}");
    }
    launch.sub = None;
    launch.custom = None;
    assert_eq!(schoology::user_number(&launch), None);
    assert_eq!(schoology::custom(&launch, "plain"), None);
}
