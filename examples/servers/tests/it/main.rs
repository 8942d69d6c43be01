//! Both servers over HTTP on loopback, as browsers and programs see them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "test code"
)]

mod attacks;
mod binding;
mod browser;
mod campus;
mod course_copy;
mod deep_linking;
mod deployments;
mod front;
mod legacy;
mod machines;
mod malformed;
mod outages;
mod platform;
mod published_course;
mod services;
mod tool;
mod webdriver;
