//! What a tool sends back from deep linking: content for the course (Deep Linking 2.0 §4.5).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use lti_browser::Fault;
use lti_platform::{AcceptedItem, ResponseRefusal, UnverifiedDeepLinkingResponse};
use lti_types::{
    ContentItem, ContentItemType, Custom, DeepLinkingSettings, DocumentTarget, FormPost, ResourceLinkId,
};
use serde_json::json;

use super::courses::{Link, School};
use super::{Platform, authentication, courses, pages, tokens};
use crate::answer;
use crate::clock::now;
use crate::problem::Problem;
use crate::visitor::Visitor;

/// The most bytes of a response: a token of 1 MiB, percent-encoded at worst.
const MAX_BODY: usize = 3 * 1024 * 1024 + 4096;
/// The most links of one course.
const MAX_LINKS: usize = 2000;
/// The field that says that the browser was asked to post once more.
const AGAIN: &str = "again";

/// What a teacher may choose.
pub(super) fn settings(platform: &Platform) -> DeepLinkingSettings {
    let mut settings = DeepLinkingSettings::new(platform.address("/lti/deep-linking/return"));
    settings.accept_types = Some(vec![ContentItemType::LtiResourceLink]);
    settings.accept_presentation_document_targets =
        Some(vec![DocumentTarget::Iframe, DocumentTarget::Window]);
    settings.accept_multiple = Some(true);
    settings.accept_lineitem = Some(true);
    settings.auto_create = Some(true);
    settings
}

/// `POST /lti/deep-linking/return`
pub(super) async fn take(
    State(platform): State<Arc<Platform>>,
    request: Request,
) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_BODY).await?;
    answer::expect_form(request.headers())?;
    let visitor = Visitor::of(request.headers());
    let posted_to = platform.address("/lti/deep-linking/return");
    let response = UnverifiedDeepLinkingResponse::from_form(request.body(), posted_to.clone())?;
    let Some(signed_in) = platform.signed_in(request.headers()) else {
        // A browser may keep the cookie back on a post that comes from another site, but not on one of ours.
        let token = answer::field(&request, "JWT");
        if let (true, None, Some(token)) = (visitor.html, answer::field(&request, AGAIN), token) {
            let fields = [("JWT", token), (AGAIN, "1".to_owned())];
            return authentication::form(&FormPost::new(posted_to.as_str(), fields), &visitor);
        }
        return Err(Problem::sign_in());
    };
    let client_id = response.likely_client_id();
    let registration = client_id.and_then(|id| platform.registration(id.as_str())).ok_or_else(|| {
        let message = "the response is of no tool that is registered here";
        Problem::new(401, Fault::Unknown, "client_unknown", message, "Security Framework 1.0 §5.2.3")
    })?;
    let keys = tokens::keys_of(&platform, registration.record(), response.key_id()).await?;
    let pending = response.verify(&registration, &signed_in.session, &keys, &platform.sealer, now())?;
    let until = pending.remember_until();
    let nonce = format!("{}\n{}", pending.client_id(), pending.nonce());
    let nonce = platform.notes.first_use("deep_linking_nonce", &nonce, until).await?;
    let asked = platform.notes.first_use("deep_linking_request", pending.request_id(), until).await?;
    let content = pending.first_use(nonce, asked)?.accept();

    let course = content.response().context_id().map(|id| id.as_str().to_owned()).unwrap_or_default();
    platform.title(&course)?;
    let place = courses::place(&course, content.response().client_id(), content.response().deployment_id())
        .map_err(Problem::internal)?;
    let added = platform.change(|school| {
        let mut added = Vec::new();
        for item in content.accepted() {
            if school.links_of(&course).count() >= MAX_LINKS {
                return Err(Problem::forbidden(
                    "course_full",
                    "the course takes no more links",
                    "Deep Linking 2.0 §3",
                ));
            }
            added.extend(add(&platform, school, &item, &place)?);
        }
        Ok(added)
    })?;
    let refused = content.refused().count();
    tracing::info!(course, added = added.len(), refused, "content added");
    if visitor.html {
        return pages::added(&platform, &course, &added, refused, content.response().msg());
    }
    let refused: Vec<_> = content
        .refused()
        .map(|refused| json!({"place": refused.place, "error": refused.reason.code()}))
        .collect();
    let links: Vec<_> = added.iter().map(|link| json!({"id": link.id, "title": link.title})).collect();
    Ok(answer::json(200, &json!({"course": course, "links": links, "refused": refused})))
}

/// Makes a link of an item, with a column if it asks for one.
fn add(
    platform: &Platform,
    school: &mut School,
    accepted: &AcceptedItem<'_>,
    place: &lti_services::platform::Place,
) -> Result<Option<Link>, Problem> {
    let ContentItem::LtiResourceLink(item) = accepted.item else { return Ok(None) };
    let number = school.next_number();
    let id = format!("{}-link-{number}", place.context_id);
    let id = ResourceLinkId::new(id).map_err(Problem::internal)?;
    let link = Link {
        id: id.clone(),
        place: place.clone(),
        title: accepted.title().unwrap_or("Untitled").to_owned(),
        text: item.text.clone(),
        url: item.url.clone(),
        custom: item.custom.clone().unwrap_or_else(Custom::new),
        history: Vec::new(),
    };
    school.links.push(link.clone());
    if let Some(column) = accepted.line_item(&id, "Untitled") {
        school.add_column(place.clone(), column, true, |number| platform.line_item_url(place, number));
    }
    Ok(Some(link))
}

impl From<ResponseRefusal> for Problem {
    fn from(refusal: ResponseRefusal) -> Self {
        let fault = match refusal {
            ResponseRefusal::Expired | ResponseRefusal::Replayed => Fault::Expired,
            ResponseRefusal::OtherSession => Fault::OtherBrowser,
            ResponseRefusal::RegistrationNotActive => Fault::Unknown,
            _ => Fault::Malformed,
        };
        Self::new(refusal.http_status(), fault, refusal.code(), refusal.to_string(), refusal.spec())
    }
}
