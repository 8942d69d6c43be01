//! Connections, and one way to run a statement: in time, and once.

use std::fmt;
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, PoolError, RecyclingMethod, Runtime,
};
use lti_store::{StoreError, Unavailable};
use tokio::time::{Instant, timeout_at};
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, Row};

use crate::error::{pool_reason, reason};
use crate::{ConnectError, PostgresSettings};

/// Parameters of a statement.
pub(crate) type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// The longest time for a call: whoever sets none gets an end that clocks can hold.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// A connection that is idle for so long asks whether the other end is still there, unless the URL says otherwise. The
/// system's own two hours are longer than firewalls remember connections.
const KEEPALIVES_IDLE: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub(crate) struct Pool {
    connections: deadpool_postgres::Pool,
    timeout: Duration,
}

impl Pool {
    pub(crate) fn new(settings: &PostgresSettings) -> Result<Self, ConnectError> {
        let timeout = settings.timeout.min(LONGEST);
        let config = config(&settings.url, timeout)?;
        let session = session(timeout);
        let hook = Hook::async_fn(move |client, _| {
            let session = session.clone();
            Box::pin(async move { client.batch_execute(&session).await.map_err(HookError::Backend) })
        });
        let connections = deadpool_postgres::Pool::builder(manager(config)?)
            .max_size(settings.connections.max(1))
            .runtime(Runtime::Tokio1)
            .post_create(hook)
            .build()
            .map_err(|_| ConnectError::InvalidUrl)?;
        Ok(Self { connections, timeout })
    }

    /// A connection, in time.
    pub(crate) async fn get(&self, deadline: Instant) -> Result<Object, StoreError> {
        let got = timeout_at(deadline, self.connections.get()).await;
        got.map_err(|_| StoreError::Unavailable(Unavailable::TimedOut))?
            .map_err(|error: PoolError| pool_reason(&error))
    }

    /// When a call that begins now has to be over.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.timeout
    }

    /// Runs one statement once, and returns its rows in time.
    pub(crate) async fn query(
        &self,
        statement: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let deadline = self.deadline();
        let client = self.get(deadline).await?;
        let rows = timeout_at(deadline, async {
            let prepared = client.prepare_cached(statement).await?;
            client.query(&prepared, parameters).await
        });
        let failure = match rows.await {
            Ok(Ok(rows)) => return Ok(rows),
            Ok(Err(error)) => reason(&error),
            Err(_) => StoreError::Unavailable(Unavailable::TimedOut),
        };
        // A connection that failed is not used again: its server may hang, or have become a standby.
        drop(Object::take(client));
        if matches!(failure, StoreError::Unavailable(Unavailable::TimedOut | Unavailable::NotConnected)) {
            // Nor are the idle ones, which a lost network took along: each would fail one more call.
            drop(self.connections.retain(|_, _| false));
        }
        Err(failure)
    }
}

fn config(url: &str, timeout: Duration) -> Result<Config, ConnectError> {
    let mut config: Config = url.parse().map_err(|_| ConnectError::InvalidUrl)?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(ConnectError::InvalidUrl);
    }
    // A standby takes no writes.
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    config.connect_timeout(timeout);
    if !url.contains("keepalives_idle") {
        config.keepalives_idle(KEEPALIVES_IDLE);
    }
    Ok(config)
}

/// What every connection is told first: a commit is on the disk before it is answered, one statement sees what
/// others committed, and nothing runs on after its caller has given up.
fn session(timeout: Duration) -> String {
    let milliseconds = timeout.as_millis().clamp(1, i32::MAX as u128);
    format!(
        "SET synchronous_commit TO on; SET default_transaction_isolation TO 'read committed'; \
         SET statement_timeout TO {milliseconds}; SET client_min_messages TO warning"
    )
}

const RECYCLING: ManagerConfig = ManagerConfig { recycling_method: RecyclingMethod::Fast };

#[cfg(not(feature = "rustls"))]
fn manager(config: Config) -> Result<Manager, ConnectError> {
    Ok(Manager::from_config(config, tokio_postgres::NoTls, RECYCLING))
}

#[cfg(feature = "rustls")]
fn manager(config: Config) -> Result<Manager, ConnectError> {
    use std::sync::Arc;

    let mut roots = rustls::RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added == 0 && config.get_ssl_mode() != tokio_postgres::config::SslMode::Disable {
        return Err(ConnectError::NoCertificates);
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| ConnectError::NoCertificates)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Manager::from_config(config, tokio_postgres_rustls::MakeRustlsConnect::new(tls), RECYCLING))
}

/// The address may hold a password.
impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_connections_ask_after_a_minute_unless_the_url_says_otherwise() {
        for (parameters, seconds) in [("", 60), ("?keepalives_idle=7", 7)] {
            let url = format!("postgres://lti@db.example/lti{parameters}");
            let config = config(&url, Duration::from_secs(1)).unwrap();
            assert!(config.get_keepalives());
            assert_eq!(config.get_keepalives_idle(), Duration::from_secs(seconds), "{url}");
        }
    }
}
