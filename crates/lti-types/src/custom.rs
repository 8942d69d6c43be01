//! Custom parameters (LTI Core 1.3 §5.4.6, §B): names and string values.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Custom parameters. On the wire every value is a string; what platforms send besides is read so: numbers and
/// booleans by their spelling, `null` as absent, an object or list as its JSON text; what is no object at all, such
/// as PHP's `[]` for an empty one, as no parameters.
///
/// ```
/// use lti_types::Custom;
/// let custom: Custom = serde_json::from_str(r#"{"course": 319, "due": "", "gone": null, "raw": "$Foo.bar"}"#)?;
/// assert_eq!(custom.raw("course"), Some("319"));
/// assert_eq!(custom.raw("due"), Some(""));
/// assert_eq!(custom.raw("gone"), None);
/// assert_eq!(custom.get("raw"), None, "a variable that the platform did not resolve is no value");
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// `Debug` shows the names: values may be about a person.
#[derive(Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Custom(BTreeMap<String, String>);

impl Custom {
    /// No parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The value as it was sent.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value, unless it is a substitution variable that came back as it went (`$Person.name.full`,
    /// Blackboard's `@X@user.role@X@`): such a one was not resolved, so there is no value (quirk 35).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).filter(|value| !is_unresolved(value))
    }

    /// Sets a parameter.
    pub fn insert(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// Names and values as they were sent, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::object::debug_names(f, "Custom", self.0.keys().map(String::as_str))
    }
}

/// Whether a value is the name of a variable rather than its value.
fn is_unresolved(value: &str) -> bool {
    if let Some(name) = value.strip_prefix('$') {
        return name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.contains('.')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    }
    value.len() > 6 && value.starts_with("@X@") && value.ends_with("@X@")
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Custom {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl<'de> Deserialize<'de> for Custom {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Custom;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Custom, A::Error> {
                let mut custom = BTreeMap::new();
                // Names without a value count too: of two readers, one might see the value and one the null.
                let mut nulls = BTreeSet::new();
                while let Some((name, Scalar(value))) = map.next_entry()? {
                    let repeated = match value {
                        Some(value) => nulls.contains(&name) || custom.insert(name, value).is_some(),
                        None => custom.contains_key(&name) || !nulls.insert(name),
                    };
                    if repeated {
                        return Err(A::Error::custom("duplicate member"));
                    }
                }
                Ok(Custom(custom))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Custom, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Custom::new())
            }
            fn visit_str<E>(self, _: &str) -> Result<Custom, E> {
                Ok(Custom::new())
            }
            fn visit_bool<E>(self, _: bool) -> Result<Custom, E> {
                Ok(Custom::new())
            }
            fn visit_u64<E>(self, _: u64) -> Result<Custom, E> {
                Ok(Custom::new())
            }
            fn visit_i64<E>(self, _: i64) -> Result<Custom, E> {
                Ok(Custom::new())
            }
            fn visit_f64<E>(self, _: f64) -> Result<Custom, E> {
                Ok(Custom::new())
            }
        }
        deserializer.deserialize_any(V)
    }
}

/// A value of any kind, as text.
struct Scalar(Option<String>);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E>(self, v: &str) -> Result<Scalar, E> {
                Ok(Scalar(Some(v.to_owned())))
            }
            fn visit_string<E>(self, v: String) -> Result<Scalar, E> {
                Ok(Scalar(Some(v)))
            }
            fn visit_bool<E>(self, v: bool) -> Result<Scalar, E> {
                Ok(Scalar(Some(v.to_string())))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Scalar, E> {
                Ok(Scalar(Some(v.to_string())))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Scalar, E> {
                Ok(Scalar(Some(v.to_string())))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Scalar, E> {
                Ok(Scalar(Some(Value::from(v).to_string())))
            }
            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Scalar, A::Error> {
                Value::deserialize(serde::de::value::SeqAccessDeserializer::new(seq))
                    .map(|v| Scalar(Some(v.to_string())))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Scalar, A::Error> {
                Value::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    .map(|v| Scalar(Some(v.to_string())))
            }
        }
        deserializer.deserialize_any(V)
    }
}

#[cfg(test)]
mod tests {
    use super::{Custom, is_unresolved};

    #[test]
    fn no_value_is_shown() {
        let custom = Custom::from_iter([("name", "Ada"), ("id", "7")]);
        assert_eq!(format!("{custom:?}"), r#"Custom {"id", "name"}"#);
    }

    #[test]
    fn only_variables_are_unresolved() {
        for value in ["$Foo.bar", "$ResourceLink.id.history", "$com.example.Foo.bar", "@X@user.role@X@"] {
            assert!(is_unresolved(value), "{value}");
        }
        for value in ["", "$", "$5.00", "$ 5", "costs $Foo.bar", "$Foo", "$Foo.bar baz", "@X@@X@"] {
            assert!(!is_unresolved(value), "{value}");
        }
    }

    #[test]
    fn x18_php_and_canvas_shapes_are_read() {
        assert!(serde_json::from_str::<Custom>("[]").unwrap().is_empty());
        for json in ["[1]", "\"\"", "\"x\"", "7", "-1", "1.5", "true"] {
            assert!(serde_json::from_str::<Custom>(json).unwrap().is_empty(), "{json}");
        }
        let custom: Custom =
            serde_json::from_str(r#"{"n":1,"f":1.5,"b":false,"o":{"a":[1]},"l":["x"],"z":null}"#).unwrap();
        let expected = Custom::from_iter([
            ("n", "1"),
            ("f", "1.5"),
            ("b", "false"),
            ("o", r#"{"a":[1]}"#),
            ("l", r#"["x"]"#),
        ]);
        assert_eq!(custom, expected);
        let again: Custom = serde_json::from_str(&serde_json::to_string(&custom).unwrap()).unwrap();
        assert_eq!(again, custom);
    }

    #[test]
    fn x21_a_name_written_twice_is_refused() {
        for json in [
            r#"{"a":"1","a":"2"}"#,
            r#"{"a":"1","a":null}"#,
            r#"{"a":null,"a":"1"}"#,
            r#"{"a":null,"a":null}"#,
        ] {
            assert!(serde_json::from_str::<Custom>(json).is_err(), "{json}");
        }
    }
}
