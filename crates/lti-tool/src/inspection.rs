//! Explaining a token (Security Framework 1.0 §5.1.3): every check, what became of it, and where to look. It is for
//! people who wonder why a launch was refused; nothing comes out of it that a program could take for a launch.

use chrono::{DateTime, Utc};
use lti_jwks::{Rules, UnverifiedJwt, VerifyingKeys};
use lti_types::{ClientId, DeploymentId, Deployments, Issuer, LaunchClaims, Nonce};

use crate::check::{Check, Facts, LAUNCH_CHECKS};
use crate::unverified_launch::LaunchPayload;
use crate::{LaunchError, Policy};

/// What is known about a launch besides its token. What is not known is not checked.
///
/// [`Inspection`] has an example.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Known {
    /// The platform's keys.
    pub keys: Option<VerifyingKeys>,
    /// The registered issuer.
    pub issuer: Option<Issuer>,
    /// Our client id.
    pub client_id: Option<ClientId>,
    /// The nonce of the login.
    pub nonce: Option<Nonce>,
    /// A registered deployment.
    pub deployment: Option<DeploymentId>,
    /// The registration's policy.
    pub policy: Policy,
}

impl Known {
    /// Nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// What became of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not: a launch would be refused with this error, if none came before it.
    Failed(LaunchError),
    /// What it needs is not known.
    NotChecked,
}

/// One check, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The check.
    pub check: Check,
    /// What became of it.
    pub outcome: Outcome,
}

/// A token, explained.
///
/// ```
/// use lti_tool::{Check, Inspection, Known, Outcome};
/// let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// let inspection = Inspection::of("not a token", &Known::new(), now);
/// assert!(inspection.is_refused());
/// assert_eq!(inspection.findings()[0].check, Check::Token);
/// ```
#[derive(Debug, Clone)]
pub struct Inspection {
    findings: Vec<Finding>,
    claims: Option<LaunchClaims>,
}

impl Inspection {
    /// Makes every check that can be made with what is known, past the first that fails, in the order of
    /// [`UnverifiedLaunch::verify`](crate::UnverifiedLaunch::verify). The checks that need the login or the browser
    /// are listed as not checked.
    #[must_use]
    pub fn of(token: &str, known: &Known, now: DateTime<Utc>) -> Self {
        let jwt = match UnverifiedJwt::parse(token.trim()) {
            Ok(jwt) => jwt,
            Err(error) => {
                let token = std::iter::once((Check::Token, Outcome::Failed(LaunchError::Token(error))));
                return Self { findings: in_order(token), claims: None };
            }
        };
        let mut outcomes = vec![(Check::Token, Outcome::Passed)];

        // What is not known is filled in with anything, and struck off the list afterwards.
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let client_id = known.client_id.as_ref().map(ClientId::as_str);
        let mut rules = Rules::new(text(known.issuer.as_ref().map(Issuer::as_str)), text(client_id));
        rules.algorithms.clone_from(&known.policy.algorithms);
        rules.trusted_audiences.clone_from(&known.policy.trusted_audiences);
        rules.authorized_party = client_id.map(str::to_owned);
        rules.leeway = known.policy.leeway;
        rules.max_age = known.policy.max_age;
        rules.danger_kid_optional_with_one_key = known.policy.danger_kid_optional_with_one_key;
        let examination = jwt.danger_examine::<LaunchPayload>(known.keys.as_ref(), &rules, now);
        for (check, finding) in examination.findings {
            let check = Check::from(check);
            // What is missing is missing, whatever was expected.
            let absent = |error: &lti_jwks::VerifyError| {
                matches!(error, lti_jwks::VerifyError::IssuerMissing | lti_jwks::VerifyError::AudienceMissing)
            };
            let unknown = match check {
                Check::Issuer => known.issuer.is_none(),
                Check::Audience | Check::AuthorizedParty => known.client_id.is_none(),
                _ => false,
            };
            let outcome = match finding {
                None => Outcome::NotChecked,
                Some(Err(error)) if !unknown || absent(&error) => Outcome::Failed(LaunchError::from(error)),
                Some(_) if unknown => Outcome::NotChecked,
                Some(_) => Outcome::Passed,
            };
            outcomes.push((check, outcome));
        }

        let claims = examination.claims.map(|LaunchPayload(claims)| claims);
        if let Some(claims) = &claims {
            let deployments = known.deployment.clone().map(|id| Deployments::Known(vec![id]));
            let facts = Facts {
                policy: &known.policy,
                nonce: known.nonce.as_ref(),
                deployments: deployments.as_ref(),
                login_deployment: None,
                login_target: None,
            };
            for (check, run) in LAUNCH_CHECKS {
                let outcome = match run(&facts, claims) {
                    None => Outcome::NotChecked,
                    Some(Ok(())) => Outcome::Passed,
                    Some(Err(error)) => Outcome::Failed(error),
                };
                outcomes.push((check, outcome));
            }
        }
        Self { findings: in_order(outcomes), claims }
    }

    /// Every check, in order.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The first failure: what a launch would be refused with.
    #[must_use]
    pub fn refusal(&self) -> Option<&LaunchError> {
        self.findings.iter().find_map(|finding| match &finding.outcome {
            Outcome::Failed(error) => Some(error),
            _ => None,
        })
    }

    /// Whether a launch would be refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.refusal().is_some()
    }

    /// Whether every check of the token was made; those that need the login and its browser do not count.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let of_login = [
            Check::Registration,
            Check::State,
            Check::Browser,
            Check::LoginAge,
            Check::DeploymentOfLogin,
            Check::Target,
        ];
        self.findings.iter().all(|f| f.outcome != Outcome::NotChecked || of_login.contains(&f.check))
    }

    /// What the token says, whether it is to be believed or not. `danger`: anybody can write such a token.
    #[must_use]
    pub fn danger_unverified_claims(&self) -> Option<&LaunchClaims> {
        self.claims.as_ref()
    }
}

/// One finding for each check there is.
fn in_order(outcomes: impl IntoIterator<Item = (Check, Outcome)>) -> Vec<Finding> {
    let mut findings: Vec<_> =
        Check::ALL.iter().map(|check| Finding { check: *check, outcome: Outcome::NotChecked }).collect();
    for (check, outcome) in outcomes {
        if let Some(finding) = findings.iter_mut().find(|finding| finding.check == check) {
            finding.outcome = outcome;
        }
    }
    findings
}
