//! Many scores at once, and line items that are made once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use futures_util::{StreamExt as _, stream};
use lti_client::{CallError, Progress, ScoreOutcome};
use lti_types::{LineItem, Score};
use serde_json::json;

use crate::support::{
    Server, builder, client, credentials, grade_service, json as json_reply, line_item, reply, score, token,
};

/// Scores of one person go one after the other, the oldest first, however they stand in the input; outcomes come back
/// in the order of the input.
#[tokio::test(flavor = "multi_thread")]
async fn several_scores_of_one_person_do_not_overtake_each_other() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let at_once = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (now, peak) = (Arc::clone(&at_once), Arc::clone(&most));
    let server = Server::start(move |request| {
        if request.uri().path() == "/token" {
            return token("t");
        }
        peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let score: Score = serde_json::from_slice(request.body()).unwrap();
        log.lock().unwrap().push((score.user_id.as_str().to_owned(), score.score_given.unwrap()));
        std::thread::sleep(Duration::from_millis(5));
        now.fetch_sub(1, Ordering::SeqCst);
        if score.user_id.as_str() == "u-3" { reply(403, "closed") } else { reply(204, "") }
    });
    let client = builder().requests_at_once(4).build().unwrap();
    let grades = client.grades(&credentials(&server), &grade_service(&server)).unwrap();
    let item = line_item(&server);
    // Five scores each, the newest first; a sixth that nobody would take.
    let mut scores = Vec::new();
    for after in (0..5).rev() {
        for user in 0..10 {
            scores.push((item.clone(), score(&format!("u-{user}"), after, after as f64)));
        }
    }
    scores.push((item.clone(), score("u-0", 9, -1.0)));
    let mut counts = Vec::new();
    let outcomes = grades.publish_all(scores, |progress| counts.push(*progress)).await;
    assert_eq!(outcomes.len(), 51);
    let failed: Vec<_> = (0..51).filter(|n| !outcomes[*n].is_recorded()).collect();
    assert_eq!(failed, [3, 13, 23, 33, 43, 50]);
    assert_eq!(outcomes[50].code(), "score_given_invalid");
    let last: &Progress = counts.last().unwrap();
    assert_eq!((counts.len(), last.done, last.accepted, last.failed), (51, 51, 45, 6));
    for user in 0..10 {
        let seen = seen.lock().unwrap();
        let of: Vec<_> = seen.iter().filter(|(who, _)| *who == format!("u-{user}")).map(|s| s.1).collect();
        assert_eq!(of, [0.0, 1.0, 2.0, 3.0, 4.0], "u-{user}");
    }
    assert!((2..=4).contains(&most.load(Ordering::SeqCst)), "{most:?}");
}

fn quiz() -> LineItem {
    let mut quiz = LineItem::new(20.0, "Quiz".to_owned());
    quiz.resource_id = Some("quiz-9".to_owned());
    quiz
}

/// The column is made, and the answer breaks off: it is looked for, and not made again.
#[tokio::test]
async fn a_column_whose_making_was_not_answered_is_found() {
    for found in [true, false] {
        let made = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&made);
        let server = Server::start(move |request| match request.uri().path() {
            "/token" => token("t"),
            _ if request.method() == "POST" => {
                counter.fetch_add(1, Ordering::SeqCst);
                let pieces = [Ok(b"{".to_vec()), Err(std::io::Error::other("broken"))];
                reply(201, Body::from_stream(stream::iter(pieces)))
            }
            _ if counter.load(Ordering::SeqCst) > 0 && found => json_reply(&json!([
                {"id": "/lineitems/7", "label": "Quiz", "scoreMaximum": 20, "resourceId": "quiz-9"}
            ])),
            _ => json_reply(&json!([])),
        });
        let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
        let result = grades.find_or_create(quiz()).await;
        if found {
            assert!(result.unwrap().created, "it is ours");
        } else {
            let error = result.unwrap_err();
            assert!(error.may_have_been_done(), "{error:?}");
        }
        assert_eq!(made.load(Ordering::SeqCst), 1);
    }
}

/// Nothing could be published to it, and that is known before somebody has worked for a grade.
#[tokio::test]
async fn a_column_elsewhere_or_nowhere_is_refused_when_it_is_found() {
    for (id, code) in [("https://evil.example/7", "line_item_off_origin"), (" ", "line_item_without_id")] {
        let server = Server::start(move |request| match request.uri().path() {
            "/token" => token("t"),
            _ => json_reply(&json!([
                {"id": id, "label": "Quiz", "scoreMaximum": 20, "resourceId": "quiz-9"}
            ])),
        });
        let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
        assert_eq!(grades.find_or_create(quiz()).await.unwrap_err().code(), code);
    }
}

#[tokio::test]
async fn a_column_that_cannot_be_told_apart_is_not_made() {
    let server = Server::start(|request| match request.uri().path() {
        "/token" => token("t"),
        _ if request.method() == "GET" => json_reply(&json!([
            {"id": "/lineitems/1", "label": "Quiz", "scoreMaximum": 20, "resourceId": "quiz-9"},
            {"id": "/lineitems/2", "label": "Quiz", "scoreMaximum": 20, "resourceId": "quiz-9"}
        ])),
        _ => panic!("made"),
    });
    let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
    assert_eq!(grades.find_or_create(quiz()).await.unwrap_err(), CallError::SeveralLineItems(2));
    let nameless = LineItem::new(20.0, "Quiz".to_owned());
    assert_eq!(grades.find_or_create(nameless).await.unwrap_err(), CallError::NamelessLineItem);
    let mut blank = quiz();
    blank.label = " ".to_owned();
    assert_eq!(grades.find_or_create(blank).await.unwrap_err().code(), "label_blank");
}

/// A web page with a status of success is no success: a login page, most likely.
#[tokio::test]
async fn a_login_page_is_no_grade() {
    let server = Server::start(|request| match request.uri().path() {
        "/token" => token("t"),
        _ => reply(200, "<?xml version=\"1.0\"?><html>Sign in</html>"),
    });
    let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
    let outcome = grades.publish(&line_item(&server), score("u", 0, 1.0)).await;
    let ScoreOutcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.reason.code(), "web_page");
    assert!(failure.may_be_recorded);
}

/// The second score of a person hangs: what became of the first is known nevertheless.
#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_is_given_as_soon_as_it_is_known() {
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = Mutex::new(held);
    let server = Server::start(move |request| {
        if request.uri().path() == "/token" {
            return token("t");
        }
        let score: Score = serde_json::from_slice(request.body()).unwrap();
        if score.score_given == Some(2.0) {
            held.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap();
        }
        reply(204, "")
    });
    let client = builder().timeout(Duration::from_secs(30)).build().unwrap();
    let grades = client.grades(&credentials(&server), &grade_service(&server)).unwrap();
    let item = line_item(&server);
    let mut each = grades.publish_each([(item.clone(), score("u", 1, 2.0)), (item, score("u", 0, 1.0))]);
    let first = tokio::time::timeout(Duration::from_secs(10), each.next()).await.expect("before the second");
    assert!(matches!(first, Some((1, ScoreOutcome::Accepted(_)))), "{first:?}");
    release.send(()).unwrap();
    assert!(matches!(each.next().await, Some((0, ScoreOutcome::Accepted(_)))));
    assert!(each.next().await.is_none());
}

/// A proxy answers 503 although the platform took the score: the conflict after it is with our own.
#[tokio::test]
async fn after_a_503_a_conflict_is_with_our_own_score() {
    for (first, code) in [(503, "already_recorded"), (429, "stale")] {
        let count = AtomicUsize::new(0);
        let server = Server::start(move |request| match request.uri().path() {
            "/token" => token("t"),
            _ if count.fetch_add(1, Ordering::SeqCst) == 0 => reply(first, ""),
            _ => reply(409, ""),
        });
        let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
        assert_eq!(grades.publish(&line_item(&server), score("u", 0, 1.0)).await.code(), code);
    }
    let server =
        Server::start(|request| if request.uri().path() == "/token" { token("t") } else { reply(503, "") });
    let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
    match grades.publish(&line_item(&server), score("u", 0, 1.0)).await {
        ScoreOutcome::Failed(failure) => assert!(failure.may_be_recorded),
        other => panic!("{other:?}"),
    }
    // It is tried as often as anything else, and no more often.
    assert_eq!(server.requests(), 1 + 5);
}
