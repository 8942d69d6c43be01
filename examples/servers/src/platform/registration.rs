//! Dynamic registration (LTI Dynamic Registration 1.0): a teacher invites, the tool registers itself, a teacher puts it
//! into use.

use std::path::Path as FilePath;
use std::sync::{Arc, MutexGuard, PoisonError};

use axum::extract::{Path, Request, State};
use axum::response::Response;
use lti_browser::Fault;
use lti_platform::Registration;
use lti_registration::platform::{
    Invitation, Offered, RegistrationPolicy, RegistrationRefusal, UnauthorizedRegistration, store_key,
};
use lti_registration::{MAX_DOCUMENT_BYTES, PlatformAddresses};
use lti_types::{
    ClientId, DeploymentId, MessageType, Nonce, PersonalData, RegistrationStatus, RegistrationToken, Scope,
    ToolRecord,
};
use serde_json::json;

use super::{Platform, message, pages};
use crate::clock::now;
use crate::problem::Problem;
use crate::server::StartError;
use crate::visitor::Visitor;
use crate::{answer, key_file, same_site};

/// Under what invitations are kept.
const INVITATION: &str = "invitation";
/// The file of `--data` that holds the tools that registered themselves.
const FILE: &str = "tools.json";
/// The most tools there may be.
const MAX_TOOLS: usize = 1000;

/// What tools may register for.
pub(super) fn policy(platform: &Platform) -> RegistrationPolicy {
    let mut policy = RegistrationPolicy::default();
    policy.scopes = message::GRADES.to_vec();
    policy.scopes.push(Scope::ContextMembershipReadOnly);
    policy.personal_data = vec![PersonalData::Name, PersonalData::Email, PersonalData::Locale];
    policy.messages.push(Offered::new(MessageType::DeepLinkingRequest, ["ContentArea"]));
    policy.addresses = platform.addresses;
    policy
}

/// What tools are told of us.
pub(super) fn addresses(platform: &Platform) -> PlatformAddresses {
    PlatformAddresses::new(
        platform.issuer.clone(),
        platform.address("/lti/auth"),
        platform.address("/lti/token"),
        platform.address("/.well-known/jwks.json"),
    )
}

/// `POST /admin/registrations`
pub(super) async fn invite(
    State(platform): State<Arc<Platform>>,
    request: Request,
) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_DOCUMENT_BYTES).await?;
    same_site::check(&platform.origin, request.headers())?;
    let who = platform.expect_teacher(request.headers())?.person;
    let token = RegistrationToken::random()?;
    let invitation = Invitation::new("example", who.id, now());
    let until = invitation.expires;
    platform.notes.put(INVITATION, &store_key(&token), &invitation, until).await?;
    tracing::info!("tool invited");
    let configuration = platform.address("/.well-known/openid-configuration");
    if let (true, Some(tool)) = (Visitor::of(request.headers()).html, answer::field(&request, "tool")) {
        let url = Invitation::url(&tool.into(), &configuration, &token, platform.addresses);
        let url = url.map_err(|fault| {
            Problem::malformed("tool_address", fault.to_string(), "LTI Dynamic Registration 1.0 §3.3")
        })?;
        return pages::invited(&platform, who, url.as_str());
    }
    Ok(answer::json(
        200,
        &json!({"openid_configuration": configuration, "registration_token": token.as_str()}),
    ))
}

/// `POST /lti/register`
pub(super) async fn register(
    State(platform): State<Arc<Platform>>,
    request: Request,
) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_DOCUMENT_BYTES).await?;
    let refuse = |refusal: RegistrationRefusal| {
        tracing::info!(code = refusal.code(), "registration refused");
        Ok(answer::service(refusal.to_http()))
    };
    let unauthorized = match UnauthorizedRegistration::read(&request) {
        Ok(unauthorized) => unauthorized,
        Err(refusal) => return refuse(refusal),
    };
    let invitation = platform.notes.take(INVITATION, &store_key(unauthorized.token())).await?;
    let checked = unauthorized.authorize(invitation, now()).and_then(|asked| asked.check(&policy(&platform)));
    let checked = match checked {
        Ok(checked) => checked,
        Err(refusal) => return refuse(refusal),
    };
    if platform.registrations().len() >= MAX_TOOLS {
        let message = "there are too many tools";
        return Err(Problem::new(503, Fault::Unavailable, "too_many_tools", message, "RFC 9110 §15.6.4"));
    }
    let client_id =
        ClientId::new(format!("tool-{}", Nonce::random()?.as_str())).map_err(Problem::internal)?;
    let deployment = DeploymentId::new("1").map_err(Problem::internal)?;
    let accepted = match checked.accept(client_id, Some(deployment), None) {
        Ok(accepted) => accepted,
        Err(refusal) => return refuse(refusal),
    };
    let record = accepted.record().clone();
    tracing::info!(client_id = %record.client_id, "tool registered, pending");
    platform.register_itself(record)?;
    Ok(answer::service(accepted.response))
}

/// `POST /admin/registrations/{client_id}/activate`
pub(super) async fn activate(
    State(platform): State<Arc<Platform>>,
    Path(client_id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    same_site::check(&platform.origin, request.headers())?;
    platform.expect_teacher(request.headers())?;
    let mut record = platform.registration(&client_id).ok_or_else(Problem::not_found)?.record().clone();
    record.status = RegistrationStatus::Active;
    platform.replace(record)?;
    tracing::info!(client_id, "tool in use");
    if Visitor::of(request.headers()).html {
        return Ok(answer::see_other("/tools"));
    }
    Ok(answer::json(200, &json!({"client_id": client_id, "status": RegistrationStatus::Active})))
}

/// The tools that registered themselves, as of an earlier run.
pub(super) fn load(data: Option<&FilePath>) -> Result<Vec<ToolRecord>, StartError> {
    let path = data.map(|data| data.join(FILE)).filter(|path| path.exists());
    crate::settings::records("--data", path.as_deref())
}

impl Platform {
    /// Takes a tool in that registered itself, and remembers it. Those of `--tools` are remembered there alone: what is
    /// taken out of that file is gone.
    fn register_itself(&self, record: ToolRecord) -> Result<(), Problem> {
        let mut own = self.own_tools();
        let mut changed = own.clone();
        changed.push(record.clone());
        self.save_tools(&changed)?;
        *own = changed;
        self.register(record).map_err(Problem::internal)
    }

    fn own_tools(&self) -> MutexGuard<'_, Vec<ToolRecord>> {
        self.registered_themselves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(&self, record: ToolRecord) -> Result<(), Problem> {
        // Held to the end: what is written last is what is so.
        let mut own = self.own_tools();
        let mut changed = own.clone();
        if let Some(known) = changed.iter_mut().find(|known| known.client_id == record.client_id) {
            *known = record.clone();
            self.save_tools(&changed)?;
            *own = changed;
        }
        let client_id = record.client_id.clone();
        let registration = Registration::new(self.issuer.clone(), record).map_err(Problem::internal)?;
        let registration = Arc::new(registration);
        let mut tools = self.tools.write().unwrap_or_else(PoisonError::into_inner);
        tools.iter_mut().filter(|tool| *tool.client_id() == client_id).for_each(|tool| {
            *tool = Arc::clone(&registration);
        });
        Ok(())
    }

    fn save_tools(&self, tools: &[ToolRecord]) -> Result<(), Problem> {
        let Some(data) = &self.data else { return Ok(()) };
        let text = serde_json::to_vec(tools).map_err(Problem::internal)?;
        key_file::write_private(&data.join(FILE), &text).map_err(Problem::internal)
    }
}
