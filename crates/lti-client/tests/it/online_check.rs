//! Records held against what the other side publishes.

use lti_client::{Client, OnlineFault};
use lti_jwks::JwkSet;
use lti_registration::Severity;
use lti_types::{ClientId, Deployments, Issuer, PlatformRecord, ToolRecord, WireUrl};
use serde_json::{Value, json};

use crate::outbound::Listener;
use crate::registration::offered;
use crate::support::{KEY, Server, client, json as json_reply, reply};

fn keys() -> Value {
    serde_json::to_value(JwkSet::new([KEY.public_jwk()])).unwrap()
}

fn record(server: &Server) -> PlatformRecord {
    let mut record = PlatformRecord::new(
        Issuer::new(server.url("")).unwrap(),
        ClientId::new("c").unwrap(),
        Deployments::NotYetKnown,
        server.url("/auth").into(),
    );
    record.token_url = Some(server.url("/token").into());
    record.key_set_url = Some(server.url("/jwks").into());
    record
}

/// A platform whose documents are changed.
fn platform(change: impl Fn(&mut Value, &mut Value) + Send + Sync + 'static) -> Server {
    Server::start(move |request| {
        let (mut offer, mut keys) = (offered(&request), keys());
        change(&mut offer, &mut keys);
        json_reply(if request.uri().path() == "/openid" { &offer } else { &keys })
    })
}

async fn check(server: &Server, record: &PlatformRecord) -> Vec<(&'static str, &'static str, Severity)> {
    let faults = client().check_platform(record, Some(&server.url("/openid").into())).await;
    for fault in &faults {
        let text = fault.to_string();
        assert!(text.starts_with(fault.field()) && !text.contains("127.0.0.1"), "{text}");
        assert!(!fault.fix().is_empty() && !fault.spec().is_empty());
    }
    faults.iter().map(|fault| (fault.field(), fault.code(), fault.severity())).collect()
}

#[tokio::test]
async fn a_record_that_agrees_has_no_faults() {
    let server = platform(|_, _| {});
    assert_eq!(check(&server, &record(&server)).await, []);
    // What is not in the record cannot differ, and nothing is asked for that nobody named.
    let mut bare = record(&server);
    (bare.token_url, bare.key_set_url) = (None, None);
    assert_eq!(check(&server, &bare).await, []);
    assert_eq!(server.requests(), 3);
    assert_eq!(client().check_platform(&bare, None).await, []);
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn every_difference_is_named_at_once() {
    let server = platform(|_, _| {});
    let mut other = record(&server);
    other.issuer = Issuer::new(server.url("/")).unwrap();
    other.authentication_url = server.url("/auth?").into();
    other.token_url = Some(server.url("/tokens").into());
    other.key_set_url = Some(server.url("/keys").into());
    assert_eq!(
        check(&server, &other).await,
        [
            ("issuer", "differs", Severity::Error),
            ("authentication_url", "differs", Severity::Warning),
            ("token_url", "differs", Severity::Warning),
            ("key_set_url", "differs", Severity::Warning),
        ]
    );
}

#[tokio::test]
async fn a_key_set_needs_a_key_that_can_be_used() {
    let secret = json!({"kty": "oct", "kid": "a", "k": "c2VjcmV0"});
    for (change, code, severity) in [
        (json!({"keys": []}), "no_usable_key", Severity::Error),
        (json!({"keys": [secret]}), "no_usable_key", Severity::Error),
        (json!({"keys": 5}), "key_set_malformed", Severity::Error),
    ] {
        let server = platform(move |_, keys| *keys = change.clone());
        assert_eq!(check(&server, &record(&server)).await, [("key_set_url", code, severity)]);
    }
    // One that can be used is enough.
    let server = platform(move |_, keys| keys["keys"].as_array_mut().unwrap().push(secret.clone()));
    assert_eq!(check(&server, &record(&server)).await, []);
    // Quirk 38.
    let server = platform(|_, keys| {
        keys["keys"][0].as_object_mut().unwrap().remove("kid");
    });
    assert_eq!(check(&server, &record(&server)).await, [("key_set_url", "keys_nameless", Severity::Warning)]);
}

/// The check looks again each time: somebody is repairing it meanwhile.
#[tokio::test]
async fn nothing_of_a_check_is_kept() {
    let server = Server::start(|_| reply(404, ""));
    let (client, record) = (client(), record(&server));
    for requests in [1, 2] {
        let faults = client.check_platform(&record, None).await;
        assert_eq!(faults, [OnlineFault::KeySet(lti_client::KeySetError::Status(404))]);
        assert_eq!(server.requests(), requests);
    }
}

#[tokio::test]
async fn a_configuration_that_cannot_be_had_is_a_warning() {
    let server = Server::start(|request| match request.uri().path() {
        // Quirk 18.
        "/openid" => reply(401, "missing_registration_token"),
        _ => json_reply(&keys()),
    });
    let expected = [("openid_configuration", "token_rejected", Severity::Warning)];
    assert_eq!(check(&server, &record(&server)).await, expected);
    let server = platform(|offer, _| offer["issuer"] = json!("https://lms.example"));
    let expected = [("openid_configuration", "issuer_mismatch", Severity::Warning)];
    assert_eq!(check(&server, &record(&server)).await, expected);
}

/// A check is no way into one's own network.
#[tokio::test]
async fn a_check_stays_within_the_outbound_policy() {
    let listener = Listener::start();
    let strict = Client::new().unwrap();
    let inner = |path: &str| WireUrl::from(format!("https://127.0.0.1:{}{path}", listener.port));
    let server = platform(|_, _| {});
    let mut record = record(&server);
    record.key_set_url = Some(inner("/jwks"));
    let faults = strict.check_platform(&record, Some(&inner("/openid"))).await;
    let codes: Vec<_> = faults.iter().map(OnlineFault::code).collect();
    assert_eq!(codes, ["outbound_address", "configuration_url_invalid"]);
    assert_eq!(listener.connections(), 0);
}

#[tokio::test]
async fn a_tools_key_set_is_checked_too() {
    let server = Server::start(|request| match request.uri().path() {
        "/jwks" => json_reply(&keys()),
        _ => reply(200, "<html>"),
    });
    let client_id = ClientId::new("c").unwrap();
    let url = "https://tool.example/".into();
    let mut tool = ToolRecord::new(client_id, Vec::new(), url, "https://tool.example/launch".into());
    assert_eq!(client().check_tool(&tool).await, []);
    tool.key_set_url = Some(server.url("/jwks").into());
    assert_eq!(client().check_tool(&tool).await, []);
    tool.key_set_url = Some(server.url("/other").into());
    let codes: Vec<_> = client().check_tool(&tool).await.iter().map(OnlineFault::code).collect();
    assert_eq!(codes, ["key_set_not_json"]);
}
