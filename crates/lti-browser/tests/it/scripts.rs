//! The scripts as they stand in the pages, run by Node.js in a small model of windows and messages.

use std::io::Write as _;
use std::process::{Command, Stdio};

use lti_browser::{
    Framing, Origin, PageOptions, PlatformStorage, StorageCompletion, StorageLogin, Texts, form_post_page,
    platform_storage_script, storage_completion_page, storage_login_page,
};
use lti_types::{BrowserSecret, FormPost, State, StorageTarget};

use crate::support::{nonce, script};

#[expect(clippy::disallowed_methods, reason = "a test, told by its environment what it may skip")]
fn everything_is_required() -> bool {
    std::env::var("LTI_TEST_REQUIRE_ALL").is_ok_and(|value| value == "1")
}

fn parts(body: &str) -> serde_json::Value {
    let (text, settings) = script(body);
    serde_json::json!({ "script": text, "settings": settings })
}

#[test]
fn scripts_do_what_the_pages_promise() {
    if Command::new("node").arg("--version").stdout(Stdio::null()).status().is_err() {
        assert!(!everything_is_required(), "Node.js is required");
        println!("skipped: Node.js is not here");
        return;
    }
    let (nonce, texts) = (nonce(), Texts::for_locale("en"));
    let options = PageOptions::new(&nonce, &texts, Framing::AnyHttps);
    let state = State::from_entropy([1; 32]);
    let secret = BrowserSecret::from_entropy([2; 32]);
    let target = StorageTarget::new("_parent").unwrap();
    let request = "https://lms.example/auth?scope=openid".parse().unwrap();
    let platform = Origin::of(&request).unwrap();
    let tool = Origin::parse("https://tool.example").unwrap();

    let login = storage_login_page(&StorageLogin::new(&request, &target, &state, &secret), &options).unwrap();
    let completion = StorageCompletion::new("e.y.J", &state, &platform, "/lti/complete");
    let completion = storage_completion_page(&completion, &options).unwrap();
    let form = form_post_page(&FormPost::new("https://tool.example/", [("submit", "x")]), &options).unwrap();
    let mut storage = PlatformStorage::new([tool]);
    storage.handled_elsewhere = vec!["lti.frameResize".to_owned()];
    let input = serde_json::json!({
        "login": parts(&login.body),
        "completion": parts(&completion.body),
        "form": parts(&form.body),
        "platform": parts(&platform_storage_script(&storage, &nonce)),
        "state": state.as_str(),
        "secret": secret.as_str(),
    });

    let suite = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/scripts.mjs");
    let mut node = Command::new("node")
        .arg(suite)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    node.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert!(out.ends_with("all passed\n"), "{out}\n{err}");
}
