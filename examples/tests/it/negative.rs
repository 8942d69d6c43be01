//! More that must be refused, or accepted (rows X of docs/conformance.md that concern launches).

use chrono::TimeDelta;
use lti_jwks::{Jwk, JwkSet, VerifyingKeys};
use lti_tool::{Browser, FindError, LaunchError, LoginError, Registration, UnverifiedLaunch};
use lti_types::{
    AuthenticationResponse, BrowserSecret, ClientId, Custom, DeploymentId, LoginInitiation,
    RegistrationStatus, State,
};
use serde_json::{Value, json};

use crate::pair::{CLIENT, DEPLOYMENT, ISSUER, KEY, KID, Pair, STRANGER, TARGET, Token, base64url, sign};
use crate::payloads::{both, claim, instructor, learner, with, without};
use crate::tool_bad::{reject, reject_by};

fn accept(pair: &Pair, change: impl Fn(Value) -> Value) {
    for payload in both() {
        pair.receive(&Token::of(change(payload))).expect("accepted");
    }
}

/// Refused for a token that is not made by [`Token`].
fn reject_compact(code: &str, forge: impl Fn(&Value) -> String) {
    let pair = Pair::new();
    for payload in both() {
        pair.receive(&Token::of(payload.clone())).expect("the base launch is accepted");
        let login = pair.begin(pair.initiation());
        let mut payload = payload;
        payload["nonce"] = login.request.nonce.as_ref().unwrap().as_str().into();
        payload["iat"] = pair.now.timestamp().into();
        payload["exp"] = (pair.now.timestamp() + 300).into();
        let state = login.request.state.clone().unwrap();
        assert_eq!(pair.post(forge(&payload), state, login).unwrap_err().code(), code);
    }
}

#[test]
fn x01_alg_none() {
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        reject("algorithm_not_allowed", |token| token.header["alg"] = alg.into());
    }
    reject_compact("algorithm_not_allowed", |payload| {
        let header = json!({"alg": "none", "kid": KID}).to_string();
        format!("{}.{}.", base64url(header.as_bytes()), base64url(payload.to_string().as_bytes()))
    });
}

#[test]
fn x02_hs256_signed_with_the_public_key() {
    let modulus = serde_json::to_value(KEY.public_jwk()).unwrap()["n"].as_str().unwrap().to_owned();
    for secret in [KEY.public_pem(), modulus] {
        reject_compact("algorithm_not_allowed", |payload| {
            let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
            header.kid = Some(KID.to_owned());
            let secret = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
            jsonwebtoken::encode(&header, payload, &secret).unwrap()
        });
    }
}

#[test]
fn x03_tampered_payload() {
    reject_compact("signature_invalid", |payload| {
        let header = json!({"alg": "RS256", "kid": KID}).to_string();
        let good = sign(&header, &payload.to_string(), &KEY);
        let evil = with(payload.clone(), "sub", "somebody-else").to_string();
        let (head, signature) = (good.split('.').next().unwrap(), good.rsplit('.').next().unwrap());
        format!("{head}.{}.{signature}", base64url(evil.as_bytes()))
    });
    reject("signature_invalid", |token| token.key = &STRANGER);
}

#[test]
fn x04_aud_list_of_one() {
    accept(&Pair::new(), |p| with(p, "aud", json!([CLIENT])));
}

#[test]
fn x05_aud_with_untrusted() {
    reject("audience_untrusted", |token| token.payload["aud"] = json!([CLIENT, "https://evil.example"]));
    reject("audience_untrusted", |token| token.payload["aud"] = json!(["https://evil.example", CLIENT]));
    reject("audience_mismatch", |token| token.payload["aud"] = json!(["https://evil.example"]));
    reject("audience_mismatch", |token| token.payload["aud"] = json!("another-tool"));
    reject("audience_missing", |token| token.payload["aud"] = json!([]));
    let error = Pair::new().receive(&Token::of(with(learner(), "aud", json!([CLIENT, "evil"])))).unwrap_err();
    assert_eq!(error.http_status(), 401);
}

#[test]
fn x06_two_trusted_audiences_without_azp() {
    let mut pair = Pair::new();
    pair.tool.policy.trusted_audiences = vec!["https://partner.example".to_owned()];
    for payload in both() {
        let launch =
            pair.receive(&Token::of(with(payload, "aud", json!([CLIENT, "https://partner.example"]))));
        let found = launch.expect("accepted").diagnostics();
        assert_eq!(found[0].oddity.code(), "audiences_without_authorized_party");
    }
    // Without the policy's trust the same token is refused.
    reject("audience_untrusted", |token| token.payload["aud"] = json!([CLIENT, "https://partner.example"]));
}

#[test]
fn x07_azp_of_another_client() {
    accept(&Pair::new(), |p| with(p, "azp", CLIENT));
    reject("authorized_party_mismatch", |token| token.payload["azp"] = "another-tool".into());
}

#[test]
fn x08_iss_with_trailing_slash() {
    reject("issuer_mismatch", |token| token.payload["iss"] = format!("{ISSUER}/").into());
    reject("issuer_mismatch", |token| token.payload["iss"] = "https://LMS.example".into());
}

#[test]
fn x09_nonce_mismatch_reused_missing() {
    reject("nonce_mismatch", |token| token.payload["nonce"] = "another".into());
    reject("nonce_missing", |token| token.payload = without(token.payload.take(), &["nonce"]));
    reject("nonce_invalid", |token| token.payload["nonce"] = "".into());
    // A token that was accepted for one login is no answer to the next.
    let pair = Pair::new();
    let first = pair.begin(pair.initiation());
    let nonce = first.request.nonce.clone().unwrap();
    pair.receive_for(first, &Token::of(learner())).expect("accepted");
    let again = Token::of(with(learner(), "nonce", nonce.as_str()));
    assert_eq!(pair.receive(&again).unwrap_err().code(), "nonce_mismatch");
}

#[test]
fn x10_state_unknown_other_browser_reused_expired() {
    let mut pair = Pair::new();
    let token = Token::of(learner());
    pair.receive(&token).expect("accepted");

    let login = pair.begin(pair.initiation());
    let compact = token.compact(login.request.nonce.as_ref().unwrap().as_str(), pair.now);
    let error = pair.post(compact, State::new("another").unwrap(), login).unwrap_err();
    assert_eq!(error.code(), "state_mismatch");

    let mut login = pair.begin(pair.initiation());
    login.browser_secret = BrowserSecret::new("another browser").unwrap();
    assert_eq!(pair.receive_for(login, &token).unwrap_err().code(), "browser_mismatch");

    let login = pair.begin(pair.initiation());
    pair.pass(TimeDelta::minutes(10) - TimeDelta::seconds(1));
    pair.receive_for(login, &token).expect("just in time");
    let login = pair.begin(pair.initiation());
    pair.pass(TimeDelta::minutes(10));
    assert_eq!(pair.receive_for(login, &token).unwrap_err().code(), "login_expired");
}

#[test]
fn x11_expiry_with_leeway() {
    let pair = Pair::new();
    for payload in both() {
        let at = |seconds: i64| {
            let now = pair.now.timestamp();
            pair.receive(&Token::of(with(with(payload.clone(), "exp", now + seconds), "iat", now - 120)))
        };
        at(-30).expect("30 seconds late, within 60");
        at(-59).expect("59 seconds late");
        assert_eq!(at(-61).unwrap_err().code(), "expired");
    }
}

/// The machine that the post comes to may be behind the one where the login began, as far as clocks may differ.
#[test]
fn a_login_may_have_begun_a_little_later_than_now() {
    for (behind, accepted) in [(60, true), (61, false)] {
        let mut pair = Pair::new();
        let login = pair.begin(pair.initiation());
        pair.pass(TimeDelta::seconds(-behind));
        let [payload, ..] = both();
        let launch = pair.receive_for(login, &Token::of(payload));
        assert_eq!(
            launch.map(drop),
            if accepted { Ok(()) } else { Err(LaunchError::LoginExpired) },
            "{behind}"
        );
    }
}

#[test]
fn x12_iat_in_the_future() {
    let pair = Pair::new();
    for payload in both() {
        let at = |seconds: i64| {
            let now = pair.now.timestamp();
            pair.receive(&Token::of(with(with(payload.clone(), "iat", now + seconds), "exp", now + 3600)))
        };
        at(30).expect("a clock that is half a minute ahead");
        assert_eq!(at(600).unwrap_err().code(), "issued_in_future");
    }
}

/// `nbf` is optional, and holds where it is there.
#[test]
fn a_token_that_is_not_valid_yet() {
    let pair = Pair::new();
    let at = |seconds: i64| {
        let payload = with(learner(), "nbf", pair.now.timestamp() + seconds);
        pair.receive(&Token::of(payload)).map(drop).map_err(|error| error.code())
    };
    assert_eq!((at(-1), at(59), at(61)), (Ok(()), Ok(()), Err("not_yet_valid")));
}

#[test]
fn x13_error_instead_of_token() {
    for (error, code, retry) in [
        ("login_required", "platform_login_required", true),
        ("access_denied", "platform_access_denied", false),
        ("vendor_says_no<script>", "platform_error", false),
    ] {
        let form = [
            ("error", error),
            ("error_description", "<b>Must have an active user session</b>"),
            ("state", "s"),
        ];
        let response = AuthenticationResponse::from_pairs(form).unwrap();
        let Err(LaunchError::Platform(platform)) = UnverifiedLaunch::from_form(response) else {
            panic!("an error")
        };
        assert_eq!(platform.code(), code);
        assert_eq!(platform.may_work_in_new_window(), retry);
        let shown = format!("{platform} {platform:?}");
        assert!(!shown.contains("script") && !shown.contains("session"), "{shown}");
        assert!(platform.untrusted().error_description.as_deref().unwrap().contains("session"));
    }
    // Some platforms leave the state out.
    let response = AuthenticationResponse::from_pairs([("error", "login_required")]).unwrap();
    assert!(matches!(UnverifiedLaunch::from_form(response), Err(LaunchError::Platform(_))));
}

#[test]
fn x14_unknown_deployment() {
    reject("deployment_unknown", |token| token.payload[claim("deployment_id")] = "deployment-2".into());
    let none = Pair::with_tool_record(|record| record.deployment_ids = Some(vec![]).into());
    assert_eq!(none.receive(&Token::of(learner())).unwrap_err().code(), "deployment_unknown");
    let open = Pair::with_tool_record(|record| record.deployment_ids = None.into());
    let launch = open.receive(&Token::of(learner())).unwrap();
    assert_eq!(launch.deployment_standing(), lti_tool::DeploymentStanding::New);
}

#[test]
fn x15_deployment_of_login_differs() {
    let pair = Pair::with_tool_record(|record| {
        let ids = [DEPLOYMENT, "deployment-2"].map(|id| DeploymentId::new(id).unwrap());
        record.deployment_ids = Some(ids.to_vec()).into();
    });
    for payload in both() {
        pair.receive(&Token::of(payload.clone())).expect("the base launch is accepted");
        let other = with(payload, "deployment_id", "deployment-2");
        assert_eq!(pair.receive(&Token::of(other.clone())).unwrap_err().code(), "deployment_mismatch");
        let mut login = pair.initiation();
        login.lti_deployment_id = None;
        pair.receive_for(pair.begin(login), &Token::of(other)).expect("a login that names none binds none");
    }
}

#[test]
fn x16_identifiers_too_long() {
    for (name, code) in [("deployment_id", "deployment_id_invalid"), ("sub", "subject_invalid")] {
        reject(code, |token| token.payload = with(token.payload.take(), name, "x".repeat(256)));
    }
    for (name, code) in [("resource_link", "resource_link_invalid"), ("context", "context_invalid")] {
        reject(code, |token| {
            token.payload = with(token.payload.take(), name, json!({"id": "x".repeat(256)}))
        });
    }
    accept(&Pair::new(), |p| with(p, "sub", "x".repeat(255)));
}

#[test]
fn x17_unknown_claims_and_vendor_oddities() {
    let pair = Pair::new();
    for payload in both() {
        let mut payload = payload;
        payload["https://vendor.example/claims/mood"] = json!({"color": null, "deep": [[{"a": 1.5}]]});
        payload["https://www.instructure.com/placement"] = Value::Null;
        payload["errors"] = json!({"errors": {}});
        payload[claim("resource_link")]["title"] = Value::Null;
        payload[claim("resource_link")]["validation_context"] = Value::Null;
        payload[claim("resource_link")]["errors"] = json!({"errors": {}});
        payload[claim("tool_platform")] = json!({"name": "No guid here", "errors": {"errors": {}}});
        let launch = pair.receive(&Token::of(payload.clone())).expect("accepted");
        let written = serde_json::to_value(launch.claims()).unwrap();
        let mood = "https://vendor.example/claims/mood";
        assert_eq!(written[mood], payload[mood]);
        assert_eq!(written[claim("resource_link")]["errors"], json!({"errors": {}}));
    }
}

#[test]
fn x18_custom_in_other_shapes() {
    let pair = Pair::new();
    let custom = |value: Value| pair.receive(&Token::of(with(learner(), &claim("custom"), value)));
    assert_eq!(custom(json!([])).unwrap().claims().custom, Some(Custom::new()));
    let launch = custom(json!({"course": 319, "on": true, "gone": null})).unwrap();
    let read = launch.claims().custom.as_ref().unwrap();
    assert_eq!((read.get("course"), read.get("on"), read.get("gone")), (Some("319"), Some("true"), None));
    assert!(!launch.diagnostics().is_empty());
    assert_eq!(custom(json!("text")).unwrap().claims().custom, Some(Custom::new()));
}

#[test]
fn x19_mentor_scope_without_mentor() {
    let scoped = with(learner(), &claim("role_scope_mentor"), json!(["user-2"]));
    let launch = Pair::new().receive(&Token::of(scoped.clone())).unwrap();
    assert!(launch.claims().mentees().is_empty());
    assert!(launch.diagnostics().iter().any(|d| d.oddity.code() == "mentor_scope_without_mentor"));
    let mentor = with(scoped, "roles", json!(["http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"]));
    let launch = Pair::new().receive(&Token::of(mentor)).unwrap();
    assert_eq!(launch.claims().mentees()[0].as_str(), "user-2");
}

#[test]
fn x20_keys_in_the_header_are_ignored() {
    let jwk = serde_json::to_value(STRANGER.public_jwk()).unwrap();
    for (name, value) in [
        ("jku", json!("https://evil.example/jwks")),
        ("jwk", jwk),
        ("x5u", json!("https://evil.example/cert")),
        ("x5c", json!(["MIIB"])),
    ] {
        reject("signature_invalid", |token| {
            token.header[name] = value.clone();
            token.key = &STRANGER;
        });
        // The same header over a good signature changes nothing.
        let mut token = Token::of(learner());
        token.header[name] = value.clone();
        Pair::new().receive(&token).expect("accepted");
    }
    reject("critical_header_unsupported", |token| token.header["crit"] = json!(["exp"]));
}

#[test]
fn x21_duplicate_member() {
    // A known claim, a claim inside a claim, and an unknown one: the message is ambiguous, so it is refused.
    for (twice, code) in [
        (format!(r#""{}":"admin""#, "sub"), "subject_invalid"),
        (format!(r#""{}":[]"#, claim("roles")), "roles_invalid"),
        (r#""https://vendor.example/x":1,"https://vendor.example/x":2"#.to_owned(), "payload_malformed"),
        (format!(r#""{}":{{"a":"1","a":"2"}}"#, claim("custom")), "custom_invalid"),
    ] {
        reject_compact(code, |payload| {
            let header = json!({"alg": "RS256", "kid": KID}).to_string();
            let text = payload.to_string();
            sign(&header, &format!("{},{twice}}}", text.strip_suffix('}').unwrap()), &KEY)
        });
    }
}

#[test]
fn x22_login_without_client_id() {
    let one = Pair::new().tool;
    let other = Pair::with_tool_record(|record| {
        record.client_id = ClientId::new("other-tool").unwrap();
        record.deployment_ids = Some(vec![DeploymentId::new("deployment-9").unwrap()]).into();
    })
    .tool;
    let mut login = Pair::new().initiation();
    login.client_id = None;
    login.lti_deployment_id = None;
    assert_eq!(Registration::find([&one], &login).unwrap().client_id().as_str(), CLIENT);
    assert_eq!(Registration::find([&one, &other], &login).unwrap_err(), FindError::Ambiguous);
    login.lti_deployment_id = Some(DeploymentId::new("deployment-9").unwrap());
    assert_eq!(Registration::find([&one, &other], &login).unwrap().client_id().as_str(), "other-tool");
    login.client_id = Some(ClientId::new("third-tool").unwrap());
    assert_eq!(Registration::find([&one, &other], &login).unwrap_err(), FindError::UnknownClient);
    login.iss = lti_types::Issuer::new("https://lms.example/").unwrap();
    assert_eq!(Registration::find([&one, &other], &login).unwrap_err(), FindError::UnknownIssuer);
}

#[test]
fn x23_login_by_get_and_by_post() {
    let pair = Pair::new();
    let started = pair.click(&pair.session());
    let by_get = LoginInitiation::from_query(started.redirect_url.query().unwrap()).unwrap();
    let by_post = LoginInitiation::from_form(started.form_post.body().as_bytes()).unwrap();
    assert_eq!(by_get, started.initiation);
    assert_eq!(by_post, started.initiation);
    pair.receive_for(pair.begin(by_get), &Token::of(learner())).expect("GET");
    pair.receive_for(pair.begin(by_post), &Token::of(instructor())).expect("POST");
}

#[test]
fn x24_authentication_url_with_query() {
    let pair = Pair::with_tool_record(|record| {
        record.authentication_url = "https://lms.example/auth?tenant=a%20b&x=&x=2".into();
    });
    let login = pair.begin(pair.initiation());
    let query = login.redirect_url.query().unwrap();
    assert!(query.starts_with("tenant=a%20b&x=&x=2&scope=openid&"), "{query}");
}

#[test]
fn x39_new_key_appears() {
    use lti_jwks::{FetchReason, KeyId, KeySetCache, Lookup};
    let mut pair = Pair::new();
    let mut cache = KeySetCache::new();
    let (old, new) = (KeyId::new(KID).unwrap(), KeyId::new("platform-key-2").unwrap());
    let of = |ids: &[&KeyId]| {
        let jwk = serde_json::to_value(KEY.public_jwk()).unwrap();
        let keys = ids
            .iter()
            .map(|id| serde_json::from_value::<Jwk>(with(jwk.clone(), "kid", id.as_str())).unwrap());
        VerifyingKeys::from_jwk_set(&JwkSet::new(keys))
    };
    cache.store(of(&[&old]), None, pair.now + TimeDelta::hours(1), pair.now);
    pair.pass(TimeDelta::minutes(1));
    assert!(matches!(cache.lookup(Some(&new), pair.now), Lookup::Fetch(FetchReason::UnknownKey)));
    cache.store(of(&[&old, &new]), Some(&new), pair.now + TimeDelta::hours(1), pair.now);
    let mut token = Token::of(learner());
    token.header["kid"] = new.as_str().into();
    let Lookup::Use(keys) = cache.lookup(Some(&new), pair.now) else { panic!("fetched once, and there") };
    pair.keys = keys.clone();
    pair.receive(&token).expect("accepted after one fetch");

    // A flood of invented key ids over ten minutes.
    let mut fetches = 0;
    for i in 0..6000 {
        pair.pass(TimeDelta::milliseconds(100));
        let invented = KeyId::new(format!("invented-{i}")).unwrap();
        match cache.lookup(Some(&invented), pair.now) {
            Lookup::Fetch(_) => {
                fetches += 1;
                cache.store(of(&[&old, &new]), Some(&invented), pair.now + TimeDelta::hours(1), pair.now);
            }
            Lookup::Unknown => {}
            other => panic!("{other:?}"),
        }
        assert!(
            matches!(cache.lookup(Some(&new), pair.now), Lookup::Use(_)),
            "real keys are served meanwhile"
        );
    }
    assert!(fetches <= 20, "{fetches} fetches in ten minutes");
}

#[test]
fn x40_jwk_with_padding_and_without_alg_and_use() {
    let mut pair = Pair::new();
    let mut jwk = serde_json::to_value(KEY.public_jwk()).unwrap();
    jwk.as_object_mut().unwrap().retain(|name, _| matches!(name.as_str(), "kty" | "n" | "e" | "kid"));
    jwk["n"] = format!("{}==", jwk["n"].as_str().unwrap()).into();
    let set = json!({"keys": [{"kty": "oct", "kid": "other"}, jwk, {"kty": "future", "kid": "unknown"}]});
    let set = JwkSet::parse(set.to_string().as_bytes()).unwrap();
    pair.keys = VerifyingKeys::from_jwk_set(&set);
    accept(&pair, |p| p);
}

/// Pending and disabled registrations have a code of their own, at the login and at the launch.
#[test]
fn registration_that_is_not_active() {
    for status in [RegistrationStatus::Pending, RegistrationStatus::Disabled] {
        let active = Pair::new();
        let login = active.begin(active.initiation());
        let pair = Pair::with_tool_record(|record| record.status = status);
        assert_eq!(
            pair.receive_for(login, &Token::of(learner())).unwrap_err().code(),
            "registration_not_active"
        );
        let secrets = lti_tool::LoginSecrets::from_entropy([[1; 32]; 3]);
        let error = pair.tool.begin_login(pair.initiation(), &TARGET.into(), secrets, pair.now).unwrap_err();
        assert_eq!(error, LoginError::RegistrationNotActive);
    }
}

/// Exceptions for known platforms are values of the registration, and let through just what their names say.
#[test]
fn dangers_let_through_what_they_name() {
    let mut pair = Pair::new();
    let elsewhere = with(learner(), "target_link_uri", "https://tool.example/elsewhere");
    assert_eq!(pair.receive(&Token::of(elsewhere.clone())).unwrap_err().code(), "target_link_uri_mismatch");
    pair.tool.policy.danger_target_link_uri_may_differ = true;
    pair.receive(&Token::of(elsewhere)).expect("accepted");

    let linkless = without(learner(), &["resource_link"]);
    assert_eq!(pair.receive(&Token::of(linkless.clone())).unwrap_err().code(), "resource_link_missing");
    pair.tool.policy.danger_resource_link_optional = true;
    let launch = pair.receive(&Token::of(linkless)).expect("accepted");
    assert!(
        matches!(launch.message(), lti_types::Message::Other(m) if m.message_type.as_str() == "LtiResourceLinkRequest")
    );
    reject_by(&pair, "resource_link_invalid", |token| {
        token.payload[claim("resource_link")] = json!({"id": ""})
    });

    let mut kidless = Token::of(learner());
    kidless.header = json!({"alg": "RS256"});
    assert_eq!(pair.receive(&kidless).unwrap_err().code(), "key_id_missing");
    pair.tool.policy.danger_kid_optional_with_one_key = true;
    pair.receive(&kidless).expect("accepted");
}

/// Quirk 16: a platform that drops the `=` of an empty query value still names the same target.
#[test]
fn target_link_uri_with_empty_query_value() {
    let pair = Pair::new();
    let mut login = pair.initiation();
    login.target_link_uri = "https://tool.example/quiz/9?draft=&page=2".into();
    let dropped = with(learner(), "target_link_uri", "https://tool.example/quiz/9?draft&page=2");
    pair.receive_for(pair.begin(login.clone()), &Token::of(dropped)).expect("accepted");
    let other = with(learner(), "target_link_uri", "https://tool.example/quiz/9?draft=&page=3");
    assert_eq!(
        pair.receive_for(pair.begin(login), &Token::of(other)).unwrap_err().code(),
        "target_link_uri_mismatch"
    );
}

/// Browser, state and login are checked before anything of the token is looked at.
#[test]
fn cheap_checks_come_first() {
    let pair = Pair::new();
    let mut login = pair.begin(pair.initiation());
    // Nothing about this token is right, but that it is one.
    let token = sign(r#"{"alg":"none"}"#, "7", &STRANGER);
    let unverified = |login: &lti_tool::Login| {
        let form = AuthenticationResponse::id_token(token.clone(), login.request.state.clone().unwrap());
        UnverifiedLaunch::from_form(form).unwrap()
    };
    let stranger = Browser::from_cookie(BrowserSecret::new("stranger").unwrap());
    let error =
        unverified(&login).verify(login.pending, &stranger, &pair.tool, &pair.keys, pair.now).unwrap_err();
    assert_eq!(error, LaunchError::BrowserMismatch);
    login = pair.begin(pair.initiation());
    let unverified = unverified(&login);
    let browser = Browser::from_cookie(login.browser_secret);
    let error = unverified.verify(login.pending, &browser, &pair.tool, &pair.keys, pair.now).unwrap_err();
    assert_eq!(error.code(), "key_id_missing");
}

/// A leeway that makes no sense is brought into bounds, for the login's age as for the token's times.
#[test]
fn leeway_is_kept_in_bounds() {
    for leeway in [TimeDelta::MIN, TimeDelta::seconds(-1), TimeDelta::days(400), TimeDelta::MAX] {
        let mut pair = Pair::new();
        pair.tool.policy.leeway = leeway;
        pair.receive(&Token::of(learner())).expect("accepted");
        // A login that begins an hour from now was not begun by any clock of ours.
        let login = pair.begin(pair.initiation());
        pair.pass(-TimeDelta::hours(1));
        assert_eq!(pair.receive_for(login, &Token::of(learner())).unwrap_err().code(), "login_expired");
    }
}

/// After a new registration the old, disabled one does not make logins ambiguous.
#[test]
fn disabled_registrations_do_not_stand_in_the_way() {
    let new = Pair::new().tool;
    let old = Pair::with_tool_record(|record| {
        record.client_id = ClientId::new("old-tool").unwrap();
        record.status = RegistrationStatus::Disabled;
    })
    .tool;
    let mut login = Pair::new().initiation();
    login.client_id = None;
    assert_eq!(Registration::find([&old, &new], &login).unwrap().client_id().as_str(), CLIENT);
    assert_eq!(Registration::find([&old], &login).unwrap().client_id().as_str(), "old-tool");
}

/// One odd optional member costs nobody the launch (and is named in the diagnostics).
#[test]
fn odd_optional_members_are_left_out() {
    let pair = Pair::new();
    let odd = [
        ("picture".to_owned(), json!(false)),
        ("email".to_owned(), json!([])),
        ("name".to_owned(), json!({"full": "x"})),
        (claim("launch_presentation"), json!({"document_target": [], "return_url": false, "width": "100%"})),
        (claim("launch_presentation"), json!("")),
        (claim("tool_platform"), json!({"guid": "g", "url": 5})),
        (
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint".to_owned(),
            json!({"lineitem": false, "scope": {"0": "a"}}),
        ),
        (
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice".to_owned(),
            json!({"service_versions": [2.0]}),
        ),
        (claim("custom"), json!("")),
        (claim("lis"), json!("")),
        (claim("role_scope_mentor"), json!([5, "", {}])),
        (claim("role_scope_mentor"), json!("")),
        (claim("activity"), json!({})),
        (claim("for_user"), json!({"user_id": ""})),
    ];
    for (name, value) in odd {
        for payload in both() {
            let launch = pair.receive(&Token::of(with(payload, &name, value.clone())));
            let launch = launch.unwrap_or_else(|error| panic!("{name} {value}: {error}"));
            let found = launch.diagnostics();
            let quiet = ["activity", "for_user"].iter().any(|known| name.ends_with(known));
            assert!(quiet || found.iter().any(|d| d.place.starts_with(&name)), "{name} {value}: {found:?}");
        }
    }
}
