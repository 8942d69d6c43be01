//! The rows of the certification guide that concern services: the tool's, and the platform's roster. The platform's
//! grade book is in `gradebook`.

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use lti_services::{Call, CreateLineItem, LineItemUrl, ListLineItems, ListMembers, media_type};
use lti_types::{GradeService, LineItem, RosterService, Scope, Score};

use super::platform::{Platform, user};

fn roster_claim() -> RosterService {
    let mut claim = RosterService::new();
    claim.context_memberships_url = Some("https://lms.example/c1/members?memberships=7".into());
    claim
}

pub(crate) fn quiz(maximum: f64) -> LineItem {
    let mut item = LineItem::new(maximum, "Quiz".to_owned());
    item.resource_id = Some("quiz-9".to_owned());
    item.tag = Some("grade".to_owned());
    item
}

pub(crate) fn item_url(item: &LineItem) -> LineItemUrl {
    LineItemUrl::parse(item.id.as_ref().unwrap()).unwrap()
}

#[test]
fn t_n02_the_request_keeps_the_query_of_the_claim() {
    let call = ListMembers::of_service(&roster_claim()).unwrap().unwrap();
    let request = call.to_http(&Platform::new().token("quiz", &[Scope::ContextMembershipReadOnly]));
    assert_eq!(request.method(), "GET");
    assert_eq!(request.uri(), "https://lms.example/c1/members?memberships=7");
    assert!(request.body().is_empty());
}

#[test]
fn t_n03_the_accept_header_is_the_one_type() {
    let call = ListMembers::of_service(&roster_claim()).unwrap().unwrap();
    let request = call.to_http(&Platform::new().token("quiz", &[Scope::ContextMembershipReadOnly]));
    assert_eq!(request.headers()[ACCEPT], "application/vnd.ims.lti-nrps.v2.membershipcontainer+json");
    assert!(!request.headers().contains_key(CONTENT_TYPE), "quirk 68");
}

#[test]
fn t_n04_t_n05_the_bearer_token_has_the_scope() {
    let mut platform = Platform::new();
    assert_eq!(
        ListMembers::SCOPE.as_str(),
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
    );
    let token = platform.token("quiz", &[ListMembers::SCOPE]);
    let call = ListMembers::of_service(&roster_claim()).unwrap().unwrap();
    let value = call.to_http(&token).headers()[AUTHORIZATION].clone();
    assert_eq!(value.to_str().unwrap(), format!("Bearer {}", token.expose()));
    assert!(value.is_sensitive());
    assert!(platform.call(&call, &token).is_ok());
}

#[test]
fn t_a01_a_claim_may_have_line_items_and_no_line_item() {
    for json in [
        r#"{"scope":["https://purl.imsglobal.org/spec/lti-ags/scope/score"],"lineitems":"https://lms.example/c1/lineitems?type_id=1"}"#,
        r#"{"lineitems":"https://lms.example/c1/lineitems?type_id=1","lineitem":""}"#,
    ] {
        let claim: GradeService = serde_json::from_str(json).unwrap();
        assert!(ListLineItems::of_service(&claim).unwrap().is_some());
        assert_eq!(LineItemUrl::of_service(&claim).unwrap(), None);
    }
    assert_eq!(ListLineItems::of_service(&GradeService::new()).unwrap(), None);
}

#[test]
fn t_a02_the_tool_creates_line_items() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", &[Scope::LineItem]);
    let call = CreateLineItem::new(Platform::line_items_url("c1"), quiz(20.0)).unwrap();
    let request = call.to_http(&token);
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "https://lms.example/c1/lineitems?type_id=1");
    assert_eq!(request.headers()[CONTENT_TYPE], "application/vnd.ims.lis.v2.lineitem+json");
    assert_eq!(request.headers()[ACCEPT], "application/vnd.ims.lis.v2.lineitem+json");
    let made = platform.call(&call, &token).unwrap();
    assert_eq!(made.id.unwrap().as_str(), "https://lms.example/c1/lineitems/1/lineitem?type_id=1");
}

#[test]
fn t_a03_the_tool_posts_scores() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", &[Scope::LineItem, Scope::Score]);
    let made = platform
        .call(&CreateLineItem::new(Platform::line_items_url("c1"), quiz(20.0)).unwrap(), &token)
        .unwrap();
    let call = item_url(&made).publish(Score::graded(user("u1"), platform.now.into(), 15.0, 20.0)).unwrap();
    let request = call.to_http(&token);
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "https://lms.example/c1/lineitems/1/lineitem/scores?type_id=1");
    assert_eq!(request.headers()[CONTENT_TYPE], "application/vnd.ims.lis.v1.score+json");
    let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
    assert_eq!(body["timestamp"], "2024-01-01T00:00:00.000Z");
    assert!(platform.call(&call, &token).is_ok());
}

#[test]
fn t_a04_the_tool_reads_results() {
    let url = LineItemUrl::parse(&"https://lms.example/c1/lineitems/1/lineitem?type_id=1".into()).unwrap();
    let call = url.results().of_user(&user("u1"));
    let request = call.to_http(&Platform::new().token("quiz", &[Scope::ResultReadOnly]));
    assert_eq!(request.method(), "GET");
    assert_eq!(request.uri(), "https://lms.example/c1/lineitems/1/lineitem/results?type_id=1&user_id=u1");
    assert_eq!(request.headers()[ACCEPT], "application/vnd.ims.lis.v2.resultcontainer+json");
}

#[test]
fn p_n06_p_n07_p_n08_the_roster_and_its_headers() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", &[Scope::ContextMembershipReadOnly]);
    let mut call = ListMembers::new(Platform::members_url("c1"));
    let response = platform.serve(&call.to_http(&token));
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()[CONTENT_TYPE], media_type::MEMBERSHIP_CONTAINER);
    let link = response.headers()["link"].to_str().unwrap();
    assert!(
        link.starts_with(
            "<https://lms.example/c1/members?memberships=7&cursor=s0%2B%2F%3D>; rel=\"next\", <"
        ),
        "{link}"
    );
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["context"]["id"], "c1");
    assert!(body["members"][0]["user_id"].is_string() && body["members"][0]["roles"].is_array());

    let (mut pages, mut ids) = (0, Vec::new());
    loop {
        pages += 1;
        let page = platform.call(&call, &token).unwrap();
        assert_eq!(page.context.id.as_str(), "c1");
        assert!(page.differences.is_some());
        ids.extend(page.page.items.iter().map(|member| member.user_id.to_string()));
        match page.page.next {
            Some(next) => call = next,
            None => break,
        }
    }
    assert_eq!(ids, ["u0", "u1", "u2", "u3", "u4"]);
    assert_eq!(pages, 3);
}
