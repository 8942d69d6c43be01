//! A whole tool: login, launch, deep linking, grades and roster, over HTTP. `cargo run --example tool_server -- --help`

use std::process::ExitCode;

use lti_example_servers::{server, tool};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = server::arguments::<tool::Arguments>();
    server::run(async { Ok(vec![tool::start(arguments).await?]) }, server::ready)
}
