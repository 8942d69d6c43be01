//! The launches that the service suites of the certification guide begin with: from the platform's signature to the first
//! request for a service.

use lti_platform::LaunchMessage;
use lti_services::{Call as _, ListLineItems, ListMembers, offered_scopes};
use lti_tool::Launch;
use lti_types::{Context, ContextId, ContextRole, GradeService, Roles, RosterService, Scope};
use serde_json::{Value, json};

use super::platform::Platform;
use crate::pair::{CLIENT, DEPLOYMENT, ISSUER, KEY, Pair, payload_of};
use crate::payloads::claim;

const ROSTER: &str = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice";
const GRADES: &str = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint";

/// A launch in one of the contexts of [`Platform`], with what its services need.
fn launch(role: ContextRole, context: &str) -> (String, Launch, i64) {
    let mut message = LaunchMessage::new(Roles::from_iter([role]));
    message.context = Some(Context::new(ContextId::new(context).unwrap()));
    let mut roster = RosterService::new();
    roster.context_memberships_url = Some(Platform::members_url(context).as_str().into());
    roster.service_versions = Some(vec!["2.0".into()]);
    message.roster_service = Some(roster);
    let mut grades = GradeService::new();
    grades.lineitems = Some(Platform::line_items_url(context).as_str().into());
    grades.scope = Some(vec![Scope::LineItem, Scope::Score, Scope::ResultReadOnly]);
    message.grade_service = Some(grades);
    let pair = Pair::new();
    let (token, launch) = pair.launch(message);
    (token, launch.unwrap(), pair.now.timestamp())
}

/// What every launch of the suites must have.
fn check_complete(payload: &Value) {
    for name in ["iss", "aud", "exp", "iat", "nonce", "sub"] {
        assert!(!payload[name].is_null(), "{name}");
    }
    for name in ["message_type", "version", "target_link_uri", "resource_link", "roles", "context"] {
        assert!(!payload[claim(name)].is_null(), "{name}");
    }
    assert_eq!(payload[claim("deployment_id")], DEPLOYMENT);
}

#[test]
fn t_n01_an_instructor_launch_brings_the_roster() {
    let (_, launch, _) = launch(ContextRole::Instructor, "c1");
    assert!(launch.roles().is_instructor());
    let roster = launch.roster_service().unwrap();
    assert_eq!(offered_scopes(None, Some(roster)), [Scope::ContextMembershipReadOnly]);
    // With nothing but what the launch says, the tool reads the roster.
    let mut platform = Platform::new();
    let token = platform.token("quiz", &offered_scopes(None, Some(roster)));
    let call = ListMembers::of_service(roster).unwrap().unwrap();
    assert_eq!(call.url().as_str(), "https://lms.example/c1/members?memberships=7");
    assert!(!platform.call(&call, &token).unwrap().page.items.is_empty());
}

#[test]
fn p_n01_the_payload_is_lti_1_3() {
    let payload = payload_of(&launch(ContextRole::Instructor, "c1").0);
    assert_eq!(payload[claim("message_type")], "LtiResourceLinkRequest");
    assert_eq!(payload[claim("version")], "1.3.0");
    assert_eq!((&payload["iss"], &payload["aud"]), (&json!(ISSUER), &json!(CLIENT)));
}

#[test]
fn p_n02_the_timestamps_are_valid() {
    let (token, _, now) = launch(ContextRole::Instructor, "c1");
    let payload = payload_of(&token);
    let (iat, exp) = (payload["iat"].as_i64().unwrap(), payload["exp"].as_i64().unwrap());
    assert!(iat <= now && now - iat <= 60 && exp > now && exp - now <= 3600);
}

#[test]
fn p_n03_the_signature_is_valid() {
    let (token, launch, _) = launch(ContextRole::Instructor, "c1");
    // The tool verified it with the published key; a changed one it would refuse, as `x03` shows.
    assert_eq!(launch.issuer().as_str(), ISSUER);
    let jwt = lti_jwks::UnverifiedJwt::parse(&token).unwrap();
    assert_eq!(jwt.key_id(), Some(KEY.key_id()));
}

#[test]
fn p_n04_the_payload_is_complete_with_the_roster() {
    let payload = payload_of(&launch(ContextRole::Instructor, "c1").0);
    check_complete(&payload);
    assert_eq!(
        payload[ROSTER],
        json!({"context_memberships_url": "https://lms.example/c1/members?memberships=7", "service_versions": ["2.0"]})
    );
}

#[test]
fn p_a01_the_signature_is_valid_in_context_1() {
    let (_, launch, _) = launch(ContextRole::Learner, "c1");
    assert_eq!(launch.issuer().as_str(), ISSUER);
    assert!(launch.roles().is_learner());
}

#[test]
fn p_a02_the_payload_is_complete_with_line_items() {
    let (token, launch, _) = launch(ContextRole::Learner, "c1");
    let payload = payload_of(&token);
    check_complete(&payload);
    assert_eq!(payload[GRADES]["lineitems"], "https://lms.example/c1/lineitems?type_id=1");
    assert_eq!(payload[GRADES]["scope"].as_array().unwrap().len(), 3);
    // With nothing but what the launch says, the tool asks for line items.
    let grades = launch.grade_service().unwrap();
    assert_eq!(offered_scopes(Some(grades), None), [Scope::LineItem, Scope::Score, Scope::ResultReadOnly]);
    let mut platform = Platform::new();
    let scope = ListLineItems::scope_among(&offered_scopes(Some(grades), None)).unwrap();
    let token = platform.token("quiz", &[scope]);
    let call = ListLineItems::of_service(grades).unwrap().unwrap();
    assert!(platform.call(&call, &token).unwrap().items.is_empty());
}

#[test]
fn p_a07_signature_and_payload_in_context_2() {
    let (token, launch, _) = launch(ContextRole::Learner, "c2");
    let payload = payload_of(&token);
    check_complete(&payload);
    assert_eq!(launch.context().unwrap().id.as_str(), "c2");
    assert_eq!(payload[GRADES]["lineitems"], "https://lms.example/c2/lineitems?type_id=1");
}
