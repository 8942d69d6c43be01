//! What a launch says (LTI Core 1.3 §5.3–5.4): the person, the course, the link and the services.

use lti_platform::LaunchMessage;
use lti_types::{
    DocumentTarget, GradeService, InvalidIdentifier, LaunchPresentation, RosterService, Scope, ToolPlatform,
    ToolRecord,
};

use super::Platform;
use super::courses::{self, Link};
use super::session::SignedIn;
use crate::problem::Problem;

/// The scopes of grades.
pub(super) const GRADES: [Scope; 4] =
    [Scope::LineItem, Scope::LineItemReadOnly, Scope::ResultReadOnly, Scope::Score];

/// The message for somebody who opens a link, or who adds content, where there is none.
pub(super) fn of(
    platform: &Platform,
    tool: &ToolRecord,
    who: &SignedIn,
    course: &str,
    framed: bool,
    link: Option<&Link>,
) -> Result<LaunchMessage, Problem> {
    build(platform, tool, who, course, framed, link).map_err(Problem::internal)
}

fn build(
    platform: &Platform,
    tool: &ToolRecord,
    who: &SignedIn,
    course: &str,
    framed: bool,
    link: Option<&Link>,
) -> Result<LaunchMessage, InvalidIdentifier> {
    let mut message = LaunchMessage::new(who.person.roles());
    message.person = who.person.person();
    message.role_scope_mentor = who.person.mentees();
    message.context = Some(platform.school().context(course)?);
    let mut instance = ToolPlatform::new();
    instance.guid = Some("example-lms".to_owned());
    instance.name = Some("Example LMS".to_owned());
    instance.product_family_code = Some("lti-examples".to_owned());
    instance.version = Some(env!("CARGO_PKG_VERSION").to_owned());
    message.tool_platform = Some(instance);
    let mut presentation = LaunchPresentation::new();
    presentation.document_target = Some(if framed { DocumentTarget::Iframe } else { DocumentTarget::Window });
    presentation.return_url = Some(platform.address(&format!("/courses/{course}")));
    presentation.locale = Some("en".to_owned());
    message.launch_presentation = Some(presentation);

    let scopes: Vec<_> = GRADES.into_iter().filter(|scope| tool.scopes.contains(scope)).collect();
    let deployment = link.map(|link| &link.place.deployment_id).or(tool.deployment_ids.first());
    if let Some(deployment) = deployment.filter(|_| !scopes.is_empty()) {
        let place = courses::place(course, &tool.client_id, deployment)?;
        let mut grades = GradeService::new();
        grades.lineitems = Some(platform.line_items_url(&place));
        let school = platform.school();
        let column = link.and_then(|link| school.column_of_link(link));
        grades.lineitem = column.map(|column| column.line_item.id().clone());
        grades.scope = Some(scopes);
        message.grade_service = Some(grades);
    }
    if tool.scopes.contains(&Scope::ContextMembershipReadOnly) {
        let mut roster = RosterService::new();
        roster.context_memberships_url =
            Some(platform.address(&format!("/lti/contexts/{course}/memberships")));
        roster.service_versions = Some(vec!["2.0".to_owned()]);
        message.roster_service = Some(roster);
    }
    if let Some(link) = link {
        message.custom = link.custom.clone();
    }
    Ok(message)
}

/// Values of variables that only the platform knows.
pub(super) fn variable(platform: &Platform, name: &str, course: &str, link: Option<&Link>) -> Option<String> {
    match name {
        "User.username" => None,
        "Context.id.history" => Some(history(&platform.school().history(course))),
        "ResourceLink.id.history" => link.map(|link| history(&link.history)),
        "ToolPlatformInstance.url" => Some(platform.public.as_str().to_owned()),
        "ResourceLink.title" => link.map(|link| link.title.clone()),
        _ => None,
    }
}

/// Former ids, the newest first (LTI Core 1.3, variables); empty for what was never copied.
fn history(ids: &[String]) -> String {
    lti_platform::id_history(ids.iter().map(String::as_str))
}
