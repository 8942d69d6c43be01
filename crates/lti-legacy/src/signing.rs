//! Signing what a browser posts (RFC 5849 §3.4, LTI 1.1 §4).

use chrono::{DateTime, Utc};
use lti_types::{FormPost, InvalidUrl, Nonce, WireUrl};

use crate::base_string::query;
use crate::launch_parameters::is_protocol_parameter;
use crate::{BaseString, LaunchParameters, ParameterFaults, Parameters, Signer};

/// Why a message cannot be signed: all of it is the sender's own data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The address is not usable.
    #[error("the address is not usable: {0}")]
    Address(#[from] InvalidUrl),
    /// The message lacks what its type requires.
    #[error("{0}")]
    Parameters(#[from] ParameterFaults),
    /// A parameter named `oauth_…` is given: these are the signature's own.
    #[error("parameters of OAuth are not given but made")]
    Reserved,
    /// A parameter of the protocol would stand twice, in the form or in form and query.
    #[error("a parameter of the protocol would stand twice")]
    Repeated,
    /// More than anybody would read.
    #[error("the message is too large")]
    TooLarge,
    /// The body holds what XML cannot hold.
    #[error("a text holds characters that XML cannot hold")]
    NotXml,
}

impl SignError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address(error) => error.code(),
            Self::Parameters(faults) => faults.first().code(),
            Self::Reserved => "parameter_reserved",
            Self::Repeated => "parameter_repeated",
            Self::TooLarge => "message_too_large",
            Self::NotXml => "text_not_xml",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Address(_) => "RFC 5849 §3.4.1.2",
            Self::Parameters(faults) => faults.first().spec(),
            Self::Reserved | Self::Repeated => "RFC 5849 §3.1",
            Self::TooLarge => "RFC 5849 §3.4.1.3",
            Self::NotXml => "XML 1.0 §2.2",
        }
    }
}

impl Signer {
    /// A launch, or a content-item request, as the form that the browser is to post to the tool. Fresh for each: the
    /// tool takes a nonce once.
    ///
    /// ```
    /// use chrono::DateTime;
    /// use lti_legacy::{ConsumerKey, LaunchParameters, LegacyMessageType, SharedSecret, Signer};
    /// use lti_types::{Nonce, ResourceLinkId};
    /// let signer = Signer::new(ConsumerKey::new("key1")?, SharedSecret::new("s3cr&t")?);
    /// let mut launch = LaunchParameters::new(LegacyMessageType::Launch);
    /// launch.resource_link_id = Some(ResourceLinkId::new("rl-42")?);
    /// let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    /// let post = signer.launch(&"https://tool.example/launch?a=1".into(), &launch, &Nonce::random()?, now)?;
    /// assert_eq!(post.action, "https://tool.example/launch?a=1");
    /// assert_eq!(post.field("oauth_callback"), Some("about:blank"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`SignError`].
    pub fn launch(
        &self,
        launch_url: &WireUrl,
        launch: &LaunchParameters,
        nonce: &Nonce,
        now: DateTime<Utc>,
    ) -> Result<FormPost, SignError> {
        launch.check()?;
        self.form(launch_url, launch.write(), nonce, now)
    }

    /// Any form, signed as it is: line ends become what browsers make of them, the parameters of OAuth are added, and
    /// those in the query of the address are signed and stay there.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn form(
        &self,
        url: &WireUrl,
        parameters: Parameters,
        nonce: &Nonce,
        now: DateTime<Utc>,
    ) -> Result<FormPost, SignError> {
        let query = Parameters::from_form(query(url).as_bytes()).map_err(|_| SignError::TooLarge)?;
        let is_oauth = |(name, _): (&str, &str)| name.starts_with("oauth_");
        if parameters.iter().any(is_oauth) || query.iter().any(is_oauth) {
            return Err(SignError::Reserved);
        }
        let mut fields = parameters;
        fields.push("oauth_version", "1.0");
        fields.push("oauth_callback", "about:blank");
        fields.push("oauth_consumer_key", self.consumer_key.as_str());
        fields.push("oauth_nonce", nonce.as_str());
        fields.push("oauth_timestamp", now.timestamp().to_string());
        fields.push("oauth_signature_method", self.method.as_str());
        let mut fields: Parameters = fields
            .into_pairs()
            .into_iter()
            .map(|(name, value)| (as_browsers_send(name), as_browsers_send(value)))
            .collect();
        let mut names: Vec<_> = query
            .iter()
            .chain(fields.iter())
            .map(|(name, _)| name)
            .filter(|name| is_protocol_parameter(name))
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        if names.len() != all {
            return Err(SignError::Repeated);
        }
        let base = BaseString::new("POST", url, query.iter().chain(fields.iter()))?;
        fields.push("oauth_signature", self.method.sign(&base, &self.secret));
        if fields.len() + query.len() > Parameters::MAX_COUNT
            || fields.to_form().len() > Parameters::MAX_BYTES
        {
            return Err(SignError::TooLarge);
        }
        Ok(FormPost::new(url.as_str(), fields.into_pairs()))
    }
}

/// With the line ends that browsers put into what they post.
fn as_browsers_send(text: String) -> String {
    if !text.contains(['\r', '\n']) {
        return text;
    }
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

#[cfg(test)]
mod tests {
    use super::as_browsers_send;

    #[test]
    fn line_ends() {
        for (text, sent) in
            [("a b", "a b"), ("a\nb", "a\r\nb"), ("\r\n\r\n\n", "\r\n\r\n\r\n"), ("a\r\rb", "a\r\n\r\nb")]
        {
            assert_eq!(as_browsers_send(text.to_owned()), sent);
            assert_eq!(as_browsers_send(sent.to_owned()), sent);
        }
    }
}
