//! Tables of tools and platforms.

use lti_registration::{AddressRules, Fault, Import, ImportError, Place, csv_headings};
use lti_types::{
    ClientId, Deployments, Issuer, PersonalData, PlatformRecord, RegistrationStatus, Scope, ToolRecord,
};

const HEAD: &str = "name,client_id,deployment_ids,login_url,target_link_uri";

fn tools(csv: &str) -> Import<ToolRecord> {
    Import::from_csv(csv.as_bytes(), AddressRules::default()).unwrap()
}

fn row(client: &str) -> String {
    format!("N,{client},1,https://t.example/login,https://t.example/{client}")
}

fn codes(faults: &[Fault]) -> Vec<(&str, &str)> {
    faults.iter().map(|fault| (fault.field(), fault.code())).collect()
}

#[test]
fn accented_names_byte_order_mark_and_crlf() {
    for end in ["\n", "\r\n"] {
        for mark in ["", "\u{feff}"] {
            let name = "Élève – Übung 試験";
            let csv = format!("{mark}{HEAD}{end}{name},a,1,https://t.example/login,https://t.example/a{end}");
            let import = tools(&csv);
            assert_eq!(import.rejected, []);
            assert_eq!(import.records[0].record.name.as_deref(), Some(name));
            assert_eq!(import.records[0].place, Place::Line(2));
        }
    }
}

#[test]
fn quotes_with_newlines_commas_and_quotes() {
    let csv = format!(
        "{HEAD},redirect_uris,scopes,custom,privacy,status,jwks url\n\
         \"Quiz, the \"\"big\"\" one\",a,\"1 2\",https://t.example/login,https://t.example/a,\
         \"https://t.example/a\nhttps://t.example/b, https://t.example/c\",{} x,\"k=v=w\n u = $User.id \",name email,Activated,https://t.example/jwks\n\
         \n\n\
         Bad,b,1,/login,https://t.example/b,,,,,,\n",
        Scope::Score
    );
    let import = tools(&csv);
    let record = &import.records[0].record;
    assert_eq!(record.name.as_deref(), Some("Quiz, the \"big\" one"));
    assert_eq!(record.redirect_uris.len(), 3);
    assert_eq!(record.redirect_uris[2].as_str(), "https://t.example/c");
    assert_eq!(record.scopes, [Scope::Score, Scope::from("x")]);
    assert_eq!(record.custom.iter().collect::<Vec<_>>(), [("k", "v=w"), ("u", "$User.id")]);
    assert_eq!(record.privacy, Some(vec![PersonalData::Name, PersonalData::Email]));
    assert_eq!((record.status, record.deployment_ids.len()), (RegistrationStatus::Active, 2));
    // The row begins on the ninth line of the file, behind two blank ones.
    assert_eq!(
        import.rejected[0].place,
        Place::Line(csv.lines().position(|l| l.starts_with("Bad")).unwrap() as u64 + 1)
    );
    assert_eq!(codes(&import.rejected[0].faults), [("login_url", "url_not_absolute")]);
}

#[test]
fn missing_and_repeated_columns_refuse_the_file() {
    let read =
        |csv: &str| Import::<ToolRecord>::from_csv(csv.as_bytes(), AddressRules::default()).unwrap_err();
    let error = read("name,client_id,login_url\nN,a,https://t.example/login\n");
    assert_eq!(error, ImportError::ColumnsMissing(vec!["deployment_ids", "target_link_uri"]));
    assert_eq!(error.to_string(), "columns are missing: deployment_ids, target_link_uri");
    let error = read(&format!("{HEAD},Client ID\n"));
    assert_eq!(error, ImportError::ColumnRepeated("client_id"));
    for empty in ["", "\n\n", "\u{feff}", "  "] {
        assert_eq!(read(empty), ImportError::Empty, "{empty:?}");
    }
}

#[test]
fn an_extra_column_is_listed_and_an_extra_cell_is_a_slip() {
    let csv = format!(
        "{HEAD},Notes,\n{},call Bob,\n{},x,,\n{},x,,slipped\n{}\n",
        row("a"),
        row("b"),
        row("c"),
        row("d")
    );
    let import = tools(&csv);
    assert_eq!(import.ignored_columns, ["Notes"]);
    assert_eq!(import.records.len(), 2);
    let rejected: Vec<_> = import.rejected.iter().map(|r| (r.place, codes(&r.faults))).collect();
    assert_eq!(
        rejected,
        [
            (Place::Line(4), vec![("column 8", "unknown_member")]),
            (Place::Line(5), vec![("column 6", "missing")])
        ]
    );
}

#[test]
fn not_utf8_is_refused_with_the_byte_offset() {
    let mut latin1 = format!("{HEAD}\n").into_bytes();
    let offset = latin1.len() + 2;
    latin1.extend(b"Fr\xe9d\xe9ric,a,1,https://t.example/login,https://t.example/a\n");
    let read = |bytes: &[u8]| Import::<ToolRecord>::from_csv(bytes, AddressRules::default()).unwrap_err();
    assert_eq!(read(&latin1), ImportError::NotUtf8(offset));
    // With a mark before it, the offset is still that in the file.
    let marked = [b"\xef\xbb\xbf".as_slice(), &latin1].concat();
    assert_eq!(read(&marked), ImportError::NotUtf8(offset + 3));
    assert_eq!(read(b"\xff\xfen\0a\0"), ImportError::Utf16);
    assert_eq!(read(&vec![b'a'; lti_registration::MAX_IMPORT_BYTES + 1]), ImportError::TooLarge);
}

#[test]
fn ten_thousand_rows_with_a_hundred_bad_ones() {
    let mut csv = format!("{HEAD}\r\n");
    let mut bad = Vec::new();
    for index in 0..10_000_u64 {
        if index % 100 == 37 {
            bad.push(Place::Line(index + 2));
            let broken = match index % 3 {
                0 => format!("N,c{index},1,http://t.example/login,https://t.example/a"),
                1 => format!("N,,1,https://t.example/login,https://t.example/{index}"),
                _ => format!("N,c{index},1,https://t.example/login"),
            };
            csv.push_str(&broken);
        } else {
            csv.push_str(&row(&format!("c{index}")));
        }
        csv.push_str("\r\n");
    }
    let import = tools(&csv);
    assert_eq!(import.rejected.iter().map(|r| r.place).collect::<Vec<_>>(), bad);
    assert_eq!((bad.len(), import.records.len()), (100, 9_900));
    assert!(import.records.iter().all(|imported| imported.warnings.is_empty()));
}

#[test]
fn aliases_other_separators_and_platforms() {
    let csv = "Issuer or Platform ID;Client ID;Deployment ID;Authentication request URL;Token URL;Public Keyset URL;Profile\r\n\
        https://lms.example;a;unknown;https://lms.example/auth;https://lms.example/token;https://lms.example/jwks;moodle\r\n\
        https://lms.example;a;1;https://lms.example/auth;;https://lms.example/jwks;\r\n\
        https://lms.example;b;;https://lms.example/auth;;;\r\n\
        https://lms.example;c;1,2;https://lms.example/auth;;https://lms.example/jwks;\r\n";
    let import = Import::<PlatformRecord>::from_csv(csv.as_bytes(), AddressRules::default()).unwrap();
    assert_eq!(import.records[0].record.deployment_ids, Deployments::NotYetKnown);
    let rejected: Vec<_> =
        import.rejected.iter().map(|r| (r.place, codes(&r.faults), r.duplicate_of)).collect();
    assert_eq!(
        rejected,
        [
            (Place::Line(3), vec![("Client ID", "duplicate")], Some(Place::Line(2))),
            (Place::Line(4), vec![("Deployment ID", "missing"), ("Public Keyset URL", "keys_missing")], None),
            (Place::Line(5), vec![("Deployment ID[0]", "separator")], None),
        ]
    );
    let tabs = HEAD.replace(',', "\t") + "\n" + &row("a").replace(',', "\t");
    assert_eq!(tools(&tabs).records.len(), 1);
    assert!(csv_headings::<ToolRecord>().contains(&"deep_linking_url"));
}

#[test]
fn what_is_registered_already_is_rejected() {
    let mut import = tools(&format!("{HEAD}\n{}\n{}\n", row("a"), row("b")));
    let known = ToolRecord::new(
        ClientId::new("a").unwrap(),
        vec![],
        "https://x.example/l".into(),
        "https://x.example/t".into(),
    );
    import.reject_known([&known]);
    assert_eq!(import.records.iter().map(|i| i.record.client_id.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(
        (import.rejected[0].place, import.rejected[0].faults[0].code()),
        (Place::Line(2), "duplicate")
    );

    // At a tool, one client id may be at two platforms.
    let of = |issuer: &str| {
        let mut record = PlatformRecord::new(
            Issuer::new(issuer).unwrap(),
            ClientId::new("a").unwrap(),
            Deployments::NotYetKnown,
            "https://lms.example/auth".into(),
        );
        record.key_set_url = Some("https://lms.example/jwks".into());
        record
    };
    let json = serde_json::to_vec(&[of("https://one.example"), of("https://two.example")]).unwrap();
    let import = Import::<PlatformRecord>::from_json(&json, AddressRules::default()).unwrap();
    assert_eq!(import.records.len(), 2);
}

#[test]
fn a_stray_quote_never_loses_rows_silently() {
    let head = "client_id,deployment_ids,login_url,target_link_uri,name";
    let row = |client: &str, name: &str| {
        format!("{client},1,https://t.example/login,https://t.example/{client},{name}\n")
    };
    let read = |rows: &[String]| {
        let csv = format!("{head}\n{}", rows.concat());
        Import::<ToolRecord>::from_csv(csv.as_bytes(), AddressRules::default())
    };
    let (a, z) = (row("a", "A"), row("z", "Z"));
    for (rows, error) in [
        // The last cell of a row is opened and takes the rest of the file.
        (vec![a.clone(), row("b", "\"Quiz"), z.clone()], ImportError::QuoteUnclosed(3)),
        // Until the next quoted cell, and beyond.
        (vec![row("b", "\"Quiz"), a.clone(), row("c", "\"Maps\"")], ImportError::QuoteMisplaced(2)),
        (vec![row("b", "\"Quiz"), row("c", "\"\"")], ImportError::QuoteUnclosed(2)),
        (vec![a.clone(), row("b", "\"Quiz\" x"), z.clone()], ImportError::QuoteMisplaced(3)),
        (vec![row("b", "\"two\nlines\""), row("c", "\"Quiz\" ")], ImportError::QuoteMisplaced(4)),
        (vec!["\r\n\r".to_owned(), row("b", "\"")], ImportError::QuoteUnclosed(4)),
    ] {
        assert_eq!(read(&rows).unwrap_err(), error, "{rows:?}");
    }
    // Two strays that make one cell of many rows: no name has line breaks, so it is told.
    let import = read(&[row("b", "\"Quiz"), row("c", "C"), row("d", "Maps\""), z.clone()]).unwrap();
    assert_eq!(import.records.iter().map(|i| i.record.client_id.as_str()).collect::<Vec<_>>(), ["z"]);
    assert_eq!(import.rejected[0].place, Place::Line(2));
    assert_eq!(codes(&import.rejected[0].faults), [("name", "hidden_characters")]);
    // Quotes within an unquoted cell are its own.
    let import = read(&[row("b", "The \"big\" one"), row("c", "6\""), z]).unwrap();
    assert_eq!((import.records.len(), import.rejected.len()), (3, 0));
    assert_eq!(import.records[1].record.name.as_deref(), Some("6\""));
}

#[test]
fn names_are_bounded_and_show() {
    for (name, code) in [
        ("Qu\u{202e}iz", "hidden_characters"),
        ("Qu\u{2028}iz", "hidden_characters"),
        (&*"x".repeat(501), "too_much"),
    ] {
        let import = tools(&format!("{HEAD}\n{}\n", row("a").replacen('N', name, 1)));
        assert_eq!(codes(&import.rejected[0].faults), [("name", code)], "{name}");
        let json = serde_json::json!({
            "name": name, "issuer": "https://lms.example", "client_id": "a", "deployment_ids": null,
            "authentication_url": "https://lms.example/auth", "key_set_url": "https://lms.example/jwks"
        });
        let rules = AddressRules::default();
        let import = Import::<PlatformRecord>::from_json(json.to_string().as_bytes(), rules).unwrap();
        assert_eq!(codes(&import.rejected[0].faults), [("name", code)], "{name}");
    }
}

#[test]
fn blank_personal_data_is_none_and_not_all() {
    let with = tools(&format!("{HEAD},privacy\n{},\n{},email\n", row("a"), row("b")));
    assert_eq!(with.records[0].record.privacy, Some(vec![]));
    assert_eq!(with.records[1].record.privacy, Some(vec![PersonalData::Email]));
    let without = tools(&format!("{HEAD}\n{}\n", row("a")));
    assert_eq!(without.records[0].record.privacy, None);
}

#[test]
fn more_than_anybody_needs_is_refused_and_not_kept() {
    let rules = AddressRules::default();
    let columns: String = (0..201).map(|n| format!("c{n},")).collect();
    let refused = Import::<ToolRecord>::from_csv(columns.as_bytes(), rules).unwrap_err();
    assert_eq!(refused.code(), "too_many_columns");
    let members: serde_json::Map<_, _> =
        (0..101).map(|n| (n.to_string(), serde_json::Value::from(0))).collect();
    let json = serde_json::Value::Object(members).to_string();
    let import = Import::<ToolRecord>::from_json(json.as_bytes(), rules).unwrap();
    assert_eq!(codes(&import.rejected[0].faults)[0], ("", "too_much"));
    let wrong = vec!["0"; 20_000].join(",");
    let import =
        Import::<ToolRecord>::from_json(format!(r#"{{"scopes":[{wrong}]}}"#).as_bytes(), rules).unwrap();
    assert!(import.rejected[0].faults.len() < 1_100, "faults are bounded");
    let list = format!("[{}0]", "0,".repeat(lti_registration::MAX_IMPORT_RECORDS));
    let refused = Import::<ToolRecord>::from_json(list.as_bytes(), rules).unwrap_err();
    assert_eq!(refused.code(), "too_many");
}
