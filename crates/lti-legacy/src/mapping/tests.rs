use lti_types::{ContentItemType, LaunchClaims, MediaTypes, MessageType, Role};

use super::{LTI_LINK, legacy_role, uri_role};
use crate::{LaunchParameters, LegacyMessageType, Parameters};

#[test]
fn every_notation_of_a_role_has_its_uri_and_back() {
    const MEMBERSHIP: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";
    for (old, uri, written) in [
        ("Instructor", "#Instructor", "Instructor"),
        ("urn:lti:role:ims/lis/Learner", "#Learner", "Learner"),
        ("urn:lti:role:ims/lis/Learner/NonCreditLearner", "/Learner#NonCreditLearner", ""),
        ("TeachingAssistant", "/Instructor#TeachingAssistant", "urn:lti:role:ims/lis/TeachingAssistant"),
        ("urn:lti:role:ims/lis/TeachingAssistant", "/Instructor#TeachingAssistant", ""),
        (
            "urn:lti:role:ims/lis/TeachingAssistant/TeachingAssistantSection",
            "/Instructor#TeachingAssistantSection",
            "",
        ),
    ] {
        let new = uri_role(&old.into());
        assert_eq!(new.as_str(), format!("{MEMBERSHIP}{uri}"), "{old}");
        assert_eq!(legacy_role(&new).as_str(), if written.is_empty() { old } else { written });
    }
    for (old, uri) in [
        (
            "urn:lti:instrole:ims/lis/Student",
            "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student",
        ),
        ("urn:lti:sysrole:ims/lis/SysAdmin", "http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin"),
    ] {
        assert_eq!(uri_role(&old.into()).as_str(), uri);
        assert_eq!(legacy_role(&uri.into()).as_str(), old);
    }
    for same in
        ["NotALearner", "TeachingAssistants", "urn:lti:role:ims/lis/TeachingAssistant/", "instructor", ""]
    {
        assert_eq!(uri_role(&Role::from(same)).as_str(), same);
    }
}

#[test]
fn a_teaching_assistant_is_no_instructor() {
    let mut launch = LaunchParameters::new(LegacyMessageType::Launch);
    launch.roles = Some(["TeachingAssistant"].into_iter().collect());
    let roles = launch.to_claims().roles.unwrap();
    assert!(roles.is_teaching_assistant() && !roles.is_instructor());
}

#[test]
fn media_types_and_item_types() {
    use ContentItemType::{File, Html, Image, Link, LtiResourceLink};
    for (media_types, types, alone) in [
        (LTI_LINK, vec![LtiResourceLink], LTI_LINK),
        ("text/html, image/png", vec![Link, Html, Image], "text/html,image/*"),
        ("application/pdf", vec![File], "*/*"),
        ("Text/HTML; q=0.9", vec![Link, Html], "text/html"),
        ("text/*", vec![Link, Html, File], "text/html,*/*"),
        ("application/*", vec![LtiResourceLink, File], "application/vnd.ims.lti.v1.ltilink,*/*"),
        (
            "*/*",
            vec![LtiResourceLink, Link, Html, Image, File],
            "application/vnd.ims.lti.v1.ltilink,text/html,image/*,*/*",
        ),
    ] {
        let mut request = LaunchParameters::new(LegacyMessageType::SelectionRequest);
        request.content_item_return_url = Some("https://lms.example/items".into());
        request.accept_media_types = Some(MediaTypes::Text(media_types.to_owned()));
        let mut claims = request.to_claims();
        let written =
            |claims: &LaunchClaims| LaunchParameters::from_claims(claims).unwrap().accept_media_types;
        assert_eq!(written(&claims), request.accept_media_types);

        // A platform of 1.3 may say types alone, or media types for files alone.
        let settings = claims.deep_linking_settings.as_mut().unwrap();
        assert_eq!(settings.accept_types.as_ref(), Some(&types), "{media_types}");
        settings.accept_media_types = None;
        assert_eq!(written(&claims), Some(MediaTypes::Text(alone.to_owned())));
        let settings = claims.deep_linking_settings.as_mut().unwrap();
        settings.accept_types = Some(vec![LtiResourceLink, File]);
        settings.accept_media_types = Some(MediaTypes::Text("application/pdf".to_owned()));
        assert_eq!(written(&claims), Some(MediaTypes::Text(format!("{LTI_LINK},application/pdf"))));
    }
}

#[test]
fn vendor_parameters_survive() {
    let form = b"lti_message_type=basic-lti-launch-request&lti_version=LTI-1p0&resource_link_id=r\
        &custom_x=1&custom_x=2&custom_X=3&ext_lms=moodle-2&ext_a=1&ext_a=2&other=4";
    let launch = LaunchParameters::read(&Parameters::from_form(form).unwrap()).unwrap();
    assert_eq!(launch.write().to_form(), String::from_utf8_lossy(form));
    let claims = launch.to_claims();
    let ext = &claims.extensions["https://purl.imsglobal.org/spec/lti/claim/ext"];
    assert_eq!(ext, &serde_json::json!({"lms": "moodle-2", "a": ["1", "2"]}));
    let custom = claims.custom.as_ref().unwrap();
    assert_eq!((custom.raw("x"), custom.raw("X")), (Some("1"), Some("3")));
    let back = LaunchParameters::from_claims(&claims).unwrap();
    let mut ext = launch.ext.clone();
    ext.sort();
    assert_eq!(back.ext, ext);
}

#[test]
fn services_need_an_address() {
    let mut launch = LaunchParameters::new(LegacyMessageType::Launch);
    launch.custom.add("lineitems_url", "$LineItems.url");
    launch.custom.add("context_memberships_v2_url", "https://lms.example/7/members");
    let claims = launch.to_claims();
    assert_eq!(claims.grade_service, None);
    let roster = claims.roster_service.unwrap();
    assert_eq!(roster.context_memberships_url, Some("https://lms.example/7/members".into()));
    assert_eq!(roster.scope, None);
}

#[test]
fn other_messages_have_no_legacy_form() {
    let mut claims = LaunchClaims::new();
    for kind in [None, Some(MessageType::SubmissionReviewRequest), Some(MessageType::DeepLinkingResponse)] {
        claims.message_type = kind;
        assert_eq!(
            LaunchParameters::from_claims(&claims).unwrap_err().code(),
            "message_type_without_legacy_form"
        );
    }
}
