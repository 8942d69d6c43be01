use super::*;

fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::hours(hours)
}

fn rule() -> RotationRule {
    RotationRule { margin: TimeDelta::zero(), ..RotationRule::default() }
}

fn published(schedule: &KeySchedule, hours: i64) -> Vec<&str> {
    schedule.published(at(hours)).map(KeyId::as_str).collect()
}

fn signing(schedule: &KeySchedule, hours: i64) -> Option<&str> {
    schedule.signing(at(hours)).map(KeyId::as_str)
}

#[test]
fn one_rotation() {
    let mut schedule = KeySchedule::new(rule(), id("a"), at(0)).unwrap();
    schedule.rotate(id("b"), at(100)).unwrap();
    for (hours, signs, set) in [
        (-1, None, &[][..]),
        (0, Some("a"), &["a"]),
        (99, Some("a"), &["a"]),
        (100, Some("a"), &["a", "b"]),
        (123, Some("a"), &["a", "b"]),
        (124, Some("b"), &["b", "a"]),
        (125, Some("b"), &["b"]),
        (10_000, Some("b"), &["b"]),
    ] {
        assert_eq!(signing(&schedule, hours), signs, "{hours}");
        assert_eq!(published(&schedule, hours), set, "{hours}");
    }
    let changes = [(0, Some(100)), (100, Some(124)), (124, Some(125)), (125, None)];
    for (hours, next) in changes {
        assert_eq!(schedule.next_change(at(hours)), next.map(at), "{hours}");
    }
}

#[test]
fn refusals() {
    let mut schedule = KeySchedule::new(rule(), id("a"), at(0)).unwrap();
    assert_eq!(schedule.rotate(id("a"), at(1)), Err(ScheduleError::KeyIdUsed));
    schedule.rotate(id("b"), at(1)).unwrap();
    assert_eq!(schedule.rotate(id("c"), at(24)), Err(ScheduleError::RotationUnderWay { signs_from: at(25) }));
    schedule.rotate(id("c"), at(25)).unwrap();
    assert_eq!(schedule.rotate(id("a"), at(1000)), Err(ScheduleError::KeyIdUsed), "retired, not forgotten");
    let distant = DateTime::<Utc>::MAX_UTC;
    assert_eq!(schedule.rotate(id("d"), distant), Err(ScheduleError::TimeUnrepresentable));
    assert_eq!(published(&schedule, 2000), ["c"], "a refused rotation changes nothing");
    for wait in [TimeDelta::seconds(-1), TimeDelta::days(367), TimeDelta::MAX] {
        let rule = RotationRule { cache_lifetime: wait, ..rule() };
        assert_eq!(KeySchedule::new(rule, id("a"), at(0)), Err(ScheduleError::RuleUnacceptable));
    }
}

#[test]
fn after_a_theft_nothing_old_remains() {
    let mut schedule = KeySchedule::new(rule(), id("a"), at(0)).unwrap();
    schedule.rotate(id("b"), at(100)).unwrap();
    schedule.replace_compromised(id("c"), at(110)).unwrap();
    assert_eq!(signing(&schedule, 109), Some("a"));
    assert_eq!(signing(&schedule, 110), Some("c"));
    assert_eq!(published(&schedule, 110), ["c"]);
    assert_eq!(signing(&schedule, 200), Some("c"));
    assert_eq!(schedule.rotate(id("b"), at(200)), Err(ScheduleError::KeyIdUsed));
    schedule.rotate(id("d"), at(200)).unwrap();
    let written = serde_json::to_string(&schedule).unwrap();
    assert_eq!(serde_json::from_str::<KeySchedule>(&written).unwrap(), schedule);
}

#[test]
fn as_json() {
    let mut schedule = KeySchedule::new(RotationRule::default(), id("a"), at(0)).unwrap();
    schedule.rotate(id("b"), at(24)).unwrap();
    let written = serde_json::to_string(&schedule).unwrap();
    assert_eq!(
        written,
        r#"{"rule":{"cache_lifetime_seconds":86400,"token_lifetime_seconds":3600,"margin_seconds":600},"keys":[{"kid":"a","published_from":"2023-11-14T22:13:20Z","signs_from":"2023-11-14T22:13:20Z","signs_until":"2023-11-16T22:23:20Z","published_until":"2023-11-16T23:33:20Z"},{"kid":"b","published_from":"2023-11-15T22:13:20Z","signs_from":"2023-11-16T22:23:20Z"}]}"#
    );
    assert_eq!(serde_json::from_str::<KeySchedule>(&written).unwrap(), schedule);
    for (from, to) in [
        (r#""signs_from":"2023-11-16T22:23:20Z"}"#, r#""signs_from":"2023-11-16T22:23:21Z"}"#),
        (r#""published_from":"2023-11-15"#, r#""published_from":"2023-11-17"#),
        (r#""published_until":"2023-11-16T23:33:20Z""#, r#""published_until":"2023-11-16T21:33:20Z""#),
        (r#","published_until":"2023-11-16T23:33:20Z""#, ""),
        (r#""kid":"b""#, r#""kid":"a""#),
        (r#""margin_seconds":600"#, r#""margin_seconds":-1"#),
        (r#""margin_seconds":600"#, r#""margin_seconds":9223372036854775807"#),
    ] {
        let broken = written.replace(from, to);
        assert_ne!(broken, written);
        assert!(serde_json::from_str::<KeySchedule>(&broken).is_err(), "{to}");
    }
    assert!(
        serde_json::from_str::<KeySchedule>(&written.replace(r#""keys":["#, r#""keys":[],"x":["#)).is_err()
    );
}

#[test]
fn a_ring_remembers_so_many_keys() {
    let mut schedule = KeySchedule::new(rule(), id("k0"), at(0)).unwrap();
    for number in 1..=MAX_KEYS + 1 {
        schedule.rotate(id(&format!("k{number}")), at(30 * i64::try_from(number).unwrap())).unwrap();
    }
    assert_eq!(schedule.keys().len(), MAX_KEYS);
    let mut json = serde_json::to_value(&schedule).unwrap();
    assert_eq!(serde_json::from_value::<KeySchedule>(json.clone()).unwrap(), schedule);
    let last = schedule.keys().last().unwrap();
    let (from, until) = (at(100_000), at(100_001));
    let keys = json["keys"].as_array_mut().unwrap();
    let before = keys.last_mut().unwrap();
    before["signs_until"] = serde_json::to_value(from).unwrap();
    before["published_until"] = serde_json::to_value(until).unwrap();
    keys.push(
        serde_json::to_value(ScheduledKey { key_id: id("more"), signs_from: from, ..last.clone() }).unwrap(),
    );
    let error = serde_json::from_value::<KeySchedule>(json.clone()).unwrap_err();
    assert!(error.to_string().contains("not in order"), "one too many: {error}");
    json["keys"].as_array_mut().unwrap().remove(0);
    assert!(serde_json::from_value::<KeySchedule>(json).is_ok());
    assert_eq!(schedule.keys().first().map(|key| key.key_id.as_str()), Some("k2"));
}

#[test]
fn a_key_is_over_once_it_is_taken_back() {
    let mut schedule = KeySchedule::new(rule(), id("a"), at(0)).unwrap();
    schedule.rotate(id("b"), at(100)).unwrap();
    for (key, hours, over) in [("a", 124, false), ("a", 125, true), ("b", 125, false), ("c", 0, true)] {
        assert_eq!(schedule.is_over(&id(key), at(hours)), over, "{key} {hours}");
    }
}

#[test]
fn waits_change_for_later_rotations() {
    let mut schedule = KeySchedule::new(rule(), id("a"), at(0)).unwrap();
    let short = RotationRule { cache_lifetime: TimeDelta::hours(2), ..rule() };
    schedule.set_rule(short).unwrap();
    assert_eq!(schedule.rule(), short);
    let negative = RotationRule { margin: TimeDelta::hours(-1), ..rule() };
    assert_eq!(schedule.set_rule(negative), Err(ScheduleError::RuleUnacceptable));
    assert_eq!(schedule.rule(), short);
    schedule.rotate(id("b"), at(100)).unwrap();
    assert_eq!((signing(&schedule, 101), signing(&schedule, 102)), (Some("a"), Some("b")));
}
