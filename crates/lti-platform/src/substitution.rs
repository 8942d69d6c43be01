//! Custom parameter substitution (LTI Core 1.3 §5.4.6, §B): `$Context.title` becomes the course's title.

use lti_types::{Context, Custom, LaunchClaims, Role};

use crate::Privacy;
use crate::variables::gate_of;

/// Where the values of variables come from. Any `Fn(&str) -> Option<String>` is one.
///
/// It is asked only for variables that a parameter names and that the privacy policy lets through, so it may be as
/// lazy as a database query. `None` is "not supported here"; `Some` of an empty text is "supported, and there is
/// nothing".
///
/// ```
/// use lti_platform::Variables;
///
/// struct Course { copied_from: Vec<String>, time_zone: String }
///
/// impl Variables for Course {
///     fn value(&self, name: &str) -> Option<String> {
///         match name {
///             "Context.id.history" => Some(lti_platform::id_history(self.copied_from.iter().map(String::as_str))),
///             "Context.timeZone" => Some(self.time_zone.clone()),
///             _ => None,
///         }
///     }
/// }
///
/// let course = Course { copied_from: vec!["course-of-2025".into()], time_zone: "Europe/Rome".into() };
/// assert_eq!(course.value("Context.id.history").as_deref(), Some("course-of-2025"));
/// assert_eq!(course.value("User.id"), None); // the message itself knows this one
/// ```
///
/// It is given to [`AuthorizedRequest::respond_with`](crate::AuthorizedRequest::respond_with).
pub trait Variables {
    /// The value of a variable, by its name without the `$`.
    fn value(&self, name: &str) -> Option<String>;
}

impl<F: Fn(&str) -> Option<String>> Variables for F {
    fn value(&self, name: &str) -> Option<String> {
        self(name)
    }
}

/// No values but those that the message itself has.
pub(crate) struct NoVariables;

impl Variables for NoVariables {
    fn value(&self, _: &str) -> Option<String> {
        None
    }
}

/// The value of `$Context.id.history` or `$ResourceLink.id.history`: the ids of the copies' ancestors, newest
/// first, percent-encoded, separated by commas; empty for an original.
///
/// ```
/// assert_eq!(lti_platform::id_history(["course-2", "a,b"]), "course-2,a%2Cb");
/// assert_eq!(lti_platform::id_history([""; 0]), "");
/// ```
#[must_use]
pub fn id_history<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    let encoded = ids.into_iter().map(|id| {
        // Form encoding but for the blank, which everybody decodes from %20.
        url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
    });
    encoded.collect::<Vec<_>>().join(",")
}

/// Replaces the values that are variables. What is not supported, or not let through, stays as it is: that is how
/// the tool learns it.
pub(crate) fn substitute(
    custom: Custom,
    claims: &LaunchClaims,
    privacy: Privacy,
    variables: &dyn Variables,
) -> Custom {
    let resolve = |value: &str| {
        let name = value.strip_prefix('$')?;
        if !gate_of(name).is_open(privacy) {
            return None;
        }
        variables.value(name).or_else(|| of_message(name, claims))
    };
    custom.iter().map(|(name, value)| (name, resolve(value).unwrap_or_else(|| value.to_owned()))).collect()
}

/// What the message itself knows; the caller's values come before it.
fn of_message(name: &str, claims: &LaunchClaims) -> Option<String> {
    let text = |value: &Option<String>| value.clone();
    let context = claims.context.as_ref();
    let link = claims.resource_link.as_ref();
    let platform = claims.tool_platform.as_ref();
    let presentation = claims.launch_presentation.as_ref();
    let lis = claims.lis.as_ref();
    let grades = claims.grade_service.as_ref();
    let url = |url: Option<&lti_types::WireUrl>| url.map(|url| url.as_str().to_owned());
    match name {
        "User.id" => claims.sub.as_ref().map(|id| id.as_str().to_owned()),
        "User.image" => url(claims.picture.as_ref()),
        "User.scope.mentor" | "Membership.role.scope.mentor" => {
            let users = claims.role_scope_mentor.as_ref()?;
            Some(users.iter().map(lti_types::UserId::as_str).collect::<Vec<_>>().join(","))
        }
        "Person.name.full" => text(&claims.name),
        "Person.name.given" => text(&claims.given_name),
        "Person.name.family" => text(&claims.family_name),
        "Person.name.middle" => text(&claims.middle_name),
        "Person.email.primary" => text(&claims.email),
        "Person.sourcedId" => text(&lis?.person_sourcedid),
        "Context.id" => context.map(|c| c.id.as_str().to_owned()),
        // Where there is a course or a link, its texts are supported, and may be empty.
        "Context.label" => Some(context?.label.clone().unwrap_or_default()),
        "Context.title" => Some(context?.title.clone().unwrap_or_default()),
        "Context.type" => context.map(types),
        "CourseOffering.sourcedId" => text(&lis?.course_offering_sourcedid),
        "CourseSection.sourcedId" => text(&lis?.course_section_sourcedid),
        "ResourceLink.id" => link.map(|l| l.id.as_str().to_owned()),
        "ResourceLink.title" => Some(link?.title.clone().unwrap_or_default()),
        "ResourceLink.description" => Some(link?.description.clone().unwrap_or_default()),
        "Membership.role" => {
            let roles = claims.roles.as_ref()?;
            Some(roles.iter().map(Role::as_str).collect::<Vec<_>>().join(","))
        }
        "Message.returnUrl" => url(presentation?.return_url.as_ref()),
        "Message.documentTarget" => presentation?.document_target.as_ref().map(|t| t.as_str().to_owned()),
        "Message.height" => presentation?.height.map(|pixels| pixels.to_string()),
        "Message.width" => presentation?.width.map(|pixels| pixels.to_string()),
        "Message.locale" => text(&presentation?.locale),
        "ToolPlatform.productFamilyCode" | "ToolConsumerInfo.productFamilyCode" => {
            text(&platform?.product_family_code)
        }
        "ToolPlatform.version" | "ToolConsumerInfo.version" => text(&platform?.version),
        "ToolPlatformInstance.guid" | "ToolConsumerInstance.guid" => text(&platform?.guid),
        "ToolPlatformInstance.name" | "ToolConsumerInstance.name" => text(&platform?.name),
        "ToolPlatformInstance.description" | "ToolConsumerInstance.description" => {
            text(&platform?.description)
        }
        "ToolPlatformInstance.url" | "ToolConsumerInstance.url" => url(platform?.url.as_ref()),
        "ToolPlatformInstance.contactEmail" | "ToolConsumerInstance.contactEmail" => {
            text(&platform?.contact_email)
        }
        "LineItem.url" => url(grades?.line_item()),
        "LineItems.url" => url(grades?.line_items()),
        "ToolProxyBinding.memberships.url" | "ToolProxyBinding.nrps.url" => {
            url(claims.roster_service.as_ref()?.context_memberships_url.as_ref())
        }
        "BasicOutcome.url" => url(claims.basic_outcome.as_ref()?.lis_outcome_service_url.as_ref()),
        "BasicOutcome.sourcedId" | "Result.sourcedId" => {
            text(&claims.basic_outcome.as_ref()?.lis_result_sourcedid)
        }
        _ => None,
    }
}

fn types(context: &Context) -> String {
    let types = context.types.iter().flatten();
    types.map(lti_types::ContextType::as_str).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
