//! The server's memory over many launches.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::browsers::{Browsers, HTML};
use crate::platform::Platform;
use crate::server::Server;

/// Launches a second: fewer than the machine can make, so that as many are remembered at any time.
const RATE: u32 = 500;
/// How long the server remembers which launch came of a login. Until then its memory grows, and depends on the rate.
const REMEMBERED: Duration = Duration::from_secs(30);
const ROUND: usize = 2_000;
const MIB: f64 = 1024.0 * 1024.0;

/// Flat: the most in the last quarter is no more than 5 % and 4 MiB above the most in the first half.
pub async fn run(platform: &Arc<Platform>, launches: usize) -> bool {
    let server = Server::start(platform);
    let mut browsers = Browsers::connect(platform, &server, 64).await;
    browsers.round(ROUND, None, HTML).await;
    let rounds = launches.div_ceil(ROUND).max(4);
    println!("{:>10} {:>8} {:>12}", "launches", "seconds", "memory, MiB");
    let (began, mut samples) = (Instant::now(), Vec::new());
    for made in 1..=rounds {
        browsers.round(ROUND, Some(RATE), HTML).await;
        samples.push((began.elapsed(), server.memory() as f64 / MIB));
        if made % rounds.div_ceil(20) == 0 || made == rounds {
            let (elapsed, memory) = samples[made - 1];
            println!("{:>10} {:>8.0} {memory:>12.1}", made * ROUND, elapsed.as_secs_f64());
        }
    }
    let most =
        |from: usize, to: usize| samples[from..to].iter().map(|(_, memory)| *memory).fold(0.0, f64::max);
    let (first, last) = (most(0, rounds / 2), most(rounds - rounds / 4, rounds));
    if samples[rounds / 2].0 < 2 * REMEMBERED {
        println!("too few launches to tell: half of them took less than {:?}", 2 * REMEMBERED);
        return false;
    }
    let flat = last <= first * 1.05 + 4.0;
    let verdict = if flat { "flat" } else { "NOT FLAT" };
    println!("the most in the first half {first:.1} MiB, in the last quarter {last:.1} MiB: {verdict}");
    flat
}
