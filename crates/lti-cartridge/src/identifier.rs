//! Identifiers of a cartridge: `xs:ID` values, stable across exports (CC 1.1 `imscp_v1p1`).
//!
//! Canvas keeps the identifier of a resource as its migration id: importing the same identifier again updates what
//! the first import made. Hence identifiers are *derived from the caller's own keys* and never random.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::path::MANIFEST;

/// Longest identifier that is read or written, in bytes.
pub const MAX_IDENTIFIER_BYTES: usize = 512;

/// An XML identifier (`xs:ID`, an NCName): begins with a letter or `_`, goes on with letters, digits, `.`, `-`, `_`.
///
/// Unique in its cartridge, across manifest, organization, items and resources together.
///
/// ```
/// use lti_cartridge::{Identifier, Scope};
///
/// let of_item = Identifier::derived(Scope::Item, "course-17/quiz-1");
/// assert_eq!(of_item, Identifier::derived(Scope::Item, "course-17/quiz-1"));
/// assert_eq!(of_item.to_string().len(), 33);
///
/// assert!("I_00010_R".parse::<Identifier>().is_ok());
/// assert!("2d7d5ca5".parse::<Identifier>().is_err(), "must not begin with a digit");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Identifier(Shape);

/// The two shapes are disjoint: a text that looks derived is always held as `Derived`, so equality stays exact.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Shape {
    Derived { prefix: u8, hash: u128 },
    Named(Box<str>),
}

/// What an [`Identifier`] is derived for. The same key gives a different identifier in each scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// The cartridge itself (`manifest/@identifier`).
    Manifest,
    /// The organization, that is, the one outline.
    Organization,
    /// A folder or a link of the outline.
    Item,
    /// A resource.
    Resource,
}

impl Scope {
    fn prefix(self) -> u8 {
        match self {
            Self::Manifest => b'm',
            Self::Organization => b'o',
            Self::Item => b'i',
            Self::Resource => b'r',
        }
    }
}

/// The text is not an NCName, or is longer than [`MAX_IDENTIFIER_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "not an XML identifier: a letter or underscore must come first, then letters, digits, '.', '-' or '_'"
)]
pub struct InvalidIdentifier(());

impl InvalidIdentifier {
    /// A stable code for logs and tests.
    #[must_use]
    pub fn code(self) -> &'static str {
        "identifier_not_name"
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "CC imscp_v1p1: xs:ID"
    }
}

impl Identifier {
    /// Derives the identifier of a thing from the caller's own stable key for it: a letter for the scope and 32
    /// hexadecimal digits of a SHA-256 hash.
    ///
    /// The key may be any text; it should be unique beyond this cartridge (a URL, a path of database keys), because
    /// importers compare identifiers between cartridges.
    #[must_use]
    pub fn derived(scope: Scope, key: &str) -> Self {
        let prefix = scope.prefix();
        Self(Shape::Derived { prefix, hash: hash(&[b"lti-cartridge/1\0", &[prefix], key.as_bytes()]) })
    }

    /// A number that is equal for equal identifiers, and different for different ones unless SHA-256 collides; sixteen
    /// bytes instead of a string for each of a hundred thousand links.
    pub(crate) fn fingerprint(&self) -> u128 {
        match &self.0 {
            Shape::Derived { prefix, hash } => hash.wrapping_add(u128::from(*prefix) << 120),
            Shape::Named(name) => hash(&[b"named\0", name.as_bytes()]),
        }
    }

    /// The prefix and hash of a derived identifier.
    pub(crate) fn as_derived(&self) -> Option<(u8, u128)> {
        match self.0 {
            Shape::Derived { prefix, hash } => Some((prefix, hash)),
            Shape::Named(_) => None,
        }
    }

    pub(crate) fn from_derived(prefix: u8, hash: u128) -> Self {
        Self(Shape::Derived { prefix, hash })
    }

    /// A folder name inside the package for this identifier: plain ASCII, so that no `href` needs escaping.
    pub(crate) fn folder(&self) -> String {
        match &self.0 {
            Shape::Named(name)
                if !name.is_ascii() || name.len() > 100 || name.eq_ignore_ascii_case(MANIFEST) =>
            {
                let hash = hash(&[b"folder\0", name.as_bytes()]);
                format!("f{hash:032x}")
            }
            _ => self.to_string(),
        }
    }
}

fn hash(parts: &[&[u8]]) -> u128 {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    digest.finalize().iter().take(16).fold(0, |number, byte| (number << 8) | u128::from(*byte))
}

impl std::str::FromStr for Identifier {
    type Err = InvalidIdentifier;

    fn from_str(text: &str) -> Result<Self, InvalidIdentifier> {
        if text.len() > MAX_IDENTIFIER_BYTES || !is_nc_name(text) {
            return Err(InvalidIdentifier(()));
        }
        Ok(Self(derived_shape(text).unwrap_or_else(|| Shape::Named(text.into()))))
    }
}

fn derived_shape(text: &str) -> Option<Shape> {
    let (prefix, digits) = text.as_bytes().split_first()?;
    let plain = prefix.is_ascii_lowercase()
        && digits.len() == 32
        && digits.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !plain {
        return None;
    }
    let hash = u128::from_str_radix(text.get(1..)?, 16).ok()?;
    Some(Shape::Derived { prefix: *prefix, hash })
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Shape::Derived { prefix, hash } => write!(f, "{}{hash:032x}", char::from(*prefix)),
            Shape::Named(name) => f.write_str(name),
        }
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({self})")
    }
}

impl From<Identifier> for String {
    fn from(identifier: Identifier) -> Self {
        identifier.to_string()
    }
}

impl TryFrom<String> for Identifier {
    type Error = InvalidIdentifier;

    fn try_from(text: String) -> Result<Self, InvalidIdentifier> {
        text.parse()
    }
}

/// NCName of "Namespaces in XML 1.0": an XML Name without a colon.
pub(crate) fn is_nc_name(text: &str) -> bool {
    is_name(text) && !text.contains(':')
}

/// `Name` of XML 1.0 (fifth edition), production 5, without the planes beyond U+FFFF, which the fourth edition (that
/// libxml2 and Xerces validate `xs:Name` by) does not allow.
pub(crate) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_name_start) && chars.all(|c| is_name_start(c) || is_name_rest(c))
}

fn is_name_start(c: char) -> bool {
    matches!(c, ':' | '_' | 'A'..='Z' | 'a'..='z'
        | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
        | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}')
}

fn is_name_rest(c: char) -> bool {
    matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_looks_derived_is_equal_to_the_derived_one() {
        let derived = Identifier::derived(Scope::Resource, "k");
        let read: Identifier = derived.to_string().parse().unwrap();
        assert_eq!(read, derived);
        assert_eq!(read.fingerprint(), derived.fingerprint());
    }

    #[test]
    fn derived_identifiers_never_change_between_releases() {
        assert_eq!(
            Identifier::derived(Scope::Item, "course-17/quiz-1").to_string(),
            "ibc9ab75c8d660d8e1dd3bc024b8cb36b"
        );
    }

    #[test]
    fn scopes_do_not_collide() {
        let all = [Scope::Manifest, Scope::Organization, Scope::Item, Scope::Resource]
            .map(|s| Identifier::derived(s, "k"));
        for (n, a) in all.iter().enumerate() {
            for b in all.iter().skip(n + 1) {
                assert_ne!(a, b);
                assert_ne!(a.fingerprint(), b.fingerprint());
            }
        }
    }

    #[test]
    fn cc_3_names() {
        for good in ["a", "_1", "I_00010_R", "été", "x-1.2"] {
            assert!(good.parse::<Identifier>().is_ok(), "{good}");
        }
        for bad in ["", "1a", "a b", "a:b", "-a", ".a", "a/b", "a\u{0}"] {
            assert!(bad.parse::<Identifier>().is_err(), "{bad}");
        }
    }
}
