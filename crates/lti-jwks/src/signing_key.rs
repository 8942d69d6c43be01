//! Private keys: made, read, written and signed with (RFC 7518 §3.3, §6.3.2).

use std::fmt;

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::aws_lc::RsaPrivate;
use crate::header;
use crate::pem::{self, Pem};
use crate::rsa_numbers::{RsaPrivateNumbers, RsaPublicNumbers};
use crate::{Algorithm, Jwk, KeyId, PemError, SignError, UnusableKey, VerifyingKey, base64url};

/// The size of a new RSA key, in bits of its modulus (RFC 7518 §3.3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RsaSize {
    /// 2048 bits: what every LTI platform accepts.
    #[default]
    Rsa2048,
    /// 3072 bits.
    Rsa3072,
    /// 4096 bits; signing takes about seven times as long as with 2048.
    Rsa4096,
}

/// A private key, parsed once.
///
/// It does not show itself in `Debug`, is overwritten when dropped, and leaves only through
/// [`SigningKey::to_pkcs8_pem`]. Its name is the RFC 7638 thumbprint unless [`SigningKey::with_key_id`] gives
/// another.
///
/// ```
/// use lti_jwks::{RsaSize, SigningKey};
///
/// let key = SigningKey::generate_rsa(RsaSize::Rsa2048)?;
/// let kept = key.to_pkcs8_pem()?; // to be stored where secrets are
/// let again = SigningKey::from_pem(&kept)?;
/// assert_eq!(again.key_id(), key.key_id());
/// assert_eq!(key.public_jwk().key_type(), Some("RSA"));
/// # Ok::<(), lti_jwks::SigningKeyError>(())
/// ```
pub struct SigningKey {
    backend: RsaPrivate,
    verifying: VerifyingKey,
    key_id: KeyId,
    /// The start of every token it signs: the encoded header and the dot.
    header: String,
}

/// Why a text is not taken as a private key, or a private key cannot be made or written (RFC 7518 §6.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SigningKeyError {
    /// The text is not the PEM of a private key.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// The text is no JWK, or lacks one of the numbers `n`, `e`, `d`, `p`, `q`, `dp`, `dq`, `qi`, or one of them
    /// is not base64url.
    #[error("the text is not a JWK with all members of a private RSA key")]
    JwkMalformed,
    /// The public half is not acceptable: too short, for another use, …
    #[error(transparent)]
    Unusable(#[from] UnusableKey),
    /// The numbers do not belong together, or the container is damaged.
    #[error("the private key is not valid")]
    Rejected,
    /// The cryptographic library could not make or write a key.
    #[error("the cryptographic library failed")]
    BackendFailed,
}

impl SigningKeyError {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pem(error) => error.code(),
            Self::JwkMalformed => "private_jwk_malformed",
            Self::Unusable(reason) => reason.code(),
            Self::Rejected => "private_key_rejected",
            Self::BackendFailed => "backend_failed",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        match self {
            Self::Pem(error) => error.spec(),
            Self::Unusable(reason) => reason.spec(),
            Self::JwkMalformed | Self::Rejected | Self::BackendFailed => "RFC 7518 §6.3.2",
        }
    }
}

impl SigningKey {
    /// Makes a new RSA key from the operating system's randomness. Takes tens of milliseconds to seconds.
    ///
    /// # Errors
    /// [`SigningKeyError::BackendFailed`].
    pub fn generate_rsa(size: RsaSize) -> Result<Self, SigningKeyError> {
        Self::of(RsaPrivate::generate(size).map_err(|_| SigningKeyError::BackendFailed)?)
    }

    /// Reads PEM of either container, [PKCS#8](Self::from_pkcs8_pem) or [PKCS#1](Self::from_pkcs1_pem).
    ///
    /// # Errors
    /// [`SigningKeyError::Pem`], saying what the text is instead, or another variant for a key that is not
    /// acceptable.
    pub fn from_pem(text: &str) -> Result<Self, SigningKeyError> {
        match Pem::parse(text)? {
            Pem::Pkcs8Private(der) => Self::from_pkcs8_der(&der),
            Pem::Pkcs1Private(der) => Self::from_pkcs1_der(&der),
            Pem::SpkiPublic(_) | Pem::Pkcs1Public(_) => Err(PemError::PublicKey.into()),
        }
    }

    /// Reads `-----BEGIN PRIVATE KEY-----` (RFC 5208 §5, RFC 7468 §10).
    ///
    /// # Errors
    /// As [`SigningKey::from_pem`], and [`PemError::OtherContainer`] for PKCS#1.
    pub fn from_pkcs8_pem(text: &str) -> Result<Self, SigningKeyError> {
        match Pem::parse(text)? {
            Pem::Pkcs8Private(der) => Self::from_pkcs8_der(&der),
            Pem::Pkcs1Private(_) => Err(PemError::OtherContainer.into()),
            Pem::SpkiPublic(_) | Pem::Pkcs1Public(_) => Err(PemError::PublicKey.into()),
        }
    }

    /// Reads `-----BEGIN RSA PRIVATE KEY-----` (RFC 8017 §A.1.2).
    ///
    /// # Errors
    /// As [`SigningKey::from_pem`], and [`PemError::OtherContainer`] for PKCS#8.
    pub fn from_pkcs1_pem(text: &str) -> Result<Self, SigningKeyError> {
        match Pem::parse(text)? {
            Pem::Pkcs1Private(der) => Self::from_pkcs1_der(&der),
            Pem::Pkcs8Private(_) => Err(PemError::OtherContainer.into()),
            Pem::SpkiPublic(_) | Pem::Pkcs1Public(_) => Err(PemError::PublicKey.into()),
        }
    }

    /// Reads a private JWK (RFC 7518 §6.3.2) with all of `n`, `e`, `d`, `p`, `q`, `dp`, `dq`, `qi`. A `kid` in it
    /// becomes the key's name.
    ///
    /// # Errors
    /// [`SigningKeyError`], see there.
    pub fn from_private_jwk(json: &str) -> Result<Self, SigningKeyError> {
        let public: Jwk = serde_json::from_str(json).map_err(|_| SigningKeyError::JwkMalformed)?;
        let numbers = public.rsa_numbers()?;
        check_may_sign(&public)?;
        let private: PrivateMembers =
            serde_json::from_str(json).map_err(|_| SigningKeyError::JwkMalformed)?;
        let number = |text: &str| {
            let bytes =
                base64url::decode_padding_optional(text).map_err(|_| SigningKeyError::JwkMalformed)?;
            Ok::<_, SigningKeyError>(Zeroizing::new(bytes))
        };
        let backend = RsaPrivate::from_numbers(&RsaPrivateNumbers {
            public: &numbers,
            d: &number(&private.d)?,
            p: &number(&private.p)?,
            q: &number(&private.q)?,
            dp: &number(&private.dp)?,
            dq: &number(&private.dq)?,
            qi: &number(&private.qi)?,
        })
        .map_err(|_| SigningKeyError::Rejected)?;
        let key = Self::of(backend)?;
        Ok(match public.key_id() {
            Some(key_id) => key.with_key_id(key_id),
            None => key,
        })
    }

    fn from_pkcs8_der(der: &[u8]) -> Result<Self, SigningKeyError> {
        Self::of(RsaPrivate::from_pkcs8(der).map_err(|_| SigningKeyError::Rejected)?)
    }

    fn from_pkcs1_der(der: &[u8]) -> Result<Self, SigningKeyError> {
        Self::of(RsaPrivate::from_pkcs1(der).map_err(|_| SigningKeyError::Rejected)?)
    }

    fn of(backend: RsaPrivate) -> Result<Self, SigningKeyError> {
        let (n, e) = backend.public_numbers();
        let numbers = RsaPublicNumbers::new(n, e)?;
        let key_id = numbers.thumbprint();
        let verifying = VerifyingKey::from_numbers(numbers, Some(Algorithm::Rs256), Some(key_id.clone()))?;
        let header = header::encode(Algorithm::Rs256, &key_id);
        Ok(Self { backend, verifying, key_id, header })
    }

    /// The same key under this name. A name must never be used again for another key.
    #[must_use]
    pub fn with_key_id(self, key_id: KeyId) -> Self {
        let header = header::encode(self.algorithm(), &key_id);
        Self { verifying: self.verifying.with_key_id(key_id.clone()), key_id, header, ..self }
    }

    /// The key's name, as it goes into headers and the key set.
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// The algorithm it signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        Algorithm::Rs256
    }

    /// The public half for the key set, with `kid`, `alg` and `use` (RFC 7517 §4).
    #[must_use]
    pub fn public_jwk(&self) -> Jwk {
        self.verifying.to_jwk()
    }

    /// The public half as PEM, `PUBLIC KEY`, for platforms where a key is pasted instead of fetched.
    #[must_use]
    pub fn public_pem(&self) -> String {
        self.verifying.to_pem()
    }

    /// The public half, for verifying.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// The private key as PKCS#8 PEM; the text overwrites itself when dropped.
    ///
    /// # Errors
    /// [`SigningKeyError::BackendFailed`].
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>, SigningKeyError> {
        let der = self.backend.pkcs8_der().map_err(|_| SigningKeyError::BackendFailed)?;
        Ok(pem::write("PRIVATE KEY", der.as_ref()))
    }

    /// The signature over a message (RFC 7515 §5.1 step 5). Tokens are signed with
    /// [`UnsignedJwt::sign`](crate::UnsignedJwt::sign).
    ///
    /// # Errors
    /// [`SignError::BackendFailed`].
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.backend.sign(self.algorithm(), message).map_err(|_| SignError::BackendFailed)
    }

    /// The encoded header and the dot after it.
    pub(crate) fn encoded_header(&self) -> &str {
        &self.header
    }
}

/// A JWK's `use` and `alg`, when present, must allow signing; its `key_ops` name the private half's operation.
fn check_may_sign(jwk: &Jwk) -> Result<(), UnusableKey> {
    if jwk.public_key_use().is_some_and(|purpose| purpose != "sig") {
        return Err(UnusableKey::UseNotSignature);
    }
    if jwk.algorithm().is_some_and(|name| Algorithm::parse(name).is_none()) {
        return Err(UnusableKey::AlgorithmUnsupported);
    }
    Ok(())
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct PrivateMembers {
    d: Zeroizing<String>,
    p: Zeroizing<String>,
    q: Zeroizing<String>,
    dp: Zeroizing<String>,
    dq: Zeroizing<String>,
    qi: Zeroizing<String>,
}
