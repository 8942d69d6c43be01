use lti_browser::{
    Completion, FormTargets, Framing, Origin, PageOptions, Reply, Texts, form_post_page, new_window_page,
};
use lti_types::FormPost;

use crate::support::{NONCE, all_pages, nonce};

fn policy(reply: &Reply) -> &str {
    reply.header("Content-Security-Policy").unwrap()
}

#[test]
fn exact_headers_of_every_page() {
    let expected = [
        ("form_post", "script-src 'nonce-N'; ", "", "https:"),
        ("error", "", "", "'none'"),
        ("new_window", "", "", "'none'"),
        ("storage_login", "script-src 'nonce-N'; ", "", "'none'"),
        ("storage_completion", "script-src 'nonce-N'; ", "connect-src 'self'; ", "'none'"),
        ("platform_storage", "script-src 'nonce-N'; ", "", "'none'"),
    ];
    let pages = all_pages("plain", &Texts::for_locale("en"));
    for ((name, reply), (expected_name, script, connect, form)) in pages.iter().zip(expected) {
        assert_eq!(*name, expected_name);
        let csp = format!(
            "default-src 'none'; {script}style-src 'nonce-N'; img-src data:; {connect}form-action {form}; \
             base-uri 'none'; frame-ancestors 'self' https:"
        );
        assert_eq!(
            reply.headers,
            [
                ("Content-Type", "text/html; charset=utf-8".to_owned()),
                ("Content-Security-Policy", csp.replace("nonce-N", &format!("nonce-{NONCE}"))),
                ("Cache-Control", "no-store".to_owned()),
                ("Referrer-Policy", "no-referrer".to_owned()),
                ("X-Content-Type-Options", "nosniff".to_owned()),
            ],
            "{name}"
        );
        assert!(!policy(reply).contains("unsafe"), "{name}");
        // Quirk 42: it cannot name origins, and it kills launches in frames.
        assert_eq!(reply.header("x-frame-options"), None);
    }
}

#[test]
fn frames_and_forms_are_named_exactly() {
    let (nonce, texts) = (nonce(), Texts::for_locale("en"));
    let origin = |text| Origin::parse(text).unwrap();
    let post = |action| FormPost::new(action, [("a", "b")]);
    for (framing, sources) in [
        (Framing::Never, "'none'"),
        (Framing::SameOrigin, "'self'"),
        (
            Framing::Origins(vec![origin("https://a.example/x"), origin("http://[::1]:80/")]),
            "'self' https://a.example http://[::1]",
        ),
        (Framing::Origins(Vec::new()), "'self'"),
        (Framing::AnyHttps, "'self' https:"),
    ] {
        let options = PageOptions::new(&nonce, &texts, framing);
        let reply = form_post_page(&post("https://tool.example/launch"), &options).unwrap();
        assert!(policy(&reply).ends_with(&format!("; frame-ancestors {sources}")), "{}", policy(&reply));
    }
    for (targets, action, sources) in [
        (FormTargets::AnyHttps, "https://tool.example/launch", "https:"),
        (FormTargets::AnyHttps, "http://127.0.0.1:9001/launch", "https: http://127.0.0.1:9001"),
        (FormTargets::Only(Vec::new()), "https://tool.example/launch", "https://tool.example"),
        (
            FormTargets::Only(vec![origin("https://app.tool.example/")]),
            "https://tool.example:8443/launch",
            "https://tool.example:8443 https://app.tool.example",
        ),
    ] {
        let mut options = PageOptions::new(&nonce, &texts, Framing::SameOrigin);
        options.form_targets = targets;
        let reply = form_post_page(&post(action), &options).unwrap();
        assert!(policy(&reply).contains(&format!("; form-action {sources}; ")), "{}", policy(&reply));
    }
}

#[test]
fn redirects_carry_nothing_along() {
    let url = "https://lms.example/auth?login_hint=%0d%0aSet-Cookie:x".parse().unwrap();
    for (reply, status) in [(Reply::found(&url).unwrap(), 302), (Reply::see_other(&url).unwrap(), 303)] {
        assert_eq!(reply.status, status);
        assert_eq!(
            reply.headers,
            [
                ("Location", "https://lms.example/auth?login_hint=%0d%0aSet-Cookie:x".to_owned()),
                ("Cache-Control", "no-store".to_owned()),
                ("Referrer-Policy", "no-referrer".to_owned()),
                ("X-Content-Type-Options", "nosniff".to_owned()),
            ]
        );
        assert!(reply.body.is_empty());
    }
    assert!(Reply::found(&"javascript:alert(1)".parse().unwrap()).is_err());
    assert!(Reply::see_other(&"https://user@lms.example/".parse().unwrap()).is_err());
}

#[test]
fn cookies_are_added_not_replaced() {
    let (nonce, texts) = (nonce(), Texts::for_locale("en"));
    let options = PageOptions::new(&nonce, &texts, Framing::AnyHttps);
    let page = new_window_page(&"https://tool.example/".parse().unwrap(), &options).unwrap();
    let reply = page.with_cookie("a=1".to_owned()).with_cookie("b=2".to_owned());
    let cookies: Vec<_> =
        reply.headers.iter().filter(|(name, _)| *name == "Set-Cookie").map(|(_, v)| v).collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
}

#[test]
fn answers_to_scripts_are_json_and_stay_at_home() {
    let reply = Completion::answer("/lti/launches/1").unwrap();
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    for location in
        ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "x"]
    {
        assert!(Completion::answer(location).is_err(), "{location}");
    }
}
