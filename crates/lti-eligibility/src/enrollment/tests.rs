use super::*;
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn now() -> DateTime<Utc> {
    "2026-01-31T12:00:00Z".parse().unwrap()
}

fn publication() -> Publication {
    Publication::new("Partner university")
}

fn refusals(publication: &Publication, applicant: Applicant<'_>) -> Vec<&'static str> {
    match admit(publication, &applicant, now()) {
        Admission::Admit(_) => Vec::new(),
        Admission::Refuse(reasons) => {
            assert!(!reasons.is_empty());
            reasons.iter().map(RefusalReason::code).collect()
        }
    }
}

fn newcomer() -> Applicant<'static> {
    Applicant::new(RemoteRole::Learner, 0)
}

#[test]
fn each_reason_alone() {
    let (before, after) = (now() - TimeDelta::seconds(1), now() + TimeDelta::seconds(1));
    assert_eq!(refusals(&publication(), newcomer()), [""; 0]);
    let disabled = Publication { enabled: false, ..publication() };
    assert_eq!(refusals(&disabled, newcomer()), ["publication_disabled"]);
    let window =
        |start, end| Publication { window: EnrollmentWindow::new(start, end).unwrap(), ..publication() };
    assert_eq!(refusals(&window(Some(after), None), newcomer()), ["not_started"]);
    assert_eq!(refusals(&window(None, Some(before)), newcomer()), ["ended"]);
    assert_eq!(refusals(&window(Some(now()), Some(now())), newcomer()), [""; 0]);
    let full = Publication { max_enrolled: Some(2), ..publication() };
    assert_eq!(refusals(&full, Applicant::new(RemoteRole::Instructor, 1)), [""; 0]);
    assert_eq!(refusals(&full, Applicant::new(RemoteRole::Instructor, 2)), ["seats_full"]);
    assert_eq!(refusals(&publication(), Applicant::new(RemoteRole::Other, 0)), ["role_not_accepted"]);
    let no_learners = Publication { learners: RoleMapping::Refuse, ..publication() };
    assert_eq!(refusals(&no_learners, newcomer()), ["role_not_accepted"]);
    let expired = Enrollment::new(LocalRole::learner(), Some(now()));
    assert_eq!(
        refusals(&publication(), Applicant::known(RemoteRole::Learner, &expired, 1)),
        ["enrolment_expired"]
    );
}

#[test]
fn a_known_user_keeps_the_seat_and_gets_the_role_of_this_launch() {
    let closed = Publication {
        max_enrolled: Some(1),
        window: EnrollmentWindow::new(None, Some(now() - TimeDelta::days(1))).unwrap(),
        ..publication()
    };
    let until = Some(now() + TimeDelta::seconds(1));
    let enrollment = Enrollment::new(LocalRole::learner(), until);
    let admission = admit(&closed, &Applicant::known(RemoteRole::Instructor, &enrollment, 1), now());
    let role = LocalRole::instructor();
    assert_eq!(admission, Admission::Admit(Admitted { kind: LearnerKind::Known, role, until }));
}

#[test]
fn a_new_enrollment_lasts_as_long_as_the_publication_says() {
    let duration = EnrollmentDuration::new(TimeDelta::days(30)).unwrap();
    let limited = Publication { enrollment_duration: Some(duration), ..publication() };
    let Admission::Admit(admitted) = admit(&limited, &newcomer(), now()) else { panic!() };
    assert_eq!(admitted.until, Some(now() + TimeDelta::days(30)));
    let forever = EnrollmentDuration::try_from(i64::MAX / 1000).unwrap();
    let endless = Publication { enrollment_duration: Some(forever), ..publication() };
    assert_eq!(endless.until(now()), Some(DateTime::<Utc>::MAX_UTC));
}

#[test]
fn all_reasons_come_in_the_order_of_the_rules() {
    let closed = Publication {
        enabled: false,
        max_enrolled: Some(0),
        window: EnrollmentWindow::new(Some(now() + TimeDelta::days(1)), None).unwrap(),
        ..publication()
    };
    assert_eq!(
        refusals(&closed, Applicant::new(RemoteRole::Other, 0)),
        ["publication_disabled", "not_started", "seats_full", "role_not_accepted"]
    );
}

#[test]
fn settings_that_cannot_be_cannot_be_read() {
    let read = |members: &str| serde_json::from_str::<Publication>(&format!(r#"{{"name":"P",{members}}}"#));
    assert!(read(r#""enrollment_duration_seconds":0"#).is_err());
    assert!(read(r#""enrollment_duration_seconds":-5"#).is_err());
    assert!(read(r#""enrolment_duration_seconds":5"#).is_err());
    let backwards = r#""window":{"start":"2026-02-01T00:00:00Z","end":"2026-01-01T00:00:00Z"}"#;
    assert!(read(backwards).unwrap_err().to_string().contains("ends before it starts"));
    let full = r#""enabled":false,"window":{"start":"2026-01-01T00:00:00Z"},"enrollment_duration_seconds":86400,
        "max_enrolled":30,"instructors":{"accept":"teacher"},"learners":"refuse",
        "grade_sharing":{"after_completion":"course"},
        "member_sync":{"trigger":"on_launch","mode":"unenroll_only"},"profile_defaults":{"city":"Delft"}"#;
    let publication = read(full).unwrap();
    assert_eq!(publication.local_role(RemoteRole::Learner), None);
    let text = serde_json::to_string(&publication).unwrap();
    assert_eq!(serde_json::from_str::<Publication>(&text).unwrap(), publication);
}

#[test]
fn roles_of_both_versions() {
    let membership = "http://purl.imsglobal.org/vocab/lis/v2/membership";
    for (role, expected) in [
        (format!("{membership}#Instructor"), RemoteRole::Instructor),
        (format!("{membership}/Instructor#Grader"), RemoteRole::Other),
        (format!("{membership}/Instructor#Lecturer"), RemoteRole::Instructor),
        (format!("{membership}/Learner#Instructor"), RemoteRole::Learner),
        (format!("{membership}#Mentor"), RemoteRole::Other),
        (format!("{membership}s#Instructor"), RemoteRole::Other),
        ("urn:lti:role:ims/lis/Learner".into(), RemoteRole::Learner),
        ("urn:lti:role:ims/lis/Instructor/Lecturer".into(), RemoteRole::Instructor),
        ("urn:lti:instrole:ims/lis/Instructor".into(), RemoteRole::Other),
        ("http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor".into(), RemoteRole::Other),
        ("Instructor".into(), RemoteRole::Instructor),
        (String::new(), RemoteRole::Other),
    ] {
        assert_eq!(RemoteRole::of([&role]), expected, "{role}");
    }
    assert_eq!(RemoteRole::of::<[&str; 0]>([]), RemoteRole::Other);
}

fn user(number: u8) -> RemoteUserId {
    RemoteUserId::new(format!("u-{number}")).unwrap()
}

fn syncing(mode: SyncMode) -> Publication {
    Publication { member_sync: Some(MemberSync::new(SyncTrigger::Scheduled, mode)), ..publication() }
}

#[test]
fn a_disabled_publication_changes_nothing() {
    let roster = Roster::complete(Vec::new());
    let error = |publication| sync_roster(&publication, &roster, &BTreeMap::new(), now()).unwrap_err().code();
    assert_eq!(error(publication()), "member_sync_off");
    let disabled = Publication { enabled: false, ..syncing(SyncMode::EnrollAndUnenroll) };
    assert_eq!(error(disabled), "publication_disabled");
}

#[test]
fn seats_are_given_in_the_order_of_ids_and_the_rest_is_told() {
    let publication = Publication { max_enrolled: Some(2), ..syncing(SyncMode::EnrollAndUnenroll) };
    let local = BTreeMap::from([(user(9), Enrollment::new(LocalRole::learner(), None))]);
    let members = [3, 1, 2].map(|number| RosterMember::new(user(number), RemoteRole::Learner));
    let changes = sync_roster(&publication, &Roster::complete(members.into()), &local, now()).unwrap();
    assert_eq!(changes.enroll.keys().cloned().collect::<Vec<_>>(), [user(1), user(2)]);
    assert_eq!(changes.unenroll, BTreeSet::from([user(9)]));
    assert_eq!(changes.skip[&user(3)].code(), "seats_full");
    assert_eq!(serde_json::to_value(&changes).unwrap()["skip"]["u-3"], "seats_full");
}

#[test]
fn a_listed_member_whose_enrollment_has_expired_is_told() {
    let publication = syncing(SyncMode::EnrollAndUnenroll);
    let local = BTreeMap::from([(user(1), Enrollment::new(LocalRole::learner(), Some(now())))]);
    let listed = Roster::complete(vec![RosterMember::new(user(1), RemoteRole::Learner)]);
    let changes = sync_roster(&publication, &listed, &local, now()).unwrap();
    assert!(changes.is_empty());
    assert_eq!(changes.skip[&user(1)].code(), "enrolment_expired");
    let promoted = Roster::complete(vec![RosterMember::new(user(1), RemoteRole::Instructor)]);
    let changes = sync_roster(&publication, &promoted, &local, now()).unwrap();
    assert_eq!(changes.skip[&user(1)].code(), "enrolment_expired", "another role lets nobody in");
    assert!(changes.update.contains_key(&user(1)));
    let before = sync_roster(&publication, &listed, &local, now() - TimeDelta::seconds(1)).unwrap();
    assert!(before.skip.is_empty());
}

fn any_role() -> impl Strategy<Value = RemoteRole> {
    prop::sample::select(vec![RemoteRole::Learner, RemoteRole::Instructor, RemoteRole::Other])
}

fn any_members() -> impl Strategy<Value = Vec<RosterMember>> {
    let status =
        prop::sample::select(vec![MemberStatus::Active, MemberStatus::Inactive, MemberStatus::Deleted]);
    let member = (0..12u8, any_role(), status).prop_map(|(number, role, status)| {
        let mut member = RosterMember::new(user(number), role);
        member.status = status;
        member
    });
    prop::collection::vec(member, 0..16)
}

fn any_local() -> impl Strategy<Value = BTreeMap<RemoteUserId, Enrollment>> {
    let role = prop::sample::select(vec![LocalRole::learner(), LocalRole::instructor()]);
    prop::collection::btree_map(
        (0..12u8).prop_map(user),
        role.prop_map(|role| Enrollment::new(role, None)),
        0..12,
    )
}

/// The roles that the roster gives, by a rule of its own: the highest role of the active entries.
fn wanted(members: &[RosterMember]) -> BTreeMap<RemoteUserId, LocalRole> {
    let mut roles = BTreeMap::new();
    for (remote, local) in
        [(RemoteRole::Learner, LocalRole::learner()), (RemoteRole::Instructor, LocalRole::instructor())]
    {
        for member in members.iter().filter(|member| member.status == MemberStatus::Active) {
            if member.role == remote {
                roles.insert(member.user.clone(), local.clone());
            }
        }
    }
    roles
}

proptest! {
    #[test]
    fn applying_the_changes_gives_the_roster(members in any_members(), local in any_local()) {
        let wanted = wanted(&members);
        for mode in [SyncMode::EnrollAndUnenroll, SyncMode::EnrollOnly, SyncMode::UnenrollOnly] {
            let roster = Roster::complete(members.clone());
            let changes = sync_roster(&syncing(mode), &roster, &local, now()).unwrap();
            let after: BTreeMap<_, _> =
                changes.apply(local.clone()).into_iter().map(|(user, enrollment)| (user, enrollment.role)).collect();
            let mut expected = wanted.clone();
            match mode {
                SyncMode::EnrollAndUnenroll => {}
                SyncMode::EnrollOnly => {
                    for (user, enrollment) in &local {
                        expected.entry(user.clone()).or_insert(enrollment.role.clone());
                    }
                }
                SyncMode::UnenrollOnly => expected.retain(|user, _| local.contains_key(user)),
            }
            prop_assert_eq!(&after, &expected, "{:?}", mode);

            // The sets are exact: each change changes something, and once is enough.
            prop_assert!(changes.enroll.keys().all(|user| !local.contains_key(user)));
            prop_assert!(changes.update.iter().all(|(user, role)| local[user].role != *role));
            prop_assert!(changes.unenroll.iter().all(|user| local.contains_key(user) && !changes.update.contains_key(user)));
            let again = sync_roster(&syncing(mode), &roster, &changes.apply(local.clone()), now()).unwrap();
            prop_assert!(again.is_empty());

            // Nobody who is listed is forgotten.
            for member in &members {
                prop_assert!(after.contains_key(&member.user) || changes.skip.contains_key(&member.user));
            }
        }
    }

    #[test]
    fn differences_leave_the_others_alone(members in any_members(), local in any_local()) {
        let roster = Roster::differences(members.clone());
        let mode = syncing(SyncMode::EnrollAndUnenroll);
        let after = sync_roster(&mode, &roster, &local, now()).unwrap().apply(local.clone());
        for (user, enrollment) in &local {
            if members.iter().all(|member| member.user != *user) {
                prop_assert_eq!(after.get(user), Some(enrollment));
            }
        }
    }

    #[test]
    fn seats_are_never_exceeded_by_a_sync(members in any_members(), local in any_local(), seats in 0..12u32) {
        let publication = Publication { max_enrolled: Some(seats), ..syncing(SyncMode::EnrollAndUnenroll) };
        let changes = sync_roster(&publication, &Roster::complete(members), &local, now()).unwrap();
        let kept = local.len() - changes.unenroll.len();
        prop_assert!(kept + changes.enroll.len() <= kept.max(usize::try_from(seats).unwrap()));
    }
}
