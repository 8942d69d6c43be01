//! Dynamic registration from the initiation to the record, over sockets (LTI Dynamic Registration 1.0 §3).

use std::sync::{Arc, Mutex};

use axum::body::Body;
use http::{Request, Response};
use lti_client::{NewRegistration, RegisterError};
use lti_registration::platform::{
    Invitation, RegistrationPolicy, UnauthorizedRegistration, configuration, store_key,
};
use lti_registration::{
    AddressRules, PlatformAddresses, RegistrationError, RegistrationInitiation, metadata_of,
};
use lti_types::{
    ClientId, ClientMetadata, Deployments, Issuer, PlatformRecord, RegistrationStatus, RegistrationToken,
    Scope, ToolRecord,
};
use serde_json::{Value, json};

use crate::support::{Server, client, json as json_reply, reply};

pub(crate) fn own() -> ClientMetadata {
    let mut own = ToolRecord::new(
        ClientId::new("unregistered").unwrap(),
        Vec::new(),
        "https://tool.example/login".into(),
        "https://tool.example/launch".into(),
    );
    own.name = Some("Quiz".to_owned());
    own.key_set_url = Some("https://tool.example/jwks".into());
    own.scopes = vec![Scope::Score, Scope::LineItem];
    metadata_of(&own)
}

/// The configuration of a platform at the address that it is asked at.
pub(crate) fn offered(request: &Request<Vec<u8>>) -> Value {
    let here = format!("http://{}", request.headers()["host"].to_str().unwrap());
    json!({
        "issuer": here, "authorization_endpoint": format!("{here}/auth"),
        "token_endpoint": format!("{here}/token"), "jwks_uri": format!("{here}/jwks"),
        "registration_endpoint": format!("{here}/register"),
        "scopes_supported": ["openid", Scope::Score.as_str()],
        "https://purl.imsglobal.org/spec/lti-platform-configuration":
            {"product_family_code": "pond", "messages_supported": ["LtiResourceLinkRequest"]}
    })
}

/// A platform that shows its configuration at `/openid`, and answers a registration by a function.
pub(crate) fn platform(
    register: impl Fn(Request<Vec<u8>>) -> Response<Body> + Send + Sync + 'static,
) -> Server {
    Server::start(move |request| match (request.method().as_str(), request.uri().path()) {
        ("GET", "/openid") => json_reply(&offered(&request)),
        ("POST", "/register") => register(request),
        other => panic!("{other:?}"),
    })
}

pub(crate) fn initiation(server: &Server, token: Option<&str>) -> RegistrationInitiation {
    let mut initiation = RegistrationInitiation::new(server.url("/openid").into());
    initiation.registration_token = token.map(|token| RegistrationToken::new(token).unwrap());
    initiation
}

pub(crate) async fn register(server: &Server, token: Option<&str>) -> Result<NewRegistration, RegisterError> {
    client().register(initiation(server, token), &own(), &[]).await
}

/// What a platform writes down: what it was sent, under a name.
pub(crate) fn registered(request: &Request<Vec<u8>>, client_id: &Value) -> Value {
    let mut metadata: Value = serde_json::from_slice(request.body()).unwrap();
    metadata["client_id"] = client_id.clone();
    metadata
}

#[tokio::test(flavor = "multi_thread")]
async fn dr_11_one_call_makes_a_record() {
    for (status, client_id, nested) in [(200, json!("c-1"), false), (201, json!(10_000_001), true)] {
        let name = client_id.as_str().map_or_else(|| client_id.to_string(), str::to_owned);
        let server = platform(move |request| {
            assert_eq!(request.headers()["authorization"], "Bearer once-only");
            assert_eq!(request.headers()["content-type"], "application/json");
            assert!(request.headers()["user-agent"].to_str().unwrap().starts_with("lti-client/"));
            let mut answer = registered(&request, &client_id);
            // What is not offered is not asked for.
            assert_eq!(answer["scope"], Scope::Score.as_str());
            if nested {
                answer["https://purl.imsglobal.org/spec/lti-tool-configuration"]["deployment_id"] =
                    json!("d");
            } else {
                answer["deployment_id"] = json!("d");
            }
            reply(status, answer.to_string())
        });
        let asked = initiation(&server, Some("once-only"));
        // In a task of its own, as servers should.
        let made = tokio::spawn(async move { client().register(asked, &own(), &[]).await });
        let made = made.await.unwrap().unwrap();
        let mut expected = PlatformRecord::new(
            Issuer::new(server.url("")).unwrap(),
            ClientId::new(name).unwrap(),
            Deployments::Known(vec![lti_types::DeploymentId::new("d").unwrap()]),
            server.url("/auth").into(),
        );
        expected.token_url = Some(server.url("/token").into());
        expected.key_set_url = Some(server.url("/jwks").into());
        expected.status = RegistrationStatus::Pending;
        assert_eq!(made.record, expected);
        assert_eq!(made.warnings, []);
        let left_out: Vec<_> = made.left_out.iter().map(lti_registration::Fault::code).collect();
        assert_eq!(left_out, ["scope_not_granted"]);
        assert!(made.registered.management().is_none());
        assert_eq!(server.requests(), 2);
        assert!(!format!("{made:?}").contains("once-only"));
    }
}

/// Quirk 17.
#[tokio::test]
async fn dr_1_without_a_token_none_is_sent() {
    let server = Server::start(|request| {
        assert!(!request.headers().contains_key("authorization"));
        match request.uri().path() {
            "/openid" => json_reply(&offered(&request)),
            _ => json_reply(&registered(&request, &json!("c"))),
        }
    });
    assert_eq!(register(&server, None).await.unwrap().record.client_id.as_str(), "c");
}

/// Quirk 18.
#[tokio::test]
async fn the_token_opens_the_configuration_too() {
    let server = Server::start(|request| {
        let knows = request.headers().get("authorization").is_some_and(|value| value == "Bearer once-only");
        match request.uri().path() {
            _ if !knows => reply(401, r#"{"error":"missing_registration_token"}"#),
            "/openid" => json_reply(&offered(&request)),
            _ => json_reply(&registered(&request, &json!("c"))),
        }
    });
    register(&server, Some("once-only")).await.unwrap();
    let error = register(&server, None).await.unwrap_err();
    assert_eq!((error.code(), error.may_have_been_made()), ("token_rejected", false));
    assert!(matches!(error, RegisterError::Offer(_)));
}

/// Quirk 19.
#[tokio::test]
async fn dr_12_a_refusal_says_why_and_is_final() {
    for (status, body, code, made) in [
        (422, r#"{"errors":["the logo is too large"]}"#, "metadata_refused", false),
        (400, r#"{"error":"invalid_redirect_uri"}"#, "redirect_uri_refused", false),
        (401, "token_already_used", "token_rejected", false),
        (403, "Incorrect scope", "forbidden", false),
        (429, "", "unavailable", false),
        (503, "", "unavailable", false),
        (500, "<html>", "unavailable", true),
        (504, "", "unavailable", true),
        (200, "<html>", "answer_invalid", true),
        (200, r#"{"client_name":"Quiz"}"#, "client_id_invalid", true),
    ] {
        let server = platform(move |_| reply(status, body));
        let error = register(&server, Some("once-only")).await.unwrap_err();
        assert_eq!((error.code(), error.may_have_been_made()), (code, made), "{status} {body}");
        assert_eq!(error.http_status(), 502, "{status} {body}");
        assert_eq!(server.requests(), 2, "nothing is repeated after {status}");
        if status == 422 {
            let RegisterError::Answer(RegistrationError::Refused(refusal)) = &error else {
                panic!("{error}")
            };
            assert_eq!(refusal.untrusted_detail(), "the logo is too large");
            assert!(!format!("{error}{error:?}").contains("logo"));
        }
    }
}

#[tokio::test]
async fn a_record_there_is_is_not_replaced() {
    let server = platform(|request| json_reply(&registered(&request, &json!("c"))));
    let first = register(&server, None).await.unwrap().record;
    let error = client().register(initiation(&server, None), &own(), &[first]).await.unwrap_err();
    assert_eq!((error.code(), error.http_status()), ("already_registered", 409));
    assert!(error.may_have_been_made());
}

#[tokio::test]
async fn what_nobody_would_accept_is_not_sent() {
    let server = platform(|_| panic!("nothing is registered"));
    let mut metadata = own();
    metadata.initiate_login_uri = Some("http://tool.example/login".into());
    let error = client().register(initiation(&server, None), &metadata, &[]).await.unwrap_err();
    assert_eq!((error.code(), error.may_have_been_made()), ("metadata_invalid", false));
    assert_eq!(server.requests(), 1);
}

/// A tool with a page of its own: fetched, held, resumed, registered.
#[tokio::test]
async fn an_offer_is_held_while_somebody_reads() {
    let server = platform(|request| {
        assert_eq!(request.headers()["authorization"], "Bearer once-only");
        json_reply(&registered(&request, &json!("c")))
    });
    let client = client();
    let offer = client.registration_offer(initiation(&server, Some("once-only"))).await.unwrap();
    let now = std::time::SystemTime::now().into();
    let held = serde_json::to_vec(&offer.hold(now)).unwrap();
    assert_eq!(server.requests(), 1);
    let held: lti_registration::PendingRegistration = serde_json::from_slice(&held).unwrap();
    let made = client.register_at(held.resume(now).unwrap(), &own(), &[]).await.unwrap();
    assert_eq!(made.record.client_id.as_str(), "c");
    assert_eq!(server.requests(), 2);
}

/// The platform's end is ours too: what one sends the other reads, and an invitation opens once.
#[tokio::test]
async fn both_ends_agree_and_a_replayed_token_registers_nobody() {
    let token = RegistrationToken::random().unwrap();
    let now = std::time::SystemTime::now().into();
    let invited = Arc::new(Mutex::new(Some((store_key(&token), Invitation::new("campus", "admin", now)))));
    let server = Server::start(move |request| {
        let here = format!("http://{}", request.headers()["host"].to_str().unwrap());
        let mut policy = RegistrationPolicy::default();
        policy.scopes = vec![Scope::Score];
        if request.uri().path() == "/openid" {
            let at = |path: &str| format!("{here}{path}").into();
            let addresses =
                PlatformAddresses::new(Issuer::new(&*here).unwrap(), at("/auth"), at("/token"), at("/jwks"));
            return reply(
                200,
                serde_json::to_vec(&configuration(&addresses, at("/register"), "pond", &policy)).unwrap(),
            );
        }
        let unauthorized = UnauthorizedRegistration::read(&request).unwrap();
        let mut invited = invited.lock().unwrap();
        let invitation = invited.take_if(|(key, _)| *key == store_key(unauthorized.token())).map(|(_, i)| i);
        let accepted = unauthorized
            .authorize(invitation, now)
            .and_then(|authorized| authorized.check(&policy))
            .and_then(|checked| checked.accept(ClientId::new("c-1").unwrap(), None, None));
        match accepted {
            Ok(accepted) => accepted.response.map(Body::from),
            Err(refusal) => refusal.to_http().map(Body::from),
        }
    });
    let rules = AddressRules::with_loopback();
    let page = "https://tool.example/register".into();
    let page = Invitation::url(&page, &server.url("/openid").into(), &token, rules).unwrap();
    let initiation = || RegistrationInitiation::from_query(page.query().unwrap()).unwrap();
    let made = client().register(initiation(), &own(), &[]).await.unwrap();
    assert_eq!(made.record.client_id.as_str(), "c-1");
    assert_eq!(made.record.deployment_ids, Deployments::NotYetKnown);
    let error = client().register(initiation(), &own(), &[]).await.unwrap_err();
    assert_eq!((error.code(), error.may_have_been_made()), ("token_rejected", false));
}
