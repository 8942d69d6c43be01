//! One-time tokens: an administrator invites a tool to register (LTI Dynamic Registration 1.0 §3.4).

use base64::Engine as _;
use chrono::{DateTime, TimeDelta, Utc};
use lti_types::{RegistrationToken, WireUrl};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::{AddressRules, Problem};

/// How long an invitation holds, unless another time is set.
const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// What an administrator consented to: that one tool may register, once, for a while. Store it under the
/// [`store_key`] of a fresh random token until [`Invitation::expires`], and take it out once, atomically; the token
/// itself need not be kept.
///
/// ```
/// use lti_registration::AddressRules;
/// use lti_registration::platform::{Invitation, store_key};
/// use lti_types::RegistrationToken;
/// let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// let token = RegistrationToken::random()?;
/// let invitation = Invitation::new("north-campus", "admin-7", now);
/// let key = store_key(&token); // store `invitation` under it
/// let page = Invitation::url(&"https://tool.example/register?plan=a".into(),
///     &"https://lms.example/openid-configuration".into(), &token, AddressRules::default()).unwrap();
/// assert!(page.as_str().starts_with(
///     "https://tool.example/register?plan=a&openid_configuration=https%3A%2F%2Flms.example%2F"));
/// # assert!(!key.contains(token.as_str()) && invitation.expires > now);
/// # Ok::<(), lti_types::EntropyUnavailable>(())
/// ```
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Invitation {
    /// Whose platform it is for, where one server has several.
    pub tenant: String,
    /// Who invited.
    pub administrator: String,
    /// Until when it holds.
    pub expires: DateTime<Utc>,
}

impl Invitation {
    /// An invitation for an hour.
    #[must_use]
    pub fn new(tenant: impl Into<String>, administrator: impl Into<String>, now: DateTime<Utc>) -> Self {
        let expires = now.checked_add_signed(LIFETIME).unwrap_or(now);
        Self { tenant: tenant.into(), administrator: administrator.into(), expires }
    }

    /// Where to send the administrator's browser: the tool's registration page, with what it has to know behind the
    /// parameters that it has.
    ///
    /// # Errors
    /// [`Problem`], for an address of the tool that no browser should be sent to.
    pub fn url(
        tool_page: &WireUrl,
        configuration: &WireUrl,
        token: &RegistrationToken,
        rules: AddressRules,
    ) -> Result<Url, Problem> {
        let mut url = rules.check(tool_page)?;
        url.query_pairs_mut()
            .append_pair("openid_configuration", configuration.as_str())
            .append_pair("registration_token", token.as_str());
        Ok(url)
    }
}

/// The name under which a store keeps what a token opens: a digest, so that whoever reads the store has no tokens.
///
/// [`Invitation`] has an example.
#[must_use]
pub fn store_key(token: &RegistrationToken) -> String {
    let digest = Sha256::digest(token.as_str().as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest)
}
