//! Payloads that real platforms sent: their form in LTI 1, and what they show of a past under it. They are not ours to
//! publish: where `LTI_TEST_SHARED` does not say where they are the tests say so and pass, unless
//! `LTI_TEST_REQUIRE_ALL=1`.

#![allow(clippy::disallowed_methods, reason = "a test may ask the environment what it is to demand")]

use std::path::PathBuf;

use lti_legacy::{Doubt, Evidence, LaunchParameters, evidence, item_from_legacy, item_to_legacy};
use lti_types::{ClientId, ContentItem, LaunchClaims, MessageType};
use serde_json::Value;

use crate::support::any_key;

fn messages() -> Vec<(String, Value)> {
    let folder =
        std::env::var_os("LTI_TEST_SHARED").map(|folder| PathBuf::from(folder).join("samples/messages"));
    let Some(folder) = folder.filter(|folder| folder.exists()) else {
        assert_ne!(
            std::env::var("LTI_TEST_REQUIRE_ALL").as_deref(),
            Ok("1"),
            "samples/messages under LTI_TEST_SHARED are required and not there"
        );
        println!("skipped: no samples under LTI_TEST_SHARED");
        return Vec::new();
    };
    let read = |path: PathBuf| {
        let value = serde_json::from_slice(&std::fs::read(&path).unwrap()).ok()?;
        Some((path.file_name()?.to_string_lossy().into_owned(), value))
    };
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|e| e == "json")).filter_map(read).collect()
}

#[test]
fn launches_have_a_form_in_lti_1() {
    let messages = messages();
    let mut mapped = 0;
    for (name, payload) in &messages {
        let Ok(claims) = serde_json::from_value::<LaunchClaims>(payload.clone()) else { continue };
        let Ok(parameters) = LaunchParameters::from_claims(&claims) else {
            let kinds = [MessageType::ResourceLinkRequest, MessageType::DeepLinkingRequest];
            assert!(!claims.message_type.is_some_and(|kind| kinds.contains(&kind)), "{name}");
            continue;
        };
        mapped += 1;
        let read = LaunchParameters::read(&parameters.write()).unwrap_or_else(|no| panic!("{name}: {no}"));
        let back = read.to_claims();
        assert_eq!(back.sub, claims.sub, "{name}");
        assert_eq!(
            back.resource_link.map(|link| link.id),
            claims.resource_link.map(|link| link.id),
            "{name}"
        );
        let (old, new) = (back.roles.unwrap_or_default(), claims.roles.unwrap_or_default());
        assert_eq!(old.is_instructor(), new.is_instructor(), "{name}");
        assert_eq!(old.is_learner(), new.is_learner(), "{name}");
        assert_eq!(
            old.as_slice().len(),
            new.iter().filter(|role| !role.as_str().is_empty()).count(),
            "{name}"
        );
    }
    assert!(messages.is_empty() || mapped >= 20, "{mapped}");
}

#[test]
fn quirk_80_claims_that_prove_nothing() {
    let messages = messages();
    let client_id = ClientId::new("any").unwrap();
    let mut seen = Vec::new();
    for (name, payload) in &messages {
        let Ok(claims) = serde_json::from_value::<LaunchClaims>(payload.clone()) else { continue };
        if claims.lti1p1.is_none() {
            continue;
        }
        let Evidence::Unproven(unproven) = evidence(&claims, &client_id, &[any_key("any")]) else {
            panic!("{name}: without its secret nothing is proven")
        };
        assert!(unproven.danger_unproven().user_id.is_some(), "{name}");
        seen.push(unproven.doubt());
    }
    seen.sort();
    let expected = [Doubt::KeyMissing, Doubt::KeyMissing, Doubt::SignatureMismatch, Doubt::SignatureMismatch];
    assert!(messages.is_empty() || seen == expected, "{seen:?}");
}

#[test]
fn content_items_have_an_older_form() {
    for (name, payload) in messages().iter().filter(|(name, _)| name.contains("content-item")) {
        let item: ContentItem = serde_json::from_value(payload.clone()).unwrap();
        let Value::Object(legacy) = item_to_legacy(&item) else { panic!("{name}") };
        assert_eq!(legacy["@type"], "LtiLinkItem", "{name}");
        let back = item_from_legacy(legacy);
        assert_eq!(serde_json::to_value(&back).unwrap(), serde_json::to_value(&item).unwrap(), "{name}");
    }
}
