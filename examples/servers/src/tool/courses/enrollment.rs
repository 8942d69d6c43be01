//! Who is enrolled, and who may be: the rules of lti-eligibility for courses, learners and enrollments, at every launch;
//! and the seats, which machines with one store count once.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use lti_browser::Fault;
use lti_eligibility::enrollment::{Admission, Admitted, Applicant, Enrollment, RemoteRole, admit};
use lti_eligibility::launch::{AccountStatus, CourseState, ExportedCourse, Learner};
use lti_eligibility::learner::LearnerProfile;
use lti_eligibility::outcome::Progress;
use lti_eligibility::{launch, learner};
use lti_tool::LaunchRecord;
use lti_types::LaunchClaims;
use serde::{Deserialize, Serialize};

use super::super::session::digest;
use super::shelf::{Found, Published};
use crate::clock::now;
use crate::problem::Problem;
use crate::records::Records;

/// The most seats of a course for one platform: all of them stand in one document of the store.
pub(super) const MOST_SEATS: u32 = 5000;
/// Under what seats and enrollments are kept.
const SEATS: &str = "seats";
const ENROLLED: &str = "enrolled";
/// So many digits of a digest stand for a person in the list of seats.
const DIGITS: usize = 32;

/// One person in one course: enrolled, and so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Attendance {
    pub(super) enrollment: Option<Enrollment>,
    pub(super) progress: Progress,
}

/// Who has a seat.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Seats(BTreeSet<String>);

/// Where one person's attendance is kept: the course of one platform's deployment, and the person there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    publication: String,
    person: String,
}

impl Place {
    /// `None` for a launch of nobody.
    pub(super) fn of(course: &str, record: &LaunchRecord) -> Option<Self> {
        let person = record.user_id.as_ref()?.as_str().to_owned();
        let platform = (record.issuer.as_str(), record.client_id.as_str(), record.deployment_id.as_str());
        // As JSON no two lists of texts are the same.
        Some(Self { publication: serde_json::to_string(&(platform, course)).ok()?, person })
    }

    /// One text for both.
    pub(super) fn group(&self) -> String {
        format!("{}\n{}", self.publication, self.person)
    }

    fn seat(&self) -> String {
        digest(&self.person).chars().take(DIGITS).collect()
    }
}

/// A reason, as it is told.
struct Reason {
    code: &'static str,
    text: String,
    spec: &'static str,
}

/// Nobody can say what is right for a course whose entry is broken.
pub(super) fn unreadable() -> Problem {
    let message = "the catalog's entry of this course cannot be read";
    Problem::new(
        503,
        Fault::Configuration,
        "course_unreadable",
        message,
        "lti-eligibility README, The format of a catalog",
    )
}

/// All reasons in one refusal; its code is the first one's.
fn refusal(reasons: Vec<Reason>) -> Problem {
    let mut reasons = reasons.into_iter();
    let Some(first) = reasons.next() else { return Problem::internal("a refusal without a reason") };
    let text = reasons.fold(first.text, |text, reason| format!("{text} {}", reason.text));
    Problem::forbidden(first.code, text, first.spec)
}

/// What a launch asks for.
struct Asked<'a> {
    published: &'a Published,
    course: &'a str,
    role: RemoteRole,
    /// What the launch says of the person; later nothing is known, and it was judged then.
    profile: Option<LearnerProfile>,
    now: DateTime<Utc>,
}

impl Asked<'_> {
    /// All three kinds of rules. `taken` seats are other people's.
    fn judge(&self, known: Option<&Enrollment>, taken: usize) -> Result<Admitted, Problem> {
        let (course, terms) = match self.published.find(self.course) {
            Found::Course(course, terms) => (Some(course), Some(terms)),
            Found::Nothing => (None, None),
            Found::Unreadable => {
                return Err(unreadable());
            }
        };
        let mut reasons = Vec::new();
        let has_enrollments = known.is_some() || taken > 0;
        let state = match terms {
            None => CourseState::Deleted,
            Some(terms) if terms.retired => CourseState::retired(has_enrollments),
            Some(_) => CourseState::Active,
        };
        let active = lti_eligibility::course::DefaultInstance::Active;
        let mut exported =
            ExportedCourse::new(state, course.map_or(active, |course| course.default_instance));
        exported.enrollment_deadline = course.and_then(|course| course.enrollment_deadline);
        let limit = terms.and_then(|terms| terms.publication.max_enrolled);
        let taken_seats = u32::try_from(taken).unwrap_or(u32::MAX);
        exported.seats_left = limit.map(|limit| limit.saturating_sub(taken_seats));
        // There are no accounts here: whoever launches has an active one.
        let who = Learner::new(AccountStatus::Active, known.is_some());
        let availability = launch::check(&exported, &who, &self.published.launch, self.now);
        reasons.extend(availability.reasons().iter().map(|reason| Reason {
            code: reason.code(),
            text: format!("{reason} {}", reason.remedy()),
            spec: "lti-eligibility README, Launches",
        }));
        let profile = self.profile.as_ref().map(|profile| learner::check(profile, &self.published.profile));
        reasons.extend(profile.iter().flat_map(|profile| profile.faults()).map(|fault| Reason {
            code: fault.code(),
            text: format!("{fault} {}", fault.remedy()),
            spec: "lti-eligibility README, The learner's profile",
        }));
        let Some(terms) = terms else { return Err(refusal(reasons)) };
        let mut publication = terms.publication.clone();
        publication.enabled &= self.published.is_enabled();
        let applicant = match known {
            Some(enrollment) => Applicant::known(self.role, enrollment, taken),
            None => Applicant::new(self.role, taken),
        };
        match admit(&publication, &applicant, self.now) {
            Admission::Admit(admitted) if reasons.is_empty() => Ok(admitted),
            Admission::Refuse(refused) => {
                reasons.extend(refused.iter().map(|reason| Reason {
                    code: reason.code(),
                    text: format!("{reason} {}", reason.remedy()),
                    spec: "lti-eligibility README, Enrollment",
                }));
                Err(refusal(reasons))
            }
            _ => Err(refusal(reasons)),
        }
    }
}

/// Enrolls whoever launches, or finds them enrolled: how far they are. The seat is taken in the same step in which the
/// seats are counted.
pub(super) async fn enroll(
    records: &Records,
    published: &Published,
    course: &str,
    record: &LaunchRecord,
    claims: &LaunchClaims,
) -> Result<Progress, Problem> {
    let role = RemoteRole::of(record.roles.iter().map(lti_types::Role::as_str));
    let asked = Asked { published, course, role, profile: Some(profile(record, claims)), now: now() };
    let Some(place) = Place::of(course, record) else {
        // Nobody in particular: the learner's rules say so.
        return asked.judge(None, 0).and_then(|_| Err(Problem::internal("an enrollment of nobody")));
    };
    let known = find(records, &place).await?.enrollment;
    let admitted = match &known {
        Some(enrollment) => asked.judge(Some(enrollment), 0)?,
        None => seat(records, &place, &asked).await?,
    };
    records
        .change(ENROLLED, &place.publication, &place.person, |attendance: &mut Option<Attendance>| {
            let attendance = attendance.get_or_insert_default();
            attendance.enrollment = Some(Enrollment::new(admitted.role.clone(), admitted.until));
            attendance.progress
        })
        .await
}

/// A seat for a new learner. Whoever has one, but no enrollment, because something failed in between, keeps it.
async fn seat(records: &Records, place: &Place, asked: &Asked<'_>) -> Result<Admitted, Problem> {
    let seat = place.seat();
    records
        .change(SEATS, &place.publication, "", |seats: &mut Option<Seats>| {
            let taken =
                seats.as_ref().map_or(0, |seats| seats.0.len() - usize::from(seats.0.contains(&seat)));
            let admitted = asked.judge(None, taken)?;
            // A course without a limit may have more learners than are counted.
            if taken < MOST_SEATS as usize {
                seats.get_or_insert_default().0.insert(seat.clone());
            }
            Ok(admitted)
        })
        .await?
}

/// Somebody who was let in goes on: the course, its terms and the enrollment are asked again.
pub(super) async fn attending(
    records: &Records,
    published: &Published,
    course: &str,
    record: &LaunchRecord,
) -> Result<(Place, Attendance), Problem> {
    let nobody = || {
        let message = "there is no enrollment; launch the course again";
        Problem::forbidden("not_enrolled", message, "lti-eligibility README, Enrollment")
    };
    let place = Place::of(course, record).ok_or_else(nobody)?;
    let attendance = find(records, &place).await?;
    let enrollment = attendance.enrollment.as_ref().ok_or_else(nobody)?;
    let role = RemoteRole::of(record.roles.iter().map(lti_types::Role::as_str));
    Asked { published, course, role, profile: None, now: now() }.judge(Some(enrollment), 0)?;
    Ok((place, attendance))
}

/// How far somebody is.
pub(super) async fn find(records: &Records, place: &Place) -> Result<Attendance, Problem> {
    Ok(records.find(ENROLLED, &place.publication, &place.person).await?.unwrap_or_default())
}

/// Notes how far somebody is now. What is completed stays completed.
pub(super) async fn progress(
    records: &Records,
    place: &Place,
    progress: Progress,
) -> Result<Progress, Problem> {
    records
        .change(ENROLLED, &place.publication, &place.person, |attendance: &mut Option<Attendance>| {
            let attendance = attendance.get_or_insert_default();
            if !attendance.progress.course_completed {
                attendance.progress = progress;
            }
            attendance.progress
        })
        .await
}

fn profile(record: &LaunchRecord, claims: &LaunchClaims) -> LearnerProfile {
    let mut profile = LearnerProfile::new();
    profile.email.clone_from(&claims.email);
    profile.given_name.clone_from(&claims.given_name);
    profile.family_name.clone_from(&claims.family_name);
    profile.name.clone_from(&claims.name);
    profile.user_id = record.user_id.as_ref().map(|id| id.as_str().to_owned());
    profile
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]
mod tests {
    use std::sync::Arc;

    use lti_store::MemoryStore;

    use super::super::shelf::Shelf;
    use super::*;

    fn shelf(publications: &str) -> (tempfile::TempDir, Shelf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("publications.json");
        std::fs::write(&path, publications).unwrap();
        let shelf = Shelf::open(None, Some(&path)).unwrap();
        (folder, shelf)
    }

    /// A launch of a learner, of whom nothing but the id is known.
    fn launch(person: &str) -> (LaunchRecord, LaunchClaims) {
        let claims = LaunchClaims::default();
        let mut record = LaunchRecord::new(
            lti_types::Issuer::new("https://lms.example").unwrap(),
            lti_types::ClientId::new("c").unwrap(),
            lti_types::DeploymentId::new("1").unwrap(),
            Some(lti_types::UserId::new(person).unwrap()),
            now(),
        );
        record.roles = lti_types::Roles::from_iter([lti_types::ContextRole::Learner]);
        (record, claims)
    }

    /// Two machines with one store, and twenty learners at the same moment for one seat.
    #[tokio::test(flavor = "multi_thread")]
    async fn one_seat_of_two_machines_is_taken_once() {
        let (_folder, shelf) = shelf(
            r#"{"profile": {"required": []},
                "courses": [{"course": "instances-1", "publication": {"name": "x", "max_enrolled": 1}}]}"#,
        );
        let store = Arc::new(MemoryStore::new());
        let machines = [0, 1].map(|_| Records::new(Arc::clone(&store) as Arc<dyn lti_store::Store>, "tool"));
        let published = shelf.now();
        let attempts = (0..20).map(|number| {
            let (records, published) = (machines[number % 2].clone(), Arc::clone(&published));
            tokio::spawn(async move {
                let (record, claims) = launch(&format!("u-{number}"));
                let first = enroll(&records, &published, "instances-1", &record, &claims).await;
                // Whoever got in gets in again, and nobody else does.
                let second = enroll(&records, &published, "instances-1", &record, &claims).await;
                assert_eq!(first.is_ok(), second.is_ok());
                first.map_err(|problem| problem.code)
            })
        });
        let mut codes = Vec::new();
        for attempt in attempts.collect::<Vec<_>>() {
            codes.extend(attempt.await.unwrap().err());
        }
        assert_eq!(codes, ["enrollment_limit_reached"; 19]);
    }

    #[tokio::test]
    async fn every_rule_is_asked_and_the_first_reason_gives_the_code() {
        let (_folder, shelf) = shelf(
            r#"{"courses": [
                {"course": "instances-4", "retired": true, "publication": {"name": "x", "enabled": false}},
                {"course": "biology-101", "publication": {"name": "x", "learners": "refuse"}},
                {"course": "mobile", "publication": {"name": "x", "window": {"end": "2020-01-01T00:00:00Z"}}}]}"#,
        );
        let records = Records::new(Arc::new(MemoryStore::new()), "tool");
        let full = |claims: &mut LaunchClaims| {
            claims.email = Some("a@school.example".to_owned());
            (claims.given_name, claims.family_name) = (Some("A".to_owned()), Some("B".to_owned()));
        };
        for (course, whole, code, said) in [
            ("instances-4", true, "course_retired", "The publication is disabled."),
            ("instances-5", true, "instance_retired", "Reactivate the default instance."),
            ("nowhere", true, "course_deleted", "The course is deleted."),
            ("wrong-state", true, "course_unreadable", "cannot be read"),
            ("instances-1", false, "profile_field_missing", "`given_name`"),
            ("biology-101", true, "role_not_accepted", "Learners of the platform are not accepted."),
            ("mobile", true, "ended", "Enrollment ended at 2020-01-01T00:00:00Z."),
        ] {
            let (record, mut claims) = launch("u-1");
            if whole {
                full(&mut claims);
            }
            let refused = enroll(&records, &shelf.now(), course, &record, &claims).await.unwrap_err();
            assert_eq!(refused.code, code, "{course}: {}", refused.message);
            assert!(refused.message.contains(said), "{course}: {}", refused.message);
            assert_eq!(refused.status, if code == "course_unreadable" { 503 } else { 403 });
        }
        let (mut record, mut claims) = launch("u-1");
        full(&mut claims);
        enroll(&records, &shelf.now(), "instances-1", &record, &claims).await.unwrap();
        record.user_id = None;
        let refused = enroll(&records, &shelf.now(), "instances-1", &record, &claims).await.unwrap_err();
        assert!(refused.message.contains("The user id"), "{}", refused.message);
    }
}
