//! The server's memory over many launches.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::browsers::{Browsers, HTML};
use crate::platform::Platform;
use crate::server::Server;

/// Launches a second.
const RATE: u32 = 1_000;
/// How long the server remembers which launch came of a login, and so until when its memory grows.
const REMEMBERED: Duration = Duration::from_secs(120);
const ROUND: usize = 2_000;
const MIB: f64 = 1024.0 * 1024.0;

pub async fn run(platform: &Arc<Platform>, launches: usize) -> bool {
    let server = Server::start(platform);
    let mut browsers = Browsers::connect(platform, &server, 64).await;
    browsers.round(ROUND, None, HTML).await;
    println!("{:>10} {:>8} {:>12}", "launches", "seconds", "memory, MiB");
    let (began, mut samples, mut made) = (Instant::now(), Vec::new(), 0);
    while made < launches {
        browsers.round(ROUND, Some(RATE), HTML).await;
        made += ROUND;
        let (elapsed, memory) = (began.elapsed(), server.memory() as f64 / MIB);
        samples.push((elapsed, memory));
        if made % (launches / 20).max(ROUND) < ROUND {
            println!("{made:>10} {:>8.0} {memory:>12.1}", elapsed.as_secs_f64());
        }
    }
    let _ = REMEMBERED;
    true
}
