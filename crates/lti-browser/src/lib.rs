#![doc = include_str!("../README.md")]
//!
//! # What it is not
//!
//! It decides nothing: whether a launch is genuine is `lti-tool`'s business, whether a person may launch is
//! `lti-platform`'s. It has no routes, no sessions and no clock.
//!
//! # Modules, in the order of the protocol
//!
//! - what every page has: [`Reply`], [`PageOptions`], [`CspNonce`], [`Framing`], [`FormTargets`], [`Origin`], [`Texts`]
//! - the tool's login: [`Reply::found`], [`LaunchCookie`], [`storage_login_page`]
//! - the platform's answer, and the tool's deep-linking answer: [`form_post_page`]
//! - the tool's launch: [`LaunchCookie::read`], [`storage_completion_page`], [`Completion::read`]
//! - the platform's storage: [`platform_storage_script`], [`platform_storage_page`]
//! - when it fails: [`new_window_page`], [`error_page`], [`error_json`]

mod address;
mod csp;
mod error_page;
mod escape;
mod form_page;
mod launch_cookie;
mod new_window;
mod platform_storage;
mod reply;
mod same_origin;
mod state_label;
mod storage_completion;
mod storage_login;
mod texts;

pub use address::Origin;
pub use csp::{CspNonce, FormTargets, Framing};
pub use error_page::{ErrorReport, Fault, Remedy, error_json, error_page};
pub use form_page::form_post_page;
pub use launch_cookie::LaunchCookie;
pub use new_window::new_window_page;
pub use platform_storage::{PlatformStorage, platform_storage_page, platform_storage_script};
pub use reply::{PageError, PageOptions, Reply};
pub use same_origin::{NotSameOrigin, check_same_origin};
pub use storage_completion::{
    Completion, CompletionError, CompletionRequest, StorageCompletion, storage_completion_page,
};
pub use storage_login::{StorageLogin, storage_login_page};
pub use texts::{FaultTexts, Texts};
