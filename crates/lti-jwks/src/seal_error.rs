//! Why a value is not sealed, or a sealed text not opened (RFC 5116 §2).

/// Why a value cannot be sealed (RFC 5116 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The value cannot be written as JSON.
    #[error("the value cannot be written as JSON")]
    Unwritable,
    /// The value's JSON is longer than 12 KiB.
    #[error("the value is longer than 12 KiB")]
    TooLarge,
    /// The cryptographic library failed, or there is no randomness.
    #[error("the cryptographic library failed")]
    BackendFailed,
}

impl SealError {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unwritable => "value_unwritable",
            Self::TooLarge => "value_too_large",
            Self::BackendFailed => "backend_failed",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        "RFC 5116 §2.1"
    }
}

/// Why a sealed text is not opened (RFC 5116 §2.2).
///
/// The variants are for our own logs. To whoever brought the text, all but [`OpenError::Expired`] say the same,
/// and so does their `Display`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Not a text that [`Sealer::seal`](crate::Sealer::seal) could have written: characters, length or version.
    #[error("the sealed text is not acceptable")]
    Malformed,
    /// Changed, or sealed with another binding: for another session.
    #[error("the sealed text is not acceptable")]
    Tampered,
    /// Sealed for another purpose.
    #[error("the sealed text is not acceptable")]
    WrongPurpose,
    /// Its time has passed. It was authentic.
    #[error("the sealed text has expired")]
    Expired,
    /// Sealed with a key that is not here: removed already, or another installation's.
    #[error("the sealed text is not acceptable")]
    UnknownKey,
    /// Authentic, for this purpose and in time, but it does not hold a value of this type: sealed by another
    /// version of the program.
    #[error("the sealed text is not acceptable")]
    OtherType,
}

impl OpenError {
    /// A stable name for machines, for our own logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "sealed_malformed",
            Self::Tampered => "sealed_tampered",
            Self::WrongPurpose => "sealed_for_other_purpose",
            Self::Expired => "sealed_expired",
            Self::UnknownKey => "sealed_with_unknown_key",
            Self::OtherType => "sealed_other_type",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        "RFC 5116 §2.2"
    }
}
