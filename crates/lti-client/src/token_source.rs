//! Tokens for one set of scopes: kept, asked for once at a time, and replaced before they expire.

use std::fmt;
use std::sync::Arc;

use chrono::Utc;
use lti_services::{AccessToken, AssertionId, ClientAssertion, GrantedToken, TokenRequest};
use lti_types::Scope;

use crate::client::{Inner, now};
use crate::session::pause;
use crate::token_cache::{Slot, TokenKey};
use crate::transport::Redirects;
use crate::{Credentials, TokenFailure};

/// Tokens for one set of scopes. All sources of one [`Client`](crate::Client) for the same credentials and scopes share
/// one token; it lives in memory, and nowhere else.
///
/// ```
/// # use std::sync::Arc;
/// # use axum::{Router, routing::post};
/// # use lti_client::{Client, Credentials, OutboundPolicy};
/// # use lti_jwks::{Curve, SigningKey};
/// # use lti_types::{ClientId, Deployments, Issuer, PlatformRecord, Scope};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let lms = format!("http://{}", listener.local_addr()?);
/// # let token = r#"{"access_token": "t0ken-t0ken-t0ken", "token_type": "Bearer", "expires_in": 3600}"#;
/// # let answer = move || async move { ([("content-type", "application/json")], token) };
/// # let pages = Router::new().route("/token", post(answer));
/// # tokio::spawn(async move { axum::serve(listener, pages).await });
/// # let mut platform = PlatformRecord::new(Issuer::new(lms.as_str())?, ClientId::new("quiz")?,
/// #     Deployments::NotYetKnown, format!("{lms}/auth").into());
/// # platform.token_url = Some(format!("{lms}/token").into());
/// # let key = Arc::new(SigningKey::generate_ec(Curve::P256)?);
/// # let policy = OutboundPolicy::new().danger_allow_http().danger_allow_loopback();
/// # let client = Client::builder().outbound(policy).build()?;
/// let credentials = Credentials::new(&platform, key)?;
/// let source = client.token_source(&credentials, [Scope::ContextMembershipReadOnly]);
/// let granted = source.token().await?; // asks the platform,
/// assert!(granted.allows(&Scope::ContextMembershipReadOnly));
/// assert!(Arc::ptr_eq(&granted, &source.token().await?)); // and not again while it is good
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TokenSource {
    client: Arc<Inner>,
    credentials: Credentials,
    scopes: Arc<[Scope]>,
    slot: Arc<Slot>,
}

impl TokenSource {
    pub(crate) fn new(client: Arc<Inner>, credentials: Credentials, scopes: Vec<Scope>) -> Self {
        let slot = client.tokens.slot(TokenKey::new(&credentials, &scopes), now());
        Self { client, credentials, scopes: scopes.into(), slot }
    }

    /// A token that is good for some seconds at least. A thousand callers at once make one request.
    ///
    /// # Errors
    /// [`TokenFailure`], the same one for everybody who waited; the platform is not asked again for five seconds.
    pub async fn token(&self) -> Result<Arc<GrantedToken>, TokenFailure> {
        self.slot.token(now, || self.request()).await
    }

    /// A service refused the token with 401: the next one will be another. Of a service that refuses that one too, no
    /// more is heard for five seconds: the platform is not asked for a token with each call.
    pub fn refused(&self, token: &AccessToken) {
        self.slot.drop_token(token, now());
    }

    /// Asks for a token; each attempt with an assertion of its own, since the platform takes each only once.
    async fn request(&self) -> Result<GrantedToken, TokenFailure> {
        let mut waits = self.client.retry.begin();
        let mut first = true;
        loop {
            let request = self.signed()?;
            let host = self.client.hosts.of(request.url().to_url());
            let answer = {
                let _place = host.enter().await.map_err(TokenFailure::Transport)?;
                if std::mem::take(&mut first) {
                    host.first_attempt();
                }
                self.client.transport.send(request.to_http(), Redirects::SameOrigin).await
            };
            let failure = match answer {
                Ok(answer) => match request.read(&answer, now()) {
                    Ok(granted) => return Ok(granted),
                    Err(error) => TokenFailure::Answer(error),
                },
                Err(error) => TokenFailure::Transport(error),
            };
            if !failure.is_retryable() {
                return Err(failure);
            }
            if !pause(&host, &mut waits, failure.retry_after(), false).await {
                return Err(failure);
            }
        }
    }

    fn signed(&self) -> Result<TokenRequest, TokenFailure> {
        let id = AssertionId::random().map_err(|_| TokenFailure::Entropy)?;
        let time: chrono::DateTime<Utc> = now();
        let credentials = &self.credentials;
        let mut assertion =
            ClientAssertion::new(credentials.client_id().clone(), credentials.audience(), id, time);
        assertion.deployment_id = credentials.deployment_id().cloned();
        let assertion = assertion.sign(credentials.key()).map_err(TokenFailure::Sign)?;
        TokenRequest::new(credentials.token_url(), assertion, self.scopes.iter().cloned())
            .map_err(TokenFailure::Request)
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource")
            .field("credentials", &self.credentials)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
