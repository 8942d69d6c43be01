//! A teacher adds content from a tool to a course: request, response, and what the course would show, both roles in
//! one program. Read it top to bottom; `launch.rs` has the login at its leisure.
//!
//! `cargo run --example deep_link` · `-- --items FILE.json [--careless]` · `-- --accept TYPE … --one`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Parser;
use lti_jwks::{RsaSize, Sealer, SealingKey, SigningKey, UnsignedJwt, VerifyingKeys};
use lti_platform::{
    AcceptedContent, LaunchIntent, LaunchMessage, Session, UnverifiedDeepLinkingResponse, Use,
};
use lti_tool::{Browser, LoginSecrets, PendingDeepLinking, RespondError, UnverifiedLaunch};
use lti_types::{
    AuthenticationRequest, AuthenticationResponse, ContentItem, ContentItemType, Context, ContextId,
    ContextRole, DeepLinkingResponse, DeepLinkingSettings, DeploymentId, DocumentTarget, FormPost, Issuer,
    LoginHint, LoginInitiation, Nonce, ResourceLinkId, Roles, UserId,
};
use serde_json::json;

const REDIRECT: &str = "https://tool.example/launch";
const RETURN: &str = "https://lms.example/courses/7/content";
const CATALOG: &[u8] = include_bytes!("data/content_items.json");

/// Walks a deep linking request through both roles, and shows what the course would show.
///
/// Exit status: 0 all items may be added; 1 the tool cannot send them, or the platform refuses some; 2 the call is wrong.
#[derive(Parser)]
struct Arguments {
    /// A JSON list of content items to send, instead of a small catalog.
    #[arg(long, value_name = "FILE.json")]
    items: Option<PathBuf>,
    /// A type of item that the platform accepts; all of the specification's, if not given. May be repeated.
    #[arg(long, value_name = "TYPE")]
    accept: Vec<String>,
    /// The platform accepts one item.
    #[arg(long)]
    one: bool,
    /// The tool sends the items as they are, whatever the rules for senders say.
    #[arg(long)]
    careless: bool,
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match walk(&arguments) {
        Ok(Ok(content)) => show(&content),
        Ok(Err(RespondError::Items(faults))) => {
            println!("   tool: these items cannot be sent");
            for fault in faults.as_slice() {
                println!("     {fault} [{}]", fault.rule.code());
            }
            ExitCode::from(1)
        }
        Ok(Err(other)) => {
            println!("   tool: {other} [{}]", other.code());
            ExitCode::from(1)
        }
        Err(failure) => {
            eprintln!("deep_link: {failure}");
            ExitCode::from(2)
        }
    }
}

fn walk(arguments: &Arguments) -> Result<Result<AcceptedContent, RespondError>, Failure> {
    let items = read_items(arguments.items.as_deref())?;
    let now = DateTime::<Utc>::from(std::time::SystemTime::now());
    let tool = serde_json::from_value(json!({
        "client_id": "films", "deployment_ids": ["1"], "login_url": "https://tool.example/login",
        "redirect_uris": [REDIRECT], "target_link_uri": "https://tool.example/",
        "deep_linking_url": "https://tool.example/choose",
    }))?;
    let platform = lti_platform::Registration::new(Issuer::new("https://lms.example")?, tool)?;
    let tool = lti_tool::Registration::new(serde_json::from_value(json!({
        "issuer": "https://lms.example", "client_id": "films", "deployment_ids": ["1"],
        "authentication_url": "https://lms.example/auth",
    }))?)?;
    let (platform_key, tool_key) =
        (SigningKey::generate_rsa(RsaSize::Rsa2048)?, SigningKey::generate_rsa(RsaSize::Rsa2048)?);
    let sealer = Sealer::new(SealingKey::random()?); // kept with the platform's secrets

    // 1. Platform: Ines, who teaches course 7, clicks on "add content". The login is that of any launch.
    let session = Session::new("session-1", UserId::new("ines-4")?);
    let intent = LaunchIntent::deep_linking(DeploymentId::new("1")?);
    let started = platform.initiate_login(intent, &session, LoginHint::random()?, now)?;
    let login = LoginInitiation::from_query(started.redirect_url.query().unwrap_or_default())?;
    let login = tool.begin_login(login, &REDIRECT.into(), LoginSecrets::random()?, now)?;
    let request = AuthenticationRequest::from_pairs(login.request.to_pairs())?;
    let authorized = platform.authorize(request, Some(started.pending), Some(&session), now)?;

    // 2. Platform: says what may be chosen. What it asked is sealed into `data`: nothing needs to be stored.
    let mut message = LaunchMessage::new(Roles::from_iter([ContextRole::Instructor]));
    message.context = Some(Context::new(ContextId::new("course-7")?));
    let message = authorized.ask_for_content(settings(arguments), message, &sealer, now)?;
    let post = authorized.respond(message, now)?.sign(&platform_key)?;
    println!(
        "1  platform → browser → tool: a deep linking request\n     {} {:.60}…",
        post.action,
        post.body()
    );

    // 3. Tool: verifies it as any launch, and lets somebody choose.
    let launch = UnverifiedLaunch::from_form(AuthenticationResponse::from_form(post.body().as_bytes())?)?;
    let browser = Browser::from_cookie(login.browser_secret);
    let keys = VerifyingKeys::single(platform_key.verifying_key().clone());
    let launch = launch.verify(login.pending, &browser, &tool, &keys, now)?;
    let request = launch.deep_linking_request().ok_or("not a deep linking request")?;
    let types: Vec<_> = request.settings().accept_types.iter().flatten().map(|kind| kind.as_str()).collect();
    println!("2  tool: what may be chosen\n     {}", printable(&types.join(", ")));
    println!("     {}", if request.accepts_multiple() { "any number of items" } else { "one item" });
    println!("     {} items are chosen", items.len());
    let post = match answer(&request, items, arguments.careless, &tool_key, now)? {
        Ok(post) => post,
        Err(refused) => return Ok(Err(refused)),
    };
    println!("3  tool → browser → platform: a form to post\n     {} {:.60}…", post.action, post.body());

    // 4. Platform: verifies, makes sure that it is the first answer, and sorts what came.
    let response = UnverifiedDeepLinkingResponse::from_form(post.body().as_bytes(), RETURN)?;
    let keys = VerifyingKeys::single(tool_key.verifying_key().clone()); // ← the tool's key set, cached
    let pending = response.verify(&platform, &session, &keys, &sealer, now)?;
    // `pending.nonce()` and `pending.request_id()` → the store, which says whether each is there for the first time
    Ok(Ok(pending.first_use(Use::First, Use::First)?.accept()))
}

/// What the platform wants.
fn settings(arguments: &Arguments) -> DeepLinkingSettings {
    let mut settings = DeepLinkingSettings::new(RETURN.into());
    let all = ["link", "ltiResourceLink", "file", "html", "image", "ltiAssetProcessor"];
    let named: Vec<ContentItemType> = arguments.accept.iter().map(|name| name.as_str().into()).collect();
    settings.accept_types =
        Some(if named.is_empty() { all.into_iter().map(ContentItemType::from).collect() } else { named });
    settings.accept_presentation_document_targets = Some(vec![DocumentTarget::Iframe, DocumentTarget::Embed]);
    settings.accept_multiple = Some(!arguments.one);
    settings.accept_lineitem = Some(true);
    settings.data = Some("week-3".to_owned()); // the platform's own; it comes back
    settings
}

/// The tool's answer; a careless tool signs whatever it has.
fn answer(
    request: &PendingDeepLinking,
    items: Vec<ContentItem>,
    careless: bool,
    key: &SigningKey,
    now: DateTime<Utc>,
) -> Result<Result<FormPost, RespondError>, Failure> {
    let given = if careless { Vec::new() } else { items.clone() };
    let mut response = match request.respond(given, Nonce::random()?, now) {
        Ok(response) => response,
        Err(refused) => return Ok(Err(refused)),
    };
    for left in response.left_out() {
        println!("     item {}, left out: {}, which this platform has no use for", left.place + 1, left.what);
    }
    response.msg = Some(format!("{} items from the film library", items.len()));
    let post = response.sign(key)?;
    if !careless {
        return Ok(Ok(post));
    }
    let token = lti_jwks::UnverifiedJwt::parse(post.field("JWT").unwrap_or_default())?;
    let mut claims: DeepLinkingResponse = serde_json::from_slice(token.danger_unverified_payload())?;
    claims.content_items = Some(items);
    let jwt = UnsignedJwt::new_up_to(&claims, DeepLinkingResponse::MAX_TOKEN)?.sign(key)?;
    Ok(Ok(FormPost::new(post.action, [("JWT", jwt)])))
}

/// What the course would show.
fn show(content: &AcceptedContent) -> ExitCode {
    let response = content.response();
    println!("4  platform: what course {} would show", response.context_id().map_or("?", ContextId::as_str));
    println!("     in          {}", printable(response.data().unwrap_or("the course")));
    if let Some(msg) = response.msg() {
        println!("     the tool    \"{msg}\"");
    }
    for added in content.accepted() {
        let title = printable(added.title().unwrap_or("Untitled"));
        let (kind, url) = match added.item {
            ContentItem::LtiResourceLink(link) => ("a link that is launched", link.url.as_ref()),
            ContentItem::Link(link) => ("a web page", Some(&link.url)),
            ContentItem::File(file) => ("a file, to be copied now", Some(&file.url)),
            ContentItem::Image(image) => ("an image", Some(&image.url)),
            ContentItem::Html(_) => ("a fragment of HTML", None),
            ContentItem::LtiAssetProcessor(processor) => {
                ("a processor of submissions", processor.url.as_ref())
            }
            _ => ("something of the tool's own", None),
        };
        println!("   + {title}: {kind}");
        if let Some(url) = url {
            println!("     leads to    {}", printable(url.as_str()));
        }
        // Each link gets an id of the platform's, a row of its own.
        if let Ok(id) = ResourceLinkId::new(format!("link-{}", added.place + 1))
            && let Some(column) = added.line_item(&id, "Untitled")
        {
            println!("     column      {}, {} points", printable(&column.label), column.score_maximum);
        }
        if let Some(html) = added.untrusted_html() {
            println!("     shows       {}", printable(&html.sanitized(&[])));
        }
        if !added.left_out.is_empty() {
            println!("     left out: {}", added.left_out.join(", "));
        }
    }
    for refused in content.refused() {
        let title = printable(refused.item.title().unwrap_or("Untitled"));
        println!("   - {title}, refused: {} [{}]", refused.reason, refused.reason.code());
    }
    match (content.accepted().count(), content.refused().count()) {
        (0, 0) => println!("     nothing was chosen"),
        (_, 0) => {}
        _ => return ExitCode::from(1),
    }
    ExitCode::SUCCESS
}

fn read_items(path: Option<&Path>) -> Result<Vec<ContentItem>, String> {
    let Some(path) = path else {
        return serde_json::from_slice(CATALOG).map_err(|error| format!("the catalog: {error}"));
    };
    let text = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&text)
        .map_err(|error| format!("{}: not a list of content items: {error}", path.display()))
}

/// No control characters, no changes of direction: this goes to a terminal.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| match c {
            '"' | '\'' | '\\' => vec![c],
            c => c.escape_debug().collect(),
        })
        .collect()
}
