//! What is demanded of a token (OpenID Connect Core §3.1.3.7, RFC 8725 §3).

use chrono::TimeDelta;

use crate::Algorithm;

/// The most that clocks may differ, whatever a rule says.
const MAX_LEEWAY: TimeDelta = TimeDelta::seconds(300);

/// What one peer's tokens must be like to be believed.
///
/// ```
/// use chrono::TimeDelta;
/// use lti_jwks::Rules;
///
/// let mut rules = Rules::new("https://lms.example", "client-1");
/// rules.authorized_party = Some("client-1".into());
/// rules.max_age = Some(TimeDelta::minutes(10));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// The algorithms the peer may use (RFC 8725 §3.1). Empty means none. `[Rs256]` unless set.
    pub algorithms: Vec<Algorithm>,
    /// `iss` must be this, byte for byte (RFC 7519 §4.1.1).
    pub issuer: String,
    /// `aud` must contain one of these (RFC 7519 §4.1.3).
    pub audiences: Vec<String>,
    /// Who may stand in `aud` beside them; anybody else there makes the token unacceptable
    /// (OpenID Connect Core §3.1.3.7, step 3).
    pub trusted_audiences: Vec<String>,
    /// `azp`, when the token has it, must be this (OpenID Connect Core §3.1.3.7, step 5). `None` does not look.
    pub authorized_party: Option<String>,
    /// How far the peer's clock and ours may be apart, applied to `exp`, `iat` and `nbf`. 60 seconds unless set;
    /// taken as zero when negative and as 300 seconds when more.
    pub leeway: TimeDelta,
    /// How old a token may be by its `iat`, leeway not counted. `None`, the default, does not look.
    pub max_age: Option<TimeDelta>,
    /// Accept a token without `kid`, or a key without one, when the peer's key set has just one usable key.
    /// For platforms known to leave it out; certification requires it to be demanded.
    pub danger_kid_optional_with_one_key: bool,
}

impl Rules {
    /// RS256, this issuer, this audience, nobody beside it, 60 seconds of leeway.
    #[must_use]
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            algorithms: vec![Algorithm::Rs256],
            issuer: issuer.into(),
            audiences: vec![audience.into()],
            trusted_audiences: Vec::new(),
            authorized_party: None,
            leeway: TimeDelta::seconds(60),
            max_age: None,
            danger_kid_optional_with_one_key: false,
        }
    }

    /// The leeway that is applied, in seconds.
    pub(crate) fn leeway_seconds(&self) -> f64 {
        seconds(self.leeway.clamp(TimeDelta::zero(), MAX_LEEWAY))
    }

    /// The greatest age that is accepted, leeway not counted, in seconds.
    pub(crate) fn max_age_seconds(&self) -> Option<f64> {
        self.max_age.map(seconds)
    }
}

fn seconds(delta: TimeDelta) -> f64 {
    delta.num_seconds() as f64 + f64::from(delta.subsec_nanos()) * 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leeway_is_clamped() {
        let with = |leeway| {
            let mut rules = Rules::new("a", "b");
            rules.leeway = leeway;
            rules.leeway_seconds()
        };
        assert_eq!(Rules::new("a", "b").leeway_seconds(), 60.0);
        assert_eq!(with(TimeDelta::MIN), 0.0);
        assert_eq!(with(TimeDelta::seconds(-1)), 0.0);
        assert_eq!(with(TimeDelta::milliseconds(1500)), 1.5);
        assert_eq!(with(TimeDelta::seconds(300)), 300.0);
        assert_eq!(with(TimeDelta::seconds(301)), 300.0);
        assert_eq!(with(TimeDelta::MAX), 300.0);
    }
}
