//! The client: its settings, and what its users share.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use http::HeaderValue;
use lti_jwks::{KeyId, VerifyingKeys};
use lti_services::MAX_RESPONSE_BYTES;
use lti_types::{GradeService, RosterService, Scope, WireUrl};

use crate::host::{Hosts, Limits};
use crate::key_sets::KeySets;
use crate::token_cache::TokenCache;
use crate::transport::{Redirects, Settings, Transport};
use crate::{
    CallError, Credentials, Grades, KeySetError, OutboundPolicy, Resolver, RetryPolicy, Roster,
    SystemResolver, TokenSource, TransportError,
};

/// Sends what tools and platforms ask each other for. Make one for the process and clone it: clones share connections,
/// tokens, key sets and the limits of each host.
///
/// ```no_run
/// use std::sync::Arc;
/// use futures_util::TryStreamExt as _;
/// use lti_client::{Client, Credentials};
/// use lti_types::{Member, PlatformRecord, RosterService};
///
/// async fn everybody(
///     platform: &PlatformRecord, key: Arc<lti_jwks::SigningKey>, service: &RosterService,
/// ) -> Result<Vec<Member>, Box<dyn std::error::Error>> {
///     let client = Client::new()?;
///     let credentials = Credentials::new(platform, key)?;
///     Ok(client.roster(&credentials, service)?.members().try_collect().await?)
/// }
/// ```
#[derive(Clone)]
pub struct Client(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) transport: Transport,
    pub(crate) hosts: Hosts,
    pub(crate) tokens: TokenCache,
    pub(crate) key_sets: KeySets,
    pub(crate) creations: crate::find_or_create::Creations,
    pub(crate) retry: RetryPolicy,
}

/// The time.
pub(crate) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

impl Client {
    /// A client with the default settings: public https alone.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn new() -> Result<Self, ClientError> {
        Self::builder().build()
    }

    /// A client with settings of one's own.
    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Grades of a context: the service of a launch's claim, even hours later.
    ///
    /// # Errors
    /// [`CallError::ServiceUrl`] for a claim whose addresses are none.
    pub fn grades(&self, credentials: &Credentials, service: &GradeService) -> Result<Grades, CallError> {
        Grades::new(self.clone(), credentials, service)
    }

    /// The roster of a context: the service of a launch's claim, even hours later.
    ///
    /// # Errors
    /// [`CallError::ServiceUrl`], or [`CallError::ServiceMissing`] for a claim without an address.
    pub fn roster(&self, credentials: &Credentials, service: &RosterService) -> Result<Roster, CallError> {
        Roster::new(self.clone(), credentials, service)
    }

    /// Tokens for calls that are not made here. Ask for no more than a launch's claims offer
    /// ([`lti_services::offered_scopes`]).
    #[must_use]
    pub fn token_source(
        &self,
        credentials: &Credentials,
        scopes: impl IntoIterator<Item = Scope>,
    ) -> TokenSource {
        TokenSource::new(Arc::clone(&self.0), credentials.clone(), scopes.into_iter().collect())
    }

    /// The keys at a registered key set URL, to verify a token of that `kid` with: a platform's keys for a launch, a
    /// tool's keys for a token request or a deep linking response. One request at a time for each URL; how long its
    /// answer is used, and what becomes of failures, [`lti_jwks::KeySetCache`] says. A request that was begun is
    /// finished and counts, whether or not anybody still waits for it.
    ///
    /// # Errors
    /// [`KeySetError`].
    pub async fn keys(
        &self,
        url: &WireUrl,
        key_id: Option<&KeyId>,
    ) -> Result<Arc<VerifyingKeys>, KeySetError> {
        self.0.key_sets.keys(&self.0, url, key_id).await
    }

    /// Sends one request, once, within the outbound policy, the time and the bytes of [`ClientBuilder`], and gives back
    /// whatever is answered: for requests that are made elsewhere. Redirects are answers, and no token is added. It
    /// waits for no turn: how many of these a host gets at once is for the caller to limit.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = lti_client::Client::new()?;
    /// // Wherever a registration leads: not to this machine, and not to where clouds keep secrets.
    /// for address in ["https://127.0.0.1/admin", "https://169.254.169.254/latest/meta-data"] {
    ///     let refused = client.send(http::Request::get(address).body(Vec::new())?).await.unwrap_err();
    ///     assert_eq!(refused.code(), "outbound_address");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`TransportError`].
    pub async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, TransportError> {
        self.0.transport.send(request, Redirects::Nowhere).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// Why there is no client. It is our own configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The user agent is blank, or no header value: some platforms refuse requests without one (quirk 50).
    #[error("the user agent is blank, or cannot be sent")]
    UserAgent,
    /// A root certificate is no PEM certificate.
    #[error("a root certificate is no certificate")]
    Certificate,
    /// TLS or the proxy cannot be set up. The usual reason is a machine, or a container image, without certificate
    /// authorities (`ca-certificates`).
    #[error("the client cannot be set up: has this machine certificate authorities (ca-certificates)?")]
    Setup,
}

impl ClientError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UserAgent => "user_agent_invalid",
            Self::Certificate => "certificate_invalid",
            Self::Setup => "client_setup",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::UserAgent => "RFC 9110 §10.1.5",
            Self::Certificate | Self::Setup => "Security Framework 1.0 §3",
        }
    }
}

/// The settings of a client.
///
/// ```
/// use std::time::Duration;
/// use lti_client::{Client, OutboundPolicy, RetryPolicy};
///
/// let mut retry = RetryPolicy::default();
/// retry.attempts = 3;
/// let client = Client::builder()
///     .user_agent("quiz/1.4 (+https://quiz.example/contact)")
///     .timeout(Duration::from_secs(10))
///     .retry(retry)
///     .outbound(OutboundPolicy::new().danger_allow_private()) // a platform in our own network
///     .build()?;
/// # let _ = client;
/// assert_eq!(Client::builder().user_agent(" ").build().unwrap_err().code(), "user_agent_invalid");
/// # Ok::<(), lti_client::ClientError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ClientBuilder {
    policy: OutboundPolicy,
    resolver: Arc<dyn Resolver>,
    user_agent: String,
    connect_timeout: Duration,
    timeout: Duration,
    max_response_bytes: usize,
    requests_at_once: usize,
    turn_timeout: Duration,
    retry: RetryPolicy,
    root_certificates: Vec<Vec<u8>>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            policy: OutboundPolicy::new(),
            resolver: Arc::new(SystemResolver::new()),
            user_agent: concat!("lti-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            max_response_bytes: MAX_RESPONSE_BYTES,
            requests_at_once: 8,
            turn_timeout: Duration::from_secs(120),
            retry: RetryPolicy::default(),
            root_certificates: Vec::new(),
        }
    }
}

impl ClientBuilder {
    /// Where requests may go; public addresses over https by default.
    #[must_use]
    pub fn outbound(mut self, policy: OutboundPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Who looks host names up; the operating system by default.
    #[must_use]
    pub fn resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.resolver = resolver;
        self
    }

    /// Who we say we are; `lti-client/…` by default. Name your tool, and where its operator is reached.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// How long a connection may take: 10 seconds by default.
    #[must_use]
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.connect_timeout = time;
        self
    }

    /// How long one attempt may take, from the connection to the last byte of the answer: 30 seconds by default.
    #[must_use]
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }

    /// How many bytes of an answer are read, uncompressed; [`MAX_RESPONSE_BYTES`] by default, and at most.
    #[must_use]
    pub fn max_response_bytes(mut self, most: usize) -> Self {
        self.max_response_bytes = most.min(MAX_RESPONSE_BYTES);
        self
    }

    /// How many requests one host gets at once: 8 by default, 1 at least; and as many for key sets besides, which wait
    /// for no grades.
    #[must_use]
    pub fn requests_at_once(mut self, most: usize) -> Self {
        self.requests_at_once = most;
        self
    }

    /// How long a request waits until fewer than [`ClientBuilder::requests_at_once`] are under way and the time is over
    /// that the host asked for: two minutes by default, for each attempt; then it fails with
    /// [`TransportError::NoTurn`]. For a key set it is no longer than [`ClientBuilder::timeout`].
    #[must_use]
    pub fn turn_timeout(mut self, time: Duration) -> Self {
        self.turn_timeout = time;
        self
    }

    /// How often requests are repeated.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Trusts one more certificate authority, in PEM: for platforms whose certificates an institution signs itself.
    #[must_use]
    pub fn root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// The client.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn build(self) -> Result<Client, ClientError> {
        let user_agent = self.user_agent.trim();
        if user_agent.is_empty() {
            return Err(ClientError::UserAgent);
        }
        let user_agent = HeaderValue::from_str(user_agent).map_err(|_| ClientError::UserAgent)?;
        let mut root_certificates = Vec::new();
        for pem in &self.root_certificates {
            let bundle = reqwest::Certificate::from_pem_bundle(pem).map_err(|_| ClientError::Certificate)?;
            if bundle.is_empty() {
                return Err(ClientError::Certificate);
            }
            root_certificates.extend(bundle);
        }
        let transport = Transport::new(Settings {
            policy: Arc::new(self.policy),
            resolver: self.resolver,
            user_agent,
            connect_timeout: self.connect_timeout,
            timeout: self.timeout,
            max_response_bytes: self.max_response_bytes,
            root_certificates,
        })
        .map_err(|_| ClientError::Setup)?;
        Ok(Client(Arc::new(Inner {
            transport,
            hosts: Hosts::new(Limits {
                at_once: self.requests_at_once,
                turn: self.turn_timeout,
                key_set_turn: self.turn_timeout.min(self.timeout),
            }),
            tokens: TokenCache::default(),
            key_sets: KeySets::default(),
            creations: crate::find_or_create::Creations::default(),
            retry: self.retry,
        })))
    }
}
