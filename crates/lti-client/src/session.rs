//! Calls of one service as one client: the token, the attempts, and the origin that they stay on.

use std::sync::Arc;

use lti_services::{
    Call, GrantedToken, Publication, PublishScore, RefusalKind, RetryAfter, ServiceError, ServiceUrl, Verdict,
};
use lti_types::Scope;

use crate::client::now;
use crate::host::Host;
use crate::retry::Waits;
use crate::transport::Redirects;
use crate::{CallError, Client, Credentials, ScoreOutcome, TokenSource, TransportError};

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
        let _place = host.enter().await?;
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
                        let again = error.is_retryable() && (C::REPEATABLE || is_unread(&error));
                        let retry_after = retry_after(&error);
                        (CallError::Service(error), retry_after, again)
                    }
                },
                Err(error) => {
                    let again = error.is_worth_repeating() && (C::REPEATABLE || !error.may_have_been_done());
                    (CallError::Transport(error), None, again)
                }
            };
            if !again || !pause(&host, &mut waits, retry_after, false).await {
                return Err(error);
            }
        }
    }

    /// Publishes a score, always with the same timestamp, until it is known what became of it or no more is tried.
    pub(crate) async fn publish(&self, call: &PublishScore) -> ScoreOutcome {
        let mut publication = Publication::of(call);
        match self.try_to_publish(call, &mut publication).await {
            Ok(outcome) => outcome,
            Err(reason) => ScoreOutcome::given_up(publication, reason),
        }
    }

    async fn try_to_publish(
        &self,
        call: &PublishScore,
        publication: &mut Publication,
    ) -> Result<ScoreOutcome, CallError> {
        self.check(call.url())?;
        let tokens = self.tokens::<PublishScore>()?;
        let host = self.client.0.hosts.of(call.url().to_url());
        let mut waits = self.client.0.retry.begin();
        // Whether an answer was lost, so that only another answer tells whether the score is recorded.
        let mut unknown = false;
        host.first_attempt();
        loop {
            let token = match tokens.token().await {
                Ok(token) => token,
                Err(failure) => {
                    // No token now is no reason to leave a score's fate unknown.
                    let worth_it = failure.is_retryable() && unknown;
                    let retry_after = failure.retry_after();
                    if !worth_it || !pause(&host, &mut waits, retry_after, true).await {
                        return Err(CallError::Token(failure));
                    }
                    continue;
                }
            };
            let (error, retry_after) = match self.send(call, &token, &host).await {
                Ok(answer) => {
                    let read = call.read(answer);
                    let error = read.as_ref().err().cloned();
                    if let Some(ServiceError::Refused(refusal)) = &error {
                        unknown |= refusal.may_have_been_done();
                    }
                    match (publication.judge(read), error) {
                        (Verdict::Done(outcome), _) => return Ok(ScoreOutcome::of(outcome)),
                        (Verdict::RefreshToken, _) => {
                            tokens.refused(&token.token);
                            continue;
                        }
                        (Verdict::Again(retry_after), Some(error)) => {
                            if is_503(&error) {
                                // The score may be there, but a host that is down is not asked more often for that.
                                publication.answer_lost();
                            }
                            (CallError::Service(error), retry_after)
                        }
                        // Nothing else is said; if it were, nobody would know what became of the score.
                        _ => {
                            publication.answer_lost();
                            return Err(CallError::Transport(TransportError::AnswerLost));
                        }
                    }
                }
                Err(error) => {
                    if error.may_have_been_done() {
                        publication.answer_lost();
                        unknown = true;
                    }
                    if !error.is_worth_repeating() {
                        return Err(CallError::Transport(error));
                    }
                    (CallError::Transport(error), None)
                }
            };
            if !pause(&host, &mut waits, retry_after, unknown).await {
                return Err(error);
            }
        }
    }
}

/// Waits for the next attempt; `false` if there is none.
pub(crate) async fn pause(
    host: &Host,
    waits: &mut Waits,
    retry_after: Option<RetryAfter>,
    unknown: bool,
) -> bool {
    let Some(wait) = waits.next(retry_after, now(), unknown) else { return false };
    if !unknown && !host.may_repeat() {
        return false;
    }
    if retry_after.is_some() {
        // Everybody waits who wants something of this host.
        host.pause(wait);
    }
    tokio::time::sleep(wait).await;
    true
}

/// A 503 says that nothing was done; what stands before the server answers it also after the server did its work.
fn is_503(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Refused(refusal) if refusal.status() == 503)
}

/// Whether the request was turned away before anybody looked at it.
fn is_unread(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Refused(refusal) if refusal.kind() == RefusalKind::RateLimited)
}

fn retry_after(error: &ServiceError) -> Option<RetryAfter> {
    match error {
        ServiceError::Refused(refusal) => refusal.retry_after(),
        _ => None,
    }
}
