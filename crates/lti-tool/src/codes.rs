//! What callers tell refusals apart by: codes, sections and statuses stay as they are.

use lti_jwks::{JwtError, VerifyError};
use lti_types::{
    AuthenticationError, AuthenticationErrorCode, Claim, ClaimFault, ClaimProblem, ClientId, Deployments,
    FormError, InvalidUrl, Issuer, PlatformRecord,
};

use crate::*;

macro_rules! codes {
    ($($error:expr => $code:literal, $spec:literal $(, $status:literal)?;)*) => { $(
        let error = $error;
        assert_eq!((error.code(), error.spec()), ($code, $spec), "{error:?}");
        $( assert_eq!(error.http_status(), $status, "{error:?}"); )?
    )* };
}

fn url() -> InvalidUrl {
    InvalidUrl::NotHttps
}

fn plain_http() -> PlatformRecord {
    let (issuer, client_id) = (Issuer::new("https://lms.example").unwrap(), ClientId::new("quiz").unwrap());
    PlatformRecord::new(issuer, client_id, Deployments::NotYetKnown, "http://lms.example/auth".into())
}

fn claim() -> ClaimFault {
    ClaimFault::new(Claim::Roles, ClaimProblem::Missing)
}

#[test]
fn refusals_keep_their_codes_sections_and_statuses() {
    codes! {
        FindError::UnknownIssuer => "issuer_unknown", "LTI Core 1.3 §4.1.3", 400;
        FindError::UnknownClient => "client_unknown", "LTI Core 1.3 §4.1.3", 400;
        FindError::Ambiguous => "registration_ambiguous", "LTI Core 1.3 §4.1.3", 400;
    }
    codes! {
        ItemRule::Type => "item_type_not_accepted", "Deep Linking 2.0 §4.4.1";
        ItemRule::Multiple => "one_item_accepted", "Deep Linking 2.0 §4.4.1";
        ItemRule::TooMany => "too_many_items", "Deep Linking 2.0 §4.5.4";
        ItemRule::MediaType => "media_type_not_accepted", "Deep Linking 2.0 §4.4.1";
        ItemRule::ScoreMaximum => "score_maximum_invalid", "AGS 2.0 §3.2.5";
        ItemRule::Url => "item_url_invalid", "Deep Linking 2.0 §3.1";
        ItemRule::Time => "item_time_invalid", "Deep Linking 2.0 §3.1";
        ItemRule::Required => "item_incomplete", "Deep Linking 2.0 §3.1";
    }
    codes! {
        LaunchError::Form(FormError::TooLarge) => "form_too_large", "Security Framework 1.0 §5.1.1.3", 400;
        LaunchError::Token(JwtError::TooLarge) => "too_large", "RFC 8259 §9", 400;
        LaunchError::Proof(VerifyError::Expired) => "expired", "RFC 7519 §4.1.4", 401;
        LaunchError::Claims(claim().into()) => "roles_missing", "LTI Core 1.3 §5.3.7", 400;
        LaunchError::NonceMissing => "nonce_missing", "Security Framework 1.0 §5.1.3", 401;
        LaunchError::NonceMismatch => "nonce_mismatch", "Security Framework 1.0 §5.1.3", 401;
        LaunchError::DeploymentMismatch => "deployment_mismatch", "LTI Core 1.3 §4.1.2", 401;
        LaunchError::TargetLinkUriMismatch => "target_link_uri_mismatch", "LTI Core 1.3 §5.3.4", 401;
        LaunchError::LoginUnknown => "login_unknown", "Security Framework 1.0 §7.3.1", 401;
        LaunchError::LoginExpired => "login_expired", "Security Framework 1.0 §7.3.1", 401;
        LaunchError::StateMismatch => "state_mismatch", "Security Framework 1.0 §7.3.1", 401;
        LaunchError::BrowserMismatch => "browser_mismatch", "Security Framework 1.0 §7.3.1", 401;
        LaunchError::Platform(PlatformError(AuthenticationError::new(AuthenticationErrorCode::LoginRequired, None))) => "platform_login_required", "Security Framework 1.0 §5.1.1.5", 401;
        LaunchError::DeploymentUnknown => "deployment_unknown", "LTI Core 1.3 §5.3.3", 403;
        LaunchError::UserRequired => "user_required", "LTI Core 1.3 §5.3.6", 403;
        LaunchError::RegistrationNotActive => "registration_not_active", "Security Framework 1.0 §5.1.1.1", 403;
        LaunchError::OtherRegistration => "registration_mismatch", "Security Framework 1.0 §5.1.1.1", 401;
    }
    codes! {
        RespondError::Items(ItemFault::new(0, ItemRule::Url).into()) => "item_url_invalid", "Deep Linking 2.0 §3.1";
    }
    codes! {
        LoginError::OtherRegistration => "registration_mismatch", "Security Framework 1.0 §5.1.1.1", 400;
        LoginError::RegistrationNotActive => "registration_not_active", "Security Framework 1.0 §5.1.1.1", 403;
        LoginError::RedirectUri(url()) => "redirect_uri_invalid", "Security Framework 1.0 §5.1.1.2", 500;
    }
    codes! {
        Registration::new(plain_http()).unwrap_err() => "authentication_url_invalid", "Security Framework 1.0 §5.1.1.2";
    }
}

#[test]
fn what_platforms_say_has_codes() {
    use AuthenticationErrorCode as Code;
    for (error, code) in [
        (Code::InvalidRequest, "platform_invalid_request"),
        (Code::UnauthorizedClient, "platform_unauthorized_client"),
        (Code::AccessDenied, "platform_access_denied"),
        (Code::UnsupportedResponseType, "platform_unsupported_response_type"),
        (Code::InvalidScope, "platform_invalid_scope"),
        (Code::ServerError, "platform_server_error"),
        (Code::TemporarilyUnavailable, "platform_temporarily_unavailable"),
        (Code::InteractionRequired, "platform_interaction_required"),
        (Code::LoginRequired, "platform_login_required"),
        (Code::AccountSelectionRequired, "platform_account_selection_required"),
        (Code::ConsentRequired, "platform_consent_required"),
        (Code::InvalidRequestUri, "platform_invalid_request_uri"),
        (Code::InvalidRequestObject, "platform_invalid_request_object"),
        (Code::RequestNotSupported, "platform_request_not_supported"),
        (Code::RequestUriNotSupported, "platform_request_uri_not_supported"),
        (Code::RegistrationNotSupported, "platform_registration_not_supported"),
        (Code::from("odd"), "platform_error"),
    ] {
        assert_eq!(PlatformError(AuthenticationError::new(error, None)).code(), code);
    }
}
