//! What a tool says on the way back, as the platform reads it (LTI 1.1 §3; LTI Core 1.3 §5.4.4). Writing is
//! [`lti_types::LaunchPresentation::return_to`], or [`return_to`] where there is only an address.

use lti_types::{LaunchPresentation, ReturnMessages, WireUrl};

use crate::{InvalidForm, Parameters};

/// Reads the messages from the query that the browser came back with. They are a stranger's words: nothing of them is
/// signed.
///
/// ```
/// let messages = lti_legacy::read_return_messages("course=1&lti_errormsg=Not+now&lti_log=e7")?;
/// assert_eq!(messages.error_msg.as_deref(), Some("Not now"));
/// assert_eq!((messages.msg, messages.log.as_deref()), (None, Some("e7")));
/// # Ok::<(), lti_legacy::InvalidForm>(())
/// ```
///
/// # Errors
/// [`InvalidForm`].
pub fn read_return_messages(query: &str) -> Result<ReturnMessages, InvalidForm> {
    let parameters = Parameters::from_form(query.as_bytes())?;
    let text = |name| parameters.get(name).map(str::to_owned);
    let mut messages = ReturnMessages::new();
    messages.msg = text("lti_msg");
    messages.error_msg = text("lti_errormsg");
    messages.log = text("lti_log");
    messages.error_log = text("lti_errorlog");
    Ok(messages)
}

/// A return address with messages in its query. `None` when it is none that a browser may be sent to.
///
/// ```
/// use lti_types::ReturnMessages;
///
/// let mut messages = ReturnMessages::new();
/// messages.error_msg = Some("The quiz is closed.".to_owned());
/// let back = lti_legacy::return_to(&"https://lms.example/course/5?tab=2".into(), &messages);
/// assert_eq!(back.map(String::from).as_deref(),
///     Some("https://lms.example/course/5?tab=2&lti_errormsg=The+quiz+is+closed."));
/// assert_eq!(lti_legacy::return_to(&"javascript:alert(1)".into(), &messages), None);
/// ```
#[must_use]
pub fn return_to(address: &WireUrl, messages: &ReturnMessages) -> Option<url::Url> {
    let mut presentation = LaunchPresentation::new();
    presentation.return_url = Some(address.clone());
    presentation.return_to(messages)
}
