//! Three small quizzes, and what becomes of the answers.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use lti_services::LineItemUrl;
use lti_types::Score;

use super::session::Session;
use super::{Tool, pages, services};
use crate::answer;
use crate::clock::now;
use crate::problem::Problem;

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
    fn points(&self, request: &http::Request<Vec<u8>>) -> usize {
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
    let quiz = Quiz::of(&session);
    let points = quiz.points(&request);
    let sent = send(&tool, &session, quiz, points).await;
    if let Err(problem) = &sent {
        tracing::warn!(launch_id = id, code = problem.code, "the grade was not sent");
    }
    pages::handed_in(&tool, &id, &request, quiz, points, &sent)
}

/// Sends the grade of whoever launched; `false` where the platform wants none.
async fn send(tool: &Tool, session: &Session, quiz: &Quiz, points: usize) -> Result<bool, Problem> {
    let (Some(user), true) = (&session.record.user_id, session.record.roles.is_learner()) else {
        return Ok(false);
    };
    if let Some(legacy) = &session.legacy {
        return tool.send_outcome(session, legacy, points as f64, quiz.maximum()).await;
    }
    let Some(service) = &session.record.grade_service else { return Ok(false) };
    let Some(line_item) = service.line_item() else { return Ok(false) };
    let line_item = LineItemUrl::parse(line_item).map_err(Problem::internal)?;
    let grades = tool.grades(session).await?;
    let score = Score::graded(user.clone(), now().into(), points as f64, quiz.maximum());
    tool.send(&grades, &line_item, score).await.map(|()| true)
}
