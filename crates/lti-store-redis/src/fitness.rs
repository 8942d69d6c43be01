//! What a server must be like: it keeps what it was given, until it expires.

/// In what way a server keeps less than it must.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfit {
    /// Its `maxmemory-policy` is not `noeviction`: under pressure it would forget what was used.
    #[error("it evicts keys; set maxmemory-policy to noeviction")]
    Evicts,
    /// It writes no append-only file: after a restart it would have forgotten what was used.
    #[error("it has no append-only file; set appendonly to yes")]
    Forgets,
    /// It is a replica, which takes no writes.
    #[error("it is a replica")]
    Replica,
    /// It is older than 6.2, and cannot take a value out in one step (`GETDEL`).
    #[error("it is older than Redis 6.2")]
    TooOld,
    /// It is still reading its data.
    #[error("it is still loading its data")]
    Loading,
}

impl Unfit {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Evicts => "store_evicts",
            Self::Forgets => "store_forgets",
            Self::Replica => "store_is_replica",
            Self::TooOld => "store_too_old",
            Self::Loading => "store_loading",
        }
    }
}

/// Reads the answer to `INFO`. What it does not say counts against the server.
pub(crate) fn check(info: &str, danger_may_forget: bool) -> Result<(), Unfit> {
    let field = |name: &str| {
        info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim_end)
    };
    let mut version = field("redis_version").unwrap_or_default().split('.').map(str::parse::<u32>);
    let version = (version.next().and_then(Result::ok), version.next().and_then(Result::ok));
    if version < (Some(6), Some(2)) {
        return Err(Unfit::TooOld);
    }
    if field("loading") != Some("0") {
        return Err(Unfit::Loading);
    }
    if field("role") != Some("master") {
        return Err(Unfit::Replica);
    }
    if field("maxmemory_policy") != Some("noeviction") {
        return Err(Unfit::Evicts);
    }
    if field("aof_enabled") != Some("1") && !danger_may_forget {
        return Err(Unfit::Forgets);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Unfit, check};

    const FIT: &str = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n# Memory\r\nmaxmemory:0\r\n\
        maxmemory_policy:noeviction\r\n# Persistence\r\nloading:0\r\nasync_loading:0\r\naof_enabled:1\r\n\
        # Replication\r\nrole:master\r\n";

    #[test]
    fn what_is_missing_counts_against_it() {
        assert_eq!(check(FIT, false), Ok(()));
        for (from, to, unfit) in [
            ("maxmemory_policy:noeviction", "maxmemory_policy:allkeys-lru", Unfit::Evicts),
            ("maxmemory_policy:noeviction", "maxmemory_policy:volatile-ttl", Unfit::Evicts),
            ("maxmemory_policy:noeviction\r\n", "", Unfit::Evicts),
            ("aof_enabled:1", "aof_enabled:0", Unfit::Forgets),
            ("aof_enabled:1\r\n", "", Unfit::Forgets),
            ("role:master", "role:slave", Unfit::Replica),
            ("role:master\r\n", "", Unfit::Replica),
            ("\nloading:0", "\nloading:1", Unfit::Loading),
            ("redis_version:7.0.15", "redis_version:6.0.16", Unfit::TooOld),
            ("redis_version:7.0.15", "redis_version:5.9", Unfit::TooOld),
            ("redis_version:7.0.15", "redis_version:?", Unfit::TooOld),
            ("redis_version:7.0.15\r\n", "", Unfit::TooOld),
        ] {
            assert_eq!(check(&FIT.replace(from, to), false), Err(unfit), "{to}");
        }
        for version in ["6.2.0", "7.4", "8.0.1", "10.1.0"] {
            assert_eq!(check(&FIT.replace("7.0.15", version), false), Ok(()), "{version}");
        }
        // Only persistence has an exception.
        assert_eq!(check(&FIT.replace("aof_enabled:1", "aof_enabled:0"), true), Ok(()));
        assert_eq!(check(&FIT.replace("noeviction", "allkeys-lru"), true), Err(Unfit::Evicts));
    }
}
