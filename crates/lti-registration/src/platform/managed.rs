//! A registration that a tool can manage, as the platform keeps it (RFC 7592 §3).

use lti_types::{ClientMetadata, RegistrationStatus, RegistrationToken, ToolRecord};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::request::answered;
use super::store_key;

/// What a platform keeps of a tool that registered itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ManagedRegistration {
    /// The record, for launches.
    pub record: ToolRecord,
    /// The metadata that it was made of.
    pub metadata: ClientMetadata,
    /// The digest of the token that manages it; `None` if the tool cannot.
    pub token_digest: Option<String>,
}

impl ManagedRegistration {
    pub(crate) fn new(
        record: ToolRecord,
        metadata: ClientMetadata,
        token: Option<&RegistrationToken>,
    ) -> Self {
        Self { record, metadata, token_digest: token.map(store_key) }
    }

    /// Whether the token is the one that manages it, in time that does not depend on where they differ.
    #[must_use]
    pub fn is_opened_by(&self, token: &RegistrationToken) -> bool {
        let digest = store_key(token);
        self.token_digest.as_ref().is_some_and(|own| own.as_bytes().ct_eq(digest.as_bytes()).into())
    }

    /// What the tool is told about it. Its token is not in it: the platform does not have it.
    #[must_use]
    pub fn to_metadata(&self) -> ClientMetadata {
        answered(&self.metadata, &self.record)
    }
}

/// A registration that a tool changed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Updated {
    /// What to store in place of the earlier one. It is pending again if the tool changed more than names, words and
    /// pictures: where launches go, and whose keys are believed, is for an administrator to consent to. A disabled one stays
    /// disabled.
    pub managed: ManagedRegistration,
    /// What the policy took out, and what looks like a mistake.
    pub remarks: Vec<crate::Fault>,
    /// The answer to the tool.
    pub response: http::Response<Vec<u8>>,
}

/// The status after a change.
pub(crate) fn status_after(before: &ManagedRegistration, after: &ManagedRegistration) -> RegistrationStatus {
    let plain = |managed: &ManagedRegistration| {
        let mut record = managed.record.clone();
        record.name = None;
        record.status = RegistrationStatus::Active;
        let tool = managed.metadata.tool.as_ref();
        let messages = tool.and_then(|tool| tool.messages.clone()).unwrap_or_default();
        let reach: Vec<_> = messages
            .into_iter()
            .map(|message| {
                (message.kind, message.target_link_uri, message.placements, message.custom_parameters)
            })
            .collect();
        let domains = tool.map(|tool| (tool.domain.clone(), tool.secondary_domains.clone()));
        (record, reach, domains)
    };
    match before.record.status {
        RegistrationStatus::Active if plain(before) == plain(after) => RegistrationStatus::Active,
        RegistrationStatus::Disabled => RegistrationStatus::Disabled,
        _ => RegistrationStatus::Pending,
    }
}
