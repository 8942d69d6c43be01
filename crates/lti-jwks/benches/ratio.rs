//! How fast something is compared with something else, measured so that a noisy machine disturbs both alike: samples
//! of the two alternate within one run, and what counts is the median of their ratios.
//!
//! Not a bench of its own. Others take it in by `#[path = "…/lti-jwks/benches/ratio.rs"] mod ratio;`, and end with
//! [`Comparisons::finish`].

#![allow(dead_code, reason = "each bench that takes it in uses a part")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// A sample should take about this long, so that reading the clock does not matter.
const SAMPLE: Duration = Duration::from_micros(400);
/// Time for one comparison when it is measured, and when it is checked against a limit.
const MEASURE: Duration = Duration::from_secs(3);

/// What the command line asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// `cargo bench`: measure and print.
    Measure,
    /// `cargo bench … -- --check`: measure, print, and fail below the limits.
    Check,
    /// `cargo test`: everything once.
    Test,
}

/// Comparisons of one bench, printed as a table.
pub(crate) struct Comparisons {
    mode: Mode,
    failed: bool,
}

impl Comparisons {
    /// Reads the command line.
    pub(crate) fn from_arguments() -> Self {
        let has = |name: &str| std::env::args().any(|argument| argument == name);
        let mode = match () {
            () if has("--check") => Mode::Check,
            () if has("--bench") => Mode::Measure,
            () => Mode::Test,
        };
        if mode != Mode::Test {
            println!("{:44} {:>10} {:>10}  {:>22}", "", "baseline", "ours", "speed: median (p10–p90)");
        }
        Self { mode, failed: false }
    }

    /// Whether only the ratios are wanted, and nothing else that a bench may do.
    pub(crate) fn is_check(&self) -> bool {
        self.mode == Mode::Check
    }

    /// Compares; `at_least` is the speed relative to the baseline (1.0 is as fast) that a check demands of the
    /// median.
    pub(crate) fn compare<A, B>(
        &mut self,
        name: &str,
        at_least: Option<f64>,
        baseline: impl FnMut() -> A,
        mut ours: impl FnMut() -> B,
    ) {
        self.compare_samples(name, at_least, baseline, |batch| time(batch, &mut ours));
    }

    /// The same for a subject that uses up what it is given: what each call needs is prepared outside the time.
    pub(crate) fn compare_prepared<A, I, B>(
        &mut self,
        name: &str,
        at_least: Option<f64>,
        baseline: impl FnMut() -> A,
        mut prepare: impl FnMut() -> I,
        mut ours: impl FnMut(I) -> B,
    ) {
        self.compare_samples(name, at_least, baseline, |batch| {
            let inputs: Vec<I> = (0..batch).map(|_| prepare()).collect();
            let began = Instant::now();
            for input in inputs {
                black_box(ours(input));
            }
            began.elapsed().as_secs_f64()
        });
    }

    /// `ours` makes so many calls, and says how long they took.
    fn compare_samples<A>(
        &mut self,
        name: &str,
        at_least: Option<f64>,
        mut baseline: impl FnMut() -> A,
        mut ours: impl FnMut(u32) -> f64,
    ) {
        if self.mode == Mode::Test {
            black_box((baseline(), ours(1)));
            return;
        }
        let batch = batch_of(&mut baseline);
        let (mut ratios, mut baselines, mut subjects) = (Vec::new(), Vec::new(), Vec::new());
        let began = Instant::now();
        while began.elapsed() < MEASURE || ratios.len() < 50 {
            // Each goes first every other time.
            let (first, second) = if ratios.len() % 2 == 0 {
                let first = time(batch, &mut baseline);
                (first, ours(batch))
            } else {
                let second = ours(batch);
                (time(batch, &mut baseline), second)
            };
            ratios.push(first / second);
            baselines.push(first / f64::from(batch));
            subjects.push(second / f64::from(batch));
        }
        let [low, median, high] = [0.1, 0.5, 0.9].map(|part| quantile(&mut ratios, part));
        let micros = |times: &mut Vec<f64>| format!("{:.2} µs", quantile(times, 0.5) * 1e6);
        let verdict = match at_least {
            Some(limit) if median < limit => {
                self.failed = true;
                format!("  TOO SLOW, at least {limit:.2}")
            }
            Some(limit) => format!("  at least {limit:.2}"),
            None => String::new(),
        };
        println!(
            "{name:44} {:>10} {:>10}  {median:>6.3} ({low:.3}–{high:.3}){verdict}",
            micros(&mut baselines),
            micros(&mut subjects)
        );
    }

    /// Fails when something was too slow and a check was asked for.
    pub(crate) fn finish(self) -> ExitCode {
        if self.mode == Mode::Check && self.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

/// How many calls fill a sample.
fn batch_of<T>(call: &mut impl FnMut() -> T) -> u32 {
    for _ in 0..3 {
        black_box(call());
    }
    let mut batch = 1;
    while batch < 1 << 20 && time(batch, call) < SAMPLE.as_secs_f64() {
        batch *= 2;
    }
    batch
}

fn time<T>(batch: u32, call: &mut impl FnMut() -> T) -> f64 {
    let began = Instant::now();
    for _ in 0..batch {
        black_box(call());
    }
    began.elapsed().as_secs_f64()
}

fn quantile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * part).round() as usize]
}
