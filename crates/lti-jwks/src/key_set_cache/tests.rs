use super::*;
use crate::{JwkSet, VerifyingKey};

const PUBLIC_PEM: &str = include_str!("../../tests/fixtures/rsa2048.spki.pem");

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}

fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

fn keys(names: &[&str]) -> VerifyingKeys {
    let key = VerifyingKey::from_pem(PUBLIC_PEM).unwrap();
    VerifyingKeys::from_jwk_set(&JwkSet::new(
        names.iter().map(|name| key.clone().with_key_id(id(name)).to_jwk()),
    ))
}

/// What a lookup says, in a word.
fn says(cache: &KeySetCache, key_id: &str, seconds: i64) -> String {
    match cache.lookup(Some(&id(key_id)), at(seconds)) {
        Lookup::Use(_) => "use".into(),
        Lookup::Fetch(reason) => format!("fetch {reason:?}"),
        Lookup::Unknown => "unknown".into(),
        Lookup::Unavailable { retry_at } => format!("retry at {}", (retry_at - at(0)).num_seconds()),
    }
}

/// Fetched at 0 and fresh for an hour.
fn filled() -> KeySetCache {
    let mut cache = KeySetCache::new();
    cache.store(keys(&["a"]), Some(&id("a")), at(3600), at(0));
    cache
}

#[test]
fn an_empty_cache_wants_a_fetch_and_a_fresh_one_does_not() {
    assert_eq!(says(&KeySetCache::new(), "a", 0), "fetch Empty");
    let cache = filled();
    for (seconds, expected) in [(0, "use"), (3599, "use"), (3600, "fetch Stale"), (90_000_000, "fetch Stale")]
    {
        assert_eq!(says(&cache, "a", seconds), expected, "{seconds}");
    }
    assert!(matches!(cache.lookup(None, at(10)), Lookup::Use(_)));
}

#[test]
fn stale_keys_serve_while_a_fetch_is_under_way() {
    let cache = filled();
    for (seconds, serve) in [(3599, false), (3600, true), (3600 + 86_399, true), (3600 + 86_400, false)] {
        assert_eq!(cache.stale(Some(&id("a")), at(seconds)).is_some(), serve, "{seconds}");
        assert_eq!(cache.stale(None, at(seconds)).is_some(), serve, "{seconds}");
        assert!(cache.stale(Some(&id("b")), at(seconds)).is_none());
    }
    assert!(KeySetCache::new().stale(None, at(0)).is_none());
}

#[test]
fn freshness_is_held_within_bounds_whatever_is_stored() {
    let fresh_until = |until| {
        let mut cache = KeySetCache::new();
        cache.store(keys(&["a"]), None, until, at(0));
        cache.stored.unwrap().fresh_until
    };
    assert_eq!(fresh_until(at(-1000)), at(300));
    assert_eq!(fresh_until(DateTime::<Utc>::MIN_UTC), at(300));
    assert_eq!(fresh_until(at(301)), at(301));
    assert_eq!(fresh_until(DateTime::<Utc>::MAX_UTC), at(86_400));
}

#[test]
fn x39_a_new_kid_is_fetched_for_once_and_then_used() {
    let mut cache = filled();
    assert_eq!(says(&cache, "b", 600), "fetch UnknownKey");
    cache.store(keys(&["a", "b"]), Some(&id("b")), at(4200), at(600));
    assert_eq!(says(&cache, "b", 600), "use");
    assert_eq!(says(&cache, "a", 600), "use");
}

#[test]
fn x39_the_same_unknown_kid_is_fetched_for_once_in_five_minutes() {
    let mut cache = filled();
    assert_eq!(says(&cache, "b", 600), "fetch UnknownKey");
    cache.store(keys(&["a"]), Some(&id("b")), at(4200), at(600));
    for (seconds, expected) in [(600, "unknown"), (899, "unknown"), (900, "fetch UnknownKey")] {
        assert_eq!(says(&cache, "b", seconds), expected, "{seconds}");
    }
    // Another one waits for the interval between fetches only.
    for (seconds, expected) in [(600, "unknown"), (629, "unknown"), (630, "fetch UnknownKey")] {
        assert_eq!(says(&cache, "c", seconds), expected, "{seconds}");
    }
    // Once published it is used, though it was unknown before.
    cache.store(keys(&["a", "b"]), Some(&id("c")), at(4200), at(630));
    assert_eq!(says(&cache, "b", 631), "use");
}

#[test]
fn x39_a_flood_of_random_kids_causes_few_fetches() {
    let mut cache = filled();
    let mut fetches = 0;
    for second in 0..3600 {
        for nth in 0..10 {
            let wanted = id(&format!("random-{second}-{nth}"));
            if let Lookup::Fetch(_) = cache.lookup(Some(&wanted), at(second)) {
                fetches += 1;
                cache.store(keys(&["a"]), Some(&wanted), at(second + 3600), at(second));
            }
            assert_eq!(says(&cache, "a", second), "use");
        }
    }
    assert_eq!(fetches, 119, "one in 30 seconds");
    assert!(cache.unknown.len() <= 10);
}

#[test]
fn the_names_that_are_remembered_are_bounded() {
    let mut cache = filled();
    for nth in 0..1000 {
        cache.store(keys(&["a"]), Some(&id(&format!("b{nth}"))), at(3600), at(nth / 10));
    }
    assert_eq!(cache.unknown.len(), MAX_UNKNOWN);
    assert!(cache.unknown.contains_key(&id("b999")));
}

#[test]
fn a_failing_server_is_left_alone_for_longer_and_longer() {
    let mut cache = KeySetCache::new();
    let mut now = 0;
    for wait in [10, 20, 40, 80, 160, 320, 600, 600, 600] {
        assert_eq!(says(&cache, "a", now), "fetch Empty");
        cache.fetch_failed(at(now));
        assert_eq!(says(&cache, "a", now), format!("retry at {}", now + wait));
        assert_eq!(says(&cache, "a", now + wait - 1), format!("retry at {}", now + wait));
        now += wait;
    }
    cache.store(keys(&["a"]), None, at(now + 3600), at(now));
    cache.fetch_failed(at(now + 4000));
    assert_eq!(
        says(&cache, "b", now + 4000),
        format!("retry at {}", now + 4010),
        "counts from the start again"
    );
}

#[test]
fn stale_keys_are_used_while_fetching_fails_but_not_for_ever() {
    let mut cache = filled();
    assert_eq!(says(&cache, "a", 3600), "fetch Stale");
    cache.fetch_failed(at(3600));
    assert_eq!(says(&cache, "a", 3600), "use");
    assert_eq!(says(&cache, "b", 3600), "retry at 3610", "a newer set may have it");
    assert!(matches!(cache.lookup(None, at(3600)), Lookup::Use(_)));
    assert_eq!(says(&cache, "a", 3610), "fetch Stale");
    let end = 3600 + 86_400;
    cache.fetch_failed(at(end - 1));
    assert_eq!(says(&cache, "a", end - 1), "use");
    assert_eq!(says(&cache, "a", end), format!("retry at {}", end - 1 + 20));
}

#[test]
fn a_failed_fetch_for_an_unknown_kid_leaves_fresh_keys_in_use() {
    let mut cache = filled();
    cache.fetch_failed(at(600));
    assert_eq!(says(&cache, "a", 601), "use");
    assert_eq!(says(&cache, "b", 601), "retry at 610");
    assert_eq!(says(&cache, "b", 610), "fetch UnknownKey");
}

#[test]
fn a_clock_that_is_set_back_neither_stops_fetching_nor_keeps_keys_for_ever() {
    let mut cache = filled();
    assert_eq!(says(&cache, "a", -60), "use", "a small correction changes nothing");
    assert_eq!(says(&cache, "a", -86_400), "fetch Stale");
    cache.fetch_failed(at(1000));
    assert_eq!(says(&cache, "b", -86_400), "fetch Stale");
    // The far ends of time.
    for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        let _ = cache.lookup(Some(&id("b")), now);
        cache.store(keys(&["a"]), Some(&id("b")), now, now);
        cache.fetch_failed(now);
        let _ = cache.lookup(Some(&id("b")), now);
        let _ = freshness(Some("max-age=99999999999999999999"), now);
    }
}

#[test]
fn a_key_that_is_there_but_unusable_or_ambiguous_is_not_fetched_for() {
    let set = JwkSet::parse(br#"{"keys":[{"kty":"oct","kid":"a"}]}"#).unwrap();
    let mut cache = KeySetCache::new();
    cache.store(VerifyingKeys::from_jwk_set(&set), None, at(3600), at(0));
    assert_eq!(says(&cache, "a", 600), "use");
}

#[test]
fn cache_control() {
    for (header, seconds) in [
        (None, 3600),
        (Some(""), 3600),
        (Some("public"), 3600),
        (Some("max-age=600"), 600),
        (Some("  MAX-AGE = 600 "), 600),
        (Some("public,max-age=600,must-revalidate"), 600),
        (Some("public; max-age=600"), 600),
        (Some("max-age=\"600\""), 600),
        (Some("s-maxage=900, max-age=600"), 600),
        (Some("max-age=0"), 300),
        (Some("max-age=299"), 300),
        (Some("max-age=86401"), 86_400),
        (Some("max-age=9223372036854775807"), 86_400),
        (Some("max-age=99999999999999999999999999"), 86_400),
        (Some("max-age=-1"), 300),
        (Some("max-age="), 300),
        (Some("max-age"), 300),
        (Some("max-age=soon"), 300),
        (Some("no-store"), 300),
        (Some("no-cache, max-age=7200"), 300),
        (Some("max-age=7200, No-Store"), 300),
        (Some("no-cache=\"x\""), 300),
    ] {
        assert_eq!(freshness(header, at(0)), at(seconds), "{header:?}");
    }
}

#[test]
fn a_clock_may_be_a_little_behind() {
    let since = DateTime::UNIX_EPOCH;
    assert!(!was_set_back(since, since - CLOCK_SET_BACK));
    assert!(was_set_back(since, since - CLOCK_SET_BACK - TimeDelta::nanoseconds(1)));
}

/// Whether the one key of a set will do for a token of any name, the rules say, and not the cache.
#[test]
fn the_only_key_without_a_name_is_given_out_once_no_newer_set_helps() {
    let mut cache = KeySetCache::new();
    let nameless = || {
        let mut jwk = serde_json::to_value(VerifyingKey::from_pem(PUBLIC_PEM).unwrap().to_jwk()).unwrap();
        jwk.as_object_mut().unwrap().remove("kid");
        let set = serde_json::json!({ "keys": [jwk] }).to_string();
        VerifyingKeys::from_jwk_set(&JwkSet::parse(set.as_bytes()).unwrap())
    };
    cache.store(nameless(), None, at(36_000), at(0));
    assert_eq!(says(&cache, "a", 1), "use", "it was fetched a moment ago");
    assert_eq!(says(&cache, "a", 4000), "fetch UnknownKey", "there may be a newer set");
    cache.store(nameless(), Some(&id("a")), at(36_000), at(4000));
    assert_eq!(says(&cache, "a", 4001), "use");
    assert_eq!(says(&cache, "a", 36_001), "fetch Stale");
    assert!(cache.stale(Some(&id("a")), at(36_001)).is_none(), "a newer set may have that name");
    assert!(cache.stale(None, at(36_001)).is_some());
    let mut two = KeySetCache::new();
    two.store(keys(&["b", "c"]), Some(&id("a")), at(36_000), at(0));
    assert_eq!(says(&two, "a", 1), "unknown");
}
