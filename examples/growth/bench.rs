//! Instructions (callgrind) and peak memory (DHAT) of one call, as what it is given grows: what a clock on a shared
//! machine cannot tell.
//!
//! `.ci/instructions`; or, with gungraun-runner and valgrind there: `cargo bench -p lti-growth --features instructions`

#![allow(missing_docs, reason = "a bench")]

use std::hint::black_box;

use gungraun::prelude::*;
use gungraun::{Callgrind, Dhat, EventKind};
use http::Response;
use lti_eligibility::course::Course;
use lti_growth::{Arrival, Departure, Registered};
use lti_jwks::VerifyingKeys;

#[library_benchmark]
#[benches::of(args = [1], setup = lti_growth::departure)]
fn platform_signs(departure: Departure) -> usize {
    black_box(lti_growth::sign(black_box(departure)))
}

#[library_benchmark]
#[benches::keys(args = [1, 100, 10_000, 100_000], setup = lti_growth::arrival)]
fn tool_verifies(arrival: Arrival) -> (bool, VerifyingKeys) {
    black_box(lti_growth::launch(black_box(arrival)))
}

#[library_benchmark]
#[benches::members(args = [1, 100, 10_000, 50_000], setup = lti_growth::roster)]
fn roster_is_read(page: Response<Vec<u8>>) -> usize {
    black_box(lti_growth::read_roster(black_box(page)))
}

#[library_benchmark]
#[benches::links(1, 100, 3_000)]
fn cartridge_is_written(links: usize) -> u64 {
    black_box(lti_growth::write_links(black_box(links)))
}

#[library_benchmark]
#[benches::links(args = [1, 100, 3_000], setup = lti_growth::package)]
fn cartridge_is_read(package: Vec<u8>) -> usize {
    black_box(lti_growth::read_package(black_box(package)))
}

#[library_benchmark]
#[benches::courses(args = [1, 100, 10_000, 100_000], setup = lti_growth::courses)]
fn courses_are_checked(courses: Vec<Course>) -> (usize, Vec<Course>) {
    (black_box(lti_growth::check_courses(black_box(&courses))), courses)
}

#[library_benchmark]
#[benches::records(args = [1, 100, 10_000, 100_000], setup = lti_growth::registered)]
fn registration_is_found(registered: Registered) -> (bool, Registered) {
    (black_box(lti_growth::find_registration(black_box(&registered))), registered)
}

library_benchmark_group!(
    name = growth,
    benchmarks = [
        platform_signs,
        tool_verifies,
        roster_is_read,
        cartridge_is_written,
        cartridge_is_read,
        courses_are_checked,
        registration_is_found
    ]
);

gungraun::main!(
    config = LibraryBenchmarkConfig::default()
        // More than 5 % more instructions than the last time fail.
        .tool(Callgrind::default().soft_limits([(EventKind::Ir, 5.0)]))
        .tool(Dhat::default()),
    library_benchmark_groups = growth
);
