//! Cookies of our own, read and written (RFC 6265bis; Security Framework 1.0 §7.3.1).
//!
//! Over https a cookie is `Secure; HttpOnly; SameSite=None; Partitioned`: it must come along when the page stands in a
//! frame of another site. On plain http, which is for one machine only, browsers differ in what they take: Chrome and
//! Firefox keep `Secure` cookies of loopback addresses, Safari and most programs do not. So there each cookie is set
//! twice, the second time `SameSite=Lax` without `Secure`, and either will do.

use http::HeaderMap;
use http::header::COOKIE;

/// The most bytes of `Cookie` headers that are looked at.
const MAX_HEADERS: usize = 64 * 1024;
/// What the name of a cookie for plain http ends in.
const PLAIN: &str = "_plain";

/// A cookie by its name, whose values are letters, digits, `-` and `_`.
#[derive(Debug, Clone)]
pub(crate) struct Cookie<'a> {
    pub(crate) name: &'a str,
    pub(crate) path: &'a str,
    /// Whether the server's public address is https.
    pub(crate) https: bool,
}

impl Cookie<'_> {
    /// The values of `Set-Cookie` headers that set it.
    pub(crate) fn set(&self, value: &str, max_age: i64) -> Vec<String> {
        let Self { name, path, https } = self;
        let secure = format!(
            "{name}={value}; Max-Age={max_age}; Path={path}; Secure; HttpOnly; SameSite=None; Partitioned"
        );
        let plain = format!("{name}{PLAIN}={value}; Max-Age={max_age}; Path={path}; HttpOnly; SameSite=Lax");
        if *https { vec![secure] } else { vec![secure, plain] }
    }

    /// The values of `Set-Cookie` headers that remove it.
    pub(crate) fn clear(&self) -> Vec<String> {
        self.set("", 0)
    }

    /// Its value in a request; `None` if it is not there, or there with two values: nobody can tell then which is ours.
    pub(crate) fn read<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let plain = format!("{}{PLAIN}", self.name);
        let mut budget = MAX_HEADERS;
        let mut found: Option<&str> = None;
        for header in headers.get_all(COOKIE) {
            let header = header.to_str().ok()?;
            budget = budget.checked_sub(header.len())?;
            for (name, value) in header.split(';').filter_map(|pair| pair.split_once('=')) {
                let name = name.trim();
                if name != self.name && (self.https || name != plain) {
                    continue;
                }
                let value = value.trim();
                if found.is_some_and(|earlier| earlier != value) {
                    return None;
                }
                found = Some(value);
            }
        }
        found.filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test code")]
mod tests {
    use super::Cookie;
    use http::HeaderMap;
    use http::header::COOKIE;

    #[test]
    fn https_cookies_are_sent_across_sites_and_read_back() {
        let cookie = Cookie { name: "__Host-x", path: "/", https: true };
        assert_eq!(
            cookie.set("v", 60),
            ["__Host-x=v; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"]
        );
        for (headers, expected) in [
            (vec!["a=1; __Host-x=v"], Some("v")),
            (vec!["a=1", "__Host-x=v; b"], Some("v")),
            (vec!["__Host-x=v; __Host-x=w"], None),
            (vec!["__Host-x=v; __Host-x=v"], Some("v")),
            (vec!["__Host-x_plain=v"], None),
            (vec!["__Host-x="], None),
            (vec!["x=v"], None),
            (vec![], None),
        ] {
            let mut map = HeaderMap::new();
            headers.iter().for_each(|value| {
                map.append(COOKIE, value.parse().unwrap());
            });
            assert_eq!(cookie.read(&map), expected, "{headers:?}");
        }
    }

    #[test]
    fn on_plain_http_either_of_two_will_do() {
        let cookie = Cookie { name: "x", path: "/", https: false };
        assert_eq!(cookie.set("v", 60).len(), 2);
        for header in ["x=v", "x_plain=v", "x=v; x_plain=v"] {
            let mut map = HeaderMap::new();
            map.append(COOKIE, header.parse().unwrap());
            assert_eq!(cookie.read(&map), Some("v"), "{header}");
        }
    }
}
