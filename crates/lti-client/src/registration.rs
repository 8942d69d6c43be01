//! Dynamic registration, the tool's end: from an administrator's browser to a record that can be stored
//! (LTI Dynamic Registration 1.0 §3.3 to §3.7).

use std::time::Duration;

use http::{Request, Response};
use lti_registration::{
    AddressRules, Fault, Fetched, MAX_DOCUMENT_BYTES, PlatformOffer, Registered, RegistrationError,
    RegistrationInitiation,
};
use lti_types::{ClientMetadata, PlatformRecord};
use url::Url;

use crate::transport::Redirects;
use crate::{Client, RegisterError, TransportError};

/// How long the configuration may take, with all its redirects: the address is a stranger's, and a browser waits.
const CONFIGURATION_TIME: Duration = Duration::from_secs(10);

/// A registration that was made.
#[derive(Debug)]
#[non_exhaustive]
pub struct NewRegistration {
    /// The record to store, pending. Insert it; never replace one by it.
    pub record: PlatformRecord,
    /// What the platform wrote down, and how it is managed. That holds a token: keep it apart from the record.
    pub registered: Registered,
    /// What an administrator should look at before switching the record on: endpoints on other hosts than the issuer's,
    /// above all.
    pub warnings: Vec<Fault>,
    /// What the platform does not offer, and was left out of the tool's metadata for that.
    pub left_out: Vec<Fault>,
}

impl Client {
    /// Registers a tool with the platform that an administrator's browser comes from: fetches its configuration, checks
    /// it, sends what of the tool's metadata the platform offers, and makes a record of the answer.
    ///
    /// Anybody can begin this, with any address. The configuration is fetched within the outbound policy, 1 MiB and 10
    /// seconds, and redirects on its own origin alone; addresses of this machine and of private networks are taken only
    /// where the policy allows them. The registration token, if there is one, goes to the configuration and to the
    /// registration endpoint that is named there. Nothing is sent a second time: whoever began can begin again.
    ///
    /// Run it to its end, in a task of its own where a server drops what a browser no longer waits for: a registration
    /// whose answer nobody reads is one that the tool does not know. How many there are at a time is for the caller to
    /// limit. `known` are the records there are: one with the same issuer and client id is never replaced.
    ///
    /// ```no_run
    /// use lti_client::{Client, RegisterError};
    /// use lti_registration::{RegistrationInitiation, metadata_of};
    /// use lti_types::{PlatformRecord, ToolRecord};
    ///
    /// /// `GET /register?openid_configuration=…&registration_token=…`, which a platform opened in a window of its own.
    /// async fn register(client: &Client, query: &str, own: &ToolRecord, known: &[PlatformRecord])
    ///     -> Result<PlatformRecord, RegisterError> {
    ///     let initiation = RegistrationInitiation::from_query(query).map_err(RegisterError::Offer)?;
    ///     let made = client.register(initiation, &metadata_of(own), known).await?;
    ///     for warning in &made.warnings {
    ///         println!("look at {warning}");
    ///     }
    ///     Ok(made.record) // store it, and answer with a page that has lti_registration::CLOSE_SCRIPT
    /// }
    /// ```
    ///
    /// # Errors
    /// [`RegisterError`]; [`RegisterError::may_have_been_made`] says whether the platform may have a registration now.
    pub async fn register(
        &self,
        initiation: RegistrationInitiation,
        metadata: &ClientMetadata,
        known: &[PlatformRecord],
    ) -> Result<NewRegistration, RegisterError> {
        let offer = self.registration_offer(initiation).await?;
        self.register_at(offer, metadata, known).await
    }

    /// The first half of [`Client::register`], for a tool with a page of its own in between: keep what
    /// [`PlatformOffer::hold`] makes of it, and resume.
    ///
    /// # Errors
    /// [`RegisterError::Fetch`], [`RegisterError::Offer`].
    pub async fn registration_offer(
        &self,
        initiation: RegistrationInitiation,
    ) -> Result<PlatformOffer, RegisterError> {
        let fetched = tokio::time::timeout(CONFIGURATION_TIME, self.fetch_offer(initiation)).await;
        fetched.unwrap_or(Err(RegisterError::Fetch(TransportError::TimedOut)))
    }

    /// The second half of [`Client::register`].
    ///
    /// # Errors
    /// [`RegisterError`].
    pub async fn register_at(
        &self,
        offer: PlatformOffer,
        metadata: &ClientMetadata,
        known: &[PlatformRecord],
    ) -> Result<NewRegistration, RegisterError> {
        let warnings = offer.warnings().to_vec();
        let register = offer.register(metadata).map_err(RegisterError::Offer)?;
        let left_out = register.left_out().to_vec();
        let answer = self.send_once(register.url(), register.to_http()).await.map_err(RegisterError::Send)?;
        let registered = register.read(answer).map_err(RegisterError::Answer)?;
        let record = registered.to_record(known).map_err(RegisterError::Answer)?;
        Ok(NewRegistration { record, registered, warnings, left_out })
    }

    async fn fetch_offer(&self, initiation: RegistrationInitiation) -> Result<PlatformOffer, RegisterError> {
        let mut fetch = initiation.fetch(self.address_rules()).map_err(RegisterError::Offer)?;
        loop {
            let answer = self.send_once(fetch.url(), fetch.to_http()).await.map_err(RegisterError::Fetch)?;
            // It counts the redirects, and says where they may lead.
            match fetch.read(answer).map_err(RegisterError::Offer)? {
                Fetched::Offer(offer) => return Ok(*offer),
                Fetched::Moved(next) => fetch = next,
                _ => return Err(RegisterError::Offer(RegistrationError::Redirected)),
            }
        }
    }

    /// One request and its answer, whatever it is.
    async fn send_once(
        &self,
        url: &Url,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, TransportError> {
        // Nobody makes a host known by naming one that may not be spoken to.
        self.0.transport.check(url).map_err(TransportError::Outbound)?;
        let host = self.0.hosts.of(url);
        let _place = host.enter().await?;
        self.0.transport.send_within(request, Redirects::Nowhere, MAX_DOCUMENT_BYTES).await
    }

    /// What may stand in a document is what may be spoken to.
    fn address_rules(&self) -> AddressRules {
        let policy = self.0.transport.policy();
        let mut rules = AddressRules::default();
        rules.allow_loopback = policy.allows_loopback();
        rules.danger_allow_private = policy.allows_private();
        rules
    }
}
