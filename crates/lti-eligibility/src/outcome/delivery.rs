//! Sending a grade, again if need be (README, Grades).

use super::{Grade, GradeSharing, Progress, Sharing, WithholdReason, share};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Decides what to do about a learner's grade now.
///
/// - What may not be shared is withheld, not lost: the decision is made anew each time.
/// - A grade that was never delivered, or has changed since, is sent.
/// - After a failure it is sent again, later each time, and never given up.
/// - When a learner opens the course again it is sent again, even if nothing has changed and without waiting.
///
/// Each sending needs a timestamp of its own, later than the one before (AGS scores).
///
/// ```
/// use chrono::{TimeDelta, TimeZone, Utc};
/// use lti_eligibility::outcome::{
///     Grade, GradeAction, GradeDelivery, GradeSharing, Occasion, Progress, RetryPolicy, next_action,
/// };
///
/// let now = Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).unwrap();
/// let retry = RetryPolicy::default();
/// let mut progress = Progress::new();
/// progress.activity_completed = true;
/// let grade = Grade::new(None, true);
/// let act = |delivery: &GradeDelivery, occasion| {
///     next_action(GradeSharing::Always, &progress, delivery, occasion, &retry, now)
/// };
///
/// assert_eq!(act(&GradeDelivery::NeverSent, Occasion::Routine), GradeAction::Send(grade));
/// let failed = GradeDelivery::NeverSent.failed(now);
/// assert_eq!(act(&failed, Occasion::Routine), GradeAction::Wait(now + TimeDelta::minutes(1)));
/// let delivered = GradeDelivery::Delivered(grade);
/// assert_eq!(act(&delivered, Occasion::Routine), GradeAction::UpToDate);
/// assert_eq!(act(&delivered, Occasion::Reopened), GradeAction::Send(grade));
/// ```
#[must_use]
pub fn next_action(
    sharing: GradeSharing,
    progress: &Progress,
    delivery: &GradeDelivery,
    occasion: Occasion,
    retry: &RetryPolicy,
    now: DateTime<Utc>,
) -> GradeAction {
    let grade = match share(sharing, progress) {
        Sharing::Share(grade) => grade,
        Sharing::Withhold(reason) => return GradeAction::Withhold(reason),
    };
    match (delivery, occasion) {
        (GradeDelivery::NeverSent, _) | (_, Occasion::Reopened) => GradeAction::Send(grade),
        (GradeDelivery::Failed { attempts, last_attempt }, Occasion::Routine) => {
            let due = retry.due(*attempts, *last_attempt);
            if now < due { GradeAction::Wait(due) } else { GradeAction::Send(grade) }
        }
        (GradeDelivery::Delivered(last), Occasion::Routine) if *last == grade => GradeAction::UpToDate,
        (GradeDelivery::Delivered(_), Occasion::Routine) => GradeAction::Send(grade),
    }
}

/// What has become of a learner's grade so far. Keep it per learner and line item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GradeDelivery {
    /// It was never sent.
    #[default]
    NeverSent,
    /// The last attempt failed.
    #[non_exhaustive]
    Failed {
        /// How many attempts have failed since the last success, at least 1.
        attempts: u32,
        /// When the last one failed.
        last_attempt: DateTime<Utc>,
    },
    /// The other system has accepted this grade.
    Delivered(Grade),
}

impl GradeDelivery {
    /// When the next attempt is due, after one that failed; a time beyond the calendar is the last one in it.
    #[must_use]
    pub fn due(&self, retry: &RetryPolicy) -> Option<DateTime<Utc>> {
        match self {
            Self::Failed { attempts, last_attempt } => Some(retry.due(*attempts, *last_attempt)),
            Self::NeverSent | Self::Delivered(_) => None,
        }
    }

    /// What to keep after an attempt that failed at `now`.
    #[must_use]
    pub fn failed(self, now: DateTime<Utc>) -> Self {
        let before = match self {
            Self::Failed { attempts, .. } => attempts,
            Self::NeverSent | Self::Delivered(_) => 0,
        };
        Self::Failed { attempts: before.saturating_add(1), last_attempt: now }
    }
}

/// Why the question is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Occasion {
    /// The progress has changed, or a scheduled task looks for what is left to send.
    Routine,
    /// The learner has opened the course again, or a person asks for the grade to be sent again.
    Reopened,
}

/// What to do about a grade.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum GradeAction {
    /// Send this grade now.
    Send(Grade),
    /// An attempt failed; ask again at this time.
    Wait(DateTime<Utc>),
    /// The other system has this grade.
    UpToDate,
    /// It is not shared, for this reason.
    Withhold(WithholdReason),
}

/// How long to wait after a failed attempt: twice as long each time, up to a longest. There is no last attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// After the first failure.
    pub first: TimeDelta,
    /// After many failures.
    pub longest: TimeDelta,
}

impl RetryPolicy {
    /// Waits `first` after the first failure and never more than `longest`.
    #[must_use]
    pub fn new(first: TimeDelta, longest: TimeDelta) -> Self {
        Self { first, longest }
    }

    /// When the next attempt is due; a time beyond the calendar is the last one in it.
    fn due(&self, attempts: u32, last_attempt: DateTime<Utc>) -> DateTime<Utc> {
        let doublings = attempts.saturating_sub(1).min(30);
        let wait = self.first.checked_mul(1 << doublings).unwrap_or(self.longest).min(self.longest);
        last_attempt.checked_add_signed(wait.max(TimeDelta::zero())).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// One minute after the first failure, a day at most.
impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new(TimeDelta::minutes(1), TimeDelta::days(1))
    }
}
