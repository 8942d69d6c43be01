//! Why a ring of keys cannot be made or turned (OpenID Connect Core §10.1.1).

use chrono::{DateTime, Utc};

use crate::KeyId;

/// Why a schedule cannot be what it would be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// The last rotation's key does not sign yet.
    #[error("a rotation is under way: the last key made signs from {signs_from}")]
    #[non_exhaustive]
    RotationUnderWay {
        /// When it will.
        signs_from: DateTime<Utc>,
    },
    /// The name belongs to a key of the ring, perhaps a retired one. A name is never used twice.
    #[error("a key of this id is, or was, in the ring")]
    KeyIdUsed,
    /// A wait that is negative or longer than 366 days.
    #[error("a rotation's waits are from 0 to 366 days")]
    RuleUnacceptable,
    /// A stored schedule with gaps, keys that sign before they are published, or none.
    #[error("the stored schedule is not in order")]
    NotInOrder,
    /// A time so distant that it cannot be written.
    #[error("the time is too distant")]
    TimeUnrepresentable,
    /// The schedule has this key, and its private half was not given.
    #[error("the ring lacks the private key {0}")]
    KeyMissing(KeyId),
    /// A private key was given that the schedule does not have.
    #[error("the key {0} is not in the ring's schedule")]
    KeyNotScheduled(KeyId),
    /// Two private keys were given under one name.
    #[error("two private keys have the id {0}")]
    KeyGivenTwice(KeyId),
}

impl ScheduleError {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RotationUnderWay { .. } => "rotation_under_way",
            Self::KeyIdUsed => "key_id_used",
            Self::RuleUnacceptable => "rotation_rule_unacceptable",
            Self::NotInOrder => "schedule_not_in_order",
            Self::TimeUnrepresentable => "time_unrepresentable",
            Self::KeyMissing(_) => "ring_key_missing",
            Self::KeyNotScheduled(_) => "ring_key_not_scheduled",
            Self::KeyGivenTwice(_) => "ring_key_given_twice",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub const fn spec(&self) -> &'static str {
        match self {
            Self::KeyIdUsed | Self::KeyGivenTwice(_) => "RFC 7517 §4.5",
            _ => "OpenID Connect Core 1.0 §10.1.1",
        }
    }
}
