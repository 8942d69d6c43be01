#![doc = include_str!("../README.md")]

mod base_string;
mod credential;
mod custom_parameters;
mod encoding;
mod launch;
mod launch_parameters;
mod mapping;
mod nonce_use;
mod oauth;
mod oauth_error;
mod parameter_fault;
mod parameter_text;
mod parameters;
mod return_messages;
mod signature;
mod signing;
mod unverified_form;
mod unverified_launch;

pub use base_string::BaseString;
pub use credential::{ConsumerKey, Credential, InvalidCredential, SharedSecret, Signer};
pub use custom_parameters::CustomParameters;
pub use launch::{Launch, is_legacy};
pub use launch_parameters::{LEGACY_VERSION, LaunchParameters, LegacyMessageType};
pub use mapping::{NotMapped, legacy_role, uri_role};
pub use nonce_use::{NonceUse, Use};
pub use oauth_error::OAuthError;
pub use parameter_fault::{ParameterFault, ParameterFaults, ParameterProblem};
pub use parameters::{InvalidForm, Parameters};
pub use return_messages::{read_return_messages, return_to};
pub use signature::SignatureMethod;
pub use signing::SignError;
pub use unverified_launch::{LaunchError, RefusedLaunch, SignedLaunch, UnverifiedLaunch};
