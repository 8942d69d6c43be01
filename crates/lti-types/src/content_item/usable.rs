//! What of an item may be opened and shown (Deep Linking 2.0 §3, §4.4.1; rules DL-P8 to DL-P11).

use super::{ContentItem, Iframe, ItemLineItem, Period, Picture};
use crate::{DeepLinkingSettings, DocumentTarget, Extensions, LineItem, Timestamp, WireUrl};

/// Members with an address, markup or a column in them that the specification knows. Where they stand among the
/// extensions they are of another type than theirs, or of an item that does not have them: nobody looked into them.
const NOT_AMONG_EXTENSIONS: [&str; 8] =
    ["url", "html", "icon", "thumbnail", "iframe", "embed", "lineItem", "report"];

impl ContentItem {
    /// Whether what it is opened by may be opened: links, files and images by web addresses
    /// ([`WireUrl::is_web`]), launches by addresses that they may lead to ([`WireUrl::is_launchable`]) or by the tool's
    /// own one, when they have none. Of other types nothing is known.
    #[must_use]
    pub fn is_opened_well(&self) -> bool {
        let launch = |url: Option<&WireUrl>| url.is_none_or(|url| url.is_blank() || url.is_launchable());
        match self {
            Self::Link(link) => link.url.is_web(),
            Self::File(file) => file.url.is_web(),
            Self::Image(image) => image.url.is_web(),
            Self::LtiResourceLink(link) => {
                let review =
                    link.line_item.as_ref().and_then(|line_item| line_item.submission_review.as_ref());
                launch(link.url.as_ref())
                    && launch(review.and_then(|review| review.url.as_ref()))
                    && !link.extensions.contains_key("url")
            }
            Self::LtiAssetProcessor(processor) => {
                launch(processor.url.as_ref())
                    && launch(processor.report.as_ref().and_then(|report| report.url.as_ref()))
                    && !processor.extensions.contains_key("url")
            }
            _ => true,
        }
    }

    /// Takes out the members that a platform does not use, and names them as they are written on the wire: pictures and
    /// frames without a web address, ways to show it that were not offered, a line item where none is made, names too
    /// long for a grade book, periods that are none.
    ///
    /// ```
    /// use lti_types::{ContentItem, DeepLinkingSettings, LinkItem, Picture};
    /// let mut link = LinkItem::new("https://tool.example/page".into());
    /// link.icon = Some(Picture::at("javascript:alert(1)".into()));
    /// let mut item = ContentItem::from(link);
    /// let settings = DeepLinkingSettings::new("https://lms.example/return".into());
    /// assert_eq!(item.leave_out_unusable(&settings), ["icon"]);
    /// ```
    pub fn leave_out_unusable(&mut self, settings: &DeepLinkingSettings) -> Vec<&'static str> {
        let offered = settings.accept_presentation_document_targets.as_deref();
        let offers = |target: &DocumentTarget| offered.is_none_or(|offered| offered.contains(target));
        let (windows, frames) = (offers(&DocumentTarget::Window), offers(&DocumentTarget::Iframe));
        let mut gone = Gone(Vec::new());
        match self {
            Self::Link(link) => {
                gone.picture(&mut link.icon, "icon");
                gone.picture(&mut link.thumbnail, "thumbnail");
                gone.unless(windows, &mut link.window, "window");
                let shows = |frame: &Iframe| frame.src.as_ref().is_some_and(WireUrl::is_web);
                let frames = frames && link.iframe.as_ref().is_none_or(shows);
                gone.unless(frames, &mut link.iframe, "iframe");
                gone.unless(offers(&DocumentTarget::Embed), &mut link.embed, "embed");
                gone.extensions(&mut link.extensions);
            }
            Self::LtiResourceLink(link) => {
                gone.picture(&mut link.icon, "icon");
                gone.picture(&mut link.thumbnail, "thumbnail");
                gone.unless(windows, &mut link.window, "window");
                gone.frame_of_a_launch(frames, &mut link.iframe);
                gone.blank(&mut link.url);
                gone.unless(settings.accept_lineitem != Some(false), &mut link.line_item, "lineItem");
                gone.names(link.line_item.as_mut());
                gone.period(&mut link.available, "available");
                gone.period(&mut link.submission, "submission");
                gone.extensions(&mut link.extensions);
            }
            Self::LtiAssetProcessor(processor) => {
                gone.picture(&mut processor.icon, "icon");
                gone.picture(&mut processor.thumbnail, "thumbnail");
                gone.unless(windows, &mut processor.window, "window");
                gone.frame_of_a_launch(frames, &mut processor.iframe);
                gone.blank(&mut processor.url);
                gone.extensions(&mut processor.extensions);
            }
            Self::File(file) => {
                gone.picture(&mut file.icon, "icon");
                gone.picture(&mut file.thumbnail, "thumbnail");
                gone.extensions(&mut file.extensions);
            }
            Self::Image(image) => {
                gone.picture(&mut image.icon, "icon");
                gone.picture(&mut image.thumbnail, "thumbnail");
                gone.extensions(&mut image.extensions);
            }
            Self::Html(html) => gone.extensions(&mut html.extensions),
            _ => {}
        }
        gone.0
    }
}

/// What was taken out so far.
struct Gone(Vec<&'static str>);

impl Gone {
    fn unless<T>(&mut self, used: bool, member: &mut Option<T>, name: &'static str) {
        if !used && member.take().is_some() {
            self.0.push(name);
        }
    }

    /// A picture without an address is none; some tools send a blank one.
    fn picture(&mut self, picture: &mut Option<Picture>, name: &'static str) {
        let shows = |picture: &Picture| picture.url.as_ref().is_some_and(WireUrl::is_web);
        let used = picture.as_ref().is_none_or(shows);
        self.unless(used, picture, name);
    }

    /// What a launch is shown in is the launch: a frame has a size, and no address of its own.
    fn frame_of_a_launch(&mut self, frames: bool, frame: &mut Option<Iframe>) {
        self.unless(frames, frame, "iframe");
        if let Some(frame) = frame {
            self.unless(false, &mut frame.src, "iframe.src");
        }
    }

    /// A blank address is none, and nothing is lost by it.
    fn blank(&mut self, url: &mut Option<WireUrl>) {
        if url.as_ref().is_some_and(WireUrl::is_blank) {
            *url = None;
        }
    }

    /// A grade book has no room for longer names, and half a name would find nothing.
    fn names(&mut self, line_item: Option<&mut ItemLineItem>) {
        let Some(line_item) = line_item else { return };
        let fits = |name: &Option<String>| {
            name.as_ref().is_none_or(|name| {
                name.len() <= LineItem::MAX_NAME || name.chars().count() <= LineItem::MAX_NAME
            })
        };
        let (resource_id, tag) = (fits(&line_item.resource_id), fits(&line_item.tag));
        self.unless(resource_id, &mut line_item.resource_id, "lineItem.resourceId");
        self.unless(tag, &mut line_item.tag, "lineItem.tag");
    }

    /// Both ends are times with a zone, and in order; the platform may ignore a period, and does so with one that is
    /// none.
    fn period(&mut self, period: &mut Option<Period>, name: &'static str) {
        let time = |text: &Option<String>| match text.as_deref().filter(|text| !text.trim().is_empty()) {
            Some(text) => Timestamp::from(text).to_utc().map(Some),
            None => Some(None),
        };
        let ordered = period.as_ref().is_none_or(|period| {
            match (time(&period.start_date_time), time(&period.end_date_time)) {
                (Some(Some(start)), Some(Some(end))) => start < end,
                (start, end) => start.is_some() && end.is_some(),
            }
        });
        self.unless(ordered, period, name);
    }

    fn extensions(&mut self, extensions: &mut Extensions) {
        if extensions.is_empty() {
            return;
        }
        for name in NOT_AMONG_EXTENSIONS {
            if extensions.remove(name).is_some() {
                self.0.push(name);
            }
        }
    }
}
