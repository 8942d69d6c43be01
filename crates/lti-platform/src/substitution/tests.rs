use lti_types::{
    BasicOutcome, Context, ContextId, ContextKind, ContextRole, Custom, GradeService, LaunchClaims,
    LaunchPresentation, Lis, ResourceLink, ResourceLinkId, Roles, RosterService, ToolPlatform, UserId,
};

use super::{NoVariables, Variables, substitute};
use crate::Privacy;
use crate::variables::{Gate, VARIABLES, gate_of};

fn one(value: &str, claims: &LaunchClaims, privacy: Privacy, variables: &dyn Variables) -> String {
    let custom = Custom::from_iter([("p", value)]);
    substitute(custom, claims, privacy, variables).raw("p").unwrap().to_owned()
}

/// Each variable of the table: resolved, empty, unsupported, and withheld by every policy that withholds it.
#[test]
fn every_variable_of_the_table() {
    let nothing = LaunchClaims::new();
    let policies = {
        let mut policies = vec![Privacy::everything(), Privacy::only_user_id(), Privacy::anonymous()];
        for kind in 0..5 {
            let mut policy = Privacy::everything();
            match kind {
                0 => policy.name = false,
                1 => policy.email = false,
                2 => policy.picture = false,
                3 => policy.locale = false,
                _ => policy.sourcedid = false,
            }
            policies.push(policy);
        }
        policies
    };
    for variable in VARIABLES {
        let name = variable.name.replace('*', "vendor");
        let literal = format!("${name}");
        let value = |asked: &str| (asked == name).then(|| format!("value of {asked}"));
        let empty = |asked: &str| (asked == name).then(String::new);
        assert_eq!(one(&literal, &nothing, Privacy::everything(), &value), format!("value of {name}"));
        assert_eq!(
            one(&literal, &nothing, Privacy::everything(), &empty),
            "",
            "{name}: supported, and nothing there"
        );
        assert_eq!(
            one(&literal, &nothing, Privacy::everything(), &NoVariables),
            literal,
            "{name}: not supported"
        );
        for policy in &policies {
            let expected = match variable.gate {
                Gate::Open => true,
                Gate::UserId => policy.user_id,
                Gate::Name => policy.name,
                Gate::Email => policy.email,
                Gate::Picture => policy.picture,
                Gate::Locale => policy.locale,
                Gate::Sourcedid => policy.sourcedid,
                Gate::Everything => *policy == Privacy::everything(),
            };
            let got = one(&literal, &nothing, *policy, &value);
            assert_eq!(got != literal, expected, "{name} under {policy:?} is {got}");
        }
    }
    let mut names: Vec<_> = VARIABLES.iter().map(|v| v.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), VARIABLES.len(), "no name stands twice");
}

/// What is withheld is not even asked for.
#[test]
fn withheld_values_are_not_fetched() {
    let asked = std::cell::RefCell::new(Vec::new());
    let spy = |name: &str| {
        asked.borrow_mut().push(name.to_owned());
        Some(String::new())
    };
    let custom = Custom::from_iter([("a", "$Person.email.primary"), ("b", "$Context.title"), ("c", "plain")]);
    substitute(custom, &LaunchClaims::new(), Privacy::only_user_id(), &spy);
    assert_eq!(*asked.borrow(), ["Context.title"]);
}

#[test]
fn only_whole_values_are_variables() {
    let all = |_: &str| Some("x".to_owned());
    let claims = LaunchClaims::new();
    for (value, expected) in [
        ("$Context.id", "x"),
        ("costs $Context.id", "costs $Context.id"),
        (" $Context.id", " $Context.id"),
        ("", ""),
        ("plain", "plain"),
        ("$com.vendor.Anything", "x"),
    ] {
        assert_eq!(one(value, &claims, Privacy::everything(), &all), expected);
    }
    // Names are case-sensitive.
    let exact = |name: &str| (name == "Context.id").then(|| "x".to_owned());
    assert_eq!(one("$context.id", &claims, Privacy::everything(), &exact), "$context.id");
}

/// A variable that nobody has heard of and that is a user's or a person's is as personal as can be.
#[test]
fn unknown_personal_variables_are_gated() {
    assert_eq!(gate_of("Person.shoeSize"), Gate::Everything);
    assert_eq!(gate_of("Canvas.user.shoeSize"), Gate::Everything);
    assert_eq!(gate_of("com.vendor.User.shoeSize"), Gate::Everything);
    assert_eq!(gate_of("com.vendor.Course.color"), Gate::Open);
}

#[test]
fn the_message_itself_is_a_source() {
    let mut claims = LaunchClaims::new();
    claims.sub = Some(UserId::new("u-1").unwrap());
    claims.name = Some("Ines Rojas".into());
    claims.given_name = Some("Ines".into());
    claims.family_name = Some("Rojas".into());
    claims.middle_name = Some("M".into());
    claims.email = Some("i@x.example".into());
    claims.picture = Some("https://x.example/i.png".into());
    claims.role_scope_mentor = Some(vec![UserId::new("u-2").unwrap(), UserId::new("u-3").unwrap()]);
    claims.roles = Some(Roles::from_iter([ContextRole::Mentor]));
    let mut context = Context::new(ContextId::new("c-1").unwrap());
    context.label = Some("BOT".into());
    context.title = Some("Botany".into());
    context.types = Some(vec![ContextKind::CourseOffering.into()]);
    claims.context = Some(context);
    let mut link = ResourceLink::new(ResourceLinkId::new("l-1").unwrap());
    link.title = Some("Ferns".into());
    link.description = Some("All of them".into());
    claims.resource_link = Some(link);
    let mut lis = Lis::new();
    lis.person_sourcedid = Some("sis:i".into());
    lis.course_offering_sourcedid = Some("sis:o".into());
    lis.course_section_sourcedid = Some("sis:s".into());
    claims.lis = Some(lis);
    let mut presentation = LaunchPresentation::new();
    presentation.return_url = Some("https://x.example/back".into());
    presentation.document_target = Some("iframe".into());
    presentation.height = Some(300);
    presentation.width = Some(400);
    presentation.locale = Some("es".into());
    claims.launch_presentation = Some(presentation);
    let mut platform = ToolPlatform::new();
    platform.guid = Some("g".into());
    platform.name = Some("Campus".into());
    platform.description = Some("Ours".into());
    platform.url = Some("https://x.example/".into());
    platform.contact_email = Some("admin@x.example".into());
    platform.product_family_code = Some("campus".into());
    platform.version = Some("7".into());
    claims.tool_platform = Some(platform);
    let mut grades = GradeService::new();
    grades.lineitem = Some("https://x.example/li/1".into());
    grades.lineitems = Some("https://x.example/li".into());
    claims.grade_service = Some(grades);
    let mut roster = RosterService::new();
    roster.context_memberships_url = Some("https://x.example/m".into());
    claims.roster_service = Some(roster);
    let mut outcome = BasicOutcome::new();
    outcome.lis_outcome_service_url = Some("https://x.example/bo".into());
    outcome.lis_result_sourcedid = Some("r-1".into());
    claims.basic_outcome = Some(outcome);

    for (name, expected) in [
        ("User.id", "u-1"),
        ("User.image", "https://x.example/i.png"),
        ("User.scope.mentor", "u-2,u-3"),
        ("Membership.role.scope.mentor", "u-2,u-3"),
        ("Person.name.full", "Ines Rojas"),
        ("Person.name.given", "Ines"),
        ("Person.name.family", "Rojas"),
        ("Person.name.middle", "M"),
        ("Person.email.primary", "i@x.example"),
        ("Person.sourcedId", "sis:i"),
        ("Context.id", "c-1"),
        ("Context.label", "BOT"),
        ("Context.title", "Botany"),
        ("Context.type", "http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"),
        ("CourseOffering.sourcedId", "sis:o"),
        ("CourseSection.sourcedId", "sis:s"),
        ("ResourceLink.id", "l-1"),
        ("ResourceLink.title", "Ferns"),
        ("ResourceLink.description", "All of them"),
        ("Membership.role", "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"),
        ("Message.returnUrl", "https://x.example/back"),
        ("Message.documentTarget", "iframe"),
        ("Message.height", "300"),
        ("Message.width", "400"),
        ("Message.locale", "es"),
        ("ToolPlatform.productFamilyCode", "campus"),
        ("ToolConsumerInfo.version", "7"),
        ("ToolPlatformInstance.guid", "g"),
        ("ToolPlatformInstance.name", "Campus"),
        ("ToolPlatformInstance.description", "Ours"),
        ("ToolPlatformInstance.url", "https://x.example/"),
        ("ToolConsumerInstance.contactEmail", "admin@x.example"),
        ("LineItem.url", "https://x.example/li/1"),
        ("LineItems.url", "https://x.example/li"),
        ("ToolProxyBinding.memberships.url", "https://x.example/m"),
        ("BasicOutcome.url", "https://x.example/bo"),
        ("Result.sourcedId", "r-1"),
    ] {
        assert_eq!(
            one(&format!("${name}"), &claims, Privacy::everything(), &NoVariables),
            expected,
            "{name}"
        );
    }
    // The caller knows better.
    let better = |name: &str| (name == "Context.title").then(|| "Botany, better".to_owned());
    assert_eq!(one("$Context.title", &claims, Privacy::everything(), &better), "Botany, better");
}
