use lti_browser::{
    ErrorReport, Fault, Framing, PageError, PageOptions, StorageCompletion, StorageLogin, Texts, error_json,
    error_page, form_post_page, new_window_page, storage_completion_page, storage_login_page,
};
use lti_types::{BrowserSecret, FormPost, InvalidUrl, State, StorageTarget};
use proptest::prelude::*;
use scraper::{Html, Selector};

use crate::support::{NONCE, all_pages, nonce, script};

#[test]
fn every_page_is_well_formed_and_accessible() {
    for texts in [Texts::for_locale("en"), Texts::for_locale("es")] {
        for (name, reply) in all_pages("plain", &texts) {
            let document = Html::parse_document(&reply.body);
            assert!(document.errors.is_empty(), "{name}: {:?}", document.errors);
            let one = |css: &str| {
                let selector = Selector::parse(css).unwrap();
                let found: Vec<_> = document.select(&selector).collect();
                assert_eq!(found.len(), 1, "{name}: {css}");
                found.first().map(|element| element.text().collect::<String>()).unwrap_or_default()
            };
            one(&format!("html[lang={}][dir=ltr]", texts.lang));
            one("meta[charset=utf-8]");
            one("meta[name=viewport]");
            one("main");
            assert!(!one("title").trim().is_empty(), "{name}");
            if name != "platform_storage" {
                one("main > h1, main > div:not([hidden]) > h1");
            }
            let ids = Selector::parse("[id]").unwrap();
            let mut ids: Vec<_> = document.select(&ids).filter_map(|e| e.value().id()).collect();
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{name}: an id twice");
        }
    }
}

#[test]
fn templates_mark_nothing_as_safe() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "html") {
            let text = std::fs::read_to_string(&path).unwrap();
            for forbidden in ["safe", "escape", "filter", "autoescape", "style=", " on", "javascript:"] {
                assert!(!text.contains(forbidden), "{}: {forbidden}", path.display());
            }
            seen += 1;
        }
    }
    assert_eq!(seen, 9);
}

#[test]
fn scripts_arrive_as_they_are_written() {
    let pages = all_pages("plain", &Texts::for_locale("en"));
    for (page, parts) in [
        ("form_post", vec![include_str!("../../templates/scripts/form_post.js")]),
        (
            "storage_login",
            vec![
                include_str!("../../templates/scripts/decode.js"),
                include_str!("../../templates/scripts/platform_frame.js"),
                include_str!("../../templates/scripts/storage_login.js"),
            ],
        ),
        (
            "storage_completion",
            vec![
                include_str!("../../templates/scripts/decode.js"),
                include_str!("../../templates/scripts/platform_frame.js"),
                include_str!("../../templates/scripts/storage_completion.js"),
            ],
        ),
        (
            "platform_storage",
            vec![
                include_str!("../../templates/scripts/decode.js"),
                include_str!("../../templates/scripts/platform_storage.js"),
            ],
        ),
    ] {
        let (_, reply) = pages.iter().find(|(name, _)| *name == page).unwrap();
        let (text, _) = script(&reply.body);
        // Where one includes another, each of its pieces.
        for part in parts.iter().flat_map(|part| part.split(r#"{% include "scripts/decode.js" %}"#)) {
            assert!(text.contains(part.trim()), "{page}");
            for forbidden in
                ["innerHTML", "outerHTML", "document.write", "eval(", "Function(", "<!--", "insertAdjacent"]
            {
                assert!(!part.contains(forbidden), "{page}: {forbidden}");
            }
        }
    }
}

#[test]
fn addresses_that_are_refused() {
    let (nonce, texts) = (nonce(), Texts::for_locale("en"));
    let options = PageOptions::new(&nonce, &texts, Framing::SameOrigin);
    for (action, why) in [
        ("javascript:alert(1)", InvalidUrl::Scheme),
        (" javascript:alert(1)", InvalidUrl::Scheme),
        ("java\nscript:alert(1)", InvalidUrl::Scheme),
        ("JaVaScRiPt:alert(1)", InvalidUrl::Scheme),
        ("data:text/html,<script>alert(1)</script>", InvalidUrl::Scheme),
        ("vbscript:x", InvalidUrl::Scheme),
        ("file:///etc/passwd", InvalidUrl::Scheme),
        ("blob:https://tool.example/1", InvalidUrl::Scheme),
        ("", InvalidUrl::NotAbsolute),
        ("/launch", InvalidUrl::NotAbsolute),
        ("//evil.example/launch", InvalidUrl::NotAbsolute),
        ("https://", InvalidUrl::NotAbsolute),
        ("https://*.example/", InvalidUrl::NotAbsolute),
        ("https://a;script-src.example/", InvalidUrl::NotAbsolute),
        ("https://user:pw@tool.example/", InvalidUrl::Credentials),
    ] {
        let result = form_post_page(&FormPost::new(action, [("a", "b")]), &options);
        assert_eq!(result, Err(PageError::Address(why)), "{action}");
    }
    let evil = "javascript:alert(1)".parse().unwrap();
    let good = "https://lms.example/auth".parse().unwrap();
    let state = State::new("s").unwrap();
    let (secret, target) = (BrowserSecret::new("x").unwrap(), StorageTarget::new("_parent").unwrap());
    let refused = Err(PageError::Address(InvalidUrl::Scheme));
    assert_eq!(new_window_page(&evil, &options), refused);
    assert_eq!(storage_login_page(&StorageLogin::new(&evil, &target, &state, &secret), &options), refused);
    let mut login = StorageLogin::new(&good, &target, &state, &secret);
    login.new_window = Some(&evil);
    assert_eq!(storage_login_page(&login, &options), refused);
    let origin = lti_browser::Origin::of(&good).unwrap();
    let mut completion = StorageCompletion::new("t", &state, &origin, "/complete");
    completion.new_window = Some(&evil);
    assert_eq!(storage_completion_page(&completion, &options), refused);
    for path in ["https://evil.example/", "//evil.example/", "/\\evil.example/", "complete", ""] {
        let completion = StorageCompletion::new("t", &state, &origin, path);
        assert_eq!(storage_completion_page(&completion, &options), Err(PageError::Path), "{path}");
    }
    let mut report = ErrorReport::new(400, Fault::Malformed, "x");
    report.new_window = Some(evil);
    assert!(!error_page(&report, &options).body.contains("javascript:"));
}

#[test]
fn fields_that_browsers_would_change_are_refused() {
    let (nonce, texts) = (nonce(), Texts::for_locale("en"));
    let options = PageOptions::new(&nonce, &texts, Framing::SameOrigin);
    for (name, value) in [("", "x"), ("_charset_", "x"), ("_CharSet_", "x"), ("a\0", "x"), ("a", "x\0")] {
        let post = FormPost::new("https://tool.example/", [(name, value)]);
        assert_eq!(form_post_page(&post, &options), Err(PageError::Field), "{name:?} {value:?}");
    }
}

#[test]
fn error_pages_say_what_why_and_who_in_both_languages() {
    let nonce = nonce();
    for tag in ["en", "es"] {
        let texts = Texts::for_locale(tag);
        let options = PageOptions::new(&nonce, &texts, Framing::SameOrigin);
        for fault in [
            Fault::Malformed,
            Fault::Expired,
            Fault::OtherBrowser,
            Fault::SignedOut,
            Fault::Declined,
            Fault::Unknown,
            Fault::NotFound,
            Fault::Configuration,
            Fault::Unavailable,
        ] {
            let mut report = ErrorReport::new(403, fault, "some_code");
            report.spec = Some("LTI Core 1.3 §5.3.3".to_owned());
            let reply = error_page(&report, &options);
            assert_eq!(reply.status, 403);
            let text: String = Html::parse_document(&reply.body).root_element().text().collect();
            for words in [
                texts.fault(fault).what.as_ref(),
                texts.fault(fault).why.as_ref(),
                texts.remedy(fault.remedy()),
                "some_code",
                "LTI Core 1.3 §5.3.3",
            ] {
                assert!(text.contains(words), "{tag} {fault:?}: {words}");
            }
            let json: serde_json::Value = serde_json::from_str(&error_json(&report, &texts).body).unwrap();
            assert_eq!(json["error"], "some_code");
            assert_eq!(json["message"], texts.fault(fault).what.as_ref());
            assert_eq!(json["spec"], "LTI Core 1.3 §5.3.3");
        }
    }
}

#[test]
fn tokens_do_not_print() {
    for (_, reply) in all_pages("s3cret", &Texts::for_locale("en")) {
        assert!(!format!("{reply:?}").contains("s3cret"));
    }
}

/// What the browser would post: the only form of the page.
fn posted(body: &str) -> (String, Vec<(String, String)>) {
    let document = Html::parse_document(body);
    let (form, hidden) = (Selector::parse("form").unwrap(), Selector::parse("input").unwrap());
    let forms: Vec<_> = document.select(&form).collect();
    assert_eq!(forms.len(), 1);
    let form = forms[0];
    let button = Selector::parse("button[type=submit]:not([name])").unwrap();
    assert_eq!(form.value().attr("method"), Some("post"));
    assert_eq!(form.value().attr("enctype"), Some("application/x-www-form-urlencoded"));
    assert_eq!(form.select(&button).count(), 1);
    let attribute = |e: scraper::ElementRef<'_>, name| e.value().attr(name).unwrap().to_owned();
    let fields = form
        .select(&hidden)
        .map(|input| {
            assert_eq!(input.value().attr("type"), Some("hidden"));
            (attribute(input, "name"), attribute(input, "value"))
        })
        .collect();
    (attribute(form, "action"), fields)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_field_comes_back_exactly(
        fields in proptest::collection::vec(("[^\\x00]{1,20}", "[^\\x00]{0,60}"), 0..6),
        query in "[^\\x00]{0,30}",
    ) {
        prop_assume!(fields.iter().all(|(name, _)| !name.eq_ignore_ascii_case("_charset_")));
        let mut action = url::Url::parse("https://tool.example/launch").unwrap();
        action.query_pairs_mut().append_pair("q", &query);
        let post = FormPost::new(action.as_str(), fields);
        let (nonce, texts) = (nonce(), Texts::for_locale("en"));
        let reply = form_post_page(&post, &PageOptions::new(&nonce, &texts, Framing::SameOrigin)).unwrap();
        let (found_action, found_fields) = posted(&reply.body);
        prop_assert_eq!(found_action, post.action);
        prop_assert_eq!(found_fields, post.fields);
        let (text, _) = script(&reply.body);
        prop_assert_eq!(text.trim(), include_str!("../../templates/scripts/form_post.js").trim());
    }

    #[test]
    fn any_setting_comes_back_exactly(text in "\\PC{1,60}") {
        let (Ok(state), Ok(secret), Ok(target)) =
            (State::new(text.clone()), BrowserSecret::new(text.clone()), StorageTarget::new(text.clone()))
        else { return Ok(()) };
        let request = "https://lms.example/auth".parse().unwrap();
        let (nonce, texts) = (nonce(), Texts::for_locale("en"));
        let options = PageOptions::new(&nonce, &texts, Framing::AnyHttps);
        let reply = storage_login_page(&StorageLogin::new(&request, &target, &state, &secret), &options).unwrap();
        let settings: serde_json::Value = serde_json::from_str(&script(&reply.body).1).unwrap();
        prop_assert_eq!(settings["value"].as_str(), Some(text.as_str()));
        prop_assert_eq!(settings["target"].as_str(), Some(text.as_str()));
        prop_assert!(reply.body.contains(NONCE));
    }
}
