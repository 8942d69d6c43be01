//! The client against each quirk of real platforms, by number (docs/quirks.md; the table is in docs/interop.md).

use std::num::NonZeroU32;

use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use lti_client::{CallError, Credentials, Grades, Roster, ScoreOutcome};
use lti_services::LineItemUrl;
use lti_types::vendor::canvas::CanvasSubmission;
use lti_types::{GradeService, LineItem, LineItemResult, Member, MemberStatus, Scope, Submission};

use crate::quirk_platform::{AUDIENCE, QuirkPlatform};
use crate::support::{KEY, client, credentials, grade_service, line_item, platform, roster_service, score};

struct Course {
    platform: QuirkPlatform,
    grades: Grades,
    roster: Roster,
}

fn course(quirk: u8) -> Course {
    let platform = QuirkPlatform::with(quirk);
    let client = client();
    let credentials = credentials(&platform.server);
    Course {
        grades: client.grades(&credentials, &grade_service(&platform.server)).unwrap(),
        roster: client.roster(&credentials, &roster_service(&platform.server)).unwrap(),
        platform,
    }
}

impl Course {
    fn item(&self) -> LineItemUrl {
        line_item(&self.platform.server)
    }

    async fn publish(&self, user: &str, after: i64, given: f64) -> ScoreOutcome {
        self.grades.publish(&self.item(), score(user, after, given)).await
    }

    async fn members(&self) -> Result<Vec<Member>, CallError> {
        self.roster.members().try_collect().await
    }

    /// What a teacher sees.
    fn grade(&self, user: &str) -> Option<f64> {
        let key = ("1".to_owned(), user.to_owned());
        self.platform.see(|seen| seen.grades.get(&key).and_then(|record| record.grade()).map(|g| g.given))
    }
}

#[tokio::test]
async fn quirk_43_the_audience_is_not_the_token_url() {
    let course = course(43);
    assert_eq!(course.publish("u-1", 0, 1.0).await.code(), "invalid_client");
    let mut record = platform(&course.platform.server);
    record.token_audience = Some(AUDIENCE.into());
    let credentials = Credentials::new(&record, KEY.clone()).unwrap();
    let grades = client().grades(&credentials, &grade_service(&course.platform.server)).unwrap();
    assert!(grades.publish(&course.item(), score("u-1", 0, 1.0)).await.is_recorded());
    assert_eq!(course.platform.see(|seen| seen.last_assertion["aud"].clone()), AUDIENCE);
}

#[tokio::test]
async fn quirk_44_the_audience_is_the_token_url_byte_for_byte() {
    let course = course(44);
    assert!(course.publish("u-1", 0, 1.0).await.is_recorded());
    let url = course.platform.server.url("/token");
    assert_eq!(course.platform.see(|seen| seen.last_assertion["aud"].clone()), url);
}

#[tokio::test]
async fn quirk_45_a_blank_audience_is_the_token_url() {
    let course = course(45);
    let mut record = platform(&course.platform.server);
    record.token_audience = Some(" ".into());
    let credentials = Credentials::new(&record, KEY.clone()).unwrap();
    let grades = client().grades(&credentials, &grade_service(&course.platform.server)).unwrap();
    assert!(grades.publish(&course.item(), score("u-1", 0, 1.0)).await.is_recorded());
    assert!(course.platform.see(|seen| seen.last_assertion["aud"].is_string()));
}

#[tokio::test]
async fn quirk_46_issuer_and_subject_are_the_client_id() {
    let course = course(46);
    assert!(course.publish("u-1", 0, 1.0).await.is_recorded());
    course.platform.see(|seen| {
        assert_eq!(
            (&seen.last_assertion["iss"], &seen.last_assertion["sub"]),
            (&"tool-1".into(), &"tool-1".into())
        );
    });
}

#[tokio::test]
async fn quirk_47_times_in_the_assertion_and_a_capital_bearer() {
    let course = course(47);
    assert!(course.publish("u-1", 0, 1.0).await.is_recorded());
    assert!(course.platform.see(|seen| seen.last_assertion["iat"].is_i64()));
}

#[tokio::test]
async fn quirk_48_token_responses_as_they_come() {
    let course = course(48);
    assert!(course.publish("u-1", 0, 1.0).await.is_recorded());
    assert!(course.publish("u-2", 0, 1.0).await.is_recorded());
    assert_eq!(course.platform.see(|seen| seen.tokens), 1, "an hour is an hour, as a text too");
}

#[tokio::test(flavor = "multi_thread")]
async fn quirk_49_token_requests_are_few_and_limits_are_told_by_words() {
    let course = course(49);
    let scores = (0..40).map(|n| (course.item(), score(&format!("u-{n}"), 0, 1.0)));
    let outcomes = course.grades.publish_all(scores, |_| {}).await;
    assert!(outcomes.iter().all(ScoreOutcome::is_recorded));
    assert_eq!(course.platform.see(|seen| seen.tokens), 2);
}

#[tokio::test]
async fn quirk_50_every_request_says_who_we_are() {
    let course = course(50);
    assert!(course.publish("u-1", 0, 1.0).await.is_recorded());
    assert_eq!(course.members().await.unwrap().len(), 120);
    let url = course.platform.server.url("/jwks").as_str().into();
    assert!(client().keys(&url, None).await.is_ok());
    let named = crate::support::builder().user_agent("quiz/2 (+https://quiz.example)").build().unwrap();
    assert!(named.keys(&url, None).await.is_ok());
}

#[tokio::test]
async fn quirk_51_assertions_live_five_minutes_at_most() {
    let course = course(51);
    assert!(course.publish("u-1", 0, 1.0).await.is_recorded());
    let life = course.platform.see(|seen| {
        seen.last_assertion["exp"].as_i64().unwrap() - seen.last_assertion["iat"].as_i64().unwrap()
    });
    assert!((30..=300).contains(&life), "{life}");
}

#[tokio::test]
async fn quirk_52_no_more_scopes_than_are_offered() {
    let course = course(52);
    let mut service = grade_service(&course.platform.server);
    service.scope = Some(vec![Scope::LineItem, Scope::from("https://lms.example/scope/own")]);
    let grades = client().grades(&credentials(&course.platform.server), &service).unwrap();
    let listed: Vec<LineItem> = grades.list(grades.all_line_items().unwrap()).try_collect().await.unwrap();
    assert!(listed.is_empty());
    assert_eq!(course.platform.see(|seen| seen.scopes.clone()), [Scope::LineItem.as_str()]);
    // What is not offered is not asked for.
    let outcome = grades.publish(&course.item(), score("u-1", 0, 1.0)).await;
    assert_eq!(outcome.code(), "scope_not_offered");
    assert_eq!(course.platform.see(|seen| seen.tokens), 1);
}

#[tokio::test]
async fn quirk_53_x33_the_path_grows_before_the_query() {
    let course = course(53);
    assert!(course.publish("u-1", 0, 1.0).await.is_recorded());
    let results: Vec<LineItemResult> =
        course.grades.results(course.item().results()).try_collect().await.unwrap();
    assert_eq!(results.len(), 2);
}

#[tokio::test]
async fn quirk_54_the_media_type_of_scores_is_exact() {
    assert!(course(54).publish("u-1", 0, 1.0).await.is_recorded());
}

#[tokio::test]
async fn quirk_55_an_older_timestamp_is_stale() {
    let course = course(55);
    assert!(course.publish("u-1", 10, 2.0).await.is_recorded());
    assert_eq!(course.publish("u-1", 10, 3.0).await, ScoreOutcome::Stale);
    assert_eq!(course.publish("u-1", 9, 3.0).await, ScoreOutcome::Stale);
    assert_eq!(course.grade("u-1"), Some(2.0));
    assert!(course.publish("u-1", 11, 3.0).await.is_recorded());
    assert_eq!(course.publish("teacher", 0, 1.0).await.code(), "request_refused");
}

#[tokio::test]
async fn quirk_56_canvas_says_stale_with_a_400() {
    let course = course(56);
    let mut first = score("u-1", 10, 2.0);
    let mut submission = CanvasSubmission::new();
    submission.new_submission = Some(false);
    submission.attach(&mut first).unwrap();
    assert!(course.grades.publish(&course.item(), first).await.is_recorded());
    let sent = course.platform.see(|seen| seen.scores[0].clone());
    assert_eq!(sent["https://canvas.instructure.com/lti/submission"]["new_submission"], false);
    assert_eq!(course.publish("u-1", 9, 3.0).await, ScoreOutcome::Stale);
    // Who is no student is refused, and that is no staleness.
    assert_eq!(course.publish("teacher", 0, 1.0).await.code(), "request_refused");
    // Without its maximum a score does not leave at all.
    let mut naked = score("u-2", 0, 1.0);
    naked.score_maximum = None;
    let outcome = course.grades.publish(&course.item(), naked).await;
    assert_eq!(outcome.code(), "score_maximum_missing");
}

#[tokio::test]
async fn quirk_57_timestamps_have_a_zone() {
    let course = course(57);
    assert!(course.publish("u-1", 0, 1.0).await.is_recorded());
    let mut zoneless = score("u-2", 0, 1.0);
    zoneless.timestamp = "2024-05-01T10:15:30.123".into();
    let outcome = course.grades.publish(&course.item(), zoneless).await;
    assert_eq!(outcome.code(), "timestamp_invalid");
}

#[tokio::test]
async fn quirk_58_zero_is_a_score() {
    let course = course(58);
    assert!(course.publish("u-1", 0, 0.0).await.is_recorded());
    assert_eq!(course.grade("u-1"), Some(0.0));
}

#[tokio::test]
async fn quirk_59_empty_comments_and_a_maximum_of_zero_are_read() {
    let course = course(59);
    let results: Vec<LineItemResult> =
        course.grades.results(course.item().results()).try_collect().await.unwrap();
    assert_eq!(results[0].result_score, None);
    assert_eq!(results[0].result_maximum, Some(0.0));
    let mut score = score("u-1", 0, 1.0);
    score.score_maximum = Some(0.0);
    let outcome = course.grades.publish(&course.item(), score).await;
    assert_eq!(outcome.code(), "score_maximum_invalid", "and not sent");
}

#[tokio::test]
async fn quirk_60_lateness_is_told_by_the_callers_times() {
    let course = course(60);
    let mut score = score("u-1", 0, 1.0);
    let mut submission = Submission::new();
    submission.submitted_at = Some("2024-04-30T08:00:00.000Z".into());
    score.submission = Some(submission);
    let timestamp = score.timestamp.clone();
    assert!(course.grades.publish(&course.item(), score).await.is_recorded());
    let sent = course.platform.see(|seen| seen.scores[0].clone());
    assert_eq!(sent["timestamp"], timestamp.as_str());
    assert_eq!(sent["submission"]["submittedAt"], "2024-04-30T08:00:00.000Z");
}

#[tokio::test]
async fn quirk_61_no_line_item_in_the_claim_or_a_wrong_one() {
    let course = course(61);
    let server = &course.platform.server;
    for line_item in [None, Some(""), Some(" "), Some("none"), Some("javascript:alert(1)")] {
        let mut service = grade_service(server);
        service.lineitem = line_item.map(Into::into);
        let grades = client().grades(&credentials(server), &service).unwrap();
        assert_eq!(grades.line_item(), None);
        assert!(grades.all_line_items().is_ok());
    }
    // The other way round: one line item, and no container.
    let mut service = GradeService::new();
    service.lineitem = Some(server.url("/lineitems/1/lineitem?type_id=2").into());
    service.scope = Some(vec![Scope::Score]);
    let grades = client().grades(&credentials(server), &service).unwrap();
    assert_eq!(grades.all_line_items().unwrap_err(), CallError::ServiceMissing);
    let item = grades.line_item().unwrap().clone();
    assert!(grades.publish(&item, score("u-1", 0, 1.0)).await.is_recorded());
}

/// What deep linking did not make (quirk 62 itself is about the item that is sent there) is made here.
#[tokio::test]
async fn quirk_62_a_link_without_a_column_gets_one() {
    let course = course(62);
    let mut wanted = LineItem::new(20.0, "Quiz".to_owned());
    wanted.resource_id = Some("quiz-9".to_owned());
    let made = course.grades.find_or_create(wanted.clone()).await.unwrap();
    assert!(made.created);
    let found = course.grades.find_or_create(wanted).await.unwrap();
    assert!(!found.created);
    assert_eq!(made.url, found.url);
}

#[tokio::test(flavor = "multi_thread")]
async fn quirk_63_many_at_once_make_one_column() {
    let course = course(63);
    let wanted = |n: u32| {
        let mut wanted = LineItem::new(20.0, format!("Quiz {n}"));
        wanted.resource_id = Some("quiz-9".to_owned());
        wanted
    };
    let made = join_all((0..20).map(|n| course.grades.find_or_create(wanted(n)))).await;
    let made: Vec<_> = made.into_iter().map(Result::unwrap).collect();
    assert_eq!(made.iter().filter(|column| column.created).count(), 1);
    assert!(made.iter().all(|column| column.url == made[0].url));
    assert_eq!(course.platform.see(|seen| seen.created), 1);
}

#[tokio::test]
async fn quirk_64_found_by_resource_before_the_first_launch() {
    let course = course(64);
    course.platform.column("quiz-8");
    course.platform.column("quiz-9");
    let mut wanted = LineItem::new(20.0, "Quiz".to_owned());
    wanted.resource_id = Some("quiz-9".to_owned());
    let found = course.grades.find_or_create(wanted).await.unwrap();
    assert!(!found.created, "this platform ignores the filter, and is seen through");
    assert_eq!(found.line_item.resource_id(), Some("quiz-9"));
}

#[tokio::test]
async fn quirk_65_fifty_to_a_page() {
    let course = course(65);
    let mut members = course.roster.members();
    let mut count = 0;
    while members.try_next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!((count, members.pages_read()), (120, 3));
}

#[tokio::test]
async fn quirk_66_message_is_an_object() {
    let members = course(66).members().await.unwrap();
    assert!(members.iter().all(|member| member.message.as_ref().is_some_and(|m| m.len() == 1)));
}

#[tokio::test]
async fn quirk_67_limit_is_ignored_and_there_is_no_next() {
    let course = course(67);
    let call = course.roster.all().limit(NonZeroU32::new(10).unwrap());
    let members: Vec<Member> = course.roster.list(call).try_collect().await.unwrap();
    assert_eq!(members.len(), 120);
}

#[tokio::test]
async fn quirk_68_accept_is_exact_and_a_question_has_no_type() {
    let course = course(68);
    assert_eq!(course.members().await.unwrap().len(), 120);
    let all = course.grades.all_line_items().unwrap();
    let listed: Vec<LineItem> = course.grades.list(all).try_collect().await.unwrap();
    assert!(listed.is_empty());
}

#[tokio::test]
async fn quirk_69_no_status_and_a_context_without_names() {
    let course = course(69);
    let mut members = course.roster.members();
    let first = members.try_next().await.unwrap().unwrap();
    assert_eq!(*first.status(), MemberStatus::Active);
    assert_eq!(members.context().unwrap().title, None);
}

#[tokio::test]
async fn quirk_70_a_page_whose_next_is_itself() {
    let course = course(70);
    assert_eq!(course.members().await.unwrap_err().code(), "next_loop");
    assert_eq!(course.platform.server.requests(), 2);
}
