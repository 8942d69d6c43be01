//! How many courses are checked per second on one core: at least 1,000,000 are promised.
#![allow(missing_docs, clippy::unwrap_used)]

use chrono::{DateTime, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lti_eligibility::catalog::{CatalogHeader, CatalogLines, Entry};
use lti_eligibility::course::{
    Course, CourseId, DefaultInstance, Delivery, EnrollmentType, InstanceState, LearningProgram, Module,
    ProgramKind,
};
use lti_eligibility::export::{Policy, check};
use lti_eligibility::report::{LaunchBase, Reporter};
use std::hint::black_box;

const COURSES: usize = 10_000;

/// Courses of five modules each, a third of them with one to several obstacles.
fn courses() -> Vec<Course> {
    let course = |index: usize| {
        let modules = vec![Module::new(Delivery::SelfPaced); 5];
        let id = CourseId::new(format!("c-{index}")).unwrap();
        let mut course =
            Course::new(id, "A course", DefaultInstance::Active, EnrollmentType::SelfEnrolled, modules);
        course.enrollment_deadline = Some("2027-01-01T00:00:00Z".parse().unwrap());
        course.other_instances = vec![InstanceState::Deleted];
        match index % 9 {
            0 => course.modules.push(Module::new(Delivery::Classroom)),
            1 => {
                course.programs.push(LearningProgram::new(ProgramKind::LearningPath, "Onboarding"));
                course.paid = true;
                course.default_instance = DefaultInstance::Retired;
            }
            2 => course.prerequisites.push(CourseId::new("c-0").unwrap()),
            _ => {}
        }
        course
    };
    (0..COURSES).map(course).collect()
}

fn bench(criterion: &mut Criterion) {
    let now: DateTime<Utc> = "2026-01-31T12:00:00Z".parse().unwrap();
    let courses = courses();
    let mut group = criterion.benchmark_group("eligibility");
    group.throughput(Throughput::Elements(COURSES as u64));

    let policy = Policy::default();
    group.bench_function("check", |bencher| {
        bencher.iter(|| {
            courses.iter().filter(|course| check(black_box(course), &policy, now).is_exportable()).count()
        });
    });

    let header = CatalogHeader::new("bench", "Bench");
    let base = LaunchBase::parse("https://tool.example/launch").unwrap();
    let entries: Vec<_> =
        courses.iter().enumerate().map(|(index, course)| Entry::new(index, course.clone())).collect();
    group.bench_function("report rows", |bencher| {
        bencher.iter(|| {
            let mut reporter = Reporter::new(&header, policy, now).unwrap();
            reporter.launch_base = Some(base.clone());
            entries.iter().for_each(|entry| drop(black_box(reporter.row(entry))));
            reporter.totals().courses
        });
    });

    let mut text = serde_json::to_string(&header).unwrap();
    for course in &courses {
        text.push('\n');
        text.push_str(&serde_json::to_string(course).unwrap());
    }
    group.bench_function("stream json lines", |bencher| {
        bencher.iter(|| {
            let lines = CatalogLines::new(text.as_bytes()).unwrap();
            let reporter = Reporter::new(lines.header(), policy, now).unwrap();
            reporter.stream_json_lines(lines, std::io::sink()).unwrap().courses
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
