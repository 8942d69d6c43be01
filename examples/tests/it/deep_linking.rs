//! Deep linking, the tool's side (certification guide, tool, deep linking; rules DL-T and DL-B of Deep Linking 2.0).
//! What a platform does with a response is done by hand here; `deep_linking_platform.rs` has the platform's side.

use lti_jwks::{Rules, UnverifiedJwt, VerifyingKeys};
use lti_tool::{ItemRule, PendingDeepLinking, RespondError};
use lti_types::{
    AssetProcessorItem, ContentItem, ContentItemType, Custom, DeepLinkingResponse, Embed, FileItem, HtmlItem,
    Iframe, ItemLineItem, LinkItem, LtiResourceLinkItem, MessageType, Nonce, OtherItem, Period, Picture,
    Window,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::pair::{CLIENT, DEPLOYMENT, ISSUER, Pair, STRANGER, Token};
use crate::payloads::{claim, instructor, learner, with, with_roles, without};

const RETURN: &str = "https://lms.example/deep-links?modal=true";
const SETTINGS: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings";

fn settings() -> Value {
    json!({
        "deep_link_return_url": RETURN, "accept_types": ["link", "file", "html", "ltiResourceLink"],
        "accept_media_types": "image/*,text/html,application/json",
        "accept_presentation_document_targets": ["iframe", "window"], "accept_multiple": true, "auto_create": true,
        "title": "A default title", "text": "A default text", "data": "90 97:08=\u{e9}",
    })
}

/// As the certification suite sends it: no target link URI, no resource link.
fn request() -> Value {
    let payload = without(instructor(), &["resource_link", "target_link_uri"]);
    let payload = with(payload, "message_type", "LtiDeepLinkingRequest");
    let window = json!({"document_target": "window", "height": 360, "width": 480});
    with(with(payload, &claim("launch_presentation"), window), SETTINGS, settings())
}

fn pending_with(change: impl FnOnce(&mut Value)) -> PendingDeepLinking {
    let mut settings = settings();
    change(&mut settings);
    let launch = Pair::new().receive(&Token::of(with(request(), SETTINGS, settings))).expect("accepted");
    launch.deep_linking_request().expect("a deep linking launch")
}

fn pending() -> PendingDeepLinking {
    pending_with(|_| {})
}

fn quiz() -> LtiResourceLinkItem {
    let mut quiz = LtiResourceLinkItem::new();
    quiz.url = Some("https://tool.example/quiz/9?p1=a".into());
    quiz.title = Some("Quiz \"9\" <b>&</b>".into());
    quiz.custom = Some(Custom::from_iter([("due", "$ResourceLink.submission.endDateTime")]));
    let mut line_item = ItemLineItem::of_maximum(20.0);
    line_item.resource_id = Some("quiz-9".into());
    quiz.line_item = Some(line_item);
    quiz
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Response(DeepLinkingResponse);

impl lti_jwks::Claims for Response {
    fn issuer(&self) -> Option<&str> {
        self.0.iss.as_deref()
    }
    fn audiences(&self) -> impl Iterator<Item = &str> {
        self.0.aud.iter().flat_map(|aud| aud.as_slice()).map(String::as_str)
    }
    fn authorized_party(&self) -> Option<&str> {
        None
    }
    fn expires_at(&self) -> Option<f64> {
        self.0.exp.map(lti_types::NumericDate::seconds)
    }
    fn issued_at(&self) -> Option<f64> {
        self.0.iat.map(lti_types::NumericDate::seconds)
    }
    fn not_before(&self) -> Option<f64> {
        None
    }
}

/// What a platform finds in the form that the tool's page posts; the tool's key is the stranger's.
fn received(post: &lti_types::FormPost) -> DeepLinkingResponse {
    let keys = VerifyingKeys::single(STRANGER.verifying_key().clone());
    let mut rules = Rules::new(CLIENT, ISSUER);
    rules.max_age = Some(chrono::TimeDelta::minutes(1));
    let jwt = UnverifiedJwt::parse(post.field("JWT").expect("the field JWT")).unwrap();
    assert_eq!(jwt.key_id(), Some(STRANGER.key_id()));
    jwt.verify::<Response>(&keys, &rules, Pair::new().now).unwrap().into_inner().0
}

fn answer(items: Vec<ContentItem>) -> lti_types::FormPost {
    let response = pending().respond(items, Nonce::new("fresh").unwrap(), Pair::new().now).unwrap();
    response.sign(&STRANGER).unwrap()
}

#[test]
fn t_d01_send_the_request_payload() {
    let pending = pending();
    assert!(pending.accepts(&ContentItemType::LtiResourceLink) && !pending.accepts(&ContentItemType::Image));
    assert!(pending.accepts_multiple());
    assert_eq!(pending.settings().title.as_deref(), Some("A default title"));
    // It waits with the session while somebody chooses.
    let stored = serde_json::to_string(&pending).unwrap();
    assert_eq!(serde_json::from_str::<PendingDeepLinking>(&stored).unwrap(), pending);
    // A launch of another kind is nothing to answer.
    assert!(Pair::new().receive(&Token::of(learner())).unwrap().deep_linking_request().is_none());
}

#[test]
fn t_d02_receive_the_response_payload() {
    let post = answer(vec![quiz().into()]);
    assert_eq!(post.action, RETURN);
    assert_eq!(post.fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["JWT"]);
}

#[test]
fn t_d03_response_format_valid() {
    assert_eq!(received(&answer(vec![quiz().into()])).message_type, Some(MessageType::DeepLinkingResponse));
}

#[test]
fn t_d04_response_timestamps_valid() {
    let response = received(&answer(vec![]));
    let now = Pair::new().now.timestamp() as f64;
    let (iat, exp) = (response.iat.unwrap().seconds(), response.exp.unwrap().seconds());
    assert!(iat <= now && now < exp && (exp - now - 300.0).abs() < 1.0);
}

#[test]
fn t_d05_signature_valid() {
    // `received` verifies with RS256 and a kid; a key service's signature is as good.
    let response = pending().respond(vec![quiz().into()], Nonce::new("n").unwrap(), Pair::new().now).unwrap();
    let input = response.signing_input(STRANGER.key_id(), STRANGER.algorithm()).unwrap();
    assert_eq!((input.algorithm(), input.digest().len()), (STRANGER.algorithm(), 32));
    let signature = STRANGER.sign(input.bytes()).unwrap();
    received(&input.attach(&signature).unwrap());
}

#[test]
fn t_d06_required_claims_verified() {
    let response = received(&answer(vec![]));
    assert_eq!(response.iss.as_deref(), Some(CLIENT));
    assert_eq!(response.aud.as_ref().unwrap().as_slice(), [ISSUER]);
    assert_eq!(response.nonce.as_deref(), Some("fresh"));
    assert_eq!(response.version.as_deref(), Some("1.3.0"));
    assert_eq!(response.deployment_id.as_ref().unwrap().as_str(), DEPLOYMENT);
    assert_eq!(response.data.as_deref(), Some("90 97:08=\u{e9}"), "unchanged");
    let without_data = pending_with(|settings| drop(settings.as_object_mut().unwrap().remove("data")));
    let post = without_data.cancel(Nonce::new("n").unwrap(), Pair::new().now).sign(&STRANGER).unwrap();
    assert_eq!(received(&post).data, None);
}

#[test]
fn t_d07_affirm_response() {
    let items = vec![quiz().into(), ContentItem::from(HtmlItem::new("<p>".into()))];
    assert_eq!(received(&answer(items.clone())).content_items, Some(items));
    // Messages are plain text, and absent unless set.
    let mut response = pending().cancel(Nonce::new("n").unwrap(), Pair::new().now);
    response.error_msg = Some("Nothing suits".into());
    response.error_log = Some("empty catalog".into());
    let response = received(&response.sign(&STRANGER).unwrap());
    assert_eq!((response.error_msg.as_deref(), response.msg), (Some("Nothing suits"), None));
    assert_eq!(response.content_items, Some(vec![]), "cancelled");
}

#[test]
fn t_d08_core_launch_of_passed_lti_link() {
    let pair = Pair::new();
    let mut login = pair.initiation();
    login.target_link_uri = "https://tool.example/quiz/9?p1=a".into();
    let roles = [
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student",
        "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner",
    ];
    let payload = with(with_roles(learner(), &roles), "target_link_uri", "https://tool.example/quiz/9?p1=a");
    let launch = pair.receive_for(pair.begin(login), &Token::of(payload)).expect("accepted");
    assert_eq!(launch.target_link_uri().unwrap().as_str(), "https://tool.example/quiz/9?p1=a");
    assert!(launch.roles().is_learner());
}

fn refused_launch(payload: Value) -> &'static str {
    Pair::new().receive(&Token::of(payload)).unwrap_err().code()
}

#[test]
fn dl_t1_settings_are_there() {
    let mut payload = request();
    payload.as_object_mut().unwrap().remove(SETTINGS);
    assert_eq!(refused_launch(payload), "deep_linking_settings_missing");
    let bare = ["sub", "roles", "context"];
    Pair::new().receive(&Token::of(without(request(), &bare))).expect("none of these is required here");
}

#[test]
fn dl_t2_return_url_is_absolute() {
    for url in ["", "/relative", "javascript:alert(1)", "https://user@lms.example/"] {
        let mut settings = settings();
        settings["deep_link_return_url"] = url.into();
        assert_eq!(
            refused_launch(with(request(), SETTINGS, settings)),
            "deep_linking_settings_invalid",
            "{url}"
        );
    }
}

/// Types and targets that are missing or no lists: nothing is accepted, and nothing is guessed.
#[test]
fn dl_t3_accepted_types() {
    for types in [Value::Null, json!([]), json!({}), json!(7)] {
        let pending = pending_with(|settings| settings["accept_types"] = types.clone());
        assert!(!pending.accepts(&ContentItemType::Link), "{types}");
        assert!(pending.cancel(Nonce::new("n").unwrap(), Pair::new().now).sign(&STRANGER).is_ok());
    }
    assert!(
        pending_with(|settings| settings["accept_types"] = json!("link")).accepts(&ContentItemType::Link)
    );
}

#[test]
fn dl_t4_presentation_targets() {
    let key = "accept_presentation_document_targets";
    for (targets, expected) in [
        (json!([]), Some(0)),
        (json!("iframe"), Some(1)),
        (json!(["iframe", "hologram"]), Some(2)),
        (Value::Null, None),
    ] {
        let pending = pending_with(|settings| settings[key] = targets.clone());
        let read = pending.settings().accept_presentation_document_targets.as_ref().map(Vec::len);
        assert_eq!(read, expected, "{targets}");
    }
}

#[test]
fn dl_t5_unknown_values_are_kept() {
    let pending = pending_with(|settings| {
        settings["accept_types"] = json!(["ltiAssetProcessor", "https://vendor.example/type"]);
        settings["accept_multiple"] = json!("false");
        settings["accept_media_types"] = json!(["image/*", "text/html"]);
        settings["https://vendor.example/setting"] = json!({"a": 1});
    });
    assert!(pending.accepts(&ContentItemType::from("https://vendor.example/type")));
    assert!(!pending.accepts_multiple());
    assert_eq!(pending.settings().extensions["https://vendor.example/setting"], json!({"a": 1}));
}

fn refused(pending: &PendingDeepLinking, items: Vec<ContentItem>) -> Vec<(usize, ItemRule)> {
    let error = pending.respond(items, Nonce::new("n").unwrap(), Pair::new().now).unwrap_err();
    let RespondError::Items(faults) = &error else { panic!("items") };
    let first = faults.first().rule;
    assert_eq!((error.code(), error.spec()), (first.code(), first.spec()));
    assert!(!error.code().is_empty() && !error.spec().is_empty());
    faults.as_slice().iter().map(|fault| (fault.place, fault.rule)).collect()
}

/// A good item, and a changed one after it.
fn pair_of(change: impl Fn(&mut LtiResourceLinkItem)) -> Vec<ContentItem> {
    let mut quiz = quiz();
    change(&mut quiz);
    vec![ContentItem::from(LinkItem::new("https://tool.example/".into())), quiz.into()]
}

#[test]
fn dl_b1_types_that_are_accepted() {
    let image = lti_types::ImageItem::new("https://tool.example/i.png".into());
    assert_eq!(refused(&pending(), vec![quiz().into(), image.into()]), [(1, ItemRule::Type)]);
}

#[test]
fn dl_b2_one_item_unless_more_are_accepted() {
    let one = pending_with(|settings| settings["accept_multiple"] = json!(false));
    let unsaid = pending_with(|settings| drop(settings.as_object_mut().unwrap().remove("accept_multiple")));
    for single in [&one, &unsaid] {
        assert!(single.respond(vec![quiz().into()], Nonce::new("n").unwrap(), Pair::new().now).is_ok());
        assert_eq!(refused(single, pair_of(|_| {})), [(1, ItemRule::Multiple)]);
    }
    // All faults of all items at once.
    let mut worst = quiz();
    worst.url = Some("/".into());
    worst.line_item = None;
    let image = ContentItem::from(lti_types::ImageItem::new("ftp://x/".into()));
    assert_eq!(
        refused(&one, vec![worst.into(), image]),
        [(1, ItemRule::Multiple), (0, ItemRule::Url), (1, ItemRule::Type), (1, ItemRule::Url)]
    );
}

#[test]
fn dl_b3_media_types_of_files() {
    let pdf = |media_type: &str| {
        let mut file = FileItem::new("https://tool.example/f".into());
        file.media_type = Some(media_type.into());
        vec![ContentItem::from(file)]
    };
    let all = pending();
    assert_eq!(refused(&all, pdf("application/pdf")), [(0, ItemRule::MediaType)]);
    assert!(all.respond(pdf("image/png"), Nonce::new("n").unwrap(), Pair::new().now).is_ok());
}

#[test]
fn dl_b6_custom_values_are_strings() {
    let item: ContentItem = serde_json::from_value(
        json!({"type": "ltiResourceLink", "custom": {"n": 1, "b": true, "gone": null, "none": ""}}),
    )
    .unwrap();
    let items = serde_json::to_value(received(&answer(vec![item])).content_items).unwrap();
    assert_eq!(items[0]["custom"], json!({"n": "1", "b": "true", "none": ""}));
}

#[test]
fn dl_b7_score_maximum() {
    for most in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let items = pair_of(|quiz| quiz.line_item = Some(ItemLineItem::of_maximum(most)));
        assert_eq!(refused(&pending(), items), [(1, ItemRule::ScoreMaximum)], "{most}");
    }
    let without = pair_of(|quiz| quiz.line_item = Some(ItemLineItem::new()));
    assert_eq!(refused(&pending(), without), [(1, ItemRule::ScoreMaximum)]);
}

#[test]
fn dl_b8_addresses() {
    let all = pending();
    for url in ["/quiz", "http://tool.example/", "javascript:alert(1)", "data:text/html,x", "https://a b/"] {
        assert_eq!(refused(&all, pair_of(|quiz| quiz.url = Some(url.into()))), [(1, ItemRule::Url)], "{url}");
    }
    let blank = pair_of(|quiz| quiz.icon = Some(Picture::at("".into())));
    assert_eq!(refused(&all, blank), [(1, ItemRule::Url)]);
    // One that was read from somewhere and is no text.
    let item =
        serde_json::from_value(json!({"type": "ltiResourceLink", "url": ["https://tool.example/"]})).unwrap();
    assert_eq!(refused(&all, vec![item]), [(0, ItemRule::Url)]);
    let mut frameless = LinkItem::new("https://tool.example/".into());
    frameless.iframe = Some(Iframe::new());
    assert_eq!(refused(&all, vec![frameless.into()]), [(0, ItemRule::Required)]);
    let broken = OtherItem::new(ContentItemType::Link, serde_json::Map::new());
    assert_eq!(refused(&all, vec![broken.into()]), [(0, ItemRule::Required)]);
}

/// Whatever it is: the tests of T-D06 have blanks and accents in it.
#[test]
fn dl_b9_data_is_echoed() {
    for data in ["", " ", "\u{0}", "a\"b\\c\u{2028}", &"x".repeat(20_000)] {
        let pending = pending_with(|settings| settings["data"] = data.into());
        let post = pending.cancel(Nonce::new("n").unwrap(), Pair::new().now).sign(&STRANGER).unwrap();
        assert_eq!(received(&post).data.as_deref(), Some(data));
    }
}

#[test]
fn dl_b10_times_have_a_zone_and_an_order() {
    for (start, end) in
        [("2026-02-02T00:00:00Z", "2026-02-01T00:00:00Z"), ("2026-02-02T00:00:00", "2026-03-01T00:00:00Z")]
    {
        let mut period = Period::new();
        (period.start_date_time, period.end_date_time) = (Some(start.into()), Some(end.into()));
        let items = pair_of(|quiz| quiz.available = Some(period.clone()));
        assert_eq!(refused(&pending(), items), [(1, ItemRule::Time)], "{start}");
    }
}

/// Ways to show an item that the platform does not have are left out, and said; an empty `custom` is not written
/// (quirk 77).
#[test]
fn dl_b4_targets_that_are_not_accepted() {
    let pending =
        pending_with(|settings| settings["accept_presentation_document_targets"] = json!(["iframe"]));
    let mut link = LinkItem::new("https://tool.example/".into());
    link.window = Some(Window::new());
    link.embed = Some(Embed::new());
    let mut framed = quiz();
    framed.iframe = Some(Iframe::new());
    framed.custom = Some(Custom::new());
    let response =
        pending.respond(vec![link.into(), framed.into()], Nonce::new("n").unwrap(), Pair::new().now).unwrap();
    let left: Vec<_> = response.left_out().iter().map(|left| (left.place, left.what)).collect();
    assert_eq!(left, [(0, "window"), (0, "embed")]);
    let post = response.sign(&STRANGER).unwrap();
    let items = serde_json::to_value(received(&post).content_items).unwrap();
    assert_eq!(items[0], json!({"type": "link", "url": "https://tool.example/"}));
    assert_eq!(items[1]["iframe"], json!({}));
    assert!(items[1].get("custom").is_none());

    let pending = pending_with(|settings| {
        settings["accept_types"] = json!(["ltiAssetProcessor"]);
        settings["accept_presentation_document_targets"] = json!(["window"]);
    });
    let mut processor = AssetProcessorItem::new();
    (processor.window, processor.iframe) = (Some(Window::new()), Some(Iframe::new()));
    processor.custom = Some(Custom::new());
    let response =
        pending.respond(vec![processor.into()], Nonce::new("n").unwrap(), Pair::new().now).unwrap();
    let left: Vec<_> = response.left_out().iter().map(|left| (left.place, left.what)).collect();
    assert_eq!(left, [(0, "iframe")]);
    let post = response.sign(&STRANGER).unwrap();
    let items = serde_json::to_value(received(&post).content_items).unwrap();
    assert_eq!(items, json!([{"type": "ltiAssetProcessor", "window": {}}]));
}

#[test]
fn dl_b5_line_items_where_none_are_made() {
    let pending = pending_with(|settings| settings["accept_lineitem"] = json!(false));
    // What is not sent breaks no rule.
    let mut pointless = quiz();
    pointless.line_item = Some(ItemLineItem::new());
    for quiz in [quiz(), pointless] {
        let response = pending.respond(vec![quiz.into()], Nonce::new("n").unwrap(), Pair::new().now).unwrap();
        let left: Vec<_> = response.left_out().iter().map(|left| (left.place, left.what)).collect();
        assert_eq!(left, [(0, "lineItem")]);
        let items = serde_json::to_value(received(&response.sign(&STRANGER).unwrap()).content_items).unwrap();
        assert!(items[0].get("lineItem").is_none());
    }
}

/// What no platform uses is not sent, whoever wrote it: one list for both roles.
#[test]
fn what_platforms_leave_out_is_not_sent() {
    let mut quiz = quiz();
    let mut frame = Iframe::new();
    frame.src = Some("https://tool.example/frame".into());
    quiz.iframe = Some(frame);
    quiz.line_item.as_mut().unwrap().resource_id = Some("é".repeat(257));
    let response = pending().respond(vec![quiz.into()], Nonce::new("n").unwrap(), Pair::new().now).unwrap();
    let left: Vec<_> = response.left_out().iter().map(|left| left.what).collect();
    assert_eq!(left, ["iframe.src", "lineItem.resourceId"]);
    let items = serde_json::to_value(received(&response.sign(&STRANGER).unwrap()).content_items).unwrap();
    assert_eq!(items[0]["iframe"], json!({}));
    assert_eq!(items[0]["lineItem"].get("resourceId"), None);
}
