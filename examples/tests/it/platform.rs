//! What a platform signs (certification guide, platform, core payloads).

use lti_platform::{LaunchMessage, Privacy, RespondError};
use lti_types::{
    Context, ContextId, ContextKind, ContextRole, Custom, GradeService, LaunchPresentation, LoginHint, Role,
    Roles, RosterService, Scope, ToolPlatform, UserId,
};
use serde_json::{Value, json};

use crate::pair::{CLIENT, DEPLOYMENT, ISSUER, KEY, Pair, REDIRECT, TARGET, payload_of};
use crate::payloads::claim;

pub(crate) fn message(role: ContextRole) -> LaunchMessage {
    let mut message = LaunchMessage::new(Roles::from_iter([role]));
    message.person.name = Some(" Ines Rojas ".into());
    message.person.given_name = Some("Ines".into());
    message.person.family_name = Some("Rojas".into());
    message.person.email = Some("ines@school.example".into());
    message.person.picture = Some("https://lms.example/ines.png".into());
    message.person.locale = Some("es-PE".into());
    let mut course = Context::new(ContextId::new("course-1").unwrap());
    course.title = Some("Botany\t".into());
    course.types = Some(vec![ContextKind::CourseOffering.into()]);
    message.context = Some(course);
    let mut platform = ToolPlatform::new();
    platform.guid = Some("campus-1".into());
    message.tool_platform = Some(platform);
    let mut presentation = LaunchPresentation::new();
    presentation.return_url = Some("https://lms.example/back?to=course-1".into());
    message.launch_presentation = Some(presentation);
    message.custom = Custom::from_iter([("week", " 7")]);
    let mut grades = GradeService::new();
    grades.lineitems = Some("https://lms.example/lineitems?course=1".into());
    grades.scope = Some(vec![lti_types::Scope::Score]);
    message.grade_service = Some(grades);
    let mut roster = RosterService::new();
    roster.context_memberships_url = Some("https://lms.example/members".into());
    roster.service_versions = Some(vec!["2.0".into()]);
    message.roster_service = Some(roster);
    message.extensions.insert("https://lms.example/claims/term".into(), json!("spring "));
    message
}

struct Signed {
    name: &'static str,
    header: Value,
    payload: Value,
    launch: lti_tool::Launch,
    now: i64,
}

/// The four payloads of the certification: student and instructor, with and without personal data.
fn signed() -> Vec<Signed> {
    let personal = Privacy::everything();
    [
        ("PL1", ContextRole::Learner, personal),
        ("PL2", ContextRole::Learner, Privacy::only_user_id()),
        ("PL3", ContextRole::Instructor, personal),
        ("PL4", ContextRole::Instructor, Privacy::only_user_id()),
    ]
    .into_iter()
    .map(|(name, role, privacy)| {
        let mut pair = Pair::new();
        pair.platform.policy.privacy = privacy;
        let (token, launch) = pair.launch(message(role));
        let header = lti_base64(token.split('.').next().unwrap());
        Signed {
            name,
            header,
            payload: payload_of(&token),
            launch: launch.unwrap(),
            now: pair.now.timestamp(),
        }
    })
    .collect()
}

fn lti_base64(segment: &str) -> Value {
    use base64::Engine as _;
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(segment).unwrap())
        .unwrap()
}

#[test]
fn p_c01_payload_is_lti_1_3() {
    for signed in signed() {
        assert_eq!(signed.payload[claim("message_type")], "LtiResourceLinkRequest", "{}", signed.name);
        assert_eq!(signed.payload["iss"], ISSUER);
        assert_eq!(signed.payload["aud"], CLIENT);
    }
}

#[test]
fn p_c02_payload_timestamps_valid() {
    for signed in signed() {
        let (iat, exp) = (signed.payload["iat"].as_i64().unwrap(), signed.payload["exp"].as_i64().unwrap());
        assert!(iat <= signed.now && signed.now - iat <= 60, "{}", signed.name);
        assert!(exp > signed.now && exp - signed.now <= 3600);
    }
}

#[test]
fn p_c03_payload_signed_with_rsa_256() {
    for signed in signed() {
        assert_eq!(signed.header["alg"], "RS256", "{}", signed.name);
        assert_eq!(signed.header["typ"], "JWT");
    }
}

#[test]
fn p_c04_payload_signature_valid() {
    for signed in signed() {
        assert_eq!(signed.header["kid"], KEY.key_id().as_str(), "{}", signed.name);
        // The launch went through the tool's whole verification with the published key.
        assert_eq!(signed.launch.issuer().as_str(), ISSUER);
    }
}

#[test]
fn p_c05_payload_is_complete() {
    for signed in signed() {
        let p = &signed.payload;
        for name in ["iss", "aud", "exp", "iat", "nonce", "sub"] {
            assert!(!p[name].is_null(), "{}: {name}", signed.name);
        }
        for name in ["message_type", "version", "deployment_id", "target_link_uri", "resource_link", "roles"]
        {
            assert!(!p[claim(name)].is_null(), "{}: {name}", signed.name);
        }
        assert_eq!(p[claim("deployment_id")], DEPLOYMENT);
        assert_eq!(p[claim("target_link_uri")], TARGET);
        assert_eq!(p[claim("resource_link")], json!({"id": "link-1", "title": "Introduction"}));
    }
}

#[test]
fn p_c06_payload_lti_version() {
    for signed in signed() {
        assert_eq!(signed.payload[claim("version")], "1.3.0", "{}", signed.name);
    }
}

#[test]
fn p_c07_payload_roles_correct() {
    for signed in signed() {
        let teaches = matches!(signed.name, "PL3" | "PL4");
        assert_eq!(signed.launch.roles().is_instructor(), teaches, "{}", signed.name);
        assert_eq!(signed.launch.roles().is_learner(), !teaches, "{}", signed.name);
        assert!(signed.launch.roles().iter().all(Role::is_canonical));
    }
}

#[test]
fn p_c08_payload_without_pii() {
    for signed in signed() {
        let without = matches!(signed.name, "PL2" | "PL4");
        for name in ["name", "given_name", "family_name", "email", "picture"] {
            assert_eq!(signed.payload.get(name).is_none(), without, "{}: {name}", signed.name);
        }
        let text = signed.payload.to_string();
        assert_eq!(text.contains("Ines") || text.contains("ines"), !without, "{}", signed.name);
    }
}

#[test]
fn p_c09_payload_is_free_of_extra_whitespace() {
    fn check(value: &Value) {
        match value {
            Value::String(text) => assert_eq!(text.trim(), text),
            Value::Array(values) => values.iter().for_each(check),
            Value::Object(members) => members.values().for_each(check),
            _ => {}
        }
    }
    let signed = signed();
    signed.iter().for_each(|signed| check(&signed.payload));
    assert_eq!(signed[0].payload["name"], "Ines Rojas");
    assert_eq!(signed[0].payload[claim("custom")], json!({"week": "7"}));
}

#[test]
fn p_c10_payload_expected_received() {
    let signed = signed();
    let launch = &signed[0].launch;
    let claims = launch.claims();
    assert_eq!(claims.name.as_deref(), Some("Ines Rojas"));
    assert_eq!(claims.email.as_deref(), Some("ines@school.example"));
    assert_eq!(launch.context().unwrap().title.as_deref(), Some("Botany"));
    assert_eq!(launch.user().id().unwrap().as_str(), "user-1");
    assert_eq!(
        launch.grade_service().unwrap().line_items().unwrap().as_str(),
        "https://lms.example/lineitems?course=1"
    );
    assert_eq!(launch.claims().extensions["https://lms.example/claims/term"], "spring");
    assert_eq!(launch.diagnostics(), [], "what we send has nothing odd about it");
}

#[test]
fn p_c11_oidc_login_and_redirect_uri() {
    let pair = Pair::new();
    let started = pair.click(&pair.session());
    assert!(started.redirect_url.as_str().starts_with("https://tool.example/login?iss="));
    assert_eq!(started.form_post.action, "https://tool.example/login");
    assert_eq!(started.initiation.client_id.as_ref().unwrap().as_str(), CLIENT);
    assert_eq!(started.initiation.lti_deployment_id.as_ref().unwrap().as_str(), DEPLOYMENT);
    let (authorized, _) = pair.authorized();
    assert_eq!(authorized.user().map(|user| user.as_str()), Some("user-1"));
    assert_eq!(authorized.deployment_id().as_str(), DEPLOYMENT);
    let lti_platform::Target::ResourceLink(link) = authorized.target() else { panic!("a link") };
    assert_eq!(link.id.as_str(), "link-1");
    let post = authorized.respond(message(ContextRole::Learner), pair.now).unwrap().sign(&KEY).unwrap();
    assert_eq!(post.action, REDIRECT);
    assert_eq!(post.fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["id_token", "state"]);
}

/// What would not satisfy a picky tool is not signed at all; every fault is named.
#[test]
fn faulty_messages_are_not_signed() {
    type Change = fn(&mut LaunchMessage);
    let cases: [(Change, &str); 28] = [
        (|m| m.roles = Roles::from_iter(["Instructor"]), "role_not_a_uri"),
        (|m| m.roles.extend(["urn:lti:role:ims/lis/Mentor"]), "role_not_a_uri"),
        (|m| m.roles = Roles::from_iter(["https://vendor.example/role#x"]), "role_vocabulary_missing"),
        (
            |m| m.roles = Roles::from_iter([Role::sub_role(ContextRole::Instructor, "What ever")]),
            "role_not_a_uri",
        ),
        (|m| m.role_scope_mentor = vec![UserId::new("user-2").unwrap()], "mentor_scope_without_mentor"),
        (|m| m.tool_platform.as_mut().unwrap().guid = None, "platform_without_guid"),
        (|m| m.tool_platform.as_mut().unwrap().guid = Some("x".repeat(256)), "identifier_too_long"),
        (
            |m| m.context.as_mut().unwrap().types = Some(vec!["Course".into()]),
            "context_type_vocabulary_missing",
        ),
        (|m| m.context.as_mut().unwrap().id = ContextId::new("course 1 ").unwrap(), "identifier_whitespace"),
        (|m| m.context.as_mut().unwrap().id = ContextId::new("cours-é").unwrap(), "identifier_not_ascii"),
        (
            |m| m.grade_service.as_mut().unwrap().lineitems = Some("http://lms.example/x".into()),
            "url_not_https",
        ),
        (|m| m.person.picture = Some("https://lms.example/a b.png".into()), "url_not_https"),
        (
            |m| m.launch_presentation.as_mut().unwrap().return_url = Some("https://l.ex\tample/\nx".into()),
            "url_not_https",
        ),
        (
            |m| m.launch_presentation.as_mut().unwrap().css_url = Some("http://lms.example/x.css".into()),
            "url_not_https",
        ),
        (
            |m| m.launch_presentation.as_mut().unwrap().document_target = Some("popup".into()),
            "document_target_unsupported",
        ),
        (|m| m.grade_service = Some(GradeService::new()), "service_incomplete"),
        (|m| m.roster_service = Some(RosterService::new()), "service_incomplete"),
        (|m| m.grade_service.as_mut().unwrap().scope = Some(vec![]), "service_incomplete"),
        (|m| m.roster_service.as_mut().unwrap().service_versions = None, "service_incomplete"),
        (|m| m.roster_service.as_mut().unwrap().context_memberships_url = None, "service_incomplete"),
        (
            |m| m.grade_service.as_mut().unwrap().scope = Some(vec![Scope::Score, Scope::LineItemReadOnly]),
            "scope_not_granted",
        ),
        (
            |m| m.roster_service.as_mut().unwrap().scope = Some(vec![Scope::ContextGroupReadOnly]),
            "scope_not_granted",
        ),
        (|m| drop(m.extensions.insert("mood".into(), json!(1))), "extension_name_not_a_url"),
        (|m| drop(m.extensions.insert("ftp://x.example/y".into(), json!(1))), "extension_name_not_a_url"),
        (|m| drop(m.extensions.insert("javascript:x".into(), json!(1))), "extension_name_not_a_url"),
        (|m| drop(m.extensions.insert(" https://x.example/y".into(), json!(1))), "extension_name_not_a_url"),
        (|m| drop(m.extensions.insert("a:b".into(), json!(1))), "extension_name_not_a_url"),
        (|m| drop(m.extensions.insert(claim("roles"), json!([]))), "extension_name_taken"),
    ];
    for (change, code) in cases {
        let pair = Pair::new();
        let mut faulty = message(ContextRole::Learner);
        assert!(pair.authorized().0.respond(faulty.clone(), pair.now).is_ok());
        change(&mut faulty);
        let error = pair.authorized().0.respond(faulty, pair.now).unwrap_err();
        assert!(error.to_string().len() > 20);
        let RespondError::Message(faults) = &error else { panic!("{error}") };
        assert!(faults.as_slice().iter().any(|fault| fault.code() == code), "{code}: {error}");
    }
}

/// What is at the limit is sent: a name of 255 characters, no roles at all, a service with the fewest members.
#[test]
fn messages_at_their_limits_are_signed() {
    type Change = fn(&mut LaunchMessage);
    let cases: [Change; 5] = [
        |m| m.roles.extend(["https://vendor.example/role#x"]),
        |m| m.tool_platform.as_mut().unwrap().guid = Some("x".repeat(255)),
        |m| m.roles = Roles::default(),
        |m| {
            let grades = m.grade_service.as_mut().unwrap();
            grades.lineitem = grades.lineitems.take();
        },
        |m| drop(m.extensions.insert("http://x.example/y".into(), json!(1))),
    ];
    for (number, change) in cases.into_iter().enumerate() {
        let mut told = message(ContextRole::Learner);
        change(&mut told);
        let (_, launch) = Pair::new().launch(told);
        assert!(launch.is_ok(), "{number}: {launch:?}");
    }
}

/// A tool without the scopes is not told of services for which it would get no token.
#[test]
fn services_without_their_scopes_are_not_announced() {
    for scopes in [vec![], vec![Scope::Score], vec![Scope::ContextMembershipReadOnly]] {
        let pair = Pair::with_platform_record(|record| record.scopes = scopes);
        let error = pair.authorized().0.respond(message(ContextRole::Learner), pair.now).unwrap_err();
        let RespondError::Message(faults) = error else { panic!("the message") };
        assert!(faults.as_slice().iter().all(|fault| fault.code() == "scope_not_granted"), "{faults:?}");
    }
}

/// A sub-role brings its principal role along (P04).
#[test]
fn sub_roles_bring_their_principal() {
    let mut told = message(ContextRole::Learner);
    told.roles = Roles::from_iter([Role::sub_role(ContextRole::Instructor, "TeachingAssistant")]);
    let (_, launch) = Pair::new().launch(told);
    let launch = launch.unwrap();
    assert!(launch.roles().is_teaching_assistant() && launch.roles().is_instructor());
    assert_eq!(launch.roles().as_slice().len(), 2);
}

/// Signing outside the process gives the same token.
#[test]
fn signature_from_a_key_service() {
    let pair = Pair::new();
    let (authorized, login) = pair.authorized();
    let unsigned = authorized.respond(message(ContextRole::Learner), pair.now).unwrap();
    let input = unsigned.signing_input(KEY.key_id(), KEY.algorithm());
    let signature = KEY.sign(input.bytes()).unwrap();
    let post = input.attach(&signature).unwrap();
    let state = login.request.state.clone().unwrap();
    assert_eq!(post.field("state"), Some(state.as_str()));
    let id_token = post.field("id_token").unwrap().to_owned();
    pair.post(id_token, state, login).expect("accepted");
}

/// Many key services are given a digest, and answer in DER.
#[test]
fn an_ecdsa_signature_of_a_key_service_is_in_der() {
    use lti_jwks::Algorithm;
    let pair = Pair::new();
    let (authorized, _) = pair.authorized();
    let unsigned = authorized.respond(message(ContextRole::Learner), pair.now).unwrap();
    let input = unsigned.signing_input(KEY.key_id(), Algorithm::Es256);
    assert_eq!((input.algorithm(), input.digest().len()), (Algorithm::Es256, 32));
    let post = input.attach_der(&[0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x07]).unwrap();
    let signature = post.field("id_token").unwrap().rsplit('.').next().unwrap();
    assert_eq!(signature.len(), 86, "two numbers of 32 bytes");
}

/// Messages of other types are not signed without the claims that give them their meaning, and pass once they have
/// them.
#[test]
fn messages_of_other_types_are_whole() {
    use lti_platform::{LaunchIntent, Target};
    use lti_types::{Activity, AssetReference, DeepLinkingSettings, EulaService, ForUser, MessageType};
    let pair = Pair::new();
    let session = pair.session();
    let attempt = |kind: MessageType, fill: &dyn Fn(&mut LaunchMessage)| {
        let deployment = lti_types::DeploymentId::new(DEPLOYMENT).unwrap();
        let intent = LaunchIntent::new(Target::Message(kind), deployment);
        let hint = LoginHint::from_entropy([3; 32]);
        let started = pair.platform.initiate_login(intent, &session, hint, pair.now).unwrap();
        let login = pair.begin(started.initiation);
        let request = login.request.clone();
        let authorized =
            pair.platform.authorize(request, Some(started.pending), Some(&session), pair.now).unwrap();
        let mut told = message(ContextRole::Instructor);
        told.context = None;
        fill(&mut told);
        let post = authorized.respond(told, pair.now).map_err(|error| error.code())?.sign(&KEY).unwrap();
        let state = login.request.state.clone().unwrap();
        let launch = pair.post(post.field("id_token").unwrap().to_owned(), state, login).unwrap();
        assert_eq!(launch.diagnostics(), []);
        Ok::<_, &'static str>(())
    };
    let named = |id: &str| {
        let mut reference = AssetReference::new();
        reference.id = Some(id.to_owned());
        Some(reference)
    };
    let activity = || {
        let mut activity = Activity::new();
        activity.id = Some("a-1".into());
        Some(activity)
    };
    let about = || {
        let mut about = ForUser::new();
        about.user_id = Some(UserId::new("user-8").unwrap());
        Some(about)
    };
    // a review is of one line item and one person.
    assert!(attempt(MessageType::SubmissionReviewRequest, &|m| m.for_user = about()).is_err());
    let column = || {
        let service =
            json!({"scope": [Scope::ResultReadOnly.as_str()], "lineitem": "https://lms.example/5/lineitem"});
        serde_json::from_value(service).ok()
    };
    assert!(attempt(MessageType::SubmissionReviewRequest, &|m| m.grade_service = column()).is_err());
    attempt(MessageType::SubmissionReviewRequest, &|m| {
        m.for_user = about();
        m.grade_service = column();
    })
    .unwrap();
    assert_eq!(attempt(MessageType::EulaRequest, &|_| {}), Err("eulaservice_missing"));
    attempt(MessageType::EulaRequest, &|m| {
        let mut eula = EulaService::new();
        eula.url = Some("https://lms.example/eula".into());
        m.eula_service = Some(eula);
    })
    .unwrap();
    assert_eq!(
        attempt(MessageType::ReportReviewRequest, &|m| m.activity = activity()),
        Err("for_user_missing")
    );
    attempt(MessageType::ReportReviewRequest, &|m| {
        m.activity = activity();
        m.submission = named("s-1");
        m.asset = named("x-1");
        m.asset_report_type = Some("originality".into());
        m.for_user = about();
    })
    .unwrap();
    assert_eq!(attempt(MessageType::AssetProcessorSettingsRequest, &|_| {}), Err("activity_missing"));
    attempt(MessageType::AssetProcessorSettingsRequest, &|m| m.activity = activity()).unwrap();
    attempt(MessageType::DataPrivacyLaunchRequest, &|m| m.for_user = about()).unwrap();
    assert_eq!(attempt(MessageType::DeepLinkingRequest, &|_| {}), Err("deep_linking_settings_missing"));
    let settings = || DeepLinkingSettings::new("https://lms.example/return".into());
    let incomplete =
        attempt(MessageType::DeepLinkingRequest, &|m| m.deep_linking_settings = Some(settings()));
    assert_eq!(incomplete, Err("service_incomplete"));
    attempt(MessageType::DeepLinkingRequest, &|m| {
        let mut settings = settings();
        settings.accept_types = Some(vec!["link".into()]);
        settings.accept_presentation_document_targets = Some(vec![]);
        m.deep_linking_settings = Some(settings);
    })
    .unwrap();
    assert_eq!(attempt(MessageType::from(""), &|_| {}), Err("message_type_invalid"));
    assert_eq!(attempt(MessageType::DeepLinkingResponse, &|_| {}), Err("message_type_unsupported"));
}
