//! Claims that were signed by whom they say, for us, and in time.

use std::fmt;
use std::ops::Deref;

use chrono::{DateTime, Utc};

use crate::{Algorithm, KeyId};

/// Claims out of a token that passed [`UnverifiedJwt::verify`](crate::UnverifiedJwt::verify): the proof of it,
/// since there is no other way to come by one.
///
/// It cannot be built:
///
/// ```compile_fail,E0451
/// # use lti_jwks::{Algorithm, RegisteredClaims, Verified};
/// let forged: Verified<RegisteredClaims> = Verified {
///     claims: RegisteredClaims::default(),
///     payload: Vec::new(),
///     algorithm: Algorithm::Rs256,
///     key_id: None,
///     acceptable_until: Default::default(),
/// };
/// ```
///
/// ```compile_fail,E0599
/// # use lti_jwks::{RegisteredClaims, Verified};
/// let forged = Verified::new(RegisteredClaims::default());
/// ```
///
/// nor be read from JSON:
///
/// ```compile_fail,E0277
/// # use lti_jwks::{RegisteredClaims, Verified};
/// let forged: Verified<RegisteredClaims> = serde_json::from_str("{}").unwrap();
/// ```
///
/// nor changed:
///
/// ```compile_fail,E0594
/// # use lti_jwks::{RegisteredClaims, Verified};
/// fn promote(mut claims: Verified<RegisteredClaims>) {
///     claims.subject = Some("admin".into());
/// }
/// ```
pub struct Verified<T> {
    pub(crate) claims: T,
    pub(crate) payload: Vec<u8>,
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<KeyId>,
    pub(crate) acceptable_until: DateTime<Utc>,
}

impl<T> Verified<T> {
    /// The claims, without the proof.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.claims
    }

    /// The claims, and the payload that they were read from.
    #[must_use]
    pub fn into_parts(self) -> (T, Vec<u8>) {
        (self.claims, self.payload)
    }

    /// The JSON the claims were read from, as it was signed.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The algorithm of the signature.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The name of the key that signed, as the key set has it.
    #[must_use]
    pub fn key_id(&self) -> Option<&KeyId> {
        self.key_id.as_ref()
    }

    /// From when on the same token would be refused as expired: `exp` and the leeway, rounded up to a second.
    ///
    /// Whoever remembers a `nonce` or `jti` to refuse it the second time must remember it until then. At the end
    /// of representable time for an absurdly distant `exp`.
    #[must_use]
    pub fn acceptable_until(&self) -> DateTime<Utc> {
        self.acceptable_until
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.claims
    }
}

impl<T: fmt::Debug> fmt::Debug for Verified<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("claims", &self.claims)
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}
