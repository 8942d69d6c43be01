//! Verification (RFC 7515 §5.2, RFC 7519 §7.2, OpenID Connect Core §3.1.3.7): every check, in one order.

use chrono::{DateTime, Utc};

use crate::header::HeaderKeyId;
use crate::{
    Algorithm, Claims, KeyLookupError, PayloadError, Rules, UnusableKey, UnverifiedJwt, Verified,
    VerifyingKey, VerifyingKeys,
};

/// Why a well-formed token is not believed.
///
/// In the order of who must act: the sender made a bad token, then clocks or delays, then a token that is not
/// for us, and last keys or rules on our side.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// No `kid` in the header.
    #[error("the token does not name its key")]
    KeyIdMissing,
    /// A `kid` that is no string, empty, longer than 255 characters or has control characters.
    #[error("the token's key id is malformed")]
    KeyIdMalformed,
    /// The algorithm is none that the [`Rules`] allow.
    #[error("the token's algorithm is not allowed")]
    AlgorithmNotAllowed,
    /// The algorithm is allowed, but not with this key.
    #[error("the token's algorithm is not one of its key")]
    KeyAlgorithmMismatch,
    /// The signature is not the key's over this token.
    #[error("the signature is not valid")]
    SignatureInvalid,
    /// The payload is not what the claims type expects.
    #[error("the payload is malformed: {0}")]
    Payload(PayloadError),
    /// No `iss`.
    #[error("the token names no issuer")]
    IssuerMissing,
    /// No `aud`.
    #[error("the token names no audience")]
    AudienceMissing,
    /// No `exp`.
    #[error("the token has no expiry")]
    ExpiryMissing,
    /// No `iat`.
    #[error("the token has no time of issue")]
    IssuedAtMissing,
    /// `exp` is not after `iat`.
    #[error("the token expires before it was issued")]
    TimesInconsistent,
    /// `exp` and the leeway have passed.
    #[error("the token has expired")]
    Expired,
    /// `iat` is further ahead than the leeway: clocks differ.
    #[error("the token was issued in the future")]
    IssuedInFuture,
    /// `iat` is longer ago than the rules accept.
    #[error("the token was issued too long ago")]
    TooOld,
    /// `nbf` is further ahead than the leeway.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `iss` is somebody else.
    #[error("the token is from another issuer")]
    IssuerMismatch,
    /// `aud` does not contain us.
    #[error("the token is for another audience")]
    AudienceMismatch,
    /// `aud` contains us, and somebody else who is not trusted.
    #[error("the token is also for an audience that is not trusted")]
    AudienceUntrusted,
    /// `azp` is somebody else.
    #[error("the token was issued to another party")]
    AuthorizedPartyMismatch,
    /// No key has this `kid`; a newer key set may.
    #[error("the token's key is not known")]
    KeyUnknown,
    /// Several different keys have this `kid`.
    #[error("the token's key id is that of several different keys")]
    KeyAmbiguous,
    /// The key of this `kid` cannot be used: another type, too short, not for signatures, …
    #[error("the token's key cannot be used: {0}")]
    KeyUnusable(UnusableKey),
}

impl VerifyError {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::KeyIdMissing => "key_id_missing",
            Self::KeyIdMalformed => "key_id_malformed",
            Self::AlgorithmNotAllowed => "algorithm_not_allowed",
            Self::KeyAlgorithmMismatch => "key_algorithm_mismatch",
            Self::SignatureInvalid => "signature_invalid",
            Self::Payload(_) => "payload_malformed",
            Self::IssuerMissing => "issuer_missing",
            Self::AudienceMissing => "audience_missing",
            Self::ExpiryMissing => "expiry_missing",
            Self::IssuedAtMissing => "issued_at_missing",
            Self::TimesInconsistent => "times_inconsistent",
            Self::Expired => "expired",
            Self::IssuedInFuture => "issued_in_future",
            Self::TooOld => "too_old",
            Self::NotYetValid => "not_yet_valid",
            Self::IssuerMismatch => "issuer_mismatch",
            Self::AudienceMismatch => "audience_mismatch",
            Self::AudienceUntrusted => "audience_untrusted",
            Self::AuthorizedPartyMismatch => "authorized_party_mismatch",
            Self::KeyUnknown => "key_unknown",
            Self::KeyAmbiguous => "key_ambiguous",
            Self::KeyUnusable(_) => "key_unusable",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub const fn spec(&self) -> &'static str {
        match self {
            Self::KeyIdMissing | Self::KeyIdMalformed | Self::KeyUnknown => "RFC 7515 §4.1.4",
            Self::AlgorithmNotAllowed => "RFC 8725 §3.1",
            Self::KeyAlgorithmMismatch => "RFC 7517 §4.4",
            Self::SignatureInvalid => "RFC 7515 §5.2",
            Self::Payload(_) => "RFC 7519 §7.2",
            Self::IssuerMissing | Self::IssuerMismatch => "OpenID Connect Core 1.0 §3.1.3.7 (2)",
            Self::AudienceMissing | Self::AudienceMismatch | Self::AudienceUntrusted => {
                "OpenID Connect Core 1.0 §3.1.3.7 (3)"
            }
            Self::AuthorizedPartyMismatch => "OpenID Connect Core 1.0 §3.1.3.7 (5)",
            Self::ExpiryMissing | Self::IssuedAtMissing => "OpenID Connect Core 1.0 §2",
            Self::TimesInconsistent | Self::Expired => "RFC 7519 §4.1.4",
            Self::IssuedInFuture => "RFC 7519 §4.1.6",
            Self::TooOld => "OpenID Connect Core 1.0 §3.1.3.7 (10)",
            Self::NotYetValid => "RFC 7519 §4.1.5",
            Self::KeyAmbiguous => "RFC 7517 §4.5",
            Self::KeyUnusable(reason) => reason.spec(),
        }
    }
}

impl From<KeyLookupError> for VerifyError {
    fn from(error: KeyLookupError) -> Self {
        match error {
            KeyLookupError::Unknown => Self::KeyUnknown,
            KeyLookupError::Ambiguous => Self::KeyAmbiguous,
            KeyLookupError::Unusable(reason) => Self::KeyUnusable(reason),
        }
    }
}

impl UnverifiedJwt {
    /// Checks everything the `rules` demand, and only then hands out the claims.
    ///
    /// In this order, stopping at the first that fails:
    ///
    /// 1. `kid` names one usable key of `keys`;
    /// 2. the algorithm is allowed by the rules, and by the key;
    /// 3. the signature is that key's;
    /// 4. the payload is JSON that `T` can be read from;
    /// 5. `iss` is the rules' issuer;
    /// 6. `aud` contains one of the rules' audiences, and nobody untrusted;
    /// 7. `azp`, when both sides have it, is the rules' authorized party;
    /// 8. `exp` and `iat` are present, and `exp` is after `iat`;
    /// 9. `now` is before `exp` plus leeway;
    /// 10. `iat` is at most `now` plus leeway, and no longer ago than `max_age` plus leeway;
    /// 11. `nbf`, when present, is at most `now` plus leeway.
    ///
    /// What it does not know: whether the token was seen before (`nonce`, `jti`; see
    /// [`Verified::acceptable_until`]), and whether several audiences without `azp` are worth a warning.
    ///
    /// # Errors
    /// [`VerifyError`], one variant for each of these.
    ///
    /// ```
    /// use chrono::{DateTime, TimeDelta};
    /// use lti_jwks::{
    ///     RegisteredClaims, RsaSize, Rules, SigningKey, UnsignedJwt, UnverifiedJwt, VerifyError, VerifyingKeys,
    /// };
    ///
    /// let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    /// let key = SigningKey::generate_rsa(RsaSize::Rsa2048)?;
    ///
    /// let mut claims = RegisteredClaims::new("https://lms.example", ["client-1"]);
    /// claims.issued_at = Some(now.into());
    /// claims.expires_at = Some((now + TimeDelta::seconds(60)).into());
    /// let token = UnsignedJwt::new(&claims)?.sign(&key)?;
    ///
    /// let keys = VerifyingKeys::single(key.verifying_key().clone());
    /// let rules = Rules::new("https://lms.example", "client-1");
    /// let verified = UnverifiedJwt::parse(&token)?.verify::<RegisteredClaims>(&keys, &rules, now)?;
    /// assert_eq!(verified.issuer.as_deref(), Some("https://lms.example"));
    ///
    /// let later = now + TimeDelta::hours(1);
    /// let refused = UnverifiedJwt::parse(&token)?.verify::<RegisteredClaims>(&keys, &rules, later);
    /// assert_eq!(refused.unwrap_err(), VerifyError::Expired);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify<T: Claims>(
        self,
        keys: &VerifyingKeys,
        rules: &Rules,
        now: DateTime<Utc>,
    ) -> Result<Verified<T>, VerifyError> {
        let key = choose_key(&self.key_id, keys, rules)?;
        let algorithm = choose_algorithm(self.algorithm, rules, Some(key))?;
        if !key.verifies(algorithm, self.signing_input.as_bytes(), &self.signature) {
            return Err(VerifyError::SignatureInvalid);
        }
        // From here on the sender is known, and what is wrong may be said in detail.
        let claims = read_claims::<T>(&self.payload).map_err(VerifyError::Payload)?;
        let now = seconds_of(now);
        for (_, check) in claim_checks::<T>() {
            check(&claims, rules, now)?;
        }
        let acceptable_until = claims.expires_at().unwrap_or(now) + rules.leeway_seconds();
        Ok(Verified {
            claims,
            payload: self.payload,
            algorithm,
            key_id: key.key_id().cloned(),
            acceptable_until: date_from(acceptable_until),
        })
    }

    /// Runs every check of [`UnverifiedJwt::verify`] that can be run, past the first that fails, and says what
    /// became of each: for explaining a refused token to a person. Without keys, key and signature are not checked.
    ///
    /// `danger`: the claims in the result are whatever the sender wrote, believed or not.
    #[must_use]
    pub fn danger_examine<T: Claims>(
        &self,
        keys: Option<&VerifyingKeys>,
        rules: &Rules,
        now: DateTime<Utc>,
    ) -> Examination<T> {
        let mut findings = Vec::new();
        let key = keys.map(|keys| choose_key(&self.key_id, keys, rules));
        let usable = key.as_ref().and_then(|key| key.as_ref().ok()).copied();
        findings.push((Check::Key, key.map(|key| key.map(|_| ()))));

        let algorithm = choose_algorithm(self.algorithm, rules, usable);
        let signature = match (&algorithm, usable) {
            (Ok(algorithm), Some(key)) => {
                let holds = key.verifies(*algorithm, self.signing_input.as_bytes(), &self.signature);
                Some(if holds { Ok(()) } else { Err(VerifyError::SignatureInvalid) })
            }
            _ => None,
        };
        findings.push((Check::Algorithm, Some(algorithm.map(|_| ()))));
        findings.push((Check::Signature, signature));

        let (payload, claims) = match read_claims::<T>(&self.payload) {
            Ok(claims) => (Ok(()), Some(claims)),
            Err(error) => (Err(VerifyError::Payload(error)), None),
        };
        findings.push((Check::Payload, Some(payload)));
        for (name, check) in claim_checks::<T>() {
            findings.push((name, claims.as_ref().map(|claims| check(claims, rules, seconds_of(now)))));
        }
        Examination { findings, claims }
    }
}

/// A check of [`UnverifiedJwt::verify`]. They are run in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Check {
    /// `kid` names one usable key.
    Key,
    /// The algorithm is allowed by the rules, and by the key.
    Algorithm,
    /// The signature is that key's.
    Signature,
    /// The payload is JSON of the expected form.
    Payload,
    /// `iss` is the rules' issuer.
    Issuer,
    /// `aud` contains one of the rules' audiences, and nobody untrusted.
    Audience,
    /// `azp`, when both sides have it, is the rules' authorized party.
    AuthorizedParty,
    /// `exp` and `iat` are present, and `exp` is after `iat`.
    Times,
    /// `exp` has not passed.
    Expiry,
    /// `iat` is neither ahead nor too long ago.
    IssuedAt,
    /// `nbf`, when present, has passed.
    NotBefore,
}

/// What became of each check, and what the sender wrote.
#[derive(Debug)]
#[non_exhaustive]
pub struct Examination<T> {
    /// Each check in its order: passed, failed, or `None` when it could not be made.
    pub findings: Vec<(Check, Option<Result<(), VerifyError>>)>,
    /// The claims, unverified; `None` when the payload is malformed.
    pub claims: Option<T>,
}

type ClaimCheck<T> = fn(&T, &Rules, f64) -> Result<(), VerifyError>;

/// The checks that look at claims: one list for verifying and for explaining.
fn claim_checks<T: Claims>() -> [(Check, ClaimCheck<T>); 7] {
    [
        (Check::Issuer, check_issuer),
        (Check::Audience, check_audience),
        (Check::AuthorizedParty, check_authorized_party),
        (Check::Times, check_presence),
        (Check::Expiry, check_expiry),
        (Check::IssuedAt, check_age),
        (Check::NotBefore, check_not_before),
    ]
}

fn choose_algorithm(
    named: Option<Algorithm>,
    rules: &Rules,
    key: Option<&VerifyingKey>,
) -> Result<Algorithm, VerifyError> {
    let algorithm = named
        .filter(|algorithm| rules.algorithms.contains(algorithm))
        .ok_or(VerifyError::AlgorithmNotAllowed)?;
    match key {
        Some(key) if !key.algorithms().contains(&algorithm) => Err(VerifyError::KeyAlgorithmMismatch),
        _ => Ok(algorithm),
    }
}

fn choose_key<'a>(
    key_id: &HeaderKeyId,
    keys: &'a VerifyingKeys,
    rules: &Rules,
) -> Result<&'a VerifyingKey, VerifyError> {
    let only = || keys.only().filter(|_| rules.danger_kid_optional_with_one_key);
    match key_id {
        HeaderKeyId::Malformed => Err(VerifyError::KeyIdMalformed),
        HeaderKeyId::Absent => keys.nameless().or_else(only).ok_or(VerifyError::KeyIdMissing),
        HeaderKeyId::Present(key_id) => match keys.find(key_id) {
            // The one key has no name that could differ.
            Err(KeyLookupError::Unknown) => {
                only().filter(|key| key.key_id().is_none()).ok_or(VerifyError::KeyUnknown)
            }
            found => Ok(found?),
        },
    }
}

fn read_claims<T: Claims>(payload: &[u8]) -> Result<T, PayloadError> {
    // serde reads structs from arrays too; a claims set is an object (RFC 7519 §7.2 step 10).
    if payload.trim_ascii_start().first() != Some(&b'{') {
        return Err(PayloadError::not_an_object());
    }
    // Looking at the whole once is faster than at each string.
    let read = std::str::from_utf8(payload).ok().and_then(|text| serde_json::from_str(text).ok());
    read.ok_or_else(|| PayloadError::find::<T>(payload))
}

fn check_issuer<T: Claims>(claims: &T, rules: &Rules, _: f64) -> Result<(), VerifyError> {
    match claims.issuer() {
        None | Some("") => Err(VerifyError::IssuerMissing),
        Some(issuer) if issuer != rules.issuer => Err(VerifyError::IssuerMismatch),
        Some(_) => Ok(()),
    }
}

fn check_audience<T: Claims>(claims: &T, rules: &Rules, _: f64) -> Result<(), VerifyError> {
    let (mut any, mut ours, mut untrusted) = (false, false, false);
    for audience in claims.audiences() {
        any = true;
        if rules.audiences.iter().any(|known| known == audience) {
            ours = true;
        } else if !rules.trusted_audiences.iter().any(|known| known == audience) {
            untrusted = true;
        }
    }
    match (any, ours, untrusted) {
        (false, ..) => Err(VerifyError::AudienceMissing),
        (_, false, _) => Err(VerifyError::AudienceMismatch),
        (.., true) => Err(VerifyError::AudienceUntrusted),
        _ => Ok(()),
    }
}

fn check_authorized_party<T: Claims>(claims: &T, rules: &Rules, _: f64) -> Result<(), VerifyError> {
    match (claims.authorized_party(), rules.authorized_party.as_deref()) {
        (Some(party), Some(expected)) if party != expected => Err(VerifyError::AuthorizedPartyMismatch),
        _ => Ok(()),
    }
}

/// Every comparison of times is written so that a number that is none fails it.
fn holds(condition: bool, otherwise: VerifyError) -> Result<(), VerifyError> {
    if condition { Ok(()) } else { Err(otherwise) }
}

fn check_presence<T: Claims>(claims: &T, _: &Rules, _: f64) -> Result<(), VerifyError> {
    let expires_at = claims.expires_at().ok_or(VerifyError::ExpiryMissing)?;
    let issued_at = claims.issued_at().ok_or(VerifyError::IssuedAtMissing)?;
    holds(expires_at > issued_at, VerifyError::TimesInconsistent)
}

fn check_expiry<T: Claims>(claims: &T, rules: &Rules, now: f64) -> Result<(), VerifyError> {
    let expires_at = claims.expires_at().ok_or(VerifyError::ExpiryMissing)?;
    holds(now < expires_at + rules.leeway_seconds(), VerifyError::Expired)
}

fn check_age<T: Claims>(claims: &T, rules: &Rules, now: f64) -> Result<(), VerifyError> {
    let issued_at = claims.issued_at().ok_or(VerifyError::IssuedAtMissing)?;
    holds(issued_at <= now + rules.leeway_seconds(), VerifyError::IssuedInFuture)?;
    match rules.max_age_seconds() {
        Some(max_age) => holds(now <= issued_at + max_age + rules.leeway_seconds(), VerifyError::TooOld),
        None => Ok(()),
    }
}

fn check_not_before<T: Claims>(claims: &T, rules: &Rules, now: f64) -> Result<(), VerifyError> {
    match claims.not_before() {
        Some(not_before) => holds(not_before <= now + rules.leeway_seconds(), VerifyError::NotYetValid),
        None => Ok(()),
    }
}

fn seconds_of(time: DateTime<Utc>) -> f64 {
    time.timestamp() as f64 + f64::from(time.timestamp_subsec_nanos()) * 1e-9
}

/// The conversion saturates, so numbers without a date become the last one there is.
fn date_from(seconds: f64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds.ceil() as i64, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distant_times_become_the_last_there_is() {
        assert_eq!(date_from(1_700_000_000.5).timestamp(), 1_700_000_001);
        for seconds in [1e308, f64::INFINITY, 9_223_372_036_854_775_807.0] {
            assert_eq!(date_from(seconds), DateTime::<Utc>::MAX_UTC);
        }
    }
}
