//! Values given out and taken back by people who would like them to be others.

use chrono::TimeDelta;
use lti_jwks::{OpenError, Purpose, SealError, Sealer, SealingKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::sender::{decode, encode, now};

const HINT: Purpose = Purpose::new("lms.example/login-hint");
const TOKEN: Purpose = Purpose::new("lms.example/access-token");

fn sealer() -> Sealer {
    Sealer::new(SealingKey::random().unwrap())
}

fn seal(sealer: &Sealer, value: &Value) -> String {
    sealer.seal(HINT, b"session", value, now() + TimeDelta::minutes(10)).unwrap()
}

fn open(sealer: &Sealer, text: &str) -> Result<Value, OpenError> {
    sealer.open(HINT, b"session", text, now())
}

#[test]
fn what_is_sealed_is_opened_and_not_read() {
    let sealer = sealer();
    let value = json!({"user": "ada-17", "link": 42});
    let text = seal(&sealer, &value);
    assert_eq!(open(&sealer, &text), Ok(value.clone()));
    assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    assert!(!decode(&text).windows(6).any(|window| window == b"ada-17"));
    let json_len = value.to_string().len();
    assert_eq!(text.len(), ((65 + json_len) * 4).div_ceil(3));
    assert_ne!(seal(&sealer, &value), text, "twice the same value is not twice the same text");
}

#[test]
fn one_wrong_thing() {
    let sealer = sealer();
    let text = seal(&sealer, &json!("value"));
    let with = |purpose, bound_to: &[u8], now| sealer.open::<Value>(purpose, bound_to, &text, now);
    assert_eq!(with(HINT, b"session", now()), Ok(json!("value")));
    assert_eq!(with(TOKEN, b"session", now()), Err(OpenError::WrongPurpose));
    assert_eq!(with(Purpose::new(""), b"session", now()), Err(OpenError::WrongPurpose));
    assert_eq!(with(HINT, b"session2", now()), Err(OpenError::Tampered));
    assert_eq!(with(HINT, b"sessio", now()), Err(OpenError::Tampered));
    assert_eq!(with(HINT, b"", now()), Err(OpenError::Tampered));
    assert_eq!(with(HINT, b"session", now() + TimeDelta::seconds(599)), Ok(json!("value")));
    assert_eq!(with(HINT, b"session", now() + TimeDelta::seconds(600)), Err(OpenError::Expired));
    assert_eq!(sealer.open::<u8>(HINT, b"session", &text, now()), Err(OpenError::OtherType));
    // Somebody else's, and one that is late and somebody else's: the expiry of what is not ours is not looked at.
    let other = Sealer::new(SealingKey::random().unwrap());
    assert_eq!(open(&other, &text), Err(OpenError::UnknownKey));
    let late = now() + TimeDelta::days(1);
    assert_eq!(with(HINT, b"session2", late), Err(OpenError::Tampered));
}

/// Name and binding cannot be told apart from their concatenation alone.
#[test]
fn the_binding_does_not_run_into_the_purpose() {
    let sealer = sealer();
    let text = sealer.seal(Purpose::new("ab"), b"c", &1, now() + TimeDelta::minutes(1)).unwrap();
    assert!(sealer.open::<u8>(Purpose::new("a"), b"bc", &text, now()).is_err());
    assert!(sealer.open::<u8>(Purpose::new("abc"), b"", &text, now()).is_err());
}

#[test]
fn every_changed_bit_is_noticed() {
    let sealer = sealer();
    let text = seal(&sealer, &json!({"a": [1, 2, 3]}));
    let bytes = decode(&text);
    for position in 0..bytes.len() {
        let expected = match position {
            0 => OpenError::Malformed,
            1..9 => OpenError::UnknownKey,
            9..13 => OpenError::WrongPurpose,
            _ => OpenError::Tampered,
        };
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[position] ^= 1 << bit;
            assert_eq!(open(&sealer, &encode(&changed)), Err(expected), "{position}");
        }
    }
    // Even where the purpose's tag is changed to that of the purpose it is opened for.
    let other = decode(&sealer.seal(TOKEN, b"session", &1, now()).unwrap());
    let mut moved = bytes.clone();
    moved[9..13].copy_from_slice(&other[9..13]);
    assert_eq!(sealer.open::<Value>(TOKEN, b"session", &encode(&moved), now()), Err(OpenError::Tampered));
}

#[test]
fn texts_cut_short_or_drawn_out() {
    let sealer = sealer();
    let text = seal(&sealer, &json!("value"));
    for len in 0..text.len() {
        assert!(open(&sealer, &text[..len]).is_err(), "{len}");
    }
    for text in [
        format!("{text}A"),
        format!("{text}AAAA"),
        format!("{text}="),
        format!(" {text}"),
        format!("{text}\n"),
    ] {
        assert!(open(&sealer, &text).is_err());
    }
    assert_eq!(open(&sealer, &"A".repeat(1_000_000)), Err(OpenError::Malformed));
    assert_eq!(open(&sealer, ""), Err(OpenError::Malformed));
    assert_eq!(open(&sealer, "é"), Err(OpenError::Malformed));
}

#[test]
fn sizes() {
    let sealer = sealer();
    let of = |len: usize| sealer.seal(HINT, b"", &"x".repeat(len - 2), now() + TimeDelta::minutes(1));
    let longest = of(12 * 1024).unwrap();
    assert!(sealer.open::<String>(HINT, b"", &longest, now()).is_ok());
    assert_eq!(of(12 * 1024 + 1), Err(SealError::TooLarge));
    let unwritable = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert_eq!(sealer.seal(HINT, b"", &unwritable, now()), Err(SealError::Unwritable));
}

#[test]
fn keys_come_and_go() {
    let (first, second) = (SealingKey::random().unwrap(), SealingKey::random().unwrap());
    let (first_text, second_text) = (first.to_text(), second.to_text());
    let (first_id, second_id) = (first.id(), second.id());
    let mut sealer = Sealer::new(first);
    let old = seal(&sealer, &json!(1));
    sealer.rotate(second);
    let new = seal(&sealer, &json!(2));
    assert_eq!(sealer.key_ids().collect::<Vec<_>>(), [second_id.clone(), first_id.clone()]);
    assert_eq!((open(&sealer, &old), open(&sealer, &new)), (Ok(json!(1)), Ok(json!(2))));

    // Another process, after a restart.
    let read = |text: &str| SealingKey::parse(text).unwrap();
    let other = Sealer::new(read(&second_text)).with_older(read(&first_text));
    assert_eq!(open(&other, &old), Ok(json!(1)));
    assert_eq!(open(&Sealer::new(read(&first_text)), &new), Err(OpenError::UnknownKey));

    assert!(!sealer.remove(&second_id), "not the one that seals");
    assert!(!sealer.remove("unknown"));
    assert!(sealer.remove(&first_id));
    assert_eq!(open(&sealer, &old), Err(OpenError::UnknownKey));
    assert_eq!(open(&sealer, &new), Ok(json!(2)));

    // Rotating to a key that is there already leaves it there once.
    sealer.rotate(read(&second_text));
    assert_eq!(sealer.key_ids().count(), 1);
}

#[test]
fn outside_all_refusals_look_alike() {
    let refusals =
        [OpenError::Malformed, OpenError::Tampered, OpenError::WrongPurpose, OpenError::UnknownKey];
    for error in refusals {
        assert_eq!(error.to_string(), OpenError::Tampered.to_string());
    }
    let codes: std::collections::BTreeSet<_> = refusals.iter().map(|error| error.code()).collect();
    assert_eq!(codes.len(), refusals.len());
}

#[test]
fn nothing_secret_is_shown() {
    let key = SealingKey::random().unwrap();
    let secret = key.to_text();
    let shown = format!("{:?}", Sealer::new(key));
    assert!(!shown.contains(&secret[..8]), "{shown}");
}

/// The layout does not change by accident, and is what the documentation says: this text was sealed by a few lines
/// of Python with the `cryptography` package.
#[test]
fn a_text_from_earlier_still_opens() {
    let key = SealingKey::from_entropy(&std::array::from_fn(|index| index as u8)).unwrap();
    let opened: Value = Sealer::new(key).open(HINT, b"session", EARLIER, now()).unwrap();
    assert_eq!(opened, json!({"user": "ada-17"}));
}

const EARLIER: &str = "ASA42bbH8kbXCGSrtGRlZmdoaWprbG1ub3BxcnPIycrLzM3Oz9DR0tMvWFFgnLhAW3ONB4h2hDbgNlOYKi34iWULVxh53CeEQLC41B7MGq-gQw";

proptest! {
    #[test]
    fn any_value_survives(text in any::<String>(), number in any::<i64>(), bound_to in any::<Vec<u8>>()) {
        let sealer = sealer();
        let value = (text, number);
        let sealed = sealer.seal(HINT, &bound_to, &value, now() + TimeDelta::seconds(1));
        let sealed = sealed.unwrap();
        prop_assert_eq!(sealer.open::<(String, i64)>(HINT, &bound_to, &sealed, now()), Ok(value));
    }

    #[test]
    fn no_text_opens_or_panics(text in "[A-Za-z0-9_-]{0,200}") {
        prop_assert!(open(&sealer(), &text).is_err());
    }

    #[test]
    fn no_bytes_after_a_true_head_open(tail in any::<Vec<u8>>()) {
        let sealer = sealer();
        let sealed = seal(&sealer, &json!(1));
        let head = &decode(&sealed)[..41];
        prop_assert!(open(&sealer, &encode([head, &tail].concat())).is_err());
    }
}

#[test]
fn a_purpose_has_its_name() {
    assert_eq!(HINT.as_str(), "lms.example/login-hint");
}

/// The key that seals is rotated to once more: it stays one key.
#[test]
fn rotating_to_the_same_key_keeps_it_once() {
    let of = |first: u8| {
        SealingKey::from_entropy(&std::array::from_fn(|n| first.wrapping_mul(n as u8 + 31))).unwrap()
    };
    let key = || of(7);
    let mut sealer = Sealer::new(key());
    sealer.rotate(key());
    assert_eq!(sealer.key_ids().count(), 1);
    sealer.rotate(of(9));
    assert_eq!(sealer.key_ids().count(), 2);
    sealer.rotate(of(11));
    assert_eq!(sealer.key_ids().count(), 3, "whoever sealed, still opens");
    sealer.rotate(of(7));
    assert_eq!(sealer.key_ids().count(), 3);
}

/// The longest that is sealed is opened, and nothing longer is looked at.
#[test]
fn the_longest_text_is_opened() {
    let sealer = sealer();
    let longest = json!("x".repeat(12 * 1024 - 2));
    let text = seal(&sealer, &longest);
    assert_eq!(open(&sealer, &text), Ok(longest));
    assert_eq!(open(&sealer, &format!("{text}A")), Err(OpenError::Tampered), "not too long to be looked at");
    assert_eq!(open(&sealer, &format!("{text}AAAA")), Err(OpenError::Malformed));
    // The shortest has nothing but its head, an expiry and a tag; one that is shorter is none.
    let shortest = encode(vec![1; 65]);
    assert_ne!(open(&sealer, &shortest), Err(OpenError::Malformed));
    assert_eq!(open(&sealer, &encode(vec![1; 64])), Err(OpenError::Malformed));
}
