//! Who is signed in: a sealed cookie, so that nothing needs to be looked up.

use chrono::TimeDelta;
use http::HeaderMap;
use lti_jwks::Purpose;
use lti_platform::Session;
use lti_types::Nonce;
use serde::{Deserialize, Serialize};

use super::Platform;
use super::people::Somebody;
use crate::clock::now;
use crate::cookie::Cookie;
use crate::problem::Problem;

const SESSION: Purpose = Purpose::new("example platform/session");
const LIFETIME: TimeDelta = TimeDelta::hours(8);

#[derive(Serialize, Deserialize)]
struct Sealed {
    id: String,
    user: String,
}

/// A signed-in person.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) person: &'static Somebody,
    /// For the protocol: it tells this browser's session from another of the same person.
    pub(crate) session: Session,
}

impl Platform {
    fn cookie(&self) -> Cookie<'static> {
        let https = self.is_https();
        Cookie { name: if https { "__Host-lms_session" } else { "lms_session" }, path: "/", https }
    }

    /// Signs somebody in: the cookies to set.
    pub(crate) fn sign_in(&self, person: &Somebody) -> Result<Vec<String>, Problem> {
        let value = Sealed { id: Nonce::random()?.into(), user: person.id.to_owned() };
        let sealed = self.sealer.seal(SESSION, b"", &value, now() + LIFETIME).map_err(Problem::internal)?;
        Ok(self.cookie().set(&sealed, LIFETIME.num_seconds()))
    }

    /// The cookies that sign out.
    pub(crate) fn sign_out(&self) -> Vec<String> {
        self.cookie().clear()
    }

    /// Who is signed in in this browser.
    pub(crate) fn signed_in(&self, headers: &HeaderMap) -> Option<SignedIn> {
        let sealed = self.cookie().read(headers)?;
        let value: Sealed = self.sealer.open(SESSION, b"", sealed, now()).ok()?;
        let person = Somebody::find(&value.user)?;
        Some(SignedIn { person, session: Session::new(value.id, person.user_id().ok()?) })
    }

    /// The same where somebody must be.
    pub(crate) fn expect_signed_in(&self, headers: &HeaderMap) -> Result<SignedIn, Problem> {
        self.signed_in(headers).ok_or_else(Problem::sign_in)
    }

    /// The same where it must be a teacher.
    pub(crate) fn expect_teacher(&self, headers: &HeaderMap) -> Result<SignedIn, Problem> {
        let signed_in = self.expect_signed_in(headers)?;
        if signed_in.person.teaches() {
            return Ok(signed_in);
        }
        Err(Problem::forbidden("teacher_required", "only a teacher may do this", "LTI Core 1.3 §A.2"))
    }
}
