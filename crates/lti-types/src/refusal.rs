//! Refusals that name the JSON type that came and never its value: serde's own messages quote numbers and texts,
//! and what was sent may be a secret or somebody's name.

use std::fmt;

use serde::de::{Deserializer, Visitor};

/// The methods of a visitor for the JSON types that it does not take. The type must be read by `deserialize_any`:
/// the other ways into `serde_json` do not ask the visitor.
macro_rules! refuse {
    ($($kind:ident)*) => { $( $crate::refusal::refuse!(@$kind); )* };
    (@bool) => { $crate::refusal::refuse!(@visit_bool, bool, "a boolean"); };
    (@number) => {
        $crate::refusal::refuse!(@visit_i64, i64, "a number");
        $crate::refusal::refuse!(@visit_u64, u64, "a number");
        $crate::refusal::refuse!(@visit_f64, f64, "a number");
    };
    (@negative_or_fraction) => {
        $crate::refusal::refuse!(@visit_i64, i64, "a number");
        $crate::refusal::refuse!(@visit_f64, f64, "a number");
    };
    (@text) => { $crate::refusal::refuse!(@visit_str, &str, "a string"); };
    (@$method:ident, $type:ty, $name:literal) => {
        fn $method<E: serde::de::Error>(self, _: $type) -> Result<Self::Value, E> {
            Err(E::invalid_type(serde::de::Unexpected::Other($name), &self))
        }
    };
}

pub(crate) use refuse;

/// Reads a string; for `#[serde(deserialize_with)]`.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct TextVisitor;
    impl Visitor<'_> for TextVisitor {
        type Value = String;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_str<E>(self, v: &str) -> Result<String, E> {
            Ok(v.to_owned())
        }
        fn visit_string<E>(self, v: String) -> Result<String, E> {
            Ok(v)
        }
        refuse!(bool number);
    }
    // A format without types of its own has to be told what comes, and has nothing to refuse.
    if deserializer.is_human_readable() {
        deserializer.deserialize_any(TextVisitor)
    } else {
        deserializer.deserialize_string(TextVisitor)
    }
}

/// A string and nothing else.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Strict(#[serde(deserialize_with = "text")] String);

impl From<Strict> for String {
    fn from(text: Strict) -> Self {
        text.0
    }
}

impl crate::tolerant::Tolerant<String> for Option<Strict> {
    fn into_value(self) -> Option<String> {
        self.map(String::from)
    }
}

#[cfg(test)]
mod tests {
    use super::Strict;

    #[test]
    fn the_type_is_named_and_the_value_is_not() {
        assert_eq!(String::from(serde_json::from_str::<Strict>(r#""a\n""#).unwrap()), "a\n");
        for (json, message) in [
            ("777", "invalid type: a number, expected a string"),
            ("-777", "invalid type: a number, expected a string"),
            ("777.5", "invalid type: a number, expected a string"),
            ("true", "invalid type: a boolean, expected a string"),
            ("null", "invalid type: null, expected a string"),
            ("[777]", "invalid type: sequence, expected a string"),
            (r#"{"a":777}"#, "invalid type: map, expected a string"),
        ] {
            let error = serde_json::from_str::<Strict>(json).err().unwrap().to_string();
            assert!(error.starts_with(message) && !error.contains("777"), "{json}: {error}");
        }
    }
}
