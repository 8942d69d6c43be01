//! Keys: JWK sets, key generation and rotation, signing and verifying compact JWTs, and sealing values. Time is an
//! argument.
//!
//! It knows nothing of LTI, and it does no I/O: it opens no socket, reads no clock, no file and no environment.
//! It does not fetch key sets (it says when one must be fetched), does not remember nonces (it says how long
//! they must be remembered), and has no symmetric signatures: `none` and the HMAC family cannot be expressed.
//!
//! In the order of use:
//!
//! | module | what it holds |
//! |---|---|
//! | `algorithm`, `curve`, `key_id` | [`Algorithm`], [`Curve`], [`KeyId`] |
//! | `signing_key` | [`SigningKey`]: made, read from PEM or JWK, written |
//! | `key_schedule`, `rotation_plan`, `signing_keys` | [`KeySchedule`], [`SigningKeys`]: publish, wait, sign, wait, remove |
//! | `unsigned_jwt` | [`UnsignedJwt`] → [`SigningInput`] → the compact token |
//! | `jwk`, `jwk_set` | [`Jwk`], [`JwkSet`]: what is published and fetched |
//! | `verifying_key`, `verifying_keys` | [`VerifyingKey`], [`VerifyingKeys`]: checked and parsed once |
//! | `key_set_cache` | [`KeySetCache`]: use, fetch, or neither |
//! | `unverified_jwt` | [`UnverifiedJwt`]: well-formed, not believed |
//! | `rules`, `claims`, `verify` | [`Rules`] and [`Claims`], and all checks in one order |
//! | `verified` | [`Verified`]: claims with proof |
//! | `sealing_key`, `sealer` | [`Sealer`]: values given out and taken back, unread and unchanged |
//!
//! ```
//! use chrono::{DateTime, TimeDelta};
//! use lti_jwks::*;
//!
//! let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
//!
//! // The sender has a key, publishes its public half, and signs.
//! let key = SigningKey::generate_rsa(RsaSize::Rsa2048)?;
//! let published = serde_json::to_vec(&JwkSet::new([key.public_jwk()]))?;
//! let mut claims = RegisteredClaims::new("https://lms.example", ["client-1"]);
//! claims.issued_at = Some(now.into());
//! claims.expires_at = Some((now + TimeDelta::minutes(1)).into());
//! let token = UnsignedJwt::new(&claims)?.sign(&key)?;
//!
//! // The receiver reads the key set once, and verifies.
//! let keys = VerifyingKeys::from_jwk_set(&JwkSet::parse(&published)?);
//! let rules = Rules::new("https://lms.example", "client-1");
//! let verified: Verified<RegisteredClaims> = UnverifiedJwt::parse(&token)?.verify(&keys, &rules, now)?;
//! assert_eq!(verified.into_inner(), claims);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
compile_error!("lti-jwks needs a cryptographic backend: enable its feature `aws-lc-rs` or `rust-crypto`");

mod algorithm;
#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
mod backend;
mod base64url;
mod claims;
#[cfg(test)]
mod codes;
mod curve;
mod der;
mod header;
mod jwk;
mod jwk_set;
mod key_id;
mod key_numbers;
mod key_schedule;
mod key_set_cache;
mod nesting;
mod payload_error;
mod pem;
mod private_jwk;
mod rotation_plan;
mod rsa_numbers;
mod rules;
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
mod rust_crypto;
mod schedule_error;
mod seal_error;
mod sealer;
mod sealing_key;
mod signing_key;
mod signing_key_error;
mod signing_keys;
mod unsigned_jwt;
mod unverified_jwt;
mod verified;
mod verify;
mod verifying_key;
mod verifying_keys;

pub use algorithm::Algorithm;
pub use claims::{Claims, NumericDate, RegisteredClaims};
pub use curve::Curve;
pub use jwk::Jwk;
pub use jwk_set::{JwkSet, JwkSetError};
pub use key_id::{InvalidKeyId, KeyId};
pub use key_schedule::{KeySchedule, RotationRule, ScheduledKey};
pub use key_set_cache::{FetchReason, KeySetCache, Lookup, freshness};
pub use payload_error::{PayloadError, PayloadProblem};
pub use pem::PemError;
pub use rotation_plan::{RotationAction, RotationPlan, RotationStep};
pub use rules::Rules;
pub use schedule_error::ScheduleError;
pub use seal_error::{OpenError, SealError};
pub use sealer::{Purpose, Sealer};
pub use sealing_key::{InvalidSealingKey, SealingKey};
pub use signing_key::{RsaSize, SigningKey};
pub use signing_key_error::SigningKeyError;
pub use signing_keys::SigningKeys;
pub use unsigned_jwt::{SignError, SigningInput, UnsignedJwt};
pub use unverified_jwt::{JwtError, UnverifiedJwt};
pub use verified::Verified;
pub use verify::{Check, Examination, VerifyError};
pub use verifying_key::{UnusableKey, VerifyingKey};
pub use verifying_keys::{KeyLookupError, SkippedKey, VerifyingKeys};

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;
