//! The seam between this crate and the library that computes: one of two modules with the same functions.
//!
//! With both features on, AWS-LC computes: features unify over a whole build, and what one crate asks for must not
//! make another's signatures slower or weaker.

#[cfg(feature = "aws-lc-rs")]
pub(crate) use crate::aws_lc::{
    PrivateKey, PublicKey, digest, ec_point_of_spki, expand, open, random, rsa_numbers_of, seal,
};
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
pub(crate) use crate::rust_crypto::{
    PrivateKey, PublicKey, digest, ec_point_of_spki, expand, open, random, rsa_numbers_of, seal,
};

/// The backend refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It does not say why.
    Invalid,
    /// It was built without this.
    #[cfg(all(
        feature = "rust-crypto",
        not(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))
    ))]
    NotBuilt,
}

/// Bytes of an AEAD's key, AES-256.
pub(crate) const KEY_LEN: usize = 32;
/// Bytes of a nonce of GCM (RFC 5116 §5.2).
pub(crate) const NONCE_LEN: usize = 12;
/// Bytes of a tag of GCM.
pub(crate) const TAG_LEN: usize = 16;
