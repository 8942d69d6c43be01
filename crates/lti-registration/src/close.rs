//! Telling the platform's window that the tool's registration page is done (LTI Dynamic Registration 1.0 §3.8).

use serde_json::Value;

/// The subject of the message.
pub const CLOSE_SUBJECT: &str = "org.imsglobal.lti.close";

/// The script of the last page, for a tool's page with a nonce for it; it sends the message once, to the window that
/// opened the page or the one that frames it. There is nothing secret in the message, so it may go to any origin.
/// Nothing has to be filled in, so there is nothing to escape.
///
/// The page is framed by some platforms (quirk 20): it must not forbid that to the platform's origin, and never says
/// `X-Frame-Options: DENY`.
pub const CLOSE_SCRIPT: &str =
    r#"(window.opener || window.parent).postMessage({subject: "org.imsglobal.lti.close"}, "*");"#;

/// The message, for pages that send it themselves.
///
/// ```
/// use lti_registration::{close_message, is_close_message};
/// assert!(is_close_message(&close_message()));
/// ```
#[must_use]
pub fn close_message() -> Value {
    serde_json::json!({ "subject": CLOSE_SUBJECT })
}

/// Whether a message that arrived in the platform's window says so. It is to be believed only from the very window that
/// the platform opened, and means only that the window may go: the registration itself was made by the request.
///
/// [`close_message`] has an example.
#[must_use]
pub fn is_close_message(message: &Value) -> bool {
    message.get("subject").and_then(Value::as_str) == Some(CLOSE_SUBJECT)
}

#[cfg(test)]
mod tests {
    use super::{CLOSE_SCRIPT, CLOSE_SUBJECT};

    #[test]
    fn dr_17_exactly_one_message_is_sent() {
        assert_eq!(CLOSE_SCRIPT.matches("postMessage").count(), 1);
        assert!(CLOSE_SCRIPT.contains(CLOSE_SUBJECT) && !CLOSE_SCRIPT.contains("</"));
    }
}
