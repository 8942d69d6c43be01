//! A whole platform: a small LMS that launches tools, over HTTP. `cargo run --example platform_server -- --help`

use std::process::ExitCode;

use lti_example_servers::{platform, server};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = server::arguments::<platform::Arguments>();
    server::run(async { Ok(vec![platform::start(arguments).await?]) }, server::ready)
}
