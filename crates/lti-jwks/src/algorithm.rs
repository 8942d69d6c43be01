//! Signature algorithms (RFC 7518 §3.1), of which only asymmetric ones exist here.

use std::fmt;

use serde::{Serialize, Serializer};

/// An asymmetric signature algorithm (RFC 7518 §3.1).
///
/// `none` and the HMAC family cannot be expressed: a token that names one of them names no algorithm that
/// a rule could allow (RFC 8725 §3.1).
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
}

impl Algorithm {
    /// The algorithm of this name, compared byte for byte as RFC 7515 §4.1.1 asks; `None` for all others.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }

    /// The registered name, as in the `alg` member of a header or key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
        }
    }

    /// Whether a signature of `len` bytes can be one of this algorithm's.
    pub(crate) const fn accepts_signature_len(self, len: usize) -> bool {
        match self {
            // As long as the modulus, and we use moduli of 2048 to 8192 bits.
            Self::Rs256 => len >= 256 && len <= 1024,
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
        for name in
            ["none", "None", "NONE", "HS256", "HS384", "HS512", "rs256", "Rs256", "RS256 ", "RS2560", ""]
        {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
        assert_eq!(Algorithm::parse(Algorithm::Rs256.as_str()), Some(Algorithm::Rs256));
        assert_eq!(serde_json::to_string(&Algorithm::Rs256).unwrap(), r#""RS256""#);
    }
}
