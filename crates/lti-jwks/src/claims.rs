//! The registered claims (RFC 7519 §4.1): what verification needs to see of a payload.

use std::fmt;

use serde::de::{DeserializeOwned, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What [`UnverifiedJwt::verify`](crate::UnverifiedJwt::verify) reads of a payload (RFC 7519 §4.1, OpenID
/// Connect Core §2).
///
/// Implement it for the type the payload is read into; [`RegisteredClaims`] already has it. Times are seconds
/// since 1970-01-01T00:00:00Z, fractions included; whatever number is returned, infinite or not even a number,
/// comparing it neither panics nor overflows.
///
/// ```
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Payload {
///     iss: String,
///     aud: Vec<String>,
///     exp: f64,
///     iat: f64,
///     course: String,
/// }
///
/// impl lti_jwks::Claims for Payload {
///     fn issuer(&self) -> Option<&str> { Some(&self.iss) }
///     fn audiences(&self) -> impl Iterator<Item = &str> { self.aud.iter().map(String::as_str) }
///     fn authorized_party(&self) -> Option<&str> { None }
///     fn expires_at(&self) -> Option<f64> { Some(self.exp) }
///     fn issued_at(&self) -> Option<f64> { Some(self.iat) }
///     fn not_before(&self) -> Option<f64> { None }
/// }
/// ```
pub trait Claims: DeserializeOwned {
    /// `iss`: who made the token.
    fn issuer(&self) -> Option<&str>;
    /// `aud`: whom it is for; nothing when absent.
    fn audiences(&self) -> impl Iterator<Item = &str>;
    /// `azp`: to whom it was issued.
    fn authorized_party(&self) -> Option<&str>;
    /// `exp`, in seconds since the epoch.
    fn expires_at(&self) -> Option<f64>;
    /// `iat`, in seconds since the epoch.
    fn issued_at(&self) -> Option<f64>;
    /// `nbf`, in seconds since the epoch.
    fn not_before(&self) -> Option<f64>;
}

/// A time in a token: seconds since 1970-01-01T00:00:00Z, possibly with a fraction (RFC 7519 §2).
///
/// Reads numbers and, because some senders do so, strings that hold one. Writes a number, whole where it can.
///
/// ```
/// use lti_jwks::NumericDate;
///
/// let date: NumericDate = serde_json::from_str("\"1700000000\"")?;
/// assert_eq!(date.seconds(), 1_700_000_000.0);
/// assert_eq!(serde_json::to_string(&date)?, "1700000000");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct NumericDate(f64);

impl NumericDate {
    /// This many seconds since the epoch.
    #[must_use]
    pub const fn from_seconds(seconds: f64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    #[must_use]
    pub const fn seconds(self) -> f64 {
        self.0
    }
}

impl From<chrono::DateTime<chrono::Utc>> for NumericDate {
    /// Whole seconds; what is below a second is cut off, for the sake of readers that expect integers.
    fn from(time: chrono::DateTime<chrono::Utc>) -> Self {
        Self(time.timestamp() as f64)
    }
}

impl Serialize for NumericDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Within this range every whole f64 is an i64.
        if self.0.fract() == 0.0 && self.0.abs() < 9.0e15 {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seconds;

        impl Visitor<'_> for Seconds {
            type Value = f64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seconds since 1970")
            }

            fn visit_i64<E>(self, seconds: i64) -> Result<f64, E> {
                Ok(seconds as f64)
            }

            fn visit_u64<E>(self, seconds: u64) -> Result<f64, E> {
                Ok(seconds as f64)
            }

            fn visit_f64<E>(self, seconds: f64) -> Result<f64, E> {
                Ok(seconds)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<f64, E> {
                // Not "inf", "nan" and what else Rust's parser knows and JSON does not.
                let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
                text.parse()
                    .ok()
                    .filter(|seconds: &f64| plain && seconds.is_finite())
                    .ok_or_else(|| E::custom("a string that holds no number of seconds"))
            }
        }

        deserializer.deserialize_any(Seconds).map(Self)
    }
}

/// The registered claims of a JWT (RFC 7519 §4.1) with `azp` (OpenID Connect Core §2), for tokens that need no
/// others, such as client assertions.
///
/// `aud` is read as a string or an array and written as a string when there is just one; absent members are not
/// written.
///
/// ```
/// use lti_jwks::{NumericDate, RegisteredClaims};
///
/// let mut claims = RegisteredClaims::new("client-1", ["https://lms.example/token"]);
/// claims.jwt_id = Some("a1".into());
/// claims.expires_at = Some(NumericDate::from_seconds(1_700_000_060.0));
/// assert_eq!(
///     serde_json::to_string(&claims)?,
///     r#"{"iss":"client-1","aud":"https://lms.example/token","exp":1700000060,"jti":"a1"}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// `Debug` shows neither the subject, who may be a person, nor the token's own name.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RegisteredClaims {
    /// `iss` (§4.1.1).
    #[serde(rename = "iss", default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// `sub` (§4.1.2).
    #[serde(rename = "sub", default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `aud` (§4.1.3).
    #[serde(
        rename = "aud",
        default,
        skip_serializing_if = "Vec::is_empty",
        serialize_with = "write_audiences",
        deserialize_with = "read_audiences"
    )]
    pub audiences: Vec<String>,
    /// `azp` (OpenID Connect Core §2).
    #[serde(rename = "azp", default, skip_serializing_if = "Option::is_none")]
    pub authorized_party: Option<String>,
    /// `exp` (§4.1.4).
    #[serde(rename = "exp", default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<NumericDate>,
    /// `nbf` (§4.1.5).
    #[serde(rename = "nbf", default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<NumericDate>,
    /// `iat` (§4.1.6).
    #[serde(rename = "iat", default, skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<NumericDate>,
    /// `jti` (§4.1.7).
    #[serde(rename = "jti", default, skip_serializing_if = "Option::is_none")]
    pub jwt_id: Option<String>,
}

impl RegisteredClaims {
    /// Claims of this issuer for these audiences, and nothing else yet.
    #[must_use]
    pub fn new<A: Into<String>>(issuer: impl Into<String>, audiences: impl IntoIterator<Item = A>) -> Self {
        Self {
            issuer: Some(issuer.into()),
            audiences: audiences.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }
}

impl fmt::Debug for RegisteredClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredClaims")
            .field("issuer", &self.issuer)
            .field("audiences", &self.audiences)
            .field("authorized_party", &self.authorized_party)
            .field("expires_at", &self.expires_at)
            .field("not_before", &self.not_before)
            .field("issued_at", &self.issued_at)
            .finish_non_exhaustive()
    }
}

impl Claims for RegisteredClaims {
    fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    fn audiences(&self) -> impl Iterator<Item = &str> {
        self.audiences.iter().map(String::as_str)
    }

    fn authorized_party(&self) -> Option<&str> {
        self.authorized_party.as_deref()
    }

    fn expires_at(&self) -> Option<f64> {
        self.expires_at.map(NumericDate::seconds)
    }

    fn issued_at(&self) -> Option<f64> {
        self.issued_at.map(NumericDate::seconds)
    }

    fn not_before(&self) -> Option<f64> {
        self.not_before.map(NumericDate::seconds)
    }
}

fn write_audiences<S: Serializer>(audiences: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    match audiences {
        [one] => one.serialize(serializer),
        several => several.serialize(serializer),
    }
}

fn read_audiences<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    struct Audiences;

    impl<'de> Visitor<'de> for Audiences {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string or an array of strings")
        }

        fn visit_str<E>(self, text: &str) -> Result<Vec<String>, E> {
            Ok(vec![text.to_owned()])
        }

        fn visit_unit<E>(self) -> Result<Vec<String>, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<String>, A::Error> {
            let mut audiences = Vec::new();
            while let Some(audience) = seq.next_element::<String>()? {
                audiences.push(audience);
            }
            Ok(audiences)
        }
    }

    deserializer.deserialize_any(Audiences)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(json: &str) -> Option<f64> {
        serde_json::from_str::<NumericDate>(json).ok().map(NumericDate::seconds)
    }

    #[test]
    fn dates() {
        assert_eq!(date("1700000000"), Some(1_700_000_000.0));
        assert_eq!(date("1700000000.25"), Some(1_700_000_000.25));
        assert_eq!(date("-25"), Some(-25.0));
        assert_eq!(date("1e308"), Some(1e308));
        assert_eq!(date("9223372036854775807"), Some(9_223_372_036_854_775_807.0));
        assert_eq!(date("18446744073709551615"), Some(18_446_744_073_709_551_615.0));
        assert_eq!(date(r#""1700000000""#), Some(1_700_000_000.0));
        assert_eq!(date(r#""1700000000.5""#), Some(1_700_000_000.5));
        for json in [
            "1e309",
            r#""1e309""#,
            r#""inf""#,
            r#""NaN""#,
            r#""infinity""#,
            r#""""#,
            r#"" 1""#,
            "null",
            "true",
            "[1]",
            "{}",
            r#""2024-01-01""#,
        ] {
            assert_eq!(date(json), None, "{json}");
        }
    }

    #[test]
    fn dates_are_written_whole_where_they_are() {
        let write = |seconds| serde_json::to_string(&NumericDate::from_seconds(seconds)).unwrap();
        assert_eq!(write(1_700_000_000.0), "1700000000");
        assert_eq!(write(1.5), "1.5");
        assert_eq!(write(-1.0), "-1");
        assert_eq!(write(8_999_999_999_999_999.0), "8999999999999999");
        assert_eq!(write(9e15), "9000000000000000.0");
        assert_eq!(write(1e300), "1e+300");
    }

    #[test]
    fn neither_subject_nor_name_is_shown() {
        let mut claims = RegisteredClaims::new("client-1", ["https://lms.example"]);
        (claims.subject, claims.jwt_id) = (Some("Secret1".to_owned()), Some("Secret1".to_owned()));
        let shown = format!("{claims:?}");
        assert!(shown.contains("client-1") && !shown.contains("Secret1"), "{shown}");
    }

    #[test]
    fn claims_round_trip() {
        for json in [
            "{}",
            r#"{"iss":"a","sub":"b","aud":"c","azp":"d","exp":1,"nbf":2,"iat":3,"jti":"e"}"#,
            r#"{"aud":["a","b"]}"#,
        ] {
            let claims: RegisteredClaims = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&claims).unwrap(), json);
        }
        let null: RegisteredClaims = serde_json::from_str(r#"{"aud":null,"exp":null,"more":[]}"#).unwrap();
        assert_eq!(null, RegisteredClaims::default());
        assert!(serde_json::from_str::<RegisteredClaims>(r#"{"exp":1,"exp":2}"#).is_err());
        assert!(serde_json::from_str::<RegisteredClaims>(r#"{"aud":[1]}"#).is_err());
        assert!(serde_json::from_str::<RegisteredClaims>(r#"{"aud":{}}"#).is_err());
    }
}
