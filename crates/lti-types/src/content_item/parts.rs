//! What items are made of (Deep Linking 2.0 §3.1).

use crate::object::wire_object;
use crate::tolerant::{Flag, List, Number, Object, Text, TextOf, Whole};
use crate::{Custom, WireUrl};

wire_object! {
    /// An icon or thumbnail.
    ///
    /// [`LinkItem`](crate::LinkItem) has an example of pictures, windows and frames.
    Picture {
        required {}
        optional {
            /// Where it is; some tools send a blank.
            url: WireUrl = "url" as TextOf<WireUrl>,
            /// Width in pixels.
            width: u32 = "width" as Whole,
            /// Height in pixels.
            height: u32 = "height" as Whole,
        }
    }
}

wire_object! {
    /// How to open a window.
    Window {
        required {}
        optional {
            /// Its name, so that a second click finds it again.
            target_name: String = "targetName" as Text,
            /// Width in pixels.
            width: u32 = "width" as Whole,
            /// Height in pixels.
            height: u32 = "height" as Whole,
            /// Features as for `window.open`.
            window_features: String = "windowFeatures" as Text,
        }
    }
}

wire_object! {
    /// How to open an inline frame.
    Iframe {
        required {}
        optional {
            /// What it shows; of web links only.
            src: WireUrl = "src" as TextOf<WireUrl>,
            /// Width in pixels.
            width: u32 = "width" as Whole,
            /// Height in pixels.
            height: u32 = "height" as Whole,
        }
    }
}

wire_object! {
    /// How to embed a link. The fragment is untrusted: sanitize it before anybody sees it.
    ///
    /// ```
    /// use lti_types::{Embed, LinkItem};
    ///
    /// let mut embed = Embed::new();
    /// embed.html = Some(r#"<iframe src="https://video.example/embed/7"></iframe>"#.to_owned());
    /// let mut video = LinkItem::new("https://video.example/7".into());
    /// video.embed = Some(embed);
    /// assert!(serde_json::to_value(&video)?["embed"]["html"].is_string());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    Embed {
        required {}
        optional {
            /// The fragment, as the tool wrote it.
            html: String = "html" as Text,
        }
    }
}

wire_object! {
    /// A period of time; both ends ISO 8601 with a zone.
    ///
    /// [`LtiResourceLinkItem`](crate::LtiResourceLinkItem) has an example.
    Period {
        required {}
        optional {
            /// When it begins.
            start_date_time: String = "startDateTime" as Text,
            /// When it ends.
            end_date_time: String = "endDateTime" as Text,
        }
    }
}

wire_object! {
    /// The column in the grade book that a link gets (Deep Linking 2.0 §3.1.2, AGS 2.0 §3.2).
    ///
    /// [`LtiResourceLinkItem`](crate::LtiResourceLinkItem) has an example.
    ItemLineItem {
        required {}
        optional {
            /// The most points; more than zero. The specification requires it.
            score_maximum: f64 = "scoreMaximum" as Number,
            /// What it is called; the item's title when absent.
            label: String = "label" as Text,
            /// The tool's own id of the resource.
            resource_id: String = "resourceId" as Text,
            /// The tool's own qualifier.
            tag: String = "tag" as Text,
            /// Whether grades are to be shown to learners.
            grades_released: bool = "gradesReleased" as Flag,
            /// How submissions are reviewed.
            submission_review: SubmissionReview = "submissionReview" as Object<SubmissionReview>,
        }
    }
}

wire_object! {
    /// How submissions are reviewed (Submission Review 1.0).
    ///
    /// ```
    /// use lti_types::{ItemLineItem, SubmissionReview};
    ///
    /// let mut review = SubmissionReview::new();
    /// review.url = Some("https://tool.example/review".into());
    /// review.reviewable_status = Some(vec!["Submitted".to_owned(), "Completed".to_owned()]);
    /// let mut column = ItemLineItem::of_maximum(20.0);
    /// column.submission_review = Some(review);
    /// assert_eq!(serde_json::to_value(&column)?["submissionReview"]["reviewableStatus"][0], "Submitted");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    SubmissionReview {
        required {}
        optional {
            /// In which states of activity there is something to review; any, when absent.
            reviewable_status: Vec<String> = "reviewableStatus" as List<String>,
            /// What the review is called.
            label: String = "label" as Text,
            /// Where it is launched.
            url: WireUrl = "url" as TextOf<WireUrl>,
            /// Parameters of its launches.
            custom: Custom = "custom",
        }
    }
}

wire_object! {
    /// How the reports of an asset processor are opened (Asset Processor 1.0).
    ///
    /// [`AssetProcessorItem`](crate::AssetProcessorItem) has an example.
    ReportSettings {
        required {}
        optional {
            /// Where they are launched.
            url: WireUrl = "url" as TextOf<WireUrl>,
            /// Parameters of their launches.
            custom: Custom = "custom",
        }
    }
}

impl ItemLineItem {
    /// A column of so many points.
    #[must_use]
    pub fn of_maximum(score_maximum: f64) -> Self {
        Self { score_maximum: Some(score_maximum), ..Self::new() }
    }
}

impl Picture {
    /// The picture at this address.
    #[must_use]
    pub fn at(url: WireUrl) -> Self {
        Self { url: Some(url), ..Self::new() }
    }
}
