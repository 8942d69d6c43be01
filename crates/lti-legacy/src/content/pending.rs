//! A platform's side: what was asked for, and the answer to it (Content-Item Message 1.0 §3).

use std::fmt;

use chrono::{DateTime, Utc};
use http::Request;
use lti_types::{DeploymentId, MediaTypes, WireUrl};
use serde::{Deserialize, Serialize};

use super::selection::check;
use super::{ContentItemSelection, SelectionError};
use crate::unverified_form::{SignedForm, UnverifiedForm, of_request};
use crate::{
    ConsumerKey, Credential, LaunchParameters, LegacyMessageType, NonceUse, OAuthError, Parameters, Use,
};

/// What a platform keeps of a request for content until the answer comes: in the session of whoever asked, once.
#[derive(Debug, Serialize, Deserialize)]
pub struct PendingSelection {
    account: DeploymentId,
    return_url: WireUrl,
    data: Option<String>,
    accept_multiple: Option<bool>,
    accept_unsigned: bool,
    accept_media_types: Option<String>,
}

impl PendingSelection {
    /// Of a request that goes to an account's tool. `None` for what is no such request.
    #[must_use]
    pub fn new(account: DeploymentId, request: &LaunchParameters) -> Option<Self> {
        if request.message_type != Some(LegacyMessageType::SelectionRequest) {
            return None;
        }
        let ranges = request.accept_media_types.as_ref();
        Some(Self {
            account,
            return_url: request.content_item_return_url.clone()?,
            data: request.data.clone(),
            accept_multiple: request.accept_multiple,
            accept_unsigned: request.accept_unsigned == Some(true),
            accept_media_types: ranges.map(|ranges| ranges.iter().collect::<Vec<_>>().join(",")),
        })
    }

    /// Reads an answer without a signature, where the request accepted that. It proves nothing: whoever sits at the
    /// browser may have written it.
    ///
    /// # Errors
    /// [`SelectionError`].
    pub fn read_unsigned(self, body: &[u8]) -> Result<ContentItemSelection, SelectionError> {
        if !self.accept_unsigned {
            return Err(SelectionError::Unsigned);
        }
        let parameters = Parameters::from_form(body).map_err(|_| unreadable())?;
        self.judge(&parameters)
    }

    fn judge(self, parameters: &Parameters) -> Result<ContentItemSelection, SelectionError> {
        let selection = ContentItemSelection::read(parameters)?;
        // Browsers change line ends on the way there and back.
        let plain = |text: &Option<String>| text.as_ref().map(|text| text.replace("\r\n", "\n"));
        let sent = self.data.filter(|data| !data.is_empty());
        if sent.is_some() && plain(&sent) != plain(&selection.data) {
            return Err(SelectionError::DataMismatch);
        }
        let accepted = self.accept_media_types.map(MediaTypes::Text);
        check(&selection.items, self.accept_multiple, accepted.as_ref())?;
        Ok(selection)
    }
}

fn unreadable() -> SelectionError {
    let fault = crate::ParameterFault::new("content_items", crate::ParameterProblem::Malformed);
    SelectionError::Parameters(fault.into())
}

/// An answer before anything about it is known to be true.
#[derive(Debug)]
pub struct UnverifiedSelection(UnverifiedForm);

impl UnverifiedSelection {
    /// Of the return address, in full and as the request named it, and the body that was posted to it.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub fn from_form(return_url: &WireUrl, body: &[u8]) -> Result<Self, OAuthError> {
        UnverifiedForm::read(return_url, body).map(Self)
    }

    /// Of a request to an endpoint, whose public address the caller knows; of the request's own only the query counts.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub fn from_http(request: &Request<Vec<u8>>, endpoint: &WireUrl) -> Result<Self, OAuthError> {
        let (url, body) = of_request(request, endpoint)?;
        Self::from_form(&url, body)
    }

    /// Who signed, as they say: to find credentials by, and nothing else.
    #[must_use]
    pub fn consumer_key(&self) -> &ConsumerKey {
        self.0.consumer_key()
    }

    /// Checks, in this order: a credential is good with the key; its registration allows the method; the signature; the
    /// timestamp.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub fn verify(
        self,
        candidates: &[Credential],
        now: DateTime<Utc>,
    ) -> Result<SignedSelection, OAuthError> {
        self.0.verify(candidates, now).map(SignedSelection)
    }
}

/// An answer that is signed, and waits for two more things: whether it was used before, and what it answers.
#[derive(Debug)]
pub struct SignedSelection(SignedForm);

impl SignedSelection {
    /// What to record.
    #[must_use]
    pub fn nonce_use(&self) -> NonceUse {
        self.0.proof.nonce_use()
    }

    /// The answer, if its nonce was not used before and it answers this request: the same account, address and `data`,
    /// and no more than was asked for. Take the pending request out of the session, so that it is answered once.
    ///
    /// # Errors
    /// [`SelectionError`].
    pub fn first_use(
        self,
        seen: Use,
        pending: PendingSelection,
    ) -> Result<VerifiedSelection, SelectionError> {
        if seen != Use::First {
            return Err(SelectionError::Replayed);
        }
        let SignedForm { url, parameters, proof } = self.0;
        if proof.account != pending.account {
            return Err(SelectionError::AccountMismatch);
        }
        if !url.is_same_resource(&pending.return_url) {
            return Err(SelectionError::AddressMismatch);
        }
        let selection = pending.judge(&parameters)?;
        Ok(VerifiedSelection { account: proof.account, selection })
    }
}

/// An answer that every check has passed. It is made by [`SignedSelection::first_use`] and nowhere else.
///
/// ```compile_fail,E0451
/// fn forge(answer: lti_legacy::VerifiedSelection) -> lti_legacy::VerifiedSelection {
///     lti_legacy::VerifiedSelection { selection: lti_legacy::ContentItemSelection::new(Vec::new()), ..answer }
/// }
/// ```
pub struct VerifiedSelection {
    account: DeploymentId,
    selection: ContentItemSelection,
}

impl VerifiedSelection {
    /// Whose tool it was.
    #[must_use]
    pub fn account(&self) -> &DeploymentId {
        &self.account
    }

    /// What was chosen. Texts and HTML are the tool's: escape and sanitize them.
    #[must_use]
    pub fn selection(&self) -> &ContentItemSelection {
        &self.selection
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_selection(self) -> ContentItemSelection {
        self.selection
    }
}

impl fmt::Debug for VerifiedSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedSelection").field("account", &self.account).finish_non_exhaustive()
    }
}
