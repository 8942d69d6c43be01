//! The parameters of OAuth, and the checks on them (RFC 5849 §3.1–3.3).

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use lti_types::DeploymentId;

use crate::signature::ReceivedMac;
use crate::{BaseString, ConsumerKey, Credential, NonceUse, OAuthError, SignatureMethod};

/// The longest nonce, in bytes.
const MAX_NONCE: usize = 1024;

/// What a message says of its signature: nothing of it is known to be true.
pub(crate) struct Claimed {
    pub(crate) consumer_key: ConsumerKey,
    pub(crate) method: SignatureMethod,
    timestamp: DateTime<Utc>,
    nonce: String,
    signature: ReceivedMac,
    pub(crate) body_hash: Option<String>,
}

/// What a signature proved.
pub(crate) struct Proof {
    pub(crate) account: DeploymentId,
    pub(crate) consumer_key: ConsumerKey,
    pub(crate) signed_at: DateTime<Utc>,
    pub(crate) nonce: String,
    pub(crate) remember_until: DateTime<Utc>,
}

impl Claimed {
    /// Reads the parameters of form or header, where no parameter of OAuth may stand twice.
    pub(crate) fn read<'p>(
        parameters: impl Iterator<Item = (&'p str, &'p str)> + Clone,
    ) -> Result<Self, OAuthError> {
        let mut names: Vec<&str> =
            parameters.clone().map(|(name, _)| name).filter(|name| name.starts_with("oauth_")).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        if names.len() != all {
            return Err(OAuthError::Repeated);
        }
        let get = |name: &'static str| {
            let found = parameters.clone().find(|(n, _)| *n == name);
            found.map(|(_, value)| value).filter(|value| !value.is_empty())
        };
        let need = |name| get(name).ok_or(OAuthError::Missing(name));

        // Present is enough to be wrong, even when empty.
        if parameters.clone().any(|(name, value)| name == "oauth_version" && value != "1.0") {
            return Err(OAuthError::Version);
        }
        let consumer_key = ConsumerKey::new(need("oauth_consumer_key")?)
            .map_err(|_| OAuthError::Malformed("oauth_consumer_key"))?;
        let method =
            SignatureMethod::from_wire(need("oauth_signature_method")?).ok_or(OAuthError::MethodUnknown)?;
        let timestamp = instant(need("oauth_timestamp")?).ok_or(OAuthError::Malformed("oauth_timestamp"))?;
        let nonce = need("oauth_nonce")?;
        if nonce.len() > MAX_NONCE {
            return Err(OAuthError::Malformed("oauth_nonce"));
        }
        let signature =
            ReceivedMac::decode(need("oauth_signature")?).ok_or(OAuthError::Malformed("oauth_signature"))?;
        let body_hash = get("oauth_body_hash").map(str::to_owned);
        Ok(Self { consumer_key, method, timestamp, nonce: nonce.to_owned(), signature, body_hash })
    }

    /// Checks, in this order: a credential is good with the key; it allows the method; the signature is that of one of
    /// the base strings; the timestamp lies in the window.
    pub(crate) fn verify(
        self,
        bases: &[BaseString],
        candidates: &[Credential],
        now: DateTime<Utc>,
    ) -> Result<Proof, OAuthError> {
        let mut refusal = OAuthError::KeyUnknown;
        for candidate in candidates {
            if candidate.consumer_key.as_ref().is_some_and(|key| *key != self.consumer_key) {
                continue;
            }
            if !candidate.methods.contains(&self.method) {
                if refusal == OAuthError::KeyUnknown {
                    refusal = OAuthError::MethodNotAllowed;
                }
                continue;
            }
            refusal = OAuthError::SignatureMismatch;
            if bases.iter().any(|base| self.method.verify(base, &candidate.secret, &self.signature)) {
                return self.in_time(candidate, now);
            }
        }
        Err(refusal)
    }

    fn in_time(self, credential: &Credential, now: DateTime<Utc>) -> Result<Proof, OAuthError> {
        let window = credential.window();
        let age = now.signed_duration_since(self.timestamp);
        if age > window {
            return Err(OAuthError::TooOld);
        }
        if age < -window {
            return Err(OAuthError::InFuture);
        }
        // A second more than the window: the last moment in which the message is accepted is remembered too.
        let remember_until = self.timestamp.checked_add_signed(window + TimeDelta::seconds(1));
        Ok(Proof {
            account: credential.account.clone(),
            consumer_key: self.consumer_key,
            signed_at: self.timestamp,
            nonce: self.nonce,
            remember_until: remember_until.unwrap_or(DateTime::<Utc>::MAX_UTC),
        })
    }
}

impl Proof {
    pub(crate) fn nonce_use(&self) -> NonceUse {
        NonceUse::new(&self.account, &self.consumer_key, &self.nonce, self.remember_until)
    }
}

impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claimed").field("method", &self.method).finish_non_exhaustive()
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Seconds since 1970, in digits.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn timestamps_are_digits() {
        assert_eq!(instant("1700000000").unwrap().timestamp(), 1_700_000_000);
        for text in
            ["", "-1", "+1", "1e9", "1700000000.5", " 1", "99999999999999999999", "9223372036854775807"]
        {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
