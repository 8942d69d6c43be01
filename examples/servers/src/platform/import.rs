//! Content from elsewhere: a launch link, a cartridge URL, or a package (IMS Common Cartridge). Each link goes to the
//! registered tool whose addresses it fits; what fits none, or several, is listed and left out.

use std::sync::Arc;

use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::response::Response;
use http::HeaderMap;
use lti_browser::Fault;
use lti_types::{Custom, ResourceLinkId};
use serde_json::json;

use super::courses::{Link, School};
use super::{Platform, courses, pages};
use crate::import::{ImportError, Matched, Source, matched};
use crate::problem::Problem;
use crate::visitor::Visitor;
use crate::{answer, same_site};

/// The most bytes of a form or a package.
pub(super) const MAX_BODY: usize = 16 * 1024 * 1024;
/// The most links of a course.
const MAX_LINKS_OF_COURSE: usize = 2000;
/// The most bytes of a form that names a link.
const MAX_FORM: usize = 64 * 1024;
/// The most bytes of a link's texts and parameters: it is kept, copied with its course, and sent with each launch.
const MAX_LINK_BYTES: usize = 16 * 1024;
/// The most links in all courses together, copies too.
pub(super) const MAX_LINKS_OF_SCHOOL: usize = 10_000;

/// What an import brought.
#[derive(Debug, Default)]
pub(super) struct Imported {
    pub(super) added: Vec<Link>,
    pub(super) left_out: Vec<LeftOut>,
}

/// A link that is not in the course, and why.
#[derive(Debug)]
pub(super) struct LeftOut {
    pub(super) title: String,
    pub(super) code: &'static str,
    pub(super) reason: String,
}

impl Imported {
    fn leave_out(&mut self, title: String, code: &'static str, reason: impl ToString) {
        self.left_out.push(LeftOut { title: short(title), code, reason: reason.to_string() });
    }
}

/// `GET /courses/{course}/import`
pub(super) async fn show(
    State(platform): State<Arc<Platform>>,
    Path(course): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    platform.title(&course)?;
    let who = platform.expect_teacher(request.headers())?.person;
    pages::import(&platform, who, &course, None)
}

/// `POST /courses/{course}/import`
pub(super) async fn take(
    State(platform): State<Arc<Platform>>,
    Path(course): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    platform.title(&course)?;
    same_site::check(&platform.origin, request.headers())?;
    let who = platform.expect_teacher(request.headers())?.person;
    let visitor = Visitor::of(request.headers());
    let links = read(request).await?.links(&platform.client).await?;
    let tools: Vec<_> = platform.registrations().iter().map(|tool| tool.record().clone()).collect();
    let links = matched(&tools, links);
    let imported = platform.change(|school| place(school, &course, links))?;
    tracing::info!(
        course,
        added = imported.added.len(),
        left_out = imported.left_out.len(),
        "content imported"
    );
    if visitor.html {
        return pages::import(&platform, who, &course, Some(&imported));
    }
    let added: Vec<_> = imported
        .added
        .iter()
        .map(|link| json!({"id": link.id, "title": link.title, "tool": link.place.client_id}))
        .collect();
    let left_out: Vec<_> = imported
        .left_out
        .iter()
        .map(|left| json!({"title": left.title, "error": left.code, "message": left.reason}))
        .collect();
    Ok(answer::json(200, &json!({"added": added, "left_out": left_out})))
}

/// Whatever was sent.
async fn read(request: Request) -> Result<Source, Problem> {
    if is_multipart(request.headers()) {
        return Ok(Source::Package(upload(request).await?));
    }
    if answer::is_of_type(request.headers(), "application/zip") {
        return Ok(Source::Package(answer::whole(request, MAX_BODY).await?.into_body()));
    }
    let request = answer::whole(request, MAX_FORM).await?;
    answer::expect_form(request.headers())?;
    let field = |name: &str| answer::field(&request, name).filter(|text| !text.trim().is_empty());
    match (field("url"), field("cartridge_url")) {
        (Some(url), None) => {
            let title = field("title").unwrap_or_else(|| "Link".to_owned());
            let custom = field("custom").unwrap_or_default();
            Ok(Source::link(&title, &url, custom.lines())?)
        }
        (None, Some(url)) => Ok(Source::CartridgeUrl(url)),
        _ => {
            let message = "send one of `url`, `cartridge_url`, or a package";
            Err(Problem::malformed("import_source", message, "Common Cartridge 1.1"))
        }
    }
}

fn is_multipart(headers: &HeaderMap) -> bool {
    answer::is_of_type(headers, "multipart/form-data")
}

/// The file of a multipart form.
async fn upload(request: Request) -> Result<Vec<u8>, Problem> {
    let refuse = || Problem::malformed("form_malformed", "the form has no file", "RFC 7578");
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| refuse())?;
    while let Some(field) = form.next_field().await.map_err(|_| refuse())? {
        if field.name() == Some("file") {
            return Ok(field.bytes().await.map_err(|_| refuse())?.to_vec());
        }
    }
    Err(refuse())
}

/// Puts each link that has a tool into the course.
fn place(school: &mut School, course: &str, links: Vec<Matched<'_>>) -> Result<Imported, Problem> {
    let mut imported = Imported::default();
    let of_course = MAX_LINKS_OF_COURSE.saturating_sub(school.links_of(course).count());
    let mut room = of_course.min(MAX_LINKS_OF_SCHOOL.saturating_sub(school.links.len()));
    for Matched { link, url, tool, .. } in links {
        let custom = link.custom.iter().map(|property| property.name.len() + property.value.len());
        let text = link.description.as_ref().map_or(0, String::len);
        if link.title.len() + text + custom.sum::<usize>() > MAX_LINK_BYTES {
            imported.leave_out(link.title, "link_too_large", "its texts and parameters are too long");
            continue;
        }
        let (tool, deployment) = match tool {
            Ok(found) if room > 0 => found,
            Ok(_) => {
                imported.leave_out(link.title, "course_full", "the course takes no more links");
                continue;
            }
            Err(unmatched) => {
                imported.leave_out(link.title, unmatched.code(), unmatched);
                continue;
            }
        };
        let number = school.next_number();
        let id = ResourceLinkId::new(format!("{course}-link-{number}")).map_err(Problem::internal)?;
        let custom: Custom =
            link.custom.iter().map(|property| (property.name.as_str(), property.value.as_str())).collect();
        let place = courses::place(course, &tool.client_id, deployment).map_err(Problem::internal)?;
        let title = if link.title.trim().is_empty() { "Untitled".to_owned() } else { link.title };
        let link =
            Link { id, place, title, text: link.description, url: Some(url), custom, history: Vec::new() };
        school.links.push(link.clone());
        imported.added.push(link);
        room -= 1;
    }
    Ok(imported)
}

/// Enough of a title to know it by.
fn short(title: String) -> String {
    title.chars().take(200).collect()
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        let fault = if error.http_status() < 500 { Fault::Malformed } else { Fault::Unavailable };
        Self::new(error.http_status(), fault, error.code(), error.to_string(), error.spec())
    }
}
