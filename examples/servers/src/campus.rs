//! Both servers in one process on this machine, registered with each other: nothing to configure, nothing kept.

use std::path::PathBuf;

use lti_types::{ClientId, Custom, DeploymentId, Deployments, Issuer, PlatformRecord, Scope, ToolRecord};
use url::Url;

use crate::server::{self, Bound, Running, StartError};
use crate::settings::Shared;
use crate::tool::courses::Shelf;
use crate::{platform, tool};

/// A learning platform and a quiz tool, to be opened in a browser.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "campus")]
#[non_exhaustive]
pub struct Arguments {
    /// Where the platform accepts connections; a free port if that one is taken.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9000")]
    pub listen: String,
    /// Where the tool accepts connections; a free port if that one is taken.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9001")]
    pub tool_listen: String,
    /// What browsers call the platform, when it is behind a proxy.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<Url>,
    /// What browsers call the tool, when it is behind a proxy.
    #[arg(long, value_name = "URL")]
    pub tool_public_url: Option<Url>,
    /// A catalog of courses that the tool publishes; the one of export_catalog, if not given.
    #[arg(long, value_name = "FILE.json")]
    pub catalog: Option<PathBuf>,
    /// On what terms they are published: see docs/servers.md.
    #[arg(long, value_name = "FILE.json")]
    pub publications: Option<PathBuf>,
}

/// Starts both, the platform first.
///
/// # Errors
/// [`StartError`]: one line for whoever started it.
pub async fn start(arguments: Arguments) -> Result<Vec<Running>, StartError> {
    let shelf = Shelf::open(arguments.catalog.as_deref(), arguments.publications.as_deref())?;
    let lms = bind(&arguments.listen, arguments.public_url).await?;
    let quizzes = bind(&arguments.tool_listen, arguments.tool_public_url).await?;
    let shared = Shared::on_loopback();
    let (platform_record, tool_record) = records(&lms, &quizzes).map_err(StartError::new)?;
    let of_platform = platform::Arguments {
        listen: arguments.listen,
        tools: None,
        legacy_tools: None,
        data: None,
        shared: shared.clone(),
    };
    let of_tool = tool::Arguments {
        listen: arguments.tool_listen,
        registrations: None,
        legacy_consumers: None,
        keys: None,
        catalog: arguments.catalog,
        publications: arguments.publications,
        shared,
    };
    Ok(vec![
        platform::serve(lms, &of_platform, vec![tool_record]).await?,
        tool::serve(quizzes, &of_tool, vec![platform_record], Some(shelf)).await?,
    ])
}

/// What is printed: the one address to open.
#[must_use]
pub fn ready(running: &[Running]) -> String {
    running.first().map_or_else(String::new, |platform| format!("open {}", platform.url()))
}

/// The named port, or a free one.
async fn bind(listen: &str, public: Option<Url>) -> Result<Bound, StartError> {
    match server::bind(listen, public.clone()).await {
        Ok(bound) => Ok(bound),
        Err(error) => {
            let Some((host, _)) = listen.rsplit_once(':') else { return Err(error) };
            server::bind(&format!("{host}:0"), public).await
        }
    }
}

/// What each side writes down about the other.
fn records(
    platform: &Bound,
    tool: &Bound,
) -> Result<(PlatformRecord, ToolRecord), lti_types::InvalidIdentifier> {
    let lms = platform.public.as_str().trim_end_matches('/');
    let quizzes = tool.public.as_str().trim_end_matches('/');
    let (client_id, deployment) = (ClientId::new("quizzes")?, DeploymentId::new("campus")?);

    let mut of_platform = PlatformRecord::new(
        Issuer::new(lms)?,
        client_id.clone(),
        Deployments::Known(vec![deployment.clone()]),
        format!("{lms}/lti/auth").into(),
    );
    of_platform.name = Some("Example LMS".to_owned());
    of_platform.token_url = Some(format!("{lms}/lti/token").into());
    of_platform.key_set_url = Some(format!("{lms}/.well-known/jwks.json").into());

    let launch = format!("{quizzes}/lti/launch");
    let login = format!("{quizzes}/lti/login");
    let mut of_tool = ToolRecord::new(client_id, vec![deployment], login.into(), launch.as_str().into());
    of_tool.name = Some("Quizzes".to_owned());
    of_tool.deep_linking_url = Some(launch.into());
    of_tool.key_set_url = Some(format!("{quizzes}/.well-known/jwks.json").into());
    of_tool.scopes = vec![
        Scope::LineItem,
        Scope::LineItemReadOnly,
        Scope::ResultReadOnly,
        Scope::Score,
        Scope::ContextMembershipReadOnly,
    ];
    of_tool.custom = Custom::from_iter([("campus", "$ToolPlatformInstance.name")]);
    Ok((of_platform, of_tool))
}
