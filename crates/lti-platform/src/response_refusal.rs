//! Why a deep linking response is refused as a whole (Security Framework 1.0 §5.2, Deep Linking 2.0 §4.5).

use lti_jwks::{JwtError, OpenError, VerifyError};
use lti_types::FormError;

/// Why a deep linking response is refused. No variant holds or prints what the response said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseRefusal {
    /// Not a form with one field `JWT`, or a form that is too large.
    #[error("{0}")]
    Form(FormError),
    /// The field holds no token, or one that is too large.
    #[error("the response is malformed: {0}")]
    Token(#[from] JwtError),
    /// Key, algorithm, signature, issuer, audience or times are not right, or a claim has another form than it must.
    #[error("the response is not to be trusted: {0}")]
    Proof(VerifyError),
    /// The items are no list, one of them is no object, or there are more than 1,000.
    #[error("content_items is not a list of at most 1,000 items")]
    Items,
    /// There is no nonce, or one longer than 512 bytes, so that nobody could tell a replayed response.
    #[error("the response has no nonce")]
    NonceMissing,
    /// The message is not an `LtiDeepLinkingResponse`.
    #[error("the message is not a deep linking response")]
    MessageType,
    /// The version is not `1.3.0`.
    #[error("the version is not 1.3.0")]
    Version,
    /// The response names no deployment.
    #[error("the response names no deployment")]
    DeploymentMissing,
    /// `data` is not there, and it was in the request.
    #[error("the response does not echo data")]
    DataMissing,
    /// The response or its nonce came before.
    #[error("the request was answered before, or the nonce was used before")]
    Replayed,
    /// Somebody took too long to choose. It is the only one that trying again can help with.
    #[error("choosing took too long")]
    Expired,
    /// `data` is none that was sealed for this session.
    #[error("data is not the one that was sent in this session")]
    Data(OpenError),
    /// The browser's session has no id, or the session is somebody else's by now.
    #[error("the session is not that of the person who asked")]
    OtherSession,
    /// The request was sent to another client, or by another issuer.
    #[error("the request was sent to another tool")]
    OtherRequest,
    /// The deployment is not that of the request, or not one of the tool's any more.
    #[error("the deployment is not that of the request")]
    DeploymentMismatch,
    /// The response was posted to another address than the one that was sent.
    #[error("the response was posted to another address than the one that was sent")]
    ReturnUrl,
    /// The registration is pending or disabled.
    #[error("the tool's registration is not active")]
    RegistrationNotActive,
}

impl ResponseRefusal {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Form(error) => error.code(),
            Self::Token(error) => error.code(),
            Self::Proof(error) => error.code(),
            Self::Items => "content_items_invalid",
            Self::NonceMissing => "nonce_missing",
            Self::MessageType => "message_type_unexpected",
            Self::Version => "version_unsupported",
            Self::DeploymentMissing => "deployment_id_missing",
            Self::DataMissing => "data_missing",
            Self::Replayed => "response_replayed",
            Self::Expired => "request_expired",
            Self::Data(_) => "data_mismatch",
            Self::OtherSession => "session_mismatch",
            Self::OtherRequest => "request_mismatch",
            Self::DeploymentMismatch => "deployment_mismatch",
            Self::ReturnUrl => "return_url_mismatch",
            Self::RegistrationNotActive => "registration_not_active",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Form(_) | Self::ReturnUrl => "Deep Linking 2.0 §4.5",
            Self::Token(error) => error.spec(),
            Self::Proof(error) => error.spec(),
            Self::Items => "Deep Linking 2.0 §4.5.4",
            Self::NonceMissing | Self::Replayed => "Security Framework 1.0 §5.2.2",
            Self::MessageType => "Deep Linking 2.0 §4.5.1",
            Self::Version => "Deep Linking 2.0 §4.5.2",
            Self::DeploymentMissing | Self::DeploymentMismatch => "Deep Linking 2.0 §4.5.3",
            Self::DataMissing | Self::Expired | Self::Data(_) | Self::OtherSession | Self::OtherRequest => {
                "Deep Linking 2.0 §4.5.5"
            }
            Self::RegistrationNotActive => "Security Framework 1.0 §5.2.3",
        }
    }

    /// The HTTP status of the page that the person is shown.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Form(_)
            | Self::Token(_)
            | Self::Items
            | Self::NonceMissing
            | Self::MessageType
            | Self::Version
            | Self::DeploymentMissing
            | Self::DataMissing
            | Self::Expired
            | Self::ReturnUrl => 400,
            Self::Proof(_) => 401,
            Self::Replayed
            | Self::Data(_)
            | Self::OtherSession
            | Self::OtherRequest
            | Self::DeploymentMismatch
            | Self::RegistrationNotActive => 403,
        }
    }
}
