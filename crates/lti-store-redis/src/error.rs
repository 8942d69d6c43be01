//! Why there is no connection.

use lti_store::{EngineCode, StoreError, Unavailable};
use redis::{ErrorKind, RedisError};

use crate::Unfit;

/// Why [`RedisStore::connect`](crate::RedisStore::connect) does not connect.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL is not one of a Redis server, or wants TLS without the feature `rustls`.
    #[error("not the URL of a Redis server")]
    InvalidUrl,
    /// The server keeps less than it must.
    #[error("the server is not fit: {0}")]
    Unfit(Unfit),
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
            Self::Unfit(unfit) => unfit.code(),
            Self::Store(error) => error.code(),
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::InvalidUrl => "RFC 3986 §3",
            Self::Unfit(_) => "Security Framework 1.0 §5.1.3",
            Self::Store(error) => error.spec(),
        }
    }
}

/// A server that became unfit is as good as lost.
impl From<ConnectError> for StoreError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::InvalidUrl => Self::Unavailable(Unavailable::NotConnected),
            ConnectError::Unfit(unfit) => {
                Self::Unavailable(Unavailable::Refused(EngineCode::new(unfit.code())))
            }
            ConnectError::Store(error) => error,
        }
    }
}

/// What became of a command. Only the code is kept: the text of an error may quote the command.
pub(crate) fn reason(error: &RedisError) -> StoreError {
    // A transaction that was not carried out says only that; its commands say why.
    let answers = error.clone().into_server_errors();
    let cause = answers.as_deref().and_then(<[_]>::first).map(|(_, cause)| cause.code());
    match cause.or_else(|| error.code()) {
        // Nothing is evicted, so a full server refuses to write.
        Some("OOM") => StoreError::Full,
        Some("WRONGTYPE") => StoreError::Corrupt,
        Some(code) => StoreError::Unavailable(Unavailable::Refused(EngineCode::new(code))),
        None if error.kind() == ErrorKind::UnexpectedReturnType => StoreError::Corrupt,
        None if error.kind() == ErrorKind::AuthenticationFailed => {
            StoreError::Unavailable(Unavailable::Refused(EngineCode::new("AUTH")))
        }
        None if error.is_timeout() => StoreError::Unavailable(Unavailable::TimedOut),
        None => StoreError::Unavailable(Unavailable::NotConnected),
    }
}
