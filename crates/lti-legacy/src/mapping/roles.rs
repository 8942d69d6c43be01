//! Roles between the vocabularies (LTI Core 1.3 §A.2; LTI 1.1 §A.2).

use lti_types::{ContextRole, Role, RoleKind};

const CONTEXT: &str = "urn:lti:role:ims/lis/";
const ASSISTANT: &str = "TeachingAssistant";

/// A role of LTI 1 by its 1.3 name: simple names and URNs become URIs, anything else stays as it is.
///
/// A teaching assistant, who has a principal role in LTI 1, becomes that sub-role of Instructor, and not an instructor
/// besides.
///
/// ```
/// use lti_legacy::uri_role;
/// let role = uri_role(&"urn:lti:role:ims/lis/Learner".into());
/// assert_eq!(role.as_str(), "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner");
/// assert_eq!(uri_role(&"NotALearner".into()).as_str(), "NotALearner");
/// ```
#[must_use]
pub fn uri_role(role: &Role) -> Role {
    let text = role.as_str();
    let name = text.strip_prefix(CONTEXT).unwrap_or(text);
    if let Some(rest) = name.strip_prefix(ASSISTANT) {
        match rest.strip_prefix('/') {
            Some(sub_role) if !sub_role.is_empty() => {
                return Role::sub_role(ContextRole::Instructor, sub_role);
            }
            None if rest.is_empty() => return Role::sub_role(ContextRole::Instructor, ASSISTANT),
            _ => {}
        }
    }
    match role.kind() {
        RoleKind::System(role) => role.into(),
        RoleKind::Institution(role) => role.into(),
        RoleKind::Context(role) => role.into(),
        RoleKind::SubRole { principal, name } => Role::sub_role(principal, name),
        _ => role.clone(),
    }
}

/// A role of 1.3 by its name in LTI 1: simple names for principal roles in the context, URNs for others; what has no
/// name there stays as it is.
///
/// ```
/// use lti_legacy::legacy_role;
/// let role = legacy_role(&"http://purl.imsglobal.org/vocab/lis/v2/membership#Learner".into());
/// assert_eq!(role.as_str(), "Learner");
/// ```
#[must_use]
pub fn legacy_role(role: &Role) -> Role {
    match role.kind() {
        RoleKind::System(role) => format!("urn:lti:sysrole:ims/lis/{}", role.name()).into(),
        RoleKind::Institution(role) => format!("urn:lti:instrole:ims/lis/{}", role.name()).into(),
        RoleKind::Context(role) => role.name().into(),
        RoleKind::SubRole { principal: ContextRole::Instructor, name: ASSISTANT } => {
            format!("{CONTEXT}{ASSISTANT}").into()
        }
        RoleKind::SubRole { principal: ContextRole::Instructor, name } if name.starts_with(ASSISTANT) => {
            format!("{CONTEXT}{ASSISTANT}/{name}").into()
        }
        RoleKind::SubRole { principal, name } => format!("{CONTEXT}{}/{name}", principal.name()).into(),
        _ => role.clone(),
    }
}
