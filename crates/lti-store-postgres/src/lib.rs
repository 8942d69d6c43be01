#![doc = include_str!("../README.md")]
//!
//! # Modules
//!
//! - how to reach the server: [`PostgresSettings`], [`ConnectError`]
//! - the store: [`PostgresStore`]

mod error;
mod pool;
mod schema;
mod settings;
mod store;
mod sweeper;

pub use error::ConnectError;
pub use settings::PostgresSettings;
pub use store::PostgresStore;
