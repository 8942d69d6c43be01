//! Pending values wait in a store: what one machine put, another takes, once, plain or sealed.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use lti_jwks::{OpenError, Purpose, Sealer, SealingKey};
use lti_platform::{LaunchMessage, PendingLogin};
use lti_store::{Key, MemoryStore, Store};
use lti_tool::{Browser, PendingLaunch, UnverifiedLaunch};
use lti_types::{AuthenticationRequest, AuthenticationResponse, ContextRole, LoginInitiation, Roles};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::pair::{KEY, Pair};

const SEALED: Purpose = Purpose::new("pending");

/// How a server keeps its pending values.
trait Keeper {
    fn write<T: Serialize>(&self, id: &str, value: &T, until: DateTime<Utc>) -> Vec<u8>;
    fn read<T: DeserializeOwned>(&self, id: &str, bytes: &[u8], now: DateTime<Utc>) -> T;
}

struct Plain;

impl Keeper for Plain {
    fn write<T: Serialize>(&self, _: &str, value: &T, _: DateTime<Utc>) -> Vec<u8> {
        serde_json::to_vec(value).unwrap()
    }
    fn read<T: DeserializeOwned>(&self, _: &str, bytes: &[u8], _: DateTime<Utc>) -> T {
        serde_json::from_slice(bytes).unwrap()
    }
}

/// Sealed for its id: whoever reads the store learns no nonce, and whoever writes to it can swap no values.
impl Keeper for Sealer {
    fn write<T: Serialize>(&self, id: &str, value: &T, until: DateTime<Utc>) -> Vec<u8> {
        self.seal(SEALED, id.as_bytes(), value, until).unwrap().into_bytes()
    }
    fn read<T: DeserializeOwned>(&self, id: &str, bytes: &[u8], now: DateTime<Utc>) -> T {
        self.open(SEALED, id.as_bytes(), std::str::from_utf8(bytes).unwrap(), now).unwrap()
    }
}

fn login_key(id: &str) -> Key {
    Key::new("pending_login", "campus-1", id)
}

fn launch_key(id: &str) -> Key {
    Key::new("pending_launch", "campus-1", id)
}

/// The walk of a launch, each step on whichever machine the request meets.
async fn walk(keeper: &impl Keeper) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let [here, there] = [Arc::clone(&store), store];
    let mut pair = Pair::new();
    let session = pair.session();

    let started = pair.click(&session);
    let (hint, until) = (started.pending.login_hint().as_str().to_owned(), started.pending.expires_at());
    let bytes = keeper.write(&hint, &started.pending, until);
    here.put(login_key(&hint), bytes, until, pair.now).await.unwrap();

    let login = pair.begin(LoginInitiation::from_pairs(started.initiation.to_pairs()).unwrap());
    let (state, until) = (login.pending.state().as_str().to_owned(), login.pending.expires_at());
    let bytes = keeper.write(&state, &login.pending, until);
    here.put(launch_key(&state), bytes, until, pair.now).await.unwrap();

    pair.pass(TimeDelta::seconds(2));
    let request = AuthenticationRequest::from_pairs(login.request.to_pairs()).unwrap();
    let echoed = request.login_hint.as_ref().unwrap().as_str();
    let bytes = there.take(login_key(echoed), pair.now).await.unwrap().unwrap();
    let pending: PendingLogin = keeper.read(echoed, &bytes, pair.now);
    let authorized = pair.platform.authorize(request, Some(pending), Some(&session), pair.now).unwrap();
    let post = authorized
        .respond(LaunchMessage::new(Roles::from_iter([ContextRole::Learner])), pair.now)
        .unwrap()
        .sign(&KEY)
        .unwrap();

    let response = AuthenticationResponse::from_form(post.body().as_bytes()).unwrap();
    let unverified = UnverifiedLaunch::from_form(response).unwrap();
    let state = unverified.state().as_str().to_owned();
    let bytes = there.take(launch_key(&state), pair.now).await.unwrap().unwrap();
    let pending: PendingLaunch = keeper.read(&state, &bytes, pair.now);
    let browser = Browser::from_cookie(login.browser_secret);
    unverified.verify(pending, &browser, &pair.tool, &pair.keys, pair.now).unwrap();

    // The same form, posted to the other machine: nothing is pending, so there is nothing to verify it with.
    assert_eq!(here.take(launch_key(&state), pair.now).await.unwrap(), None);
    assert_eq!(here.take(login_key(&hint), pair.now).await.unwrap(), None);
}

#[tokio::test]
async fn pending_values_wait_in_a_store_as_they_are() {
    walk(&Plain).await;
}

#[tokio::test]
async fn pending_values_wait_in_a_store_sealed() {
    let sealer = Sealer::new(SealingKey::from_entropy(&std::array::from_fn(|index| index as u8)).unwrap());
    walk(&sealer).await;
    let sealed = sealer.write("state", &"pending", DateTime::from_timestamp(1_767_225_900, 0).unwrap());
    let text = std::str::from_utf8(&sealed).unwrap();
    let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    let swapped = sealer.open::<String>(SEALED, b"other state", text, now);
    assert!(matches!(swapped, Err(OpenError::Tampered)));
}
