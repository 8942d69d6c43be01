//! Moodle.
//!
//! ```
//! use lti_types::{LaunchClaims, vendor::moodle};
//!
//! let claims: LaunchClaims = serde_json::from_str(r#"{
//!     "https://purl.imsglobal.org/spec/lti/claim/ext": {"user_username": "ada", "lms": "moodle-2"},
//!     "https://purl.imsglobal.org/spec/lti/claim/custom": {"link_setting_url": "https://moodle.example/settings/3"}
//! }"#)?;
//! assert_eq!((moodle::user_name(&claims), moodle::lms(&claims)), (Some("ada"), Some("moodle-2")));
//! assert_eq!(moodle::setting_url(&claims, "link"), Some("https://moodle.example/settings/3"));
//! assert_eq!(moodle::accept_line_item(&claims), None); // it is no deep linking launch
//! # Ok::<(), serde_json::Error>(())
//! ```

use super::member;
use crate::LaunchClaims;

const EXT: &str = "https://purl.imsglobal.org/spec/lti/claim/ext";

/// The person's user name.
#[must_use]
pub fn user_name(claims: &LaunchClaims) -> Option<&str> {
    member(claims, EXT, "user_username")?.as_str()
}

/// The product, `moodle-2`.
#[must_use]
pub fn lms(claims: &LaunchClaims) -> Option<&str> {
    member(claims, EXT, "lms")?.as_str()
}

/// Where Moodle's tool settings of the system, context or link are kept: the custom parameters
/// `system_setting_url`, `context_setting_url` and `link_setting_url`.
#[must_use]
pub fn setting_url<'a>(claims: &'a LaunchClaims, level: &str) -> Option<&'a str> {
    super::custom(claims, &format!("{level}_setting_url"))
}

/// Whether line items in deep linking are accepted, as older versions of Moodle say it.
#[must_use]
pub fn accept_line_item(claims: &LaunchClaims) -> Option<bool> {
    const NAME: &str = "https://www.moodle.org/spec/lti-dl/accept_lineitem";
    let settings = claims.deep_linking_settings.as_ref()?;
    let value = settings.extensions.get(NAME).or_else(|| claims.extensions.get(NAME))?;
    match value.as_str() {
        Some("true") => Some(true),
        Some("false") => Some(false),
        _ => value.as_bool(),
    }
}
