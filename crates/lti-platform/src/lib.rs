#![doc = include_str!("../README.md")]
//!
//! # Modules, in the order of the protocol
//!
//! [`Registration`] with its [`Policy`] and [`Privacy`] · [`Session`] · [`Registration::initiate_login`] with its
//! [`LaunchIntent`], [`StartedLogin`] and [`PendingLogin`] · [`Registration::authorize`] and the
//! [`AuthorizeError`] that knows its answer · [`AuthorizedRequest::respond`] with a [`LaunchMessage`] ·
//! [`UnsignedLaunch`] · deep linking: [`AuthorizedRequest::ask_for_content`], [`UnverifiedDeepLinkingResponse`],
//! [`PendingResponse`], [`DeepLinkingResponse`] with its [`UntrustedText`]s, [`AcceptedContent`] with its
//! [`AcceptedItem`]s and their [`UntrustedHtml`] · custom parameters: [`Variables`], [`VARIABLES`], [`Gate`]

mod accepted_content;
mod authorize;
#[cfg(test)]
mod codes;
mod deep_linking_request;
mod deep_linking_response;
mod launch_message;
mod login;
mod message_fault;
mod outgoing;
mod privacy;
mod registration;
mod respond;
mod response_refusal;
mod session;
mod substitution;
mod untrusted;
mod variables;

pub use accepted_content::{AcceptedContent, AcceptedItem, ItemRefusal, RefusedItem};
pub use authorize::{AuthorizeError, AuthorizeProblem, AuthorizedRequest, ErrorReply};
pub use deep_linking_request::AskError;
pub use deep_linking_response::{DeepLinkingResponse, PendingResponse, UnverifiedDeepLinkingResponse};
pub use launch_message::{LaunchMessage, Person};
pub use login::{InitiateError, LaunchIntent, PendingLogin, StartedLogin, Target};
/// What a store says of the names of a [`PendingResponse`].
pub use lti_types::Use;
pub use message_fault::{MessageFault, MessageFaults};
pub use privacy::Privacy;
pub use registration::{InvalidRegistration, Policy, Registration};
pub use respond::{LaunchSigningInput, RespondError, UnsignedLaunch};
pub use response_refusal::ResponseRefusal;
pub use session::Session;
pub use substitution::{Variables, id_history};
pub use untrusted::{UntrustedHtml, UntrustedText};
pub use variables::{Gate, VARIABLES, Variable, gate_of};
