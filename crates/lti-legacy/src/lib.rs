#![doc = include_str!("../README.md")]
//!
//! # Modules, in the order of the protocol
//!
//! - what both sides hold: [`ConsumerKey`], [`SharedSecret`]; to sign with, a [`Signer`]; to verify with, a
//!   [`Credential`]
//! - what travels: [`Parameters`] as they came, [`LaunchParameters`] by type, [`CustomParameters`]; the [`BaseString`]
//!   and its [`SignatureMethod`]
//! - a launch in the tool: [`UnverifiedLaunch`] → [`SignedLaunch`] with its [`NonceUse`] → [`Launch`]; or an
//!   [`OAuthError`], or a [`RefusedLaunch`], which may go back with messages ([`return_to`], [`read_return_messages`])
//! - the view as 1.3: [`LaunchParameters::to_claims`], [`LaunchParameters::from_claims`], [`uri_role`],
//!   [`legacy_role`], [`is_legacy`]
//! - content: [`Launch::select`] → [`SelectionAnswer`]; in the platform [`PendingSelection`], and
//!   [`UnverifiedSelection`] → [`SignedSelection`] → [`VerifiedSelection`] with a [`ReceivedSelection`];
//!   [`item_from_legacy`], [`item_to_legacy`]
//! - grades: [`OutcomeCall`] with its [`OutcomeRequest`] → [`OutcomeAnswer`]; in the platform [`UnverifiedRequest`] →
//!   [`SignedRequest`] → [`VerifiedRequest`], answered by an [`OutcomeResponse`]
//! - the road to 1.3: [`migration_claim`] and [`evidence`], [`OldRecords`], [`dry_run`]
//!
//! # The order of the checks
//!
//! 1. The form can be read, and each parameter of OAuth stands in it once. ([`UnverifiedLaunch::from_form`])
//! 2. A credential is good with the consumer key; its registration allows the signature method; the signature is right;
//!    the timestamp lies in the window. ([`UnverifiedLaunch::verify`])
//! 3. The nonce is used for the first time. ([`SignedLaunch::first_use`])
//! 4. `lti_message_type`, `lti_version`, and `resource_link_id` or what a content-item request has in its place; no
//!    parameter of the protocol came twice. ([`SignedLaunch::first_use`])
//!
//! What fails before the fourth is answered by a page of the tool's own, never by a redirect: until then the address to
//! return to is anybody's. What fails there may go back to it ([`RefusedLaunch::return_to`]).

mod authorization_header;
mod base_string;
mod content;
mod credential;
mod custom_parameters;
mod encoding;
mod launch;
mod launch_parameters;
mod mapping;
mod migration;
mod nonce_use;
mod oauth;
mod oauth_error;
mod outcome;
mod parameter_fault;
mod parameter_text;
mod parameters;
mod return_messages;
mod signature;
mod signed_request;
mod signing;
mod unverified_form;
mod unverified_launch;

pub use base_string::BaseString;
pub use content::{
    ContentItemSelection, ItemRefusal, LeftOut, PendingSelection, ReceivedSelection, RefusedItem,
    SelectionAnswer, SelectionError, SignedSelection, UnverifiedSelection, VerifiedSelection,
    item_from_legacy, item_to_legacy,
};
pub use credential::{ConsumerKey, Credential, InvalidCredential, SharedSecret, Signer};
pub use custom_parameters::CustomParameters;
pub use launch::{Launch, is_legacy};
pub use launch_parameters::{LEGACY_VERSION, LaunchParameters, LegacyMessageType};
/// What a store says of a [`NonceUse`].
pub use lti_types::Use;
pub use mapping::{NotMapped, legacy_role, uri_role};
pub use migration::{
    ClaimIncomplete, Doubt, Evidence, Lookup, MigrationReport, MigrationRow, NewLaunch, OldIds, OldKind,
    OldRecord, OldRecords, ProvenIds, Totals, UnprovenIds, Verdict, consumer_key_signature, dry_run,
    evidence, migration_claim,
};
pub use nonce_use::NonceUse;
pub use oauth_error::OAuthError;
pub use outcome::{
    CodeMajor, CodeMinor, EnvelopeError, InvalidScore, OUTCOME_XML, Operation, OutcomeAnswer, OutcomeCall,
    OutcomeError, OutcomeRequest, OutcomeResponse, ReplaceResult, ResponseBody, ResultData, ResultScore,
    Severity, SubmissionDetails, XML,
};
pub use parameter_fault::{ParameterFault, ParameterFaults, ParameterProblem};
pub use parameters::{InvalidForm, Parameters};
pub use return_messages::{read_return_messages, return_to};
pub use signature::SignatureMethod;
pub use signed_request::{SignedRequest, UnverifiedRequest, VerifiedRequest};
pub use signing::SignError;
pub use unverified_launch::{LaunchError, RefusedLaunch, SignedLaunch, UnverifiedLaunch};
