//! Private keys: made, read, written and signed with (RFC 7518 §3.3–§3.5, §6).

use std::fmt;

use zeroize::Zeroizing;

use crate::backend::PrivateKey;
use crate::key_numbers::KeyKind;
use crate::pem::{self, Container, Pem};
use crate::{
    Algorithm, Curve, Jwk, KeyId, PemError, SignError, SigningKeyError, UnusableKey, VerifyingKey, der,
    header, private_jwk,
};

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
/// It does not show itself in `Debug`, is overwritten when dropped, and leaves only through the functions whose
/// names begin with `to_`. Its name is the RFC 7638 thumbprint unless [`SigningKey::with_key_id`] gives another.
/// An RSA key signs RS256 unless [`SigningKey::with_algorithm`] says otherwise, a P-256 key ES256, and a P-384 key
/// ES384.
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
    backend: PrivateKey,
    verifying: VerifyingKey,
    key_id: KeyId,
    algorithm: Algorithm,
    /// The start of every token it signs: the encoded header and the dot.
    header: String,
}

impl SigningKey {
    /// Makes a new RSA key from the operating system's randomness. Takes tens of milliseconds to seconds.
    ///
    /// # Errors
    /// [`SigningKeyError::BackendFailed`], or [`SigningKeyError::RsaSigningNotBuilt`].
    pub fn generate_rsa(size: RsaSize) -> Result<Self, SigningKeyError> {
        Self::of(PrivateKey::generate_rsa(size).map_err(SigningKeyError::failed)?)
    }

    /// Makes a new EC key from the operating system's randomness. Takes microseconds.
    ///
    /// Only for peers known to take ES256 or ES384: what LTI requires of them is RS256.
    ///
    /// # Errors
    /// [`SigningKeyError::BackendFailed`].
    ///
    /// ```
    /// use lti_jwks::{Algorithm, Curve, SigningKey};
    ///
    /// let key = SigningKey::generate_ec(Curve::P256)?;
    /// assert_eq!(key.algorithm(), Algorithm::Es256);
    /// let kept = key.to_private_jwk()?; // to be stored where secrets are; holds the name too
    /// assert_eq!(SigningKey::from_private_jwk(&kept)?.public_jwk(), key.public_jwk());
    /// # Ok::<(), lti_jwks::SigningKeyError>(())
    /// ```
    pub fn generate_ec(curve: Curve) -> Result<Self, SigningKeyError> {
        Self::of(PrivateKey::generate_ec(curve).map_err(SigningKeyError::failed)?)
    }

    /// Reads a private key in any of the texts that are understood, PEM or JWK.
    ///
    /// # Errors
    /// As [`SigningKey::from_private_jwk`] for a text that begins with `{`, and as [`SigningKey::from_pem`] for
    /// all others.
    pub fn parse(text: &str) -> Result<Self, SigningKeyError> {
        if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
            Self::from_private_jwk(text)
        } else {
            Self::from_pem(text)
        }
    }

    /// Reads PEM of any container: [PKCS#8](Self::from_pkcs8_pem), [PKCS#1](Self::from_pkcs1_pem) or
    /// [SEC 1](Self::from_sec1_pem).
    ///
    /// # Errors
    /// [`SigningKeyError::Pem`], saying what the text is instead, or another variant for a key that is not
    /// acceptable.
    pub fn from_pem(text: &str) -> Result<Self, SigningKeyError> {
        Self::from_container(&Pem::parse(text)?)
    }

    /// Reads `-----BEGIN PRIVATE KEY-----` (RFC 5208 §5, RFC 7468 §10).
    ///
    /// # Errors
    /// As [`SigningKey::from_pem`], and [`PemError::OtherContainer`] for PKCS#1 and SEC 1.
    pub fn from_pkcs8_pem(text: &str) -> Result<Self, SigningKeyError> {
        Self::from_only(text, Container::Pkcs8Private)
    }

    /// Reads `-----BEGIN RSA PRIVATE KEY-----` (RFC 8017 §A.1.2).
    ///
    /// # Errors
    /// As [`SigningKey::from_pem`], and [`PemError::OtherContainer`] for PKCS#8 and SEC 1.
    pub fn from_pkcs1_pem(text: &str) -> Result<Self, SigningKeyError> {
        Self::from_only(text, Container::Pkcs1Private)
    }

    /// Reads `-----BEGIN EC PRIVATE KEY-----` (RFC 5915 §3, §4).
    ///
    /// # Errors
    /// As [`SigningKey::from_pem`], and [`PemError::OtherContainer`] for PKCS#8 and PKCS#1.
    pub fn from_sec1_pem(text: &str) -> Result<Self, SigningKeyError> {
        Self::from_only(text, Container::Sec1Private)
    }

    /// Reads a private JWK: of RSA with all of `n`, `e`, `d`, `p`, `q`, `dp`, `dq`, `qi` (RFC 7518 §6.3.2), of EC
    /// with `crv`, `x`, `y`, `d` (§6.2.2). A `kid` in it becomes the key's name, an `alg` its algorithm.
    ///
    /// # Errors
    /// [`SigningKeyError`], see there.
    pub fn from_private_jwk(json: &str) -> Result<Self, SigningKeyError> {
        let jwk = private_jwk::read(json)?;
        let mut key = Self::of(jwk.key)?;
        if let Some(algorithm) = jwk.algorithm {
            key = key.with_algorithm(algorithm)?;
        }
        Ok(match jwk.key_id {
            Some(key_id) => key.with_key_id(key_id),
            None => key,
        })
    }

    fn from_only(text: &str, container: Container) -> Result<Self, SigningKeyError> {
        let pem = Pem::parse(text)?;
        if pem.container != container && !pem.container.is_public() {
            return Err(PemError::OtherContainer.into());
        }
        Self::from_container(&pem)
    }

    fn from_container(Pem { container, kind, der }: &Pem) -> Result<Self, SigningKeyError> {
        let key = match (container, kind) {
            (Container::Pkcs8Private, KeyKind::Rsa) => PrivateKey::rsa_from_pkcs8(der),
            (Container::Pkcs8Private, KeyKind::Ec(curve)) => PrivateKey::ec_from_pkcs8(*curve, der),
            (Container::Pkcs1Private, _) => PrivateKey::rsa_from_pkcs1(der),
            (Container::Sec1Private, KeyKind::Ec(curve)) => PrivateKey::ec_from_sec1(*curve, der),
            (Container::Sec1Private, KeyKind::Rsa) => return Err(PemError::Damaged.into()),
            (Container::SpkiPublic | Container::Pkcs1Public, _) => return Err(PemError::PublicKey.into()),
        };
        Self::of(key.map_err(SigningKeyError::refused)?)
    }

    fn of(backend: PrivateKey) -> Result<Self, SigningKeyError> {
        let numbers = backend.public_numbers()?;
        let algorithms = Algorithm::of_kind(numbers.kind());
        let algorithm = *algorithms.first().ok_or(SigningKeyError::BackendFailed)?;
        let key_id = numbers.thumbprint();
        let verifying = VerifyingKey::from_numbers(numbers, Some(algorithm), Some(key_id.clone()))?;
        let header = header::encode(algorithm, &key_id);
        Ok(Self { backend, verifying, key_id, algorithm, header })
    }

    /// The same key under this name. A name must never be used again for another key.
    #[must_use]
    pub fn with_key_id(self, key_id: KeyId) -> Self {
        let header = header::encode(self.algorithm, &key_id);
        Self { verifying: self.verifying.with_key_id(key_id.clone()), key_id, header, ..self }
    }

    /// The same key, signing with this algorithm, which is published with it. Do not change the algorithm of a
    /// key that was published already; make another key.
    ///
    /// # Errors
    /// [`UnusableKey::AlgorithmMismatch`] when the algorithm goes with keys of another type or curve.
    ///
    /// ```
    /// use lti_jwks::{Algorithm, RsaSize, SigningKey, UnusableKey};
    ///
    /// let key = SigningKey::generate_rsa(RsaSize::Rsa2048)?.with_algorithm(Algorithm::Ps256)?;
    /// assert_eq!(key.public_jwk().algorithm(), Some("PS256"));
    /// assert_eq!(key.with_algorithm(Algorithm::Es256).unwrap_err(), UnusableKey::AlgorithmMismatch);
    /// # Ok::<(), lti_jwks::SigningKeyError>(())
    /// ```
    pub fn with_algorithm(self, algorithm: Algorithm) -> Result<Self, UnusableKey> {
        let verifying = self.verifying.only_with(algorithm)?;
        let header = header::encode(algorithm, &self.key_id);
        Ok(Self { verifying, algorithm, header, ..self })
    }

    /// The key's name, as it goes into headers and the key set.
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// The algorithm it signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
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

    /// The private key as PKCS#8 PEM, `PRIVATE KEY`; the text overwrites itself when dropped.
    ///
    /// # Errors
    /// [`SigningKeyError::BackendFailed`].
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>, SigningKeyError> {
        let der = self.backend.pkcs8_der().map_err(SigningKeyError::failed)?;
        Ok(pem::write("PRIVATE KEY", &der))
    }

    /// The private key as PKCS#1 PEM, `RSA PRIVATE KEY`, for software that reads nothing else.
    ///
    /// # Errors
    /// [`SigningKeyError::ContainerOfOtherType`] for EC keys, or [`SigningKeyError::BackendFailed`].
    pub fn to_pkcs1_pem(&self) -> Result<Zeroizing<String>, SigningKeyError> {
        if self.algorithm.curve().is_some() {
            return Err(SigningKeyError::ContainerOfOtherType);
        }
        let pkcs8 = self.backend.pkcs8_der().map_err(SigningKeyError::failed)?;
        let der = der::within_pkcs8(&pkcs8).ok_or(SigningKeyError::BackendFailed)?;
        Ok(pem::write("RSA PRIVATE KEY", der))
    }

    /// The private key as SEC 1 PEM, `EC PRIVATE KEY`, for software that reads nothing else.
    ///
    /// # Errors
    /// [`SigningKeyError::ContainerOfOtherType`] for RSA keys, or [`SigningKeyError::BackendFailed`].
    pub fn to_sec1_pem(&self) -> Result<Zeroizing<String>, SigningKeyError> {
        if self.algorithm.curve().is_none() {
            return Err(SigningKeyError::ContainerOfOtherType);
        }
        let der = self.backend.sec1_der().map_err(SigningKeyError::failed)?;
        Ok(pem::write("EC PRIVATE KEY", &der))
    }

    /// The private key as JWK, with its name and algorithm; the text overwrites itself when dropped.
    ///
    /// # Errors
    /// [`SigningKeyError::BackendFailed`].
    pub fn to_private_jwk(&self) -> Result<Zeroizing<String>, SigningKeyError> {
        private_jwk::write(&self.backend, self.verifying.numbers(), self.algorithm, &self.key_id)
    }

    /// The signature over a message (RFC 7515 §5.1 step 5); of ECDSA, two numbers of fixed length (RFC 7518 §3.4).
    /// Tokens are signed with [`UnsignedJwt::sign`](crate::UnsignedJwt::sign).
    ///
    /// # Errors
    /// [`SignError::BackendFailed`].
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.backend.sign(self.algorithm, message).map_err(|_| SignError::BackendFailed)
    }

    /// The encoded header and the dot after it.
    pub(crate) fn encoded_header(&self) -> &str {
        &self.header
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("key_id", &self.key_id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each curve has one algorithm; the backend is asked for no other.
    #[test]
    fn an_elliptic_key_signs_with_its_own_algorithm_alone() {
        for (curve, own) in [(Curve::P256, Algorithm::Es256), (Curve::P384, Algorithm::Es384)] {
            let key = SigningKey::generate_ec(curve).unwrap();
            for algorithm in [Algorithm::Es256, Algorithm::Es384, Algorithm::Rs256, Algorithm::Ps256] {
                assert_eq!(key.backend.sign(algorithm, b"x").is_ok(), algorithm == own, "{algorithm:?}");
            }
        }
    }
}
