//! The launch presentation claim: where and how large the tool is shown, and the way back (LTI Core 1.3 §5.4.4).

use crate::WireUrl;
use crate::object::wire_object;
use crate::open_enum::open_enum;
use crate::tolerant::{Text, TextOf, Whole};

open_enum! {
    /// The kind of window the tool is shown in.
    DocumentTarget {
        /// The window of the platform itself.
        Frame = "frame",
        /// An inline frame.
        Iframe = "iframe",
        /// A window or tab of its own.
        Window = "window",
        /// Embedded in the page; a deep-linking target only.
        Embed = "embed",
    }
}

wire_object! {
    /// How the platform shows the tool.
    LaunchPresentation {
        required {}
        optional {
            /// The kind of window.
            document_target: DocumentTarget = "document_target" as TextOf<DocumentTarget>,
            /// Height in pixels.
            height: u32 = "height" as Whole,
            /// Width in pixels.
            width: u32 = "width" as Whole,
            /// Where to send the browser when the person is done.
            return_url: WireUrl = "return_url" as TextOf<WireUrl>,
            /// The language of the platform's page, BCP 47.
            locale: String = "locale" as Text,
            /// A style sheet; from platforms that bridge older versions.
            css_url: WireUrl = "css_url" as TextOf<WireUrl>,
        }
    }
}

/// What a tool may tell the platform on the way back. All of it is plain text, and untrusted to the platform.
///
/// [`LaunchPresentation::return_to`] has an example.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReturnMessages {
    /// For the person, after success (`lti_msg`).
    pub msg: Option<String>,
    /// For the person, after failure (`lti_errormsg`).
    pub error_msg: Option<String>,
    /// For the platform's log, after success (`lti_log`).
    pub log: Option<String>,
    /// For the platform's log, after failure (`lti_errorlog`).
    pub error_log: Option<String>,
}

/// Words to a person are not shown.
impl std::fmt::Debug for ReturnMessages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReturnMessages").finish_non_exhaustive()
    }
}

impl ReturnMessages {
    /// Nothing to say.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl LaunchPresentation {
    /// The return URL with messages appended to its query; what the URL already has stays as it is.
    /// `None` when the platform sent no URL that a browser may be sent to.
    ///
    /// ```
    /// use lti_types::{LaunchPresentation, ReturnMessages};
    /// let mut presentation = LaunchPresentation::new();
    /// presentation.return_url = Some("https://lms.example/back?course=1#top".into());
    /// let mut messages = ReturnMessages::new();
    /// messages.msg = Some("Saved & closed".into());
    /// let url = presentation.return_to(&messages).unwrap();
    /// assert_eq!(url.as_str(), "https://lms.example/back?course=1&lti_msg=Saved+%26+closed#top");
    /// ```
    #[must_use]
    pub fn return_to(&self, messages: &ReturnMessages) -> Option<url::Url> {
        let mut url = self.return_url.as_ref()?.to_url().ok()?;
        for (name, text) in [
            ("lti_msg", &messages.msg),
            ("lti_errormsg", &messages.error_msg),
            ("lti_log", &messages.log),
            ("lti_errorlog", &messages.error_log),
        ] {
            if let Some(text) = text {
                url.query_pairs_mut().append_pair(name, text);
            }
        }
        Some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::{LaunchPresentation, ReturnMessages};

    fn back(url: &str, messages: &ReturnMessages) -> Option<String> {
        let mut presentation = LaunchPresentation::new();
        presentation.return_url = Some(url.into());
        presentation.return_to(messages).map(String::from)
    }

    #[test]
    fn every_message_has_its_parameter() {
        let messages = ReturnMessages {
            msg: Some("a b".to_owned()),
            error_msg: Some("<script>".to_owned()),
            log: Some("é&".to_owned()),
            error_log: Some(String::new()),
        };
        let expected =
            "https://lms.example/?lti_msg=a+b&lti_errormsg=%3Cscript%3E&lti_log=%C3%A9%26&lti_errorlog=";
        assert_eq!(back("https://lms.example", &messages).as_deref(), Some(expected));
    }

    #[test]
    fn what_the_address_has_stays_and_nothing_is_added_for_nothing() {
        let none = ReturnMessages::new();
        let address = "https://lms.example/back?a=%2F&b#top";
        assert_eq!(back(address, &none).as_deref(), Some(address));
        let mut messages = none.clone();
        messages.log = Some("x".to_owned());
        let expected = "https://lms.example/back?a=%2F&b&lti_log=x#top";
        assert_eq!(back(address, &messages).as_deref(), Some(expected));
    }

    #[test]
    fn no_browser_is_sent_where_it_cannot_go() {
        for url in ["", "/back", "javascript:alert(1)", "data:text/html,x", "https://a:b@lms.example/"] {
            assert_eq!(back(url, &ReturnMessages::new()), None, "{url}");
        }
        assert_eq!(LaunchPresentation::new().return_to(&ReturnMessages::new()), None);
    }
}
