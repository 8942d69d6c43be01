#![doc = include_str!("../README.md")]
//!
//! # Modules, in the order of the protocol
//!
//! [`Registration`] and its [`Policy`] · [`Registration::find`] · [`Registration::begin_login`] with its
//! [`LoginSecrets`], [`Login`] and [`PendingLaunch`] · [`Browser`] · [`UnverifiedLaunch`] · [`Launch`] and its
//! [`LaunchRecord`] · [`LaunchError`] · explaining a token: [`Inspection`], [`Check`]

mod browser;
mod check;
mod inspection;
mod launch;
mod launch_error;
mod login;
mod registration;
mod unverified_launch;

pub use browser::{Binding, Browser};
pub use check::Check;
pub use inspection::{Finding, Inspection, Known, Outcome};
pub use launch::{Launch, LaunchRecord};
pub use launch_error::{LaunchError, PlatformError};
pub use login::{Login, LoginError, LoginSecrets, PendingLaunch};
pub use registration::{DeploymentStanding, FindError, InvalidRegistration, Policy, Registration};
pub use unverified_launch::UnverifiedLaunch;
