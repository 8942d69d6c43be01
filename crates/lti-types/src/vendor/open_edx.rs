//! Open edX: what its proctoring launches carry.

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
