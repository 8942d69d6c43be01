//! Key sets (RFC 7517 §5), read with limits and without trusting them to be whole.

use std::fmt;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::{Jwk, nesting};

/// The longest key set that is read, in bytes.
const MAX_BYTES: usize = 1024 * 1024;
/// The most keys a key set may hold.
const MAX_KEYS: usize = 100;

/// A key set (RFC 7517 §5), as published at a JWKS URL.
///
/// Reading is tolerant: beside `{"keys":[…]}`, a bare array, one bare key and a byte order mark are understood,
/// and an element that is no key does not spoil the others. Writing is always `{"keys":[…]}` of public keys.
///
/// ```
/// use lti_jwks::{JwkSet, RsaSize, SigningKey, VerifyingKeys};
///
/// // One side publishes …
/// let key = SigningKey::generate_rsa(RsaSize::Rsa2048)?;
/// let published = serde_json::to_vec(&JwkSet::new([key.public_jwk()]))?;
///
/// // … and the other reads.
/// let keys = VerifyingKeys::from_jwk_set(&JwkSet::parse(&published)?);
/// assert!(keys.find(key.key_id()).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
#[doc(alias = "JWKS")]
pub struct JwkSet {
    /// The keys, in the order of the document; those that cannot be used among them.
    pub keys: Vec<Jwk>,
}

/// Why a document is not taken as a key set (RFC 7517 §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum JwkSetError {
    /// Longer than 1 MiB.
    #[error("the key set is longer than 1 MiB")]
    TooLarge,
    /// More than 100 keys.
    #[error("the key set has more than 100 keys")]
    TooManyKeys,
    /// Objects and arrays more than 64 deep.
    #[error("the key set nests more than 64 levels deep")]
    TooDeep,
    /// Not JSON: a login page or error page at the URL is the usual reason.
    #[error("the key set is not JSON")]
    NotJson,
    /// JSON, but neither a key set nor anything that can be taken for one.
    #[error("the JSON is not a key set")]
    NotAKeySet,
}

impl JwkSetError {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "key_set_too_large",
            Self::TooManyKeys => "key_set_too_many_keys",
            Self::TooDeep => "key_set_nested_too_deep",
            Self::NotJson => "key_set_not_json",
            Self::NotAKeySet => "key_set_malformed",
        }
    }

    /// The section of the specification it rests on; limits are this crate's own.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        match self {
            Self::TooLarge | Self::TooManyKeys | Self::TooDeep => "RFC 8259 §9",
            Self::NotJson => "RFC 7517 §5",
            Self::NotAKeySet => "RFC 7517 §5.1",
        }
    }
}

impl JwkSet {
    /// A key set of these keys.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = Jwk>) -> Self {
        Self { keys: keys.into_iter().collect() }
    }

    /// Reads a key set from the body of a response.
    ///
    /// # Errors
    /// [`JwkSetError`], see there; never because of a single key.
    pub fn parse(json: &[u8]) -> Result<Self, JwkSetError> {
        if json.len() > MAX_BYTES {
            return Err(JwkSetError::TooLarge);
        }
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        if nesting::too_deep(json) {
            return Err(JwkSetError::TooDeep);
        }
        let document: Document = serde_json::from_slice(json)
            .map_err(|error| if error.is_data() { JwkSetError::NotAKeySet } else { JwkSetError::NotJson })?;
        document.into_set()
    }
}

impl Serialize for JwkSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a> {
            keys: Vec<&'a Jwk>,
        }
        // What was no key when it was read is not passed on.
        Wire { keys: self.keys.iter().filter(|key| key.key_type().is_some()).collect() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JwkSet {
    /// As [`JwkSet::parse`], within another document; the limit on bytes and nesting is that document's.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Document::deserialize(deserializer)?.into_set().map_err(D::Error::custom)
    }
}

/// Everything that is read as a key set.
enum Document {
    Keys(Keys),
    NoKeys,
}

impl Document {
    fn into_set(self) -> Result<JwkSet, JwkSetError> {
        match self {
            Self::Keys(keys) if keys.too_many => Err(JwkSetError::TooManyKeys),
            Self::Keys(keys) => Ok(JwkSet { keys: keys.keys }),
            Self::NoKeys => Err(JwkSetError::NotAKeySet),
        }
    }
}

/// At most [`MAX_KEYS`] keys; what comes after is skipped, not stored.
#[derive(Default)]
struct Keys {
    keys: Vec<Jwk>,
    too_many: bool,
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DocumentVisitor)
    }
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key set")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Document, A::Error> {
        KeysVisitor.visit_seq(seq).map(Document::Keys)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut found: Option<Keys> = None;
        let mut others = serde_json::Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "keys" {
                if found.is_some() {
                    return Err(A::Error::custom("two members named keys"));
                }
                found = Some(map.next_value_seed(KeysVisitor)?);
            } else {
                others.insert(name, map.next_value()?);
            }
        }
        Ok(match found {
            Some(keys) => Document::Keys(keys),
            // One bare key.
            None if others.contains_key("kty") => {
                Document::Keys(Keys { keys: vec![lenient(Value::Object(others))], too_many: false })
            }
            None => Document::NoKeys,
        })
    }
}

struct KeysVisitor;

impl<'de> DeserializeSeed<'de> for KeysVisitor {
    type Value = Keys;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Keys, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = Keys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of keys")
    }

    fn visit_unit<E>(self) -> Result<Keys, E> {
        Ok(Keys::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Keys, A::Error> {
        let mut keys = Vec::new();
        while keys.len() < MAX_KEYS {
            match seq.next_element::<Value>()? {
                Some(value) => keys.push(lenient(value)),
                None => return Ok(Keys { keys, too_many: false }),
            }
        }
        let mut too_many = false;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            too_many = true;
        }
        Ok(Keys { keys, too_many })
    }

    /// An object instead of an array: one key.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Keys, A::Error> {
        let value = Value::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(Keys { keys: vec![lenient(value)], too_many: false })
    }
}

fn lenient(value: Value) -> Jwk {
    Jwk::deserialize(value).unwrap_or_else(|_| Jwk::unreadable())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(json: &str) -> Result<Vec<Option<String>>, JwkSetError> {
        JwkSet::parse(json.as_bytes())
            .map(|set| set.keys.iter().map(|key| key.key_type().map(str::to_owned)).collect())
    }

    #[test]
    fn shapes() {
        let one = vec![Some("RSA".to_owned())];
        assert_eq!(types(r#"{"keys":[{"kty":"RSA"}]}"#), Ok(one.clone()));
        assert_eq!(types(r#"{"x":{"a":[1]},"keys":[{"kty":"RSA"}],"y":null}"#), Ok(one.clone()));
        assert_eq!(types(r#"[{"kty":"RSA"}]"#), Ok(one.clone()));
        assert_eq!(types(r#"{"kty":"RSA"}"#), Ok(one.clone()));
        assert_eq!(types(r#"{"keys":{"kty":"RSA"}}"#), Ok(one.clone()));
        assert_eq!(types("\u{feff}{\"keys\":[{\"kty\":\"RSA\"}]}\r\n"), Ok(one));
        assert_eq!(types(r#"{"keys":null}"#), Ok(vec![]));
        assert_eq!(types(r#"{"keys":[]}"#), Ok(vec![]));
    }

    #[test]
    fn a_broken_key_does_not_spoil_the_others() {
        let json = r#"{"keys":[5,null,"x",{},{"kty":7},{"kty":"RSA"},[]]}"#;
        let set = JwkSet::parse(json.as_bytes()).unwrap();
        assert_eq!(set.keys.len(), 7);
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"{"keys":[{"kty":"RSA"}]}"#);
    }

    #[test]
    fn what_is_no_key_set() {
        for json in ["{}", "5", "null", r#""keys""#, r#"{"keys":5}"#, r#"{"keys":[],"keys":[]}"#] {
            assert_eq!(types(json), Err(JwkSetError::NotAKeySet), "{json}");
        }
        for json in ["", "<html>", r#"{"keys":["#, r#"{"keys":[]} x"#] {
            assert_eq!(types(json), Err(JwkSetError::NotJson), "{json}");
        }
    }

    #[test]
    fn limits() {
        let of = |count: usize| format!(r#"{{"keys":[{}]}}"#, vec![r#"{"kty":"RSA"}"#; count].join(","));
        assert_eq!(types(&of(100)).unwrap().len(), 100);
        assert_eq!(types(&of(101)), Err(JwkSetError::TooManyKeys));
        assert_eq!(types(&of(50_000)), Err(JwkSetError::TooManyKeys));

        let sized = |len: usize| format!(r#"{{"keys":[],"pad":"{}"}}"#, "a".repeat(len - 20));
        assert_eq!(sized(MAX_BYTES).len(), MAX_BYTES);
        assert!(types(&sized(MAX_BYTES)).is_ok());
        assert_eq!(types(&sized(MAX_BYTES + 1)), Err(JwkSetError::TooLarge));

        let nested =
            |levels: usize| format!(r#"{{"keys":[],"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
        assert!(types(&nested(63)).is_ok());
        assert_eq!(types(&nested(64)), Err(JwkSetError::TooDeep));
    }

    #[test]
    fn within_another_document() {
        let set: JwkSet =
            serde_json::from_value(serde_json::json!({"keys": [{"kty": "RSA", "d": "x"}]})).unwrap();
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"{"keys":[{"kty":"RSA"}]}"#);
        assert!(serde_json::from_str::<JwkSet>("{}").is_err());
    }
}
