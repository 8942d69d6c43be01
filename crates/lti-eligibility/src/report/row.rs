//! One course in a report.

use crate::catalog::UnreadableCourse;
use crate::export::Reason;
use serde::{Serialize, Serializer};

/// One course in a report. Serializes as `{"index", "id", "title", "decision", "launch_url", "field", "reasons",
/// "warnings"}`; members that do not apply are absent, `reasons` and `warnings` never are.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// The course's place in the catalog, counted from 0.
    pub index: usize,
    /// The course's id; of an unreadable course, what can be read of it.
    pub id: Option<String>,
    /// The course's title; `None` when the course is unreadable.
    pub title: Option<String>,
    /// The decision.
    pub decision: RowDecision,
}

/// The decision about one course.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RowDecision {
    /// It can be exported.
    #[non_exhaustive]
    Eligible {
        /// The link that launches it; `None` when the report knows no base for links.
        launch_url: Option<String>,
        /// What a person is told nevertheless.
        warnings: Vec<Reason>,
    },
    /// It cannot be exported.
    #[non_exhaustive]
    Blocked {
        /// All reasons, at least one.
        reasons: Vec<Reason>,
        /// What would be warnings if it could be.
        warnings: Vec<Reason>,
    },
    /// It cannot be read.
    Unreadable(UnreadableCourse),
}

impl RowDecision {
    /// `eligible`, `eligible_with_warnings`, `blocked` or `unreadable`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Eligible { warnings, .. } if warnings.is_empty() => "eligible",
            Self::Eligible { .. } => "eligible_with_warnings",
            Self::Blocked { .. } => "blocked",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Whether the course can be exported, with or without warnings.
    #[must_use]
    pub fn is_eligible(&self) -> bool {
        matches!(self, Self::Eligible { .. })
    }

    /// The link that launches an eligible course.
    #[must_use]
    pub fn launch_url(&self) -> Option<&str> {
        match self {
            Self::Eligible { launch_url, .. } => launch_url.as_deref(),
            Self::Blocked { .. } | Self::Unreadable(_) => None,
        }
    }

    /// The reasons that block.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Blocked { reasons, .. } => reasons,
            Self::Eligible { .. } | Self::Unreadable(_) => &[],
        }
    }

    /// The reasons that only warn.
    #[must_use]
    pub fn warnings(&self) -> &[Reason] {
        match self {
            Self::Eligible { warnings, .. } | Self::Blocked { warnings, .. } => warnings,
            Self::Unreadable(_) => &[],
        }
    }
}

/// A reason of either kind, written alike.
#[derive(Serialize)]
#[serde(untagged)]
enum Finding<'a> {
    Reasons(&'a [Reason]),
    Unreadable([&'a UnreadableCourse; 1]),
}

#[derive(Serialize)]
struct Members<'a> {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    decision: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    launch_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    reasons: Finding<'a>,
    warnings: &'a [Reason],
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (reasons, field) = match &self.decision {
            RowDecision::Unreadable(course) => (Finding::Unreadable([course]), course.field()),
            RowDecision::Eligible { .. } | RowDecision::Blocked { .. } => {
                (Finding::Reasons(self.decision.reasons()), None)
            }
        };
        Members {
            index: self.index,
            id: self.id.as_deref(),
            title: self.title.as_deref(),
            decision: self.decision.code(),
            launch_url: self.decision.launch_url(),
            field,
            reasons,
            warnings: self.decision.warnings(),
        }
        .serialize(serializer)
    }
}
