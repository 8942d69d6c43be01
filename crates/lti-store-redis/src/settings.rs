//! How to reach the server, and what to expect of it.

use std::fmt;
use std::time::Duration;

/// How to reach the server, and what to expect of it.
///
/// ```
/// use std::time::Duration;
/// use lti_store_redis::RedisSettings;
/// let mut settings = RedisSettings::new("redis://127.0.0.1:6379/0");
/// settings.timeout = Duration::from_secs(1);
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct RedisSettings {
    /// `redis://[user:password@]host:port/database`, or `rediss://` with the feature `rustls`.
    pub url: String,
    /// How long one call may take, a new connection included. 2 seconds by default.
    pub timeout: Duration,
    /// What all keys begin with. `lti` by default.
    pub prefix: String,
    /// Accepts a server without an append-only file. Should it restart, it has forgotten which assertions were
    /// used, and each can be replayed until it expires.
    pub danger_may_forget: bool,
}

impl RedisSettings {
    /// With the defaults.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            timeout: Duration::from_secs(2),
            prefix: "lti".to_owned(),
            danger_may_forget: false,
        }
    }
}

/// The URL may hold a password.
impl fmt::Debug for RedisSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSettings")
            .field("timeout", &self.timeout)
            .field("prefix", &self.prefix)
            .field("danger_may_forget", &self.danger_may_forget)
            .finish_non_exhaustive()
    }
}
