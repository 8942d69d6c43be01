use chrono::{DateTime, TimeDelta, Utc};
use lti_jwks::{KeyId, SigningKey, VerifyingKeys};
use lti_platform::{AuthorizedRequest, LaunchIntent, LaunchMessage, Session};
use lti_tool::{Browser, LoginSecrets, PendingLaunch, UnverifiedLaunch};
use lti_types::{
    AuthenticationResponse, Context, ContextId, ContextRole, DeploymentId, Issuer, LoginHint,
    LoginInitiation, ResourceLink, ResourceLinkId, Roles, UserId,
};

const RSA: &str = include_str!("../../crates/lti-jwks/tests/fixtures/rsa2048.pkcs8.pem");

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap()
}

fn key(n: usize) -> SigningKey {
    SigningKey::from_pem(RSA).unwrap().with_key_id(KeyId::new(format!("key-{n}")).unwrap())
}

fn platform() -> lti_platform::Registration {
    let record = serde_json::json!({
        "client_id": "tool", "deployment_ids": ["1"], "login_url": "https://tool.example/login",
        "redirect_uris": ["https://tool.example/launch"], "target_link_uri": "https://tool.example/launch",
    });
    let issuer = Issuer::new("https://lms.example").unwrap();
    lti_platform::Registration::new(issuer, serde_json::from_value(record).unwrap()).unwrap()
}

fn tool() -> lti_tool::Registration {
    let record = serde_json::json!({
        "issuer": "https://lms.example", "client_id": "tool", "deployment_ids": ["1"],
        "authentication_url": "https://lms.example/auth",
    });
    lti_tool::Registration::new(serde_json::from_value(record).unwrap()).unwrap()
}

/// What the platform has when it signs.
#[derive(Debug)]
pub struct Departure {
    request: AuthorizedRequest,
    message: LaunchMessage,
    key: SigningKey,
}

/// What the tool has when a launch arrives.
#[derive(Debug)]
pub struct Arrival {
    response: AuthenticationResponse,
    pending: PendingLaunch,
    browser: Browser,
    registration: lti_tool::Registration,
    keys: VerifyingKeys,
}

/// A login through both roles, up to the signature.
fn begun() -> (Departure, PendingLaunch, Browser) {
    let session = Session::new("session-1", UserId::new("ada-17").unwrap());
    let intent = LaunchIntent::resource_link(
        ResourceLink::new(ResourceLinkId::new("link-1").unwrap()),
        DeploymentId::new("1").unwrap(),
    );
    let started =
        platform().initiate_login(intent, &session, LoginHint::from_entropy([1; 32]), now()).unwrap();
    let initiation = LoginInitiation::from_pairs([
        ("iss", "https://lms.example"),
        ("login_hint", started.initiation.login_hint.as_str()),
        ("target_link_uri", "https://tool.example/launch"),
    ]);
    let secrets = LoginSecrets::from_entropy([[1; 32], [2; 32], [3; 32]]);
    let redirect = "https://tool.example/launch".into();
    let login = tool().begin_login(initiation.unwrap(), &redirect, secrets, now()).unwrap();
    let request = platform().authorize(login.request, Some(started.pending), Some(&session), now()).unwrap();
    let mut message = LaunchMessage::new(Roles::from_iter([ContextRole::Learner]));
    message.person.name = Some("Ada Example".into());
    message.person.email = Some("ada@school.example".into());
    message.context = Some(Context::new(ContextId::new("course-1").unwrap()));
    (Departure { request, message, key: key(0) }, login.pending, Browser::from_cookie(login.browser_secret))
}

/// A launch that is to be signed. Another was signed before: the first signature of a process gathers randomness, which is
/// a thousand times the work.
#[must_use]
pub fn departure(_: usize) -> Departure {
    let _ = sign(begun().0);
    begun().0
}

/// Signs it: the token's length.
#[must_use]
pub fn sign(departure: Departure) -> usize {
    let Departure { request, message, key } = departure;
    request.respond(message, now()).unwrap().sign(&key).unwrap().field("id_token").unwrap().len()
}

/// A launch that arrives at a tool which knows so many keys of its platform.
#[must_use]
pub fn arrival(keys: usize) -> Arrival {
    let (Departure { request, message, key: first }, pending, browser) = begun();
    let post = request.respond(message, now()).unwrap().sign(&first).unwrap();
    let response = AuthenticationResponse::id_token(
        post.field("id_token").unwrap().to_owned(),
        post.field("state").unwrap().parse().unwrap(),
    );
    let others = (1..keys).map(|n| {
        let name = KeyId::new(format!("key-{n}")).unwrap();
        first.verifying_key().clone().with_key_id(name)
    });
    let keys = VerifyingKeys::of(others.chain([first.verifying_key().clone()]));
    Arrival { response, pending, browser, registration: tool(), keys }
}

/// Verifies it; whether it is the learner's. The keys are given back, so that to drop them is no part of it.
#[must_use]
pub fn launch(arrival: Arrival) -> (bool, VerifyingKeys) {
    let Arrival { response, pending, browser, registration, keys } = arrival;
    let later = now() + TimeDelta::seconds(1);
    let unverified = UnverifiedLaunch::from_form(response).unwrap();
    let launch = unverified.verify(pending, &browser, &registration, &keys, later).unwrap();
    (launch.roles().is_learner(), keys)
}
