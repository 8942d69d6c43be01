//! Blackboard (Anthology). All its customers share one issuer: the tenant is the deployment, or the guid of the
//! platform instance.
//!
//! ```
//! use lti_types::{LaunchClaims, vendor::blackboard};
//!
//! let claims: LaunchClaims = serde_json::from_str(r#"{
//!     "https://blackboard.com/webapps/foundations-connector/foundations-ids": {"site-id": "s-1", "tenant-id": "t-1"}
//! }"#)?;
//! assert_eq!((blackboard::site_id(&claims), blackboard::tenant_id(&claims)), (Some("s-1"), Some("t-1")));
//! assert_eq!(blackboard::one_time_session_token(&claims), None);
//! # Ok::<(), serde_json::Error>(())
//! ```

use super::{member, text};
use crate::LaunchClaims;

const IDS: &str = "https://blackboard.com/webapps/foundations-connector/foundations-ids";

/// The token that opens three-legged REST calls for this session; a secret of the person's.
#[must_use]
pub fn one_time_session_token(claims: &LaunchClaims) -> Option<&str> {
    text(claims, "https://blackboard.com/lti/claim/one_time_session_token")
}

/// The site's id.
#[must_use]
pub fn site_id(claims: &LaunchClaims) -> Option<&str> {
    member(claims, IDS, "site-id")?.as_str()
}

/// The tenant's id.
#[must_use]
pub fn tenant_id(claims: &LaunchClaims) -> Option<&str> {
    member(claims, IDS, "tenant-id")?.as_str()
}
