//! Content-item messages, both ends (Content-Item Message 1.0; the rows of deep linking in their older form).

use chrono::{DateTime, TimeDelta, Utc};
use lti_legacy::{
    ContentItemSelection, ItemRefusal, Launch, LaunchParameters, LegacyMessageType, OAuthError, Parameters,
    PendingSelection, ReceivedSelection, SelectionError, UnverifiedLaunch, UnverifiedSelection, Use,
};
use lti_types::{
    ContentItem, ContentItemType, DeploymentId, FileItem, FormPost, HtmlItem, ItemLineItem, LinkItem,
    LtiResourceLinkItem, MediaTypes, Message, UserId, WireUrl,
};
use serde_json::{Value, json};

use crate::support::{credential, nonce, now, signer, url};

const RETURN: &str = "https://lms.example/items?course=1";

fn request() -> LaunchParameters {
    let mut request = LaunchParameters::new(LegacyMessageType::SelectionRequest);
    request.user_id = Some(UserId::new("u/7").unwrap());
    request.roles = Some(["Instructor"].into_iter().collect());
    request.content_item_return_url = Some(RETURN.into());
    request.accept_media_types =
        Some(MediaTypes::Text("application/vnd.ims.lti.v1.ltilink, text/html".to_owned()));
    request.accept_presentation_document_targets = Some(vec!["iframe".into(), "window".into()]);
    request.accept_multiple = Some(false);
    request.data = Some("opaque\n&<>".to_owned());
    request
}

fn asked(request: &LaunchParameters) -> Launch {
    let post = signer().launch(&url(), request, &nonce("n-1"), now()).unwrap();
    let launch = UnverifiedLaunch::from_form(&url(), post.body().as_bytes()).unwrap();
    launch.verify(&[credential()], now()).unwrap().first_use(Use::First).unwrap()
}

fn quiz() -> ContentItem {
    let mut quiz = LtiResourceLinkItem::new();
    quiz.url = Some("https://tool.example.com/quiz/9".into());
    quiz.title = Some("Quiz 9".to_owned());
    quiz.line_item = Some(ItemLineItem::of_maximum(20.0));
    quiz.into()
}

fn until() -> DateTime<Utc> {
    now() + TimeDelta::hours(4)
}

fn pending(request: &LaunchParameters) -> PendingSelection {
    let pending = PendingSelection::new(DeploymentId::new("account-1").unwrap(), request, until()).unwrap();
    // As it is kept in a session.
    serde_json::from_str(&serde_json::to_string(&pending).unwrap()).unwrap()
}

fn answer(request: &LaunchParameters, items: Vec<ContentItem>) -> FormPost {
    asked(request).select(items).unwrap().sign(&signer(), &nonce("n-2"), now()).unwrap()
}

fn received(post: &FormPost, pending: PendingSelection) -> Result<ReceivedSelection, SelectionError> {
    let answer =
        UnverifiedSelection::from_form(&post.action.as_str().into(), post.body().as_bytes()).unwrap();
    let signed = answer.verify(&[credential()], now()).unwrap();
    signed.first_use(Use::First, pending).map(lti_legacy::VerifiedSelection::into_received)
}

/// An answer of which everything is taken.
fn taken(post: &FormPost, pending: PendingSelection) -> Result<ContentItemSelection, SelectionError> {
    let received = received(post, pending)?;
    assert_eq!((received.refused, received.left_out), (Vec::new(), Vec::new()));
    Ok(received.selection)
}

/// A request that accepts several of some media types, and an answer whose items no library of ours wrote.
fn sorted(accepted: &str, items: &Value) -> ReceivedSelection {
    let mut request = request();
    request.accept_media_types = Some(MediaTypes::Text(accepted.to_owned()));
    request.accept_multiple = Some(true);
    request.accept_unsigned = Some(true);
    let mut parameters = ContentItemSelection::new(Vec::new()).write();
    let graph = json!({"@graph": items}).to_string();
    parameters = parameters.iter().filter(|(name, _)| *name != "content_items").collect();
    parameters.push("content_items", graph);
    parameters.push("data", "opaque\n&<>");
    let unsigned = pending(&request).read_unsigned(parameters.to_form().as_bytes(), now()).unwrap();
    let signed = signer().form(&RETURN.into(), parameters, &nonce("n-3"), now()).unwrap();
    let signed = received(&signed, pending(&request)).unwrap();
    assert_eq!((&unsigned.selection.items, &unsigned.refused), (&signed.selection.items, &signed.refused));
    signed
}

fn reasons(received: &ReceivedSelection) -> Vec<(usize, ItemRefusal)> {
    received.refused.iter().map(|refused| (refused.place, refused.reason)).collect()
}

#[test]
fn a_request_is_seen_as_deep_linking() {
    let launch = asked(&request());
    let Message::DeepLinking(seen) = launch.message() else { panic!() };
    assert_eq!(seen.settings.deep_link_return_url.as_str(), RETURN);
    assert_eq!(seen.settings.data.as_deref(), Some("opaque\r\n&<>"), "as browsers send it");
    let types = [ContentItemType::LtiResourceLink, ContentItemType::Link, ContentItemType::Html];
    assert_eq!(seen.settings.accept_types.as_deref(), Some(&types[..]));
    assert_eq!(seen.settings.accept_multiple, Some(false));
    assert!(launch.roles().is_instructor());
}

#[test]
fn an_answer_brings_items_and_data_back() {
    let post = answer(&request(), vec![quiz()]);
    assert_eq!(post.action, RETURN);
    let items = post.field("content_items").unwrap();
    assert!(
        items.starts_with(r#"{"@context":"http://purl.imsglobal.org/ctx/lti/v1/ContentItem","@graph":["#),
        "{items}"
    );
    assert!(items.contains(r#""@type":"LtiLinkItem""#) && items.contains(r#""normalMaximum":20.0"#));
    let selection = taken(&post, pending(&request())).unwrap();
    assert_eq!(selection.items, [quiz()]);
    assert_eq!(selection.data.as_deref(), Some("opaque\r\n&<>"));
}

#[test]
fn messages_and_no_items() {
    let mut answer = asked(&request()).select(Vec::new()).unwrap();
    answer.selection.messages.error_msg = Some("Nothing <b>fits</b>".to_owned());
    let post = answer.sign(&signer(), &nonce("n"), now()).unwrap();
    let selection = taken(&post, pending(&request())).unwrap();
    assert!(selection.items.is_empty());
    assert_eq!(selection.messages.error_msg.as_deref(), Some("Nothing <b>fits</b>"));
}

#[test]
fn a_tool_sends_only_what_is_accepted() {
    let launch = asked(&request());
    assert_eq!(launch.select(vec![quiz(), quiz()]).unwrap_err(), SelectionError::TooMany);
    let file = FileItem::new("https://tool.example.com/a.pdf".into());
    assert_eq!(launch.select(vec![file.into()]).unwrap_err(), SelectionError::Item(ItemRefusal::Type));
    let script = LinkItem::new("javascript:alert(1)".into());
    let refusal = launch.select(vec![script.into()]).unwrap_err();
    assert_eq!((&refusal, refusal.code()), (&SelectionError::Item(ItemRefusal::Url), "item_url_invalid"));
    assert!(launch.select(vec![HtmlItem::new("<p>".to_owned()).into()]).is_ok());
    assert_eq!(launch.select(vec![quiz()]).unwrap().unsigned().unwrap_err(), SelectionError::Unsigned);
    let opened = crate::support::received(&crate::support::sent(crate::support::launch().write())).unwrap();
    assert_eq!(opened.select(Vec::new()).unwrap_err(), SelectionError::NotARequest);
}

#[test]
fn x35_a_platform_takes_only_the_answer_to_its_request() {
    let good = || answer(&request(), vec![quiz()]);
    assert!(taken(&good(), pending(&request())).is_ok());

    let mut other = request();
    other.data = Some("another".to_owned());
    assert_eq!(taken(&good(), pending(&other)).unwrap_err(), SelectionError::DataMismatch);
    other = request();
    other.data = None;
    assert!(taken(&good(), pending(&other)).is_ok(), "data that nobody asked for is nobody's concern");
    assert_eq!(
        taken(&answer(&other, vec![quiz()]), pending(&request())).unwrap_err(),
        SelectionError::DataMismatch
    );

    let mut elsewhere = request();
    elsewhere.content_item_return_url = Some("https://lms.example/items?course=2".into());
    assert_eq!(taken(&good(), pending(&elsewhere)).unwrap_err(), SelectionError::AddressMismatch);

    let mut many = request();
    many.accept_multiple = Some(true);
    let two = answer(&many, vec![quiz(), LinkItem::new("https://tool.example.com/".into()).into()]);
    assert!(taken(&two, pending(&many)).is_ok());
    assert_eq!(taken(&two, pending(&request())).unwrap_err(), SelectionError::TooMany);

    let mut any = request();
    any.accept_media_types = Some(MediaTypes::Text("*/*".to_owned()));
    let file = answer(&any, vec![FileItem::new("https://tool.example.com/a.pdf".into()).into()]);
    let refused = received(&file, pending(&request())).unwrap();
    assert_eq!((reasons(&refused), refused.selection.items.len()), (vec![(0, ItemRefusal::Type)], 0));

    let account = DeploymentId::new("account-2").unwrap();
    let foreign = PendingSelection::new(account, &request(), until()).unwrap();
    assert_eq!(taken(&good(), foreign).unwrap_err(), SelectionError::AccountMismatch);

    let body = good().body();
    let verify = |body: &str| {
        UnverifiedSelection::from_form(&WireUrl::from(RETURN), body.as_bytes())?
            .verify(&[credential()], now())
    };
    assert_eq!(verify(&body.replace("quiz", "quoz")).unwrap_err(), OAuthError::SignatureMismatch);
    let replayed = verify(&body).unwrap().first_use(Use::Repeated, pending(&request()));
    assert_eq!(replayed.unwrap_err(), SelectionError::Replayed);
}

#[test]
fn unsigned_answers_only_where_the_request_says_so() {
    let mut open = request();
    open.accept_unsigned = Some(true);
    let post = asked(&open).select(vec![quiz()]).unwrap().unsigned().unwrap();
    assert_eq!(post.field("oauth_signature"), None);
    // A browser makes line ends of its own.
    let body = post.body();
    let read = pending(&open).read_unsigned(body.as_bytes(), now()).unwrap();
    assert_eq!(read.selection.items, [quiz()]);
    let refused = pending(&request()).read_unsigned(body.as_bytes(), now());
    assert_eq!(refused.unwrap_err(), SelectionError::Unsigned);
}

#[test]
fn an_old_request_is_not_answered() {
    let mut open = request();
    open.accept_unsigned = Some(true);
    let account = || DeploymentId::new("account-1").unwrap();
    let until = |expires_at| PendingSelection::new(account(), &open, expires_at).unwrap();
    let post = answer(&open, vec![quiz()]);
    let in_time = now() + TimeDelta::milliseconds(1);
    assert_eq!(until(in_time).expires_at(), in_time);
    assert!(taken(&post, until(in_time)).is_ok());
    assert_eq!(taken(&post, until(now())).unwrap_err(), SelectionError::Expired);
    let post = asked(&open).select(vec![quiz()]).unwrap().unsigned().unwrap();
    let read = |now| until(in_time).read_unsigned(post.body().as_bytes(), now);
    assert!(read(now()).is_ok());
    assert_eq!(read(in_time).unwrap_err().code(), "request_expired");
}

/// Addresses that are scripts, or hide where they lead, in each place where an address can stand.
#[test]
fn attack_script_url_in_a_content_item() {
    for url in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "\u{1}javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/",
        "/admin/delete?course=7",
        "https://lms.example@evil.example/",
    ] {
        let ok = "https://t.example/";
        let received = sorted(
            "*/*",
            &json!([
                {"@type": "ContentItem", "mediaType": "text/html", "url": url},
                {"@type": "ContentItem", "mediaType": "image/png", "url": url},
                {"@type": "FileItem", "mediaType": "application/pdf", "url": url},
                {"@type": "LtiLinkItem", "mediaType": "application/vnd.ims.lti.v1.ltilink", "url": url},
                {"@type": "LtiLinkItem", "url": [url]},
                {"@type": "LtiLinkItem", "url": ok, "lineItem": {"submissionReview": {"url": url}}},
                {"@type": "link", "url": url},
            ]),
        );
        assert_eq!(
            reasons(&received),
            (0..7).map(|place| (place, ItemRefusal::Url)).collect::<Vec<_>>(),
            "{url}"
        );
        assert!(received.selection.items.is_empty());

        // Beside the address it is opened by: the picture or frame is not there, and the item is.
        let received = sorted(
            "*/*",
            &json!([
                {"@type": "ContentItem", "mediaType": "text/html", "url": ok, "icon": {"@id": url}},
                {"@type": "FileItem", "url": ok, "thumbnail": url},
                {"@type": "LtiLinkItem", "url": ok, "iframe": {"src": url}},
                {"@type": "ContentItem", "mediaType": "text/html", "url": ok, "iframe": {"src": url}},
                {"@type": "html", "html": "<p>", "url": url},
                {"@type": "ContentItem", "mediaType": "image/png", "url": ok, "embed": {"html": url}},
            ]),
        );
        assert_eq!(reasons(&received), []);
        let gone: Vec<_> = received.left_out.iter().map(|gone| (gone.place, gone.member)).collect();
        let expected =
            [(0, "icon"), (1, "thumbnail"), (2, "iframe.src"), (3, "iframe"), (4, "url"), (5, "embed")];
        assert_eq!(gone, expected, "{url}");
        let kept = serde_json::to_string(&received.selection.items).unwrap();
        assert!(!kept.contains(&serde_json::to_string(url).unwrap()), "{kept}");
    }
    // Plain http can be looked at, and not be launched, but on this very machine.
    let received = sorted(
        "*/*",
        &json!([
            {"@type": "ContentItem", "mediaType": "text/html", "url": "http://t.example/"},
            {"@type": "LtiLinkItem", "url": "http://t.example/"},
            {"@type": "LtiLinkItem", "url": "http://localhost:9001/"},
            {"@type": "LtiLinkItem"},
            {"@type": "LtiLinkItem", "lineItem": {"scoreConstraints": {"normalMaximum": 0}}},
            {"@type": "LtiLinkItem", "lineItem": {"label": "ungraded"}},
        ]),
    );
    assert_eq!(reasons(&received), [(1, ItemRefusal::Url), (4, ItemRefusal::ScoreMaximum)]);
    assert_eq!(received.selection.items.len(), 4);
}

/// What an item is, is said by `@type`; its media type is the tool's own word, and does not make it what was asked for.
#[test]
fn attack_content_item_with_the_media_type_of_another_type() {
    const LINK: &str = "application/vnd.ims.lti.v1.ltilink";
    let url = "https://t.example/";
    for (accepted, item, reason) in [
        (
            "text/html",
            json!({"@type": "LtiLinkItem", "mediaType": "text/html", "url": url}),
            Some(ItemRefusal::Type),
        ),
        (
            "image/*",
            json!({"@type": "LtiLink", "mediaType": "image/png", "url": url}),
            Some(ItemRefusal::Type),
        ),
        (LINK, json!({"@type": "FileItem", "mediaType": LINK, "url": url}), Some(ItemRefusal::Type)),
        (LINK, json!({"@type": "html", "html": "<b>", "mediaType": LINK}), Some(ItemRefusal::Type)),
        (LINK, json!({"@type": "ltiAssetProcessor", "mediaType": LINK, "url": url}), Some(ItemRefusal::Type)),
        ("*/*", json!({"@type": "https://v.example/Item", "url": url}), Some(ItemRefusal::Type)),
        ("*/*", json!({"@type": "FileItem", "mediaType": "text/html"}), Some(ItemRefusal::Incomplete)),
        (
            "application/pdf",
            json!({"@type": "FileItem", "mediaType": "text/csv", "url": url}),
            Some(ItemRefusal::MediaType),
        ),
        ("text/html", json!({"@type": "ContentItem", "mediaType": "text/html", "url": url}), None),
        // What is launched is a link, and was asked for, whatever its media type says.
        (LINK, json!({"@type": "LtiLinkItem", "mediaType": "text/html", "url": url}), None),
        (LINK, json!({"@type": "LtiLinkItem", "url": url}), None),
        ("application/*", json!({"@type": "LtiLinkItem", "url": url}), None),
    ] {
        let received = sorted(accepted, &json!([item]));
        let expected: Vec<_> = reason.map(|reason| (0, reason)).into_iter().collect();
        assert_eq!(reasons(&received), expected, "{accepted} {item}");
        assert_eq!(received.selection.items.len(), usize::from(reason.is_none()), "{accepted} {item}");
    }
}

/// A pending request that says nothing of media types accepts Content-Item's own types, and nobody's else.
#[test]
fn attack_item_of_another_specification() {
    let mut silent = request();
    silent.accept_unsigned = Some(true);
    silent.accept_media_types = None;
    silent.data = None;
    silent.accept_multiple = None;
    let mut parameters = Parameters::new();
    parameters.push("lti_message_type", "ContentItemSelection");
    parameters.push("lti_version", "LTI-1p0");
    let items = json!({"@graph": [
        {"@type": "ltiAssetProcessor", "url": "javascript:alert(1)"},
        {"@type": "FileItem", "url": "https://t.example/a"},
    ]});
    parameters.push("content_items", items.to_string());
    let read = pending(&silent).read_unsigned(parameters.to_form().as_bytes(), now()).unwrap();
    assert_eq!((reasons(&read), read.selection.items.len()), (vec![(0, ItemRefusal::Type)], 1));
}

#[test]
fn what_a_request_requires() {
    for (change, name) in [
        (
            (|r: &mut LaunchParameters| r.content_item_return_url = None) as fn(&mut LaunchParameters),
            "content_item_return_url",
        ),
        (|r| r.content_item_return_url = Some("javascript:alert(1)".into()), "content_item_return_url"),
        (|r| r.accept_media_types = None, "accept_media_types"),
        (|r| r.accept_presentation_document_targets = None, "accept_presentation_document_targets"),
    ] {
        let mut request = request();
        change(&mut request);
        let faults = request.check().unwrap_err();
        assert_eq!(faults.first().name, name);
        assert_eq!(
            signer().launch(&url(), &request, &nonce("n"), now()).unwrap_err().code(),
            faults.first().code()
        );
        let refusal = crate::support::received(&crate::support::sent(request.write())).unwrap_err();
        assert_eq!((refusal.code(), refusal.to_string().contains(name)), (faults.first().code(), true));
    }
}
