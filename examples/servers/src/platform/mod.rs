//! A small learning platform: people, courses, a grade book, and the endpoints that tools talk to.

mod authentication;
mod content;
mod course_copy;
mod courses;
mod deep_linking;
mod gradebook;
mod grades;
mod import;
mod launch;
mod legacy;
mod message;
mod metadata;
mod pages;
mod people;
mod registration;
mod roster;
mod session;
mod tokens;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};
use lti_browser::{Framing, Origin};
use lti_client::Client;
use lti_jwks::{Sealer, SigningKey};
use lti_platform::Registration;
use lti_registration::AddressRules;
use lti_services::platform::{GrantSigner, Place};
use lti_types::{Issuer, ToolRecord, WireUrl};
use url::Url;

use crate::legacy::{Consumer, consumers};
use crate::metrics::Metrics;
use crate::server::{self, Bound, Running, StartError};
use crate::settings::{self, Shared};
use crate::store::{self, Notes};
use crate::visitor::Reception;
use crate::{key_file, page};
use courses::School;

/// A learning platform to launch tools from.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "platform_server")]
#[non_exhaustive]
pub struct Arguments {
    /// Where to accept connections; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9000")]
    pub listen: String,
    /// The tools that are registered: a JSON array.
    #[arg(long, value_name = "FILE.json")]
    pub tools: Option<PathBuf>,
    /// The tools that are launched by LTI 1.1: a JSON array of `key`, `secret`, `launch_url` and, if it has one, `name`.
    #[arg(long, value_name = "FILE.json")]
    pub legacy_tools: Option<PathBuf>,
    /// Keep keys, links and grades in this directory between runs.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// What both servers have.
    #[command(flatten)]
    pub shared: Shared,
}

/// The state of a platform.
#[derive(Debug)]
pub(crate) struct Platform {
    /// Our address, with a slash at the end.
    public: Url,
    origin: Origin,
    issuer: Issuer,
    key: SigningKey,
    sealer: Sealer,
    grants: GrantSigner,
    notes: Notes,
    client: Client,
    metrics: Arc<Metrics>,
    tools: RwLock<Vec<Arc<Registration>>>,
    /// Tools of LTI 1.1.
    consumers: Vec<Consumer>,
    /// Those of them that registered themselves, as they are kept.
    registered_themselves: Mutex<Vec<ToolRecord>>,
    school: Mutex<School>,
    data: Option<PathBuf>,
    addresses: AddressRules,
}

/// Starts a platform with the tools of its file.
///
/// # Errors
/// [`StartError`]: one line for whoever started it.
pub async fn start(arguments: Arguments) -> Result<Running, StartError> {
    let tools = settings::records::<ToolRecord>("--tools", arguments.tools.as_deref())?;
    let bound = server::bind(&arguments.listen, arguments.shared.public_url.clone()).await?;
    serve(bound, &arguments, tools).await
}

/// Starts a platform on a socket, with tools.
pub(crate) async fn serve(
    bound: Bound,
    arguments: &Arguments,
    tools: Vec<ToolRecord>,
) -> Result<Running, StartError> {
    let platform = Arc::new(Platform::new(&bound, arguments, tools).await?);
    let app = router(platform, arguments.shared.limits());
    Ok(server::serve(bound, app))
}

impl Platform {
    async fn new(bound: &Bound, arguments: &Arguments, tools: Vec<ToolRecord>) -> Result<Self, StartError> {
        let shared = &arguments.shared;
        let public = bound.public.clone();
        let issuer = Issuer::new(public.as_str().trim_end_matches('/')).map_err(StartError::new)?;
        if let Some(data) = &arguments.data {
            std::fs::create_dir_all(data)
                .map_err(|error| StartError::new(format_args!("{}: {error}", data.display())))?;
        }
        let key = key_file::open(arguments.data.as_ref().map(|data| data.join("keys.pem")).as_deref())?;
        let services = format!("{}/lti/services", issuer.as_str());
        let platform = Self {
            origin: Origin::of(&public).map_err(StartError::new)?,
            public,
            sealer: Sealer::new(key_file::sealing_key(&key, "example platform/sealing key")?),
            key,
            grants: GrantSigner::new(issuer.clone(), services),
            issuer,
            notes: Notes::new(store::open(&shared.store).await?, "platform"),
            client: shared.client("lti-example-platform")?,
            metrics: Metrics::new(),
            tools: RwLock::default(),
            consumers: consumers("--legacy-tools", arguments.legacy_tools.as_deref())?,
            registered_themselves: Mutex::default(),
            school: Mutex::new(content::load(arguments.data.as_deref())?),
            data: arguments.data.clone(),
            addresses: shared.addresses(),
        };
        for tool in tools {
            platform.register(tool)?;
        }
        // Those of the file have the last word.
        for tool in registration::load(platform.data.as_deref())? {
            if platform.registration(tool.client_id.as_str()).is_none() {
                platform.register(tool.clone())?;
                platform.registered_themselves.lock().unwrap_or_else(PoisonError::into_inner).push(tool);
            }
        }
        legacy::place(&platform)?;
        Ok(platform)
    }

    /// Takes a tool in, and gives it its links.
    fn register(&self, tool: ToolRecord) -> Result<(), StartError> {
        let name = tool.client_id.clone();
        let fault = |what: &dyn std::fmt::Display| StartError::new(format_args!("tool {name}: {what}"));
        let registration =
            Registration::new(self.issuer.clone(), tool.clone()).map_err(|error| fault(&error))?;
        let mut tools = self.tools.write().unwrap_or_else(PoisonError::into_inner);
        if tools.iter().any(|known| *known.client_id() == tool.client_id) {
            return Err(fault(&"there is another one of this client_id"));
        }
        tools.push(Arc::new(registration));
        drop(tools);
        let placed = self.school().place_tool(&tool, |place, number| self.line_item_url(place, number));
        placed.map_err(|error| fault(&error))
    }

    pub(crate) fn school(&self) -> MutexGuard<'_, School> {
        self.school.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn registrations(&self) -> Vec<Arc<Registration>> {
        self.tools.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn registration(&self, client_id: &str) -> Option<Arc<Registration>> {
        self.registrations().into_iter().find(|tool| tool.client_id().as_str() == client_id)
    }

    pub(crate) fn is_https(&self) -> bool {
        self.public.scheme() == "https"
    }

    /// One of our own addresses, for others to use.
    pub(crate) fn address(&self, path: &str) -> WireUrl {
        WireUrl::from(format!("{}{path}", self.issuer.as_str()))
    }

    /// The address of a container of line items. It names the deployment where the tool has several.
    pub(crate) fn line_items_url(&self, place: &Place) -> WireUrl {
        self.line_items_path(place, "")
    }

    pub(crate) fn line_item_url(&self, place: &Place, number: u64) -> WireUrl {
        self.line_items_path(place, &format!("/{number}"))
    }

    fn line_items_path(&self, place: &Place, rest: &str) -> WireUrl {
        let several = self
            .registration(place.client_id.as_str())
            .is_some_and(|registration| registration.record().deployment_ids.len() > 1);
        let query = if several {
            let id: String =
                url::form_urlencoded::byte_serialize(place.deployment_id.as_str().as_bytes()).collect();
            format!("?deployment_id={id}")
        } else {
            String::new()
        };
        self.address(&format!("/lti/contexts/{}/line-items{rest}{query}", place.context_id))
    }

    /// The origins of registered tools: who may be framed, and who may keep data in our pages.
    pub(crate) fn tool_origins(&self) -> Vec<Origin> {
        let mut origins: Vec<_> = self
            .registrations()
            .iter()
            .flat_map(|tool| {
                let record = tool.record();
                record
                    .redirects()
                    .chain([record.login_url.as_str(), record.target_link_uri.as_str()])
                    .filter_map(|url| Origin::parse(url).ok())
                    .collect::<Vec<_>>()
            })
            .chain(self.consumer_origins())
            .collect();
        origins.sort();
        origins.dedup();
        origins
    }
}

fn router(platform: Arc<Platform>, limits: crate::limits::Limits) -> Router {
    let metrics = Arc::clone(&platform.metrics);
    let told = Arc::clone(&metrics);
    let reception =
        Arc::new(Reception { name: "platform", metrics, limits, framing: RwLock::new(Framing::SameOrigin) });
    Router::new()
        .route("/", get(pages::home))
        .route("/style.css", get(page::style))
        .route("/session", post(pages::sign_in))
        .route("/session/end", post(pages::sign_out))
        .route("/tools", get(pages::tools))
        .route("/courses/{course}", get(pages::course))
        .route("/courses/{course}/open/{link}", get(pages::open))
        .route("/courses/{course}/add/{client_id}", get(pages::add))
        .route("/courses/{course}/roster", get(pages::roster))
        .route("/courses/{course}/links", get(content::links))
        .route("/courses/{course}/copy", post(course_copy::take))
        .route("/courses/{course}/gradebook", get(gradebook::show))
        .route("/launch/{link}", get(launch::link))
        .route("/deep-link/{client_id}", get(launch::deep_linking))
        .route("/lti/auth", get(authentication::authenticate).post(authentication::authenticate))
        .route("/lti/token", any(tokens::grant))
        .route("/lti/register", any(registration::register))
        .route("/lti/legacy/outcomes", post(legacy::outcomes))
        .route("/lti/deep-linking/return", post(deep_linking::take))
        .route("/admin/registrations", post(registration::invite))
        .route("/admin/registrations/{client_id}/activate", post(registration::activate))
        .route(
            "/courses/{course}/import",
            get(import::show).post(import::take).layer(DefaultBodyLimit::max(import::MAX_BODY)),
        )
        .route("/lti/contexts/{course}/line-items", any(grades::line_items))
        .route("/lti/contexts/{course}/line-items/{number}", any(grades::line_item))
        .route("/lti/contexts/{course}/line-items/{number}/scores", any(grades::scores))
        .route("/lti/contexts/{course}/line-items/{number}/results", any(grades::results))
        .route("/lti/contexts/{course}/memberships", any(roster::members))
        .route("/.well-known/openid-configuration", get(metadata::configuration))
        .route("/.well-known/jwks.json", get(metadata::keys))
        .with_state(platform)
        .merge(crate::visitor::probes(told))
        .fallback(crate::visitor::nothing)
        .layer(axum::middleware::from_fn_with_state(reception, crate::visitor::receive))
}
