//! May this course be exported, launched, enrolled in, passed?

mod finding;

pub mod catalog;
pub mod course;
pub mod enrollment;
pub mod export;
pub mod launch;
pub mod learner;
pub mod outcome;
pub mod report;
