//! Which addresses of items may be opened (Deep Linking 2.0 §3.1): web addresses, and for launches https ones.

use lti_types::WireUrl;

/// Whether a browser may be sent there by a click: absolute, http or https, nobody's name in it, and written without
/// control characters, which browsers take out before they look at the scheme.
pub(crate) fn is_web(url: &WireUrl) -> bool {
    !url.as_str().chars().any(char::is_control) && url.to_url().is_ok()
}

/// Whether launches may lead there: https, or this very machine.
pub(crate) fn is_launchable(url: &WireUrl) -> bool {
    url.to_secure_url().is_ok()
}
