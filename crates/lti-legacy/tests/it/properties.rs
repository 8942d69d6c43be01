//! Round trips over arbitrary values.

use lti_legacy::{
    ContentItemSelection, LaunchParameters, LegacyMessageType, Operation, OutcomeRequest, OutcomeResponse,
    Parameters, ReplaceResult, ResponseBody, ResultData, ResultScore, UnverifiedLaunch, Use, legacy_role,
    uri_role,
};
use lti_types::{
    ContentItem, ContextRole, Custom, FileItem, HtmlItem, Iframe, ImageItem, InstitutionRole, ItemLineItem,
    LaunchClaims, LinkItem, LtiResourceLinkItem, Picture, Role, Roles, SystemRole, Window,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::json;

use crate::support::{credential, nonce, now, signer, url};

fn text() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,8}",
        prop::sample::select(vec!["", "a\r\nb", "]]>&<\"'", "1,2", "$Foo.bar", "課程 👩🏽‍🎓", "%41+%"])
            .prop_map(str::to_owned),
    ]
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = prop_oneof![
        text(),
        "(custom|ext)_[a-zA-Z_]{0,6}",
        prop::sample::select(vec![
            "lti_message_type",
            "roles",
            "user_id",
            "launch_presentation_width",
            "accept_multiple",
            "context_type",
            "role_scope_mentor",
            "resource_link_id",
            "accept_media_types",
            "accept_presentation_document_targets",
        ])
        .prop_map(str::to_owned),
    ];
    vec((name, text()), 0..20)
}

/// Roles of the vocabularies.
fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        prop::sample::select(vec![ContextRole::Instructor, ContextRole::Learner, ContextRole::Officer])
            .prop_map(Role::from),
        prop::sample::select(vec![InstitutionRole::Student, InstitutionRole::Alumni]).prop_map(Role::from),
        prop::sample::select(vec![SystemRole::SysAdmin, SystemRole::None]).prop_map(Role::from),
        (prop::sample::select(vec![ContextRole::Instructor, ContextRole::Learner]), "[A-Z][A-Za-z]{0,9}")
            .prop_map(|(principal, name)| Role::sub_role(principal, &name)),
        prop::sample::select(vec!["TeachingAssistant", "TeachingAssistantSection", "TeachingAssistants"])
            .prop_map(|name| Role::sub_role(ContextRole::Instructor, name)),
        Just(Role::test_user()),
        "https://vendor\\.example/[a-z]{1,6}".prop_map(Role::from),
    ]
}

fn some(text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    text.prop_map(|text| if text.is_empty() { "x".to_owned() } else { text })
}

fn claims() -> impl Strategy<Value = LaunchClaims> {
    let id = || option::of("[!-~]{1,20}");
    let members =
        (id(), id(), option::of(some(text())), option::of(some(text())), id(), option::of(0u32..5000));
    let custom = vec(("[a-z0-9_]{1,6}", text()), 0..4);
    (members, vec(role(), 0..4), custom, any::<bool>()).prop_map(|(members, roles, custom, items)| {
        let (user, context, name, title, sourcedid, width) = members;
        let mut claims: LaunchClaims = serde_json::from_value(json!({
            "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
            "https://purl.imsglobal.org/spec/lti/claim/resource_link": {"id": "rl", "title": title},
            "sub": user, "name": name, "email": name,
            "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome":
                {"lis_result_sourcedid": sourcedid, "lis_outcome_service_url": "https://lms.example/o"},
        }))
        .unwrap();
        claims.message_type = Some(if items { "LtiDeepLinkingRequest" } else { "LtiResourceLinkRequest" }.into());
        claims.context = context.map(|id| lti_types::Context::new(lti_types::ContextId::new(id).unwrap()));
        claims.roles = Some(roles.into_iter().collect::<Roles>());
        claims.custom = (!custom.is_empty()).then(|| custom.into_iter().collect::<Custom>());
        if let Some(width) = width {
            let mut presentation = lti_types::LaunchPresentation::new();
            presentation.width = Some(width);
            claims.launch_presentation = Some(presentation);
        }
        if items {
            claims.basic_outcome = None;
            claims.deep_linking_settings = serde_json::from_value(json!({
                "deep_link_return_url": "https://lms.example/items", "accept_types": ["ltiResourceLink"],
                "accept_media_types": "application/vnd.ims.lti.v1.ltilink",
                "accept_presentation_document_targets": ["iframe", "window"], "accept_multiple": true, "data": title,
            }))
            .ok();
        }
        claims
    })
}

fn item() -> impl Strategy<Value = ContentItem> {
    let picture = option::of((some(text()), option::of(0u32..999))).prop_map(|picture| {
        picture.map(|(url, width)| {
            let mut picture = Picture::at(url.as_str().into());
            picture.width = width;
            picture
        })
    });
    let window = option::of((option::of(some(text())), option::of(0u32..999), option::of("[a-z=]{1,9}")));
    let line_item = option::of((0.5f64..1e6, option::of(text()), option::of(text()), option::of(text())));
    (0..5u8, some(text()), option::of(text()), picture, window, line_item, any::<bool>()).prop_map(
        |(kind, url, title, icon, window, line_item, framed)| {
            let (url, word) = (url.as_str().into(), url);
            match kind {
                0 => {
                    let mut item = LtiResourceLinkItem::new();
                    (item.url, item.title, item.icon) = (Some(url), title, icon);
                    item.window = window.map(|(name, width, features)| {
                        let mut window = Window::new();
                        (window.target_name, window.width, window.window_features) = (name, width, features);
                        window
                    });
                    if framed {
                        let mut frame = Iframe::new();
                        frame.height = Some(7);
                        item.iframe = Some(frame);
                    }
                    item.line_item = line_item.map(|(maximum, label, resource, tag)| {
                        let mut line_item = ItemLineItem::of_maximum(maximum);
                        (line_item.label, line_item.resource_id, line_item.tag) = (label, resource, tag);
                        line_item
                    });
                    item.into()
                }
                1 => {
                    let mut item = LinkItem::new(url);
                    (item.title, item.icon) = (title, icon);
                    item.into()
                }
                2 => {
                    let mut item = FileItem::new(url);
                    (item.title, item.media_type) = (title, Some("application/pdf".to_owned()));
                    item.into()
                }
                3 => {
                    let mut item = ImageItem::new(url);
                    (item.title, item.width) = (title, Some(9));
                    item.into()
                }
                _ => {
                    let mut item = HtmlItem::new(word);
                    item.title = title;
                    item.into()
                }
            }
        },
    )
}

fn as_if_by_value(selection: &ContentItemSelection) -> serde_json::Value {
    // Line items get members that 1.0 has and Deep Linking does not; the items are the same by what they say.
    serde_json::to_value(&selection.items).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn parameters_round_trip(pairs in pairs()) {
        let parameters: Parameters = pairs.into_iter().collect();
        let read = Parameters::from_form(parameters.to_form().as_bytes()).unwrap();
        prop_assert_eq!(read, parameters);
    }

    #[test]
    fn launch_parameters_round_trip(pairs in pairs()) {
        let parameters: Parameters = pairs.into_iter().collect();
        if let Ok(read) = LaunchParameters::read(&parameters) {
            let written = read.write();
            prop_assert_eq!(LaunchParameters::read(&written).unwrap(), read);
        }
    }

    #[test]
    fn what_is_signed_is_believed(pairs in pairs()) {
        let mut launch = LaunchParameters::new(LegacyMessageType::Launch);
        launch.resource_link_id = Some(lti_types::ResourceLinkId::new("rl").unwrap());
        let others = pairs.into_iter().filter(|(name, _)| name.starts_with("ext_") || name.starts_with("custom_"));
        for (name, value) in others {
            // As a browser sends it.
            launch.other.push((name, value));
        }
        let post = signer().launch(&url(), &launch, &nonce("n"), now()).unwrap();
        let received = UnverifiedLaunch::from_form(&url(), post.body().as_bytes()).unwrap();
        let received = received.verify(&[credential()], now()).unwrap().first_use(Use::First).unwrap();
        prop_assert_eq!(received.parameters().len(), post.fields.len() + 1);
    }

    #[test]
    fn claims_round_trip(claims in claims()) {
        let parameters = LaunchParameters::from_claims(&claims).unwrap();
        let mut back = parameters.to_claims();
        if back.roles == Some(Roles::none()) {
            back.roles.clone_from(&claims.roles);
        }
        prop_assert_eq!(&back, &claims);
        // And over the wire.
        let read = LaunchParameters::read(&parameters.write()).unwrap();
        prop_assert_eq!(read.to_claims(), parameters.to_claims());
    }

    #[test]
    fn roles_round_trip(role in role()) {
        prop_assert_eq!(uri_role(&legacy_role(&role)), role);
    }

    #[test]
    fn items_round_trip(items in vec(item(), 0..4), data in option::of(some(text()))) {
        let mut selection = ContentItemSelection::new(items);
        selection.data = data;
        let read = ContentItemSelection::read(&selection.write()).unwrap();
        prop_assert_eq!(&read.data, &selection.data);
        prop_assert_eq!(as_if_by_value(&read), as_if_by_value(&selection));
        prop_assert_eq!(ContentItemSelection::read(&read.write()).unwrap(), read);
    }

    #[test]
    fn outcomes_round_trip(id in some("[ -~\u{e4}\u{1f600}]{0,9}[!-~][ -~]{0,3}"), score in 0.0f64..=1.0, word in option::of("[ -~]{0,9}[!-~] ?")) {
        let mut replace = ReplaceResult::new(ResultScore::new(score).unwrap());
        replace.data.extend(word.map(ResultData::Text));
        for operation in [Operation::Read, Operation::Delete, Operation::Replace(replace.clone())] {
            let request = OutcomeRequest::new("m", id.as_str(), operation);
            prop_assert_eq!(OutcomeRequest::from_xml(&request.to_xml().unwrap()).unwrap(), request.clone());
            let body = ResponseBody::Read { score: replace.score, data: replace.data.clone() };
            let response = OutcomeResponse::success("r", &request, body);
            prop_assert_eq!(OutcomeResponse::from_xml(&response.to_xml().unwrap()).unwrap(), response);
        }
    }
}
