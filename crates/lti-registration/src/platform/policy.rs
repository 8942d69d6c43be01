//! What a platform lets tools register for, and what it says about that (LTI Dynamic Registration 1.0 §3.5, §4).

use lti_types::{
    ClientMetadata, MessageType, OpenIdConfiguration, PersonalData, PlatformConfiguration, Scope,
    SupportedMessage, WireUrl,
};

use crate::address::{is_on_domain, without_port};
use crate::metadata::{USUAL_CLAIMS, keep_offered, restrict_claims};
use crate::{AddressRules, Fault, PlatformAddresses, Problem};

/// What a tool may have that registers itself. By default nothing beyond launches: no scopes, no personal data, no
/// placements, but any domain, since the administrator who invited sees it before switching the tool on.
///
/// ```
/// use lti_registration::platform::{Offered, RegistrationPolicy};
/// use lti_types::{MessageType, PersonalData, Scope};
///
/// let mut policy = RegistrationPolicy::default();
/// assert!(policy.scopes.is_empty() && policy.personal_data.is_empty());
/// policy.domains = Some(vec!["tools.example".to_owned()]);
/// policy.scopes = vec![Scope::Score, Scope::ContextMembershipReadOnly];
/// policy.personal_data = vec![PersonalData::Name];
/// policy.messages.push(Offered::new(MessageType::DeepLinkingRequest, ["ContentArea"]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistrationPolicy {
    /// The domains that tools may be on; `None` for any. Domains under them count.
    pub domains: Option<Vec<String>>,
    /// What access tokens may be granted.
    pub scopes: Vec<Scope>,
    /// What may be told about people.
    pub personal_data: Vec<PersonalData>,
    /// The messages that can be had beside resource link launches, and their placements.
    pub messages: Vec<Offered>,
    /// Which addresses may be registered.
    pub addresses: AddressRules,
}

/// A message that can be had, and where.
///
/// [`RegistrationPolicy`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offered {
    /// Its type.
    pub kind: MessageType,
    /// The placements, in the platform's own spelling.
    pub placements: Vec<String>,
}

impl Offered {
    /// A message with its placements.
    #[must_use]
    pub fn new<P: Into<String>>(kind: MessageType, placements: impl IntoIterator<Item = P>) -> Self {
        Self { kind, placements: placements.into_iter().map(Into::into).collect() }
    }
}

impl Default for RegistrationPolicy {
    fn default() -> Self {
        Self {
            domains: None,
            scopes: Vec::new(),
            personal_data: Vec::new(),
            messages: vec![Offered::new(MessageType::ResourceLinkRequest, Vec::<String>::new())],
            addresses: AddressRules::default(),
        }
    }
}

impl RegistrationPolicy {
    fn offered(&self, kind: &MessageType) -> Option<&Offered> {
        self.messages.iter().find(|offered| offered.kind == *kind)
    }

    /// What of it refuses the tool.
    pub(crate) fn check_domains(&self, metadata: &ClientMetadata) -> Vec<Fault> {
        let (Some(allowed), Some(tool)) = (&self.domains, &metadata.tool) else { return Vec::new() };
        let first = tool.domain.iter().map(|domain| ("domain".to_owned(), domain));
        let others = tool.secondary_domains.iter().flatten().enumerate();
        let others = others.map(|(index, domain)| (format!("secondary_domains[{index}]"), domain));
        first
            .chain(others)
            .filter(|(_, domain)| {
                !allowed.iter().any(|allowed| is_on_domain(without_port(domain), allowed, true))
            })
            .map(|(field, _)| Fault::new(field, Problem::DomainNotAllowed))
            .collect()
    }

    /// Takes out of the metadata what the policy does not grant, and says what that was.
    pub(crate) fn restrict(&self, metadata: &mut ClientMetadata) -> Vec<Fault> {
        let mut taken = Vec::new();
        let asked: Vec<Scope> = metadata.scope.iter().flat_map(|scopes| scopes.iter().cloned()).collect();
        let (granted, refused): (Vec<_>, Vec<_>) =
            asked.into_iter().partition(|scope| self.scopes.contains(scope));
        // Every client has `openid`, and it opens nothing.
        if refused.iter().any(|scope| scope.as_str() != "openid") {
            taken.push(Fault::new("scope", Problem::ScopeNotGranted));
        }
        metadata.scope = Some(granted.into_iter().collect());
        let Some(tool) = &mut metadata.tool else { return taken };
        if let Some(claims) = &mut tool.claims
            && restrict_claims(claims, &self.personal_data) > 0
        {
            taken.push(Fault::new("claims", Problem::PersonalDataNotGranted));
        }
        let spelled = |kind: &MessageType, name: &str| {
            let offered = self.offered(kind)?;
            offered.placements.iter().find(|known| *known == name).cloned()
        };
        taken.append(&mut keep_offered(tool, |kind| self.offered(kind).is_some(), spelled));
        taken
    }
}

/// The document that tools fetch before they register: the addresses, and what the policy grants. Add the version, and
/// what else is to be said.
///
/// ```
/// use lti_registration::PlatformAddresses;
/// use lti_registration::platform::{RegistrationPolicy, configuration};
/// use lti_types::{Issuer, Scope};
/// let addresses = PlatformAddresses::new(Issuer::new("https://lms.example")?, "https://lms.example/auth".into(),
///     "https://lms.example/token".into(), "https://lms.example/jwks".into());
/// let mut policy = RegistrationPolicy::default();
/// policy.scopes = vec![Scope::Score];
/// let document = configuration(&addresses, "https://lms.example/register".into(), "pond", &policy);
/// assert_eq!(document.scopes_supported.unwrap().len(), 2); // and `openid`
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[must_use]
pub fn configuration(
    addresses: &PlatformAddresses,
    registration_endpoint: WireUrl,
    product: &str,
    policy: &RegistrationPolicy,
) -> OpenIdConfiguration {
    let words = |list: &[&str]| Some(list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    let mut document = OpenIdConfiguration::new(
        addresses.issuer.clone(),
        addresses.authentication_url.clone(),
        addresses.token_url.clone(),
        addresses.key_set_url.clone(),
        registration_endpoint,
    );
    document.token_endpoint_auth_methods_supported = words(&["private_key_jwt"]);
    document.token_endpoint_auth_signing_alg_values_supported = words(&["RS256"]);
    let scopes = std::iter::once(Scope::from("openid")).chain(policy.scopes.iter().cloned());
    document.scopes_supported = Some(scopes.collect());
    document.response_types_supported = words(&["id_token"]);
    document.subject_types_supported = words(&["public"]);
    document.id_token_signing_alg_values_supported = words(&["RS256"]);
    let mut claims = vec!["sub".to_owned(), "iss".to_owned()];
    claims.extend(USUAL_CLAIMS.map(str::to_owned));
    restrict_claims(&mut claims, &policy.personal_data);
    document.claims_supported = Some(claims);
    let mut platform = PlatformConfiguration::new();
    platform.product_family_code = Some(product.to_owned());
    platform.version = Some(String::new());
    let message = |offered: &Offered| {
        let mut message = SupportedMessage::new();
        message.kind = Some(offered.kind.clone());
        message.placements = Some(offered.placements.clone());
        message
    };
    platform.messages_supported = Some(policy.messages.iter().map(message).collect());
    document.platform = Some(platform);
    document
}
