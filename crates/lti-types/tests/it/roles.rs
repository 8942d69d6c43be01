//! The role vocabulary (LTI Core 1.3 §A.2), role by role, and what each of them allows.

use lti_types::{ContextRole, InstitutionRole, LaunchClaims, Role, RoleKind, Roles, SystemRole};

const SYSTEM: &str = "http://purl.imsglobal.org/vocab/lis/v2/system/person#";
const INSTITUTION: &str = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#";
const MEMBERSHIP: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";
const PERSON: &str = "http://purl.imsglobal.org/vocab/lis/v2/person#";

const SYSTEM_ROLES: &[(&str, SystemRole)] = &[
    ("Administrator", SystemRole::Administrator),
    ("None", SystemRole::None),
    ("AccountAdmin", SystemRole::AccountAdmin),
    ("Creator", SystemRole::Creator),
    ("SysAdmin", SystemRole::SysAdmin),
    ("SysSupport", SystemRole::SysSupport),
    ("User", SystemRole::User),
];

const INSTITUTION_ROLES: &[(&str, InstitutionRole)] = &[
    ("Administrator", InstitutionRole::Administrator),
    ("Faculty", InstitutionRole::Faculty),
    ("Guest", InstitutionRole::Guest),
    ("None", InstitutionRole::None),
    ("Other", InstitutionRole::Other),
    ("Staff", InstitutionRole::Staff),
    ("Student", InstitutionRole::Student),
    ("Alumni", InstitutionRole::Alumni),
    ("Instructor", InstitutionRole::Instructor),
    ("Learner", InstitutionRole::Learner),
    ("Member", InstitutionRole::Member),
    ("Mentor", InstitutionRole::Mentor),
    ("Observer", InstitutionRole::Observer),
    ("ProspectiveStudent", InstitutionRole::ProspectiveStudent),
];

/// Principal roles with their sub-roles.
const CONTEXT_ROLES: &[(&str, ContextRole, &str)] = &[
    (
        "Administrator",
        ContextRole::Administrator,
        "Administrator Developer ExternalDeveloper ExternalSupport ExternalSystemAdministrator Support SystemAdministrator",
    ),
    (
        "ContentDeveloper",
        ContextRole::ContentDeveloper,
        "ContentDeveloper ContentExpert ExternalContentExpert Librarian",
    ),
    (
        "Instructor",
        ContextRole::Instructor,
        "Instructor ExternalInstructor Grader GuestInstructor Lecturer PrimaryInstructor SecondaryInstructor \
         TeachingAssistant TeachingAssistantGroup TeachingAssistantOffering TeachingAssistantSection \
         TeachingAssistantSectionAssociation TeachingAssistantTemplate",
    ),
    ("Learner", ContextRole::Learner, "ExternalLearner GuestLearner Instructor Learner NonCreditLearner"),
    ("Manager", ContextRole::Manager, "AreaManager CourseCoordinator ExternalObserver Manager Observer"),
    ("Member", ContextRole::Member, "Member"),
    (
        "Mentor",
        ContextRole::Mentor,
        "Advisor Auditor ExternalAdvisor ExternalAuditor ExternalLearningFacilitator ExternalMentor \
         ExternalReviewer ExternalTutor LearningFacilitator Mentor Reviewer Tutor",
    ),
    ("Officer", ContextRole::Officer, "Chair Communications Secretary Treasurer Vice-Chair"),
];

fn roles(texts: &[&str]) -> Roles {
    serde_json::from_value(serde_json::json!(texts)).unwrap()
}

/// Every question that is answered with yes.
fn rights(texts: &[&str]) -> Vec<&'static str> {
    let roles = roles(texts);
    let answers = [
        ("instructor", roles.is_instructor()),
        ("teaching assistant", roles.is_teaching_assistant()),
        ("learner", roles.is_learner()),
        ("mentor", roles.is_mentor()),
        ("content developer", roles.is_content_developer()),
        ("context administrator", roles.is_context_administrator()),
        ("institution administrator", roles.is_institution_administrator()),
        ("system administrator", roles.is_system_administrator()),
        ("test user", roles.is_test_user()),
    ];
    answers.into_iter().filter_map(|(name, yes)| yes.then_some(name)).collect()
}

#[test]
fn every_system_and_institution_role_is_known_by_uri_and_urn_and_never_by_its_bare_name() {
    for (name, role) in SYSTEM_ROLES {
        for text in [format!("{SYSTEM}{name}"), format!("urn:lti:sysrole:ims/lis/{name}")] {
            assert_eq!(Role::from(text.as_str()).kind(), RoleKind::System(*role), "{text}");
        }
        assert_eq!(Role::from(*role).as_str(), format!("{SYSTEM}{name}"));
        assert!(Role::from(*role).is_canonical());
    }
    for (name, role) in INSTITUTION_ROLES {
        for text in [format!("{INSTITUTION}{name}"), format!("urn:lti:instrole:ims/lis/{name}")] {
            assert_eq!(Role::from(text.as_str()).kind(), RoleKind::Institution(*role), "{text}");
        }
        assert_eq!(Role::from(*role).as_str(), format!("{INSTITUTION}{name}"));
        assert_eq!(Role::from(format!("{PERSON}{name}")).kind(), RoleKind::DeprecatedPerson(name));
    }
    for name in ["Faculty", "Staff", "Student", "SysAdmin", "User", "Guest"] {
        assert_eq!(Role::from(name).kind(), RoleKind::Unknown, "{name}");
    }
}

#[test]
fn every_context_role_is_known_by_uri_urn_and_bare_name() {
    for (name, role, _) in CONTEXT_ROLES {
        let uri = format!("{MEMBERSHIP}#{name}");
        for text in [uri.clone(), format!("urn:lti:role:ims/lis/{name}"), (*name).to_owned()] {
            assert_eq!(Role::from(text.as_str()).kind(), RoleKind::Context(*role), "{text}");
            assert_eq!(Role::from(text.as_str()).is_canonical(), text == uri, "{text}");
        }
        assert_eq!(Role::from(*role).as_str(), uri);
    }
}

#[test]
fn every_sub_role_is_known_by_uri_and_urn() {
    let mut count = 0;
    for (principal, role, names) in CONTEXT_ROLES {
        for name in names.split_whitespace() {
            let uri = format!("{MEMBERSHIP}/{principal}#{name}");
            for text in [uri.clone(), format!("urn:lti:role:ims/lis/{principal}/{name}")] {
                let expected = RoleKind::SubRole { principal: *role, name };
                assert_eq!(Role::from(text.as_str()).kind(), expected, "{text}");
            }
            assert_eq!(Role::sub_role(*role, name).as_str(), uri);
            count += 1;
        }
    }
    assert_eq!(count, 52);
    // Platforms add their own.
    let own = Role::from("http://purl.imsglobal.org/vocab/lis/v2/membership/Learner#Auditing");
    assert_eq!(own.kind(), RoleKind::SubRole { principal: ContextRole::Learner, name: "Auditing" });
}

#[test]
fn what_is_nearly_a_role_is_none() {
    for text in [
        "",
        " ",
        "NotALearner",
        "instructor",
        "INSTRUCTOR",
        "Instructor ",
        " Instructor",
        "Instructor,Learner",
        "Instructor#TeachingAssistant",
        "TeachingAssistant",
        "http://purl.imsglobal.org/vocab/lis/v2/membership",
        "http://purl.imsglobal.org/vocab/lis/v2/membership#",
        "http://purl.imsglobal.org/vocab/lis/v2/membership#instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor#Instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#",
        "http://purl.imsglobal.org/vocab/lis/v2/membership//Instructor#Instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/membership/instructor#Instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/membershipInstructor#Instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/membership#TeachingAssistant",
        "https://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
        "HTTP://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
        "http://purl.imsglobal.org.evil.example/vocab/lis/v2/membership#Instructor",
        "http://evil.example/?http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/institution/person#instructor",
        "http://purl.imsglobal.org/vocab/lis/v2/system/person#Instructor",
        "http://purl.imsglobal.org/vocab/lti/system/person#testuser",
        "urn:lti:role:ims/lis/instructor",
        "urn:lti:role:ims/lis/Instructor/",
        "URN:lti:role:ims/lis/Instructor",
        "urn:lti:role:ims/lis//Instructor",
        "urn:lti:sysrole:ims/lis/",
        "urn:lti:instrole:ims/lis/Nobody",
        "https://vendor.example/roles#Instructor",
    ] {
        let role = Role::from(text);
        assert_eq!(role.kind(), RoleKind::Unknown, "{text:?}");
        assert!(!role.is_canonical());
        assert_eq!(rights(&[text]), [""; 0], "{text:?}");
        // What came is what goes on.
        assert_eq!(serde_json::to_value(&role).unwrap(), text);
    }
}

#[test]
fn roles_allow_no_more_than_they_say() {
    let cases: [(&[&str], &[&str]); 18] = [
        (&[], &[]),
        (&[""], &[]),
        (&["Instructor"], &["instructor"]),
        (&["http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"], &["instructor"]),
        (&["http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#Lecturer"], &["instructor"]),
        (&["http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#Grader"], &[]),
        (&["http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#Unheard"], &[]),
        (
            &["http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"],
            &["teaching assistant"],
        ),
        (&["urn:lti:role:ims/lis/Instructor/TeachingAssistantSection"], &["teaching assistant"]),
        (&["http://purl.imsglobal.org/vocab/lis/v2/membership/Learner#Instructor"], &["learner"]),
        (&["urn:lti:role:ims/lis/Learner/Instructor"], &["learner"]),
        (&["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"], &[]),
        (&["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Learner"], &[]),
        (&["http://purl.imsglobal.org/vocab/lis/v2/person#Administrator"], &[]),
        (&["http://purl.imsglobal.org/vocab/lis/v2/membership/Mentor#Tutor"], &["mentor"]),
        (&["http://purl.imsglobal.org/vocab/lis/v2/membership/Administrator#Support"], &[]),
        (
            &[
                "Administrator",
                "http://purl.imsglobal.org/vocab/lis/v2/membership/ContentDeveloper#Librarian",
            ],
            &["content developer", "context administrator"],
        ),
        (
            &["urn:lti:instrole:ims/lis/Administrator", "urn:lti:sysrole:ims/lis/SysAdmin"],
            &["institution administrator", "system administrator"],
        ),
    ];
    for (texts, expected) in cases {
        assert_eq!(rights(texts), expected, "{texts:?}");
    }
    let tester = ["Learner", "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"];
    assert_eq!(rights(&tester), ["learner", "test user"]);
    // A teaching assistant who is an instructor too is both; ask for the assistant first.
    let both =
        ["Instructor", "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"];
    assert_eq!(rights(&both), ["instructor", "teaching assistant"]);
}

#[test]
fn empty_lists_and_empty_names_are_no_roles() {
    for (texts, empty) in [(&[][..], true), (&[""], true), (&["", ""], true), (&["", "x"], false)] {
        assert_eq!(roles(texts).is_empty(), empty, "{texts:?}");
        assert_eq!(roles(texts).as_slice().len(), texts.len(), "nothing that came is lost");
    }
    assert_eq!(serde_json::to_string(&Roles::none()).unwrap(), "[]");
    let with_null: Roles = serde_json::from_str(r#"["Learner", null]"#).unwrap();
    assert_eq!(with_null.as_slice(), [Role::from("Learner")]);
    for json in ["\"Instructor\"", "{}", "7", "null", "[7]", "[[\"Instructor\"]]"] {
        assert!(serde_json::from_str::<Roles>(json).is_err(), "{json}");
    }
}

#[test]
fn a_thousand_roles_are_read_and_no_more() {
    for (count, accepted) in [(1000, true), (1001, false), (100_000, false)] {
        let list =
            serde_json::json!(vec!["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"; count]);
        assert_eq!(serde_json::from_str::<Roles>(&list.to_string()).is_ok(), accepted, "{count}");
        for claim in ["roles", "for_user"] {
            let value = if claim == "roles" { list.clone() } else { serde_json::json!({"roles": list}) };
            let launch =
                serde_json::json!({format!("https://purl.imsglobal.org/spec/lti/claim/{claim}"): value});
            let read = serde_json::from_str::<LaunchClaims>(&launch.to_string());
            assert_eq!(read.is_ok(), accepted, "{claim} {count}");
        }
    }
}
