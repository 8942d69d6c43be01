//! The modules of a course (rules 3, 4, 5, 13 and 14 of the export).

use serde::{Deserialize, Serialize};
use std::fmt;

/// One module of a course.
///
/// ```
/// use lti_eligibility::course::{Delivery, Module, Section};
///
/// let mut module = Module::new(Delivery::SelfPaced);
/// assert_eq!(module.section, Section::CoreContent);
/// module.optional = true;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Module {
    /// What it is called; no rule reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How it is delivered (rules 3, 4 and 5 of the export).
    pub delivery: Delivery,
    /// Which part of the course it belongs to (publishing rule 14).
    #[serde(default)]
    pub section: Section,
    /// Whether a learner may leave it out (publishing rule 13).
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub optional: bool,
    /// Whether it is itself content of an external tool, launched over LTI.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub lti: bool,
}

impl Module {
    /// A mandatory module of the core content.
    #[must_use]
    pub fn new(delivery: Delivery) -> Self {
        Self { title: None, delivery, section: Section::default(), optional: false, lti: false }
    }
}

/// How a module is delivered (rules 3, 4 and 5 of the export).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Delivery {
    /// The learner takes it alone, at any time.
    SelfPaced,
    /// A session in a room.
    Classroom,
    /// A session online.
    VirtualClassroom,
    /// Something to do or to hand in.
    Activity,
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelfPaced => "self-paced",
            Self::Classroom => "classroom",
            Self::VirtualClassroom => "virtual classroom",
            Self::Activity => "activity",
        })
    }
}

/// The part of a course that a module belongs to (publishing rule 14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Section {
    /// Preparation.
    PreWork,
    /// The course itself. A course without any cannot be exported.
    #[default]
    CoreContent,
    /// A test that lets a learner skip the course.
    TestOut,
}
