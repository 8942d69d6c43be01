//! How to register a tool by hand, for one product: the form's fields with this tool's values, as text.

use std::fmt::Write as _;

use lti_jwks::VerifyingKey;
use lti_types::{ClientMetadata, MessageType, WireUrl};

use crate::forms::{Entry, What, form_of};
use crate::metadata::personal_data_in;
use crate::text::printable;
use crate::{Profile, Term, canvas_configuration};

/// What to do, in order.
///
/// ```
/// use lti_registration::{Instructions, Profile, metadata_of};
/// use lti_types::{ClientId, ToolRecord};
/// let mut record = ToolRecord::new(ClientId::new("-")?, vec![], "https://tool.example/login".into(),
///     "https://tool.example/launch".into());
/// record.key_set_url = Some("https://tool.example/jwks".into());
/// let moodle = Profile::find("moodle").unwrap();
/// let text = Instructions::new(moodle, &metadata_of(&record), None).to_text();
/// assert!(text.contains("Initiate login URL:\n    https://tool.example/login\n"));
/// assert!(text.contains("Copy \"Platform ID\" into issuer."));
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Instructions {
    /// The product.
    pub product: &'static str,
    /// What to do.
    pub steps: Vec<Step>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// As it says.
    Do(&'static str),
    /// Enter these values, each on a line, into the field of that name.
    Enter(&'static str, Vec<String>),
    /// Switch this on.
    SwitchOn(&'static str),
    /// Copy the value that is shown under that name into the tool's record.
    Copy(&'static str, Term),
}

impl Instructions {
    /// For a product and a tool. Fields that the tool has nothing for are left out. A key in PEM is for products that
    /// do not take the address of a key set (quirk 12), or tools without one.
    #[must_use]
    pub fn new(profile: &Profile, metadata: &ClientMetadata, public_key_pem: Option<&str>) -> Self {
        let tool = Tool { metadata, pem: public_key_pem };
        let steps = form_of(profile.name).iter().filter_map(|entry| tool.step(entry)).collect();
        Self { product: profile.title, steps }
    }

    /// As text. Values are the tool's own; control characters in them are left out.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("Registering the tool with {}\n\n", self.product);
        for (index, step) in self.steps.iter().enumerate() {
            let number = index.saturating_add(1);
            let _ = match step {
                Step::Do(what) => writeln!(text, "{number}. {what}"),
                Step::SwitchOn(what) => writeln!(text, "{number}. Switch on: {what}"),
                Step::Copy(field, term) => {
                    writeln!(text, "{number}. Copy \"{field}\" into {}.", term.member())
                }
                Step::Enter(field, values) => {
                    let _ = writeln!(text, "{number}. {field}:");
                    for line in values.iter().flat_map(|value| value.lines()) {
                        let _ = writeln!(text, "    {}", printable(line));
                    }
                    Ok(())
                }
            };
        }
        text.push_str(
            "\nThese names come from documentation; the product may call things differently by now.\n",
        );
        text
    }
}

struct Tool<'a> {
    metadata: &'a ClientMetadata,
    pem: Option<&'a str>,
}

impl Tool<'_> {
    fn step(&self, entry: &Entry) -> Option<Step> {
        let tool = self.metadata.tool.as_ref();
        match entry {
            Entry::Do(what) => Some(Step::Do(what)),
            Entry::Copy(field, term) => Some(Step::Copy(field, *term)),
            Entry::Enter(field, what) => {
                let values = self.values(*what);
                (!values.is_empty()).then_some(Step::Enter(field, values))
            }
            Entry::Services(what, scopes) => {
                let asked = self.metadata.scope.as_ref();
                let wanted = asked.is_some_and(|asked| scopes.iter().any(|scope| asked.contains(scope)));
                wanted.then_some(Step::SwitchOn(what))
            }
            Entry::Person(what, kind) => {
                let claims = tool.and_then(|tool| tool.claims.as_deref()).unwrap_or_default();
                personal_data_in(claims).contains(kind).then_some(Step::SwitchOn(what))
            }
            Entry::DeepLinking(what) => self.deep_linking().map(|_| Step::SwitchOn(what)),
        }
    }

    fn deep_linking(&self) -> Option<String> {
        let tool = self.metadata.tool.as_ref()?;
        let message =
            tool.messages.iter().flatten().find(|m| m.kind == Some(MessageType::DeepLinkingRequest))?;
        message.target_link_uri.as_ref().or(tool.target_link_uri.as_ref()).map(|url| url.as_str().to_owned())
    }

    fn values(&self, what: What) -> Vec<String> {
        let tool = self.metadata.tool.as_ref();
        let url = |url: Option<&WireUrl>| url.map(|url| url.as_str().to_owned());
        let one = match what {
            What::Name => self.metadata.client_name.clone(),
            What::Description => tool.and_then(|tool| tool.description.clone()),
            What::LoginUrl => url(self.metadata.initiate_login_uri.as_ref()),
            What::TargetLinkUri => url(tool.and_then(|tool| tool.target_link_uri.as_ref())),
            What::KeySetUrl => url(self.metadata.jwks_uri.as_ref()),
            What::PublicKey => self.pem.map(str::to_owned),
            What::DeepLinkingUrl => self.deep_linking(),
            What::RedirectUris => {
                return self
                    .metadata
                    .redirect_uris
                    .iter()
                    .flatten()
                    .map(|url| url.as_str().to_owned())
                    .collect();
            }
            What::Domain => {
                let first = tool.and_then(|tool| tool.domain.clone());
                let others = tool.iter().flat_map(|tool| tool.secondary_domains.iter().flatten().cloned());
                return first.into_iter().chain(others).collect();
            }
            What::Custom => {
                let custom = tool.and_then(|tool| tool.custom_parameters.as_ref());
                return custom
                    .iter()
                    .flat_map(|c| c.iter())
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
            }
            What::CanvasJson => {
                let key = self.pem.and_then(|pem| VerifyingKey::from_pem(pem).ok()).map(|key| key.to_jwk());
                serde_json::to_string_pretty(&canvas_configuration(self.metadata, key.as_ref())).ok()
            }
        };
        one.filter(|value| !value.trim().is_empty()).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, form_of};
    use crate::Profile;

    /// A stranger registers with docs/registration.md alone, so what stands here stands there.
    #[test]
    fn every_field_is_in_the_section_of_its_product() {
        let document = include_str!("../../../docs/registration.md");
        for profile in Profile::all() {
            let heading = format!("\n### {}\n", profile.title);
            let (_, section) =
                document.split_once(&heading).unwrap_or_else(|| panic!("no section {heading}"));
            let section = section.split("\n### ").next().unwrap();
            assert!(!form_of(profile.name).is_empty(), "{}", profile.name);
            for entry in form_of(profile.name) {
                let field = match entry {
                    Entry::Do(text) => text,
                    Entry::Enter(field, _) | Entry::Copy(field, _) | Entry::DeepLinking(field) => field,
                    Entry::Services(field, _) | Entry::Person(field, _) => field,
                };
                assert!(section.contains(field), "{}: {field}", profile.title);
            }
        }
    }
}
