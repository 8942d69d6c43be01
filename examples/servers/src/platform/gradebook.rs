//! The grade book, for looking: JSON for programs, by ids alone; a table for teachers.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use lti_services::platform::ScoreRecord;
use serde_json::{Value, json};

use super::courses::Column;
use super::{Platform, pages};
use crate::answer;
use crate::problem::Problem;
use crate::visitor::Visitor;

/// `GET /courses/{course}/gradebook`
pub(super) async fn show(
    State(platform): State<Arc<Platform>>,
    Path(course): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    platform.title(&course)?;
    if Visitor::of(request.headers()).html {
        return pages::gradebook(&platform, &course, request.headers());
    }
    // Comments are words about somebody: for teachers alone.
    let teaches = platform.expect_teacher(request.headers()).is_ok();
    let columns: Vec<_> = platform.school().columns_of(&course).map(|of| column(of, teaches)).collect();
    Ok(answer::json(200, &json!({"course": course, "line_items": columns})))
}

fn column(column: &Column, comments: bool) -> Value {
    let item = column.line_item.line_item();
    let scores: Vec<_> = column
        .scores
        .iter()
        .map(|(user, record)| {
            let last = record.last();
            json!({
                "user_id": user,
                "score": points(column, record),
                "score_maximum": item.score_maximum,
                "comment": record.comment().filter(|_| comments),
                "activity_progress": last.activity_progress,
                "grading_progress": last.grading_progress,
                "timestamp": last.timestamp,
            })
        })
        .collect();
    json!({
        "id": column.line_item.id(),
        "label": item.label,
        "score_maximum": item.score_maximum,
        "resource_link_id": item.resource_link_id,
        "resource_id": item.resource_id,
        "tag": item.tag,
        "tool": column.line_item.place().client_id,
        "scores": scores,
    })
}

/// What stands in the grade book: the last final grade, out of the column's maximum.
pub(super) fn points(column: &Column, record: &ScoreRecord) -> Option<f64> {
    record.grade().map(|grade| grade.out_of(column.line_item.line_item().score_maximum))
}
