//! Calls of one service as one client: the token, the attempts, and the origin that they stay on.

use std::sync::Arc;

use lti_services::{Call, GrantedToken, Publication, PublishScore, RetryAfter, ServiceError, ServiceUrl, Verdict};
use lti_types::Scope;

use crate::client::now;
use crate::host::Host;
use crate::retry::Waits;
use crate::transport::Redirects;
use crate::{CallError, Client, Credentials, ScoreFailure, ScoreOutcome, TokenSource, TransportError};

/// One service of one context, as one client.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) client: Client,
    credentials: Credentials,
    /// What the claim offers; `None` where it does not say.
    offered: Option<Arc<[Scope]>>,
    /// Addresses of the service: tokens go to their origins and no other.
    homes: Arc<[ServiceUrl]>,
}

type Answer = Result<http::Response<Vec<u8>>, TransportError>;

impl Session {
    pub(crate) fn new(
        client: Client,
        credentials: &Credentials,
        offered: Option<&[Scope]>,
        homes: Vec<ServiceUrl>,
    ) -> Self {
        Self {
            client,
            credentials: credentials.clone(),
            offered: offered.map(Into::into),
            homes: homes.into(),
        }
    }

    /// Tokens for one kind of call: the least that will do, of what is offered.
    fn tokens<C: Call>(&self) -> Result<TokenSource, CallError> {
        let scope = match self.offered.as_deref() {
            None => Some(C::SCOPE),
            Some(offered) => C::scope_among(offered),
        };
        let scope = scope.ok_or(CallError::ScopeNotOffered(C::SCOPE))?;
        Ok(self.client.token_source(&self.credentials, [scope]))
    }

    fn check(&self, url: &ServiceUrl) -> Result<(), CallError> {
        // Before a token is asked for: nothing at all is sent for a call that may not be made.
        let outbound = |refusal| CallError::Transport(TransportError::Outbound(refusal));
        self.client.0.transport.check(url.to_url()).map_err(outbound)?;
        if self.homes.iter().any(|home| home.is_same_origin(url)) {
            Ok(())
        } else {
            Err(CallError::OtherOrigin)
        }
    }

    async fn send<C: Call>(&self, call: &C, token: &GrantedToken, host: &Host) -> Answer {
        let _place = host.enter().await;
        self.client.0.transport.send(call.to_http(&token.token), Redirects::SameOrigin).await
    }

    /// Makes a call, and repeats it where that does no harm.
    pub(crate) async fn call<C: Call>(&self, call: &C) -> Result<C::Response, CallError> {
        self.check(call.url())?;
        let tokens = self.tokens::<C>()?;
        let host = self.client.0.hosts.of(call.url().to_url());
        let mut waits = self.client.0.retry.begin();
        let mut refreshed = false;
        host.first_attempt();
        loop {
            let token = tokens.token().await.map_err(CallError::Token)?;
            let (error, retry_after, again) = match self.send(call, &token, &host).await {
                Ok(answer) => match call.read(answer) {
                    Ok(read) => return Ok(read),
                    Err(error) if error.is_about_the_token() && !refreshed => {
                        refreshed = true;
                        tokens.refused(&token.token);
                        continue;
                    }
                    Err(error) => {
                        let untouched = !(CallError::Service(error.clone()).may_have_been_done());
                        let again = error.is_retryable() && (C::REPEATABLE || untouched);
                        let retry_after = retry_after(&error);
                        (CallError::Service(error), retry_after, again)
                    }
                },
                Err(error) => {
                    let again = error.is_retryable() && (C::REPEATABLE || !error.may_have_been_done());
                    (CallError::Transport(error), None, again)
                }
            };
            if !again || !pause(&host, &mut waits, retry_after).await {
                return Err(error);
            }
        }
    }

    /// Publishes a score, always with the same timestamp, until it is known what became of it or no more is tried.
    pub(crate) async fn publish(&self, call: &PublishScore) -> ScoreOutcome {
        let failed = |reason: CallError, may_be_recorded: bool| {
            ScoreOutcome::Failed(ScoreFailure { reason, may_be_recorded })
        };
        let tokens = match self.check(call.url()).and_then(|()| self.tokens::<PublishScore>()) {
            Ok(tokens) => tokens,
            Err(error) => return failed(error, false),
        };
        let host = self.client.0.hosts.of(call.url().to_url());
        let mut waits = self.client.0.retry.begin();
        let mut publication = Publication::of(call);
        let mut may_be_recorded = false;
        host.first_attempt();
        loop {
            let token = match tokens.token().await {
                Ok(token) => token,
                Err(error) => return failed(CallError::Token(error), may_be_recorded),
            };
            let (error, retry_after) = match self.send(call, &token, &host).await {
                Ok(answer) => {
                    let read = call.read(answer);
                    let error = read.as_ref().err().cloned();
                    match publication.judge(read) {
                        Verdict::Done(outcome) => return ScoreOutcome::of(outcome),
                        Verdict::RefreshToken => {
                            tokens.refused(&token.token);
                            continue;
                        }
                        Verdict::Again(retry_after) => {
                            // Said only of an answer that was an error.
                            let Some(error) = error else {
                                return failed(CallError::Transport(TransportError::AnswerLost), true);
                            };
                            may_be_recorded |= CallError::Service(error.clone()).may_have_been_done();
                            (CallError::Service(error), retry_after)
                        }
                        _ => return failed(CallError::Transport(TransportError::AnswerLost), true),
                    }
                }
                Err(error) => {
                    if error.may_have_been_done() {
                        publication.answer_lost();
                        may_be_recorded = true;
                    }
                    if !error.is_retryable() {
                        return failed(CallError::Transport(error), may_be_recorded);
                    }
                    (CallError::Transport(error), None)
                }
            };
            if !pause(&host, &mut waits, retry_after).await {
                return failed(error, may_be_recorded);
            }
        }
    }
}

/// Waits for the next attempt; `false` if there is none.
async fn pause(host: &Host, waits: &mut Waits, retry_after: Option<RetryAfter>) -> bool {
    let Some(wait) = waits.next(retry_after, now()) else { return false };
    if !host.may_repeat() {
        return false;
    }
    if retry_after.is_some() {
        // Everybody waits who wants something of this host.
        host.pause(wait);
    }
    tokio::time::sleep(wait).await;
    true
}

fn retry_after(error: &ServiceError) -> Option<RetryAfter> {
    match error {
        ServiceError::Refused(refusal) => refusal.retry_after(),
        _ => None,
    }
}
