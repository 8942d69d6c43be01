//! The page of a published course, and its completion.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use lti_eligibility::course::{Course, Section};
use lti_eligibility::outcome::{Assessment, Outcome, Points, Progress, check};
use serde_json::json;

use super::enrollment;
use super::outbox;
use super::shelf::{Found, Published};
use crate::answer;
use crate::problem::Problem;
use crate::tool::pages::Summary;
use crate::tool::quiz::{Grade, QUIZZES, Quiz};
use crate::tool::session::Session;
use crate::tool::{Tool, services};
use crate::visitor::Visitor;

/// How long the page waits for the platform to take a grade, which goes on its way for longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A course as a person sees it.
struct Shown {
    title: String,
    description: Option<String>,
    modules: Vec<Module>,
    /// What passes the exam, in percent, if there is one.
    minimum: Option<u8>,
}

struct Module {
    title: String,
    about: String,
}

impl Shown {
    fn of(course: &Course) -> Self {
        let module = |(index, module): (usize, &lti_eligibility::course::Module)| {
            let section = match module.section {
                Section::PreWork => "preparation, ",
                Section::TestOut => "test out, ",
                _ => "",
            };
            let title = module.title.clone().unwrap_or_else(|| format!("Part {}", index + 1));
            Module { title, about: format!("{section}{}", module.delivery) }
        };
        Self {
            title: course.title.clone(),
            description: course.description.clone(),
            modules: course.modules.iter().enumerate().map(module).collect(),
            minimum: course.minimum_score.map(lti_eligibility::course::MinimumScore::percent),
        }
    }
}

/// The exam of every course that has one: the first quiz.
fn exam() -> &'static Quiz {
    let [first, ..] = &QUIZZES;
    first
}

#[derive(Template)]
#[template(path = "tool/course.html")]
struct CoursePage<'a> {
    id: &'a str,
    token: Option<&'a str>,
    about: Summary<'a>,
    course: Shown,
    exam: &'static Quiz,
    learns: bool,
    outcome: Outcome,
}

#[derive(Template)]
#[template(path = "tool/course_done.html")]
struct DonePage<'a> {
    id: &'a str,
    token: Option<&'a str>,
    title: &'a str,
    outcome: Outcome,
    sent: bool,
    on_its_way: bool,
}

/// The course of a launch as it is now: whatever was edited since, the link is the same.
fn course(published: &Published, id: &str) -> Result<Course, Problem> {
    match published.find(id) {
        Found::Course(course, _) => Ok(course.clone()),
        _ => Err(gone()),
    }
}

fn gone() -> Problem {
    Problem::forbidden(
        "course_deleted",
        "the course is not there any more",
        "lti-eligibility README, Launches",
    )
}

/// The page of a launch into a course.
pub(in crate::tool) async fn show(
    tool: &Tool,
    id: &str,
    session: &Session,
    named: &str,
    token: Option<&str>,
) -> Result<Response, Problem> {
    let published = tool.published().ok_or_else(gone)?;
    let (_, attendance) = enrollment::attending(&tool.records, &published, named, &session.record).await?;
    let course = course(&published, named)?;
    let progress = attendance.progress;
    tool.page(&CoursePage {
        id,
        token,
        about: Summary::of(session),
        exam: exam(),
        learns: session.record.roles.is_learner(),
        outcome: check(Assessment::from(course.minimum_score), &progress),
        course: Shown::of(&course),
    })
}

/// `POST /lti/launches/{launch_id}/course`
pub(in crate::tool) async fn complete(
    State(tool): State<Arc<Tool>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (session, request) = services::opened(&tool, &id, request).await?;
    answer::expect_form(request.headers())?;
    let named = session.course.as_deref().ok_or_else(|| {
        let message = "the launch is not one of a published course";
        Problem::malformed("not_a_course", message, "RFC 9110 §15.5.1")
    })?;
    if !session.record.roles.is_learner() {
        let message = "only a learner completes a course";
        return Err(Problem::forbidden("learner_required", message, "LTI Core 1.3 §A.2"));
    }
    // A launch may be hours ago.
    let published = tool.published().ok_or_else(gone)?;
    let (place, _) = enrollment::attending(&tool.records, &published, named, &session.record).await?;
    let course = course(&published, named)?;
    let assessment = Assessment::from(course.minimum_score);
    let progress = enrollment::progress(&tool.records, &place, achieved(assessment, &request)?).await?;
    let outcome = check(assessment, &progress);

    let on_its_way = outbox::send(&tool, &session, named, &progress).await?;
    let grade = match on_its_way {
        None => Grade::NotWanted,
        Some(task) => match tokio::time::timeout(PATIENCE, task).await {
            Ok(Ok(true)) => Grade::Sent,
            _ => Grade::OnItsWay,
        },
    };
    tracing::info!(outcome = outcome.code(), grade = ?grade, "a course was handed in");
    if Visitor::of(request.headers()).json {
        let grade = match grade {
            Grade::NotWanted => "not_wanted",
            Grade::Sent => "sent",
            Grade::OnItsWay => "on_its_way",
        };
        let body = json!({"course": named, "outcome": outcome.code(), "grade": grade});
        return Ok(answer::json(200, &body));
    }
    let token = answer::field(&request, "access_token");
    tool.page(&DonePage {
        id: &id,
        token: token.as_deref(),
        title: &course.title,
        outcome,
        sent: grade == Grade::Sent,
        on_its_way: grade == Grade::OnItsWay,
    })
}

/// What was handed in: answers to an exam, or nothing but that the course is done.
fn achieved(assessment: Assessment, request: &http::Request<Vec<u8>>) -> Result<Progress, Problem> {
    let mut progress = Progress::new();
    progress.activity_completed = true;
    let points = match assessment {
        Assessment::Exam(_) => Points::new(exam().points(request) as f64, exam().maximum()),
        _ => Points::new(1.0, 1.0),
    };
    progress.points = Some(points.map_err(Problem::internal)?);
    progress.course_completed = check(assessment, &progress) != Outcome::Failed;
    Ok(progress)
}
