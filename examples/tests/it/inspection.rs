//! The inspector says nothing of what it was not told.

use lti_tool::{Check, Inspection, Known, LaunchError, Outcome};
use lti_types::{ClientId, Issuer};

use crate::pair::{CLIENT, DEPLOYMENT, ISSUER, Pair, Token};
use crate::payloads::{learner, with};

fn outcomes(known: &Known, token: &Token, checks: &[Check]) -> Vec<Outcome> {
    let pair = Pair::new();
    let inspection = Inspection::of(&token.compact("nonce", pair.now), known, pair.now);
    let of = |check: &Check| inspection.findings().iter().find(|finding| finding.check == *check).unwrap();
    checks.iter().map(|check| of(check).outcome.clone()).collect()
}

#[test]
fn what_is_not_known_is_not_checked() {
    let token = Token::of(with(learner(), "azp", CLIENT));
    let checks = [Check::Issuer, Check::Audience, Check::AuthorizedParty];
    let unknown = vec![Outcome::NotChecked; 3];
    assert_eq!(outcomes(&Known::new(), &token, &checks), unknown);
    let mut known = Known::new();
    known.issuer = Some(Issuer::new(ISSUER).unwrap());
    known.client_id = Some(ClientId::new(CLIENT).unwrap());
    assert_eq!(outcomes(&known, &token, &checks), vec![Outcome::Passed; 3]);
    known.issuer = Some(Issuer::new("https://other.example").unwrap());
    known.client_id = Some(ClientId::new("other").unwrap());
    let failed = outcomes(&known, &token, &checks);
    assert!(
        failed.iter().all(|outcome| matches!(outcome, Outcome::Failed(LaunchError::Proof(_)))),
        "{failed:?}"
    );
}

/// The answer in one word, for whoever does not want the list.
#[test]
fn refused_and_complete() {
    let pair = Pair::new();
    let inspect = |token: &str, known: &Known| Inspection::of(token, known, pair.now);
    let good = Token::of(learner()).compact("nonce", pair.now);
    let nothing_known = inspect(&good, &Known::new());
    assert!(!nothing_known.is_refused() && !nothing_known.is_complete(), "no key, no issuer");
    assert_eq!(
        nothing_known.danger_unverified_claims().unwrap().sub.as_ref().unwrap().as_str(),
        "user-40899"
    );
    let mut known = Known::new();
    known.issuer = Some(Issuer::new(ISSUER).unwrap());
    known.client_id = Some(ClientId::new(CLIENT).unwrap());
    known.nonce = Some(lti_types::Nonce::new("nonce").unwrap());
    known.deployment = Some(lti_types::DeploymentId::new(DEPLOYMENT).unwrap());
    known.keys = Some(pair.keys.clone());
    let all = inspect(&good, &known);
    assert!(!all.is_refused() && all.is_complete(), "{:?}", all.findings());
    known.client_id = Some(ClientId::new("other").unwrap());
    assert!(inspect(&good, &known).is_refused());
    let nonsense = inspect("nonsense", &known);
    assert!(nonsense.is_refused() && nonsense.danger_unverified_claims().is_none());
}
