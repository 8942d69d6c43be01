//! What one host is spared: requests at a time, repetitions, and the time it asked for. Key sets go a way of their own:
//! no launch waits for somebody's grades.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};
use tower::retry::budget::{Budget as _, TpsBudget};
use url::Url;

use crate::TransportError;

/// Hosts that are remembered before those that nobody uses are forgotten.
const MANY_HOSTS: usize = 1024;

/// Repetitions in one span that are always allowed, …
const BUDGET_SPAN: Duration = Duration::from_secs(10);
const BUDGET_PER_SECOND: u32 = 10;
/// … and as many more as there are first attempts.
const BUDGET_RATIO: f32 = 1.0;

/// All hosts of a client.
#[derive(Debug)]
pub(crate) struct Hosts {
    hosts: Mutex<HashMap<String, Arc<Host>>>,
    limits: Limits,
}

/// How many are let in, and how long the others wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) at_once: usize,
    /// How long a call or a token request waits for its turn.
    pub(crate) turn: Duration,
    /// How long a key set does, for which a launch waits.
    pub(crate) key_set_turn: Duration,
}

/// One origin.
#[derive(Debug)]
pub(crate) struct Host {
    calls: Semaphore,
    key_sets: Semaphore,
    limits: Limits,
    budget: TpsBudget,
    paused_until: Mutex<Option<Instant>>,
}

impl Hosts {
    pub(crate) fn new(limits: Limits) -> Self {
        let at_once = limits.at_once.clamp(1, Semaphore::MAX_PERMITS);
        Self { hosts: Mutex::default(), limits: Limits { at_once, ..limits } }
    }

    /// Requests that one host gets at a time.
    pub(crate) fn at_once(&self) -> usize {
        self.limits.at_once
    }

    /// How long anything waits for its turn.
    pub(crate) fn turn(&self) -> Duration {
        self.limits.turn
    }

    pub(crate) fn of(&self, url: &Url) -> Arc<Host> {
        let origin = url.origin().ascii_serialization();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MANY_HOSTS && !hosts.contains_key(&origin) {
            hosts.retain(|_, host| Arc::strong_count(host) > 1);
        }
        Arc::clone(hosts.entry(origin).or_insert_with(|| Arc::new(Host::new(self.limits))))
    }
}

impl Host {
    fn new(limits: Limits) -> Self {
        Self {
            calls: Semaphore::new(limits.at_once),
            key_sets: Semaphore::new(limits.at_once),
            limits,
            budget: TpsBudget::new(BUDGET_SPAN, BUDGET_PER_SECOND, BUDGET_RATIO),
            paused_until: Mutex::new(None),
        }
    }

    /// Waits for a place among the calls of the moment, and for the end of a pause; not for ever, since those who have
    /// a place may hang, and others come before.
    pub(crate) async fn enter(&self) -> Result<SemaphorePermit<'_>, TransportError> {
        in_time(self.limits.turn, self.turn()).await
    }

    /// Waits for a place among the key sets of the moment. Calls that hang take none of these, and a pause that calls
    /// were told to make is none for key sets, which are asked for seldom enough ([`lti_jwks::KeySetCache`]).
    pub(crate) async fn enter_for_keys(&self) -> Result<SemaphorePermit<'_>, TransportError> {
        in_time(self.limits.key_set_turn, self.key_sets.acquire()).await
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        loop {
            let until = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(until) = until.filter(|until| *until > Instant::now()) {
                tokio::time::sleep_until(until.into()).await;
                continue;
            }
            let permit = self.calls.acquire().await?;
            let until = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
            if until.is_none_or(|until| until <= Instant::now()) {
                return Ok(permit);
            }
        }
    }

    /// The host asked everybody to wait.
    pub(crate) fn pause(&self, time: Duration) {
        let Some(until) = Instant::now().checked_add(time) else { return };
        let mut paused = self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = Some(paused.map_or(until, |before| before.max(until)));
    }

    /// A first attempt: it earns a repetition.
    pub(crate) fn first_attempt(&self) {
        self.budget.deposit();
    }

    /// Whether one more repetition is allowed: a host that is down is not asked by everybody five times.
    pub(crate) fn may_repeat(&self) -> bool {
        self.budget.withdraw()
    }
}

async fn in_time<T>(
    most: Duration,
    turn: impl Future<Output = Result<T, AcquireError>>,
) -> Result<T, TransportError> {
    // Nobody closes the semaphores; if somebody did, there would be no turn either.
    tokio::time::timeout(most, turn).await.ok().and_then(Result::ok).ok_or(TransportError::NoTurn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_limited_by_host() {
        let turn = Duration::from_secs(1);
        let hosts = Hosts::new(Limits { at_once: 4, turn, key_set_turn: turn });
        let one = hosts.of(&Url::parse("https://a.example/x").unwrap());
        let same = hosts.of(&Url::parse("https://a.example:443/y").unwrap());
        let other = hosts.of(&Url::parse("https://a.example:444/").unwrap());
        assert!(Arc::ptr_eq(&one, &same) && !Arc::ptr_eq(&one, &other));
        let allowed = (0..1000).filter(|_| one.may_repeat()).count();
        assert!((1..=200).contains(&allowed), "{allowed}");
        assert!(other.may_repeat());
        for _ in 0..10 {
            one.first_attempt();
        }
        assert!(one.may_repeat());
    }
}
