//! Compact JWTs before anything about them is known to be true (RFC 7515 §7.1, RFC 7519 §3).

use std::fmt;

use crate::header::{Header, HeaderKeyId};
use crate::{Algorithm, KeyId, base64url, nesting};

/// The longest token that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 64 * 1024;

/// A token as it came: well-formed, and nothing more.
///
/// [`UnverifiedJwt::verify`] turns it into a [`Verified`](crate::Verified), which is where claims can be read.
/// The header's `jku`, `jwk`, `x5u` and `x5c` are never obeyed: a token does not bring its own key.
///
/// ```
/// use lti_jwks::{JwtError, UnverifiedJwt};
///
/// assert_eq!(UnverifiedJwt::parse("not a token").unwrap_err(), JwtError::MalformedSegments);
/// ```
pub struct UnverifiedJwt {
    /// Header and payload, encoded, with the dot between them.
    pub(crate) signing_input: String,
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) key_id: HeaderKeyId,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

/// Why a text is not taken as a compact JWT (RFC 7515 §7.1). The sender is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum JwtError {
    /// Longer than 64 KiB, or than what [`UnverifiedJwt::parse_up_to`] was told.
    #[error("the token is too large")]
    TooLarge,
    /// Not three parts with dots between them; encrypted tokens have five.
    #[error("the token does not have exactly three parts")]
    MalformedSegments,
    /// A part is not base64url without padding.
    #[error("a part of the token is not base64url")]
    MalformedBase64,
    /// The header is longer than 16 KiB.
    #[error("the token's header is longer than 16 KiB")]
    HeaderTooLarge,
    /// The header is not a JSON object.
    #[error("the token's header is not a JSON object")]
    HeaderMalformed,
    /// The header nests more than 64 levels deep.
    #[error("the token's header nests more than 64 levels deep")]
    HeaderTooDeep,
    /// A member of the header occurs twice: two readers could read two headers.
    #[error("a member of the token's header occurs twice")]
    HeaderMemberDuplicated,
    /// No `alg`, or one that is no string.
    #[error("the token's header names no algorithm")]
    AlgorithmMissing,
    /// The header has `crit`: it demands extensions, and none is known here.
    #[error("the token's header demands extensions that are not supported")]
    CriticalHeader,
    /// The payload nests more than 64 levels deep.
    #[error("the token's payload nests more than 64 levels deep")]
    PayloadTooDeep,
}

impl JwtError {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::MalformedSegments => "segments_malformed",
            Self::MalformedBase64 => "base64_malformed",
            Self::HeaderTooLarge => "header_too_large",
            Self::HeaderMalformed => "header_malformed",
            Self::HeaderTooDeep => "header_nested_too_deep",
            Self::HeaderMemberDuplicated => "header_member_duplicated",
            Self::AlgorithmMissing => "algorithm_missing",
            Self::CriticalHeader => "critical_header_unsupported",
            Self::PayloadTooDeep => "payload_nested_too_deep",
        }
    }

    /// The section of the specification it rests on; limits are this crate's own.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        match self {
            Self::TooLarge | Self::HeaderTooLarge | Self::HeaderTooDeep | Self::PayloadTooDeep => {
                "RFC 8259 §9"
            }
            Self::MalformedSegments => "RFC 7515 §7.1",
            Self::MalformedBase64 => "RFC 7515 §5.2",
            Self::HeaderMalformed | Self::HeaderMemberDuplicated => "RFC 7515 §4",
            Self::AlgorithmMissing => "RFC 7515 §4.1.1",
            Self::CriticalHeader => "RFC 7515 §4.1.11",
        }
    }
}

impl UnverifiedJwt {
    /// Reads the compact form (RFC 7515 §7.1), strictly: no white space, no padding, nothing before or after.
    ///
    /// An algorithm that is not supported, such as `none`, is no error here but when verifying, where it is
    /// known which algorithms the peer may use.
    ///
    /// # Errors
    /// [`JwtError`], see there. The length is looked at first.
    pub fn parse(compact: &str) -> Result<Self, JwtError> {
        Self::parse_up_to(compact, MAX_BYTES)
    }

    /// The same for a kind of token that may be larger: at most so many bytes of it are read.
    ///
    /// # Errors
    /// As [`UnverifiedJwt::parse`].
    pub fn parse_up_to(compact: &str, max_bytes: usize) -> Result<Self, JwtError> {
        if compact.len() > max_bytes {
            return Err(JwtError::TooLarge);
        }
        let (signing_input, signature) = compact.rsplit_once('.').ok_or(JwtError::MalformedSegments)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JwtError::MalformedSegments)?;
        if header.is_empty() || payload.is_empty() || payload.contains('.') {
            return Err(JwtError::MalformedSegments);
        }
        let decode = |part| base64url::decode(part).map_err(|_| JwtError::MalformedBase64);
        let header = Header::parse(&decode(header)?)?;
        let payload = decode(payload)?;
        let signature = decode(signature)?;
        if nesting::too_deep(&payload) {
            return Err(JwtError::PayloadTooDeep);
        }
        Ok(Self {
            signing_input: signing_input.to_owned(),
            algorithm: header.algorithm,
            key_id: header.key_id,
            payload,
            signature,
        })
    }

    /// The header's `kid` (RFC 7515 §4.1.4): a hint at which key to have at hand, to be trusted for nothing
    /// else. `None` when absent or malformed.
    #[must_use]
    #[doc(alias = "kid")]
    pub fn key_id(&self) -> Option<&KeyId> {
        match &self.key_id {
            HeaderKeyId::Present(key_id) => Some(key_id),
            HeaderKeyId::Absent | HeaderKeyId::Malformed => None,
        }
    }

    /// The decoded payload, written by whoever sent the token, which can be anybody.
    ///
    /// For finding out whose keys to use when nothing else tells; never for deciding anything.
    #[must_use]
    pub fn danger_unverified_payload(&self) -> &[u8] {
        &self.payload
    }
}

impl fmt::Debug for UnverifiedJwt {
    /// Shows no part of the token but the names of key and algorithm.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedJwt")
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, payload: &str) -> String {
        format!("{}.{}.c2ln", base64url::encode(header.as_bytes()), base64url::encode(payload.as_bytes()))
    }

    fn refusal(compact: &str) -> Option<JwtError> {
        UnverifiedJwt::parse(compact).err()
    }

    #[test]
    fn the_parts() {
        let good = token(r#"{"alg":"RS256","kid":"a"}"#, "{}");
        let jwt = UnverifiedJwt::parse(&good).unwrap();
        assert_eq!(jwt.key_id().unwrap().as_str(), "a");
        assert_eq!(jwt.danger_unverified_payload(), b"{}");
        assert!(!format!("{jwt:?}").contains("c2ln"));

        let [header, payload, signature]: [&str; 3] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
        for text in [
            String::new(),
            ".".to_owned(),
            "..".to_owned(),
            header.to_owned(),
            format!("{header}.{payload}"),
            format!("{good}."),
            format!("{good}.{signature}"),
            format!("{good}.a.b"),
            format!(".{payload}.{signature}"),
            format!("{header}..{signature}"),
        ] {
            assert_eq!(refusal(&text), Some(JwtError::MalformedSegments), "{text}");
        }
        for text in [
            format!(" {good}"),
            format!("{good}\n"),
            format!("{header}.{payload}\r\n.{signature}"),
            format!("{header}.{payload}=.{signature}"),
            format!("{header}.{payload}==.{signature}"),
            format!("{good}="),
            format!("{header}.{payload}.c2l+"),
            format!("{header}.{payload}.c2l/"),
            format!("{header}.{payload}.c2lné"),
            // Bits left over: another text for the same bytes.
            format!("{header}.{payload}.c2lnYR"),
        ] {
            assert_eq!(refusal(&text), Some(JwtError::MalformedBase64), "{text}");
        }
        // An empty signature is well-formed, and refused by its algorithm or as a signature.
        assert_eq!(refusal(&format!("{header}.{payload}.")), None);
    }

    #[test]
    fn sizes_and_depths() {
        let header = r#"{"alg":"RS256"}"#;
        assert_eq!(refusal(&"a".repeat(MAX_BYTES + 1)), Some(JwtError::TooLarge));
        let filler = |len: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(len));
        let long = token(header, &filler(49_000));
        assert!(long.len() <= MAX_BYTES);
        assert_eq!(refusal(&long), None);
        let longer = token(header, &filler(49_200));
        assert!(longer.len() > MAX_BYTES);
        assert_eq!(refusal(&longer), Some(JwtError::TooLarge));
        assert!(UnverifiedJwt::parse_up_to(&longer, longer.len()).is_ok());
        let refused = UnverifiedJwt::parse_up_to(&longer, longer.len() - 1);
        assert_eq!(refused.err(), Some(JwtError::TooLarge));

        let nested = |levels: usize| format!("{}{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
        assert_eq!(refusal(&token(header, &nested(64))), None);
        assert_eq!(refusal(&token(header, &nested(65))), Some(JwtError::PayloadTooDeep));
    }
}
