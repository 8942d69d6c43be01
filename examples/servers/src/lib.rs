//! What the runnable examples of this package are made of. It is not published, and no framework: everything that the
//! protocol crates leave to their callers, done once, as a pattern to copy from.
//!
//! - two servers: [`platform`], a small LMS, and [`tool`], a quiz tool; [`campus`] is both in one process
//! - what both have: [`server`] (sockets, limits, shutdown), [`settings`], the answers to browsers and programs
//! - two clients: a platform for them within the process, [`stand_in`], and the flags that name another, [`connection`]

mod answer;
pub mod campus;
mod clock;
pub mod connection;
mod cookie;
pub mod import;
mod key_file;
mod legacy;
mod limits;
mod metrics;
mod page;
pub mod platform;
mod problem;
mod records;
mod same_site;
pub mod server;
pub mod settings;
pub mod stand_in;
mod store;
pub mod tool;
mod turns;
mod visitor;
