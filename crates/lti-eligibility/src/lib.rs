//! May this course be exported, launched, enrolled in, passed? The publishing rules around LTI, as pure functions.
//!
//! Each question is one function from facts to a decision. Nothing here reads a clock, opens a file or sends a request:
//! `now` is an argument, catalogs come from any reader, reports go to any writer.
//!
//! | question | function | module |
//! |---|---|---|
//! | may this course be exported? | [`export::check`] | facts in [`course`], rules and policies in [`export`] |
//! | what about the whole catalog? | [`report::Reporter`] | reading in [`catalog`], rows, totals, JSON and CSV in [`report`] |
//! | may this exported course be launched? | [`launch::check`] | [`launch`] |
//! | is the learner's profile good enough? | [`learner::check`] | [`learner`] |
//! | is this user admitted, is that one still enrolled? | [`enrollment::admit`], [`enrollment::sync_roster`] | [`enrollment`] |
//! | passed or failed, and is the grade sent? | [`outcome::check`], [`outcome::next_action`] | [`outcome`] |
//!
//! Three habits hold throughout. **All** reasons are reported, in a fixed order, never only the first. Every reason has
//! a stable `code()`, a short `message()`, a sentence (its `Display`) and a `remedy()`: what to change. And what cannot
//! be is not representable: a course without a default instance, a minimum score of 0, an enrollment window that ends
//! before it starts.
//!
//! What this crate is not: it launches nothing, enrolls nobody and sends no grade, and it knows no LTI message. It
//! writes no packages either; that the rule and the writer of cartridges can disagree in a test is why they are apart.
//!
//! ```
//! use chrono::{TimeZone, Utc};
//! use lti_eligibility::course::{Course, CourseId, DefaultInstance, Delivery, EnrollmentType, Module};
//! use lti_eligibility::export::{Policy, check};
//!
//! let mut course = Course::new(
//!     CourseId::new("c-101")?,
//!     "Data protection basics",
//!     DefaultInstance::Active,
//!     EnrollmentType::AdminOnly,
//!     vec![Module::new(Delivery::SelfPaced), Module::new(Delivery::Classroom)],
//! );
//! let now = Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).unwrap();
//! let verdict = check(&course, &Policy::default(), now);
//! let codes: Vec<_> = verdict.reasons().iter().map(|reason| reason.code()).collect();
//! assert_eq!(codes, ["multiple_delivery_types", "classroom_or_virtual_classroom", "not_self_enrolled"]);
//!
//! course.modules.pop();
//! course.enrollment_type = EnrollmentType::SelfEnrolled;
//! assert!(check(&course, &Policy::default(), now).is_exportable());
//! # Ok::<(), lti_eligibility::course::InvalidCourseId>(())
//! ```

mod finding;

pub mod course;

pub mod export;

pub mod catalog;

pub mod report;

pub mod launch;

pub mod learner;

pub mod enrollment;

pub mod outcome;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
