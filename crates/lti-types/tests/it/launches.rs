//! What launches of real platforms are read as (certification and cross-platform rows X-16 to X-19, X-21).

use lti_types::{
    Context, ContextKind, DocumentTarget, LaunchClaims, NumericDate, ResourceLink, Role, Scope, User,
};
use serde_json::{Value, json};

use crate::round_trips::{fixture, fixture_json};

const LINK: &str = "https://purl.imsglobal.org/spec/lti/claim/resource_link";

fn reads(value: &Value) -> bool {
    serde_json::from_str::<LaunchClaims>(&value.to_string()).is_ok()
}

#[test]
fn x16_identifiers_of_255_characters_are_the_longest() {
    let base = fixture_json("canvas_launch");
    let places = [
        ["sub", ""],
        ["https://purl.imsglobal.org/spec/lti/claim/deployment_id", ""],
        [LINK, "id"],
        ["https://purl.imsglobal.org/spec/lti/claim/context", "id"],
    ];
    for [claim, member] in places {
        for (len, accepted) in [(255, true), (256, false)] {
            let mut launch = base.clone();
            let place = if member.is_empty() { &mut launch[claim] } else { &mut launch[claim][member] };
            *place = json!("i".repeat(len));
            assert_eq!(reads(&launch), accepted, "{claim} {member} {len}");
        }
    }
}

#[test]
fn x17_unknown_members_and_nulls_are_no_error() {
    let launch = fixture("canvas_launch_with_nulls");
    let link = launch.resource_link.as_ref().unwrap();
    assert_eq!(link.title, None);
    assert!(link.extensions["validation_context"].is_null());
    assert_eq!(link.extensions["errors"], json!({"errors": {}}));
    assert_eq!(launch.extensions["errors"], json!({"errors": {}}));
    assert_eq!(launch.lti1p1, None);
    assert_eq!(launch.context.as_ref().unwrap().types.as_ref().unwrap().len(), 1);
    let grades = launch.grade_service.as_ref().unwrap();
    assert!(grades.line_item().is_none());
    assert!(grades.allows(&Scope::Score) && !grades.allows(&Scope::LineItem));
    assert!(launch.message().is_ok());
}

#[test]
fn x18_custom_of_any_shape_is_read_as_strings() {
    let custom = fixture("canvas_launch").custom.unwrap();
    assert_eq!(custom.get("canvas_course_id"), Some("8"));
    assert_eq!(custom.get("canvas_is_root"), Some("true"));
    assert_eq!(custom.get("points"), Some("7.5"));
    assert_eq!(custom.get("due_at"), Some(""));
    assert_eq!(custom.raw("note"), None);
    assert_eq!((custom.raw("canvas_user_id"), custom.get("canvas_user_id")), (Some("$Canvas.user.id"), None));
    assert!(fixture("php_shapes").custom.unwrap().is_empty());
}

#[test]
fn x18_php_shapes_are_read_as_what_they_mean() {
    let launch = fixture("php_shapes");
    assert_eq!(launch.launch_presentation, None);
    assert_eq!(launch.lis, None);
    let context = launch.context.as_ref().unwrap();
    assert!(context.is(ContextKind::CourseSection) && !context.is(ContextKind::Group));
    assert_eq!(context.label.as_deref(), Some("101"));
    assert_eq!(launch.tool_platform.as_ref().unwrap().version.as_deref(), Some("4.5"));
    let grades = launch.grade_service.as_ref().unwrap();
    assert_eq!(grades.scope.as_deref(), Some(&[Scope::Score][..]));
    assert!(grades.line_item().is_none() && grades.line_items().is_some());
    assert_eq!(launch.lti1p1.as_ref().unwrap().oauth_consumer_key.as_deref(), Some("1179"));
    assert_eq!(launch.name.as_deref(), Some("5"));
}

#[test]
fn x19_mentors_scope_counts_for_mentors_only() {
    let mut launch = fixture("reference_implementation");
    assert_eq!(
        launch.mentees().iter().map(|user| user.as_str()).collect::<Vec<_>>(),
        ["learner-8", "learner-9"]
    );
    launch.roles = Some([Role::from("Learner")].into_iter().collect());
    assert!(launch.mentees().is_empty());
    launch.roles = None;
    assert!(launch.mentees().is_empty());
}

#[test]
fn x21_a_member_written_twice_is_refused_wherever_it_has_a_type() {
    for json in [
        r#"{"sub":"a","sub":"a"}"#,
        r#"{"sub":"a","sub":null}"#,
        r#"{"sub":null,"sub":"a"}"#,
        r#"{"sub":"a","\u0073ub":"b"}"#,
        r#"{"https://v.example/x":1,"https://v.example/x":1}"#,
        r#"{"https://purl.imsglobal.org/spec/lti/claim/context":{"id":"a","id":"b"}}"#,
        r#"{"https://purl.imsglobal.org/spec/lti/claim/custom":{"a":"1","a":"2"}}"#,
        r#"{"https://purl.imsglobal.org/spec/lti/claim/custom":{"a":"1","a":null}}"#,
        r#"{"https://purl.imsglobal.org/spec/lti/claim/custom":{"a":null,"a":"1"}}"#,
    ] {
        assert!(serde_json::from_str::<LaunchClaims>(json).is_err(), "{json}");
    }
}

#[test]
fn an_anonymous_launch_is_no_error_and_an_empty_user_is() {
    let launch = fixture("anonymous");
    assert_eq!(launch.user(), User::Anonymous);
    assert_eq!(launch.user().id(), None);
    assert!(launch.message().is_ok());
    let mut json = fixture_json("anonymous");
    for (sub, accepted) in [(json!("u"), true), (json!(null), true), (json!(""), false), (json!(" "), false)]
    {
        json["sub"] = sub;
        assert_eq!(reads(&json), accepted, "{}", json["sub"]);
    }
}

#[test]
fn times_are_read_as_numbers_whole_or_not() {
    let launch = fixture("reference_implementation");
    assert_eq!(launch.iat, Some(NumericDate::from_seconds(1_790_000_151)));
    assert_eq!(launch.exp, Some(NumericDate::from_seconds(1_790_000_451)));
    assert_eq!(launch.nbf.unwrap().seconds(), 1_790_000_000.5);
    for (time, accepted) in
        [("1e9", true), ("\"1e400\"", false), ("\"NaN\"", false), ("true", false), ("[]", false)]
    {
        assert_eq!(
            serde_json::from_str::<LaunchClaims>(&format!(r#"{{"exp":{time}}}"#)).is_ok(),
            accepted,
            "{time}"
        );
    }
}

#[test]
fn audiences_keep_the_shape_they_came_in() {
    let shapes: [(Value, &[&str]); 3] =
        [(json!("a"), &["a"]), (json!(["a"]), &["a"]), (json!(["a", "b"]), &["a", "b"])];
    for (shape, expected) in shapes {
        let launch: LaunchClaims = serde_json::from_value(json!({"aud": shape})).unwrap();
        assert_eq!(launch.aud.as_ref().unwrap().as_slice(), expected);
        assert_eq!(serde_json::to_value(&launch).unwrap()["aud"], shape);
    }
    let many = |count: usize| json!({"aud": vec!["a"; count]});
    assert!(reads(&many(100)) && !reads(&many(101)));
    assert!(!reads(&json!({"aud": 5})) && !reads(&json!({"aud": [5]})) && !reads(&json!({"aud": {}})));
}

#[test]
fn sizes_are_numbers_or_nothing() {
    let presentation = fixture("certification_deep_linking").launch_presentation.unwrap();
    assert_eq!((presentation.height, presentation.width), (Some(320), Some(240)));
    assert_eq!(presentation.document_target, Some(DocumentTarget::Iframe));
    let odd = fixture("reference_implementation").launch_presentation.unwrap();
    assert_eq!(odd.document_target, Some(DocumentTarget::from("popup")));
    assert!(odd.return_url.unwrap().is_blank());
}

#[test]
fn an_extension_never_overrules_a_typed_member() {
    let mut link = ResourceLink::new("link".try_into().unwrap());
    link.extensions.insert("id".into(), json!("forged"));
    link.extensions.insert("title".into(), json!("forged"));
    link.extensions.insert("color".into(), json!("violet"));
    assert_eq!(serde_json::to_value(&link).unwrap(), json!({"id": "link", "color": "violet"}));
    let mut context = Context::new("c".try_into().unwrap());
    context.types = Some(vec![ContextKind::CourseOffering.into(), "Group".into()]);
    assert!(context.is(ContextKind::CourseOffering) && context.is(ContextKind::Group));
    let written = serde_json::to_string(&context).unwrap();
    assert_eq!(
        written,
        r#"{"id":"c","type":["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering","Group"]}"#
    );
}

#[test]
fn media_ranges_are_read_from_text_and_list() {
    let ranges = |name: &str| {
        let settings = fixture(name).deep_linking_settings.unwrap();
        settings.accept_media_types.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(ranges("certification_deep_linking"), ["image/*", "text/html"]);
    assert_eq!(ranges("blackboard_deep_linking"), ["image/*", "text/html"]);
    let settings = fixture("certification_deep_linking").deep_linking_settings.unwrap();
    assert_eq!((settings.accept_multiple, settings.auto_create), (Some(true), Some(false)));
    assert_eq!(settings.accept_lineitem, None);
    assert_eq!(settings.data.as_deref(), Some("csrf:77"));
}
