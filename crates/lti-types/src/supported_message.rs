//! Lists of messages in registration documents: objects, or the bare names that older platforms send
//! (LTI Dynamic Registration 1.0 §3.2, §4.1.1).

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor, value};

use crate::refusal::refuse;
use crate::tolerant::Tolerant;

/// Something that is made of the bare name of a message.
pub(crate) trait FromKind {
    fn from_kind(kind: &str) -> Self;
}

/// A list of messages; `null` elements are dropped, one bare object is a list of one.
pub(crate) struct Messages<T>(Option<Vec<T>>);

impl<T> Tolerant<Vec<T>> for Messages<T> {
    fn into_value(self) -> Option<Vec<T>> {
        self.0
    }
}

struct Entry<T>(Option<T>);

impl<'de, T: Deserialize<'de> + FromKind> Deserialize<'de> for Entry<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + FromKind> Visitor<'de> for V<T> {
            type Value = Entry<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a message")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry<T>, A::Error> {
                T::deserialize(value::MapAccessDeserializer::new(map)).map(|message| Entry(Some(message)))
            }
            fn visit_str<E: Error>(self, kind: &str) -> Result<Entry<T>, E> {
                Ok(Entry(Some(T::from_kind(kind))))
            }
            fn visit_unit<E>(self) -> Result<Entry<T>, E> {
                Ok(Entry(None))
            }
            refuse!(bool number);
        }
        deserializer.deserialize_any(V(PhantomData))
    }
}

impl<'de, T: Deserialize<'de> + FromKind> Deserialize<'de> for Messages<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de> + FromKind> Visitor<'de> for V<T> {
            type Value = Messages<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of messages")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Messages<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(Entry(message)) = seq.next_element::<Entry<T>>()? {
                    list.extend(message);
                }
                Ok(Messages(Some(list)))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Messages<T>, A::Error> {
                T::deserialize(value::MapAccessDeserializer::new(map)).map(|v| Messages(Some(vec![v])))
            }
            fn visit_str<E: Error>(self, kind: &str) -> Result<Messages<T>, E> {
                Ok(Messages(Some(vec![T::from_kind(kind)])))
            }
            fn visit_unit<E>(self) -> Result<Messages<T>, E> {
                Ok(Messages(None))
            }
            refuse!(bool number);
        }
        deserializer.deserialize_any(V(PhantomData))
    }
}
