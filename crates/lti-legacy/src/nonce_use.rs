//! The use of a nonce: to be recorded before a message counts (RFC 5849 §3.3).

use chrono::{DateTime, Utc};
use lti_types::DeploymentId;
use sha2::{Digest as _, Sha256};

use crate::ConsumerKey;

/// What a store must hear of a signed message: that it was used, until when to know that, and under which name.
/// A nonce is good once within an account and consumer key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NonceUse {
    store_key: String,
    remember_until: DateTime<Utc>,
}

impl NonceUse {
    pub(crate) fn new(
        account: &DeploymentId,
        consumer_key: &ConsumerKey,
        nonce: &str,
        remember_until: DateTime<Utc>,
    ) -> Self {
        use base64::Engine as _;
        let mut hash = Sha256::new();
        for part in [account.as_str(), consumer_key.as_str(), nonce] {
            // With lengths, so that no two triples run together.
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let store_key = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash.finalize());
        Self { store_key, remember_until }
    }

    /// The name to record: 43 characters, of which none needs escaping anywhere.
    #[must_use]
    pub fn store_key(&self) -> &str {
        &self.store_key
    }

    /// Until when to remember it: afterwards the timestamp alone refuses the message.
    #[must_use]
    pub fn remember_until(&self) -> DateTime<Utc> {
        self.remember_until
    }
}

#[cfg(test)]
mod tests {
    use super::NonceUse;
    use crate::ConsumerKey;
    use chrono::DateTime;
    use lti_types::DeploymentId;

    #[test]
    fn account_key_and_nonce_make_the_name() {
        let name = |account: &str, key: &str, nonce: &str| {
            let account = DeploymentId::new(account).unwrap();
            let key = ConsumerKey::new(key).unwrap();
            NonceUse::new(&account, &key, nonce, DateTime::UNIX_EPOCH).store_key().to_owned()
        };
        let one = name("a", "bc", "d");
        assert_eq!(one.len(), 43);
        assert_eq!(one, name("a", "bc", "d"));
        for other in [name("ab", "c", "d"), name("a", "b", "cd"), name("x", "bc", "d"), name("a", "bc", "e")]
        {
            assert_ne!(one, other);
        }
    }
}
