//! What must hold of any input.

use lti_registration::{
    AddressRules, Import, Place, Term, check_metadata, check_tool, find_tool, has_errors, metadata_of,
    tool_record_of,
};
use lti_types::{
    ClientId, ClientMetadata, DeploymentId, OpenIdConfiguration, PersonalData, Scope, ToolRecord,
};
use proptest::prelude::*;
use serde_json::Value;

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z:/.# -]{0,12}".prop_map(Value::from),
        Just(Value::from("https://t.example/x")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(member(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn member() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "client_id",
        "redirect_uris",
        "client_name",
        "client_name#de",
        "scope",
        "messages",
        "type",
        "placements",
        "domain",
        "claims",
        "custom_parameters",
        "deployment_id",
        "jwks_uri",
        "label",
        "x",
        "https://purl.imsglobal.org/spec/lti-tool-configuration",
        "https://purl.imsglobal.org/spec/lti-platform-configuration",
    ])
    .prop_map(str::to_owned)
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9 ,;\"\r\n=é]{0,8}",
        Just("https://t.example/login".to_owned()),
        Just("a b".to_owned()),
        Just("unknown".to_owned()),
        Just(String::new()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is read of metadata is written and read again the same, and judged without a panic.
    #[test]
    fn metadata_round_trips(json in any_json()) {
        if let Ok(read) = serde_json::from_value::<ClientMetadata>(json) {
            let written = serde_json::to_string(&read).unwrap();
            prop_assert_eq!(&serde_json::from_str::<ClientMetadata>(&written).unwrap(), &read);
            let faults = check_metadata(&read, AddressRules::default());
            prop_assert!(faults.iter().all(|fault| !fault.fix().is_empty() && !fault.code().is_empty()));
        }
    }

    #[test]
    fn configurations_round_trip(rest in any_json()) {
        let mut json = serde_json::json!({
            "issuer": "https://l.example", "authorization_endpoint": "https://l.example/a", "token_endpoint": "t",
            "jwks_uri": "j", "registration_endpoint": "r"
        });
        json["https://purl.imsglobal.org/spec/lti-platform-configuration"] = rest.clone();
        json["more"] = rest;
        if let Ok(read) = serde_json::from_value::<OpenIdConfiguration>(json) {
            let written = serde_json::to_string(&read).unwrap();
            prop_assert_eq!(serde_json::from_str::<OpenIdConfiguration>(&written).unwrap(), read);
        }
    }

    /// A record that is in order becomes metadata that is in order, and the same record again.
    #[test]
    fn a_good_record_survives_its_own_registration(
        path in "[a-z]{1,8}", name in "[A-Za-zé ]{1,20}", redirects in prop::collection::btree_set("[a-z]{1,5}", 1..4),
        deep in any::<bool>(), score in any::<bool>(), privacy in prop::sample::subsequence(vec!["name", "email", "locale", "picture"], 0..4),
    ) {
        let url = |path: &str| format!("https://tool.example/{path}").into();
        let mut record = ToolRecord::new(
            ClientId::new("c").unwrap(), vec![DeploymentId::new("1").unwrap()], url("login-page"), url(&path));
        record.name = Some(format!("x{name}"));
        record.redirect_uris = redirects.iter().map(|path| url(path)).collect();
        record.key_set_url = Some(url("jwks"));
        record.deep_linking_url = deep.then(|| url("pick"));
        record.scopes = if score { vec![Scope::Score] } else { vec![] };
        let kinds = |names: &[&str]| {
            let order = ["name", "email", "picture", "locale"];
            order.iter().filter(|kind| names.contains(kind)).map(|kind| PersonalData::from(*kind)).collect::<Vec<_>>()
        };
        record.privacy = Some(kinds(&privacy));
        prop_assert_eq!(check_tool(&record, AddressRules::default()), vec![]);
        let metadata = metadata_of(&record);
        prop_assert_eq!(check_metadata(&metadata, AddressRules::default()), vec![]);
        let again = tool_record_of(&metadata, record.client_id.clone(), record.deployment_ids.clone());
        prop_assert_eq!(again.as_ref(), Some(&record));
        let found = find_tool([&record], &url(&format!("{path}/deeper?x=1"))).unwrap();
        prop_assert_eq!(found, &record);
    }

    /// Each row of a table is taken or rejected, and stands where it is said to stand.
    #[test]
    fn no_row_is_lost(rows in prop::collection::vec(prop::collection::vec(cell(), 5), 0..6)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["client_id", "deployment_ids", "login_url", "target_link_uri", "custom"]).unwrap();
        let mut lines = Vec::new();
        for row in &rows {
            let before = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            lines.push(Place::Line(1 + before.matches('\n').count() as u64 + lone_returns(&before)));
            let mut bytes = before.into_bytes();
            let mut one = csv::Writer::from_writer(Vec::new());
            one.write_record(row).unwrap();
            bytes.extend(one.into_inner().unwrap());
            writer = csv::Writer::from_writer(bytes);
        }
        let bytes = writer.into_inner().unwrap();
        let import = Import::<ToolRecord>::from_csv(&bytes, AddressRules::default()).unwrap();
        let mut places: Vec<_> = import.records.iter().map(|r| r.place).chain(import.rejected.iter().map(|r| r.place)).collect();
        places.sort();
        let blank = |row: &&Vec<String>| row.iter().all(|cell| cell.trim().is_empty());
        let expected: Vec<_> = rows.iter().zip(lines).filter(|(row, _)| !blank(row)).map(|(_, line)| line).collect();
        prop_assert_eq!(places, expected);
        for imported in &import.records {
            prop_assert!(!has_errors(&imported.warnings));
        }
    }

    #[test]
    fn headings_never_panic(heading in "\\PC{0,30}") {
        let _ = Term::of_heading(&heading);
    }
}

/// Line breaks that are a return alone.
fn lone_returns(text: &str) -> u64 {
    let bytes = text.as_bytes();
    (0..bytes.len()).filter(|i| bytes[*i] == b'\r' && bytes.get(i + 1) != Some(&b'\n')).count() as u64
}
