//! Paths inside a package (CC 1.1, package: files and paths).

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest path that is written, in bytes. Readers have their own limit, [`Limits::path_bytes`](crate::Limits).
pub const MAX_PATH_BYTES: usize = 1024;

/// Where the manifest lies, exactly so.
pub(crate) const MANIFEST: &str = "imsmanifest.xml";

/// What an `href` has escaped: all but the unreserved characters of RFC 3986 and the slash.
const RESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b'-');

/// A path inside the package, relative to its root: parts joined by `/`, none of them empty, `.` or `..`; no drive
/// letter, no backslash, no control character.
///
/// ```
/// use lti_cartridge::PackagePath;
///
/// assert!("pages/read me.html".parse::<PackagePath>().is_ok());
/// for bad in ["/etc/passwd", "../x", "a/../b", "C:/x", "a\\b", "a//b", ""] {
///     assert!(bad.parse::<PackagePath>().is_err(), "{bad}");
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PackagePath(Box<str>);

/// Why a text is not a [`PackagePath`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidPath {
    /// Empty, or with an empty part, or ending in `/`.
    #[error("the path or a part of it is empty")]
    Empty,
    /// Begins with `/` or with a drive letter.
    #[error("the path is absolute")]
    Absolute,
    /// Has a part `.` or `..`.
    #[error("the path has a part '.' or '..'")]
    Dots,
    /// Has a backslash or a control character.
    #[error("the path has a backslash or a control character")]
    Character,
    /// Longer than [`MAX_PATH_BYTES`].
    #[error("the path is longer than {MAX_PATH_BYTES} bytes")]
    TooLong,
}

impl InvalidPath {
    /// A stable code for logs and tests.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "path_empty",
            Self::Absolute => "path_absolute",
            Self::Dots => "path_dots",
            Self::Character => "path_character",
            Self::TooLong => "path_too_long",
        }
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "CC 1.1 package: paths"
    }
}

impl PackagePath {
    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path as an `href`: a relative reference of RFC 3986, everything outside `[A-Za-z0-9._~/-]` escaped.
    #[must_use]
    pub fn to_href(&self) -> String {
        utf8_percent_encode(&self.0, RESERVED).to_string()
    }
}

impl std::str::FromStr for PackagePath {
    type Err = InvalidPath;

    fn from_str(text: &str) -> Result<Self, InvalidPath> {
        check(text)?;
        Ok(Self(text.into()))
    }
}

/// The rules for a path, without the allocation.
pub(crate) fn check(text: &str) -> Result<(), InvalidPath> {
    let second = text.as_bytes().get(1);
    if text.len() > MAX_PATH_BYTES {
        Err(InvalidPath::TooLong)
    } else if text.starts_with('/') || second == Some(&b':') {
        Err(InvalidPath::Absolute)
    } else if text.chars().any(|c| c == '\\' || c.is_control()) {
        Err(InvalidPath::Character)
    } else if text.split('/').any(str::is_empty) {
        Err(InvalidPath::Empty)
    } else if text.split('/').any(|part| part == "." || part == "..") {
        Err(InvalidPath::Dots)
    } else {
        Ok(())
    }
}

impl fmt::Display for PackagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<PackagePath> for String {
    fn from(path: PackagePath) -> Self {
        path.0.into()
    }
}

impl TryFrom<String> for PackagePath {
    type Error = InvalidPath;

    fn try_from(text: String) -> Result<Self, InvalidPath> {
        text.parse()
    }
}

impl AsRef<str> for PackagePath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// What an `href` of a manifest means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// A path inside the package; `true` when the text had to be mended (backslashes, `./`, a query).
    Inside(PackagePath, bool),
    /// Leaves the package.
    Outside,
    /// An address with a scheme.
    External,
    /// No path at all.
    Invalid,
}

/// Resolves an `href` against its bases, outermost first (`xml:base` of manifest, resources, resource).
pub(crate) fn resolve<'a>(bases: impl IntoIterator<Item = &'a str>, href: &'a str) -> Resolved {
    let mut joined = String::new();
    let mut mended = false;
    for part in bases.into_iter().chain([href]) {
        if part.is_empty() {
            continue;
        }
        if part.len() > MAX_PATH_BYTES * 4 {
            return Resolved::Invalid;
        }
        if has_scheme(part) {
            return Resolved::External;
        }
        if !joined.is_empty() && !joined.ends_with('/') {
            joined.push('/');
        }
        joined.push_str(part);
    }
    let path = match joined.split_once(['?', '#']) {
        Some((path, _)) => {
            mended = true;
            path
        }
        None => joined.as_str(),
    };
    // A `%` without two digits stands for itself.
    let Ok(decoded) = percent_decode_str(path).decode_utf8() else {
        return Resolved::Invalid;
    };
    let slashed = decoded.replace('\\', "/");
    mended |= slashed != decoded;
    if slashed.starts_with('/') || slashed.as_bytes().get(1) == Some(&b':') {
        return Resolved::Outside;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in slashed.split('/') {
        match part {
            "" | "." => mended = true,
            ".." => {
                mended = true;
                if parts.pop().is_none() {
                    return Resolved::Outside;
                }
            }
            part => parts.push(part),
        }
    }
    match parts.join("/").parse() {
        Ok(path) => Resolved::Inside(path, mended),
        Err(_) => Resolved::Invalid,
    }
}

/// `http:`, `file:` and the like; one letter is a drive.
fn has_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(bases: &[&str], href: &str) -> Option<String> {
        match resolve(bases.iter().copied(), href) {
            Resolved::Inside(path, _) => Some(path.into()),
            _ => None,
        }
    }

    #[test]
    fn cc_8_nothing_leaves_the_package() {
        for bad in ["../x", "a/../../x", "/etc/passwd", "C:\\x", "c:/x", "..\\x", "%2e%2e/x", "%2Fx"] {
            assert_eq!(resolve([], bad), Resolved::Outside, "{bad}");
        }
        assert_eq!(resolve([], "http://example.com/x"), Resolved::External);
        assert_eq!(resolve([], "%ff"), Resolved::Invalid);
        assert_eq!(resolve([], ""), Resolved::Invalid);
        assert_eq!(resolve(["a/"], "../../x"), Resolved::Outside);
    }

    #[test]
    fn hrefs_are_decoded_and_joined() {
        assert_eq!(inside(&["base/", "sub"], "a%20b.html").unwrap(), "base/sub/a b.html");
        assert_eq!(inside(&[], "./a\\b").unwrap(), "a/b");
        assert_eq!(inside(&[], "a/100%/b").unwrap(), "a/100%/b");
    }

    #[test]
    fn href_and_path_agree() {
        let path: PackagePath = "pages/ä b&c%.html".parse().unwrap();
        assert_eq!(path.to_href(), "pages/%C3%A4%20b%26c%25.html");
        assert_eq!(inside(&[], &path.to_href()).unwrap(), path.as_str());
    }
}
