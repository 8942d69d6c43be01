#![doc = include_str!("../README.md")]
//!
//! # Modules
//!
//! - how to reach the server: [`RedisSettings`], [`ConnectError`]; what it must be like: [`Unfit`]
//! - the store: [`RedisStore`]

mod error;
mod fitness;
mod link;
mod settings;
mod store;

pub use error::ConnectError;
pub use fitness::Unfit;
pub use settings::RedisSettings;
pub use store::RedisStore;
