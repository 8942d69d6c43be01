//! Key sets at registered URLs: fetched once at a time, and no more often than [`lti_jwks::KeySetCache`] allows
//! (RFC 7517 §5, Security Framework 1.0 §6.3).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::header::{ACCEPT, CACHE_CONTROL};
use http::{HeaderValue, Request};
use lti_jwks::{JwkSet, JwkSetError, KeyId, KeySetCache, Lookup, VerifyingKeys, freshness};
use lti_services::ServiceUrl;
use lti_types::{InvalidUrl, WireUrl};

use crate::TransportError;
use crate::client::{Inner, now};
use crate::transport::Redirects;

/// Key sets that are kept before those without usable keys are forgotten.
const MANY_SETS: usize = 1024;

/// How long whoever fetches for a stale key set waits for it before going on with the keys from before: long enough for a
/// host that is well, so that a key that was taken back is not used again after a quiet day.
const STALE_WAIT: Duration = Duration::from_secs(2);

/// Why there are no keys to verify with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// The key set is there, and has no key of that name: refuse the token.
    #[error("the key set has no such key")]
    UnknownKey,
    /// The key set could not be fetched a moment ago, and is not tried again before then: neither believe nor refuse.
    #[error("the key set could not be fetched ({last}), and is not tried again at once")]
    #[non_exhaustive]
    Unavailable {
        /// When it may be tried again.
        retry_at: DateTime<Utc>,
        /// The code of what went wrong then.
        last: &'static str,
    },
    /// There was no answer.
    #[error("the key set could not be fetched: {0}")]
    Transport(TransportError),
    /// The answer is no success.
    #[error("the key set's server answered {0}")]
    Status(u16),
    /// The answer is no key set.
    #[error("what was fetched is no key set: {0}")]
    Document(JwkSetError),
    /// The key set is empty. That is a mistake more often than a revocation of everything, so keys from before are used
    /// for as long as after any other failure.
    #[error("the key set is empty")]
    Empty,
    /// The registered URL is none.
    #[error("key_set_url: {0}")]
    Url(InvalidUrl),
}

impl KeySetError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownKey => "key_unknown",
            Self::Unavailable { .. } => "key_set_unavailable",
            Self::Transport(error) => error.code(),
            Self::Status(_) => "key_set_status",
            Self::Empty => "key_set_empty",
            Self::Document(error) => error.code(),
            Self::Url(error) => error.code(),
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::Transport(error) => error.spec(),
            Self::Url(error) => error.spec(),
            _ => "Security Framework 1.0 §6.3",
        }
    }
}

/// All key sets of a client.
#[derive(Debug, Default)]
pub(crate) struct KeySets(Mutex<Sets>);

#[derive(Debug, Default)]
struct Sets {
    sets: HashMap<String, Arc<KeySet>>,
    /// How many there may be before the useless ones are dropped.
    sweep_at: usize,
}

/// What is known of one URL.
#[derive(Debug, Default)]
struct KeySet {
    /// A moment at a time, so that known keys are had while a fetch is under way.
    known: Mutex<Known>,
    /// For as long as a fetch takes.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct Known {
    cache: KeySetCache,
    /// The keys in the cache, to be handed out without a copy of each.
    keys: Option<Arc<VerifyingKeys>>,
    last_error: Option<KeySetError>,
    /// Its code, for those who come later.
    last_code: &'static str,
}

/// Keys, and until when they are fresh.
pub(crate) type Fetched = (VerifyingKeys, DateTime<Utc>);

enum Found {
    Keys(Arc<VerifyingKeys>),
    Fetch,
    Error(KeySetError),
}

impl KeySets {
    pub(crate) async fn keys(
        &self,
        client: &Arc<Inner>,
        url: &WireUrl,
        key_id: Option<&KeyId>,
    ) -> Result<Arc<VerifyingKeys>, KeySetError> {
        let set = self.of(url);
        match set.find(key_id, now()) {
            Found::Keys(keys) => return Ok(keys),
            Found::Error(error) => return Err(error),
            Found::Fetch => {}
        }
        let stale = set.stale(key_id, now());
        let turn = match (Arc::clone(&set.fetching).try_lock_owned(), &stale) {
            (Ok(turn), _) => turn,
            // A host that hangs holds up nobody for whom there are keys.
            (Err(_), Some(keys)) => return Ok(Arc::clone(keys)),
            (Err(_), None) => Arc::clone(&set.fetching).lock_owned().await,
        };
        // Somebody else may have fetched meanwhile.
        match set.find(key_id, now()) {
            Found::Keys(keys) => return Ok(keys),
            Found::Error(error) => return Err(error),
            Found::Fetch => {}
        }
        // In a task of its own: a caller who goes away takes with him neither the keys nor the failure, which is to
        // hold off the next.
        let fetching = tokio::spawn({
            let (client, set, url, key_id) =
                (Arc::clone(client), Arc::clone(&set), url.clone(), key_id.cloned());
            async move {
                let _turn = turn;
                let fetched = fetch(&client, &url).await.and_then(not_empty);
                set.keep(fetched, key_id.as_ref(), now());
            }
        });
        let fetched = match stale {
            None => fetching.await,
            Some(keys) => match tokio::time::timeout(STALE_WAIT, fetching).await {
                Ok(fetched) => fetched,
                Err(_) => return Ok(keys),
            },
        };
        if fetched.is_err() {
            set.keep(Err(KeySetError::Transport(TransportError::AnswerLost)), key_id, now());
        }
        match set.find(key_id, now()) {
            Found::Keys(keys) => Ok(keys),
            Found::Error(error) => Err(error),
            Found::Fetch => Err(KeySetError::UnknownKey),
        }
    }

    fn of(&self, url: &WireUrl) -> Arc<KeySet> {
        let mut all = lock(&self.0);
        if let Some(set) = all.sets.get(url.as_str()) {
            return Arc::clone(set);
        }
        if all.sets.len() >= all.sweep_at.max(MANY_SETS) {
            let now = now();
            let is_usable = |set: &KeySet| matches!(set.find(None, now), Found::Keys(_));
            all.sets.retain(|_, set| Arc::strong_count(set) > 1 || is_usable(set));
            all.sweep_at = all.sets.len() * 2;
        }
        Arc::clone(all.sets.entry(url.as_str().to_owned()).or_default())
    }
}

impl KeySet {
    fn find(&self, key_id: Option<&KeyId>, now: DateTime<Utc>) -> Found {
        let mut known = lock(&self.known);
        let Known { cache, keys, last_error, last_code: last } = &mut *known;
        match cache.lookup(key_id, now) {
            Lookup::Use(found) => {
                Found::Keys(Arc::clone(keys.get_or_insert_with(|| Arc::new(found.clone()))))
            }
            Lookup::Fetch(_) => Found::Fetch,
            Lookup::Unknown => Found::Error(KeySetError::UnknownKey),
            Lookup::Unavailable { retry_at, .. } => {
                // Whoever waited for the fetch is told why it failed.
                Found::Error(last_error.take().unwrap_or(KeySetError::Unavailable { retry_at, last }))
            }
            _ => Found::Error(KeySetError::UnknownKey),
        }
    }

    /// The keys from before, which serve while newer ones are fetched.
    fn stale(&self, key_id: Option<&KeyId>, now: DateTime<Utc>) -> Option<Arc<VerifyingKeys>> {
        let mut known = lock(&self.known);
        let Known { cache, keys, .. } = &mut *known;
        let found = cache.stale(key_id, now)?;
        Some(Arc::clone(keys.get_or_insert_with(|| Arc::new(found.clone()))))
    }

    fn keep(&self, fetched: Result<Fetched, KeySetError>, wanted: Option<&KeyId>, now: DateTime<Utc>) {
        let mut known = lock(&self.known);
        match fetched {
            Ok((keys, fresh_until)) => {
                known.keys = Some(Arc::new(keys.clone()));
                known.cache.store(keys, wanted, fresh_until, now);
                known.last_error = None;
            }
            Err(error) => {
                known.cache.fetch_failed(now);
                known.last_code = error.code();
                known.last_error = Some(error);
            }
        }
    }
}

pub(crate) async fn fetch(client: &Inner, url: &WireUrl) -> Result<Fetched, KeySetError> {
    let url = ServiceUrl::parse(url).map_err(KeySetError::Url)?;
    let mut request = Request::new(Vec::new());
    *request.uri_mut() = url.to_uri().clone();
    request
        .headers_mut()
        .insert(ACCEPT, HeaderValue::from_static("application/jwk-set+json, application/json"));
    let host = client.hosts.of(url.to_url());
    let answer = {
        let _place = host.enter_for_keys().await.map_err(KeySetError::Transport)?;
        client.transport.send(request, Redirects::Anywhere).await.map_err(KeySetError::Transport)?
    };
    if !answer.status().is_success() {
        return Err(KeySetError::Status(answer.status().as_u16()));
    }
    let set = JwkSet::parse(answer.body()).map_err(KeySetError::Document)?;
    let cache_control = answer.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok());
    let now = now();
    Ok((VerifyingKeys::from_jwk_set(&set), freshness(cache_control, now)))
}

/// A key set without a single member is a failure, and does not replace what was fetched before.
fn not_empty(fetched: Fetched) -> Result<Fetched, KeySetError> {
    let (keys, _) = &fetched;
    if keys.is_empty() && keys.skipped().is_empty() { Err(KeySetError::Empty) } else { Ok(fetched) }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use lti_jwks::{RsaSize, SigningKey};

    use super::*;

    /// A fault that stays, such as an address that may not be fetched, is not taken for an outage.
    #[test]
    fn what_went_wrong_is_told_also_to_those_who_come_later() {
        let set = KeySet::default();
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        set.keep(Err(KeySetError::Status(404)), None, now);
        assert!(matches!(set.find(None, now), Found::Error(KeySetError::Status(404))));
        for _ in 0..2 {
            let Found::Error(error @ KeySetError::Unavailable { retry_at, last }) = set.find(None, now)
            else {
                panic!("held off")
            };
            assert!(retry_at > now);
            assert_eq!((error.code(), last), ("key_set_unavailable", "key_set_status"));
            assert!(error.to_string().contains("key_set_status"), "{error}");
        }
    }

    /// A platform publishes nothing for a while: launches go on with the keys from before, and not for ever.
    #[test]
    fn an_empty_key_set_replaces_no_keys() {
        let key = SigningKey::generate_rsa(RsaSize::Rsa2048).unwrap();
        let full = serde_json::to_string(&JwkSet::new([key.public_jwk()])).unwrap();
        let id = Some(key.key_id());
        let fetched = |json: &str, at| {
            let keys = VerifyingKeys::from_jwk_set(&JwkSet::parse(json.as_bytes()).unwrap());
            not_empty((keys, freshness(None, at)))
        };
        for empty in [r#"{"keys":[]}"#, "[]"] {
            let set = KeySet::default();
            let first = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
            set.keep(fetched(&full, first), id, first);
            let stale = first + TimeDelta::hours(2);
            assert!(matches!(set.find(id, stale), Found::Fetch));
            set.keep(fetched(empty, stale), id, stale);
            assert!(matches!(set.find(id, stale), Found::Keys(keys) if keys.find(key.key_id()).is_ok()));
            let over = first + TimeDelta::hours(26);
            assert!(matches!(set.find(id, over), Found::Fetch));
            set.keep(fetched(empty, over), id, over);
            assert!(matches!(set.find(id, over), Found::Error(KeySetError::Empty)));
        }
    }

    /// The host of a key set hangs when its keys are no longer fresh: launches go on with the keys from before. Those for
    /// whom there are none wait.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_host_that_hangs_holds_up_nobody_for_whom_there_are_keys() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = WireUrl::from(format!("http://{}/jwks", silent.local_addr().unwrap()));
        let policy = crate::OutboundPolicy::new().danger_allow_http().danger_allow_loopback();
        let client = crate::Client::builder().outbound(policy).build().unwrap();
        let key = SigningKey::generate_rsa(RsaSize::Rsa2048).unwrap();
        let keys = VerifyingKeys::from_jwk_set(&JwkSet::new([key.public_jwk()]));
        let then = now() - TimeDelta::hours(2);
        client.0.key_sets.of(&url).keep(Ok((keys, freshness(None, then))), Some(key.key_id()), then);
        let first = tokio::spawn({
            let (client, url, id) = (client.clone(), url.clone(), key.key_id().clone());
            async move { client.keys(&url, Some(&id)).await }
        });
        let unknown = KeyId::new("unknown").unwrap();
        let _asked = silent.accept().await.unwrap();
        // While the first waits for a little.
        let began = std::time::Instant::now();
        for _ in 0..100 {
            assert!(client.keys(&url, Some(key.key_id())).await.is_ok());
        }
        assert!(!first.is_finished() && began.elapsed() < STALE_WAIT, "{:?}", began.elapsed());
        let waiting = client.keys(&url, Some(&unknown));
        assert!(tokio::time::timeout(Duration::from_millis(100), waiting).await.is_err());
        assert!(first.await.unwrap().is_ok());
        assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    }
}
