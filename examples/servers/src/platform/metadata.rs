//! What the platform says about itself (OpenID Connect Discovery; LTI Dynamic Registration 1.0).

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use lti_jwks::JwkSet;
use lti_types::Scope;
use serde_json::json;

use super::{Platform, message};
use crate::answer;

/// `GET /.well-known/jwks.json`
pub(super) async fn keys(State(platform): State<Arc<Platform>>) -> Response {
    let keys = serde_json::to_vec(&JwkSet::new([platform.key.public_jwk()])).unwrap_or_default();
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=3600")];
    (headers, keys).into_response()
}

/// `GET /.well-known/openid-configuration`
pub(super) async fn configuration(State(platform): State<Arc<Platform>>) -> Response {
    let mut scopes = vec!["openid".to_owned()];
    scopes.extend(message::GRADES.iter().map(|scope| scope.as_str().to_owned()));
    scopes.push(Scope::ContextMembershipReadOnly.as_str().to_owned());
    answer::json(
        200,
        &json!({
            "issuer": platform.issuer,
            "authorization_endpoint": platform.address("/lti/auth"),
            "token_endpoint": platform.address("/lti/token"),
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "jwks_uri": platform.address("/.well-known/jwks.json"),
            "registration_endpoint": platform.address("/lti/register"),
            "scopes_supported": scopes,
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["iss", "aud", "sub", "name", "given_name", "family_name", "email", "locale"],
            "https://purl.imsglobal.org/spec/lti-platform-configuration": {
                "product_family_code": "lti-examples",
                "version": env!("CARGO_PKG_VERSION"),
                "messages_supported": [{"type": "LtiResourceLinkRequest"}, {"type": "LtiDeepLinkingRequest"}],
                "variables": lti_platform::VARIABLES.iter().map(|variable| variable.name).collect::<Vec<_>>(),
            },
        }),
    )
}
