//! Readers for members that real platforms write in more ways than the specification allows.
//!
//! Each reads the specified form at full speed and folds the known deviations into it: `null` for absent,
//! scalars for strings, strings for numbers and booleans, one value for a list of one, `[]` for an empty
//! object. [`crate::diagnostics`] names every such deviation in a payload.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor, value};

/// The methods of a visitor for JSON types that are as if the member were absent.
macro_rules! as_absent {
    ($Reader:ident $($kind:ident)*) => { $( as_absent!(@$kind $Reader); )* };
    (@seq $Reader:ident) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok($Reader(None))
        }
    };
    (@map $Reader:ident) => {
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok($Reader(None))
        }
    };
    (@null $Reader:ident) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($Reader(None))
        }
    };
    (@bool $Reader:ident) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($Reader(None))
        }
    };
    (@number $Reader:ident) => {
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($Reader(None))
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($Reader(None))
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($Reader(None))
        }
    };
    (@text $Reader:ident) => {
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($Reader(None))
        }
    };
}

/// What a reader makes of a member: a value, or nothing.
pub(crate) trait Tolerant<T> {
    fn into_value(self) -> Option<T>;
}

impl<T> Tolerant<T> for Option<T> {
    fn into_value(self) -> Option<T> {
        self
    }
}

/// A text of some type; numbers and booleans are taken by their JSON spelling, anything else is as if absent.
pub(crate) struct TextOf<T>(Option<T>);

/// A string.
pub(crate) type Text = TextOf<String>;

impl<T> Tolerant<T> for TextOf<T> {
    fn into_value(self) -> Option<T> {
        self.0
    }
}

impl<'de, T: FromText> Deserialize<'de> for TextOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: FromText> Visitor<'de> for V<T> {
            type Value = TextOf<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E>(self, v: &str) -> Result<TextOf<T>, E> {
                Ok(TextOf(T::from_text(v)))
            }
            fn visit_bool<E>(self, v: bool) -> Result<TextOf<T>, E> {
                Ok(TextOf(T::from_text(if v { "true" } else { "false" })))
            }
            fn visit_i64<E>(self, v: i64) -> Result<TextOf<T>, E> {
                Ok(TextOf(T::from_text(&v.to_string())))
            }
            fn visit_u64<E>(self, v: u64) -> Result<TextOf<T>, E> {
                Ok(TextOf(T::from_text(&v.to_string())))
            }
            fn visit_f64<E>(self, v: f64) -> Result<TextOf<T>, E> {
                Ok(TextOf(T::from_text(&spell(v))))
            }
            as_absent!(TextOf null seq map);
        }
        deserializer.deserialize_any(V(PhantomData))
    }
}

/// A type that is made of a text; `None` for a text that is none of its values.
pub(crate) trait FromText: Sized {
    fn from_text(text: &str) -> Option<Self>;
}

impl FromText for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

macro_rules! from_text {
    ($($Type:ty),*) => { $(
        impl FromText for $Type {
            fn from_text(text: &str) -> Option<Self> {
                <$Type>::try_from(text).ok()
            }
        }
    )* };
}

from_text!(
    crate::ClientId,
    crate::ContentItemType,
    crate::ContextType,
    crate::DeploymentId,
    crate::DocumentTarget,
    crate::MessageType,
    crate::RegistrationToken,
    crate::Scope,
    crate::UserId,
    crate::WireUrl
);

/// The JSON spelling of a number.
fn spell(v: f64) -> String {
    serde_json::Number::from_f64(v).map_or_else(|| v.to_string(), |n| n.to_string())
}

/// A boolean; `"true"`, `"false"`, `"1"`, `"0"`, `1` and `0` count, anything else is as if absent.
pub(crate) struct Flag(Option<bool>);

impl Tolerant<bool> for Flag {
    fn into_value(self) -> Option<bool> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean")
            }
            fn visit_bool<E>(self, v: bool) -> Result<Flag, E> {
                Ok(Flag(Some(v)))
            }
            fn visit_str<E>(self, v: &str) -> Result<Flag, E> {
                Ok(Flag(match v.trim() {
                    t if t.eq_ignore_ascii_case("true") || t == "1" => Some(true),
                    t if t.eq_ignore_ascii_case("false") || t == "0" => Some(false),
                    _ => None,
                }))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Flag, E> {
                Ok(Flag(match v {
                    0 => Some(false),
                    1 => Some(true),
                    _ => None,
                }))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Flag, E> {
                Ok(Flag(None))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Flag, E> {
                Ok(Flag(None))
            }
            as_absent!(Flag null seq map);
        }
        deserializer.deserialize_any(V)
    }
}

/// A whole number of something countable (pixels, seconds); numeric strings count, anything else is as if absent.
pub(crate) struct Whole(Option<u32>);

impl Tolerant<u32> for Whole {
    fn into_value(self) -> Option<u32> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Whole;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }
            fn visit_u64<E>(self, v: u64) -> Result<Whole, E> {
                Ok(Whole(u32::try_from(v).ok()))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Whole, E> {
                Ok(Whole(u32::try_from(v).ok()))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Whole, E> {
                // Exact only: 320.0 is 320, 320.5 is nothing.
                Ok(Whole((v.fract() == 0.0).then(|| spell(v.trunc())).and_then(|s| whole(&s))))
            }
            fn visit_str<E>(self, v: &str) -> Result<Whole, E> {
                Ok(Whole(whole(v)))
            }
            as_absent!(Whole null bool seq map);
        }
        deserializer.deserialize_any(V)
    }
}

/// A number; numeric strings count, anything else is as if absent.
pub(crate) struct Number(Option<f64>);

impl Tolerant<f64> for Number {
    fn into_value(self) -> Option<f64> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_u64<E>(self, v: u64) -> Result<Number, E> {
                // A score beyond 2^53 points is nobody's.
                Ok(Number(Some(v as f64)))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Number, E> {
                Ok(Number(Some(v as f64)))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Number, E> {
                Ok(Number(v.is_finite().then_some(v)))
            }
            fn visit_str<E>(self, v: &str) -> Result<Number, E> {
                Ok(Number(number_of(v.trim())))
            }
            as_absent!(Number null bool seq map);
        }
        deserializer.deserialize_any(V)
    }
}

/// The number that a text is, if JSON itself would call it one: no "inf", no hexadecimal.
pub(crate) fn number_of(text: &str) -> Option<f64> {
    let number: serde_json::Number = serde_json::from_str(text).ok()?;
    number.as_f64().filter(|number| number.is_finite())
}

fn whole(text: &str) -> Option<u32> {
    let text = text.trim();
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

/// A list; one bare value is a list of one, the values of an object (which PHP makes of a list with gaps) are a list,
/// and an element that is none of the type's is dropped.
pub(crate) struct List<T>(Option<Vec<T>>);

impl<T> Tolerant<Vec<T>> for List<T> {
    fn into_value(self) -> Option<Vec<T>> {
        self.0
    }
}

impl<'de, T: FromText> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: FromText> Visitor<'de> for V<T> {
            type Value = List<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(TextOf(item)) = seq.next_element::<TextOf<T>>()? {
                    list.extend(item);
                }
                Ok(List(Some(list)))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List<T>, A::Error> {
                let mut list = Vec::new();
                while let Some((_, TextOf(item))) = map.next_entry::<IgnoredAny, TextOf<T>>()? {
                    list.extend(item);
                }
                Ok(List(Some(list)))
            }
            fn visit_str<E>(self, v: &str) -> Result<List<T>, E> {
                Ok(List(T::from_text(v).map(|v| vec![v])))
            }
            fn visit_u64<E: serde::de::Error>(self, v: u64) -> Result<List<T>, E> {
                self.visit_str(&v.to_string())
            }
            fn visit_i64<E: serde::de::Error>(self, v: i64) -> Result<List<T>, E> {
                self.visit_str(&v.to_string())
            }
            fn visit_f64<E: serde::de::Error>(self, v: f64) -> Result<List<T>, E> {
                self.visit_str(&spell(v))
            }
            as_absent!(List null bool);
        }
        deserializer.deserialize_any(V(PhantomData))
    }
}

/// An object; anything else, such as the `[]` that PHP writes for an empty one, is as if absent.
pub(crate) struct Object<T>(Option<T>);

impl<T> Tolerant<T> for Object<T> {
    fn into_value(self) -> Option<T> {
        self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for V<T> {
            type Value = Object<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(value::MapAccessDeserializer::new(map)).map(|v| Object(Some(v)))
            }
            as_absent!(Object null bool number text seq);
        }
        deserializer.deserialize_any(V(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::{Flag, List, Object, Text, Tolerant, Whole};

    fn read<T, R: Tolerant<T> + serde::de::DeserializeOwned>(json: &str) -> Option<T> {
        serde_json::from_str::<R>(json).unwrap().into_value()
    }

    #[test]
    fn text_takes_scalars() {
        for (json, expected) in [
            (r#""a""#, Some("a")),
            (r#""""#, Some("")),
            ("319", Some("319")),
            ("-4", Some("-4")),
            ("1.5", Some("1.5")),
            ("true", Some("true")),
            ("null", None),
        ] {
            assert_eq!(read::<String, Text>(json).as_deref(), expected, "{json}");
        }
        assert_eq!(read::<String, Text>(r#"{"a":[1]}"#), None);
    }

    #[test]
    fn flag_takes_strings_and_never_guesses() {
        for (json, expected) in [
            ("true", Some(true)),
            (r#""false""#, Some(false)),
            (r#""True""#, Some(true)),
            ("0", Some(false)),
            ("2", None),
            (r#""yes""#, None),
            ("null", None),
            ("[true]", None),
            (r#"{"a":true}"#, None),
        ] {
            assert_eq!(read::<bool, Flag>(json), expected, "{json}");
        }
    }

    #[test]
    fn whole_takes_numeric_strings() {
        for (json, expected) in [
            ("320", Some(320)),
            (r#""320""#, Some(320)),
            ("320.0", Some(320)),
            ("320.5", None),
            ("-1", None),
            (r#""100%""#, None),
            ("99999999999", None),
            ("1e300", None),
            ("null", None),
        ] {
            assert_eq!(read::<u32, Whole>(json), expected, "{json}");
        }
    }

    #[test]
    fn list_takes_one_value_and_drops_nulls() {
        assert_eq!(
            read::<Vec<String>, List<String>>(r#"["a",null,"b"]"#),
            Some(vec!["a".into(), "b".into()])
        );
        assert_eq!(read::<Vec<String>, List<String>>(r#""a""#), Some(vec!["a".into()]));
        assert_eq!(read::<Vec<String>, List<String>>("[]"), Some(vec![]));
        assert_eq!(read::<Vec<String>, List<String>>("null"), None);
        assert_eq!(read::<Vec<String>, List<String>>("[2.0, {}]"), Some(vec!["2.0".into()]));
        let gaps = read::<Vec<String>, List<String>>(r#"{"0":"a","2":"b"}"#);
        assert_eq!(gaps, Some(vec!["a".into(), "b".into()]), "PHP's list with gaps");
    }

    #[test]
    fn object_is_absent_when_it_is_none() {
        type Map = std::collections::BTreeMap<String, String>;
        assert_eq!(read::<Map, Object<Map>>("[]"), None);
        assert_eq!(read::<Map, Object<Map>>("{}"), Some(Map::new()));
        assert_eq!(read::<Map, Object<Map>>("[1]"), None);
        assert_eq!(read::<Map, Object<Map>>("7"), None);
    }
}
