//! What a tool knows under old ids, and how it is found again.

use std::collections::BTreeMap;
use std::fmt;

use lti_types::DeploymentId;
use serde::{Deserialize, Serialize};

use super::{OldIds, ProvenIds, UnprovenIds};

/// Of what something is a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OldKind {
    /// A person.
    User,
    /// A context.
    Context,
    /// A placed link.
    ResourceLink,
}

impl OldKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::User, Self::Context, Self::ResourceLink];

    pub(super) fn id_in(self, ids: &OldIds) -> Option<&str> {
        match self {
            Self::User => ids.user_id.as_deref(),
            Self::Context => ids.context_id.as_deref(),
            Self::ResourceLink => ids.resource_link_id.as_deref(),
        }
    }
}

/// Something that came by LTI 1.1.
///
/// [`dry_run`](crate::dry_run) has an example.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OldRecord {
    /// Of what.
    pub kind: OldKind,
    /// Whose secret it came with, as in [`Credential::account`](crate::Credential): the customer. Other customers may
    /// have the same key.
    pub account: DeploymentId,
    /// The key it came with: ids are unique within an account's key.
    pub consumer_key: String,
    /// The platform instance it came from, where the key is used by several. A record that names one is found by
    /// launches that name the same one, and by no others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_consumer_instance_guid: Option<String>,
    /// Its id under 1.1.
    pub id: String,
    /// What the tool itself calls it.
    pub reference: String,
}

impl OldRecord {
    /// A record.
    #[must_use]
    pub fn new(
        kind: OldKind,
        account: DeploymentId,
        consumer_key: impl Into<String>,
        id: impl Into<String>,
        reference: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            account,
            consumer_key: consumer_key.into(),
            tool_consumer_instance_guid: None,
            id: id.into(),
            reference: reference.into(),
        }
    }
}

/// Ids may be people's names.
impl fmt::Debug for OldRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OldRecord").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// All old records, to look up in.
///
/// ```
/// use lti_legacy::{Evidence, Lookup, OldKind, OldRecord, OldRecords};
/// # fn of(evidence: Evidence) -> Result<(), lti_types::InvalidIdentifier> {
/// let record = OldRecord::new(OldKind::User, "customer-1".try_into()?, "key1", "u/7", "account of Ada");
/// let records: OldRecords = [record].into_iter().collect();
/// if let Evidence::Proven(proven) = &evidence
///     && let Lookup::Found(record) = records.find(OldKind::User, proven)
/// {
///     println!("this is the {}", record.reference);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
pub struct OldRecords {
    records: Vec<OldRecord>,
    by_id: BTreeMap<(OldKind, String, String), Vec<usize>>,
}

/// How many, since ids may be people's names.
impl fmt::Debug for OldRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OldRecords").field("records", &self.records.len()).finish_non_exhaustive()
    }
}

/// What a lookup finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lookup<'r> {
    /// The one record.
    Found(&'r OldRecord),
    /// No record of the account has the id.
    Unknown,
    /// The launch has no such id: it is anonymous, or opens no link.
    NoId,
    /// Several have it, or one of a platform instance where the launch names none: nothing tells which is meant.
    Ambiguous,
}

impl OldRecords {
    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[OldRecord] {
        &self.records
    }

    /// The record of a proven old id: of the account whose secret signed, under its key. A record that names a platform
    /// instance is the one only where the launch names the same.
    #[must_use]
    pub fn find(&self, kind: OldKind, proven: &ProvenIds) -> Lookup<'_> {
        let key = proven.consumer_key().as_str();
        self.look_up(kind, key, proven.ids(), |record| record.account == *proven.account())
    }

    /// The record that would be meant, of whatever account, if the ids were proven: to show to somebody who decides,
    /// never to link by.
    #[must_use]
    pub fn danger_find_unproven(&self, kind: OldKind, unproven: &UnprovenIds) -> Lookup<'_> {
        let Some(key) = unproven.consumer_key() else { return Lookup::Unknown };
        self.look_up(kind, key.as_str(), unproven.danger_unproven(), |_| true)
    }

    fn look_up(
        &self,
        kind: OldKind,
        key: &str,
        ids: &OldIds,
        owned: impl Fn(&OldRecord) -> bool,
    ) -> Lookup<'_> {
        let Some(id) = kind.id_in(ids) else { return Lookup::NoId };
        let name = (kind, key.to_owned(), id.to_owned());
        let places = self.by_id.get(&name).map_or(&[][..], Vec::as_slice);
        let named = ids.tool_consumer_instance_guid.as_deref();
        let mut found = places.iter().filter_map(|place| self.records.get(*place)).filter(|record| {
            let guid = record.tool_consumer_instance_guid.as_deref();
            owned(record) && (guid.is_none() || named.is_none() || guid == named)
        });
        match (found.next(), found.next()) {
            (None, _) => Lookup::Unknown,
            (Some(record), None) if record.tool_consumer_instance_guid.is_none() || named.is_some() => {
                Lookup::Found(record)
            }
            _ => Lookup::Ambiguous,
        }
    }
}

impl FromIterator<OldRecord> for OldRecords {
    fn from_iter<I: IntoIterator<Item = OldRecord>>(records: I) -> Self {
        let records: Vec<_> = records.into_iter().collect();
        let mut by_id: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (place, record) in records.iter().enumerate() {
            let name = (record.kind, record.consumer_key.clone(), record.id.clone());
            by_id.entry(name).or_default().push(place);
        }
        Self { records, by_id }
    }
}
