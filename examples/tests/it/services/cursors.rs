//! Positions in lists: for one list, one tool and one time.

use lti_services::platform::{
    Access, Cursor, CursorSeal, LineItemsOperation, LineItemsRequest, RequestRefusal,
};
use lti_services::{Call, ListLineItems, ListMembers};
use lti_types::WireUrl;

use super::platform::Platform;
use super::rules::{ALL, create, item, status};

#[test]
fn a_cursor_is_good_for_its_own_list_alone() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    for n in 0..3 {
        create(&mut platform, &token, "c1", item("a", &n.to_string(), None));
    }
    let call = ListLineItems::new(Platform::line_items_url("c1")).of_resource("a");
    let next = platform.call(&call, &token).unwrap().next.unwrap();
    assert_eq!(
        next.url().as_str(),
        "https://lms.example/c1/lineitems?type_id=1&resource_id=a&cursor=s0%2B%2F%3D"
    );
    assert_eq!(status(platform.call(&next, &token)), 200);
    for (from, to) in [
        ("resource_id=a", "resource_id=b"),
        ("&resource_id=a", ""),
        ("/c1/", "/c2/"),
        ("s0", "s9"),
        ("s0", "x"),
    ] {
        let url = WireUrl::from(next.url().as_str().replace(from, to));
        let call = ListLineItems::new(lti_services::ServiceUrl::parse(&url).unwrap());
        assert_eq!(status(platform.call(&call, &token)), 400, "{url}");
    }
    let members = WireUrl::from("https://lms.example/c1/members?cursor=s0%2B%2F%3D");
    let call = ListMembers::new(lti_services::ServiceUrl::parse(&members).unwrap());
    assert_eq!(status(platform.call(&call, &token)), 400);
}

/// A position in the platform's own seal: for its list, its tool and its time alone, and never half of it.
#[test]
fn a_sealed_cursor_expires_and_is_never_cut() {
    use lti_jwks::{Sealer, SealingKey};
    let mut platform = Platform::new();
    platform.seal = Box::new(Sealer::new(SealingKey::random().unwrap()));
    let token = |platform: &mut Platform, client: &str| platform.token(client, ALL);
    let quiz = token(&mut platform, "quiz");
    for n in 0..3 {
        create(&mut platform, &quiz, "c1", item("a", &n.to_string(), None));
    }
    let lists = ListLineItems::new(Platform::line_items_url("c1"));
    let next = platform.call(&lists, &quiz).unwrap().next.unwrap();
    let page = platform.call(&ListMembers::new(Platform::members_url("c1")), &quiz).unwrap();
    let (members, differences) = (page.page.next.unwrap(), page.differences.unwrap());
    let changes = ListMembers::new(Platform::members_url("c1")).since(&differences).unwrap();
    assert_eq!(status(platform.call(&next, &quiz)), 200);
    assert_eq!(status(platform.call(&members, &quiz)), 200);
    // Another tool in the same course.
    let other = token(&mut platform, "other");
    assert_eq!(status(platform.call(&members, &other)), 400);
    assert_eq!(status(platform.call(&changes, &other)), 400);
    let mut forged = changes.url().as_str().to_owned();
    forged.pop();
    let forged = ListMembers::new(lti_services::ServiceUrl::parse(&forged.into()).unwrap());
    assert_eq!(status(platform.call(&forged, &quiz)), 400);
    for (days, of_page, of_changes) in [(1, 400, 200), (89, 400, 400)] {
        platform.pass(chrono::TimeDelta::days(days));
        let quiz = token(&mut platform, "quiz");
        assert_eq!(status(platform.call(&next, &quiz)), of_page, "{days}");
        assert_eq!(status(platform.call(&members, &quiz)), of_page, "{days}");
        assert_eq!(status(platform.call(&changes, &quiz)), of_changes, "{days}");
    }
    // A seal that grew too long for an address is the platform's mistake, and no shorter list.
    struct Long;
    impl CursorSeal for Long {
        fn seal(&self, _: &Cursor) -> Option<String> {
            Some("x".repeat(4097))
        }
        fn open(&self, _: &str) -> Option<Cursor> {
            None
        }
    }
    let request = lists.to_http(&quiz);
    let access = Access::of(platform.grants.get(quiz.expose()).cloned(), super::platform::start()).unwrap();
    let place = super::platform::place("quiz", "d1", "c1");
    let asked = LineItemsRequest::read(&request, &access).unwrap().on(Some(&place), &Long).unwrap();
    let LineItemsOperation::List(list) = asked else { panic!("a list was asked for") };
    let refusal = list.respond([], Some("2"), &Platform::line_items_url("c1"), &Long).unwrap_err();
    assert_eq!(refusal, RequestRefusal::Internal);
}

/// PyLTI1p3 2.0.0 turns `Link` headers into small letters before it reads them.
#[test]
fn a_sealed_cursor_survives_small_letters() {
    use lti_jwks::{Sealer, SealingKey};
    let mut platform = Platform::new();
    platform.seal = Box::new(Sealer::new(SealingKey::random().unwrap()));
    let token = platform.token("quiz", ALL);
    for n in 0..3 {
        create(&mut platform, &token, "c1", item("a", &n.to_string(), None));
    }
    let next =
        platform.call(&ListLineItems::new(Platform::line_items_url("c1")), &token).unwrap().next.unwrap();
    let small = next.url().as_str().to_lowercase();
    assert_eq!(small, next.url().as_str());
    for (url, expected) in
        [(small.clone(), 200), (small.replace("cursor=", "cursor=-"), 400), (small + "=", 400)]
    {
        let call = ListLineItems::new(lti_services::ServiceUrl::parse(&url.as_str().into()).unwrap());
        assert_eq!(status(platform.call(&call, &token)), expected, "{url}");
    }
}
