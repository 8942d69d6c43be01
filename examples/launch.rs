//! A launch from click to course, both roles in one program and no socket between them. Read it top to bottom:
//! each step is one call, and what travels between the steps is printed.
//!
//! `cargo run --example launch` · `-- --json` · `-- --claims FILE.json [--keep-times]`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Parser;
use lti_jwks::{RsaSize, SigningKey, UnsignedJwt, VerifyingKeys};
use lti_platform::{LaunchIntent, LaunchMessage, Session};
use lti_tool::{Browser, Launch, LaunchError, LoginSecrets, UnverifiedLaunch};
use lti_types::{
    AuthenticationRequest, AuthenticationResponse, Claim, Context, ContextId, ContextRole, DeploymentId,
    Issuer, LoginHint, LoginInitiation, ResourceLink, ResourceLinkId, Roles, UserId,
};
use serde_json::{Map, Value, json};

const REDIRECT: &str = "https://tool.example/launch";

/// Walks a resource link launch through both roles.
#[derive(Parser)]
struct Arguments {
    /// Sign this payload instead (its iss, aud, azp, nonce, iat and exp replaced).
    #[arg(long, value_name = "FILE.json")]
    claims: Option<PathBuf>,
    /// Leave the payload's own iat and exp as they are.
    #[arg(long, requires = "claims")]
    keep_times: bool,
    /// Print the outcome as JSON, and nothing else.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match walk(&arguments) {
        Ok(Ok(launch)) => show(&launch, arguments.json),
        Ok(Err(no)) => {
            let why = json!({"error": no.code(), "message": no.to_string(), "spec": no.spec()});
            println!("{why:#}");
            return ExitCode::from(1);
        }
        Err(failure) => {
            eprintln!("launch: {failure}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

fn walk(arguments: &Arguments) -> Result<Result<Launch, LaunchError>, Box<dyn std::error::Error>> {
    let say = |step: &str, value: &dyn std::fmt::Display| {
        (!arguments.json).then(|| println!("{step}\n     {value}"))
    };
    let raw = arguments.claims.as_deref().map(read_claims).transpose()?;
    let claim = |claim: Claim| raw.as_ref()?.get(claim.name())?.as_str();
    let now = DateTime::<Utc>::from(std::time::SystemTime::now());

    // Before the first launch, each side writes down the other.
    let deployment = claim(Claim::DeploymentId).and_then(|id| DeploymentId::new(id).ok());
    let deployment = deployment.map_or_else(|| DeploymentId::new("deployment-1"), Ok)?;
    let tool = serde_json::from_value(json!({
        "client_id": "quiz-tool", "deployment_ids": [deployment],
        "login_url": "https://tool.example/login", "target_link_uri": REDIRECT,
    }))?;
    let platform = lti_platform::Registration::new(Issuer::new("https://lms.example")?, tool)?;
    let tool = lti_tool::Registration::new(serde_json::from_value(json!({
        "issuer": "https://lms.example", "client_id": "quiz-tool", "deployment_ids": [deployment],
        "authentication_url": "https://lms.example/auth",
    }))?)?;
    let key = SigningKey::generate_rsa(RsaSize::Rsa2048)?;

    // 1. Platform: Ada, who is signed in, clicks on a link.
    let session = Session::new("session-1", UserId::new("ada-17")?);
    let mut intent =
        LaunchIntent::resource_link(ResourceLink::new(ResourceLinkId::new("link-42")?), deployment);
    intent.target_link_uri = Some("https://tool.example/quiz/9".into());
    let started = platform.initiate_login(intent, &session, LoginHint::random()?, now)?;
    // `started.pending` → the platform's store, under its login hint
    say("1  platform → browser → tool: login initiation", &started.redirect_url);

    // 2. Tool: finds the registration, and asks back.
    let mut login = LoginInitiation::from_query(started.redirect_url.query().unwrap_or_default())?;
    login.target_link_uri = claim(Claim::TargetLinkUri).map_or(login.target_link_uri, Into::into);
    let registration = lti_tool::Registration::find([&tool], &login)?;
    let login = registration.begin_login(login, &REDIRECT.into(), LoginSecrets::random()?, now)?;
    let pending_launch = login.pending; // → the tool's store, under state and secret
    let browser = Browser::from_cookie(login.browser_secret); // out in a cookie, and back in it
    say("2  tool → browser → platform: authentication request", &login.redirect_url);

    // 3. Platform: authorizes the request, and signs the launch.
    let request = AuthenticationRequest::from_pairs(login.request.to_pairs())?;
    let authorized = platform.authorize(request, Some(started.pending), Some(&session), now)?;
    let mut message = LaunchMessage::new(Roles::from_iter([ContextRole::Learner]));
    message.person.name = Some("Ada Lovelace".into());
    message.context = Some(Context::new(ContextId::new("course-1")?));
    let mut post = authorized.respond(message, now)?.sign(&key)?;
    if let Some(payload) = raw {
        let times = (!arguments.keep_times).then_some(now.timestamp());
        let id_token = UnsignedJwt::new(&readdressed(payload, &login.request, times))?.sign(&key)?;
        let state = login.request.state.ok_or("a request of ours has a state")?;
        post = AuthenticationResponse::id_token(id_token, state).to_form_post(REDIRECT);
    }
    say(
        "3  platform → browser → tool: a form to post",
        &format_args!("{} {:.60}…", post.action, post.body()),
    );

    // 4. Tool: verifies. All before this line was hearsay.
    let keys = VerifyingKeys::single(key.verifying_key().clone()); // ← the platform's key set, cached
    let launch = UnverifiedLaunch::from_form(AuthenticationResponse::from_form(post.body().as_bytes())?);
    Ok(launch.and_then(|launch| launch.verify(pending_launch, &browser, registration, &keys, now)))
}

fn show(launch: &Launch, as_json: bool) {
    let (claims, roles) = (launch.claims(), launch.roles());
    if as_json {
        return println!("{:#}", json!({"accepted": true, "claims": claims}));
    }
    println!("4  tool: a launch it may believe");
    println!("     person      {}", launch.user().id().map_or("anonymous", UserId::as_str));
    println!("     name        {}", claims.name.as_deref().unwrap_or("withheld"));
    println!("     instructor  {}, learner {}", roles.is_instructor(), roles.is_learner());
    println!("     course      {}", launch.context().map_or("none", |course| course.id.as_str()));
    println!("     message     {}", claims.message_type.as_ref().map_or("none", |kind| kind.as_str()));
    println!("     leads to    {}", launch.target_link_uri().map_or("nowhere", |url| url.as_str()));
    launch.diagnostics().iter().for_each(|odd| println!("     odd         {odd}"));
}

/// A payload as somebody else's platform made it, addressed to this tool's request.
fn readdressed(
    mut payload: Map<String, Value>,
    to: &AuthenticationRequest,
    now: Option<i64>,
) -> Map<String, Value> {
    payload.insert("iss".into(), json!("https://lms.example"));
    payload.extend([("aud".into(), json!(to.client_id)), ("nonce".into(), json!(to.nonce))]);
    payload.entry("azp").and_modify(|azp| *azp = json!(to.client_id));
    if let Some(now) = now {
        payload.extend([("iat".to_owned(), json!(now)), ("exp".to_owned(), json!(now + 300))]);
    }
    payload
}

fn read_claims(path: &Path) -> Result<Map<String, Value>, String> {
    let text = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{}: not a JSON object: {error}", path.display()))
}
