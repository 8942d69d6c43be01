//! Valid launches (certification guide, tool, instructor and student payloads): all are accepted, with the
//! rights that the payload gives and no others.

use lti_types::{Message, User};
use serde_json::{Value, json};

use crate::pair::{Pair, Token};
use crate::payloads::{INSTITUTION, MEMBERSHIP, instructor, learner, with_roles, without};

const NAMES: [&str; 4] = ["name", "given_name", "family_name", "middle_name"];
const PII: [&str; 5] = ["name", "given_name", "family_name", "middle_name", "email"];

/// Accepts the payload, and says what the person is in the course.
fn accept(payload: Value) -> (bool, bool) {
    let launch = Pair::new().receive(&Token::of(payload)).expect("accepted");
    assert!(matches!(launch.message(), Message::ResourceLink(m) if m.resource_link.id.as_str() == "rl-7d3e"));
    assert!(matches!(launch.user(), User::Identified(id) if id.as_str() == "user-40899"));
    assert_eq!(launch.resource_link().map(|link| link.id.as_str()), Some("rl-7d3e"));
    let signed: Value = serde_json::from_slice(launch.payload()).unwrap();
    assert_eq!(signed["iss"], launch.issuer().as_str());
    let roles = launch.roles();
    (roles.is_instructor(), roles.is_learner())
}

const INSTRUCTOR: (bool, bool) = (true, false);
const LEARNER: (bool, bool) = (false, true);
const NOBODY: (bool, bool) = (false, false);

#[test]
fn t_i01_valid_instructor_launch() {
    assert_eq!(accept(instructor()), INSTRUCTOR);
}

#[test]
fn t_i02_instructor_with_roles() {
    let roles = [
        &format!("{MEMBERSHIP}Instructor"),
        &*format!("{INSTITUTION}Staff"),
        &*format!("{INSTITUTION}Other"),
    ];
    assert_eq!(accept(with_roles(instructor(), &roles)), INSTRUCTOR);
}

#[test]
fn t_i03_instructor_short_role() {
    assert_eq!(accept(with_roles(instructor(), &["Instructor"])), INSTRUCTOR);
}

#[test]
fn t_i04_instructor_unknown_role() {
    let role = "http://purl.imsglobal.org/vocab/lis/v2/unknown/unknown#Helper";
    assert_eq!(accept(with_roles(instructor(), &[role])), NOBODY);
}

#[test]
fn t_i05_instructor_no_role() {
    assert_eq!(accept(with_roles(instructor(), &[""])), NOBODY);
    assert_eq!(accept(with_roles(instructor(), &[])), NOBODY);
}

#[test]
fn t_i06_instructor_email_only() {
    assert_eq!(accept(without(instructor(), &NAMES)), INSTRUCTOR);
}

#[test]
fn t_i07_instructor_names_only() {
    assert_eq!(accept(without(instructor(), &["email"])), INSTRUCTOR);
}

#[test]
fn t_i08_instructor_no_pii() {
    assert_eq!(accept(without(instructor(), &PII)), INSTRUCTOR);
}

#[test]
fn t_i09_instructor_email_without_context() {
    assert_eq!(accept(without(instructor(), &["context"])), INSTRUCTOR);
}

#[test]
fn t_s01_valid_student_launch() {
    assert_eq!(accept(learner()), LEARNER);
}

#[test]
fn t_s02_student_with_roles() {
    let roles = [
        &format!("{MEMBERSHIP}Learner"),
        &*format!("{INSTITUTION}Student"),
        &*format!("{INSTITUTION}Mentor"),
    ];
    assert_eq!(accept(with_roles(learner(), &roles)), LEARNER);
}

#[test]
fn t_s03_student_short_role() {
    assert_eq!(accept(with_roles(learner(), &["Learner"])), LEARNER);
}

#[test]
fn t_s04_student_unknown_role() {
    let roles = [
        &format!("{MEMBERSHIP}Learner"),
        "http://purl.imsglobal.org/vocab/lis/v2/uknownrole/unknown#Unknown",
    ];
    assert_eq!(accept(with_roles(learner(), &roles)), LEARNER);
}

#[test]
fn t_s05_student_no_role() {
    assert_eq!(accept(with_roles(learner(), &[""])), NOBODY);
}

#[test]
fn t_s06_student_email_only() {
    assert_eq!(accept(without(learner(), &NAMES)), LEARNER);
}

#[test]
fn t_s07_student_names_only() {
    assert_eq!(accept(without(learner(), &["email"])), LEARNER);
}

#[test]
fn t_s08_student_no_pii() {
    assert_eq!(accept(without(learner(), &PII)), LEARNER);
}

#[test]
fn t_s09_student_email_without_context() {
    assert_eq!(accept(without(learner(), &["context"])), LEARNER);
}

#[test]
fn t_s10_student_only_resource_link() {
    let payload = without(learner(), &PII);
    assert_eq!(accept(without(payload, &["context"])), LEARNER);
}

/// An anonymous launch is a type, not an error.
#[test]
fn anonymous_launch_is_accepted() {
    let launch = Pair::new().receive(&Token::of(without(learner(), &["sub"]))).unwrap();
    assert_eq!(launch.user(), User::Anonymous);
    assert_eq!(launch.to_record().user_id, None);
}

/// What is kept of a launch reads back as it was, and names the services that grades will need.
#[test]
fn a_record_survives_storage() {
    let launch = Pair::new().receive(&Token::of(learner())).unwrap();
    let record = launch.to_record();
    let stored = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<lti_tool::LaunchRecord>(&stored).unwrap(), record);
    assert_eq!(json!(record.grade_service)["lineitems"], "https://lms.example/grades/1882/lineitems");
    assert!(!stored.contains("nonce") && !stored.contains("n.bell@school.example"));
}

/// Whoever teaches by a launch is whom the rules of enrollment take for an instructor: one list, in two crates that do not
/// know each other.
#[test]
fn who_teaches_is_enrolled_as_an_instructor() {
    use lti_eligibility::enrollment::RemoteRole;
    use lti_types::{ContextRole, Role, Roles};
    let sub_roles = [
        "Instructor",
        "ExternalInstructor",
        "Grader",
        "GuestInstructor",
        "Lecturer",
        "PrimaryInstructor",
        "SecondaryInstructor",
        "TeachingAssistant",
        "TeachingAssistantSection",
        "Unheard",
    ];
    let of_instructor = sub_roles.map(|name| Role::sub_role(ContextRole::Instructor, name));
    let of_learner = ["Learner", "Instructor"].map(|name| Role::sub_role(ContextRole::Learner, name));
    for role in of_instructor.into_iter().chain(of_learner).chain([ContextRole::Instructor.into()]) {
        let enrolled = RemoteRole::of([role.as_str()]) == RemoteRole::Instructor;
        assert_eq!(enrolled, Roles::from_iter([role.clone()]).is_instructor(), "{role:?}");
    }
}

/// What is known of a launch before it is verified: hints, and each of them as it was posted.
#[test]
fn what_an_unverified_launch_says() {
    use lti_tool::UnverifiedLaunch;
    use lti_types::AuthenticationResponse;
    let pair = Pair::new();
    let token = Token::of(learner()).compact("n", pair.now);
    let read = |token: &str, more: &str| {
        let form = format!("state=abc&id_token={token}{more}");
        UnverifiedLaunch::from_form(AuthenticationResponse::from_form(form.as_bytes()).unwrap()).unwrap()
    };
    let launch = read(&token, "&lti_storage_target=post_message_forwarding");
    assert_eq!((launch.state().as_str(), launch.id_token()), ("abc", token.as_str()));
    assert_eq!(launch.storage_target().unwrap().as_str(), "post_message_forwarding");
    assert_eq!(launch.key_id().unwrap().as_str(), crate::pair::KID);
    assert_eq!(launch.likely_issuer().unwrap().as_str(), crate::pair::ISSUER);
    let registered = launch.likely_registration([&pair.tool]).unwrap();
    assert_eq!(registered.client_id().as_str(), crate::pair::CLIENT);
    // Of another issuer, or for another client: not this one.
    for (claim, value) in [("iss", json!("https://other.example")), ("aud", json!(["another-tool"]))] {
        let mut payload = learner();
        payload[claim] = value;
        let launch = read(&Token::of(payload).compact("n", pair.now), "");
        assert!(launch.likely_registration([&pair.tool]).is_none(), "{claim}");
        assert!(launch.storage_target().is_none());
    }
}
