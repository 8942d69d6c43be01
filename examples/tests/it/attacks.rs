//! Classes of attack that were found in this field, one named test each.

use std::collections::BTreeMap;
use std::sync::{Arc, Barrier, Mutex};

use lti_browser::{
    Completion, CompletionRequest, CspNonce, Framing, Origin, PageOptions, Texts, form_post_page,
};
use lti_jwks::{Jwk, JwkSet, JwkSetError, VerifyingKeys};
use lti_tool::{Browser, LaunchError, Registration, UnverifiedLaunch};
use lti_types::{
    AuthenticationRequest, AuthenticationResponse, ClientId, FormError, Issuer, LoginInitiation, State,
};
use serde_json::{Value, json};

use crate::pair::{KEY, KID, Pair, REDIRECT, STRANGER, Token, base64url, sign};
use crate::payloads::{claim, instructor, learner, with};
use crate::tool_bad::reject;

/// A login that began at one platform cannot be finished by another, though both are registered.
#[test]
fn issuer_mix_up() {
    let honest = Pair::new();
    let evil = Pair::with_tool_record(|record| record.issuer = Issuer::new("https://evil.example").unwrap());

    // The evil platform's token, in a login that began at the honest one.
    let login = honest.begin(honest.initiation());
    let token = Token::of(with(learner(), "iss", "https://evil.example"));
    assert_eq!(honest.receive_for(login, &token).unwrap_err().code(), "issuer_mismatch");

    // The caller verifies with the other registration than the one that began the login.
    let login = honest.begin(honest.initiation());
    assert_eq!(evil.receive_for(login, &token).unwrap_err().code(), "registration_mismatch");

    // The login initiation names one platform and is begun at another.
    let secrets = lti_tool::LoginSecrets::from_entropy([[1; 32]; 3]);
    let error =
        evil.tool.begin_login(honest.initiation(), &REDIRECT.into(), secrets, honest.now).unwrap_err();
    assert_eq!(error.code(), "registration_mismatch");
}

/// The token has no say in which algorithm is used; see also rows X-01 and X-02.
#[test]
fn algorithm_confusion() {
    for alg in
        ["RS384", "RS512", "PS256", "ES256", "EdDSA", "HS256", "HS512", "rs256", " RS256", "RS256\u{0}"]
    {
        reject("algorithm_not_allowed", |token| token.header["alg"] = alg.into());
    }
    for alg in [json!(null), json!(256), json!(["RS256"]), json!({})] {
        let mut token = Token::of(learner());
        token.header["alg"] = alg;
        let error = Pair::new().receive(&token).unwrap_err();
        assert!(matches!(error, LaunchError::Token(_)), "{error}");
    }
    // A registration without algorithms accepts nothing.
    let mut pair = Pair::new();
    pair.tool.policy.algorithms.clear();
    assert_eq!(pair.receive(&Token::of(learner())).unwrap_err().code(), "algorithm_not_allowed");
}

/// `kid` is a name to be found, never a path, a query or a URL, and two keys of one name are no key.
#[test]
fn kid_tricks() {
    for kid in [
        "../../dev/null",
        "' OR 1=1 --",
        "https://evil.example/key",
        "platform-key-1 ",
        "PLATFORM-KEY-1",
        "é",
    ] {
        reject("key_unknown", |token| token.header["kid"] = kid.into());
    }
    for kid in [json!(""), json!(1), json!([KID]), json!("k\u{0}"), json!("k".repeat(5000)), json!({})] {
        reject("key_id_malformed", |token| token.header["kid"] = kid.clone());
    }
    let named = |jwk: Jwk| with(serde_json::to_value(jwk).unwrap(), "kid", KID);
    for keys in [[KEY.public_jwk(), STRANGER.public_jwk()], [STRANGER.public_jwk(), KEY.public_jwk()]] {
        let set = json!({"keys": keys.map(named)}).to_string();
        let mut pair = Pair::new();
        pair.keys = VerifyingKeys::from_jwk_set(&JwkSet::parse(set.as_bytes()).unwrap());
        assert_eq!(pair.receive(&Token::of(learner())).unwrap_err().code(), "key_ambiguous");
    }
}

/// Sizes are bounded before anything is done with the content.
#[test]
fn oversize() {
    let pair = Pair::new();
    let mut too_large = Token::of(learner());
    too_large.payload["https://vendor.example/filler"] = "x".repeat(50_000).into();
    assert_eq!(pair.receive(&too_large).unwrap_err().code(), "too_large");

    let state = || State::new("s").unwrap();
    let huge = AuthenticationResponse::id_token("x".repeat(300_000), state()).to_form_post(REDIRECT).body();
    assert_eq!(AuthenticationResponse::from_form(huge.as_bytes()).unwrap_err(), FormError::TooLarge);
    let error = UnverifiedLaunch::from_form(AuthenticationResponse::id_token("x".repeat(65_537), state()))
        .unwrap_err();
    assert_eq!(error.code(), "too_large");

    let key = serde_json::to_value(KEY.public_jwk()).unwrap();
    let set = json!({"keys": vec![key.clone(); 101]}).to_string();
    assert_eq!(JwkSet::parse(set.as_bytes()).unwrap_err(), JwkSetError::TooManyKeys);
    assert_eq!(
        JwkSet::parse(json!({"keys": vec![key; 100]}).to_string().as_bytes()).unwrap().keys.len(),
        100
    );
    let set = format!(r#"{{"keys":[],"x":"{}"}}"#, "x".repeat(1024 * 1024));
    assert_eq!(JwkSet::parse(set.as_bytes()).unwrap_err(), JwkSetError::TooLarge);

    let nested = |levels: usize| {
        let mut value = json!(1);
        for _ in 0..levels {
            value = json!([value]);
        }
        pair.receive(&Token::of(with(learner(), "https://vendor.example/deep", value)))
    };
    nested(63).expect("64 levels with the payload's own");
    assert_eq!(nested(64).unwrap_err().code(), "payload_nested_too_deep");

    let roles = |count: usize| {
        pair.receive(&Token::of(with(learner(), "roles", vec!["https://vendor.example/r#x"; count])))
    };
    roles(1000).expect("a thousand roles");
    assert_eq!(roles(1001).unwrap_err().code(), "roles_invalid");
}

/// A key of another type under the right name does not help.
#[test]
fn key_type_mismatch() {
    let other_types = [
        json!({"kty": "EC", "crv": "P-256", "kid": KID, "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
               "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}),
        json!({"kty": "oct", "kid": KID, "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}),
        with(serde_json::to_value(KEY.public_jwk()).unwrap(), "use", "enc"),
        with(serde_json::to_value(KEY.public_jwk()).unwrap(), "alg", "RS512"),
    ];
    for jwk in other_types {
        let mut pair = Pair::new();
        let set = json!({"keys": [jwk]}).to_string();
        pair.keys = VerifyingKeys::from_jwk_set(&JwkSet::parse(set.as_bytes()).unwrap());
        let error = pair.receive(&Token::of(learner())).unwrap_err();
        assert!(matches!(error.code(), "key_unusable" | "key_algorithm_mismatch"), "{jwk}: {error}");
    }
}

/// Our client id has to be an audience of its own, whole, and in no bad company.
#[test]
fn aud_tricks() {
    for aud in [json!(["https://evil.example", "quiz-tool"]), json!(["quiz-tool", "quiz-tool2"])] {
        reject("audience_untrusted", |token| token.payload["aud"] = aud.clone());
    }
    for aud in [json!("quiz-tool,evil"), json!("quiz-tool "), json!("QUIZ-TOOL"), json!("quiz"), json!("")] {
        reject("audience_mismatch", |token| token.payload["aud"] = aud.clone());
    }
    for aud in [json!({"0": "quiz-tool"}), json!([["quiz-tool"]]), json!(7), json!([null])] {
        reject("audience_invalid", |token| token.payload["aud"] = aud.clone());
    }
    reject("audience_missing", |token| token.payload["aud"] = Value::Null);
}

/// A store that hands each pending launch out once.
#[derive(Default)]
struct Once(Mutex<BTreeMap<String, String>>);

impl Once {
    fn put(&self, login: &lti_tool::Login) {
        let stored = serde_json::to_string(&login.pending).unwrap();
        self.0.lock().unwrap().insert(login.pending.state().as_str().to_owned(), stored);
    }

    fn take(&self, state: &State) -> Option<lti_tool::PendingLaunch> {
        self.0.lock().unwrap().remove(state.as_str()).map(|stored| serde_json::from_str(&stored).unwrap())
    }
}

/// The same post from a hundred connections at the same moment makes one launch.
#[test]
fn nonce_and_state_reuse_and_race() {
    let pair = Pair::new();
    let login = pair.begin(pair.initiation());
    let token = Token::of(learner()).compact(login.request.nonce.as_ref().unwrap().as_str(), pair.now);
    let state = login.request.state.clone().unwrap();
    let store = Arc::new(Once::default());
    store.put(&login);

    let start = Arc::new(Barrier::new(100));
    let (tool, keys, now, secret) =
        (Arc::new(pair.tool), Arc::new(pair.keys), pair.now, login.browser_secret);
    let posts: Vec<_> = (0..100)
        .map(|_| {
            let (store, start, tool, keys) = (store.clone(), start.clone(), tool.clone(), keys.clone());
            let (token, state, secret) = (token.clone(), state.clone(), secret.clone());
            std::thread::spawn(move || {
                let response = AuthenticationResponse::id_token(token, state);
                let unverified = UnverifiedLaunch::from_form(response).unwrap();
                start.wait();
                let Some(pending) = store.take(unverified.state()) else { return false };
                unverified.verify(pending, &Browser::from_cookie(secret), &tool, &keys, now).is_ok()
            })
        })
        .collect();
    let launches = posts.into_iter().map(|post| post.join().unwrap()).filter(|ok| *ok).count();
    assert_eq!(launches, 1);
}

/// A valid token and state of the attacker's, posted by the victim's browser, log nobody in.
#[test]
fn login_csrf() {
    let pair = Pair::new();
    let attackers = pair.begin(pair.initiation());
    let token = Token::of(instructor()).compact(attackers.request.nonce.as_ref().unwrap().as_str(), pair.now);
    let state = attackers.request.state.clone().unwrap();
    let victims = pair.begin(pair.initiation());

    let response = AuthenticationResponse::id_token(token, state);
    let error = UnverifiedLaunch::from_form(response)
        .unwrap()
        .verify(
            attackers.pending,
            &Browser::from_cookie(victims.browser_secret),
            &pair.tool,
            &pair.keys,
            pair.now,
        )
        .unwrap_err();
    assert_eq!(error.code(), "browser_mismatch");
    assert_eq!(error.http_status(), 401);
}

/// A completion of the platform-storage path that was captured is worth nothing elsewhere: posted from another
/// page it is refused before anything is taken, and in another browser the secret is not to be had. The state,
/// which whoever began the login knows, is no substitute for it.
#[test]
fn captured_completion_posted_cross_site() {
    let pair = Pair::new();
    let attackers = pair.begin(pair.initiation());
    let state = attackers.request.state.clone().unwrap();
    let token = Token::of(instructor()).compact(attackers.request.nonce.as_ref().unwrap().as_str(), pair.now);
    let store = Once::default();
    store.put(&attackers);
    let own = Origin::parse("https://tool.example").unwrap();

    // The first post, cross-site: only parsing, and finding the platform whose frame to ask.
    let form = AuthenticationResponse::id_token(token.clone(), state.clone()).to_form_post(REDIRECT).body();
    let unverified =
        UnverifiedLaunch::from_form(AuthenticationResponse::from_form(form.as_bytes()).unwrap()).unwrap();
    assert_eq!(
        unverified.likely_registration([&pair.tool]).unwrap().issuer().as_str(),
        "https://lms.example"
    );

    // The completion, with the right secret even, from any page but our own.
    let complete = |secret: &str| json!({"id_token": token, "state": state, "secret": secret}).to_string();
    let captured = complete(attackers.browser_secret.as_str());
    for (origin, site) in [
        (Some("https://evil.example"), Some("cross-site")),
        (Some("https://evil.example"), Some("same-origin")),
        (Some("https://sub.tool.example"), Some("same-site")),
        (Some("http://tool.example"), Some("same-origin")),
        (Some("https://tool.example"), Some("cross-site")),
        (Some("https://tool.example"), None),
        (Some("null"), Some("same-origin")),
        (None, None),
    ] {
        let request = CompletionRequest::new(origin, site, Some("application/json"), captured.as_bytes());
        let error = Completion::read(&own, &request).unwrap_err();
        assert_eq!(error.http_status(), 403, "{origin:?} {site:?}");
    }
    assert_eq!(store.0.lock().unwrap().len(), 1, "nothing was taken");

    // In another browser our own page finds no secret; the state in its place opens nothing.
    let json = complete(state.as_str());
    let request = CompletionRequest::new(
        Some(own.as_str()),
        Some("same-origin"),
        Some("application/json"),
        json.as_bytes(),
    );
    let completion = Completion::read(&own, &request).unwrap();
    let unverified = UnverifiedLaunch::from_form(completion.response).unwrap();
    let pending = store.take(unverified.state()).unwrap();
    let proof = Browser::from_platform_storage(completion.secret);
    let error = unverified.verify(pending, &proof, &pair.tool, &pair.keys, pair.now).unwrap_err();
    assert_eq!(error.code(), "browser_mismatch");
}

/// The same path in the browser that began the login.
#[test]
fn completion_from_our_own_page() {
    let pair = Pair::new();
    let login = pair.begin(pair.initiation());
    let state = login.request.state.clone().unwrap();
    let token = Token::of(learner()).compact(login.request.nonce.as_ref().unwrap().as_str(), pair.now);
    let own = Origin::parse("https://tool.example").unwrap();
    let json = json!({"id_token": token, "state": state, "secret": login.browser_secret}).to_string();
    let request = CompletionRequest::new(
        Some(own.as_str()),
        Some("same-origin"),
        Some("application/json"),
        json.as_bytes(),
    );
    let completion = Completion::read(&own, &request).unwrap();
    let proof = Browser::from_platform_storage(completion.secret);
    let unverified = UnverifiedLaunch::from_form(completion.response).unwrap();
    let launch = unverified.verify(login.pending, &proof, &pair.tool, &pair.keys, pair.now).unwrap();
    assert_eq!(launch.binding(), lti_tool::Binding::PlatformStorage);
}

/// A tool's state that is markup comes out of the platform's page as the text that it is.
#[test]
fn xss_in_form_post() {
    let markup = r#""><script>alert(1)</script><input value=" onfocus='alert(2)' \u003c/script> & &quot;"#;
    let pair = Pair::new();
    let session = pair.session();
    let started = pair.click(&session);
    let mut request = pair.begin(started.initiation).request;
    request.state = Some(State::new(markup).unwrap());
    let authorized =
        pair.platform.authorize(request, Some(started.pending), Some(&session), pair.now).unwrap();
    let message = lti_platform::LaunchMessage::new(lti_types::Roles::none());
    let post = authorized.respond(message, pair.now).unwrap().sign(&KEY).unwrap();
    assert_eq!(post.field("state"), Some(markup));

    let nonce = CspNonce::from_entropy([5; 32]);
    let texts = Texts::default();
    let page = form_post_page(&post, &PageOptions::new(&nonce, &texts, Framing::SameOrigin)).unwrap();
    assert_eq!(page.body.matches("<script").count(), 1, "our own, and no other");
    assert!(!page.body.contains("alert(1)</script>") && !page.body.contains(" onfocus='"));
    let policy = page.header("Content-Security-Policy").unwrap();
    assert!(policy.contains(&format!("script-src 'nonce-{}'", nonce.as_str())), "{policy}");
    assert!(!policy.contains("unsafe-inline") && !policy.contains('*'), "{policy}");
    assert_eq!(page.header("Cache-Control"), Some("no-store"));
    assert_eq!(page.header("X-Frame-Options"), None);

    // And an address that is a script makes no page at all.
    let evil = lti_types::FormPost::new("javascript:alert(1)", [("state", "s")]);
    assert!(form_post_page(&evil, &PageOptions::new(&nonce, &texts, Framing::SameOrigin)).is_err());
}

/// The login's target link URI is followed nowhere, and the launch leads where the signature says.
#[test]
fn open_redirect() {
    let pair = Pair::new();
    let mut login = pair.initiation();
    login.target_link_uri = "https://evil.example/phish".into();
    let begun = pair.begin(login);
    assert!(begun.redirect_url.as_str().starts_with("https://lms.example/auth?"));
    assert!(!begun.redirect_url.as_str().contains("evil.example"));
    assert_eq!(
        pair.receive_for(begun, &Token::of(learner())).unwrap_err().code(),
        "target_link_uri_mismatch"
    );
    for target in
        ["https://tool.example.evil.example/quiz/9", "https://tool.example@evil.example/quiz/9", "//evil"]
    {
        let mut login = pair.initiation();
        login.target_link_uri = target.into();
        let error = pair.receive_for(pair.begin(login), &Token::of(learner())).unwrap_err();
        assert_eq!(error.code(), "target_link_uri_mismatch");
    }
    // The way back to the platform is no better: script addresses open nothing.
    let evil = with(learner(), &claim("launch_presentation"), json!({"return_url": "javascript:alert(1)"}));
    let launch = pair.receive(&Token::of(evil)).unwrap();
    let presentation = launch.claims().launch_presentation.as_ref().unwrap();
    assert!(presentation.return_to(&lti_types::ReturnMessages::new()).is_none());
    // Registrations that would send browsers elsewhere cannot be made.
    for url in ["javascript:alert(1)", "http://lms.example/auth", "https://user@lms.example/auth", "/auth"] {
        let mut record = pair.tool.record().clone();
        record.authentication_url = url.into();
        assert!(Registration::new(record).is_err(), "{url}");
    }
}

/// A platform signs a launch only for the person whose browser began the login.
#[test]
fn platform_login_for_another_users_session() {
    let pair = Pair::new();
    let victim = pair.session();
    let attacker = lti_platform::Session::new("session-2", lti_types::UserId::new("user-2").unwrap());

    // The attacker lets the victim's browser carry a login that the attacker began, and the other way round.
    for (began, brings) in [(&attacker, &victim), (&victim, &attacker)] {
        let started = pair.click(began);
        let login = pair.begin(LoginInitiation::from_pairs(started.initiation.to_pairs()).unwrap());
        let request = AuthenticationRequest::from_pairs(login.request.to_pairs()).unwrap();
        let error =
            pair.platform.authorize(request, Some(started.pending), Some(brings), pair.now).unwrap_err();
        assert_eq!(error.code(), "session_mismatch");
    }
}

/// A pending login of one tool does not serve another.
#[test]
fn login_hint_of_another_tool() {
    let pair = Pair::new();
    let other = Pair::with_platform_record(|record| record.client_id = ClientId::new("other-tool").unwrap());
    let session = pair.session();
    let started = other.click(&session);
    let mut request = pair.begin(pair.initiation()).request;
    request.login_hint = Some(started.initiation.login_hint.clone());
    let error =
        pair.platform.authorize(request, Some(started.pending), Some(&session), pair.now).unwrap_err();
    assert_eq!(error.code(), "login_unknown");
}

/// No error says anything that the token, form or browser said.
#[test]
fn errors_do_not_echo() {
    const MARK: &str = "SECRETMARK";
    let pair = Pair::new();
    let mut shown = Vec::new();
    let mut note =
        |error: LaunchError| shown.push(format!("{error} | {error:?} | {} | {}", error.code(), error.spec()));
    for name in ["iss", "aud", "azp", "nonce", "sub", "exp"] {
        note(pair.receive(&Token::of(with(learner(), name, format!("{MARK}\u{1}")))).unwrap_err());
        note(pair.receive(&Token::of(with(learner(), name, json!({MARK: MARK})))).unwrap_err());
    }
    for name in ["message_type", "version", "deployment_id", "roles", "resource_link"] {
        note(
            pair.receive(&Token::of(with(learner(), &claim(name), json!([{MARK: MARK}, [[MARK]]]))))
                .unwrap_err(),
        );
    }
    let mut token = Token::of(learner());
    token.header["kid"] = MARK.into();
    note(pair.receive(&token).unwrap_err());
    token.header["alg"] = MARK.into();
    note(pair.receive(&token).unwrap_err());
    for compact in [MARK.to_owned(), format!("{MARK}.{MARK}.{MARK}"), sign(MARK, MARK, &KEY)] {
        note(
            UnverifiedLaunch::from_form(AuthenticationResponse::id_token(compact, State::new(MARK).unwrap()))
                .unwrap_err(),
        );
    }
    note(
        UnverifiedLaunch::from_form(
            AuthenticationResponse::from_pairs([
                ("error", MARK),
                ("error_description", MARK),
                ("state", MARK),
            ])
            .unwrap(),
        )
        .unwrap_err(),
    );
    assert_eq!(shown.len(), 23);
    for text in shown {
        assert!(!text.contains(MARK), "{text}");
        assert!(!text.contains(&base64url(MARK.as_bytes())), "{text}");
    }
    let error =
        AuthenticationResponse::from_form(format!("id_token={MARK}&id_token={MARK}&state=s").as_bytes());
    assert!(!error.unwrap_err().to_string().contains(MARK));
}
