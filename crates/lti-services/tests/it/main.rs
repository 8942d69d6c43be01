//! What is written and read, by each end alone. Tests of both ends against each other are among the examples, in
//! `tests/it/services`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy's leave for tests covers functions marked #[test], not the functions they share"
)]

mod properties;
mod quirks;
mod samples;

use chrono::{DateTime, Utc};
use lti_services::ServiceUrl;
use lti_types::UserId;

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_704_067_200, 0).unwrap()
}

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

fn service_url(text: &str) -> ServiceUrl {
    ServiceUrl::parse(&text.into()).unwrap()
}
