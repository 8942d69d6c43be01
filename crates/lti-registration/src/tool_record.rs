//! What a platform wrote down about a tool, judged (LTI Core 1.3 §3.1.3; Security Framework 1.0 §6).

use lti_types::{
    ClientId, Custom, DeploymentId, PersonalData, RegistrationStatus, Scope, ToolRecord, WireUrl,
};
use url::Url;

use crate::address::is_same_host;
use crate::draft::Draft;
use crate::keys::{check_key_set_url, check_pem};
use crate::platform_record::has_repeated;
use crate::text::check_name;
use crate::{AddressRules, Fault, Problem, Term};

/// The most redirect URIs, scopes, deployments of one record.
pub(crate) const MAX_LIST: usize = 1_000;

/// The members of a record, as far as they could be read.
#[derive(Default)]
pub(crate) struct ToolParts {
    name: Option<String>,
    client_id: Option<ClientId>,
    deployment_ids: Option<Vec<DeploymentId>>,
    login_url: Option<WireUrl>,
    redirect_uris: Vec<WireUrl>,
    target_link_uri: Option<WireUrl>,
    key_set_url: Option<WireUrl>,
    public_key_pem: Option<String>,
    deep_linking_url: Option<WireUrl>,
    scopes: Vec<Scope>,
    custom: Custom,
    privacy: Option<Vec<PersonalData>>,
    status: RegistrationStatus,
}

/// All that is wrong with a record, in the order of its members. Nothing is fetched: see the client for the online
/// check.
///
/// ```
/// use lti_registration::{AddressRules, check_tool};
/// use lti_types::{ClientId, ToolRecord};
/// let mut record = ToolRecord::new(
///     ClientId::new("quiz")?, vec![], "/login".into(), "https://tool.example/launch#top".into());
/// record.redirect_uris = vec!["https://tool.example/launch?x=1".into()];
/// record.key_set_url = Some("-----BEGIN PUBLIC KEY-----".into());
/// let faults = check_tool(&record, AddressRules::default());
/// let codes: Vec<_> = faults.iter().map(|fault| (fault.field(), fault.code())).collect();
/// assert_eq!(codes, [
///     ("deployment_ids", "no_deployment"),
///     ("login_url", "url_not_absolute"),
///     ("redirect_uris[0]", "redirect_query"),
///     ("target_link_uri", "url_fragment"),
///     ("key_set_url", "key_for_url"),
/// ]);
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[must_use]
pub fn check_tool(record: &ToolRecord, rules: AddressRules) -> Vec<Fault> {
    let parts = ToolParts {
        name: record.name.clone(),
        client_id: Some(record.client_id.clone()),
        deployment_ids: Some(record.deployment_ids.clone()),
        login_url: Some(record.login_url.clone()),
        redirect_uris: record.redirect_uris.clone(),
        target_link_uri: Some(record.target_link_uri.clone()),
        key_set_url: record.key_set_url.clone(),
        public_key_pem: record.public_key_pem.clone(),
        deep_linking_url: record.deep_linking_url.clone(),
        scopes: record.scopes.clone(),
        custom: record.custom.clone(),
        privacy: record.privacy.clone(),
        status: record.status,
    };
    parts.check(rules)
}

impl ToolParts {
    pub(crate) const TERMS: [Term; 13] = [
        Term::Name,
        Term::ClientId,
        Term::DeploymentIds,
        Term::LoginUrl,
        Term::RedirectUris,
        Term::TargetLinkUri,
        Term::KeySetUrl,
        Term::PublicKey,
        Term::DeepLinkingUrl,
        Term::Scopes,
        Term::Custom,
        Term::Privacy,
        Term::Status,
    ];

    /// What cannot be done without.
    pub(crate) const REQUIRED: [Term; 4] =
        [Term::ClientId, Term::DeploymentIds, Term::LoginUrl, Term::TargetLinkUri];

    pub(crate) fn read(draft: &mut Draft) -> Self {
        Self {
            name: draft.text(Term::Name),
            client_id: draft.identifier(Term::ClientId, ClientId::new),
            deployment_ids: draft.deployment_ids(),
            login_url: draft.required_url(Term::LoginUrl),
            redirect_uris: draft.urls(Term::RedirectUris),
            target_link_uri: draft.required_url(Term::TargetLinkUri),
            key_set_url: draft.url(Term::KeySetUrl),
            public_key_pem: draft.text(Term::PublicKey),
            deep_linking_url: draft.url(Term::DeepLinkingUrl),
            scopes: draft.words(Term::Scopes).unwrap_or_default().iter().map(|s| s.as_str().into()).collect(),
            custom: draft.custom(),
            privacy: draft
                .words(Term::Privacy)
                .map(|words| words.iter().map(|word| PersonalData::from(word.as_str())).collect()),
            status: draft.status(),
        }
    }

    pub(crate) fn into_record(self) -> Option<ToolRecord> {
        let mut record =
            ToolRecord::new(self.client_id?, self.deployment_ids?, self.login_url?, self.target_link_uri?);
        record.name = self.name;
        record.redirect_uris = self.redirect_uris;
        record.key_set_url = self.key_set_url;
        record.public_key_pem = self.public_key_pem;
        record.deep_linking_url = self.deep_linking_url;
        record.scopes = self.scopes;
        record.custom = self.custom;
        record.privacy = self.privacy;
        record.status = self.status;
        Some(record)
    }

    pub(crate) fn check(&self, rules: AddressRules) -> Vec<Fault> {
        let name = self.name.as_deref().unwrap_or_default();
        let mut faults: Vec<_> =
            check_name(name).map(|problem| Fault::new(Term::Name.member(), problem)).collect();
        if let Some(ids) = &self.deployment_ids {
            if ids.is_empty() {
                faults.push(Fault::new("deployment_ids", Problem::NoDeployment));
            } else if has_repeated(ids) {
                faults.push(Fault::new("deployment_ids", Problem::Repeated));
            }
        }
        let login = self.login_url.as_ref().and_then(|a| address(&mut faults, rules, "login_url".into(), a));
        let mut redirects = Vec::new();
        for (index, uri) in self.redirect_uris.iter().enumerate().take(MAX_LIST) {
            let field = format!("redirect_uris[{index}]");
            let url = address(&mut faults, rules, field.clone(), uri);
            if let Some(url) = &url {
                if url.query().is_some() {
                    faults.push(Fault::new(&*field, Problem::RedirectQuery));
                }
                if self.login_url.as_ref() == Some(uri) {
                    faults.push(Fault::new(&*field, Problem::SameAs("login_url")));
                }
                if redirects.contains(&uri) {
                    faults.push(Fault::new(&*field, Problem::Repeated));
                }
                if login.as_ref().is_some_and(|login| !is_same_host(login, url)) {
                    faults.push(Fault::new(&*field, Problem::OtherHost));
                }
            }
            redirects.push(uri);
        }
        if self.redirect_uris.len() > MAX_LIST {
            faults.push(Fault::new("redirect_uris", Problem::TooMuch));
        }
        let target = self.target_link_uri.as_ref();
        let target = target.and_then(|a| address(&mut faults, rules, "target_link_uri".into(), a));
        if let (Some(login), Some(target)) = (&login, &target)
            && !is_same_host(login, target)
        {
            faults.push(Fault::new("target_link_uri", Problem::OtherHost));
        }
        self.check_keys(rules, &mut faults);
        if let Some(url) = &self.deep_linking_url {
            address(&mut faults, rules, "deep_linking_url".into(), url);
        }
        faults
    }

    fn check_keys(&self, rules: AddressRules, faults: &mut Vec<Fault>) {
        let mut add = |term: Term, problem: Problem| faults.push(Fault::new(term.member(), problem));
        match (&self.key_set_url, &self.public_key_pem) {
            // A tool that only launches signs nothing.
            (None, None) if self.scopes.is_empty() && self.deep_linking_url.is_none() => {}
            (None, None) => add(Term::KeySetUrl, Problem::KeysMissing),
            (Some(_), Some(_)) => add(Term::PublicKey, Problem::KeysTwice),
            _ => {}
        }
        if let Some(url) = &self.key_set_url
            && !check_key_set_url(url, &mut add)
            && let Err(problem) = rules.check(url)
        {
            add(Term::KeySetUrl, problem);
        }
        if let Some(pem) = &self.public_key_pem {
            check_pem(pem, &mut add);
        }
    }
}

/// The address, if nothing is wrong with it.
fn address(faults: &mut Vec<Fault>, rules: AddressRules, field: String, address: &WireUrl) -> Option<Url> {
    match rules.check(address) {
        Ok(url) => Some(url),
        Err(problem) => {
            faults.push(Fault::new(field, problem));
            None
        }
    }
}
