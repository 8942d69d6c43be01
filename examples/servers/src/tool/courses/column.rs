//! The tool's own column for a course, where the platform gave the link none: found by what a copy of the course keeps, and
//! made where there is none (AGS 2.0 §3.2), by one machine at a time (quirk 63).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use lti_browser::Fault;
use lti_services::{Call as _, LineItemUrl};
use lti_tool::LaunchRecord;
use lti_types::LineItem;

use super::super::Tool;
use crate::clock::now;
use crate::problem::Problem;

/// What the tool's own columns are found by, with the course's id as `resourceId`.
const TAG: &str = "course";
/// Under what stands until when a machine looks for a column.
const TURN: &str = "column_turn";
/// A machine that stops in the middle loses its turn: longer than two attempts of each call take.
const TURN_TIME: TimeDelta = TimeDelta::minutes(5);
/// How long a turn is waited for, and how often it is asked for.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(200);

/// The tool's own line item for a course, in the place of a launch. Nobody is patient here: others wait for their turn.
pub(super) async fn of(
    tool: &Tool,
    record: &LaunchRecord,
    course: &str,
    title: &str,
) -> Result<LineItemUrl, Problem> {
    let grades = tool.grades_of(record).await?;
    let mut wanted = LineItem::new(100.0, title.to_owned());
    wanted.resource_id = Some(course.to_owned());
    wanted.tag = Some(TAG.to_owned());
    wanted.resource_link_id = record.resource_link.as_ref().map(|link| link.id.as_str().to_owned());
    let container = grades.all_line_items()?.url().as_str().to_owned();
    let until = turn(tool, &container, course).await?;
    let found = tool.counted("find_line_item", grades.find_or_create(wanted).await);
    let over = |turn: &mut Option<DateTime<Utc>>| {
        let _ = turn.take_if(|turn| *turn == until);
    };
    tool.records.change(TURN, &container, course, over).await?;
    let column = found?;
    tracing::info!(made = column.created, "the column of a course");
    Ok(column.url)
}

/// Waits until no other machine, and nobody else here, looks for this column: until when the turn is ours.
async fn turn(tool: &Tool, container: &str, course: &str) -> Result<DateTime<Utc>, Problem> {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        let until = now() + TURN_TIME;
        let ours = |turn: &mut Option<DateTime<Utc>>| {
            let free = turn.is_none_or(|other| other <= now());
            if free {
                *turn = Some(until);
            }
            free
        };
        if tool.records.change(TURN, container, course, ours).await? {
            return Ok(until);
        }
        if tokio::time::Instant::now() >= end {
            let message = "another machine looks for the column of this course";
            return Err(Problem::new(503, Fault::Unavailable, "column_busy", message, "AGS 2.0 §3.2"));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
