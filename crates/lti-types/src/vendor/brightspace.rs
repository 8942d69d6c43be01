//! Brightspace (D2L). Its claim is named by a plain http address.
//!
//! ```
//! use lti_types::{LaunchClaims, vendor::brightspace};
//!
//! let claims: LaunchClaims = serde_json::from_str(r#"{
//!     "http://www.brightspace.com": {"user_id": 169, "Context.id.history": "6606,6501", "ResourceLink.id.history": ""}
//! }"#)?;
//! assert_eq!(brightspace::value(&claims, "user_id").as_deref(), Some("169"));
//! assert_eq!(brightspace::context_history(&claims), ["6606", "6501"]);
//! assert!(brightspace::resource_link_history(&claims).is_empty());
//! # Ok::<(), serde_json::Error>(())
//! ```

use super::{history, member, spelled};
use crate::LaunchClaims;

const CLAIM: &str = "http://www.brightspace.com";

/// A member of Brightspace's claim: `tenant_id`, `org_defined_id`, `user_id`, `username` or `link_id`. Numbers
/// by their spelling.
#[must_use]
pub fn value(claims: &LaunchClaims, name: &str) -> Option<String> {
    spelled(member(claims, CLAIM, name)?)
}

/// The courses that this one was copied from, the newest first.
#[must_use]
pub fn context_history(claims: &LaunchClaims) -> Vec<String> {
    member(claims, CLAIM, "Context.id.history").and_then(|v| v.as_str()).map(history).unwrap_or_default()
}

/// The links that this one was copied from, the newest first.
#[must_use]
pub fn resource_link_history(claims: &LaunchClaims) -> Vec<String> {
    member(claims, CLAIM, "ResourceLink.id.history").and_then(|v| v.as_str()).map(history).unwrap_or_default()
}
