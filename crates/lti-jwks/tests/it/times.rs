//! `exp`, `iat` and `nbf` at their edges (RFC 7519 §4.1.4 to §4.1.6).

use chrono::{DateTime, TimeDelta, Utc};
use lti_jwks::{RegisteredClaims, Rules, UnverifiedJwt};
use serde_json::{Value, json};

use crate::sender::*;

/// What happens to a token of these times, relative to now when whole, by these rules.
fn outcome_at(exp: Value, iat: Value, nbf: Option<Value>, rules: &Rules, now: DateTime<Utc>) -> &'static str {
    let mut payload = with(with(payload(), "exp", exp), "iat", iat);
    if let Some(nbf) = nbf {
        payload = with(payload, "nbf", nbf);
    }
    let jwt = UnverifiedJwt::parse(&token(&header(), &payload)).unwrap();
    match jwt.verify::<RegisteredClaims>(&keys(), rules, now) {
        Ok(_) => "accepted",
        Err(error) => error.code(),
    }
}

fn leeway(seconds: i64) -> Rules {
    let mut rules = rules();
    rules.leeway = TimeDelta::seconds(seconds);
    rules
}

///
#[test]
fn x11_expiry_with_leeway() {
    let expired_for =
        |seconds: i64, rules: &Rules| outcome_at(json!(NOW - seconds), json!(NOW - 1000), None, rules, now());
    assert_eq!(expired_for(30, &leeway(60)), "accepted");
    assert_eq!(expired_for(59, &leeway(60)), "accepted");
    assert_eq!(expired_for(60, &leeway(60)), "expired");
    assert_eq!(expired_for(61, &leeway(60)), "expired");
    assert_eq!(expired_for(0, &leeway(0)), "expired");
    assert_eq!(expired_for(-1, &leeway(0)), "accepted");
    // The leeway is never more than five minutes.
    assert_eq!(expired_for(299, &leeway(3600)), "accepted");
    assert_eq!(expired_for(300, &leeway(3600)), "expired");
    assert_eq!(expired_for(0, &leeway(-100)), "expired");
}

///
#[test]
fn x12_issue_in_the_future() {
    let ahead =
        |seconds: i64, rules: &Rules| outcome_at(json!(NOW + 3600), json!(NOW + seconds), None, rules, now());
    assert_eq!(ahead(60, &leeway(60)), "accepted");
    assert_eq!(ahead(61, &leeway(60)), "issued_in_future");
    assert_eq!(ahead(600, &leeway(60)), "issued_in_future");
    assert_eq!(ahead(0, &leeway(0)), "accepted");
    assert_eq!(ahead(1, &leeway(0)), "issued_in_future");
    assert_eq!(ahead(301, &leeway(3600)), "issued_in_future");
}

#[test]
fn not_before() {
    let ahead = |seconds: i64, rules: &Rules| {
        outcome_at(json!(NOW + 3600), json!(NOW), Some(json!(NOW + seconds)), rules, now())
    };
    assert_eq!(ahead(60, &leeway(60)), "accepted");
    assert_eq!(ahead(61, &leeway(60)), "not_yet_valid");
    assert_eq!(ahead(0, &leeway(0)), "accepted");
    assert_eq!(ahead(1, &leeway(0)), "not_yet_valid");
    assert_eq!(ahead(-1_000_000, &leeway(0)), "accepted");
}

#[test]
fn age() {
    let mut rules = leeway(60);
    rules.max_age = Some(TimeDelta::minutes(10));
    let old = |seconds: i64| outcome_at(json!(NOW + 3600), json!(NOW - seconds), None, &rules, now());
    assert_eq!(old(0), "accepted");
    assert_eq!(old(600), "accepted");
    assert_eq!(old(660), "accepted");
    assert_eq!(old(661), "too_old");
    assert_eq!(
        outcome_at(json!(NOW + 3600), json!(0), None, &leeway(60), now()),
        "accepted",
        "no limit is set"
    );
}

#[test]
fn fractions_count() {
    let at = |millis: i64| DateTime::from_timestamp_millis(NOW * 1000 + millis).unwrap();
    let exp = || json!(NOW as f64 + 0.5);
    assert_eq!(outcome_at(exp(), json!(NOW), None, &leeway(0), at(499)), "accepted");
    assert_eq!(outcome_at(exp(), json!(NOW), None, &leeway(0), at(500)), "expired");
    let iat = || json!(NOW as f64 + 0.25);
    assert_eq!(outcome_at(json!(NOW + 9), iat(), None, &leeway(0), at(249)), "issued_in_future");
    assert_eq!(outcome_at(json!(NOW + 9), iat(), None, &leeway(0), at(250)), "accepted");
}

#[test]
fn strings_that_hold_numbers() {
    let text = |seconds: i64| json!(seconds.to_string());
    assert_eq!(outcome_at(text(NOW + 60), text(NOW), Some(text(NOW)), &rules(), now()), "accepted");
    assert_eq!(outcome_at(text(NOW - 60), text(NOW - 90), None, &rules(), now()), "expired");
}

#[test]
fn absurd_numbers_are_compared_and_nothing_else_happens() {
    let huge = [json!(1e308), json!(i64::MAX), json!(u64::MAX), json!(1e19), json!("1e300")];
    for exp in huge.clone() {
        assert_eq!(outcome_at(exp.clone(), json!(NOW), None, &rules(), now()), "accepted", "{exp}");
        let jwt = UnverifiedJwt::parse(&token(&header(), &with(payload(), "exp", exp))).unwrap();
        let verified = jwt.verify::<RegisteredClaims>(&keys(), &rules(), now()).unwrap();
        assert_eq!(verified.acceptable_until(), DateTime::<Utc>::MAX_UTC);
    }
    for value in huge {
        assert_eq!(outcome_at(json!(NOW + 60), value.clone(), None, &rules(), now()), "times_inconsistent");
        assert_eq!(
            outcome_at(json!(f64::MAX), value.clone(), None, &rules(), now()),
            "issued_in_future",
            "{value}"
        );
        assert_eq!(outcome_at(json!(NOW + 60), json!(NOW), Some(value), &rules(), now()), "not_yet_valid");
    }
    let mut aged = rules();
    for low in [json!(-1), json!(-1e308), json!(i64::MIN), json!(0)] {
        assert_eq!(outcome_at(low.clone(), json!(-1.5e308), None, &rules(), now()), "expired", "{low}");
        assert_eq!(outcome_at(json!(NOW + 60), low.clone(), Some(low.clone()), &rules(), now()), "accepted");
        aged.max_age = Some(TimeDelta::days(1));
        assert_eq!(outcome_at(json!(NOW + 60), low.clone(), None, &aged, now()), "too_old", "{low}");
        aged.max_age = Some(TimeDelta::MAX);
        let _ = outcome_at(json!(NOW + 60), low.clone(), None, &aged, now());
        aged.max_age = Some(TimeDelta::MIN);
        assert_eq!(outcome_at(json!(NOW + 60), low, None, &aged, now()), "too_old");
    }
    for end in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let expected = if end < now() { "issued_in_future" } else { "expired" };
        assert_eq!(outcome_at(json!(NOW + 60), json!(NOW), None, &rules(), end), expected);
    }
    // Numbers that JSON can write and no f64 can hold.
    let text = payload().to_string().replace(&format!("\"exp\":{}", NOW + 60), "\"exp\":1e999");
    assert_eq!(
        outcome(&token_of(&header().to_string(), &text, &KEY), &keys(), &rules()),
        "payload_malformed"
    );
}

/// Implementers of `Claims` may return what no JSON can say.
#[test]
fn numbers_that_are_none_are_refused() {
    #[derive(Debug, serde::Deserialize)]
    struct Odd {
        exp: u8,
        iat: u8,
        nbf: u8,
    }
    fn number(kind: u8) -> Option<f64> {
        Some(match kind {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => f64::NEG_INFINITY,
            _ => NOW as f64 + f64::from(kind),
        })
    }
    impl lti_jwks::Claims for Odd {
        fn issuer(&self) -> Option<&str> {
            Some(ISSUER)
        }
        fn audiences(&self) -> impl Iterator<Item = &str> {
            std::iter::once(CLIENT)
        }
        fn authorized_party(&self) -> Option<&str> {
            None
        }
        fn expires_at(&self) -> Option<f64> {
            number(self.exp)
        }
        fn issued_at(&self) -> Option<f64> {
            number(self.iat)
        }
        fn not_before(&self) -> Option<f64> {
            number(self.nbf)
        }
    }
    for (exp, iat, nbf, code) in [
        (9, 8, 7, "accepted"),
        (0, 8, 7, "times_inconsistent"),
        (9, 0, 7, "times_inconsistent"),
        (9, 8, 0, "not_yet_valid"),
        (1, 8, 7, "accepted"),
        (2, 8, 7, "times_inconsistent"),
        (1, 1, 7, "times_inconsistent"),
        (9, 2, 7, "accepted"),
        (9, 8, 1, "not_yet_valid"),
    ] {
        let token = token(&header(), &json!({"exp": exp, "iat": iat, "nbf": nbf}));
        let jwt = UnverifiedJwt::parse(&token).unwrap();
        let code_seen =
            jwt.verify::<Odd>(&keys(), &rules(), now()).map_or_else(|error| error.code(), |_| "accepted");
        assert_eq!(code_seen, code, "{exp} {iat} {nbf}");
    }
}
