//! Open edX: what its proctoring launches carry.
//!
//! ```
//! use lti_types::{LaunchClaims, vendor::open_edx};
//!
//! let claims: LaunchClaims = serde_json::from_str(r#"{
//!     "https://purl.imsglobal.org/spec/lti-ap/claim/attempt_number": "2",
//!     "https://purl.imsglobal.org/spec/lti-ap/claim/session_data": "opaque",
//!     "https://purl.imsglobal.org/spec/lti-ap/claim/start_assessment_url": "https://courses.example/start"
//! }"#)?;
//! assert_eq!(open_edx::attempt_number(&claims), Some(2));
//! assert_eq!(open_edx::session_data(&claims), Some("opaque"));
//! assert_eq!(open_edx::start_assessment_url(&claims), Some("https://courses.example/start"));
//! # Ok::<(), serde_json::Error>(())
//! ```

use super::text;
use crate::LaunchClaims;

const PROCTORING: &str = "https://purl.imsglobal.org/spec/lti-ap/claim/";

/// The attempt, a number from 1; Open edX and others send it as a string too.
#[must_use]
pub fn attempt_number(claims: &LaunchClaims) -> Option<u64> {
    let value = claims.extensions.get(&format!("{PROCTORING}attempt_number"))?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok()).filter(|n| *n > 0)
}

/// Opaque; echoed when the assessment starts.
#[must_use]
pub fn session_data(claims: &LaunchClaims) -> Option<&str> {
    text(claims, &format!("{PROCTORING}session_data"))
}

/// Where the assessment is started.
#[must_use]
pub fn start_assessment_url(claims: &LaunchClaims) -> Option<&str> {
    text(claims, &format!("{PROCTORING}start_assessment_url"))
}
