//! The class of holes that this field publishes most: words of strangers that become markup or code
//! (Moodle CVE-2021-32478, the cookie-check page of pylti1.3).

use lti_browser::Texts;
use scraper::{Html, Selector};

use crate::support::{NONCE, all_pages, script, structure};

const WORDS: &[&str] = &[
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</ScRiPt ><img src=x onerror=alert(1)>",
    "<!--<script>",
    "--><svg/onload=alert(1)>",
    "]]><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</noscript><script>alert(1)</script>",
    "</textarea></main></body></html><script>alert(1)</script>",
    "\" autofocus onfocus=alert(1) x=\"",
    "' onmouseover='alert(1)",
    "` onclick=alert(1)",
    "x onclick=alert(1) ",
    "javascript:alert(1)",
    "\u{2028}alert(1)\u{2029}",
    "\\\"});alert(1);//",
    "\\u003cscript\\u003e",
    "&lt;script&gt;&#34;&quot;&amp;#x3c;",
    "${alert(1)}",
    "{{7*7}}{% raw %}{#",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content=0;url=https://evil.example/>",
    "<form action=https://evil.example/><input name=state>",
    "+ADw-script+AD4-",
    "\u{ff1c}script\u{ff1e}",
    "\u{202e}\u{2066}\u{feff}<script>",
    "a\r\nSet-Cookie: x=1",
    "__proto__",
    "constructor",
];

#[test]
fn no_word_changes_the_structure_of_a_page() {
    for tag in ["en", "es"] {
        let texts = Texts::for_locale(tag);
        let plain = all_pages("plain", &texts);
        for word in WORDS {
            for ((name, expected), (_, reply)) in plain.iter().zip(all_pages(word, &texts)) {
                assert_eq!(structure(&reply.body), structure(&expected.body), "{name}: {word:?}");
                let document = Html::parse_document(&reply.body);
                for element in document.select(&Selector::parse("script, style").unwrap()) {
                    assert_eq!(element.value().attr("nonce"), Some(NONCE), "{name}: {word:?}");
                }
                for element in document.select(&Selector::parse("[href], [action]").unwrap()) {
                    let address = element.value().attr("href").or(element.value().attr("action")).unwrap();
                    assert!(
                        address.starts_with("https://lms.example/") || address == "data:,",
                        "{name}: {address}"
                    );
                }
                if name != &"error" && name != &"new_window" {
                    assert_eq!(script(&reply.body).0, script(&expected.body).0, "{name}: {word:?}");
                }
                for (header, value) in &reply.headers {
                    assert!(value.bytes().all(|b| b.is_ascii_graphic() || b == b' '), "{name}: {header}");
                }
                assert_eq!(reply.headers, expected.headers, "{name}: {word:?}");
            }
        }
    }
}

#[test]
fn replaced_texts_are_plain_text() {
    let plain = Texts::for_locale("en");
    for word in WORDS {
        let mut json = serde_json::to_value(&plain).unwrap();
        for value in json.as_object_mut().unwrap().values_mut() {
            match value {
                serde_json::Value::Object(inner) => inner.values_mut().for_each(|v| *v = (*word).into()),
                other => *other = (*word).into(),
            }
        }
        let texts: Texts = serde_json::from_value(json).unwrap();
        for ((name, expected), (_, reply)) in
            all_pages("plain", &plain).iter().zip(all_pages("plain", &texts))
        {
            assert_eq!(structure(&reply.body), structure(&expected.body), "{name}: {word:?}");
        }
    }
}
