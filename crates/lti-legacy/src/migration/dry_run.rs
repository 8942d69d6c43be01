//! A rehearsal: who would be found again, who would not, and why. Nothing is changed by it.

use std::collections::{BTreeMap, BTreeSet};

use lti_types::{ClientId, LaunchClaims};
use serde::Serialize;

use super::{Doubt, Evidence, Lookup, OldKind, OldRecords, evidence};
use crate::{ConsumerKey, SharedSecret};

/// A verified 1.3 launch, as it was kept for the rehearsal.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewLaunch {
    /// What the report calls it.
    pub reference: String,
    /// The tool's client id.
    pub client_id: ClientId,
    /// The claims, verified.
    pub claims: LaunchClaims,
}

impl NewLaunch {
    /// A launch.
    #[must_use]
    pub fn new(reference: impl Into<String>, client_id: ClientId, claims: LaunchClaims) -> Self {
        Self { reference: reference.into(), client_id, claims }
    }
}

/// What becomes of one thing of one launch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It is found, and proven.
    Matched {
        /// What the tool calls it.
        reference: String,
    },
    /// It would be found, and is not proven: somebody has to approve it.
    NeedsApproval {
        /// What the tool calls it.
        reference: String,
        /// Why it is not proven.
        why: Doubt,
    },
    /// Launches of several people, contexts or links claim the same record.
    Conflict {
        /// What the tool calls it.
        reference: String,
    },
    /// It is not found: no record has the id.
    Unknown,
    /// Several records have the id.
    Ambiguous,
    /// The launch has no such id: it is anonymous, or opens no link.
    NoId,
    /// The launch shows nothing of a past under 1.1.
    NoClaim,
    /// The claim names no key to look under.
    NoKey,
}

/// One launch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MigrationRow {
    /// The launch.
    pub launch: String,
    /// Its person.
    pub user: Verdict,
    /// Its context.
    pub context: Verdict,
    /// Its link.
    pub resource_link: Verdict,
}

/// How many of each, over persons, contexts and links together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// Found and proven.
    pub matched: usize,
    /// Found and not proven.
    pub needs_approval: usize,
    /// Claimed by several.
    pub conflicts: usize,
    /// Not found, for whatever reason.
    pub not_matched: usize,
}

/// What a rehearsal shows. It names launches and records by their references only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MigrationReport {
    /// One row for each launch, in order.
    pub launches: Vec<MigrationRow>,
    /// Records that no launch would find, in order.
    pub unclaimed: Vec<String>,
    /// Numbers.
    pub totals: Totals,
}

/// Rehearses: each launch against the old records. `secrets` are those known for a key.
pub fn dry_run(
    records: &OldRecords,
    launches: &[NewLaunch],
    secrets: impl Fn(&ConsumerKey) -> Vec<SharedSecret>,
) -> MigrationReport {
    let mut found: BTreeMap<(OldKind, String), BTreeSet<Option<String>>> = BTreeMap::new();
    let mut rows = Vec::new();
    for launch in launches {
        let named = launch.claims.lti1p1.as_ref().and_then(|claim| claim.oauth_consumer_key.as_deref());
        let known = named.and_then(|key| ConsumerKey::new(key).ok()).map(|key| secrets(&key));
        let evidence = evidence(&launch.claims, &launch.client_id, &known.unwrap_or_default());
        let [user, context, resource_link] = OldKind::ALL.map(|kind| {
            let verdict = judge(records, kind, &evidence);
            if let Verdict::Matched { reference } | Verdict::NeedsApproval { reference, .. } = &verdict {
                let claimants = found.entry((kind, reference.clone())).or_default();
                claimants.insert(new_id(kind, launch));
            }
            verdict
        });
        rows.push(MigrationRow { launch: launch.reference.clone(), user, context, resource_link });
    }
    let mut totals = Totals::default();
    for row in &mut rows {
        for (kind, verdict) in
            OldKind::ALL.into_iter().zip([&mut row.user, &mut row.context, &mut row.resource_link])
        {
            if let Verdict::Matched { reference } | Verdict::NeedsApproval { reference, .. } = &*verdict
                && found.get(&(kind, reference.clone())).is_some_and(|claimants| claimants.len() > 1)
            {
                *verdict = Verdict::Conflict { reference: reference.clone() };
            }
            match verdict {
                Verdict::Matched { .. } => totals.matched += 1,
                Verdict::NeedsApproval { .. } => totals.needs_approval += 1,
                Verdict::Conflict { .. } => totals.conflicts += 1,
                _ => totals.not_matched += 1,
            }
        }
    }
    let unclaimed = records
        .as_slice()
        .iter()
        .filter(|record| !found.contains_key(&(record.kind, record.reference.clone())))
        .map(|record| record.reference.clone())
        .collect();
    MigrationReport { launches: rows, unclaimed, totals }
}

fn judge(records: &OldRecords, kind: OldKind, evidence: &Evidence) -> Verdict {
    let (key, ids, doubt) = match evidence {
        Evidence::None => return Verdict::NoClaim,
        Evidence::Proven(proven) => (proven.consumer_key(), proven.ids(), None),
        Evidence::Unproven(unproven) => match unproven.consumer_key() {
            Some(key) => (key, unproven.danger_unproven(), Some(unproven.doubt())),
            None => return Verdict::NoKey,
        },
    };
    match records.find(kind, key, ids) {
        Lookup::Found(record) => {
            let reference = record.reference.clone();
            match doubt {
                None => Verdict::Matched { reference },
                Some(why) => Verdict::NeedsApproval { reference, why },
            }
        }
        Lookup::Unknown => Verdict::Unknown,
        Lookup::NoId => Verdict::NoId,
        Lookup::Ambiguous => Verdict::Ambiguous,
    }
}

/// Who claims: the new id, within its issuer.
fn new_id(kind: OldKind, launch: &NewLaunch) -> Option<String> {
    let claims = &launch.claims;
    let id = match kind {
        OldKind::User => claims.sub.as_ref()?.as_str(),
        OldKind::Context => claims.context.as_ref()?.id.as_str(),
        OldKind::ResourceLink => claims.resource_link.as_ref()?.id.as_str(),
    };
    let issuer = claims.iss.as_ref().map_or("", |issuer| issuer.as_str());
    Some(format!("{issuer} {id}"))
}
