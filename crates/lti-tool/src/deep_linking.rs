//! Answering a deep linking request (Deep Linking 2.0 §4.5, §3; Security Framework 1.0 §5.2).

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use lti_jwks::{Algorithm, KeyId, SignError, SigningInput, SigningKey, UnsignedJwt};
use lti_types::{
    Audience, ClientId, ContentItem, ContentItemType, DeepLinkingResponse, DeepLinkingSettings, DeploymentId,
    Faults, FormPost, Issuer, LTI_VERSION, Message, MessageType, Nonce, NumericDate,
};
use serde::{Deserialize, Serialize};

use crate::Launch;
use crate::item_rules::{self, ItemFault, ItemRule};

/// How long a response holds: long enough for clocks that differ (quirk 72).
const LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// How far `iat` is set back, for platforms whose clock is behind.
const BACKDATE: TimeDelta = TimeDelta::seconds(5);

/// A deep linking request that waits for its answer. It comes out of a verified launch and nowhere else; while
/// somebody chooses, keep it with their session: it serializes.
///
/// ```
/// # use lti_jwks::{Curve, SigningKey};
/// # let request: lti_tool::PendingDeepLinking = serde_json::from_str(r#"{
/// #     "issuer": "https://lms.example", "client_id": "quiz", "deployment_id": "1", "settings": {
/// #         "deep_link_return_url": "https://lms.example/chosen", "accept_types": ["ltiResourceLink"],
/// #         "accept_presentation_document_targets": ["window"]}
/// # }"#)?;
/// # let key = SigningKey::generate_ec(Curve::P256)?;
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// use lti_types::{ContentItem, ContentItemType, LtiResourceLinkItem, Nonce};
///
/// // `request` is what `launch.deep_linking_request()` gave, kept while somebody chooses.
/// assert!(request.accepts(&ContentItemType::LtiResourceLink) && !request.accepts_multiple());
/// let mut quiz = LtiResourceLinkItem::new();
/// quiz.url = Some("https://tool.example/quiz/9".into());
/// quiz.title = Some("Quiz 9".into());
/// let response = request.respond(vec![ContentItem::from(quiz)], Nonce::random()?, now)?;
/// let form = response.sign(&key)?; // posted by the browser to the platform, also when nothing was chosen
/// assert_eq!(form.action, "https://lms.example/chosen");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// ```compile_fail,E0451
/// fn forge(request: lti_tool::PendingDeepLinking) -> lti_tool::PendingDeepLinking {
///     lti_tool::PendingDeepLinking { data: None, ..request }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PendingDeepLinking {
    issuer: Issuer,
    client_id: ClientId,
    deployment_id: DeploymentId,
    settings: DeepLinkingSettings,
}

impl Launch {
    /// The request to be answered, when this is a deep linking launch.
    #[must_use]
    pub fn deep_linking_request(&self) -> Option<PendingDeepLinking> {
        let Message::DeepLinking(request) = self.message() else { return None };
        Some(PendingDeepLinking {
            issuer: self.issuer().clone(),
            client_id: self.client_id().clone(),
            deployment_id: self.deployment_id().clone(),
            settings: request.settings.clone(),
        })
    }
}

impl PendingDeepLinking {
    /// What may be chosen.
    #[must_use]
    pub fn settings(&self) -> &DeepLinkingSettings {
        &self.settings
    }

    /// Whether items of that type are accepted. A platform that lists none accepts none.
    #[must_use]
    pub fn accepts(&self, item_type: &ContentItemType) -> bool {
        self.settings.accept_types.iter().flatten().any(|accepted| accepted == item_type)
    }

    /// Whether more than one item may be given; when the platform does not say, one.
    #[must_use]
    pub fn accepts_multiple(&self) -> bool {
        self.settings.accept_multiple == Some(true)
    }

    /// Answers with what was chosen; with nothing, to say that nothing was. Messages for the person or the log can be
    /// set on the result.
    ///
    /// What the platform cannot use is left out of the items and listed in
    /// [`UnsignedDeepLinkingResponse::left_out`]: line items where it makes none, ways to open an item that it does not
    /// have, and what else [`ContentItem::leave_out_unusable`] names. An empty `custom` is left out, since it troubles
    /// some platforms (quirk 77).
    ///
    /// # Errors
    /// [`RespondError::Items`]: all faults of all items, each with the item's place.
    pub fn respond(
        &self,
        mut items: Vec<ContentItem>,
        nonce: Nonce,
        now: DateTime<Utc>,
    ) -> Result<UnsignedDeepLinkingResponse, RespondError> {
        let mut faults = Vec::new();
        if items.len() > 1 && !self.accepts_multiple() {
            faults.push(ItemFault::new(1, ItemRule::Multiple));
        }
        if items.len() > DeepLinkingResponse::MAX_ITEMS {
            faults.push(ItemFault::new(DeepLinkingResponse::MAX_ITEMS, ItemRule::TooMany));
        }
        let mut left_out = Vec::new();
        for (place, item) in items.iter_mut().enumerate() {
            if !self.accepts(&item.item_type()) {
                faults.push(ItemFault::new(place, ItemRule::Type));
            }
            faults.extend(
                item_rules::check(item, &self.settings).into_iter().map(|rule| ItemFault::new(place, rule)),
            );
            let unusable = item.leave_out_unusable(&self.settings);
            left_out.extend(unusable.into_iter().map(|what| LeftOut { place, what }));
            leave_out_empty_custom(item);
        }
        ItemFaults::check(faults)?;

        Ok(self.unsigned(items, left_out, nonce, now))
    }

    /// Answers that nothing was chosen. A tool always answers, also when somebody cancels.
    #[must_use]
    pub fn cancel(&self, nonce: Nonce, now: DateTime<Utc>) -> UnsignedDeepLinkingResponse {
        self.unsigned(Vec::new(), Vec::new(), nonce, now)
    }

    fn unsigned(
        &self,
        items: Vec<ContentItem>,
        left_out: Vec<LeftOut>,
        nonce: Nonce,
        now: DateTime<Utc>,
    ) -> UnsignedDeepLinkingResponse {
        let mut claims = DeepLinkingResponse::new();
        claims.iss = Some(self.client_id.as_str().to_owned());
        claims.aud = Some(Audience::one(self.issuer.as_str()));
        let now = now.timestamp();
        claims.iat = Some(NumericDate::from_seconds(now.saturating_sub(BACKDATE.num_seconds())));
        claims.exp = Some(NumericDate::from_seconds(now.saturating_add(LIFETIME.num_seconds())));
        claims.nonce = Some(nonce.as_str().to_owned());
        claims.message_type = Some(MessageType::DeepLinkingResponse);
        claims.version = Some(LTI_VERSION.to_owned());
        claims.deployment_id = Some(self.deployment_id.clone());
        claims.data.clone_from(&self.settings.data);
        claims.content_items = Some(items);
        UnsignedDeepLinkingResponse {
            msg: None,
            log: None,
            error_msg: None,
            error_log: None,
            claims,
            left_out,
            return_url: self.settings.deep_link_return_url.as_str().to_owned(),
        }
    }
}

fn leave_out_empty_custom(item: &mut ContentItem) {
    let custom = match item {
        ContentItem::LtiResourceLink(link) => &mut link.custom,
        ContentItem::LtiAssetProcessor(processor) => &mut processor.custom,
        _ => return,
    };
    custom.take_if(|custom| custom.is_empty());
}

/// Something that was taken out of an item, because the platform says it cannot use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// The item's place, from 0.
    pub place: usize,
    /// The member that was taken out, by its name on the wire.
    pub what: &'static str,
}

/// A response that is ready but for its signature.
pub struct UnsignedDeepLinkingResponse {
    /// For the person, after success. Plain text.
    pub msg: Option<String>,
    /// For the platform's log, after success.
    pub log: Option<String>,
    /// For the person, after failure. Plain text.
    pub error_msg: Option<String>,
    /// For the platform's log, after failure.
    pub error_log: Option<String>,
    claims: DeepLinkingResponse,
    left_out: Vec<LeftOut>,
    return_url: String,
}

impl UnsignedDeepLinkingResponse {
    /// What was taken out of the items, because the platform says it cannot use it.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    fn into_jwt(self) -> Result<(UnsignedJwt, String), SignError> {
        let mut claims = self.claims;
        claims.msg = self.msg;
        claims.log = self.log;
        claims.error_msg = self.error_msg;
        claims.error_log = self.error_log;
        Ok((UnsignedJwt::new_up_to(&claims, DeepLinkingResponse::MAX_TOKEN)?, self.return_url))
    }

    /// Signs with a key in memory. The browser posts the result to the platform.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign(self, key: &SigningKey) -> Result<FormPost, SignError> {
        let (jwt, return_url) = self.into_jwt()?;
        Ok(FormPost::new(return_url, [("JWT", jwt.sign(key)?)]))
    }

    /// For a key that is elsewhere, in a key service or a hardware module.
    ///
    /// # Errors
    /// [`SignError`] when the response is too large.
    pub fn signing_input(
        self,
        key_id: &KeyId,
        algorithm: Algorithm,
    ) -> Result<ResponseSigningInput, SignError> {
        let (jwt, return_url) = self.into_jwt()?;
        Ok(ResponseSigningInput { input: jwt.signing_input(key_id, algorithm), return_url })
    }
}

impl fmt::Debug for UnsignedDeepLinkingResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsignedDeepLinkingResponse")
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}

/// A response that waits for its signature to come from elsewhere.
pub struct ResponseSigningInput {
    input: SigningInput,
    return_url: String,
}

impl ResponseSigningInput {
    /// The bytes to sign.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.input.bytes()
    }

    /// The digest of the bytes to sign, for a service that wants that: see [`SigningInput::digest`].
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        self.input.digest()
    }

    /// The algorithm that has to be signed with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.input.algorithm()
    }

    /// Puts the signature in its place. The browser posts the result to the platform. One of ECDSA is two numbers of fixed
    /// length; a service that answers in DER needs [`ResponseSigningInput::attach_der`].
    ///
    /// # Errors
    /// [`SignError::SignatureLength`] when it cannot be one of the algorithm's.
    pub fn attach(self, signature: &[u8]) -> Result<FormPost, SignError> {
        Ok(FormPost::new(self.return_url, [("JWT", self.input.attach(signature)?)]))
    }

    /// The same, from a signature as many key services give it: see [`SigningInput::attach_der`].
    ///
    /// # Errors
    /// [`SignError::SignatureMalformed`] or [`SignError::SignatureLength`].
    pub fn attach_der(self, signature: &[u8]) -> Result<FormPost, SignError> {
        Ok(FormPost::new(self.return_url, [("JWT", self.input.attach_der(signature)?)]))
    }
}

impl fmt::Debug for ResponseSigningInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseSigningInput").finish_non_exhaustive()
    }
}

/// Every fault of every item, by their places.
pub type ItemFaults = Faults<ItemFault>;

/// Why a deep linking request cannot be answered so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RespondError {
    /// The items are not what the platform asked for, or not what the specification wants.
    #[error("{0}")]
    Items(#[from] ItemFaults),
}

impl RespondError {
    /// A stable code for machines: the first fault's.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Items(faults) => faults.first().rule.code(),
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Items(faults) => faults.first().rule.spec(),
        }
    }
}
