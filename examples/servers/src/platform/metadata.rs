//! What the platform says about itself (OpenID Connect Discovery; LTI Dynamic Registration 1.0 §3.5).

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use lti_jwks::JwkSet;

use super::{Platform, registration};
use crate::answer;

/// `GET /.well-known/jwks.json`
pub(super) async fn keys(State(platform): State<Arc<Platform>>) -> Response {
    let keys = serde_json::to_vec(&JwkSet::new([platform.key.public_jwk()])).unwrap_or_default();
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=3600")];
    (headers, keys).into_response()
}

/// `GET /.well-known/openid-configuration`
pub(super) async fn configuration(State(platform): State<Arc<Platform>>) -> Response {
    let (addresses, policy) = (registration::addresses(&platform), registration::policy(&platform));
    let endpoint = platform.address("/lti/register");
    answer::json(
        200,
        &lti_registration::platform::configuration(&addresses, endpoint, "lti-examples", &policy),
    )
}
