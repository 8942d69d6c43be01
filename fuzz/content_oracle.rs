//! What must hold of content items: asked by a fuzz target, and by a test on stable over the committed corpus, as
//! `oracles.rs` is.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use lti_jwks::{Algorithm, KeyId, Sealer, SealingKey, SigningKey, UnsignedJwt, VerifyingKeys};
use lti_platform::{
    AcceptedContent, LaunchIntent, LaunchMessage, Registration, Session, UnverifiedDeepLinkingResponse, Use,
};
use lti_tool::PendingDeepLinking;
use lti_types::{
    AuthenticationRequest, ContentItem, DeepLinkingResponse, DeepLinkingSettings, DeploymentId, Issuer,
    LoginHint, Nonce, Roles, State, UserId, WireUrl,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const RETURN: &str = "https://lms.example/content";
const KEY: &str = include_str!("../crates/lti-jwks/tests/fixtures/ec256.pkcs8.pem");

/// A platform that has asked for everything, and the tool that was asked.
struct Parties {
    registration: Registration,
    session: Session,
    sealer: Sealer,
    key: SigningKey,
    keys: VerifyingKeys,
    request: PendingDeepLinking,
    now: DateTime<Utc>,
}

static PARTIES: LazyLock<Parties> = LazyLock::new(|| {
    let now = DateTime::from_timestamp(1_767_225_600, 0).expect("a time");
    let record = json!({"client_id": "tool", "deployment_ids": ["1"], "login_url": "https://tool.example/login",
        "target_link_uri": "https://tool.example/"});
    let record = serde_json::from_value(record).expect("a record");
    let issuer = Issuer::new("https://lms.example").expect("an issuer");
    let mut registration = Registration::new(issuer, record).expect("a registration");
    registration.policy.algorithms = vec![Algorithm::Es256];
    let session = Session::new("session", UserId::new("user").expect("an id"));
    let sealer = Sealer::new(SealingKey::random().expect("randomness"));

    let intent = LaunchIntent::deep_linking(DeploymentId::new("1").expect("an id"));
    let hint = LoginHint::from_entropy([1; 32]);
    let started = registration.initiate_login(intent, &session, hint.clone(), now).expect("a login");
    let request = AuthenticationRequest::new(
        registration.client_id().clone(),
        "https://tool.example/",
        hint,
        None,
        State::from_entropy([2; 32]),
        Nonce::from_entropy([3; 32]),
    );
    let authorized =
        registration.authorize(request, Some(started.pending), Some(&session), now).expect("right");
    let settings: DeepLinkingSettings = serde_json::from_value(json!({
        "deep_link_return_url": RETURN, "accept_multiple": true, "accept_lineitem": true,
        "accept_types": ["link", "ltiResourceLink", "file", "html", "image", "ltiAssetProcessor", "https://tool.example/own"],
        "accept_presentation_document_targets": ["iframe", "window", "embed"], "accept_media_types": "image/*,text/html",
    }))
    .expect("settings");
    let message = LaunchMessage::new(Roles::none());
    let message = authorized.ask_for_content(settings, message, &sealer, now).expect("asked");
    let settings = message.deep_linking_settings.expect("settings");
    let request = json!({"issuer": "https://lms.example", "client_id": "tool", "deployment_id": "1", "settings": settings});
    let request = serde_json::from_value(request).expect("a request");
    let key = SigningKey::from_pem(KEY).expect("a key").with_key_id(KeyId::new("k").expect("an id"));
    let keys = VerifyingKeys::single(key.verifying_key().clone());
    Parties { registration, session, sealer, key, keys, request, now }
});

/// Items, alone or as claims of a response: see `README.md`.
pub(crate) fn content_items(data: &[u8]) {
    let items = match round_trip::<Vec<ContentItem>>(data) {
        Some(items) => items,
        None => match round_trip::<DeepLinkingResponse>(data).and_then(|claims| claims.content_items) {
            Some(items) => items,
            None => return,
        },
    };
    if items.len() > DeepLinkingResponse::MAX_ITEMS {
        return;
    }
    // A careless tool sends them as they are: each is accepted or refused, and what is accepted is harmless.
    let careless = PARTIES.received(&items);
    let (accepted, refused) = (careless.accepted().count(), careless.refused().count());
    assert_eq!(accepted + refused, items.len());
    for item in careless.accepted() {
        for url in addresses(item.item) {
            let parsed = url.to_url().expect("an address of the web");
            assert!(matches!(parsed.scheme(), "http" | "https") && !url.as_str().contains(char::is_control));
        }
        if let Some(html) = item.untrusted_html() {
            let clean = html.sanitized(&[]);
            assert!(!clean.to_ascii_lowercase().contains("<script"));
        }
        let id = lti_types::ResourceLinkId::new("r").expect("an id");
        if let Some(column) = item.line_item(&id, "Untitled") {
            assert!(column.score_maximum > 0.0 && !column.label.trim().is_empty());
        }
    }
    for refused in careless.refused() {
        let _ = (refused.reason.code(), refused.reason.spec(), refused.reason.to_string());
    }
    let again = careless.into_items();
    // A tool that keeps the rules is never refused, and nothing of what it sends is lost.
    match PARTIES.request.respond(items, Nonce::from_entropy([4; 32]), PARTIES.now) {
        Ok(response) => {
            let form = response.sign(&PARTIES.key).expect("signed");
            let content = PARTIES.read(form.field("JWT").expect("a token"));
            assert_eq!(content.refused().count(), 0, "{:?}", content.refused().collect::<Vec<_>>());
        }
        Err(refused) => drop((refused.to_string(), refused.code(), refused.spec())),
    }
    // What was accepted once is accepted as it is.
    let content = PARTIES.received(&again);
    assert!(content.accepted().all(|item| item.left_out.is_empty()) && content.refused().count() == 0);
    assert_eq!(content.into_items(), again);
}

/// Read, written and read again it is the same, and so it is from a tree.
fn round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(data: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(data).ok()?;
    let written = serde_json::to_string(&read).expect("items are JSON");
    let again: T = serde_json::from_str(&written).expect("what is written can be read");
    assert_eq!(again, read);
    assert_eq!(serde_json::to_string(&again).expect("items are JSON"), written);
    let tree: Value = serde_json::from_slice(data).ok()?;
    assert_eq!(serde_json::from_value::<T>(tree).expect("text was read"), read);
    Some(read)
}

impl Parties {
    fn received(&self, items: &[ContentItem]) -> AcceptedContent {
        let claims = json!({"iss": "tool", "aud": "https://lms.example", "iat": self.now.timestamp(),
            "exp": self.now.timestamp() + 300, "nonce": "n",
            "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiDeepLinkingResponse",
            "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
            "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "1",
            "https://purl.imsglobal.org/spec/lti-dl/claim/data": self.request.settings().data,
            "https://purl.imsglobal.org/spec/lti-dl/claim/content_items": items});
        let jwt = UnsignedJwt::new_up_to(&claims, DeepLinkingResponse::MAX_TOKEN).expect("small");
        self.read(&jwt.sign(&self.key).expect("signed"))
    }

    fn read(&self, token: &str) -> AcceptedContent {
        let response = UnverifiedDeepLinkingResponse::from_jwt(token, RETURN).expect("a token");
        let pending = response.verify(&self.registration, &self.session, &self.keys, &self.sealer, self.now);
        pending.expect("ours").first_use(Use::First, Use::First).expect("the first").accept()
    }
}

/// Every address of an item that its type knows.
fn addresses(item: &ContentItem) -> Vec<&WireUrl> {
    let (url, icon, thumbnail, other) = match item {
        ContentItem::Link(link) => {
            let frame = link.iframe.as_ref().and_then(|frame| frame.src.as_ref());
            (Some(&link.url), &link.icon, &link.thumbnail, frame)
        }
        ContentItem::LtiResourceLink(link) => {
            let review = link.line_item.as_ref().and_then(|item| item.submission_review.as_ref());
            (link.url.as_ref(), &link.icon, &link.thumbnail, review.and_then(|review| review.url.as_ref()))
        }
        ContentItem::File(file) => (Some(&file.url), &file.icon, &file.thumbnail, None),
        ContentItem::Image(image) => (Some(&image.url), &image.icon, &image.thumbnail, None),
        ContentItem::LtiAssetProcessor(item) => {
            let report = item.report.as_ref().and_then(|report| report.url.as_ref());
            (item.url.as_ref(), &item.icon, &item.thumbnail, report)
        }
        _ => return Vec::new(),
    };
    let picture =
        |picture: &'_ Option<lti_types::Picture>| picture.as_ref().map(|picture| picture.url.clone());
    assert!(
        [picture(icon), picture(thumbnail)].into_iter().flatten().all(|url| url.is_some()),
        "a picture of nothing"
    );
    let pictures = [icon, thumbnail].into_iter().flatten().filter_map(|picture| picture.url.as_ref());
    // A blank address of a review or report is none.
    url.into_iter().chain(other.filter(|url| !url.is_blank())).chain(pictures).collect()
}
