use chrono::DateTime;
use lti_eligibility::course::{Course, CourseId, DefaultInstance, Delivery, EnrollmentType, Module};
use lti_eligibility::export::{Policy, check};

/// So many courses of five modules; one in nine is not to be exported.
#[must_use]
pub fn courses(courses: usize) -> Vec<Course> {
    let course = |index: usize| {
        let modules = vec![Module::new(Delivery::SelfPaced); 5];
        let id = CourseId::new(format!("c-{index}")).unwrap();
        let mut course =
            Course::new(id, "A course", DefaultInstance::Active, EnrollmentType::SelfEnrolled, modules);
        if index.is_multiple_of(9) {
            course.modules.push(Module::new(Delivery::Classroom));
        }
        course
    };
    (0..courses).map(course).collect()
}

/// How many of them may be exported.
#[must_use]
pub fn check_courses(courses: &[Course]) -> usize {
    let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    let policy = Policy::default();
    courses.iter().filter(|course| check(course, &policy, now).is_exportable()).count()
}
