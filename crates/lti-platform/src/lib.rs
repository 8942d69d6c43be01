#![doc = include_str!("../README.md")]
//!
//! # Modules, in the order of the protocol
//!
//! [`Registration`] with its [`Policy`] and [`Privacy`] · [`Session`] · [`Registration::initiate_login`] with its
//! [`LaunchIntent`], [`StartedLogin`] and [`PendingLogin`] · [`Registration::authorize`] and the
//! [`AuthorizeError`] that knows its answer · [`AuthorizedRequest::respond`] with a [`LaunchMessage`] ·
//! [`UnsignedLaunch`] · custom parameters: [`Variables`], [`VARIABLES`], [`Gate`]

mod authorize;
mod launch_message;
mod login;
mod outgoing;
mod privacy;
mod registration;
mod respond;
mod session;
mod substitution;
mod variables;

pub use authorize::{AuthorizeError, AuthorizeProblem, AuthorizedRequest, ErrorReply};
pub use launch_message::{LaunchMessage, Person};
pub use login::{InitiateError, LaunchIntent, PendingLogin, StartedLogin, Target};
pub use outgoing::{MessageFault, MessageFaults};
pub use privacy::Privacy;
pub use registration::{InvalidRegistration, Policy, Registration};
pub use respond::{LaunchSigningInput, RespondError, UnsignedLaunch};
pub use session::Session;
pub use substitution::{Variables, id_history};
pub use variables::{Gate, VARIABLES, Variable, gate_of};
