//! Who is calling (RFC 6750 §2.1, §3).

use chrono::{DateTime, Utc};
use http::Request;
use http::header::AUTHORIZATION;
use lti_types::{ClientId, Scope};

use super::{AccessGrant, Place, RequestRefusal};
use crate::AccessToken;

/// The token of a request, to look its grant up by.
///
/// ```
/// use lti_services::platform::bearer_token;
///
/// let request = http::Request::get("/5/lineitems").body(Vec::new())?;
/// let refusal = bearer_token(&request).unwrap_err();
/// assert_eq!(refusal.to_http().headers()["www-authenticate"], "Bearer");
/// # Ok::<(), http::Error>(())
/// ```
///
/// # Errors
/// [`RequestRefusal::TokenMissing`] or [`RequestRefusal::AuthorizationMalformed`].
pub fn bearer_token(request: &Request<Vec<u8>>) -> Result<AccessToken, RequestRefusal> {
    let mut values = request.headers().get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(RequestRefusal::TokenMissing)?;
    if values.next().is_some() {
        return Err(RequestRefusal::AuthorizationMalformed);
    }
    let text = value.to_str().map_err(|_| RequestRefusal::AuthorizationMalformed)?;
    let (scheme, token) = text.trim().split_once(' ').ok_or(RequestRefusal::AuthorizationMalformed)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(RequestRefusal::TokenMissing);
    }
    AccessToken::new(token.trim()).map_err(|_| RequestRefusal::AuthorizationMalformed)
}

/// A live grant: the proof that a request's token is good. It has no other constructor than [`Access::of`].
///
/// ```compile_fail,E0451
/// # fn forge(grant: lti_services::platform::AccessGrant) -> lti_services::platform::Access {
/// lti_services::platform::Access { grant }
/// # }
/// ```
///
/// ```
/// # use lti_services::platform::{Access, AccessGrant};
/// # let grant: AccessGrant = serde_json::from_str(r#"{"client_id": "quiz", "expires_at": "2026-01-01T01:00:00Z",
/// #     "scopes": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"]}"#)?;
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// use lti_services::platform::bearer_token;
///
/// let request = http::Request::get("/5/lineitems").header("authorization", "Bearer t0ken-t0ken-t0ken");
/// let token = bearer_token(&request.body(Vec::new())?)?;
/// assert_eq!(token.expose(), "t0ken-t0ken-t0ken"); // a store finds the grant under it
/// let access = Access::of(Some(grant), now)?;
/// assert_eq!(access.client_id().as_str(), "quiz");
/// assert_eq!(Access::of(None, now).unwrap_err().http_status(), 401);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    grant: AccessGrant,
}

impl Access {
    /// Of the grant that was found for a request's token.
    ///
    /// # Errors
    /// [`RequestRefusal::TokenInvalid`]: none was found, or it has expired.
    pub fn of(grant: Option<AccessGrant>, now: DateTime<Utc>) -> Result<Self, RequestRefusal> {
        match grant {
            Some(grant) if now < grant.expires_at => Ok(Self { grant }),
            _ => Err(RequestRefusal::TokenInvalid),
        }
    }

    /// Whose token it is.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.grant.client_id
    }

    /// The grant.
    #[must_use]
    pub fn grant(&self) -> &AccessGrant {
        &self.grant
    }

    /// Whether what is at that place is the token's: its client's, and its deployment's if it is for one alone.
    #[must_use]
    pub fn reaches(&self, place: &Place) -> bool {
        self.grant.client_id == place.client_id
            && self.grant.deployment_id.as_ref().is_none_or(|id| *id == place.deployment_id)
    }

    /// The scope check: one of these must have been granted. The first is named to the tool.
    pub(crate) fn needs(&self, any_of: &[Scope]) -> Result<(), RequestRefusal> {
        if any_of.iter().any(|scope| self.grant.scopes.contains(scope)) {
            return Ok(());
        }
        Err(RequestRefusal::ScopeInsufficient(any_of.first().cloned()))
    }

    /// The ownership check: what is not ours does not exist.
    pub(crate) fn find<'a>(&self, place: Option<&'a Place>) -> Result<&'a Place, RequestRefusal> {
        place.filter(|place| self.reaches(place)).ok_or(RequestRefusal::NotFound)
    }
}
