//! What must hold of any input: not only that nothing panics, but that what is accepted is read back as it was
//! written, and that another implementation sees the same. The fuzz targets ask these, and so does a test on
//! stable (`examples/tests/corpus_replay.rs`), over the committed corpus.

use std::fmt::Debug;
use std::sync::LazyLock;

use chrono::DateTime;
use jsonwebtoken as reference;
use lti_jwks::{JwkSet, RegisteredClaims, Rules, UnverifiedJwt, VerifyError, VerifyingKey, VerifyingKeys};
use lti_services::platform::ScoreRecord;
use lti_services::{LineItemFault, LineItemSearch, Link, ScoreFault, TokenRequest, find_line_item};
use lti_types::{
    AuthenticationRequest, AuthenticationResponse, FormError, LaunchClaims, LineItem, LineItemResult,
    LoginInitiation, MembershipContainer, ReturnMessages, Scope, Score, WireUrl, diagnostics,
};
use serde_json::Value;

/// The key that signed the good tokens of the corpus, and one that signed none.
const RIGHT: &str = include_str!("../crates/lti-jwks/tests/fixtures/rsa2048.spki.pem");
const WRONG: &str = include_str!("keys/wrong.spki.pem");

static RIGHT_KEY: LazyLock<VerifyingKeys> = LazyLock::new(|| only(RIGHT));
static WRONG_KEY: LazyLock<VerifyingKeys> = LazyLock::new(|| only(WRONG));

fn only(pem: &str) -> VerifyingKeys {
    VerifyingKeys::single(VerifyingKey::from_pem(pem).expect("a public key"))
}

fn rules() -> Rules {
    Rules::new("https://lms.example", "client-1")
}

/// A compact token: read as the reference reads it, and believed only with the key that signed it.
pub(crate) fn jwt_parse(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(jwt) = UnverifiedJwt::parse(text) else { return };
    let key_id = jwt.key_id().map(|key_id| key_id.as_str().to_owned());
    let payload = jwt.danger_unverified_payload().to_vec();
    let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");

    let refused = jwt.verify::<RegisteredClaims>(&WRONG_KEY, &rules(), now);
    let error = refused.expect_err("a token was believed that this key did not sign");
    if let Ok(header) = reference::decode_header(text) {
        let named = header.kid.filter(|key_id| lti_jwks::KeyId::new(key_id.as_str()).is_ok());
        assert_eq!(key_id, named, "two readings of one kid");
        if error != VerifyError::KeyIdMalformed {
            let ours = header.alg == reference::Algorithm::RS256;
            assert_eq!(error != VerifyError::AlgorithmNotAllowed, ours, "two readings of one alg");
        }
    }

    let again = UnverifiedJwt::parse(text).expect("read once");
    if let Ok(verified) = again.verify::<RegisteredClaims>(&RIGHT_KEY, &rules(), now) {
        assert_eq!(verified.payload(), payload, "the payload of another token");
        assert!(reference_accepts(text), "believed by us alone");
    }
}

fn reference_accepts(text: &str) -> bool {
    let mut validation = reference::Validation::new(reference::Algorithm::RS256);
    validation.set_audience(&["client-1"]);
    validation.set_issuer(&["https://lms.example"]);
    // It looks at the machine's clock.
    validation.validate_exp = false;
    let key = reference::DecodingKey::from_rsa_pem(RIGHT.as_bytes()).expect("a public key");
    reference::decode::<Value>(text, &key, &validation).is_ok()
}

/// A key set: read, written and read again it is the same, and nothing private is in what is written.
pub(crate) fn jwk_set_parse(data: &[u8]) {
    let Ok(set) = JwkSet::parse(data) else { return };
    let written = serde_json::to_string(&set).expect("a key set is JSON");
    let again = JwkSet::parse(written.as_bytes()).expect("what is written can be read");
    let keys: Vec<_> = set.keys.iter().filter(|key| key.key_type().is_some()).cloned().collect();
    assert_eq!(again.keys, keys);
    assert_eq!(serde_json::to_string(&again).expect("a key set is JSON"), written);

    let tree: Value = serde_json::from_str(&written).expect("JSON");
    for key in tree["keys"].as_array().expect("a list of keys") {
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(key.get(private).is_none(), "{private} was written");
        }
    }

    let usable = VerifyingKeys::from_jwk_set(&set);
    assert_eq!(
        usable.len() + usable.skipped().len(),
        set.keys.len(),
        "each key is usable or named as skipped"
    );
    for key in &set.keys {
        let _ = (key.key_id(), key.algorithm(), key.public_key_use());
        if let Ok(usable) = VerifyingKey::from_jwk(key) {
            assert_eq!(Some(usable.thumbprint()), key.thumbprint().ok());
            assert_eq!(usable.to_jwk().thumbprint().ok(), key.thumbprint().ok());
        }
    }
}

/// A launch payload: read, written and read again it is the same, from text and from a tree.
pub(crate) fn launch_claims(data: &[u8]) {
    let tree = serde_json::from_slice::<Value>(data).ok();
    if let Some(tree) = &tree {
        for found in diagnostics::of_launch(tree) {
            assert!(!found.to_string().contains(char::is_control), "a name breaks its line");
        }
    }
    let read = serde_json::from_slice::<LaunchClaims>(data);
    let claims = match read {
        Ok(claims) => claims,
        Err(error) => {
            let _ = error.to_string();
            return;
        }
    };
    let written = serde_json::to_string(&claims).expect("claims are JSON");
    let again: LaunchClaims = serde_json::from_str(&written).expect("what is written can be read");
    assert_eq!(again, claims);
    assert_eq!(serde_json::to_string(&again).expect("claims are JSON"), written);
    if let Some(tree) = tree {
        let from_tree: LaunchClaims = serde_json::from_value(tree).expect("text was read");
        assert_eq!(from_tree, claims);
    }

    match (claims.message(), again.message()) {
        (Ok(message), Ok(same)) => assert_eq!(message, same),
        (Err(faults), Err(same)) => {
            assert_eq!(faults, same);
            assert!(!faults.as_slice().is_empty());
            let _ = (faults.first().code(), faults.first().spec(), faults.to_string());
        }
        _ => panic!("a message and none"),
    }
    let _ = (claims.user(), claims.mentees());
    if let Some(roles) = &claims.roles {
        let learns = roles.iter().any(|role| role.as_str().contains("Learner"));
        let teaches = roles
            .iter()
            .any(|role| role.as_str().contains("nstructor") || role.as_str().contains("Lecturer"));
        assert!(learns || !roles.is_learner(), "a learner out of nowhere");
        assert!(teaches || !roles.is_instructor(), "an instructor out of nowhere");
    }
    if let Some(back) = claims.launch_presentation.and_then(|p| p.return_to(&ReturnMessages::new())) {
        assert!(matches!(back.scheme(), "https" | "http"));
    }
    if let Some(url) = &claims.target_link_uri {
        assert!(url.is_same_resource(url));
    }
}

/// Logins, requests and responses: read, written and read again they are the same, in every way of transport.
pub(crate) fn login_forms(data: &[u8]) {
    type Pairs = Vec<(String, String)>;

    let auth: url::Url = "https://lms.example/auth?tenant=7&x=%2F".parse().expect("a URL");
    let login = LoginInitiation::from_form(data);
    let request = AuthenticationRequest::from_form(data);
    if let Ok(text) = std::str::from_utf8(data) {
        assert_eq!(LoginInitiation::from_query(text), login, "GET and POST are read alike");
        assert_eq!(AuthenticationRequest::from_query(text), request, "GET and POST are read alike");
    }
    if let Some(login) = accepted(login) {
        stable(&login, LoginInitiation::to_pairs, LoginInitiation::from_pairs::<String, String>);
        kept(&auth, &login.to_url(&auth));
        let _ = login.target_link_uri.to_secure_url();
        assert!(WireUrl::is_same_resource(&login.target_link_uri, &login.target_link_uri));
    }
    if let Some(request) = accepted(request) {
        let read = AuthenticationRequest::from_pairs::<String, String>;
        stable(&request, AuthenticationRequest::to_pairs, read);
        kept(&auth, &request.to_url(&auth));
    }
    if let Some(response) = accepted(AuthenticationResponse::from_form(data)) {
        let read = |pairs: Pairs| AuthenticationResponse::from_pairs(pairs);
        stable(&response, AuthenticationResponse::to_pairs, read);
        let body = response.to_form_post("https://tool.example/launch").body();
        // Percent-encoding may make it longer than anybody reads.
        match AuthenticationResponse::from_form(body.as_bytes()) {
            Ok(again) => assert_eq!(again, response),
            Err(error) => assert_eq!(error, FormError::TooLarge),
        }
    }
}

fn accepted<T>(read: Result<T, FormError>) -> Option<T> {
    read.inspect_err(|error| drop((error.to_string(), error.code()))).ok()
}

fn stable<T: PartialEq + Debug>(
    value: &T,
    write: impl Fn(&T) -> Vec<(String, String)>,
    read: impl Fn(Vec<(String, String)>) -> Result<T, FormError>,
) {
    match read(write(value)) {
        Ok(again) => assert_eq!(&again, value),
        // A broken byte becomes a character of three.
        Err(error) => assert_eq!(error, FormError::TooLarge),
    }
    let _ = format!("{value:?}");
}

/// A URL keeps what it had before parameters were added.
fn kept(before: &url::Url, after: &url::Url) {
    assert_eq!(before.origin(), after.origin());
    assert_eq!(before.path(), after.path());
    let query = before.query().expect("a query");
    assert!(after.query().is_some_and(|after| after == query || after.starts_with(&format!("{query}&"))));
}

/// A `Link` header: what is read is read again as it was written, once what no header may hold is escaped.
pub(crate) fn link_header(data: &[u8]) {
    let read = |values: &[&[u8]]| {
        let mut headers = http::HeaderMap::new();
        for value in values {
            if let Ok(value) = http::HeaderValue::from_bytes(value) {
                headers.append(http::header::LINK, value);
            }
        }
        Link::read(&headers)
    };
    // A line is a header.
    let values: Vec<_> = data.split(|byte| *byte == b'\n').collect();
    let links = read(&values);
    let Some(written) = Link::write(&links) else {
        assert!(links.is_empty(), "links that cannot be written");
        return;
    };
    let again = read(&[written.as_bytes()]);
    // More than is looked at, or a relation of which nothing is left.
    if written.len() < 60_000 {
        assert_eq!(again.len(), links.len(), "{written:?}");
        let twice = Link::write(&again).expect("links");
        assert_eq!(read(&[twice.as_bytes()]), again);
    }
}

/// A token response of any status: it is read or refused, and the token does not show.
pub(crate) fn token_response(data: &[u8]) {
    let (Some(status), Some(body)) = (data.first(), data.get(1..)) else { return };
    let url = WireUrl::from("https://lms.example/token");
    let request = TokenRequest::new(&url, "a.b.c".to_owned(), [Scope::Score]).expect("a request");
    let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
    let status = match status {
        b'2' => 200,
        b'4' => 400,
        b'5' => 500,
        other => 100 + u16::from(*other),
    };
    let mut response = http::Response::new(body.to_vec());
    *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
    match request.read(&response, now) {
        Ok(granted) => {
            assert!((200..300).contains(&status));
            assert!(!granted.scopes.is_empty());
            assert!(granted.expires_at >= now && granted.expires_at <= now + chrono::TimeDelta::hours(24));
            let shown = format!("{:?}", granted.token);
            assert_eq!(shown, "AccessToken(…)");
            assert!(!granted.token.expose().bytes().any(|byte| byte.is_ascii_control()));
        }
        Err(error) => {
            let _ = (error.code(), error.spec(), error.is_retryable(), format!("{error} {error:?}"));
        }
    }
}

/// Line items, scores, results and rosters: read, written and read again they are the same; what a score is judged to be
/// does not change by that; and a score that is acceptable is recorded with every digit.
pub(crate) fn service_documents(data: &[u8]) {
    fn round_trip<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug>(
        data: &[u8],
    ) -> Option<T> {
        let read: T = serde_json::from_slice(data).ok()?;
        let written = serde_json::to_string(&read).expect("a document is JSON");
        let again: T = serde_json::from_str(&written).expect("what is written can be read");
        assert_eq!(again, read);
        assert_eq!(serde_json::to_string(&again).expect("a document is JSON"), written);
        Some(read)
    }
    if let Some(item) = round_trip::<LineItem>(data) {
        let fault = LineItemFault::find(&item);
        let listed = [item.clone()];
        if !matches!(find_line_item(&item, &listed), LineItemSearch::Nameless) {
            assert_eq!(find_line_item(&item, &listed), LineItemSearch::Found(&listed[0]));
        }
        assert!(fault.is_err() || item.score_maximum > 0.0);
    }
    if let Some(score) = round_trip::<Score>(data) {
        let fault = ScoreFault::find(&score);
        match ScoreRecord::after(None, score.clone()) {
            Ok(record) => {
                assert_eq!(fault, Ok(()));
                if let Some(grade) = record.grade() {
                    assert_eq!(Some(grade.out_of(grade.maximum)), score.score_given);
                    assert!(grade.out_of(100.0).is_finite());
                }
                assert!(ScoreRecord::after(Some(&record), score).is_err(), "the same score twice");
            }
            Err(_) => assert!(fault.is_err()),
        }
    }
    round_trip::<LineItemResult>(data);
    if let Some(page) = round_trip::<MembershipContainer>(data) {
        for member in &page.members {
            let _ = (member.status(), member.messages());
        }
    }
}
