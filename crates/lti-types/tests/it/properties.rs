//! Whatever is written is read back equal; whatever comes in, nothing panics, and what is accepted is stable.

use std::fmt::Debug;

use lti_types::{
    AuthenticationRequest, AuthenticationResponse, Custom, FormPost, LaunchClaims, LoginInitiation,
    PlatformRecord, ReturnMessages, Role, ToolRecord, WireUrl, diagnostics, vendor,
};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::strategies::*;

fn read_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
    let json = serde_json::to_string(value).unwrap();
    let again = serde_json::from_str::<T>(&json).map_err(|e| TestCaseError::fail(format!("{e}: {json}")))?;
    prop_assert_eq!(&again, value);
    let tree: Value = serde_json::from_str(&json).unwrap();
    prop_assert_eq!(&serde_json::from_value::<T>(tree).unwrap(), value);
    Ok(())
}

/// What is read is the same from text and from a tree, and does not change by being written.
fn stable<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &Value) -> Result<(), TestCaseError> {
    let from_text = serde_json::from_str::<T>(&value.to_string()).ok();
    let from_tree = serde_json::from_value::<T>(value.clone()).ok();
    prop_assert_eq!(&from_text, &from_tree);
    from_text.as_ref().map_or(Ok(()), read_back)
}

fn ask_everything(claims: &LaunchClaims) {
    if let Err(faults) = claims.message() {
        assert!(!faults.as_slice().is_empty());
        let _ = (faults.to_string(), faults.first().code(), faults.first().spec());
    }
    let _ = (claims.user().id(), claims.mentees());
    for role in claims.roles.iter().flat_map(|roles| roles.iter()) {
        let _ = (role.kind(), role.is_canonical());
    }
    if let Some(presentation) = &claims.launch_presentation {
        let _ = presentation.return_to(&ReturnMessages::new());
    }
    for name in ["", "id", "user_id"] {
        let _ = (vendor::canvas::value(claims, name), vendor::brightspace::value(claims, name));
        let _ = (vendor::sakai::value(claims, name), vendor::schoology::custom(claims, name));
    }
    let _ = (vendor::brightspace::context_history(claims), vendor::moodle::accept_line_item(claims));
    let _ = (vendor::open_edx::attempt_number(claims), vendor::schoology::user_number(claims));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn claims_are_read_back_equal(claims in launch()) {
        read_back(&claims)?;
        ask_everything(&claims);
    }

    #[test]
    fn records_are_read_back_equal(platform in platform_record(), tool in tool_record()) {
        read_back(&platform)?;
        read_back(&tool)?;
    }

    #[test]
    fn logins_are_read_back_equal(login in login()) {
        prop_assert_eq!(&LoginInitiation::from_pairs(login.to_pairs()).unwrap(), &login);
        let body = FormPost::new("", login.to_pairs()).body();
        prop_assert_eq!(&LoginInitiation::from_form(body.as_bytes()).unwrap(), &login);
        prop_assert_eq!(&LoginInitiation::from_query(&body).unwrap(), &login);
    }

    #[test]
    fn requests_are_read_back_equal(request in request()) {
        prop_assert_eq!(&AuthenticationRequest::from_pairs(request.to_pairs()).unwrap(), &request);
        let url = request.to_url(&"https://lms.example/auth".parse().unwrap());
        prop_assert_eq!(&AuthenticationRequest::from_query(url.query().unwrap_or_default()).unwrap(), &request);
        let body = FormPost::new("", request.to_pairs()).body();
        prop_assert_eq!(&AuthenticationRequest::from_form(body.as_bytes()).unwrap(), &request);
    }

    #[test]
    fn responses_are_read_back_equal(response in response()) {
        prop_assert_eq!(&AuthenticationResponse::from_pairs(response.to_pairs()).unwrap(), &response);
        let body = response.to_form_post("https://tool.example/launch").body();
        prop_assert_eq!(&AuthenticationResponse::from_form(body.as_bytes()).unwrap(), &response);
    }

    #[test]
    fn nothing_like_a_launch_panics_or_changes_by_being_written(value in launch_like()) {
        stable::<LaunchClaims>(&value)?;
        if let Ok(claims) = serde_json::from_value(value.clone()) {
            ask_everything(&claims);
        }
        for found in diagnostics::of_launch(&value) {
            let _ = (found.to_string(), found.oddity.code());
        }
    }

    #[test]
    fn no_json_panics(value in json()) {
        stable::<LaunchClaims>(&value)?;
        stable::<PlatformRecord>(&value)?;
        stable::<ToolRecord>(&value)?;
        stable::<Custom>(&value)?;
        let _ = diagnostics::of_launch(&value);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = serde_json::from_slice::<LaunchClaims>(&bytes);
        let _ = serde_json::from_slice::<PlatformRecord>(&bytes);
        let _ = serde_json::from_slice::<ToolRecord>(&bytes);
        let _ = serde_json::from_slice::<Custom>(&bytes);
        let _ = LoginInitiation::from_form(&bytes);
        let _ = AuthenticationRequest::from_form(&bytes);
        let _ = AuthenticationResponse::from_form(&bytes);
    }

    #[test]
    fn no_text_panics(text in text(), other in text()) {
        let _ = serde_json::from_str::<LaunchClaims>(&text);
        let _ = LoginInitiation::from_query(&text);
        let _ = AuthenticationRequest::from_query(&text);
        let _ = Role::from(text.as_str()).kind();
        let url = WireUrl::from(text.as_str());
        let _ = (url.to_url(), url.to_secure_url(), url.is_blank());
        prop_assert!(url.is_same_resource(&url));
        let other = WireUrl::from(other);
        prop_assert_eq!(url.is_same_resource(&other), other.is_same_resource(&url));
    }

    #[test]
    fn no_form_panics_and_what_is_read_does_not_change_by_being_written(
        pairs in prop::collection::vec((
            "(iss|login_hint|target_link_uri|lti_message_hint|client_id|state|nonce|id_token|error|scope|x)",
            text(),
        ), 0..8),
    ) {
        if let Ok(login) = LoginInitiation::from_pairs(pairs.clone()) {
            prop_assert_eq!(LoginInitiation::from_pairs(login.to_pairs()).unwrap(), login);
        }
        if let Ok(request) = AuthenticationRequest::from_pairs(pairs.clone()) {
            prop_assert_eq!(AuthenticationRequest::from_pairs(request.to_pairs()).unwrap(), request);
        }
        if let Ok(response) = AuthenticationResponse::from_pairs(pairs) {
            prop_assert_eq!(AuthenticationResponse::from_pairs(response.to_pairs()).unwrap(), response);
        }
    }
}
