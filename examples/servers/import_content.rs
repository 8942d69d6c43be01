//! Content from elsewhere, and whose it is: the LTI links of a launch link, a cartridge URL or a package, each matched to a
//! registered tool. `cargo run --example import_content` · `-- --tools FILE.json --package COURSE.imscc`

use std::io::{self, Cursor, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser};
use lti_cartridge::{
    Cartridge, Identifier, Item, Link, LtiLink, Metadata, NoFiles, Property, Resource, Scope, Settings,
};
use lti_client::{Client, OutboundPolicy};
use lti_example_servers::connection::printable;
use lti_example_servers::import::{ImportError, Matched, Source, matched};
use lti_types::ToolRecord;
use serde_json::{Value, json};

/// The tools and the package that are looked at when none are given.
const TOOLS: &str = include_str!("data/tools.json");
/// The most bytes of a file.
const MOST: u64 = 64 * 1024 * 1024;

/// Lists the LTI links of content from elsewhere, each with the registered tool that it fits, or why there is none: what
/// platform_server's import page does, without a platform.
///
/// Exit status: 0 each link has its tool; 1 some have none, or several; 2 the call is wrong, or nothing can be read.
#[derive(Parser)]
#[command(name = "import_content")]
struct Arguments {
    /// The tools that are registered: a JSON array, as of platform_server --tools. Shipped ones, if not given.
    #[arg(long, value_name = "FILE.json")]
    tools: Option<PathBuf>,
    #[command(flatten)]
    source: Given,
    /// The title of a launch link.
    #[arg(long, value_name = "TEXT", requires = "link")]
    title: Option<String>,
    /// A custom parameter of a launch link.
    #[arg(long, value_name = "NAME=VALUE", requires = "link")]
    custom: Vec<String>,
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Fetch from this machine, and over plain http.
    #[arg(long)]
    allow_loopback: bool,
}

/// What is imported; a small package made up for the purpose, if nothing is given.
#[derive(Args)]
#[group(multiple = false)]
struct Given {
    /// A launch link.
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    /// The address of a link's XML document.
    #[arg(long, value_name = "URL")]
    cartridge_url: Option<String>,
    /// A package (IMS Common Cartridge).
    #[arg(long, value_name = "FILE.imscc")]
    package: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match import(&arguments).await {
        Ok((text, whole)) => match io::stdout().lock().write_all(text.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.to_string()),
            _ => Ok(whole),
        },
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("import_content: {}", printable(&problem));
            ExitCode::from(2)
        }
    }
}

/// What is printed, and whether each link has its tool.
async fn import(arguments: &Arguments) -> Result<(String, bool), String> {
    let tools = match &arguments.tools {
        Some(path) => read(path)?,
        None => TOOLS.as_bytes().to_vec(),
    };
    let name = arguments.tools.as_deref().map_or("the shipped tools".into(), Path::to_string_lossy);
    let tools: Vec<ToolRecord> =
        serde_json::from_slice(&tools).map_err(|error| format!("{name}: not a list of tools: {error}"))?;
    let policy = OutboundPolicy::new();
    let policy =
        if arguments.allow_loopback { policy.danger_allow_http().danger_allow_loopback() } else { policy };
    let agent = concat!("lti-example-servers/", env!("CARGO_PKG_VERSION"));
    let client = Client::builder().user_agent(agent).outbound(policy).build();
    let client = client.map_err(|error| error.to_string())?;

    let links = source(arguments)?.links(&client).await.map_err(coded)?;
    let links = matched(&tools, links);
    let whole = links.iter().all(|link| link.tool.is_ok());
    let text = if arguments.json {
        let links: Vec<_> = links.iter().map(as_json).collect();
        format!("{:#}\n", Value::from(links))
    } else {
        table(&links)
    };
    Ok((text, whole))
}

fn coded(error: ImportError) -> String {
    format!("{error} [{}]", error.code())
}

fn source(arguments: &Arguments) -> Result<Source, String> {
    let given = &arguments.source;
    match (&given.link, &given.cartridge_url, &given.package) {
        (Some(url), ..) => {
            let title = arguments.title.as_deref().unwrap_or("Link");
            Source::link(title, url, arguments.custom.iter().map(String::as_str)).map_err(coded)
        }
        (_, Some(url), _) => Ok(Source::CartridgeUrl(url.clone())),
        (.., Some(path)) => read(path).map(Source::Package),
        _ => Ok(Source::Package(sample())),
    }
}

fn table(links: &[Matched<'_>]) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(&printable(&line));
        text.push('\n');
    };
    for Matched { link, url, tool, .. } in links {
        let title = if link.title.trim().is_empty() { "Untitled" } else { &link.title };
        line(format!("{title}  {}", url.as_str()));
        for Property { name, value, .. } in &link.custom {
            line(format!("    {name}={value}"));
        }
        line(match tool {
            Ok((tool, deployment)) => {
                let name = tool.name.as_deref().unwrap_or_default();
                format!("    -> {} {name} (deployment {})", tool.client_id.as_str(), deployment.as_str())
            }
            Err(unmatched) => format!("    left out: {unmatched} [{}]", unmatched.code()),
        });
    }
    let found = links.iter().filter(|link| link.tool.is_ok()).count();
    line(format!("{} links: {found} matched, {} left out", links.len(), links.len() - found));
    text
}

fn as_json(matched: &Matched<'_>) -> Value {
    let custom: serde_json::Map<_, _> =
        matched.link.custom.iter().map(|one| (one.name.clone(), json!(one.value))).collect();
    let (title, url) = (&matched.link.title, matched.url.as_str());
    match &matched.tool {
        Ok((tool, deployment)) => {
            let tool = &tool.client_id;
            json!({"title": title, "url": url, "custom": custom, "tool": tool, "deployment_id": deployment})
        }
        Err(unmatched) => {
            let (code, message) = (unmatched.code(), unmatched.to_string());
            json!({"title": title, "url": url, "custom": custom, "error": code, "message": message})
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let problem = |error: io::Error| format!("{}: {error}", path.display());
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(problem)?.take(MOST).read_to_end(&mut bytes).map_err(problem)?;
    Ok(bytes)
}

/// A package with one link for a tool, one for two tools alike, and one for none.
fn sample() -> Vec<u8> {
    let metadata = Metadata::new("A course from elsewhere");
    let mut cartridge = Cartridge::new(Identifier::derived(Scope::Manifest, "sample"), metadata);
    for (title, url) in [
        ("Leaves", "https://quizzes.example/launch/leaves"),
        ("A film", "https://films.example/watch?film=7"),
        ("A game", "https://games.example/play"),
    ] {
        let mut link = LtiLink::new(title, url);
        link.custom.push(Property::new("chapter", "4"));
        let resource = Resource::new(Identifier::derived(Scope::Resource, url), link);
        let item = Link::new(Identifier::derived(Scope::Item, url), title, resource.identifier.clone());
        cartridge.items.push(Item::Link(item));
        cartridge.resources.push(resource);
    }
    let mut bytes = Cursor::new(Vec::new());
    // What is written here does not depend on anything that could be wrong.
    let _ = cartridge.write_to_seekable(&mut bytes, &Settings::default(), NoFiles);
    bytes.into_inner()
}
