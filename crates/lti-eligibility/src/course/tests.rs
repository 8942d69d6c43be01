use super::*;

fn full() -> Course {
    let mut course = Course::new(
        CourseId::new("c/é 1").unwrap(),
        "Title",
        DefaultInstance::Retired,
        EnrollmentType::ManagerApproved,
        vec![Module::new(Delivery::VirtualClassroom)],
    );
    course.description = Some("About it".into());
    course.other_instances = vec![InstanceState::Deleted, InstanceState::Active];
    course.prerequisites = vec![CourseId::new("c-0").unwrap()];
    course.multiple_enrollment = true;
    course.multiple_question_answer = true;
    course.instance_switch = true;
    course.paid = true;
    course.programs = vec![LearningProgram::new(ProgramKind::Certification, "Safety")];
    course.marketplace = Some("Go1".into());
    course.enrollment_deadline = Some("2026-01-31T12:00:00Z".parse().unwrap());
    course.mobile_or_offline = true;
    course.activity_type = Some(ActivityType::Other("exam".into()));
    course.available_for_lti = true;
    course.minimum_score = Some(MinimumScore::new(80).unwrap());
    course
}

#[test]
fn a_course_survives_a_round_trip() {
    let text = serde_json::to_string(&full()).unwrap();
    assert_eq!(serde_json::from_str::<Course>(&text).unwrap(), full());
}

#[test]
fn an_id_is_not_longer_than_a_launch_link_can_be() {
    assert!(CourseId::new("x".repeat(MAX_COURSE_ID_BYTES)).is_ok());
    assert!(CourseId::new("é".repeat(MAX_COURSE_ID_BYTES / 2)).is_ok());
    assert!(CourseId::new("é".repeat(MAX_COURSE_ID_BYTES / 2 + 1)).is_err());
}

#[test]
fn five_members_are_enough_and_each_is_needed() {
    let whole = serde_json::json!({
        "id": "c-1", "title": "T", "default_instance": "active", "enrollment_type": "self_enrolled", "modules": []
    });
    let course: Course = serde_json::from_value(whole.clone()).unwrap();
    assert_eq!(serde_json::to_value(&course).unwrap(), whole);
    for member in ["id", "title", "default_instance", "enrollment_type", "modules"] {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(member);
        assert!(serde_json::from_value::<Course>(less).is_err(), "{member}");
    }
}

#[test]
fn a_misspelled_obstacle_is_not_read_as_no_obstacle() {
    let text = r#"{"id":"c","title":"T","default_instance":"active","enrollment_type":"self_enrolled","modules":[],"payd":true}"#;
    assert!(serde_json::from_str::<Course>(text).unwrap_err().to_string().contains("payd"));
}

#[test]
fn states_that_cannot_be_cannot_be_read() {
    assert!(serde_json::from_str::<DefaultInstance>(r#""deleted""#).is_err());
    assert!(serde_json::from_str::<InstanceState>(r#""deleted""#).is_ok());
    for number in ["0", "101", "300", "-1", "80.5"] {
        assert!(serde_json::from_str::<MinimumScore>(number).is_err(), "{number}");
    }
    for number in ["1", "100"] {
        assert!(serde_json::from_str::<MinimumScore>(number).is_ok(), "{number}");
    }
    for id in ["", " ", ".", "..", "a\nb"] {
        assert!(CourseId::new(id).is_err(), "{id:?}");
    }
}

#[test]
fn activity_types_keep_what_they_do_not_know() {
    for name in ["e_learning", "microlearning", "learning_playlist", "exam"] {
        let kind = ActivityType::from(name.to_owned());
        assert_eq!(String::from(kind.clone()), name);
        assert_eq!(matches!(kind, ActivityType::Other(_)), name == "exam");
    }
}
