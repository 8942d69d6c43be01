//! A tool's metadata, judged: what must be in it, and what nobody should accept (LTI Dynamic Registration 1.0 §4; RFC
//! 7591 §2).

use lti_types::{ClientMetadata, Extensions, ToolConfiguration, WireUrl};
use url::Url;

use crate::address::{is_host, is_on_domain, without_port};
use crate::text::check_name;
use crate::{AddressRules, Fault, Problem};

/// The most elements of any list in metadata.
const MAX_LIST: usize = 100;
/// The longest text in metadata, in characters.
const MAX_TEXT: usize = 5_000;

/// All that is wrong with a tool's metadata. The addresses must be on the domains that it names: its name is what an
/// administrator consents to.
///
/// ```
/// use lti_registration::{AddressRules, check_metadata, has_errors};
/// use lti_types::ClientMetadata;
/// let faults = check_metadata(&ClientMetadata::new(), AddressRules::default());
/// assert!(has_errors(&faults));
/// let missing: Vec<_> = faults.iter().filter(|f| f.code() == "missing").map(|f| f.field()).collect();
/// assert!(missing.contains(&"redirect_uris") && missing.contains(&"client_name"));
/// ```
#[must_use]
pub fn check_metadata(metadata: &ClientMetadata, rules: AddressRules) -> Vec<Fault> {
    let mut lint = Lint { rules, domains: Vec::new(), faults: Vec::new() };
    lint.whole(metadata);
    lint.faults
}

struct Lint {
    rules: AddressRules,
    domains: Vec<String>,
    faults: Vec<Fault>,
}

impl Lint {
    fn add(&mut self, field: impl Into<String>, problem: Problem) {
        self.faults.push(Fault::new(field, problem));
    }

    fn whole(&mut self, metadata: &ClientMetadata) {
        self.domains(metadata.tool.as_ref());
        match metadata.application_type.as_deref() {
            Some("web") => {}
            None => self.add("application_type", Problem::Missing),
            Some(_) => self.add("application_type", Problem::NotOneOf("web")),
        }
        self.holds("response_types", metadata.response_types.as_deref(), &["id_token"]);
        // The specification's own text has it misspelled (DR-16).
        let implicit = metadata.grant_types.iter().flatten().any(|g| g == "implicit" || g == "implict");
        let credentials = metadata.grant_types.iter().flatten().any(|g| g == "client_credentials");
        match (&metadata.grant_types, implicit, credentials) {
            (None, ..) => self.add("grant_types", Problem::Missing),
            (_, false, _) => self.add("grant_types", Problem::Lacks("implicit")),
            (_, _, false) => self.add("grant_types", Problem::Lacks("client_credentials")),
            _ => {}
        }
        match metadata.token_endpoint_auth_method.as_deref() {
            Some("private_key_jwt") => {}
            None => self.add("token_endpoint_auth_method", Problem::Missing),
            Some(_) => self.add("token_endpoint_auth_method", Problem::NotOneOf("private_key_jwt")),
        }
        self.own("initiate_login_uri", metadata.initiate_login_uri.as_ref(), true);
        match metadata.redirect_uris.as_deref() {
            None | Some([]) => self.add("redirect_uris", Problem::Missing),
            Some(uris) => {
                self.count("redirect_uris", uris.len());
                for (index, uri) in uris.iter().take(MAX_LIST).enumerate() {
                    let field = format!("redirect_uris[{index}]");
                    let url = self.own(&field, Some(uri), true);
                    if url.is_some_and(|url| url.query().is_some()) {
                        self.add(&*field, Problem::RedirectQuery);
                    }
                }
            }
        }
        self.own("jwks_uri", metadata.jwks_uri.as_ref(), true);
        match metadata.client_name.as_deref().map(str::trim) {
            None | Some("") => self.add("client_name", Problem::Missing),
            Some(_) => {}
        }
        let pages = [
            ("logo_uri", &metadata.logo_uri),
            ("client_uri", &metadata.client_uri),
            ("policy_uri", &metadata.policy_uri),
            ("tos_uri", &metadata.tos_uri),
        ];
        for (name, address) in pages {
            self.elsewhere(name, address.as_ref());
        }
        self.translations(&metadata.extensions, &pages.map(|(name, _)| name));
        self.names("client_name", metadata.client_name.as_deref(), &metadata.extensions);
        self.count("contacts", metadata.contacts.as_ref().map_or(0, Vec::len));
        self.count("scope", metadata.scope.as_ref().map_or(0, |scopes| scopes.iter().count()));
        match &metadata.tool {
            Some(tool) => self.tool(tool),
            None => self.add(lti_types::TOOL_CONFIGURATION, Problem::Missing),
        }
    }

    fn domains(&mut self, tool: Option<&ToolConfiguration>) {
        let Some(tool) = tool else { return };
        match tool.domain.as_deref().map(str::trim) {
            None | Some("") => self.add("domain", Problem::Missing),
            Some(domain) => self.domain("domain".to_owned(), domain),
        }
        for (index, domain) in tool.secondary_domains.iter().flatten().take(MAX_LIST).enumerate() {
            self.domain(format!("secondary_domains[{index}]"), domain);
        }
    }

    fn domain(&mut self, field: String, domain: &str) {
        if is_host(domain) {
            self.domains.push(without_port(domain).to_owned());
        } else {
            self.add(field, Problem::NotAHost);
        }
    }

    fn tool(&mut self, tool: &ToolConfiguration) {
        self.own("target_link_uri", tool.target_link_uri.as_ref(), true);
        self.texts("description", tool.description.as_deref());
        self.count("claims", tool.claims.as_ref().map_or(0, Vec::len));
        self.count("secondary_domains", tool.secondary_domains.as_ref().map_or(0, Vec::len));
        self.count("custom_parameters", tool.custom_parameters.as_ref().map_or(0, |custom| custom.len()));
        let messages = tool.messages.as_deref().unwrap_or_default();
        self.count("messages", messages.len());
        for (index, message) in messages.iter().take(MAX_LIST).enumerate() {
            let field = format!("messages[{index}]");
            if message.kind.is_none() {
                self.add(format!("{field}.type"), Problem::Missing);
            }
            self.own(&format!("{field}.target_link_uri"), message.target_link_uri.as_ref(), false);
            self.elsewhere(&format!("{field}.icon_uri"), message.icon_uri.as_ref());
            self.translations(&message.extensions, &["icon_uri"]);
            self.names(&format!("{field}.label"), message.label.as_deref(), &message.extensions);
            let placements = message.placements.as_ref().map_or(0, Vec::len);
            self.count(&format!("{field}.placements"), placements);
            let custom = message.custom_parameters.as_ref().map_or(0, |custom| custom.len());
            self.count(&format!("{field}.custom_parameters"), custom);
        }
    }

    fn holds(&mut self, field: &str, list: Option<&[String]>, needed: &[&'static str]) {
        match list {
            None => self.add(field, Problem::Missing),
            Some(list) => {
                for value in needed.iter().filter(|value| !list.iter().any(|has| has == *value)) {
                    self.add(field, Problem::Lacks(value));
                }
            }
        }
    }

    /// An address of the tool's own: usable, and on a domain that it names.
    fn own(&mut self, field: &str, address: Option<&WireUrl>, required: bool) -> Option<Url> {
        let Some(address) = address.filter(|address| !address.is_blank()) else {
            if required {
                self.add(field, Problem::Missing);
            }
            return None;
        };
        let url = match self.rules.check(address) {
            Ok(url) => url,
            Err(problem) => {
                self.add(field, problem);
                return None;
            }
        };
        let host = url.host_str().unwrap_or_default();
        // Without a domain there is a fault already.
        if !self.domains.is_empty() && !self.domains.iter().any(|domain| is_on_domain(host, domain, false)) {
            self.add(field, Problem::OutsideDomain);
        }
        Some(url)
    }

    /// A picture or page, which may be anywhere; but a browser will be sent there.
    fn elsewhere(&mut self, field: &str, address: Option<&WireUrl>) {
        if let Some(address) = address.filter(|address| !address.is_blank())
            && let Err(problem) = self.rules.check(address)
        {
            self.add(field, problem);
        }
    }

    /// The same addresses in other languages.
    fn translations(&mut self, extensions: &Extensions, addresses: &[&str]) {
        for name in addresses {
            let translated: Vec<_> = lti_types::localized(extensions, name)
                .map(|(tag, text)| (tag.to_owned(), WireUrl::from(text)))
                .collect();
            for (tag, address) in translated {
                self.elsewhere(&format!("{name}#{tag}"), Some(&address));
            }
        }
    }

    /// What an administrator reads when consenting, in every language.
    fn names(&mut self, field: &str, text: Option<&str>, extensions: &Extensions) {
        let member = field.rsplit('.').next().unwrap_or_default().to_owned();
        let own = text.map(|text| (field.to_owned(), text.to_owned()));
        let translated = lti_types::localized(extensions, &member);
        let translated = translated.map(|(tag, text)| (format!("{field}#{tag}"), text.to_owned()));
        for (field, text) in own.into_iter().chain(translated) {
            for problem in check_name(&text) {
                self.add(&*field, problem);
            }
        }
    }

    fn count(&mut self, field: &str, elements: usize) {
        if elements > MAX_LIST {
            self.add(field, Problem::TooMuch);
        }
    }

    fn texts(&mut self, field: &str, text: Option<&str>) {
        if text.is_some_and(|text| text.chars().count() > MAX_TEXT) {
            self.add(field, Problem::TooMuch);
        }
    }
}
