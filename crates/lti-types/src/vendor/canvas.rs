//! Canvas (Instructure).

use super::text;
use crate::LaunchClaims;

/// Where in Canvas the tool was placed, such as `assignment_selection`; absent (`null`) for a plain link.
#[must_use]
pub fn placement(claims: &LaunchClaims) -> Option<&str> {
    text(claims, "https://www.instructure.com/placement")
}

/// A claim of the `https://www.instructure.com/` family by its last part, e.g. `canvas_course_id`; numbers by
/// their spelling. Custom parameters of the same name, which is how most tools ask for them, count too.
///
/// ```
/// use lti_types::{LaunchClaims, vendor::canvas};
/// let claims: LaunchClaims = serde_json::from_str(r#"{
///     "https://purl.imsglobal.org/spec/lti/claim/custom": {"canvas_course_id": 319, "canvas_user_id": "$Canvas.user.id"}
/// }"#)?;
/// assert_eq!(canvas::value(&claims, "canvas_course_id").as_deref(), Some("319"));
/// assert_eq!(canvas::value(&claims, "canvas_user_id"), None);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn value(claims: &LaunchClaims, name: &str) -> Option<String> {
    match claims.extensions.get(&format!("https://www.instructure.com/{name}")) {
        Some(serde_json::Value::String(text)) => Some(text.clone()),
        Some(serde_json::Value::Number(number)) => Some(number.to_string()),
        _ => super::custom(claims, name).map(str::to_owned),
    }
}

/// The user id of LTI 1.1, from either place where Canvas puts it.
#[must_use]
pub fn legacy_user_id(claims: &LaunchClaims) -> Option<&str> {
    let migration = claims.lti1p1.as_ref().and_then(|m| m.user_id.as_deref());
    migration.or(claims.lti11_legacy_user_id.as_deref())
}
