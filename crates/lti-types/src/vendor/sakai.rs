//! Sakai.
//!
//! ```
//! use lti_types::{LaunchClaims, vendor::sakai};
//!
//! let claims: LaunchClaims = serde_json::from_str(r#"{
//!     "https://www.sakailms.org/spec/lti/claim/extension": {"sakai_role": "maintain"},
//!     "https://purl.sakailms.org/spec/lti/claim/origin": "https://sakai.example"
//! }"#)?;
//! assert_eq!(sakai::value(&claims, "sakai_role"), Some("maintain"));
//! assert_eq!((sakai::origin(&claims), sakai::post_verify(&claims)), (Some("https://sakai.example"), None));
//! # Ok::<(), serde_json::Error>(())
//! ```

use super::{member, text};
use crate::LaunchClaims;

const EXTENSION: &str = "https://www.sakailms.org/spec/lti/claim/extension";

/// A member of Sakai's claim: `sakai_role`, `sakai_eid`, `sakai_server`, `sakai_serverid`,
/// `sakai_academic_session` or `sakai_launch_presentation_css_url_list`.
#[must_use]
pub fn value<'a>(claims: &'a LaunchClaims, name: &str) -> Option<&'a str> {
    member(claims, EXTENSION, name)?.as_str()
}

/// Where Sakai's page lives, for messages to it.
#[must_use]
pub fn origin(claims: &LaunchClaims) -> Option<&str> {
    text(claims, "https://purl.sakailms.org/spec/lti/claim/origin")
}

/// Where a launch is confirmed after the fact.
#[must_use]
pub fn post_verify(claims: &LaunchClaims) -> Option<&str> {
    text(claims, "https://purl.sakailms.org/spec/lti/claim/postverify")
}
