//! The rules of a platform for grades (AGS-P1 to AGS-P20), each broken once.

use std::num::NonZeroU32;

use http::header::{ALLOW, CONTENT_TYPE};
use http::{Method, Request, Response};
use lti_services::platform::{
    Access, MemberPage, RequestRefusal, ResultEntry, ResultsRequest, RosterRequest, ScoreRecord,
};
use lti_services::{
    AccessToken, Call, CreateLineItem, LineItemUrl, ListLineItems, ListMembers, ServiceError, media_type,
};
use lti_types::{
    ActivityProgress, GradingProgress, LineItem, ResourceLinkId, Scope, Score, Submission, Timestamp, WireUrl,
};

use super::platform::{Platform, user};

pub(crate) const ALL: &[Scope] =
    &[Scope::LineItem, Scope::Score, Scope::ResultReadOnly, Scope::ContextMembershipReadOnly];

pub(crate) fn item(resource: &str, tag: &str, link: Option<&str>) -> LineItem {
    let mut item = LineItem::new(20.0, format!("{resource} {tag}"));
    item.resource_id = Some(resource.to_owned());
    item.tag = Some(tag.to_owned());
    item.resource_link_id = link.map(str::to_owned);
    item
}

pub(crate) fn create(
    platform: &mut Platform,
    token: &AccessToken,
    context: &str,
    item: LineItem,
) -> LineItemUrl {
    let call = CreateLineItem::new(Platform::line_items_url(context), item).unwrap();
    let made = platform.call(&call, token).unwrap();
    LineItemUrl::parse(&made.id.unwrap()).unwrap()
}

pub(crate) fn status<T>(result: Result<T, ServiceError>) -> u16 {
    match result {
        Ok(_) => 200,
        Err(ServiceError::Refused(refusal)) => refusal.status(),
        Err(error) => panic!("{error}"),
    }
}

fn at(platform: &Platform) -> Timestamp {
    platform.now.into()
}

/// A request with another method, or another body.
fn with(mut request: Request<Vec<u8>>, method: Method, body: &str) -> Request<Vec<u8>> {
    *request.method_mut() = method;
    *request.body_mut() = body.as_bytes().to_vec();
    request
}

#[test]
fn ags_p01_p03_what_the_token_does_not_own_does_not_exist() {
    let mut platform = Platform::new();
    let (quiz, other) = (platform.token("quiz", ALL), platform.token("other", ALL));
    let mine = create(&mut platform, &quiz, "c1", item("a", "", None));
    let theirs = create(&mut platform, &other, "c1", item("b", "", None));
    let score = || Score::graded(user("u1"), "2024-01-01T00:00:00.000Z".into(), 1.0, 1.0);
    for (token, url, expected) in
        [(&quiz, &mine, 200), (&other, &theirs, 200), (&quiz, &theirs, 404), (&other, &mine, 404)]
    {
        assert_eq!(status(platform.call(&url.read(), token)), expected);
        assert_eq!(status(platform.call(&url.results(), token)), expected);
        assert_eq!(status(platform.call(&url.publish(score()).unwrap(), token)), expected);
        assert_eq!(status(platform.call(&url.update(item("c", "", None)).unwrap(), token)), expected);
        if expected == 404 {
            assert_eq!(status(platform.call(&url.delete(), token)), expected);
        }
    }
    // The same answer as for what is not there, to the byte.
    let nothing =
        LineItemUrl::parse(&"https://lms.example/c1/lineitems/77/lineitem?type_id=1".into()).unwrap();
    let theirs_answer = platform.serve(&theirs.read().to_http(&quiz));
    assert_eq!(platform.serve(&nothing.read().to_http(&quiz)).body(), theirs_answer.body());
    // A container where the tool is not.
    let call = ListLineItems::new(Platform::line_items_url("c2"));
    assert_eq!((status(platform.call(&call, &quiz)), status(platform.call(&call, &other))), (200, 404));
    // A line item under another context's URL.
    let moved = WireUrl::from(mine.url().as_str().replace("/c1/", "/c2/"));
    assert_eq!(status(platform.call(&LineItemUrl::parse(&moved).unwrap().read(), &quiz)), 404);
    // Lists show each tool its own.
    let seen = platform.call(&ListLineItems::new(Platform::line_items_url("c1")), &other).unwrap();
    assert_eq!(seen.items.iter().map(|item| item.resource_id().unwrap()).collect::<Vec<_>>(), ["c"]);
}

#[test]
fn ags_p02_read_only_reads() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    let url = create(&mut platform, &token, "c1", item("a", "", None));
    let reader = platform.token("quiz", &[Scope::LineItemReadOnly]);
    assert_eq!(status(platform.call(&url.read(), &reader)), 200);
    assert_eq!(status(platform.call(&ListLineItems::new(Platform::line_items_url("c1")), &reader)), 200);
    assert_eq!(status(platform.call(&url.delete(), &reader)), 403);
    assert_eq!(status(platform.call(&url.update(item("a", "", None)).unwrap(), &reader)), 403);
    let make = CreateLineItem::new(Platform::line_items_url("c1"), item("b", "", None)).unwrap();
    assert_eq!(status(platform.call(&make, &reader)), 403);
    assert_eq!(ListLineItems::scope_among(&[Scope::LineItem]), Some(Scope::LineItem));
    assert_eq!(
        ListLineItems::scope_among(&[Scope::LineItem, Scope::LineItemReadOnly]),
        Some(Scope::LineItemReadOnly)
    );
    assert_eq!(CreateLineItem::scope_among(&[Scope::LineItemReadOnly]), None);
}

#[test]
fn ags_p04_p05_all_filters_and_none_is_no_error() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    for (resource, tag, link) in [
        ("a&b", "t", Some("l1")),
        ("a&b", "u", None),
        ("é+ c", "t", Some("l1")),
        ("d", "t", None),
        ("d", "t", None),
    ] {
        create(&mut platform, &token, "c1", item(resource, tag, link));
    }
    let all = || ListLineItems::new(Platform::line_items_url("c1"));
    let link = ResourceLinkId::new("l1").unwrap();
    let mut count = |call: ListLineItems| {
        let (mut call, mut items) = (Some(call), 0);
        while let Some(page) = call {
            let page = platform.call(&page, &token).unwrap();
            assert!(page.items.len() <= 2);
            items += page.items.len();
            call = page.next;
        }
        items
    };
    assert_eq!(count(all()), 5);
    assert_eq!(count(all().of_link(&link)), 2);
    assert_eq!(count(all().of_resource("a&b")), 2);
    assert_eq!(count(all().of_resource("é+ c")), 1);
    assert_eq!(count(all().of_tag("t")), 4);
    assert_eq!(count(all().of_tag("t").of_link(&link).of_resource("a&b")), 1);
    assert_eq!(count(all().of_resource("d").of_tag("t").limit(NonZeroU32::MIN)), 2);
    assert_eq!(count(all().of_resource("nothing")), 0);
    assert_eq!(count(all().of_resource(&"x".repeat(4096))), 0);
    for query in ["limit=4294967296", "limit=007", "limit="] {
        let url = WireUrl::from(format!("https://lms.example/c1/lineitems?{query}"));
        let call = ListLineItems::new(lti_services::ServiceUrl::parse(&url).unwrap());
        assert_eq!(status(platform.call(&call, &token)), 200, "{query}");
    }
    for query in ["limit=0", "limit=000", "limit=-1", "limit=1.5", "limit=many", "tag=a&tag=b"] {
        let url = WireUrl::from(format!("https://lms.example/c1/lineitems?{query}"));
        let call = ListLineItems::new(lti_services::ServiceUrl::parse(&url).unwrap());
        assert_eq!(status(platform.call(&call, &token)), 400, "{query}");
    }
}

/// What an application mixes up is not told to anybody.
#[test]
fn what_belongs_to_somebody_else_is_not_answered() {
    let score = |id: &str, at: &str| Score::graded(user(id), at.into(), 1.0, 1.0);
    let now = super::platform::start();
    let record = ScoreRecord::after(None, score("u1", "2024-01-01T00:00:00.000Z"), now).unwrap();
    let later = score("u2", "2024-01-01T00:00:01.000Z");
    assert_eq!(ScoreRecord::after(Some(&record), later, now), Err(RequestRefusal::Internal));

    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    let url = create(&mut platform, &token, "c1", item("a", "", None));
    let access = Access::of(platform.grants.values().next().cloned(), now).unwrap();
    let place = super::platform::place("quiz", "d1", "c1");
    let line_item = platform.line_items.values().next().unwrap().clone();
    let seal = &*platform.seal.at(now);
    let request = url.results().to_http(&token);
    let list =
        ResultsRequest::read(&request, &access).unwrap().on(Some(&place), Some(line_item), seal).unwrap();
    let (mine, theirs) = (user("u1"), user("u2"));
    let address = url.results().url().clone();
    assert!(list.respond([ResultEntry::new(&mine, Some(&record))], None, &address, seal).is_ok());
    let mixed_up = ResultEntry::new(&theirs, Some(&record));
    assert_eq!(list.result(&mixed_up, &address), None);
    let refusal = list.respond([mixed_up], None, &address, seal).unwrap_err();
    assert_eq!(refusal, RequestRefusal::Internal);

    let request = ListMembers::new(Platform::members_url("c1")).to_http(&token);
    let list = RosterRequest::read(&request, &access).unwrap().on(Some(&place), None, seal).unwrap();
    for (context, good) in [("c1", true), ("c2", false)] {
        let context = lti_types::Context::new(lti_types::ContextId::new(context).unwrap());
        let page = MemberPage::new(context, Vec::new(), Some(&[]));
        assert_eq!(list.respond(page, &Platform::members_url("c1"), seal).is_ok(), good);
    }
}

#[test]
fn ags_p06_p07_what_is_made_is_what_was_sent() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    let url = create(&mut platform, &token, "c1", item("a", "t", Some("l1")));
    let made = platform.call(&url.read(), &token).unwrap();
    assert_eq!((made.resource_id(), made.tag()), (Some("a"), Some("t")));
    assert_eq!(made.resource_link_id().unwrap().as_str(), "l1");

    let good =
        CreateLineItem::new(Platform::line_items_url("c1"), item("a", "", None)).unwrap().to_http(&token);
    for (json, code) in [
        (r#"{"scoreMaximum":1,"label":" "}"#, "label_blank"),
        (r#"{"scoreMaximum":0,"label":"a"}"#, "score_maximum_invalid"),
        (r#"{"scoreMaximum":-1,"label":"a"}"#, "score_maximum_invalid"),
        (r#"{"scoreMaximum":null,"label":"a"}"#, "member_invalid"),
        (r#"{"label":"a"}"#, "member_missing"),
        (r#"{"scoreMaximum":1}"#, "member_missing"),
        (r#"{"scoreMaximum":1,"label":"a","endDateTime":"2024-01-01"}"#, "date_time_invalid"),
    ] {
        let refusal = platform.try_serve(&with(good.clone(), Method::POST, json)).unwrap_err();
        assert_eq!((refusal.code(), refusal.http_status().as_u16()), (code, 400), "{json}");
    }
    // An id of the tool's own is not taken; a link of elsewhere is not bound to.
    let json =
        r#"{"scoreMaximum":1,"label":"a","id":"https://lms.example/c1/lineitems/1/lineitem?type_id=1"}"#;
    let response = platform.serve(&with(good.clone(), Method::POST, json));
    assert_eq!(response.headers()["location"], "https://lms.example/c1/lineitems/2/lineitem?type_id=1");
    for link in ["l2", "l9", "nowhere"] {
        let json = format!(r#"{{"scoreMaximum":1,"label":"a","resourceLinkId":"{link}"}}"#);
        let refusal = platform.try_serve(&with(good.clone(), Method::POST, &json)).unwrap_err();
        assert_eq!((refusal.code(), refusal.http_status().as_u16()), ("resource_link_not_found", 404));
    }
}

#[test]
fn ags_p08_id_and_link_stay_and_the_rest_is_replaced() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    let url = create(&mut platform, &token, "c1", item("a", "t", Some("l1")));
    platform.call(&url.publish(Score::graded(user("u1"), at(&platform), 1.0, 3.0)).unwrap(), &token).unwrap();
    let mut changed = LineItem::new(6.0, "Renamed".to_owned());
    changed.id = Some(url.url().into());
    let read = platform.call(&url.update(changed).unwrap(), &token).unwrap();
    assert_eq!((read.label.as_str(), read.resource_id(), read.tag()), ("Renamed", None, None));
    assert_eq!(read.resource_link_id().unwrap().as_str(), "l1");
    // Results follow the maximum: 1 of 3 is 2 of 6.
    let results = platform.call(&url.results(), &token).unwrap();
    assert_eq!((results.items[0].result_score, results.items[0].result_maximum), (Some(2.0), Some(6.0)));

    let put = url.update(item("a", "", None)).unwrap().to_http(&token);
    for (json, code) in [
        (
            r#"{"scoreMaximum":1,"label":"a","id":"https://lms.example/c1/lineitems/9/lineitem?type_id=1"}"#,
            "id_mismatch",
        ),
        (r#"{"scoreMaximum":1,"label":"a","resourceLinkId":"l2"}"#, "resource_link_id_mismatch"),
        (r#"{"scoreMaximum":0,"label":"a"}"#, "score_maximum_invalid"),
    ] {
        let refusal = platform.try_serve(&with(put.clone(), Method::PUT, json)).unwrap_err();
        assert_eq!((refusal.code(), refusal.http_status().as_u16()), (code, 400), "{json}");
    }
    let elsewhere =
        LineItemUrl::parse(&"https://lms.example/c1/lineitems/9/lineitem?type_id=1".into()).unwrap();
    assert!(elsewhere.update(read).is_err(), "the tool does not send it either");
    assert_eq!(platform.serve(&url.delete().to_http(&token)).status(), 204);
    assert_eq!(status(platform.call(&url.read(), &token)), 404);
}

/// Publishes scores a second apart, and says what the grade book holds after each.
fn play(scores: &[(ActivityProgress, GradingProgress, Option<f64>, Option<&str>)]) -> Vec<String> {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    let url = create(&mut platform, &token, "c1", item("a", "", None));
    let mut states = Vec::new();
    for (activity, grading, given, comment) in scores {
        platform.pass(chrono::TimeDelta::seconds(1));
        let mut score = Score::new(user("u1"), at(&platform), activity.clone(), grading.clone());
        (score.score_given, score.score_maximum) = (*given, given.map(|_| 20.0));
        score.comment = comment.map(str::to_owned);
        platform.call(&url.publish(score).unwrap(), &token).unwrap();
        let record = platform.scores.values().next().unwrap();
        let seconds = |time: Option<&Timestamp>| {
            time.map_or("-".to_owned(), |time| time.to_utc().unwrap().timestamp().rem_euclid(100).to_string())
        };
        states.push(format!(
            "{:?} {:?} {} {}",
            record.grade().map(|grade| grade.given),
            record.comment(),
            seconds(record.started_at()),
            seconds(record.submitted_at()),
        ));
    }
    states
}

#[test]
fn ags_p13_p16_scores_and_comments_are_cleared_and_only_final_grades_count() {
    use ActivityProgress::{Completed, InProgress};
    use GradingProgress::{Failed, FullyGraded, NotReady, Pending, PendingManual};
    let states = play(&[
        (Completed, FullyGraded, Some(15.0), Some("Nice")),
        (Completed, Pending, Some(5.0), Some(" ")),
        (Completed, PendingManual, Some(5.0), None),
        (Completed, Failed, Some(5.0), None),
        (Completed, FullyGraded, Some(0.0), None),
        (InProgress, NotReady, None, Some("Again?")),
        (Completed, Pending, Some(7.0), None),
    ]);
    let grades: Vec<_> = states.iter().map(|state| state.rsplitn(3, ' ').nth(2).unwrap()).collect();
    assert_eq!(
        grades,
        [
            "Some(15.0) Some(\"Nice\")",
            "Some(15.0) None",
            "Some(15.0) None",
            "Some(15.0) None",
            "Some(0.0) None",
            "None Some(\"Again?\")",
            "None None",
        ]
    );
}

#[test]
fn ags_p14_when_work_was_begun_and_handed_in() {
    use ActivityProgress::{Completed, InProgress, Initialized, Started, Submitted};
    use GradingProgress::NotReady;
    // The clock starts at …00 and each score is a second later.
    let states = play(&[
        (Initialized, NotReady, None, None),
        (Started, NotReady, None, None),
        (InProgress, NotReady, None, None),
        (Submitted, NotReady, None, None),
        (Completed, NotReady, None, None),
        (InProgress, NotReady, None, None),
        (Submitted, NotReady, None, None),
        (Initialized, NotReady, None, None),
    ]);
    let times: Vec<_> = states.iter().map(|state| state.split_once("None None ").unwrap().1).collect();
    assert_eq!(times, ["- -", "2 -", "2 -", "2 4", "2 4", "2 -", "2 7", "- -"]);
}

#[test]
fn ags_p14_times_that_were_sent_stay_until_they_are_cleared() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    let url = create(&mut platform, &token, "c1", item("a", "", None));
    let mut send = |activity: ActivityProgress, started: Option<&str>, submitted: Option<&str>| {
        platform.pass(chrono::TimeDelta::seconds(1));
        let mut score = Score::new(user("u1"), at(&platform), activity, GradingProgress::NotReady);
        let mut submission = Submission::new();
        submission.started_at = started.map(Timestamp::from);
        submission.submitted_at = submitted.map(Timestamp::from);
        score.submission = Some(submission);
        platform.call(&url.publish(score).unwrap(), &token).unwrap();
        let record = platform.scores.values().next().unwrap();
        let text = |time: Option<&Timestamp>| time.map(|time| time.as_str().get(..4).unwrap().to_owned());
        (text(record.started_at()), text(record.submitted_at()))
    };
    let some = |year: &str| Some(year.to_owned());
    assert_eq!(
        send(ActivityProgress::Submitted, Some("2001-01-01T00:00:00Z"), Some("2002-01-01T00:00:00Z")),
        (some("2001"), some("2002"))
    );
    assert_eq!(send(ActivityProgress::Completed, None, Some("")), (some("2001"), some("2002")));
    assert_eq!(send(ActivityProgress::InProgress, None, None), (some("2001"), None));
    assert_eq!(
        send(ActivityProgress::Completed, None, Some("2003-01-01T00:00:00Z")),
        (some("2001"), some("2003"))
    );
    assert_eq!(send(ActivityProgress::Initialized, None, None), (None, None));
}

#[test]
fn ags_p15_p17_p18_p20_members_overrides_methods_and_types() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    let url = create(&mut platform, &token, "c1", item("a", "", None));
    let stranger = url.publish(Score::graded(user("stranger"), at(&platform), 1.0, 1.0)).unwrap();
    assert_eq!(status(platform.call(&stranger, &token)), 403);

    platform
        .call(&url.publish(Score::graded(user("u1"), at(&platform), 10.0, 20.0)).unwrap(), &token)
        .unwrap();
    for id in ["u1", "u2"] {
        platform.overrides.insert((url.url().as_str().to_owned(), user(id)), 19.0);
    }
    let results = platform.call(&url.results(), &token).unwrap();
    let seen: Vec<_> = results.items.iter().map(|r| (r.user_id.as_str(), r.result_score)).collect();
    assert_eq!(seen, [("u1", Some(19.0)), ("u2", Some(19.0))]);
    let one = platform.call(&url.results().of_user(&user("u2")), &token).unwrap();
    assert_eq!((one.items.len(), one.next.is_none()), (1, true));
    assert!(platform.call(&url.results().of_user(&user("u3")), &token).unwrap().items.is_empty());

    let scores = url.publish(Score::graded(user("u1"), at(&platform), 1.0, 1.0)).unwrap().to_http(&token);
    let container = ListLineItems::new(Platform::line_items_url("c1")).to_http(&token);
    let members = ListMembers::new(Platform::members_url("c1")).to_http(&token);
    for (request, method, allowed) in [
        (scores.clone(), Method::GET, "POST"),
        (scores, Method::PUT, "POST"),
        (container.clone(), Method::PUT, "GET, POST"),
        (url.read().to_http(&token), Method::POST, "GET, PUT, DELETE"),
        (url.results().to_http(&token), Method::POST, "GET"),
        // N-P10
        (members, Method::POST, "GET"),
    ] {
        let response = platform.serve(&with(request, method, "{}"));
        assert_eq!(
            (response.status().as_u16(), &response.headers()[ALLOW]),
            (405, &allowed.parse().unwrap())
        );
    }
    for (response, expected) in [
        (platform.serve(&container), media_type::LINE_ITEM_CONTAINER),
        (platform.serve(&url.read().to_http(&token)), media_type::LINE_ITEM),
        (platform.serve(&url.results().to_http(&token)), media_type::RESULT_CONTAINER),
    ] {
        let response: Response<Vec<u8>> = response;
        assert_eq!(response.headers()[CONTENT_TYPE], expected);
    }
}

/// A clock that is set wrong must not lock a grade: every later score would be older.
#[test]
fn ags_p11_a_score_of_the_future_is_refused() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    let url = create(&mut platform, &token, "c1", item("a", "", None));
    let at = |platform: &Platform, ahead: chrono::TimeDelta, points: f64| {
        url.publish(Score::graded(user("u1"), (platform.now + ahead).into(), points, 20.0)).unwrap()
    };
    let (day, second) = (chrono::TimeDelta::days(1), chrono::TimeDelta::seconds(1));
    for ahead in [day + second, day * 4000] {
        let refusal = platform.try_serve(&at(&platform, ahead, 1.0).to_http(&token)).unwrap_err();
        assert_eq!((refusal.code(), refusal.http_status().as_u16()), ("timestamp_in_future", 400));
    }
    assert_eq!(status(platform.call(&at(&platform, chrono::TimeDelta::zero(), 2.0), &token)), 200);
    assert_eq!(status(platform.call(&at(&platform, day, 3.0), &token)), 200, "some clocks are a zone ahead");
    assert_eq!(platform.grade(&url.url().into(), "u1"), Some(3.0));
}

/// What the platform takes, it can give back: a page of the biggest line items is not too long for a tool.
#[test]
fn a_page_of_the_biggest_line_items_is_read() {
    let mut platform = Platform::new();
    platform.page = NonZeroU32::new(100).unwrap();
    let token = platform.token("quiz", ALL);
    let big = |bytes: usize| LineItem::new(1.0, "\u{1}".repeat(bytes / 6));
    let room = lti_services::MAX_REQUEST_BYTES - 100;
    for _ in 0..100 {
        create(&mut platform, &token, "c1", big(room));
    }
    let page = platform.call(&ListLineItems::new(Platform::line_items_url("c1")), &token).unwrap();
    assert_eq!((page.items.len(), page.next), (100, None));
    let more = CreateLineItem::new(Platform::line_items_url("c1"), big(room + 200)).unwrap();
    assert_eq!(status(platform.call(&more, &token)), 413);
}
