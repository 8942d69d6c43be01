//! Grades on their way to platforms. What is owed stands in the store until the platform has it: no launch and no page
//! waits for that, and a tool that stops forgets nothing (lti-eligibility README, Grades).

use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use lti_eligibility::outcome::{Grade, GradeDelivery, GradeSharing, Progress, RetryPolicy, Sharing, share};
use lti_tool::LaunchRecord;
use lti_types::{ActivityProgress, Scope, Score};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use super::super::Tool;
use super::super::legacy::LegacySession;
use super::super::on_their_way::{Room, WAITING};
use super::super::session::Session;
use super::column;
use super::enrollment::{self, Place};
use super::shelf::Found;
use crate::clock::now;
use crate::problem::Problem;

/// Under what owed grades are kept.
const OWED: &str = "owed_grade";
/// How often what is owed is looked through.
const LOOK: Duration = Duration::from_secs(30);
/// For how long nobody else tries while one attempt goes on: longer than the patient client takes.
const LEASE: TimeDelta = TimeDelta::minutes(15);

/// A grade that the platform does not have yet: one for each person and link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Owed {
    place: Place,
    /// The launch that it came of: it names the platform, the person and the grade service.
    record: LaunchRecord,
    legacy: Option<LegacySession>,
    course: String,
    title: String,
    /// A later one of the same person and link takes its place.
    since: DateTime<Utc>,
    delivery: GradeDelivery,
    next_attempt: DateTime<Utc>,
}

impl Owed {
    /// Where it goes: to an issuer, or to a consumer by LTI 1.1.
    fn platform(&self) -> &str {
        if self.legacy.is_some() { self.record.client_id.as_str() } else { self.record.issuer.as_str() }
    }

    /// Which link of the person's it is for.
    fn link(&self) -> String {
        let link = self.record.resource_link.as_ref().map(|link| link.id.as_str());
        let context = self.record.context.as_ref().map(|context| context.id.as_str());
        serde_json::to_string(&(context, link)).unwrap_or_default()
    }
}

/// Sends somebody's grade, if there is one to be sent: what is owed is noted before this returns, and sent after. `None`
/// if nothing is.
pub(super) async fn send(
    tool: &Arc<Tool>,
    session: &Session,
    course: &str,
    progress: &Progress,
) -> Result<Option<JoinHandle<bool>>, Problem> {
    let Some(place) = Place::of(course, &session.record).filter(|_| wants_grades(session)) else {
        return Ok(None);
    };
    let (sharing, title) = terms(tool, course)?;
    if matches!(share(sharing, progress), Sharing::Withhold(_)) {
        return Ok(None);
    }
    let owed = Owed {
        place,
        record: session.record.clone(),
        legacy: session.legacy.clone(),
        course: course.to_owned(),
        title,
        since: now(),
        delivery: GradeDelivery::NeverSent,
        next_attempt: now() + LEASE,
    };
    let note = |there: &mut Option<Owed>| *there = Some(owed.clone());
    tool.records.change(OWED, &owed.place.group(), &owed.link(), note).await?;
    let room = tool.on_their_way.room(owed.platform());
    Ok(Some(tokio::spawn(deliver(Arc::clone(tool), owed, room).in_current_span())))
}

/// Learners have grades, where the platform gives them a place.
fn wants_grades(session: &Session) -> bool {
    let record = &session.record;
    let service = record.grade_service.as_ref().is_some_and(|service| {
        let may = |scope| service.scope.as_ref().is_some_and(|scopes| scopes.contains(&scope));
        let makes = may(Scope::LineItem) && service.line_items().is_some();
        may(Scope::Score) && (service.line_item().is_some() || makes)
    });
    record.roles.is_learner() && (service || session.legacy.as_ref().is_some_and(LegacySession::wants_grades))
}

/// What is shared of a course, and its title; all of what is owed for one that is gone since. One that cannot be read now
/// says nothing of it.
fn terms(tool: &Tool, course: &str) -> Result<(GradeSharing, String), Problem> {
    match tool.published().as_deref().map(|published| published.find(course)) {
        Some(Found::Course(course, terms)) => Ok((terms.publication.grade_sharing, course.title.clone())),
        Some(Found::Unreadable) => Err(enrollment::unreadable()),
        _ => Ok((GradeSharing::Always, course.to_owned())),
    }
}

/// The grade as it is now, which may be better than it was when the attempt began; `None` if it is not shared any more.
async fn grade_of(tool: &Tool, owed: &Owed) -> Result<Option<Grade>, Problem> {
    let progress = enrollment::find(&tool.records, &owed.place).await?.progress;
    match share(terms(tool, &owed.course)?.0, &progress) {
        Sharing::Share(grade) => Ok(Some(grade)),
        _ => Ok(None),
    }
}

/// Tries, and notes what came of it; whether the platform has the grade.
async fn deliver(tool: Arc<Tool>, owed: Owed, room: Result<Room, Problem>) -> bool {
    let attempt = match room {
        Ok(_room) => attempt(&tool, &owed).await,
        Err(problem) => Err(problem),
    };
    if let Err(problem) = &attempt {
        tracing::warn!(code = problem.code, "a grade of a course was not sent; it is tried again later");
    }
    let (group, link) = (owed.place.group(), owed.link());
    let failed = match &attempt {
        Ok(()) => None,
        // Nobody tried: that is no failure of the platform's.
        Err(problem) if problem.code == WAITING => Some(Owed { next_attempt: now() + LOOK, ..owed.clone() }),
        Err(_) => Some(failed(owed.clone(), now())),
    };
    let noted = tool.records.change(OWED, &group, &link, |there| settle(there, &owed, failed.clone()));
    if let Err(problem) = noted.await {
        tracing::warn!(code = problem.code, "what became of a grade was not noted");
    }
    attempt.is_ok()
}

/// Notes what is left to do of an attempt: nothing, or another.
fn settle(there: &mut Option<Owed>, tried: &Owed, failed: Option<Owed>) {
    // A later grade is on its way by itself.
    if there.as_ref().is_none_or(|there| there.since <= tried.since) {
        *there = failed;
    }
}

/// Takes an attempt that is due; `false` if somebody else did since it was seen.
fn claim(there: &mut Option<Owed>, seen: &Owed, now: DateTime<Utc>) -> bool {
    let Some(there) = there.as_mut().filter(|there| there.next_attempt == seen.next_attempt) else {
        return false;
    };
    there.next_attempt = now + LEASE;
    true
}

/// What is owed after an attempt that failed.
fn failed(mut owed: Owed, now: DateTime<Utc>) -> Owed {
    owed.delivery = owed.delivery.failed(now);
    owed.next_attempt = owed.delivery.due(&RetryPolicy::default()).unwrap_or(now);
    owed
}

async fn attempt(tool: &Tool, owed: &Owed) -> Result<(), Problem> {
    let parts = |grade: &Grade| grade.points.map_or((1.0, 1.0), |points| (points.given(), points.maximum()));
    if let Some(legacy) = &owed.legacy {
        let Some(grade) = grade_of(tool, owed).await? else { return Ok(()) };
        let (given, maximum) = parts(&grade);
        return tool.send_outcome(&owed.record, legacy, given, maximum).await.map(|_| ());
    }
    let Some(user) = &owed.record.user_id else { return Err(Problem::internal("a grade of nobody")) };
    let grades = tool.patient_grades(&owed.record).await?;
    let line_item = match grades.line_item() {
        Some(own) => own.clone(),
        None => column::of(tool, &owed.record, &owed.course, &owed.title).await?,
    };
    // Last of all, as all before takes a while: a later time must not stand at an earlier grade.
    let Some(grade) = grade_of(tool, owed).await? else { return Ok(()) };
    let (given, maximum) = parts(&grade);
    let mut score = Score::graded(user.clone(), tool.score_time(&line_item, user), given, maximum);
    if !grade.completed {
        score.activity_progress = ActivityProgress::Submitted;
    }
    match tool.send(&grades, &line_item, score).await {
        // The platform has a later one.
        Err(problem) if problem.code == "stale" => Ok(()),
        sent => sent,
    }
}

/// Looks after what is owed for as long as there is the tool.
pub(super) async fn collect(tool: Weak<Tool>) {
    loop {
        tokio::time::sleep(LOOK).await;
        let Some(tool) = tool.upgrade() else { return };
        if let Err(problem) = look(&tool).await {
            tracing::warn!(code = problem.code, "what grades are owed cannot be looked through");
        }
    }
}

/// Tries once more what is due. Of several machines one does.
async fn look(tool: &Arc<Tool>) -> Result<(), Problem> {
    for owed in tool.records.list::<Owed>(OWED).await? {
        // One that cannot be looked after keeps nobody else's waiting.
        if owed.next_attempt <= now()
            && let Err(problem) = try_again(tool, owed).await
        {
            tracing::warn!(code = problem.code, "an owed grade cannot be looked after");
        }
    }
    Ok(())
}

async fn try_again(tool: &Arc<Tool>, owed: Owed) -> Result<(), Problem> {
    // Without room nothing is noted: it is due at the next look as well.
    let Ok(room) = tool.on_their_way.room(owed.platform()) else { return Ok(()) };
    if tool
        .records
        .change(OWED, &owed.place.group(), &owed.link(), |there| claim(there, &owed, now()))
        .await?
    {
        drop(tokio::spawn(deliver(Arc::clone(tool), owed, Ok(room))));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test code")]
mod tests {
    use super::*;

    fn owed(since: DateTime<Utc>) -> Owed {
        let record = LaunchRecord::new(
            lti_types::Issuer::new("https://lms.example").unwrap(),
            lti_types::ClientId::new("c").unwrap(),
            lti_types::DeploymentId::new("1").unwrap(),
            Some(lti_types::UserId::new("u").unwrap()),
            since,
        );
        Owed {
            place: Place::of("course", &record).unwrap(),
            record,
            legacy: None,
            course: "course".to_owned(),
            title: "Course".to_owned(),
            since,
            delivery: GradeDelivery::NeverSent,
            next_attempt: since + LEASE,
        }
    }

    #[test]
    fn a_failed_grade_stays_owed_and_waits_longer_each_time() {
        let start = now();
        let mut there = Some(owed(start));
        for minutes in [1, 2, 4, 8] {
            let tried = there.clone().unwrap();
            let failed = failed(tried.clone(), start);
            settle(&mut there, &tried, Some(failed));
            assert_eq!(there.as_ref().unwrap().next_attempt - start, TimeDelta::minutes(minutes));
        }
        let tried = there.clone().unwrap();
        settle(&mut there, &tried, None);
        assert!(there.is_none(), "the platform has it");
    }

    #[test]
    fn an_earlier_grade_settles_nothing_of_a_later_one() {
        let (earlier, later) = (owed(now()), owed(now() + TimeDelta::seconds(1)));
        for outcome in [None, Some(earlier.clone())] {
            let mut there = Some(later.clone());
            settle(&mut there, &earlier, outcome);
            assert_eq!(there.unwrap().since, later.since);
        }
    }

    #[test]
    fn of_two_machines_that_see_what_is_due_one_tries() {
        let seen = owed(now());
        let mut there = Some(seen.clone());
        assert!(claim(&mut there, &seen, now()));
        assert!(!claim(&mut there, &seen, now()));
        assert!(!claim(&mut None, &seen, now()), "delivered since");
    }
}
