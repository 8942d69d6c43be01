//! Many launches at once, at two machines of one tool with one store; and the same while the store is killed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;

use crate::machines::engine;
use crate::rush::{Answered, Begun, Rush, tally};
use crate::{postgres_engine, redis_engine};

/// Launches that are under way at once, of which some are posted at both machines.
const LAUNCHES: usize = 2_000;
const REPLAYED: usize = 200;

/// Everybody posts at once. Of the replayed launches, one half comes twice from its own browser, and the other half
/// from a browser that began a login of its own.
async fn exactly_one_of_each(store: &str) {
    let rush = Arc::new(Rush::start(store).await);
    let begun = rush.begin(LAUNCHES).await;
    let together = Arc::new(Barrier::new(LAUNCHES + REPLAYED));
    let mut posts = JoinSet::new();
    for (index, launch) in begun.iter().enumerate() {
        let mut post = |machine: usize, cookie: String| {
            let (rush, launch, together) = (Arc::clone(&rush), Arc::clone(launch), Arc::clone(&together));
            posts.spawn(async move {
                together.wait().await;
                (index, rush.post(machine, &launch.form, &cookie).await)
            });
        };
        post(index % 2, launch.cookie.clone());
        if index < REPLAYED {
            let other = if index < REPLAYED / 2 { launch } else { &begun[index + 1] };
            post((index + 1) % 2, other.cookie.clone());
        }
    }
    let answers = posts.join_all().await;
    assert_eq!(
        tally(answers.iter().map(|(_, answer)| answer)),
        BTreeMap::from([
            ("200".to_owned(), LAUNCHES),
            ("303".to_owned(), REPLAYED / 2),
            ("401 browser_mismatch".to_owned(), REPLAYED / 2),
        ])
    );
    let mut ids: BTreeMap<usize, Vec<&Answered>> = BTreeMap::new();
    for (index, answer) in &answers {
        ids.entry(*index).or_default().push(answer);
    }
    let mut all = Vec::new();
    for (index, answers) in ids {
        let accepted: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(accepted.len(), 1, "launch {index}: {answers:?}");
        // The double click leads to the launch that was made.
        let led = answers.iter().filter(|answer| answer.status == 303);
        assert!(led.into_iter().all(|answer| answer.launch_id == accepted[0].launch_id), "{answers:?}");
        all.push(accepted[0].launch_id.clone());
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), LAUNCHES, "every launch has an id of its own");
    assert_eq!(rush.accepted().await, LAUNCHES);

    // Later, at the other machine: to the launch for the browser that made it, nothing for anybody else.
    let mut later = Vec::new();
    for (index, launch) in begun.iter().enumerate().take(REPLAYED) {
        later.push(rush.post((index + 1) % 2, &launch.form, &launch.cookie).await);
        later.push(rush.post((index + 1) % 2, &launch.form, "").await);
    }
    let expected = [("303".to_owned(), REPLAYED), ("401 browser_mismatch".to_owned(), REPLAYED)];
    assert_eq!(tally(&later), BTreeMap::from(expected));
    assert_eq!(rush.accepted().await, LAUNCHES);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_launches_at_two_machines_with_redis() {
    if let Some(url) = engine("LTI_TEST_REDIS_URL") {
        exactly_one_of_each(&url).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_launches_at_two_machines_with_postgres() {
    if let Some(url) = engine("LTI_TEST_POSTGRES_URL") {
        exactly_one_of_each(&url).await;
    }
}

/// How many launches are posted at a time while the engine is killed.
const UNDER_WAY: usize = 100;
/// So many are accepted before it is.
const BEFORE: usize = 500;

/// Every browser posts until it is told something else than 503. `kill` ends the engine when some are accepted, and
/// `launch` starts it again.
async fn nothing_twice(url: &str, kill: impl AsyncFnOnce(), launch: impl AsyncFnOnce()) {
    let rush = Arc::new(Rush::start(url).await);
    let begun = rush.begin(LAUNCHES).await;
    let (room, accepted) = (Arc::new(Semaphore::new(UNDER_WAY)), Arc::new(AtomicUsize::new(0)));
    let mut browsers = JoinSet::new();
    for (index, launch) in begun.iter().enumerate() {
        let (rush, launch, room) = (Arc::clone(&rush), Arc::clone(launch), Arc::clone(&room));
        let accepted = Arc::clone(&accepted);
        browsers.spawn(async move {
            let _room = room.acquire_owned().await.unwrap();
            let post = |machine| until_answered(&rush, machine, &launch, &accepted);
            // The replayed ones are spread over all, so that some are under way when it happens.
            if index % (LAUNCHES / REPLAYED) == 0 {
                let (mut one, other) = join(post(0), post(1)).await;
                one.extend(other);
                one
            } else {
                post(index % 2).await
            }
        });
    }
    while accepted.load(Ordering::SeqCst) < BEFORE {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    kill().await;
    // Dead: nothing is accepted, and everybody is told so.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let dead = accepted.load(Ordering::SeqCst);
    assert!(dead < LAUNCHES - UNDER_WAY, "too late: {dead}");
    for machine in 0..2 {
        for answer in [
            rush.login(machine).await.unwrap_err(),
            rush.post(machine, &begun[0].form, &begun[0].cookie).await,
        ] {
            assert_eq!((answer.status, answer.code.as_str()), (503, "store_unavailable"));
        }
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(accepted.load(Ordering::SeqCst), dead);
    launch().await;

    let answers = browsers.join_all().await;
    let all = tally(answers.iter().flatten());
    println!("{all:?}");
    let known = ["200", "303", "401 login_unknown", "503 store_unavailable"];
    assert!(all.keys().all(|key| known.contains(&key.as_str())), "{all:?}");
    assert!(all.contains_key("503 store_unavailable"));
    let mut lost = 0;
    for answers in &answers {
        assert!(answers.iter().filter(|answer| answer.status == 200).count() <= 1, "{answers:?}");
        let mut ids: Vec<_> = answers.iter().filter_map(|answer| answer.launch_id.as_ref()).collect();
        ids.dedup();
        assert!(ids.len() <= 1, "one login, two launches: {answers:?}");
        if ids.is_empty() {
            // The login was used up by a post that the engine's death cut short.
            assert!(answers.iter().any(|answer| answer.status == 503), "{answers:?}");
            lost += 1;
        }
    }
    assert!(lost <= UNDER_WAY, "{lost} lost, and {UNDER_WAY} were under way");

    // What was used stays used, at either machine and whoever shows it.
    let mut again = JoinSet::new();
    for (index, launch) in begun.into_iter().enumerate() {
        let rush = Arc::clone(&rush);
        again.spawn(async move {
            let cookie = if index % 4 < 2 { launch.cookie.as_str() } else { "" };
            rush.post((index + 1) % 2, &launch.form, cookie).await
        });
    }
    let again = tally(&again.join_all().await);
    let known = ["303", "401 login_unknown", "401 browser_mismatch"];
    assert!(again.keys().all(|key| known.contains(&key.as_str())), "{again:?}");
    // New ones are made.
    let fresh = rush.begin(2).await;
    for (machine, launch) in fresh.iter().enumerate() {
        assert_eq!(rush.post(machine, &launch.form, &launch.cookie).await.status, 200);
    }
}

/// All that a browser is told.
async fn until_answered(
    rush: &Rush,
    machine: usize,
    launch: &Begun,
    accepted: &AtomicUsize,
) -> Vec<Answered> {
    let (mut answers, until) = (Vec::new(), Instant::now() + Duration::from_secs(60));
    loop {
        let answer = rush.post(machine, &launch.form, &launch.cookie).await;
        let status = answer.status;
        answers.push(answer);
        if status == 200 {
            accepted.fetch_add(1, Ordering::SeqCst);
        }
        if status != 503 {
            return answers;
        }
        assert!(Instant::now() < until, "it does not recover: {:?}", answers.last());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_is_killed_in_the_middle() {
    let Some(engine) = redis_engine::Engine::start(redis_engine::DURABLE).await else { return };
    let (url, engine) = (engine.url(), tokio::sync::Mutex::new(engine));
    nothing_twice(&url, async || engine.lock().await.kill(), async || engine.lock().await.launch().await)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_killed_in_the_middle() {
    let Some(engine) = postgres_engine::Engine::start().await else { return };
    let (url, engine) = (engine.url(), tokio::sync::Mutex::new(engine));
    nothing_twice(&url, async || engine.lock().await.kill(), async || engine.lock().await.launch().await)
        .await;
}

/// A Redis that forgets. Without an append-only file it is refused, at the start and when it comes back; and one that
/// lost everything has no pending launch for anybody's replay.
#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_forgot_lets_nothing_through() {
    let Some(mut engine) = redis_engine::Engine::start(FORGETFUL).await else { return };
    let refused = Rush::try_start(&engine.url()).await.err().unwrap();
    assert!(refused.starts_with("--store: ") && refused.contains("append-only"), "{refused}");

    engine.kill();
    engine.restart_with(redis_engine::DURABLE).await;
    let rush = Rush::start(&engine.url()).await;
    let begun = rush.begin(20).await;
    let (used, pending) = begun.split_at(10);
    // All at once: whoever asks for a login that is gone waits a while for what became of it.
    let posted = async |launches: &[Arc<Begun>]| {
        let posts = launches.iter().enumerate();
        let posts = posts.map(|(index, launch)| rush.post(index % 2, &launch.form, &launch.cookie));
        tally(&join_all(posts).await)
    };
    let ten = |what: &str| BTreeMap::from([(what.to_owned(), 10)]);
    assert_eq!(posted(used).await, ten("200"));
    for (arguments, of_used) in [(FORGETFUL, "503 store_unavailable"), (redis_engine::DURABLE, "303")] {
        engine.kill();
        engine.restart_with(arguments).await;
        // Whoever was connected before notices by failing once.
        for machine in 0..2 {
            let _ = rush.login(machine).await;
        }
        assert_eq!(posted(used).await, ten(of_used));
    }
    engine.send("FLUSHALL");
    assert_eq!(posted(used).await, ten("401 login_unknown"));
    assert_eq!(posted(pending).await, ten("401 login_unknown"));
    assert_eq!(rush.accepted().await, used.len());
}

const FORGETFUL: &[&str] = &["--appendonly", "no"];
