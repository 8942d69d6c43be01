//! What is kept of a launch, and who may use it: the browser that launched, by a cookie for this launch alone, or a
//! program with the launch's access token. The id opens nothing.
//!
//! The access token *is* what is kept, sealed with a key that comes of the signing key, which machines of one tool share:
//! however many launches there are, they take no room here. What does not fit into a token goes into the store.

use std::sync::Arc;

use chrono::serde::ts_milliseconds;
use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use http::Method;
use http::header::AUTHORIZATION;
use lti_browser::Fault;
use lti_jwks::Purpose;
use lti_tool::{Binding, Launch, LaunchRecord, PendingDeepLinking};
use lti_types::{LaunchClaims, Nonce, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Tool;
use super::legacy::LegacySession;
use crate::clock::now;
use crate::cookie::Cookie;
use crate::problem::Problem;
use crate::same_site;
use crate::store::SHORTLY;

/// How long a launch may be worked with: by a token that holds it, and out of the store.
const LIFETIME: TimeDelta = TimeDelta::hours(8);
const LIFETIME_IN_STORE: TimeDelta = TimeDelta::hours(1);
/// What an id is sealed for: it holds nothing, but can be told from one that nobody gave out.
const ID: Purpose = Purpose::new("example tool/launch id");
/// For what launches are sealed, and what such tokens begin with.
const SEALED: Purpose = Purpose::new("example tool/launch");
const SEALED_PREFIX: &str = "s.";
/// The longest token that is put into a cookie; browsers take 4,096 bytes with name and attributes.
const MAX_COOKIE: usize = 3800;
/// Under what launches are kept that fit into no token.
const SESSION: &str = "launch";
/// Under what tickets are kept, sealed with the ticket, and for how long.
const TICKET: &str = "ticket";
const TICKET_SEAL: Purpose = Purpose::new("example tool/ticket");
const TICKET_LIFETIME: TimeDelta = TimeDelta::minutes(1);
/// Where a refusal for want of credentials rests.
const SPEC: &str = "RFC 6750 §3.1";

/// What is kept of a launch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Session {
    #[serde(with = "ts_milliseconds")]
    pub(super) until: DateTime<Utc>,
    pub(super) record: LaunchRecord,
    pub(super) deep_linking: Option<PendingDeepLinking>,
    /// The person's name, to greet them by.
    pub(super) name: Option<String>,
    /// Which quiz the link is for.
    pub(super) quiz: Option<String>,
    /// Which published course.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) course: Option<String>,
    /// Whether the browser proved itself by platform storage, and not by a cookie.
    pub(super) by_storage: bool,
    /// Of a launch by LTI 1.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) legacy: Option<LegacySession>,
}

/// A launch that was just made.
pub(super) struct NewSession {
    pub(super) id: String,
    pub(super) token: String,
    pub(super) session: Session,
}

impl NewSession {
    pub(super) async fn of(tool: &Arc<Tool>, launch: &Launch) -> Result<Self, Problem> {
        let mut session = Session::of_launch(launch);
        let entered = tool.enter(&session.record, launch.claims(), false).await?;
        session.course = entered.as_ref().map(|entered| entered.course.clone());
        let new = Self::keep(tool, session).await?;
        if let Some(entered) = &entered {
            tool.reopened(&new.session, entered).await;
        }
        Ok(new)
    }

    /// A launch that was made a moment ago, with a token anew; `None` where that would not hold it, or no cookie would.
    pub(super) fn again(tool: &Tool, launch: &Launch, id: &str, course: Option<String>) -> Option<Self> {
        if launch.binding() == Binding::PlatformStorage {
            return None;
        }
        let session = Session { course, ..Session::of_launch(launch) };
        let token = session.sealed(tool, id)?;
        Some(Self { id: id.to_owned(), token, session })
    }

    /// Gives a launch its id and token.
    pub(super) async fn keep(tool: &Tool, mut session: Session) -> Result<Self, Problem> {
        let id = tool.sealer.seal(ID, b"", &(), session.until).map_err(Problem::internal)?;
        if let Some(token) = session.sealed(tool, &id) {
            return Ok(Self { id, token, session });
        }
        let token = String::from(Nonce::random()?);
        session.until = now() + LIFETIME_IN_STORE;
        tool.notes.put(SESSION, &in_store(&id, &token), &session, session.until).await?;
        Ok(Self { id, token, session })
    }
}

impl Session {
    fn of_launch(launch: &Launch) -> Self {
        let mut session = Self::of(launch.to_record(), launch.claims());
        session.deep_linking = launch.deep_linking_request();
        session.by_storage = launch.binding() == Binding::PlatformStorage;
        session
    }

    /// The token that holds it. What is too long for a cookie goes into the store: without one, a browser could not open
    /// the launch again.
    fn sealed(&self, tool: &Tool, id: &str) -> Option<String> {
        let sealed = tool.sealer.seal(SEALED, id.as_bytes(), self, self.until).ok()?;
        let fits = SEALED_PREFIX.len() + sealed.len() <= MAX_COOKIE;
        fits.then(|| format!("{SEALED_PREFIX}{sealed}"))
    }

    pub(super) fn of(record: LaunchRecord, claims: &LaunchClaims) -> Self {
        Self {
            until: now() + LIFETIME,
            record,
            deep_linking: None,
            name: claims.name.clone(),
            quiz: claims.custom.as_ref().and_then(|custom| custom.get("quiz")).map(str::to_owned),
            course: None,
            by_storage: false,
            legacy: None,
        }
    }

    /// Whoever teaches in the course may see and grade everybody.
    pub(super) fn is_instructor(&self) -> bool {
        self.record.roles.is_instructor()
    }

    pub(super) fn expect_instructor(&self) -> Result<(), Problem> {
        if self.is_instructor() {
            return Ok(());
        }
        let message = "this needs the launch of an instructor";
        Err(Problem::forbidden("instructor_required", message, "LTI Core 1.3 §A.2"))
    }

    /// Whether whoever launched may hand in grades: not a learner of a published course, whose grade is the course's.
    pub(super) fn expect_free_grades(&self) -> Result<(), Problem> {
        if self.is_instructor() || self.course.is_none() {
            return Ok(());
        }
        let message = "the grade of a published course comes of the course alone";
        Err(Problem::forbidden("grade_of_course", message, "lti-eligibility README, Grades"))
    }

    /// Whether a score of this person may be sent: one's own, or anybody's for an instructor.
    pub(super) fn expect_score_of(&self, user: &UserId) -> Result<(), Problem> {
        self.expect_free_grades()?;
        if self.is_instructor() || self.record.user_id.as_ref() == Some(user) {
            return Ok(());
        }
        let message = "a learner's launch may send that learner's own score only";
        Err(Problem::forbidden("score_of_other", message, "AGS 2.0 §3.4"))
    }
}

/// Under what a launch is kept whose token does not hold it. The token itself is kept nowhere; who does not have it
/// touches nothing.
fn in_store(id: &str, token: &str) -> String {
    format!("{id}\n{}", digest(token))
}

/// SHA-256 in hexadecimal digits.
pub(super) fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let nibbles = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect()
}

impl Tool {
    fn session_cookie<'a>(&self, path: &'a str) -> Cookie<'a> {
        let https = self.is_https();
        Cookie { name: if https { "__Secure-lti_launch" } else { "lti_launch" }, path, https }
    }

    /// The cookies of a new launch. They go to that launch's own addresses only.
    pub(super) fn session_cookies(&self, id: &str, token: &str, until: DateTime<Utc>) -> Vec<String> {
        let path = format!("/lti/launches/{id}");
        self.session_cookie(&path).set(token, (until - now()).num_seconds())
    }

    /// The launch of that id, for whoever shows its token: in a header, in a form of ours (RFC 6750 §2.2), which needs no
    /// cookie, or in the cookie. Who shows a cookie and wants something changed must be one of our own pages, too.
    pub(super) async fn session(
        &self,
        id: &str,
        method: &Method,
        headers: &HeaderMap,
        form: Option<&str>,
    ) -> Result<Session, Problem> {
        let shown = match bearer(headers)?.or(form) {
            Some(token) => token,
            None => {
                let cookie = self.session_cookie("/").read(headers).ok_or_else(|| {
                    let message = "the launch's cookie or access token is missing";
                    Problem::new(401, Fault::OtherBrowser, "token_missing", message, SPEC)
                })?;
                if !method.is_safe() {
                    same_site::check(&self.origin, headers)?;
                }
                cookie
            }
        };
        let unknown = || {
            let message = "there is no such launch, or not any more";
            Problem::new(404, Fault::NotFound, "launch_unknown", message, "RFC 9110 §15.5.5")
        };
        self.sealer.open::<()>(ID, b"", id, now()).map_err(|_| unknown())?;
        let invalid = || {
            let message = "the access token is not this launch's, or not any more";
            Problem::new(401, Fault::OtherBrowser, "invalid_token", message, SPEC)
        };
        if let Some(sealed) = shown.strip_prefix(SEALED_PREFIX) {
            return self.sealer.open(SEALED, id.as_bytes(), sealed, now()).map_err(|_| invalid());
        }
        let name = in_store(id, shown);
        let kept = self.notes.read(SESSION, &name, |session: &Session| session.until, SHORTLY).await?;
        kept.ok_or_else(invalid)
    }
}

/// What a page that has no cookie shows to get its launch: once, and soon.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    launch_id: String,
    token: String,
}

impl Tool {
    /// A ticket for a new launch. It travels in the fragment of an address, which no server and no log gets to see.
    pub(super) async fn ticket(&self, new: &NewSession) -> Result<String, Problem> {
        let ticket = String::from(Nonce::random()?);
        let (value, until) =
            (Ticket { launch_id: new.id.clone(), token: new.token.clone() }, now() + TICKET_LIFETIME);
        let sealed = self.sealer.seal(TICKET_SEAL, ticket.as_bytes(), &value, until);
        self.notes.put(TICKET, &ticket, &sealed.map_err(Problem::internal)?, until).await?;
        Ok(ticket)
    }

    /// The access token of a launch, for its ticket.
    pub(super) async fn redeem(&self, ticket: &str, launch_id: &str) -> Result<String, Problem> {
        let sealed: Option<String> = self.notes.take(TICKET, ticket).await?;
        let open = |sealed: String| self.sealer.open(TICKET_SEAL, ticket.as_bytes(), &sealed, now()).ok();
        let found: Option<Ticket> = sealed.and_then(open);
        let found = found.filter(|found| found.launch_id == launch_id).ok_or_else(|| {
            let message = "the launch's page was opened before, or too late";
            Problem::new(401, Fault::Expired, "ticket_unknown", message, SPEC)
        })?;
        Ok(found.token)
    }
}

/// The bearer token of a request, if it has an `Authorization` header.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let malformed = || {
        let message = "the Authorization header is malformed";
        Problem::new(401, Fault::Malformed, "authorization_malformed", message, SPEC)
    };
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().map_err(|_| malformed())?;
    let token = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match (token, values.next()) {
        (Some((_, token)), None) if !token.trim().is_empty() => Ok(Some(token.trim())),
        _ => Err(malformed()),
    }
}
