//! A platform's side: what was asked for, and the answer to it (Content-Item Message 1.0 §3).

use std::fmt;

use chrono::{DateTime, Utc};
use http::Request;
use lti_types::{DeploymentId, MediaTypes, WireUrl};
use serde::{Deserialize, Serialize};

use super::selection::check_count;
use super::{ContentItemSelection, LeftOut, ReceivedSelection, RefusedItem, SelectionError};
use crate::unverified_form::{SignedForm, UnverifiedForm, of_request};
use crate::{
    ConsumerKey, Credential, LaunchParameters, LegacyMessageType, NonceUse, OAuthError, Parameters, Use,
};

/// What a platform keeps of a request for content until the answer comes: in the session of whoever asked, once.
///
/// [`UnverifiedSelection`] has an example.
#[derive(Serialize, Deserialize)]
pub struct PendingSelection {
    account: DeploymentId,
    return_url: WireUrl,
    data: Option<String>,
    accept_multiple: Option<bool>,
    accept_unsigned: bool,
    accept_media_types: Option<String>,
    expires_at: DateTime<Utc>,
}

impl PendingSelection {
    /// Of a request that goes to an account's tool, and is answered before `expires_at`: as long as people may take to
    /// choose, some hours. `None` for what is no such request.
    #[must_use]
    pub fn new(account: DeploymentId, request: &LaunchParameters, expires_at: DateTime<Utc>) -> Option<Self> {
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
            expires_at,
        })
    }

    /// Until when it is answered; it need not be kept longer.
    #[must_use]
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    /// Reads an answer without a signature, where the request accepted that. It proves nothing: whoever sits at the
    /// browser may have written it. Its items are sorted as those of a signed one.
    ///
    /// # Errors
    /// [`SelectionError`].
    pub fn read_unsigned(self, body: &[u8], now: DateTime<Utc>) -> Result<ReceivedSelection, SelectionError> {
        if !self.accept_unsigned {
            return Err(SelectionError::Unsigned);
        }
        let parameters = Parameters::from_form(body).map_err(|_| unreadable())?;
        self.judge(&parameters, now)
    }

    fn judge(self, parameters: &Parameters, now: DateTime<Utc>) -> Result<ReceivedSelection, SelectionError> {
        if now >= self.expires_at {
            return Err(SelectionError::Expired);
        }
        let selection = ContentItemSelection::read(parameters)?;
        // Browsers change line ends on the way there and back.
        let plain = |text: &Option<String>| text.as_ref().map(|text| text.replace("\r\n", "\n"));
        let sent = self.data.filter(|data| !data.is_empty());
        if sent.is_some() && plain(&sent) != plain(&selection.data) {
            return Err(SelectionError::DataMismatch);
        }
        let accepted = self.accept_media_types.map(MediaTypes::Text);
        check_count(&selection.items, self.accept_multiple)?;
        Ok(ReceivedSelection::sort(selection, accepted.as_ref()))
    }
}

impl fmt::Debug for PendingSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingSelection").field("account", &self.account).finish_non_exhaustive()
    }
}

fn unreadable() -> SelectionError {
    let fault = crate::ParameterFault::new("content_items", crate::ParameterProblem::Malformed);
    SelectionError::Parameters(fault.into())
}

/// An answer before anything about it is known to be true.
///
/// ```
/// # use chrono::{DateTime, TimeDelta};
/// # use lti_legacy::{ConsumerKey, ContentItemSelection, LaunchParameters, LegacyMessageType, SharedSecret, Signer};
/// # use lti_types::{LinkItem, Nonce};
/// # let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let (key, secret) = (ConsumerKey::new("physics")?, SharedSecret::new("s3cr&t")?);
/// # let mut request = LaunchParameters::new(LegacyMessageType::SelectionRequest);
/// # request.content_item_return_url = Some("https://lms.example/chosen".into());
/// # let chosen = ContentItemSelection::new(vec![LinkItem::new("https://tool.example/book".into()).into()]);
/// # let form = Signer::new(key.clone(), secret.clone())
/// #     .form(&"https://lms.example/chosen".into(), chosen.write(), &Nonce::random()?, now)?.body();
/// use lti_legacy::{Credential, PendingSelection, UnverifiedSelection, Use};
///
/// // With the request, into the session of whoever asked:
/// let pending = PendingSelection::new("customer-7".try_into()?, &request, now + TimeDelta::hours(4)).unwrap();
///
/// // With the answer that the browser posts:
/// let answer = UnverifiedSelection::from_form(&"https://lms.example/chosen".into(), form.as_bytes())?;
/// let known = [Credential::new("customer-7".try_into()?, key, secret)]; // found by `answer.consumer_key()`
/// let signed = answer.verify(&known, now)?;
/// let verified = signed.first_use(Use::First, pending)?; // as the store says of `signed.nonce_use()`
/// assert_eq!((verified.selection().items.len(), verified.refused().len()), (1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
        let form = self.0.verify(candidates, now)?;
        Ok(SignedSelection { form, now })
    }
}

/// An answer that is signed, and waits for two more things: whether it was used before, and what it answers.
#[derive(Debug)]
pub struct SignedSelection {
    form: SignedForm,
    now: DateTime<Utc>,
}

impl SignedSelection {
    /// What to record.
    #[must_use]
    pub fn nonce_use(&self) -> NonceUse {
        self.form.proof.nonce_use()
    }

    /// The answer, if its nonce was not used before and it answers this request in time: the same account, address and
    /// `data`, and not several items for one. Items that were not asked for, or are opened by what is no web address,
    /// are not in it, but in [`VerifiedSelection::refused`]. Take the pending request out of the session, so that it is
    /// answered once.
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
        let SignedForm { url, parameters, proof } = self.form;
        if proof.account != pending.account {
            return Err(SelectionError::AccountMismatch);
        }
        if !url.is_same_resource(&pending.return_url) {
            return Err(SelectionError::AddressMismatch);
        }
        let received = pending.judge(&parameters, self.now)?;
        Ok(VerifiedSelection { account: proof.account, received })
    }
}

/// An answer that every check has passed. It is made by [`SignedSelection::first_use`] and nowhere else.
///
/// ```compile_fail,E0451
/// fn forge(answer: lti_legacy::VerifiedSelection) -> lti_legacy::VerifiedSelection {
///     lti_legacy::VerifiedSelection { account: "other".try_into().unwrap(), ..answer }
/// }
/// ```
pub struct VerifiedSelection {
    account: DeploymentId,
    received: ReceivedSelection,
}

impl VerifiedSelection {
    /// Whose tool it was.
    #[must_use]
    pub fn account(&self) -> &DeploymentId {
        &self.account
    }

    /// What was chosen and is taken, as [`ReceivedSelection::selection`] says. Texts and HTML are the tool's,
    /// untrusted: escape and sanitize them.
    #[must_use]
    pub fn selection(&self) -> &ContentItemSelection {
        &self.received.selection
    }

    /// What is not taken, and why.
    #[must_use]
    pub fn refused(&self) -> &[RefusedItem] {
        &self.received.refused
    }

    /// What was taken out of items that are taken.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.received.left_out
    }

    /// All of it, to keep.
    #[must_use]
    pub fn into_received(self) -> ReceivedSelection {
        self.received
    }
}

impl fmt::Debug for VerifiedSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedSelection").field("account", &self.account).finish_non_exhaustive()
    }
}
