#![doc = include_str!("../README.md")]
//!
//! # Modules, in the order of the protocol
//!
//! [`Registration`] and its [`Policy`] · [`Registration::find`] · [`Registration::begin_login`] with its
//! [`LoginSecrets`], [`Login`] and [`PendingLaunch`] · [`Browser`] · [`UnverifiedLaunch`] · [`Launch`] and its
//! [`LaunchRecord`] · [`LaunchError`] · answering deep linking: [`PendingDeepLinking`] · explaining a token:
//! [`Inspection`], [`Check`]

mod browser;
mod check;
#[cfg(test)]
mod codes;
mod deep_linking;
mod inspection;
mod item_rules;
mod launch;
mod launch_error;
mod login;
mod registration;
mod unverified_launch;

pub use browser::{Binding, Browser};
pub use check::Check;
pub use deep_linking::{
    ItemFaults, LeftOut, PendingDeepLinking, RespondError, ResponseSigningInput, UnsignedDeepLinkingResponse,
};
pub use inspection::{Finding, Inspection, Known, Outcome};
pub use item_rules::{ItemFault, ItemRule};
pub use launch::{Launch, LaunchRecord};
pub use launch_error::{LaunchError, PlatformError};
pub use login::{Login, LoginError, LoginSecrets, PendingLaunch};
pub use registration::{DeploymentStanding, FindError, InvalidRegistration, Policy, Registration};
pub use unverified_launch::UnverifiedLaunch;
