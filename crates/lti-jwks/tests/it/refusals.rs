//! The negative table: a good token, one thing broken, one error.

use lti_jwks::{JwkSet, JwtError, Rules, UnverifiedJwt, VerifyError, VerifyingKeys};
use serde_json::{Value, json};

use crate::sender::*;

#[test]
fn the_good_token_is_accepted() {
    let verified = verify(&good()).unwrap();
    assert_eq!(verified.issuer.as_deref(), Some(ISSUER));
    assert_eq!(verified.key_id().unwrap().as_str(), "a");
    assert_eq!(verified.algorithm().as_str(), "RS256");
    assert_eq!(serde_json::from_slice::<Value>(verified.payload()).unwrap(), payload());
    assert_eq!(verified.acceptable_until().timestamp(), NOW + 120);
    assert_eq!(verified.into_inner().subject.as_deref(), Some("user"));
}

#[test]
fn what_is_no_token_names_its_section() {
    for (error, spec) in [
        (JwtError::TooLarge, "RFC 8259 §9"),
        (JwtError::HeaderTooLarge, "RFC 8259 §9"),
        (JwtError::HeaderTooDeep, "RFC 8259 §9"),
        (JwtError::PayloadTooDeep, "RFC 8259 §9"),
        (JwtError::MalformedSegments, "RFC 7515 §7.1"),
        (JwtError::MalformedBase64, "RFC 7515 §5.2"),
        (JwtError::HeaderMalformed, "RFC 7515 §4"),
        (JwtError::HeaderMemberDuplicated, "RFC 7515 §4"),
        (JwtError::AlgorithmMissing, "RFC 7515 §4.1.1"),
        (JwtError::CriticalHeader, "RFC 7515 §4.1.11"),
    ] {
        assert_eq!(error.spec(), spec, "{error}");
    }
}

#[test]
fn one_wrong_member_of_the_payload() {
    let p = payload;
    for (broken, code) in [
        (without(p(), "iss"), "issuer_missing"),
        (with(p(), "iss", json!(null)), "issuer_missing"),
        (with(p(), "iss", json!("")), "issuer_missing"),
        (with(p(), "iss", json!("https://lms.example/")), "issuer_mismatch"), // X-08
        (with(p(), "iss", json!("https://LMS.example")), "issuer_mismatch"),
        (with(p(), "iss", json!(" https://lms.example")), "issuer_mismatch"),
        (with(p(), "iss", json!([ISSUER])), "payload_malformed"),
        (without(p(), "aud"), "audience_missing"),
        (with(p(), "aud", json!(null)), "audience_missing"),
        (with(p(), "aud", json!([])), "audience_missing"),
        (with(p(), "aud", json!("")), "audience_mismatch"),
        (with(p(), "aud", json!("client-2")), "audience_mismatch"),
        (with(p(), "aud", json!("client-1 ")), "audience_mismatch"),
        (with(p(), "aud", json!("Client-1")), "audience_mismatch"),
        (with(p(), "aud", json!("client-1,client-2")), "audience_mismatch"),
        (with(p(), "aud", json!(["client-2"])), "audience_mismatch"),
        (with(p(), "aud", json!([[CLIENT]])), "payload_malformed"),
        (with(p(), "aud", json!({"0": CLIENT})), "payload_malformed"),
        (with(p(), "aud", json!([CLIENT, 1])), "payload_malformed"),
        (with(p(), "aud", json!([CLIENT, "evil"])), "audience_untrusted"), // X-05
        (with(p(), "aud", json!(["evil", CLIENT])), "audience_untrusted"),
        (with(p(), "aud", json!([CLIENT, ""])), "audience_untrusted"),
        (with(p(), "azp", json!("client-2")), "authorized_party_mismatch"), // X-07
        (with(p(), "azp", json!("")), "authorized_party_mismatch"),
        (with(p(), "azp", json!([CLIENT])), "payload_malformed"),
        (without(p(), "exp"), "expiry_missing"),
        (with(p(), "exp", json!(null)), "expiry_missing"),
        (with(p(), "exp", json!("soon")), "payload_malformed"),
        (with(p(), "exp", json!([NOW + 60])), "payload_malformed"),
        (without(p(), "iat"), "issued_at_missing"),
        (with(p(), "iat", json!(NOW + 60)), "times_inconsistent"),
        (with(p(), "exp", json!(NOW)), "times_inconsistent"),
        (with(with(p(), "iat", json!(NOW - 600)), "exp", json!(NOW - 61)), "expired"),
        (with(with(p(), "iat", json!(NOW + 600)), "exp", json!(NOW + 660)), "issued_in_future"), // X-12
        (with(p(), "nbf", json!(NOW + 61)), "not_yet_valid"),
        (with(p(), "sub", json!(5)), "payload_malformed"),
        // And what is accepted, so that the table can fail both ways.
        (with(p(), "aud", json!([CLIENT])), "accepted"), // X-04
        (with(p(), "aud", json!([CLIENT, CLIENT])), "accepted"),
        (with(p(), "azp", json!(CLIENT)), "accepted"),
        (with(p(), "azp", json!(null)), "accepted"),
        (with(p(), "exp", json!((NOW + 60).to_string())), "accepted"),
        (with(p(), "https://vendor.example/x", json!({"a": [null, true]})), "accepted"),
    ] {
        assert_eq!(outcome(&token(&header(), &broken), &keys(), &rules()), code, "{broken}");
    }
}

#[test]
fn one_wrong_member_of_the_header() {
    let h = header;
    for (broken, code) in [
        (without(h(), "kid"), "key_id_missing"),
        (with(h(), "kid", json!(null)), "key_id_malformed"),
        (with(h(), "kid", json!("")), "key_id_malformed"),
        (with(h(), "kid", json!(5)), "key_id_malformed"),
        (with(h(), "kid", json!(["a"])), "key_id_malformed"),
        (with(h(), "kid", json!({"a": "a"})), "key_id_malformed"),
        (with(h(), "kid", json!("a\u{0}")), "key_id_malformed"),
        (with(h(), "kid", json!("a".repeat(256))), "key_id_malformed"),
        (with(h(), "kid", json!("b")), "key_unknown"),
        (with(h(), "kid", json!("A")), "key_unknown"),
        (with(h(), "kid", json!("a ")), "key_unknown"),
        (with(h(), "kid", json!("../a")), "key_unknown"),
        (with(h(), "kid", json!("/dev/null")), "key_unknown"),
        (with(h(), "kid", json!("a' OR '1'='1")), "key_unknown"),
        (without(h(), "alg"), "algorithm_missing"),
        (with(h(), "alg", json!(null)), "algorithm_missing"),
        (with(h(), "alg", json!("")), "algorithm_not_allowed"),
        (with(h(), "alg", json!("none")), "algorithm_not_allowed"),
        (with(h(), "alg", json!("None")), "algorithm_not_allowed"),
        (with(h(), "alg", json!("nOnE")), "algorithm_not_allowed"),
        (with(h(), "alg", json!("HS256")), "algorithm_not_allowed"),
        (with(h(), "alg", json!("RS384")), "algorithm_not_allowed"),
        (with(h(), "alg", json!("PS256")), "algorithm_not_allowed"),
        (with(h(), "alg", json!("ES256")), "algorithm_not_allowed"),
        (with(h(), "alg", json!("rs256")), "algorithm_not_allowed"),
        (with(h(), "alg", json!("RS256 ")), "algorithm_not_allowed"),
        (with(h(), "crit", json!(["exp"])), "critical_header_unsupported"),
        (with(h(), "crit", json!([])), "critical_header_unsupported"),
        (with(with(h(), "b64", json!(false)), "crit", json!(["b64"])), "critical_header_unsupported"),
        (without(h(), "typ"), "accepted"),
        (with(h(), "typ", json!("whatever")), "accepted"),
        (with(h(), "x5t", json!("dGVzdA")), "accepted"),
    ] {
        assert_eq!(outcome(&token(&broken, &payload()), &keys(), &rules()), code, "{broken}");
    }
}

#[test]
fn one_wrong_thing_about_the_keys() {
    let set = |json: Value| VerifyingKeys::from_jwk_set(&JwkSet::parse(json.to_string().as_bytes()).unwrap());
    let jwk = || serde_json::to_value(KEY.public_jwk()).unwrap();
    let other = || serde_json::to_value(OTHER.public_jwk()).unwrap();
    let ec = json!({"kty": "EC", "crv": "P-256", "kid": "a", "use": "sig",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
    let oct = json!({"kty": "oct", "kid": "a", "k": "c2VjcmV0", "alg": "HS256"});
    for (keys, code) in [
        (json!({"keys": []}), "key_unknown"),
        (json!({"keys": [other()]}), "signature_invalid"),
        (json!({"keys": [with(jwk(), "kid", json!("b"))]}), "key_unknown"),
        (json!({"keys": [without(jwk(), "kid")]}), "key_unknown"),
        (json!({"keys": [with(jwk(), "kid", json!(7))]}), "key_unknown"),
        (json!({"keys": [jwk(), other()]}), "key_ambiguous"),
        (json!({"keys": [other(), jwk()]}), "key_ambiguous"),
        (json!({"keys": [ec]}), "key_algorithm_mismatch"),
        (json!({"keys": [oct]}), "key_unusable"),
        (json!({"keys": [with(jwk(), "use", json!("enc"))]}), "key_unusable"),
        (json!({"keys": [with(jwk(), "key_ops", json!(["encrypt"]))]}), "key_unusable"),
        (json!({"keys": [with(jwk(), "key_ops", json!([]))]}), "key_unusable"),
        (json!({"keys": [with(jwk(), "key_ops", json!("verify"))]}), "key_unusable"),
        (json!({"keys": [with(jwk(), "alg", json!("PS256"))]}), "key_algorithm_mismatch"),
        (json!({"keys": [with(jwk(), "alg", json!("ES256"))]}), "key_unusable"),
        (json!({"keys": [with(jwk(), "alg", json!("none"))]}), "key_unusable"),
        (json!({"keys": [with(jwk(), "alg", json!(5))]}), "key_unusable"),
        (json!({"keys": [with(jwk(), "kty", json!("oct"))]}), "key_unusable"),
        (json!({"keys": [with(jwk(), "kty", json!("rsa"))]}), "key_unusable"),
        (json!({"keys": [with(jwk(), "e", json!("AQ"))]}), "key_unusable"),
        (json!({"keys": [with(jwk(), "n", json!(""))]}), "key_unusable"),
        (json!({"keys": [with(jwk(), "n", json!("!"))]}), "key_unusable"),
        (json!({"keys": [without(jwk(), "n")]}), "key_unusable"),
        (json!({"keys": [jwk(), jwk()]}), "accepted"),
        (json!({"keys": [with(jwk(), "use", json!("enc")), jwk()]}), "accepted"),
        (json!({"keys": [null, 5, {"kty": "new"}, with(other(), "kid", json!("b")), jwk()]}), "accepted"),
        (json!({"keys": [with(jwk(), "key_ops", json!(["verify"]))]}), "accepted"),
        (json!({"keys": [with(with(jwk(), "alg", json!("")), "use", json!(""))]}), "accepted"),
        (json!({"keys": [with(with(jwk(), "alg", json!(null)), "use", json!(null))]}), "accepted"),
        // X-40
        (
            json!({"keys": [without(without(with(jwk(), "n", json!(format!("{}==", jwk()["n"].as_str().unwrap()))), "alg"), "use")]}),
            "accepted",
        ),
    ] {
        assert_eq!(outcome(&good(), &set(keys.clone()), &rules()), code, "{keys}");
    }
}

#[test]
fn one_wrong_rule() {
    let change = |change: fn(&mut Rules)| {
        let mut rules = rules();
        change(&mut rules);
        outcome(&good(), &keys(), &rules)
    };
    assert_eq!(change(|rules| rules.algorithms.clear()), "algorithm_not_allowed");
    assert_eq!(change(|rules| rules.issuer.clear()), "issuer_mismatch");
    assert_eq!(change(|rules| rules.audiences.clear()), "audience_mismatch");
    assert_eq!(
        change(|rules| rules.trusted_audiences = std::mem::take(&mut rules.audiences)),
        "audience_mismatch"
    );
    assert_eq!(change(|rules| rules.audiences.insert(0, "https://lms.example/token".into())), "accepted");
}

#[test]
fn an_empty_issuer_never_matches() {
    let rules = Rules::new("", CLIENT);
    let anonymous = token(&header(), &with(payload(), "iss", json!("")));
    assert_eq!(outcome(&anonymous, &keys(), &rules), "issuer_missing");
}

/// X-06: two audiences that are both trusted, and no `azp`, is for the caller to remark upon.
#[test]
fn trusted_audiences_may_stand_beside_ours() {
    let mut rules = rules();
    rules.trusted_audiences = vec!["friend".into()];
    let of = |aud| outcome(&token(&header(), &with(payload(), "aud", aud)), &keys(), &rules);
    assert_eq!(of(json!([CLIENT, "friend"])), "accepted");
    assert_eq!(of(json!(["friend", CLIENT])), "accepted");
    assert_eq!(of(json!("friend")), "audience_mismatch");
    assert_eq!(of(json!([CLIENT, "friend", "evil"])), "audience_untrusted");
}

#[test]
fn azp_is_looked_at_only_where_a_rule_says_so() {
    let token = token(&header(), &with(payload(), "azp", json!("client-2")));
    assert_eq!(outcome(&token, &keys(), &Rules::new(ISSUER, CLIENT)), "accepted");
}

#[test]
fn a_kid_may_be_left_out_only_with_leave_and_one_key() {
    let mut lenient = rules();
    lenient.danger_kid_optional_with_one_key = true;
    let without_kid = token(&without(header(), "kid"), &payload());
    let with_kid = good();
    let jwk = || serde_json::to_value(KEY.public_jwk()).unwrap();
    let set = |keys: Vec<Value>| {
        VerifyingKeys::from_jwk_set(&JwkSet::parse(json!({ "keys": keys }).to_string().as_bytes()).unwrap())
    };
    let one = set(vec![jwk()]);
    let nameless = set(vec![without(jwk(), "kid")]);
    let two = set(vec![jwk(), with(serde_json::to_value(OTHER.public_jwk()).unwrap(), "kid", json!("b"))]);
    let none = set(vec![]);

    assert_eq!(outcome(&without_kid, &one, &lenient), "accepted");
    assert_eq!(outcome(&without_kid, &nameless, &lenient), "accepted");
    assert_eq!(outcome(&with_kid, &nameless, &lenient), "accepted");
    assert_eq!(outcome(&without_kid, &two, &lenient), "key_id_missing");
    assert_eq!(outcome(&without_kid, &none, &lenient), "key_id_missing");
    assert_eq!(outcome(&without_kid, &one, &rules()), "key_id_missing");
    assert_eq!(outcome(&without_kid, &nameless, &rules()), "key_id_missing");
    assert_eq!(outcome(&with_kid, &nameless, &rules()), "key_unknown");

    // A kid that says another key means another key, one key or not.
    let other_kid = token(&with(header(), "kid", json!("b")), &payload());
    assert_eq!(outcome(&other_kid, &one, &lenient), "key_unknown");
    let malformed = token(&with(header(), "kid", json!("")), &payload());
    assert_eq!(outcome(&malformed, &one, &lenient), "key_id_malformed");
}

#[test]
fn a_key_agreed_on_beforehand_needs_no_name() {
    let pinned = VerifyingKeys::single(lti_jwks::VerifyingKey::from_pem(SPKI).unwrap());
    let without_kid = token(&without(header(), "kid"), &payload());
    assert_eq!(outcome(&good(), &pinned, &rules()), "accepted");
    assert_eq!(outcome(&without_kid, &pinned, &rules()), "accepted");
    let malformed = token(&with(header(), "kid", json!(1)), &payload());
    assert_eq!(outcome(&malformed, &pinned, &rules()), "key_id_malformed");
    assert_eq!(
        outcome(&token_of(&header().to_string(), &payload().to_string(), &OTHER), &pinned, &rules()),
        "signature_invalid"
    );

    // With a name, the name counts.
    let named = VerifyingKeys::single(KEY.verifying_key().clone());
    assert_eq!(outcome(&without_kid, &named, &rules()), "key_id_missing");
    assert_eq!(
        outcome(&token(&with(header(), "kid", json!("b")), &payload()), &named, &rules()),
        "key_unknown"
    );
}

#[test]
fn a_payload_that_is_no_object_or_not_json() {
    for payload in ["", "[]", "null", "5", r#""a""#, "{", r#"{"iss":"#, "\u{feff}{}"] {
        let token = token_of(&header().to_string(), payload, &KEY);
        let expected = if payload.is_empty() { "segments_malformed" } else { "payload_malformed" };
        assert_eq!(outcome(&token, &keys(), &rules()), expected, "{payload}");
    }
    let invalid_utf8 = format!("{}.{}", encode(header().to_string()), encode(b"{\"iss\":\"\xff\"}"));
    let signature = encode(KEY.sign(invalid_utf8.as_bytes()).unwrap());
    assert_eq!(outcome(&format!("{invalid_utf8}.{signature}"), &keys(), &rules()), "payload_malformed");

    for trailing in ["{}", " x", ",", "\0", "}"] {
        let token = token_of(&header().to_string(), &format!("{}{trailing}", payload()), &KEY);
        assert_eq!(outcome(&token, &keys(), &rules()), "payload_malformed", "{trailing}");
    }
    let spaced = token_of(&header().to_string(), &format!(" \r\n{}\t", payload()), &KEY);
    assert_eq!(outcome(&spaced, &keys(), &rules()), "accepted");
}

/// X-21: of a claim given twice no one is believed.
#[test]
fn a_claim_given_twice_is_refused() {
    let text = payload().to_string().replace("{", r#"{"iss":"https://evil.example","#);
    let error = verify(&token_of(&header().to_string(), &text, &KEY)).unwrap_err();
    let VerifyError::Payload(error) = error else { panic!("{error:?}") };
    assert_eq!(error.path(), "iss");
    assert_eq!(error.problem(), lti_jwks::PayloadProblem::Duplicated);
}

#[test]
fn the_payload_is_not_looked_at_before_the_signature() {
    let forged = token_of(&header().to_string(), "not json at all", &OTHER);
    assert_eq!(outcome(&forged, &keys(), &rules()), "signature_invalid");
}

#[test]
fn errors_show_nothing_of_the_token() {
    let secret = "Secret-7d1f";
    let payload = with(with(payload(), "sub", json!({ "x": secret })), "nonce", json!(secret));
    let error = verify(&token(&header(), &payload)).unwrap_err();
    assert_eq!(error.to_string(), "the payload is malformed: sub is not of the expected form");
    assert!(!format!("{error:?}").contains(secret));
    let unverified = UnverifiedJwt::parse(&token(&header(), &payload)).unwrap();
    assert!(!format!("{unverified:?}").contains(secret));
}
