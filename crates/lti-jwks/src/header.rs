//! The JOSE header (RFC 7515 §4): what we write, and the little we read of what others write.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::{Algorithm, JwtError, KeyId, base64url, nesting};

/// Room for a certificate chain that somebody sends along and we ignore.
const MAX_BYTES: usize = 16 * 1024;

/// The encoded header of a token we sign, with the dot that follows it.
pub(crate) fn encode(algorithm: Algorithm, key_id: &KeyId) -> String {
    #[derive(Serialize)]
    struct Header<'a> {
        typ: &'static str,
        alg: Algorithm,
        kid: &'a KeyId,
    }
    let header = Header { typ: "JWT", alg: algorithm, kid: key_id };
    // Three strings cannot fail to be JSON; were it otherwise, the token would be refused, not forged.
    let json = serde_json::to_vec(&header).unwrap_or_default();
    let mut text = String::with_capacity(json.len().div_ceil(3) * 4 + 1);
    base64url::encode_onto(&json, &mut text);
    text.push('.');
    text
}

/// What matters of a header. `jku`, `jwk`, `x5u` and `x5c` are not here: a token does not bring its own key.
#[derive(Debug)]
pub(crate) struct Header {
    /// `None` for every algorithm that does not exist here, such as `none` and `HS256`.
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) key_id: HeaderKeyId,
}

/// The header's `kid` (RFC 7515 §4.1.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HeaderKeyId {
    Absent,
    /// No string, or one that no key can have as its name.
    Malformed,
    Present(KeyId),
}

impl Header {
    pub(crate) fn parse(json: &[u8]) -> Result<Self, JwtError> {
        if json.len() > MAX_BYTES {
            return Err(JwtError::HeaderTooLarge);
        }
        if nesting::too_deep(json) {
            return Err(JwtError::HeaderTooDeep);
        }
        let members: Members = serde_json::from_slice(json).map_err(|_| JwtError::HeaderMalformed)?;
        if members.duplicate {
            return Err(JwtError::HeaderMemberDuplicated);
        }
        if members.critical {
            return Err(JwtError::CriticalHeader);
        }
        let Some(HeaderText::Text(algorithm)) = members.alg else {
            return Err(JwtError::AlgorithmMissing);
        };
        let key_id = match members.kid {
            None => HeaderKeyId::Absent,
            Some(HeaderText::Text(text)) => {
                KeyId::new(text).map_or(HeaderKeyId::Malformed, HeaderKeyId::Present)
            }
            Some(HeaderText::Other) => HeaderKeyId::Malformed,
        };
        Ok(Self { algorithm: Algorithm::parse(&algorithm), key_id })
    }
}

#[derive(Default)]
struct Members<'de> {
    alg: Option<HeaderText<'de>>,
    kid: Option<HeaderText<'de>>,
    critical: bool,
    duplicate: bool,
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JOSE header")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Members::default();
        let mut typ = false;
        let mut others: BTreeSet<Cow<'de, str>> = BTreeSet::new();
        while let Some(Name(name)) = map.next_key()? {
            members.duplicate |= match name.as_ref() {
                "alg" => members.alg.replace(map.next_value()?).is_some(),
                "kid" => members.kid.replace(map.next_value()?).is_some(),
                other => {
                    map.next_value::<IgnoredAny>()?;
                    match other {
                        // The one other member of nearly every header; not worth a set.
                        "typ" => std::mem::replace(&mut typ, true),
                        "crit" => std::mem::replace(&mut members.critical, true),
                        _ => !others.insert(name),
                    }
                }
            };
        }
        Ok(members)
    }
}

/// A member's name, borrowed unless it is written with escapes.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(TextVisitor)? {
            HeaderText::Text(text) => Ok(Self(text)),
            HeaderText::Other => Err(serde::de::Error::custom("a name that is no string")),
        }
    }
}

/// A member's value: a string, or anything else.
enum HeaderText<'de> {
    Text(Cow<'de, str>),
    Other,
}

impl<'de> Deserialize<'de> for HeaderText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = HeaderText<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(HeaderText::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(HeaderText::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(HeaderText::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(HeaderText::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(HeaderText::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(HeaderText::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(HeaderText::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(HeaderText::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(HeaderText::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<(Option<Algorithm>, HeaderKeyId), JwtError> {
        Header::parse(json.as_bytes()).map(|header| (header.algorithm, header.key_id))
    }

    fn kid(text: &str) -> HeaderKeyId {
        HeaderKeyId::Present(KeyId::new(text).unwrap())
    }

    #[test]
    fn what_we_write_we_read() {
        let key_id = KeyId::new("a \"quoted\" \\ é").unwrap();
        let text = encode(Algorithm::Rs256, &key_id);
        let json = base64url::decode(text.strip_suffix('.').unwrap()).unwrap();
        assert_eq!(
            std::str::from_utf8(&json).unwrap(),
            r#"{"typ":"JWT","alg":"RS256","kid":"a \"quoted\" \\ é"}"#
        );
        assert_eq!(
            parse(std::str::from_utf8(&json).unwrap()),
            Ok((Some(Algorithm::Rs256), HeaderKeyId::Present(key_id)))
        );
    }

    #[test]
    fn sixteen_kib_are_read_and_no_more() {
        let of = |len: usize| {
            let json = r#"{"alg":"RS256","x5c":""}"#;
            json.replace("\"\"", &format!("\"{}\"", "A".repeat(len - json.len())))
        };
        assert_eq!(of(16_384).len(), 16_384);
        assert!(parse(&of(16_384)).is_ok());
        assert_eq!(parse(&of(16_385)), Err(JwtError::HeaderTooLarge));
    }

    #[test]
    fn members() {
        let rs256 = Some(Algorithm::Rs256);
        assert_eq!(parse(r#"{"alg":"RS256","kid":"a"}"#), Ok((rs256, kid("a"))));
        assert_eq!(parse(r#"{"\u0061lg":"RS25\u0036","kid":"\u0061"}"#), Ok((rs256, kid("a"))));
        assert_eq!(parse(r#"{"alg":"none"}"#), Ok((None, HeaderKeyId::Absent)));
        for malformed in [r#""""#, "1", "-1", "1.5", "null", "true", r#"["a"]"#, r#"{"a":["b"]}"#, r#""\n""#]
        {
            let json = format!(r#"{{"alg":"RS256","kid":{malformed}}}"#);
            assert_eq!(parse(&json), Ok((rs256, HeaderKeyId::Malformed)), "{json}");
        }
        let json =
            r#"{"jku":"https://evil.example","jwk":{"kty":"RSA"},"x5c":["a"],"x5u":"b","alg":"RS256"}"#;
        assert_eq!(parse(json), Ok((rs256, HeaderKeyId::Absent)));
    }

    #[test]
    fn refusals() {
        for json in
            ["", "[]", "5", "null", r#""a""#, r#"{"alg":"RS256""#, r#"{"alg":"RS256"} x"#, "{'alg':1}"]
        {
            assert_eq!(parse(json), Err(JwtError::HeaderMalformed), "{json}");
        }
        for json in [r#"{}"#, r#"{"alg":null}"#, r#"{"alg":1}"#, r#"{"alg":["RS256"]}"#, r#"{"ALG":"RS256"}"#]
        {
            assert_eq!(parse(json), Err(JwtError::AlgorithmMissing), "{json}");
        }
        for json in [
            r#"{"alg":"RS256","alg":"RS256"}"#,
            r#"{"alg":"RS256","\u0061lg":"none"}"#,
            r#"{"alg":"RS256","kid":"a","kid":"b"}"#,
            r#"{"alg":"RS256","typ":"a","typ":"b"}"#,
            r#"{"alg":"RS256","x":1,"y":2,"x":3}"#,
        ] {
            assert_eq!(parse(json), Err(JwtError::HeaderMemberDuplicated), "{json}");
        }
        for value in [r#"["exp"]"#, r#"["b64"]"#, "[]", "null", r#""exp""#] {
            let json = format!(r#"{{"alg":"RS256","crit":{value}}}"#);
            assert_eq!(parse(&json), Err(JwtError::CriticalHeader), "{json}");
        }
        let deep = format!(r#"{{"alg":"RS256","x":{}{}}}"#, "[".repeat(64), "]".repeat(64));
        assert_eq!(parse(&deep), Err(JwtError::HeaderTooDeep));
        let long = format!(r#"{{"alg":"RS256","x":"{}"}}"#, "a".repeat(MAX_BYTES));
        assert_eq!(parse(&long), Err(JwtError::HeaderTooLarge));
    }
}
