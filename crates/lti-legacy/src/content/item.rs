//! One item between Content-Item 1.0 (JSON-LD) and Deep Linking 2.0 (Content-Item Message 1.0 §3.2; LTI Core 1.3 §D).

use lti_types::ContentItem;
use serde_json::{Map, Value, json};

use crate::mapping::LTI_LINK;

/// What the score of a line item is reported as.
const TOTAL_SCORE: &str = "http://purl.imsglobal.org/ctx/lis/v2p1/Result#totalScore";

/// An item of Content-Item 1.0 as one of Deep Linking. What Deep Linking has no name for stays in the extensions, so
/// that it is there when the item is written again. Nothing is checked: addresses may be scripts, and HTML is the
/// tool's.
///
/// | `@type` | media type | becomes |
/// |---|---|---|
/// | `LtiLinkItem`, `LtiLink`, or any | `application/vnd.ims.lti.v1.ltilink` | LTI resource link |
/// | `FileItem` | any | file |
/// | `ContentItem` | `image/…`, with an address | image |
/// | `ContentItem` | `text/html`, without an address | HTML fragment, of its `text` |
/// | `ContentItem` | any other, with an address | link |
/// | any other | | the same, whole |
///
/// ```
/// use lti_legacy::{item_from_legacy, item_to_legacy};
/// use lti_types::ContentItem;
///
/// let serde_json::Value::Object(members) = serde_json::json!({
///     "@type": "LtiLinkItem", "mediaType": "application/vnd.ims.lti.v1.ltilink",
///     "url": "https://tool.example/quiz/9", "title": "Quiz 9",
///     "lineItem": {"@type": "LineItem", "scoreConstraints": {"@type": "NumericLimits", "totalMaximum": 20}},
/// }) else { unreachable!() };
/// let item = item_from_legacy(members);
/// let ContentItem::LtiResourceLink(link) = &item else { panic!("it is a link") };
/// assert_eq!(link.line_item.as_ref().and_then(|column| column.score_maximum), Some(20.0));
/// assert_eq!(item_to_legacy(&item)["@type"], "LtiLinkItem");
/// ```
#[must_use]
pub fn item_from_legacy(mut members: Map<String, Value>) -> ContentItem {
    // A member that would pass for Deep Linking's type is none of Content-Item's.
    members.remove("type");
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
    let (legacy_type, media_type) = (text("@type").to_owned(), text("mediaType").to_owned());
    let addressed = !text("url").is_empty();
    let kind = match (legacy_type.as_str(), media_type.as_str()) {
        ("LtiLinkItem" | "LtiLink", _) | ("ContentItem" | "", LTI_LINK) => "ltiResourceLink",
        ("FileItem", _) => "file",
        ("ContentItem", image) if image.starts_with("image/") && addressed => "image",
        ("ContentItem", "text/html") if !addressed && !text("text").is_empty() => "html",
        ("ContentItem", _) if addressed => "link",
        (other, _) => other,
    };
    let implied = matches!(
        (kind, media_type.as_str()),
        ("ltiResourceLink", LTI_LINK) | ("link" | "html", "text/html") | ("image", "image/*")
    );
    if implied {
        members.remove("mediaType");
    }
    if kind == "html"
        && let Some(html) = members.remove("text")
    {
        members.insert("html".to_owned(), html);
    }
    let kind = kind.to_owned();
    members.remove("@type");
    for name in ["icon", "thumbnail"] {
        change(&mut members, name, picture_from_legacy);
    }
    for name in ["available", "submission"] {
        change(&mut members, name, |period| renamed(period, &PERIOD));
    }
    if kind == "ltiResourceLink" {
        change(&mut members, "lineItem", line_item_from_legacy);
    }
    place_from_legacy(&mut members);
    if !kind.is_empty() {
        members.insert("type".to_owned(), kind.into());
    }
    let whole = members.clone();
    serde_json::from_value(Value::Object(members)).unwrap_or_else(|_| {
        // Every object is an item of some sort; an unreadable one is kept whole.
        lti_types::OtherItem::new("".into(), whole).into()
    })
}

/// An item of Deep Linking as one of Content-Item 1.0. An HTML fragment takes the place of its own `text`.
///
/// [`item_from_legacy`] has an example.
#[must_use]
pub fn item_to_legacy(item: &ContentItem) -> Value {
    let Ok(Value::Object(mut members)) = serde_json::to_value(item) else { return json!({}) };
    let kind = match members.remove("type") {
        Some(Value::String(kind)) => kind,
        _ => String::new(),
    };
    let (legacy_type, media_type) = match item {
        ContentItem::LtiResourceLink(_) => ("LtiLinkItem", LTI_LINK),
        ContentItem::File(_) => ("FileItem", "application/octet-stream"),
        ContentItem::Image(_) => ("ContentItem", "image/*"),
        ContentItem::Link(_) | ContentItem::Html(_) => ("ContentItem", "text/html"),
        _ => (kind.as_str(), ""),
    };
    if let ContentItem::Html(_) = item
        && let Some(html) = members.remove("html")
    {
        members.insert("text".to_owned(), html);
    }
    if !media_type.is_empty() {
        members.entry("mediaType").or_insert_with(|| media_type.into());
    }
    if !legacy_type.is_empty() {
        members.insert("@type".to_owned(), legacy_type.into());
    }
    for name in ["icon", "thumbnail"] {
        change(&mut members, name, |picture| renamed(picture, &[("url", "@id")]));
    }
    let back = PERIOD.map(|(old, new)| (new, old));
    for name in ["available", "submission"] {
        change(&mut members, name, |period| renamed(period, &back));
    }
    if matches!(item, ContentItem::LtiResourceLink(_)) {
        change(&mut members, "lineItem", line_item_to_legacy);
    }
    if !members.contains_key("placementAdvice")
        && let Some(advice) = advice(&members)
    {
        members.remove("window");
        members.remove("iframe");
        members.insert("placementAdvice".to_owned(), advice);
    }
    Value::Object(members)
}

const PERIOD: [(&str, &str); 2] = [("startDatetime", "startDateTime"), ("endDatetime", "endDateTime")];

fn change(members: &mut Map<String, Value>, name: &str, change: impl FnOnce(Value) -> Value) {
    if let Some(value) = members.get_mut(name) {
        *value = change(value.take());
    }
}

fn renamed(value: Value, names: &[(&str, &str)]) -> Value {
    let Value::Object(mut members) = value else { return value };
    for (from, to) in names {
        if let Some(value) = members.remove(*from) {
            members.entry(*to).or_insert(value);
        }
    }
    Value::Object(members)
}

fn picture_from_legacy(picture: Value) -> Value {
    match picture {
        Value::String(url) => json!({"url": url}),
        other => renamed(other, &[("@id", "url")]),
    }
}

/// Points, label and resource by their new names; what does not come back from these is kept beside them.
fn line_item_from_legacy(line_item: Value) -> Value {
    let Value::Object(mut members) = line_item else { return line_item };
    let constraints = members.get("scoreConstraints");
    let limit = |name: &str| constraints?.get(name).filter(|limit| !limit.is_null()).cloned();
    let maximum = limit("normalMaximum").or_else(|| limit("totalMaximum"));
    let resource = members.get("assignedActivity").and_then(|activity| activity.get("activityId")).cloned();
    let mut mapped = Map::new();
    mapped.extend(maximum.map(|maximum| ("scoreMaximum".to_owned(), maximum)));
    mapped.extend(resource.map(|resource| ("resourceId".to_owned(), resource)));
    mapped.extend(members.get("label").map(|label| ("label".to_owned(), label.clone())));
    let again = line_item_to_legacy(Value::Object(mapped.clone()));
    members.retain(|name, value| again.get(name) != Some(value));
    members.remove("label");
    mapped.extend(members);
    Value::Object(mapped)
}

fn line_item_to_legacy(line_item: Value) -> Value {
    let Value::Object(mut members) = line_item else { return line_item };
    if let Some(maximum) = members.remove("scoreMaximum") {
        members.entry("scoreConstraints").or_insert_with(|| {
            json!({"@type": "NumericLimits", "normalMaximum": maximum, "extraCreditMaximum": 0, "totalMaximum": maximum})
        });
    }
    if let Some(resource) = members.remove("resourceId") {
        members.entry("assignedActivity").or_insert_with(|| json!({"activityId": resource}));
    }
    members.entry("@type").or_insert_with(|| "LineItem".into());
    members.entry("reportingMethod").or_insert_with(|| TOTAL_SCORE.into());
    Value::Object(members)
}

/// Where the item wants to be shown; kept as it is where window and frame do not say all of it.
fn place_from_legacy(members: &mut Map<String, Value>) {
    let Some(advice @ Value::Object(_)) = members.get("placementAdvice").cloned() else { return };
    let get = |name: &str| advice.get(name).filter(|value| !value.is_null()).cloned();
    let pick = |names: &[(&str, &str)]| -> Value {
        names
            .iter()
            .filter_map(|(old, new)| Some(((*new).to_owned(), get(old)?)))
            .collect::<Map<_, _>>()
            .into()
    };
    const SIZE: [(&str, &str); 2] = [("displayWidth", "width"), ("displayHeight", "height")];
    let (name, place) = match get("presentationDocumentTarget").as_ref().and_then(Value::as_str) {
        Some("window") => {
            let [width, height] = SIZE;
            ("window", pick(&[("windowTarget", "targetName"), width, height]))
        }
        Some("iframe") => ("iframe", pick(&SIZE)),
        _ => return,
    };
    let mut mapped = Map::new();
    mapped.insert(name.to_owned(), place);
    if self::advice(&mapped) == Some(advice) {
        members.remove("placementAdvice");
    }
    for (name, place) in mapped {
        members.entry(name).or_insert(place);
    }
}

/// The advice that says what a window, or else a frame, says; `None` where it cannot say all of it.
fn advice(members: &Map<String, Value>) -> Option<Value> {
    let (target, place, other) = match (members.get("window"), members.get("iframe")) {
        (Some(window), None) => ("window", window.as_object()?, "targetName"),
        (None, Some(iframe)) => ("iframe", iframe.as_object()?, ""),
        _ => return None,
    };
    let mut advice = Map::new();
    advice.insert("presentationDocumentTarget".to_owned(), target.into());
    for (name, value) in place {
        let name = match name.as_str() {
            "width" => "displayWidth",
            "height" => "displayHeight",
            name if name == other => "windowTarget",
            _ => return None,
        };
        advice.insert(name.to_owned(), value.clone());
    }
    Some(Value::Object(advice))
}

#[cfg(test)]
mod tests {
    use super::{item_from_legacy, item_to_legacy};
    use lti_types::ContentItem;
    use serde_json::{Value, json};

    fn both_ways(legacy: Value, new: Value) {
        let Value::Object(members) = legacy.clone() else { panic!() };
        let item = item_from_legacy(members);
        assert_eq!(serde_json::to_value(&item).unwrap(), new);
        assert_eq!(item_to_legacy(&item), legacy);
    }

    #[test]
    fn links() {
        both_ways(
            json!({"@type": "LtiLinkItem", "mediaType": "application/vnd.ims.lti.v1.ltilink", "@id": ":1",
                "url": "https://tool.example/1", "title": "Quiz", "text": "Ten questions",
                "icon": {"@id": "https://tool.example/i.png", "width": 50, "height": 40},
                "custom": {"a": "1"}, "vendor": {"x": [1]},
                "placementAdvice": {"presentationDocumentTarget": "window", "windowTarget": "w", "displayWidth": 800},
                "available": {"startDatetime": "2026-01-01T00:00:00Z"},
                "lineItem": {"@type": "LineItem", "label": "Points",
                    "reportingMethod": "http://purl.imsglobal.org/ctx/lis/v2p1/Result#totalScore",
                    "assignedActivity": {"activityId": "a-66"},
                    "scoreConstraints": {"@type": "NumericLimits", "normalMaximum": 20.0,
                        "extraCreditMaximum": 0, "totalMaximum": 20.0}}}),
            json!({"type": "ltiResourceLink", "url": "https://tool.example/1", "title": "Quiz", "text": "Ten questions",
                "icon": {"url": "https://tool.example/i.png", "width": 50, "height": 40},
                "window": {"targetName": "w", "width": 800}, "custom": {"a": "1"},
                "lineItem": {"scoreMaximum": 20.0, "label": "Points", "resourceId": "a-66"},
                "available": {"startDateTime": "2026-01-01T00:00:00Z"}, "@id": ":1", "vendor": {"x": [1]}}),
        );
    }

    #[test]
    fn other_types() {
        both_ways(
            json!({"@type": "FileItem", "mediaType": "application/pdf", "url": "https://t.example/a.pdf",
                "copyAdvice": true, "expiresAt": "2026-01-01T00:00:00Z"}),
            json!({"type": "file", "url": "https://t.example/a.pdf", "expiresAt": "2026-01-01T00:00:00Z",
                "mediaType": "application/pdf", "copyAdvice": true}),
        );
        both_ways(
            json!({"@type": "ContentItem", "mediaType": "image/png", "url": "https://t.example/a.png"}),
            json!({"type": "image", "url": "https://t.example/a.png", "mediaType": "image/png"}),
        );
        both_ways(
            json!({"@type": "ContentItem", "mediaType": "text/html", "url": "https://t.example/",
                "placementAdvice": {"presentationDocumentTarget": "embed", "displayWidth": 1}}),
            json!({"type": "link", "url": "https://t.example/",
                "placementAdvice": {"presentationDocumentTarget": "embed", "displayWidth": 1}}),
        );
        both_ways(
            json!({"@type": "ContentItem", "mediaType": "text/html", "text": "<p>x</p>"}),
            json!({"type": "html", "html": "<p>x</p>"}),
        );
        both_ways(
            json!({"@type": "https://v.example/Item", "x": null}),
            json!({"type": "https://v.example/Item", "x": null}),
        );
        both_ways(json!({"x": 1}), json!({"x": 1}));
    }

    #[test]
    fn what_does_not_come_back_is_kept() {
        let line_item = json!({"@type": "LineItem", "label": "L", "reportingMethod": "https://v.example/m",
            "scoreConstraints": {"@type": "NumericLimits", "normalMaximum": 10, "extraCreditMaximum": 2, "totalMaximum": 12}});
        let legacy = json!({"@type": "LtiLinkItem", "mediaType": "application/vnd.ims.lti.v1.ltilink", "lineItem": line_item,
            "placementAdvice": {"presentationDocumentTarget": "iframe", "windowTarget": "_blank", "displayWidth": 9}});
        let Value::Object(members) = legacy.clone() else { panic!() };
        let item = item_from_legacy(members);
        let ContentItem::LtiResourceLink(link) = &item else { panic!() };
        assert_eq!(link.line_item.as_ref().unwrap().score_maximum, Some(10.0));
        assert_eq!(link.iframe.as_ref().unwrap().width, Some(9));
        let back = item_to_legacy(&item);
        assert_eq!(back["lineItem"], legacy["lineItem"]);
        assert_eq!(back["placementAdvice"], legacy["placementAdvice"]);
    }

    #[test]
    fn a_member_named_type_decides_nothing() {
        let Value::Object(members) =
            json!({"@type": "FileItem", "type": "html", "html": "<b>", "url": "https://t.example/"})
        else {
            panic!()
        };
        assert!(matches!(item_from_legacy(members), ContentItem::File(_)));
    }
}
