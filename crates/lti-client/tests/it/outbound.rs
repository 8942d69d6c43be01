//! Where requests may go: refused before a byte is sent, held against listeners.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::TryStreamExt as _;
use http::Response;
use lti_client::{Addresses, CallError, Client, KeySetError, OutboundPolicy, Resolver, TransportError};
use lti_types::{Member, RosterService};
use serde_json::json;

use crate::support::{
    Server, builder, client, credentials, grade_service, json as json_reply, line_item, reply,
    roster_service, score, token,
};

/// A listener that counts connections, on both loopback addresses where there are both.
pub(crate) struct Listener {
    pub(crate) port: u16,
    connections: Arc<AtomicUsize>,
}

impl Listener {
    pub(crate) fn start() -> Self {
        let v4 = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = v4.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let v6 = std::net::TcpListener::bind(("::1", port)).ok();
        for listener in [Some(v4), v6].into_iter().flatten() {
            let connections = Arc::clone(&connections);
            std::thread::spawn(move || {
                while listener.accept().is_ok() {
                    connections.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        Self { port, connections }
    }

    pub(crate) fn connections(&self) -> usize {
        std::thread::sleep(std::time::Duration::from_millis(20));
        self.connections.load(Ordering::SeqCst)
    }
}

/// Answers names from a list, one answer after the other; the last one stays.
#[derive(Debug)]
pub(crate) struct Script {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Script {
    pub(crate) fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |addresses: &&[&str]| addresses.iter().map(|a| a.parse().unwrap()).collect();
        let answers = answers.iter().rev().map(parse).collect();
        Arc::new(Self { answers: Mutex::new(answers), asked: AtomicUsize::new(0) })
    }
}

impl Resolver for Script {
    fn resolve(&self, _host: &str) -> Addresses {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop().unwrap() } else { answers[0].clone() };
        Box::pin(async move { Ok(answer) })
    }
}

async fn fetch_keys(client: &Client, url: &str) -> &'static str {
    client.keys(&url.into(), None).await.unwrap_err().code()
}

#[tokio::test]
async fn forbidden_addresses_are_refused_before_a_byte_is_sent() {
    let listener = Listener::start();
    let port = listener.port;
    let client = Client::builder().outbound(OutboundPolicy::new().danger_allow_http()).build().unwrap();
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.1",
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "0.0.0.0",
        "0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
        "224.0.0.1",
        "[ff02::1]",
        "203.0.113.9",
        "255.255.255.255",
    ] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{port}/keys");
            assert_eq!(fetch_keys(&client, &url).await, "outbound_address", "{url}");
        }
    }
    for (url, code) in [
        (format!("http://user@127.0.0.1:{port}/"), "url_credentials"),
        (format!("http://user:secret@127.0.0.1:{port}/"), "url_credentials"),
        (format!("ftp://127.0.0.1:{port}/"), "url_scheme"),
        ("file:///etc/passwd".to_owned(), "url_scheme"),
    ] {
        assert_eq!(fetch_keys(&client, &url).await, code, "{url}");
    }
    let default = Client::new().unwrap();
    assert_eq!(fetch_keys(&default, "http://lms.example/keys").await, "outbound_http");
    assert_eq!(listener.connections(), 0);
}

#[tokio::test]
async fn names_are_decided_by_what_they_resolve_to() {
    let listener = Listener::start();
    let url = format!("http://lms.example:{}/keys", listener.port);
    let policy = OutboundPolicy::new().danger_allow_http();
    for addresses in [
        &["127.0.0.1"][..],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["10.0.0.1"],
        &["169.254.169.254"],
        &["fd00:ec2::254"],
        // One that would do does not help the other.
        &["1.1.1.1", "127.0.0.1"],
        &["127.0.0.1", "1.1.1.1"],
    ] {
        let resolver = Script::new(&[addresses]);
        let client = Client::builder().outbound(policy.clone()).resolver(resolver).build().unwrap();
        assert_eq!(fetch_keys(&client, &url).await, "outbound_address", "{addresses:?}");
    }
    assert_eq!(listener.connections(), 0);
    // No address is no connection, and no refusal.
    let client = Client::builder().outbound(policy).resolver(Script::new(&[&[]])).build().unwrap();
    assert_eq!(fetch_keys(&client, &url).await, "not_connected");
}

/// What was checked is what is connected to: there is no second question whose answer could differ, and a new
/// connection is a new decision.
#[tokio::test]
async fn an_answer_that_changes_reaches_nobody() {
    let server = Server::start(|_| {
        let mut response = reply(503, "");
        response.headers_mut().insert("connection", "close".parse().unwrap());
        response
    });
    let other = Listener::start();
    let url = |n: u32| format!("http://lms.example:{}/keys{n}", server.address.port());
    let resolver = Script::new(&[&["127.0.0.1"], &["169.254.169.254"], &["10.0.0.1"]]);
    let policy = OutboundPolicy::new().danger_allow_http().danger_allow_loopback();
    let client = Client::builder().outbound(policy).resolver(Arc::clone(&resolver) as _).build().unwrap();
    assert_eq!(fetch_keys(&client, &url(1)).await, "key_set_status");
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1, "asked once for the connection");
    assert_eq!(fetch_keys(&client, &url(2)).await, "outbound_address");
    assert_eq!(fetch_keys(&client, &url(3)).await, "outbound_address");
    assert_eq!(server.requests(), 1);
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn redirects_are_decided_like_requests() {
    let listener = Listener::start();
    let port = listener.port;
    for location in [
        format!("http://10.0.0.1:{port}/"),
        format!("http://[::ffff:10.0.0.1]:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://user@lms.example/".to_owned(),
        "ftp://lms.example/".to_owned(),
        "http://0xa9fea9fe/".to_owned(),
    ] {
        let server = Server::start(move |_| redirect(302, &location));
        let code = fetch_keys(&client(), &server.url("/keys")).await;
        assert!(code.starts_with("outbound_"), "{code}");
        assert_eq!(server.requests(), 1);
    }
    // A key set holds no secret: it may be anywhere that may be spoken to, but not for ever elsewhere.
    let server = Server::start(|request| redirect(302, &format!("{}x", request.uri().path())));
    assert_eq!(fetch_keys(&client(), &server.url("/")).await, "too_many_redirects");
    assert_eq!(server.requests(), 6);
    assert_eq!(listener.connections(), 0);
}

pub(crate) fn redirect(status: u16, location: &str) -> Response<axum::body::Body> {
    let mut response = reply(status, "");
    response.headers_mut().insert("location", location.parse().unwrap());
    response
}

/// Neither by a redirect nor by a `next` link, nor by a line item's id.
#[tokio::test]
async fn tokens_and_assertions_stay_on_their_origin() {
    let stranger = Listener::start();
    let elsewhere = format!("http://127.0.0.1:{}/", stranger.port);
    for status in [301, 302, 303, 307, 308] {
        let to = elsewhere.clone();
        let server = Server::start(move |request| match request.uri().path() {
            "/token" => token("t-1"),
            _ => redirect(status, &to),
        });
        let roster = client().roster(&credentials(&server), &roster_service(&server)).unwrap();
        let got: Result<Vec<Member>, _> = roster.members().try_collect().await;
        assert_eq!(got.unwrap_err().code(), "redirect_off_origin", "{status}");
        let to = elsewhere.clone();
        let server = Server::start(move |_| redirect(status, &to));
        let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
        let outcome = grades.publish(&line_item(&server), score("u", 0, 1.0)).await;
        // Only redirects that keep the method are looked at.
        let expected = if status < 304 { "redirected" } else { "redirect_off_origin" };
        assert_eq!(outcome.code(), expected, "{status}");
    }
    let to = elsewhere.clone();
    let server = Server::start(move |request| match request.uri().path() {
        "/token" => token("t-1"),
        _ => {
            let mut page =
                json_reply(&json!({"context": {"id": "c"}, "members": [{"user_id": "u", "roles": []}]}));
            page.headers_mut().insert("link", format!("<{to}members>; rel=next").parse().unwrap());
            page
        }
    });
    let roster = client().roster(&credentials(&server), &roster_service(&server)).unwrap();
    let got: Result<Vec<Member>, _> = roster.members().try_collect().await;
    assert_eq!(got.unwrap_err().code(), "next_off_origin");

    let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
    let off = lti_services::LineItemUrl::parse(&format!("{elsewhere}lineitem").as_str().into()).unwrap();
    assert_eq!(grades.read(&off).await.unwrap_err(), CallError::OtherOrigin);
    let before = server.requests();
    assert_eq!(grades.publish(&off, score("u", 0, 1.0)).await.code(), "call_off_origin");
    assert_eq!(server.requests(), before, "not even a token is asked for");
    assert_eq!(stranger.connections(), 0);
}

/// A redirect on the service's own origin is followed, with the token.
#[tokio::test]
async fn redirects_at_home_are_followed() {
    let server = Server::start(|request| match (request.uri().path(), request.uri().query()) {
        ("/token", _) => token("t-1"),
        ("/members", _) => redirect(302, "/new/members?course=5"),
        ("/new/members", Some("course=5")) => {
            assert_eq!(request.headers()["authorization"], "Bearer t-1");
            json_reply(&json!({"context": {"id": "c"}, "members": [{"user_id": "u", "roles": []}]}))
        }
        ("/lineitems/1/lineitem/scores", _) => redirect(307, "/scores"),
        ("/scores", _) if request.method() == "POST" && !request.body().is_empty() => reply(204, ""),
        other => panic!("{other:?}"),
    });
    let roster = client().roster(&credentials(&server), &roster_service(&server)).unwrap();
    let got: Vec<Member> = roster.members().try_collect().await.unwrap();
    assert_eq!(got.len(), 1);
    let grades = client().grades(&credentials(&server), &grade_service(&server)).unwrap();
    assert!(grades.publish(&line_item(&server), score("u", 0, 1.0)).await.is_recorded());
}

/// Addresses of service claims and token URLs go through the same door.
#[tokio::test]
async fn services_and_token_urls_are_decided_too() {
    let listener = Listener::start();
    let server = Server::start(|_| token("t-1"));
    // Public alone: loopback is refused for the service before the token is asked for.
    let strict = Client::builder().outbound(OutboundPolicy::new().danger_allow_http()).build().unwrap();
    let roster = strict.roster(&credentials(&server), &roster_service(&server)).unwrap();
    let got: Result<Vec<Member>, _> = roster.members().try_collect().await;
    assert!(matches!(got, Err(CallError::Transport(TransportError::Outbound(_)))));
    // A public service with a token URL within.
    let mut service = RosterService::new();
    service.context_memberships_url = Some("http://1.1.1.1/members".into());
    let roster = strict.roster(&credentials(&server), &service).unwrap();
    let got: Result<Vec<Member>, _> = roster.members().try_collect().await;
    assert_eq!(got.unwrap_err().code(), "outbound_address");
    assert_eq!(server.requests(), 0);
    assert_eq!(listener.connections(), 0);
}

/// In a process of its own whose environment names a proxy: nobody asks it.
#[test]
fn the_environment_names_no_proxy() {
    let proxy = Listener::start();
    let address = format!("http://127.0.0.1:{}", proxy.port);
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        child.env(name, &address);
    }
    child.env_remove("no_proxy").env_remove("NO_PROXY");
    let run = child.args(["--exact", "outbound::child_with_a_proxy", "--ignored"]).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
#[ignore = "run in a process of its own"]
async fn child_with_a_proxy() {
    assert!(std::env::var_os("http_proxy").is_some());
    let server = Server::start(|_| reply(200, r#"{"keys":[{}]}"#));
    client().keys(&server.url("/jwks").as_str().into(), None).await.unwrap();
    assert_eq!(server.requests(), 1);
}

/// The environment names no proxy for us; the policy may.
#[tokio::test]
async fn only_the_policys_proxy_is_used() {
    let proxy = Server::start(|request| {
        assert_eq!(request.uri().host(), Some("lms.example"), "an absolute target, as proxies get it");
        reply(200, r#"{"keys":[{}]}"#)
    });
    let policy = OutboundPolicy::new()
        .danger_allow_http()
        .through_proxy(format!("http://{}", proxy.address).parse().unwrap());
    let client = builder().outbound(policy).build().unwrap();
    client.keys(&"http://lms.example/keys".into(), None).await.unwrap();
    assert_eq!(proxy.requests(), 1);
    // Addresses are decided here nevertheless.
    let refused = client.keys(&"http://169.254.169.254/".into(), None).await.unwrap_err();
    assert!(matches!(refused, KeySetError::Transport(TransportError::Outbound(_))));
    assert_eq!(proxy.requests(), 1);
}
