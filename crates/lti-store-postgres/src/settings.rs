//! How to reach the server.

use std::fmt;
use std::time::Duration;

/// How to reach the server.
///
/// ```
/// use std::time::Duration;
/// use lti_store_postgres::PostgresSettings;
/// let mut settings = PostgresSettings::new("postgres://lti@127.0.0.1/lti?sslmode=disable");
/// settings.connections = 8;
/// settings.timeout = Duration::from_secs(1);
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct PostgresSettings {
    /// `postgres://user:password@host:port/database?parameter=value`, or `host=… user=…`. `sslmode=require` needs the
    /// feature `rustls`. Tables are found, and made, by the `search_path`.
    pub url: String,
    /// How long one call may take, waiting for a connection included. 2 seconds by default, a day at most. The server,
    /// too, gives up a statement after it.
    pub timeout: Duration,
    /// The most connections at a time. 16 by default.
    pub connections: usize,
    /// How often expired rows are removed, by a task that a call starts. 1 minute by default.
    pub sweep_every: Duration,
}

impl PostgresSettings {
    /// With the defaults.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            timeout: Duration::from_secs(2),
            connections: 16,
            sweep_every: Duration::from_secs(60),
        }
    }
}

/// The URL may hold a password.
impl fmt::Debug for PostgresSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresSettings")
            .field("timeout", &self.timeout)
            .field("connections", &self.connections)
            .field("sweep_every", &self.sweep_every)
            .finish_non_exhaustive()
    }
}
