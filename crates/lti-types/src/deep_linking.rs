//! The deep linking settings claim: what may be chosen, and where it goes (Deep Linking 2.0 §4.4.1).

use crate::object::wire_object;
use crate::open_enum::open_enum;
use crate::tolerant::{Flag, List, Text, Tolerant};
use crate::{DocumentTarget, WireUrl};

open_enum! {
    /// A kind of content item.
    ContentItemType {
        /// A web page.
        Link = "link",
        /// A link that is launched by LTI.
        LtiResourceLink = "ltiResourceLink",
        /// A file to copy.
        File = "file",
        /// A fragment of HTML.
        Html = "html",
        /// An image.
        Image = "image",
        /// A processor of submissions (Asset Processor 1.0).
        LtiAssetProcessor = "ltiAssetProcessor",
    }
}

wire_object! {
    /// What a platform wants from a deep linking request.
    ///
    /// ```
    /// use lti_types::{ContentItemType, DeepLinkingSettings};
    /// let settings: DeepLinkingSettings = serde_json::from_str(r#"{
    ///     "deep_link_return_url": "https://lms.example/return", "accept_types": ["link", "ltiResourceLink"],
    ///     "accept_media_types": "image/*,text/html", "accept_multiple": "true", "data": "opaque"
    /// }"#)?;
    /// assert!(settings.accept_types.unwrap().contains(&ContentItemType::LtiResourceLink));
    /// assert_eq!(settings.accept_media_types.unwrap().iter().collect::<Vec<_>>(), ["image/*", "text/html"]);
    /// assert_eq!(settings.accept_multiple, Some(true));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    DeepLinkingSettings {
        required {
            /// Where the response is posted.
            deep_link_return_url: WireUrl = "deep_link_return_url",
        }
        optional {
            /// Kinds of item that are accepted.
            accept_types: Vec<ContentItemType> = "accept_types" as List<ContentItemType>,
            /// Windows that items may ask for.
            accept_presentation_document_targets: Vec<DocumentTarget> =
                "accept_presentation_document_targets" as List<DocumentTarget>,
            /// Media types accepted for files.
            accept_media_types: MediaTypes = "accept_media_types" as MediaRanges,
            /// Whether more than one item may come back.
            accept_multiple: bool = "accept_multiple" as Flag,
            /// Whether line items are made for items that carry one; absent says nothing.
            accept_lineitem: bool = "accept_lineitem" as Flag,
            /// Whether items are kept without asking the person again.
            auto_create: bool = "auto_create" as Flag,
            /// A title to start from.
            title: String = "title" as Text,
            /// A description to start from.
            text: String = "text" as Text,
            /// Opaque; echoed exactly in the response.
            data: String = "data" as Text,
        }
    }
}

/// Media ranges: one text with commas, as the specification has it, or a list, as some platforms send it.
/// Written as it was read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum MediaTypes {
    /// `image/*,text/html`
    Text(String),
    /// `["image/*", "text/html"]`
    List(Vec<String>),
}

impl MediaTypes {
    /// Each media range, trimmed.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let texts = match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::List(list) => list.as_slice(),
        };
        texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|range| !range.is_empty())
    }
}

/// Reads either form; anything else is as if absent.
pub(crate) struct MediaRanges(Option<MediaTypes>);

impl Tolerant<MediaTypes> for MediaRanges {
    fn into_value(self) -> Option<MediaTypes> {
        self.0
    }
}

impl<'de> serde::Deserialize<'de> for MediaRanges {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(match value {
            serde_json::Value::String(text) => Some(MediaTypes::Text(text)),
            serde_json::Value::Array(values) => {
                let texts = values.into_iter().filter_map(|value| value.as_str().map(str::to_owned));
                Some(MediaTypes::List(texts.collect()))
            }
            _ => None,
        }))
    }
}
