//! A launch signed by the platform, against the same done by hand: serde, base64, and the raw signature operation with
//! a key parsed beforehand.
//!
//! `cargo bench -p lti-platform` · `-- --check` fails below the limit

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench"
)]

#[path = "../../lti-jwks/benches/baseline/mod.rs"]
mod baseline;
#[path = "../../lti-jwks/benches/ratio.rs"]
mod ratio;

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use lti_platform::{AuthorizedRequest, LaunchIntent, LaunchMessage, Registration, Session};
use lti_types::{AuthenticationRequest, Issuer, LaunchClaims, LoginHint, Nonce, State, UserId};

fn main() -> ExitCode {
    let mut comparisons = ratio::Comparisons::from_arguments();
    let now = DateTime::<Utc>::from_timestamp(1_700_000_001, 0).unwrap();
    let (key, by_hand) = baseline::rsa();
    let header = baseline::header("RS256");
    let launch = baseline::launch();

    // The same claims as the baseline's, as course data.
    let claims: LaunchClaims = serde_json::from_value(serde_json::to_value(&launch).unwrap()).unwrap();
    let deployment = claims.deployment_id.clone().unwrap();
    let registration = Registration::new(
        Issuer::new("https://lms.example.edu").unwrap(),
        serde_json::from_value(serde_json::json!({
            "client_id": "10000000000042", "deployment_ids": [deployment],
            "login_url": "https://tool.example.com/login",
            "target_link_uri": "https://tool.example.com/lti/launch/quiz/9",
        }))
        .unwrap(),
    )
    .unwrap();
    let session = Session::new("session-1", UserId::new("535fa085-f22b-4655-8ef7-2ad3d9b54f21").unwrap());
    let authorize = || -> AuthorizedRequest {
        let link = claims.resource_link.clone().unwrap();
        let intent = LaunchIntent::resource_link(link, deployment.clone());
        let hint = LoginHint::from_entropy([1; 32]);
        let started = registration.initiate_login(intent, &session, hint.clone(), now).unwrap();
        let request = AuthenticationRequest::new(
            registration.client_id().clone(),
            "https://tool.example.com/lti/launch/quiz/9",
            hint,
            None,
            State::from_entropy([2; 32]),
            Nonce::from_entropy([3; 32]),
        );
        registration.authorize(request, Some(started.pending), Some(&session), now).unwrap()
    };
    let message = || {
        let mut message = LaunchMessage::new(claims.roles.clone().unwrap());
        message.person.name.clone_from(&claims.name);
        message.person.given_name.clone_from(&claims.given_name);
        message.person.family_name.clone_from(&claims.family_name);
        message.person.email.clone_from(&claims.email);
        message.person.locale.clone_from(&claims.locale);
        message.person.picture.clone_from(&claims.picture);
        message.context.clone_from(&claims.context);
        message.tool_platform.clone_from(&claims.tool_platform);
        message.launch_presentation.clone_from(&claims.launch_presentation);
        message.custom = claims.custom.clone().unwrap();
        message.grade_service.clone_from(&claims.grade_service);
        message
    };
    let sign = |(request, message): (AuthorizedRequest, LaunchMessage)| {
        request.respond(message, now).unwrap().sign(&key).unwrap()
    };
    let prepare = || (authorize(), message());
    let post = sign(prepare());

    let name = format!("sign a launch of {} bytes, RS256", post.field("id_token").unwrap().len());
    comparisons.compare_prepared(&name, Some(0.95), || by_hand.sign(&header, &launch), prepare, sign);
    comparisons.finish()
}
