//! The vocabulary as the parties of a launch use it: read tolerantly, written strictly, refused without an echo.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy's leave for tests covers functions marked #[test], not the functions they share"
)]

mod errors;
mod forms;
mod launches;
mod messages;
mod normal_form;
mod oddities;
mod properties;
mod roles;
mod round_trips;
mod strategies;
mod vendors;
