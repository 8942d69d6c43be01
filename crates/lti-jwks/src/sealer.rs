//! Values given out and taken back, unread and unchanged: authenticated encryption (RFC 5116) with a purpose and an
//! expiry.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::backend::{self, NONCE_LEN, TAG_LEN};
use crate::sealing_key::ID_LEN;
use crate::{OpenError, SealError, SealingKey, base64url};

/// The first byte of what is sealed; another layout gets another number.
const VERSION: u8 = 1;
/// Bytes of a purpose's tag.
const PURPOSE_LEN: usize = 4;
/// Randomness that a key of its own is derived with for every text.
const SALT_LEN: usize = 16;
/// Version, key id, purpose tag, salt, nonce.
const HEAD_LEN: usize = 1 + ID_LEN + PURPOSE_LEN + SALT_LEN + NONCE_LEN;
/// The expiry, before the value.
const EXPIRY_LEN: usize = 8;
/// The most bytes of JSON that are sealed; the text is a third longer.
const MAX_VALUE: usize = 12 * 1024;
/// Enough for a hint, a cursor or a launch.
const FIRST_ROOM: usize = 2048;
/// The longest text that is opened.
const MAX_TEXT: usize = (HEAD_LEN + EXPIRY_LEN + MAX_VALUE + TAG_LEN).div_ceil(3) * 4;

/// What a sealed value is for. A text sealed for one purpose does not open for another, so a login hint cannot be
/// handed in as an access token.
///
/// ```
/// use lti_jwks::Purpose;
///
/// const LOGIN_HINT: Purpose = Purpose::new("lms.example/login-hint");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purpose(&'static str);

impl Purpose {
    /// A purpose of this name. It is part of the program, never of its input.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// Seals values into compact texts, and opens them again: hints, pending states, deep-linking data, cursors, opaque
/// tokens.
///
/// What a text holds cannot be read, changed, moved to another purpose or another session, or used after its
/// expiry. What it can is be used twice; that takes a store.
///
/// - AES-256-GCM (RFC 5116 §5.2), under a key derived anew for every text with HKDF (RFC 5869 §2.3) from 128 random
///   bits, beside a random nonce: no number of texts that could ever be sealed makes a repetition likely.
/// - Beside the purpose, a text is bound to `bound_to`, which is not stored in it: the id of the session, say, or
///   nothing.
/// - The newest key seals; older ones still open, until [`Sealer::remove`]. Keep an older key for as long as the
///   longest expiry given out.
///
/// The text is base64url, safe within URLs, cookies and forms: 12 characters for the key's id and version, and in
/// all 87 and a third more than the value's JSON, which may have up to 12 KiB.
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use lti_jwks::{OpenError, Purpose, Sealer, SealingKey};
///
/// const CURSOR: Purpose = Purpose::new("lms.example/members-cursor");
/// let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
/// let mut sealer = Sealer::new(SealingKey::random()?);
///
/// let text = sealer.seal(CURSOR, b"session-1", &("course-7", 200), now + TimeDelta::hours(1))?;
/// let (course, offset): (String, u32) = sealer.open(CURSOR, b"session-1", &text, now)?;
/// assert_eq!((course.as_str(), offset), ("course-7", 200));
///
/// // Another session, another purpose, another day:
/// let open = |purpose, session: &[u8], now| sealer.open::<(String, u32)>(purpose, session, &text, now);
/// assert_eq!(open(CURSOR, b"session-2", now).unwrap_err(), OpenError::Tampered);
/// assert_eq!(open(Purpose::new("token"), b"session-1", now).unwrap_err(), OpenError::WrongPurpose);
/// assert_eq!(open(CURSOR, b"session-1", now + TimeDelta::days(1)).unwrap_err(), OpenError::Expired);
///
/// // A new key seals from now on; what the old one sealed still opens.
/// sealer.rotate(SealingKey::random()?);
/// assert!(sealer.open::<(String, u32)>(CURSOR, b"session-1", &text, now).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sealer {
    current: SealingKey,
    /// Newest first.
    older: Vec<SealingKey>,
}

impl Sealer {
    /// Seals and opens with this key.
    #[must_use]
    pub fn new(current: SealingKey) -> Self {
        Self { current, older: Vec::new() }
    }

    /// Also opens what this older key sealed.
    #[must_use]
    pub fn with_older(mut self, key: SealingKey) -> Self {
        self.older.push(key);
        self
    }

    /// From now on this key seals; the one that did still opens.
    ///
    /// With several processes, first give the new key to all of them by [`Sealer::with_older`], then rotate: else
    /// one seals what another cannot open.
    pub fn rotate(&mut self, key: SealingKey) {
        self.older.retain(|older| older.id_bytes() != key.id_bytes());
        let previous = std::mem::replace(&mut self.current, key);
        if previous.id_bytes() != self.current.id_bytes() {
            self.older.insert(0, previous);
        }
    }

    /// Forgets the older key of this [id](SealingKey::id): what it sealed no longer opens. Whether there was one;
    /// the key that seals is not removed.
    pub fn remove(&mut self, id: &str) -> bool {
        let before = self.older.len();
        self.older.retain(|key| key.id() != id);
        self.older.len() < before
    }

    /// The ids of all keys, the one that seals first.
    pub fn key_ids(&self) -> impl Iterator<Item = String> + '_ {
        std::iter::once(&self.current).chain(&self.older).map(SealingKey::id)
    }

    /// Seals a value for a purpose until a time. `bound_to` must be given again to open it; it may be empty.
    ///
    /// # Errors
    /// [`SealError`], see there.
    pub fn seal<T: Serialize + ?Sized>(
        &self,
        purpose: Purpose,
        bound_to: &[u8],
        value: &T,
        expires_at: DateTime<Utc>,
    ) -> Result<String, SealError> {
        let mut random = [0; SALT_LEN + NONCE_LEN];
        backend::random(&mut random).map_err(|_| SealError::BackendFailed)?;
        let mut head = Vec::with_capacity(HEAD_LEN);
        head.push(VERSION);
        head.extend_from_slice(self.current.id_bytes());
        head.extend_from_slice(&tag_of(purpose));
        head.extend_from_slice(&random);
        let parts = Parts::of(&head).ok_or(SealError::BackendFailed)?;

        let mut body = Bounded(Zeroizing::new(Vec::with_capacity(FIRST_ROOM)));
        body.0.extend_from_slice(&expires_at.timestamp().to_be_bytes());
        serde_json::to_writer(&mut body, value)
            .map_err(|error| if error.is_io() { SealError::TooLarge } else { SealError::Unwritable })?;
        body.reserve(TAG_LEN);
        let Bounded(mut body) = body;

        let key = backend::expand(self.current.secret(), &[b"lti-jwks seal", parts.salt])
            .map_err(|_| SealError::BackendFailed)?;
        backend::seal(&key, parts.nonce, &associated(&head, purpose, bound_to), &mut body)
            .map_err(|_| SealError::BackendFailed)?;
        // Nothing in it is secret any more, so it need not be overwritten.
        head.append(&mut std::mem::take(&mut *body));
        Ok(base64url::encode(&head))
    }

    /// Opens what [`Sealer::seal`] sealed for this purpose, with this binding, if its time has not passed.
    ///
    /// # Errors
    /// [`OpenError`], see there: all but [`OpenError::Expired`] mean that nothing may be said to whoever brought
    /// the text beyond that it is refused.
    pub fn open<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        bound_to: &[u8],
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<T, OpenError> {
        if text.len() > MAX_TEXT {
            return Err(OpenError::Malformed);
        }
        let mut bytes = Zeroizing::new(base64url::decode(text).map_err(|_| OpenError::Malformed)?);
        if bytes.len() < HEAD_LEN + EXPIRY_LEN + TAG_LEN || bytes.first() != Some(&VERSION) {
            return Err(OpenError::Malformed);
        }
        let (head, body) = bytes.split_at_mut_checked(HEAD_LEN).ok_or(OpenError::Malformed)?;
        let parts = Parts::of(head).ok_or(OpenError::Malformed)?;
        let key = std::iter::once(&self.current)
            .chain(&self.older)
            .find(|key| key.id_bytes() == parts.key_id)
            .ok_or(OpenError::UnknownKey)?;
        // Said early, for the sake of whoever reads the logs. That it holds is proven below: the whole name is
        // part of what is authenticated.
        if *parts.purpose != tag_of(purpose) {
            return Err(OpenError::WrongPurpose);
        }
        let derived = backend::expand(key.secret(), &[b"lti-jwks seal", parts.salt])
            .map_err(|_| OpenError::Tampered)?;
        let opened = backend::open(&derived, parts.nonce, &associated(head, purpose, bound_to), body)
            .map_err(|_| OpenError::Tampered)?;
        let (expiry, value) = opened.split_first_chunk().ok_or(OpenError::Malformed)?;
        if now.timestamp() >= i64::from_be_bytes(*expiry) {
            return Err(OpenError::Expired);
        }
        serde_json::from_slice(value).map_err(|_| OpenError::OtherType)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("current", &self.current).field("older", &self.older).finish()
    }
}

/// The head of a sealed text, taken apart.
struct Parts<'a> {
    key_id: &'a [u8; ID_LEN],
    purpose: &'a [u8; PURPOSE_LEN],
    salt: &'a [u8],
    nonce: [u8; NONCE_LEN],
}

impl<'a> Parts<'a> {
    fn of(head: &'a [u8]) -> Option<Self> {
        let (_, rest) = head.split_first()?;
        let (key_id, rest) = rest.split_first_chunk()?;
        let (purpose, rest) = rest.split_first_chunk()?;
        let (salt, nonce) = rest.split_at_checked(SALT_LEN)?;
        Some(Self { key_id, purpose, salt, nonce: nonce.try_into().ok()? })
    }
}

/// Tells purposes apart at a glance; it proves nothing.
fn tag_of(purpose: Purpose) -> [u8; PURPOSE_LEN] {
    let digest = backend::digest(crate::algorithm::Hash::Sha256, purpose.0.as_bytes());
    digest.first_chunk().copied().unwrap_or_default()
}

/// Everything that is authenticated without being encrypted. The name's length keeps name and binding apart.
fn associated(head: &[u8], purpose: Purpose, bound_to: &[u8]) -> Vec<u8> {
    let name = purpose.0.as_bytes();
    [head, &(name.len() as u64).to_be_bytes(), name, bound_to].concat()
}

/// A value's JSON while it is written. Where it outgrows its buffer, the old one is overwritten.
struct Bounded(Zeroizing<Vec<u8>>);

impl Bounded {
    fn reserve(&mut self, more: usize) {
        if self.0.capacity() - self.0.len() < more {
            let mut larger = Zeroizing::new(Vec::with_capacity((self.0.len() + more) * 2));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
    }
}

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > EXPIRY_LEN + MAX_VALUE {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.reserve(bytes.len());
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// The buffer grows by a new one, never by moving the old one, which nobody would overwrite.
    #[test]
    fn a_value_outgrows_its_buffer_into_another() {
        let mut value = Bounded(Zeroizing::new(Vec::with_capacity(4)));
        value.write_all(b"full").unwrap();
        assert_eq!(value.0.capacity(), 4);
        value.write_all(b"er").unwrap();
        assert_eq!((value.0.as_slice(), value.0.capacity()), (b"fuller".as_slice(), 12));
        value.write_all(b"fuller").unwrap();
        assert_eq!(value.0.capacity(), 12);
        value.flush().unwrap();
        let rest = EXPIRY_LEN + MAX_VALUE - value.0.len();
        assert!(value.write_all(&vec![b'x'; rest + 1]).is_err());
        value.write_all(&vec![b'x'; rest]).unwrap();
    }
}
