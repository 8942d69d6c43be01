//! Objects as lists of members, so that a member that occurs twice can be told (RFC 8259 §4). Of elements and members
//! that are more than anybody needs, one is kept, which tells that there are too many; a document with more values than
//! memory should hold is not read.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::MAX_IMPORT_RECORDS;

/// The most members of an object.
pub(crate) const MAX_MEMBERS: usize = 100;

/// The most values in a document, those within values included: some twenty for each of the most records. In memory each
/// takes many times its two bytes in a file.
pub(crate) const MAX_VALUES: usize = 2_000_000;

/// Whether there are more values in a document than [`MAX_VALUES`], as far as that can be seen before it is read: each
/// stands behind a comma, a bracket or a brace, or at the beginning.
pub(crate) fn has_too_many_values(json: &str) -> bool {
    let (mut values, mut in_text, mut is_escaped) = (1, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_text,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => values += 1,
            _ => {}
        }
    }
    values > MAX_VALUES
}

/// An object, or anything else.
pub(crate) enum Element {
    Members(Vec<(String, Value)>),
    Other,
}

/// A list, or one element.
pub(crate) enum Document {
    List(Vec<Element>),
    One(Element),
}

macro_rules! other {
    ($($method:ident: $type:ty,)*) => { $(
        fn $method<E>(self, _: $type) -> Result<Self::Value, E> {
            Ok(Self::other())
        }
    )* };
}

macro_rules! scalars {
    () => {
        other!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str,);
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::other())
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some(member) = map.next_entry()? {
                members.push(member);
                if members.len() > MAX_MEMBERS {
                    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                    break;
                }
            }
            Ok(Self::members(members))
        }
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("JSON")
        }
    };
}

struct OfElement;

impl OfElement {
    fn other() -> Element {
        Element::Other
    }
    fn members(members: Vec<(String, Value)>) -> Element {
        Element::Members(members)
    }
}

impl<'de> Visitor<'de> for OfElement {
    type Value = Element;
    scalars!();
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Element, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Element::Other)
    }
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfElement)
    }
}

struct OfDocument;

impl OfDocument {
    fn other() -> Document {
        Document::One(Element::Other)
    }
    fn members(members: Vec<(String, Value)>) -> Document {
        Document::One(Element::Members(members))
    }
}

impl<'de> Visitor<'de> for OfDocument {
    type Value = Document;
    scalars!();
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Document, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = seq.next_element()? {
            list.push(element);
            if list.len() > MAX_IMPORT_RECORDS {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                break;
            }
        }
        Ok(Document::List(list))
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfDocument)
    }
}
