use super::*;
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

fn now() -> DateTime<Utc> {
    "2026-01-31T12:00:00Z".parse().unwrap()
}

fn reach(given: f64, maximum: f64, minimum: u8) -> bool {
    Points::new(given, maximum).unwrap().reach(MinimumScore::new(minimum).unwrap())
}

#[test]
fn nothing_is_rounded_up() {
    assert!(!reach(79.6, 100.0, 80));
    assert!(!reach(79.999_999_999_999_99, 100.0, 80));
    // One step below 0.8: times 100 this rounds to 80 in floating point.
    assert!(!reach(0.799_999_999_999_999_9, 1.0, 80));
    assert!(reach(80.0, 100.0, 80));
    assert!(reach(0.8, 1.0, 80));
    assert!(reach(11.0, 10.0, 100));
    assert!(!reach(0.0, 10.0, 1) && !reach(-0.0, 10.0, 1));
    assert!(reach(0.01, 1.0, 1));
}

#[test]
fn nothing_is_rounded_down() {
    // Each of these is exactly the minimum; in floating point `given * 100 >= minimum * maximum` says no to each.
    for (given, maximum, minimum) in [(0.051, 0.1, 51), (0.009, 0.1, 9), (0.038, 0.1, 38), (0.57, 0.6, 95)] {
        assert!(reach(given, maximum, minimum), "{given} of {maximum}");
    }
}

#[test]
fn extreme_scores_are_compared() {
    assert!(reach(f64::MAX, f64::MIN_POSITIVE, 100));
    assert!(!reach(f64::MIN_POSITIVE, f64::MAX, 1));
    assert!(reach(5e-324, 5e-324, 100));
    assert!(reach(f64::MAX, f64::MAX, 100));
    for (given, maximum) in [(f64::NAN, 1.0), (1.0, f64::INFINITY), (-0.1, 1.0), (1.0, 0.0), (1.0, -1.0)] {
        assert!(Points::new(given, maximum).is_err());
    }
    assert!(serde_json::from_str::<Points>(r#"{"given":1,"maximum":0}"#).is_err());
    let points = Points::new(0.1, 0.3).unwrap();
    assert_eq!(serde_json::to_string(&points).unwrap(), r#"{"given":0.1,"maximum":0.3}"#);
}

proptest! {
    /// With whole hundredths there is an exact answer in integers.
    #[test]
    fn decimals_agree_with_integers(given in 0u32..20_000, maximum in 1u32..20_000, minimum in 1u8..=100) {
        let exact = u64::from(given) * 100 >= u64::from(minimum) * u64::from(maximum);
        prop_assert_eq!(reach(f64::from(given) / 100.0, f64::from(maximum) / 100.0, minimum), exact);
    }

    #[test]
    fn more_points_never_fail_what_fewer_pass(one in 0.0..200.0, more in 0.0..50.0, minimum in 1u8..=100) {
        prop_assert!(!reach(one, 100.0, minimum) || reach(one + more, 100.0, minimum));
    }
}

#[test]
fn exams_are_passed_and_the_rest_completed() {
    let exam = Assessment::from(Some(MinimumScore::new(80).unwrap()));
    let mut progress = Progress::new();
    progress.activity_completed = true;
    assert_eq!(check(exam, &progress), Outcome::Pending);
    assert_eq!(check(Assessment::from(None), &progress), Outcome::Completed);
    progress.points = Some(Points::new(1.0, 10.0).unwrap());
    assert_eq!(check(exam, &progress).code(), "failed");
    progress.activity_completed = false;
    assert_eq!(check(Assessment::Completion, &progress), Outcome::Pending);
}

#[test]
fn sharing() {
    let points = Some(Points::new(5.0, 10.0).unwrap());
    let progress = |points, activity_completed, course_completed| Progress {
        points,
        activity_completed,
        course_completed,
    };
    let code = |sharing, progress| match share(sharing, &progress) {
        Sharing::Share(_) => "share",
        Sharing::Withhold(reason) => reason.code(),
    };
    let after = GradeSharing::AfterCompletion;
    assert_eq!(code(GradeSharing::Off, progress(points, true, true)), "grade_sharing_off");
    assert_eq!(code(GradeSharing::Always, progress(points, false, false)), "share");
    assert_eq!(code(GradeSharing::Always, progress(None, true, false)), "share");
    assert_eq!(code(GradeSharing::Always, progress(None, false, false)), "no_grade_yet");
    assert_eq!(code(after(CompletionOf::Activity), progress(points, true, false)), "share");
    assert_eq!(code(after(CompletionOf::Activity), progress(points, false, true)), "not_completed");
    assert_eq!(code(after(CompletionOf::Course), progress(points, true, false)), "not_completed");
    assert_eq!(code(after(CompletionOf::Course), progress(None, false, true)), "share");
}

fn act(progress: &Progress, delivery: GradeDelivery, occasion: Occasion, now: DateTime<Utc>) -> GradeAction {
    next_action(GradeSharing::Always, progress, &delivery, occasion, &RetryPolicy::default(), now)
}

#[test]
fn a_reopened_course_is_sent_again() {
    let progress = Progress { points: None, activity_completed: true, course_completed: true };
    let grade = Grade::new(None, true);
    let delivered = GradeDelivery::Delivered(grade);
    assert_eq!(act(&progress, delivered, Occasion::Routine, now()), GradeAction::UpToDate);
    assert_eq!(act(&progress, delivered, Occasion::Reopened, now()), GradeAction::Send(grade));
    assert_eq!(act(&progress, delivered.failed(now()), Occasion::Reopened, now()), GradeAction::Send(grade));
    let better = Progress { points: Some(Points::new(1.0, 1.0).unwrap()), ..progress };
    assert!(matches!(act(&better, delivered, Occasion::Routine, now()), GradeAction::Send(_)));
    let off = next_action(
        GradeSharing::Off,
        &progress,
        &delivered,
        Occasion::Reopened,
        &RetryPolicy::default(),
        now(),
    );
    assert_eq!(off, GradeAction::Withhold(WithholdReason::SharingOff));
}

#[test]
fn a_failed_grade_waits_longer_each_time_and_is_never_given_up() {
    let progress = Progress { points: None, activity_completed: true, course_completed: false };
    let mut delivery = GradeDelivery::NeverSent;
    let mut waits = Vec::new();
    for _ in 0..40 {
        delivery = delivery.failed(now());
        let GradeAction::Wait(due) = act(&progress, delivery, Occasion::Routine, now()) else {
            panic!("{delivery:?}")
        };
        assert!(matches!(act(&progress, delivery, Occasion::Routine, due), GradeAction::Send(_)));
        waits.push(due - now());
    }
    assert_eq!(waits[..4], [1, 2, 4, 8].map(TimeDelta::minutes));
    assert_eq!(waits[39], TimeDelta::days(1));
    let late = GradeDelivery::NeverSent.failed(DateTime::<Utc>::MAX_UTC);
    assert!(matches!(act(&progress, late, Occasion::Routine, now()), GradeAction::Wait(_)));
}

#[test]
fn what_is_kept_survives_a_round_trip() {
    let grade = Grade::new(Some(Points::new(0.1, 0.3).unwrap()), true);
    for delivery in
        [GradeDelivery::NeverSent, GradeDelivery::NeverSent.failed(now()), GradeDelivery::Delivered(grade)]
    {
        let text = serde_json::to_string(&delivery).unwrap();
        assert_eq!(serde_json::from_str::<GradeDelivery>(&text).unwrap(), delivery);
    }
    for sharing in
        [GradeSharing::Off, GradeSharing::Always, GradeSharing::AfterCompletion(CompletionOf::Course)]
    {
        let text = serde_json::to_string(&sharing).unwrap();
        assert_eq!(serde_json::from_str::<GradeSharing>(&text).unwrap(), sharing);
    }
}
