//! The tool's end, second half: what a platform offers, and registering with it (LTI Dynamic Registration 1.0 §3.5 to
//! §3.7).

use chrono::{DateTime, TimeDelta, Utc};
use lti_types::{ClientMetadata, MessageType, OpenIdConfiguration, RegistrationToken, Scope, WireUrl};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::address::is_same_host;
use crate::audience::audience_of;
use crate::metadata::{complete, keep_offered};
use crate::{AddressRules, Fault, Problem, Profile, Register, RegistrationError, check_metadata, has_errors};

/// How long an administrator may take over the tool's own page.
const HOLD: TimeDelta = TimeDelta::minutes(15);

/// A platform's configuration that was fetched and checked. It is used for one registration, and kept for none.
///
/// ```
/// # use lti_registration::{AddressRules, Fetched, RegistrationInitiation};
/// # let initiation = RegistrationInitiation::from_query("openid_configuration=https%3A%2F%2Flms.example%2Fopenid")?;
/// # let fetch = initiation.fetch(AddressRules::default())?;
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// use lti_types::{MessageType, Scope};
///
/// let answer = http::Response::new(br#"{
///     "issuer": "https://lms.example", "authorization_endpoint": "https://lms.example/auth",
///     "token_endpoint": "https://lms.example/token", "jwks_uri": "https://lms.example/jwks",
///     "registration_endpoint": "https://lms.example/register",
///     "scopes_supported": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
///     "https://purl.imsglobal.org/spec/lti-platform-configuration": {"product_family_code": "pond", "version": "1",
///         "messages_supported": [{"type": "LtiDeepLinkingRequest", "placements": ["https://lms.example/editor"]}]}
/// }"#.to_vec());
/// let Fetched::Offer(offer) = fetch.read(answer)? else { panic!("it is no redirect") };
/// assert!(offer.warnings().is_empty());
/// assert_eq!(offer.scopes_among(&[Scope::Score, Scope::LineItem]), [Scope::Score]);
/// assert_eq!(offer.placement(&MessageType::DeepLinkingRequest, "editor"), Some("https://lms.example/editor"));
///
/// let held = offer.hold(now); // while the administrator answers a question of the tool's
/// let offer = held.resume(now + chrono::TimeDelta::minutes(5))?;
/// assert_eq!(offer.configuration().issuer.as_str(), "https://lms.example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PlatformOffer {
    configuration: OpenIdConfiguration,
    came_from: Url,
    registration_endpoint: Url,
    token: Option<RegistrationToken>,
    rules: AddressRules,
    warnings: Vec<Fault>,
}

/// An offer that is kept while the administrator looks at the tool's own page. Store it under a fresh random key, for
/// 15 minutes, and take it out once: who has the key may register. It holds the registration token.
#[derive(Debug, Serialize, Deserialize)]
pub struct PendingRegistration {
    configuration: OpenIdConfiguration,
    came_from: WireUrl,
    token: Option<RegistrationToken>,
    allow_loopback: bool,
    #[serde(default)]
    danger_allow_private: bool,
    held: DateTime<Utc>,
}

impl PlatformOffer {
    pub(crate) fn check(
        configuration: OpenIdConfiguration,
        came_from: &Url,
        token: Option<RegistrationToken>,
        rules: AddressRules,
    ) -> Result<Self, RegistrationError> {
        let mut warnings = Vec::new();
        let issuer = WireUrl::from(configuration.issuer.as_str());
        let issuer = rules.check(&issuer).map_err(|problem| RegistrationError::Address("issuer", problem))?;
        if !is_same_host(&issuer, came_from) || issuer.scheme() != came_from.scheme() {
            return Err(RegistrationError::IssuerMismatch);
        }
        if issuer.query().is_some() {
            return Err(RegistrationError::Address("issuer", Problem::IssuerQuery));
        }
        let mut address = |name: &'static str, address: &WireUrl| {
            let url = rules.check(address).map_err(|problem| RegistrationError::Address(name, problem))?;
            // Hosted platforms have other hosts for them, so it is for the administrator to judge.
            if !is_same_host(&url, &issuer) {
                warnings.push(Fault::new(name, Problem::OtherHost));
            }
            Ok(url)
        };
        address("authorization_endpoint", &configuration.authorization_endpoint)?;
        address("token_endpoint", &configuration.token_endpoint)?;
        address("jwks_uri", &configuration.jwks_uri)?;
        let registration_endpoint = address("registration_endpoint", &configuration.registration_endpoint)?;
        let listed = |list: &Option<Vec<String>>, needed: &str| {
            list.as_ref().is_none_or(|list| list.is_empty() || list.iter().any(|value| value == needed))
        };
        for (name, list, needed) in [
            (
                "token_endpoint_auth_methods_supported",
                &configuration.token_endpoint_auth_methods_supported,
                "private_key_jwt",
            ),
            ("response_types_supported", &configuration.response_types_supported, "id_token"),
            (
                "id_token_signing_alg_values_supported",
                &configuration.id_token_signing_alg_values_supported,
                "RS256",
            ),
        ] {
            if !listed(list, needed) {
                return Err(RegistrationError::NotOffered(name));
            }
        }
        if configuration.platform.is_none() {
            warnings.push(Fault::new(lti_types::PLATFORM_CONFIGURATION, Problem::Missing));
        }
        if let Err(problem) = audience_of(&configuration) {
            warnings.push(Fault::new("authorization_server", problem));
        }
        Ok(Self {
            configuration,
            came_from: came_from.clone(),
            registration_endpoint,
            token,
            rules,
            warnings,
        })
    }

    /// What the platform says about itself. Escape what is shown of it.
    #[must_use]
    pub fn configuration(&self) -> &OpenIdConfiguration {
        &self.configuration
    }

    /// What an administrator should look at: addresses on other hosts than the issuer's, above all, the registration
    /// endpoint among them, to which the token goes; and an audience that is not this platform's, which is not kept.
    #[must_use]
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }

    /// What is known of the product. Nothing of it is in force until a caller takes it.
    #[must_use]
    pub fn profile(&self) -> Option<&'static Profile> {
        profile_of(&self.configuration)
    }

    /// Which of the scopes can be had; all of them where the platform does not say.
    #[must_use]
    pub fn scopes_among(&self, wanted: &[Scope]) -> Vec<Scope> {
        let offered = self.configuration.scopes_supported.as_deref();
        wanted.iter().filter(|scope| offered.is_none_or(|offered| offered.contains(scope))).cloned().collect()
    }

    /// How the platform itself spells a placement for a message: `course_navigation` may be
    /// `https://canvas.instructure.com/lti/course_navigation` there (quirk 22). `None` if it does not offer it, or lists none.
    #[must_use]
    pub fn placement(&self, message: &MessageType, name: &str) -> Option<&str> {
        let platform = self.configuration.platform.as_ref()?;
        let messages = platform.messages_supported.iter().flatten();
        let own = messages.filter(|supported| supported.kind.as_ref() == Some(message));
        let mut advertised = own
            .flat_map(|supported| supported.placements.iter().flatten())
            .chain(platform.placements.iter().flatten());
        let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
        advertised
            .clone()
            .find(|known| *known == name)
            .or_else(|| advertised.find(|known| last(known) == last(name)))
            .map(String::as_str)
    }

    /// Whether it says of a message where that can be had, be it nowhere.
    fn lists_placements(&self, message: &MessageType) -> bool {
        self.configuration.platform.as_ref().is_some_and(|platform| {
            let messages = platform.messages_supported.iter().flatten();
            platform.placements.is_some()
                || messages
                    .filter(|known| known.kind.as_ref() == Some(message))
                    .any(|m| m.placements.is_some())
        })
    }

    /// The tool's metadata as this platform will take it, and what was left out for that: scopes, messages and
    /// placements that it does not offer. Placements get the platform's own spelling; where it lists none, neither for
    /// the message nor for all, the tool's own stay. An empty list is none.
    #[must_use]
    pub fn fit(&self, metadata: &ClientMetadata) -> (ClientMetadata, Vec<Fault>) {
        let mut fitted = complete(metadata);
        let mut left_out = Vec::new();
        let wanted: Vec<_> = fitted.scope.iter().flat_map(|scopes| scopes.iter().cloned()).collect();
        let had = self.scopes_among(&wanted);
        if had.len() < wanted.len() {
            left_out.push(Fault::new("scope", Problem::ScopeNotGranted));
        }
        fitted.scope = Some(had.into_iter().collect());
        let platform = self.configuration.platform.as_ref();
        let supported = platform.and_then(|platform| platform.messages_supported.as_ref());
        if let (Some(tool), Some(supported)) = (&mut fitted.tool, supported) {
            let is_offered =
                |kind: &MessageType| supported.iter().any(|known| known.kind.as_ref() == Some(kind));
            let spelled = |kind: &MessageType, name: &str| {
                // Whoever lists no placements at all takes what there is, as with scopes.
                let unsaid = || (!self.lists_placements(kind)).then_some(name);
                self.placement(kind, name).or_else(unsaid).map(str::to_owned)
            };
            left_out.append(&mut keep_offered(tool, is_offered, spelled));
        }
        (fitted, left_out)
    }

    /// The request that registers the tool: [`PlatformOffer::fit`] first, then a check of what would be sent.
    ///
    /// # Errors
    /// [`RegistrationError::Metadata`] with all that is wrong with the tool's metadata.
    pub fn register(self, metadata: &ClientMetadata) -> Result<Register, RegistrationError> {
        let (metadata, left_out) = self.fit(metadata);
        let faults = check_metadata(&metadata, self.rules);
        if has_errors(&faults) {
            return Err(RegistrationError::Metadata(faults));
        }
        Register::new(
            self.configuration,
            self.registration_endpoint,
            self.token,
            metadata,
            left_out,
            self.rules,
        )
    }

    /// For a tool with a page of its own between fetching and registering.
    #[must_use]
    pub fn hold(self, now: DateTime<Utc>) -> PendingRegistration {
        PendingRegistration {
            configuration: self.configuration,
            came_from: self.came_from.into(),
            token: self.token,
            allow_loopback: self.rules.allow_loopback,
            danger_allow_private: self.rules.danger_allow_private,
            held: now,
        }
    }
}

impl PendingRegistration {
    /// The offer again, checked again.
    ///
    /// # Errors
    /// [`RegistrationError::Expired`] after 15 minutes.
    pub fn resume(self, now: DateTime<Utc>) -> Result<PlatformOffer, RegistrationError> {
        let age = now.signed_duration_since(self.held);
        if age > HOLD || age < -TimeDelta::minutes(1) {
            return Err(RegistrationError::Expired);
        }
        let rules = AddressRules {
            allow_loopback: self.allow_loopback,
            danger_allow_private: self.danger_allow_private,
        };
        let came_from = rules.check(&self.came_from).map_err(RegistrationError::ConfigurationUrl)?;
        PlatformOffer::check(self.configuration, &came_from, self.token, rules)
    }
}

pub(crate) fn profile_of(configuration: &OpenIdConfiguration) -> Option<&'static Profile> {
    Profile::of_family(configuration.platform.as_ref()?.product_family_code.as_deref()?)
}
