//! Readers for members of service documents where what cannot be read must not pass for absent: a person or a grade
//! would go missing unsaid. Members that may are [`crate::tolerant`]'s.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor, value};

use crate::refusal::refuse;
use crate::tolerant::{Tolerant, number_of};

/// A number that must not be taken for absent when it cannot be read: numeric strings count, `null` is absent, anything
/// else is refused.
pub(crate) struct Amount(Option<f64>);

impl Tolerant<f64> for Amount {
    fn into_value(self) -> Option<f64> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl Visitor<'_> for V {
            type Value = Amount;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_u64<E>(self, v: u64) -> Result<Amount, E> {
                // A score beyond 2^53 points is nobody's.
                Ok(Amount(Some(v as f64)))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Amount, E> {
                Ok(Amount(Some(v as f64)))
            }
            fn visit_f64<E: Error>(self, v: f64) -> Result<Amount, E> {
                if v.is_finite() { Ok(Amount(Some(v))) } else { Err(E::custom("expected a number")) }
            }
            fn visit_str<E: Error>(self, v: &str) -> Result<Amount, E> {
                number_of(v.trim()).map(|n| Amount(Some(n))).ok_or_else(|| E::custom("expected a number"))
            }
            fn visit_unit<E>(self) -> Result<Amount, E> {
                Ok(Amount(None))
            }
            refuse!(bool);
        }
        deserializer.deserialize_any(V)
    }
}

/// [`Amount`], and it must be there.
pub(crate) struct Points(f64);

impl From<Points> for f64 {
    fn from(points: Points) -> Self {
        points.0
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Amount(amount) = Amount::deserialize(deserializer)?;
        amount.map(Self).ok_or_else(|| D::Error::custom("expected a number"))
    }
}

/// A list of at most so many. One bare object is a list of one, and `null` elements are dropped; an element that is anything
/// else is an error.
pub(crate) struct Upto<const MOST: usize, T>(Vec<T>);

impl<const MOST: usize, T> From<Upto<MOST, T>> for Vec<T> {
    fn from(list: Upto<MOST, T>) -> Self {
        list.0
    }
}

impl<'de, const MOST: usize, T: Deserialize<'de>> Deserialize<'de> for Upto<MOST, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<const MOST: usize, T>(PhantomData<T>);
        impl<'de, const MOST: usize, T: Deserialize<'de>> Visitor<'de> for V<MOST, T> {
            type Value = Upto<MOST, T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = seq.next_element::<Option<T>>()? {
                    if list.len() == MOST && item.is_some() {
                        return Err(A::Error::custom("the list is too long"));
                    }
                    list.extend(item);
                }
                Ok(Upto(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(value::MapAccessDeserializer::new(map)).map(|v| Upto(vec![v]))
            }
            refuse!(bool number text);
        }
        deserializer.deserialize_any(V(PhantomData))
    }
}

/// A list of objects; one bare object is a list of one, and `null` elements are dropped. An element that is anything
/// else is an error: a person or a grade must not go missing unsaid.
pub(crate) struct Objects<T>(Option<Vec<T>>);

impl<T> Tolerant<Vec<T>> for Objects<T> {
    fn into_value(self) -> Option<Vec<T>> {
        self.0
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Objects<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for V<T> {
            type Value = Objects<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of objects")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Objects<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = seq.next_element::<Option<T>>()? {
                    list.extend(item);
                }
                Ok(Objects(Some(list)))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Objects<T>, A::Error> {
                T::deserialize(value::MapAccessDeserializer::new(map)).map(|v| Objects(Some(vec![v])))
            }
            fn visit_unit<E>(self) -> Result<Objects<T>, E> {
                Ok(Objects(None))
            }
            refuse!(bool number text);
        }
        deserializer.deserialize_any(V(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::{Amount, Objects, Points, Upto};
    use crate::tolerant::Tolerant;

    fn read<T, R: Tolerant<T> + serde::de::DeserializeOwned>(json: &str) -> Option<T> {
        serde_json::from_str::<R>(json).unwrap().into_value()
    }

    #[test]
    fn an_amount_is_a_number_or_absent_or_refused() {
        for (json, expected) in [
            ("7", Some(7.0)),
            ("-1", Some(-1.0)),
            ("0.5", Some(0.5)),
            (r#"" 83.5 ""#, Some(83.5)),
            ("null", None),
        ] {
            assert_eq!(read::<f64, Amount>(json), expected, "{json}");
        }
        for refused in [r#""""#, r#""B+""#, r#""1e999""#, r#""NaN""#, r#""0x10""#, "true", "[]", "{}", "[7]"]
        {
            assert!(serde_json::from_str::<Amount>(refused).is_err(), "{refused}");
        }
        assert!(serde_json::from_str::<Points>("null").is_err());
        assert_eq!(f64::from(serde_json::from_str::<Points>(r#""20""#).unwrap()), 20.0);
    }

    #[test]
    fn a_list_beyond_its_length_is_refused() {
        assert_eq!(Vec::from(serde_json::from_str::<Upto<2, u8>>("[1,2]").unwrap()), [1, 2]);
        assert!(serde_json::from_str::<Upto<2, u8>>("[1,2,3]").is_err());
        assert_eq!(Vec::from(serde_json::from_str::<Upto<2, u8>>("[null,1,null,2,null]").unwrap()), [1, 2]);
        type Map = std::collections::BTreeMap<String, u8>;
        assert_eq!(Vec::from(serde_json::from_str::<Upto<2, Map>>("{}").unwrap()), [Map::new()]);
        assert!(serde_json::from_str::<Upto<2, Map>>("null").is_err());
    }

    #[test]
    fn a_list_of_objects_loses_none() {
        type Map = std::collections::BTreeMap<String, String>;
        type Maps = Objects<Map>;
        assert_eq!(read::<Vec<Map>, Maps>("[{}, null]"), Some(vec![Map::new()]));
        assert_eq!(read::<Vec<Map>, Maps>("{}"), Some(vec![Map::new()]));
        assert_eq!(read::<Vec<Map>, Maps>("[]"), Some(vec![]));
        assert_eq!(read::<Vec<Map>, Maps>("null"), None);
        for refused in ["[7]", r#"["a"]"#, "7", r#""a""#, "true", "[[]]"] {
            assert!(serde_json::from_str::<Maps>(refused).is_err(), "{refused}");
        }
    }
}
