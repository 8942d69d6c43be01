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
mod many;
mod outages;
mod platform;
mod published_course;
mod rush;
mod services;
mod tool;
mod webdriver;

#[allow(dead_code, reason = "of the stores' own tests; a part is needed here")]
#[path = "../../../../crates/lti-store-postgres/tests/it/engine.rs"]
mod postgres_engine;
#[allow(dead_code, reason = "of the stores' own tests; a part is needed here")]
#[path = "../../../../crates/lti-store-redis/tests/it/engine.rs"]
mod redis_engine;
