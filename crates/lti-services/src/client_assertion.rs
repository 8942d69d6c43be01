//! Client assertions: how a tool proves itself when it asks for a token (Security Framework 1.0 §4.1.1, RFC 7523 §3).

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use lti_jwks::{NumericDate, SignError, SigningKey, UnsignedJwt};
use lti_types::{ClientId, DeploymentId, EntropyUnavailable, Nonce, PlatformRecord};
use serde::Serialize;

/// The unique name of an assertion (`jti`): the platform takes each only once.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AssertionId(String);

/// What would make a replay of it is not shown.
impl fmt::Debug for AssertionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AssertionId")
    }
}

impl AssertionId {
    /// A fresh one, of 256 bits.
    ///
    /// # Errors
    /// [`EntropyUnavailable`] when the operating system has no randomness to give.
    pub fn random() -> Result<Self, EntropyUnavailable> {
        Ok(Self(Nonce::random()?.into()))
    }

    /// The same from given entropy: for tests, and for callers with a generator of their own.
    #[must_use]
    pub fn from_entropy(entropy: [u8; 32]) -> Self {
        Self(Nonce::from_entropy(entropy).into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A client assertion before it is signed.
///
/// `iss` and `sub` are the client id (quirk 46). `aud` is one string: the token URL exactly as it was registered, or
/// the audience that was registered instead (quirks 43, 44, 45).
///
/// ```
/// use chrono::DateTime;
/// use lti_services::{AssertionId, ClientAssertion};
/// use lti_types::ClientId;
///
/// let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
/// let (client_id, token_url) = (ClientId::new("quiz")?, "https://lms.example/token");
/// let assertion = ClientAssertion::new(client_id, token_url, AssertionId::random()?, now);
/// let claims: serde_json::Value = serde_json::from_slice(assertion.to_jwt()?.payload())?;
/// assert_eq!(claims["aud"], "https://lms.example/token");
/// assert_eq!(claims["iat"], 1_699_999_995);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClientAssertion {
    /// Who asks.
    pub client_id: ClientId,
    /// Who is asked: one string, compared byte for byte.
    pub audience: String,
    /// Its unique name.
    pub id: AssertionId,
    /// The time it is made at.
    pub now: DateTime<Utc>,
    /// The deployment that the token is to be for; some platforms want it, all ignore what they do not want.
    pub deployment_id: Option<DeploymentId>,
    /// How long it holds from its `iat` on: 5 minutes by default, and kept between 30 seconds and 5 minutes
    /// (quirk 51).
    pub lifetime: TimeDelta,
    /// How far `iat` is set back, for platforms whose clock is behind: 5 seconds by default, at most a minute.
    pub backdate: TimeDelta,
}

impl ClientAssertion {
    /// With the default times.
    #[must_use]
    pub fn new(
        client_id: ClientId,
        audience: impl Into<String>,
        id: AssertionId,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            client_id,
            audience: audience.into(),
            id,
            now,
            deployment_id: None,
            lifetime: TimeDelta::minutes(5),
            backdate: TimeDelta::seconds(5),
        }
    }

    /// For a registered platform; `None` if neither a token URL nor a token audience is registered.
    #[must_use]
    pub fn for_platform(platform: &PlatformRecord, id: AssertionId, now: DateTime<Utc>) -> Option<Self> {
        let audience = match platform.token_audience.as_deref().filter(|text| !text.trim().is_empty()) {
            Some(audience) => audience,
            None => platform.token_url.as_ref().filter(|url| !url.is_blank())?.as_str(),
        };
        Some(Self::new(platform.client_id.clone(), audience, id, now))
    }

    /// The claims, to be signed with a key in memory or in a key service.
    ///
    /// # Errors
    /// [`SignError::TooLarge`] for identifiers of absurd length.
    pub fn to_jwt(&self) -> Result<UnsignedJwt, SignError> {
        #[derive(Serialize)]
        struct Claims<'a> {
            iss: &'a str,
            sub: &'a str,
            aud: &'a str,
            iat: NumericDate,
            exp: NumericDate,
            jti: &'a str,
            #[serde(
                rename = "https://purl.imsglobal.org/spec/lti/claim/deployment_id",
                skip_serializing_if = "Option::is_none"
            )]
            deployment_id: Option<&'a DeploymentId>,
        }
        let lifetime = self.lifetime.clamp(TimeDelta::seconds(30), TimeDelta::minutes(5));
        let backdate = self.backdate.clamp(TimeDelta::zero(), TimeDelta::minutes(1));
        // At the very beginning of time there is nothing to set back to.
        let issued_at = self.now.checked_sub_signed(backdate).unwrap_or(self.now);
        let expires_at = issued_at.checked_add_signed(lifetime.max(backdate + TimeDelta::seconds(30)));
        UnsignedJwt::new(&Claims {
            iss: self.client_id.as_str(),
            sub: self.client_id.as_str(),
            aud: &self.audience,
            iat: issued_at.into(),
            exp: expires_at.unwrap_or(issued_at).into(),
            jti: self.id.as_str(),
            deployment_id: self.deployment_id.as_ref(),
        })
    }

    /// The compact token, signed.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, SignError> {
        self.to_jwt()?.sign(key)
    }
}

#[cfg(test)]
mod tests {
    use lti_types::{Deployments, Issuer};
    use serde_json::Value;

    use super::*;

    fn claims(assertion: &ClientAssertion) -> Value {
        serde_json::from_slice(assertion.to_jwt().unwrap().payload()).unwrap()
    }

    fn record() -> PlatformRecord {
        let mut record = PlatformRecord::new(
            Issuer::new("https://lms.example").unwrap(),
            ClientId::new("quiz").unwrap(),
            Deployments::NotYetKnown,
            "https://lms.example/auth".into(),
        );
        record.token_url = Some("https://LMS.example/token".into());
        record
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 999_000_000).unwrap()
    }

    #[test]
    fn quirks_43_44_45_the_audience_is_one_string_byte_for_byte() {
        let of = |record: &PlatformRecord| {
            claims(&ClientAssertion::for_platform(record, AssertionId::from_entropy([1; 32]), now()).unwrap())
        };
        let mut record = record();
        assert_eq!(of(&record)["aud"], "https://LMS.example/token");
        record.token_audience = Some(String::new());
        assert_eq!(of(&record)["aud"], "https://LMS.example/token");
        record.token_audience = Some("https://api.brightspace.com/auth/token".to_owned());
        assert_eq!(of(&record)["aud"], "https://api.brightspace.com/auth/token");
        (record.token_audience, record.token_url) = (None, None);
        assert!(ClientAssertion::for_platform(&record, AssertionId::from_entropy([1; 32]), now()).is_none());
    }

    #[test]
    fn quirks_46_47_51_issuer_subject_and_times() {
        let mut assertion =
            ClientAssertion::for_platform(&record(), AssertionId::from_entropy([1; 32]), now()).unwrap();
        assertion.deployment_id = Some(DeploymentId::new("d1").unwrap());
        let json = claims(&assertion);
        assert_eq!((&json["iss"], &json["sub"]), (&Value::from("quiz"), &Value::from("quiz")));
        assert_eq!((&json["iat"], &json["exp"]), (&Value::from(1_699_999_995), &Value::from(1_700_000_295)));
        assert_eq!(json["https://purl.imsglobal.org/spec/lti/claim/deployment_id"], "d1");
        assert_eq!(json["jti"].as_str().unwrap().len(), 43);
        for (lifetime, expected) in
            [(TimeDelta::hours(5), 300), (TimeDelta::zero(), 35), (TimeDelta::seconds(60), 60)]
        {
            assertion.lifetime = lifetime;
            let json = claims(&assertion);
            assert_eq!(json["exp"].as_i64().unwrap() - json["iat"].as_i64().unwrap(), expected);
        }
        assertion.now = DateTime::<Utc>::MAX_UTC;
        assert!(assertion.to_jwt().is_ok());
        assert_ne!(AssertionId::random().unwrap(), AssertionId::random().unwrap());
    }
}
