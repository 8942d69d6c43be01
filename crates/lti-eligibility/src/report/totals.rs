//! How many courses of a report there are of each kind.

use super::{Row, RowDecision};
use crate::export::Rule;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Counts of courses. The four kinds add up to all; reasons do not, for a course may have several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Totals {
    /// All courses: `eligible + eligible_with_warnings + blocked + unreadable`.
    pub courses: u64,
    /// Can be exported, and nothing is to be said about it.
    pub eligible: u64,
    /// Can be exported, with warnings.
    pub eligible_with_warnings: u64,
    /// Cannot be exported.
    pub blocked: u64,
    /// Cannot be read.
    pub unreadable: u64,
    /// How many courses each rule blocks, in the order of the rules; rules that block none are absent.
    pub by_reason: BTreeMap<Rule, u64>,
    /// How many courses each rule warns about, blocked ones included.
    pub by_warning: BTreeMap<Rule, u64>,
}

impl Totals {
    /// How many courses can be exported, with or without warnings.
    #[must_use]
    pub fn exportable(&self) -> u64 {
        self.eligible + self.eligible_with_warnings
    }

    /// Counts one row.
    pub fn add(&mut self, row: &Row) {
        self.courses += 1;
        match &row.decision {
            RowDecision::Eligible { warnings, .. } if warnings.is_empty() => self.eligible += 1,
            RowDecision::Eligible { .. } => self.eligible_with_warnings += 1,
            RowDecision::Blocked { .. } => self.blocked += 1,
            RowDecision::Unreadable(_) => self.unreadable += 1,
        }
        for reason in row.decision.reasons() {
            *self.by_reason.entry(reason.rule()).or_default() += 1;
        }
        for warning in row.decision.warnings() {
            *self.by_warning.entry(warning.rule()).or_default() += 1;
        }
    }
}
