//! Signature methods (RFC 5849 §3.4.2; HMAC-SHA256 as the later hardening of LTI 1) and the body hash (OAuth Request
//! Body Hash).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::Hmac;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::encoding::encode;
use crate::{BaseString, SharedSecret};

/// How messages are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub enum SignatureMethod {
    /// What every LTI 1 system knows. SHA-1's weakness, colliding texts, is none of HMAC-SHA1.
    #[serde(rename = "HMAC-SHA1")]
    HmacSha1,
    /// Known by some.
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
}

impl SignatureMethod {
    /// As it stands in `oauth_signature_method`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
        }
    }

    pub(crate) fn from_wire(text: &str) -> Option<Self> {
        [Self::HmacSha1, Self::HmacSha256].into_iter().find(|method| method.as_str() == text)
    }

    /// The signature of a base string, in base64: what stands in `oauth_signature`.
    #[must_use]
    pub fn sign(self, base: &BaseString, secret: &SharedSecret) -> String {
        let key = key(secret);
        STANDARD.encode(match self {
            Self::HmacSha1 => mac::<Hmac<Sha1>>(key.as_bytes(), base.as_str().as_bytes()),
            Self::HmacSha256 => mac::<Hmac<Sha256>>(key.as_bytes(), base.as_str().as_bytes()),
        })
    }

    /// Whether it is the base string's signature.
    pub(crate) fn verify(self, base: &BaseString, secret: &SharedSecret, signature: &ReceivedMac) -> bool {
        let key = key(secret);
        signature.is(&match self {
            Self::HmacSha1 => mac::<Hmac<Sha1>>(key.as_bytes(), base.as_str().as_bytes()),
            Self::HmacSha256 => mac::<Hmac<Sha256>>(key.as_bytes(), base.as_str().as_bytes()),
        })
    }

    /// What stands in `oauth_body_hash`, in base64: the body's SHA-1, with HMAC-SHA256 its SHA-256.
    #[must_use]
    pub fn body_hash(self, body: &[u8]) -> String {
        match self {
            Self::HmacSha1 => STANDARD.encode(Sha1::digest(body)),
            Self::HmacSha256 => STANDARD.encode(Sha256::digest(body)),
        }
    }

    /// Whether the hash is the body's. With HMAC-SHA256 both hashes occur, as the specification names only SHA-1.
    pub(crate) fn is_body_hash(self, hash: &str, body: &[u8]) -> bool {
        let Some(hash) = ReceivedMac::decode(hash) else { return false };
        hash.is(&Sha1::digest(body)) || self == Self::HmacSha256 && hash.is(&Sha256::digest(body))
    }
}

/// The client's secret and the token's, which LTI leaves empty.
fn key(secret: &SharedSecret) -> Zeroizing<String> {
    Zeroizing::new(format!("{}&", encode(secret.expose())))
}

/// HMAC takes keys of any length, so there is always one; an empty one equals nothing.
fn mac<M: hmac::Mac + hmac::KeyInit>(key: &[u8], text: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = <M as hmac::KeyInit>::new_from_slice(key) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// HMAC-SHA256 under the secret as it is, for the migration claim.
pub(crate) fn hmac_sha256(secret: &SharedSecret, text: &[u8]) -> Vec<u8> {
    mac::<Hmac<Sha256>>(secret.expose().as_bytes(), text)
}

/// Bytes that somebody says to be a signature. They have no `==`: the one comparison takes a time that does not depend
/// on where the two differ.
pub(crate) struct ReceivedMac(Vec<u8>);

impl ReceivedMac {
    /// From base64, with padding or without.
    pub(crate) fn decode(text: &str) -> Option<Self> {
        const TOLERANT: GeneralPurpose = GeneralPurpose::new(
            &base64::alphabet::STANDARD,
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
        );
        if text.len() > 1024 {
            return None;
        }
        TOLERANT.decode(text).ok().filter(|bytes| !bytes.is_empty()).map(Self)
    }

    /// Whether both are the same. Lengths are no secret.
    pub(crate) fn is(&self, expected: &[u8]) -> bool {
        use subtle::ConstantTimeEq as _;
        !expected.is_empty() && bool::from(self.0.ct_eq(expected))
    }
}

impl std::fmt::Debug for ReceivedMac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReceivedMac(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{ReceivedMac, SignatureMethod};

    #[test]
    fn macs_are_equal_as_a_whole_or_not_at_all() {
        let mac = |text: &str| ReceivedMac::decode(text).unwrap();
        assert!(mac("AAEC").is(&[0, 1, 2]));
        for other in [&[0, 1][..], &[0, 1, 2, 0], &[1, 1, 2], &[0, 1, 3], &[]] {
            assert!(!mac("AAEC").is(other));
        }
        assert!(mac("AAE=").is(&[0, 1]) && mac("AAE").is(&[0, 1]));
        for text in ["", "=", "AAE*", "A", "AAF", &"A".repeat(1025)] {
            assert!(ReceivedMac::decode(text).is_none(), "{text}");
        }
    }

    #[test]
    fn methods_have_exact_names() {
        assert_eq!(SignatureMethod::from_wire("HMAC-SHA256"), Some(SignatureMethod::HmacSha256));
        for text in ["", "hmac-sha1", "PLAINTEXT", "RSA-SHA1", "HMAC-SHA1 "] {
            assert_eq!(SignatureMethod::from_wire(text), None);
        }
    }
}
