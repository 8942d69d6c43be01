//! Who is enrolled, updated and unenrolled when a roster is synchronized (README, Enrollment; the roster comes
//! from NRPS).

use super::admission::closed;
use super::{Enrollment, LocalRole, Publication, RefusalReason, RemoteRole, RemoteUserId, SyncMode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Computes what to change so that the local enrollments follow the roster, in the publication's mode.
///
/// A member counts when active and of an accepted role. New users are enrolled in the order of their ids as long as
/// the publication's window is open and seats are left, those of the unenrolled included. Nobody is left out silently:
/// see [`RosterChanges::skip`].
///
/// # Errors
///
/// [`RosterError`], when the publication is disabled or does not synchronize members: nothing is to be changed.
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use lti_eligibility::enrollment::{
///     Enrollment, LocalRole, MemberSync, Publication, RemoteRole, RemoteUserId, Roster, RosterMember, SyncMode,
///     SyncTrigger, sync_roster,
/// };
/// use std::collections::BTreeMap;
///
/// let mut publication = Publication::new("Partner university");
/// publication.member_sync = Some(MemberSync::new(SyncTrigger::Scheduled, SyncMode::EnrollAndUnenroll));
/// let (ada, bob) = (RemoteUserId::new("ada")?, RemoteUserId::new("bob")?);
/// let local = BTreeMap::from([(bob.clone(), Enrollment::new(LocalRole::learner(), None))]);
/// let roster = Roster::complete(vec![RosterMember::new(ada.clone(), RemoteRole::Learner)]);
/// let now = Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).unwrap();
///
/// let changes = sync_roster(&publication, &roster, &local, now)?;
/// assert!(changes.enroll.contains_key(&ada));
/// assert!(changes.unenroll.contains(&bob));
/// assert!(changes.apply(local).contains_key(&ada));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn sync_roster(
    publication: &Publication,
    roster: &Roster,
    local: &BTreeMap<RemoteUserId, Enrollment>,
    now: DateTime<Utc>,
) -> Result<RosterChanges, RosterError> {
    if !publication.enabled {
        return Err(RosterError::PublicationDisabled);
    }
    let mode = publication.member_sync.ok_or(RosterError::SyncOff)?.mode;
    let mut changes = RosterChanges::default();
    let mut wanted: BTreeMap<&RemoteUserId, &LocalRole> = BTreeMap::new();
    let mentioned = roster.by_user();
    for (user, standing) in &mentioned {
        match standing {
            None => {
                changes.skip.insert((*user).clone(), SkipReason::NotActive);
            }
            Some(role) => match publication.local_role(*role) {
                Some(local_role) => {
                    wanted.insert(user, local_role);
                }
                None => {
                    changes.skip.insert((*user).clone(), SkipReason::RoleNotAccepted);
                }
            },
        }
    }

    if mode != SyncMode::EnrollOnly {
        let gone = local.keys().filter(|user| !wanted.contains_key(user));
        let gone = gone.filter(|user| roster.extent == Extent::Complete || mentioned.contains_key(user));
        changes.unenroll = gone.cloned().collect();
    }
    let mut enrolled = local.len() - changes.unenroll.len();
    for (user, role) in wanted {
        if let Some(enrollment) = local.get(user) {
            if enrollment.role != *role {
                changes.update.insert(user.clone(), role.clone());
            }
            if enrollment.is_expired(now) {
                changes.skip.insert(user.clone(), SkipReason::Expired);
            }
        } else if mode == SyncMode::UnenrollOnly {
            changes.skip.insert(user.clone(), SkipReason::UnenrollOnly);
        } else if let Some(reason) = closed(publication, enrolled, now).next() {
            changes.skip.insert(user.clone(), SkipReason::Closed(reason));
        } else {
            enrolled += 1;
            changes.enroll.insert(user.clone(), Enrollment::new(role.clone(), publication.until(now)));
        }
    }
    Ok(changes)
}

/// The members of a context, as the platform lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Roster {
    /// The members, in any order; of a user who is listed twice, the active entry and the higher role count.
    pub members: Vec<RosterMember>,
    /// Whether the list is complete.
    pub extent: Extent,
}

impl Roster {
    /// All members, of all pages. Of an incomplete list, everyone else would be unenrolled.
    #[must_use]
    pub fn complete(members: Vec<RosterMember>) -> Self {
        Self { members, extent: Extent::Complete }
    }

    /// Only what has changed since an earlier list (the `differences` link of NRPS).
    #[must_use]
    pub fn differences(members: Vec<RosterMember>) -> Self {
        Self { members, extent: Extent::Differences }
    }

    /// The role of each user who is mentioned; `None` for users who are not active.
    fn by_user(&self) -> BTreeMap<&RemoteUserId, Option<RemoteRole>> {
        let mut users = BTreeMap::new();
        for member in &self.members {
            let standing = (member.status == MemberStatus::Active).then_some(member.role);
            let known = users.entry(&member.user).or_insert(standing);
            *known = standing.max(*known);
        }
        users
    }
}

/// How much of a context a [`Roster`] lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Extent {
    /// Everyone: who is absent is no member.
    Complete,
    /// What has changed: who is absent stays as before.
    Differences,
}

/// One entry of a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RosterMember {
    /// The user.
    pub user: RemoteUserId,
    /// What the user is in the context.
    pub role: RemoteRole,
    /// Whether the membership is active.
    pub status: MemberStatus,
}

impl RosterMember {
    /// An active member.
    #[must_use]
    pub fn new(user: RemoteUserId, role: RemoteRole) -> Self {
        Self { user, role, status: MemberStatus::Active }
    }
}

/// Whether a membership is active (NRPS `status`; absent means active).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum MemberStatus {
    /// Takes part.
    #[default]
    Active,
    /// Does not take part for now: not a member here.
    Inactive,
    /// Is gone; only in differences.
    Deleted,
}

/// What to change in the local enrollments. No user is in more than one of the first three sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RosterChanges {
    /// Whom to enroll, and how.
    pub enroll: BTreeMap<RemoteUserId, Enrollment>,
    /// Whose role to change, to which.
    pub update: BTreeMap<RemoteUserId, LocalRole>,
    /// Whom to unenroll.
    pub unenroll: BTreeSet<RemoteUserId>,
    /// Who is listed and yet not enrolled, and why. Those who were enrolled before may be in `unenroll` as well.
    pub skip: BTreeMap<RemoteUserId, SkipReason>,
}

impl RosterChanges {
    /// The local enrollments after the changes.
    #[must_use]
    pub fn apply(&self, local: BTreeMap<RemoteUserId, Enrollment>) -> BTreeMap<RemoteUserId, Enrollment> {
        let mut after = local;
        after.retain(|user, _| !self.unenroll.contains(user));
        for (user, role) in &self.update {
            if let Some(enrollment) = after.get_mut(user) {
                enrollment.role = role.clone();
            }
        }
        after.extend(self.enroll.iter().map(|(user, enrollment)| (user.clone(), enrollment.clone())));
        after
    }

    /// Whether nothing is to be changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.enroll.is_empty() && self.update.is_empty() && self.unenroll.is_empty()
    }
}

/// Why a listed member is not enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// The membership is not active.
    NotActive,
    /// The remote role has no local one.
    RoleNotAccepted,
    /// The mode enrolls nobody.
    UnenrollOnly,
    /// The local enrollment has expired; a member who is listed does not get another.
    Expired,
    /// The publication takes no new users: [`RefusalReason::NotStarted`], [`RefusalReason::Ended`] or
    /// [`RefusalReason::SeatsFull`].
    Closed(RefusalReason),
}

impl SkipReason {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotActive => "member_not_active",
            Self::RoleNotAccepted => "role_not_accepted",
            Self::UnenrollOnly => "unenroll_only",
            Self::Expired => "enrolment_expired",
            Self::Closed(reason) => reason.code(),
        }
    }
}

impl Serialize for SkipReason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// Why a roster is not synchronized at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RosterError {
    /// The publication is disabled: its enrollments stay as they are.
    #[error("the publication is disabled, so its enrollments stay as they are")]
    PublicationDisabled,
    /// The publication does not synchronize members.
    #[error("the publication does not synchronize members")]
    SyncOff,
}

impl RosterError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::PublicationDisabled => "publication_disabled",
            Self::SyncOff => "member_sync_off",
        }
    }

    /// The section of this crate's README that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        "lti-eligibility README, Enrollment"
    }
}
