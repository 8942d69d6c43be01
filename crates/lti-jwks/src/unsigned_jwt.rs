//! Tokens on their way out: claims, signing input, signature, compact form (RFC 7515 §5.1, §7.1).

use std::fmt;

use serde::Serialize;

use crate::{Algorithm, KeyId, SigningKey, backend, base64url, der, header, unverified_jwt};

/// Claims that are to be signed.
///
/// With a key in memory, [`UnsignedJwt::sign`]. With one in a key service or hardware module,
/// [`UnsignedJwt::signing_input`], a signature over its bytes, and [`SigningInput::attach`].
///
/// The header is `{"typ":"JWT","alg":…,"kid":…}`, always with a `kid`.
///
/// ```
/// use lti_jwks::{RegisteredClaims, RsaSize, SigningKey, UnsignedJwt};
///
/// let key = SigningKey::generate_rsa(RsaSize::Rsa2048)?;
/// let claims = RegisteredClaims::new("client-1", ["https://lms.example"]);
/// let token = UnsignedJwt::new(&claims)?.sign(&key)?;
///
/// // The same through something that only signs bytes.
/// let input = UnsignedJwt::new(&claims)?.signing_input(key.key_id(), key.algorithm());
/// let signature = key.sign(input.bytes())?;
/// assert_eq!(input.attach(&signature)?, token);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct UnsignedJwt {
    payload: Vec<u8>,
}

/// Header and claims, encoded: what is to be signed (RFC 7515 §5.1 step 5).
pub struct SigningInput {
    text: String,
    algorithm: Algorithm,
}

/// Why a token cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The claims cannot be written as JSON.
    #[error("the claims cannot be written as JSON")]
    ClaimsUnwritable,
    /// The claims are JSON, but not an object.
    #[error("the claims are not a JSON object")]
    ClaimsNotAnObject,
    /// The claims are too many for a token of at most 64 KiB, or of what [`UnsignedJwt::new_up_to`] was told.
    #[error("the token would be too large")]
    TooLarge,
    /// The signature has a length that signatures of this algorithm never have.
    #[error("the signature has a length that is not the algorithm's")]
    SignatureLength,
    /// The signature is not an ECDSA signature in DER.
    #[error("the signature is not an ECDSA signature in DER")]
    SignatureMalformed,
    /// The cryptographic library could not sign.
    #[error("the cryptographic library failed")]
    BackendFailed,
}

impl SignError {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ClaimsUnwritable => "claims_unwritable",
            Self::ClaimsNotAnObject => "claims_not_an_object",
            Self::TooLarge => "token_too_large",
            Self::SignatureLength => "signature_length",
            Self::SignatureMalformed => "signature_malformed",
            Self::BackendFailed => "backend_failed",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        match self {
            Self::ClaimsUnwritable | Self::ClaimsNotAnObject => "RFC 7519 §7.1",
            Self::TooLarge => "RFC 7515 §7.1",
            Self::SignatureLength => "RFC 7518 §3.3, §3.4",
            Self::SignatureMalformed => "RFC 3279 §2.2.3",
            Self::BackendFailed => "RFC 7515 §5.1",
        }
    }
}

impl UnsignedJwt {
    /// Claims, written as JSON.
    ///
    /// # Errors
    /// [`SignError::ClaimsUnwritable`], [`SignError::ClaimsNotAnObject`] or [`SignError::TooLarge`].
    pub fn new(claims: &(impl Serialize + ?Sized)) -> Result<Self, SignError> {
        Self::new_up_to(claims, unverified_jwt::MAX_BYTES)
    }

    /// The same for a kind of token that its receivers read when it is larger.
    ///
    /// # Errors
    /// As [`UnsignedJwt::new`].
    pub fn new_up_to(claims: &(impl Serialize + ?Sized), max_bytes: usize) -> Result<Self, SignError> {
        let payload = serde_json::to_vec(claims).map_err(|_| SignError::ClaimsUnwritable)?;
        if payload.first() != Some(&b'{') {
            return Err(SignError::ClaimsNotAnObject);
        }
        // The longest header and signature together encode to less than 4 KiB of this.
        if payload.len() > (max_bytes / 4 * 3).saturating_sub(4096) {
            return Err(SignError::TooLarge);
        }
        Ok(Self { payload })
    }

    /// The claims, as they will be signed.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The compact token (RFC 7515 §7.1), signed with this key.
    ///
    /// # Errors
    /// [`SignError::BackendFailed`].
    pub fn sign(self, key: &SigningKey) -> Result<String, SignError> {
        let input = self.input(key.encoded_header(), key.algorithm());
        let signature = key.sign(input.bytes())?;
        input.attach(&signature)
    }

    /// What a key of this name and algorithm, wherever it is, has to sign.
    #[must_use]
    pub fn signing_input(self, key_id: &KeyId, algorithm: Algorithm) -> SigningInput {
        self.input(&header::encode(algorithm, key_id), algorithm)
    }

    fn input(self, header: &str, algorithm: Algorithm) -> SigningInput {
        // Room for the signature of an RSA key of 4096 bits, so that attaching it moves nothing.
        let capacity = header.len() + self.payload.len().div_ceil(3) * 4 + 1 + 684;
        let mut text = String::with_capacity(capacity);
        text.push_str(header);
        base64url::encode_onto(&self.payload, &mut text);
        SigningInput { text, algorithm }
    }
}

impl SigningInput {
    /// The bytes to sign. For a service that wants their digest, [`SigningInput::digest`].
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The digest of the bytes to sign, by the algorithm's hash function: SHA-256, SHA-384 or SHA-512.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        backend::digest(self.algorithm.hash(), self.bytes())
    }

    /// The algorithm that the header names, and that has to be signed with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The compact token. The signature is taken as given; only its length is looked at.
    ///
    /// One of ECDSA is two numbers of fixed length after one another (RFC 7518 §3.4). Services and modules that
    /// answer in DER need [`SigningInput::attach_der`].
    ///
    /// # Errors
    /// [`SignError::SignatureLength`].
    pub fn attach(mut self, signature: &[u8]) -> Result<String, SignError> {
        if !self.algorithm.accepts_signature_len(signature.len()) {
            return Err(SignError::SignatureLength);
        }
        self.text.push('.');
        base64url::encode_onto(signature, &mut self.text);
        Ok(self.text)
    }

    /// The compact token, from a signature as many key services give it: an ECDSA signature in DER (RFC 3279
    /// §2.2.3) is turned into the form that tokens have. One of RSA has no other form and is taken as it is.
    ///
    /// # Errors
    /// [`SignError::SignatureMalformed`] or [`SignError::SignatureLength`].
    ///
    /// ```
    /// use lti_jwks::{Algorithm, KeyId, RegisteredClaims, UnsignedJwt};
    ///
    /// let claims = RegisteredClaims::new("client-1", ["https://lms.example"]);
    /// let input = UnsignedJwt::new(&claims)?.signing_input(&KeyId::new("kms-1")?, Algorithm::Es256);
    /// let from_service = [0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x07]; // over input.digest()
    /// let token = input.attach_der(&from_service)?;
    /// assert_eq!(token.rsplit('.').next().map(str::len), Some(86)); // 64 bytes
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn attach_der(self, signature: &[u8]) -> Result<String, SignError> {
        match self.algorithm.curve() {
            None => self.attach(signature),
            Some(curve) => {
                let fixed = der::ecdsa_signature(signature, curve).ok_or(SignError::SignatureMalformed)?;
                self.attach(&fixed)
            }
        }
    }
}

impl fmt::Debug for UnsignedJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsignedJwt").finish_non_exhaustive()
    }
}

impl fmt::Debug for SigningInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningInput").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_an_object_of_bounded_size() {
        assert_eq!(UnsignedJwt::new("text").unwrap_err(), SignError::ClaimsNotAnObject);
        assert_eq!(UnsignedJwt::new(&[1, 2]).unwrap_err(), SignError::ClaimsNotAnObject);
        assert_eq!(UnsignedJwt::new(&()).unwrap_err(), SignError::ClaimsNotAnObject);
        let unwritable = std::collections::BTreeMap::from([((1, 2), 3)]);
        assert_eq!(UnsignedJwt::new(&unwritable).unwrap_err(), SignError::ClaimsUnwritable);
        let of = |len: usize| UnsignedJwt::new(&serde_json::json!({"a": "x".repeat(len)})).map(|_| ());
        assert_eq!(of(45_048), Ok(()));
        assert_eq!(of(45_049), Err(SignError::TooLarge));
    }

    /// Whoever looks at the claims sees what will be signed; and a token is built where it is, with room for the
    /// signature.
    #[test]
    fn a_token_has_its_room_from_the_start() {
        for len in 0..9 {
            let json = format!(r#"{{"a":"{}"}}"#, "x".repeat(len * 100));
            let claims: serde_json::Value = serde_json::from_str(&json).unwrap();
            let jwt = UnsignedJwt::new(&claims).unwrap();
            assert_eq!(jwt.payload(), json.as_bytes());
            let text = jwt.signing_input(&KeyId::new("a").unwrap(), Algorithm::Rs256).text;
            let room = text.capacity() - text.len();
            assert!(
                (685..=687).contains(&room),
                "a dot, 684 characters and what a padding would take: {room}"
            );
        }
    }

    #[test]
    fn a_signature_has_the_length_of_a_modulus() {
        let key_id = KeyId::new("a").unwrap();
        let attach = |len: usize| {
            UnsignedJwt::new(&serde_json::json!({}))
                .unwrap()
                .signing_input(&key_id, Algorithm::Rs256)
                .attach(&vec![0; len])
                .map(|_| ())
        };
        assert_eq!(attach(255), Err(SignError::SignatureLength));
        assert_eq!(attach(256), Ok(()));
        assert_eq!(attach(1024), Ok(()));
        assert_eq!(attach(1025), Err(SignError::SignatureLength));
    }
}
