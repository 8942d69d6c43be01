//! Content from elsewhere, for the platform's page and the example `import_content` alike: a launch link, a cartridge URL,
//! or a package (IMS Common Cartridge), down to LTI links that are each matched to a registered tool.

use std::io::Cursor;

use lti_cartridge::{CartridgeReader, Limits, LinkDocument, LinkError, LtiLink, Property, ReadError};
use lti_client::{Client, TransportError};
use lti_registration::{FindToolError, find_tool};
use lti_types::{DeploymentId, ToolRecord, WireUrl};
use tokio::sync::Semaphore;

/// The most links of one import.
pub const MAX_LINKS: usize = 1000;

/// Where links come from.
#[derive(Debug)]
#[non_exhaustive]
pub enum Source {
    /// A launch link that somebody pasted.
    Link(Box<LtiLink>),
    /// The address of a link's XML document.
    CartridgeUrl(String),
    /// The bytes of a package.
    Package(Vec<u8>),
}

impl Source {
    /// A launch link with custom parameters, each a line `name=value`; blank lines are none.
    ///
    /// # Errors
    /// [`ImportError::Custom`]: a line that is something else.
    pub fn link<'l>(
        title: &str,
        url: &str,
        custom: impl IntoIterator<Item = &'l str>,
    ) -> Result<Self, ImportError> {
        let mut link = LtiLink::new(title, url);
        for line in custom.into_iter().map(str::trim).filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once('=').ok_or(ImportError::Custom)?;
            if name.trim().is_empty() {
                return Err(ImportError::Custom);
            }
            link.custom.push(Property::new(name.trim(), value.trim()));
        }
        Ok(Self::Link(Box::new(link)))
    }

    /// All links of it. A cartridge URL is fetched within the client's outbound policy.
    ///
    /// # Errors
    /// [`ImportError`]: nothing is imported.
    pub async fn links(self, client: &Client) -> Result<Vec<LtiLink>, ImportError> {
        match self {
            Self::Link(link) => Ok(vec![*link]),
            Self::CartridgeUrl(url) => Ok(vec![fetch(client, &url).await?]),
            Self::Package(bytes) => {
                // Reading takes a while, and none of the threads that answer others.
                let _turn = READING.acquire().await.map_err(|_| ImportError::Failed)?;
                tokio::task::spawn_blocking(move || package(bytes)).await.map_err(|_| ImportError::Failed)?
            }
        }
    }
}

/// So many packages are read at once: each takes memory, within [`limits`].
static READING: Semaphore = Semaphore::const_new(2);

/// Room for any course; what holds no links is not read at all.
fn limits() -> Limits {
    let mut limits = Limits::default();
    (limits.entries, limits.manifest_bytes, limits.descriptors_bytes) = (10_000, 16 << 20, 32 << 20);
    limits
}

fn package(bytes: Vec<u8>) -> Result<Vec<LtiLink>, ImportError> {
    let reading = CartridgeReader::open(Cursor::new(bytes), &limits())?.read()?;
    let links: Vec<_> = reading.cartridge.lti_links().map(|(_, link)| link.clone()).collect();
    if links.len() > MAX_LINKS { Err(ImportError::TooManyLinks) } else { Ok(links) }
}

async fn fetch(client: &Client, url: &str) -> Result<LtiLink, ImportError> {
    let url = WireUrl::from(url).to_url().map_err(|_| ImportError::Address)?;
    let mut request = http::Request::new(Vec::new());
    *request.uri_mut() = url.as_str().parse().map_err(|_| ImportError::Address)?;
    let response = client.send(request).await?;
    if !response.status().is_success() {
        return Err(ImportError::Status(response.status().as_u16()));
    }
    Ok(LinkDocument::parse(response.body())?.link)
}

/// A link, and the tool that it is for.
#[derive(Debug)]
#[non_exhaustive]
pub struct Matched<'t> {
    /// The link.
    pub link: LtiLink,
    /// Where it leads.
    pub url: WireUrl,
    /// The tool, in its first deployment; or why there is none.
    pub tool: Result<(&'t ToolRecord, &'t DeploymentId), Unmatched>,
}

/// Gives each link to the registered tool that it fits.
#[must_use]
pub fn matched<'t>(tools: &'t [ToolRecord], links: Vec<LtiLink>) -> Vec<Matched<'t>> {
    let of = |link: LtiLink| {
        let url = WireUrl::from(link.url().unwrap_or_default());
        let tool = find_tool(tools, &url).map_err(Unmatched::Tool);
        let tool = tool.and_then(|tool| {
            let deployment = tool.deployment_ids.first().ok_or(Unmatched::NoDeployment)?;
            Ok((tool, deployment))
        });
        Matched { link, url, tool }
    };
    links.into_iter().map(of).collect()
}

/// Why a link has no tool.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unmatched {
    /// None fits, or several do.
    #[error(transparent)]
    Tool(FindToolError),
    /// The tool is not deployed.
    #[error("the tool has no deployment")]
    NoDeployment,
}

impl Unmatched {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Tool(error) => error.code(),
            Self::NoDeployment => "deployment_missing",
        }
    }
}

/// Why nothing is imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A custom parameter is not `name=value`.
    #[error("each custom parameter must be name=value")]
    Custom,
    /// The cartridge URL is none.
    #[error("the address of the cartridge cannot be used")]
    Address,
    /// There are more links than [`MAX_LINKS`].
    #[error("the package has more than {MAX_LINKS} links")]
    TooManyLinks,
    /// The package cannot be read.
    #[error("the package cannot be read: {0}")]
    Package(#[from] ReadError),
    /// The document is not one.
    #[error("the document is no cartridge link: {0}")]
    Document(#[from] LinkError),
    /// The document's server answered something else.
    #[error("the document's server answered with {0}")]
    Status(u16),
    /// The document cannot be had.
    #[error("the document cannot be had: {0}")]
    Fetch(#[from] TransportError),
    /// Reading ended in the middle.
    #[error("the package could not be read")]
    Failed,
}

impl ImportError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Custom => "custom_malformed",
            Self::Address => "cartridge_url",
            Self::TooManyLinks => "too_many_links",
            Self::Package(error) => error.code(),
            Self::Document(error) => error.code(),
            Self::Status(_) => "cartridge_status",
            Self::Fetch(error) => error.code(),
            Self::Failed => "internal",
        }
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Custom => "LTI Core 1.3 §5.4.6",
            Self::Address => "RFC 3986",
            Self::TooManyLinks => "Common Cartridge 1.1",
            Self::Package(error) => error.spec(),
            Self::Document(error) => error.spec(),
            Self::Status(_) => "RFC 9110 §15",
            Self::Fetch(error) => error.spec(),
            Self::Failed => "RFC 9110 §15.6.1",
        }
    }

    /// The HTTP status to answer with.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Fetch(_) | Self::Status(_) => 502,
            Self::Failed => 500,
            _ => 400,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]
mod tests {
    use lti_types::{ClientId, ToolRecord};

    use super::{LtiLink, Source, matched};

    #[test]
    fn each_link_has_a_tool_or_a_reason() {
        let tool = |id: &str, url: &str, deployments: &[&str]| {
            let deployments = deployments.iter().map(|id| lti_types::DeploymentId::new(*id).unwrap());
            let id = ClientId::new(id).unwrap();
            ToolRecord::new(id, deployments.collect(), "https://t.example/login".into(), url.into())
        };
        let tools = [
            tool("quiz", "https://t.example/quiz", &["1"]),
            tool("one", "https://t.example/twice", &["1"]),
            tool("two", "https://t.example/twice", &["1"]),
            tool("idle", "https://t.example/idle", &[]),
        ];
        for (url, said) in [
            ("https://t.example/quiz/7", "quiz"),
            ("https://t.example/twice", "tool_ambiguous"),
            ("https://t.example/idle/x", "deployment_missing"),
            ("https://t.example/", "tool_unknown"),
            ("https://evil.example/quiz", "tool_unknown"),
            ("javascript:alert(1)", "url_scheme"),
        ] {
            let matched = matched(&tools, vec![LtiLink::new("x", url)]);
            let code = match &matched[0].tool {
                Ok((tool, _)) => tool.client_id.as_str(),
                Err(unmatched) => unmatched.code(),
            };
            assert_eq!(code, said, "{url}");
        }
    }

    #[test]
    fn custom_parameters_are_lines() {
        let Source::Link(link) = Source::link("x", "https://t.example", ["a=1", " ", " b = 2=3 "]).unwrap()
        else {
            unreachable!()
        };
        let custom: Vec<_> = link.custom.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
        assert_eq!(custom, [("a", "1"), ("b", "2=3")]);
        for wrong in ["a", "=1"] {
            assert_eq!(Source::link("x", "y", [wrong]).unwrap_err().code(), "custom_malformed");
        }
    }
}
