//! Reading items in one pass: the type may stand anywhere among the members.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{
    AssetProcessorItem, ContentItem, Embed, FileItem, HtmlItem, Iframe, ImageItem, ItemLineItem, LinkItem,
    LtiResourceLinkItem, OtherItem, Period, Picture, ReportSettings, Window,
};
use crate::object::Key;
use crate::{ContentItemType, Custom, Extensions, WireUrl};

/// A member that is what it should be, or whatever it is.
enum Member<T> {
    Typed(T),
    Raw(Value),
}

impl<T: serde::Serialize> serde::Serialize for Member<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Typed(value) => value.serialize(serializer),
            Self::Raw(value) => value.serialize(serializer),
        }
    }
}

/// Reads an object member.
struct Part<T>(Option<Member<T>>);

/// Reads a text member.
struct Words<T>(Option<Member<T>>);

macro_rules! raw {
    ($Reader:ident) => {
        fn visit_bool<E>(self, v: bool) -> Result<$Reader<T>, E> {
            Ok($Reader(Some(Member::Raw(v.into()))))
        }
        fn visit_i64<E>(self, v: i64) -> Result<$Reader<T>, E> {
            Ok($Reader(Some(Member::Raw(v.into()))))
        }
        fn visit_u64<E>(self, v: u64) -> Result<$Reader<T>, E> {
            Ok($Reader(Some(Member::Raw(v.into()))))
        }
        fn visit_f64<E>(self, v: f64) -> Result<$Reader<T>, E> {
            Ok($Reader(Some(Member::Raw(v.into()))))
        }
        fn visit_unit<E>(self) -> Result<$Reader<T>, E> {
            Ok($Reader(None))
        }
        fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<$Reader<T>, A::Error> {
            Value::deserialize(SeqAccessDeserializer::new(seq)).map(|v| $Reader(Some(Member::Raw(v))))
        }
    };
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for V<T> {
            type Value = Part<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Part<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|v| Part(Some(Member::Typed(v))))
            }
            fn visit_str<E>(self, v: &str) -> Result<Part<T>, E> {
                Ok(Part(Some(Member::Raw(v.into()))))
            }
            raw!(Part);
        }
        deserializer.deserialize_any(V(PhantomData))
    }
}

impl<'de, T: for<'a> From<&'a str>> Deserialize<'de> for Words<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: for<'a> From<&'a str>> Visitor<'de> for V<T> {
            type Value = Words<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E>(self, v: &str) -> Result<Words<T>, E> {
                Ok(Words(Some(Member::Typed(v.into()))))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Words<T>, A::Error> {
                Value::deserialize(MapAccessDeserializer::new(map)).map(|v| Words(Some(Member::Raw(v))))
            }
            raw!(Words);
        }
        deserializer.deserialize_any(V(PhantomData))
    }
}

/// Declares the members that any type has, and a visitor that reads them where they are kept: an item is large, and a
/// list of items is long.
macro_rules! any_item {
    ($( $member:ident: $T:ty = $wire:literal as $Reader:ident, )*) => {
        #[derive(Default)]
        struct AnyItem {
            $( $member: Option<Member<$T>>, )*
            extensions: Extensions,
        }

        /// Their bits among those that were seen.
        #[allow(non_camel_case_types, reason = "the names of the members")]
        enum Place {
            $( $member, )*
        }

        impl<'de> Visitor<'de> for ItemVisitor {
            type Value = ContentItem;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            crate::refusal::refuse!(bool number text);
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ContentItem, A::Error> {
                let mut any = AnyItem::default();
                let mut seen = 0_u32;
                while let Some(key) = map.next_key::<Key<'de>>()? {
                    match key.as_str() {
                        $( $wire => {
                            let bit = 1 << Place::$member as u32;
                            if seen & bit != 0 {
                                return Err(A::Error::duplicate_field($wire));
                            }
                            seen |= bit;
                            let $Reader(value) = map.next_value()?;
                            any.$member = value;
                        } )*
                        _ => {
                            let value = map.next_value()?;
                            if any.extensions.insert(key.into_string(), value).is_some() {
                                return Err(A::Error::custom("duplicate member"));
                            }
                        }
                    }
                }
                Ok(any.into_item())
            }
        }
    };
}

struct ItemVisitor;

any_item! {
    item_type: ContentItemType = "type" as Words,
    url: WireUrl = "url" as Words,
    title: String = "title" as Words,
    text: String = "text" as Words,
    html: String = "html" as Words,
    icon: Picture = "icon" as Part,
    thumbnail: Picture = "thumbnail" as Part,
    window: Window = "window" as Part,
    iframe: Iframe = "iframe" as Part,
    embed: Embed = "embed" as Part,
    custom: Custom = "custom" as Part,
    line_item: ItemLineItem = "lineItem" as Part,
    available: Period = "available" as Part,
    submission: Period = "submission" as Part,
    report: ReportSettings = "report" as Part,
    expires_at: String = "expiresAt" as Words,
    media_type: String = "mediaType" as Words,
}

/// Takes a member that the type has; one that is not what it should be goes to the extensions.
fn take<T>(member: &mut Option<Member<T>>, name: &str, rest: &mut Extensions) -> Option<T> {
    match member.take() {
        Some(Member::Typed(value)) => Some(value),
        Some(Member::Raw(value)) => {
            rest.insert(name.to_owned(), value);
            None
        }
        None => None,
    }
}

/// Keeps a member that the type does not have.
fn keep<T: serde::Serialize>(member: &mut Option<Member<T>>, name: &str, rest: &mut Extensions) {
    if let Some(value) = member.take().and_then(|member| serde_json::to_value(member).ok()) {
        rest.insert(name.to_owned(), value);
    }
}

impl AnyItem {
    /// Everything that is left, as it was.
    fn take_rest(&mut self) -> Extensions {
        let mut rest = std::mem::take(&mut self.extensions);
        keep(&mut self.url, "url", &mut rest);
        keep(&mut self.title, "title", &mut rest);
        keep(&mut self.text, "text", &mut rest);
        keep(&mut self.html, "html", &mut rest);
        keep(&mut self.icon, "icon", &mut rest);
        keep(&mut self.thumbnail, "thumbnail", &mut rest);
        keep(&mut self.window, "window", &mut rest);
        keep(&mut self.iframe, "iframe", &mut rest);
        keep(&mut self.embed, "embed", &mut rest);
        keep(&mut self.custom, "custom", &mut rest);
        keep(&mut self.line_item, "lineItem", &mut rest);
        keep(&mut self.available, "available", &mut rest);
        keep(&mut self.submission, "submission", &mut rest);
        keep(&mut self.report, "report", &mut rest);
        keep(&mut self.expires_at, "expiresAt", &mut rest);
        keep(&mut self.media_type, "mediaType", &mut rest);
        rest
    }
}

/// Moves the named members over, and what is left into the extensions.
macro_rules! build {
    ($any:ident, $item:expr, $($member:ident = $name:literal),*) => {{
        let mut item = $item;
        $( item.$member = take(&mut $any.$member, $name, &mut $any.extensions); )*
        item.extensions = $any.take_rest();
        item.into()
    }};
}

impl AnyItem {
    fn into_item(mut self) -> ContentItem {
        let any = &mut self;
        let item_type = match any.item_type.take() {
            Some(Member::Typed(item_type)) => item_type,
            Some(Member::Raw(value)) => {
                // Not even a type: keep it whole, under a name of its own.
                any.extensions.insert("type".to_owned(), value);
                ContentItemType::from("")
            }
            None => ContentItemType::from(""),
        };
        match (&item_type, &any.url, &any.html) {
            (ContentItemType::Link, Some(Member::Typed(url)), _) => {
                let item = LinkItem::new(url.clone());
                any.url = None;
                build!(
                    any,
                    item,
                    title = "title",
                    text = "text",
                    icon = "icon",
                    thumbnail = "thumbnail",
                    embed = "embed",
                    window = "window",
                    iframe = "iframe"
                )
            }
            (ContentItemType::LtiResourceLink, ..) => {
                build!(
                    any,
                    LtiResourceLinkItem::new(),
                    url = "url",
                    title = "title",
                    text = "text",
                    icon = "icon",
                    thumbnail = "thumbnail",
                    window = "window",
                    iframe = "iframe",
                    custom = "custom",
                    line_item = "lineItem",
                    available = "available",
                    submission = "submission"
                )
            }
            (ContentItemType::File, Some(Member::Typed(url)), _) => {
                let item = FileItem::new(url.clone());
                any.url = None;
                build!(
                    any,
                    item,
                    title = "title",
                    text = "text",
                    icon = "icon",
                    thumbnail = "thumbnail",
                    expires_at = "expiresAt",
                    media_type = "mediaType"
                )
            }
            (ContentItemType::Html, _, Some(Member::Typed(html))) => {
                let item = HtmlItem::new(html.clone());
                any.html = None;
                build!(any, item, title = "title", text = "text")
            }
            (ContentItemType::Image, Some(Member::Typed(url)), _) => {
                let mut item = ImageItem::new(url.clone());
                any.url = None;
                // Rare enough that they have no field among those of every type.
                item.width = pixels(&mut any.extensions, "width");
                item.height = pixels(&mut any.extensions, "height");
                build!(any, item, title = "title", text = "text", icon = "icon", thumbnail = "thumbnail")
            }
            (ContentItemType::LtiAssetProcessor, ..) => {
                build!(
                    any,
                    AssetProcessorItem::new(),
                    url = "url",
                    title = "title",
                    text = "text",
                    icon = "icon",
                    thumbnail = "thumbnail",
                    window = "window",
                    iframe = "iframe",
                    custom = "custom",
                    report = "report"
                )
            }
            _ => OtherItem::new(item_type, any.take_rest()).into(),
        }
    }
}

fn pixels(members: &mut Extensions, name: &str) -> Option<u32> {
    let value = members.get(name)?;
    let pixels = match value {
        Value::Number(number) => number.as_u64().and_then(|n| u32::try_from(n).ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }?;
    members.remove(name);
    Some(pixels)
}

impl<'de> Deserialize<'de> for ContentItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}
