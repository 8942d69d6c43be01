//! Sockets: listening, accepting within limits, and stopping cleanly.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tower::ServiceExt;
use url::Url;

use crate::visitor::Peer;

/// How long a client may take over the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// The most bytes of a request's head.
const MAX_HEAD: usize = 128 * 1024;
/// The most connections at a time; more wait in the system's queue.
const MAX_CONNECTIONS: usize = 8192;
/// How long requests that are under way may go on after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Why a server does not start: one line for whoever started it.
#[derive(Debug)]
pub struct StartError(String);

impl StartError {
    pub(crate) fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string())
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// A socket that listens, and what it is called from outside.
#[derive(Debug)]
pub(crate) struct Bound {
    listener: TcpListener,
    /// Where it accepts connections: `http://HOST:PORT`.
    pub(crate) local: Url,
    /// What browsers and other servers call it.
    pub(crate) public: Url,
}

/// Listens at `HOST:PORT`; port 0 picks a free one. The public address is the given one, or the local one.
pub(crate) async fn bind(listen: &str, public: Option<Url>) -> Result<Bound, StartError> {
    let failed = |error: std::io::Error| StartError::new(format_args!("--listen {listen}: {error}"));
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    // A name stays a name: cookies and origins go by it.
    let host = listen.rsplit_once(':').map_or("", |(host, _)| host);
    let local = match host.parse::<std::net::IpAddr>() {
        Err(_) if !host.is_empty() && !host.starts_with('[') => format!("http://{host}:{}", address.port()),
        _ => format!("http://{address}"),
    };
    let local =
        Url::parse(&local).map_err(|error| StartError::new(format_args!("--listen {listen}: {error}")))?;
    let public = public.unwrap_or_else(|| local.clone());
    let extra = public.query().is_some()
        || public.fragment().is_some()
        || !public.username().is_empty()
        || public.password().is_some();
    if !matches!(public.scheme(), "http" | "https")
        || public.host_str().is_none()
        || public.path() != "/"
        || extra
    {
        return Err(StartError::new(
            "--public-url must be http://HOST or https://HOST, without anything else",
        ));
    }
    if lti_types::WireUrl::from(public.as_str()).to_secure_url().is_err() {
        let what = "others would reach it by plain http; give an https --public-url, or listen on a loopback address";
        return Err(StartError::new(format_args!("{}: {what}", public.as_str())));
    }
    Ok(Bound { listener, local, public })
}

/// A server that runs until it is told to stop, or dropped.
#[derive(Debug)]
pub struct Running {
    local: Url,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Where it accepts connections, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        self.local.as_str().trim_end_matches('/')
    }

    /// Lets requests that are under way end, within 10 seconds.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

/// Serves requests from now on.
pub(crate) fn serve(bound: Bound, app: Router) -> Running {
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(accept(bound.listener, app, stopped));
    Running { local: bound.local, stop, task }
}

async fn accept(listener: TcpListener, app: Router, mut stopped: watch::Receiver<bool>) {
    let connections = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(MAX_HEAD);
    loop {
        // A full house, too, can be told to close.
        let permit = tokio::select! {
            _ = stopped.changed() => break,
            permit = Arc::clone(&room).acquire_owned() => permit,
        };
        let Ok(permit) = permit else { break };
        let (stream, peer) = tokio::select! {
            _ = stopped.changed() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, most likely: it passes.
                    tracing::warn!(%error, "cannot accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        let _ = stream.set_nodelay(true);
        let app = app.clone();
        let service = service_fn(move |request: http::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer));
            let app = app.clone();
            async move { Ok::<_, Infallible>(app.oneshot(request).await.unwrap_or_else(|never| match never {})) }
        });
        let connection = connections.watch(builder.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A connection that breaks is the client's business.
            let _ = connection.await;
            drop(permit);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(GRACE, connections.shutdown()).await;
}

/// The flags of a program. A bad one ends it with one line and exit status 2.
#[must_use]
pub fn arguments<T: clap::Parser>() -> T {
    T::try_parse().unwrap_or_else(|error| {
        if !error.use_stderr() {
            // `--help`
            error.exit();
        }
        let text = error.to_string();
        eprintln!("{}", text.lines().next().unwrap_or_default());
        std::process::exit(2)
    })
}

/// Runs a program's servers until SIGTERM or ctrl-c. `announce` says what is printed on standard output, one line, once
/// they accept connections. A server that cannot start ends the program with one line and exit status 2.
pub fn run<F>(start: F, announce: fn(&[Running]) -> String) -> ExitCode
where
    F: Future<Output = Result<Vec<Running>, StartError>>,
{
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    runtime.block_on(async {
        let running = match start.await {
            Ok(running) => running,
            Err(error) => return fail(&error),
        };
        // Whoever reads that line may send a signal at once.
        let mut terminate = match signal(SignalKind::terminate()) {
            Ok(terminate) => terminate,
            Err(error) => return fail(&error),
        };
        let mut interrupt = match signal(SignalKind::interrupt()) {
            Ok(interrupt) => interrupt,
            Err(error) => return fail(&error),
        };
        println!("{}", announce(&running));
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        futures_util::future::join_all(running.into_iter().map(Running::stop)).await;
        ExitCode::SUCCESS
    })
}

/// The line that both servers print.
#[must_use]
pub fn ready(running: &[Running]) -> String {
    running.first().map_or_else(String::new, |server| format!("ready: {}", server.url()))
}

fn fail(error: &dyn fmt::Display) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(2)
}
