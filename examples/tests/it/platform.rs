//! What a platform signs, and whom it answers (certification guide, platform, core payloads; rows ).

use lti_platform::{AuthorizeError, AuthorizeProblem, ErrorReply, LaunchMessage, Privacy, Session};
use lti_types::{
    AuthenticationRequest, Context, ContextId, ContextKind, ContextRole, Custom, GradeService,
    LaunchPresentation, LoginHint, LoginInitiation, MessageHint, RegistrationStatus, Role, Roles,
    RosterService, ToolPlatform, UserId,
};
use serde_json::{Value, json};

use crate::pair::{CLIENT, DEPLOYMENT, ISSUER, KEY, Pair, REDIRECT, TARGET, payload_of};
use crate::payloads::claim;

fn message(role: ContextRole) -> LaunchMessage {
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
    let post = authorized.respond(message(ContextRole::Learner), pair.now).unwrap().sign(&KEY).unwrap();
    assert_eq!(post.action, REDIRECT);
    assert_eq!(post.fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["id_token", "state"]);
}

/// A platform refuses a request that differs from a good one in one thing.
fn refuse(change: impl FnOnce(&mut AuthenticationRequest)) -> AuthorizeError {
    let pair = Pair::new();
    let session = pair.session();
    pair.authorized();
    let started = pair.click(&session);
    let mut request = pair.begin(started.initiation).request;
    change(&mut request);
    pair.platform.authorize(request, Some(started.pending), Some(&session), pair.now).unwrap_err()
}

fn posted_error(error: &AuthorizeError) -> (String, String) {
    let ErrorReply::FormPost(post) = error.reply() else { panic!("the tool is told: {error}") };
    assert_eq!(post.action, REDIRECT);
    assert!(post.field("id_token").is_none());
    (post.field("error").unwrap().to_owned(), post.field("state").unwrap_or_default().to_owned())
}

#[test]
fn x25_unregistered_redirect_uri_is_never_redirected_to() {
    for uri in [
        Some("https://evil.example/launch"),
        Some("https://tool.example/launch/"),
        Some("https://tool.example/launch?x=1"),
        Some("https://tool.example/launch#x"),
        Some("https://TOOL.example/launch"),
        Some("https://tool.example/quiz/9"),
        Some("javascript:alert(1)"),
        Some(""),
        None,
    ] {
        let error = refuse(|request| request.redirect_uri = uri.map(str::to_owned));
        assert_eq!(error.problem(), AuthorizeProblem::RedirectUriUnknown);
        assert_eq!(error.reply(), ErrorReply::Page);
        assert_eq!(error.http_status(), 400);
    }
    let error = refuse(|request| request.client_id = None);
    assert_eq!((error.code(), error.reply()), ("client_unknown", ErrorReply::Page));
    // Redirect URIs are optional in a record: then exactly the target link URI is one.
    let pair = Pair::with_platform_record(|record| record.redirect_uris.clear());
    let session = pair.session();
    let started = pair.click(&session);
    let mut request = pair.begin(started.initiation).request;
    request.redirect_uri = Some(TARGET.to_owned());
    assert!(pair.platform.authorize(request, Some(started.pending), Some(&session), pair.now).is_ok());
}

#[test]
fn x26_wrong_parameters_have_their_oidc_error() {
    type Change = fn(&mut AuthenticationRequest);
    let cases: [(Change, &str, &str); 9] = [
        (|r| r.response_type = Some("code".into()), "unsupported_response_type", "response_type_unsupported"),
        (
            |r| r.response_type = Some("id_token token".into()),
            "unsupported_response_type",
            "response_type_unsupported",
        ),
        (|r| r.response_mode = Some("query".into()), "invalid_request", "response_mode_unsupported"),
        (|r| r.scope = Some("profile".into()), "invalid_scope", "scope_without_openid"),
        (|r| r.scope = Some("xopenid".into()), "invalid_scope", "scope_without_openid"),
        (|r| r.prompt = Some("login".into()), "invalid_request", "prompt_not_none"),
        (|r| r.prompt = None, "invalid_request", "prompt_not_none"),
        (|r| r.nonce = None, "invalid_request", "nonce_missing"),
        (
            |r| r.lti_message_hint = Some(MessageHint::new("x").unwrap()),
            "invalid_request",
            "message_hint_mismatch",
        ),
    ];
    for (change, oidc, code) in cases {
        let error = refuse(change);
        assert_eq!(error.code(), code);
        let (posted, state) = posted_error(&error);
        assert_eq!(posted, oidc);
        assert_eq!(state.len(), 43, "the state comes back");
    }
    let error = refuse(|r| r.state = None);
    assert_eq!(
        (error.code(), posted_error(&error)),
        ("state_missing", ("invalid_request".into(), String::new()))
    );
}

#[test]
fn x27_another_users_login_hint_or_no_session() {
    let pair = Pair::new();
    let attempt = |session: Option<&Session>, hint: Option<LoginHint>| {
        let started = pair.click(&pair.session());
        let mut request = pair.begin(started.initiation).request;
        if let Some(hint) = hint {
            request.login_hint = Some(hint);
        }
        pair.platform.authorize(request, Some(started.pending), session, pair.now).map(|_| ())
    };
    let own = pair.session();
    attempt(Some(&own), None).expect("one's own login");

    let error = attempt(None, None).unwrap_err();
    assert_eq!((error.code(), posted_error(&error).0.as_str()), ("session_missing", "login_required"));
    for other in [
        Session::new("session-2", UserId::new("user-2").unwrap()),
        Session::new("session-1", UserId::new("user-2").unwrap()),
        Session::new("session-2", UserId::new("user-1").unwrap()),
        Session::guest("session-1"),
    ] {
        let error = attempt(Some(&other), None).unwrap_err();
        assert_eq!((error.code(), posted_error(&error).0.as_str()), ("session_mismatch", "access_denied"));
    }
    let error = attempt(Some(&own), Some(LoginHint::new("user-2").unwrap())).unwrap_err();
    assert_eq!((error.code(), posted_error(&error).0.as_str()), ("login_unknown", "invalid_request"));
}

/// What was used, expired or disabled meanwhile is refused.
#[test]
fn login_is_used_once_and_not_for_ever() {
    let mut pair = Pair::new();
    let session = pair.session();
    let started = pair.click(&session);
    let request = pair.begin(started.initiation.clone()).request;
    // The store hands a pending login out once: the second request finds none.
    let error = pair.platform.authorize(request.clone(), None, Some(&session), pair.now).unwrap_err();
    assert_eq!(error.code(), "login_unknown");
    pair.pass(chrono::TimeDelta::minutes(10));
    let error =
        pair.platform.authorize(request, Some(started.pending), Some(&session), pair.now).unwrap_err();
    assert_eq!(error.code(), "login_expired");

    let pair = Pair::new();
    let started = pair.click(&session);
    let request = pair.begin(started.initiation).request;
    let disabled = Pair::with_platform_record(|record| record.status = RegistrationStatus::Disabled).platform;
    let error = disabled.authorize(request, Some(started.pending), Some(&session), pair.now).unwrap_err();
    assert_eq!(
        (error.code(), posted_error(&error).0.as_str()),
        ("registration_not_active", "unauthorized_client")
    );
}

/// Hints that the platform sends come back, and are compared.
#[test]
fn message_hint_is_echoed_unaltered() {
    let pair = Pair::new();
    let session = pair.session();
    let link = lti_types::ResourceLink::new(lti_types::ResourceLinkId::new("link-1").unwrap());
    let deployment = lti_types::DeploymentId::new(DEPLOYMENT).unwrap();
    let mut intent = lti_platform::LaunchIntent::resource_link(link, deployment);
    let hint = MessageHint::new("a b+c%20=&é").unwrap();
    intent.message_hint = Some(hint.clone());
    let started =
        pair.platform.initiate_login(intent, &session, LoginHint::from_entropy([9; 32]), pair.now).unwrap();
    let received = LoginInitiation::from_query(started.redirect_url.query().unwrap()).unwrap();
    let login = pair.begin(received);
    assert_eq!(login.request.lti_message_hint.as_ref(), Some(&hint));
    let arrived = AuthenticationRequest::from_query(login.redirect_url.query().unwrap()).unwrap();
    pair.platform.authorize(arrived, Some(started.pending), Some(&session), pair.now).expect("authorized");
}

/// Each kind of personal data is sent or not, by the record's list.
#[test]
fn privacy_is_a_list_in_the_record() {
    let kinds = ["name", "email", "picture", "locale"];
    for allowed in 0..16u32 {
        let list: Vec<_> =
            kinds.iter().enumerate().filter(|(i, _)| allowed & (1 << i) != 0).map(|(_, k)| *k).collect();
        let pair = Pair::with_platform_record(|record| {
            record.privacy = Some(list.iter().map(|kind| (*kind).into()).collect());
        });
        let payload = payload_of(&pair.launch(message(ContextRole::Learner)).0);
        for kind in kinds {
            assert_eq!(payload.get(kind).is_some(), list.contains(&kind), "{list:?}: {kind}");
        }
        assert_eq!(payload["sub"], "user-1");
    }
}

/// Everything that a message can say about a person.
fn told_everything() -> LaunchMessage {
    let mut told = message(ContextRole::Mentor);
    told.role_scope_mentor = vec![UserId::new("user-7").unwrap()];
    let mut lis = lti_types::Lis::new();
    lis.person_sourcedid = Some("sis:ines".into());
    lis.result_sourcedid = Some("result:user-1".into());
    lis.course_section_sourcedid = Some("sis:botany".into());
    lis.extensions.insert("person_name_full".into(), json!("Ines Rojas"));
    told.lis = Some(lis);
    let mut outcome = lti_types::BasicOutcome::new();
    outcome.lis_result_sourcedid = Some("result:user-1".into());
    outcome.lis_outcome_service_url = Some("https://lms.example/outcomes".into());
    told.basic_outcome = Some(outcome);
    let mut about = lti_types::ForUser::new();
    about.user_id = Some(UserId::new("user-8").unwrap());
    about.name = Some("Ines Rojas".into());
    about.email = Some("ines@school.example".into());
    told.for_user = Some(about);
    let mut migration = lti_types::Lti1p1::new();
    migration.user_id = Some("old-user-1".into());
    migration.context_id = Some("old-course".into());
    migration.extensions.insert("lis_person_name_full".into(), json!("Ines Rojas"));
    told.lti1p1 = Some(migration);
    told.lti11_legacy_user_id = Some("old-user-1".into());
    told.extensions.insert("gender".into(), json!("hers, Ines"));
    told.custom = Custom::from_iter([("me", "$User.id"), ("name", "$Person.name.full"), ("week", "7")]);
    told
}

/// P09: a guest, or a policy that withholds the user id, gives nothing that tells who it is.
#[test]
fn anonymous_means_anonymous() {
    let mut no_id = Privacy::everything();
    no_id.user_id = false;
    for privacy in [Privacy::anonymous(), no_id] {
        let mut pair = Pair::new();
        pair.platform.policy.privacy = privacy;
        let (token, launch) = pair.launch(told_everything());
        assert_eq!(launch.unwrap().user(), lti_types::User::Anonymous);
        let text = payload_of(&token).to_string();
        for secret in ["user-", "Ines", "ines", "es-PE", "result:"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        for open in ["sis:botany", "old-course", "https://lms.example/outcomes"] {
            assert!(text.contains(open), "{open}");
        }
    }
    // Nobody is signed in, and the policy would send everything.
    let pair = Pair::new();
    let guest = Session::guest("session-9");
    let started = pair.click(&guest);
    let request = pair.begin(started.initiation).request;
    let authorized = pair.platform.authorize(request, Some(started.pending), Some(&guest), pair.now).unwrap();
    let payload = authorized.respond(told_everything(), pair.now).unwrap().payload().to_vec();
    let text = String::from_utf8(payload).unwrap();
    assert!(!text.contains("Ines") && !text.contains("user-1"), "{text}");
}

/// A policy of nothing but the id gives the id, and what is filed under it, and no more.
#[test]
fn only_the_user_id() {
    let mut pair = Pair::new();
    pair.platform.policy.privacy = Privacy::only_user_id();
    let text = payload_of(&pair.launch(told_everything()).0).to_string();
    assert!(
        !text.contains("Ines Rojas\",\"given") && !text.contains("ines@") && !text.contains("es-PE"),
        "{text}"
    );
    for open in ["user-1", "user-7", "user-8", "result:user-1", "old-user-1"] {
        assert!(text.contains(open), "{open}");
    }
    let pair = Pair::new();
    let text = payload_of(&pair.launch(told_everything()).0).to_string();
    assert!(text.contains("hers, Ines") && text.contains("ines@school.example"));
}

/// What identifies or is opaque goes out as it is: a tool's nonce with blanks comes back with them.
#[test]
fn nothing_opaque_is_trimmed() {
    let pair = Pair::new();
    let session = pair.session();
    let started = pair.click(&session);
    let mut request = pair.begin(started.initiation).request;
    request.nonce = Some(lti_types::Nonce::new(" n ").unwrap());
    let authorized =
        pair.platform.authorize(request, Some(started.pending), Some(&session), pair.now).unwrap();
    let payload = authorized.respond(message(ContextRole::Learner), pair.now).unwrap().payload().to_vec();
    assert_eq!(serde_json::from_slice::<Value>(&payload).unwrap()["nonce"], " n ");
    let link = lti_types::ResourceLink::new(lti_types::ResourceLinkId::new("l").unwrap());
    let deployment = lti_types::DeploymentId::new(DEPLOYMENT).unwrap();
    let mut intent = lti_platform::LaunchIntent::resource_link(link, deployment);
    intent.target_link_uri = Some(" https://tool.example/x ".into());
    let hint = LoginHint::from_entropy([8; 32]);
    let error = pair.platform.initiate_login(intent, &session, hint, pair.now).unwrap_err();
    assert_eq!(error.code(), "target_link_uri_invalid");
}

/// A pending login of another issuer of the same platform does not serve, though the client id is the same.
#[test]
fn login_of_another_issuer() {
    let pair = Pair::new();
    let session = pair.session();
    let started = pair.click(&session);
    let request = pair.begin(started.initiation).request;
    let issuer = lti_types::Issuer::new("https://other.example").unwrap();
    let other = lti_platform::Registration::new(issuer, pair.platform.record().clone()).unwrap();
    let error = other.authorize(request, Some(started.pending), Some(&session), pair.now).unwrap_err();
    assert_eq!(error.code(), "login_unknown");
}

/// Two sessions without an id would be one and the same.
#[test]
fn sessions_without_an_id_open_nothing() {
    let pair = Pair::new();
    let nameless = Session::guest("");
    let link = lti_types::ResourceLink::new(lti_types::ResourceLinkId::new("l").unwrap());
    let intent =
        lti_platform::LaunchIntent::resource_link(link, lti_types::DeploymentId::new(DEPLOYMENT).unwrap());
    let hint = LoginHint::from_entropy([8; 32]);
    let error = pair.platform.initiate_login(intent, &nameless, hint, pair.now).unwrap_err();
    assert_eq!(error.code(), "session_missing");
}

/// What would not satisfy a picky tool is not signed at all; every fault is named.
#[test]
fn faulty_messages_are_not_signed() {
    type Change = fn(&mut LaunchMessage);
    let cases: [(Change, &str); 24] = [
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
        (|m| drop(m.extensions.insert("mood".into(), json!(1))), "extension_name_not_a_url"),
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
        let lti_platform::RespondError::Message(faults) = &error else { panic!("{error}") };
        assert!(faults.as_slice().iter().any(|fault| fault.code() == code), "{code}: {error}");
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

/// Variables in the custom parameters of registration and link: resolved, lazily supplied, withheld, unsupported.
#[test]
fn custom_parameters_are_substituted() {
    let mut pair = Pair::with_platform_record(|record| {
        record.custom = Custom::from_iter([
            ("mail", "$Person.email.primary"),
            ("course", "$Context.title"),
            ("x", "link wins"),
        ]);
    });
    let told = || {
        let mut told = message(ContextRole::Learner);
        told.custom = Custom::from_iter([
            ("x", "$ResourceLink.id"),
            ("copies", "$Context.id.history"),
            ("due", "$ResourceLink.submission.endDateTime"),
            ("odd", "$Vendor.unheard.of"),
        ]);
        told
    };
    let values = |name: &str| match name {
        "Context.id.history" => Some(lti_platform::id_history(["course-0", "course 00"])),
        "ResourceLink.submission.endDateTime" => Some(String::new()),
        _ => None,
    };
    let custom_of = |pair: &Pair| {
        let (authorized, login) = pair.authorized();
        let post = authorized.respond_with(told(), &values, pair.now).unwrap().sign(&KEY).unwrap();
        let state = login.request.state.clone().unwrap();
        let launch = pair.post(post.field("id_token").unwrap().to_owned(), state, login).unwrap();
        launch.claims().custom.clone().unwrap()
    };
    let custom = custom_of(&pair);
    assert_eq!(custom.get("mail"), Some("ines@school.example"));
    assert_eq!(custom.get("course"), Some("Botany"));
    assert_eq!(custom.get("x"), Some("link-1"));
    assert_eq!(custom.get("copies"), Some("course-0,course%2000"));
    assert_eq!(custom.get("due"), Some(""), "supported, and nothing there");
    assert_eq!((custom.raw("odd"), custom.get("odd")), (Some("$Vendor.unheard.of"), None), "not supported");

    pair.platform.policy.privacy = Privacy::only_user_id();
    let custom = custom_of(&pair);
    assert_eq!((custom.raw("mail"), custom.get("mail")), (Some("$Person.email.primary"), None), "withheld");
    assert_eq!(custom.get("course"), Some("Botany"));
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
