//! Tokens between both ends (X-28, X-29), and what stands for them.

use chrono::TimeDelta;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use http::{Method, Request, Response};
use lti_jwks::UnsignedJwt;
use lti_services::platform::{Access, GrantSigner, RequestRefusal, TokenRefusal};
use lti_services::{ASSERTION_TYPE, AccessToken, AssertionId, TokenRequest};
use lti_types::{DeploymentId, Issuer, RegistrationStatus, Scope};
use serde_json::{Value, json};

use super::platform::{Platform, TOKEN_URL, key, keys, place, start};

fn form(fields: &[(&str, &str)]) -> Request<Vec<u8>> {
    let body = url_encoded(fields);
    Request::builder()
        .method(Method::POST)
        .uri(TOKEN_URL)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body.into_bytes())
        .unwrap()
}

fn url_encoded(fields: &[(&str, &str)]) -> String {
    let escape =
        |text: &str| text.replace('%', "%25").replace('&', "%26").replace('+', "%2B").replace(' ', "+");
    fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect::<Vec<_>>().join("&")
}

fn signed(claims: &Value) -> Request<Vec<u8>> {
    let assertion = UnsignedJwt::new(claims).unwrap().sign(key()).unwrap();
    TokenRequest::new(&TOKEN_URL.into(), assertion, [Scope::Score]).unwrap().to_http()
}

fn claims() -> Value {
    let now = start().timestamp();
    json!({"iss": "quiz", "sub": "quiz", "aud": TOKEN_URL, "iat": now, "exp": now + 60, "jti": "j1"})
}

fn error_of(response: &Response<Vec<u8>>) -> String {
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    body["error"].as_str().unwrap().to_owned()
}

#[test]
fn p_n05_a_token_is_granted_for_an_assertion() {
    let mut platform = Platform::new();
    let request = TokenRequest::new(
        &TOKEN_URL.into(),
        platform.assertion("quiz").sign(key()).unwrap(),
        [Scope::LineItem],
    )
    .unwrap();
    let response = platform.grant_token(&request.to_http());
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    assert_eq!(response.headers()[PRAGMA], "no-cache");
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["scope"], Scope::LineItem.as_str());
    let granted = request.read(&response, platform.now).unwrap();
    assert_eq!(granted.scopes, [Scope::LineItem]);
    assert_eq!(granted.expires_at, platform.now + TimeDelta::hours(1));
}

#[test]
fn x28_assertions_that_prove_nothing() {
    let mut platform = Platform::new();
    assert!(platform.try_token(&signed(&claims())).is_ok(), "the good one");
    let now = start().timestamp();
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims["jti"] = json!(format!("j-{name}-{value}"));
        claims[name] = value;
        if claims[name].is_null() {
            claims.as_object_mut().unwrap().remove(name);
        }
        claims
    };
    for (claims, code) in [
        (with("aud", json!("https://lms.example/token/")), "audience_mismatch"),
        (with("aud", json!("https://other.example/token")), "audience_mismatch"),
        (with("aud", json!([])), "audience_missing"),
        (with("aud", json!(null)), "audience_missing"),
        (with("iss", json!("other")), "issuer_mismatch"),
        (with("iss", json!(null)), "issuer_missing"),
        (with("sub", json!("other")), "issuer_mismatch"),
        (with("sub", json!("nobody")), "client_unknown"),
        (with("sub", json!(null)), "client_missing"),
        (with("exp", json!(now - 61)), "times_inconsistent"),
        (with("exp", json!(null)), "expiry_missing"),
        (with("iat", json!(now + 61)), "times_inconsistent"),
        (with("iat", json!(null)), "issued_at_missing"),
        (with("exp", json!(now + 3601)), "lifetime_too_long"),
        (with("jti", json!(null)), "jti_missing"),
        (with("jti", json!("")), "jti_missing"),
        (with("jti", json!("x".repeat(513))), "jti_missing"),
        (with("jti", json!("j1")), "assertion_replayed"),
        (with("https://purl.imsglobal.org/spec/lti/claim/deployment_id", json!("d9")), "deployment_unknown"),
        (with("https://purl.imsglobal.org/spec/lti/claim/deployment_id", json!(7)), "deployment_unknown"),
    ] {
        let refusal = platform.try_token(&signed(&claims)).unwrap_err();
        assert_eq!(refusal.code(), code, "{claims}");
        let response = refusal.to_http();
        assert_eq!(
            (response.status().as_u16(), error_of(&response).as_str()),
            (400, "invalid_client"),
            "{claims}"
        );
        assert!(!refusal.spec().is_empty());
    }
    // Expired, to the second and the leeway.
    platform.pass(TimeDelta::seconds(119));
    assert!(platform.try_token(&signed(&with("azp", json!(1)))).is_err(), "azp is no number");
    let mut late = claims();
    late["jti"] = json!("late");
    assert!(platform.try_token(&signed(&late)).is_ok());
    platform.pass(TimeDelta::seconds(1));
    late["jti"] = json!("later");
    assert_eq!(platform.try_token(&signed(&late)).unwrap_err().code(), "expired");
}

#[test]
fn x28_algorithms_keys_and_signatures() {
    let mut platform = Platform::new();
    let good = UnsignedJwt::new(&claims()).unwrap().sign(key()).unwrap();
    let parts: Vec<_> = good.split('.').collect();
    let header = |text: &str| encode(text.as_bytes());
    let kid = key().key_id().as_str();
    for (assertion, code) in [
        (
            format!("{}.{}.{}", header(&format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#)), parts[1], parts[2]),
            "algorithm_not_allowed",
        ),
        (
            format!("{}.{}.", header(&format!(r#"{{"alg":"none","kid":"{kid}"}}"#)), parts[1]),
            "algorithm_not_allowed",
        ),
        (
            format!("{}.{}.{}", header(r#"{"alg":"RS256","kid":"unknown"}"#), parts[1], parts[2]),
            "key_unknown",
        ),
        (format!("{}.{}.{}", header(r#"{"alg":"RS256"}"#), parts[1], parts[2]), "key_id_missing"),
        (
            format!(
                "{}.{}.{}",
                parts[0],
                encode(
                    &serde_json::to_vec(&{
                        let mut claims = claims();
                        claims["jti"] = json!("j2");
                        claims
                    })
                    .unwrap()
                ),
                parts[2]
            ),
            "signature_invalid",
        ),
        ("no.token".to_owned(), "segments_malformed"),
    ] {
        let request = TokenRequest::new(&TOKEN_URL.into(), assertion, [Scope::Score]).unwrap();
        let refusal = platform.try_token(&request.to_http()).unwrap_err();
        assert_eq!(refusal.code(), code);
        assert_eq!(error_of(&refusal.to_http()), "invalid_client");
    }
}

/// Base64url, which this crate has no use for outside of this test.
fn encode(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(word >> (18 - 6 * position) & 63) as usize]));
        }
    }
    text
}

#[test]
fn x29_scopes_missing_unknown_and_partly_permitted() {
    let mut platform = Platform::new();
    let quiz = platform.clients.values_mut().find(|client| client.client_id.as_str() == "quiz").unwrap();
    quiz.scopes = vec![Scope::Score, Scope::ResultReadOnly];
    let ask = |platform: &mut Platform, scope: Option<&str>| {
        let assertion = platform.assertion("quiz").sign(key()).unwrap();
        let mut fields = vec![
            ("grant_type", "client_credentials"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
        ];
        fields.extend(scope.map(|scope| ("scope", scope)));
        platform.grant_token(&form(&fields))
    };
    for (scope, error) in [
        (None, "invalid_request"),
        (Some(" "), "invalid_request"),
        (Some("https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"), "invalid_scope"),
        (Some("openid"), "invalid_scope"),
    ] {
        let response = ask(&mut platform, scope);
        assert_eq!((response.status().as_u16(), error_of(&response).as_str()), (400, error), "{scope:?}");
    }
    let three = [Scope::LineItem.as_str(), Scope::Score.as_str(), "openid"].join(" ");
    let response = ask(&mut platform, Some(&three));
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(body["scope"], Scope::Score.as_str(), "the permitted part");
}

#[test]
fn requests_that_are_none() {
    let mut platform = Platform::new();
    let assertion = platform.assertion("quiz").sign(key()).unwrap();
    let good = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion.as_str()),
        ("scope", Scope::Score.as_str()),
    ];
    for missing in 0..good.len() {
        let fields: Vec<_> =
            good.iter().enumerate().filter(|(n, _)| *n != missing).map(|(_, field)| *field).collect();
        assert_eq!(error_of(&platform.grant_token(&form(&fields))), "invalid_request");
        let mut twice = good.to_vec();
        twice.push(good[missing]);
        assert_eq!(error_of(&platform.grant_token(&form(&twice))), "invalid_request");
    }
    // A client_id need not be there; if it is, it is that of the assertion (RFC 7521 §4.2).
    for (id, code) in [("other", "invalid_request"), ("quiz ", "invalid_request"), (" ", ""), ("quiz", "")] {
        let assertion = platform.assertion("quiz").sign(key()).unwrap();
        let mut with = good.to_vec();
        with[2].1 = &assertion;
        with.push(("client_id", id));
        let refused = platform.try_token(&form(&with)).map_err(|refusal| refusal.oauth().as_str());
        assert_eq!(refused.err().unwrap_or_default(), code, "{id}");
    }
    let mut other = good;
    other[0].1 = "authorization_code";
    assert_eq!(error_of(&platform.grant_token(&form(&other))), "unsupported_grant_type");
    other[0].1 = "client_credentials";
    other[1].1 = "urn:x";
    assert_eq!(error_of(&platform.grant_token(&form(&other))), "invalid_request");

    let mut get = form(&good);
    *get.method_mut() = Method::GET;
    assert_eq!(platform.grant_token(&get).status(), 405);
    let mut json = form(&good);
    json.headers_mut().insert(CONTENT_TYPE, "application/json".parse().unwrap());
    assert_eq!(platform.try_token(&json).unwrap_err(), TokenRefusal::Form);
    let huge = form(&[("scope", &"x".repeat(300_000))]);
    assert_eq!(platform.try_token(&huge).unwrap_err(), TokenRefusal::Form);

    platform.clients.values_mut().for_each(|client| client.status = RegistrationStatus::Disabled);
    assert_eq!(platform.try_token(&form(&good)).unwrap_err(), TokenRefusal::ClientNotActive);
    platform.clients.values_mut().for_each(|client| client.status = RegistrationStatus::Active);
    assert!(platform.try_token(&form(&good)).is_ok(), "nothing was used up by the refusals");
}

#[test]
fn audiences_beside_ours_are_of_no_concern() {
    let mut platform = Platform::new();
    for (n, aud) in [json!([TOKEN_URL]), json!("https://lms.example"), json!(["x", TOKEN_URL, "y"])]
        .into_iter()
        .enumerate()
    {
        let mut claims = claims();
        claims["aud"] = aud;
        claims["jti"] = json!(format!("aud{n}"));
        claims["exp"] = json!((start().timestamp() + 60).to_string());
        assert!(platform.try_token(&signed(&claims)).is_ok());
    }
}

#[test]
fn signed_tokens_need_no_store_and_are_good_for_nothing_else() {
    let mut platform = Platform::new();
    let token = platform.token("quiz", &[Scope::Score, Scope::ResultReadOnly]);
    let mut grant = platform.grants[token.expose()].clone();
    grant.deployment_id = Some(DeploymentId::new("d1").unwrap());
    let signer =
        GrantSigner::new(Issuer::new("https://lms.example").unwrap(), "https://lms.example/services");
    let id = AssertionId::from_entropy([9; 32]);
    let signed = signer.sign(&grant, &id, key(), platform.now).unwrap();
    assert_eq!(signer.read(&signed, &keys(), platform.now), Some(grant.clone()));
    assert_eq!(signer.read(&signed, &keys(), platform.now + TimeDelta::hours(1)), None, "expired");
    let behind = platform.now - TimeDelta::seconds(5);
    assert_eq!(signer.read(&signed, &keys(), behind), Some(grant.clone()), "a machine whose clock is behind");
    let elsewhere = GrantSigner::new(Issuer::new("https://lms.example").unwrap(), "quiz");
    assert_eq!(elsewhere.read(&signed, &keys(), platform.now), None, "another audience");
    // An ID token of the same key is none, even if its audience were right.
    let id_token = json!({"iss": "https://lms.example", "aud": "https://lms.example/services", "sub": "u",
        "iat": start().timestamp(), "exp": start().timestamp() + 60});
    let id_token = AccessToken::new(UnsignedJwt::new(&id_token).unwrap().sign(key()).unwrap()).unwrap();
    assert_eq!(signer.read(&id_token, &keys(), platform.now), None);
    assert_eq!(signer.read(&token, &keys(), platform.now), None, "an opaque one");
    // Stored or sealed, it is the same.
    let stored = serde_json::to_string(&grant).unwrap();
    assert_eq!(serde_json::from_str::<lti_services::platform::AccessGrant>(&stored).unwrap(), grant);
}

#[test]
fn a_token_for_one_deployment_reaches_no_other() {
    let mut platform = Platform::new();
    let mut assertion = platform.assertion("quiz");
    assertion.deployment_id = Some(DeploymentId::new("d1").unwrap());
    let request =
        TokenRequest::new(&TOKEN_URL.into(), assertion.sign(key()).unwrap(), [Scope::LineItemReadOnly])
            .unwrap();
    let response = platform.grant_token(&request.to_http());
    let token = request.read(&response, platform.now).unwrap().token;
    let access = Access::of(platform.grants.get(token.expose()).cloned(), platform.now).unwrap();
    assert!(access.reaches(&place("quiz", "d1", "c1")));
    assert!(!access.reaches(&place("quiz", "d2", "c3")));
    assert!(!access.reaches(&place("other", "d1", "c1")));
    assert_eq!(
        Access::of(Some(access.grant().clone()), access.grant().expires_at),
        Err(RequestRefusal::TokenInvalid)
    );
    assert_eq!(Access::of(None, platform.now), Err(RequestRefusal::TokenInvalid));
}

/// Nobody has proven anything yet when a request is read: what it costs must not grow with the square of its length.
#[test]
fn attack_a_flood_of_scopes_is_refused_before_it_is_compared() {
    let mut platform = Platform::new();
    let assertion = platform.assertion("quiz").sign(key()).unwrap();
    let mut attempt = |scope: &str| {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion.as_str()),
            ("scope", scope),
        ];
        platform.try_token(&form(&fields)).map(|_| ()).map_err(|refusal| refusal.to_string())
    };
    let many = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
    let refused = Err(TokenRefusal::Parameter("scope").to_string());
    assert_eq!(attempt(&many(40_000)), refused);
    assert_eq!(attempt(&many(65)), refused);
    assert_eq!(attempt(&many(64)), Err(TokenRefusal::Scope.to_string()));
    let same = vec![Scope::Score.as_str(); 2000].join(" ");
    assert_eq!(attempt(&same), Ok(()), "one scope, however often");
}

#[test]
fn attack_an_assertion_for_everybody_is_for_nobody() {
    let mut platform = Platform::new();
    for (others, good) in [(15, true), (16, false), (5_000, false)] {
        let mut audiences: Vec<_> = (0..others).map(|n| n.to_string()).collect();
        audiences.push(TOKEN_URL.to_owned());
        let mut claims = claims();
        (claims["aud"], claims["jti"]) = (json!(audiences), json!(format!("many{others}")));
        assert_eq!(platform.try_token(&signed(&claims)).is_ok(), good, "{others}");
    }
}

/// Remembered for as long as it would be accepted: clocks may be apart when it begins and when it ends.
#[test]
fn the_name_of_an_assertion_is_remembered_until_it_is_refused_as_expired() {
    let platform = Platform::new();
    let client = platform.clients.values().find(|client| client.client_id.as_str() == "quiz").unwrap();
    let mut claims = claims();
    let now = start().timestamp();
    (claims["iat"], claims["exp"]) = (json!(now + 60), json!(now + 60 + 3600));
    let read = || lti_services::platform::UnverifiedTokenRequest::from_http(&signed(&claims)).unwrap();
    let pending = read().verify(client, &keys(), start()).unwrap();
    let until = pending.remember_until();
    assert_eq!(until, start() + client.longest_assertion + client.leeway * 2);
    assert!(read().verify(client, &keys(), until - TimeDelta::seconds(1)).is_ok());
    assert!(read().verify(client, &keys(), until).is_err());
}
