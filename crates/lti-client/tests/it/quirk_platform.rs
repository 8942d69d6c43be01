//! A platform with the oddities of real ones, each behind the number that docs/quirks.md gives it. Without a number it
//! is as strict as the strictest: what one platform insists on is insisted on by all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::{Method, Request, Response};
use lti_jwks::UnverifiedJwt;
use lti_services::platform::ScoreRecord;
use lti_services::{ASSERTION_TYPE, media_type};
use lti_types::Score;
use serde_json::{Value, json};

use crate::support::{Server, reply};

/// What the platform saw and has.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) tokens: usize,
    pub(crate) created: usize,
    pub(crate) scopes: Vec<String>,
    pub(crate) last_assertion: Value,
    pub(crate) grades: BTreeMap<(String, String), ScoreRecord>,
    pub(crate) scores: Vec<Value>,
    columns: Vec<Value>,
    rate_limited: bool,
    base: String,
}

pub(crate) struct QuirkPlatform {
    pub(crate) server: Server,
    pub(crate) seen: Arc<Mutex<Seen>>,
}

/// People in the course; the teacher cannot be graded.
const PEOPLE: usize = 120;
const TEACHER: &str = "teacher";
/// What Brightspace wants to be called.
pub(crate) const AUDIENCE: &str = "https://api.brightspace.com/auth/token";
const OFFERED: [&str; 4] = [
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
];

impl QuirkPlatform {
    pub(crate) fn with(quirk: u8) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let state = Arc::clone(&seen);
        let server = Server::start(move |request| answer(quirk, &request, &mut state.lock().unwrap()));
        seen.lock().unwrap().base = server.url("");
        Self { server, seen }
    }

    pub(crate) fn see<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().unwrap())
    }

    /// A column that is there from the beginning.
    pub(crate) fn column(&self, resource_id: &str) {
        let mut seen = self.seen.lock().unwrap();
        let body = json!({"label": "Quiz", "scoreMaximum": 20, "resourceId": resource_id});
        seen.add(body);
    }
}

impl Seen {
    fn add(&mut self, mut column: Value) -> Value {
        let n = self.columns.len() + 1;
        column["id"] = json!(format!("{}/lineitems/{n}/lineitem?type_id=2", self.base));
        self.columns.push(column.clone());
        column
    }
}

fn answer(quirk: u8, request: &Request<Vec<u8>>, seen: &mut Seen) -> Response<Body> {
    // Quirk 50: whoever does not say who they are is refused, everywhere.
    let agent = request.headers().get("user-agent").and_then(|v| v.to_str().ok()).unwrap_or_default();
    if agent.trim().is_empty() {
        return reply(403, "User-Agent required");
    }
    match request.uri().path() {
        "/token" => return token(quirk, request, seen),
        "/jwks" => return reply(200, r#"{"keys":[{}]}"#),
        _ => {}
    }
    // Quirk 47: `Bearer`, with its capital, or nobody.
    match request.headers().get("authorization").and_then(|v| v.to_str().ok()) {
        Some("Bearer t0ken-t0ken-t0ken") => {}
        _ => return reply(401, ""),
    }
    // Quirk 68: exact types; none where there is no body.
    let accept = request.headers().get("accept").map(|v| v.to_str().unwrap());
    let content_type = request.headers().get("content-type").map(|v| v.to_str().unwrap());
    if request.method() == Method::GET && content_type.is_some() {
        return reply(400, "no Content-Type on GET");
    }
    let segments: Vec<_> = request.uri().path().trim_start_matches('/').split('/').collect();
    // Quirk 53: the query stays at the end.
    let query = request.uri().query().unwrap_or_default();
    if segments[0] == "lineitems" && !query.split('&').any(|pair| pair == "type_id=2") {
        return reply(404, "no type_id");
    }
    let expect = |accepted: &str, sent: Option<&str>, answer: &mut dyn FnMut() -> Response<Body>| {
        if accept != Some(accepted) || content_type != sent {
            return reply(406, format!("{accept:?} {content_type:?}"));
        }
        answer()
    };
    use media_type::{LINE_ITEM, LINE_ITEM_CONTAINER, MEMBERSHIP_CONTAINER, RESULT_CONTAINER, SCORE};
    match (request.method().as_str(), segments.as_slice()) {
        ("GET", ["members"]) => expect(MEMBERSHIP_CONTAINER, None, &mut || members(quirk, query)),
        ("GET", ["lineitems"]) => expect(LINE_ITEM_CONTAINER, None, &mut || columns(quirk, query, seen)),
        ("POST", ["lineitems"]) => expect(LINE_ITEM, Some(LINE_ITEM), &mut || {
            seen.created += 1;
            let body = serde_json::from_slice(request.body()).unwrap();
            reply(201, seen.add(body).to_string())
        }),
        ("GET", ["lineitems", _, "lineitem"]) => expect(LINE_ITEM, None, &mut || {
            let one = seen.columns.first().unwrap();
            reply(200, one.to_string())
        }),
        ("GET", ["lineitems", _, "lineitem", "results"]) => expect(RESULT_CONTAINER, None, &mut || {
            // Quirk 59.
            reply(
                200,
                r#"[{"userId":"u-1","resultScore":null,"resultMaximum":0,"comment":""},{"userId":"u-2","comment":null}]"#,
            )
        }),
        // Quirk 54.
        ("POST", ["lineitems", item, "lineitem", "scores"]) => {
            expect(SCORE, Some(SCORE), &mut || scored(quirk, item, request.body(), seen))
        }
        _ => reply(404, ""),
    }
}

/// Quirks 43 to 49, 51, 52.
fn token(quirk: u8, request: &Request<Vec<u8>>, seen: &mut Seen) -> Response<Body> {
    seen.tokens += 1;
    let refuse =
        |why: &str| reply(400, json!({"error": "invalid_client", "error_description": why}).to_string());
    if request.headers()["content-type"] != media_type::FORM {
        return refuse("a form");
    }
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(request.body()).into_owned().collect();
    if form["grant_type"] != "client_credentials" || form["client_assertion_type"] != ASSERTION_TYPE {
        return refuse("grant");
    }
    let jwt = UnverifiedJwt::parse(&form["client_assertion"]).unwrap();
    let claims: Value = serde_json::from_slice(jwt.danger_unverified_payload()).unwrap();
    seen.last_assertion = claims.clone();
    if claims["aud"].is_array() {
        // Brightspace breaks down; the others refuse.
        return reply(500, "two audiences");
    }
    let expected = if quirk == 43 { AUDIENCE.to_owned() } else { format!("{}/token", seen.base) };
    if claims["aud"] != expected {
        return refuse("the 'aud' is invalid");
    }
    if claims["iss"] != "tool-1" || claims["sub"] != "tool-1" {
        return refuse("iss and sub");
    }
    let (Some(iat), Some(exp)) = (claims["iat"].as_i64(), claims["exp"].as_i64()) else {
        return refuse("iat and exp");
    };
    if exp - iat > 300 || claims["jti"].as_str().is_none_or(str::is_empty) {
        return refuse("lives too long");
    }
    let scopes: Vec<_> = form["scope"].split(' ').map(str::to_owned).collect();
    if scopes.iter().any(|scope| !OFFERED.contains(&scope.as_str())) {
        return reply(500, "scope");
    }
    seen.scopes.extend(scopes);
    if quirk == 49 && !std::mem::replace(&mut seen.rate_limited, true) {
        return reply(403, "403 Forbidden (Rate Limit Exceeded)");
    }
    let answer = match quirk {
        48 => r#"{"access_token":"t0ken-t0ken-t0ken","token_type":"bearer","expires_in":"3600"}"#,
        47 => r#"{"access_token":"t0ken-t0ken-t0ken"}"#,
        _ => r#"{"access_token":"t0ken-t0ken-t0ken","token_type":"Bearer","expires_in":3600}"#,
    };
    let mut response = reply(if quirk == 48 { 201 } else { 200 }, answer);
    let kind = if quirk == 48 { "text/html; charset=utf-8" } else { "application/json" };
    response.headers_mut().insert("content-type", kind.parse().unwrap());
    response
}

/// Quirks 61, 63, 64: columns by filter.
fn columns(quirk: u8, query: &str, seen: &Seen) -> Response<Body> {
    let wanted = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "resource_id")
        .map(|(_, value)| value.into_owned());
    // One that ignores filters is read as well.
    let fits = |column: &&Value| quirk == 64 || wanted.as_ref().is_none_or(|w| column["resourceId"] == **w);
    let columns: Vec<_> = seen.columns.iter().filter(fits).collect();
    if quirk == 63 {
        // Long enough for others to come in between.
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    reply(200, serde_json::to_string(&columns).unwrap())
}

/// Quirks 55 to 60.
fn scored(quirk: u8, item: &str, body: &[u8], seen: &mut Seen) -> Response<Body> {
    let raw: Value = serde_json::from_slice(body).unwrap();
    let score: Score = serde_json::from_slice(body).unwrap();
    let timestamp = raw["timestamp"].as_str().unwrap();
    if !timestamp.ends_with('Z') || !timestamp.contains('.') {
        return reply(400, "timestamp");
    }
    if raw.get("scoreGiven").is_some_and(|given| !given.is_null()) && raw.get("scoreMaximum").is_none() {
        return reply(if quirk == 56 { 422 } else { 400 }, "scoreMaximum");
    }
    if score.user_id.as_str() == TEACHER {
        return reply(
            if quirk == 56 { 422 } else { 400 },
            r#"{"errors":"User not found in course or is not a student"}"#,
        );
    }
    let key = (item.to_owned(), score.user_id.as_str().to_owned());
    let before = seen.grades.get(&key);
    let now = std::time::SystemTime::now().into();
    match ScoreRecord::after(before, score, now) {
        Ok(record) => {
            seen.grades.insert(key, record);
            seen.scores.push(raw);
            reply(if quirk == 55 { 200 } else { 204 }, "")
        }
        Err(_) if quirk == 56 => {
            let held = before.unwrap().timestamp().format("%Y-%m-%dT%H:%M:%S%.3fZ");
            reply(
                400,
                json!({"errors": {"type": "bad_request", "message":
                    format!("Provided timestamp of {timestamp} before last updated timestamp of {held}")}})
                .to_string(),
            )
        }
        Err(_) => reply(409, "409 Conflict"),
    }
}

/// Quirks 65 to 70.
fn members(quirk: u8, query: &str) -> Response<Body> {
    if !query.split('&').any(|pair| pair == "course=5") {
        return reply(400, "the query");
    }
    let number = |name: &str| {
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(n, _)| n == name)
            .and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let page = number("page").unwrap_or(0);
    let size = match quirk {
        65 => 50,
        67 => PEOPLE,
        _ => number("limit").unwrap_or(PEOPLE),
    };
    let member = |n: usize| {
        let mut member = json!({"user_id": format!("u-{n}"), "status": "Active",
            "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"]});
        match quirk {
            66 => {
                member["message"] = json!({
                    "https://purl.imsglobal.org/spec/lti/claim/message_type": "LtiResourceLinkRequest",
                    "https://purl.imsglobal.org/spec/lti/claim/custom": {"group": "a"},
                });
            }
            69 => {
                member.as_object_mut().unwrap().remove("status");
            }
            _ => {}
        }
        member
    };
    let members: Vec<_> = (page * size..((page + 1) * size).min(PEOPLE)).map(member).collect();
    let context =
        if quirk == 69 { json!({"id": "c"}) } else { json!({"id": "c", "label": "B", "title": "Botany"}) };
    let mut response = reply(200, json!({"id": "x", "context": context, "members": members}).to_string());
    let next = match quirk {
        70 => Some("<?course=5>; rel=\"next\"".to_owned()),
        67 => None,
        _ if (page + 1) * size < PEOPLE => {
            Some(format!("<?course=5&limit={size}&page={}>; rel=\"next\"", page + 1))
        }
        _ => None,
    };
    if let Some(next) = next {
        response.headers_mut().insert("link", next.parse().unwrap());
    }
    response
}
