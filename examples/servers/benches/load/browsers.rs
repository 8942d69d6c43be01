//! Many browsers, each with a connection that it keeps.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{Method, Request, Response, StatusCode};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

use crate::platform::Platform;
use crate::server::Server;

pub const HTML: &str = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8";
pub const JSON: &str = "application/json";

/// A login that the platform has not answered yet.
struct Login {
    state: String,
    nonce: String,
    cookie: String,
}

/// A message that is ready to be posted.
struct Ready {
    form: String,
    cookie: String,
}

pub struct Browsers {
    platform: Arc<Platform>,
    host: String,
    connections: Vec<Connection>,
    ready: VecDeque<Ready>,
    answers: [usize; 2],
}

impl Browsers {
    pub async fn connect(platform: &Arc<Platform>, server: &Server, connections: usize) -> Self {
        let host = server.address.to_string();
        let mut open = Vec::new();
        for _ in 0..connections {
            open.push(Connection::open(&host).await);
        }
        Self {
            platform: Arc::clone(platform),
            host,
            connections: open,
            ready: VecDeque::new(),
            answers: [0; 2],
        }
    }

    /// Bytes of the answers to a login and to a launch, head and body: the last ones.
    pub fn answers(&self) -> [usize; 2] {
        self.answers
    }

    pub fn token_length(&self) -> usize {
        self.ready.front().map_or(0, |ready| ready.form.len())
    }

    /// So many logins and, of those that were signed before, as many posts, as fast as they go or so many a second.
    /// Then what began is signed for the next round. Returns how long each took, from the time at which it was due.
    pub async fn round(&mut self, launches: usize, rate: Option<u32>, accept: &'static str) -> Vec<Duration> {
        // The server closes those that were idle for long.
        for connection in self.connections.iter_mut().filter(|connection| connection.0.is_closed()) {
            *connection = Connection::open(&self.host).await;
        }
        let round = Arc::new(Round {
            host: self.host.clone(),
            login: self.platform.login.clone(),
            accept,
            began: Instant::now(),
            rate,
            next: AtomicUsize::new(0),
            launches,
            ready: Mutex::new(std::mem::take(&mut self.ready)),
            logins: Mutex::default(),
            took: Mutex::default(),
            answers: Default::default(),
        });
        let tasks: Vec<_> = std::mem::take(&mut self.connections)
            .into_iter()
            .map(|connection| tokio::spawn(Arc::clone(&round).work(connection)))
            .collect();
        for task in tasks {
            self.connections.push(task.await.unwrap());
        }
        let round = Arc::into_inner(round).unwrap();
        self.answers = round.answers.map(AtomicUsize::into_inner);
        self.ready = sign(&self.platform, &round.logins.into_inner().unwrap());
        round.took.into_inner().unwrap()
    }
}

struct Round {
    host: String,
    login: String,
    accept: &'static str,
    began: Instant,
    rate: Option<u32>,
    next: AtomicUsize,
    launches: usize,
    ready: Mutex<VecDeque<Ready>>,
    logins: Mutex<Vec<Login>>,
    took: Mutex<Vec<Duration>>,
    answers: [AtomicUsize; 2],
}

impl Round {
    /// Makes launch after launch, each when it is due, or later if all connections are busy.
    async fn work(self: Arc<Self>, mut connection: Connection) -> Connection {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.launches {
                return connection;
            }
            let mut due = Instant::now();
            if let Some(rate) = self.rate {
                due = self.began + Duration::from_secs(number as u64) / rate;
                tokio::time::sleep_until(due.into()).await;
            }
            let login = connection.login(&self).await;
            let ready = self.ready.lock().unwrap().pop_front();
            if let Some(ready) = ready {
                connection.launch(&self, ready).await;
            }
            self.took.lock().unwrap().push(due.elapsed());
            self.logins.lock().unwrap().push(login);
        }
    }
}

struct Connection(SendRequest<Body>);

impl Connection {
    async fn open(host: &str) -> Self {
        let stream = TcpStream::connect(host).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self(sender)
    }

    async fn send(&mut self, request: Request<Body>) -> Response<Vec<u8>> {
        self.0.ready().await.unwrap();
        let (parts, body) = self.0.send_request(request).await.unwrap().into_parts();
        Response::from_parts(parts, to_bytes(Body::new(body), 1 << 20).await.unwrap().into())
    }

    async fn login(&mut self, round: &Round) -> Login {
        let request = Request::get(&round.login).header(HOST, &round.host).header(ACCEPT, round.accept);
        let answer = self.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::FOUND, "{}", String::from_utf8_lossy(answer.body()));
        round.answers[0].store(length(&answer), Ordering::Relaxed);
        let url = Url::parse(answer.headers()[LOCATION].to_str().unwrap()).unwrap();
        let field = |name: &str| url.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let cookies = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
        Login { state: field("state"), nonce: field("nonce"), cookie: cookies.collect::<Vec<_>>().join("; ") }
    }

    async fn launch(&mut self, round: &Round, ready: Ready) {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/lti/launch")
            .header(HOST, &round.host)
            .header(ACCEPT, round.accept)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(COOKIE, ready.cookie);
        let answer = self.send(request.body(ready.form.into()).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{}", String::from_utf8_lossy(answer.body()));
        round.answers[1].store(length(&answer), Ordering::Relaxed);
    }
}

fn length(answer: &Response<Vec<u8>>) -> usize {
    answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>()
        + answer.body().len()
}

/// The platform's answers to these logins. Both cores may be used; nothing is measured meanwhile.
fn sign(platform: &Platform, logins: &[Login]) -> VecDeque<Ready> {
    let signed = |login: &Login| {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("id_token", &platform.token(&login.nonce))
            .append_pair("state", &login.state)
            .finish();
        Ready { form, cookie: login.cookie.clone() }
    };
    let part = logins.len().div_ceil(std::thread::available_parallelism().map_or(1, usize::from)).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = logins
            .chunks(part)
            .map(|part| scope.spawn(move || part.iter().map(signed).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}
