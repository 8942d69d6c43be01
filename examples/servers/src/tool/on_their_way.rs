//! Room for grades that are on their way to platforms.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use lti_browser::Fault;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// The most at a time, and of those to one platform: one that hangs leaves room for the others.
const MOST: usize = 1000;
const MOST_OF_ONE: usize = 250;
/// The code of a refusal for want of room.
pub(super) const WAITING: &str = "grades_waiting";

#[derive(Debug)]
pub(super) struct OnTheirWay {
    all: Arc<Semaphore>,
    /// There are no more than registrations.
    of_platform: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// A place, as long as it is held.
#[derive(Debug)]
pub(super) struct Room {
    _permits: [OwnedSemaphorePermit; 2],
}

impl Default for OnTheirWay {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(MOST)), of_platform: Mutex::default() }
    }
}

impl OnTheirWay {
    /// A place for a grade that goes to that platform: an issuer, or a consumer by LTI 1.1.
    pub(super) fn room(&self, platform: &str) -> Result<Room, Problem> {
        let mut all = self.of_platform.lock().unwrap_or_else(PoisonError::into_inner);
        let own = all.entry(platform.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(MOST_OF_ONE)));
        let own = Arc::clone(own);
        drop(all);
        let full = |_| {
            let message = "too many grades are on their way; hand in again in a moment";
            Problem::new(503, Fault::Unavailable, WAITING, message, "RFC 9110 §15.6.4")
        };
        let own = own.try_acquire_owned().map_err(full)?;
        Ok(Room { _permits: [own, Arc::clone(&self.all).try_acquire_owned().map_err(full)?] })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test code")]
mod tests {
    use super::{MOST, MOST_OF_ONE, OnTheirWay, WAITING};

    #[test]
    fn a_platform_that_hangs_leaves_room_for_the_others() {
        let (places, hangs) = (OnTheirWay::default(), "https://hangs.example");
        let mut held: Vec<_> = (0..MOST_OF_ONE).map(|_| places.room(hangs).unwrap()).collect();
        assert_eq!(places.room(hangs).unwrap_err().code, WAITING);
        held.pop();
        held.push(places.room(hangs).unwrap());
        let others = MOST / MOST_OF_ONE;
        for number in 1..others {
            let other = format!("https://other-{number}.example");
            held.extend((0..MOST_OF_ONE).map(|_| places.room(&other).unwrap()));
        }
        assert_eq!(held.len(), MOST);
        assert_eq!(places.room("https://late.example").unwrap_err().code, WAITING);
        held.clear();
        assert!(places.room("https://late.example").is_ok());
    }
}
