//! Every page of the crate, made of the same few words; and how a browser would read them.

use lti_browser::{
    CspNonce, ErrorReport, Fault, Framing, Origin, PageOptions, PlatformStorage, Reply, StorageCompletion,
    StorageLogin, Texts, error_page, form_post_page, new_window_page, platform_storage_page,
    storage_completion_page, storage_login_page,
};
use lti_types::{BrowserSecret, FormPost, State, StorageTarget};
use scraper::{Html, Selector};
use url::Url;

pub(crate) fn nonce() -> CspNonce {
    CspNonce::from_entropy([7; 32])
}

pub(crate) const NONCE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

/// Each page with `word` in every place that strangers can fill.
pub(crate) fn all_pages(word: &str, texts: &Texts) -> Vec<(&'static str, Reply)> {
    let nonce = nonce();
    let options = PageOptions::new(&nonce, texts, Framing::AnyHttps);
    let safe_word = word.replace(|c: char| c.is_control(), "");
    let state = State::new(safe_word.clone()).unwrap();
    let secret = BrowserSecret::new(safe_word.clone()).unwrap();
    let target = StorageTarget::new(safe_word.clone()).unwrap();
    let mut request = Url::parse("https://lms.example/auth").unwrap();
    request.query_pairs_mut().append_pair("login_hint", word);
    request.set_fragment(Some(word));
    let platform = Origin::of(&request).unwrap();

    let post = FormPost::new(request.as_str(), [(word, word), ("state", word)]);
    let mut login = StorageLogin::new(&request, &target, &state, &secret);
    login.new_window = Some(&request);
    let mut completion = StorageCompletion::new(word, &state, &platform, "/lti/complete");
    completion.target = Some(&target);
    completion.new_window = Some(&request);
    let mut storage = PlatformStorage::new([platform.clone()]);
    storage.frame = Some(target.clone());
    storage.handled_elsewhere = vec![word.to_owned()];
    let mut report = ErrorReport::new(401, Fault::SignedOut, word);
    report.spec = Some(word.to_owned());
    report.detail = Some(word.to_owned());
    report.reported = Some(word.to_owned());
    report.reference = Some(word.to_owned());
    report.new_window = Some(request.clone());

    vec![
        ("form_post", form_post_page(&post, &options).unwrap()),
        ("error", error_page(&report, &options)),
        ("new_window", new_window_page(&request, &options).unwrap()),
        ("storage_login", storage_login_page(&login, &options).unwrap()),
        ("storage_completion", storage_completion_page(&completion, &options).unwrap()),
        ("platform_storage", platform_storage_page(&storage, &options)),
    ]
}

/// The names of all elements and of their attributes, in order: what an injection would change.
pub(crate) fn structure(body: &str) -> Vec<(String, Vec<String>)> {
    let document = Html::parse_document(body);
    let every = Selector::parse("*").unwrap();
    let names = |element: scraper::ElementRef<'_>| {
        let mut attributes: Vec<_> = element.value().attrs().map(|(name, _)| name.to_owned()).collect();
        attributes.sort();
        (element.value().name().to_owned(), attributes)
    };
    document.select(&every).map(names).collect()
}

/// The script and the settings of a page.
pub(crate) fn script(body: &str) -> (String, String) {
    let document = Html::parse_document(body);
    let selector = Selector::parse("script").unwrap();
    let mut found = document.select(&selector);
    let script = found.next().expect("a script");
    assert!(found.next().is_none(), "one script only");
    let settings = script.value().attr("data-settings").unwrap_or("null");
    (script.text().collect(), settings.to_owned())
}
