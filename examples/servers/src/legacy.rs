//! The keys and secrets of LTI 1.1, which both servers have in a file.

use std::path::Path;

use lti_browser::Fault;
use lti_legacy::{ConsumerKey, Credential, OAuthError, RefusedLaunch, SharedSecret, Signer};
use lti_types::{DeploymentId, WireUrl};
use serde::Deserialize;

use crate::problem::Problem;
use crate::server::StartError;
use crate::settings;

/// A pair of platform and tool that share a secret.
#[derive(Debug, Clone)]
pub(crate) struct Consumer {
    /// The key, as the name of whoever has it.
    pub(crate) account: DeploymentId,
    pub(crate) name: String,
    /// Where the tool is launched; only a platform needs it.
    pub(crate) launch_url: Option<WireUrl>,
    key: ConsumerKey,
    secret: SharedSecret,
}

/// As it stands in the file: `[{"key": …, "secret": …, "name": …, "launch_url": …}]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: String,
    secret: String,
    name: Option<String>,
    launch_url: Option<WireUrl>,
}

/// The consumers of a file; none without a file. A key that stands there twice, with two secrets, is good with both.
pub(crate) fn consumers(flag: &str, path: Option<&Path>) -> Result<Vec<Consumer>, StartError> {
    let entries = settings::records::<Entry>(flag, path)?.into_iter().enumerate();
    entries
        .map(|(number, entry)| {
            let fault = |what: &dyn std::fmt::Display| {
                StartError::new(format_args!("{flag}: entry {}: {what}", number + 1))
            };
            Ok(Consumer {
                account: DeploymentId::new(entry.key.as_str()).map_err(|error| fault(&error))?,
                name: entry.name.unwrap_or_else(|| entry.key.clone()),
                launch_url: entry.launch_url,
                key: ConsumerKey::new(entry.key).map_err(|error| fault(&error))?,
                secret: SharedSecret::new(entry.secret).map_err(|error| fault(&error))?,
            })
        })
        .collect()
}

/// What may have signed, for a key that somebody names.
pub(crate) fn credentials(consumers: &[Consumer], key: &ConsumerKey) -> Vec<Credential> {
    let of_key = consumers.iter().filter(|consumer| consumer.key == *key);
    of_key.map(|c| Credential::new(c.account.clone(), c.key.clone(), c.secret.clone())).collect()
}

impl Consumer {
    /// What is signed with.
    pub(crate) fn signer(&self) -> Signer {
        Signer::new(self.key.clone(), self.secret.clone())
    }
}

impl From<OAuthError> for Problem {
    fn from(error: OAuthError) -> Self {
        RefusedLaunch::from(error).into()
    }
}

impl From<RefusedLaunch> for Problem {
    fn from(refused: RefusedLaunch) -> Self {
        let fault = match refused.code() {
            "consumer_key_unknown" => Fault::Unknown,
            "timestamp_too_old" | "nonce_replayed" => Fault::Expired,
            _ => Fault::Malformed,
        };
        Self::new(refused.http_status(), fault, refused.code(), refused.to_string(), refused.spec())
    }
}
