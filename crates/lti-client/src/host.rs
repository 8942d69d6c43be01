//! What one host is spared: requests at a time, repetitions, and the time it asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};
use tower::retry::budget::{Budget as _, TpsBudget};
use url::Url;

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
    at_once: usize,
}

/// One origin.
#[derive(Debug)]
pub(crate) struct Host {
    permits: Semaphore,
    budget: TpsBudget,
    paused_until: Mutex<Option<Instant>>,
}

impl Hosts {
    pub(crate) fn new(at_once: usize) -> Self {
        Self { hosts: Mutex::default(), at_once: at_once.max(1) }
    }

    /// Requests that one host gets at a time.
    pub(crate) fn at_once(&self) -> usize {
        self.at_once
    }

    pub(crate) fn of(&self, url: &Url) -> Arc<Host> {
        let origin = url.origin().ascii_serialization();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MANY_HOSTS && !hosts.contains_key(&origin) {
            hosts.retain(|_, host| Arc::strong_count(host) > 1);
        }
        Arc::clone(hosts.entry(origin).or_insert_with(|| Arc::new(Host::new(self.at_once))))
    }
}

impl Host {
    fn new(at_once: usize) -> Self {
        Self {
            permits: Semaphore::new(at_once.min(Semaphore::MAX_PERMITS)),
            budget: TpsBudget::new(BUDGET_SPAN, BUDGET_PER_SECOND, BUDGET_RATIO),
            paused_until: Mutex::new(None),
        }
    }

    /// Waits for a place among the requests of the moment, and for the end of a pause.
    pub(crate) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        loop {
            let until = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(until) = until.filter(|until| *until > Instant::now()) {
                tokio::time::sleep_until(until.into()).await;
                continue;
            }
            // It is never closed.
            let permit = self.permits.acquire().await.ok();
            let until = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
            if until.is_none_or(|until| until <= Instant::now()) {
                return permit;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_limited_by_host() {
        let hosts = Hosts::new(4);
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
