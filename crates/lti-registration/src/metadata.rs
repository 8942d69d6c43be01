//! How a tool's metadata becomes a record, and a record metadata (LTI Dynamic Registration 1.0 §4; RFC 7591 §2).

use lti_types::{
    ClientId, ClientMetadata, DeploymentId, MessageType, PersonalData, ToolConfiguration, ToolMessage,
    ToolRecord, WireUrl,
};

use crate::{Fault, Problem};

/// Which claims are about which kind of personal data.
const CLAIMS: &[(&str, PersonalData)] = &[
    ("name", PersonalData::Name),
    ("given_name", PersonalData::Name),
    ("family_name", PersonalData::Name),
    ("middle_name", PersonalData::Name),
    ("nickname", PersonalData::Name),
    ("email", PersonalData::Email),
    ("picture", PersonalData::Picture),
    ("locale", PersonalData::Locale),
    ("https://purl.imsglobal.org/spec/lti/claim/lis", PersonalData::Sourcedid),
];

/// Those that are usual; the others are sent by few platforms.
pub(crate) const USUAL_CLAIMS: [&str; 6] =
    ["name", "given_name", "family_name", "email", "picture", "locale"];

/// The metadata with what LTI always has, and without what only a platform may say.
pub(crate) fn complete(metadata: &ClientMetadata) -> ClientMetadata {
    let mut metadata = metadata.clone();
    let words = |list: &[&str]| Some(list.iter().map(|word| (*word).to_owned()).collect());
    metadata.application_type = Some("web".to_owned());
    metadata.response_types = words(&["id_token"]);
    metadata.grant_types = words(&["implicit", "client_credentials"]);
    metadata.token_endpoint_auth_method = Some("private_key_jwt".to_owned());
    metadata.client_id = None;
    metadata.deployment_id = None;
    metadata.registration_access_token = None;
    metadata.registration_client_uri = None;
    if let Some(tool) = &mut metadata.tool {
        tool.deployment_id = None;
        tool.version = None;
        // Platforms want it to be there, if only empty.
        tool.messages.get_or_insert_default();
        tool.claims.get_or_insert_default();
        // An empty object is trouble (quirk 77).
        tool.custom_parameters = tool.custom_parameters.take().filter(|custom| !custom.is_empty());
        for message in tool.messages.iter_mut().flatten() {
            message.custom_parameters = message.custom_parameters.take().filter(|custom| !custom.is_empty());
        }
    }
    metadata
}

/// What a tool says about itself, made of the record that it keeps of itself (client id and deployments are left out).
/// Add a description, pictures, placements and translations.
///
/// ```
/// use lti_registration::metadata_of;
/// use lti_types::{ClientId, MessageType, ToolRecord};
/// let mut record = ToolRecord::new(ClientId::new("mine")?, vec![], "https://tool.example/login".into(),
///     "https://tool.example/launch".into());
/// record.deep_linking_url = Some("https://tool.example/pick".into());
/// let metadata = metadata_of(&record);
/// assert_eq!(metadata.client_id, None);
/// let tool = metadata.tool.unwrap();
/// assert_eq!(tool.domain.as_deref(), Some("tool.example"));
/// assert_eq!(tool.messages.unwrap()[0].kind, Some(MessageType::DeepLinkingRequest));
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[must_use]
pub fn metadata_of(record: &ToolRecord) -> ClientMetadata {
    let host = |address: &WireUrl| {
        let url = address.to_url().ok()?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        url.host_str().map(|host| format!("{host}{port}"))
    };
    let mut tool = ToolConfiguration::new();
    tool.domain = host(&record.target_link_uri);
    let mut others: Vec<String> = Vec::new();
    let redirects: Vec<WireUrl> = record.redirects().map(WireUrl::from).collect();
    let own = redirects
        .iter()
        .chain([&record.login_url])
        .chain(&record.key_set_url)
        .chain(&record.deep_linking_url);
    for other in own.filter_map(host) {
        if tool.domain.as_ref() != Some(&other) && !others.contains(&other) {
            others.push(other);
        }
    }
    tool.secondary_domains = (!others.is_empty()).then_some(others);
    tool.target_link_uri = Some(record.target_link_uri.clone());
    tool.custom_parameters = (!record.custom.is_empty()).then(|| record.custom.clone());
    let wanted = |kind: &PersonalData| record.privacy.as_ref().is_none_or(|kinds| kinds.contains(kind));
    let mut claims = vec!["iss".to_owned(), "sub".to_owned()];
    claims.extend(
        CLAIMS
            .iter()
            .filter(|(claim, kind)| USUAL_CLAIMS.contains(claim) && wanted(kind))
            .map(|(claim, _)| (*claim).to_owned()),
    );
    tool.claims = Some(claims);
    let deep_linking = record.deep_linking_url.as_ref().map(|url| {
        let mut message = ToolMessage::new();
        message.kind = Some(MessageType::DeepLinkingRequest);
        message.target_link_uri = Some(url.clone());
        message.label = record.name.clone();
        message.placements = Some(vec!["ContentArea".to_owned()]);
        message
    });
    tool.messages = Some(deep_linking.into_iter().collect());

    let mut metadata = ClientMetadata::new();
    metadata.client_name = record.name.clone();
    metadata.initiate_login_uri = Some(record.login_url.clone());
    metadata.redirect_uris = Some(redirects);
    metadata.jwks_uri = record.key_set_url.clone();
    metadata.scope = Some(record.scopes.iter().cloned().collect());
    metadata.tool = Some(tool);
    complete(&metadata)
}

/// The record that a platform keeps of a tool with that metadata; `None` if an address is missing that every record
/// needs. It says nothing about whether the metadata is acceptable: see [`check_metadata`](crate::check_metadata).
///
/// ```
/// use lti_registration::{metadata_of, tool_record_of};
/// use lti_types::{ClientId, ToolRecord};
///
/// let own = ToolRecord::new(ClientId::new("-")?, vec![], "https://tool.example/login".into(),
///     "https://tool.example/launch".into());
/// let record = tool_record_of(&metadata_of(&own), ClientId::new("client-1")?, vec![]).unwrap();
/// assert_eq!((record.client_id.as_str(), record.login_url), ("client-1", own.login_url));
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[must_use]
pub fn tool_record_of(
    metadata: &ClientMetadata,
    client_id: ClientId,
    deployment_ids: Vec<DeploymentId>,
) -> Option<ToolRecord> {
    let tool = metadata.tool.as_ref()?;
    let target_link_uri = tool.target_link_uri.clone().filter(|address| !address.is_blank())?;
    let login_url = metadata.initiate_login_uri.clone()?;
    let mut record = ToolRecord::new(client_id, deployment_ids, login_url, target_link_uri);
    record.name = metadata.client_name.clone();
    record.redirect_uris = metadata.redirect_uris.clone().unwrap_or_default();
    record.key_set_url = metadata.jwks_uri.clone();
    record.scopes = metadata.scope.iter().flat_map(|scopes| scopes.iter().cloned()).collect();
    record.custom = tool.custom_parameters.clone().unwrap_or_default();
    let deep_linking =
        tool.messages.iter().flatten().find(|m| m.kind == Some(MessageType::DeepLinkingRequest));
    record.deep_linking_url = deep_linking
        .map(|message| message.target_link_uri.clone().unwrap_or_else(|| record.target_link_uri.clone()));
    // No claims are no personal data.
    record.privacy = Some(personal_data_in(tool.claims.as_deref().unwrap_or_default()));
    Some(record)
}

/// The kinds of personal data that a list of claims asks for.
pub(crate) fn personal_data_in(claims: &[String]) -> Vec<PersonalData> {
    let mut kinds: Vec<PersonalData> = Vec::new();
    for claim in claims {
        if let Some((_, kind)) = CLAIMS.iter().find(|(known, _)| known == claim)
            && !kinds.contains(kind)
        {
            kinds.push(kind.clone());
        }
    }
    kinds
}

/// Leaves the messages that are offered, each with the placements that are, and says what was taken out. `spelled` is a
/// placement of a message as the platform writes it, if it is offered.
pub(crate) fn keep_offered(
    tool: &mut ToolConfiguration,
    is_offered: impl Fn(&MessageType) -> bool,
    spelled: impl Fn(&MessageType, &str) -> Option<String>,
) -> Vec<Fault> {
    let (mut kept, mut taken) = (Vec::new(), Vec::new());
    for (index, mut message) in tool.messages.take().into_iter().flatten().enumerate() {
        let field = format!("messages[{index}]");
        let kind = message.kind.clone().unwrap_or(MessageType::ResourceLinkRequest);
        if !is_offered(&kind) {
            taken.push(Fault::new(field, Problem::MessageNotOffered));
            continue;
        }
        if let Some(placements) = &mut message.placements {
            let before = placements.len();
            *placements = placements.iter().filter_map(|name| spelled(&kind, name)).collect();
            if placements.len() < before {
                taken.push(Fault::new(format!("{field}.placements"), Problem::PlacementNotOffered));
            }
            // A message that nobody will be offered is none.
            if placements.is_empty() && before > 0 {
                continue;
            }
        }
        kept.push(message);
    }
    tool.messages = Some(kept);
    taken
}

/// Leaves only the claims that are about nobody, or about what may be told.
pub(crate) fn restrict_claims(claims: &mut Vec<String>, allowed: &[PersonalData]) -> usize {
    let before = claims.len();
    claims.retain(|claim| {
        CLAIMS.iter().find(|(known, _)| known == claim).is_none_or(|(_, kind)| allowed.contains(kind))
    });
    before.saturating_sub(claims.len())
}
