use super::*;
use crate::course::{CourseId, LearningProgram, MinimumScore, Module, ProgramKind};
use chrono::TimeDelta;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn now() -> DateTime<Utc> {
    "2026-01-31T12:00:00Z".parse().unwrap()
}

fn course() -> Course {
    Course::new(
        CourseId::new("c-1").unwrap(),
        "A course",
        DefaultInstance::Active,
        EnrollmentType::SelfEnrolled,
        vec![Module::new(Delivery::SelfPaced)],
    )
}

fn rules(reasons: &[Reason]) -> Vec<Rule> {
    reasons.iter().map(Reason::rule).collect()
}

fn messages(course: &Course) -> Vec<&'static str> {
    check(course, &Policy::default(), now()).reasons().iter().map(Reason::message).collect()
}

/// A course with exactly these obstacles, as far as the rules allow.
fn with(obstacles: &BTreeSet<Rule>) -> Course {
    let mut course = course();
    let has = |rule| obstacles.contains(&rule);
    let mut deliveries = BTreeSet::new();
    if has(Rule::ActivityModule) {
        deliveries.insert(Delivery::Activity);
    }
    if has(Rule::ClassroomOrVirtualClassroom) {
        deliveries.insert(Delivery::VirtualClassroom);
    }
    if has(Rule::MultipleDeliveryTypes) {
        deliveries.insert(Delivery::SelfPaced);
        if deliveries.len() == 1 {
            deliveries.insert(Delivery::Classroom);
        }
    }
    if deliveries.is_empty() {
        deliveries.insert(Delivery::SelfPaced);
    }
    course.modules = deliveries.into_iter().map(Module::new).collect();
    for rule in obstacles {
        obstruct(&mut course, *rule);
    }
    course
}

/// Adds the obstacles that need no other delivery type.
fn obstruct(course: &mut Course, rule: Rule) {
    match rule {
        Rule::DefaultInstanceRetired => course.default_instance = DefaultInstance::Retired,
        Rule::MultipleInstances => course.other_instances.push(InstanceState::Retired),
        Rule::Prerequisites => course.prerequisites.push(CourseId::new("c-0").unwrap()),
        Rule::MultipleEnrollment => course.multiple_enrollment = true,
        Rule::MultipleQuestionAnswer => course.multiple_question_answer = true,
        Rule::InstanceSwitch => course.instance_switch = true,
        Rule::Paid => course.paid = true,
        Rule::PartOfLearningProgram => {
            course.programs.push(LearningProgram::new(ProgramKind::LearningPath, "Onboarding"));
        }
        Rule::NotSelfEnrolled => course.enrollment_type = EnrollmentType::ManagerNominated,
        Rule::NonMandatoryModules => course.modules.iter_mut().for_each(|module| module.optional = true),
        Rule::NoCoreContent => {
            course.modules.iter_mut().for_each(|module| module.section = Section::PreWork);
        }
        Rule::ActivityTypeNotShareable => course.activity_type = Some(ActivityType::Other("exam".into())),
        Rule::NotAvailableForLti => course.available_for_lti = false,
        Rule::MarketplaceContent => course.marketplace = Some("Go1".into()),
        Rule::EnrollmentDeadlinePassed => course.enrollment_deadline = Some(now() - TimeDelta::seconds(1)),
        Rule::ContainsLtiModule => course.modules.iter_mut().for_each(|module| module.lti = true),
        Rule::MobileOrOffline => course.mobile_or_offline = true,
        Rule::ActivityModule | Rule::MultipleDeliveryTypes | Rule::ClassroomOrVirtualClassroom => {}
    }
}

/// What the rules must find: the obstacles and those that follow from them. Two delivery types are never both
/// self-paced, so rule 4 brings rule 3 or 5; rules 3 and 5 together are two delivery types.
fn closure(obstacles: &BTreeSet<Rule>) -> Vec<Rule> {
    let mut all = obstacles.clone();
    let has = |rule| obstacles.contains(&rule);
    if has(Rule::ActivityModule) && has(Rule::ClassroomOrVirtualClassroom) {
        all.insert(Rule::MultipleDeliveryTypes);
    }
    if has(Rule::MultipleDeliveryTypes) && !has(Rule::ActivityModule) {
        all.insert(Rule::ClassroomOrVirtualClassroom);
    }
    all.into_iter().collect()
}

#[test]
fn the_instance_table() {
    use DefaultInstance as D;
    use InstanceState as I;
    let table: [(D, &[I], &[&str]); 8] = [
        (D::Active, &[], &[]),
        (D::Active, &[I::Active], &["Multiple Instances"]),
        (D::Active, &[I::Retired], &["Multiple Instances"]),
        (D::Active, &[I::Deleted], &[]),
        (D::Retired, &[], &["Retire Def Instance"]),
        (D::Retired, &[I::Active], &["Retire Def Instance", "Multiple Instances"]),
        (D::Retired, &[I::Retired], &["Retire Def Instance", "Multiple Instances"]),
        (D::Retired, &[I::Deleted], &["Retire Def Instance"]),
    ];
    for (default, others, expected) in table {
        let mut course = course();
        course.default_instance = default;
        course.other_instances = others.to_vec();
        assert_eq!(messages(&course), expected, "{default:?} {others:?}");
        // A deleted instance next to them changes nothing.
        course.other_instances.push(I::Deleted);
        assert_eq!(messages(&course), expected, "{default:?} {others:?} and a deleted one");
    }
}

#[test]
fn each_rule_alone() {
    let blocking = &Rule::ALL[..14];
    for rule in blocking {
        let verdict = check(&with(&[*rule].into()), &Policy::default(), now());
        assert_eq!(rules(verdict.reasons()), closure(&[*rule].into()), "{rule:?}");
        assert_eq!(verdict.warnings(), []);
        assert_eq!(verdict.decision(), Decision::DoNotExport);
    }
    let clean = check(&course(), &Policy::default(), now());
    assert!(clean.is_exportable());
    assert_eq!(clean.decision(), Decision::Export);
}

#[test]
fn the_fourth_rule_is_alone_when_the_third_and_fifth_are_ignored() {
    let policy = Policy::default()
        .with(Rule::ActivityModule, Effect::Ignore)
        .with(Rule::ClassroomOrVirtualClassroom, Effect::Ignore);
    let all = [Delivery::SelfPaced, Delivery::Classroom, Delivery::VirtualClassroom, Delivery::Activity];
    for one in all {
        for other in all {
            let mut course = course();
            course.modules = vec![Module::new(one), Module::new(other)];
            let expected: &[Rule] = if one == other { &[] } else { &[Rule::MultipleDeliveryTypes] };
            assert_eq!(rules(check(&course, &policy, now()).reasons()), expected, "{one} {other}");
        }
    }
}

#[test]
fn all_pairs_of_rules() {
    for one in Rule::ALL {
        for other in Rule::ALL {
            let pair = BTreeSet::from([one, other]);
            let verdict = check(&with(&pair), &Policy::default(), now());
            let found: Vec<_> =
                rules(verdict.reasons()).into_iter().chain(rules(verdict.warnings())).collect();
            let expected: Vec<_> = closure(&pair)
                .into_iter()
                .filter(|rule| Policy::default().effect(*rule) != Effect::Ignore)
                .collect();
            assert_eq!(found, expected, "{one:?} {other:?}");
        }
    }
}

#[test]
fn warnings_do_not_block() {
    for rule in &Rule::ALL[16..] {
        let verdict = check(&with(&[*rule].into()), &Policy::default(), now());
        assert_eq!(rules(verdict.warnings()), [*rule]);
        assert_eq!(verdict.decision(), Decision::ExportWithWarnings);
    }
}

#[test]
fn the_deadline_itself_is_in_time() {
    let mut course = course();
    course.enrollment_deadline = Some(now());
    assert_eq!(check(&course, &Policy::default(), now()).warnings(), []);
    assert_eq!(check(&course, &Policy::default(), now() + TimeDelta::nanoseconds(1)).warnings().len(), 1);
}

#[test]
fn presets() {
    let lti = with(&[Rule::ContainsLtiModule].into());
    assert!(check(&lti, &Policy::default(), now()).is_exportable());
    let strict = check(&lti, &Policy::adobe_learning_manager(), now());
    assert_eq!(rules(strict.reasons()), [Rule::ContainsLtiModule]);

    let obstructed = with(&Rule::ALL[..14].iter().copied().collect());
    let verdict = check(&obstructed, &Policy::rakoo(), now());
    assert_eq!(rules(verdict.reasons()), [Rule::ActivityTypeNotShareable, Rule::NotAvailableForLti]);
    for (name, expected) in
        [("e_learning", true), ("microlearning", true), ("learning_playlist", true), ("exam", false)]
    {
        let mut course = course();
        course.activity_type = Some(ActivityType::from(name.to_owned()));
        course.available_for_lti = true;
        assert_eq!(check(&course, &Policy::rakoo(), now()).is_exportable(), expected, "{name}");
        course.available_for_lti = false;
        assert!(!check(&course, &Policy::rakoo(), now()).is_exportable(), "{name}");
    }
}

#[test]
fn each_rule_can_block_warn_or_be_ignored() {
    for rule in Rule::ALL {
        let mut course = with(&[rule].into());
        course.available_for_lti = rule != Rule::NotAvailableForLti;
        let only = |effect| {
            Rule::ALL
                .into_iter()
                .fold(Policy::default(), |policy, other| policy.with(other, Effect::Ignore))
                .with(rule, effect)
        };
        let block = check(&course, &only(Effect::Block), now());
        assert_eq!((rules(block.reasons()), block.warnings()), (vec![rule], &[][..]));
        let warn = check(&course, &only(Effect::Warn), now());
        assert_eq!((warn.reasons(), rules(warn.warnings())), (&[][..], vec![rule]));
        assert_eq!(check(&course, &only(Effect::Ignore), now()).decision(), Decision::Export);
    }
}

#[test]
fn policies_survive_a_round_trip_and_refuse_unknown_rules() {
    let changed = Policy::rakoo().with(Rule::Paid, Effect::Warn);
    for policy in [Policy::default(), Policy::adobe_learning_manager(), Policy::rakoo(), changed] {
        let text = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&text).unwrap(), policy);
    }
    let preset: Policy = serde_json::from_str(r#"{"preset":"rakoo"}"#).unwrap();
    assert_eq!(preset, Policy::rakoo());
    assert!(serde_json::from_str::<Policy>(r#"{"rules":{"payd":"warn"}}"#).is_err());
    assert!(serde_json::from_str::<Policy>(r#"{"rule":{}}"#).is_err());
    let repeated = serde_json::from_str::<Policy>(r#"{"rules":{"paid":"block","paid":"ignore"}}"#);
    assert!(repeated.unwrap_err().to_string().contains("`paid` is repeated"));
}

#[test]
fn codes_are_those_of_serde_and_unique() {
    let codes: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
    assert_eq!(codes.len(), Rule::ALL.len());
    for (place, rule) in Rule::ALL.into_iter().enumerate() {
        assert_eq!(rule as usize, place);
        assert_eq!(serde_json::to_value(rule).unwrap(), rule.code());
        let messages: BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.message()).collect();
        assert_eq!(messages.len(), Rule::ALL.len());
    }
}

#[test]
fn a_reason_is_written_with_its_facts_and_its_remedy() {
    let course = with(&[Rule::PartOfLearningProgram].into());
    let verdict = check(&course, &Policy::default(), now());
    assert_eq!(
        serde_json::to_value(&verdict).unwrap(),
        serde_json::json!({
            "reasons": [{
                "code": "part_of_learning_program",
                "message": "Part Of Learning Program",
                "sentence": "The course is part of: learning path \"Onboarding\".",
                "remedy": "Take the course out of the learning programs, or publish a copy that is in none.",
            }],
            "warnings": [],
        })
    );
    let everything = with(&Rule::ALL.into_iter().collect());
    let verdict = check(&everything, &Policy::rakoo(), now());
    for reason in verdict.reasons().iter().chain(verdict.warnings()) {
        assert!(reason.to_string().ends_with('.') && reason.remedy().ends_with('.'), "{reason}");
    }
}

fn any_course() -> impl Strategy<Value = Course> {
    let delivery = prop::sample::select(vec![
        Delivery::SelfPaced,
        Delivery::Classroom,
        Delivery::VirtualClassroom,
        Delivery::Activity,
    ]);
    let section = prop::sample::select(vec![Section::PreWork, Section::CoreContent, Section::TestOut]);
    let module =
        (delivery, section, any::<bool>(), any::<bool>()).prop_map(|(delivery, section, optional, lti)| {
            let mut module = Module::new(delivery);
            (module.section, module.optional, module.lti) = (section, optional, lti);
            module
        });
    let state =
        prop::sample::select(vec![InstanceState::Active, InstanceState::Retired, InstanceState::Deleted]);
    (
        prop::collection::vec(module, 0..4),
        prop::collection::vec(state, 0..4),
        prop::collection::vec(any::<bool>(), 8),
        prop::option::of(1u8..=100),
    )
        .prop_map(|(modules, others, flags, minimum)| {
            let mut course = course();
            course.modules = modules;
            course.other_instances = others;
            if flags[0] {
                course.default_instance = DefaultInstance::Retired;
            }
            course.multiple_enrollment = flags[1];
            course.multiple_question_answer = flags[2];
            course.instance_switch = flags[3];
            course.paid = flags[4];
            course.mobile_or_offline = flags[5];
            course.available_for_lti = flags[6];
            course.activity_type = flags[7].then_some(ActivityType::ELearning);
            course.minimum_score = minimum.map(|percent| MinimumScore::new(percent).unwrap());
            course
        })
}

/// Adds an obstacle to whatever is there already.
fn add(course: &mut Course, rule: Rule) {
    let mut another = |delivery| {
        let mut module = Module::new(delivery);
        module.section = Section::PreWork;
        course.modules.push(module);
    };
    match rule {
        Rule::ActivityModule => another(Delivery::Activity),
        Rule::ClassroomOrVirtualClassroom => another(Delivery::Classroom),
        Rule::MultipleDeliveryTypes => {
            another(Delivery::SelfPaced);
            another(Delivery::VirtualClassroom);
        }
        Rule::NonMandatoryModules | Rule::ContainsLtiModule => {
            another(Delivery::SelfPaced);
            obstruct(course, rule);
        }
        _ => obstruct(course, rule),
    }
}

proptest! {
    #[test]
    fn adding_an_obstacle_never_removes_a_reason(
        mut course in any_course(),
        obstacles in prop::collection::vec(prop::sample::select(Rule::ALL.to_vec()), 1..6),
    ) {
        let policy = Rule::ALL
            .into_iter()
            .fold(Policy::default(), |policy, rule| policy.with(rule, Effect::Block));
        for obstacle in obstacles {
            let before: BTreeSet<_> = rules(check(&course, &policy, now()).reasons()).into_iter().collect();
            add(&mut course, obstacle);
            let after: BTreeSet<_> = rules(check(&course, &policy, now()).reasons()).into_iter().collect();
            prop_assert!(before.is_subset(&after), "{obstacle:?} took away {:?}", before.difference(&after));
            prop_assert!(after.contains(&obstacle));
        }
    }

    #[test]
    fn the_order_is_that_of_the_rules_and_stable(course in any_course()) {
        let verdict = check(&course, &Policy::default(), now());
        for reasons in [verdict.reasons(), verdict.warnings()] {
            let found = rules(reasons);
            prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
        }
        let mut shuffled = course.clone();
        shuffled.modules.reverse();
        shuffled.other_instances.reverse();
        prop_assert_eq!(check(&shuffled, &Policy::default(), now()), verdict);
    }
}
