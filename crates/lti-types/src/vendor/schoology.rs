//! Schoology. It sends its audience as a list, may leave out context and resource link, and lower-cases the
//! names of custom parameters.
//!
//! ```
//! use lti_types::{LaunchClaims, vendor::schoology};
//!
//! let claims: LaunchClaims = serde_json::from_str(r#"{
//!     "sub": "85402127::d1dd1da2c3a5e7f6", "https://purl.imsglobal.org/spec/lti/claim/custom": {"courseid": "7"}
//! }"#)?;
//! assert_eq!(schoology::user_number(&claims), Some("85402127"));
//! assert_eq!(schoology::custom(&claims, "courseId"), Some("7"));
//! # Ok::<(), serde_json::Error>(())
//! ```

use crate::LaunchClaims;

/// The number before `::` in the person's id, which is Schoology's own user id.
#[must_use]
pub fn user_number(claims: &LaunchClaims) -> Option<&str> {
    claims.sub.as_ref()?.as_str().split_once("::").map(|(number, _)| number)
}

/// A custom parameter by its name in any case.
#[must_use]
pub fn custom<'a>(claims: &'a LaunchClaims, name: &str) -> Option<&'a str> {
    let custom = claims.custom.as_ref()?;
    // What is found is read as any custom parameter is: a variable that nobody replaced is none.
    let (name, _) = custom.iter().find(|(other, _)| other.eq_ignore_ascii_case(name))?;
    custom.get(name)
}
