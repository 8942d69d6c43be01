//! The signature base string (RFC 5849 §3.4.1).

use std::fmt::Write as _;

use lti_types::{InvalidUrl, WireUrl};

use crate::encoding::encode;

/// What is signed: the method, the base URI, and all parameters, each encoded.
///
/// ```
/// use lti_legacy::BaseString;
/// let url = "HTTPS://Tool.Example.com:443/launch".into();
/// let base = BaseString::new("post", &url, [("b", "2"), ("a", "x y")])?;
/// assert_eq!(base.as_str(), "POST&https%3A%2F%2Ftool.example.com%2Flaunch&a%3Dx%2520y%26b%3D2");
/// # Ok::<(), lti_types::InvalidUrl>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BaseString(String);

impl BaseString {
    /// Of a method, a URL, whose query and fragment do not count here, and the parameters of query, form and header
    /// together, decoded. Of these, `oauth_signature` is left out.
    ///
    /// # Errors
    /// [`InvalidUrl`].
    pub fn new<'p>(
        method: &str,
        url: &WireUrl,
        parameters: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> Result<Self, InvalidUrl> {
        let mut encoded: Vec<(String, String)> = parameters
            .into_iter()
            .filter(|(name, _)| *name != "oauth_signature")
            .map(|(name, value)| (encode(name).to_string(), encode(value).to_string()))
            .collect();
        encoded.sort_unstable();
        let mut normalized = String::new();
        for (name, value) in &encoded {
            if !normalized.is_empty() {
                normalized.push('&');
            }
            // Writing to a string does not fail.
            let _ = write!(normalized, "{name}={value}");
        }
        let uri = base_uri(url)?;
        let method = method.to_ascii_uppercase();
        Ok(Self(format!("{}&{}&{}", encode(&method), encode(&uri), encode(&normalized))))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// It holds names of people.
impl std::fmt::Debug for BaseString {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BaseString(…)")
    }
}

/// The query of a URL, as it is written.
pub(crate) fn query(url: &WireUrl) -> &str {
    let text = url.as_str();
    let text = text.split_once('#').map_or(text, |(text, _)| text);
    text.split_once('?').map_or("", |(_, query)| query)
}

/// Scheme and host in lower case, the port unless it is the scheme's own, and the path as it is written
/// (RFC 5849 §3.4.1.2). A parser of URLs would tidy the path, which the other side did not.
fn base_uri(url: &WireUrl) -> Result<String, InvalidUrl> {
    let text = url.as_str();
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(InvalidUrl::Whitespace);
    }
    url.to_url()?;
    let text = text.split_once(['?', '#']).map_or(text, |(text, _)| text);
    // Parsers take `\` for `/`, and leave out slashes: what they see is not what is written.
    let (scheme, rest) = text.split_once("://").ok_or(InvalidUrl::NotAbsolute)?;
    if rest.contains('\\') {
        return Err(InvalidUrl::NotAbsolute);
    }
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, ""),
    };
    if host.is_empty() {
        return Err(InvalidUrl::NotAbsolute);
    }
    let scheme = scheme.to_ascii_lowercase();
    let mut uri = format!("{scheme}://{}", host.to_lowercase());
    match (scheme.as_str(), port.parse::<u16>()) {
        ("http", Ok(80)) | ("https", Ok(443)) | (_, Err(_)) => {}
        (_, Ok(port)) => {
            let _ = write!(uri, ":{port}");
        }
    }
    uri.push_str(path);
    Ok(uri)
}

#[cfg(test)]
mod tests {
    use super::{base_uri, query};

    #[test]
    fn base_uris() {
        for (url, expected) in [
            ("HTTPS://Tool.Example.com:443/launch?x=1", Some("https://tool.example.com/launch")),
            ("http://h:80", Some("http://h/")),
            ("https://h:8443/a", Some("https://h:8443/a")),
            ("https://h:80/a", Some("https://h:80/a")),
            ("https://h:/a", Some("https://h/a")),
            ("https://h?x=/y", Some("https://h/")),
            ("https://h/A/../b/%7e%2F;p=1?q#f", Some("https://h/A/../b/%7e%2F;p=1")),
            ("https://[::1]/a", Some("https://[::1]/a")),
            ("https://[2001:DB8::1]:8080/a", Some("https://[2001:db8::1]:8080/a")),
            ("https:h/a", None),
            ("https:///h/a", None),
            ("https://h\\a", None),
            ("https://h/a b", None),
            ("https://u:p@h/", None),
            ("ftp://h/", None),
            ("https://h:99999/", None),
            ("/launch", None),
        ] {
            assert_eq!(base_uri(&url.into()).ok().as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn queries() {
        for (url, expected) in [("https://h/a?b=?c#d?e", "b=?c"), ("https://h/#?a", ""), ("https://h/?", "")]
        {
            assert_eq!(query(&url.into()), expected);
        }
    }
}
