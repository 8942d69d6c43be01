//! What a hostile tool, or somebody with an honest tool's response, could try at a platform that asks for content.

use std::collections::BTreeSet;
use std::sync::{Barrier, Mutex};

use chrono::TimeDelta;
use lti_jwks::{Purpose, Sealer, SealingKey, VerifyingKeys};
use lti_platform::{ResponseRefusal, Session, UnverifiedDeepLinkingResponse, Use};
use lti_types::{ClientId, ContentItem, ContentItemType, DeepLinkingResponse, FormPost, UserId};
use serde_json::{Value, json};

use crate::content::{Asking, DL, RETURN, accepted, all, key_bytes, refused, signed};
use crate::pair::{KEY, Pair, base64url, sign};

fn sealer() -> Sealer {
    Sealer::new(SealingKey::from_entropy(&key_bytes()).unwrap())
}

/// Another tool of the same platform answers in this tool's place: with its own name, or with its name and another's
/// key, or with this tool's `data`.
#[test]
fn response_from_another_client() {
    let asking = Asking::new();
    let mut claims = asking.claims();
    // Under its own name, at this tool's return URL.
    claims["iss"] = "other-tool".into();
    assert_eq!(asking.refusal(&claims), "issuer_mismatch");
    // Under this tool's name, with a key that is not this tool's.
    let forged = sign(r#"{"alg":"RS256","kid":"platform-key-1"}"#, &asking.claims().to_string(), &KEY);
    assert_eq!(asking.receive_token(&forged).unwrap_err().code(), "signature_invalid");
    // Properly registered, with the `data` of the request to this tool.
    let mut other = Asking::new();
    other.pair = Pair::with_platform_record(|record| record.client_id = ClientId::new("other-tool").unwrap());
    assert_eq!(other.refusal(&claims), "request_mismatch");
}

/// The same response, the same nonce in another, and another response to the same request are all refused.
#[test]
fn replayed_response() {
    let asking = Asking::new();
    let mut seen = BTreeSet::new();
    let mut receive = |claims: &Value| {
        let pending = asking.receive(claims).unwrap();
        let mut first = |name: String| if seen.insert(name) { Use::First } else { Use::Repeated };
        let nonce = first(format!("{} {}", pending.client_id().as_str(), pending.nonce()));
        let request = first(pending.request_id().to_owned());
        pending.first_use(nonce, request).map(drop).map_err(|refusal| refusal.code())
    };
    let claims = asking.claims();
    assert_eq!(receive(&claims), Ok(()));
    assert_eq!(receive(&claims), Err("response_replayed"));
    // A fresh nonce: the request was answered.
    assert_eq!(receive(&asking.claims()), Err("response_replayed"));
    for (nonce, request) in [(Use::First, Use::Repeated), (Use::Repeated, Use::First)] {
        let pending = asking.receive(&claims).unwrap();
        assert_eq!(pending.first_use(nonce, request).unwrap_err().code(), "response_replayed");
    }
}

/// Many at once: one is taken.
#[test]
fn replayed_response_in_a_race() {
    let asking = Asking::new();
    let claims = asking.claims();
    let (seen, start) = (Mutex::new(BTreeSet::new()), Barrier::new(8));
    let taken: usize = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8)
            .map(|_| {
                let (seen, start) = (&seen, &start);
                let token = signed(&claims);
                let (sealer, session, platform, keys, now) = (
                    sealer(),
                    asking.session.clone(),
                    asking.pair.platform.clone(),
                    asking.tool_keys.clone(),
                    asking.pair.now,
                );
                scope.spawn(move || {
                    start.wait();
                    let response = UnverifiedDeepLinkingResponse::from_jwt(&token, RETURN).unwrap();
                    let pending = response.verify(&platform, &session, &keys, &sealer, now).unwrap();
                    let first = |name: &str| {
                        if seen.lock().unwrap().insert(name.to_owned()) { Use::First } else { Use::Repeated }
                    };
                    let (nonce, request) = (first(pending.nonce()), first(pending.request_id()));
                    usize::from(pending.first_use(nonce, request).is_ok())
                })
            })
            .collect();
        tries.into_iter().map(|try_one| try_one.join().unwrap()).sum()
    });
    assert_eq!(taken, 1);
}

/// A deployment of the same tool, in another part of the platform.
#[test]
fn foreign_deployment() {
    let pair = Pair::with_platform_record(|record| {
        record.deployment_ids.push("deployment-2".to_owned().try_into().unwrap());
    });
    let asking = Asking { pair, ..Asking::new() };
    let mut claims = asking.claims();
    claims[crate::payloads::claim("deployment_id")] = "deployment-2".into();
    assert_eq!(asking.refusal(&claims), "deployment_mismatch");
}

/// `data` of another request: of another person's session, of another course, made up, or sealed for something else.
#[test]
fn swapped_data() {
    let asking = Asking::new();
    let data = format!("{DL}data");
    let with = |text: Value| {
        let mut claims = asking.claims();
        claims[&data] = text;
        claims
    };
    // A colleague's request, lured out of them: their course is not to get this content in their name.
    let pair = Pair::new();
    let colleague = Session::new("session-2", UserId::new("user-2").unwrap());
    let theirs = Asking::of(pair, colleague, all(), sealer());
    assert_eq!(asking.refusal(&with(theirs.claims()[&data].clone())), "data_mismatch");
    // And the other way round: my response, posted by their browser.
    assert_eq!(theirs.refusal(&asking.claims()), "data_mismatch");
    // Somebody else signed in, in the same session.
    let mut later = Asking::new();
    later.session = Session::new("session-1", UserId::new("user-2").unwrap());
    assert_eq!(later.refusal(&asking.claims()), "session_mismatch");
    // A text that was sealed with the same key for another purpose, and one of another installation.
    let asked = json!({"settings": {"deep_link_return_url": RETURN}});
    let until = asking.pair.now + TimeDelta::hours(1);
    let hint = asking.sealer.seal(Purpose::new("login-hint"), b"session-1", &asked, until).unwrap();
    assert_eq!(asking.refusal(&with(hint.into())), "data_mismatch");
    let foreign = Sealer::new(SealingKey::random().unwrap());
    let foreign = Asking::of(Pair::new(), asking.session.clone(), all(), foreign);
    assert_eq!(asking.refusal(&with(foreign.claims()[&data].clone())), "data_mismatch");
    // Every byte counts.
    let good = asking.claims()[&data].as_str().unwrap().to_owned();
    for at in (0..good.len()).step_by(7) {
        let mut bent = good.clone().into_bytes();
        bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
        assert_eq!(asking.refusal(&with(String::from_utf8(bent).unwrap().into())), "data_mismatch", "{at}");
    }
    // The content goes where the request was made, whatever is posted along with it.
    let mut claims = asking.claims();
    claims[crate::payloads::claim("context")] = json!({"id": "course-8"});
    assert_eq!(asking.proven(&claims).context_id().unwrap().as_str(), "course-7");
}

/// The token after its expiry, and a fresh token for a request that is too old.
#[test]
fn expired() {
    let mut asking = Asking::new();
    let claims = asking.claims();
    asking.pair.pass(TimeDelta::seconds(359));
    asking.receive(&claims).expect("within the leeway");
    asking.pair.pass(TimeDelta::seconds(1));
    assert_eq!(asking.refusal(&claims), "expired");
    asking.pair.pass(TimeDelta::hours(4) - TimeDelta::seconds(361));
    let pending = asking.receive(&asking.claims()).expect("somebody chose for long");
    assert_eq!(pending.remember_until() - asking.pair.now, TimeDelta::seconds(1));
    asking.pair.pass(TimeDelta::seconds(1));
    assert_eq!(asking.refusal(&asking.claims()), "request_expired");
    // A tool cannot make its response outlive the request.
    let mut eternal = asking.claims();
    eternal["exp"] = 99_999_999_999_i64.into();
    assert_eq!(asking.refusal(&eternal), "request_expired");
}

#[test]
fn item_type_not_accepted() {
    let asking =
        Asking::with(|settings| settings.accept_types = Some(vec![ContentItemType::LtiResourceLink]));
    for item in [
        json!({"type": "html", "html": "<b>"}),
        json!({"type": "link", "url": "https://t.example/"}),
        json!({"type": "ltiAssetProcessor"}),
        json!({"type": "ltiresourcelink"}),
        json!({"type": ["ltiResourceLink"]}),
        json!({"type": ""}),
        json!({}),
    ] {
        let content = asking.accept(json!([item, {"type": "ltiResourceLink"}]));
        assert_eq!(refused(&content), [(0, "item_type_not_accepted")], "{item}");
        assert_eq!(content.accepted().count(), 1);
    }
}

#[test]
fn two_items_where_one_is_allowed() {
    let asking = Asking::with(|settings| settings.accept_multiple = Some(false));
    // The second not even of a type that was asked for: still nobody knows what was meant.
    let content = asking.accept(json!([{"type": "ltiResourceLink"}, {"type": "nonsense"}]));
    assert_eq!((content.accepted().count(), content.refused().count()), (0, 2));
    assert_eq!(content.refused().next().unwrap().reason.code(), "one_item_accepted");
}

/// Addresses that are scripts, or hide where they lead, in each place where an address can stand: none of them is in
/// what is accepted.
#[test]
fn script_url() {
    let asking = Asking::new();
    let bad = [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "\u{1}javascript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://t.example/1",
        "ftp://t.example/f",
        "//evil.example/",
        "/admin/delete?course=7",
        "",
        "https://lms.example@evil.example/",
        "https://evil.example\n.lms.example/",
        "https:///",
        "https://",
    ];
    for url in bad {
        for item in [
            json!({"type": "link", "url": url}),
            json!({"type": "file", "url": url}),
            json!({"type": "image", "url": url}),
        ] {
            assert_eq!(refused(&asking.accept(json!([item]))), [(0, "item_url_invalid")], "{item}");
        }
        let review = json!({"scoreMaximum": 1, "submissionReview": {"url": url}});
        for item in [
            json!({"type": "ltiResourceLink", "url": url}),
            json!({"type": "ltiResourceLink", "url": [url]}),
            json!({"type": "ltiResourceLink", "lineItem": review}),
            json!({"type": "ltiAssetProcessor", "url": url}),
            json!({"type": "ltiAssetProcessor", "report": {"url": url}}),
        ] {
            let content = asking.accept(json!([item]));
            // A blank is no address, and leads nowhere.
            if !url.is_empty() || item["url"].is_array() {
                assert_eq!(refused(&content), [(0, "item_url_invalid")], "{item}");
            }
        }
        // Beside the address it is opened by: the picture or frame is not there.
        let ok = "https://t.example/";
        for (item, gone) in [
            (json!({"type": "link", "url": ok, "icon": {"url": url}}), "icon"),
            (json!({"type": "image", "url": ok, "thumbnail": {"url": url}}), "thumbnail"),
            (json!({"type": "file", "url": ok, "icon": {"url": url}}), "icon"),
            (json!({"type": "link", "url": ok, "iframe": {"src": url}}), "iframe"),
            (json!({"type": "link", "url": ok, "icon": url}), "icon"),
            (json!({"type": "link", "url": ok, "iframe": url}), "iframe"),
            (json!({"type": "ltiResourceLink", "url": ok, "iframe": {"src": url}}), "iframe.src"),
            (json!({"type": "ltiResourceLink", "url": ok, "embed": {"html": url}}), "embed"),
            (json!({"type": "ltiAssetProcessor", "url": ok, "report": [url]}), "report"),
            (json!({"type": "html", "html": "a", "url": url}), "url"),
        ] {
            let content = asking.accept(json!([item]));
            assert_eq!(accepted(&content)[0].left_out, [gone], "{item}");
            let kept = serde_json::to_string(accepted(&content)[0].item).unwrap();
            assert!(url.is_empty() || !kept.contains(&serde_json::to_string(url).unwrap()), "{kept}");
        }
    }
    // Plain http can be looked at, and not be launched.
    let plain = "http://t.example/";
    let content =
        asking.accept(json!([{"type": "link", "url": plain}, {"type": "ltiResourceLink", "url": plain}]));
    assert_eq!((content.accepted().count(), refused(&content)), (1, vec![(1, "item_url_invalid")]));
    asking
        .accept(json!([{"type": "link", "url": "HTTPS://T.example/a b?c=<d>&é#f"}]))
        .accepted()
        .next()
        .unwrap();
}

/// DL-P9: what is shown of a fragment has no script in it, whichever way it is hidden.
#[test]
fn dl_p9_html_with_handlers() {
    const MARKUP_IN_A_TITLE: &str = "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>";
    const END_IN_A_TITLE: &str = "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>";
    let asking = Asking::new();
    for html in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
        "<a href='javas&#99;ript:alert(1)'>x</a>",
        "<a href='java&#10;script:alert(1)'>x</a>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<iframe src=javascript:alert(1)></iframe>",
        "<object data=javascript:alert(1)></object><embed src=//evil.example/x.swf>",
        MARKUP_IN_A_TITLE,
        END_IN_A_TITLE,
        "<form><button formaction=javascript:alert(1)>x</button></form>",
        "<details open ontoggle=alert(1)>",
        "<base href=//evil.example/><link rel=stylesheet href=//evil.example/x.css>",
        "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
        "<template><script>alert(1)</script></template>",
        "<p style='background:url(javascript:alert(1))'>",
        "<<script>alert(1)//<</script>",
    ] {
        let content = asking.accept(json!([
            {"type": "html", "html": html},
            {"type": "link", "url": "https://t.example/", "embed": {"html": html}},
        ]));
        assert_eq!(content.accepted().count(), 2, "{html}");
        for item in content.accepted() {
            let fragment = item.untrusted_html().expect("flagged");
            assert_eq!(fragment.as_written(), html, "nothing is lost silently");
            for clean in [fragment.sanitized(&[]), fragment.sanitized(&["videos.example"])] {
                let text = clean.to_ascii_lowercase();
                for bad in [
                    "<script",
                    "javascript:",
                    "<svg",
                    "<object",
                    "<form",
                    "<meta",
                    "<base",
                    "<link",
                    "<style",
                    "srcdoc",
                    "style=",
                ] {
                    assert!(!text.contains(bad), "{html} → {clean}");
                }
                match html {
                    MARKUP_IN_A_TITLE => assert_eq!(clean, ""),
                    END_IN_A_TITLE => assert_eq!(clean, "&lt;p title='<img>'&gt;"),
                    _ => {}
                }
                // Whatever still reads like a handler is text, not an attribute of a tag.
                let tags: Vec<_> =
                    clean.split('<').skip(1).map(|tag| tag.split('>').next().unwrap()).collect();
                assert!(tags.iter().all(|tag| !tag.contains(" on")), "{html} → {clean}");
            }
        }
    }
}

/// DL-P10: refused by its length before it is decoded, or by the first item too many.
#[test]
fn dl_p10_a_million_items() {
    let asking = Asking::new();
    let million = format!("[{}{{}}]", "{},".repeat(999_999));
    let claims = asking.claims().to_string();
    let payload = format!("{},\"{DL}content_items\":{million}}}", claims.trim_end_matches('}'));
    let header = base64url(br#"{"alg":"RS256","kid":"platform-key-1"}"#);
    let token = format!("{header}.{}.{}", base64url(payload.as_bytes()), base64url(&[0; 256]));
    // More than the form may have is not even looked for its field.
    assert_eq!(asking.receive_token(&token).unwrap_err().code(), "form_too_large");
    let code = |refused: Result<_, ResponseRefusal>| {
        refused.map(drop::<UnverifiedDeepLinkingResponse>).unwrap_err().code()
    };
    assert_eq!(code(UnverifiedDeepLinkingResponse::from_jwt(&token, RETURN)), "too_large");
    let form = format!("JWT={}", &token[..DeepLinkingResponse::MAX_TOKEN + 1]);
    assert_eq!(code(UnverifiedDeepLinkingResponse::from_form(form.as_bytes(), RETURN)), "too_large");
    // As many as fit into a token that is read: the one after the thousandth ends it.
    let link = json!({"type": "link", "url": "https://t.example/"});
    let of = |count: usize| asking.claims_of(json!(vec![link.clone(); count]));
    assert_eq!(asking.proven(&of(1000)).accept().accepted().count(), 1000);
    assert_eq!(asking.refusal(&of(1001)), "content_items_invalid");
    let bare = asking.claims_of(json!(vec![json!({}); 200_000]));
    assert_eq!(asking.refusal(&bare), "content_items_invalid");
    // A tool that keeps the rules can send as many as are read.
    let items: Vec<ContentItem> = serde_json::from_value(json!(vec![link; 1000])).unwrap();
    assert!(asking.post(&asking.answer(items)).is_ok());
    // Deep, where it could be expensive.
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let payload = format!(
        "{},\"{DL}content_items\":[{{\"type\":\"link\",\"x\":{deep}}}]}}",
        claims.trim_end_matches('}')
    );
    let token = sign(r#"{"alg":"RS256","kid":"platform-key-1"}"#, &payload, &crate::pair::STRANGER);
    assert_eq!(asking.receive_token(&token).unwrap_err().code(), "payload_nested_too_deep");
}

/// A response that is posted to another address of the platform, where another course or placement is.
#[test]
fn return_url_not_the_one_sent() {
    let asking = Asking::new();
    let form = asking.answer(Vec::new());
    for address in [
        "https://lms.example/courses/8/content?modal=true",
        "https://lms.example/courses/7/content",
        "https://lms.example/courses/7/content?modal=true#",
        "http://lms.example/courses/7/content?modal=true",
        "",
    ] {
        let elsewhere = FormPost::new(address, form.fields.clone());
        assert_eq!(asking.post(&elsewhere).unwrap_err().code(), "return_url_mismatch", "{address}");
    }
    // Nor does the tool's side have a way to send it elsewhere.
    assert_eq!(form.action, RETURN);
    assert!(asking.post(&form).is_ok());
}

/// A claim that stands twice says two things; so does an item's member.
#[test]
fn members_that_stand_twice() {
    let asking = Asking::new();
    let twice = |text: &str, again: &str| {
        let payload = asking.claims_of(json!([{"type": "link", "url": "https://t.example/"}])).to_string();
        let payload = payload.replacen(text, again, 1);
        let token = sign(r#"{"alg":"RS256","kid":"platform-key-1"}"#, &payload, &crate::pair::STRANGER);
        asking.receive_token(&token).unwrap_err().code()
    };
    let url = r#""url":"https://t.example/""#;
    assert_eq!(twice(url, &format!(r#"{url},"url":"javascript:alert(1)""#)), "content_items_invalid");
    assert_eq!(twice(r#""iss":"#, r#""iss":"x","iss":"#), "payload_malformed");
}

/// Keys of the platform, or none, prove nothing about the tool.
#[test]
fn keys_of_somebody_else() {
    let mut asking = Asking::new();
    let claims = asking.claims();
    asking.tool_keys = VerifyingKeys::single(KEY.verifying_key().clone());
    assert_eq!(asking.refusal(&claims), "signature_invalid");
    asking.pair.platform.policy.algorithms.clear();
    assert_eq!(asking.refusal(&claims), "algorithm_not_allowed");
}
