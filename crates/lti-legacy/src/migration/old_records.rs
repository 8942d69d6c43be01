//! What a tool knows under old ids, and how it is found again.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::OldIds;
use crate::ConsumerKey;

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
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OldRecord {
    /// Of what.
    pub kind: OldKind,
    /// The key it came with: ids are unique within a key.
    pub consumer_key: String,
    /// The platform instance it came from, where the key is used by several.
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
        consumer_key: impl Into<String>,
        id: impl Into<String>,
        reference: impl Into<String>,
    ) -> Self {
        Self {
            kind,
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
/// use lti_legacy::{ConsumerKey, Lookup, OldIds, OldKind, OldRecord, OldRecords};
/// let records: OldRecords =
///     [OldRecord::new(OldKind::User, "key1", "u/7", "account-12")].into_iter().collect();
/// let mut ids = OldIds::new();
/// ids.user_id = Some("u/7".to_owned());
/// let Lookup::Found(record) = records.find(OldKind::User, &ConsumerKey::new("key1")?, &ids) else { panic!() };
/// assert_eq!(record.reference, "account-12");
/// # Ok::<(), lti_legacy::InvalidCredential>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct OldRecords {
    records: Vec<OldRecord>,
    by_id: BTreeMap<(OldKind, String, String), Vec<usize>>,
}

/// What a lookup finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lookup<'r> {
    /// The one record.
    Found(&'r OldRecord),
    /// No record has the id.
    Unknown,
    /// The launch has no such id: it is anonymous, or opens no link.
    NoId,
    /// Several have it, and nothing tells which.
    Ambiguous,
}

impl OldRecords {
    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[OldRecord] {
        &self.records
    }

    /// The record of an old id under a key. Where both name a platform instance, it must be the same.
    #[must_use]
    pub fn find(&self, kind: OldKind, consumer_key: &ConsumerKey, ids: &OldIds) -> Lookup<'_> {
        let Some(id) = kind.id_in(ids) else { return Lookup::NoId };
        let name = (kind, consumer_key.as_str().to_owned(), id.to_owned());
        let places = self.by_id.get(&name).map_or(&[][..], Vec::as_slice);
        let mut found = places.iter().filter_map(|place| self.records.get(*place)).filter(|record| {
            match (&record.tool_consumer_instance_guid, &ids.tool_consumer_instance_guid) {
                (Some(old), Some(new)) => old == new,
                _ => true,
            }
        });
        match (found.next(), found.next()) {
            (None, _) => Lookup::Unknown,
            (Some(record), None) => Lookup::Found(record),
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
