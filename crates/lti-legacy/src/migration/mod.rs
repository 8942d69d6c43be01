//! The road from LTI 1.1 to 1.3 (LTI 1.3 Migration Guide): the `lti1p1` claim, written and verified; old ids, looked
//! up; and a rehearsal of it all.

mod dry_run;
mod evidence;
mod old_records;

pub use dry_run::{MigrationReport, MigrationRow, NewLaunch, Totals, Verdict, dry_run};
pub use evidence::{
    ClaimIncomplete, Doubt, Evidence, OldIds, ProvenIds, UnprovenIds, consumer_key_signature, evidence,
    migration_claim,
};
pub use old_records::{Lookup, OldKind, OldRecord, OldRecords};
