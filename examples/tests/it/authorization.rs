//! Whom a platform answers, and with what (rows ).

use lti_platform::{AuthorizeError, AuthorizeProblem, ErrorReply, Session};
use lti_types::{AuthenticationRequest, LoginHint, LoginInitiation, MessageHint, RegistrationStatus, UserId};

use crate::pair::{DEPLOYMENT, Pair, REDIRECT, TARGET};

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
    assert_eq!(error.code(), "session_without_id");
}
