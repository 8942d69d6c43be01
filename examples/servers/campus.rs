//! A learning platform and a quiz tool in one process: sign in, open a course, launch. `cargo run --example campus`

use std::process::ExitCode;

use lti_example_servers::{campus, server};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::run(campus::start(server::arguments()), campus::ready)
}
