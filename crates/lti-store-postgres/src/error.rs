//! Why there is no connection.

use deadpool_postgres::{HookError, PoolError};
use lti_store::{EngineCode, StoreError, Unavailable};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// Why [`PostgresStore::connect`](crate::PostgresStore::connect) does not connect.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL is not one of a PostgreSQL server.
    #[error("not the URL of a PostgreSQL server")]
    InvalidUrl,
    /// TLS cannot be set up: the operating system trusts no certificate.
    #[error("there are no trusted certificates")]
    NoCertificates,
    /// The tables were made by a newer version of this crate.
    #[error("the tables are of version {0}, newer than this program knows")]
    NewerSchema(i32),
    /// The server is not there, does not answer in time, or refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ConnectError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidUrl => "store_url_invalid",
            Self::NoCertificates => "store_certificates_missing",
            Self::NewerSchema(_) => "store_schema_newer",
            Self::Store(error) => error.code(),
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::InvalidUrl => "RFC 3986 §3",
            Self::NoCertificates => "RFC 9325 §3",
            Self::NewerSchema(_) => "RFC 9110 §15.6.1",
            Self::Store(error) => error.spec(),
        }
    }
}

/// What became of a statement. Only the code is kept: the text of an error may quote the row.
pub(crate) fn reason(error: &Error) -> StoreError {
    match error.code() {
        Some(code) if *code == SqlState::QUERY_CANCELED => StoreError::Unavailable(Unavailable::TimedOut),
        Some(code) if *code == SqlState::DISK_FULL || *code == SqlState::OUT_OF_MEMORY => StoreError::Full,
        Some(code) => StoreError::Unavailable(Unavailable::Refused(EngineCode::new(code.code()))),
        None => StoreError::Unavailable(Unavailable::NotConnected),
    }
}

/// Why there is no connection to be had.
pub(crate) fn pool_reason(error: &PoolError) -> StoreError {
    match error {
        PoolError::Timeout(_) => StoreError::Unavailable(Unavailable::TimedOut),
        PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => reason(error),
        PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
            StoreError::Unavailable(Unavailable::NotConnected)
        }
    }
}
