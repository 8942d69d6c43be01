use super::*;
use chrono::TimeDelta;

fn now() -> DateTime<Utc> {
    "2026-01-31T12:00:00Z".parse().unwrap()
}

fn codes(course: &ExportedCourse, learner: &Learner, policy: LaunchPolicy) -> (Vec<&'static str>, usize) {
    let availability = check(course, learner, &policy, now());
    assert_eq!(availability.is_launchable(), availability.reasons().is_empty());
    (availability.reasons().iter().map(LaunchReason::code).collect(), availability.warnings().len())
}

fn course() -> ExportedCourse {
    ExportedCourse::new(CourseState::Active, DefaultInstance::Active)
}

fn learner() -> Learner {
    Learner::new(AccountStatus::Active, false)
}

#[test]
fn each_case_has_its_own_reason() {
    let policy = LaunchPolicy::default();
    assert_eq!(codes(&course(), &learner(), policy), (vec![], 0));
    let retired = ExportedCourse { instance: DefaultInstance::Retired, ..course() };
    assert_eq!(codes(&retired, &learner(), policy).0, ["instance_retired"]);
    for has_enrollments in [true, false] {
        let retired = ExportedCourse { course: CourseState::retired(has_enrollments), ..course() };
        let availability = check(&retired, &learner(), &policy, now());
        assert_eq!(availability.reasons(), [LaunchReason::CourseRetired { has_enrollments }]);
        assert_eq!(availability.reasons()[0].to_string().contains("no enrollments"), !has_enrollments);
    }
    let deleted = ExportedCourse { course: CourseState::Deleted, ..course() };
    assert_eq!(codes(&deleted, &learner(), policy).0, ["course_deleted"]);
    assert_eq!(codes(&course(), &Learner::new(AccountStatus::Trial, false), policy).0, [""; 0]);
    assert_eq!(
        codes(&course(), &Learner::new(AccountStatus::Inactive, true), policy).0,
        ["learner_inactive"]
    );
}

#[test]
fn an_enrolled_learner_keeps_the_seat_and_needs_no_deadline() {
    let mut full = course();
    full.seats_left = Some(0);
    full.enrollment_deadline = Some(now() - TimeDelta::seconds(1));
    let block = LaunchPolicy::new(Effect::Block);
    assert_eq!(codes(&full, &Learner::new(AccountStatus::Active, true), block), (vec![], 0));
    let both = vec!["enrollment_limit_reached", "enrollment_deadline_passed"];
    assert_eq!(codes(&full, &learner(), block), (both, 0));
    full.seats_left = Some(1);
    assert_eq!(codes(&full, &learner(), LaunchPolicy::default()), (vec![], 1));
    assert_eq!(codes(&full, &learner(), LaunchPolicy::new(Effect::Ignore)), (vec![], 0));
    full.enrollment_deadline = Some(now());
    assert_eq!(codes(&full, &learner(), block), (vec![], 0));
}

#[test]
fn all_reasons_come_in_the_order_of_the_rules() {
    let mut course = ExportedCourse::new(CourseState::retired(true), DefaultInstance::Retired);
    course.seats_left = Some(0);
    course.enrollment_deadline = Some(now() - TimeDelta::days(1));
    let expected = vec![
        "instance_retired",
        "course_retired",
        "enrollment_limit_reached",
        "enrollment_deadline_passed",
        "learner_inactive",
    ];
    let learner = Learner::new(AccountStatus::Inactive, false);
    assert_eq!(codes(&course, &learner, LaunchPolicy::new(Effect::Block)), (expected, 0));
}

#[test]
fn facts_and_reasons_as_json() {
    let text = r#"{"course":{"retired":{"has_enrollments":true}},"instance":"active","seats_left":3}"#;
    let course: ExportedCourse = serde_json::from_str(text).unwrap();
    assert_eq!(course.course, CourseState::retired(true));
    assert_eq!(serde_json::to_string(&course).unwrap(), text);
    assert_eq!(serde_json::to_value(LaunchReason::CourseDeleted).unwrap()["code"], "course_deleted");
}
