//! Texts and markup that a tool wrote (Deep Linking 2.0 §3.1.4, §4.5): the tool is known, and what it says is still
//! anybody's.

use std::fmt::{self, Write as _};

use lti_types::is_hidden;

/// A plain text that a tool wrote. It is shown (`Display`) with blanks for what does not show, could break a line of a
/// log or turn a terminal's or page's direction around ([`lti_types::is_hidden`]), and cut to 1,000 characters; where it
/// goes into a page, it must still be escaped.
///
/// ```
/// # fn say(response: &lti_platform::DeepLinkingResponse) {
/// if let Some(log) = response.error_log() {
///     eprintln!("the tool says: {log}");
/// }
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UntrustedText<'a>(&'a str);

impl<'a> UntrustedText<'a> {
    /// The most characters that are shown.
    pub const MAX_SHOWN: usize = 1000;

    pub(crate) fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The text as the tool wrote it.
    #[must_use]
    pub fn as_written(self) -> &'a str {
        self.0
    }
}

impl fmt::Display for UntrustedText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .chars()
            .take(Self::MAX_SHOWN)
            .try_for_each(|c| f.write_char(if is_hidden(c) { ' ' } else { c }))
    }
}

/// Not in logs by accident.
impl fmt::Debug for UntrustedText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UntrustedText({} bytes)", self.0.len())
    }
}

/// A fragment of HTML that a tool wrote. Nobody may see it before it is sanitized: with the feature `sanitize` by
/// `UntrustedHtml::sanitized`, or by a sanitizer of your own.
///
/// [`AcceptedContent`](crate::AcceptedContent) has an example.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UntrustedHtml<'a>(&'a str);

impl<'a> UntrustedHtml<'a> {
    pub(crate) fn new(html: &'a str) -> Self {
        Self(html)
    }

    /// The fragment as the tool wrote it, scripts and all.
    #[must_use]
    pub fn as_written(self) -> &'a str {
        self.0
    }

    /// The fragment with what is harmless: text, tables, lists, pictures, links that open without a handle on the page.
    /// Scripts, handlers, styles, forms, ids, addresses other than absolute `https`, `http` and (in links) `mailto`
    /// ones are taken out.
    ///
    /// Frames are taken out too, but for those whose address is `https` and whose host is one of `frames_from`, letter
    /// by letter: where videos are, say. They are sandboxed. Your own host must not be among them: a frame of your own
    /// can undo its sandbox.
    ///
    /// ```
    /// # fn show(item: lti_platform::AcceptedItem<'_>) -> Option<String> {
    /// Some(item.untrusted_html()?.sanitized(&["www.youtube-nocookie.com"]))
    /// # }
    /// ```
    #[cfg(feature = "sanitize")]
    #[must_use]
    pub fn sanitized(self, frames_from: &[&str]) -> String {
        sanitize::clean(self.0, frames_from)
    }
}

impl fmt::Debug for UntrustedHtml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UntrustedHtml({} bytes)", self.0.len())
    }
}

#[cfg(feature = "sanitize")]
mod sanitize {
    use std::borrow::Cow;

    use ammonia::{Builder, UrlRelative};
    use url::Url;

    /// What a frame may do: run, on its own site.
    const SANDBOX: &str = "allow-scripts allow-same-origin";

    pub(super) fn clean(html: &str, frames_from: &[&str]) -> String {
        let mut builder = Builder::default();
        builder
            .url_schemes(["https", "http", "mailto"].into())
            // A relative address would be one of the platform's own.
            .url_relative(UrlRelative::Deny)
            .link_rel(Some("noopener noreferrer"));
        if frames_from.is_empty() {
            return builder.clean(html).to_string();
        }
        let hosts: Vec<String> = frames_from.iter().map(|host| (*host).to_owned()).collect();
        builder
            .add_tags(["iframe"])
            .add_tag_attributes("iframe", ["src", "width", "height", "title", "allowfullscreen"])
            .set_tag_attribute_value("iframe", "sandbox", SANDBOX)
            .attribute_filter(move |element, attribute, value| {
                let dropped = element == "iframe" && attribute == "src" && !is_from(value, &hosts);
                (!dropped).then_some(Cow::Borrowed(value))
            });
        builder.clean(html).to_string()
    }

    fn is_from(address: &str, hosts: &[String]) -> bool {
        Url::parse(address).is_ok_and(|url| {
            url.scheme() == "https"
                && url.port().is_none()
                && url.username().is_empty()
                && url.password().is_none()
                && url.host_str().is_some_and(|host| hosts.iter().any(|known| known == host))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{UntrustedHtml, UntrustedText};

    #[test]
    fn what_is_shown_stays_in_its_line() {
        let text = UntrustedText::new("gone\r\n2026-01-01 root logged in\u{1b}[2J\u{202e}\u{2028}é");
        assert_eq!(text.to_string(), "gone  2026-01-01 root logged in [2J  é");
        assert_eq!(UntrustedText::new("a\u{ad}b\u{200b}\u{3164}\u{e0041}c").to_string(), "a b   c");
        assert_eq!(UntrustedText::new(&"x".repeat(5000)).to_string().len(), UntrustedText::MAX_SHOWN);
        assert_eq!(text.as_written().len(), text.0.len());
        assert!(!format!("{text:?} {:?}", UntrustedHtml::new("<b>")).contains(['<', 'g']));
    }

    /// Each fragment with what is left of it.
    #[cfg(feature = "sanitize")]
    #[test]
    fn what_is_harmless_is_left() {
        let link = |href: &str| format!(r#"<a href="{href}" rel="noopener noreferrer">x</a>"#);
        let bare = r#"<a rel="noopener noreferrer">x</a>"#;
        for (html, left) in [
            ("<h1>A <b>title</b></h1>", "<h1>A <b>title</b></h1>".to_owned()),
            ("<p>a<script>alert(1)</script>b</p>", "<p>ab</p>".into()),
            (r#"<p onclick="alert(1)" style="x" id="a" class="b">a</p>"#, "<p>a</p>".into()),
            ("<img src=x onerror=alert(1)>", "<img>".into()),
            (
                r#"<img src="https://t.example/i.png" onload="x()">"#,
                r#"<img src="https://t.example/i.png">"#.into(),
            ),
            (r#"<img src="data:image/svg+xml,<svg onload=alert(1)>">"#, "<img>".into()),
            ("<svg><script>alert(1)</script></svg><math><mtext></mtext></math>", String::new()),
            ("<style>*{background:url(//t.example)}</style>a", "a".into()),
            (r#"<form action="https://t.example"><input name="p"></form>"#, String::new()),
            (r#"<a href="https://t.example/">x</a>"#, link("https://t.example/")),
            (r#"<a href="mailto:a@t.example">x</a>"#, link("mailto:a@t.example")),
            (r#"<a href="javascript:alert(1)">x</a>"#, bare.into()),
            ("<a href=\"java\tscript:alert(1)\">x</a>", bare.into()),
            (r#"<a href="/logout">x</a>"#, bare.into()),
            (r#"<a href="//t.example">x</a>"#, bare.into()),
            (r#"<iframe src="https://v.example/1"></iframe>a"#, "a".into()),
            (
                r#"<base href="https://t.example"><meta http-equiv="refresh" content="0;//t.example">a"#,
                "a".into(),
            ),
        ] {
            assert_eq!(UntrustedHtml::new(html).sanitized(&[]), left, "{html}");
        }
    }

    #[cfg(feature = "sanitize")]
    #[test]
    fn frames_are_of_hosts_that_are_named() {
        let clean = |html: &str| UntrustedHtml::new(html).sanitized(&["v.example"]);
        let video = r#"<iframe width="9" src="https://v.example/1?a=2" onload="x()" srcdoc="<script>" allow="camera" sandbox="allow-top-navigation"></iframe>"#;
        assert_eq!(
            clean(video),
            r#"<iframe width="9" src="https://v.example/1?a=2" sandbox="allow-scripts allow-same-origin"></iframe>"#
        );
        for src in [
            "https://w.example/",
            "https://v.example.evil.example/",
            "https://v.example@evil.example/",
            "https://v.example:444/",
            "http://v.example/",
            "//v.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "/inside",
        ] {
            let left = clean(&format!(r#"<iframe src="{src}"></iframe>"#));
            assert_eq!(left, r#"<iframe sandbox="allow-scripts allow-same-origin"></iframe>"#, "{src}");
        }
    }
}
