//! The rules of a platform for rosters (N-P1 to N-P10), each broken once.

use lti_services::{Call as _, ListMembers, media_type};
use lti_types::{ContextRole, PersonalData, ResourceLinkId, Role, Scope};

use super::platform::Platform;
use super::rules::{ALL, status};

#[test]
fn n_p01_p02_p03_scope_and_context() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", &[Scope::Score]);
    assert_eq!(status(platform.call(&ListMembers::new(Platform::members_url("c1")), &token)), 403);
    let other = platform.token("other", ALL);
    assert_eq!(status(platform.call(&ListMembers::new(Platform::members_url("c2")), &other)), 404);
    let page = platform.call(&ListMembers::new(Platform::members_url("c1")), &other).unwrap();
    assert_eq!(page.context.id.as_str(), "c1");
}

#[test]
fn n_p04_roles_by_full_and_short_name() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    let mut ask = |role: &str| {
        let call = ListMembers::new(Platform::members_url("c1")).with_role(&Role::from(role));
        let page = platform.call(&call, &token).unwrap();
        page.page.items.iter().map(|member| member.user_id.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ask("Instructor"), "u0");
    assert_eq!(ask(Role::from(ContextRole::Instructor).as_str()), "u0");
    assert_eq!(ask("Learner"), "u1 u2");
    assert_eq!(ask("urn:lti:role:ims/lis/Instructor"), "u0");
    for none in [
        "Mentor",
        "instructor",
        "https://vendor.example/roles#X",
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor",
    ] {
        assert_eq!(ask(none), "", "{none}");
    }
}

#[test]
fn n_p06_p08_privacy_is_the_tools() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    for member in platform.members.get_mut("c1").unwrap() {
        member.extensions.insert("ext_d2l_username".to_owned(), "secret".into());
        let mut group = lti_types::GroupEnrollment::new();
        group.extensions.insert("leader".to_owned(), "secret".into());
        member.group_enrollments = Some(vec![group]);
        let mut message = lti_types::MemberMessage::new();
        message.extensions.insert("https://lms.example/name".to_owned(), "secret".into());
        let mut outcome = lti_types::BasicOutcome::new();
        outcome.lis_result_sourcedid = Some("r1".to_owned());
        outcome.extensions.insert("of".to_owned(), "secret".into());
        message.basic_outcome = Some(outcome);
        member.message = Some(vec![message]);
    }
    let call = ListMembers::new(Platform::members_url("c1"));
    let all = platform.call(&call, &token).unwrap().page.items.remove(0);
    assert!(all.name.is_some() && all.email.is_some() && !all.extensions.is_empty());
    platform.privacy = Some(vec![PersonalData::Email]);
    let some = platform.call(&call, &token).unwrap().page.items.remove(0);
    assert!(some.name.is_none() && some.email.is_some() && some.extensions.is_empty());
    platform.privacy = Some(Vec::new());
    let none = platform.call(&call, &token).unwrap().page.items.remove(0);
    let written = serde_json::to_value(&none).unwrap();
    assert_eq!(
        written.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["roles", "user_id"],
        "groups are sent to those who ask for them"
    );
    // Nothing is hidden one level deeper either.
    let of_link = call.of_link(&ResourceLinkId::new("l1").unwrap()).with_groups();
    let answer = platform.serve(&of_link.to_http(&token));
    let text = String::from_utf8(answer.into_body()).unwrap();
    assert!(!text.contains("secret") && text.contains("lis_result_sourcedid"), "{text}");
    assert!(text.contains("group_enrollments"), "{text}");
}

#[test]
fn n_p09_links_of_elsewhere_are_not_found_and_messages_are_for_links() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    for member in platform.members.get_mut("c1").unwrap() {
        member.message = Some(vec![lti_types::MemberMessage::new()]);
    }
    let call = || ListMembers::new(Platform::members_url("c1"));
    let of = |link: &str| call().of_link(&ResourceLinkId::new(link).unwrap());
    let page = platform.call(&of("l1"), &token).unwrap();
    assert_eq!(page.id.unwrap().as_str(), "https://lms.example/c1/members?memberships=7&rlid=l1");
    assert_eq!(page.page.items[0].messages().len(), 1);
    for link in ["l2", "l9", "nowhere"] {
        assert_eq!(status(platform.call(&of(link), &token)), 404, "{link}");
    }
    assert_eq!(platform.call(&call(), &token).unwrap().page.items[0].message, None);
}

#[test]
fn differences_are_what_changed_since() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    let call = ListMembers::new(Platform::members_url("c1")).with_role(&ContextRole::Learner.into());
    let differences = platform.call(&call, &token).unwrap().differences.unwrap();
    let changes = call.since(&differences).unwrap();
    assert!(platform.call(&changes, &token).unwrap().page.items.is_empty());
    // One of them has no role any more, and one never had the one that is asked for.
    for gone in ["u0", "u1", "u2", "u3"] {
        platform.leave("c1", gone);
    }
    platform.members.get_mut("c1").unwrap()[1].roles = lti_types::Roles::default();
    let (mut next, mut gone) = (Some(changes.clone()), Vec::new());
    while let Some(call) = next {
        let page = platform.call(&call, &token).unwrap();
        gone.extend(
            page.page.items.iter().map(|member| (member.user_id.to_string(), member.status().clone())),
        );
        next = page.page.next;
    }
    assert_eq!(gone.len(), 4);
    assert!(gone.iter().all(|(_, status)| *status == lti_types::MemberStatus::Deleted));
    let page = platform.call(&call, &token).unwrap();
    assert_eq!(page.page.items.len(), 1, "a list of members never shows who left");
}

#[test]
fn n_p05_p07_p10_pages_accept_and_methods() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", ALL);
    let call = ListMembers::new(Platform::members_url("c1")).with_groups();
    for accept in [media_type::MEMBERSHIP_CONTAINER, "*/*", "application/json", "text/html"] {
        let mut request = call.to_http(&token);
        request.headers_mut().insert("accept", accept.parse().unwrap());
        let response = platform.serve(&request);
        assert_eq!(response.status(), 200, "{accept}");
        assert_eq!(response.headers()["content-type"], media_type::MEMBERSHIP_CONTAINER);
        // What was asked for is in the address of the next page.
        let page = call.read(response).unwrap();
        let next = page.page.next.unwrap();
        assert_eq!(
            next.url().as_str().split("&cursor=").next(),
            Some("https://lms.example/c1/members?memberships=7&groups=true")
        );
        assert!(platform.call(&next, &token).unwrap().page.next.is_some());
    }
    for method in ["POST", "PUT", "DELETE"] {
        let mut request = call.to_http(&token);
        *request.method_mut() = method.parse().unwrap();
        assert_eq!(platform.serve(&request).status(), 405);
    }
}
