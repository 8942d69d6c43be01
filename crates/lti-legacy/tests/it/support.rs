//! A platform and a tool that share a key, and a clock moved by hand.

use chrono::{DateTime, Utc};
use lti_legacy::{
    ConsumerKey, Credential, Launch, LaunchParameters, LegacyMessageType, Parameters, RefusedLaunch,
    SharedSecret, Signer, UnverifiedLaunch, Use,
};
use lti_types::{ContextId, DeploymentId, FormPost, Nonce, ResourceLinkId, UserId, WireUrl};

pub(crate) const URL: &str = "https://tool.example.com/launch?a=1";
pub(crate) const SECRET: &str = "s3cr&t";
pub(crate) const BACK: &str = "https://lms.example/back?course=1";

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

pub(crate) fn url() -> WireUrl {
    URL.into()
}

pub(crate) fn nonce(text: &str) -> Nonce {
    Nonce::new(text).unwrap()
}

pub(crate) fn key(text: &str) -> ConsumerKey {
    ConsumerKey::new(text).unwrap()
}

pub(crate) fn secret(text: &str) -> SharedSecret {
    SharedSecret::new(text).unwrap()
}

pub(crate) fn signer() -> Signer {
    Signer::new(key("key1"), secret(SECRET))
}

pub(crate) fn credential() -> Credential {
    Credential::new(account("account-1"), key("key1"), secret(SECRET))
}

pub(crate) fn account(text: &str) -> DeploymentId {
    DeploymentId::new(text).unwrap()
}

/// A secret of the account that is good with any key.
pub(crate) fn any_key(text: &str) -> Credential {
    Credential::for_any_key(account("account-1"), secret(text))
}

/// A launch with all that the certification suite's first test sends.
pub(crate) fn launch() -> LaunchParameters {
    let mut launch = LaunchParameters::new(LegacyMessageType::Launch);
    launch.resource_link_id = Some(ResourceLinkId::new("rl-42").unwrap());
    launch.resource_link_title = Some("Fractions".to_owned());
    launch.user_id = Some(UserId::new("u/7").unwrap());
    launch.roles = Some(["Instructor"].into_iter().collect());
    launch.context_id = Some(ContextId::new("course-1").unwrap());
    launch.given_name = Some("Ada".to_owned());
    launch.family_name = Some("Lovelace".to_owned());
    launch.full_name = Some("Ada Lovelace".to_owned());
    launch.email = Some("ada@example.org".to_owned());
    launch.presentation_return_url = Some(BACK.into());
    launch.outcome_service_url = Some("https://lms.example/outcomes".into());
    launch.result_sourcedid = Some(r#"{"data":{"instanceid":"3","userid":"7"},"hash":"x<&>"}"#.to_owned());
    launch
}

/// What is sent, whatever it is; unlike [`Signer::launch`] it takes messages that break the rules.
pub(crate) fn sent(parameters: Parameters) -> FormPost {
    signer().form(&url(), parameters, &nonce("n-1"), now()).unwrap()
}

/// A launch without some parameters and with others changed.
pub(crate) fn changed(without: &[&str], with: &[(&str, &str)]) -> Parameters {
    let written = launch().write();
    let kept =
        written.iter().filter(|(name, _)| !without.contains(name) && with.iter().all(|(n, _)| n != name));
    kept.chain(with.iter().copied()).collect()
}

pub(crate) fn received(post: &FormPost) -> Result<Launch, RefusedLaunch> {
    let launch = UnverifiedLaunch::from_form(&post.action.as_str().into(), post.body().as_bytes())?;
    launch.verify(&[credential()], now())?.first_use(Use::First)
}
