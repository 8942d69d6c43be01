//! Times in tokens (RFC 7519 §2, NumericDate): seconds since 1970-01-01T00:00:00Z.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::refusal::refuse;
use crate::tolerant::number_of;

/// Seconds since the epoch, possibly with a fraction; always finite.
///
/// ```
/// use lti_types::NumericDate;
/// let date: NumericDate = serde_json::from_str("1700000000")?;
/// assert_eq!(date, NumericDate::from_seconds(1_700_000_000));
/// assert_eq!(serde_json::to_string(&date)?, "1700000000");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct NumericDate(f64);

impl NumericDate {
    /// Whole seconds since the epoch.
    #[must_use]
    pub fn from_seconds(seconds: i64) -> Self {
        // Exact for 285 million years.
        Self(seconds as f64)
    }

    /// Seconds since the epoch; never NaN or infinite.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0
    }
}

impl fmt::Debug for NumericDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NumericDate({})", self.0)
    }
}

impl serde::Serialize for NumericDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
        if self.0.fract() == 0.0 && self.0.abs() <= EXACT {
            // In range by the test above.
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl Visitor<'_> for V {
            type Value = NumericDate;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seconds")
            }
            fn visit_i64<E>(self, v: i64) -> Result<NumericDate, E> {
                Ok(NumericDate::from_seconds(v))
            }
            fn visit_u64<E>(self, v: u64) -> Result<NumericDate, E> {
                Ok(NumericDate(v as f64))
            }
            fn visit_f64<E: Error>(self, v: f64) -> Result<NumericDate, E> {
                if v.is_finite() { Ok(NumericDate(v)) } else { Err(E::custom("not a finite number")) }
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<NumericDate, E> {
                number_of(v).map(NumericDate).ok_or_else(|| E::custom("expected a number of seconds"))
            }
            refuse!(bool);
        }
        deserializer.deserialize_any(V)
    }
}

#[cfg(test)]
mod tests {
    use super::NumericDate;

    #[test]
    fn reads_numbers_and_numeric_strings() {
        for (json, expected) in [
            ("1700000000", Some(1_700_000_000.0)),
            ("1700000000.5", Some(1_700_000_000.5)),
            ("\"1700000000\"", Some(1_700_000_000.0)),
            ("-5", Some(-5.0)),
            ("18446744073709551615", Some(18_446_744_073_709_551_615.0)),
            ("\"NOW\"", None),
            ("\"inf\"", None),
            ("\" 1\u{a0}\"", None),
            ("true", None),
            ("[]", None),
        ] {
            let read = serde_json::from_str::<NumericDate>(json).ok().map(NumericDate::seconds);
            assert_eq!(read, expected, "{json}");
        }
    }

    #[test]
    fn writes_what_it_read() {
        for json in ["1700000000", "1700000000.25", "-1", "0", "1e300"] {
            let read: NumericDate = serde_json::from_str(json).unwrap();
            let written = serde_json::to_string(&read).unwrap();
            assert_eq!(serde_json::from_str::<NumericDate>(&written).unwrap(), read, "{json}");
        }
    }
}
