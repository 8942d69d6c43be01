//! The certification's rows of the services, the tool's and the platform's, over real sockets: our client against a platform
//! made of our handlers (certification guide §5, §6, §9, §10).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

use std::num::NonZeroU32;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use lti_client::{Client, Credentials, Grades, OutboundPolicy, Roster, ScoreOutcome};
use lti_example_servers::stand_in::start;
use lti_jwks::{RsaSize, SigningKey};
use lti_services::{LineItemUrl, timestamp_after};
use lti_types::{ContextRole, LineItem, LineItemResult, Member, Scope, Score, UserId};

async fn course() -> (Grades, Roster) {
    let key = SigningKey::generate_rsa(RsaSize::Rsa2048).unwrap();
    let platform = start(&key).await.unwrap();
    let policy = OutboundPolicy::new().danger_allow_http().danger_allow_loopback();
    let client = Client::builder().outbound(policy).build().unwrap();
    let credentials = Credentials::new(&platform.record, Arc::new(key)).unwrap();
    let credentials = credentials.for_deployment(platform.deployment_id);
    // P-A03, P-A09, P-A12: each kind of call has a token for its one scope.
    let mut grades = platform.grades.clone();
    grades.scope = Some(vec![Scope::LineItem, Scope::Score, Scope::ResultReadOnly]);
    (client.grades(&credentials, &grades).unwrap(), client.roster(&credentials, &platform.roster).unwrap())
}

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

#[tokio::test]
async fn t_n02_to_t_n05_p_n05_to_p_n08_names_and_roles() {
    let (_, roster) = course().await;
    let mut stream = roster.list(roster.all().limit(NonZeroU32::new(60).unwrap()));
    let mut members: Vec<Member> = Vec::new();
    while let Some(member) = stream.try_next().await.unwrap() {
        members.push(member);
    }
    assert_eq!((members.len(), stream.pages_read()), (251, 5));
    assert_eq!(stream.context().unwrap().id.as_str(), "botany");
    let teachers: Vec<Member> =
        roster.list(roster.all().with_role(&ContextRole::Instructor.into())).try_collect().await.unwrap();
    assert_eq!(teachers.len(), 1);
    assert!(teachers[0].roles.is_instructor());
}

#[tokio::test]
async fn t_a02_to_t_a04_p_a04_to_p_a14_line_items_scores_results() {
    let (grades, _) = course().await;
    let mut quiz = LineItem::new(20.0, "Quiz 9".to_owned());
    quiz.resource_id = Some("quiz-9".to_owned());
    quiz.tag = Some("grade".to_owned());
    let made = grades.create(quiz.clone()).await.unwrap();
    let item = LineItemUrl::parse(made.id.as_ref().unwrap()).unwrap();
    assert_eq!(grades.read(&item).await.unwrap(), made);
    let found = grades.find_or_create(quiz).await.unwrap();
    assert_eq!((&found.line_item, &found.url, found.created), (&made, &item, false));

    let mut changed = made.clone();
    changed.score_maximum = 40.0;
    changed.label = "Quiz 9, again".to_owned();
    let changed = grades.update(&item, changed).await.unwrap();
    assert_eq!((changed.score_maximum, changed.resource_id()), (40.0, Some("quiz-9")));

    let now = std::time::SystemTime::now().into();
    let score = Score::graded(user("u-7"), timestamp_after(None, now), 5.0, 10.0);
    assert!(matches!(grades.publish(&item, score.clone()).await, ScoreOutcome::Accepted(_)));
    // the same once more, and an older one.
    assert_eq!(grades.publish(&item, score).await.code(), "already_recorded");
    let older =
        Score::graded(user("u-7"), timestamp_after(None, now - chrono::TimeDelta::hours(1)), 9.0, 10.0);
    assert_eq!(grades.publish(&item, older).await, ScoreOutcome::Stale);
    let stranger = Score::graded(user("t-1"), timestamp_after(None, now), 9.0, 10.0);
    assert_eq!(grades.publish(&item, stranger).await.code(), "forbidden");

    let results: Vec<LineItemResult> = grades.results(item.results()).try_collect().await.unwrap();
    assert_eq!(results.len(), 1);
    assert_eq!((results[0].result_score, results[0].result_maximum), (Some(20.0), Some(40.0)));
    let of = item.results().of_user(&user("u-8"));
    let none: Vec<LineItemResult> = grades.results(of).try_collect().await.unwrap();
    assert!(none.is_empty());

    grades.delete(&item).await.unwrap();
    assert_eq!(grades.read(&item).await.unwrap_err().code(), "not_found");
    let left: Vec<LineItem> = grades.list(grades.all_line_items().unwrap()).try_collect().await.unwrap();
    assert!(left.is_empty());
}

#[tokio::test]
async fn r04_line_items_are_filtered_and_paged() {
    let (grades, _) = course().await;
    for n in 0..12 {
        let mut item = LineItem::new(10.0, format!("Quiz {n}"));
        item.resource_id = Some(format!("quiz-{}", n % 3));
        item.tag = Some(if n % 2 == 0 { "even" } else { "odd" }.to_owned());
        grades.create(item).await.unwrap();
    }
    let all = grades.all_line_items().unwrap();
    let mut paged = grades.list(all.clone().limit(NonZeroU32::new(5).unwrap()));
    let mut count = 0;
    while paged.try_next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!((count, paged.pages_read()), (12, 3));
    let some: Vec<LineItem> =
        grades.list(all.of_resource("quiz-1").of_tag("even")).try_collect().await.unwrap();
    assert_eq!(some.len(), 2);
}
