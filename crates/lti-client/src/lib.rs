#![doc = include_str!("../README.md")]
//!
//! # Modules, in the order of the protocol
//!
//! - settings: [`Client`], [`ClientBuilder`], [`RetryPolicy`], [`ClientError`]; where requests may go:
//!   [`OutboundPolicy`], [`AddressKind`], [`Resolver`], [`OutboundRefusal`]
//! - keys of the other side: [`Client::keys`], [`KeySetError`]
//! - before the first launch: [`Client::register`] → [`NewRegistration`], [`RegisterError`]; records held against the
//!   network: [`Client::check_platform`], [`Client::check_tool`], [`OnlineFault`]
//! - tokens: [`Credentials`], [`TokenSource`], [`TokenFailure`]
//! - grades: [`Grades`], [`ScoreOutcome`], [`Progress`]; lists: [`Items`]
//! - rosters: [`Roster`], [`Members`]
//! - grades of LTI 1.1, with the cargo feature `legacy`: `Client::outcome`, `OutcomeFailure`
//! - what goes wrong: [`CallError`], [`TransportError`], [`RedirectProblem`]

mod call_error;
mod client;
mod credentials;
mod find_or_create;
mod grades;
mod host;
mod key_sets;
mod listing;
mod online_check;
mod outbound_policy;
#[cfg(feature = "legacy")]
mod outcomes;
mod publish_all;
mod register_error;
mod registration;
mod resolver;
mod retry;
mod roster;
mod score_outcome;
mod session;
mod token_cache;
mod token_failure;
mod token_source;
mod transport;
mod transport_error;

pub use call_error::CallError;
pub use client::{Client, ClientBuilder, ClientError};
pub use credentials::{Credentials, CredentialsError};
pub use find_or_create::FoundOrCreated;
pub use grades::Grades;
pub use key_sets::KeySetError;
pub use listing::Items;
pub use lti_registration::AddressKind;
pub use online_check::OnlineFault;
pub use outbound_policy::{OutboundPolicy, OutboundRefusal};
#[cfg(feature = "legacy")]
pub use outcomes::{OutcomeFailure, OutcomeFault};
pub use publish_all::Progress;
pub use register_error::RegisterError;
pub use registration::NewRegistration;
pub use resolver::{Addresses, Resolver, SystemResolver};
pub use retry::RetryPolicy;
pub use roster::{Members, Roster};
pub use score_outcome::{ScoreFailure, ScoreOutcome};
pub use token_failure::TokenFailure;
pub use token_source::TokenSource;
pub use transport_error::{RedirectProblem, TransportError};
