//! Items that came back, held against what was asked for (Content-Item Message 1.0 §3; the rules are Deep Linking's).

use std::fmt;

use lti_types::{
    ContentItem, ContentItemType, DeepLinkingSettings, ItemLineItem, MediaTypes, WireUrl, media_range_covers,
};
use serde_json::Value;

use super::{ContentItemSelection, item_to_legacy};
use crate::mapping::{LTI_LINK, item_types};

/// What came back, sorted. When somebody chose nothing, there is nothing in it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ReceivedSelection {
    /// What was chosen and asked for; whatever these items are opened by and shown with is a web address, and what is
    /// launched is https or this very machine. Titles and texts are plain text and the tool's: escape them. The HTML of
    /// an [`HtmlItem`](lti_types::HtmlItem) or of an `embed` is as the tool wrote it: sanitize it before anybody sees
    /// it. What is in members that no specification knows was not looked at.
    pub selection: ContentItemSelection,
    /// What is not taken, and why.
    pub refused: Vec<RefusedItem>,
    /// What was taken out of items that are taken.
    pub left_out: Vec<LeftOut>,
}

/// An item that is not taken.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RefusedItem {
    /// Its place in the answer, from 0.
    pub place: usize,
    /// Why.
    pub reason: ItemRefusal,
    /// The item as it came: for a log, perhaps, and for nothing else.
    pub item: ContentItem,
}

/// A member that was taken out: a picture or a frame without a web address, or one in a place where it has no meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// The place of the item in the answer, from 0.
    pub place: usize,
    /// The member, by its name in Deep Linking.
    pub member: &'static str,
}

/// Why an item is not taken, or not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ItemRefusal {
    /// What it is was not asked for, whatever media type it gives itself.
    Type,
    /// Its media type was not asked for.
    MediaType,
    /// It lacks what its type requires.
    Incomplete,
    /// An address that it is opened by is none that may be: of another scheme than https or http, relative, with a user
    /// name or control characters; for what is launched, also plain http.
    Url,
    /// The most points of its line item are not more than zero.
    ScoreMaximum,
}

impl ItemRefusal {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Type => "item_type_not_accepted",
            Self::MediaType => "media_type_not_accepted",
            Self::Incomplete => "item_incomplete",
            Self::Url => "item_url_invalid",
            Self::ScoreMaximum => "score_maximum_invalid",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::Type | Self::MediaType => "Content-Item Message 1.0 §3.1",
            Self::Incomplete | Self::Url | Self::ScoreMaximum => "Content-Item Message 1.0 §3.2",
        }
    }
}

impl fmt::Display for ItemRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Type => "an item is of a type that is not accepted",
            Self::MediaType => "an item has a media type that is not accepted",
            Self::Incomplete => "an item lacks what its type requires",
            Self::Url => "an item is opened by an address that may not be",
            Self::ScoreMaximum => "the most points of a line item are not more than zero",
        })
    }
}

impl ReceivedSelection {
    /// Sorts the items; of their number somebody else has to think.
    pub(super) fn sort(mut selection: ContentItemSelection, accepted: Option<&MediaTypes>) -> Self {
        let items = std::mem::take(&mut selection.items);
        let mut received = Self { selection, refused: Vec::new(), left_out: Vec::new() };
        for (place, mut item) in items.into_iter().enumerate() {
            match refusal(&item, accepted) {
                Some(reason) => received.refused.push(RefusedItem { place, reason, item }),
                None => {
                    let gone = leave_out(&mut item);
                    received.left_out.extend(gone.into_iter().map(|member| LeftOut { place, member }));
                    received.selection.items.push(item);
                }
            }
        }
        received
    }
}

/// Why an item is refused, if it is.
pub(super) fn refusal(item: &ContentItem, accepted: Option<&MediaTypes>) -> Option<ItemRefusal> {
    if let ContentItem::Other(other) = item {
        // A type of the specification among the others lacks what it requires.
        let known = !matches!(other.item_type, ContentItemType::Other(_));
        return Some(if known { ItemRefusal::Incomplete } else { ItemRefusal::Type });
    }
    // Where nothing is said, all of Content-Item's own types are meant, and no others.
    let any = MediaTypes::Text("*/*".to_owned());
    let accepted = accepted.unwrap_or(&any);
    if !item_types(accepted).contains(&item.item_type()) {
        return Some(ItemRefusal::Type);
    }
    if !accepted.iter().any(|range| is_in(&media_type(item), range)) {
        return Some(ItemRefusal::MediaType);
    }
    if !item.is_opened_well() {
        return Some(ItemRefusal::Url);
    }
    match item {
        ContentItem::LtiResourceLink(link) if !link.line_item.as_ref().is_none_or(has_points) => {
            Some(ItemRefusal::ScoreMaximum)
        }
        _ => None,
    }
}

/// Content-Item requires no number of points; one that is none is refused.
fn has_points(line_item: &ItemLineItem) -> bool {
    line_item.score_maximum.is_none_or(|most| most.is_finite() && most > 0.0)
}

/// What is launched is a link of LTI, whatever its tool says of its media type.
fn media_type(item: &ContentItem) -> String {
    if let ContentItem::LtiResourceLink(_) = item {
        return LTI_LINK.to_owned();
    }
    let legacy = item_to_legacy(item);
    legacy.get("mediaType").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Whether a media type lies in a range, or a range overlaps another.
fn is_in(given: &str, range: &str) -> bool {
    media_range_covers(range, given) || media_range_covers(given, range)
}

/// Takes out what is not shown, and names it. Content-Item says where a link is shown, by a frame without an address of
/// its own.
fn leave_out(item: &mut ContentItem) -> Vec<&'static str> {
    // Everything was offered.
    let settings = DeepLinkingSettings::new(WireUrl::from(""));
    let frame = match item {
        ContentItem::Link(link) => link.iframe.take_if(|frame| frame.src.is_none()),
        _ => None,
    };
    let left_out = item.leave_out_unusable(&settings);
    if let (ContentItem::Link(link), Some(frame)) = (item, frame) {
        link.iframe = Some(frame);
    }
    left_out
}

#[cfg(test)]
mod tests {
    use super::is_in;

    #[test]
    fn media_ranges() {
        for (given, range, expected) in [
            ("image/png", "image/*", true),
            ("image/*", "image/png", true),
            ("IMAGE/PNG; q=1", "image/png", true),
            ("text/html", "*/*", true),
            ("text/html", "image/*", false),
            ("imagex/png", "image/*", false),
            ("", "image/*", false),
        ] {
            assert_eq!(is_in(given, range), expected, "{given} {range}");
        }
    }
}
