//! What to hand to the other side: the values that its administrator has to enter, under the names that both know
//! (LTI Core 1.3 §3.1.3).

use std::fmt::Write as _;

use lti_types::{Deployments, Issuer, PlatformRecord, ToolRecord, WireUrl};

use crate::Term;
use crate::text::printable;

/// Values to hand over, in the order in which most forms ask for them.
///
/// ```
/// use lti_registration::Handover;
/// use lti_types::{ClientId, ToolRecord};
/// let record = ToolRecord::new(
///     ClientId::new("quiz")?, vec![], "https://tool.example/login".into(), "https://tool.example/launch".into());
/// let handover = Handover::of_tool(&record);
/// assert!(handover.to_text().starts_with("Initiate login URL:\n    https://tool.example/login\n"));
/// assert!(handover.to_table().contains("| Redirect URLs | https://tool.example/launch |"));
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handover {
    /// What, and its values; several for a list.
    pub rows: Vec<(Term, Vec<String>)>,
}

impl Handover {
    /// What a tool's administrator hands to the platform's. Client id and deployments are the platform's to give.
    #[must_use]
    pub fn of_tool(record: &ToolRecord) -> Self {
        let mut rows = Rows::default();
        rows.some(Term::Name, record.name.as_deref());
        rows.one(Term::LoginUrl, record.login_url.as_str());
        rows.one(Term::TargetLinkUri, record.target_link_uri.as_str());
        rows.all(Term::RedirectUris, record.redirects().map(str::to_owned).collect());
        rows.some(Term::DeepLinkingUrl, record.deep_linking_url.as_ref().map(WireUrl::as_str));
        rows.some(Term::KeySetUrl, record.key_set_url.as_ref().map(WireUrl::as_str));
        rows.some(Term::PublicKey, record.public_key_pem.as_deref());
        rows.all(Term::Scopes, record.scopes.iter().map(|scope| scope.as_str().to_owned()).collect());
        rows.all(Term::Custom, record.custom.iter().map(|(name, value)| format!("{name}={value}")).collect());
        match &record.privacy {
            Some(kinds) if kinds.is_empty() => rows.one(Term::Privacy, "none"),
            Some(kinds) => {
                rows.all(Term::Privacy, kinds.iter().map(|kind| kind.as_str().to_owned()).collect())
            }
            None => {}
        }
        rows.finish()
    }

    /// What a platform's administrator hands to the tool's: what stands in the record that the tool will keep.
    #[must_use]
    pub fn of_platform(record: &PlatformRecord) -> Self {
        let mut rows = Rows::default();
        rows.some(Term::Name, record.name.as_deref());
        rows.one(Term::Issuer, record.issuer.as_str());
        rows.one(Term::ClientId, record.client_id.as_str());
        if let Deployments::Known(ids) = &record.deployment_ids {
            rows.all(Term::DeploymentIds, ids.iter().map(|id| id.as_str().to_owned()).collect());
        }
        rows.one(Term::AuthenticationUrl, record.authentication_url.as_str());
        rows.some(Term::TokenUrl, record.token_url.as_ref().map(WireUrl::as_str));
        rows.some(Term::TokenAudience, record.token_audience.as_deref());
        rows.some(Term::KeySetUrl, record.key_set_url.as_ref().map(WireUrl::as_str));
        rows.some(Term::PublicKey, record.public_key_pem.as_deref());
        rows.finish()
    }

    /// The same for a platform that keeps only the tool's record: its own addresses, and what it gave the tool.
    #[must_use]
    pub fn of_platform_for_tool(platform: &PlatformAddresses, tool: &ToolRecord) -> Self {
        let mut record = PlatformRecord::new(
            platform.issuer.clone(),
            tool.client_id.clone(),
            Deployments::Known(tool.deployment_ids.clone()),
            platform.authentication_url.clone(),
        );
        record.token_url = Some(platform.token_url.clone());
        record.key_set_url = Some(platform.key_set_url.clone());
        Self::of_platform(&record)
    }

    /// For a letter: each name on a line, its values indented below it. Control characters are left out.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (term, values) in &self.rows {
            let _ = writeln!(text, "{term}:");
            for line in values.iter().flat_map(|value| value.lines()) {
                let _ = writeln!(text, "    {}", printable(line));
            }
        }
        text
    }

    /// For a program: an object by the members of records, lists as lists.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let member = |(term, values): &(Term, Vec<String>)| {
            let value = match (is_list(*term), values.as_slice()) {
                (false, [one]) => one.as_str().into(),
                _ => values.clone().into(),
            };
            (term.member().to_owned(), value)
        };
        serde_json::Value::Object(self.rows.iter().map(member).collect())
    }

    /// For a page: a table in Markdown, with the names that other products use. Values are escaped.
    #[must_use]
    pub fn to_table(&self) -> String {
        let mut table = "| What | Value | Also called |\n|---|---|---|\n".to_owned();
        for (term, values) in &self.rows {
            let values: Vec<_> = values.iter().map(|value| cell(value)).collect();
            let _ = writeln!(table, "| {term} | {} | {} |", values.join("<br>"), term.aliases().join(", "));
        }
        table
    }
}

/// A platform's own addresses.
///
/// ```
/// use lti_registration::{Handover, PlatformAddresses};
/// use lti_types::{ClientId, DeploymentId, Issuer, ToolRecord};
///
/// let addresses = PlatformAddresses::new(Issuer::new("https://lms.example")?, "https://lms.example/auth".into(),
///     "https://lms.example/token".into(), "https://lms.example/jwks".into());
/// let tool = ToolRecord::new(ClientId::new("client-1")?, vec![DeploymentId::new("1")?],
///     "https://tool.example/login".into(), "https://tool.example/launch".into());
/// let for_the_tool = Handover::of_platform_for_tool(&addresses, &tool).to_text();
/// assert!(for_the_tool.contains("https://lms.example/jwks") && for_the_tool.contains("client-1"));
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlatformAddresses {
    /// Its issuer.
    pub issuer: Issuer,
    /// Where authentication requests go.
    pub authentication_url: WireUrl,
    /// Where access tokens are had.
    pub token_url: WireUrl,
    /// Where it publishes its keys.
    pub key_set_url: WireUrl,
}

impl PlatformAddresses {
    /// All four of them.
    #[must_use]
    pub fn new(
        issuer: Issuer,
        authentication_url: WireUrl,
        token_url: WireUrl,
        key_set_url: WireUrl,
    ) -> Self {
        Self { issuer, authentication_url, token_url, key_set_url }
    }
}

#[derive(Default)]
struct Rows(Vec<(Term, Vec<String>)>);

impl Rows {
    fn all(&mut self, term: Term, values: Vec<String>) {
        if !values.is_empty() {
            self.0.push((term, values));
        }
    }
    fn one(&mut self, term: Term, value: &str) {
        self.all(term, vec![value.to_owned()]);
    }
    fn some(&mut self, term: Term, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            self.one(term, value);
        }
    }
    fn finish(self) -> Handover {
        Handover { rows: self.0 }
    }
}

fn is_list(term: Term) -> bool {
    matches!(term, Term::RedirectUris | Term::DeploymentIds | Term::Scopes | Term::Custom | Term::Privacy)
}

/// One cell of a table that people may see as HTML.
fn cell(value: &str) -> String {
    let mut text = String::new();
    for c in printable(&value.replace(['\n', '\r'], " ")).chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            // What means something in Markdown.
            '|' | '`' | '*' | '[' | ']' | '!' | '\\' => {
                text.push('\\');
                text.push(c);
            }
            c => text.push(c),
        }
    }
    text
}
