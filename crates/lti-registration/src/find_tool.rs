//! The tool that a launch URL belongs to (LTI Core 1.3, appendix on Common Cartridge): links in cartridges, and links
//! that people paste, name no client id.

use lti_types::{ClientId, InvalidUrl, RegistrationStatus, ToolRecord, WireUrl};
use url::Url;

/// The tool with the longest registered address that the launch URL begins with: scheme, host and port are the same,
/// each segment of its path is that of the launch URL, and so is each parameter of its query. Of two that match equally
/// well, one that is active goes before one that is not; look at the status of what is found.
///
/// ```
/// use lti_registration::find_tool;
/// use lti_types::{ClientId, ToolRecord};
/// let of = |id: &str, url: &str| {
///     ToolRecord::new(ClientId::new(id).unwrap(), vec![], "https://t.example/login".into(), url.into())
/// };
/// let tools = [of("all", "https://t.example/"), of("quiz", "https://t.example/quiz")];
/// assert_eq!(find_tool(&tools, &"https://t.example/quiz/7?x=1".into())?.client_id.as_str(), "quiz");
/// assert_eq!(find_tool(&tools, &"https://t.example/quizzes".into())?.client_id.as_str(), "all");
/// # Ok::<(), lti_registration::FindToolError>(())
/// ```
///
/// # Errors
/// [`FindToolError`]: none matches, or several match equally well.
pub fn find_tool<'r>(
    tools: impl IntoIterator<Item = &'r ToolRecord>,
    launch_url: &WireUrl,
) -> Result<&'r ToolRecord, FindToolError> {
    let launch_url = launch_url.to_secure_url().map_err(FindToolError::Url)?;
    let mut best: Option<(Match, Vec<&ToolRecord>)> = None;
    for tool in tools {
        let Some(found) = best_match(tool, &launch_url) else { continue };
        match &mut best {
            Some((so_far, tools)) if *so_far == found => tools.push(tool),
            Some((so_far, _)) if *so_far > found => {}
            _ => best = Some((found, vec![tool])),
        }
    }
    match best.as_ref().map(|(_, tools)| tools.as_slice()) {
        None | Some([]) => Err(FindToolError::Unknown),
        Some([one]) => Ok(one),
        Some(several) => {
            Err(FindToolError::Ambiguous(several.iter().map(|tool| tool.client_id.clone()).collect()))
        }
    }
}

/// How well an address matches: in this order.
type Match = (usize, usize, bool);

fn best_match(tool: &ToolRecord, launch_url: &Url) -> Option<Match> {
    let registered =
        std::iter::once(&tool.target_link_uri).chain(&tool.redirect_uris).chain(&tool.deep_linking_url);
    let active = tool.status == RegistrationStatus::Active;
    registered
        .filter_map(|address| matches(address, launch_url))
        .map(|(path, query)| (path, query, active))
        .max()
}

fn matches(registered: &WireUrl, launch_url: &Url) -> Option<(usize, usize)> {
    let registered = registered.to_secure_url().ok()?;
    if registered.origin() != launch_url.origin() {
        return None;
    }
    let (own, there) = (segments(&registered), segments(launch_url));
    if !there.starts_with(&own) {
        return None;
    }
    let parameters: Vec<_> = registered.query_pairs().collect();
    let all = parameters.iter().all(|pair| launch_url.query_pairs().any(|there| there == *pair));
    all.then_some((own.len(), parameters.len()))
}

/// The segments of a path; an empty one at its end does not count.
fn segments(url: &Url) -> Vec<&str> {
    let mut segments: Vec<_> = url.path().split('/').skip(1).collect();
    if segments.last() == Some(&"") {
        segments.pop();
    }
    segments
}

/// Why no tool belongs to a launch URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindToolError {
    /// The launch URL is none.
    #[error("the launch URL: {0}")]
    Url(InvalidUrl),
    /// No registered address is a beginning of it.
    #[error("no registered tool has this address")]
    Unknown,
    /// Several tools match equally well: these.
    #[error("several registered tools have this address: {}", names(.0))]
    Ambiguous(Vec<ClientId>),
}

fn names(clients: &[ClientId]) -> String {
    clients.iter().map(ClientId::as_str).collect::<Vec<_>>().join(", ")
}

impl FindToolError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Url(error) => error.code(),
            Self::Unknown => "tool_unknown",
            Self::Ambiguous(_) => "tool_ambiguous",
        }
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        "LTI Core 1.3 §3.2"
    }
}

#[cfg(test)]
mod tests {
    use super::{FindToolError, find_tool};
    use lti_types::{ClientId, RegistrationStatus, ToolRecord};

    fn tool(id: &str, url: &str) -> ToolRecord {
        ToolRecord::new(ClientId::new(id).unwrap(), vec![], "https://t.example/login".into(), url.into())
    }

    #[test]
    fn the_longest_prefix_on_segment_boundaries_wins() {
        let mut with_redirect = tool("deep", "https://other.example/");
        with_redirect.redirect_uris = vec!["https://t.example/a/b/c".into()];
        let tools = [
            tool("root", "https://t.example"),
            tool("a", "https://t.example/a"),
            tool("ab", "https://t.example/a/b/"),
            tool("query", "https://t.example/a/b?tool=q"),
            tool("port", "https://t.example:8443/a"),
            with_redirect,
        ];
        for (url, expected) in [
            ("https://t.example/a", "a"),
            ("https://t.example/ab", "root"),
            ("https://t.example/a/b", "ab"),
            ("https://t.example/a/b/c", "deep"),
            ("https://t.example/a/b/c/d?x=1#f", "deep"),
            ("https://t.example/a/bc", "a"),
            ("https://t.example/a/b?tool=q&x=1", "query"),
            ("https://t.example/a/b?tool=r", "ab"),
            ("https://T.EXAMPLE:443/a/./x/../b", "ab"),
            ("https://t.example/a%2Fb", "root"),
            ("https://t.example/a/%2e%2e/zzz", "root"),
            ("https://t.example:8443/a/b", "port"),
        ] {
            assert_eq!(find_tool(&tools, &url.into()).unwrap().client_id.as_str(), expected, "{url}");
        }
        for (url, code) in [
            ("http://t.example/a", "url_not_https"),
            ("https://t.example.evil/a", "tool_unknown"),
            ("https://evil.example/?https://t.example/a", "tool_unknown"),
            ("https://t.example@evil.example/a", "url_credentials"),
            ("javascript:alert(1)", "url_scheme"),
        ] {
            assert_eq!(find_tool(&tools, &url.into()).unwrap_err().code(), code, "{url}");
        }
    }

    #[test]
    fn ambiguity_is_named_and_a_retired_record_is_none() {
        let mut tools = [tool("one", "https://t.example/a"), tool("two", "https://t.example/a/")];
        let FindToolError::Ambiguous(names) = find_tool(&tools, &"https://t.example/a/x".into()).unwrap_err()
        else {
            panic!("not ambiguous")
        };
        assert_eq!(names.iter().map(ClientId::as_str).collect::<Vec<_>>(), ["one", "two"]);
        tools[0].status = RegistrationStatus::Disabled;
        assert_eq!(find_tool(&tools, &"https://t.example/a/x".into()).unwrap().client_id.as_str(), "two");
        // A retired tool does not hand its launches to the next wider one.
        let mut tools = [tool("wide", "https://t.example/"), tool("retired", "https://t.example/a")];
        tools[1].status = RegistrationStatus::Disabled;
        assert_eq!(find_tool(&tools, &"https://t.example/a/x".into()).unwrap().client_id.as_str(), "retired");
    }
}
