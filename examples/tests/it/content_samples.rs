//! What real tools and platforms exchange in deep linking, signed again by ours. The files are not ours to copy: these
//! tests run where `LTI_TEST_SHARED` points to them, and say so where it does not.

use lti_types::{ContentItem, DeepLinkingResponse, DeepLinkingSettings, WireUrl};
use serde_json::{Value, json};

use crate::content::{Asking, DL, refused};
use crate::pair::Pair;
use crate::samples::samples;

/// The original in its normal form: numbers are numbers, whichever way they are written.
fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(values) => values.iter().map(normal).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), normal(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// Read, written, and read again it is the same, and nothing of it is lost.
fn round_trip<T>(original: &Value, name: &str)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let read: T =
        serde_json::from_str(&original.to_string()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(serde_json::from_value::<T>(written.clone()).unwrap(), read, "{name}");
    assert_eq!(normal(&written), normal(original), "{name}");
}

/// Every response: read without loss, and the answer to a request of ours once what binds it is supplied.
#[test]
fn v2_every_deep_linking_response_is_taken() {
    let Some(samples) = samples() else { return };
    let mut seen = Vec::new();
    for (name, payload) in &samples {
        let response = payload[crate::payloads::claim("message_type")] == "LtiDeepLinkingResponse";
        let item = payload["type"].as_str().is_some_and(|_| payload.get("url").is_some());
        if !response && !item {
            continue;
        }
        seen.push(name.as_str());
        let items = if item { json!([payload]) } else { payload[format!("{DL}content_items")].clone() };
        if response {
            let mut payload = payload.clone();
            // A template, with words where the times will be.
            for time in ["iat", "exp"] {
                if payload.get(time).is_some_and(|time| !time.is_number()) {
                    payload[time] = 1_700_000_000.into();
                }
            }
            round_trip::<DeepLinkingResponse>(&payload, name);
        }
        for item in items.as_array().into_iter().flatten() {
            round_trip::<ContentItem>(item, name);
        }

        let asking = Asking::with(|settings| {
            let types = settings.accept_types.as_mut().unwrap();
            types.push("https://www.example.com/custom_type".into());
        });
        let ours = asking.claims();
        let mut claims = if response { payload.clone() } else { ours.clone() };
        for name in ["iss", "aud", "iat", "exp", "nonce"] {
            claims[name] = ours[name].clone();
        }
        for name in ["version", "deployment_id"] {
            claims[crate::payloads::claim(name)] = ours[crate::payloads::claim(name)].clone();
        }
        claims[format!("{DL}data")] = ours[format!("{DL}data")].clone();
        claims[format!("{DL}content_items")] = items.clone();
        let content = asking.proven(&claims).accept();
        let count = items.as_array().map_or(0, Vec::len);
        if name == "openedx-deep-linking-response-claims" {
            assert_eq!(refused(&content), [(0, "item_type_not_accepted")], "{name}");
        } else {
            assert_eq!((content.accepted().count(), refused(&content)), (count, vec![]), "{name}");
            // What is accepted is what was sent, but for pictures without an address.
            for accepted in content.accepted() {
                assert!(
                    accepted.left_out.iter().all(|gone| *gone == "icon"),
                    "{name}: {:?}",
                    accepted.left_out
                );
            }
        }
    }
    assert_eq!(
        seen,
        [
            "ap-deep-linking-response-canvas",
            "blackboard-content-item-ltiresourcelink",
            "blackboard-deep-linking-response",
            "deep-linking-response-tool-min",
            "dl-response-spec",
            "openedx-deep-linking-response-claims",
            "tsugi-content-item",
        ]
    );
}

/// Every platform's settings: ours asks with them, and a tool answers.
#[test]
fn v2_every_platforms_settings_are_asked_with() {
    let Some(samples) = samples() else { return };
    let mut seen = 0;
    for (name, payload) in &samples {
        let settings = &payload[format!("{DL}deep_linking_settings")];
        if !settings.is_object() {
            continue;
        }
        seen += 1;
        round_trip::<DeepLinkingSettings>(settings, name);
        let mut settings: DeepLinkingSettings = serde_json::from_value(settings.clone()).unwrap();
        // A documentation's host without TLS.
        let url = settings.deep_link_return_url.as_str().replace("http://host/", "https://host.example/");
        settings.deep_link_return_url = WireUrl::from(url);
        let own = settings.data.clone();
        let pair = Pair::new();
        let (session, sealer) = (pair.session(), Asking::new().sealer);
        let asking = Asking::of(pair, session, settings.clone(), sealer);
        assert_eq!(asking.request.settings().accept_types, settings.accept_types, "{name}");
        let form = asking.answer(Vec::new());
        assert_eq!(form.action, settings.deep_link_return_url.as_str(), "{name}");
        let pending = asking.post(&form).unwrap_or_else(|error| panic!("{name}: {error}"));
        let response = pending.first_use(lti_platform::Use::First, lti_platform::Use::First).unwrap();
        assert_eq!(response.data(), own.as_deref(), "{name}");
    }
    assert!(seen >= 6, "only {seen} requests were found");
}
