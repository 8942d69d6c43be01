use std::cell::Cell;

use super::*;
use crate::TransportError;

thread_local! {
    static CLOCK: Cell<i64> = const { Cell::new(1_700_000_000) };
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(CLOCK.get(), 0).unwrap()
}

fn pass(seconds: i64) {
    CLOCK.set(CLOCK.get() + seconds);
}

/// A token that lives so long.
fn granted(text: &str, seconds: i64) -> GrantedToken {
    let body = format!(r#"{{"access_token":"{text}","token_type":"Bearer","expires_in":{seconds}}}"#);
    let request =
        lti_services::TokenRequest::new(&"https://lms.example/token".into(), String::new(), [Scope::Score]);
    request.unwrap().read(&http::Response::new(body.into_bytes()), now()).unwrap()
}

/// What the slot gives, and whether somebody was asked for it.
async fn get(
    slot: &Slot,
    answer: Result<GrantedToken, TokenFailure>,
) -> (Result<String, TokenFailure>, bool) {
    let asked = Cell::new(false);
    let got = slot.token(now, || async {
        asked.set(true);
        answer
    });
    (got.await.map(|token| token.token.expose().to_owned()), asked.get())
}

const FAILURE: TokenFailure = TokenFailure::Transport(TransportError::TimedOut);

#[tokio::test]
async fn a_token_is_kept_and_replaced_ahead_of_its_end() {
    let slot = Slot::default();
    assert_eq!(get(&slot, Ok(granted("a", 3600))).await, (Ok("a".into()), true));
    pass(3539);
    assert_eq!(get(&slot, Ok(granted("b", 3600))).await, (Ok("a".into()), false));
    pass(1);
    assert_eq!(get(&slot, Ok(granted("b", 3600))).await, (Ok("b".into()), true), "a minute ahead");
}

#[tokio::test]
async fn a_token_that_lives_shortly_is_kept_for_two_thirds() {
    let slot = Slot::default();
    assert_eq!(get(&slot, Ok(granted("a", 30))).await, (Ok("a".into()), true));
    pass(19);
    assert_eq!(get(&slot, Ok(granted("b", 30))).await, (Ok("a".into()), false));
    pass(1);
    assert_eq!(get(&slot, Ok(granted("b", 0))).await, (Ok("b".into()), true));
    // One without any life is given to whoever asked for it, and to nobody else.
    assert_eq!(get(&slot, Ok(granted("c", 3600))).await, (Ok("c".into()), true));
}

#[tokio::test]
async fn while_it_cannot_be_replaced_it_is_used_as_long_as_it_is_good() {
    let slot = Slot::default();
    get(&slot, Ok(granted("a", 3600))).await.0.unwrap();
    pass(3545);
    assert_eq!(get(&slot, Err(FAILURE)).await, (Ok("a".into()), true));
    pass(4);
    assert_eq!(get(&slot, Err(FAILURE)).await, (Ok("a".into()), false), "in peace for five seconds");
    pass(1);
    assert_eq!(get(&slot, Err(FAILURE)).await, (Ok("a".into()), true));
    pass(45);
    assert_eq!(
        get(&slot, Err(FAILURE)).await,
        (Err(FAILURE), true),
        "five seconds before its end it is none"
    );
    assert_eq!(get(&slot, Ok(granted("b", 3600))).await, (Err(FAILURE), false));
    pass(5);
    assert_eq!(get(&slot, Ok(granted("b", 3600))).await, (Ok("b".into()), true));
}

#[tokio::test]
async fn only_the_refused_token_is_dropped() {
    let slot = Slot::default();
    get(&slot, Ok(granted("a", 3600))).await.0.unwrap();
    slot.drop_token(&AccessToken::new("b").unwrap(), now());
    assert_eq!(get(&slot, Ok(granted("c", 3600))).await, (Ok("a".into()), false));
    slot.drop_token(&AccessToken::new("a").unwrap(), now());
    assert_eq!(get(&slot, Ok(granted("c", 3600))).await, (Ok("c".into()), true));
}

#[tokio::test]
async fn a_token_in_place_of_a_refused_one_is_not_replaced_at_once() {
    let slot = Slot::default();
    let refuse = |text: &str| slot.drop_token(&AccessToken::new(text).unwrap(), now());
    get(&slot, Ok(granted("a", 3600))).await.0.unwrap();
    refuse("a");
    assert_eq!(get(&slot, Ok(granted("b", 3600))).await, (Ok("b".into()), true));
    pass(4);
    refuse("b");
    assert_eq!(get(&slot, Ok(granted("c", 3600))).await, (Ok("b".into()), false));
    pass(1);
    refuse("b");
    assert_eq!(get(&slot, Ok(granted("c", 3600))).await, (Ok("c".into()), true));
}

#[test]
fn slots_with_a_good_token_or_a_user_stay() {
    let cache = TokenCache::default();
    let key = |n: usize| TokenKey {
        token_url: n.to_string(),
        audience: String::new(),
        client_id: String::new(),
        deployment_id: None,
        scopes: Vec::new(),
        key_id: String::new(),
    };
    let used = cache.slot(key(0), now());
    let good = cache.slot(key(1), now());
    good.keep(&Arc::default(), &Ok(Arc::new(granted("a", 3600))), now());
    let good = Arc::downgrade(&good);
    for n in 2..=MANY_SLOTS {
        cache.slot(key(n), now());
    }
    assert!(lock(&cache.0).slots.len() < 4);
    assert!(good.upgrade().is_some());
    assert!(Arc::ptr_eq(&used, &cache.slot(key(0), now())));
}
