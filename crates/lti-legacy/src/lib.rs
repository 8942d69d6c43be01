#![doc = include_str!("../README.md")]

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
    ContentItemSelection, PendingSelection, SelectionAnswer, SelectionError, SignedSelection,
    UnverifiedSelection, VerifiedSelection, item_from_legacy, item_to_legacy,
};
pub use credential::{ConsumerKey, Credential, InvalidCredential, SharedSecret, Signer};
pub use custom_parameters::CustomParameters;
pub use launch::{Launch, is_legacy};
pub use launch_parameters::{LEGACY_VERSION, LaunchParameters, LegacyMessageType};
pub use mapping::{NotMapped, legacy_role, uri_role};
pub use migration::{
    ClaimIncomplete, Doubt, Evidence, Lookup, MigrationReport, MigrationRow, NewLaunch, OldIds, OldKind,
    OldRecord, OldRecords, ProvenIds, Totals, UnprovenIds, Verdict, consumer_key_signature, dry_run, evidence,
    migration_claim,
};
pub use nonce_use::{NonceUse, Use};
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
