//! A quiz tool, and the endpoints that a platform and a browser talk to.

pub(crate) mod courses;
mod deep_linking;
mod launch;
mod legacy;
mod login;
mod on_their_way;
mod pages;
mod platforms;
mod quiz;
mod registration;
mod services;
mod session;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use lti_browser::{Framing, Origin};
use lti_client::Client;
use lti_jwks::{JwkSet, Sealer, SigningKey};
use lti_services::ScoreClock;
use lti_store::Platforms;
use lti_types::{PlatformRecord, WireUrl};
use url::Url;

use crate::legacy::{Consumer, consumers};
use crate::metrics::Metrics;
use crate::records::Records;
use crate::server::{self, Bound, Running, StartError};
use crate::settings::{self, Shared};
use crate::store::{self, Notes};
use crate::visitor::Reception;
use crate::{key_file, page};
use courses::{Courses, Shelf};
use on_their_way::OnTheirWay;

/// A quiz tool to be launched from learning platforms.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "tool_server")]
#[non_exhaustive]
pub struct Arguments {
    /// Where to accept connections; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9001")]
    pub listen: String,
    /// The platforms that are registered: a JSON array.
    #[arg(long, value_name = "FILE.json")]
    pub registrations: Option<PathBuf>,
    /// The platforms that launch by LTI 1.1: a JSON array of `key`, `secret` and, if it has one, `name`.
    #[arg(long, value_name = "FILE.json")]
    pub legacy_consumers: Option<PathBuf>,
    /// Keep the signing key in this file between runs; made on first use.
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// A catalog whose courses are published to the platforms of --registrations, in the format of export_catalog. It is
    /// read again when it changes.
    #[arg(long, value_name = "FILE.json")]
    pub catalog: Option<PathBuf>,
    /// On what terms: which courses are retired, seats, dates, grades; see docs/servers.md. It is read again when it
    /// changes.
    #[arg(long, value_name = "FILE.json")]
    pub publications: Option<PathBuf>,
    /// What both servers have.
    #[command(flatten)]
    pub shared: Shared,
}

/// The state of a tool.
#[derive(Debug)]
pub(crate) struct Tool {
    /// Our address, with a slash at the end.
    public: Url,
    origin: Origin,
    /// Where launches are posted: the one redirect URI.
    redirect_uri: WireUrl,
    key: Arc<SigningKey>,
    sealer: Sealer,
    platforms: Platforms,
    /// Who launches by LTI 1.1.
    consumers: Vec<Consumer>,
    notes: Notes,
    records: Records,
    /// Published ones.
    courses: Option<Courses>,
    client: Client,
    /// For grades, which go on their way after the page is closed.
    patient: Client,
    /// Times of scores, each later than the one before.
    score_clock: Mutex<ScoreClock>,
    /// Room for grades that are on their way.
    on_their_way: OnTheirWay,
    metrics: Arc<Metrics>,
    reception: Arc<Reception>,
}

/// Starts a tool with the platforms of its file.
///
/// # Errors
/// [`StartError`]: one line for whoever started it.
pub async fn start(arguments: Arguments) -> Result<Running, StartError> {
    let records = settings::records::<PlatformRecord>("--registrations", arguments.registrations.as_deref())?;
    let shelf = Shelf::of(arguments.catalog.as_deref(), arguments.publications.as_deref())?;
    let bound = server::bind(&arguments.listen, arguments.shared.public_url.clone()).await?;
    serve(bound, &arguments, records, shelf).await
}

/// Starts a tool on a socket, with platforms and published courses.
pub(crate) async fn serve(
    bound: Bound,
    arguments: &Arguments,
    records: Vec<PlatformRecord>,
    shelf: Option<Shelf>,
) -> Result<Running, StartError> {
    let shared = &arguments.shared;
    let public = bound.public.clone();
    let store = store::open(&shared.store).await?;
    let metrics = Metrics::new();
    let reception = Arc::new(Reception {
        name: "tool",
        metrics: Arc::clone(&metrics),
        limits: shared.limits(),
        framing: RwLock::default(),
    });
    let key = key_file::open(arguments.keys.as_deref())?;
    let sealing_key = key_file::sealing_key(&key, "example tool/sealing key")?;
    let tool = Tool {
        origin: Origin::of(&public).map_err(StartError::new)?,
        redirect_uri: WireUrl::from(format!("{public}lti/launch")),
        public,
        key: Arc::new(key),
        sealer: Sealer::new(sealing_key),
        consumers: consumers("--legacy-consumers", arguments.legacy_consumers.as_deref())?,
        platforms: Platforms::new(Arc::clone(&store) as Arc<dyn lti_store::RecordStore>, "tool"),
        records: Records::new(Arc::clone(&store), "tool"),
        courses: shelf.map(|shelf| Courses::new(shelf, &records)),
        notes: Notes::new(store, "tool"),
        client: shared.client("lti-example-tool")?,
        patient: shared.patient_client("lti-example-tool")?,
        score_clock: Mutex::default(),
        on_their_way: OnTheirWay::default(),
        metrics,
        reception: Arc::clone(&reception),
    };
    for record in records {
        tool.register(record).await?;
    }
    tool.allow_framing().await.map_err(|problem| StartError::new(problem.message))?;
    let tool = Arc::new(tool);
    tool.collect_grades();
    Ok(server::serve(bound, router(tool)))
}

impl Tool {
    pub(crate) fn is_https(&self) -> bool {
        self.public.scheme() == "https"
    }

    /// One of our own addresses, for others to use.
    pub(crate) fn address(&self, path: &str) -> WireUrl {
        WireUrl::from(format!("{}{path}", self.public.as_str().trim_end_matches('/')))
    }

    pub(crate) fn framing(&self) -> Framing {
        self.reception.framing()
    }

    fn set_framing(&self, framing: Framing) {
        *self.reception.framing.write().unwrap_or_else(PoisonError::into_inner) = framing;
    }
}

fn router(tool: Arc<Tool>) -> Router {
    let reception = Arc::clone(&tool.reception);
    let metrics = Arc::clone(&tool.metrics);
    Router::new()
        .route("/", get(pages::home))
        .route("/style.css", get(page::style))
        .route("/lti/login", get(login::begin).post(login::begin))
        .route("/lti/launch", post(launch::take))
        .route("/lti/launch/complete", post(launch::complete))
        .route("/lti/legacy/launch", post(legacy::take))
        .route("/lti/launches/{launch_id}", get(pages::launch))
        .route("/lti/launches/{launch_id}/open", post(pages::open))
        .route("/lti/launches/{launch_id}/members", get(services::members))
        .route(
            "/lti/launches/{launch_id}/line-items",
            get(services::line_items).post(services::create_line_item),
        )
        .route("/lti/launches/{launch_id}/scores", post(services::publish))
        .route("/lti/launches/{launch_id}/results", get(services::results))
        .route("/lti/launches/{launch_id}/deep-link", post(deep_linking::respond))
        .route("/lti/launches/{launch_id}/quiz", post(quiz::hand_in))
        .route("/lti/launches/{launch_id}/course", post(courses::page::complete))
        .route("/lti/register", get(registration::register))
        .route("/lti/config/canvas.json", get(registration::canvas))
        .route("/lti/cartridge.xml", get(registration::cartridge))
        .route("/.well-known/jwks.json", get(keys))
        .with_state(tool)
        .merge(crate::visitor::probes(metrics))
        .fallback(crate::visitor::nothing)
        .layer(axum::middleware::from_fn_with_state(reception, crate::visitor::receive))
}

/// `GET /.well-known/jwks.json`
async fn keys(State(tool): State<Arc<Tool>>) -> Response {
    let keys = serde_json::to_vec(&JwkSet::new([tool.key.public_jwk()])).unwrap_or_default();
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=3600")];
    (headers, keys).into_response()
}
