//! Three small quizzes, and what becomes of the answers.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use chrono::TimeDelta;
use lti_services::LineItemUrl;
use lti_types::{Score, Timestamp, UserId};
use tracing::Instrument as _;

use super::session::Session;
use super::{Tool, pages, services};
use crate::answer;
use crate::clock::now;
use crate::problem::Problem;

/// How long the page waits for the platform to take a grade. The grade goes on its way for longer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the time of a score is remembered: longer than any is on its way.
const REMEMBERED: TimeDelta = TimeDelta::hours(1);

/// What became of a grade so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grade {
    /// The platform wants none.
    NotWanted,
    Sent,
    /// Not known yet: it is tried again for some minutes.
    OnItsWay,
}

/// A question with three answers, of which the one at `right` is right.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) text: &'static str,
    pub(super) answers: [&'static str; 3],
    right: usize,
}

/// A quiz.
#[derive(Debug)]
pub(super) struct Quiz {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) questions: [Question; 2],
}

/// All of them; the first stands for links that name none.
pub(super) static QUIZZES: [Quiz; 3] = [
    Quiz {
        id: "leaves",
        title: "Leaves",
        about: "Two questions about leaves",
        questions: [
            Question {
                text: "What makes leaves green?",
                answers: ["Chlorophyll", "Water", "Starch"],
                right: 0,
            },
            Question { text: "Where do leaves breathe?", answers: ["Roots", "Stomata", "Bark"], right: 1 },
        ],
    },
    Quiz {
        id: "roots",
        title: "Roots",
        about: "Two questions about roots",
        questions: [
            Question { text: "Which root is eaten?", answers: ["Tomato", "Apple", "Carrot"], right: 2 },
            Question { text: "What do roots take up?", answers: ["Water", "Light", "Pollen"], right: 0 },
        ],
    },
    Quiz {
        id: "planets",
        title: "Planets",
        about: "Two questions about planets",
        questions: [
            Question {
                text: "Which planet is nearest to the sun?",
                answers: ["Venus", "Mercury", "Mars"],
                right: 1,
            },
            Question {
                text: "Which planet has the most mass?",
                answers: ["Earth", "Saturn", "Jupiter"],
                right: 2,
            },
        ],
    },
];

impl Quiz {
    pub(super) fn of(session: &Session) -> &'static Self {
        let [first, ..] = &QUIZZES;
        QUIZZES.iter().find(|quiz| session.quiz.as_deref() == Some(quiz.id)).unwrap_or(first)
    }

    pub(super) fn maximum(&self) -> f64 {
        self.questions.len() as f64
    }

    /// Points for a form with the fields `q0`, `q1`, …; an answer that is missing or none gives none.
    pub(super) fn points(&self, request: &http::Request<Vec<u8>>) -> usize {
        let right = self.questions.iter().enumerate().filter(|(number, question)| {
            answer::field(request, &format!("q{number}")).and_then(|given| given.parse().ok())
                == Some(question.right)
        });
        right.count()
    }
}

/// `POST /lti/launches/{launch_id}/quiz`
pub(super) async fn hand_in(
    State(tool): State<Arc<Tool>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (session, request) = services::opened(&tool, &id, request).await?;
    answer::expect_form(request.headers())?;
    session.expect_free_grades()?;
    let quiz = Quiz::of(&session);
    let points = quiz.points(&request);
    let sent = send(&tool, &session, quiz, points).await;
    pages::handed_in(&tool, &id, &request, quiz, points, &sent)
}

/// Sends the grade of whoever launched. Closing the page does not stop that.
async fn send(tool: &Arc<Tool>, session: &Session, quiz: &Quiz, points: usize) -> Result<Grade, Problem> {
    let (Some(user), true) = (&session.record.user_id, session.record.roles.is_learner()) else {
        return Ok(Grade::NotWanted);
    };
    if let Some(legacy) = &session.legacy {
        let sent = tool.send_outcome(&session.record, legacy, points as f64, quiz.maximum()).await?;
        return Ok(if sent { Grade::Sent } else { Grade::NotWanted });
    }
    let Some(service) = &session.record.grade_service else { return Ok(Grade::NotWanted) };
    let Some(line_item) = service.line_item() else { return Ok(Grade::NotWanted) };
    let line_item = LineItemUrl::parse(line_item).map_err(Problem::internal)?;
    let grades = tool.patient_grades(&session.record).await?;
    let room = tool.on_their_way.room(session.record.issuer.as_str())?;
    // One time for all attempts: the platform takes it once, whatever is lost.
    let score = Score::graded(user.clone(), tool.score_time(&line_item, user), points as f64, quiz.maximum());
    let tool = Arc::clone(tool);
    let work = async move {
        let sent = tool.send(&grades, &line_item, score).await;
        if let Err(problem) = &sent {
            tracing::warn!(code = problem.code, "the grade was not sent");
        }
        drop(room);
        sent
    };
    let task = tokio::spawn(work.in_current_span());
    match tokio::time::timeout(PATIENCE, task).await {
        Ok(done) => done.map_err(Problem::internal)?.map(|()| Grade::Sent),
        Err(_elapsed) => Ok(Grade::OnItsWay),
    }
}

impl Tool {
    pub(super) fn score_time(&self, line_item: &LineItemUrl, user: &UserId) -> Timestamp {
        let mut clock = self.score_clock.lock().unwrap_or_else(PoisonError::into_inner);
        clock.forget_before(now() - REMEMBERED);
        clock.next(line_item, user, now())
    }
}
