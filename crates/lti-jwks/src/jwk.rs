//! JSON Web Keys as they stand on the wire (RFC 7517 §4).

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::curve::EcPoint;
use crate::key_numbers::PublicNumbers;
use crate::rsa_numbers::RsaPublicNumbers;
use crate::{Algorithm, Curve, KeyId, UnusableKey, VerifyingKey, base64url};

/// Members that hold, or help to find, a private or symmetric key (RFC 7518 §6.2.2, §6.3.2, §6.4; RFC 8037 §2;
/// `priv` and `seed` of the post-quantum drafts).
const PRIVATE_MEMBERS: [&str; 10] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv", "seed"];

/// A public key as it stands in a key set (RFC 7517 §4), understood or not.
///
/// Key types and members that are not known here are kept and written again. Private members are not: they are
/// dropped while reading, so that a key set made by mistake from private keys does not travel further.
/// [`VerifyingKey::from_jwk`] says whether the key can be used.
///
/// ```
/// use lti_jwks::Jwk;
///
/// let key: Jwk = serde_json::from_str(r#"{"kty":"oct","kid":"a","k":"c2VjcmV0","vendor":1}"#)?;
/// assert_eq!(key.key_type(), Some("oct"));
/// assert_eq!(key.key_id().unwrap().as_str(), "a");
/// assert_eq!(serde_json::to_string(&key)?, r#"{"kid":"a","kty":"oct","vendor":1}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Jwk {
    members: BTreeMap<String, Value>,
}

impl Jwk {
    /// The kind of key, such as `RSA` (RFC 7517 §4.1); `None` when absent or not a string.
    #[must_use]
    #[doc(alias = "kty")]
    pub fn key_type(&self) -> Option<&str> {
        self.text("kty")
    }

    /// The key's name (RFC 7517 §4.5); `None` when absent, empty or not acceptable as a [`KeyId`].
    #[must_use]
    #[doc(alias = "kid")]
    pub fn key_id(&self) -> Option<KeyId> {
        self.text("kid").and_then(|text| KeyId::new(text).ok())
    }

    /// The algorithm the key is meant for (RFC 7517 §4.4), as written; `None` when absent or empty.
    #[must_use]
    #[doc(alias = "alg")]
    pub fn algorithm(&self) -> Option<&str> {
        self.text("alg").filter(|text| !text.is_empty())
    }

    /// What the key is for, `sig` or `enc` (RFC 7517 §4.2), as written; `None` when absent or empty.
    #[must_use]
    #[doc(alias = "use")]
    pub fn public_key_use(&self) -> Option<&str> {
        self.text("use").filter(|text| !text.is_empty())
    }

    /// Any public member by its name on the wire, known here or not.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// The thumbprint of the key (RFC 7638): SHA-256 of its required members, as base64url.
    ///
    /// Computed from the numbers, so that padding or leading zeros in them make no difference.
    ///
    /// # Errors
    /// [`UnusableKey`] when it is neither an RSA key nor an EC key on a known curve, or its numbers cannot be read
    /// or are not acceptable.
    pub fn thumbprint(&self) -> Result<KeyId, UnusableKey> {
        Ok(self.numbers()?.thumbprint())
    }

    pub(crate) fn from_numbers(
        numbers: &PublicNumbers,
        algorithm: Option<Algorithm>,
        key_id: Option<&KeyId>,
    ) -> Self {
        let mut members = BTreeMap::from([("use".to_owned(), Value::from("sig"))]);
        let mut set = |name: &str, value: &str| members.insert(name.to_owned(), Value::from(value));
        match numbers {
            PublicNumbers::Rsa(rsa) => {
                set("kty", "RSA");
                set("n", &rsa.modulus_base64url());
                set("e", &rsa.exponent_base64url());
            }
            PublicNumbers::Ec(point) => {
                set("kty", "EC");
                set("crv", point.curve().as_str());
                set("x", &point.x_base64url());
                set("y", &point.y_base64url());
            }
        }
        if let Some(algorithm) = algorithm {
            set("alg", algorithm.as_str());
        }
        if let Some(key_id) = key_id {
            set("kid", key_id.as_str());
        }
        Self { members }
    }

    /// What stands for an element of a key set that is not an object.
    pub(crate) const fn unreadable() -> Self {
        Self { members: BTreeMap::new() }
    }

    pub(crate) fn numbers(&self) -> Result<PublicNumbers, UnusableKey> {
        let number = |name| {
            let text = self.text(name).ok_or(UnusableKey::MemberMissing)?;
            base64url::decode_padding_optional(text).map_err(|_| UnusableKey::MemberMalformed)
        };
        match self.key_type() {
            None => Err(UnusableKey::KeyTypeMissing),
            Some("RSA") => RsaPublicNumbers::new(number("n")?, number("e")?).map(PublicNumbers::Rsa),
            Some("EC") => {
                let name = self.text("crv").ok_or(UnusableKey::MemberMissing)?;
                let curve = Curve::ALL.into_iter().find(|curve| curve.as_str() == name);
                let curve = curve.ok_or(UnusableKey::CurveUnsupported)?;
                EcPoint::from_coordinates(curve, &number("x")?, &number("y")?).map(PublicNumbers::Ec)
            }
            Some(_) => Err(UnusableKey::KeyTypeUnsupported),
        }
    }

    /// The algorithm the key is reserved for, which must go with its type; `None` when it names none.
    pub(crate) fn named_algorithm(&self, numbers: &PublicNumbers) -> Result<Option<Algorithm>, UnusableKey> {
        let Some(name) = self.algorithm() else {
            return match self.member("alg") {
                None | Some(Value::Null | Value::String(_)) => Ok(None),
                Some(_) => Err(UnusableKey::AlgorithmUnsupported),
            };
        };
        let algorithm = Algorithm::parse(name).ok_or(UnusableKey::AlgorithmUnsupported)?;
        if !algorithm.fits(numbers.kind()) {
            return Err(UnusableKey::AlgorithmMismatch);
        }
        Ok(Some(algorithm))
    }

    /// The key's name; one that is there must be acceptable.
    pub(crate) fn checked_key_id(&self) -> Result<Option<KeyId>, UnusableKey> {
        match (self.key_id(), self.member("kid")) {
            (None, Some(kid)) if !kid.is_null() => Err(UnusableKey::KeyIdMalformed),
            (key_id, _) => Ok(key_id),
        }
    }

    /// Refuses a key that its owner reserves for something else than verifying signatures.
    pub(crate) fn check_purpose(&self) -> Result<(), UnusableKey> {
        self.checked_key_id()?;
        if self.public_key_use().is_some_and(|purpose| purpose != "sig") {
            return Err(UnusableKey::UseNotSignature);
        }
        match self.member("key_ops") {
            None | Some(Value::Null) => {}
            Some(Value::Array(operations)) if operations.iter().any(|operation| operation == "verify") => {}
            Some(_) => return Err(UnusableKey::OperationsWithoutVerify),
        }
        Ok(())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }
}

impl From<&VerifyingKey> for Jwk {
    /// The key for publishing, with `use`, and `alg` and `kid` when they are known.
    fn from(key: &VerifyingKey) -> Self {
        key.to_jwk()
    }
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Jwk;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON Web Key")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Jwk, A::Error> {
                let mut members = BTreeMap::new();
                while let Some(name) = map.next_key::<String>()? {
                    if PRIVATE_MEMBERS.contains(&name.as_str()) {
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        // Given twice, the last one counts, as RFC 7517 §4 allows.
                        members.insert(name, map.next_value()?);
                    }
                }
                Ok(Jwk { members })
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and thumbprint of RFC 7638 §3.1.
    const RFC_7638: &str = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;

    #[test]
    fn rfc_7638_thumbprint() {
        let key: Jwk = serde_json::from_str(RFC_7638).unwrap();
        assert_eq!(key.thumbprint().unwrap().as_str(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        let padded: Jwk = serde_json::from_str(&RFC_7638.replace("nqDKgw\"", "nqDKgw==\"")).unwrap();
        assert_eq!(padded.thumbprint(), key.thumbprint());
    }

    /// The key of RFC 7517 §A.1; the digest is that of its members in the order RFC 7638 §3.2 asks for.
    #[test]
    fn elliptic_thumbprint() {
        let key: Jwk = serde_json::from_str(
            r#"{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"}"#,
        )
        .unwrap();
        let canonical = r#"{"crv":"P-256","kty":"EC","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}"#;
        let digest = crate::backend::digest(crate::algorithm::Hash::Sha256, canonical.as_bytes());
        assert_eq!(key.thumbprint().unwrap().as_str(), base64url::encode(&digest));
        let other: Jwk = serde_json::from_str(r#"{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}"#).unwrap();
        assert_eq!(other.thumbprint(), Err(UnusableKey::CurveUnsupported));
    }

    #[test]
    fn private_members_are_never_written() {
        let text = r#"{"kty":"RSA","n":"AA","e":"AQAB","d":"1","p":"2","q":"3","dp":"4","dq":"5","qi":"6","oth":[{"r":"7"}],"k":"8","x":"9"}"#;
        let key: Jwk = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&key).unwrap(), r#"{"e":"AQAB","kty":"RSA","n":"AA","x":"9"}"#);
        for name in PRIVATE_MEMBERS {
            assert!(key.member(name).is_none());
        }
    }

    #[test]
    fn unknown_types_and_members_survive() {
        let text = r#"{"alg":null,"crv":"Ed25519","kid":"","kty":"OKP","x":"a","z":{"deep":[1,2.5]}}"#;
        let key: Jwk = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&key).unwrap(), text);
        assert_eq!(key.key_id(), None);
        assert_eq!(key.algorithm(), None);
        assert_eq!(key.thumbprint(), Err(UnusableKey::KeyTypeUnsupported));
    }

    #[test]
    fn of_a_member_given_twice_the_last_counts() {
        let key: Jwk = serde_json::from_str(r#"{"kty":"RSA","kty":"EC"}"#).unwrap();
        assert_eq!(key.key_type(), Some("EC"));
    }
}
