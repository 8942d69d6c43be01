//! A deep linking response verified and sorted by the platform, against the same done by hand: the raw signature
//! operation with a key parsed beforehand, base64, and serde into structs of the same members, with no check beside the
//! signature.
//!
//! `cargo bench -p lti-platform --bench content` · `-- --check` fails below the limit

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench"
)]

#[path = "../../lti-jwks/benches/baseline/mod.rs"]
mod baseline;
#[path = "../../lti-jwks/benches/ratio.rs"]
mod ratio;

use std::collections::BTreeMap;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use lti_jwks::{Sealer, SealingKey, UnsignedJwt, VerifyingKeys};
use lti_platform::{
    AcceptedContent, LaunchIntent, LaunchMessage, Registration, Session, UnverifiedDeepLinkingResponse, Use,
};
use lti_types::{
    AuthenticationRequest, ContentItemType, Context, ContextId, DeepLinkingResponse, DeepLinkingSettings,
    DeploymentId, DocumentTarget, Issuer, LoginHint, Nonce, Roles, State, ToolRecord, UserId,
};
use serde::Deserialize;
use serde_json::{Value, json};

const RETURN: &str = "https://lms.example.edu/courses/4711/content";
const DL: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";

/// The response in bare structs.
#[derive(Deserialize)]
#[allow(dead_code, reason = "that it is read is what counts")]
struct Bare {
    iss: String,
    aud: String,
    exp: i64,
    iat: i64,
    nonce: String,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/message_type")]
    message_type: String,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/version")]
    version: String,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti/claim/deployment_id")]
    deployment_id: String,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti-dl/claim/data")]
    data: String,
    #[serde(rename = "https://purl.imsglobal.org/spec/lti-dl/claim/content_items")]
    content_items: Vec<BareItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "that it is read is what counts")]
struct BareItem {
    r#type: String,
    url: String,
    title: String,
    text: Option<String>,
    icon: Option<BarePicture>,
    custom: Option<BTreeMap<String, String>>,
    line_item: Option<BareLineItem>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "that it is read is what counts")]
struct BarePicture {
    url: String,
    width: u32,
    height: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "that it is read is what counts")]
struct BareLineItem {
    score_maximum: f64,
    label: String,
    resource_id: String,
    tag: String,
}

fn main() -> ExitCode {
    let mut comparisons = ratio::Comparisons::from_arguments();
    let now = DateTime::<Utc>::from_timestamp(1_700_000_001, 0).unwrap();
    let (key, by_hand) = baseline::rsa();
    let keys = VerifyingKeys::single(key.verifying_key().clone());
    let platform = Platform::new();
    let data = platform.ask(now);

    for count in [1, 500] {
        let payload = response(&data, count);
        let token =
            UnsignedJwt::new_up_to(&payload, DeepLinkingResponse::MAX_TOKEN).unwrap().sign(&key).unwrap();
        let ours = |token: &str| -> AcceptedContent {
            let response = UnverifiedDeepLinkingResponse::from_jwt(token, RETURN).unwrap();
            let pending = response
                .verify(&platform.registration, &platform.session, &keys, &platform.sealer, now)
                .unwrap();
            pending.first_use(Use::First, Use::First).unwrap().accept()
        };
        let content = ours(&token);
        assert_eq!((content.accepted().count(), content.refused().count()), (count, 0));
        assert!(content.accepted().all(|item| item.left_out.is_empty()));
        assert_eq!(by_hand.verify::<Bare>(&token).content_items.len(), count);

        let name = format!("verify and sort {count} items, {} bytes, RS256", token.len());
        comparisons.compare(&name, Some(0.85), || by_hand.verify::<Bare>(&token), || ours(&token));
    }
    comparisons.finish()
}

/// Links with a column each, as a publisher's tool sends them.
fn response(data: &str, count: usize) -> Value {
    let item = |number: usize| {
        json!({
            "type": "ltiResourceLink", "url": format!("https://tool.example.com/lti/launch/quiz/{number}?edition=4"),
            "title": format!("Quiz {number}: Bernoulli numbers"), "text": "Twenty questions, forty minutes.",
            "icon": {"url": "https://tool.example.com/icons/quiz.png", "width": 50, "height": 50},
            "custom": {"quiz": number.to_string(), "due": "$ResourceLink.submission.endDateTime"},
            "lineItem": {"scoreMaximum": 20, "label": format!("Quiz {number}"), "resourceId": format!("quiz-{number}"),
                "tag": "grade"},
        })
    };
    let items: Vec<Value> = (1..=count).map(item).collect();
    json!({
        "iss": "10000000000042", "aud": "https://lms.example.edu", "exp": 1_700_000_301, "iat": 1_699_999_996,
        "nonce": "f4cdd0c9-6a2b-4f69-8f5b-6c9dd4d4f1a1",
        "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiDeepLinkingResponse",
        "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "42:8865aa05b4b7",
        format!("{DL}data"): data, format!("{DL}content_items"): items,
    })
}

struct Platform {
    registration: Registration,
    session: Session,
    sealer: Sealer,
}

impl Platform {
    fn new() -> Self {
        let record: ToolRecord = serde_json::from_value(json!({
            "client_id": "10000000000042", "deployment_ids": ["42:8865aa05b4b7"],
            "login_url": "https://tool.example.com/login", "target_link_uri": "https://tool.example.com/lti/launch",
        }))
        .unwrap();
        Self {
            registration: Registration::new(Issuer::new("https://lms.example.edu").unwrap(), record).unwrap(),
            session: Session::new("session-1", UserId::new("535fa085-f22b-4655").unwrap()),
            sealer: Sealer::new(SealingKey::random().unwrap()),
        }
    }

    /// The `data` of a request.
    fn ask(&self, now: DateTime<Utc>) -> String {
        let intent = LaunchIntent::deep_linking(DeploymentId::new("42:8865aa05b4b7").unwrap());
        let hint = LoginHint::from_entropy([1; 32]);
        let started = self.registration.initiate_login(intent, &self.session, hint.clone(), now).unwrap();
        let request = AuthenticationRequest::new(
            self.registration.client_id().clone(),
            "https://tool.example.com/lti/launch",
            hint,
            None,
            State::from_entropy([2; 32]),
            Nonce::from_entropy([3; 32]),
        );
        let authorized =
            self.registration.authorize(request, Some(started.pending), Some(&self.session), now).unwrap();
        let mut settings = DeepLinkingSettings::new(RETURN.into());
        settings.accept_types =
            Some(vec![ContentItemType::LtiResourceLink, ContentItemType::Link, ContentItemType::File]);
        settings.accept_presentation_document_targets =
            Some(vec![DocumentTarget::Iframe, DocumentTarget::Window]);
        settings.accept_multiple = Some(true);
        settings.accept_lineitem = Some(true);
        let mut message = LaunchMessage::new(Roles::none());
        message.context = Some(Context::new(ContextId::new("4dde05e8ca1973bcca9b").unwrap()));
        let message = authorized.ask_for_content(settings, message, &self.sealer, now).unwrap();
        message.deep_linking_settings.unwrap().data.unwrap()
    }
}
