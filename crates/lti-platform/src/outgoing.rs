//! The last look at a message before it is signed (LTI Core 1.3 §5.3–5.4, certification P-C01–P-C09): what we
//! send must satisfy the pickiest tool.

use lti_types::{
    Claim, ClaimFault, ClaimProblem, DocumentTarget, LaunchClaims, MessageType, Role, RoleKind, Roles, Scope,
    WireUrl,
};
use serde_json::Value;
use url::Url;

use crate::{MessageFault, MessageFaults};

/// Adds the principal role beside each sub-role (§A.2.3: a sender should send both).
pub(crate) fn with_principals(roles: Roles) -> Roles {
    let principals: Vec<Role> = roles
        .iter()
        .filter_map(|role| match role.kind() {
            RoleKind::SubRole { principal, .. } => Some(Role::from(principal)),
            _ => None,
        })
        .collect();
    let mut all: Vec<Role> = Vec::new();
    for role in roles.iter().cloned().chain(principals) {
        if !all.contains(&role) {
            all.push(role);
        }
    }
    all.into_iter().collect()
}

/// Takes white space off both ends of texts for people, custom parameters and texts within extensions, and leaves out
/// texts for people with nothing in them (certification P-C09). What identifies is left as it is: there a blank is a fault, not a blemish.
pub(crate) fn tidy(claims: &mut LaunchClaims) {
    let context = claims.context.as_mut().map(|c| [&mut c.label, &mut c.title]);
    let link = claims.resource_link.as_mut().map(|l| [&mut l.title, &mut l.description]);
    let platform = claims.tool_platform.as_mut().map(|p| {
        [&mut p.name, &mut p.description, &mut p.contact_email, &mut p.product_family_code, &mut p.version]
    });
    let person = claims.for_user.as_mut().map(|p| {
        [
            &mut p.name,
            &mut p.given_name,
            &mut p.middle_name,
            &mut p.family_name,
            &mut p.email,
            &mut p.person_sourcedid,
        ]
    });
    let lis = claims.lis.as_mut().map(|l| {
        [&mut l.person_sourcedid, &mut l.course_offering_sourcedid, &mut l.course_section_sourcedid]
    });
    let settings = claims.deep_linking_settings.as_mut().map(|s| [&mut s.title, &mut s.text]);
    let texts = [
        &mut claims.name,
        &mut claims.given_name,
        &mut claims.middle_name,
        &mut claims.family_name,
        &mut claims.email,
        &mut claims.locale,
    ];
    let texts = texts
        .into_iter()
        .chain(context.into_iter().flatten())
        .chain(link.into_iter().flatten())
        .chain(platform.into_iter().flatten())
        .chain(person.into_iter().flatten())
        .chain(lis.into_iter().flatten())
        .chain(settings.into_iter().flatten());
    for text in texts {
        *text = text.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    }
    if let Some(custom) = &mut claims.custom {
        *custom =
            custom.iter().map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
    }
    claims.extensions.values_mut().for_each(trim);
}

/// Checks a message against the rules for senders. `granted` are the scopes that the tool gets tokens for.
pub(crate) fn check(claims: &LaunchClaims, granted: &[Scope]) -> Result<(), MessageFaults> {
    let mut faults = Vec::new();
    if let Err(claim_faults) = claims.message() {
        faults.extend(claim_faults.as_slice().iter().copied().map(MessageFault::Claim));
    }
    faults.extend(
        missing(claims).map(|claim| MessageFault::Claim(ClaimFault::new(claim, ClaimProblem::Missing))),
    );
    if let Some(roles) = &claims.roles {
        if roles.iter().any(|role| !role.is_canonical() && !is_web_name(role.as_str())) {
            faults.push(MessageFault::Role);
        }
        if roles.iter().next().is_some() && !roles.iter().any(Role::is_canonical) {
            faults.push(MessageFault::NoVocabularyRole);
        }
        if claims.role_scope_mentor.is_some() && !roles.is_mentor() {
            faults.push(MessageFault::MentorScopeWithoutMentor);
        }
    }
    if let Some(types) = claims.context.as_ref().and_then(|c| c.types.as_ref())
        && !types.iter().any(lti_types::ContextType::is_canonical)
    {
        faults.push(MessageFault::NoVocabularyContextType);
    }
    if claims
        .tool_platform
        .as_ref()
        .is_some_and(|p| p.guid.as_deref().is_none_or(|guid| guid.trim().is_empty()))
    {
        faults.push(MessageFault::PlatformWithoutGuid);
    }
    if let Some(target) = claims.launch_presentation.as_ref().and_then(|p| p.document_target.as_ref())
        && !matches!(target, DocumentTarget::Frame | DocumentTarget::Iframe | DocumentTarget::Window)
    {
        faults.push(MessageFault::DocumentTarget);
    }
    faults.extend(unusable_services(claims).map(MessageFault::Service));
    for (claim, scopes) in announced(claims) {
        if scopes.iter().any(|scope| !granted.contains(scope)) {
            faults.push(MessageFault::ScopeNotGranted(claim));
        }
    }
    for (claim, url) in urls(claims) {
        if url.to_secure_url().is_err() {
            faults.push(MessageFault::Url(claim));
        }
    }
    for (claim, id) in identifiers(claims) {
        if !id.is_ascii() {
            faults.push(MessageFault::NotAscii(claim));
        }
        if id.trim() != id {
            faults.push(MessageFault::Whitespace(claim));
        }
        if id.chars().count() > 255 {
            faults.push(MessageFault::TooLong(claim));
        }
    }
    for name in claims.extensions.keys() {
        if Claim::from_name(name).is_some() {
            faults.push(MessageFault::ExtensionTaken);
        } else if !is_web_name(name) && !lti_types::is_registered_claim(name) {
            faults.push(MessageFault::ExtensionName);
        }
    }
    MessageFaults::check_sorted(faults)
}

/// Whether a name of somebody's own is a web address.
fn is_web_name(name: &str) -> bool {
    !name.chars().any(|c| c.is_whitespace() || c.is_control())
        && Url::parse(name).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Claims that give a message its meaning, beyond what a receiver insists on.
fn missing(claims: &LaunchClaims) -> impl Iterator<Item = Claim> {
    let wanted = match claims.message_type {
        Some(MessageType::EulaRequest) => {
            vec![(Claim::EulaService, claims.eula_service.is_some()), (Claim::Subject, claims.sub.is_some())]
        }
        Some(MessageType::ReportReviewRequest) => vec![
            (Claim::Activity, has_id(claims.activity.as_ref().map(|a| &a.id))),
            (Claim::Submission, has_id(claims.submission.as_ref().map(|s| &s.id))),
            (Claim::Asset, has_id(claims.asset.as_ref().map(|a| &a.id))),
            (Claim::AssetReportType, claims.asset_report_type.is_some()),
            (Claim::ForUser, claims.for_user.as_ref().is_some_and(|p| p.user().is_some())),
        ],
        Some(MessageType::AssetProcessorSettingsRequest) => {
            vec![(Claim::Activity, has_id(claims.activity.as_ref().map(|a| &a.id)))]
        }
        _ => Vec::new(),
    };
    wanted.into_iter().filter(|(_, there)| !there).map(|(claim, _)| claim)
}

fn has_id(id: Option<&Option<String>>) -> bool {
    id.and_then(Option::as_deref).is_some_and(|id| !id.is_empty())
}

/// Services whose claim does not say what a tool needs to use them.
fn unusable_services(claims: &LaunchClaims) -> impl Iterator<Item = Claim> {
    let grades = claims.grade_service.as_ref().is_some_and(|s| {
        s.scope.as_ref().is_none_or(Vec::is_empty) || s.line_items().is_none() && s.line_item().is_none()
    });
    let roster = claims.roster_service.as_ref().is_some_and(|s| {
        s.context_memberships_url.is_none() || s.service_versions.as_ref().is_none_or(Vec::is_empty)
    });
    let groups = claims.group_service.as_ref().is_some_and(|s| s.context_groups_url.is_none());
    let eula = claims.eula_service.as_ref().is_some_and(|s| s.url.is_none());
    let notices =
        claims.notification_service.as_ref().is_some_and(|s| s.platform_notification_service_url.is_none());
    let picking = claims.deep_linking_settings.as_ref().is_some_and(|s| {
        s.accept_types.as_ref().is_none_or(Vec::is_empty) || s.accept_presentation_document_targets.is_none()
    });
    [
        (Claim::GradeService, grades),
        (Claim::RosterService, roster),
        (Claim::GroupService, groups),
        (Claim::EulaService, eula),
        (Claim::NotificationService, notices),
        (Claim::DeepLinkingSettings, picking),
    ]
    .into_iter()
    .filter(|(_, unusable)| *unusable)
    .map(|(claim, _)| claim)
}

/// What each service claim tells the tool to ask tokens for.
fn announced(claims: &LaunchClaims) -> impl Iterator<Item = (Claim, &[Scope])> {
    let caliper = claims.caliper_service.as_ref();
    [
        (Claim::GradeService, claims.grade_service.as_ref().and_then(|s| s.scope.as_deref())),
        // Most platforms announce no scope there: it has this one (NRPS 2.0 §2.3).
        (
            Claim::RosterService,
            claims.roster_service.as_ref().map(|_| &[Scope::ContextMembershipReadOnly][..]),
        ),
        (Claim::RosterService, claims.roster_service.as_ref().and_then(|s| s.scope.as_deref())),
        (Claim::GroupService, claims.group_service.as_ref().and_then(|s| s.scope.as_deref())),
        (Claim::CaliperService, caliper.and_then(|s| s.scopes.as_deref())),
        (Claim::NotificationService, claims.notification_service.as_ref().and_then(|s| s.scope.as_deref())),
        (Claim::EulaService, claims.eula_service.as_ref().and_then(|s| s.scope.as_deref())),
    ]
    .into_iter()
    .filter_map(|(claim, scopes)| scopes.map(|scopes| (claim, scopes)))
}

fn urls(claims: &LaunchClaims) -> impl Iterator<Item = (Claim, &WireUrl)> {
    let grades = claims.grade_service.as_ref();
    let roster = claims.roster_service.as_ref();
    let groups = claims.group_service.as_ref();
    let presentation = claims.launch_presentation.as_ref();
    let notices = claims.notification_service.as_ref();
    let caliper = claims.caliper_service.as_ref();
    [
        (Claim::TargetLinkUri, claims.target_link_uri.as_ref()),
        (Claim::Picture, claims.picture.as_ref()),
        (Claim::ForUser, claims.for_user.as_ref().and_then(|p| p.picture.as_ref())),
        (Claim::LaunchPresentation, presentation.and_then(|p| p.return_url.as_ref())),
        (Claim::LaunchPresentation, presentation.and_then(|p| p.css_url.as_ref())),
        (Claim::Lis, claims.lis.as_ref().and_then(|l| l.outcome_service_url.as_ref())),
        (Claim::ToolPlatform, claims.tool_platform.as_ref().and_then(|p| p.url.as_ref())),
        (Claim::GradeService, grades.and_then(|s| s.lineitems.as_ref())),
        (Claim::GradeService, grades.and_then(|s| s.lineitem.as_ref())),
        (Claim::RosterService, roster.and_then(|s| s.context_memberships_url.as_ref())),
        (Claim::GroupService, groups.and_then(|s| s.context_groups_url.as_ref())),
        (Claim::GroupService, groups.and_then(|s| s.context_group_sets_url.as_ref())),
        (Claim::BasicOutcome, claims.basic_outcome.as_ref().and_then(|s| s.lis_outcome_service_url.as_ref())),
        (Claim::CaliperService, caliper.and_then(|s| s.caliper_endpoint_url.as_ref())),
        (Claim::NotificationService, notices.and_then(|s| s.platform_notification_service_url.as_ref())),
        (Claim::EulaService, claims.eula_service.as_ref().and_then(|s| s.url.as_ref())),
        (Claim::DeepLinkingSettings, claims.deep_linking_settings.as_ref().map(|s| &s.deep_link_return_url)),
    ]
    .into_iter()
    .filter_map(|(claim, url)| url.map(|url| (claim, url)))
}

fn identifiers(claims: &LaunchClaims) -> impl Iterator<Item = (Claim, &str)> {
    let for_user = claims.for_user.as_ref().and_then(|p| p.user());
    let mentees =
        claims.role_scope_mentor.iter().flatten().map(|id| (Claim::RoleScopeMentor, Some(id.as_str())));
    [
        (Claim::Subject, claims.sub.as_ref().map(lti_types::UserId::as_str)),
        (Claim::DeploymentId, claims.deployment_id.as_ref().map(lti_types::DeploymentId::as_str)),
        (Claim::ResourceLink, claims.resource_link.as_ref().map(|link| link.id.as_str())),
        (Claim::Context, claims.context.as_ref().map(|context| context.id.as_str())),
        (Claim::ToolPlatform, claims.tool_platform.as_ref().and_then(|p| p.guid.as_deref())),
        (Claim::ForUser, for_user.map(lti_types::UserId::as_str)),
    ]
    .into_iter()
    .chain(mentees)
    .filter_map(|(claim, id)| id.map(|id| (claim, id)))
}

fn trim(value: &mut Value) {
    match value {
        Value::String(text) => {
            let trimmed = text.trim();
            if trimmed.len() != text.len() {
                *text = trimmed.to_owned();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(trim),
        Value::Object(members) => members.values_mut().for_each(trim),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
