//! A launch of LTI 1.1, signed by a platform and verified by a tool, both in one program and no socket between them; then
//! a grade that goes back the same way. Read it top to bottom: each step is one call.
//!
//! `cargo run --example legacy_launch` · `-- --parameters FILE` · `-- --parameters FILE --signed`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Parser;
use lti_legacy::{
    ConsumerKey, Credential, Launch, Operation, OutcomeCall, OutcomeResponse, Parameters, RefusedLaunch,
    ReplaceResult, ResponseBody, ResultScore, SharedSecret, SignatureMethod, Signer, UnverifiedLaunch,
    UnverifiedRequest, Use,
};
use lti_types::{BasicOutcome, DeploymentId, Nonce, ReturnMessages, UserId, WireUrl};
use serde_json::{Map, Value, json};

/// Walks a launch of LTI 1.1 through both roles.
#[derive(Parser)]
struct Arguments {
    /// The parameters: a JSON object of texts, or of lists of texts, or a form as browsers send it.
    #[arg(long, value_name = "FILE")]
    parameters: Option<PathBuf>,
    /// Verify the file as it is: a form that somebody else signed.
    #[arg(long, requires = "parameters")]
    signed: bool,
    /// The launch URL, as the platform knows it.
    #[arg(long, default_value = "https://tool.example/launch?quiz=9")]
    url: String,
    /// The consumer key.
    #[arg(long, default_value = "key1")]
    key: String,
    /// The shared secret.
    #[arg(long, default_value = "s3cr&t")]
    secret: String,
    /// Sign with HMAC-SHA256 instead of HMAC-SHA1.
    #[arg(long)]
    sha256: bool,
    /// The time of verification; now, when absent.
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime<Utc>>,
    /// Print the outcome as JSON, and nothing else.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match walk(&arguments) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(no)) => {
            let mut messages = ReturnMessages::new();
            messages.error_msg = Some("The link could not be opened.".to_owned());
            let back = no.return_to(&messages).map(String::from);
            let why =
                json!({"error": no.code(), "message": no.to_string(), "spec": no.spec(), "return_to": back});
            println!("{why:#}");
            ExitCode::from(1)
        }
        Err(failure) => {
            eprintln!("legacy_launch: {failure}");
            ExitCode::from(2)
        }
    }
}

fn walk(arguments: &Arguments) -> Result<Result<(), RefusedLaunch>, Box<dyn std::error::Error>> {
    let now = arguments.at.unwrap_or_else(|| std::time::SystemTime::now().into());
    let url = WireUrl::from(arguments.url.as_str());
    let parameters = match &arguments.parameters {
        Some(path) => read(path)?,
        None => from_json(include_str!("data/legacy_launch.json"))?,
    };

    // What both sides know: a key, a secret, and whose they are.
    let (key, secret) = (ConsumerKey::new(&arguments.key)?, SharedSecret::new(&arguments.secret)?);
    let account = DeploymentId::new("account-1")?;
    let credential = Credential::new(account, key.clone(), secret.clone());
    let mut signer = Signer::new(key, secret);
    if arguments.sha256 {
        signer.method = SignatureMethod::HmacSha256;
    }

    // 1. Platform: the form that Ada's browser is to post. A new nonce for each.
    let body = if arguments.signed {
        parameters.to_form()
    } else {
        let post = signer.form(&url, parameters, &Nonce::random()?, now)?;
        if !arguments.json {
            println!(
                "1  platform → browser → tool: a form to post\n     {} {:.60}…",
                post.action,
                post.body()
            );
        }
        post.body()
    };

    // 2. Tool: finds the secret by the key, and verifies. All before this was hearsay.
    let launch = match verify(&url, body.as_bytes(), &[credential.clone()], now) {
        Ok(launch) => launch,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if arguments.json {
        println!("{:#}", json!({"accepted": true, "claims": launch.claims()}));
        return Ok(Ok(()));
    }
    show(&launch);

    // 3. A grade, later: signed by the tool, verified by the platform.
    if let Some(outcome) = launch.basic_outcome() {
        grade(outcome, &signer, &credential, now)?;
    }
    Ok(Ok(()))
}

fn verify(
    url: &WireUrl,
    body: &[u8],
    known: &[Credential],
    now: DateTime<Utc>,
) -> Result<Launch, RefusedLaunch> {
    let launch = UnverifiedLaunch::from_form(url, body)?;
    let signed = launch.verify(known, now)?;
    // → a store that lets one caller hear "first": signed.nonce_use(), under its name, until its time
    signed.first_use(Use::First)
}

fn show(launch: &Launch) {
    // The same questions as of a 1.3 launch.
    let (claims, roles) = (launch.claims(), launch.roles());
    println!("2  tool: a launch it may believe, of {}", launch.account());
    println!("     person      {}", launch.user().id().map_or("anonymous", UserId::as_str));
    println!("     name        {}", claims.name.as_deref().unwrap_or("withheld"));
    println!("     instructor  {}, learner {}", roles.is_instructor(), roles.is_learner());
    println!("     course      {}", launch.context().map_or("none", |course| course.id.as_str()));
    println!("     message     {}", claims.message_type.as_ref().map_or("none", |kind| kind.as_str()));
    println!("     leads to    {}", launch.target_link_uri().map_or("nowhere", |url| url.as_str()));
    for (name, value) in claims.custom.iter().flat_map(|custom| custom.iter()) {
        println!("     custom      {name} = {value}");
    }
}

fn grade(
    outcome: &BasicOutcome,
    signer: &Signer,
    credential: &Credential,
    now: DateTime<Utc>,
) -> Result<(), Box<dyn std::error::Error>> {
    let replace = Operation::Replace(ReplaceResult::new(ResultScore::of_points(17.0, 20.0)?));
    let Some(call) = OutcomeCall::on(outcome, "message-1", replace) else { return Ok(()) };
    let request = call.to_http(signer, &Nonce::random()?, now)?;
    println!(
        "3  tool → platform: a grade\n     {} {}, {} bytes",
        request.method(),
        call.url(),
        request.body().len()
    );

    // Platform. The address is its own, from its settings; whose the result is, it looks up by account.
    let request = UnverifiedRequest::from_http(&request, call.url())?.verify(&[credential.clone()], now)?;
    let request = request.first_use(Use::First)?.outcome()?;
    let response = OutcomeResponse::success("answer-1", &request, ResponseBody::Replaced).to_http()?;

    // Tool.
    call.read(&response)?;
    println!("4  platform → tool: {} for {}", response.status(), request.operation.name());
    Ok(())
}

fn read(path: &Path) -> Result<Parameters, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let read = if text.trim_start().starts_with(['{', '[']) {
        from_json(&text)
    } else {
        Parameters::from_form(text.trim_end().as_bytes()).map_err(|error| error.to_string())
    };
    read.map_err(|error| format!("{}: {error}", path.display()))
}

fn from_json(text: &str) -> Result<Parameters, String> {
    let members: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| format!("not a JSON object: {error}"))?;
    let mut parameters = Parameters::new();
    for (name, value) in members {
        let values = match value {
            Value::Array(values) => values,
            one => vec![one],
        };
        for value in values {
            let Value::String(value) = value else { return Err(format!("{name} is not a text")) };
            parameters.push(name.clone(), value);
        }
    }
    Ok(parameters)
}
