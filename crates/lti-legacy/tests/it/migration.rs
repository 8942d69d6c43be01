//! From 1.1 to 1.3: the claim, the lookup and the rehearsal.

use lti_legacy::{
    Doubt, Evidence, Lookup, NewLaunch, OldIds, OldKind, OldRecord, OldRecords, Verdict, dry_run, evidence,
    migration_claim,
};
use lti_types::{ClientId, LaunchClaims, Lti1p1};
use serde_json::{Value, json};

use crate::support::{key, secret, signer};

fn claims(user: &str) -> LaunchClaims {
    serde_json::from_value(json!({
        "iss": "https://lms.example", "aud": "tool-1", "sub": user, "exp": 1_700_000_300, "nonce": "n",
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "d1",
        "https://purl.imsglobal.org/spec/lti/claim/context": {"id": "c-new"},
        "https://purl.imsglobal.org/spec/lti/claim/resource_link": {"id": "rl-same"},
        "https://purl.imsglobal.org/spec/lti/claim/tool_platform": {"guid": "g"},
    }))
    .unwrap()
}

fn old_ids() -> OldIds {
    let mut ids = OldIds::new();
    ids.user_id = Some("old-7".to_owned());
    ids.context_id = Some("c-old".to_owned());
    ids.resource_link_id = Some("rl-same".to_owned());
    ids.tool_consumer_instance_guid = Some("g".to_owned());
    ids
}

fn client() -> ClientId {
    ClientId::new("tool-1").unwrap()
}

fn migrated(user: &str) -> LaunchClaims {
    let mut claims = claims(user);
    claims.lti1p1 = Some(migration_claim(&claims, &signer(), &old_ids()).unwrap());
    claims
}

#[test]
fn a_platform_sends_only_what_differs() {
    let written = serde_json::to_value(migrated("new-7").lti1p1).unwrap();
    assert_eq!(
        written.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["context_id", "oauth_consumer_key", "oauth_consumer_key_sign", "user_id"]
    );
    let Evidence::Proven(proven) = evidence(&migrated("new-7"), &client(), &[secret("s3cr&t")]) else {
        panic!()
    };
    assert_eq!(proven.ids(), &old_ids(), "and what is not sent is the same as ever");

    // Who is anonymous now was not known before.
    let mut anonymous = claims("x");
    anonymous.sub = None;
    assert_eq!(migration_claim(&anonymous, &signer(), &old_ids()).unwrap().user_id, None);
    for member in ["iss", "aud", "exp", "nonce", "https://purl.imsglobal.org/spec/lti/claim/deployment_id"] {
        let mut value = serde_json::to_value(claims("x")).unwrap();
        value.as_object_mut().unwrap().remove(member);
        let claims: LaunchClaims = serde_json::from_value(value).unwrap();
        assert_eq!(
            migration_claim(&claims, &signer(), &old_ids()).unwrap_err().code(),
            "migration_claim_incomplete"
        );
    }
}

#[test]
fn what_is_not_proven_says_why() {
    let good = migrated("new-7");
    let doubt = |change: &dyn Fn(&mut Lti1p1), secrets: &[lti_legacy::SharedSecret]| {
        let mut claims = good.clone();
        change(claims.lti1p1.as_mut().unwrap());
        match evidence(&claims, &client(), secrets) {
            Evidence::Unproven(unproven) => unproven.doubt(),
            other => panic!("{other:?}"),
        }
    };
    let known = [secret("s3cr&t")];
    assert_eq!(doubt(&|claim| claim.oauth_consumer_key = None, &known), Doubt::KeyMissing);
    assert_eq!(doubt(&|claim| claim.oauth_consumer_key_sign = None, &known), Doubt::SignatureMissing);
    assert_eq!(
        doubt(&|claim| claim.oauth_consumer_key_sign = Some(String::new()), &known),
        Doubt::SignatureMissing
    );
    assert_eq!(doubt(&|_| {}, &[]), Doubt::KeyUnknown);
    assert_eq!(doubt(&|_| {}, &[secret("another")]), Doubt::SignatureMismatch);
    assert_eq!(
        doubt(&|claim| claim.oauth_consumer_key = Some("key2".to_owned()), &known),
        Doubt::SignatureMismatch
    );
    assert_eq!(
        doubt(&|claim| claim.oauth_consumer_key_sign = Some("!".to_owned()), &known),
        Doubt::SignatureMismatch
    );
    assert_eq!(evidence(&claims("x"), &client(), &known), Evidence::None);

    // The older claim alone is a hint, and no more.
    let mut older = claims("new-7");
    older.lti11_legacy_user_id = Some("old-7".to_owned());
    let Evidence::Unproven(unproven) = evidence(&older, &client(), &known) else { panic!() };
    assert_eq!(
        (unproven.doubt(), unproven.danger_unproven().user_id.as_deref()),
        (Doubt::KeyMissing, Some("old-7"))
    );
}

/// One platform signs in hexadecimal digits.
#[test]
fn a_signature_of_digits_is_read() {
    let mut claims = migrated("new-7");
    let claim = claims.lti1p1.as_mut().unwrap();
    let bytes = crate::vectors::base64_of::decode(claim.oauth_consumer_key_sign.as_deref().unwrap());
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    claim.oauth_consumer_key_sign = Some(crate::vectors::base64_of::encode(digits.as_bytes()));
    assert!(matches!(evidence(&claims, &client(), &[secret("s3cr&t")]), Evidence::Proven(_)));
    let upper = crate::vectors::base64_of::encode(digits.to_uppercase().as_bytes());
    claims.lti1p1.as_mut().unwrap().oauth_consumer_key_sign = Some(upper);
    assert!(matches!(evidence(&claims, &client(), &[secret("s3cr&t")]), Evidence::Unproven(_)));
}

fn record(kind: OldKind, id: &str, reference: &str) -> OldRecord {
    OldRecord::new(kind, "key1", id, reference)
}

#[test]
fn records_are_found_within_key_and_platform() {
    let mut one = record(OldKind::User, "old-7", "account-1");
    one.tool_consumer_instance_guid = Some("g".to_owned());
    let mut other = record(OldKind::User, "old-7", "account-2");
    other.tool_consumer_instance_guid = Some("h".to_owned());
    let foreign = OldRecord::new(OldKind::User, "key2", "old-7", "account-3");
    let records: OldRecords = [one, other, foreign].into_iter().collect();
    let find = |ids: &OldIds| match records.find(OldKind::User, &key("key1"), ids) {
        Lookup::Found(record) => record.reference.clone(),
        other => format!("{other:?}"),
    };
    let mut ids = old_ids();
    assert_eq!(find(&ids), "account-1");
    ids.tool_consumer_instance_guid = Some("h".to_owned());
    assert_eq!(find(&ids), "account-2");
    ids.tool_consumer_instance_guid = None;
    assert_eq!(find(&ids), "Ambiguous");
    ids.tool_consumer_instance_guid = Some("i".to_owned());
    assert_eq!(find(&ids), "Unknown");
    ids.user_id = None;
    assert_eq!(find(&ids), "NoId");
    assert_eq!(records.find(OldKind::Context, &key("key1"), &old_ids()), Lookup::Unknown);
}

#[test]
fn a_rehearsal_says_who_matches_and_who_does_not() {
    let records: OldRecords = [
        record(OldKind::User, "old-7", "account-7"),
        record(OldKind::User, "old-8", "account-8"),
        record(OldKind::User, "u-9", "account-9"),
        record(OldKind::User, "gone", "account-gone"),
        record(OldKind::Context, "c-old", "course-1"),
        record(OldKind::ResourceLink, "rl-same", "quiz-1"),
        record(OldKind::ResourceLink, "rl-same", "quiz-2"),
    ]
    .into_iter()
    .collect();
    let mut unsigned = migrated("new-8");
    let claim = unsigned.lti1p1.as_mut().unwrap();
    (claim.user_id, claim.oauth_consumer_key_sign) = (Some("old-8".to_owned()), None);
    let mut same_user = migrated("u-9");
    same_user.lti1p1.as_mut().unwrap().user_id = None;
    let mut no_key = migrated("new-10");
    no_key.lti1p1.as_mut().unwrap().oauth_consumer_key = None;
    let launches = [
        NewLaunch::new("signed", client(), migrated("new-7")),
        NewLaunch::new("unsigned", client(), unsigned),
        NewLaunch::new("same id", client(), same_user),
        NewLaunch::new("new customer", client(), claims("new-11")),
        NewLaunch::new("no key", client(), no_key),
    ];
    let secrets =
        |k: &lti_legacy::ConsumerKey| if *k == key("key1") { vec![secret("s3cr&t")] } else { vec![] };
    let report = dry_run(&records, &launches, secrets);
    let users: Vec<_> = report.launches.iter().map(|row| row.user.clone()).collect();
    let matched = |reference: &str| Verdict::Matched { reference: reference.to_owned() };
    let approval = Verdict::NeedsApproval { reference: "account-8".to_owned(), why: Doubt::SignatureMissing };
    assert_eq!(
        users,
        [matched("account-7"), approval, matched("account-9"), Verdict::NoClaim, Verdict::NoKey]
    );
    assert_eq!(report.launches[0].context, matched("course-1"));
    assert_eq!(report.launches[0].resource_link, Verdict::Ambiguous);
    assert_eq!(report.unclaimed, ["account-gone", "quiz-1", "quiz-2"]);
    let totals = report.totals;
    assert_eq!((totals.matched, totals.needs_approval, totals.conflicts, totals.not_matched), (4, 2, 0, 9));

    let written = serde_json::to_value(&report).unwrap();
    assert_eq!(written["launches"][0]["user"], json!({"verdict": "matched", "reference": "account-7"}));
    assert_eq!(
        written["launches"][1]["user"],
        json!({"verdict": "needs_approval", "reference": "account-8", "why": "signature_missing"})
    );
    let Value::Array(rows) = &written["launches"] else { panic!() };
    assert!(!rows.iter().any(|row| row.to_string().contains("old-7")), "no ids of people");
}

/// Two new people who both say that they were the same old one.
#[test]
fn attack_one_account_claimed_by_two_people() {
    let records: OldRecords = [record(OldKind::User, "old-7", "account-7")].into_iter().collect();
    let launches = ["new-7", "new-7", "thief"].map(|user| NewLaunch::new(user, client(), migrated(user)));
    let secrets = |_: &lti_legacy::ConsumerKey| vec![secret("s3cr&t")];
    let twice_the_same = dry_run(&records, &launches[..2], secrets);
    assert_eq!(twice_the_same.totals.conflicts, 0);
    let report = dry_run(&records, &launches, secrets);
    for row in &report.launches {
        assert_eq!(row.user, Verdict::Conflict { reference: "account-7".to_owned() });
    }
}
