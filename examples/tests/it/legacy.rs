//! LTI 1.1 beside 1.3: the rules for learners hold for both, and the road from one to the other is walked by both roles.

use chrono::TimeDelta;
use lti_eligibility::learner::{LearnerProfile, ProfileField, ProfileRules, check};
use lti_legacy::{
    ConsumerKey, Credential, Evidence, OldIds, Parameters, SharedSecret, Signer, UnverifiedLaunch, Use,
    evidence, is_legacy, migration_claim,
};
use lti_platform::{LaunchMessage, Privacy};
use lti_tool::{Browser, Launch};
use lti_types::{AuthenticationResponse, ClientId, ContextRole, DeploymentId, LaunchClaims, Nonce, Roles};
use serde_json::Value;

use crate::pair::{CLIENT, DEPLOYMENT, KEY, Pair, Token};
use crate::payloads;

/// The fields that a receiver may require, and what this learner has there.
const LEARNER: [(ProfileField, &str); 4] = [
    (ProfileField::Email, "ada@example.org"),
    (ProfileField::GivenName, "Ada"),
    (ProfileField::FamilyName, "Lovelace"),
    (ProfileField::UserId, "u-7"),
];

fn signer() -> Signer {
    Signer::new(ConsumerKey::new("key1").unwrap(), SharedSecret::new("s3cr&t").unwrap())
}

/// A verified launch of 1.1 with these parameters.
fn launched_by_1_1(fields: &[(ProfileField, String)]) -> LaunchClaims {
    let mut parameters: Parameters = [
        ("lti_message_type", "basic-lti-launch-request"),
        ("lti_version", "LTI-1p0"),
        ("resource_link_id", "rl-1"),
        ("roles", "Learner"),
    ]
    .into_iter()
    .collect();
    parameters.extend(fields.iter().map(|(field, value)| (field.parameter(), value.as_str())));
    let pair = Pair::new();
    let url = "https://tool.example/launch".into();
    let post = signer().form(&url, parameters, &Nonce::new("n").unwrap(), pair.now).unwrap();
    let account = DeploymentId::new(DEPLOYMENT).unwrap();
    let credential = Credential::for_any_key(account, SharedSecret::new("s3cr&t").unwrap());
    let launch = UnverifiedLaunch::from_form(&url, post.body().as_bytes()).unwrap();
    let launch = launch.verify(&[credential], pair.now).unwrap().first_use(Use::First).unwrap();
    launch.claims().clone()
}

/// A verified launch of 1.3 with these claims.
fn launched_by_1_3(fields: &[(ProfileField, String)]) -> LaunchClaims {
    let mut payload = payloads::without(
        payloads::learner(),
        &["sub", "name", "given_name", "family_name", "middle_name", "email"],
    );
    for (field, value) in fields {
        payload[field.claim()] = Value::from(value.as_str());
    }
    Pair::new().receive(&Token::of(payload)).unwrap().claims().clone()
}

/// One reading of the learner for both.
fn profile(claims: &LaunchClaims) -> LearnerProfile {
    let mut profile = LearnerProfile::new();
    profile.email.clone_from(&claims.email);
    profile.given_name.clone_from(&claims.given_name);
    profile.family_name.clone_from(&claims.family_name);
    profile.name.clone_from(&claims.name);
    profile.user_id = claims.sub.as_ref().map(|id| id.as_str().to_owned());
    profile
}

/// The faults of a learner, which must be the same by either version.
fn faults(fields: &[(ProfileField, String)], rules: &ProfileRules) -> Vec<String> {
    let (old, new) = (launched_by_1_1(fields), launched_by_1_3(fields));
    assert!(is_legacy(&old) && !is_legacy(&new));
    assert_eq!(profile(&old), profile(&new), "{fields:?}");
    let verdict = check(&profile(&old), rules);
    assert_eq!(check(&profile(&new), rules), verdict);
    verdict.faults().iter().map(ToString::to_string).collect()
}

/// The sentence on a field, which names it as both versions do.
fn sentence(field: ProfileField, what: &str) -> String {
    format!("The {field} (LTI 1.1 `{}`, LTI 1.3 `{}`) {what}.", field.parameter(), field.claim())
}

fn learner() -> Vec<(ProfileField, String)> {
    LEARNER.map(|(field, value)| (field, value.to_owned())).into()
}

#[test]
fn required_learner_fields_hold_for_1_1_and_1_3() {
    for rules in [ProfileRules::rakoo(), ProfileRules::default()] {
        assert!(faults(&learner(), &rules).is_empty());
        for (missing, _) in LEARNER {
            let mut fields = learner();
            fields.retain(|(field, _)| *field != missing);
            assert_eq!(faults(&fields, &rules), [sentence(missing, "is missing")]);
        }
        let all = LEARNER.map(|(field, _)| sentence(field, "is missing"));
        assert_eq!(faults(&[], &rules), all);
    }
    assert!(faults(&[], &ProfileRules::adobe_learning_manager()).is_empty());
}

#[test]
fn learner_limits_hold_for_1_1_and_1_3_in_characters() {
    let rules = ProfileRules::adobe_learning_manager();
    for (field, limit) in [
        (ProfileField::Email, 64),
        (ProfileField::GivenName, 63),
        (ProfileField::FamilyName, 63),
        (ProfileField::FullName, 63),
    ] {
        for letter in ["a", "é", "課", "👩"] {
            let with = |length: usize| {
                let mut fields = learner();
                fields.retain(|(other, _)| *other != field);
                fields.push((field, letter.repeat(length)));
                faults(&fields, &rules)
            };
            assert!(with(limit).is_empty(), "{letter}");
            let long = format!("has {} characters, 7 more than the {limit} allowed", limit + 7);
            assert_eq!(with(limit + 7), [sentence(field, &long)], "{letter}");
        }
    }
}

/// Both roles of 1.3: the launch, and what the tool's side of it received.
fn migrated(pair: &Pair, session_known: bool) -> Launch {
    let (authorized, login) = pair.authorized();
    let message = LaunchMessage::new(Roles::from_iter([ContextRole::Learner]));
    let mut old = OldIds::new();
    old.user_id = Some("old-7".to_owned());
    old.resource_link_id = Some("old-link".to_owned());
    let unsigned = authorized.respond(message, pair.now).unwrap();
    let unsigned = unsigned
        .with_migration(|claims| {
            assert_eq!(claims.sub.is_some(), session_known);
            let mut claim = migration_claim(claims, &signer(), &old).unwrap();
            // Whatever a caller puts in.
            claim.user_id = old.user_id.clone();
            claim
        })
        .unwrap();
    let post = unsigned.sign(&KEY).unwrap();
    let response = AuthenticationResponse::from_form(post.body().as_bytes()).unwrap();
    let browser = Browser::from_cookie(login.browser_secret);
    let launch = lti_tool::UnverifiedLaunch::from_form(response).unwrap();
    launch.verify(login.pending, &browser, &pair.tool, &pair.keys, pair.now).unwrap()
}

#[test]
fn a_migrated_launch_is_signed_by_the_platform_and_proven_to_the_tool() {
    let mut pair = Pair::new();
    pair.pass(TimeDelta::days(1));
    let launch = migrated(&pair, true);
    let client_id = ClientId::new(CLIENT).unwrap();
    let account = DeploymentId::new("customer-1").unwrap();
    let secret = SharedSecret::new("s3cr&t").unwrap();
    let known = [Credential::for_any_key(account.clone(), secret)];
    let Evidence::Proven(proven) = evidence(launch.claims(), &client_id, &known) else { panic!() };
    assert_eq!((proven.account(), proven.consumer_key().as_str()), (&account, "key1"));
    assert_eq!(proven.ids().user_id.as_deref(), Some("old-7"));
    assert_eq!(proven.ids().resource_link_id.as_deref(), Some("old-link"));

    // Taken out of this launch and put into another, it proves nothing: nonce and expiry are in it.
    pair.pass(TimeDelta::seconds(1));
    let mut other = migrated(&pair, true).claims().clone();
    other.lti1p1.clone_from(&launch.claims().lti1p1);
    assert!(matches!(evidence(&other, &client_id, &known), Evidence::Unproven(_)));
}

#[test]
fn who_is_anonymous_keeps_no_old_id() {
    let mut pair = Pair::new();
    pair.platform.policy.privacy = Privacy::anonymous();
    let launch = migrated(&pair, false);
    assert!(launch.user().id().is_none());
    assert_eq!(launch.claims().lti1p1.as_ref().unwrap().user_id, None);
}
