//! What is measured, prepared and done; `bench.rs` counts it. Each has a test that it does what it says.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "measuring stops where something fails")]

mod cartridges;
mod courses;
mod launches;
mod registrations;
mod rosters;

pub use cartridges::{package, read_package, write_links};
pub use courses::{check_courses, courses};
pub use launches::{Arrival, Departure, arrival, departure, launch, sign};
pub use registrations::{Registered, find_registration, registered};
pub use rosters::{read_roster, roster};

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_measured_is_done() {
        assert!(crate::sign(crate::departure(1)) > 1_000);
        assert!(crate::launch(crate::arrival(1)).0 && crate::launch(crate::arrival(3)).0);
        assert_eq!(crate::read_roster(crate::roster(3)), 3);
        assert!(crate::write_links(3) > 1_000);
        assert_eq!(crate::read_package(crate::package(3)), 3);
        assert_eq!(crate::check_courses(&crate::courses(9)), 8);
        assert!(crate::find_registration(&crate::registered(3)));
    }
}
