//! The `lti1p1` claim and its signature (LTI 1.3 Migration Guide).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lti_types::{Audience, ClientId, DeploymentId, LaunchClaims, Lti1p1};
use serde::{Deserialize, Serialize};

use crate::signature::{ReceivedMac, hmac_sha256};
use crate::{ConsumerKey, Credential, SharedSecret, Signer};

/// The ids that person, context, link and platform had under LTI 1.1.
///
/// [`migration_claim`] has an example.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OldIds {
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_id: Option<String>,
    /// The link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_link_id: Option<String>,
    /// The platform instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_consumer_instance_guid: Option<String>,
}

impl OldIds {
    /// None known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl fmt::Debug for OldIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OldIds(…)")
    }
}

/// The claims are not yet those of a message that can be signed: issuer, audience, deployment, expiry and nonce belong
/// to the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("issuer, audience, deployment, expiry or nonce is missing")]
#[non_exhaustive]
pub struct ClaimIncomplete;

impl ClaimIncomplete {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        "migration_claim_incomplete"
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        SPEC
    }
}

const SPEC: &str = "LTI 1.3 Migration Guide; LTI Core 1.3 §5.4.7";

/// A platform's claim: the key and its signature, and each old id that differs from its successor. Person by person,
/// what is anonymous now stays so. It is made over the claims as they will be signed, expiry and nonce included.
///
/// ```
/// use lti_legacy::{
///     ConsumerKey, Credential, Evidence, OldIds, SharedSecret, Signer, evidence, migration_claim,
/// };
/// use lti_types::{ClientId, LaunchClaims};
///
/// let mut claims: LaunchClaims = serde_json::from_str(r#"{
///     "iss": "https://lms.example", "aud": "quiz", "sub": "8f1c", "exp": 1767225900, "nonce": "n-1",
///     "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "1"
/// }"#)?;
/// let (key, secret) = (ConsumerKey::new("physics")?, SharedSecret::new("s3cr&t")?);
/// let mut old = OldIds::new();
/// old.user_id = Some("7".to_owned());
/// claims.lti1p1 = Some(migration_claim(&claims, &Signer::new(key.clone(), secret.clone()), &old)?);
///
/// // The tool, after it verified the launch, asks whose ids these are.
/// let known = [Credential::new("customer-7".try_into()?, key, secret)];
/// let Evidence::Proven(proven) = evidence(&claims, &ClientId::new("quiz")?, &known) else { panic!("it is signed") };
/// assert_eq!((proven.account().as_str(), proven.ids().user_id.as_deref()), ("customer-7", Some("7")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ClaimIncomplete`].
pub fn migration_claim(
    claims: &LaunchClaims,
    signer: &Signer,
    old: &OldIds,
) -> Result<Lti1p1, ClaimIncomplete> {
    let differs =
        |old: &Option<String>, new: Option<&str>| old.clone().filter(|old| Some(old.as_str()) != new);
    let mut claim = Lti1p1::new();
    claim.oauth_consumer_key = Some(signer.consumer_key.as_str().to_owned());
    if let Some(sub) = &claims.sub {
        claim.user_id = differs(&old.user_id, Some(sub.as_str()));
    }
    claim.context_id = differs(&old.context_id, claims.context.as_ref().map(|context| context.id.as_str()));
    claim.resource_link_id =
        differs(&old.resource_link_id, claims.resource_link.as_ref().map(|link| link.id.as_str()));
    let guid = claims.tool_platform.as_ref().and_then(|platform| platform.guid.as_deref());
    claim.tool_consumer_instance_guid = differs(&old.tool_consumer_instance_guid, guid);
    let client_id = addressed_to(claims).ok_or(ClaimIncomplete)?;
    let base = base(claims, signer.consumer_key.as_str(), client_id).ok_or(ClaimIncomplete)?;
    claim.oauth_consumer_key_sign = Some(sign(&base, &signer.secret));
    Ok(claim)
}

/// The signature alone (`oauth_consumer_key_sign`): base64 of the HMAC-SHA256, under the 1.1 secret, of key,
/// deployment, issuer, client id, expiry and nonce with `&` between.
///
/// ```
/// use lti_legacy::{ConsumerKey, SharedSecret, consumer_key_signature};
/// use lti_types::{ClientId, LaunchClaims};
///
/// // The example of the LTI 1.3 Migration Guide.
/// let claims: LaunchClaims = serde_json::from_str(r#"{
///     "iss": "https://lmsvendor.com", "aud": "PM48OJSfGDTAzAo", "exp": 1551290856, "nonce": "172we8671fd8z",
///     "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "689302"
/// }"#)?;
/// let (key, secret) = (ConsumerKey::new("179248902")?, SharedSecret::new("my-lti11-secret")?);
/// let signature = consumer_key_signature(&claims, &key, &ClientId::new("PM48OJSfGDTAzAo")?, &secret)?;
/// assert_eq!(signature, "lWd54kFo5qU7xshAna6v8BwoBm6tmUjc6GTax6+12ps=");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ClaimIncomplete`].
pub fn consumer_key_signature(
    claims: &LaunchClaims,
    consumer_key: &ConsumerKey,
    client_id: &ClientId,
    secret: &SharedSecret,
) -> Result<String, ClaimIncomplete> {
    let base = base(claims, consumer_key.as_str(), client_id.as_str()).ok_or(ClaimIncomplete)?;
    Ok(sign(&base, secret))
}

fn sign(base: &str, secret: &SharedSecret) -> String {
    STANDARD.encode(hmac_sha256(secret, base.as_bytes()))
}

fn addressed_to(claims: &LaunchClaims) -> Option<&str> {
    match claims.aud.as_ref().map(Audience::as_slice)? {
        [one] => Some(one),
        _ => claims.azp.as_ref().map(ClientId::as_str),
    }
}

/// None of the parts is escaped.
fn base(claims: &LaunchClaims, consumer_key: &str, client_id: &str) -> Option<String> {
    let deployment = claims.deployment_id.as_ref()?.as_str();
    let issuer = claims.iss.as_ref()?.as_str();
    // As it stands in the token.
    let expiry = serde_json::to_string(claims.exp.as_ref()?).ok()?;
    let nonce = claims.nonce.as_ref()?.as_str();
    Some(format!("{consumer_key}&{deployment}&{issuer}&{client_id}&{expiry}&{nonce}"))
}

/// What a 1.3 launch shows of a past under 1.1.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Evidence {
    /// Nothing.
    None,
    /// Old ids, without proof that whoever sends them had the secret: link nothing by them without somebody's approval.
    Unproven(UnprovenIds),
    /// Old ids of whoever had the secret.
    Proven(ProvenIds),
}

/// Why old ids are not proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Doubt {
    /// The claim names no key.
    KeyMissing,
    /// The claim is not signed, as with some platforms it never is (quirk 80).
    SignatureMissing,
    /// No credential is good with the key.
    KeyUnknown,
    /// The signature is wrong: another secret, or, with one platform, another nonce (quirk 80).
    SignatureMismatch,
    /// Several accounts have this key with this secret: nothing tells whose launch it is.
    AccountAmbiguous,
}

impl Doubt {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::KeyMissing => "key_missing",
            Self::SignatureMissing => "signature_missing",
            Self::KeyUnknown => "key_unknown",
            Self::SignatureMismatch => "signature_mismatch",
            Self::AccountAmbiguous => "account_ambiguous",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        SPEC
    }
}

/// Old ids that are proven. They are made by [`evidence`] and nowhere else.
///
/// ```compile_fail,E0451
/// fn forge(ids: lti_legacy::ProvenIds) -> lti_legacy::ProvenIds {
///     lti_legacy::ProvenIds { ids: lti_legacy::OldIds::new(), ..ids }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenIds {
    account: DeploymentId,
    consumer_key: ConsumerKey,
    ids: OldIds,
}

impl ProvenIds {
    /// Whose secret the sender has: the customer. What belongs to others it says nothing about, even under the same
    /// key.
    #[must_use]
    pub fn account(&self) -> &DeploymentId {
        &self.account
    }

    /// The key that goes with the secret. It is a name, and may be another account's too.
    #[must_use]
    pub fn consumer_key(&self) -> &ConsumerKey {
        &self.consumer_key
    }

    /// The ids; where the claim is silent, the old id is the new one.
    #[must_use]
    pub fn ids(&self) -> &OldIds {
        &self.ids
    }
}

/// Old ids that are not proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnprovenIds {
    consumer_key: Option<ConsumerKey>,
    ids: OldIds,
    doubt: Doubt,
}

impl UnprovenIds {
    /// Why not.
    #[must_use]
    pub fn doubt(&self) -> Doubt {
        self.doubt
    }

    /// The key that is named.
    #[must_use]
    pub fn consumer_key(&self) -> Option<&ConsumerKey> {
        self.consumer_key.as_ref()
    }

    /// The ids that are named: to show to somebody who decides, never to link by.
    #[must_use]
    pub fn danger_unproven(&self) -> &OldIds {
        &self.ids
    }
}

/// What the claims of a **verified** 1.3 launch show. `client_id` is the tool's own; `candidates` are the credentials
/// that may be good with the key that the claim names, of every account, and each that is good with it is tried. The
/// signature is HMAC-SHA256, whatever methods a credential allows launches of 1.1.
///
/// A key is no account: two customers may have made up the same one. Whose ids are proven is the account of the
/// credential that fits ([`ProvenIds::account`]).
///
/// The signature is over bytes; one platform sends the bytes' hexadecimal digits, which is read too.
///
/// [`migration_claim`] has an example.
#[must_use]
pub fn evidence(claims: &LaunchClaims, client_id: &ClientId, candidates: &[Credential]) -> Evidence {
    if claims.lti1p1.is_none() && claims.lti11_legacy_user_id.is_none() {
        return Evidence::None;
    }
    let empty = Lti1p1::new();
    let claim = claims.lti1p1.as_ref().unwrap_or(&empty);
    let ids = old_ids(claims, claim);
    let consumer_key = claim.oauth_consumer_key.as_deref().and_then(|key| ConsumerKey::new(key).ok());
    let signature = claim.oauth_consumer_key_sign.as_deref().filter(|signature| !signature.is_empty());
    let doubt = match (&consumer_key, signature) {
        (None, _) => Doubt::KeyMissing,
        (Some(_), None) => Doubt::SignatureMissing,
        (Some(key), Some(signature)) => match signer(claims, key, client_id, candidates, signature) {
            Ok(account) => {
                return Evidence::Proven(ProvenIds {
                    account: account.clone(),
                    consumer_key: key.clone(),
                    ids,
                });
            }
            Err(doubt) => doubt,
        },
    };
    Evidence::Unproven(UnprovenIds { consumer_key, ids, doubt })
}

/// The one account whose secret signed.
fn signer<'c>(
    claims: &LaunchClaims,
    key: &ConsumerKey,
    client_id: &ClientId,
    candidates: &'c [Credential],
    signature: &str,
) -> Result<&'c DeploymentId, Doubt> {
    let good = |candidate: &&Credential| candidate.consumer_key.as_ref().is_none_or(|named| named == key);
    let mut good = candidates.iter().filter(good).peekable();
    if good.peek().is_none() {
        return Err(Doubt::KeyUnknown);
    }
    let base = base(claims, key.as_str(), client_id.as_str()).ok_or(Doubt::SignatureMismatch)?;
    let signature = ReceivedMac::decode(signature).ok_or(Doubt::SignatureMismatch)?;
    let signed = |candidate: &&Credential| {
        let mac = hmac_sha256(&candidate.secret, base.as_bytes());
        let digits: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        signature.is(&mac) || signature.is(digits.as_bytes())
    };
    let mut accounts = good.filter(signed).map(|candidate| &candidate.account);
    let account = accounts.next().ok_or(Doubt::SignatureMismatch)?;
    if accounts.all(|other| other == account) { Ok(account) } else { Err(Doubt::AccountAmbiguous) }
}

fn old_ids(claims: &LaunchClaims, claim: &Lti1p1) -> OldIds {
    let given = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
    let new_user = || claims.sub.as_ref().map(|id| id.as_str().to_owned());
    let new_context = || claims.context.as_ref().map(|context| context.id.as_str().to_owned());
    let new_link = || claims.resource_link.as_ref().map(|link| link.id.as_str().to_owned());
    OldIds {
        user_id: given(&claim.user_id).or_else(|| given(&claims.lti11_legacy_user_id)).or_else(new_user),
        context_id: given(&claim.context_id).or_else(new_context),
        resource_link_id: given(&claim.resource_link_id).or_else(new_link),
        tool_consumer_instance_guid: given(&claim.tool_consumer_instance_guid)
            .or_else(|| claims.tool_platform.as_ref()?.guid.clone()),
    }
}
