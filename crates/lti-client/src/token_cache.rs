//! Tokens that are kept for as long as they are good, in this process alone (Security Framework 1.0 §4.1, RFC 6749
//! §5.1).

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use lti_services::{AccessToken, GrantedToken};
use lti_types::Scope;
use tokio::sync::OnceCell;

use crate::{Credentials, TokenFailure};

/// Before its end a token is replaced: by this much, or a third of its life if that is less.
const REFRESH_AHEAD: TimeDelta = TimeDelta::seconds(60);
/// So short before its end it is not sent any more; of one that lives shortly, a quarter of the time above.
const TOO_LATE: TimeDelta = TimeDelta::seconds(5);
/// After a failure the platform is left in peace for so long.
const FAILURE_HOLDS: TimeDelta = TimeDelta::seconds(5);
/// After a refusal that was heeded, further ones are not for so long: a service that refuses every token would cost a
/// token request for each call.
const REFUSAL_HOLDS: TimeDelta = FAILURE_HOLDS;
/// Slots that are kept before those without a good token are dropped.
const MANY_SLOTS: usize = 1024;

/// What a token is kept under: everything that could make another token of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TokenKey {
    token_url: String,
    audience: String,
    client_id: String,
    deployment_id: Option<String>,
    scopes: Vec<String>,
    key_id: String,
}

impl TokenKey {
    pub(crate) fn new(credentials: &Credentials, scopes: &[Scope]) -> Self {
        let mut scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self {
            token_url: credentials.token_url().as_str().to_owned(),
            audience: credentials.audience().to_owned(),
            client_id: credentials.client_id().as_str().to_owned(),
            deployment_id: credentials.deployment_id().map(|id| id.as_str().to_owned()),
            scopes,
            key_id: credentials.key().key_id().as_str().to_owned(),
        }
    }
}

/// All tokens of a client.
#[derive(Debug, Default)]
pub(crate) struct TokenCache(Mutex<Slots>);

#[derive(Debug, Default)]
struct Slots {
    slots: HashMap<TokenKey, Arc<Slot>>,
    /// How many there may be before the useless ones are dropped.
    sweep_at: usize,
}

impl TokenCache {
    pub(crate) fn slot(&self, key: TokenKey, now: DateTime<Utc>) -> Arc<Slot> {
        let mut all = lock(&self.0);
        if all.slots.len() >= all.sweep_at.max(MANY_SLOTS) && !all.slots.contains_key(&key) {
            all.slots.retain(|_, slot| Arc::strong_count(slot) > 1 || slot.is_good(now));
            all.sweep_at = all.slots.len() * 2;
        }
        Arc::clone(all.slots.entry(key).or_default())
    }
}

/// The place of one token.
#[derive(Debug, Default)]
pub(crate) struct Slot(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    /// The request that everybody waits for.
    flight: Option<Arc<Flight>>,
    failure: Option<(DateTime<Utc>, TokenFailure)>,
    /// When a token was dropped because a service refused it.
    refused: Option<DateTime<Utc>>,
}

type Flight = OnceCell<Result<Arc<GrantedToken>, TokenFailure>>;

#[derive(Debug)]
struct Held {
    token: Arc<GrantedToken>,
    refresh_at: DateTime<Utc>,
    unusable_at: DateTime<Utc>,
}

/// What the slot says.
enum Found {
    Token(Arc<GrantedToken>),
    Failure(TokenFailure),
    Wait { flight: Arc<Flight>, meanwhile: Option<Arc<GrantedToken>> },
}

impl Slot {
    /// The token: the one that is kept, or what `fetch` brings. However many want it, one fetches; whoever comes while
    /// a token that is still good is being replaced gets that one.
    pub(crate) async fn token<F, R>(
        &self,
        now: fn() -> DateTime<Utc>,
        fetch: F,
    ) -> Result<Arc<GrantedToken>, TokenFailure>
    where
        F: FnOnce() -> R,
        R: Future<Output = Result<GrantedToken, TokenFailure>>,
    {
        let (flight, meanwhile) = match self.find(now()) {
            Found::Token(token) => return Ok(token),
            Found::Failure(failure) => return Err(failure),
            Found::Wait { flight, meanwhile } => (flight, meanwhile),
        };
        // Should the one who fetches be dropped, the next in line does it.
        let fetched = flight.get_or_init(|| async {
            let fetched = fetch().await.map(Arc::new);
            self.keep(&flight, &fetched, now());
            fetched
        });
        match (fetched.await, meanwhile) {
            (Ok(token), _) => Ok(Arc::clone(token)),
            (Err(_), Some(still_good)) => Ok(still_good),
            (Err(failure), None) => Err(failure.clone()),
        }
    }

    fn find(&self, now: DateTime<Utc>) -> Found {
        let mut state = lock(&self.0);
        let mut meanwhile = None;
        if let Some(held) = &state.held {
            if now < held.refresh_at {
                return Found::Token(Arc::clone(&held.token));
            }
            if now < held.unusable_at {
                let resting = is_recent(state.failure.as_ref(), now);
                if state.flight.is_some() || resting {
                    return Found::Token(Arc::clone(&held.token));
                }
                meanwhile = Some(Arc::clone(&held.token));
            }
        }
        if meanwhile.is_none()
            && let Some((_, failure)) = state.failure.as_ref().filter(|f| is_recent(Some(*f), now))
        {
            return Found::Failure(failure.clone());
        }
        let flight = Arc::clone(state.flight.get_or_insert_with(Arc::default));
        Found::Wait { flight, meanwhile }
    }

    fn keep(
        &self,
        flight: &Arc<Flight>,
        fetched: &Result<Arc<GrantedToken>, TokenFailure>,
        now: DateTime<Utc>,
    ) {
        let mut state = lock(&self.0);
        if state.flight.as_ref().is_some_and(|current| Arc::ptr_eq(current, flight)) {
            state.flight = None;
        }
        match fetched {
            Ok(token) => {
                let life = token.expires_at.signed_duration_since(now).max(TimeDelta::zero());
                let ahead = REFRESH_AHEAD.min(life / 3);
                let before = |span: TimeDelta| token.expires_at.checked_sub_signed(span).unwrap_or(now);
                state.held = Some(Held {
                    refresh_at: before(ahead),
                    unusable_at: before(TOO_LATE.min(ahead / 4)),
                    token: Arc::clone(token),
                });
                state.failure = None;
            }
            Err(failure) => state.failure = Some((now, failure.clone())),
        }
    }

    fn is_good(&self, now: DateTime<Utc>) -> bool {
        lock(&self.0).held.as_ref().is_some_and(|held| now < held.unusable_at)
    }

    /// A service refused this token: it is not used again. One that came meanwhile stays; so does one that was fetched
    /// just now in place of another that was refused, since a third would fare no better.
    pub(crate) fn drop_token(&self, refused: &AccessToken, now: DateTime<Utc>) {
        let mut state = lock(&self.0);
        let is_held = state.held.as_ref().is_some_and(|held| held.token.token.matches(refused));
        if is_held && !state.refused.is_some_and(|at| is_within(at, REFUSAL_HOLDS, now)) {
            state.held = None;
            state.refused = Some(now);
        }
    }
}

fn is_recent(failure: Option<&(DateTime<Utc>, TokenFailure)>, now: DateTime<Utc>) -> bool {
    failure.is_some_and(|(at, _)| is_within(*at, FAILURE_HOLDS, now))
}

fn is_within(since: DateTime<Utc>, span: TimeDelta, now: DateTime<Utc>) -> bool {
    let passed = now.signed_duration_since(since);
    passed >= TimeDelta::zero() && passed < span
}

/// What is kept is whole at every moment, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
