//! Public keys that signatures can be verified with (RFC 7518 §6.2.1, §6.3.1).

use std::fmt;

use crate::curve::EcPoint;
use crate::jwk::Jwk;
use crate::key_numbers::{KeyKind, PublicNumbers};
use crate::pem::{self, Pem};
use crate::rsa_numbers::RsaPublicNumbers;
use crate::{Algorithm, KeyId, PemError, backend};

/// A public key, checked and parsed once, so that verifying costs the signature and nothing else.
///
/// RSA of 2048 to 8192 bits, or EC on P-256 or P-384. It knows which algorithms it may be used with: those of its
/// type and curve, or only the one that its `alg` names. A token cannot widen that.
///
/// ```
/// use lti_jwks::{RsaSize, SigningKey, VerifyingKey};
///
/// let pem = SigningKey::generate_rsa(RsaSize::Rsa2048)?.public_pem();
/// let key = VerifyingKey::from_pem(&pem)?;
/// assert_eq!(key.key_id(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct VerifyingKey {
    key_id: Option<KeyId>,
    numbers: PublicNumbers,
    backend: backend::PublicKey,
    algorithms: Vec<Algorithm>,
    /// From the key's own `alg`; absent, any algorithm of its type.
    named_algorithm: Option<Algorithm>,
}

/// Why a public key cannot be used for verifying (RFC 7517 §4, RFC 7518 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum UnusableKey {
    /// No `kty`, or the element of the set is no key at all.
    #[error("the key says no type")]
    KeyTypeMissing,
    /// A `kty` other than `RSA` and `EC`.
    #[error("keys of this type are not supported")]
    KeyTypeUnsupported,
    /// A `crv` other than `P-256` and `P-384`.
    #[error("EC keys on this curve are not supported")]
    CurveUnsupported,
    /// A `kid` that is no string, empty, too long or with control characters.
    #[error("the key's id is malformed")]
    KeyIdMalformed,
    /// `n` or `e`, or `crv`, `x` or `y`, is absent or no string.
    #[error("the key lacks a number that keys of its type must have")]
    MemberMissing,
    /// A number is not base64url.
    #[error("a number of the key is not base64url")]
    MemberMalformed,
    /// An `alg` that is not supported; symmetric ones never are.
    #[error("the key's algorithm is not supported")]
    AlgorithmUnsupported,
    /// An `alg` that goes with keys of another type or curve.
    #[error("the key's algorithm is not one for keys of its type")]
    AlgorithmMismatch,
    /// A `use` other than `sig`.
    #[error("the key is not meant for signatures")]
    UseNotSignature,
    /// `key_ops` without `verify`.
    #[error("the key's operations do not include verifying")]
    OperationsWithoutVerify,
    /// A modulus of fewer than 2048 bits.
    #[error("the RSA key has {bits} bits, and at least 2048 are required")]
    #[non_exhaustive]
    RsaTooShort {
        /// Bits of the modulus.
        bits: usize,
    },
    /// A modulus of more than 8192 bits.
    #[error("the RSA key has {bits} bits, and at most 8192 are accepted")]
    #[non_exhaustive]
    RsaTooLong {
        /// Bits of the modulus.
        bits: usize,
    },
    /// A public exponent that is even, 1, or longer than 32 bits.
    #[error("the RSA key's public exponent is not acceptable")]
    ExponentUnacceptable,
    /// The text is not the PEM of a public key.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// The cryptographic library does not accept the key: an even modulus, a point that is not on the curve, …
    #[error("the key is not valid")]
    Rejected,
}

impl UnusableKey {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::KeyTypeMissing => "key_type_missing",
            Self::KeyTypeUnsupported => "key_type_unsupported",
            Self::CurveUnsupported => "key_curve_unsupported",
            Self::KeyIdMalformed => "key_id_malformed",
            Self::MemberMissing => "key_member_missing",
            Self::MemberMalformed => "key_member_malformed",
            Self::AlgorithmUnsupported => "key_algorithm_unsupported",
            Self::AlgorithmMismatch => "key_algorithm_of_other_type",
            Self::UseNotSignature => "key_use_not_signature",
            Self::OperationsWithoutVerify => "key_operations_without_verify",
            Self::RsaTooShort { .. } => "rsa_too_short",
            Self::RsaTooLong { .. } => "rsa_too_long",
            Self::ExponentUnacceptable => "rsa_exponent_unacceptable",
            Self::Pem(error) => error.code(),
            Self::Rejected => "key_rejected",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        match self {
            Self::KeyTypeMissing | Self::KeyTypeUnsupported => "RFC 7517 §4.1",
            Self::KeyIdMalformed => "RFC 7517 §4.5",
            Self::MemberMissing | Self::MemberMalformed | Self::Rejected => "RFC 7518 §6",
            Self::CurveUnsupported => "RFC 7518 §6.2.1.1",
            Self::AlgorithmUnsupported | Self::AlgorithmMismatch => "RFC 7517 §4.4",
            Self::UseNotSignature => "RFC 7517 §4.2",
            Self::OperationsWithoutVerify => "RFC 7517 §4.3",
            Self::RsaTooShort { .. } | Self::RsaTooLong { .. } => "RFC 7518 §3.3",
            Self::ExponentUnacceptable => "RFC 8017 §3.1",
            Self::Pem(error) => error.spec(),
        }
    }
}

impl VerifyingKey {
    /// The key of a key set's member. Padding in its numbers is tolerated; `alg` and `use` may be absent.
    ///
    /// # Errors
    /// [`UnusableKey`], see there.
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, UnusableKey> {
        let numbers = jwk.numbers()?;
        jwk.check_purpose()?;
        let named_algorithm = jwk.named_algorithm(&numbers)?;
        Self::from_numbers(numbers, named_algorithm, jwk.key_id())
    }

    /// Reads PEM, `PUBLIC KEY` or `RSA PUBLIC KEY` (RFC 7468 §13, RFC 8017 §A.1.1). It has no name.
    ///
    /// # Errors
    /// [`UnusableKey::Pem`], saying what the text is instead, or another variant for a key that is not
    /// acceptable.
    pub fn from_pem(text: &str) -> Result<Self, UnusableKey> {
        let Pem { container, kind, der } = Pem::parse(text)?;
        if !container.is_public() {
            return Err(PemError::PrivateKey.into());
        }
        let numbers = match kind {
            KeyKind::Rsa => {
                let (n, e) = backend::rsa_numbers_of(&der).map_err(|_| UnusableKey::Rejected)?;
                PublicNumbers::Rsa(RsaPublicNumbers::new(n, e)?)
            }
            KeyKind::Ec(curve) => {
                let point = backend::ec_point_of_spki(curve, &der).map_err(|_| UnusableKey::Rejected)?;
                PublicNumbers::Ec(EcPoint::from_octets(curve, point)?)
            }
        };
        Self::from_numbers(numbers, None, None)
    }

    pub(crate) fn from_numbers(
        numbers: PublicNumbers,
        named_algorithm: Option<Algorithm>,
        key_id: Option<KeyId>,
    ) -> Result<Self, UnusableKey> {
        let algorithms = named_algorithm
            .map_or_else(|| Algorithm::of_kind(numbers.kind()).to_vec(), |algorithm| vec![algorithm]);
        let backend = backend::PublicKey::new(&numbers, &algorithms).map_err(|_| UnusableKey::Rejected)?;
        Ok(Self { key_id, numbers, backend, algorithms, named_algorithm })
    }

    /// The same key under this name.
    #[must_use]
    pub fn with_key_id(self, key_id: KeyId) -> Self {
        Self { key_id: Some(key_id), ..self }
    }

    /// The key's name, if it has one.
    #[must_use]
    pub fn key_id(&self) -> Option<&KeyId> {
        self.key_id.as_ref()
    }

    /// The algorithms this key may be used with.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// The key's thumbprint (RFC 7638).
    #[must_use]
    pub fn thumbprint(&self) -> KeyId {
        self.numbers.thumbprint()
    }

    /// The key as a member of a key set (RFC 7517 §4).
    #[must_use]
    pub fn to_jwk(&self) -> Jwk {
        Jwk::from_numbers(&self.numbers, self.named_algorithm, self.key_id.as_ref())
    }

    /// The key as PEM, `PUBLIC KEY` (RFC 7468 §13), for platforms where a key is pasted.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let mut text = pem::write("PUBLIC KEY", &self.numbers.spki_der());
        std::mem::take(&mut *text)
    }

    /// The same key, for this algorithm and no other.
    ///
    /// # Errors
    /// [`UnusableKey::AlgorithmMismatch`] when the algorithm goes with keys of another type or curve.
    pub fn only_with(&self, algorithm: Algorithm) -> Result<Self, UnusableKey> {
        if !algorithm.fits(self.numbers.kind()) {
            return Err(UnusableKey::AlgorithmMismatch);
        }
        Self::from_numbers(self.numbers.clone(), Some(algorithm), self.key_id.clone())
    }

    pub(crate) fn numbers(&self) -> &PublicNumbers {
        &self.numbers
    }

    /// Whether `other` is the same key for the same algorithms, whatever its name.
    pub(crate) fn is_same_key(&self, other: &Self) -> bool {
        self.numbers == other.numbers && self.algorithms == other.algorithms
    }

    /// Whether `signature` is this key's over `message`; false too when the key may not be used with
    /// `algorithm`.
    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.algorithms.contains(&algorithm) && self.backend.verify(algorithm, message, signature).is_ok()
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("key_id", &self.key_id)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::{RegisteredClaims, SigningKey, UnsignedJwt};

    /// The list is checked here too, not only where tokens are.
    #[test]
    fn a_key_is_not_used_with_an_algorithm_that_is_not_its_own() {
        let pem = include_str!("../tests/fixtures/ec256.pkcs8.pem");
        let signing = SigningKey::from_pem(pem).unwrap();
        let token = UnsignedJwt::new(&RegisteredClaims::default()).unwrap().sign(&signing).unwrap();
        let mut key = signing.verifying_key().clone();
        key.algorithms.clear();
        let (input, signature) = token.rsplit_once('.').unwrap();
        let signature = crate::base64url::decode(signature).unwrap();
        assert!(!key.verifies(crate::Algorithm::Es256, input.as_bytes(), &signature));
        assert!(signing.verifying_key().verifies(crate::Algorithm::Es256, input.as_bytes(), &signature));
        assert!(!signing.verifying_key().verifies(crate::Algorithm::Es384, input.as_bytes(), &signature));
    }
}
