//! The two example servers, a learning platform and a tool, made of the LTI crates: everything that the protocol crates
//! leave to their callers, done once, as a pattern to copy from. It is not published, and no framework.
//!
//! - what both have: [`server`] (sockets, limits, shutdown), the answers to browsers and programs, metrics, the store
//! - [`platform`]: a small LMS, and the endpoints that a tool talks to
//! - [`tool`]: a quiz tool, and the endpoints that a platform and a browser talk to

mod answer;
pub mod campus;
mod clock;
mod cookie;
mod key_file;
mod limits;
mod metrics;
mod page;
pub mod platform;
mod problem;
mod same_site;
pub mod settings;
pub mod server;
mod store;
pub mod tool;
mod visitor;
