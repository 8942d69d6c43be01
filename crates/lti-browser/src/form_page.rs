//! The self-submitting form (OAuth 2.0 Form Post Response Mode; Security Framework 1.0 §5.1.1.3, §5.2.2).

use askama::Template;
use lti_types::FormPost;

use crate::csp::Needs;
use crate::reply::{PageError, PageOptions, Reply};
use crate::{CspNonce, Origin, Texts, address};

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPage<'a> {
    nonce: &'a CspNonce,
    texts: &'a Texts,
    action: &'a str,
    fields: &'a [(String, String)],
}

/// A page that posts the form as soon as it is shown: an ID token to a tool, a deep-linking response to a
/// platform, an LTI 1.1 launch. With scripts off, a button does it.
///
/// ```
/// use lti_browser::{CspNonce, Framing, PageOptions, Texts, form_post_page};
/// use lti_types::FormPost;
/// let post = FormPost::new("https://tool.example/launch", [("id_token", "eyJ…"), ("state", "\"><script>")]);
/// let (nonce, texts) = (CspNonce::random()?, Texts::for_locale("en"));
/// let reply = form_post_page(&post, &PageOptions::new(&nonce, &texts, Framing::SameOrigin))?;
/// assert_eq!(reply.status, 200);
/// assert!(reply.body.contains("value=\"&#34;&#62;&#60;script&#62;\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Two properties of browsers to know: they send every line break in a value as CR LF, which a signature over
/// the fields (LTI 1.1) must allow for; and since the page sends no referrer, the request says `Origin: null`.
///
/// # Errors
/// [`PageError::Address`] for an action that is not an http or https URL; [`PageError::Field`] for a field that
/// browsers would not send as it is.
pub fn form_post_page(post: &FormPost, options: &PageOptions<'_>) -> Result<Reply, PageError> {
    let action = address::parse(&post.action)?;
    let origin = Origin::of(&action)?;
    if !post.fields.iter().all(|(name, value)| is_sendable(name, value)) {
        return Err(PageError::Field);
    }
    let page = FormPage {
        nonce: options.nonce,
        texts: options.texts,
        action: action.as_str(),
        fields: &post.fields,
    };
    let needs = Needs { script: true, form: Some((&options.form_targets, &origin)), ..Needs::default() };
    Ok(Reply::page(200, &page, options, &needs))
}

/// HTML has no way to write NUL, nameless fields are left out, and `_charset_` gets a value of the browser's.
fn is_sendable(name: &str, value: &str) -> bool {
    !name.is_empty()
        && !name.eq_ignore_ascii_case("_charset_")
        && !name.contains('\0')
        && !value.contains('\0')
}
