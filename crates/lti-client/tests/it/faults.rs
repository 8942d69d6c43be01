//! A thousand scores through a server that fails in every way: what it has in the end agrees with every outcome.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use futures_util::stream;
use http::Response;
use lti_client::{RetryPolicy, ScoreOutcome};
use lti_services::LineItemUrl;
use lti_services::platform::{RequestRefusal, ScoreRecord};
use lti_types::Score;

use crate::support::{Server, builder, credentials, grade_service, line_item, reply, score, token};

/// A generator that gives the same faults for the same seed, as far as requests come in the same order.
struct Dice(AtomicU64);

impl Dice {
    fn throw(&self, sides: u64) -> u64 {
        // SplitMix64.
        let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        let mut z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

/// What the platform has, under line item and person; it outlives restarts.
type Book = Arc<Mutex<BTreeMap<(String, String), ScoreRecord>>>;

/// A body that breaks in the middle.
fn broken(status: u16) -> Response<Body> {
    let pieces = [Ok(b"{\"resultUrl\": \"https".to_vec()), Err(std::io::Error::other("broken"))];
    let mut response = reply(status, Body::from_stream(stream::iter(pieces)));
    response.headers_mut().insert("content-length", "1000".parse().unwrap());
    response
}

/// Whether the platform takes no grade for this person: every fiftieth.
fn is_closed(user: &str) -> bool {
    user.strip_prefix("u-").is_some_and(|n| n.parse::<usize>().unwrap() % 50 == 7)
}

fn record(book: &Book, path: &str, body: &[u8]) -> Result<(), RequestRefusal> {
    let score: Score = serde_json::from_slice(body).unwrap();
    let key = (path.to_owned(), score.user_id.as_str().to_owned());
    let mut book = book.lock().unwrap();
    let after = ScoreRecord::after(book.get(&key), score, std::time::SystemTime::now().into())?;
    book.insert(key, after);
    Ok(())
}

fn faulty(seed: u64, book: Book) -> Server {
    let dice = Dice(AtomicU64::new(seed));
    Server::start(move |request| {
        if request.uri().path() == "/token" {
            return match dice.throw(3) {
                0 => reply(503, ""),
                _ => token("t"),
            };
        }
        // Turned away unread.
        match dice.throw(10) {
            0 => {
                let mut response = reply(429, "Rate Limit Exceeded");
                if dice.throw(4) == 0 {
                    response.headers_mut().insert("retry-after", "0".parse().unwrap());
                }
                return response;
            }
            1 => return reply(503, ""),
            2 => return reply(500, "before"),
            3 => return broken(500),
            _ => {}
        }
        let score: Score = serde_json::from_slice(request.body()).unwrap();
        if is_closed(score.user_id.as_str()) {
            return reply(403, "closed");
        }
        let done = match record(&book, request.uri().path(), request.body()) {
            Ok(()) => Response::builder().status(204).body(Body::empty()).unwrap(),
            Err(refusal) => refusal.to_http().map(Body::from),
        };
        // Done, and then something happens to the answer.
        match dice.throw(10) {
            0 => reply(500, "after"),
            1 => reply(504, ""),
            2 => broken(200),
            3 => {
                std::thread::sleep(Duration::from_millis(400));
                done
            }
            _ => done,
        }
    })
}

async fn run(seed: u64, restarts: bool) {
    let book = Book::default();
    let mut server = faulty(seed, Arc::clone(&book));
    let mut retry = RetryPolicy::default();
    retry.attempts = 6;
    // Patient enough to learn what became of every one.
    retry.attempts_when_unknown = 60;
    retry.first_wait = Duration::from_millis(5);
    retry.longest_wait = Duration::from_millis(60);
    let client = builder()
        .timeout(Duration::from_millis(300))
        .connect_timeout(Duration::from_millis(300))
        .requests_at_once(32)
        .retry(retry)
        .build()
        .unwrap();
    let grades = client.grades(&credentials(&server), &grade_service(&server)).unwrap();
    let item = line_item(&server);
    let path = "/lineitems/1/lineitem/scores";

    // A teacher graded every tenth person since: those scores are stale, whatever happens to their answers.
    for n in (0..1000).step_by(10) {
        let newer = serde_json::to_vec(&score(&format!("u-{n}"), 1_000_000, 20.0)).unwrap();
        record(&book, path, &newer).unwrap();
    }
    let scores: Vec<(LineItemUrl, Score)> =
        (0..1000).map(|n| (item.clone(), score(&format!("u-{n}"), n, (n % 21) as f64))).collect();

    let over = Arc::new(AtomicBool::new(false));
    let publishing = tokio::spawn({
        let (scores, over) = (scores.clone(), Arc::clone(&over));
        async move {
            let outcomes = grades.publish_all(scores, |_| {}).await;
            over.store(true, Ordering::Relaxed);
            outcomes
        }
    });
    let mut stopped = 0;
    while restarts && !over.load(Ordering::Relaxed) && stopped < 5 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        stopped += 1;
        server = tokio::task::spawn_blocking(move || {
            server.stop();
            std::thread::sleep(Duration::from_millis(40));
            server.start_again();
            server
        })
        .await
        .unwrap();
    }
    let outcomes = publishing.await.unwrap();
    server.stop();
    // What was still being answered when the client gave up.
    tokio::time::sleep(Duration::from_millis(500)).await;

    assert_eq!(outcomes.len(), scores.len(), "one outcome for each score");
    let book = book.lock().unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (n, (outcome, (_, sent))) in outcomes.iter().zip(&scores).enumerate() {
        let has = book.get(&(path.to_owned(), sent.user_id.as_str().to_owned()));
        let has_ours = has.is_some_and(|record| record.last() == sent);
        let graded_since = n % 10 == 0;
        *counts
            .entry(match outcome {
                ScoreOutcome::Failed(_) => "failed",
                other => other.code(),
            })
            .or_default() += 1;
        match outcome {
            ScoreOutcome::Accepted(_) | ScoreOutcome::AlreadyRecorded => {
                assert!(has_ours, "seed {seed}, score {n}: {outcome:?}, but it is not there");
            }
            ScoreOutcome::Stale => {
                assert!(graded_since && !has_ours, "seed {seed}, score {n}: nothing newer is there");
            }
            ScoreOutcome::Failed(failure) => {
                // Only a refusal leaves something open, where an attempt before it broke down, or nothing but 503 and
                // 429.
                let refused = failure.reason.code() == "forbidden" && is_closed(sent.user_id.as_str());
                let turned_away = ["unavailable", "rate_limited"].contains(&failure.reason.code());
                assert!(
                    refused || turned_away || !failure.may_be_recorded,
                    "seed {seed}, score {n}: {failure:?}"
                );
                assert!(!has_ours, "seed {seed}, score {n}: {failure:?}, but it is there");
            }
            other => panic!("{other:?}"),
        }
        if graded_since {
            assert!(!outcome.is_recorded(), "seed {seed}, score {n}: the teacher's grade stays");
            assert!(!has_ours);
        }
    }
    println!("seed {seed}, restarts {stopped}: {counts:?}");
    // The test is none if nothing of this happens.
    let count = |what: &str| counts.get(what).copied().unwrap_or(0);
    assert!(count("accepted") > 300, "{counts:?}");
    assert!(count("already_recorded") > 50, "{counts:?}");
    assert!(count("stale") > 50, "{counts:?}");
    assert!(count("failed") >= 20, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_scores_through_a_server_that_fails_at_random() {
    run(1, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_scores_through_a_server_that_restarts() {
    run(2, true).await;
}
