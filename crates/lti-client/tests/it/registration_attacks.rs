//! Platforms that are none: anybody may open a tool's registration page with any address (LTI Dynamic Registration 1.0
//! §5).

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Body;
use futures_util::{StreamExt as _, stream};
use lti_client::{Client, OutboundPolicy, RegisterError, TransportError};
use lti_registration::{MAX_DOCUMENT_BYTES, RegistrationError, RegistrationInitiation};
use lti_types::RegistrationToken;
use serde_json::json;

use crate::outbound::{Listener, Script, redirect};
use crate::registration::{initiation, offered, own, platform, register, registered};
use crate::support::{Server, builder, client, json as json_reply, reply};

fn at(url: &str) -> RegistrationInitiation {
    let mut initiation = RegistrationInitiation::new(url.into());
    initiation.registration_token = Some(RegistrationToken::new("once-only").unwrap());
    initiation
}

/// By address or by name, and by the name in the configuration: refused before a byte is sent.
#[tokio::test]
async fn dr_5_private_addresses_are_refused_before_a_byte_is_sent() {
    let listener = Listener::start();
    let port = listener.port;
    let strict = Client::new().unwrap();
    for host in
        ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:7f00:1]", "0x7f.1"]
    {
        let error = strict.register(at(&format!("https://{host}:{port}/openid")), &own(), &[]).await;
        let error = error.unwrap_err();
        assert_eq!((error.code(), error.http_status()), ("configuration_url_invalid", 400), "{host}");
    }
    for addresses in [&["127.0.0.1"][..], &["10.0.0.1"], &["169.254.169.254"], &["1.1.1.1", "::1"]] {
        let client = Client::builder().resolver(Script::new(&[addresses])).build().unwrap();
        let error = client.register(at(&format!("https://lms.example:{port}/openid")), &own(), &[]).await;
        let error = error.unwrap_err();
        assert_eq!((error.code(), error.http_status()), ("outbound_address", 400), "{addresses:?}");
        assert!(!error.to_string().contains("lms.example"), "{error}");
    }
    // The platform may be spoken to, and says that tools register somewhere else.
    let open = || OutboundPolicy::new().danger_allow_http().danger_allow_loopback();
    for (endpoint, code) in [
        ("https://10.0.0.1/register", "address_invalid"),
        ("https://169.254.169.254/latest", "address_invalid"),
        ("https://inner.example/register", "outbound_address"),
    ] {
        let server = Server::start(move |request| {
            assert_eq!(request.uri().path(), "/openid");
            let mut offer = offered(&request);
            offer["registration_endpoint"] = json!(endpoint);
            json_reply(&offer)
        });
        let resolver = Script::new(&[&["10.0.0.1"]]);
        let client = Client::builder().outbound(open()).resolver(resolver).build().unwrap();
        let error = client.register(initiation(&server, Some("once-only")), &own(), &[]).await.unwrap_err();
        assert_eq!((error.code(), error.may_have_been_made()), (code, false), "{endpoint}");
    }
    assert_eq!(listener.connections(), 0);
}

/// A platform in a network of one's own: what its document names there is taken where the policy allows that, also after
/// the tool's own page; where clouds keep secrets never is.
#[tokio::test]
async fn private_addresses_in_a_document_are_taken_where_the_policy_allows_them() {
    let open = || OutboundPolicy::new().danger_allow_http().danger_allow_loopback();
    let refused = Some("address_invalid");
    for (policy, endpoint, code) in [
        (open(), "https://10.0.0.1/register", refused),
        (open().danger_allow_private(), "https://10.0.0.1/register", None),
        (open().danger_allow_private(), "https://169.254.169.254/register", refused),
    ] {
        let server = Server::start(move |request| {
            let mut offer = offered(&request);
            offer["registration_endpoint"] = json!(endpoint);
            json_reply(&offer)
        });
        let client = Client::builder().outbound(policy).build().unwrap();
        let offer = client.registration_offer(initiation(&server, None)).await;
        assert_eq!(offer.as_ref().err().map(|error| error.code()), code, "{endpoint}");
        if let Ok(offer) = offer {
            let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
            offer.hold(now).resume(now).unwrap();
        }
    }
}

/// The policy decides, and not what an initiation says: this machine is opted into, plain http is not.
#[tokio::test]
async fn dr_3_plain_http_is_refused() {
    let listener = Listener::start();
    let policy = OutboundPolicy::new().danger_allow_loopback();
    let client = Client::builder().outbound(policy).build().unwrap();
    let url = format!("http://127.0.0.1:{}/openid", listener.port);
    let error = client.register(at(&url), &own(), &[]).await.unwrap_err();
    assert_eq!(error.code(), "outbound_http");
    // And http is for this machine alone, whatever the policy says of it.
    let error = self::client().register(at("http://lms.example/openid"), &own(), &[]).await.unwrap_err();
    assert_eq!(error.code(), "configuration_url_invalid");
    assert_eq!(listener.connections(), 0);
}

#[tokio::test]
async fn dr_4_the_token_follows_no_redirect_to_another_origin() {
    let stranger = Listener::start();
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = format!("http://127.0.0.1:{}/openid", stranger.port);
        let server = Server::start(move |_| redirect(status, &elsewhere));
        let error = register(&server, Some("once-only")).await.unwrap_err();
        assert_eq!(error.code(), "configuration_redirected", "{status}");
        assert_eq!(server.requests(), 1);
        // A registration is redirected nowhere, not even at home.
        for to in [format!("http://127.0.0.1:{}/register", stranger.port), "/again".to_owned()] {
            let server = platform(move |_| redirect(status, &to));
            let error = register(&server, Some("once-only")).await.unwrap_err();
            assert_eq!((error.code(), error.may_have_been_made()), ("redirected", true), "{status}");
            assert_eq!(server.requests(), 2);
        }
    }
    assert_eq!(stranger.connections(), 0);
}

/// Quirk 21: on its own origin it is followed, with the token, and not for ever.
#[tokio::test]
async fn a_configuration_that_moved_at_home_is_found() {
    let server = Server::start(|request| {
        assert_eq!(request.headers()["authorization"], "Bearer once-only");
        match request.uri().path() {
            "/openid" => redirect(302, "/openid/"),
            "/openid/" => json_reply(&offered(&request)),
            _ => json_reply(&registered(&request, &json!("c"))),
        }
    });
    register(&server, Some("once-only")).await.unwrap();
    assert_eq!(server.requests(), 3);
    let server = Server::start(|request| redirect(302, &format!("{}x", request.uri().path())));
    let error = register(&server, Some("once-only")).await.unwrap_err();
    assert_eq!(error.code(), "configuration_redirected");
    assert_eq!(server.requests(), 6);
}

#[tokio::test]
async fn dr_2_a_rogue_issuer_is_refused() {
    let server = Server::start(|request| {
        let mut offer = offered(&request);
        offer["issuer"] = json!("https://lms.example");
        json_reply(&offer)
    });
    let error = register(&server, Some("once-only")).await.unwrap_err();
    assert_eq!(error.code(), "issuer_mismatch");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn an_oversized_document_is_not_received() {
    let sent = Arc::new(AtomicUsize::new(0));
    let endless = |sent: &Arc<AtomicUsize>| {
        let sent = Arc::clone(sent);
        Body::from_stream(stream::repeat_with(move || {
            sent.fetch_add(1 << 16, Ordering::Relaxed);
            Ok::<_, std::io::Error>(vec![b' '; 1 << 16])
        }))
    };
    let counter = Arc::clone(&sent);
    let server = Server::start(move |_| reply(200, endless(&counter)));
    let error = register(&server, None).await.unwrap_err();
    assert_eq!(error, RegisterError::Fetch(TransportError::TooLarge));
    let counter = Arc::clone(&sent);
    let server = platform(move |_| reply(200, endless(&counter)));
    let error = register(&server, None).await.unwrap_err();
    assert_eq!(error, RegisterError::Send(TransportError::TooLarge));
    assert!(error.may_have_been_made());
    assert!(sent.load(Ordering::Relaxed) < 32 << 20);
    // The limit is the documents', not that of rosters; and an announced excess is not waited for.
    for (length, too_large) in [(MAX_DOCUMENT_BYTES, false), (MAX_DOCUMENT_BYTES + 1, true)] {
        let server = Server::start(move |request| {
            let mut body = offered(&request).to_string().into_bytes();
            body.resize(length, b' ');
            reply(200, body)
        });
        let got = client().registration_offer(initiation(&server, None)).await.map(|_| ());
        let too_long = Err(RegisterError::Fetch(TransportError::TooLarge));
        assert_eq!(got, if too_large { too_long } else { Ok(()) });
    }
    let server = Server::start(|_| {
        let body = stream::iter([Ok::<_, std::io::Error>(b"{".to_vec())]).chain(stream::pending());
        let mut response = reply(200, Body::from_stream(body));
        response.headers_mut().insert("content-length", "99999999999".parse().unwrap());
        response
    });
    assert_eq!(register(&server, None).await.unwrap_err().code(), "too_large");
}

/// A client that waits a minute for rosters does not wait so long for a stranger, however many redirects he sends.
#[tokio::test]
async fn a_stranger_holds_nobody_up() {
    let server = Server::start(|request| {
        std::thread::sleep(Duration::from_secs(4));
        redirect(302, &format!("{}x", request.uri().path()))
    });
    let client = builder().timeout(Duration::from_secs(60)).build().unwrap();
    let started = Instant::now();
    let error = client.register(initiation(&server, None), &own(), &[]).await.unwrap_err();
    assert_eq!(error, RegisterError::Fetch(TransportError::TimedOut));
    assert_eq!(error.http_status(), 504);
    assert!(started.elapsed() < Duration::from_secs(14));
}

/// What becomes of a connection once the registration is there.
#[derive(Clone, Copy, Debug)]
enum Break {
    /// Nothing is answered.
    Silence,
    /// A part of the answer.
    Half,
    /// The connection is closed while the tool waits, on a connection that was used before.
    Close,
}

/// A platform that reads a registration, and breaks. It keeps connections open after the configuration.
fn breaking(how: Break, log: Arc<Mutex<Vec<String>>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, log) = (stream.unwrap(), Arc::clone(&log));
            std::thread::spawn(move || {
                let mut received = Vec::new();
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = stream.read(&mut buffer) {
                    received.extend_from_slice(&buffer[..count]);
                    let text = String::from_utf8_lossy(&received).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    if head.starts_with("GET ") {
                        log.lock().unwrap().push("GET".to_owned());
                        let request = http::Request::builder().header("host", format!("127.0.0.1:{port}"));
                        let offer = offered(&request.body(Vec::new()).unwrap()).to_string();
                        let length = offer.len();
                        let answer = format!(
                            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{offer}"
                        );
                        stream.write_all(answer.as_bytes()).unwrap();
                        received.clear();
                        continue;
                    }
                    let head = head.to_ascii_lowercase();
                    let length = head.split_once("content-length: ").unwrap().1;
                    let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
                    if body.len() < length {
                        continue;
                    }
                    log.lock().unwrap().push("POST".to_owned());
                    match how {
                        Break::Silence => std::thread::sleep(Duration::from_secs(3)),
                        Break::Half => {
                            let half = b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{\"client_id\":";
                            stream.write_all(half).unwrap();
                        }
                        Break::Close => {}
                    }
                    return;
                }
            });
        }
    });
    port
}

/// A second registration would be another one: whatever breaks, and however willing the client is to repeat.
#[tokio::test]
async fn a_registration_is_not_sent_again_after_a_broken_connection() {
    for (how, code) in
        [(Break::Silence, "timed_out"), (Break::Half, "answer_lost"), (Break::Close, "answer_lost")]
    {
        let log = Arc::new(Mutex::new(Vec::new()));
        let port = breaking(how, Arc::clone(&log));
        let client = builder().timeout(Duration::from_millis(700)).build().unwrap();
        let url = format!("http://127.0.0.1:{port}/openid");
        let error = client.register(at(&url), &own(), &[]).await.unwrap_err();
        assert_eq!(error.code(), code, "{how:?}");
        assert!(matches!(error, RegisterError::Send(_)) && error.may_have_been_made(), "{how:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(*log.lock().unwrap(), ["GET", "POST"], "{how:?}");
    }
}

/// Nor is a configuration asked for twice on a stranger's word.
#[tokio::test]
async fn a_failing_configuration_is_asked_for_once() {
    for (answer, code) in [
        ((503, "{}"), "unavailable"),
        ((404, "no"), "not_found"),
        ((200, "<html>"), "configuration_invalid"),
        ((200, "{}"), "configuration_invalid"),
    ] {
        let server = Server::start(move |_| reply(answer.0, answer.1));
        let error = register(&server, Some("once-only")).await.unwrap_err();
        assert_eq!((error.code(), error.may_have_been_made()), (code, false), "{answer:?}");
        assert!(matches!(error, RegisterError::Offer(ref e) if *e != RegistrationError::Redirected));
        assert_eq!(server.requests(), 1, "{answer:?}");
    }
}
