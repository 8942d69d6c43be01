//! What both servers are told when they start.

use std::path::Path;
use std::time::Duration;

use lti_client::{Client, OutboundPolicy, RetryPolicy};
use lti_registration::AddressRules;
use serde::de::DeserializeOwned;
use url::Url;

use crate::limits::Limits;
use crate::server::StartError;

/// How often a call to the other side is tried, while somebody waits for it.
const ATTEMPTS: usize = 2;
/// The same while nobody waits: for some minutes.
const PATIENT_ATTEMPTS: usize = 10;

/// What both servers are told.
#[derive(Debug, Clone, clap::Args)]
#[non_exhaustive]
pub struct Shared {
    /// What browsers and other servers call this one, when it is behind a proxy. Addresses are never made of request
    /// headers.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<Url>,
    /// Where to remember what must be remembered between two requests: `memory`, `redis://…` or `postgres://…`. Several
    /// machines with one store act as one.
    #[arg(long, value_name = "STORE", default_value = "memory")]
    pub store: String,
    /// Let requests go to loopback addresses and over plain http, for trying things out on one machine.
    #[arg(long)]
    pub allow_loopback: bool,
    /// How many seconds one attempt to reach the other side may take; there are two.
    #[arg(long, value_name = "SECONDS", default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=20))]
    pub outbound_timeout: u64,
    /// How many requests a second one address may make, with ten times as many at once, and a third of that for
    /// logins; 0 for any number.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub rate_limit: u32,
}

impl Shared {
    /// For one machine, in memory.
    #[must_use]
    pub fn on_loopback() -> Self {
        Self {
            public_url: None,
            store: "memory".to_owned(),
            allow_loopback: true,
            outbound_timeout: 8,
            rate_limit: 1000,
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits::new(self.rate_limit)
    }

    /// What addresses may be registered.
    pub(crate) fn addresses(&self) -> AddressRules {
        if self.allow_loopback { AddressRules::with_loopback() } else { AddressRules::default() }
    }

    /// The client for calls to the other side that somebody waits for.
    pub(crate) fn client(&self, user_agent: &str) -> Result<Client, StartError> {
        self.client_of(user_agent, ATTEMPTS)
    }

    /// The client for what goes on after everybody has left.
    pub(crate) fn patient_client(&self, user_agent: &str) -> Result<Client, StartError> {
        self.client_of(user_agent, PATIENT_ATTEMPTS)
    }

    fn client_of(&self, user_agent: &str, attempts: usize) -> Result<Client, StartError> {
        let policy = OutboundPolicy::new();
        let policy =
            if self.allow_loopback { policy.danger_allow_http().danger_allow_loopback() } else { policy };
        let user_agent = format!("{user_agent}/{}", env!("CARGO_PKG_VERSION"));
        let mut retry = RetryPolicy::default();
        retry.attempts = attempts;
        // A score's fate is no reason to keep anybody waiting longer.
        retry.attempts_when_unknown = attempts;
        let timeout = Duration::from_secs(self.outbound_timeout);
        let client = Client::builder().outbound(policy).user_agent(user_agent).timeout(timeout).retry(retry);
        client.build().map_err(StartError::new)
    }
}

/// The records of a file; none without a file.
pub(crate) fn records<T: DeserializeOwned>(flag: &str, path: Option<&Path>) -> Result<Vec<T>, StartError> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let fault =
        |what: &dyn std::fmt::Display| StartError::new(format_args!("{flag} {}: {what}", path.display()));
    let text = std::fs::read(path).map_err(|error| fault(&error))?;
    serde_json::from_slice(&text).map_err(|error| fault(&error))
}
