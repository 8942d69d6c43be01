//! Under what something is remembered.

use std::fmt;

use sha2::{Digest, Sha256};

/// Under what something is remembered: SHA-256 over a namespace, a tenant and an id.
///
/// Only the digest reaches the store. So ids may be of any length and hold any bytes, no tenant can name another's
/// entry, and whoever lists the store's keys learns no state and no nonce.
///
/// ```
/// use lti_store::Key;
/// let key = Key::new("pending_launch", "campus-1", "af0ifjsldkj");
/// assert_eq!(key, Key::new("pending_launch", "campus-1", "af0ifjsldkj"));
/// assert_ne!(key, Key::new("pending_launch", "campus-", "1af0ifjsldkj"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The one before all others.
    pub(crate) const FIRST: Self = Self([0; 32]);

    /// `namespace` says what kind of thing it is (`"pending_launch"`, `"assertion"`), `tenant` whose it is (the
    /// empty text where there is one tenant only), `id` which one: a state, a login hint, a nonce, a `jti`.
    #[must_use]
    pub fn new(namespace: &str, tenant: &str, id: impl AsRef<[u8]>) -> Self {
        Self::of(&[namespace.as_bytes(), tenant.as_bytes(), id.as_ref()])
    }

    /// Each part goes in after its length, so that no two lists of parts run together to the same bytes.
    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// The digest: what a store uses.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digest as 64 lower-case hexadecimal digits, for engines whose keys are texts.
    #[must_use]
    pub fn to_hex(&self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(nibble.into(), 16).unwrap_or('0'));
            }
            text
        })
    }
}

/// A digest confirms a guess, so it is not shown.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn parts_do_not_run_together() {
        let key = Key::new("a", "bc", "d");
        for other in [Key::new("ab", "c", "d"), Key::new("a", "b", "cd"), Key::new("", "abc", "d")] {
            assert_ne!(key, other);
        }
        assert_ne!(Key::of(&[b"a", b""]), Key::of(&[b"a"]));
    }

    #[test]
    fn the_digest_is_the_one_other_versions_and_machines_compute() {
        // printf '\0\0\0\0\0\0\0\1a\0\0\0\0\0\0\0\2bc\0\0\0\0\0\0\0\1d' | sha256sum
        assert_eq!(
            Key::new("a", "bc", "d").to_hex(),
            "5f57d28dfd0ca19a2024a5c7e99508c5c479adac47d802042b37a4cf78a7a205"
        );
    }

    #[test]
    fn nothing_of_it_is_shown() {
        assert_eq!(format!("{:?}", Key::new("a", "b", "c")), "Key(…)");
    }
}
