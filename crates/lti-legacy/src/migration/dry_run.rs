//! A rehearsal: who would be found again, who would not, and why. Nothing is changed by it.

use std::collections::{BTreeMap, BTreeSet};

use lti_types::{ClientId, DeploymentId, Issuer, LaunchClaims};
use serde::Serialize;

use super::{Doubt, Evidence, Lookup, OldKind, OldRecords, evidence};
use crate::{ConsumerKey, Credential};

/// A verified 1.3 launch, as it was kept for the rehearsal.
///
/// [`dry_run`] has an example.
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
    /// Several people, contexts or links claim the same record, or one of them claims several records.
    Conflict {
        /// What the tool calls it.
        reference: String,
    },
    /// It is not found: no record has the id.
    Unknown,
    /// Several records have the id, or one of a platform instance where the launch names none.
    Ambiguous,
    /// The launch has no such id: it is anonymous, or opens no link. Where it names an old one alone, there is nobody
    /// and nothing to link the record to.
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
    /// Claimed by several, or of one who claims several.
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

/// Rehearses: each launch against the old records. `credentials` are those that may be good with a key, of every
/// account.
///
/// ```
/// use lti_legacy::{
///     ConsumerKey, Credential, NewLaunch, OldIds, OldKind, OldRecord, OldRecords, SharedSecret, Signer, dry_run,
///     migration_claim,
/// };
/// use lti_types::{ClientId, LaunchClaims};
///
/// // A launch of the new kind, as a platform makes it that says who is who.
/// let mut claims: LaunchClaims = serde_json::from_str(r#"{
///     "iss": "https://lms.example", "aud": "quiz", "sub": "8f1c", "exp": 1767225900, "nonce": "n-1",
///     "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "1"
/// }"#)?;
/// let (key, secret) = (ConsumerKey::new("physics")?, SharedSecret::new("s3cr&t")?);
/// let mut old = OldIds::new();
/// old.user_id = Some("7".to_owned());
/// claims.lti1p1 = Some(migration_claim(&claims, &Signer::new(key.clone(), secret.clone()), &old)?);
///
/// // What the tool has.
/// let record = |id: &str, reference: &str| Ok::<_, lti_types::InvalidIdentifier>(
///     OldRecord::new(OldKind::User, "customer-7".try_into()?, "physics", id, reference));
/// let records: OldRecords = [record("7", "account 1001")?, record("8", "account 1002")?].into_iter().collect();
/// let credential = Credential::new("customer-7".try_into()?, key, secret);
///
/// let launch = NewLaunch::new("launch 1", ClientId::new("quiz")?, claims);
/// let report = dry_run(&records, &[launch], |_| vec![credential.clone()]);
/// assert_eq!((report.totals.matched, report.unclaimed), (1, vec!["account 1002".to_owned()]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn dry_run(
    records: &OldRecords,
    launches: &[NewLaunch],
    credentials: impl Fn(&ConsumerKey) -> Vec<Credential>,
) -> MigrationReport {
    let mut claimed = Claimed::default();
    let mut rows = Vec::new();
    for launch in launches {
        let named = launch.claims.lti1p1.as_ref().and_then(|claim| claim.oauth_consumer_key.as_deref());
        let known = named.and_then(|key| ConsumerKey::new(key).ok()).map(|key| credentials(&key));
        let evidence = evidence(&launch.claims, &launch.client_id, &known.unwrap_or_default());
        let [user, context, resource_link] = OldKind::ALL.map(|kind| {
            let claimant = Claimant::of(kind, launch);
            let verdict = judge(records, kind, &evidence, claimant.is_some());
            if let (Some(claimant), Some(reference)) = (&claimant, verdict.reference()) {
                claimed.add(claimant, reference);
            }
            (verdict, claimant)
        });
        rows.push((launch.reference.clone(), [user, context, resource_link]));
    }
    let mut totals = Totals::default();
    let mut judged = Vec::new();
    for (launch, verdicts) in rows {
        let [user, context, resource_link] =
            verdicts.map(|(verdict, claimant)| match (claimant, verdict.reference()) {
                (Some(claimant), Some(reference)) if claimed.is_disputed(&claimant, reference) => {
                    Verdict::Conflict { reference: reference.to_owned() }
                }
                _ => verdict,
            });
        let row = MigrationRow { launch, user, context, resource_link };
        for verdict in [&row.user, &row.context, &row.resource_link] {
            totals.count(verdict);
        }
        judged.push(row);
    }
    let unclaimed = records
        .as_slice()
        .iter()
        .filter(|record| !claimed.by_record.contains_key(&(record.kind, record.reference.clone())))
        .map(|record| record.reference.clone())
        .collect();
    MigrationReport { launches: judged, unclaimed, totals }
}

impl Verdict {
    /// The record that is found.
    fn reference(&self) -> Option<&str> {
        match self {
            Self::Matched { reference } | Self::NeedsApproval { reference, .. } => Some(reference),
            _ => None,
        }
    }
}

impl Totals {
    fn count(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Matched { .. } => self.matched += 1,
            Verdict::NeedsApproval { .. } => self.needs_approval += 1,
            Verdict::Conflict { .. } => self.conflicts += 1,
            _ => self.not_matched += 1,
        }
    }
}

fn judge(records: &OldRecords, kind: OldKind, evidence: &Evidence, has_new_id: bool) -> Verdict {
    let (lookup, doubt) = match evidence {
        Evidence::None => return Verdict::NoClaim,
        Evidence::Unproven(unproven) if unproven.consumer_key().is_none() => return Verdict::NoKey,
        _ if !has_new_id => return Verdict::NoId,
        Evidence::Proven(proven) => (records.find(kind, proven), None),
        Evidence::Unproven(unproven) => {
            (records.danger_find_unproven(kind, unproven), Some(unproven.doubt()))
        }
    };
    match lookup {
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

/// Who claims: a new id within that in which it is unique. A person's is so within the issuer (OpenID Connect Core §2),
/// a context's and a link's within the deployment of a client (LTI Core 1.3 §5.3.3, §5.4.1).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Claimant {
    kind: OldKind,
    issuer: Option<Issuer>,
    deployment: Option<(ClientId, Option<DeploymentId>)>,
    id: String,
}

impl Claimant {
    fn of(kind: OldKind, launch: &NewLaunch) -> Option<Self> {
        let claims = &launch.claims;
        let id = match kind {
            OldKind::User => claims.sub.as_ref()?.as_str(),
            OldKind::Context => claims.context.as_ref()?.id.as_str(),
            OldKind::ResourceLink => claims.resource_link.as_ref()?.id.as_str(),
        };
        let deployment = || (launch.client_id.clone(), claims.deployment_id.clone());
        Some(Self {
            kind,
            issuer: claims.iss.clone(),
            deployment: (kind != OldKind::User).then(deployment),
            id: id.to_owned(),
        })
    }
}

/// Who claims what.
#[derive(Default)]
struct Claimed {
    by_record: BTreeMap<(OldKind, String), BTreeSet<Claimant>>,
    by_claimant: BTreeMap<Claimant, BTreeSet<String>>,
}

impl Claimed {
    fn add(&mut self, claimant: &Claimant, reference: &str) {
        let record = (claimant.kind, reference.to_owned());
        self.by_record.entry(record).or_default().insert(claimant.clone());
        self.by_claimant.entry(claimant.clone()).or_default().insert(reference.to_owned());
    }

    /// Several claim the record, or whoever claims it claims others too.
    fn is_disputed(&self, claimant: &Claimant, reference: &str) -> bool {
        let record = (claimant.kind, reference.to_owned());
        let claimants = self.by_record.get(&record).map_or(0, BTreeSet::len);
        let records = self.by_claimant.get(claimant).map_or(0, BTreeSet::len);
        claimants > 1 || records > 1
    }
}
