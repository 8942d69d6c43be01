//! What a tool wrote down about a platform, judged (LTI Core 1.3 §3.1.3; Security Framework 1.0 §5.1.2, §6).

use lti_types::{ClientId, DeploymentId, Deployments, Issuer, PlatformRecord, RegistrationStatus, WireUrl};

use crate::audience::{constant_at, is_elsewhere};
use crate::draft::Draft;
use crate::keys::{check_key_set_url, check_pem};
use crate::profile::{IssuerHabit, Profile};
use crate::text::check_name;
use crate::{AddressRules, Fault, Problem, Term};

/// The members of a record, as far as they could be read.
#[derive(Default)]
pub(crate) struct PlatformParts {
    name: Option<String>,
    issuer: Option<Issuer>,
    client_id: Option<ClientId>,
    deployment_ids: Option<Deployments>,
    authentication_url: Option<WireUrl>,
    token_url: Option<WireUrl>,
    key_set_url: Option<WireUrl>,
    public_key_pem: Option<String>,
    token_audience: Option<String>,
    profile: Option<String>,
    status: RegistrationStatus,
}

/// All that is wrong with a record, in the order of its members. Nothing is fetched: see the client for the online
/// check.
///
/// ```
/// use lti_registration::{AddressRules, check_platform};
/// use lti_types::{ClientId, Deployments, Issuer, PlatformRecord};
/// let record = PlatformRecord::new(
///     Issuer::new("https://school.instructure.com/")?,
///     ClientId::new("10000000000001")?,
///     Deployments::NotYetKnown,
///     "http://sso.canvaslms.com/api/lti/authorize_redirect".into(),
/// );
/// let faults = check_platform(&record, AddressRules::default());
/// let codes: Vec<_> = faults.iter().map(|fault| (fault.field(), fault.code())).collect();
/// assert_eq!(codes, [
///     ("issuer", "issuer_trailing_slash"),
///     ("issuer", "issuer_is_shared"),
///     ("authentication_url", "url_not_https"),
///     ("key_set_url", "keys_missing"),
/// ]);
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[must_use]
pub fn check_platform(record: &PlatformRecord, rules: AddressRules) -> Vec<Fault> {
    let parts = PlatformParts {
        name: record.name.clone(),
        issuer: Some(record.issuer.clone()),
        client_id: Some(record.client_id.clone()),
        deployment_ids: Some(record.deployment_ids.clone()),
        authentication_url: Some(record.authentication_url.clone()),
        token_url: record.token_url.clone(),
        key_set_url: record.key_set_url.clone(),
        public_key_pem: record.public_key_pem.clone(),
        token_audience: record.token_audience.clone(),
        profile: record.profile.clone(),
        status: record.status,
    };
    parts.check(rules)
}

impl PlatformParts {
    pub(crate) const TERMS: [Term; 11] = [
        Term::Name,
        Term::Issuer,
        Term::ClientId,
        Term::DeploymentIds,
        Term::AuthenticationUrl,
        Term::TokenUrl,
        Term::KeySetUrl,
        Term::PublicKey,
        Term::TokenAudience,
        Term::Profile,
        Term::Status,
    ];

    /// What cannot be done without. Of keys, one of two.
    pub(crate) const REQUIRED: [Term; 4] =
        [Term::Issuer, Term::ClientId, Term::DeploymentIds, Term::AuthenticationUrl];

    pub(crate) fn read(draft: &mut Draft) -> Self {
        Self {
            name: draft.text(Term::Name),
            issuer: draft.identifier(Term::Issuer, Issuer::new),
            client_id: draft.identifier(Term::ClientId, ClientId::new),
            deployment_ids: draft.deployments(),
            authentication_url: draft.required_url(Term::AuthenticationUrl),
            token_url: draft.url(Term::TokenUrl),
            key_set_url: draft.url(Term::KeySetUrl),
            public_key_pem: draft.text(Term::PublicKey),
            token_audience: draft.text(Term::TokenAudience),
            profile: draft.text(Term::Profile),
            status: draft.status(),
        }
    }

    pub(crate) fn into_record(self) -> Option<PlatformRecord> {
        let mut record = PlatformRecord::new(
            self.issuer?,
            self.client_id?,
            self.deployment_ids?,
            self.authentication_url?,
        );
        record.name = self.name;
        record.token_url = self.token_url;
        record.key_set_url = self.key_set_url;
        record.public_key_pem = self.public_key_pem;
        record.token_audience = self.token_audience;
        record.profile = self.profile;
        record.status = self.status;
        Some(record)
    }

    pub(crate) fn check(&self, rules: AddressRules) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut add = |term: Term, problem: Problem| faults.push(Fault::new(term.member(), problem));
        check_name(self.name.as_deref().unwrap_or_default()).for_each(|problem| add(Term::Name, problem));
        self.check_issuer(rules, &mut add);
        match &self.deployment_ids {
            Some(Deployments::Known(ids)) if ids.is_empty() => {
                add(Term::DeploymentIds, Problem::NoDeployment)
            }
            Some(Deployments::Known(ids)) if has_repeated(ids) => add(Term::DeploymentIds, Problem::Repeated),
            _ => {}
        }
        let profile = self.profile.as_deref().and_then(Profile::find);
        if self.profile.is_some() && profile.is_none() {
            add(Term::Profile, Problem::ProfileUnknown);
        }
        let addresses = [
            (Term::AuthenticationUrl, &self.authentication_url),
            (Term::TokenUrl, &self.token_url),
            (Term::KeySetUrl, &self.key_set_url),
        ];
        for (index, (term, address)) in addresses.iter().enumerate() {
            let Some(address) = address else { continue };
            if *term == Term::KeySetUrl && check_key_set_url(address, &mut add) {
                continue;
            }
            let url = match rules.check(address) {
                Ok(url) => url,
                Err(problem) => {
                    add(*term, problem);
                    continue;
                }
            };
            let earlier = addresses.iter().take(index).find(|(_, other)| other.as_ref() == Some(address));
            if let Some((other, _)) = earlier {
                add(*term, Problem::SameAs(other.member()));
            }
            let host = url.host_str().unwrap_or_default();
            let product = Profile::of_host(host);
            if let Some((_, new)) = product.and_then(|p| p.moved_hosts.iter().find(|(old, _)| *old == host)) {
                add(*term, Problem::HostMoved(new));
            }
            // A product's own host under another product's profile is one of two mistakes.
            if let (Some(product), Some(profile)) = (product, profile)
                && product != profile
            {
                add(*term, Problem::OtherProduct(product.title));
            }
            if *term == Term::KeySetUrl && self.is_key_set_of_other_client(&url) {
                add(*term, Problem::KeySetOfOtherClient);
            }
        }
        match (&self.key_set_url, &self.public_key_pem) {
            (None, None) => add(Term::KeySetUrl, Problem::KeysMissing),
            (Some(_), Some(_)) => add(Term::PublicKey, Problem::KeysTwice),
            _ => {}
        }
        if let Some(pem) = &self.public_key_pem {
            check_pem(pem, &mut add);
        }
        self.check_audience(profile, &mut add);
        faults
    }

    fn check_issuer(&self, rules: AddressRules, add: &mut impl FnMut(Term, Problem)) {
        let Some(issuer) = &self.issuer else { return };
        let text = WireUrl::from(issuer.as_str());
        let url = match rules.check(&text) {
            Ok(url) => url,
            Err(problem) => return add(Term::Issuer, problem),
        };
        if url.query().is_some() {
            add(Term::Issuer, Problem::IssuerQuery);
        }
        let addresses = [&self.authentication_url, &self.token_url, &self.key_set_url];
        let is_endpoint = addresses.into_iter().flatten().any(|address| address.as_str() == issuer.as_str());
        let looks_like_one = [".php", "/jwks", "/jwks.json", "/token", "/keyset"]
            .iter()
            .any(|end| issuer.as_str().ends_with(end));
        if is_endpoint || looks_like_one {
            add(Term::Issuer, Problem::IssuerIsEndpoint);
        }
        if issuer.as_str().ends_with('/') {
            add(Term::Issuer, Problem::IssuerTrailingSlash);
        }
        let product = Profile::of_host(url.host_str().unwrap_or_default());
        if let Some(product) = product.filter(|product| product.issuer_habit != IssuerHabit::OfSite) {
            let known = product.editions.iter().any(|edition| edition.issuer == issuer.as_str());
            if let (false, Some(usual)) = (known, product.editions.first()) {
                add(Term::Issuer, Problem::IssuerIsShared(usual.issuer));
            }
        }
    }

    /// Whether the address is made of a template that has the client id in it, and another one is there.
    fn is_key_set_of_other_client(&self, url: &url::Url) -> bool {
        let Some(client_id) = &self.client_id else { return false };
        let templates =
            Profile::all().iter().flat_map(|profile| profile.editions).filter_map(|e| e.key_set_url);
        templates.into_iter().filter_map(|template| template.split_once("{client_id}")).any(
            |(before, after)| {
                let middle = url.as_str().strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
                middle.is_some_and(|middle| middle != client_id.as_str())
            },
        )
    }

    fn check_audience(&self, profile: Option<&Profile>, add: &mut impl FnMut(Term, Problem)) {
        let bare = |text: &str| text.trim_end_matches('/').to_owned();
        let token_url = self.token_url.as_ref().map(WireUrl::as_str).unwrap_or_default();
        let constant = profile.and_then(|profile| constant_at(profile, token_url));
        match (&self.token_audience, constant) {
            (Some(audience), _) if audience.trim().is_empty() => add(Term::TokenAudience, Problem::Missing),
            (audience, Some(constant)) if audience.as_deref() != Some(constant) => {
                add(Term::TokenAudience, Problem::TokenAudience(constant));
            }
            (Some(audience), None) if audience != token_url && bare(audience) == bare(token_url) => {
                add(Term::TokenAudience, Problem::TokenAudienceSlash);
            }
            (Some(audience), None) if is_elsewhere(audience, token_url) => {
                add(Term::TokenAudience, Problem::TokenAudienceElsewhere);
            }
            _ => {}
        }
    }
}

/// Whether an id stands there twice.
pub(crate) fn has_repeated(ids: &[DeploymentId]) -> bool {
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    distinct.len() < ids.len()
}
