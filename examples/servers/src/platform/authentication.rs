//! The OIDC authentication request, answered with a signed launch or an error (Security Framework 1.0 §5.1.1.2–5.1.1.3).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use http::Method;
use lti_browser::{CspNonce, Framing, PageOptions, form_post_page};
use lti_platform::{ErrorReply, Target};
use lti_types::{AuthenticationRequest, FormPost, MessageType};

use super::launch::{Clicked, PENDING};
use super::{Platform, deep_linking, message};
use crate::answer;
use crate::clock::now;
use crate::problem::Problem;
use crate::visitor::Visitor;

/// The most bytes of a request.
const MAX_BODY: usize = 64 * 1024;

/// `GET, POST /lti/auth`
pub(super) async fn authenticate(
    State(platform): State<Arc<Platform>>,
    request: Request,
) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_BODY).await?;
    let asked = if request.method() == Method::POST {
        answer::expect_form(request.headers())?;
        AuthenticationRequest::from_form(request.body())?
    } else {
        AuthenticationRequest::from_query(request.uri().query().unwrap_or_default())?
    };
    let visitor = Visitor::of(request.headers());
    let client_id = asked.client_id.as_ref().map(lti_types::ClientId::as_str).unwrap_or_default();
    let registration = platform.registration(client_id).ok_or_else(|| {
        let message = "the request names no tool that is registered here";
        Problem::malformed("client_unknown", message, "Security Framework 1.0 §5.1.1.2")
    })?;

    // A request without a session uses nothing up: the person may sign in and click again.
    let signed_in = platform.signed_in(request.headers());
    let clicked: Option<Clicked> = match (&signed_in, &asked.login_hint) {
        (Some(_), Some(hint)) => platform.notes.take(PENDING, hint.as_str()).await?,
        _ => None,
    };
    let (pending, shown) = clicked.map(|clicked| (clicked.pending, (clicked.course, clicked.framed))).unzip();
    let session = signed_in.as_ref().map(|signed_in| &signed_in.session);
    let authorized = match registration.authorize(asked, pending, session, now()) {
        Ok(authorized) => authorized,
        Err(refused) => {
            tracing::info!(client_id = %registration.client_id(), code = refused.code(), "launch refused");
            platform.metrics.launch(refused.code());
            return match refused.reply() {
                ErrorReply::FormPost(post) => form(&post, &visitor),
                _ => Err(refused.into()),
            };
        }
    };
    // Both are there, or nothing was authorized.
    let (Some(signed_in), Some((course, framed))) = (signed_in, shown) else {
        return Err(Problem::internal("an authorized request without a session"));
    };

    let link = match authorized.target() {
        Target::ResourceLink(link) => platform.school().link(link.id.as_str()).cloned(),
        _ => None,
    };
    let mut content =
        message::of(&platform, registration.record(), &signed_in, &course, framed, link.as_ref())?;
    if *authorized.target() == Target::Message(MessageType::DeepLinkingRequest) {
        let settings = deep_linking::settings(&platform);
        let asked = authorized.ask_for_content(settings, content, &platform.sealer, now());
        content = asked.map_err(Problem::internal)?;
    }
    let variables = |name: &str| message::variable(&platform, name, &course, link.as_ref());
    let launch = authorized.respond_with(content, &variables, now()).map_err(Problem::internal)?;
    let post = launch.sign(&platform.key).map_err(Problem::internal)?;
    tracing::info!(client_id = %registration.client_id(), course, "launch signed");
    platform.metrics.launch("accepted");
    form(&post, &visitor)
}

/// The page that posts to the tool. It may stand in our own course pages only.
pub(super) fn form(post: &FormPost, visitor: &Visitor) -> Result<Response, Problem> {
    let nonce = CspNonce::random()?;
    let options = PageOptions::new(&nonce, &visitor.texts, Framing::SameOrigin);
    Ok(answer::browser(form_post_page(post, &options)?))
}
