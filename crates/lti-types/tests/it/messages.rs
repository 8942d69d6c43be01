//! Messages by type: complete ones are understood, and of the others every fault is named at once.

use lti_types::{Claim, ClaimProblem, LaunchClaims, Message, MessageType};
use serde_json::{Value, json};

use crate::round_trips::{fixture, fixture_json, fixtures, samples};

use ClaimProblem::{Invalid, Missing, Unexpected, Unsupported};

type Faults = Vec<(Claim, ClaimProblem)>;

fn faults(launch: &Value) -> Faults {
    let claims: LaunchClaims = serde_json::from_str(&launch.to_string()).unwrap();
    match claims.message() {
        Ok(_) => Vec::new(),
        Err(faults) => {
            assert_eq!(Some(faults.first()), faults.as_slice().first());
            faults.as_slice().iter().map(|fault| (fault.claim, fault.problem)).collect()
        }
    }
}

fn without(launch: &Value, claims: &[Claim]) -> Value {
    let mut launch = launch.clone();
    for claim in claims {
        launch.as_object_mut().unwrap().remove(claim.name());
    }
    launch
}

fn with(launch: &Value, claim: Claim, value: Value) -> Value {
    let mut launch = launch.clone();
    launch[claim.name()] = value;
    launch
}

/// A launch with nothing in it that the type does not require.
fn bare(kind: &str) -> Value {
    let mut launch = json!({});
    for (claim, value) in [
        (Claim::MessageType, json!(kind)),
        (Claim::Version, json!("1.3.0")),
        (Claim::DeploymentId, json!("d")),
    ] {
        launch = with(&launch, claim, value);
    }
    launch
}

/// Each message type, with the claims it requires beside type, version and deployment.
fn required() -> Vec<(&'static str, Vec<(Claim, Value)>)> {
    let url = json!("https://tool.example/go");
    vec![
        (
            "LtiResourceLinkRequest",
            vec![
                (Claim::TargetLinkUri, url.clone()),
                (Claim::ResourceLink, json!({"id": "link"})),
                (Claim::Roles, json!([])),
            ],
        ),
        (
            "LtiDeepLinkingRequest",
            vec![(Claim::DeepLinkingSettings, json!({"deep_link_return_url": "https://lms.example/dl"}))],
        ),
        (
            "LtiSubmissionReviewRequest",
            vec![
                (Claim::ForUser, json!({"user_id": "u"})),
                (Claim::GradeService, json!({"lineitem": "https://lms.example/1"})),
            ],
        ),
        ("DataPrivacyLaunchRequest", vec![(Claim::Roles, json!([])), (Claim::ForUser, json!({"id": "u"}))]),
        (
            "LtiDataPrivacyLaunchRequest",
            vec![(Claim::Roles, json!([])), (Claim::ForUser, json!({"user_id": "u"}))],
        ),
        ("LtiEulaRequest", vec![]),
        ("LtiStartProctoring", vec![]),
        ("LtiContextLaunchRequest", vec![]),
    ]
}

#[test]
fn each_message_type_needs_exactly_its_claims() {
    for (kind, claims) in required() {
        let base =
            claims.iter().fold(bare(kind), |launch, (claim, value)| with(&launch, *claim, value.clone()));
        assert_eq!(faults(&base), [], "{kind}");
        let always = [Claim::Version, Claim::DeploymentId];
        let all: Vec<Claim> = always.into_iter().chain(claims.iter().map(|(claim, _)| *claim)).collect();
        for claim in &all {
            assert_eq!(faults(&without(&base, &[*claim])), [(*claim, Missing)], "{kind}");
            assert_eq!(
                faults(&with(&base, *claim, Value::Null)),
                [(*claim, Missing)],
                "{kind}: null is absent"
            );
        }
        // Everything at once, in the order of the claims.
        let mut every: Faults = all.iter().map(|claim| (*claim, Missing)).collect();
        every.sort();
        assert_eq!(faults(&without(&base, &all)), every, "{kind}");
    }
}

#[test]
fn a_message_without_type_or_with_nothing_names_what_every_launch_needs() {
    let all = [Claim::MessageType, Claim::Version, Claim::DeploymentId, Claim::Roles];
    let mut expected: Faults = all.iter().map(|claim| (*claim, Missing)).collect();
    expected.sort();
    assert_eq!(faults(&json!({})), expected);
    let launch = fixture_json("certification_instructor");
    assert_eq!(faults(&without(&launch, &[Claim::MessageType])), [(Claim::MessageType, Missing)]);
}

#[test]
fn the_version_is_exactly_one() {
    let launch = fixture_json("certification_instructor");
    for version in ["1.3", "1.3.1", "LTI-1p3", "LTI-1p0", "1.3.0 ", " 1.3.0", "", "1.30"] {
        let faulty = with(&launch, Claim::Version, json!(version));
        assert_eq!(faults(&faulty), [(Claim::Version, Unsupported)], "{version:?}");
    }
    // A number can never be spelled with two dots.
    assert_eq!(faults(&with(&launch, Claim::Version, json!(1.3))), [(Claim::Version, Unsupported)]);
}

#[test]
fn empty_values_are_invalid_or_missing() {
    let launch = fixture_json("certification_instructor");
    for blank in ["", "  "] {
        let faulty = with(&launch, Claim::TargetLinkUri, json!(blank));
        assert_eq!(faults(&faulty), [(Claim::TargetLinkUri, Invalid)]);
    }
    for no_object in [json!([]), json!("link"), json!(7)] {
        assert_eq!(faults(&with(&launch, Claim::ResourceLink, no_object)), [(Claim::ResourceLink, Missing)]);
    }
    for unreadable in [json!({}), json!({"id": ""}), json!({"id": null}), json!({"id": 7})] {
        let faulty = with(&launch, Claim::ResourceLink, unreadable);
        assert!(serde_json::from_str::<LaunchClaims>(&faulty.to_string()).is_err(), "{faulty}");
    }
}

#[test]
fn deep_linking_needs_an_address_to_answer_to() {
    let launch = fixture_json("certification_deep_linking");
    assert_eq!(faults(&launch), [], "a target link URI is not needed");
    for address in ["", "/dl", "javascript:alert(1)", "https://user:pw@lms.example/"] {
        let faulty = with(&launch, Claim::DeepLinkingSettings, json!({"deep_link_return_url": address}));
        assert_eq!(faults(&faulty), [(Claim::DeepLinkingSettings, Invalid)], "{address}");
    }
    let faulty = with(&launch, Claim::DeepLinkingSettings, json!({"accept_types": ["link"]}));
    assert!(serde_json::from_str::<LaunchClaims>(&faulty.to_string()).is_err());
}

#[test]
fn sr1_sr2_sr3_a_review_needs_a_line_item_and_a_person_but_no_link() {
    let launch = fixture_json("submission_review");
    assert_eq!(faults(&launch), []);
    for service in [json!({}), json!({"lineitem": ""}), json!({"lineitems": "https://lms.example/items"})] {
        let faulty = with(&launch, Claim::GradeService, service);
        assert_eq!(faults(&faulty), [(Claim::GradeService, Invalid)]);
    }
    let faulty = with(&launch, Claim::ForUser, json!({"name": "Somebody"}));
    assert_eq!(faults(&faulty), [(Claim::ForUser, Invalid)]);
    assert_eq!(faults(&without(&launch, &[Claim::ResourceLink, Claim::Context, Claim::Roles])), []);
    let claims = fixture("submission_review");
    let Ok(Message::SubmissionReview(review)) = claims.message() else { panic!() };
    assert_eq!(review.for_user.user().unwrap().as_str(), "learner-5");
    assert_eq!(review.line_item.as_str(), "https://review.example/lineitems/5/lineitem");
}

#[test]
fn dp1_dp2_a_privacy_launch_has_two_names_and_no_course() {
    for name in ["data_privacy", "data_privacy_other_name"] {
        let launch = fixture_json(name);
        assert_eq!(faults(&launch), [], "{name}");
        let both = with(&launch, Claim::Context, json!({"id": "c"}));
        let both = with(&both, Claim::ResourceLink, json!({"id": "l"}));
        let mut expected = vec![(Claim::Context, Unexpected), (Claim::ResourceLink, Unexpected)];
        expected.sort();
        assert_eq!(faults(&both), expected, "{name}");
        let claims = fixture(name);
        let Ok(Message::DataPrivacy(request)) = claims.message() else { panic!("{name}") };
        assert_eq!(request.for_user.user().unwrap().as_str(), "learner-6");
    }
}

#[test]
fn what_a_tool_sends_is_no_launch() {
    for kind in ["LtiDeepLinkingResponse", "LtiStartAssessment"] {
        assert!(MessageType::from(kind).is_from_tool());
        assert_eq!(faults(&bare(kind)), [(Claim::MessageType, Unsupported)], "{kind}");
        let also = without(&bare(kind), &[Claim::DeploymentId]);
        assert_eq!(
            faults(&also),
            [(Claim::MessageType, Unsupported), (Claim::DeploymentId, Missing)],
            "{kind}"
        );
    }
}

#[test]
fn message_types_nobody_knows_yet_are_messages() {
    for kind in ["LtiContextLaunchRequest", "ltiResourceLinkRequest", "LtiResourceLinkRequest ", "💡"] {
        let claims: LaunchClaims = serde_json::from_value(bare(kind)).unwrap();
        let Ok(Message::Other(message)) = claims.message() else { panic!("{kind}") };
        assert_eq!((message.message_type.as_str(), message.deployment_id.as_str()), (kind, "d"));
        assert!(matches!(message.message_type, MessageType::Other(_)));
    }
}

#[test]
fn fixtures_are_what_their_names_say() {
    for (name, _) in fixtures() {
        if name.starts_with("record_") {
            continue;
        }
        let claims = fixture(&name);
        let found = match claims.message() {
            Ok(Message::ResourceLink(_)) => "launch",
            Ok(Message::DeepLinking(_)) => "deep linking",
            Ok(Message::SubmissionReview(_)) => "review",
            Ok(Message::DataPrivacy(_)) => "privacy",
            Ok(Message::Other(_)) => "other",
            Ok(_) => "new",
            Err(faults) => faults.first().code(),
        };
        let expected = match name.as_str() {
            // It may leave out the link; only a registration can allow that.
            "schoology_launch" => "resource_link_missing",
            "submission_review" => "review",
            "eula" | "report_review" | "asset_processor_settings" | "unknown_message_type" => "other",
            name if name.starts_with("open_edx") => "other",
            name if name.starts_with("data_privacy") => "privacy",
            name if name.ends_with("deep_linking") => "deep linking",
            _ => "launch",
        };
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn cert_real_launches_are_understood() {
    let Some(samples) = samples() else { return };
    let (mut understood, mut unreadable, mut refused) = (0, Vec::new(), Vec::new());
    for (name, json) in samples {
        let mut value: Value = serde_json::from_str(&json).unwrap();
        // Complete tokens only: documentation abridges, and certification's times are another test's.
        if value.get("iss").is_none() || value.get("aud").is_none() || name.starts_with("pns-") {
            continue;
        }
        value["exp"] = json!(1_790_000_300);
        value["iat"] = json!(1_790_000_000);
        let Ok(claims) = serde_json::from_value::<LaunchClaims>(value) else {
            unreadable.push(name);
            continue;
        };
        match claims.message() {
            Ok(_) => understood += 1,
            Err(_) if name.contains("access-token") || name.contains("state-jwt") => {}
            Err(faults) => {
                let codes: Vec<_> = faults.as_slice().iter().map(|fault| fault.code()).collect();
                refused.push(format!("{name}: {}", codes.join(" ")));
            }
        }
    }
    let expected = [
        "blackboard-deep-linking-response: message_type_unsupported",
        "cert-invalid-lti-version: version_unsupported",
        "cert-invalid-no-deployment: deployment_id_missing",
        "cert-invalid-no-message-type: message_type_missing",
        "cert-invalid-no-resource-link-id: resource_link_missing",
        "cert-invalid-no-role-claim: roles_missing",
        "cert-invalid-no-version: version_missing",
        "deep-linking-response-tool-min: message_type_unsupported",
        "dl-response-spec: message_type_unsupported",
        "hypothesis-mixed-lms-launch: version_unsupported",
    ];
    assert_eq!(refused, expected);
    assert_eq!(unreadable, ["cert-invalid-no-user"]);
    assert!(understood >= 20, "{understood}");
}
