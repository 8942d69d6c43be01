//! Refusals: they say what is wrong and never what was sent, and depth is no way to bring the reader down.

use lti_types::diagnostics::of_launch;
use lti_types::{
    AuthenticationRequest, AuthenticationResponse, Claim, ClaimFault, ClaimProblem, ContextType, Custom,
    DeepLinkingResponse, DeploymentId, Issuer, LaunchClaims, LoginInitiation, NumericDate, PlatformRecord,
    Roles, Scopes, UserId, WireUrl,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::round_trips::{fixture_json, fixtures};

const MARK: &str = "S3cret";

/// Values of every type that can be recognized in a message.
fn marked() -> [Value; 8] {
    [
        json!("S3cret"),
        json!("S3cret\u{0}"),
        json!(7_777_777),
        json!(-7_777_777),
        json!(7_777_777.5),
        json!(["S3cret", 7_777_777, "S3cret\u{0}"]),
        json!({"S3cret": "S3cret"}),
        json!([{"S3cret": 7_777_777}]),
    ]
}

fn assert_no_echo<T: DeserializeOwned>(json: &str) {
    if let Err(error) = serde_json::from_str::<T>(json) {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(MARK) && !shown.contains("7777777"), "{json}: {shown}");
    }
}

#[test]
fn no_refusal_of_a_payload_echoes_a_value() {
    let mut refused = 0;
    for (name, _) in fixtures().into_iter().filter(|(name, _)| !name.starts_with("record_")) {
        let launch = fixture_json(&name);
        for (claim, value) in launch.as_object().unwrap() {
            for mark in marked() {
                let mut changed = launch.clone();
                changed[claim] = mark.clone();
                assert_no_echo::<LaunchClaims>(&changed.to_string());
                refused += usize::from(serde_json::from_value::<LaunchClaims>(changed).is_err());
                for member in value.as_object().into_iter().flat_map(|members| members.keys()) {
                    let mut changed = launch.clone();
                    changed[claim][member] = mark.clone();
                    assert_no_echo::<LaunchClaims>(&changed.to_string());
                }
            }
        }
    }
    assert!(refused > 500, "{refused}");
}

#[test]
fn no_refusal_of_a_single_type_echoes_a_value() {
    for mark in marked() {
        let json = mark.to_string();
        assert_no_echo::<LaunchClaims>(&json);
        assert_no_echo::<UserId>(&json);
        assert_no_echo::<Issuer>(&json);
        assert_no_echo::<WireUrl>(&json);
        assert_no_echo::<ContextType>(&json);
        assert_no_echo::<Roles>(&json);
        assert_no_echo::<Custom>(&json);
        assert_no_echo::<NumericDate>(&json);
        assert_no_echo::<Scopes>(&json);
        let items = Claim::DeepLinkingSettings.name().replace("deep_linking_settings", "content_items");
        for member in ["iss", "aud", "exp", items.as_str()] {
            assert_no_echo::<DeepLinkingResponse>(&json!({member: mark}).to_string());
        }
    }
    for json in [r#"{"S3cret":1,"S3cret":2}"#, r#"{"S3cret"#, r#"["S3cret"#, r#""S3cret"#] {
        assert_no_echo::<LaunchClaims>(json);
        assert_no_echo::<Custom>(json);
        assert_no_echo::<Roles>(json);
    }
}

#[test]
fn no_identifier_echoes_what_it_refuses() {
    for text in ["S3cret\u{0}".to_owned(), format!("S3cret{}", "x".repeat(20_000)), "\n S3cret".to_owned()] {
        let error = DeploymentId::new(text.as_str()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(MARK));
        let error = serde_json::from_value::<DeploymentId>(json!(text)).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(MARK));
    }
    for text in ["S3cret", "javascript:S3cret", "https://S3cret:S3cret@lms.example/", "http://S3cret.example"]
    {
        let error = WireUrl::from(text).to_secure_url().unwrap_err();
        assert!(!format!("{error} {error:?}").contains(MARK), "{text}");
    }
}

#[test]
fn no_form_echoes_what_it_refuses() {
    for form in [
        "S3cret=S3cret",
        "iss=S3cret%00",
        "iss=S3cret&iss=S3cret",
        "state=S3cret&state=S3cret",
        "client_id=S3cret%0a",
    ] {
        let errors = [
            LoginInitiation::from_query(form).err(),
            AuthenticationRequest::from_query(form).err(),
            AuthenticationResponse::from_form(form.as_bytes()).err(),
        ];
        for error in errors.into_iter().flatten() {
            let shown = format!("{error} {error:?} {}", error.code());
            assert!(!shown.contains(MARK), "{form}: {shown}");
        }
    }
}

#[test]
fn no_fault_echoes_the_claim_and_each_has_a_code_of_its_own() {
    let launch = json!({Claim::Version.name(): MARK, Claim::MessageType.name(): "LtiStartAssessment"});
    let claims: LaunchClaims = serde_json::from_value(launch).unwrap();
    let faults = claims.message().unwrap_err();
    assert!(!format!("{faults} {faults:?}").contains(MARK));
    let mut codes = std::collections::BTreeSet::new();
    for claim in [Claim::Version, Claim::Roles, Claim::Subject, Claim::Context, Claim::GradeService] {
        assert_eq!(Claim::from_name(claim.name()), Some(claim));
        for problem in [
            ClaimProblem::Missing,
            ClaimProblem::Invalid,
            ClaimProblem::Unsupported,
            ClaimProblem::Unexpected,
        ] {
            let fault = ClaimFault::new(claim, problem);
            assert!(fault.code().starts_with(claim.short_name()) && fault.to_string().contains(claim.name()));
            assert!(codes.insert(fault.code()));
        }
    }
}

#[test]
fn depth_is_refused_and_overflows_nothing() {
    let nested =
        |open: &str, close: &str, levels: usize| format!("{}0{}", open.repeat(levels), close.repeat(levels));
    for claim in [
        "https://vendor.example/claim",
        "sub",
        Claim::Custom.name(),
        Claim::Context.name(),
        Claim::Roles.name(),
        Claim::RoleScopeMentor.name(),
        Claim::Audience.name(),
        Claim::DeepLinkingSettings.name(),
        Claim::LaunchPresentation.name(),
    ] {
        for levels in [129, 10_000, 200_000] {
            for (open, close) in
                [("[", "]"), (r#"{"a":"#, "}"), (r#"{"id":[{"x":"#, "}]}"), (r#"{"height":"#, "}")]
            {
                let json = format!(r#"{{"{claim}":{}}}"#, nested(open, close, levels));
                let read = serde_json::from_str::<LaunchClaims>(&json);
                // What is informational is skipped where it is no value of its type, however deep: that needs no
                // stack. What identifies, and what is kept, is refused.
                let kept =
                    ["https://vendor.example/claim", "sub", Claim::Roles.name(), Claim::Audience.name()];
                assert!(read.is_err() || !kept.contains(&claim), "{claim} {open} {levels}");
            }
        }
    }
    for levels in [1_000, 200_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let json = nested(open, close, levels);
            assert_eq!(serde_json::from_str::<Custom>(&json).is_err(), open != "[");
            assert!(serde_json::from_str::<Roles>(&json).is_err());
            assert!(serde_json::from_str::<PlatformRecord>(&json).is_err());
            // Without its end, too.
            assert!(serde_json::from_str::<LaunchClaims>(&open.repeat(levels)).is_err());
        }
    }
}

#[test]
fn what_is_as_deep_as_may_be_is_written_and_asked_about_like_anything_else() {
    let deep = format!(r#"{{"https://vendor.example/claim":{}{}}}"#, "[".repeat(126), "]".repeat(126));
    let claims: LaunchClaims = serde_json::from_str(&deep).unwrap();
    let written = serde_json::to_string(&claims).unwrap();
    assert_eq!(written, deep);
    assert_eq!(of_launch(&serde_json::from_str(&deep).unwrap()), []);
    let custom = format!(r#"{{"a":{}{}}}"#, "[".repeat(126), "]".repeat(126));
    let custom: Custom = serde_json::from_str(&custom).unwrap();
    assert_eq!(custom.raw("a").unwrap().len(), 252);
}
