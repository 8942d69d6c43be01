//! A course copied into a new one (LTI Core 1.3 appendix on variables: `Context.id.history`,
//! `ResourceLink.id.history`).
//!
//! Links get new ids and keep custom parameters. A column that came with its link comes with the copy; one that the tool
//! made is the tool's to find or make again, by `resourceId` and `tag`: neither is there twice. Grades stay behind.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use lti_services::platform::Place;
use lti_types::{ContextId, InvalidIdentifier, ResourceLinkId, WireUrl};
use serde_json::json;

use super::Platform;
use super::courses::{CopiedCourse, Link, School};
use super::import::MAX_LINKS_OF_SCHOOL;
use crate::problem::Problem;
use crate::visitor::Visitor;
use crate::{answer, same_site};

/// The most bytes of the form.
const MAX_FORM: usize = 4096;
/// The most copies, and characters of a title.
const MAX_COPIES: usize = 100;
const MAX_TITLE: usize = 200;

/// `POST /courses/{course}/copy`
pub(super) async fn take(
    State(platform): State<Arc<Platform>>,
    Path(course): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let of = platform.title(&course)?;
    let request = answer::whole(request, MAX_FORM).await?;
    same_site::check(&platform.origin, request.headers())?;
    platform.expect_teacher(request.headers())?;
    answer::expect_form(request.headers())?;
    let title = answer::field(&request, "title").filter(|title| !title.trim().is_empty());
    let title = title.unwrap_or_else(|| format!("{of} (copy)"));
    if title.chars().count() > MAX_TITLE || title.chars().any(char::is_control) {
        let message = "`title` must be one line of at most 200 characters";
        return Err(Problem::malformed("title_invalid", message, "RFC 9110 §15.5.1"));
    }
    let (copy, links) = platform.change(|school| {
        if school.copies.len() >= MAX_COPIES {
            let message = "there are too many copies already";
            return Err(Problem::forbidden("too_many_courses", message, "RFC 9110 §15.5.4"));
        }
        if school.links.len() + school.links_of(&course).count() > MAX_LINKS_OF_SCHOOL {
            let message = "there are too many links in all courses already";
            return Err(Problem::forbidden("too_many_links", message, "RFC 9110 §15.5.4"));
        }
        let column_url = |place: &Place, number| platform.line_item_url(place, number);
        copy(school, &course, title, column_url).map_err(Problem::internal)
    })?;
    tracing::info!(course, copy, links = links.len(), "course copied");
    if Visitor::of(request.headers()).html {
        return Ok(answer::see_other(&format!("/courses/{copy}")));
    }
    let links: Vec<_> = links
        .iter()
        .map(|link| json!({"id": link.id, "title": link.title, "history": link.history}))
        .collect();
    Ok(answer::json(201, &json!({"course": copy, "links": links})))
}

fn copy(
    school: &mut School,
    course: &str,
    title: String,
    column_url: impl Fn(&Place, u64) -> WireUrl,
) -> Result<(String, Vec<Link>), InvalidIdentifier> {
    let id = format!("copy-{}", school.next_number());
    let mut history = school.history(course);
    history.insert(0, course.to_owned());
    let mut links = Vec::new();
    for link in school.links_of(course).cloned().collect::<Vec<_>>() {
        let number = school.next_number();
        let mut copied = link.clone();
        copied.id = ResourceLinkId::new(format!("{id}-link-{number}"))?;
        copied.place.context_id = ContextId::new(id.as_str())?;
        copied.history.insert(0, link.id.as_str().to_owned());
        let columns = school.columns_of(course).filter(|column| {
            let of_link = column.line_item.line_item().resource_link_id();
            column.declared && of_link.as_ref() == Some(&link.id)
        });
        for column in columns.cloned().collect::<Vec<_>>() {
            let mut item = column.line_item.line_item().clone();
            item.id = None;
            item.resource_link_id = Some(copied.id.as_str().to_owned());
            school.add_column(copied.place.clone(), item, true, |number| column_url(&copied.place, number));
        }
        school.links.push(copied.clone());
        links.push(copied);
    }
    school.copies.push(CopiedCourse { id: id.clone(), title, history });
    Ok((id, links))
}
