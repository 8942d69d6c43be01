//! The connection, made anew when it is lost, and checked each time.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lti_store::{StoreError, Unavailable};
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, Pipeline, RedisResult};

use crate::error::reason;
use crate::fitness::check;
use crate::{ConnectError, RedisSettings};

/// One connection for all calls: commands of many tasks follow each other without waiting for the answers.
pub(crate) struct Link {
    client: Client,
    timeout: Duration,
    danger_may_forget: bool,
    slot: Mutex<Slot>,
    /// Held while a connection is made: one is enough.
    connecting: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Slot {
    connection: Option<MultiplexedConnection>,
    /// Which connection it is, so that only the one that failed is dropped.
    generation: u64,
}

impl Link {
    pub(crate) fn new(settings: &RedisSettings) -> Result<Self, ConnectError> {
        let client = Client::open(settings.url.as_str()).map_err(|_| ConnectError::InvalidUrl)?;
        Ok(Self {
            client,
            timeout: settings.timeout,
            danger_may_forget: settings.danger_may_forget,
            slot: Mutex::default(),
            connecting: tokio::sync::Mutex::default(),
        })
    }

    /// Connects, if need be, in time.
    pub(crate) async fn ensure(&self) -> Result<(), ConnectError> {
        let connection = tokio::time::timeout(self.timeout, self.connection()).await;
        connection.map_err(|_| StoreError::Unavailable(Unavailable::TimedOut))?.map(|_| ())
    }

    async fn connection(&self) -> Result<(MultiplexedConnection, u64), ConnectError> {
        if let Some(present) = self.present() {
            return Ok(present);
        }
        // Whoever comes while a connection is made waits for it, at most its own time.
        let _alone = self.connecting.lock().await;
        if let Some(present) = self.present() {
            return Ok(present);
        }
        // The time for an answer is limited outside, for all steps together.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(None);
        let connected = self.client.get_multiplexed_async_connection_with_config(&config).await;
        let mut connection = connected.map_err(|error| reason(&error))?;
        let info: String =
            redis::cmd("INFO").query_async(&mut connection).await.map_err(|error| reason(&error))?;
        check(&info, self.danger_may_forget).map_err(ConnectError::Unfit)?;
        let mut slot = self.slot();
        slot.generation = slot.generation.wrapping_add(1);
        slot.connection = Some(connection.clone());
        Ok((connection, slot.generation))
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn present(&self) -> Option<(MultiplexedConnection, u64)> {
        let slot = self.slot();
        slot.connection.clone().map(|connection| (connection, slot.generation))
    }

    fn drop_connection(&self, generation: u64) {
        let mut slot = self.slot();
        if slot.generation == generation {
            slot.connection = None;
        }
    }

    /// Sends it once, and waits for the answer in time. A connection that fails is not used again.
    pub(crate) async fn send<T: FromRedisValue>(&self, request: Request) -> Result<T, StoreError> {
        let mut used = None;
        let sent = tokio::time::timeout(self.timeout, async {
            let (mut connection, generation) = self.connection().await?;
            used = Some(generation);
            let answer: RedisResult<T> = match &request {
                Request::One(command) => command.query_async(&mut connection).await,
                Request::Several(commands) => commands.query_async(&mut connection).await,
            };
            answer.map_err(|error| reason(&error))
        })
        .await;
        let result = sent.unwrap_or(Err(StoreError::Unavailable(Unavailable::TimedOut)));
        if let (Err(StoreError::Unavailable(_)), Some(generation)) = (&result, used) {
            self.drop_connection(generation);
        }
        result
    }
}

/// What is sent at once.
pub(crate) enum Request {
    /// A command.
    One(Cmd),
    /// Commands that are answered together.
    Several(Pipeline),
}

/// The address may hold a password.
impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}
