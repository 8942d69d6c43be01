//! Quirks of real platforms (field notes 43–70) that concern what is written and read, from the tool's side. Those that
//! concern one module alone are tested there.

use http::Response;
use lti_services::{
    Call, CreateLineItem, LineItemUrl, ListLineItems, ListMembers, ListResults, ServiceError, ServiceUrl,
};
use lti_types::{GradeService, LineItem, Score};

use crate::{service_url, user};

fn answer(status: u16, body: &str) -> Response<Vec<u8>> {
    Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
}

fn item() -> LineItemUrl {
    LineItemUrl::parse(&"https://lms.example/16/lineitem?type_id=1".into()).unwrap()
}

#[test]
fn quirk_53_the_path_grows_before_the_query() {
    let score = Score::graded(user("u"), "2024-01-01T00:00:00.000Z".into(), 1.0, 1.0);
    assert_eq!(
        item().publish(score).unwrap().url().as_str(),
        "https://lms.example/16/lineitem/scores?type_id=1"
    );
}

#[test]
fn quirk_58_zero_is_written() {
    let call =
        item().publish(Score::graded(user("u"), "2024-01-01T00:00:00.000Z".into(), 0.0, 10.0)).unwrap();
    let request = call.to_http(&lti_services::AccessToken::new("t").unwrap());
    let body = String::from_utf8(request.into_body()).unwrap();
    assert!(body.contains(r#""scoreGiven":0.0"#), "{body}");
}

#[test]
fn quirk_59_empty_comments_and_a_maximum_of_zero_are_read() {
    let json = r#"[{"userId":"2","resultScore":null,"resultMaximum":0,"comment":""},{"userId":"3","comment":null},null]"#;
    let page = ListResults::new(&item()).read(answer(200, json)).unwrap();
    assert_eq!(page.items.len(), 2);
    assert_eq!((page.items[0].result_score, page.items[0].result_maximum), (None, Some(0.0)));
}

#[test]
fn quirk_60_the_time_is_the_callers() {
    let mut score = Score::graded(user("u"), "2024-01-01T00:00:00.000Z".into(), 1.0, 1.0);
    let mut submission = lti_types::Submission::new();
    submission.submitted_at = Some("2023-12-24T10:00:00.000Z".into());
    score.submission = Some(submission);
    let body = serde_json::to_value(item().publish(score).unwrap().score()).unwrap();
    assert_eq!(body["timestamp"], "2024-01-01T00:00:00.000Z");
    assert_eq!(body["submission"]["submittedAt"], "2023-12-24T10:00:00.000Z");
}

#[test]
fn quirk_61_a_line_item_may_be_absent_or_blank() {
    let claim: GradeService =
        serde_json::from_str(r#"{"lineitem":" ","lineitems":"https://lms.example/l"}"#).unwrap();
    assert_eq!(LineItemUrl::of_service(&claim).unwrap(), None);
    let claim: GradeService = serde_json::from_str(r#"{"lineitem":"not a url"}"#).unwrap();
    assert!(LineItemUrl::of_service(&claim).is_err());
}

#[test]
fn quirk_65_67_pages_of_any_size_with_and_without_a_link() {
    let members = vec![r#"{"user_id":"u","roles":[]}"#; 50].join(",");
    let json = format!(r#"{{"context":{{"id":"c"}},"members":[{members}],"pageNumber":1,"pageSize":50}}"#);
    let call = ListMembers::new(service_url("https://lms.example/m")).limit(std::num::NonZeroU32::MIN);
    let page = call.read(answer(200, &json)).unwrap();
    assert_eq!((page.page.items.len(), page.page.next, page.differences), (50, None, None));
}

#[test]
fn quirk_70_a_self_referencing_next_is_an_error() {
    let call = ListMembers::new(service_url("https://lms.example/m"));
    let mut response = answer(200, r#"{"context":{"id":"c"},"members":[]}"#);
    response.headers_mut().insert("link", "<https://lms.example/m>; rel=\"next\"".parse().unwrap());
    assert_eq!(call.read(response).unwrap_err().code(), "next_loop");
}

#[test]
fn a_new_line_item_is_found_by_its_id_or_its_location() {
    let call = CreateLineItem::new(service_url("https://lms.example/l"), LineItem::new(1.0, "a".to_owned()))
        .unwrap();
    let json = r#"{"scoreMaximum":1,"label":"a","id":""}"#;
    assert_eq!(call.read(answer(201, json)).unwrap_err(), ServiceError::LineItemWithoutId);
    let mut located = answer(201, json);
    located.headers_mut().insert("location", "/l/7".parse().unwrap());
    assert_eq!(call.read(located).unwrap().id.unwrap().as_str(), "https://lms.example/l/7");
    for (location, code) in [
        ("https://evil.example/l/7", "line_item_off_origin"),
        ("//evil.example/l/7", "line_item_off_origin"),
        ("http://lms.example/l/7", "line_item_off_origin"),
        ("javascript:alert(1)", "line_item_without_id"),
        (" ", "line_item_without_id"),
    ] {
        let mut located = answer(201, json);
        located.headers_mut().insert("location", location.parse().unwrap());
        assert_eq!(call.read(located).unwrap_err().code(), code, "{location}");
    }
    // Asked for by its address, it need not repeat it.
    assert_eq!(item().read().read(answer(200, json)).unwrap().id.unwrap().as_str(), item().url().as_str());
}

/// Some platforms answer 201 with `Location` alone, and 204 to a change: that is a success, and not worth a second try.
#[test]
fn an_answer_without_a_body_is_what_was_sent() {
    let mut wanted = LineItem::new(7.0, "a".to_owned());
    wanted.resource_id = Some("quiz-9".to_owned());
    let call = CreateLineItem::new(service_url("https://lms.example/l"), wanted.clone()).unwrap();
    for (status, body) in [(201, ""), (200, " \r\n"), (204, "")] {
        let mut located = answer(status, body);
        located.headers_mut().insert("location", "/l/7?x=1".parse().unwrap());
        let made = call.read(located).unwrap();
        assert_eq!(
            (made.id.as_ref().unwrap().as_str(), made.label.as_str()),
            ("https://lms.example/l/7?x=1", "a")
        );
        assert_eq!((made.resource_id(), made.score_maximum), (Some("quiz-9"), 7.0));
        assert_eq!(call.read(answer(status, body)).unwrap_err(), ServiceError::LineItemWithoutId);
    }
    let changed = item().update(wanted).unwrap();
    let read = changed.read(answer(204, "")).unwrap();
    assert_eq!((read.id, read.resource_id.as_deref()), (Some(item().url().into()), Some("quiz-9")));
    assert_eq!(changed.line_item().label, "a");
    // Whoever asks for a line item gets one, or an error.
    assert_eq!(item().read().read(answer(200, "")).unwrap_err().code(), "not_json");
}

#[test]
fn an_update_compares_addresses_as_they_are_sent() {
    let mut listed = LineItem::new(7.0, "a".to_owned());
    for (id, same) in [
        ("https://lms.example/16/lineitem?type_id=1", true),
        (" https://lms.example/16/lineitem?type_id=1#top", true),
        ("", true),
        ("https://lms.example/16/lineitem?type_id=2", false),
        ("https://lms.example/16/lineitem", false),
        ("not a url", false),
    ] {
        listed.id = Some(id.into());
        assert_eq!(item().update(listed.clone()).is_ok(), same, "{id}");
    }
}

#[test]
fn a_score_does_not_show_itself() {
    let mut score = Score::graded(user("secret-user"), "2024-01-01T00:00:00.000Z".into(), 17.5, 20.0);
    score.comment = Some("secret remark".to_owned());
    let text = format!("{:?}", item().publish(score).unwrap());
    assert!(!text.contains("secret") && !text.contains("17.5") && text.contains("lineitem/scores"), "{text}");
}

#[test]
fn a_login_page_is_no_answer() {
    let page = "<?xml version='1.0'?><!DOCTYPE html><html><form action='/login'>Secret1";
    let url: ServiceUrl = service_url("https://lms.example/l");
    let score = Score::graded(user("u"), "2024-01-01T00:00:00.000Z".into(), 1.0, 1.0);
    let errors = [
        ListLineItems::new(url.clone()).read(answer(200, page)).unwrap_err(),
        ListMembers::new(url).read(answer(200, page)).unwrap_err(),
        item().delete().read(answer(200, page)).unwrap_err(),
        item().publish(score).unwrap().read(answer(200, page)).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.code(), "web_page");
        assert!(!format!("{error} {error:?}").contains("Secret1"));
    }
}

/// Moodle takes a score under its own media type alone; others refuse a `Content-Type` on GET, or an inexact `Accept`.
#[test]
fn quirks_54_68_media_types_are_exact() {
    let token = lti_services::AccessToken::new("t").unwrap();
    let url = || service_url("https://lms.example/l");
    let new = || LineItem::new(1.0, "a".to_owned());
    let score = Score::graded(user("u"), "2024-01-01T00:00:00.000Z".into(), 1.0, 1.0);
    const ITEM: &str = "application/vnd.ims.lis.v2.lineitem+json";
    const SCORE: &str = "application/vnd.ims.lis.v1.score+json";
    for (request, accept, content_type) in [
        (
            ListLineItems::new(url()).to_http(&token),
            "application/vnd.ims.lis.v2.lineitemcontainer+json",
            None,
        ),
        (item().read().to_http(&token), ITEM, None),
        (CreateLineItem::new(url(), new()).unwrap().to_http(&token), ITEM, Some(ITEM)),
        (item().update(new()).unwrap().to_http(&token), ITEM, Some(ITEM)),
        (item().delete().to_http(&token), ITEM, None),
        (item().publish(score).unwrap().to_http(&token), SCORE, Some(SCORE)),
        (item().results().to_http(&token), "application/vnd.ims.lis.v2.resultcontainer+json", None),
        (
            ListMembers::new(url()).to_http(&token),
            "application/vnd.ims.lti-nrps.v2.membershipcontainer+json",
            None,
        ),
    ] {
        let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap());
        assert_eq!((header("accept"), header("content-type")), (Some(accept), content_type));
        assert_eq!(request.body().is_empty(), content_type.is_none(), "{accept}");
    }
}

/// A column that was made is one, whatever else the answer says: making it once more makes another.
#[test]
fn quirk_63_a_short_answer_names_the_column_that_was_made() {
    let create = || {
        let container = service_url("https://lms.example/5/lineitems");
        let mut column = LineItem::new(20.0, "Quiz 9".to_owned());
        column.resource_id = Some("quiz-9".to_owned());
        CreateLineItem::new(container, column).unwrap()
    };
    let with_location = |body: &str| {
        let mut response = answer(201, body);
        response.headers_mut().insert("location", "/5/lineitems/1".parse().unwrap());
        response
    };
    let address = r#"{"id":"https://lms.example/5/lineitems/1"}"#;
    for response in [answer(201, address), with_location("{}"), with_location("created")] {
        let made = create().read(response).unwrap();
        assert_eq!(made.id, Some("https://lms.example/5/lineitems/1".into()));
        assert_eq!((made.label.as_str(), made.resource_id()), ("Quiz 9", Some("quiz-9")));
    }
    for body in ["{}", "<html>", r#"{"id":""}"#] {
        assert!(matches!(create().read(answer(200, body)), Err(ServiceError::Document(_))), "{body}");
    }
}
