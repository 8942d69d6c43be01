#![doc = include_str!("../README.md")]
//!
//! # Modules, in the order of the work
//!
//! - what the two sides exchange: [`Term`], [`Handover`], [`PlatformAddresses`]
//! - records and what is wrong with them: [`check_platform`], [`check_tool`], [`Fault`], [`Problem`], [`AddressRules`],
//!   [`AddressKind`]; records from files: [`Import`]; the tool of a launch URL: [`find_tool`]
//! - what is known of products: [`Profile`]
//! - dynamic registration, the tool's end: [`RegistrationInitiation`] → [`FetchConfiguration`] → [`PlatformOffer`] →
//!   [`Register`] → [`Registered`], then [`Management`]; [`check_metadata`], [`CLOSE_SCRIPT`]; the platform's end:
//!   [`platform`]
//! - documents for administrators: [`canvas_configuration`], [`Instructions`]

mod address;
mod address_kind;
mod audience;
mod canvas;
mod close;
mod csv_import;
mod document;
mod draft;
mod fault;
mod find_tool;
mod forms;
mod handover;
mod import;
mod initiation;
mod instructions;
mod keys;
mod management;
mod members;
mod metadata;
mod metadata_check;
mod offer;
pub mod platform;
mod platform_record;
mod profile;
mod profiles;
mod register;
mod registration_error;
mod text;
mod tool_record;
mod vocabulary;

pub use address::AddressRules;
pub use address_kind::AddressKind;
pub use canvas::canvas_configuration;
pub use close::{CLOSE_SCRIPT, CLOSE_SUBJECT, close_message, is_close_message};
pub use csv_import::csv_headings;
pub use document::{DocumentError, MAX_DOCUMENT_BYTES};
pub use fault::{Fault, Problem, Severity, has_errors};
pub use find_tool::{FindToolError, find_tool};
pub use handover::{Handover, PlatformAddresses};
pub use import::{
    Import, ImportError, Imported, MAX_IMPORT_BYTES, MAX_IMPORT_RECORDS, Place, Record, Rejected,
};
pub use initiation::{FetchConfiguration, Fetched, RegistrationInitiation};
pub use instructions::{Instructions, Step};
pub use management::Management;
pub use metadata::{metadata_of, tool_record_of};
pub use metadata_check::check_metadata;
pub use offer::{PendingRegistration, PlatformOffer};
pub use platform_record::check_platform;
pub use profile::{
    Edition, Endpoints, IssuerHabit, LaunchHabits, Profile, RosterHabits, ScoreHabits, Surface,
};
pub use register::{Register, Registered};
pub use registration_error::{PlatformRefusal, RefusalKind, RegistrationError};
pub use tool_record::check_tool;
pub use vocabulary::Term;
