//! A schedule as a timeline (OpenID Connect Core §10.1.1).

use std::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::{KeyId, KeySchedule};

/// What happens to a ring's keys, now and later. Prints itself, one line each, times in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationPlan {
    now: DateTime<Utc>,
    steps: Vec<RotationStep>,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RotationStep {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub action: RotationAction,
}

/// What is done with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RotationAction {
    /// Put it into the key set.
    Publish(KeyId),
    /// Sign with it.
    #[non_exhaustive]
    Sign {
        /// The key that signs from then on.
        with: KeyId,
        /// The key that signed until then, if there was one.
        instead_of: Option<KeyId>,
    },
    /// Take it out of the key set, and destroy its private half.
    Remove(KeyId),
}

impl RotationPlan {
    pub(crate) fn of(schedule: &KeySchedule, now: DateTime<Utc>) -> Self {
        let mut steps = Vec::new();
        let mut step = |at: DateTime<Utc>, action| {
            if at >= now {
                steps.push(RotationStep { at, action });
            }
        };
        let mut previous: Option<&KeyId> = None;
        for key in schedule.keys() {
            step(key.published_from, RotationAction::Publish(key.key_id.clone()));
            // One that was withdrawn before it could sign does not.
            if key.signs_until != Some(key.signs_from) {
                let instead_of = previous.replace(&key.key_id).cloned();
                step(key.signs_from, RotationAction::Sign { with: key.key_id.clone(), instead_of });
            }
            if let Some(until) = key.published_until {
                step(until, RotationAction::Remove(key.key_id.clone()));
            }
        }
        steps.sort_by_key(|step| step.at);
        Self { now, steps }
    }

    /// The steps, the next one first.
    #[must_use]
    pub fn steps(&self) -> &[RotationStep] {
        &self.steps
    }
}

impl fmt::Display for RotationPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waits: Vec<String> = self.steps.iter().map(|step| wait(step.at - self.now)).collect();
        let width = waits.iter().map(String::len).max().unwrap_or(0);
        for (step, wait) in self.steps.iter().zip(waits) {
            let at = step.at.to_rfc3339_opts(SecondsFormat::Secs, true);
            writeln!(f, "{at}  {wait:width$}  {}", step.action)?;
        }
        Ok(())
    }
}

impl fmt::Display for RotationAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publish(key_id) => write!(f, "publish {key_id}"),
            Self::Sign { with, instead_of: None } => write!(f, "sign with {with}"),
            Self::Sign { with, instead_of: Some(other) } => write!(f, "sign with {with} instead of {other}"),
            Self::Remove(key_id) => write!(f, "remove {key_id} from the key set, destroy it"),
        }
    }
}

/// Up to two units, as people say it.
fn wait(wait: TimeDelta) -> String {
    let seconds = wait.num_seconds();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600, seconds / 60);
    let pair = |large: i64, large_unit: &str, small: i64, small_unit: &str| {
        if small == 0 {
            format!("in {large} {large_unit}")
        } else {
            format!("in {large} {large_unit} {small} {small_unit}")
        }
    };
    match () {
        () if seconds == 0 => "now".to_owned(),
        () if hours >= 48 => pair(days, "d", hours % 24, "h"),
        () if minutes >= 60 => pair(hours, "h", minutes % 60, "m"),
        () if minutes > 0 => pair(minutes, "m", seconds % 60, "s"),
        () => format!("in {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits() {
        for (seconds, text) in [
            (0, "now"),
            (59, "in 59 s"),
            (60, "in 1 m"),
            (61, "in 1 m 1 s"),
            (3600, "in 1 h"),
            (90_000, "in 25 h"),
            (172_800, "in 2 d"),
            (180_000, "in 2 d 2 h"),
        ] {
            assert_eq!(wait(TimeDelta::seconds(seconds)), text);
        }
    }
}
