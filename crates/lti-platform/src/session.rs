//! The platform's own session: who is signed in, in which browser (Security Framework 1.0 §5.1.1.2).

use std::fmt;

use lti_types::UserId;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

/// A browser's session at the platform, as the platform's own sign-in established it.
///
/// ```
/// use lti_platform::Session;
/// use lti_types::UserId;
/// let session = Session::new("session-row-17", UserId::new("student-1")?);
/// let visitor = Session::guest("session-row-18");
/// # let _ = (session, visitor);
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    pub(crate) id: SessionId,
    pub(crate) user: Option<UserId>,
}

impl Session {
    /// A session of a signed-in person. The id tells two sessions apart, and an empty one opens nothing; let it be the
    /// key of a row or a hash, not the cookie's value, since it is kept with pending logins.
    #[must_use]
    pub fn new(id: impl Into<String>, user: UserId) -> Self {
        Self { id: SessionId(id.into()), user: Some(user) }
    }

    /// A session of somebody who is not signed in: launches from it are anonymous.
    #[must_use]
    pub fn guest(id: impl Into<String>) -> Self {
        Self { id: SessionId(id.into()), user: None }
    }

    /// The person, unless they are a guest.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        self.user.as_ref()
    }
}

/// Who is signed in is not shown.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("guest", &self.user.is_none()).finish_non_exhaustive()
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct SessionId(String);

impl PartialEq for SessionId {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SessionId {}

impl SessionId {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
