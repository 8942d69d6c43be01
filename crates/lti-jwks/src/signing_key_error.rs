//! What can be wrong with a private key or the text of one.

use crate::backend::Refused;
use crate::{PemError, UnusableKey};

/// Why a text is not taken as a private key, or a private key cannot be made or written (RFC 7518 §6.2.2, §6.3.2).
///
/// As with [`PemError`], the variants say what the text *is*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SigningKeyError {
    /// The text is not the PEM of a private key.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// The text is PEM where a JWK is needed.
    #[error("the text is PEM, and a JWK is needed")]
    JwkIsPem,
    /// A public JWK: none of the private members is there.
    #[error("the text is a public JWK, and a private key is needed")]
    JwkIsPublic,
    /// A key set, not a key.
    #[error("the text is a JWK set, and a single private key is needed")]
    JwkIsSet,
    /// A symmetric key (`oct`), such as HMAC uses. There are no symmetric algorithms here.
    #[error("the text is a symmetric JWK, and the private key of a pair is needed")]
    JwkIsSymmetric,
    /// The text is no JWK, or lacks one of the numbers a private key of its type has (`d`, and for RSA `p`, `q`,
    /// `dp`, `dq`, `qi`), or one of them is not base64url.
    #[error("the text is not a JWK with all members of a private key")]
    JwkMalformed,
    /// The public half is not acceptable: too short, for another use, …
    #[error(transparent)]
    Unusable(#[from] UnusableKey),
    /// The numbers do not belong together, or the container is damaged.
    #[error("the private key is not valid")]
    Rejected,
    /// PKCS#1 is for RSA keys, and SEC 1 for EC keys.
    #[error("keys of this type cannot be written in this container")]
    ContainerOfOtherType,
    /// An RSA private key, in a build without what RSA signatures need: the feature `aws-lc-rs`, or
    /// `rust-crypto-rsa-signing`.
    #[error("the key is an RSA key, and this build cannot sign with RSA keys")]
    RsaSigningNotBuilt,
    /// The cryptographic library could not make or write a key.
    #[error("the cryptographic library failed")]
    BackendFailed,
}

impl SigningKeyError {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pem(error) => error.code(),
            Self::JwkIsPem => "jwk_is_pem",
            Self::JwkIsPublic => "jwk_is_public",
            Self::JwkIsSet => "jwk_is_key_set",
            Self::JwkIsSymmetric => "jwk_is_symmetric",
            Self::JwkMalformed => "private_jwk_malformed",
            Self::Unusable(reason) => reason.code(),
            Self::Rejected => "private_key_rejected",
            Self::ContainerOfOtherType => "container_of_other_type",
            Self::RsaSigningNotBuilt => "rsa_signing_not_built",
            Self::BackendFailed => "backend_failed",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        match self {
            Self::Pem(error) => error.spec(),
            Self::Unusable(reason) => reason.spec(),
            Self::JwkIsPem | Self::JwkIsPublic => "RFC 7517 §4",
            Self::JwkIsSet => "RFC 7517 §5",
            Self::JwkIsSymmetric => "RFC 7518 §6.4",
            Self::ContainerOfOtherType => "RFC 7468 §10",
            Self::RsaSigningNotBuilt => "RFC 7518 §3.3",
            Self::JwkMalformed | Self::Rejected | Self::BackendFailed => "RFC 7518 §6.2.2, §6.3.2",
        }
    }

    /// What is said when a key that was given is refused.
    pub(crate) const fn refused(refused: Refused) -> Self {
        match refused {
            Refused::Invalid => Self::Rejected,
            #[cfg(all(
                feature = "rust-crypto",
                not(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))
            ))]
            Refused::NotBuilt => Self::RsaSigningNotBuilt,
        }
    }

    /// What is said when making or writing fails.
    pub(crate) const fn failed(refused: Refused) -> Self {
        match refused {
            Refused::Invalid => Self::BackendFailed,
            #[cfg(all(
                feature = "rust-crypto",
                not(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))
            ))]
            Refused::NotBuilt => Self::RsaSigningNotBuilt,
        }
    }
}
