//! Content items: what a tool hands to a course (Deep Linking 2.0 §3).
//!
//! Reading is tolerant of everything but the shape of the whole: a member that is not of its type is kept among the
//! extensions, an item without what its type requires is an [`OtherItem`], and so is an item of a type that nobody has
//! heard of. Nothing is lost.

mod parts;
mod read;
mod usable;

use std::fmt;

use serde::ser::{Serialize, SerializeMap as _, Serializer};

pub use parts::{Embed, Iframe, ItemLineItem, Period, Picture, ReportSettings, SubmissionReview, Window};

use crate::object::{debug_names, wire_object};
use crate::{ContentItemType, Custom, Extensions, WireUrl};

/// One item.
///
/// ```
/// use lti_types::{ContentItem, ItemLineItem, LtiResourceLinkItem};
/// let mut quiz = LtiResourceLinkItem::new();
/// quiz.url = Some("https://tool.example/quiz/9".into());
/// quiz.title = Some("Quiz 9".into());
/// quiz.line_item = Some(ItemLineItem::of_maximum(20.0));
/// let item = ContentItem::from(quiz);
/// let json = serde_json::to_string(&item)?;
/// assert!(json.starts_with(r#"{"type":"ltiResourceLink","url":"https://tool.example/quiz/9""#));
/// assert_eq!(serde_json::from_str::<ContentItem>(&json)?, item);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[allow(
    clippy::large_enum_variant,
    reason = "the largest is the usual one, and a box would be in everybody's way"
)]
pub enum ContentItem {
    /// A web page.
    Link(LinkItem),
    /// A link that is launched by LTI.
    LtiResourceLink(LtiResourceLinkItem),
    /// A file to copy.
    File(FileItem),
    /// A fragment of HTML. It is untrusted.
    Html(HtmlItem),
    /// An image.
    Image(ImageItem),
    /// A processor of submissions.
    LtiAssetProcessor(AssetProcessorItem),
    /// Anything else, whole.
    Other(OtherItem),
}

impl ContentItem {
    /// Its type.
    #[must_use]
    pub fn item_type(&self) -> ContentItemType {
        match self {
            Self::Link(_) => ContentItemType::Link,
            Self::LtiResourceLink(_) => ContentItemType::LtiResourceLink,
            Self::File(_) => ContentItemType::File,
            Self::Html(_) => ContentItemType::Html,
            Self::Image(_) => ContentItemType::Image,
            Self::LtiAssetProcessor(_) => ContentItemType::LtiAssetProcessor,
            Self::Other(item) => item.item_type.clone(),
        }
    }

    /// Its title, if it has one.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        match self {
            Self::Link(item) => item.title.as_deref(),
            Self::LtiResourceLink(item) => item.title.as_deref(),
            Self::File(item) => item.title.as_deref(),
            Self::Html(item) => item.title.as_deref(),
            Self::Image(item) => item.title.as_deref(),
            Self::LtiAssetProcessor(item) => item.title.as_deref(),
            Self::Other(item) => item.members.get("title").and_then(serde_json::Value::as_str),
        }
    }
}

wire_object! {
    /// A web page (Deep Linking 2.0 §3.1.1).
    ///
    /// ```
    /// use lti_types::{ContentItem, Iframe, LinkItem, Picture, Window};
    ///
    /// let mut book = LinkItem::new("https://tool.example/book/3".into());
    /// book.title = Some("Chapter 3".to_owned());
    /// book.icon = Some(Picture::at("https://tool.example/icons/book.png".into()));
    /// let mut window = Window::new();
    /// window.target_name = Some("book".to_owned()); // a second click finds it again
    /// book.window = Some(window);
    /// let mut frame = Iframe::new();
    /// frame.height = Some(600);
    /// book.iframe = Some(frame);
    /// assert_eq!(serde_json::to_value(ContentItem::from(book))?["window"]["targetName"], "book");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    LinkItem keeps {
        required {
            /// Where it is; absolute.
            url: WireUrl = "url",
        }
        optional {
            /// What it is called.
            title: String = "title",
            /// What it is about.
            text: String = "text",
            /// A small picture.
            icon: Picture = "icon",
            /// A larger picture.
            thumbnail: Picture = "thumbnail",
            /// How it may be embedded.
            embed: Embed = "embed",
            /// How it may be opened in a window.
            window: Window = "window",
            /// How it may be opened in an inline frame.
            iframe: Iframe = "iframe",
        }
    }
}

wire_object! {
    /// A link that is launched by LTI (Deep Linking 2.0 §3.1.2).
    ///
    /// ```
    /// use lti_types::{ContentItem, ItemLineItem, LtiResourceLinkItem, Period};
    ///
    /// let mut quiz = LtiResourceLinkItem::new();
    /// quiz.url = Some("https://tool.example/quiz/9".into());
    /// quiz.title = Some("Quiz 9".to_owned());
    /// quiz.line_item = Some(ItemLineItem::of_maximum(20.0));
    /// let mut june = Period::new();
    /// june.end_date_time = Some("2026-06-30T12:00:00Z".to_owned());
    /// quiz.submission = Some(june);
    /// let item = ContentItem::from(quiz);
    /// assert_eq!(serde_json::to_value(&item)?["lineItem"]["scoreMaximum"], 20.0);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    LtiResourceLinkItem keeps {
        required {}
        optional {
            /// Where its launches lead; the tool's own launch address when absent. One LMS shows an item without
            /// it as an invalid link (quirk 71), so give it.
            url: WireUrl = "url",
            /// What it is called.
            title: String = "title",
            /// What it is about.
            text: String = "text",
            /// A small picture.
            icon: Picture = "icon",
            /// A larger picture.
            thumbnail: Picture = "thumbnail",
            /// How it may be opened in a window.
            window: Window = "window",
            /// How it may be opened in an inline frame.
            iframe: Iframe = "iframe",
            /// Parameters that come back in its launches; they may be variables.
            custom: Custom = "custom",
            /// The column in the grade book that it gets.
            line_item: ItemLineItem = "lineItem",
            /// When it is there.
            available: Period = "available",
            /// When work can be handed in.
            submission: Period = "submission",
        }
    }
}

wire_object! {
    /// A file that the platform copies (Deep Linking 2.0 §3.1.3).
    ///
    /// ```
    /// use lti_types::{ContentItem, FileItem};
    ///
    /// let mut sheet = FileItem::new("https://tool.example/files/9.pdf?ticket=1".into());
    /// sheet.media_type = Some("application/pdf".to_owned());
    /// sheet.expires_at = Some("2026-01-01T00:05:00Z".to_owned()); // the platform copies it at once
    /// assert_eq!(serde_json::to_value(ContentItem::from(sheet))?["type"], "file");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    FileItem keeps {
        required {
            /// Where it is, perhaps only for minutes.
            url: WireUrl = "url",
        }
        optional {
            /// What it is called.
            title: String = "title",
            /// What it is about.
            text: String = "text",
            /// A small picture.
            icon: Picture = "icon",
            /// A larger picture.
            thumbnail: Picture = "thumbnail",
            /// Until when the address is good; ISO 8601 with a zone.
            expires_at: String = "expiresAt",
            /// The file's media type.
            media_type: String = "mediaType",
        }
    }
}

wire_object! {
    /// A fragment of HTML (Deep Linking 2.0 §3.1.4). Sanitize it before anybody sees it.
    ///
    /// ```
    /// use lti_types::{ContentItem, HtmlItem};
    ///
    /// let item = ContentItem::from(HtmlItem::new("<p>Read chapter 3 first.</p>".to_owned()));
    /// assert_eq!(serde_json::to_string(&item)?, r#"{"type":"html","html":"<p>Read chapter 3 first.</p>"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    HtmlItem keeps {
        required {
            /// The fragment, as the tool wrote it.
            html: String = "html",
        }
        optional {
            /// What it is called.
            title: String = "title",
            /// What it is about.
            text: String = "text",
        }
    }
}

wire_object! {
    /// An image (Deep Linking 2.0 §3.1.5).
    ///
    /// ```
    /// use lti_types::{ContentItem, ImageItem};
    ///
    /// let mut map = ImageItem::new("https://tool.example/maps/3.png".into());
    /// (map.width, map.height) = (Some(800), Some(600));
    /// map.text = Some("A map of the harbor".to_owned());
    /// assert_eq!(serde_json::to_value(ContentItem::from(map))?["width"], 800);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ImageItem keeps {
        required {
            /// Where it is.
            url: WireUrl = "url",
        }
        optional {
            /// What it is called.
            title: String = "title",
            /// What it shows.
            text: String = "text",
            /// A small picture.
            icon: Picture = "icon",
            /// A larger picture.
            thumbnail: Picture = "thumbnail",
            /// Width in pixels.
            width: u32 = "width" as crate::tolerant::Whole,
            /// Height in pixels.
            height: u32 = "height" as crate::tolerant::Whole,
        }
    }
}

wire_object! {
    /// A processor of submissions (Asset Processor 1.0).
    ///
    /// ```
    /// use lti_types::{AssetProcessorItem, ContentItem, ReportSettings};
    ///
    /// let mut report = ReportSettings::new();
    /// report.url = Some("https://tool.example/similarity/report".into());
    /// let mut processor = AssetProcessorItem::new();
    /// processor.title = Some("Similarity".to_owned());
    /// processor.report = Some(report);
    /// assert_eq!(serde_json::to_value(ContentItem::from(processor))?["type"], "ltiAssetProcessor");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    AssetProcessorItem keeps {
        required {}
        optional {
            /// Where its settings are launched.
            url: WireUrl = "url",
            /// What it is called.
            title: String = "title",
            /// What it does.
            text: String = "text",
            /// A small picture.
            icon: Picture = "icon",
            /// A larger picture.
            thumbnail: Picture = "thumbnail",
            /// How it may be opened in a window.
            window: Window = "window",
            /// How it may be opened in an inline frame.
            iframe: Iframe = "iframe",
            /// Parameters that come back in its launches.
            custom: Custom = "custom",
            /// How its reports are opened.
            report: ReportSettings = "report",
        }
    }
}

/// An item of another type, or one of a known type without what that type requires. `Debug` shows the names of its
/// members, and no values.
///
/// ```
/// use lti_types::{ContentItem, Extensions, OtherItem};
///
/// let mut members = Extensions::new();
/// members.insert("molecule".to_owned(), "C8H10N4O2".into());
/// let item = ContentItem::from(OtherItem::new("https://chem.example/molecule".into(), members));
/// let json = serde_json::to_string(&item)?;
/// assert_eq!(serde_json::from_str::<ContentItem>(&json)?, item);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct OtherItem {
    /// Its type; empty when it has none.
    pub item_type: ContentItemType,
    /// All its other members.
    pub members: Extensions,
}

impl OtherItem {
    /// An item of any type; a type of one's own is named by a URL (Deep Linking 2.0 §3.2).
    #[must_use]
    pub fn new(item_type: ContentItemType, members: Extensions) -> Self {
        Self { item_type, members }
    }
}

impl fmt::Debug for OtherItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_names(f, "OtherItem", self.members.keys().map(String::as_str))
    }
}

macro_rules! variants {
    ($($Variant:ident($Item:ident)),*) => { $(
        impl From<$Item> for ContentItem {
            fn from(item: $Item) -> Self {
                Self::$Variant(item)
            }
        }
    )* };
}

variants!(
    Link(LinkItem),
    LtiResourceLink(LtiResourceLinkItem),
    File(FileItem),
    Html(HtmlItem),
    Image(ImageItem),
    LtiAssetProcessor(AssetProcessorItem),
    Other(OtherItem)
);

/// An item with its type in front.
#[derive(serde::Serialize)]
struct Typed<'a, T> {
    r#type: &'static str,
    #[serde(flatten)]
    item: &'a T,
}

/// Writes an item with its type. One that was read by itself has it among its extensions, and once is enough.
macro_rules! typed {
    ($name:literal, $item:expr, $serializer:expr) => {{
        let mut without = None;
        if $item.extensions.contains_key("type") {
            without.insert($item.clone()).extensions.remove("type");
        }
        Typed { r#type: $name, item: without.as_ref().unwrap_or($item) }.serialize($serializer)
    }};
}

impl Serialize for ContentItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Link(item) => typed!("link", item, serializer),
            Self::LtiResourceLink(item) => typed!("ltiResourceLink", item, serializer),
            Self::File(item) => typed!("file", item, serializer),
            Self::Html(item) => typed!("html", item, serializer),
            Self::Image(item) => typed!("image", item, serializer),
            Self::LtiAssetProcessor(item) => {
                typed!("ltiAssetProcessor", item, serializer)
            }
            Self::Other(item) => {
                let mut map = serializer.serialize_map(None)?;
                if !item.item_type.as_str().is_empty() {
                    map.serialize_entry("type", &item.item_type)?;
                }
                let untyped = item.item_type.as_str().is_empty();
                for (name, value) in item.members.iter().filter(|(name, _)| untyped || *name != "type") {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests;
