//! Signature algorithms (RFC 7518 §3.1), of which only asymmetric ones exist here.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::Curve;
use crate::key_numbers::KeyKind;

/// An asymmetric signature algorithm (RFC 7518 §3.1).
///
/// `none` and the HMAC family cannot be expressed: a token that names one of them names no algorithm that
/// a rule could allow (RFC 8725 §3.1). Each algorithm goes with one type of key, and each ECDSA algorithm with one
/// curve. All but RS256 have to be allowed peer by peer, see [`Rules::algorithms`](crate::Rules::algorithms).
///
/// ```
/// use lti_jwks::Algorithm;
///
/// assert_eq!(Algorithm::parse("RS256"), Some(Algorithm::Rs256));
/// assert_eq!(Algorithm::parse("rs256"), None);
/// assert_eq!(Algorithm::parse("none"), None);
/// assert_eq!(Algorithm::parse("HS256"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3): what every LTI 1.3 implementation must support.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384 (RFC 7518 §3.3).
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512 (RFC 7518 §3.3).
    Rs512,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 7518 §3.5).
    Ps256,
    /// ECDSA on P-256 with SHA-256 (RFC 7518 §3.4).
    Es256,
    /// ECDSA on P-384 with SHA-384 (RFC 7518 §3.4).
    Es384,
}

/// The digest that an algorithm signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Algorithm {
    /// All algorithms there are, RS256 first.
    pub const ALL: [Self; 6] = [Self::Rs256, Self::Rs384, Self::Rs512, Self::Ps256, Self::Es256, Self::Es384];

    /// The algorithm of this name, compared byte for byte as RFC 7515 §4.1.1 asks; `None` for all others.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }

    /// The registered name, as in the `alg` member of a header or key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
        }
    }

    /// The curve of the keys it goes with (RFC 7518 §3.4); `None` for those that go with RSA keys.
    #[must_use]
    pub const fn curve(self) -> Option<Curve> {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 => None,
            Self::Es256 => Some(Curve::P256),
            Self::Es384 => Some(Curve::P384),
        }
    }

    /// All that go with this kind of key; what such a key signs with unless told otherwise comes first.
    pub(crate) const fn of_kind(kind: KeyKind) -> &'static [Self] {
        match kind {
            KeyKind::Rsa => &[Self::Rs256, Self::Rs384, Self::Rs512, Self::Ps256],
            KeyKind::Ec(Curve::P256) => &[Self::Es256],
            KeyKind::Ec(Curve::P384) => &[Self::Es384],
        }
    }

    pub(crate) fn fits(self, kind: KeyKind) -> bool {
        Self::of_kind(kind).contains(&self)
    }

    pub(crate) const fn hash(self) -> Hash {
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 => Hash::Sha256,
            Self::Rs384 | Self::Es384 => Hash::Sha384,
            Self::Rs512 => Hash::Sha512,
        }
    }

    /// Whether a signature of `len` bytes can be one of this algorithm's.
    pub(crate) const fn accepts_signature_len(self, len: usize) -> bool {
        match self.curve() {
            // As long as the modulus, and we use moduli of 2048 to 8192 bits.
            None => len >= 256 && len <= 1024,
            // Two numbers of fixed length.
            Some(curve) => len == 2 * curve.coordinate_len(),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Algorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_name_is_an_algorithm() {
        for name in [
            "none", "None", "NONE", "HS256", "HS384", "HS512", "rs256", "Rs256", "RS256 ", "RS2560", "",
            "PS384", "PS512", "ES512", "ES256K", "EdDSA", "RSA-OAEP", "dir",
        ] {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::parse(algorithm.as_str()), Some(algorithm));
        }
        assert_eq!(serde_json::to_string(&Algorithm::Rs256).unwrap(), r#""RS256""#);
    }

    #[test]
    fn each_goes_with_one_kind_of_key() {
        let kinds = [KeyKind::Rsa, KeyKind::Ec(Curve::P256), KeyKind::Ec(Curve::P384)];
        for algorithm in Algorithm::ALL {
            assert_eq!(kinds.iter().filter(|kind| algorithm.fits(**kind)).count(), 1, "{algorithm}");
        }
    }

    #[test]
    fn lengths_of_signatures() {
        for (algorithm, right, wrong) in [
            (Algorithm::Rs256, [256, 1024], [255, 1025]),
            (Algorithm::Ps256, [256, 512], [64, 1025]),
            (Algorithm::Es256, [64, 64], [63, 65]),
            (Algorithm::Es384, [96, 96], [64, 97]),
        ] {
            assert!(right.iter().all(|len| algorithm.accepts_signature_len(*len)), "{algorithm}");
            assert!(!wrong.iter().any(|len| algorithm.accepts_signature_len(*len)), "{algorithm}");
        }
    }
}
