//! Reading items in one pass: the type may stand anywhere among the members.
#![allow(
    unnameable_types,
    unreachable_pub,
    reason = "the declaring macro says `pub`; nothing of this is exported"
)]

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{
    AssetProcessorItem, ContentItem, Embed, FileItem, HtmlItem, Iframe, ImageItem, ItemLineItem, LinkItem,
    LtiResourceLinkItem, OtherItem, Period, Picture, ReportSettings, Window,
};
use crate::object::wire_object;
use crate::tolerant::Tolerant;
use crate::{ContentItemType, Custom, Extensions, WireUrl};

/// A member that is what it should be, or whatever it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Member<T> {
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

impl<T> Tolerant<Member<T>> for Part<T> {
    fn into_value(self) -> Option<Member<T>> {
        self.0
    }
}

/// Reads a text member.
struct Words<T>(Option<Member<T>>);

impl<T> Tolerant<Member<T>> for Words<T> {
    fn into_value(self) -> Option<Member<T>> {
        self.0
    }
}

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

impl<'de, T: From<String>> Deserialize<'de> for Words<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: From<String>> Visitor<'de> for V<T> {
            type Value = Words<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E>(self, v: &str) -> Result<Words<T>, E> {
                Ok(Words(Some(Member::Typed(v.to_owned().into()))))
            }
            fn visit_string<E>(self, v: String) -> Result<Words<T>, E> {
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

wire_object! {
    /// Every member that any type has.
    AnyItem {
        required {}
        optional {
            /// What decides the rest.
            item_type: Member<String> = "type" as Words<String>,
            /// …
            url: Member<WireUrl> = "url" as Words<WireUrl>,
            /// …
            title: Member<String> = "title" as Words<String>,
            /// …
            text: Member<String> = "text" as Words<String>,
            /// …
            html: Member<String> = "html" as Words<String>,
            /// …
            icon: Member<Picture> = "icon" as Part<Picture>,
            /// …
            thumbnail: Member<Picture> = "thumbnail" as Part<Picture>,
            /// …
            window: Member<Window> = "window" as Part<Window>,
            /// …
            iframe: Member<Iframe> = "iframe" as Part<Iframe>,
            /// …
            embed: Member<Embed> = "embed" as Part<Embed>,
            /// …
            custom: Member<Custom> = "custom" as Part<Custom>,
            /// …
            line_item: Member<ItemLineItem> = "lineItem" as Part<ItemLineItem>,
            /// …
            available: Member<Period> = "available" as Part<Period>,
            /// …
            submission: Member<Period> = "submission" as Part<Period>,
            /// …
            report: Member<ReportSettings> = "report" as Part<ReportSettings>,
            /// …
            expires_at: Member<String> = "expiresAt" as Words<String>,
            /// …
            media_type: Member<String> = "mediaType" as Words<String>,
        }
    }
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
fn keep<T: serde::Serialize>(member: Option<Member<T>>, name: &str, rest: &mut Extensions) {
    if let Some(value) = member.and_then(|member| serde_json::to_value(member).ok()) {
        rest.insert(name.to_owned(), value);
    }
}

impl AnyItem {
    /// Everything that is left, as it was.
    fn into_rest(self) -> Extensions {
        let mut rest = self.extensions;
        keep(self.url, "url", &mut rest);
        keep(self.title, "title", &mut rest);
        keep(self.text, "text", &mut rest);
        keep(self.html, "html", &mut rest);
        keep(self.icon, "icon", &mut rest);
        keep(self.thumbnail, "thumbnail", &mut rest);
        keep(self.window, "window", &mut rest);
        keep(self.iframe, "iframe", &mut rest);
        keep(self.embed, "embed", &mut rest);
        keep(self.custom, "custom", &mut rest);
        keep(self.line_item, "lineItem", &mut rest);
        keep(self.available, "available", &mut rest);
        keep(self.submission, "submission", &mut rest);
        keep(self.report, "report", &mut rest);
        keep(self.expires_at, "expiresAt", &mut rest);
        keep(self.media_type, "mediaType", &mut rest);
        rest
    }
}

/// Moves the named members over, and what is left into the extensions.
macro_rules! build {
    ($any:ident, $item:expr, $($member:ident = $name:literal),*) => {{
        let mut item = $item;
        $( item.$member = take(&mut $any.$member, $name, &mut $any.extensions); )*
        item.extensions = $any.into_rest();
        item.into()
    }};
}

impl From<AnyItem> for ContentItem {
    fn from(mut any: AnyItem) -> Self {
        let item_type = match any.item_type.take() {
            Some(Member::Typed(text)) => ContentItemType::from(text.as_str()),
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
            _ => OtherItem::new(item_type, any.into_rest()).into(),
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
        AnyItem::deserialize(deserializer).map(Self::from)
    }
}
