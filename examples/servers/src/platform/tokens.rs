//! Access tokens: granted, and recognized again (Security Framework 1.0 §4.1).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use lti_browser::Fault;
use lti_client::KeySetError;
use lti_jwks::{KeyId, VerifyingKey, VerifyingKeys};
use lti_services::AssertionId;
use lti_services::platform::{
    Access, RequestRefusal, TokenClient, TokenRefusal, UnverifiedTokenRequest, bearer_token,
};
use lti_types::{RegistrationStatus, ToolRecord};

use serde_json::json;

use super::Platform;
use crate::answer;
use crate::clock::now;
use crate::problem::Problem;

/// The most bytes of a token request.
const MAX_BODY: usize = 256 * 1024;

/// `POST /lti/token`
pub(super) async fn grant(
    State(platform): State<Arc<Platform>>,
    request: Request,
) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_BODY).await?;
    let refuse = |refusal: TokenRefusal| {
        tracing::info!(code = refusal.code(), "token refused");
        if refusal == TokenRefusal::ClientNotActive {
            // Who registered must be able to tell waiting for consent from a wrong key.
            let body = json!({"error": "unauthorized_client", "error_description": refusal.to_string()});
            return Ok(answer::json(400, &body));
        }
        Ok(answer::service(refusal.to_http()))
    };
    let asked = match UnverifiedTokenRequest::from_http(&request) {
        Ok(asked) => asked,
        Err(refusal) => return refuse(refusal),
    };
    let Some(registration) = platform.registration(asked.client_id().as_str()) else {
        return refuse(TokenRefusal::ClientUnknown);
    };
    let record = registration.record();
    let audiences = [platform.address("/lti/token").as_str().to_owned(), platform.issuer.as_str().to_owned()];
    let client = TokenClient::of(record, audiences);
    let keys = keys_of(&platform, record, asked.key_id()).await?;
    let pending = match asked.verify(&client, &keys, now()) {
        Ok(pending) => pending,
        Err(refusal) => return refuse(refusal),
    };
    let name = format!("{}\n{}", pending.client_id(), pending.assertion_id());
    let used = platform.notes.first_use("assertion", &name, pending.remember_until()).await?;
    let grant = match pending.first_use(used) {
        Ok(grant) => grant,
        Err(refusal) => return refuse(refusal),
    };
    let id = AssertionId::random().map_err(Problem::internal)?;
    let token = platform.grants.sign(&grant, &id, &platform.key, now()).map_err(Problem::internal)?;
    tracing::info!(client_id = %grant.client_id, scopes = grant.scopes.len(), "token granted");
    Ok(answer::service(grant.to_http(&token, now())))
}

/// A tool's keys: at its URL, or in its record.
pub(super) async fn keys_of(
    platform: &Platform,
    tool: &ToolRecord,
    key_id: Option<&KeyId>,
) -> Result<Arc<VerifyingKeys>, Problem> {
    if let Some(url) = &tool.key_set_url {
        let fetched = platform.client.keys(url, key_id).await;
        platform.metrics.call("key_set", fetched.as_ref().map_or_else(|error| error.code(), |_| "ok"));
        return match fetched {
            Ok(keys) => Ok(keys),
            // The verification says what that means.
            Err(KeySetError::UnknownKey) => Ok(Arc::new(VerifyingKeys::of([]))),
            Err(error) => {
                let message = format!("the tool's keys cannot be had: {error}");
                Err(Problem::new(503, Fault::Unavailable, error.code(), message, error.spec()))
            }
        };
    }
    let key =
        tool.public_key_pem.as_deref().map(VerifyingKey::from_pem).transpose().map_err(Problem::internal)?;
    Ok(Arc::new(key.map_or_else(|| VerifyingKeys::of([]), VerifyingKeys::single)))
}

impl Platform {
    /// Who is calling, by the token of the request. A client that was disabled since has no access any more.
    pub(super) fn access(&self, request: &http::Request<Vec<u8>>) -> Result<Access, RequestRefusal> {
        let token = bearer_token(request)?;
        let keys = VerifyingKeys::single(self.key.verifying_key().clone());
        let grant = self.grants.read(&token, &keys, now()).filter(|grant| {
            let registration = self.registration(grant.client_id.as_str());
            registration.is_some_and(|found| found.record().status == RegistrationStatus::Active)
        });
        Access::of(grant, now())
    }
}
