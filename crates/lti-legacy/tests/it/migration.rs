//! From 1.1 to 1.3: the claim, the lookup and the rehearsal.

use lti_legacy::{
    ConsumerKey, Credential, Doubt, Evidence, Lookup, NewLaunch, OldIds, OldKind, OldRecord, OldRecords,
    ProvenIds, Signer, Verdict, dry_run, evidence, migration_claim,
};
use lti_types::{ClientId, LaunchClaims, Lti1p1, ToolPlatform};
use serde_json::{Value, json};

use crate::support::{account, any_key, credential, key, secret, signer};

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

fn proven(claims: &LaunchClaims) -> ProvenIds {
    match evidence(claims, &client(), &[credential()]) {
        Evidence::Proven(proven) => proven,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_platform_sends_only_what_differs() {
    let written = serde_json::to_value(migrated("new-7").lti1p1).unwrap();
    assert_eq!(
        written.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["context_id", "oauth_consumer_key", "oauth_consumer_key_sign", "user_id"]
    );
    let proven = proven(&migrated("new-7"));
    assert_eq!((proven.account(), proven.consumer_key()), (&account("account-1"), &key("key1")));
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
    let doubt = |change: &dyn Fn(&mut Lti1p1), known: &[Credential]| {
        let mut claims = good.clone();
        change(claims.lti1p1.as_mut().unwrap());
        match evidence(&claims, &client(), known) {
            Evidence::Unproven(unproven) => unproven.doubt(),
            other => panic!("{other:?}"),
        }
    };
    let known = [credential()];
    assert_eq!(doubt(&|claim| claim.oauth_consumer_key = None, &known), Doubt::KeyMissing);
    assert_eq!(doubt(&|claim| claim.oauth_consumer_key_sign = None, &known), Doubt::SignatureMissing);
    assert_eq!(
        doubt(&|claim| claim.oauth_consumer_key_sign = Some(String::new()), &known),
        Doubt::SignatureMissing
    );
    assert_eq!(doubt(&|_| {}, &[]), Doubt::KeyUnknown);
    assert_eq!(doubt(&|_| {}, &[any_key("another")]), Doubt::SignatureMismatch);
    let other_key = |claim: &mut Lti1p1| claim.oauth_consumer_key = Some("key2".to_owned());
    assert_eq!(doubt(&other_key, &known), Doubt::KeyUnknown);
    assert_eq!(doubt(&other_key, &[any_key("s3cr&t")]), Doubt::SignatureMismatch);
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
    assert!(matches!(evidence(&claims, &client(), &[credential()]), Evidence::Proven(_)));
    let upper = crate::vectors::base64_of::encode(digits.to_uppercase().as_bytes());
    claims.lti1p1.as_mut().unwrap().oauth_consumer_key_sign = Some(upper);
    assert!(matches!(evidence(&claims, &client(), &[credential()]), Evidence::Unproven(_)));
}

fn record(kind: OldKind, id: &str, reference: &str) -> OldRecord {
    OldRecord::new(kind, account("account-1"), "key1", id, reference)
}

#[test]
fn records_are_found_within_key_and_platform() {
    let mut one = record(OldKind::User, "old-7", "account-1");
    one.tool_consumer_instance_guid = Some("g".to_owned());
    let mut other = record(OldKind::User, "old-7", "account-2");
    other.tool_consumer_instance_guid = Some("h".to_owned());
    let of = |owner, key, id, reference| OldRecord::new(OldKind::User, account(owner), key, id, reference);
    let foreign =
        [of("account-1", "key2", "old-7", "account-3"), of("account-2", "key1", "old-7", "account-4")];
    let unnamed = record(OldKind::User, "old-8", "account-8");
    let records: OldRecords = [one, other, unnamed].into_iter().chain(foreign).collect();
    let find = |user: Option<&str>, guid: Option<&str>| {
        let mut claims = migrated("old-7");
        claims.lti1p1.as_mut().unwrap().user_id = user.map(str::to_owned);
        if user.is_none() {
            claims.sub = None;
        }
        claims.tool_platform = guid.map(|guid| {
            let mut platform = ToolPlatform::new();
            platform.guid = Some(guid.to_owned());
            platform
        });
        match records.find(OldKind::User, &proven(&claims)) {
            Lookup::Found(record) => record.reference.clone(),
            other => format!("{other:?}"),
        }
    };
    assert_eq!(find(Some("old-7"), Some("g")), "account-1");
    assert_eq!(find(Some("old-7"), Some("h")), "account-2");
    assert_eq!(find(Some("old-7"), None), "Ambiguous");
    assert_eq!(find(Some("old-7"), Some("i")), "Unknown");
    assert_eq!(find(None, Some("g")), "NoId");
    // A record that names no instance is that of the whole key.
    assert_eq!(find(Some("old-8"), Some("g")), "account-8");
    assert_eq!(find(Some("old-8"), None), "account-8");
    assert_eq!(records.find(OldKind::Context, &proven(&migrated("x"))), Lookup::Unknown);
}

/// A record of one platform instance, and a launch that does not say from which it comes.
#[test]
fn a_record_of_an_instance_is_not_found_by_a_launch_that_names_none() {
    let mut one = record(OldKind::User, "old-7", "account-1");
    one.tool_consumer_instance_guid = Some("g".to_owned());
    let records: OldRecords = [one].into_iter().collect();
    let mut claims = migrated("new-7");
    assert!(matches!(records.find(OldKind::User, &proven(&claims)), Lookup::Found(_)));
    claims.tool_platform = None;
    assert_eq!(records.find(OldKind::User, &proven(&claims)), Lookup::Ambiguous);
    let launch = NewLaunch::new("silent", client(), claims);
    let report = dry_run(&records, &[launch], |_| vec![credential()]);
    assert_eq!(report.launches[0].user, Verdict::Ambiguous);
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
    let known = |k: &ConsumerKey| if *k == key("key1") { vec![credential()] } else { vec![] };
    let report = dry_run(&records, &launches, known);
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
    let known = |_: &ConsumerKey| vec![credential()];
    let twice_the_same = dry_run(&records, &launches[..2], known);
    assert_eq!(twice_the_same.totals.conflicts, 0);
    let report = dry_run(&records, &launches, known);
    for row in &report.launches {
        assert_eq!(row.user, Verdict::Conflict { reference: "account-7".to_owned() });
    }
}

/// Two customers whose platforms made up the same key; one signs with its own secret, and names a person of the other.
#[test]
fn attack_account_of_another_customer_with_the_same_key() {
    let both = |of_a: Credential, of_b: Credential| {
        let a = OldRecord::new(OldKind::User, account("customer-a"), "moodle", "7", "a's user 7");
        let b = OldRecord::new(OldKind::User, account("customer-b"), "moodle", "8", "b's user 8");
        let records: OldRecords = [a, b].into_iter().collect();
        let mut ids = OldIds::new();
        ids.user_id = Some("7".to_owned());
        let mut claims = claims("thief");
        let signer = Signer::new(key("moodle"), secret("secret of b"));
        claims.lti1p1 = Some(migration_claim(&claims, &signer, &ids).unwrap());
        let known = [of_a, of_b];
        let Evidence::Proven(proven) = evidence(&claims, &client(), &known) else { panic!() };
        assert_eq!(proven.account(), &account("customer-b"));
        assert_eq!(records.find(OldKind::User, &proven), Lookup::Unknown, "not the user of a");
        let launch = NewLaunch::new("thief", client(), claims.clone());
        let report = dry_run(&records, &[launch], |_| known.to_vec());
        assert_eq!(report.launches[0].user, Verdict::Unknown);
        // Who is b's own is found.
        claims.lti1p1.as_mut().unwrap().user_id = Some("8".to_owned());
        let Evidence::Proven(proven) = evidence(&claims, &client(), &known) else { panic!() };
        assert!(
            matches!(records.find(OldKind::User, &proven), Lookup::Found(found) if found.reference == "b's user 8")
        );
    };
    let bound = |owner, text| Credential::new(account(owner), key("moodle"), secret(text));
    let any = |owner, text| Credential::for_any_key(account(owner), secret(text));
    both(bound("customer-a", "secret of a"), bound("customer-b", "secret of b"));
    both(any("customer-a", "secret of a"), any("customer-b", "secret of b"));
}

/// The same key with the same secret in two accounts: the signature does not tell which.
#[test]
fn attack_one_secret_of_two_accounts_proves_neither() {
    let other = Credential::for_any_key(account("account-2"), secret("s3cr&t"));
    let Evidence::Unproven(unproven) = evidence(&migrated("new-7"), &client(), &[credential(), other]) else {
        panic!()
    };
    assert_eq!(unproven.doubt().code(), "account_ambiguous");
    let twice = [credential(), any_key("s3cr&t")];
    assert!(matches!(evidence(&migrated("new-7"), &client(), &twice), Evidence::Proven(_)), "of one account");
    // Without proof, nothing is found that two accounts have.
    let theirs = OldRecord::new(OldKind::User, account("account-2"), "key1", "old-7", "account-9");
    let mine = record(OldKind::User, "old-7", "account-7");
    let records: OldRecords = [mine, theirs].into_iter().collect();
    assert_eq!(records.danger_find_unproven(OldKind::User, &unproven), Lookup::Ambiguous);
}

/// Old ids of people who have no new one: each might be anybody, and there is nobody to link to.
#[test]
fn an_old_id_without_a_new_one_is_no_match() {
    let records: OldRecords =
        [record(OldKind::User, "old-7", "account-7"), record(OldKind::Context, "c-old", "course-1")]
            .into_iter()
            .collect();
    let mut anonymous = migrated("new-7");
    anonymous.sub = None;
    anonymous.context = None;
    let launches = ["one", "two"].map(|name| NewLaunch::new(name, client(), anonymous.clone()));
    let report = dry_run(&records, &launches, |_| vec![credential()]);
    for row in &report.launches {
        assert_eq!((&row.user, &row.context), (&Verdict::NoId, &Verdict::NoId));
    }
    assert_eq!(report.unclaimed, ["account-7", "course-1"]);
}

/// Contexts and links of two deployments may have the same new id, and are not the same.
#[test]
fn one_id_in_two_deployments_is_two_claimants() {
    let records: OldRecords = [
        record(OldKind::User, "old-7", "account-7"),
        record(OldKind::Context, "c-old", "course-1"),
        record(OldKind::ResourceLink, "rl-same", "quiz-1"),
    ]
    .into_iter()
    .collect();
    let mut elsewhere = claims("new-7");
    elsewhere.deployment_id = Some(account("d2"));
    elsewhere.lti1p1 = Some(migration_claim(&elsewhere, &signer(), &old_ids()).unwrap());
    let launches =
        [NewLaunch::new("d1", client(), migrated("new-7")), NewLaunch::new("d2", client(), elsewhere)];
    let report = dry_run(&records, &launches, |_| vec![credential()]);
    for row in &report.launches {
        assert_eq!(
            row.user,
            Verdict::Matched { reference: "account-7".to_owned() },
            "one person of the issuer"
        );
        assert_eq!(row.context, Verdict::Conflict { reference: "course-1".to_owned() });
        assert_eq!(row.resource_link, Verdict::Conflict { reference: "quiz-1".to_owned() });
    }
    assert_eq!(report.totals.conflicts, 4);
}

/// One new person who says to have been two old ones.
#[test]
fn attack_two_accounts_claimed_by_one_person() {
    let records: OldRecords =
        [record(OldKind::User, "old-7", "account-7"), record(OldKind::User, "old-8", "account-8")]
            .into_iter()
            .collect();
    let mut other = migrated("new-7");
    other.lti1p1.as_mut().unwrap().user_id = Some("old-8".to_owned());
    let launches =
        [NewLaunch::new("first", client(), migrated("new-7")), NewLaunch::new("second", client(), other)];
    let report = dry_run(&records, &launches, |_| vec![credential()]);
    let users: Vec<_> = report.launches.iter().map(|row| row.user.clone()).collect();
    let conflict = |reference: &str| Verdict::Conflict { reference: reference.to_owned() };
    assert_eq!(users, [conflict("account-7"), conflict("account-8")]);
}

#[test]
fn records_show_no_ids() {
    let records: OldRecords = [record(OldKind::User, "ada.lovelace", "account-7")].into_iter().collect();
    let shown = format!("{records:?} {:?}", records.as_slice());
    assert!(!shown.contains("ada") && !shown.contains("account-7"), "{shown}");
}
