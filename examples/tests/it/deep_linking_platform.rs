//! Deep linking, the platform's side (certification guide, platform, deep linking; rules DL-P of Deep Linking 2.0; rows
//!

use lti_browser::{CspNonce, Framing, PageOptions, Texts, form_post_page};
use lti_platform::{
    AskError, LaunchIntent, LaunchMessage, PendingResponse, ResponseRefusal, Session,
    UnverifiedDeepLinkingResponse,
};
use lti_types::{
    AuthenticationRequest, ContentItem, ContentItemType, Custom, DeploymentId, FormError, ItemLineItem,
    LoginHint, LoginInitiation, LtiResourceLinkItem, ResourceLink, ResourceLinkId, Roles, UserId,
};
use serde_json::{Value, json};

use crate::content::{Asking, DL, RETURN, accepted, begun, refused, signed};
use crate::pair::{CLIENT, DEPLOYMENT, ISSUER, KEY, Pair, payload_of, sign};
use crate::payloads::claim;

fn header(token: &str) -> Value {
    use base64::Engine as _;
    let header = token.split('.').next().unwrap();
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    serde_json::from_slice(&engine.decode(header).unwrap()).unwrap()
}

fn quiz() -> LtiResourceLinkItem {
    let mut quiz = LtiResourceLinkItem::new();
    quiz.url = Some("https://tool.example/quiz/9?p1=a".into());
    quiz.title = Some("Quiz 9".into());
    quiz.text = Some("Mosses".into());
    quiz.custom = Some(Custom::from_iter([("due", "$ResourceLink.submission.endDateTime"), ("quiz", "9")]));
    let mut line_item = ItemLineItem::of_maximum(20.0);
    line_item.resource_id = Some("quiz-9".into());
    line_item.tag = Some("grade".into());
    quiz.line_item = Some(line_item);
    quiz
}

#[test]
fn p_d01_payload_is_lti_1_3() {
    let asking = Asking::new();
    let payload = payload_of(&asking.id_token);
    assert_eq!(payload[claim("message_type")], "LtiDeepLinkingRequest");
    assert_eq!((&payload["iss"], &payload["aud"]), (&json!(ISSUER), &json!(CLIENT)));
    assert!(payload.get(claim("resource_link")).is_none(), "there is no link yet");
}

#[test]
fn p_d02_payload_timestamps_valid() {
    let asking = Asking::new();
    let payload = payload_of(&asking.id_token);
    let now = asking.pair.now.timestamp();
    let (iat, exp) = (payload["iat"].as_i64().unwrap(), payload["exp"].as_i64().unwrap());
    assert!(iat <= now && now - iat <= 60 && exp > now && exp - now <= 3600);
}

#[test]
fn p_d03_payload_signed_with_rsa_256() {
    assert_eq!(header(&Asking::new().id_token)["alg"], "RS256");
}

#[test]
fn p_d04_payload_signature_valid() {
    // The tool's whole verification went over it, with the published key.
    let asking = Asking::new();
    assert_eq!(header(&asking.id_token)["kid"], KEY.key_id().as_str());
    assert!(asking.request.accepts(&ContentItemType::LtiResourceLink));
}

#[test]
fn p_d05_payload_is_complete() {
    let asking = Asking::new();
    let payload = payload_of(&asking.id_token);
    for name in ["iss", "aud", "exp", "iat", "nonce", "sub"] {
        assert!(!payload[name].is_null(), "{name}");
    }
    assert_eq!(payload[claim("deployment_id")], DEPLOYMENT);
    assert_eq!(payload[claim("context")]["id"], "course-7");
    let settings = &payload[format!("{DL}deep_linking_settings")];
    assert_eq!(settings["deep_link_return_url"], RETURN);
    assert_eq!(settings["accept_types"][1], "ltiResourceLink");
    assert_eq!(settings["accept_presentation_document_targets"], json!(["iframe", "window", "embed"]));
    assert_eq!((&settings["accept_multiple"], &settings["accept_lineitem"]), (&json!(true), &json!(true)));
    assert_eq!(settings["title"], "A title to start from");
    // What the data holds is for the platform alone.
    let data = settings["data"].as_str().unwrap();
    assert!(data.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "safe within forms");
    for secret in ["week-3", "user-1", "session-1", "course-7", DEPLOYMENT] {
        assert!(!data.contains(secret), "{secret}");
    }
    assert_ne!(asking.request.settings().data, Asking::new().request.settings().data, "never the same twice");
}

#[test]
fn p_d06_payload_lti_version() {
    assert_eq!(payload_of(&Asking::new().id_token)[claim("version")], "1.3.0");
}

/// The response is absorbed: the link is there, with its column, and can be launched.
#[test]
fn p_d07_proof_of_lti_link() {
    let asking = Asking::new();
    let mut response =
        asking.request.respond(vec![quiz().into()], "n-1".try_into().unwrap(), asking.pair.now).unwrap();
    response.msg = Some("One quiz added".into());
    response.log = Some("picked from page 3\nby hand".into());
    let post = response.sign(&crate::pair::STRANGER).unwrap();
    assert_eq!(post.action, RETURN, "the same window posts it back");

    let pending = asking.post(&post).unwrap();
    assert_eq!((pending.client_id().as_str(), pending.nonce()), (CLIENT, "n-1"));
    assert_eq!(pending.request_id().len(), 43);
    assert_eq!(pending.remember_until(), asking.pair.now + chrono::TimeDelta::hours(4));
    let content = pending.first_use(lti_platform::Use::First, lti_platform::Use::First).unwrap().accept();
    assert!(refused(&content).is_empty());
    let [added] = accepted(&content)[..] else { panic!("one item") };
    assert_eq!((added.item, added.place), (&ContentItem::from(quiz()), 0));
    assert_eq!((added.title(), added.left_out), (Some("Quiz 9"), [].as_slice()));

    let response = &content.response();
    assert_eq!(response.context_id().unwrap().as_str(), "course-7");
    assert_eq!(
        (response.deployment_id().as_str(), response.user().unwrap().as_str()),
        (DEPLOYMENT, "user-1")
    );
    assert_eq!(response.data(), Some("week-3"), "the platform's own text is back");
    assert_eq!(response.msg().unwrap().to_string(), "One quiz added");
    assert_eq!(response.log().unwrap().to_string(), "picked from page 3 by hand");
    assert_eq!(response.log().unwrap().as_written(), "picked from page 3\nby hand");
    assert!(response.error_msg().is_none() && response.error_log().is_none());
    assert_eq!(response.claims().msg.as_deref(), Some("One quiz added"));
}

/// Signature, issuer, audience, times and nonce, each broken alone.
#[test]
fn dl_p1_rules_of_the_token() {
    let asking = Asking::new();
    let good = asking.claims();
    asking.receive(&good).expect("accepted as it is");
    let now = asking.pair.now.timestamp();
    for (name, value, code) in [
        ("iss", json!("another-tool"), "issuer_mismatch"),
        ("iss", Value::Null, "issuer_missing"),
        ("aud", json!("https://other.example"), "audience_mismatch"),
        ("aud", json!("https://lms.example/"), "audience_mismatch"),
        ("aud", json!([ISSUER, "https://other.example"]), "audience_untrusted"),
        ("aud", json!([]), "audience_missing"),
        ("exp", json!(now - 61), "expired"),
        ("exp", Value::Null, "expiry_missing"),
        ("iat", json!(now + 120), "issued_in_future"),
        ("iat", Value::Null, "issued_at_missing"),
        ("nbf", json!(now + 120), "not_yet_valid"),
        ("nonce", Value::Null, "nonce_missing"),
        ("nonce", json!(" "), "nonce_missing"),
        ("nonce", json!("n".repeat(513)), "nonce_missing"),
    ] {
        let mut claims = good.clone();
        claims[name] = value.clone();
        if code == "expired" {
            claims["iat"] = json!(now - 300);
        }
        assert_eq!(asking.refusal(&claims), code, "{name} {value}");
    }
    // What is odd, and in the specification's own example or text, is accepted.
    for (name, value) in [
        ("aud", json!([ISSUER])),
        ("azp", json!(CLIENT)),
        ("azp", json!(ISSUER)),
        ("azp", json!("anybody")),
        ("sub", json!(CLIENT)),
        ("exp", json!((now + 300).to_string())),
    ] {
        let mut claims = good.clone();
        claims[name] = value.clone();
        asking.receive(&claims).unwrap_or_else(|error| panic!("{name} {value}: {error}"));
    }
    let token = |header: Value| sign(&header.to_string(), &good.to_string(), &crate::pair::STRANGER);
    for (header, code) in [
        (json!({"alg": "RS256"}), "key_id_missing"),
        (json!({"alg": "RS256", "kid": "unknown"}), "key_unknown"),
        (json!({"alg": "none", "kid": "platform-key-1"}), "algorithm_not_allowed"),
        (json!({"alg": "HS256", "kid": "platform-key-1"}), "algorithm_not_allowed"),
        // An algorithm of the vocabulary that this registration does not name.
        (json!({"alg": "RS512", "kid": "platform-key-1"}), "algorithm_not_allowed"),
    ] {
        assert_eq!(asking.receive_token(&token(header.clone())).unwrap_err().code(), code, "{header}");
    }
}

#[test]
fn dl_p2_message_type_and_version() {
    let asking = Asking::new();
    for (name, value, code) in [
        ("message_type", json!("LtiDeepLinkingRequest"), "message_type_unexpected"),
        ("message_type", json!("ltideeplinkingresponse"), "message_type_unexpected"),
        ("message_type", Value::Null, "message_type_unexpected"),
        ("version", json!("1.3"), "version_unsupported"),
        ("version", Value::Null, "version_unsupported"),
    ] {
        let mut claims = asking.claims();
        claims[claim(name)] = value.clone();
        assert_eq!(asking.refusal(&claims), code, "{name} {value}");
    }
}

#[test]
fn dl_p3_deployment_is_that_of_the_request() {
    let pair = Pair::with_platform_record(|record| {
        record.deployment_ids.push(DeploymentId::new("deployment-2").unwrap());
    });
    let asking = Asking { pair, ..Asking::new() };
    for (value, code) in [
        (json!("deployment-2"), "deployment_mismatch"),
        (json!("unknown"), "deployment_mismatch"),
        (Value::Null, "deployment_id_missing"),
    ] {
        let mut claims = asking.claims();
        claims[claim("deployment_id")] = value.clone();
        assert_eq!(asking.refusal(&claims), code, "{value}");
    }
    // Taken away from the tool while somebody chose.
    let mut asking = Asking::new();
    asking.pair = Pair::with_platform_record(|record| record.deployment_ids.clear());
    assert_eq!(asking.refusal(&asking.claims()), "deployment_mismatch");
    asking.pair = Pair::with_platform_record(|record| {
        record.status = lti_types::RegistrationStatus::Disabled;
    });
    assert_eq!(asking.refusal(&asking.claims()), "registration_not_active");
}

/// Equal, unexpired, of this session and person. (That it is used once: `replayed_response`.)
#[test]
fn dl_p4_data_is_the_one_that_was_sent() {
    let mut asking = Asking::new();
    let good = asking.claims();
    let data = format!("{DL}data");
    for (value, code) in [
        (Value::Null, "data_missing"),
        (json!({}), "data_missing"),
        (json!(""), "data_mismatch"),
        (json!("week-3"), "data_mismatch"),
        (json!(format!("{}A", good[&data].as_str().unwrap())), "data_mismatch"),
    ] {
        let mut claims = good.clone();
        claims[&data] = value.clone();
        assert_eq!(asking.refusal(&claims), code, "{value}");
    }
    for session in [
        Session::new("session-2", UserId::new("user-1").unwrap()),
        Session::new("session-1", UserId::new("user-2").unwrap()),
        Session::guest("session-1"),
        Session::guest(""),
    ] {
        asking.session = session;
        let code = asking.refusal(&good);
        assert!(["data_mismatch", "session_mismatch"].contains(&code), "{code}");
    }
    asking.session = asking.pair.session();
    asking.receive(&good).expect("in the right session");
}

/// The body of a POST with one field of this very name.
#[test]
fn dl_p5_a_form_with_one_token() {
    let asking = Asking::new();
    let token = signed(&asking.claims());
    let read = |body: String| {
        let response = lti_platform::UnverifiedDeepLinkingResponse::from_form(body.as_bytes(), RETURN);
        response.map(drop).map_err(|refusal| refusal.code())
    };
    assert_eq!(read(format!("JWT={token}&state=x")), Ok(()));
    assert_eq!(read(format!("a=%20&J%57T={}", token.replace('.', "%2E"))), Ok(()));
    assert_eq!(read(format!("JWT={}", token.replace('.', "%2E"))), Ok(()));
    assert_eq!(read(format!("JWT={token}&%4AWT={token}")), Err("parameter_repeated"));
    assert_eq!(read("JWT".into()), Err("parameter_missing"));
    assert_eq!(read(format!("jwt={token}")), Err("parameter_missing"));
    assert_eq!(read(format!("id_token={token}")), Err("parameter_missing"));
    assert_eq!(read("JWT=".into()), Err("parameter_missing"));
    assert_eq!(read(format!("JWT={token}&JWT={token}")), Err("parameter_repeated"));
    assert_eq!(read("JWT=a.b".into()), Err("segments_malformed"));
    let response = lti_platform::UnverifiedDeepLinkingResponse::from_jwt(&token, RETURN).unwrap();
    assert_eq!(response.likely_client_id().unwrap().as_str(), CLIENT);
    assert_eq!(response.key_id(), Some(crate::pair::STRANGER.key_id()));
}

#[test]
fn dl_p6_items_are_a_list_or_absent() {
    let asking = Asking::new();
    for items in [json!([]), Value::Null] {
        let content = asking.accept(items);
        assert!(accepted(&content).is_empty() && refused(&content).is_empty(), "nothing was chosen");
    }
    for items in [json!({}), json!("x"), json!(7), json!([7]), json!([null]), json!([[]])] {
        assert_eq!(asking.refusal(&asking.claims_of(items.clone())), "content_items_invalid", "{items}");
    }
}

#[test]
fn dl_p7_types_that_were_not_asked_for() {
    let own = "https://tool.example/types/map";
    let asking = Asking::with(|settings| {
        settings.accept_types = Some(vec![ContentItemType::Link, ContentItemType::from(own)]);
    });
    let content = asking.accept(json!([
        {"type": "link", "url": "https://tool.example/a"},
        {"type": "ltiResourceLink", "url": "https://tool.example/b"},
        {"type": own, "zoom": 3, "html": "<b>"},
        {"type": "https://tool.example/types/other"},
        {"type": "LINK", "url": "https://tool.example/c"},
        {"url": "https://tool.example/d"},
        {"type": "link", "title": "leads nowhere"},
    ]));
    let places: Vec<_> = content.accepted().map(|item| item.place).collect();
    assert_eq!(places, [0, 2]);
    let own = serde_json::to_value(accepted(&content)[1].item).unwrap();
    assert_eq!(
        own,
        json!({"type": "https://tool.example/types/map", "zoom": 3, "html": "<b>"}),
        "kept whole"
    );
    let not_accepted = "item_type_not_accepted";
    let refusals = [(1, not_accepted), (3, not_accepted), (4, not_accepted), (5, not_accepted)];
    assert_eq!(refused(&content), [refusals.as_slice(), &[(6, "item_incomplete")]].concat());
}

#[test]
fn dl_p8_more_than_one_item() {
    let items = json!([{"type": "link", "url": "https://t.example/1"}, {"type": "link", "url": "https://t.example/2"}]);
    for accept_multiple in [Some(false), None] {
        let asking = Asking::with(|settings| settings.accept_multiple = accept_multiple);
        let content = asking.accept(items.clone());
        assert!(accepted(&content).is_empty(), "nobody knows which was meant");
        assert_eq!(refused(&content), [(0, "one_item_accepted"), (1, "one_item_accepted")]);
        assert_eq!(asking.accept(json!([items[0]])).accepted().count(), 1);
    }
    assert_eq!(Asking::new().accept(items).accepted().count(), 2);
}

/// Columns: only for links, only where they are made, with all that the tool said.
#[test]
fn dl_p11_line_items() {
    let item = json!({"type": "ltiResourceLink", "title": "Quiz", "lineItem": {
        "scoreMaximum": "20", "label": " ", "resourceId": "quiz-9", "tag": "", "gradesReleased": "true",
        "submissionReview": {"reviewableStatus": ["Completed"], "url": "https://tool.example/review"},
        "https://vendor.example/column": {"weight": 2}},
        "submission": {"startDateTime": "", "endDateTime": "2026-03-01T10:00:00Z"}});
    let id = ResourceLinkId::new("link-9").unwrap();
    let asking = Asking::new();
    let column = |item: &Value| accepted(&asking.accept(json!([item])))[0].line_item(&id, "Untitled");
    assert_eq!(
        serde_json::to_value(column(&item).unwrap()).unwrap(),
        json!({"scoreMaximum": 20.0, "label": "Quiz", "resourceId": "quiz-9", "resourceLinkId": "link-9",
            "endDateTime": "2026-03-01T10:00:00Z", "gradesReleased": true,
            "submissionReview": {"reviewableStatus": ["Completed"], "url": "https://tool.example/review"},
            "https://vendor.example/column": {"weight": 2}})
    );
    let nameless = json!({"type": "ltiResourceLink", "lineItem": {"scoreMaximum": 1}});
    assert_eq!(column(&nameless).unwrap().label, "Untitled");
    assert_eq!(column(&json!({"type": "ltiResourceLink"})), None);
    for most in [json!(0), json!(-1), json!("many"), Value::Null] {
        let mut item = item.clone();
        item["lineItem"]["scoreMaximum"] = most.clone();
        assert_eq!(refused(&asking.accept(json!([item]))), [(0, "score_maximum_invalid")], "{most}");
    }
    // Names that no grade book has room for, and a column on what is no link.
    let mut long = item.clone();
    long["lineItem"]["resourceId"] = "é".repeat(257).into();
    let content = asking.accept(
        json!([long, {"type": "link", "url": "https://t.example/", "lineItem": {"scoreMaximum": 1}}]),
    );
    assert_eq!(accepted(&content)[0].left_out, ["lineItem.resourceId"]);
    assert_eq!(accepted(&content)[0].line_item(&id, "").unwrap().resource_id(), None);
    assert_eq!(accepted(&content)[1].left_out, ["lineItem"]);
    assert_eq!(accepted(&content)[1].line_item(&id, ""), None);
    // Where the platform makes none.
    let without = Asking::with(|settings| settings.accept_lineitem = Some(false));
    let pointless = json!({"type": "ltiResourceLink", "lineItem": {"scoreMaximum": 0}});
    for item in [item, pointless] {
        let content = without.accept(json!([item]));
        assert_eq!(accepted(&content)[0].left_out, ["lineItem"]);
        assert_eq!(accepted(&content)[0].line_item(&id, ""), None);
    }
}

/// A link's id is the platform's to give: what the tool writes of it is among what nobody knows.
#[test]
fn dl_p12_link_ids_are_the_platforms() {
    let content = Asking::new().accept(json!([
        {"type": "ltiResourceLink", "id": "chosen-by-the-tool", "resource_link": {"id": "x"}, "resourceLinkId": "x",
            "lineItem": {"scoreMaximum": 1, "id": "https://lms.example/lineitems/1", "resourceLinkId": "x"}},
    ]));
    let column = accepted(&content)[0].line_item(&ResourceLinkId::new("row-1").unwrap(), "Untitled").unwrap();
    assert_eq!(column.resource_link_id().unwrap().as_str(), "row-1");
    let written = serde_json::to_value(&column).unwrap();
    assert_eq!((written.get("id"), &written["resourceLinkId"]), (None, &json!("row-1")));
}

/// Launches of what was added lead where the item says, with its parameters.
#[test]
fn dl_p13_launch_of_what_was_added() {
    let content = Asking::new().accept(json!([ContentItem::from(quiz())]));
    let ContentItem::LtiResourceLink(item) = accepted(&content)[0].item else { panic!("a link") };
    let mut link = ResourceLink::new(ResourceLinkId::new("row-4711").unwrap());
    link.title.clone_from(&item.title);
    let mut intent = LaunchIntent::resource_link(link, content.response().deployment_id().clone());
    intent.target_link_uri.clone_from(&item.url);

    let pair = Pair::new();
    let session = pair.session();
    let started =
        pair.platform.initiate_login(intent, &session, LoginHint::random().unwrap(), pair.now).unwrap();
    let login = pair.begin(LoginInitiation::from_pairs(started.initiation.to_pairs()).unwrap());
    let request = AuthenticationRequest::from_pairs(login.request.to_pairs()).unwrap();
    let authorized =
        pair.platform.authorize(request, Some(started.pending), Some(&session), pair.now).unwrap();
    let mut message = LaunchMessage::new(Roles::none());
    message.custom = item.custom.clone().unwrap();
    let values = |name: &str| {
        (name == "ResourceLink.submission.endDateTime").then(|| "2026-03-01T10:00:00Z".to_owned())
    };
    let post = authorized.respond_with(message, &values, pair.now).unwrap().sign(&KEY).unwrap();
    let payload = payload_of(post.field("id_token").unwrap());
    assert_eq!(payload[claim("target_link_uri")], "https://tool.example/quiz/9?p1=a");
    assert_eq!(payload[claim("resource_link")], json!({"id": "row-4711", "title": "Quiz 9"}));
    assert_eq!(payload[claim("custom")], json!({"due": "2026-03-01T10:00:00Z", "quiz": "9"}));
}

/// Ways to show an item that were not offered, pictures without an address, periods that are none: left out, and said.
#[test]
fn what_is_not_used_is_left_out() {
    let asking = Asking::with(|settings| {
        settings.accept_presentation_document_targets = Some(vec![lti_types::DocumentTarget::Iframe]);
    });
    let content = asking.accept(json!([
        {"type": "link", "url": "https://t.example/", "window": {}, "iframe": {"src": "https://t.example/f"},
            "embed": {"html": "<b>"}, "icon": {"url": ""}, "thumbnail": {"url": "/t.png"}},
        {"type": "link", "url": "https://t.example/", "iframe": {"width": 9}},
        {"type": "ltiResourceLink", "url": "", "iframe": {"src": "https://t.example/f", "width": 9},
            "available": {"startDateTime": "2026-03-02T00:00:00Z", "endDateTime": "2026-03-01T00:00:00Z"},
            "submission": {"endDateTime": "tomorrow"}, "mediaType": "application/vnd.ims.lti.v1.ltilink"},
        {"type": "ltiResourceLink", "submission": {"startDateTime": "", "endDateTime": "2024-09-25T13:00:00.000Z"}},
    ]));
    let left: Vec<_> = content.accepted().map(|item| item.left_out).collect();
    let expected: [&[&str]; 4] = [
        &["icon", "thumbnail", "window", "embed"],
        &["iframe"],
        &["iframe.src", "available", "submission"],
        &[],
    ];
    assert_eq!(left, expected);
    let link = serde_json::to_value(accepted(&content)[2].item).unwrap();
    let iframe = json!({"width": 9});
    assert_eq!(
        link,
        json!({"type": "ltiResourceLink", "iframe": iframe, "mediaType": "application/vnd.ims.lti.v1.ltilink"})
    );
}

#[test]
fn files_of_media_types_that_were_not_asked_for() {
    let asking = Asking::with(|settings| {
        settings.accept_media_types = Some(lti_types::MediaTypes::Text("image/*, text/html".into()));
    });
    let file =
        |media_type: Value| json!({"type": "file", "url": "https://t.example/f", "mediaType": media_type});
    let content = asking.accept(json!([
        file(json!("image/png")), file(json!("TEXT/html; charset=utf-8")), file(json!("application/pdf")), file(Value::Null),
        // Other types of item are not concerned.
        {"type": "image", "url": "https://t.example/i.svg", "mediaType": "application/pdf"},
    ]));
    assert_eq!(refused(&content), [(2, "media_type_not_accepted")]);
    let places: Vec<_> = content.accepted().map(|item| item.place).collect();
    assert_eq!(places, [0, 1, 3, 4]);
    let items: Vec<_> = content.accepted().map(|item| item.item.clone()).collect();
    assert_eq!(content.into_items(), items);
}

/// What no tool could answer is not asked.
#[test]
fn settings_that_cannot_be_answered_are_not_sent() {
    type Change = fn(&mut lti_types::DeepLinkingSettings);
    let cases: [Change; 3] = [
        |settings| settings.accept_types = None,
        |settings| settings.accept_types = Some(vec![]),
        |settings| settings.accept_presentation_document_targets = None,
    ];
    for (number, change) in cases.into_iter().enumerate() {
        let pair = Pair::new();
        let (authorized, _) = begun(&pair, &pair.session());
        let mut settings = crate::content::all();
        change(&mut settings);
        let message = LaunchMessage::new(Roles::from_iter([lti_types::ContextRole::Instructor]));
        let sealer = Asking::new().sealer;
        let message = authorized.ask_for_content(settings, message, &sealer, pair.now).unwrap();
        assert_eq!(
            authorized.respond(message, pair.now).unwrap_err().code(),
            "service_incomplete",
            "{number}"
        );
    }
}

/// The largest form that is looked at; of a larger one not even the names.
#[test]
fn forms_have_a_limit() {
    let limit = 3 * 1024 * 1024 + 4096;
    for (size, expected) in [(limit, FormError::Missing("JWT")), (limit + 1, FormError::TooLarge)] {
        let form = vec![b'x'; size];
        let error = UnverifiedDeepLinkingResponse::from_form(&form, RETURN).err();
        assert_eq!(error, Some(ResponseRefusal::Form(expected)), "{size}");
    }
}

/// Missing or wrong data, another deployment, another type, two items where one is accepted.
#[test]
fn x35_responses_that_are_not_the_answer() {
    let asking = Asking::with(|settings| settings.accept_multiple = Some(false));
    let with = |name: String, value: Value| {
        let mut claims = asking.claims();
        claims[name] = value;
        asking.refusal(&claims)
    };
    assert_eq!(with(format!("{DL}data"), Value::Null), "data_missing");
    assert_eq!(with(format!("{DL}data"), json!("other")), "data_mismatch");
    assert_eq!(with(claim("deployment_id"), json!("other")), "deployment_mismatch");
    let one = asking.accept(json!([{"type": "other"}]));
    assert_eq!((one.accepted().count(), refused(&one)), (0, vec![(0, "item_type_not_accepted")]));
    let two = asking.accept(json!([{"type": "ltiResourceLink"}, {"type": "ltiResourceLink"}]));
    assert_eq!((two.accepted().count(), two.refused().count()), (0, 2));
}

/// Markup is flagged and sanitized; texts are texts, and pages escape them.
#[test]
fn x36_scripts_in_html_title_and_messages() {
    let asking = Asking::new();
    let script = "<script>alert(1)</script>";
    let mut claims = asking.claims_of(json!([
        {"type": "html", "html": format!("<p onmouseover=x()>a{script}</p>"), "title": script},
        {"type": "link", "url": "https://t.example/", "embed": {"html": "<img src=x onerror=alert(1)>b"}},
    ]));
    claims[format!("{DL}msg")] = script.into();
    claims[format!("{DL}errorlog")] = "\u{1b}[2Jfake\nlines".into();
    let content = asking.proven(&claims).accept();
    let html: Vec<_> = content.accepted().map(|item| item.untrusted_html().unwrap()).collect();
    assert_eq!(html[0].as_written(), format!("<p onmouseover=x()>a{script}</p>"));
    assert_eq!(html[0].sanitized(&[]), "<p>a</p>");
    assert_eq!(html[1].sanitized(&[]), "<img>b");
    assert_eq!(content.response().error_log().unwrap().to_string(), " [2Jfake lines");
    // Into a page they go through its escaping, like every text.
    let msg = content.response().msg().unwrap().to_string();
    let texts = [("title", accepted(&content)[0].title().unwrap()), ("msg", &msg)];
    let post = lti_types::FormPost::new("https://lms.example/add", texts);
    let (nonce, texts) = (CspNonce::from_entropy([5; 32]), Texts::default());
    let page = form_post_page(&post, &PageOptions::new(&nonce, &texts, Framing::SameOrigin)).unwrap();
    assert!(!page.body.contains(script) && page.body.contains("&#60;script&#62;alert(1)"), "{}", page.body);
}

/// Only a login that was begun for it asks for content, and only for what fits.
#[test]
fn asking_goes_wrong_early() {
    let pair = Pair::new();
    let (authorized, _) = pair.authorized();
    let sealer = lti_jwks::Sealer::new(lti_jwks::SealingKey::random().unwrap());
    let message = LaunchMessage::new(Roles::none());
    let refused = authorized.ask_for_content(crate::content::all(), message, &sealer, pair.now);
    assert_eq!(refused.unwrap_err(), AskError::NotDeepLinking);
    let record = |record: &mut lti_types::ToolRecord| {
        record.deep_linking_url = Some("https://tool.example/choose".into());
    };
    let pair = Pair::with_platform_record(record);
    let intent = LaunchIntent::deep_linking(DeploymentId::new(DEPLOYMENT).unwrap());
    let started = pair
        .platform
        .initiate_login(intent, &pair.session(), LoginHint::random().unwrap(), pair.now)
        .unwrap();
    assert_eq!(started.initiation.target_link_uri.as_str(), "https://tool.example/choose");
}

/// A refusal says what is wrong, by a code and a section, and nothing of what was sent.
#[test]
fn refusals_do_not_echo() {
    let asking = Asking::new();
    let mut claims = asking.claims_of(json!([{"type": "Secret1", "url": "Secret1"}]));
    let accepted = asking.proven(&claims).accept();
    assert!(!accepted.refused().next().unwrap().reason.to_string().contains("Secret1"));
    claims[format!("{DL}data")] = "Secret1".into();
    let error: ResponseRefusal = asking.receive(&claims).map(drop::<PendingResponse>).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("Secret1"));
    assert!(error.spec().starts_with("Deep Linking") && error.http_status() == 403);
    let pending = asking.receive(&asking.claims()).unwrap();
    assert!(!format!("{pending:?}").contains("user-1"));
}
