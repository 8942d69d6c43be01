//! Where a list goes on: a position that tools carry and cannot read, change or use elsewhere (AGS 2.0 §3.2.4).

use std::num::NonZeroU32;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::{BASE32_DNSSEC, BASE64URL_NOPAD};
use lti_jwks::{Purpose, Sealer};
use serde::{Deserialize, Serialize};

use super::{Place, RequestRefusal};
use crate::{Link, ServiceUrl};

/// A position in one list, of one place, with one set of filters. It is sealed before it leaves the platform
/// ([`CursorSeal`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    list: String,
    place: Place,
    filters: Vec<(String, String)>,
    after: String,
}

impl Cursor {
    /// The position, as the application gave it.
    #[must_use]
    pub fn after(&self) -> &str {
        &self.after
    }
}

/// Seals positions into texts for URLs and opens them again, such that nobody else can make, read or change one.
pub trait CursorSeal {
    /// The sealed text, of at most 4,096 bytes, which should survive being turned into small letters, as some tools
    /// do; `None` if it cannot be made.
    fn seal(&self, cursor: &Cursor) -> Option<String>;
    /// What was sealed; `None` for any other text.
    fn open(&self, text: &str) -> Option<Cursor>;
}

/// Seals positions with the keys of a [`Sealer`], for one request.
///
/// The text is letters and digits whose case does not matter: PyLTI1p3, a library for tools, reads `Link` headers in
/// small letters.
///
/// ```
/// use chrono::DateTime;
/// use lti_jwks::{Sealer, SealingKey};
/// use lti_services::platform::SealedCursors;
/// let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
/// let sealer = Sealer::new(SealingKey::random()?); // one for the life of the platform
/// let seal = SealedCursors::new(&sealer, now);
/// # let _: &dyn lti_services::platform::CursorSeal = &seal;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SealedCursors<'a> {
    sealer: &'a Sealer,
    now: DateTime<Utc>,
    /// How long a `next` link is good; 1 day by default.
    pub page_lifetime: TimeDelta,
    /// How long a `differences` link is good; 90 days by default. Keep an older sealing key for as long.
    pub differences_lifetime: TimeDelta,
}

const CURSOR: Purpose = Purpose::new("lti-services/cursor");

impl<'a> SealedCursors<'a> {
    /// With these keys, at this time.
    #[must_use]
    pub fn new(sealer: &'a Sealer, now: DateTime<Utc>) -> Self {
        Self { sealer, now, page_lifetime: TimeDelta::days(1), differences_lifetime: TimeDelta::days(90) }
    }
}

impl CursorSeal for SealedCursors<'_> {
    fn seal(&self, cursor: &Cursor) -> Option<String> {
        let since = cursor.list.strip_suffix(SINCE).is_some_and(|list| list.ends_with('/'));
        let lifetime = if since { self.differences_lifetime } else { self.page_lifetime };
        // A cursor names all that it is good for; there is nothing more to bind it to.
        let sealed = self.sealer.seal(CURSOR, b"", cursor, self.now.checked_add_signed(lifetime)?).ok()?;
        Some(BASE32_DNSSEC.encode(&BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?))
    }

    fn open(&self, text: &str) -> Option<Cursor> {
        let sealed = BASE64URL_NOPAD.encode(&BASE32_DNSSEC.decode(text.as_bytes()).ok()?);
        self.sealer.open(CURSOR, b"", &sealed, self.now).ok()
    }
}

/// The query parameter that holds a sealed position of the next page.
pub(super) const NEXT: &str = "cursor";
/// The query parameter that holds a sealed position in time.
pub(super) const SINCE: &str = "since";

/// A list as it was asked for, to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    /// What is listed: `line_items`, `results`, …
    pub(super) list: String,
    pub(super) place: Place,
    /// The filters, by the names of their parameters.
    pub(super) filters: Vec<(&'static str, String)>,
    pub(super) limit: Option<NonZeroU32>,
}

impl Listing {
    /// How many to send at most, within the platform's own limit.
    pub(super) fn at_most(&self, cap: NonZeroU32) -> NonZeroU32 {
        self.limit.map_or(cap, |limit| limit.min(cap))
    }

    /// The position that a sealed text holds, if it is one of this list.
    pub(super) fn open(
        &self,
        text: Option<&str>,
        purpose: &str,
        seal: &dyn CursorSeal,
    ) -> Result<Option<String>, RequestRefusal> {
        let Some(text) = text else { return Ok(None) };
        let cursor = seal.open(text).ok_or(RequestRefusal::Cursor)?;
        let expected = self.cursor(purpose, cursor.after.clone());
        if cursor == expected { Ok(Some(cursor.after)) } else { Err(RequestRefusal::Cursor) }
    }

    /// The link to this list from a position on, if there is one.
    pub(super) fn link(
        &self,
        relation: &str,
        url: &ServiceUrl,
        purpose: &'static str,
        after: Option<&str>,
        seal: &dyn CursorSeal,
    ) -> Result<Option<Link>, RequestRefusal> {
        let Some(after) = after else { return Ok(None) };
        Ok(Some(Link::new(self.address(url, purpose, after, seal)?.as_str(), relation)))
    }

    /// The address of this list from that position on: filters and limit are in it.
    fn address(
        &self,
        url: &ServiceUrl,
        purpose: &'static str,
        after: &str,
        seal: &dyn CursorSeal,
    ) -> Result<ServiceUrl, RequestRefusal> {
        let text = seal.seal(&self.cursor(purpose, after.to_owned())).ok_or(RequestRefusal::Internal)?;
        let limit = self.limit.map(|limit| ("limit", limit.to_string()));
        let parameters = self.filters.iter().cloned().chain(limit).chain([(purpose, text)]);
        let mut address = url.clone();
        for (name, value) in parameters {
            // Without a filter it would be another list, and without all of the position none at all.
            address = address.with_whole_parameter(name, &value).ok_or(RequestRefusal::Internal)?;
        }
        Ok(address)
    }

    fn cursor(&self, purpose: &str, after: String) -> Cursor {
        Cursor {
            list: format!("{}/{purpose}", self.list),
            place: self.place.clone(),
            filters: self.filters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            after,
        }
    }
}
