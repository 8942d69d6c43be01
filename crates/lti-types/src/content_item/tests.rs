use serde_json::{Value, json};

use super::ContentItem;

/// Reads, writes, and reads again; what is written is what was read.
fn survives(json: &Value) -> ContentItem {
    let item: ContentItem = serde_json::from_value(json.clone()).unwrap();
    let written = serde_json::to_value(&item).unwrap();
    assert_eq!(&written, json);
    let text = serde_json::to_string(&item).unwrap();
    assert_eq!(serde_json::from_str::<ContentItem>(&text).unwrap(), item);
    item
}

#[test]
fn every_type_with_every_property() {
    let icon = json!({"url": "https://t.example/i.png", "width": 100, "height": 100, "fa_icon": "fa-magic"});
    let window = json!({"targetName": "w", "width": 3, "height": 4, "windowFeatures": "menubar=no"});
    let period = json!({"startDateTime": "2026-02-06T20:05:02Z", "endDateTime": "2026-03-07T20:05:02Z"});
    assert!(matches!(
        survives(
            &json!({"type": "link", "url": "https://t.example/", "title": "T", "text": "t", "icon": icon,
            "thumbnail": icon, "embed": {"html": "<b>"}, "window": window, "iframe": {"src": "https://t.example/f",
            "width": 1, "height": 2}, "https://vendor.example/x": [null]})
        ),
        ContentItem::Link(_)
    ));
    assert!(matches!(
        survives(&json!({"type": "ltiResourceLink", "url": "https://t.example/", "title": "T", "text": "t",
            "icon": icon, "thumbnail": icon, "window": window, "iframe": {"height": 890},
            "custom": {"due": "$ResourceLink.submission.endDateTime", "empty": ""},
            "lineItem": {"scoreMaximum": 87.5, "label": "L", "resourceId": "r", "tag": "g", "gradesReleased": true,
                "submissionReview": {"reviewableStatus": ["Completed"], "label": "R", "url": "https://t.example/r",
                "custom": {"a": "b"}}}, "available": period, "submission": {"endDateTime": "2026-03-06T20:05:02Z"}})),
        ContentItem::LtiResourceLink(_)
    ));
    assert!(matches!(
        survives(&json!({"type": "file", "url": "https://t.example/a.pdf", "mediaType": "application/pdf",
            "expiresAt": "2026-03-06T20:05:02Z", "title": "T", "text": "t", "icon": icon, "thumbnail": icon})),
        ContentItem::File(_)
    ));
    assert!(matches!(
        survives(&json!({"type": "html", "html": "<h1>T</h1>", "title": "T"})),
        ContentItem::Html(_)
    ));
    assert!(matches!(
        survives(&json!({"type": "image", "url": "https://t.example/i.png", "width": 10, "height": 20,
            "https://vendor.example/license": {"by": "us"}})),
        ContentItem::Image(_)
    ));
    assert!(matches!(
        survives(
            &json!({"type": "ltiAssetProcessor", "icon": {"url": "", "width": 64}, "custom": {}, "text": "t",
            "report": {"url": "https://t.example/r", "custom": {}}})
        ),
        ContentItem::LtiAssetProcessor(_)
    ));
}

/// Unknown types, members of other types, and items without what they require are kept whole.
#[test]
fn nothing_is_lost() {
    for json in [
        json!({"type": "https://vendor.example/type", "data": "x", "deep": [{"a": null}]}),
        json!({"type": "wrongContentType", "url": "https://t.example/"}),
        json!({"type": "link", "title": "no address"}),
        json!({"type": "link", "url": {"not": "text"}}),
        json!({"type": "html", "text": "no html", "url": "https://t.example/"}),
        json!({"title": "no type"}),
        json!({"type": 7, "title": "no text for a type"}),
        json!({}),
    ] {
        assert!(matches!(survives(&json), ContentItem::Other(_)), "{json}");
    }
    // A member that is not of its type, and one that the type does not have.
    survives(
        &json!({"type": "ltiResourceLink", "icon": "https://t.example/i.png", "window": [], "title": 7}),
    );
    let item =
        survives(&json!({"type": "link", "url": "https://t.example/", "lineItem": {"scoreMaximum": 1.0}}));
    assert!(matches!(item, ContentItem::Link(item) if item.extensions.contains_key("lineItem")));
}

/// The order of members does not matter, and what is tolerated is tolerated.
#[test]
fn tolerated_spellings() {
    let read = |json: &str| serde_json::from_str::<ContentItem>(json).unwrap();
    let ContentItem::LtiResourceLink(item) = read(
        r#"{"lineItem": {"scoreMaximum": "87", "gradesReleased": "false"}, "icon": {"width": "64", "height": null},
            "custom": {"n": 7}, "title": null, "type": "ltiResourceLink"}"#,
    ) else {
        panic!("a resource link")
    };
    let line_item = item.line_item.unwrap();
    assert_eq!((line_item.score_maximum, line_item.grades_released), (Some(87.0), Some(false)));
    assert_eq!(item.icon.unwrap().width, Some(64));
    assert_eq!(item.custom.unwrap().get("n"), Some("7"));
    let reviewed = r#"{"type":"ltiResourceLink","lineItem":{"scoreMaximum":1,"submissionReview":[]}}"#;
    let ContentItem::LtiResourceLink(item) = serde_json::from_str(reviewed).unwrap() else {
        panic!("a link")
    };
    assert_eq!(item.line_item.unwrap().submission_review, None, "what PHP writes for an empty object");
    assert!(serde_json::from_str::<ContentItem>("[]").is_err());
    assert!(serde_json::from_str::<ContentItem>(r#"{"type":"link","type":"html"}"#).is_err());
}

/// An item that was kept without its variant still says its type, and says it once.
#[test]
fn the_type_is_written_once() {
    let json = r#"{"type":"link","url":"https://x.example/","vendor":1}"#;
    let link: crate::LinkItem = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_value(&link).unwrap()["type"], "link");
    let written = serde_json::to_string(&ContentItem::from(link)).unwrap();
    assert_eq!(written, json);
    assert!(serde_json::from_str::<ContentItem>(&written).is_ok());
}
