//! Room for grades that are on their way to platforms.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use lti_browser::Fault;
use lti_tool::LaunchRecord;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// The most grades at a time, and of those to one platform: one that hangs leaves room for the others.
const MOST: usize = 1000;
const MOST_OF_ONE: usize = 250;
/// The code of a refusal for want of room.
pub(super) const WAITING: &str = "grades_waiting";

#[derive(Debug)]
pub(super) struct OnTheirWay {
    all: Arc<Semaphore>,
    /// By issuer and client id. There are no more than registrations.
    of_platform: Mutex<HashMap<(String, String), Arc<Semaphore>>>,
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
    /// A place for a grade that goes to the platform of that launch.
    pub(super) fn room(&self, record: &LaunchRecord) -> Result<Room, Problem> {
        let platform = (record.issuer.as_str().to_owned(), record.client_id.as_str().to_owned());
        let mut all = self.of_platform.lock().unwrap_or_else(PoisonError::into_inner);
        let own = Arc::clone(all.entry(platform).or_insert_with(|| Arc::new(Semaphore::new(MOST_OF_ONE))));
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
    use lti_tool::LaunchRecord;
    use lti_types::{ClientId, DeploymentId, Issuer};

    use super::{MOST, MOST_OF_ONE, OnTheirWay, WAITING};

    #[test]
    fn a_platform_that_hangs_leaves_room_for_the_others() {
        let of = |issuer: String| {
            let (issuer, client_id) = (Issuer::new(issuer).unwrap(), ClientId::new("quiz").unwrap());
            LaunchRecord::new(issuer, client_id, DeploymentId::new("1").unwrap(), None, crate::clock::now())
        };
        let (places, hangs) = (OnTheirWay::default(), of("https://hangs.example".to_owned()));
        let mut held: Vec<_> = (0..MOST_OF_ONE).map(|_| places.room(&hangs).unwrap()).collect();
        assert_eq!(places.room(&hangs).unwrap_err().code, WAITING);
        held.pop();
        held.push(places.room(&hangs).unwrap());
        let others = MOST / MOST_OF_ONE;
        for number in 1..others {
            let other = of(format!("https://other-{number}.example"));
            held.extend((0..MOST_OF_ONE).map(|_| places.room(&other).unwrap()));
        }
        assert_eq!(held.len(), MOST);
        let late = of("https://late.example".to_owned());
        assert_eq!(places.room(&late).unwrap_err().code, WAITING);
        held.clear();
        assert!(places.room(&late).is_ok());
    }
}
