//! A server on loopback that answers by a function, and a client that may speak to it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use lti_client::{Client, ClientBuilder, Credentials, OutboundPolicy, RetryPolicy};
use lti_jwks::{JwkSet, RsaSize, SigningKey, VerifyingKeys};
use lti_services::LineItemUrl;
use lti_types::{
    ClientId, Deployments, GradeService, Issuer, PlatformRecord, RosterService, Scope, Score, UserId,
};

/// The tool's key.
pub(crate) static KEY: LazyLock<Arc<SigningKey>> =
    LazyLock::new(|| Arc::new(SigningKey::generate_rsa(RsaSize::Rsa2048).unwrap()));

pub(crate) fn tool_keys() -> VerifyingKeys {
    VerifyingKeys::from_jwk_set(&JwkSet::new([KEY.public_jwk()]))
}

pub(crate) type Answer = Arc<dyn Fn(Request<Vec<u8>>) -> Response<Body> + Send + Sync>;

/// A server with threads of its own: when it stops, its connections break.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) requests: Arc<AtomicUsize>,
    answer: Answer,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(Request<Vec<u8>>) -> Response<Body> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut server = Self {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
            answer: Arc::new(answer),
            runtime: None,
        };
        server.serve(listener);
        server
    }

    fn serve(&mut self, listener: TcpListener) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (answer, requests) = (Arc::clone(&self.answer), Arc::clone(&self.requests));
        let router = Router::new().fallback(move |request: Request<Body>| {
            let answer = Arc::clone(&answer);
            requests.fetch_add(1, Ordering::Relaxed);
            async move {
                let (parts, body) = request.into_parts();
                match axum::body::to_bytes(body, 1 << 20).await {
                    Ok(body) => {
                        tokio::task::block_in_place(|| answer(Request::from_parts(parts, body.to_vec())))
                    }
                    Err(_) => Response::builder().status(400).body(Body::empty()).unwrap(),
                }
            }
        });
        listener.set_nonblocking(true).unwrap();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
        self.runtime = Some(runtime);
    }

    /// Stops: connections break in the middle of whatever they carry.
    pub(crate) fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Starts again at the same address.
    pub(crate) fn start_again(&mut self) {
        for _ in 0..200 {
            if let Ok(listener) = std_listener(self.address) {
                self.serve(listener);
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the address is not free again");
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

/// With the address free for use although old connections linger.
fn std_listener(address: SocketAddr) -> std::io::Result<TcpListener> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(1024)?.into_std()
    })
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

pub(crate) fn reply(status: u16, body: impl Into<Body>) -> Response<Body> {
    Response::builder().status(status).body(body.into()).unwrap()
}

pub(crate) fn json(body: &serde_json::Value) -> Response<Body> {
    reply(200, body.to_string())
}

/// A token response, good for an hour.
pub(crate) fn token(text: &str) -> Response<Body> {
    json(&serde_json::json!({"access_token": text, "token_type": "Bearer", "expires_in": 3600}))
}

/// Impatient, and allowed to speak to loopback without TLS.
pub(crate) fn builder() -> ClientBuilder {
    let mut retry = RetryPolicy::default();
    retry.first_wait = Duration::from_millis(5);
    retry.longest_wait = Duration::from_millis(40);
    retry.longest_retry_after = Duration::from_secs(2);
    Client::builder()
        .outbound(OutboundPolicy::new().danger_allow_http().danger_allow_loopback())
        .retry(retry)
        .timeout(Duration::from_secs(5))
}

pub(crate) fn client() -> Client {
    builder().build().unwrap()
}

pub(crate) fn platform(server: &Server) -> PlatformRecord {
    let mut platform = PlatformRecord::new(
        Issuer::new("https://lms.example").unwrap(),
        ClientId::new("tool-1").unwrap(),
        Deployments::NotYetKnown,
        "https://lms.example/auth".into(),
    );
    platform.token_url = Some(server.url("/token").into());
    platform
}

pub(crate) fn credentials(server: &Server) -> Credentials {
    Credentials::new(&platform(server), Arc::clone(&KEY)).unwrap()
}

pub(crate) fn grade_service(server: &Server) -> GradeService {
    let mut service = GradeService::new();
    service.lineitems = Some(server.url("/lineitems?type_id=2").into());
    service.scope = Some(vec![Scope::LineItem, Scope::Score, Scope::ResultReadOnly]);
    service
}

pub(crate) fn roster_service(server: &Server) -> RosterService {
    let mut service = RosterService::new();
    service.context_memberships_url = Some(server.url("/members?course=5").into());
    service
}

pub(crate) fn line_item(server: &Server) -> LineItemUrl {
    LineItemUrl::parse(&server.url("/lineitems/1/lineitem?type_id=2").into()).unwrap()
}

/// A score of so many milliseconds after a moment of 2024.
pub(crate) fn score(user: &str, after: i64, given: f64) -> Score {
    let time = chrono::DateTime::from_timestamp_millis(1_714_558_530_000 + after).unwrap();
    Score::graded(UserId::new(user).unwrap(), time.into(), given, 20.0)
}
