//! The checks of a launch as a list (Security Framework 1.0 §5.1.3, LTI Core 1.3 §5.3): one list for verifying and
//! for explaining.

use lti_types::{Claim, ClaimFaults, ClaimProblem, DeploymentId, Deployments, LaunchClaims, Nonce, WireUrl};
use subtle::ConstantTimeEq as _;

use crate::{LaunchError, Policy};

macro_rules! checks {
    ($( $(#[$meta:meta])* $Check:ident: $title:literal, $spec:literal, $advice:literal; )*) => {
        /// A check of [`UnverifiedLaunch::verify`](crate::UnverifiedLaunch::verify). They are made in this order.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Check {
            $( $(#[$meta])* $Check, )*
        }

        impl Check {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$( Self::$Check, )*];

            /// What is checked, in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $( Self::$Check => $title, )* }
            }

            /// The section of the specification.
            #[must_use]
            pub fn spec(self) -> &'static str {
                match self { $( Self::$Check => $spec, )* }
            }

            /// Where to look when it fails.
            #[must_use]
            pub fn advice(self) -> &'static str {
                match self { $( Self::$Check => $advice, )* }
            }
        }
    };
}

checks! {
    /// The token is a compact JWT of bounded size.
    Token: "the token is a JWT", "RFC 7515 §7.1",
        "Take the id_token field of the form that the platform posted, whole and nothing else.";
    /// The registration is the one that began the login, and is active.
    Registration: "the registration began this login, and is active", "Security Framework 1.0 §5.1.1.1",
        "Look the registration up by the pending launch's issuer and client id; see whether it waits for consent.";
    /// The state is that of the pending launch.
    State: "the state is that of the login", "Security Framework 1.0 §7.3.1",
        "Start again from the platform; a page that was reloaded or opened twice has a state that is used up.";
    /// The browser is the one that began the login.
    Browser: "the browser began the login", "Security Framework 1.0 §7.3.1",
        "Browsers keep back cookies in frames: use platform storage, or open the tool in a new window.";
    /// The login is not too old.
    LoginAge: "the login is recent", "Security Framework 1.0 §7.3.1",
        "Start again from the platform.";
    /// `kid` names one usable key of the platform.
    Key: "kid names one of the platform's keys", "RFC 7515 §4.1.4",
        "Compare kid with the key set at the registered address; a platform that rotated its keys needs a fresh fetch.";
    /// The algorithm is allowed.
    Algorithm: "the algorithm is allowed", "RFC 8725 §3.1",
        "The registration lists the algorithms that this platform may use; RS256 is what every platform can.";
    /// The signature is the key's.
    Signature: "the signature is valid", "RFC 7515 §5.2",
        "The key set is another installation's, or the token was changed on its way.";
    /// The payload is JSON of the expected form.
    Payload: "the payload is well-formed", "RFC 7519 §7.2",
        "The platform's administrator should see the claim that is named here.";
    /// `iss` is the registration's issuer.
    Issuer: "iss is the registered issuer", "Security Framework 1.0 §5.1.3",
        "Compare byte for byte: a slash at the end, http for https, or the test installation's name make another issuer.";
    /// `aud` is our client id, and nobody untrusted beside it.
    Audience: "aud is our client id", "Security Framework 1.0 §5.1.3",
        "The client id at the platform and in the registration differ, or the token is for another tool.";
    /// `azp`, if present, is our client id.
    AuthorizedParty: "azp is our client id", "Security Framework 1.0 §5.1.3",
        "The token was issued to another tool.";
    /// `exp` and `iat` are there, and in order.
    Times: "exp and iat are there, and in order", "Security Framework 1.0 §5.1.2",
        "The platform must send both as numbers of seconds.";
    /// The token has not expired.
    Expiry: "the token has not expired", "Security Framework 1.0 §5.1.3",
        "Start again from the platform; if it happens at once, the clocks of platform and tool differ.";
    /// The token was not issued in the future, nor too long ago.
    IssuedAt: "the token was issued just now", "Security Framework 1.0 §5.1.3",
        "The clocks of platform and tool differ.";
    /// The token is valid already.
    NotBefore: "the token is valid already", "RFC 7519 §4.1.5",
        "The clocks of platform and tool differ.";
    /// The nonce is that of the login.
    Nonce: "the nonce is that of the login", "Security Framework 1.0 §5.1.3",
        "The token answers another login, or was used before: start again from the platform.";
    /// Every claim that the message type requires is there and well-formed.
    Message: "all required claims are there", "LTI Core 1.3 §5.3",
        "The platform's administrator or vendor should see the claims that are named here.";
    /// The person is known, if the policy wants that.
    User: "the person is known, if this tool needs that", "LTI Core 1.3 §5.3.6",
        "The platform sends this tool nobody's id: its privacy setting is anonymous, or nobody is signed in.";
    /// The deployment is the registration's.
    Deployment: "the deployment is registered", "LTI Core 1.3 §5.3.3",
        "Add the deployment id to the registration, if this customer is yours.";
    /// The deployment is the one that the login named.
    DeploymentOfLogin: "the deployment is the one that the login named", "LTI Core 1.3 §4.1.2",
        "The platform names two deployments for one launch.";
    /// The target link URI is the one that the login named.
    Target: "target_link_uri is the one that the login named", "LTI Core 1.3 §5.3.4",
        "The platform names two targets for one launch; some need an exception of the registration's policy.";
}

impl From<lti_jwks::Check> for Check {
    fn from(check: lti_jwks::Check) -> Self {
        match check {
            lti_jwks::Check::Key => Self::Key,
            lti_jwks::Check::Algorithm => Self::Algorithm,
            lti_jwks::Check::Signature => Self::Signature,
            lti_jwks::Check::Issuer => Self::Issuer,
            lti_jwks::Check::Audience => Self::Audience,
            lti_jwks::Check::AuthorizedParty => Self::AuthorizedParty,
            lti_jwks::Check::Times => Self::Times,
            lti_jwks::Check::Expiry => Self::Expiry,
            lti_jwks::Check::IssuedAt => Self::IssuedAt,
            lti_jwks::Check::NotBefore => Self::NotBefore,
            // `non_exhaustive`: what is not one of the others looks at the payload.
            _ => Self::Payload,
        }
    }
}

/// What the claims of an authentic token are held against. `None` is "not known", which a verification never has.
pub(crate) struct Facts<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) nonce: Option<&'a Nonce>,
    pub(crate) deployments: Option<&'a Deployments>,
    /// The deployment that the login named, if it named one.
    pub(crate) login_deployment: Option<Option<&'a DeploymentId>>,
    pub(crate) login_target: Option<&'a WireUrl>,
}

type LaunchCheck = fn(&Facts<'_>, &LaunchClaims) -> Option<Result<(), LaunchError>>;

/// The checks that come after the token's own, in their order.
pub(crate) const LAUNCH_CHECKS: [(Check, LaunchCheck); 6] = [
    (Check::Nonce, nonce),
    (Check::Message, message),
    (Check::User, user),
    (Check::Deployment, deployment),
    (Check::DeploymentOfLogin, deployment_of_login),
    (Check::Target, target),
];

pub(crate) fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

fn nonce(facts: &Facts<'_>, claims: &LaunchClaims) -> Option<Result<(), LaunchError>> {
    match (&claims.nonce, facts.nonce) {
        (None, _) => Some(Err(LaunchError::NonceMissing)),
        (Some(nonce), Some(expected)) if same(nonce.as_str(), expected.as_str()) => Some(Ok(())),
        (Some(_), Some(_)) => Some(Err(LaunchError::NonceMismatch)),
        (Some(_), None) => None,
    }
}

fn message(facts: &Facts<'_>, claims: &LaunchClaims) -> Option<Result<(), LaunchError>> {
    let Err(faults) = claims.message() else { return Some(Ok(())) };
    let excused = |fault: &lti_types::ClaimFault| {
        facts.policy.danger_resource_link_optional
            && fault.claim == Claim::ResourceLink
            && fault.problem == ClaimProblem::Missing
    };
    let faults = faults.as_slice().iter().filter(|fault| !excused(fault)).copied().collect();
    Some(ClaimFaults::check_sorted(faults).map_err(LaunchError::Claims))
}

fn user(facts: &Facts<'_>, claims: &LaunchClaims) -> Option<Result<(), LaunchError>> {
    let refused = facts.policy.require_user && claims.sub.is_none();
    Some(if refused { Err(LaunchError::UserRequired) } else { Ok(()) })
}

fn deployment(facts: &Facts<'_>, claims: &LaunchClaims) -> Option<Result<(), LaunchError>> {
    let deployments = facts.deployments?;
    let known = match (deployments, &claims.deployment_id) {
        (Deployments::NotYetKnown, Some(_)) => true,
        (known, Some(deployment)) => known.contains(deployment),
        (_, None) => false,
    };
    Some(if known { Ok(()) } else { Err(LaunchError::DeploymentUnknown) })
}

fn deployment_of_login(facts: &Facts<'_>, claims: &LaunchClaims) -> Option<Result<(), LaunchError>> {
    let same = match facts.login_deployment? {
        Some(named) => claims.deployment_id.as_ref() == Some(named),
        None => true,
    };
    Some(if same { Ok(()) } else { Err(LaunchError::DeploymentMismatch) })
}

fn target(facts: &Facts<'_>, claims: &LaunchClaims) -> Option<Result<(), LaunchError>> {
    if facts.policy.danger_target_link_uri_may_differ {
        return Some(Ok(()));
    }
    let named = facts.login_target?;
    // Deep linking launches may have none (quirk 39), or a blank for none.
    let target = claims.target_link_uri.as_ref().filter(|target| !target.is_blank());
    let same = target.is_none_or(|target| target.is_same_resource(named));
    Some(if same { Ok(()) } else { Err(LaunchError::TargetLinkUriMismatch) })
}
