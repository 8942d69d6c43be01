//! Sakai.

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
