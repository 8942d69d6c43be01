//! Against real servers: the one that `LTI_TEST_REDIS_URL` names, and those that a test starts and kills itself.
//! Without them the tests print that they skipped, or fail with `LTI_TEST_REQUIRE_ALL=1`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "test code, which finds its servers in the environment"
)]

#[allow(dead_code, reason = "a part of it is for the tests of the servers")]
mod engine;
mod fitness;
mod lost;
mod suite;
