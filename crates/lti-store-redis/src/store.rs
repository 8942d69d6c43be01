//! The store: each method is one command, one transaction or one script, so that nothing comes between.

use chrono::{DateTime, Utc};
use lti_store::{
    Key, OneTimeStore, RecordKey, RecordStore, StoreFuture, Use, check_value, first_use_lifetime, lifetime,
};
use redis::{Cmd, cmd, pipe};

use crate::link::{Link, Request};
use crate::{ConnectError, RedisSettings};

/// Replaces a field of a hash if it still is what it was.
const REPLACE: &str = "if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end \
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) return 1";

/// Removes a field of a hash if it still is what it was, and the hash from the list of hashes when it was the last.
const REMOVE: &str = "if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[3] then return 0 end \
    redis.call('HDEL', KEYS[1], ARGV[1]) \
    if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('SREM', KEYS[2], ARGV[2]) end return 1";

/// A store in Redis or Valkey, for several machines. It holds one connection, makes a new one when that is lost, and
/// checks the server each time (see [`Unfit`](crate::Unfit)).
///
/// Expiry is counted by the server's clock, from the difference between `until` and `now`.
#[derive(Debug)]
pub struct RedisStore {
    link: Link,
    prefix: String,
}

impl RedisStore {
    /// Connects and checks the server.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn connect(settings: RedisSettings) -> Result<Self, ConnectError> {
        let link = Link::new(&settings)?;
        link.ensure().await?;
        Ok(Self { link, prefix: settings.prefix })
    }

    /// Two kinds of keys, so that the two primitives do not meet.
    fn value_key(&self, key: Key) -> String {
        format!("{}:value:{}", self.prefix, key.to_hex())
    }

    fn use_key(&self, key: Key) -> String {
        format!("{}:used:{}", self.prefix, key.to_hex())
    }

    /// The hash of an issuer's documents by client id. Braces keep a ledger's keys on one node of a cluster.
    fn documents_key(&self, ledger: Key, issuer: &str) -> String {
        format!("{}:documents:{{{}}}:{issuer}", self.prefix, ledger.to_hex())
    }

    /// The set of issuers that have documents.
    fn issuers_key(&self, ledger: Key) -> String {
        format!("{}:issuers:{{{}}}", self.prefix, ledger.to_hex())
    }

    /// SET with an expiry in milliseconds; a `Duration` of up to 400 days has few enough of them.
    fn set(key: &str, value: &[u8], lifetime: std::time::Duration) -> Cmd {
        let mut set = cmd("SET");
        set.arg(key).arg(value).arg("PX").arg(u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX));
        set
    }
}

impl OneTimeStore for RedisStore {
    fn put(&self, key: Key, value: Vec<u8>, until: DateTime<Utc>, now: DateTime<Utc>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            check_value(&value)?;
            let set = Self::set(&self.value_key(key), &value, lifetime(until, now)?);
            self.link.send(Request::One(set)).await
        })
    }

    fn take(&self, key: Key, _now: DateTime<Utc>) -> StoreFuture<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            let mut take = cmd("GETDEL");
            take.arg(self.value_key(key));
            self.link.send(Request::One(take)).await
        })
    }

    fn first_use(&self, key: Key, until: DateTime<Utc>, now: DateTime<Utc>) -> StoreFuture<'_, Use> {
        Box::pin(async move {
            let mut set = Self::set(&self.use_key(key), b"1", first_use_lifetime(until, now)?);
            set.arg("NX");
            let stored: Option<String> = self.link.send(Request::One(set)).await?;
            Ok(if stored.is_some() { Use::First } else { Use::Repeated })
        })
    }
}

impl RecordStore for RedisStore {
    fn insert(&self, key: RecordKey, document: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            check_value(&document)?;
            let issuer = key.issuer.to_hex();
            let mut insert = pipe();
            insert.atomic();
            insert.cmd("SADD").arg(self.issuers_key(key.ledger)).arg(&issuer).ignore();
            insert.cmd("HSETNX").arg(self.documents_key(key.ledger, &issuer));
            insert.arg(key.client.to_hex()).arg(document);
            let (inserted,): (bool,) = self.link.send(Request::Several(insert)).await?;
            Ok(inserted)
        })
    }

    fn find(&self, key: RecordKey) -> StoreFuture<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            let mut find = cmd("HGET");
            find.arg(self.documents_key(key.ledger, &key.issuer.to_hex())).arg(key.client.to_hex());
            self.link.send(Request::One(find)).await
        })
    }

    fn list(&self, ledger: Key, issuer: Option<Key>) -> StoreFuture<'_, Vec<Vec<u8>>> {
        Box::pin(async move {
            let issuers: Vec<String> = match issuer {
                Some(issuer) => vec![issuer.to_hex()],
                None => {
                    let mut members = cmd("SMEMBERS");
                    members.arg(self.issuers_key(ledger));
                    self.link.send(Request::One(members)).await?
                }
            };
            if issuers.is_empty() {
                return Ok(Vec::new());
            }
            let mut list = pipe();
            for issuer in &issuers {
                list.cmd("HVALS").arg(self.documents_key(ledger, issuer));
            }
            let documents: Vec<Vec<Vec<u8>>> = self.link.send(Request::Several(list)).await?;
            Ok(documents.into_iter().flatten().collect())
        })
    }

    fn replace(&self, key: RecordKey, old: Vec<u8>, new: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            check_value(&new)?;
            let mut replace = cmd("EVAL");
            replace.arg(REPLACE).arg(1).arg(self.documents_key(key.ledger, &key.issuer.to_hex()));
            replace.arg(key.client.to_hex()).arg(old).arg(new);
            self.link.send(Request::One(replace)).await
        })
    }

    fn remove(&self, key: RecordKey, old: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let issuer = key.issuer.to_hex();
            let mut remove = cmd("EVAL");
            remove.arg(REMOVE).arg(2).arg(self.documents_key(key.ledger, &issuer));
            remove.arg(self.issuers_key(key.ledger)).arg(key.client.to_hex()).arg(issuer).arg(old);
            self.link.send(Request::One(remove)).await
        })
    }
}
