//! Quirks of real platforms (field notes 43–70) that concern what is written and read, from the tool's side. Those that
//! concern one module alone are tested there.

use http::Response;
use lti_services::{
    Call, CreateLineItem, LineItemUrl, ListLineItems, ListMembers, ListResults, ServiceError, ServiceUrl,
};
use lti_types::{GradeService, LineItem, Score};

use crate::platform::{service_url, user};

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
    // Asked for by its address, it need not repeat it.
    assert_eq!(item().read().read(answer(200, json)).unwrap().id.unwrap().as_str(), item().url().as_str());
}

#[test]
fn a_login_page_is_no_answer() {
    let page = "<!DOCTYPE html><html><form action='/login'>Secret1";
    let url: ServiceUrl = service_url("https://lms.example/l");
    let errors = [
        ListLineItems::new(url.clone()).read(answer(200, page)).unwrap_err(),
        ListMembers::new(url).read(answer(200, page)).unwrap_err(),
        item().delete().read(answer(200, page)).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.code(), "web_page");
        assert!(!format!("{error} {error:?}").contains("Secret1"));
    }
}
