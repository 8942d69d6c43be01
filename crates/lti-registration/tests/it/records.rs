//! Records with every kind of mistake: all of them are found at once, by member and code.

use lti_registration::{
    AddressRules, Fault, Handover, Import, ImportError, PlatformAddresses, Severity, has_errors,
};
use lti_types::{ClientId, DeploymentId, Issuer, PlatformRecord, ToolRecord};
use serde_json::{Value, json};

fn codes(faults: &[Fault]) -> Vec<(&str, &str)> {
    faults.iter().map(|fault| (fault.field(), fault.code())).collect()
}

fn platform(change: impl FnOnce(&mut Value)) -> Vec<Fault> {
    let mut record = json!({
        "issuer": "https://lms.example", "client_id": "quiz", "deployment_ids": ["1"],
        "authentication_url": "https://lms.example/auth", "token_url": "https://lms.example/token",
        "key_set_url": "https://lms.example/jwks"
    });
    change(&mut record);
    faults::<PlatformRecord>(&record)
}

fn tool(change: impl FnOnce(&mut Value)) -> Vec<Fault> {
    let mut record = json!({
        "client_id": "quiz", "deployment_ids": ["1"], "login_url": "https://tool.example/login",
        "redirect_uris": ["https://tool.example/launch"], "target_link_uri": "https://tool.example/launch",
        "key_set_url": "https://tool.example/jwks"
    });
    change(&mut record);
    faults::<ToolRecord>(&record)
}

fn faults<R: lti_registration::Record>(record: &Value) -> Vec<Fault> {
    let mut import = Import::<R>::from_json(record.to_string().as_bytes(), AddressRules::default()).unwrap();
    let faults = match import.rejected.pop() {
        Some(rejected) => {
            assert!(has_errors(&rejected.faults));
            rejected.faults
        }
        None => import.records.pop().unwrap().warnings,
    };
    for fault in &faults {
        assert!(!fault.to_string().is_empty() && !fault.fix().is_empty() && !fault.spec().is_empty());
    }
    faults
}

const PRIVATE: &str =
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n";

#[test]
fn each_mistake_of_a_platform_record_has_its_code() {
    assert_eq!(platform(|_| {}), []);
    for (member, value, expected) in [
        ("issuer", json!("http://lms.example"), vec![("issuer", "url_not_https")]),
        ("issuer", json!("lms.example"), vec![("issuer", "url_not_absolute")]),
        ("issuer", json!("https://lms.example?x"), vec![("issuer", "issuer_query")]),
        ("issuer", json!("https://lms.example/#x"), vec![("issuer", "url_fragment")]),
        ("issuer", json!("https://lms.example/"), vec![("issuer", "issuer_trailing_slash")]),
        ("issuer", json!("https://lms.example/auth"), vec![("issuer", "issuer_is_endpoint")]),
        ("issuer", json!("https://lms.example/mod/lti/certs.php"), vec![("issuer", "issuer_is_endpoint")]),
        ("issuer", json!("https://school.blackboard.com"), vec![("issuer", "issuer_is_shared")]),
        ("issuer", json!("https://school.schoology.com"), vec![("issuer", "issuer_is_shared")]),
        ("issuer", json!("https://10.1.2.3"), vec![("issuer", "url_private_address")]),
        ("issuer", json!("https://localhost"), vec![("issuer", "url_loopback")]),
        ("issuer", json!(7), vec![("issuer", "wrong_type")]),
        ("issuer", json!(null), vec![("issuer", "missing")]),
        ("client_id", json!(""), vec![("client_id", "identifier_empty")]),
        ("client_id", json!("a\u{7}"), vec![("client_id", "identifier_control_character")]),
        ("deployment_ids", json!([]), vec![("deployment_ids", "no_deployment")]),
        ("deployment_ids", json!(["1", "1"]), vec![("deployment_ids", "repeated")]),
        (
            "deployment_ids",
            json!([1]),
            vec![("deployment_ids[0]", "wrong_type"), ("deployment_ids", "no_deployment")],
        ),
        ("deployment_ids", json!("1"), vec![("deployment_ids", "wrong_type")]),
        (
            "authentication_url",
            json!("https://lms.example/auth#x"),
            vec![("authentication_url", "url_fragment")],
        ),
        (
            "authentication_url",
            json!("https://a:b@lms.example"),
            vec![("authentication_url", "url_credentials")],
        ),
        (
            "authentication_url",
            json!(" https://lms.example/a"),
            vec![("authentication_url", "url_whitespace")],
        ),
        ("token_url", json!("https://lms.example/auth"), vec![("token_url", "same_address")]),
        (
            "token_url",
            json!("https://canvas.instructure.com/login/oauth2/token"),
            vec![("token_url", "host_moved")],
        ),
        ("key_set_url", json!("ftp://lms.example/jwks"), vec![("key_set_url", "url_scheme")]),
        ("key_set_url", json!("-----BEGIN PUBLIC KEY-----"), vec![("key_set_url", "key_for_url")]),
        ("key_set_url", json!(r#"{"kty":"RSA","d":"x"}"#), vec![("key_set_url", "private_key")]),
        ("key_set_url", json!(null), vec![("key_set_url", "keys_missing")]),
        (
            "key_set_url",
            json!("https://developer.blackboard.com/api/v1/management/applications/other/jwks.json"),
            vec![("key_set_url", "key_set_of_other_client")],
        ),
        (
            "public_key_pem",
            json!("https://x.example"),
            vec![("public_key_pem", "keys_twice"), ("public_key_pem", "url_for_key")],
        ),
        (
            "public_key_pem",
            json!(PRIVATE),
            vec![("public_key_pem", "keys_twice"), ("public_key_pem", "private_key")],
        ),
        (
            "public_key_pem",
            json!("nonsense"),
            vec![("public_key_pem", "keys_twice"), ("public_key_pem", "key_unusable")],
        ),
        (
            "token_audience",
            json!("https://lms.example/token/"),
            vec![("token_audience", "token_audience_slash")],
        ),
        ("token_audience", json!(" "), vec![("token_audience", "missing")]),
        ("profile", json!("webct"), vec![("profile", "profile_unknown")]),
        (
            "token_audience",
            json!("https://other.example/token"),
            vec![("token_audience", "token_audience_elsewhere")],
        ),
        ("token_audience", json!("https://lms.example/audience"), vec![]),
        ("token_audience", json!("urn:lms"), vec![]),
        ("status", json!("Active"), vec![("status", "not_one_of")]),
        ("stauts", json!("disabled"), vec![("stauts", "unknown_member")]),
    ] {
        assert_eq!(codes(&platform(|record| record[member] = value.clone())), expected, "{member} {value}");
    }
    let wrong_host = platform(|record| {
        record["profile"] = "moodle".into();
        record["token_url"] = "https://auth.brightspace.com/core/connect/token".into();
    });
    assert_eq!(codes(&wrong_host), [("token_url", "other_product")]);
    // The constant of a product is right where assertions go to the product, and nowhere else.
    let brightspace = |token_url: &str, audience: Value| {
        platform(|record| {
            record["profile"] = "brightspace".into();
            record["token_url"] = token_url.into();
            record["token_audience"] = audience;
        })
    };
    let (own, constant) =
        ("https://auth.brightspace.com/core/connect/token", "https://api.brightspace.com/auth/token");
    assert_eq!(codes(&brightspace(own, Value::Null)), [("token_audience", "token_audience")]);
    assert_eq!(codes(&brightspace(own, constant.into())), []);
    let elsewhere = brightspace("https://lms.example/token", constant.into());
    assert_eq!(codes(&elsewhere), [("token_audience", "token_audience_elsewhere")]);
}

#[test]
fn each_mistake_of_a_tool_record_has_its_code() {
    assert_eq!(tool(|_| {}), []);
    for (member, value, expected) in [
        ("redirect_uris", json!([]), vec![]),
        ("redirect_uris", json!(null), vec![]),
        ("redirect_uris", json!(["https://tool.example/a?b"]), vec![("redirect_uris[0]", "redirect_query")]),
        (
            "redirect_uris",
            json!(["https://tool.example/a", "https://tool.example/a"]),
            vec![("redirect_uris[1]", "repeated")],
        ),
        ("redirect_uris", json!(["https://tool.example/login"]), vec![("redirect_uris[0]", "same_address")]),
        ("redirect_uris", json!(["https://evil.example/a"]), vec![("redirect_uris[0]", "other_host")]),
        ("redirect_uris", json!(["javascript:alert(1)"]), vec![("redirect_uris[0]", "url_scheme")]),
        ("redirect_uris", json!("https://tool.example/a"), vec![("redirect_uris", "wrong_type")]),
        ("login_url", json!("https://169.254.169.254/"), vec![("login_url", "url_private_address")]),
        ("target_link_uri", json!(null), vec![("target_link_uri", "missing")]),
        ("deep_linking_url", json!("/pick"), vec![("deep_linking_url", "url_not_absolute")]),
        ("custom", json!({"a": [1]}), vec![("custom.a", "wrong_type")]),
        ("custom", json!([]), vec![("custom", "wrong_type")]),
        ("deployment_ids", json!(null), vec![("deployment_ids", "missing")]),
        ("status", json!("on"), vec![("status", "not_one_of")]),
        ("issuer", json!("https://lms.example"), vec![("issuer", "unknown_member")]),
        ("key_set_url", json!(null), vec![]),
    ] {
        assert_eq!(codes(&tool(|record| record[member] = value.clone())), expected, "{member} {value}");
    }
    let needs_keys = tool(|record| {
        record["key_set_url"] = Value::Null;
        record["scopes"] = json!(["https://purl.imsglobal.org/spec/lti-ags/scope/score"]);
    });
    assert_eq!(codes(&needs_keys), [("key_set_url", "keys_missing")]);
}

#[test]
fn every_fault_is_listed_at_once() {
    let faults = platform(|record| {
        *record = json!({
            "issuer": "http://lms.example/", "client_id": "", "name": 7, "authentication_url": "x", "extra": 1
        });
    });
    assert_eq!(
        codes(&faults),
        [
            ("extra", "unknown_member"),
            ("name", "wrong_type"),
            ("client_id", "identifier_empty"),
            ("deployment_ids", "missing"),
            ("issuer", "url_not_https"),
            ("authentication_url", "url_not_absolute"),
            ("key_set_url", "keys_missing"),
        ]
    );
}

#[test]
fn a_member_that_occurs_twice_is_told_and_no_value_is_printed() {
    let json = br#"[{"client_id":"a","client_id":"b","login_url":"https://s3cret:s3cret@t.example/","deployment_ids":["1"],
        "target_link_uri":"https://t.example/l","public_key_pem":"-----BEGIN PRIVATE KEY-----s3cret","custom":{"s3cret":[1]}},
        "s3cret", 7, {}]"#;
    let import = Import::<ToolRecord>::from_json(json, AddressRules::default()).unwrap();
    assert_eq!(import.rejected.len(), 4);
    assert_eq!(codes(&import.rejected[0].faults)[0], ("client_id", "repeated"));
    assert_eq!(codes(&import.rejected[3].faults).len(), 4);
    for rejected in &import.rejected[1..] {
        let printed = format!("{rejected:?}");
        assert!(!printed.contains("s3cret"), "{printed}");
    }
    assert!(
        !import.rejected[0]
            .faults
            .iter()
            .any(|f| f.field() != "custom.s3cret" && f.to_string().contains("s3cret"))
    );
    for (json, code) in [("[", "not_json"), ("7", "not_records"), ("", "empty"), ("\"x\"", "not_records")] {
        let error = Import::<ToolRecord>::from_json(json.as_bytes(), AddressRules::default()).unwrap_err();
        assert_eq!(error.code(), code, "{json}");
    }
}

#[test]
fn loopback_is_for_those_who_allow_it() {
    let json = br#"{"client_id":"a","deployment_ids":["1"],"login_url":"http://127.0.0.1:9001/login",
        "target_link_uri":"http://localhost:9001/launch"}"#;
    let read = |rules| Import::<ToolRecord>::from_json(json, rules).unwrap();
    assert_eq!(read(AddressRules::default()).rejected.len(), 1);
    let allowed = read(AddressRules::with_loopback());
    assert_eq!(codes(&allowed.records[0].warnings), [("target_link_uri", "other_host")]);
    assert_eq!(allowed.records[0].warnings[0].severity(), Severity::Warning);
}

#[test]
fn what_is_handed_over_is_what_the_other_side_needs() {
    let addresses = PlatformAddresses::new(
        Issuer::new("https://lms.example").unwrap(),
        "https://lms.example/auth".into(),
        "https://lms.example/token".into(),
        "https://lms.example/jwks".into(),
    );
    let mut record = ToolRecord::new(
        ClientId::new("quiz").unwrap(),
        vec![DeploymentId::new("1").unwrap(), DeploymentId::new("2").unwrap()],
        "https://tool.example/login".into(),
        "https://tool.example/launch".into(),
    );
    record.name = Some("<b>|Quiz|</b>\u{202e}\u{1b}[31m".to_owned());
    let from_platform = Handover::of_platform_for_tool(&addresses, &record);
    // The tool can read it as its record.
    let read: PlatformRecord = serde_json::from_value(from_platform.to_json()).unwrap();
    assert_eq!((read.issuer.as_str(), read.client_id.as_str()), ("https://lms.example", "quiz"));
    assert_eq!(from_platform, Handover::of_platform(&read));
    assert!(from_platform.to_table().contains("| Deployment ID | 1<br>2 |"));

    let from_tool = Handover::of_tool(&record);
    let table = from_tool.to_table();
    assert!(table.contains(r"| Name | &lt;b&gt;\|Quiz\|&lt;/b&gt;\[31m |"), "{table}");
    assert!(!from_tool.to_text().contains(['\u{1b}', '\u{202e}']));
    assert!(!from_tool.to_json().as_object().unwrap().contains_key("client_id"));
}

/// Two bytes of a file are a value that takes many more in memory: such a file is refused before it is read.
#[test]
fn lists_that_would_fill_the_memory_are_refused_unread() {
    let import = |json: String| Import::<ToolRecord>::from_json(json.as_bytes(), AddressRules::default());
    let zeros = |count: usize| format!(r#"[{{"deployment_ids":[{}0]}}]"#, "0,".repeat(count - 1));
    assert_eq!(import(zeros(2_000_000)).unwrap_err(), ImportError::TooMany);
    assert_eq!(import("[".repeat(2_000_001)).unwrap_err(), ImportError::TooMany);
    assert_eq!(import(zeros(100_000)).unwrap().rejected.len(), 1);
    // What stands in texts are no values.
    let text = format!(r#"[{{"name":"\"{}"}}]"#, ",[{".repeat(1_000_000));
    assert_eq!(import(text).unwrap().rejected.len(), 1);
}
