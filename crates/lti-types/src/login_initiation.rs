//! Third-party initiated login: the platform asks the tool to begin (Security Framework 1.0 §5.1.1.1,
//! LTI Core 1.3 §4.1).

use std::fmt;

use url::Url;

use crate::form::Parameters;
use crate::{
    ClientId, DeploymentId, FormError, FormPost, Issuer, LoginHint, MessageHint, StorageTarget, WireUrl,
};

/// The most bytes of a query or body that are looked at.
const MAX_LEN: usize = 64 * 1024;

/// A login initiation. None of it is signed: it tells a tool whom to ask, not what to believe.
///
/// ```
/// use lti_types::LoginInitiation;
/// let login = LoginInitiation::from_query(
///     "iss=https%3A%2F%2Flms.example&login_hint=7&target_link_uri=https%3A%2F%2Ftool.example%2F&client_id=abc&x=1")?;
/// assert_eq!(login.iss.as_str(), "https://lms.example");
/// assert_eq!(login.other, [("x".to_owned(), "1".to_owned())]);
/// assert!(LoginInitiation::from_query("iss=a&iss=b&login_hint=7&target_link_uri=c").is_err());
/// # Ok::<(), lti_types::FormError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoginInitiation {
    /// The platform.
    pub iss: Issuer,
    /// Opaque; echoed.
    pub login_hint: LoginHint,
    /// Where the launch will lead, as somebody says who has not proven anything yet.
    pub target_link_uri: WireUrl,
    /// Opaque; echoed unaltered if it came.
    pub lti_message_hint: Option<MessageHint>,
    /// The deployment; the launch must name the same.
    pub lti_deployment_id: Option<DeploymentId>,
    /// The tool's client id, where the platform knows several.
    pub client_id: Option<ClientId>,
    /// The frame that answers storage messages, where cookies may be blocked.
    pub lti_storage_target: Option<StorageTarget>,
    /// Parameters that the specification does not name.
    pub other: Vec<(String, String)>,
}

/// Hints and unknown values are not shown.
impl fmt::Debug for LoginInitiation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginInitiation")
            .field("iss", &self.iss)
            .field("client_id", &self.client_id)
            .field("lti_deployment_id", &self.lti_deployment_id)
            .field("lti_storage_target", &self.lti_storage_target)
            .finish_non_exhaustive()
    }
}

impl LoginInitiation {
    /// With what is required; assign the others.
    #[must_use]
    pub fn new(iss: Issuer, login_hint: LoginHint, target_link_uri: WireUrl) -> Self {
        Self {
            iss,
            login_hint,
            target_link_uri,
            lti_message_hint: None,
            lti_deployment_id: None,
            client_id: None,
            lti_storage_target: None,
            other: Vec::new(),
        }
    }

    /// Reads the query of a GET request (without `?`).
    ///
    /// # Errors
    /// [`FormError`]: over 64 KiB, a required parameter missing, or one of the specification's given twice.
    pub fn from_query(query: &str) -> Result<Self, FormError> {
        Self::read(Parameters::decode(query.as_bytes(), MAX_LEN)?)
    }

    /// Reads the body of a POST request. Where a request has both, the body is what counts.
    ///
    /// # Errors
    /// As [`LoginInitiation::from_query`].
    pub fn from_form(body: &[u8]) -> Result<Self, FormError> {
        Self::read(Parameters::decode(body, MAX_LEN)?)
    }

    /// Reads decoded names and values.
    ///
    /// # Errors
    /// As [`LoginInitiation::from_query`].
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, FormError> {
        Self::read(Parameters::collect(pairs, MAX_LEN)?)
    }

    fn read(mut parameters: Parameters) -> Result<Self, FormError> {
        Ok(Self {
            iss: parameters.require_as("iss")?,
            login_hint: parameters.require_as("login_hint")?,
            target_link_uri: parameters.require_as::<WireUrl>("target_link_uri")?,
            lti_message_hint: parameters.take_as("lti_message_hint")?,
            lti_deployment_id: parameters.take_as("lti_deployment_id")?,
            client_id: parameters.take_as("client_id")?,
            lti_storage_target: parameters.take_as("lti_storage_target")?,
            other: parameters.rest(),
        })
    }

    /// Names and values, in the order of the specification.
    #[must_use]
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        let mut pairs = vec![
            ("iss".to_owned(), self.iss.as_str().to_owned()),
            ("login_hint".to_owned(), self.login_hint.as_str().to_owned()),
            ("target_link_uri".to_owned(), self.target_link_uri.as_str().to_owned()),
        ];
        let optional = [
            ("lti_message_hint", self.lti_message_hint.as_ref().map(MessageHint::as_str)),
            ("lti_deployment_id", self.lti_deployment_id.as_ref().map(DeploymentId::as_str)),
            ("client_id", self.client_id.as_ref().map(ClientId::as_str)),
            ("lti_storage_target", self.lti_storage_target.as_ref().map(StorageTarget::as_str)),
        ];
        pairs.extend(optional.into_iter().filter_map(|(n, v)| v.map(|v| (n.to_owned(), v.to_owned()))));
        pairs.extend(self.other.iter().cloned());
        pairs
    }

    /// The tool's login URL with the parameters appended: where to send the browser by GET.
    #[must_use]
    pub fn to_url(&self, login_url: &Url) -> Url {
        let mut url = login_url.clone();
        url.query_pairs_mut().extend_pairs(self.to_pairs());
        url
    }

    /// The same as a form to post.
    #[must_use]
    pub fn to_form_post(&self, login_url: &Url) -> FormPost {
        FormPost::new(login_url.as_str(), self.to_pairs())
    }
}
