//! Content from elsewhere: a launch link, a cartridge URL, or a package (IMS Common Cartridge). Each link goes to the
//! registered tool whose addresses it fits; what fits none, or several, is listed and left out.

use std::io::Cursor;
use std::sync::Arc;

use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::response::Response;
use http::HeaderMap;
use lti_browser::Fault;
use lti_cartridge::{CartridgeReader, Limits, LinkDocument, LtiLink};
use lti_registration::{FindToolError, find_tool};
use lti_types::{Custom, ResourceLinkId, ToolRecord, WireUrl};
use serde_json::json;

use super::courses::{Link, School};
use super::{Platform, courses, pages};
use crate::problem::Problem;
use crate::visitor::Visitor;
use crate::{answer, same_site};

/// The most bytes of a form or a package.
pub(super) const MAX_BODY: usize = 16 * 1024 * 1024;
/// The most links of one import, and of a course.
const MAX_LINKS: usize = 1000;
const MAX_LINKS_OF_COURSE: usize = 2000;

/// What an import brought.
#[derive(Debug, Default)]
pub(super) struct Imported {
    pub(super) added: Vec<Link>,
    /// Titles of links that fit no tool, and why.
    pub(super) left_out: Vec<(String, String)>,
}

/// `GET /courses/{course}/import`
pub(super) async fn show(
    State(platform): State<Arc<Platform>>,
    Path(course): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    courses::title(&course).ok_or_else(Problem::not_found)?;
    let who = platform.expect_teacher(request.headers())?.person;
    pages::import(&platform, who, &course, None)
}

/// `POST /courses/{course}/import`
pub(super) async fn take(
    State(platform): State<Arc<Platform>>,
    Path(course): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    courses::title(&course).ok_or_else(Problem::not_found)?;
    same_site::check(&platform.origin, request.headers())?;
    let who = platform.expect_teacher(request.headers())?.person;
    let visitor = Visitor::of(request.headers());
    let links = read(&platform, request).await?;
    let tools: Vec<_> = platform.registrations().iter().map(|tool| tool.record().clone()).collect();
    let imported = platform.change(|school| place(school, &course, &tools, links))?;
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
    let left_out: Vec<_> =
        imported.left_out.iter().map(|(title, code)| json!({"title": title, "error": code})).collect();
    Ok(answer::json(200, &json!({"added": added, "left_out": left_out})))
}

/// The links of whatever was sent.
async fn read(platform: &Platform, request: Request) -> Result<Vec<LtiLink>, Problem> {
    if is_multipart(request.headers()) {
        return package(upload(request).await?).await;
    }
    let request = answer::whole(request, MAX_BODY).await?;
    if answer::is_of_type(request.headers(), "application/zip") {
        return package(request.into_body()).await;
    }
    answer::expect_form(request.headers())?;
    let field = |name: &str| answer::field(&request, name).filter(|text| !text.trim().is_empty());
    match (field("url"), field("cartridge_url")) {
        (Some(url), None) => {
            let title = field("title").unwrap_or_else(|| "Link".to_owned());
            let mut link = LtiLink::new(title, url);
            let custom = field("custom").unwrap_or_default();
            link.custom = custom
                .lines()
                .filter_map(|line| line.split_once('='))
                .map(|(name, value)| lti_cartridge::Property::new(name.trim(), value.trim()))
                .collect();
            Ok(vec![link])
        }
        (None, Some(url)) => Ok(vec![fetch(platform, &url).await?]),
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

/// The links of a package. Reading one takes a while, and none of the threads that answer others.
async fn package(bytes: Vec<u8>) -> Result<Vec<LtiLink>, Problem> {
    let read = tokio::task::spawn_blocking(move || {
        let reading = CartridgeReader::open(Cursor::new(bytes), &Limits::default())?.read()?;
        Ok(reading.cartridge.lti_links().take(MAX_LINKS).map(|(_, link)| link.clone()).collect())
    });
    read.await.map_err(Problem::internal)?.map_err(|error: lti_cartridge::ReadError| {
        Problem::malformed("package_unreadable", error.to_string(), "Common Cartridge 1.1")
    })
}

/// The link of a document elsewhere.
async fn fetch(platform: &Platform, url: &str) -> Result<LtiLink, Problem> {
    let address = || Problem::malformed("cartridge_url", "the address cannot be used", "RFC 3986");
    let url = WireUrl::from(url).to_url().map_err(|_| address())?;
    let mut request = http::Request::new(Vec::new());
    *request.uri_mut() = url.as_str().parse().map_err(|_| address())?;
    let response = platform.client.send(request).await.map_err(|error| {
        let message = format!("the document cannot be had: {error}");
        Problem::new(502, Fault::Unavailable, error.code(), message, error.spec())
    })?;
    if !response.status().is_success() {
        let message = "the document's server answered with an error";
        return Err(Problem::new(502, Fault::Unavailable, "cartridge_status", message, "RFC 9110 §15"));
    }
    let document = LinkDocument::parse(response.body());
    let document =
        document.map_err(|error| Problem::malformed(error.code(), error.to_string(), error.spec()))?;
    Ok(document.link)
}

/// Gives each link to the tool that it fits.
fn place(
    school: &mut School,
    course: &str,
    tools: &[ToolRecord],
    links: Vec<LtiLink>,
) -> Result<Imported, Problem> {
    let mut imported = Imported::default();
    let mut room = MAX_LINKS_OF_COURSE.saturating_sub(school.links_of(course).count());
    for link in links {
        if room == 0 {
            imported.left_out.push((link.title, "course_full".to_owned()));
            continue;
        }
        let url = WireUrl::from(link.url().unwrap_or_default());
        let tool = find_tool(tools, &url);
        let deployment = tool.as_ref().ok().and_then(|tool| tool.deployment_ids.first());
        let (Ok(tool), Some(deployment)) = (&tool, deployment) else {
            let code = tool.err().map_or("deployment_missing", |error: FindToolError| error.code());
            imported.left_out.push((link.title, code.to_owned()));
            continue;
        };
        let number = school.next_number();
        let id = ResourceLinkId::new(format!("{course}-link-{number}")).map_err(Problem::internal)?;
        let custom: Custom =
            link.custom.iter().map(|property| (property.name.as_str(), property.value.as_str())).collect();
        let place = courses::place(course, &tool.client_id, deployment).map_err(Problem::internal)?;
        let title = if link.title.trim().is_empty() { "Untitled".to_owned() } else { link.title };
        let link = Link { id, place, title, text: link.description, url: Some(url), custom };
        school.links.push(link.clone());
        imported.added.push(link);
        room -= 1;
    }
    Ok(imported)
}
