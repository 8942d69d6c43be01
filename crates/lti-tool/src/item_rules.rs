//! What items must be like before a tool sends them (Deep Linking 2.0 §3, §4.4.1).

use std::fmt;

use chrono::DateTime;
use lti_types::{ContentItem, DeepLinkingSettings, Period, Picture, WireUrl, media_range_covers};

/// A rule that an item can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ItemRule {
    /// The platform accepts items of that type (DL-B1).
    Type,
    /// The platform accepts more than one item (DL-B2).
    Multiple,
    /// A response carries at most 1,000 items.
    TooMany,
    /// The file's media type is one that the platform accepts (DL-B3).
    MediaType,
    /// The most points are more than zero, and a number (DL-B7).
    ScoreMaximum,
    /// Addresses are absolute https URLs (DL-B8).
    Url,
    /// Times have a zone, and a period begins before it ends (DL-B10).
    Time,
    /// What the item's type requires is there.
    Required,
}

impl ItemRule {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Type => "item_type_not_accepted",
            Self::Multiple => "one_item_accepted",
            Self::TooMany => "too_many_items",
            Self::MediaType => "media_type_not_accepted",
            Self::ScoreMaximum => "score_maximum_invalid",
            Self::Url => "item_url_invalid",
            Self::Time => "item_time_invalid",
            Self::Required => "item_incomplete",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::Type | Self::Multiple | Self::MediaType => "Deep Linking 2.0 §4.4.1",
            Self::TooMany => "Deep Linking 2.0 §4.5.4",
            Self::ScoreMaximum => "AGS 2.0 §3.2.5",
            Self::Url | Self::Time | Self::Required => "Deep Linking 2.0 §3.1",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Type => "is of a type that the platform does not accept",
            Self::Multiple => "is one too many: the platform accepts one",
            Self::TooMany => "is beyond the 1,000 that a response may carry",
            Self::MediaType => "has a media type that the platform does not accept",
            Self::ScoreMaximum => "has a score maximum that is not more than zero",
            Self::Url => "has an address that is not an absolute https URL",
            Self::Time => "has a time without a zone, or a period that ends before it begins",
            Self::Required => "lacks what its type requires",
        }
    }
}

/// A rule that an item breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct ItemFault {
    /// The item's place, from 0.
    pub place: usize,
    /// The rule.
    pub rule: ItemRule,
}

impl ItemFault {
    pub(crate) fn new(place: usize, rule: ItemRule) -> Self {
        Self { place, rule }
    }
}

impl fmt::Display for ItemFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item {} {}", self.place.saturating_add(1), self.rule.sentence())
    }
}

/// The rules that an item breaks by itself.
pub(crate) fn check(item: &ContentItem, settings: &DeepLinkingSettings) -> Vec<ItemRule> {
    let mut broken = Vec::new();
    let url = |url: Option<&WireUrl>| url.is_none_or(|url| url.to_secure_url().is_ok());
    let mut urls = Vec::new();
    match item {
        ContentItem::Link(link) => {
            let frame = link.iframe.as_ref().and_then(|frame| frame.src.as_ref());
            urls.extend([
                Some(&link.url),
                frame,
                picture(link.icon.as_ref()),
                picture(link.thumbnail.as_ref()),
            ]);
            // A frame of a web page without an address shows nothing.
            if link.iframe.is_some() && frame.is_none() {
                broken.push(ItemRule::Required);
            }
        }
        ContentItem::LtiResourceLink(link) => {
            let review = link.line_item.as_ref().and_then(|l| l.submission_review.as_ref());
            urls.extend([link.url.as_ref(), picture(link.icon.as_ref()), picture(link.thumbnail.as_ref())]);
            urls.push(review.and_then(|review| review.url.as_ref()));
            // One that is no text, kept where what cannot be read is kept.
            if link.extensions.contains_key("url") {
                broken.push(ItemRule::Url);
            }
            // One that is left out is not sent, however it looks.
            if settings.accept_lineitem != Some(false)
                && let Some(line_item) = &link.line_item
                && line_item.score_maximum.is_none_or(|most| !most.is_finite() || most <= 0.0)
            {
                broken.push(ItemRule::ScoreMaximum);
            }
            if ![&link.available, &link.submission].into_iter().all(|period| is_ordered(period.as_ref())) {
                broken.push(ItemRule::Time);
            }
        }
        ContentItem::File(file) => {
            urls.extend([Some(&file.url), picture(file.icon.as_ref()), picture(file.thumbnail.as_ref())]);
            if let (Some(accepted), Some(media_type)) = (&settings.accept_media_types, &file.media_type)
                && !accepted.iter().any(|range| media_range_covers(range, media_type))
            {
                broken.push(ItemRule::MediaType);
            }
            if file.expires_at.as_deref().is_some_and(|time| DateTime::parse_from_rfc3339(time).is_err()) {
                broken.push(ItemRule::Time);
            }
        }
        ContentItem::Image(image) => {
            urls.extend([Some(&image.url), picture(image.icon.as_ref()), picture(image.thumbnail.as_ref())]);
        }
        ContentItem::LtiAssetProcessor(processor) => {
            let report = processor.report.as_ref().and_then(|report| report.url.as_ref());
            urls.extend([processor.url.as_ref(), report]);
            if processor.extensions.contains_key("url") {
                broken.push(ItemRule::Url);
            }
            urls.extend([picture(processor.icon.as_ref()), picture(processor.thumbnail.as_ref())]);
        }
        ContentItem::Other(other) => {
            // A type of the specification among the others lacks something; a type of one's own is a URL.
            let own = WireUrl::from(other.item_type.as_str()).to_url().is_ok();
            if !own {
                broken.push(ItemRule::Required);
            }
        }
        _ => {}
    }
    if !urls.into_iter().all(url) {
        broken.push(ItemRule::Url);
    }
    broken
}

fn picture(picture: Option<&Picture>) -> Option<&WireUrl> {
    picture.and_then(|picture| picture.url.as_ref())
}

/// Whether both ends of a period are times with a zone, and in order.
fn is_ordered(period: Option<&Period>) -> bool {
    let Some(period) = period else { return true };
    let time = |text: &Option<String>| text.as_deref().map(DateTime::parse_from_rfc3339).transpose();
    match (time(&period.start_date_time), time(&period.end_date_time)) {
        (Ok(Some(start)), Ok(Some(end))) => start < end,
        (Ok(_), Ok(_)) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use lti_types::{ContentItem, DeepLinkingSettings, Period};

    use super::{ItemRule, check, is_ordered};

    #[test]
    fn addresses_of_asset_processors() {
        let settings = DeepLinkingSettings::new("https://lms.example/return".into());
        let faults = |json: &str| check(&serde_json::from_str::<ContentItem>(json).unwrap(), &settings);
        let of = |members: &str| faults(&format!(r#"{{"type":"ltiAssetProcessor"{members}}}"#));
        assert!(!of(r#","url":"https://tool.example/""#).contains(&ItemRule::Url));
        for members in [
            r#","url":"http://tool.example/""#,
            r#","url":7"#,
            r#","report":{"url":"/report"}"#,
            r#","icon":{"url":"x"}"#,
        ] {
            assert!(of(members).contains(&ItemRule::Url), "{members}");
        }
    }

    #[test]
    fn each_rule_has_a_sentence() {
        use ItemRule::{MediaType, Multiple, Required, ScoreMaximum, Time, TooMany, Type, Url};
        let rules = [Type, Multiple, TooMany, MediaType, ScoreMaximum, Url, Time, Required];
        let sentences: BTreeSet<_> = rules.map(ItemRule::sentence).into();
        assert_eq!(sentences.len(), rules.len());
        assert!(sentences.iter().all(|sentence| sentence.len() > 20), "{sentences:?}");
    }

    #[test]
    fn periods() {
        let period = |start: Option<&str>, end: Option<&str>| {
            let mut period = Period::new();
            period.start_date_time = start.map(str::to_owned);
            period.end_date_time = end.map(str::to_owned);
            is_ordered(Some(&period))
        };
        assert!(period(None, None) && is_ordered(None));
        assert!(period(Some("2026-01-01T10:00:00Z"), Some("2026-01-01T12:00:00+01:00")));
        assert!(!period(Some("2026-01-01T10:00:00Z"), Some("2026-01-01T11:00:00+01:00")), "the same moment");
        assert!(!period(Some("2026-01-01T10:00:00"), None), "no zone");
        assert!(!period(Some("tomorrow"), None));
        assert!(period(None, Some("2026-01-01T10:00:00.123Z")));
    }
}
