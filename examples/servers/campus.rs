//! A learning platform and a quiz tool in one process: sign in, open a course, launch. `cargo run --example campus`

use std::process::ExitCode;

use clap::Parser;
use lti_example_servers::{campus, server};

fn main() -> ExitCode {
    server::run(campus::start(campus::Arguments::parse()), campus::ready)
}
