//! What callers tell refusals apart by: codes, sections and statuses stay as they are.

use lti_jwks::{JwtError, OpenError, SealError, SignError, VerifyError};
use lti_types::{Claim, ClaimFault, ClaimProblem, FormError, InvalidUrl};

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

#[test]
fn refusals_keep_their_codes_sections_and_statuses() {
    codes! {
        InvalidRegistration::Issuer(url()) => "issuer_invalid", "Security Framework 1.0 §5.1.2";
        InvalidRegistration::IssuerParts => "issuer_with_query_or_fragment", "Security Framework 1.0 §5.1.2";
        InvalidRegistration::LoginUrl(url()) => "login_url_invalid", "Security Framework 1.0 §5.1.1.1";
        InvalidRegistration::RedirectUri(url()) => "redirect_uri_invalid", "Security Framework 1.0 §5.1.1.2";
        InvalidRegistration::TargetLinkUri(url()) => "target_link_uri_invalid", "LTI Core 1.3 §5.3.4";
    }
    codes! {
        ResponseRefusal::Form(FormError::TooLarge) => "form_too_large", "Deep Linking 2.0 §4.5", 400;
        ResponseRefusal::Token(JwtError::TooLarge) => "too_large", "RFC 8259 §9", 400;
        ResponseRefusal::Proof(VerifyError::Expired) => "expired", "RFC 7519 §4.1.4", 401;
        ResponseRefusal::Items => "content_items_invalid", "Deep Linking 2.0 §4.5.4", 400;
        ResponseRefusal::NonceMissing => "nonce_missing", "Security Framework 1.0 §5.2.2", 400;
        ResponseRefusal::MessageType => "message_type_unexpected", "Deep Linking 2.0 §4.5.1", 400;
        ResponseRefusal::Version => "version_unsupported", "Deep Linking 2.0 §4.5.2", 400;
        ResponseRefusal::DeploymentMissing => "deployment_id_missing", "Deep Linking 2.0 §4.5.3", 400;
        ResponseRefusal::DataMissing => "data_missing", "Deep Linking 2.0 §4.5.5", 400;
        ResponseRefusal::Replayed => "response_replayed", "Security Framework 1.0 §5.2.2", 403;
        ResponseRefusal::Expired => "request_expired", "Deep Linking 2.0 §4.5.5", 400;
        ResponseRefusal::Data(OpenError::Tampered) => "data_mismatch", "Deep Linking 2.0 §4.5.5", 403;
        ResponseRefusal::OtherSession => "session_mismatch", "Deep Linking 2.0 §4.5.5", 403;
        ResponseRefusal::OtherRequest => "request_mismatch", "Deep Linking 2.0 §4.5.5", 403;
        ResponseRefusal::DeploymentMismatch => "deployment_mismatch", "Deep Linking 2.0 §4.5.3", 403;
        ResponseRefusal::ReturnUrl => "return_url_mismatch", "Deep Linking 2.0 §4.5", 400;
        ResponseRefusal::RegistrationNotActive => "registration_not_active", "Security Framework 1.0 §5.2.3", 403;
    }
    codes! {
        MessageFault::Claim(ClaimFault::new(Claim::Roles, ClaimProblem::Missing)) => "roles_missing", "LTI Core 1.3 §5.3.7";
        MessageFault::Role => "role_not_a_uri", "LTI Core 1.3 §5.3.7";
        MessageFault::NoVocabularyRole => "role_vocabulary_missing", "LTI Core 1.3 §5.3.7";
        MessageFault::NoVocabularyContextType => "context_type_vocabulary_missing", "LTI Core 1.3 §5.4.1";
        MessageFault::MentorScopeWithoutMentor => "mentor_scope_without_mentor", "LTI Core 1.3 §5.4.3";
        MessageFault::PlatformWithoutGuid => "platform_without_guid", "LTI Core 1.3 §5.4.2";
        MessageFault::Url(Claim::ResourceLink) => "url_not_https", "LTI Core 1.3 §5.3.5";
        MessageFault::NotAscii(Claim::ResourceLink) => "identifier_not_ascii", "LTI Core 1.3 §5.3.5";
        MessageFault::Whitespace(Claim::ResourceLink) => "identifier_whitespace", "LTI Core 1.3 §5.3.5";
        MessageFault::TooLong(Claim::ResourceLink) => "identifier_too_long", "LTI Core 1.3 §5.3.5";
        MessageFault::Service(Claim::ResourceLink) => "service_incomplete", "LTI Core 1.3 §5.3.5";
        MessageFault::ScopeNotGranted(Claim::GradeService) => "scope_not_granted", "AGS 2.0 §3.1";
        MessageFault::DocumentTarget => "document_target_unsupported", "LTI Core 1.3 §5.4.4";
        MessageFault::ExtensionName => "extension_name_not_a_url", "LTI Core 1.3 §5.4.7";
        MessageFault::ExtensionTaken => "extension_name_taken", "LTI Core 1.3 §5.4.7";
    }
    codes! {
        RespondError::Message(MessageFault::Role.into()) => "role_not_a_uri", "LTI Core 1.3 §5.3.7";
        RespondError::Sign(SignError::TooLarge) => "token_too_large", "RFC 7515 §7.1";
    }
    codes! {
        ItemRefusal::OneAccepted => "one_item_accepted", "Deep Linking 2.0 §4.4.1";
        ItemRefusal::Type => "item_type_not_accepted", "Deep Linking 2.0 §4.4.1";
        ItemRefusal::Incomplete => "item_incomplete", "Deep Linking 2.0 §3.1";
        ItemRefusal::Url => "item_url_invalid", "Deep Linking 2.0 §3.1";
        ItemRefusal::MediaType => "media_type_not_accepted", "Deep Linking 2.0 §4.4.1";
        ItemRefusal::ScoreMaximum => "score_maximum_invalid", "AGS 2.0 §3.2.5";
    }
    codes! {
        AskError::NotDeepLinking => "not_deep_linking", "Deep Linking 2.0 §4.4";
        AskError::Seal(SealError::TooLarge) => "value_too_large", "Deep Linking 2.0 §4.4.1";
    }
    codes! {
        InitiateError::RegistrationNotActive => "registration_not_active", "Security Framework 1.0 §5.1.1.1";
        InitiateError::DeploymentUnknown => "deployment_unknown", "LTI Core 1.3 §3.1.3";
        InitiateError::SessionWithoutId => "session_without_id", "Security Framework 1.0 §5.1.1.1";
        InitiateError::TargetLinkUri(url()) => "target_link_uri_invalid", "LTI Core 1.3 §5.3.4";
    }
}
