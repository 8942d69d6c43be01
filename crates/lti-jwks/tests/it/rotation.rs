//! A month in the life of a ring, with the clock moved by hand and peers that cache as long as they may.

use chrono::{DateTime, TimeDelta, Utc};
use lti_jwks::{
    Curve, JwkSet, KeySchedule, KeySetCache, Lookup, RegisteredClaims, RotationRule, Rules, ScheduleError,
    SigningKey, SigningKeys, UnsignedJwt, UnverifiedJwt, VerifyingKeys,
};

use crate::sender::now;

const TOKEN_LIFETIME: TimeDelta = TimeDelta::hours(1);

fn key() -> SigningKey {
    SigningKey::generate_ec(Curve::P256).unwrap()
}

fn ring() -> SigningKeys {
    SigningKeys::new(RotationRule::default(), key(), now()).unwrap()
}

fn rules() -> Rules {
    let mut rules = Rules::new("lms", "tool");
    rules.algorithms = vec![lti_jwks::Algorithm::Es256];
    rules
}

fn launch(ring: &SigningKeys, now: DateTime<Utc>) -> String {
    let mut claims = RegisteredClaims::new("lms", ["tool"]);
    claims.issued_at = Some(now.into());
    claims.expires_at = Some((now + TOKEN_LIFETIME).into());
    UnsignedJwt::new(&claims).unwrap().sign(ring.signing_key(now).expect("no gap")).unwrap()
}

fn accepts(keys: &VerifyingKeys, token: &str, now: DateTime<Utc>) -> bool {
    let jwt = UnverifiedJwt::parse(token).unwrap();
    jwt.verify::<RegisteredClaims>(keys, &rules(), now).is_ok()
}

/// A peer that fetches the key set every 24 hours and at no other time, at its own hour of the day.
struct Peer {
    fetches_at: DateTime<Utc>,
    keys: Option<VerifyingKeys>,
}

impl Peer {
    fn keys(&mut self, ring: &SigningKeys, now: DateTime<Utc>) -> Option<&VerifyingKeys> {
        if now >= self.fetches_at {
            // Through the wire, as a peer gets it.
            let body = serde_json::to_vec(&ring.public_jwk_set(now)).unwrap();
            self.keys = Some(VerifyingKeys::from_jwk_set(&JwkSet::parse(&body).unwrap()));
            while self.fetches_at <= now {
                self.fetches_at += TimeDelta::hours(24);
            }
        }
        self.keys.as_ref()
    }
}

#[test]
fn thirty_days_without_a_launch_refused_or_a_retired_key_believed() {
    let start = now();
    let mut ring = ring();
    // Peers around the clock, and one that always fetches just before a rotation.
    let mut peers: Vec<Peer> = [0, 30, 180, 360, 540, 720, 900, 1080, 1260]
        .map(|minute| Peer { fetches_at: start + TimeDelta::minutes(minute), keys: None })
        .into();
    let mut last_launches: Vec<(DateTime<Utc>, String)> = Vec::new();
    let mut stolen: Vec<(SigningKeys, DateTime<Utc>)> = Vec::new();
    let (mut launches, mut rotations, mut signers) = (0, 0, std::collections::BTreeSet::new());
    let mut thefts = 0;

    for minute in (0..30 * 24 * 60).step_by(15) {
        let now = start + TimeDelta::minutes(minute);
        // Every three days.
        if minute % (3 * 24 * 60) == 45 {
            ring.rotate(key(), now).unwrap();
            rotations += 1;
        }
        let token = launch(&ring, now);
        signers.insert(UnverifiedJwt::parse(&token).unwrap().key_id().unwrap().clone());
        for peer in &mut peers {
            if let Some(keys) = peer.keys(&ring, now) {
                assert!(accepts(keys, &token, now), "a cache of 24 h does not have the key: minute {minute}");
                launches += 1;
            }
        }
        // A token just before its expiry is still believed by those who fetch just now.
        last_launches.push((now, token));
        last_launches.retain(|(at, _)| now - *at < TOKEN_LIFETIME);
        let fresh = VerifyingKeys::from_jwk_set(&ring.public_jwk_set(now));
        let (_, oldest) = &last_launches[0];
        assert!(accepts(&fresh, oldest, now), "minute {minute}");
        assert!(accepts(&ring.verifying_keys(now), oldest, now));

        // Somebody makes off with each key on the day it retires, and signs with it.
        for key in ring.schedule().keys().iter().filter(|key| key.is_retired(now)) {
            let Some(kept) = ring.keys().find(|kept| *kept.key_id() == key.key_id) else { continue };
            let again = SigningKey::from_private_jwk(&kept.to_private_jwk().unwrap()).unwrap();
            let thief = SigningKeys::new(RotationRule::default(), again, start).unwrap();
            stolen.push((thief, key.published_until.unwrap()));
            thefts += 1;
        }
        assert!(ring.destroy_retired(now).len() <= 1);
        for (thief, retired_at) in &stolen {
            let forged = launch(thief, now);
            assert!(!accepts(&fresh, &forged, now), "whoever fetches now does not have it");
            assert!(!accepts(&ring.verifying_keys(now), &forged, now));
            if now >= *retired_at + TimeDelta::hours(24) {
                for peer in &peers {
                    assert!(!peer.keys.as_ref().is_some_and(|keys| accepts(keys, &forged, now)));
                }
            }
        }
        // Once it is over for everybody, an hour's look at it is enough.
        stolen.retain(|(_, retired_at)| now < *retired_at + TimeDelta::hours(25));
        assert!(ring.keys().len() <= 2);
        let set = ring.public_jwk_set(now);
        assert!((1..=2).contains(&set.keys.len()));
        assert_eq!(set.keys[0].key_id().as_ref(), ring.schedule().signing(now), "the one that signs first");
    }
    assert_eq!(rotations, 10);
    assert_eq!(signers.len(), 11);
    assert!(thefts >= 9, "{thefts}");
    assert!(launches > 25_000, "{launches}");
}

/// Our own cache, which also fetches for an unknown key, never has to.
#[test]
fn our_own_cache_fetches_for_age_alone() {
    let start = now();
    let (mut ring, mut cache) = (ring(), KeySetCache::new());
    let mut fetches = 0;
    for hour in 0..30 * 24 {
        let now = start + TimeDelta::hours(hour);
        if hour % 72 == 71 {
            ring.rotate(key(), now).unwrap();
        }
        let token = launch(&ring, now);
        let jwt = UnverifiedJwt::parse(&token).unwrap();
        if let Lookup::Fetch(reason) = cache.lookup(jwt.key_id(), now) {
            assert_ne!(reason, lti_jwks::FetchReason::UnknownKey);
            fetches += 1;
            let keys = VerifyingKeys::from_jwk_set(&ring.public_jwk_set(now));
            cache.store(keys, jwt.key_id(), now + TimeDelta::hours(24), now);
        }
        let Lookup::Use(keys) = cache.lookup(jwt.key_id(), now) else { panic!("hour {hour}") };
        assert!(accepts(keys, &token, now));
    }
    assert_eq!(fetches, 30);
}

#[test]
fn private_keys_are_destroyed_when_their_time_is_over_and_not_before() {
    let mut ring = ring();
    let old = ring.keys().next().unwrap().key_id().clone();
    let later = now() + TimeDelta::days(10);
    ring.rotate(key(), later).unwrap();
    assert_eq!(ring.destroy_retired(later), []);
    assert_eq!(ring.keys().len(), 2);
    assert_eq!(ring.destroy_retired(later + TimeDelta::days(5)), [old]);
    assert_eq!(ring.keys().len(), 1);
}

/// What explains a refused token looks at its signature, too.
#[test]
fn an_examination_says_whether_the_signature_holds() {
    use lti_jwks::{Check, VerifyError};
    let ring = ring();
    let token = launch(&ring, now());
    let examine = |keys: Option<&VerifyingKeys>| {
        let jwt = UnverifiedJwt::parse(&token).unwrap();
        let mut findings = jwt.danger_examine::<RegisteredClaims>(keys, &rules(), now()).findings;
        findings.retain(|(check, _)| *check == Check::Signature);
        findings.pop().unwrap().1
    };
    let own = VerifyingKeys::from_jwk_set(&ring.public_jwk_set(now()));
    assert_eq!(examine(Some(&own)), Some(Ok(())));
    let other = key().with_key_id(ring.signing_key(now()).unwrap().key_id().clone());
    let other = VerifyingKeys::single(other.verifying_key().clone());
    assert_eq!(examine(Some(&other)), Some(Err(VerifyError::SignatureInvalid)));
    assert_eq!(examine(None), None);
    assert!(!own.is_empty() && VerifyingKeys::of([]).is_empty());
}

#[test]
fn a_ring_is_stored_in_two_parts() {
    let mut ring = ring();
    let later = now() + TimeDelta::days(10);
    ring.rotate(key(), later).unwrap();
    let schedule = serde_json::to_string(ring.schedule()).unwrap();
    let keys: Vec<_> = ring.keys().map(|key| key.to_private_jwk().unwrap()).collect();
    let read = |texts: &[zeroize::Zeroizing<String>], now| {
        let schedule: KeySchedule = serde_json::from_str(&schedule).unwrap();
        let keys = texts.iter().map(|text| SigningKey::from_private_jwk(text).unwrap());
        SigningKeys::from_parts(schedule, keys, now).map(|ring| ring.public_jwk_set(now))
    };
    assert_eq!(read(&keys, later).unwrap(), ring.public_jwk_set(later));
    assert!(!schedule.contains(r#""d""#));

    let missing = |index: usize| ScheduleError::KeyMissing(ring.schedule().keys()[index].key_id.clone());
    assert_eq!(read(&keys[1..], later).unwrap_err(), missing(0));
    assert_eq!(read(&keys[..1], later).unwrap_err(), missing(1));
    // The first one is retired by then and need not be there.
    assert_eq!(read(&keys[1..], later + TimeDelta::days(2)).unwrap().keys.len(), 1);
    let twice = [keys[0].clone(), keys[1].clone(), keys[0].clone()];
    assert_eq!(read(&twice, later).unwrap_err().code(), "ring_key_given_twice");
    let stranger = [keys[0].clone(), keys[1].clone(), key().to_private_jwk().unwrap()];
    assert_eq!(read(&stranger, later).unwrap_err().code(), "ring_key_not_scheduled");
}

#[test]
fn nothing_secret_is_shown() {
    let ring = ring();
    let private = ring.keys().next().unwrap().to_private_jwk().unwrap();
    let private: serde_json::Value = serde_json::from_str(&private).unwrap();
    assert!(!format!("{ring:?}").contains(&private["d"].as_str().unwrap()[..12]));
}

#[test]
fn after_a_theft() {
    let mut ring = ring();
    let stolen = launch(&ring, now());
    let now = now() + TimeDelta::minutes(1);
    ring.replace_compromised(key(), now).unwrap();
    assert_eq!(ring.keys().len(), 1);
    let keys = VerifyingKeys::from_jwk_set(&ring.public_jwk_set(now));
    assert!(!accepts(&keys, &stolen, now));
    assert!(accepts(&keys, &launch(&ring, now), now));
}

#[test]
fn a_plan_has_what_is_still_to_come() {
    use lti_jwks::{KeyId, RotationAction};
    let id = |name: &str| KeyId::new(name).unwrap();
    let start = now();
    let mut schedule = KeySchedule::new(RotationRule::default(), id("a"), start).unwrap();
    schedule.rotate(id("b"), start).unwrap();
    // Withdrawn before it signs: it never does.
    schedule.replace_compromised(id("c"), start + TimeDelta::hours(1)).unwrap();
    let told = |now| {
        let plan = schedule.plan(now);
        let told = |action: &RotationAction| match action {
            RotationAction::Publish(key) => format!("publish {key}"),
            RotationAction::Sign { with, instead_of, .. } => format!("sign {with} {instead_of:?}"),
            RotationAction::Remove(key) => format!("remove {key}"),
            _ => panic!("{action:?}"),
        };
        let steps = plan.steps().iter();
        steps.map(|step| ((step.at - start).num_minutes(), told(&step.action))).collect::<Vec<_>>()
    };
    let at = |minutes: i64, what: &str| (minutes, what.to_owned());
    let at_once = [
        at(60, "remove a"),
        at(60, "remove b"),
        at(60, "publish c"),
        at(60, &format!("sign c {:?}", Some(id("a")))),
    ];
    assert_eq!(told(start + TimeDelta::minutes(1)), at_once, "what is over is no step");
    assert_eq!(told(start + TimeDelta::hours(1)), at_once, "what is due this moment is one");
    assert_eq!(told(start + TimeDelta::minutes(61)), []);
    let all = told(start);
    assert!(
        all.contains(&at(0, "sign a None")) && !all.iter().any(|(_, step)| step.starts_with("sign b")),
        "{all:?}"
    );
}
