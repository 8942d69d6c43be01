//! Which platform to ask, and as whom: by flags, by a registration file, or the one within the process.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use lti_client::{Client, Credentials, OutboundPolicy};
use lti_jwks::{RsaSize, SigningKey};
use lti_types::{ClientId, DeploymentId, Deployments, GradeService, Issuer, PlatformRecord, RosterService};

use crate::stand_in;

/// The platform, and the tool's own key. Without any of these a platform within the process is asked, which is gone
/// afterwards.
#[derive(Debug, Clone, Args)]
#[non_exhaustive]
pub struct Connection {
    /// What the tool wrote down about the platform: a JSON record as in docs/walkthrough.md, with `token_url`.
    #[arg(long, value_name = "FILE", requires = "key", conflicts_with_all = ["token_url", "client_id", "audience"])]
    pub registration: Option<PathBuf>,
    /// The tool's private key: PEM or JWK.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Where the platform gives tokens, instead of a registration file.
    #[arg(long, value_name = "URL", requires_all = ["client_id", "key"])]
    pub token_url: Option<String>,
    /// The tool's client id there.
    #[arg(long, value_name = "ID", requires = "token_url")]
    pub client_id: Option<String>,
    /// The audience of token requests, where it is not the token URL.
    #[arg(long, value_name = "TEXT", requires = "token_url")]
    pub audience: Option<String>,
    /// The deployment that tokens are for.
    #[arg(long, value_name = "ID", requires = "key")]
    pub deployment: Option<String>,
    /// Speak to private networks.
    #[arg(long)]
    pub allow_private: bool,
    /// Speak to this machine.
    #[arg(long)]
    pub allow_loopback: bool,
    /// Speak plain http, in which tokens travel in the open.
    #[arg(long)]
    pub allow_http: bool,
}

/// Ready to ask.
#[derive(Debug)]
#[non_exhaustive]
pub struct Connected {
    /// The client.
    pub client: Client,
    /// As whom.
    pub credentials: Credentials,
    /// The services of the platform within the process, if it is that one.
    pub within: Option<(GradeService, RosterService)>,
}

impl Connection {
    /// Whether a platform is named.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.registration.is_some() || self.token_url.is_some()
    }

    /// Reads what is named, or starts the platform within.
    ///
    /// # Errors
    /// A sentence for whoever called.
    pub async fn open(&self) -> Result<Connected, String> {
        let mut policy = OutboundPolicy::new();
        let text = |error: &dyn std::error::Error| error.to_string();
        let (credentials, within) = if self.is_named() {
            let path = self.key.as_ref().ok_or("--key is missing")?;
            let key =
                SigningKey::parse(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
            let credentials =
                Credentials::new(&self.record()?, Arc::new(key)).map_err(|error| text(&error))?;
            (credentials, None)
        } else if self.key.is_some() {
            return Err("--key goes with --registration or --token-url".to_owned());
        } else {
            policy = policy.danger_allow_http().danger_allow_loopback();
            let key = SigningKey::generate_rsa(RsaSize::Rsa2048).map_err(|error| text(&error))?;
            let running = stand_in::start(&key).await.map_err(|error| text(&*error))?;
            let credentials =
                Credentials::new(&running.record, Arc::new(key)).map_err(|error| text(&error))?;
            (credentials.for_deployment(running.deployment_id), Some((running.grades, running.roster)))
        };
        let credentials = match &self.deployment {
            Some(id) => credentials.for_deployment(
                DeploymentId::new(id.as_str()).map_err(|error| format!("--deployment: {error}"))?,
            ),
            None => credentials,
        };
        if self.allow_http {
            policy = policy.danger_allow_http();
        }
        if self.allow_loopback {
            policy = policy.danger_allow_loopback();
        }
        if self.allow_private {
            policy = policy.danger_allow_private();
        }
        let agent = concat!("lti-example-servers/", env!("CARGO_PKG_VERSION"));
        let client =
            Client::builder().user_agent(agent).outbound(policy).build().map_err(|error| text(&error))?;
        Ok(Connected { client, credentials, within })
    }

    fn record(&self) -> Result<PlatformRecord, String> {
        if let Some(path) = &self.registration {
            return serde_json::from_str(&read(path)?)
                .map_err(|error| format!("{}: not a registration: {error}", path.display()));
        }
        let token_url = self.token_url.as_deref().unwrap_or_default();
        let client_id = ClientId::new(self.client_id.as_deref().unwrap_or_default())
            .map_err(|error| format!("--client-id: {error}"))?;
        // Tokens are had without a launch: neither the issuer nor the address of logins is used.
        let issuer = Issuer::new(token_url).map_err(|error| format!("--token-url: {error}"))?;
        let mut record = PlatformRecord::new(issuer, client_id, Deployments::NotYetKnown, token_url.into());
        record.token_url = Some(token_url.into());
        record.token_audience.clone_from(&self.audience);
        Ok(record)
    }
}

/// At most a MiB of text.
fn read(path: &Path) -> Result<String, String> {
    const MOST: u64 = 1024 * 1024;
    let problem = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut text = String::new();
    std::fs::File::open(path).map_err(problem)?.take(MOST).read_to_string(&mut text).map_err(problem)?;
    Ok(text)
}

/// No control characters, no changes of direction: this goes to a terminal.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| match c {
            '"' | '\\' | '\'' => vec![c],
            c => c.escape_debug().collect(),
        })
        .collect()
}
