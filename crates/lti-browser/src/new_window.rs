//! The last resort where cookies and platform storage are both blocked (quirk 26): begin again in a window of
//! the tool's own, where its cookies are not those of a third party.

use askama::Template;
use url::Url;

use crate::csp::Needs;
use crate::reply::{PageError, PageOptions, Reply};
use crate::{CspNonce, Texts, address};

#[derive(Template)]
#[template(path = "new_window.html")]
struct NewWindowPage<'a> {
    nonce: &'a CspNonce,
    texts: &'a Texts,
    new_window: &'a str,
}

/// A page with one link that opens an address in a new window. The address is usually the tool's own login URL
/// with the same parameters (`LoginInitiation::to_url`), without `lti_storage_target`.
///
/// It is a link and not a form, so that no `form-action` stands in the way of the login's redirects, and it is
/// `rel="noopener"`: the opener would be this frame of the tool, not the platform, so platform storage could not
/// use it; and the new window needs none, for there the cookie works.
///
/// ```
/// use lti_browser::{CspNonce, Framing, PageOptions, Texts, new_window_page};
/// let login = "https://tool.example/lti/login?iss=https%3A%2F%2Flms.example&login_hint=7".parse()?;
/// let (nonce, texts) = (CspNonce::random()?, Texts::for_locale("en"));
/// let reply = new_window_page(&login, &PageOptions::new(&nonce, &texts, Framing::AnyHttps))?;
/// assert!(reply.body.contains("rel=\"noopener\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`PageError::Address`] for an address that is not http or https.
pub fn new_window_page(address: &Url, options: &PageOptions<'_>) -> Result<Reply, PageError> {
    address::check(address)?;
    let page = NewWindowPage { nonce: options.nonce, texts: options.texts, new_window: address.as_str() };
    Ok(Reply::page(200, &page, options, &Needs::default()))
}
