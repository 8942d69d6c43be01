//! Enrollment of remote users: who is admitted at a launch, and who is enrolled, updated and unenrolled when the
//! roster is synchronized (README, Enrollment).
//!
//! A published course has one [`Publication`] per consuming platform.

mod admission;
mod publication;
mod role;
mod roster;
#[cfg(test)]
mod tests;

pub use admission::{Admission, Admitted, Applicant, LearnerKind, RefusalReason, admit};
pub use publication::{
    EnrollmentDuration, EnrollmentWindow, InvalidEnrollmentDuration, InvalidEnrollmentWindow, MemberSync,
    ProfileDefaults, Publication, RoleMapping, SyncMode, SyncTrigger,
};
pub use role::{Enrollment, InvalidLocalRole, InvalidRemoteUserId, LocalRole, RemoteRole, RemoteUserId};
pub use roster::{
    Extent, MemberStatus, Roster, RosterChanges, RosterError, RosterMember, SkipReason, sync_roster,
};
