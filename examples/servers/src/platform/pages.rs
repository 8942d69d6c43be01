//! The pages of the small LMS.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::HeaderMap;
use lti_browser::{CspNonce, Framing, PlatformStorage, platform_storage_script};
use lti_platform::UntrustedText;
use lti_types::RegistrationStatus;

use super::courses::Link;
use super::import::Imported;
use super::people::{PEOPLE, Somebody};
use super::{Platform, gradebook as grades};
use crate::answer;
use crate::page::{Frames, html};
use crate::problem::Problem;
use crate::same_site;
use crate::visitor::Visitor;

/// The most bytes of our own small forms.
const MAX_FORM: usize = 4096;

#[derive(Template)]
#[template(path = "platform/home.html")]
struct Home {
    who: Option<&'static Somebody>,
    people: &'static [Somebody],
    courses: Vec<(String, String)>,
}

/// `GET /`
pub(super) async fn home(
    State(platform): State<Arc<Platform>>,
    request: Request,
) -> Result<Response, Problem> {
    let who = platform.signed_in(request.headers()).map(|signed_in| signed_in.person);
    let courses = platform.school().courses();
    platform.page(&Home { who, people: &PEOPLE, courses })
}

/// `POST /session`
pub(super) async fn sign_in(
    State(platform): State<Arc<Platform>>,
    request: Request,
) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_FORM).await?;
    same_site::check(&platform.origin, request.headers())?;
    answer::expect_form(request.headers())?;
    let user = answer::field(&request, "user");
    let person = user.as_deref().and_then(Somebody::find).ok_or_else(|| {
        let message = "`user` must be one of the people of this platform, once";
        Problem::malformed("user_unknown", message, "RFC 9110 §15.5.1")
    })?;
    let cookies = platform.sign_in(person)?;
    tracing::info!("signed in");
    let response = if Visitor::of(request.headers()).json {
        answer::json(200, &serde_json::json!({"user": person.id}))
    } else {
        answer::see_other("/")
    };
    Ok(answer::with_cookies(response, cookies))
}

/// `POST /session/end`
pub(super) async fn sign_out(
    State(platform): State<Arc<Platform>>,
    request: Request,
) -> Result<Response, Problem> {
    same_site::check(&platform.origin, request.headers())?;
    Ok(answer::with_cookies(answer::see_other("/"), platform.sign_out()))
}

/// A registered tool, as it is shown.
struct Tool {
    waiting: bool,
    name: String,
    client_id: String,
    status: &'static str,
    login_url: String,
}

#[derive(Template)]
#[template(path = "platform/tools.html")]
struct Tools {
    who: Option<&'static Somebody>,
    teaches: bool,
    tools: Vec<Tool>,
}

/// `GET /tools`
pub(super) async fn tools(
    State(platform): State<Arc<Platform>>,
    request: Request,
) -> Result<Response, Problem> {
    let who = platform.expect_signed_in(request.headers())?.person;
    let tools = platform.registrations().iter().map(|tool| tool_row(tool)).collect();
    platform.page(&Tools { who: Some(who), teaches: who.teaches(), tools })
}

fn tool_row(tool: &lti_platform::Registration) -> Tool {
    let record = tool.record();
    let status = match record.status {
        RegistrationStatus::Active => "in use",
        RegistrationStatus::Pending => "waiting for a teacher",
        _ => "out of use",
    };
    Tool {
        waiting: record.status == RegistrationStatus::Pending,
        name: record.name.clone().unwrap_or_else(|| record.client_id.to_string()),
        client_id: record.client_id.to_string(),
        status,
        login_url: record.login_url.as_str().to_owned(),
    }
}

#[derive(Template)]
#[template(path = "platform/invited.html")]
struct Invited<'a> {
    who: Option<&'static Somebody>,
    address: &'a str,
}

/// Where an invited tool registers itself.
pub(super) fn invited(
    platform: &Platform,
    who: &'static Somebody,
    address: &str,
) -> Result<Response, Problem> {
    platform.page(&Invited { who: Some(who), address })
}

#[derive(Template)]
#[template(path = "platform/course.html")]
struct Course {
    who: Option<&'static Somebody>,
    id: String,
    title: String,
    links: Vec<Link>,
    /// Name and client id of the tools that offer content.
    choosers: Vec<Tool>,
}

/// `GET /courses/{course}`
pub(super) async fn course(
    State(platform): State<Arc<Platform>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let title = platform.title(&id)?;
    let who = platform.expect_signed_in(request.headers())?.person;
    let links = platform.school().links_of(&id).cloned().collect();
    let registrations = platform.registrations();
    let choosers = registrations.iter().filter(|tool| tool.record().deep_linking_url.is_some());
    let choosers = choosers.map(|tool| tool_row(tool)).collect();
    platform.page(&Course { who: Some(who), id, title, links, choosers })
}

#[derive(Template)]
#[template(path = "platform/frame.html")]
struct Frame<'a> {
    who: Option<&'static Somebody>,
    course: &'a str,
    course_title: &'a str,
    title: &'a str,
    /// What the frame shows.
    source: String,
    /// The script that keeps data for the tool; markup of lti-browser's.
    storage: String,
}

/// `GET /courses/{course}/open/{link}`
pub(super) async fn open(
    State(platform): State<Arc<Platform>>,
    Path((course, link)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let course_title = platform.title(&course)?;
    let who = platform.expect_signed_in(request.headers())?.person;
    let found = platform.school().link(&link).filter(|found| found.course() == course).cloned();
    let found = found.ok_or_else(Problem::not_found)?;
    let source = format!("/launch/{}?frame=1", found.id);
    platform.framing(who, &course, &course_title, &found.title, source)
}

/// `GET /courses/{course}/add/{client_id}`
pub(super) async fn add(
    State(platform): State<Arc<Platform>>,
    Path((course, client_id)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let course_title = platform.title(&course)?;
    let who = platform.expect_teacher(request.headers())?.person;
    let tool = platform.registration(&client_id).ok_or_else(Problem::not_found)?;
    let title = format!("Add content from {}", tool_row(&tool).name);
    let client_id: String = url::form_urlencoded::byte_serialize(client_id.as_bytes()).collect();
    let source = format!("/deep-link/{}?course={course}&frame=1", client_id.replace('+', "%20"));
    platform.framing(who, &course, &course_title, &title, source)
}

#[derive(Template)]
#[template(path = "platform/added.html")]
struct Added<'a> {
    course: &'a str,
    links: &'a [Link],
    refused: usize,
    said: Option<&'a str>,
}

/// What a teacher sees in the frame when content has come back.
pub(super) fn added(
    platform: &Platform,
    course: &str,
    links: &[Link],
    refused: usize,
    said: Option<UntrustedText<'_>>,
) -> Result<Response, Problem> {
    // The template escapes it.
    platform.page(&Added { course, links, refused, said: said.map(UntrustedText::as_written) })
}

#[derive(Template)]
#[template(path = "platform/roster.html")]
struct Roster {
    who: Option<&'static Somebody>,
    course: String,
    title: String,
    people: &'static [Somebody],
}

/// `GET /courses/{course}/roster`
pub(super) async fn roster(
    State(platform): State<Arc<Platform>>,
    Path(course): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let title = platform.title(&course)?;
    let who = platform.expect_teacher(request.headers())?.person;
    platform.page(&Roster { who: Some(who), course, title, people: &PEOPLE })
}

#[derive(Template)]
#[template(path = "platform/import.html")]
struct Import<'a> {
    who: Option<&'static Somebody>,
    course: &'a str,
    title: String,
    imported: Option<&'a Imported>,
}

/// The forms for content from elsewhere, and what the last one brought.
pub(super) fn import(
    platform: &Platform,
    who: &'static Somebody,
    course: &str,
    imported: Option<&Imported>,
) -> Result<Response, Problem> {
    let title = platform.title(course)?;
    platform.page(&Import { who: Some(who), course, title, imported })
}

struct Row {
    name: String,
    cells: Vec<String>,
}

#[derive(Template)]
#[template(path = "platform/gradebook.html")]
struct Gradebook<'a> {
    who: Option<&'static Somebody>,
    course: &'a str,
    title: String,
    columns: Vec<String>,
    rows: Vec<Row>,
}

/// The grade book for a person: a teacher sees everybody, others see themselves.
pub(super) fn gradebook(platform: &Platform, course: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let title = platform.title(course)?;
    let who = platform.expect_signed_in(headers)?.person;
    let school = platform.school();
    let columns: Vec<_> = school.columns_of(course).collect();
    let shown = PEOPLE.iter().filter(|person| !person.teaches() && (who.teaches() || person.id == who.id));
    let rows = shown
        .map(|person| {
            let cell = |column: &&super::courses::Column| {
                let record = column.scores.iter().find(|(user, _)| user.as_str() == person.id);
                let points = record.and_then(|(_, record)| grades::points(column, record));
                points.map_or_else(String::new, |points| points.to_string())
            };
            Row { name: person.name(), cells: columns.iter().map(cell).collect() }
        })
        .collect();
    let columns = columns.iter().map(|column| {
        let item = column.line_item.line_item();
        format!("{} (of {})", item.label, item.score_maximum)
    });
    let columns = columns.collect();
    drop(school);
    platform.page(&Gradebook { who: Some(who), course, title, columns, rows })
}

impl Platform {
    fn page(&self, template: &impl Template) -> Result<Response, Problem> {
        let nonce = CspNonce::random()?;
        Ok(html(template, &nonce, &Frames { by: &Framing::SameOrigin, of: &[] }))
    }

    /// A page with a tool in it, which keeps data for that tool (postMessage Storage).
    fn framing(
        &self,
        who: &'static Somebody,
        course: &str,
        course_title: &str,
        title: &str,
        source: String,
    ) -> Result<Response, Problem> {
        let nonce = CspNonce::random()?;
        let tools = self.tool_origins();
        let storage = platform_storage_script(&PlatformStorage::new(tools.clone()), &nonce);
        let page = Frame { who: Some(who), course, course_title, title, source, storage };
        Ok(html(&page, &nonce, &Frames { by: &Framing::SameOrigin, of: &tools }))
    }
}
