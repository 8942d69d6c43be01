//! A registration that a tool can manage, as the platform keeps it (RFC 7592 §3).

use lti_types::{ClientMetadata, Extensions, RegistrationStatus, RegistrationToken, ToolRecord};
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
    /// What to store in place of [`Updated::replaces`]. It is pending again if the tool changed more than descriptions,
    /// labels, pictures and contacts: its name, where launches go, what it is offered as and whose keys are believed
    /// are what an administrator consents to. A disabled one stays disabled.
    pub managed: ManagedRegistration,
    /// What it was made of. Compare and swap: store the new one only while the stored one is still equal to this. If it
    /// is not, an administrator may have disabled the tool in between: read the registration again, and authorize the
    /// request again.
    pub replaces: ManagedRegistration,
    /// What the policy took out, and what looks like a mistake.
    pub remarks: Vec<crate::Fault>,
    /// The answer to the tool.
    pub response: http::Response<Vec<u8>>,
}

/// The status after a change.
pub(crate) fn status_after(before: &ManagedRegistration, after: &ManagedRegistration) -> RegistrationStatus {
    let consented = |managed: &ManagedRegistration| {
        let mut record = managed.record.clone();
        record.status = RegistrationStatus::Active;
        (record, without_words(&managed.metadata))
    };
    match before.record.status {
        RegistrationStatus::Active if consented(before) == consented(after) => RegistrationStatus::Active,
        RegistrationStatus::Disabled => RegistrationStatus::Disabled,
        _ => RegistrationStatus::Pending,
    }
}

/// The metadata without what a tool may change alone. What is not known here stays in: it may mean something to
/// somebody.
fn without_words(metadata: &ClientMetadata) -> ClientMetadata {
    let mut rest = metadata.clone();
    rest.logo_uri = None;
    rest.contacts = None;
    drop_translations(&mut rest.extensions, "logo_uri");
    if let Some(tool) = &mut rest.tool {
        tool.description = None;
        drop_translations(&mut tool.extensions, "description");
        for message in tool.messages.iter_mut().flatten() {
            message.label = None;
            message.icon_uri = None;
            drop_translations(&mut message.extensions, "label");
            drop_translations(&mut message.extensions, "icon_uri");
        }
    }
    rest
}

fn drop_translations(extensions: &mut Extensions, member: &str) {
    extensions.retain(|name, _| name.strip_prefix(member).is_none_or(|rest| !rest.starts_with('#')));
}
