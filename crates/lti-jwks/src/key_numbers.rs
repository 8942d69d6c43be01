//! What a public key consists of, whatever its type (RFC 7518 §6).

use crate::curve::EcPoint;
use crate::rsa_numbers::RsaPublicNumbers;
use crate::{Curve, KeyId, backend, base64url, der};

/// The type of a key, with its curve if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Rsa,
    Ec(Curve),
}

/// The numbers of a public key, of acceptable size and form.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum PublicNumbers {
    Rsa(RsaPublicNumbers),
    Ec(EcPoint),
}

impl PublicNumbers {
    pub(crate) fn kind(&self) -> KeyKind {
        match self {
            Self::Rsa(_) => KeyKind::Rsa,
            Self::Ec(point) => KeyKind::Ec(point.curve()),
        }
    }

    /// RFC 7638 §3: the digest of the required members in lexical order without white space.
    pub(crate) fn thumbprint(&self) -> KeyId {
        let canonical = match self {
            Self::Rsa(numbers) => format!(
                r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                numbers.exponent_base64url(),
                numbers.modulus_base64url()
            ),
            Self::Ec(point) => format!(
                r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#,
                point.curve(),
                point.x_base64url(),
                point.y_base64url()
            ),
        };
        let digest = backend::digest(crate::algorithm::Hash::Sha256, canonical.as_bytes());
        KeyId::from_thumbprint(base64url::encode(&digest))
    }

    /// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
    pub(crate) fn spki_der(&self) -> Vec<u8> {
        match self {
            Self::Rsa(numbers) => der::rsa_spki(numbers.modulus(), numbers.exponent()),
            Self::Ec(point) => der::ec_spki(point.curve(), point.octets()),
        }
    }
}
