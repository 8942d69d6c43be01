//! Grades by Basic Outcomes 1.1: signed with a shared secret, one result at a time (LTI 1.1 §6).

use lti_legacy::{OutcomeAnswer, OutcomeCall, OutcomeError, SignError, Signer};
use lti_services::RetryAfter;
use lti_types::{EntropyUnavailable, InvalidUrl, Nonce};

use crate::client::now;
use crate::session::pause;
use crate::transport::Redirects;
use crate::{Client, TransportError};

/// Why an operation on a result was not done, as far as anybody knows.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct OutcomeFailure {
    /// What went wrong at last.
    #[source]
    pub reason: OutcomeFault,
    /// Whether an attempt was made of which nobody knows what became: the platform may have done it nevertheless, even
    /// where a later attempt was refused, as the second deletion of a result is.
    pub may_have_been_done: bool,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OutcomeFault {
    /// The platform answered, and did not do it.
    #[error("{0}")]
    Outcome(OutcomeError),
    /// There is no answer.
    #[error("{0}")]
    Transport(TransportError),
    /// The request cannot be signed.
    #[error("{0}")]
    Sign(SignError),
    /// The address is none.
    #[error("the service's address: {0}")]
    ServiceUrl(InvalidUrl),
    /// There is no randomness for a nonce.
    #[error("{0}")]
    Entropy(EntropyUnavailable),
}

impl OutcomeFailure {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.reason {
            OutcomeFault::Outcome(error) => error.code(),
            OutcomeFault::Transport(error) => error.code(),
            OutcomeFault::Sign(error) => error.code(),
            OutcomeFault::ServiceUrl(error) => error.code(),
            OutcomeFault::Entropy(_) => "entropy_unavailable",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match &self.reason {
            OutcomeFault::Outcome(error) => error.spec(),
            OutcomeFault::Transport(error) => error.spec(),
            OutcomeFault::Sign(error) => error.spec(),
            OutcomeFault::ServiceUrl(_) => "LTI 1.1 §6",
            OutcomeFault::Entropy(_) => "RFC 5849 §3.3",
        }
    }

    fn unsent(reason: OutcomeFault) -> Self {
        Self { reason, may_have_been_done: false }
    }
}

impl Client {
    /// Replaces, reads or deletes one result by Basic Outcomes 1.1 (cargo feature `legacy`), and judges the answer by
    /// its `imsx_codeMajor`.
    ///
    /// All three may be done twice: the same score again leaves the same grade, a result that is gone stays gone. So
    /// each is repeated as the [`RetryPolicy`](crate::RetryPolicy) has it, also after an answer that was lost, every
    /// time with a new nonce. What the platform refused is not. There is no timestamp to tell an old grade from a new
    /// one: send one grade of one result at a time. Redirects are not followed, since a signature is good for one
    /// address.
    ///
    /// ```no_run
    /// use lti_legacy::{Operation, OutcomeCall, ReplaceResult, ResultScore, Signer};
    /// # async fn grade(client: &lti_client::Client, signer: &Signer, launch: &lti_legacy::Launch)
    /// #     -> Result<(), Box<dyn std::error::Error>> {
    /// let replace = Operation::Replace(ReplaceResult::new(ResultScore::of_points(17.0, 20.0)?));
    /// let outcome = launch.basic_outcome().ok_or("the platform wants no grade")?;
    /// let call = OutcomeCall::on(outcome, "message-1", replace).ok_or("the platform wants no grade")?;
    /// client.outcome(signer, &call).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`OutcomeFailure`].
    pub async fn outcome(
        &self,
        signer: &Signer,
        call: &OutcomeCall,
    ) -> Result<OutcomeAnswer, OutcomeFailure> {
        let unsent = OutcomeFailure::unsent;
        let url = call.url().to_url().map_err(|error| unsent(OutcomeFault::ServiceUrl(error)))?;
        let transport = &self.0.transport;
        let outbound = |refusal| unsent(OutcomeFault::Transport(TransportError::Outbound(refusal)));
        transport.check(&url).map_err(outbound)?;
        let host = self.0.hosts.of(&url);
        let mut waits = self.0.retry.begin();
        let mut lost = false;
        host.first_attempt();
        loop {
            let failed = |reason| OutcomeFailure { reason, may_have_been_done: lost };
            let place = host.enter().await.map_err(|error| failed(OutcomeFault::Transport(error)))?;
            // After the wait for a place: the platform looks at the time.
            let nonce = Nonce::random().map_err(|error| failed(OutcomeFault::Entropy(error)))?;
            let request = call.to_http(signer, &nonce, now());
            let request = request.map_err(|error| failed(OutcomeFault::Sign(error)))?;
            let sent = transport.send(request, Redirects::Nowhere).await;
            drop(place);
            let (reason, retry_after, again) = match sent {
                Ok(answer) => match call.read(&answer) {
                    Ok(done) => return Ok(done),
                    Err(error) => {
                        let unknown = is_unknown(&error);
                        lost |= unknown;
                        let again = unknown && is_passing(answer.status().as_u16()) || is_unread(&error);
                        (OutcomeFault::Outcome(error), RetryAfter::read(answer.headers()), again)
                    }
                },
                Err(error) => {
                    lost |= error.may_have_been_done();
                    (OutcomeFault::Transport(error), None, error.is_retryable())
                }
            };
            if !again || !pause(&host, &mut waits, retry_after, false).await {
                return Err(OutcomeFailure { reason, may_have_been_done: lost });
            }
        }
    }
}

/// Whether the answer leaves open what became of the request: it is somebody else's, or cannot be read.
fn is_unknown(error: &OutcomeError) -> bool {
    match error {
        OutcomeError::Envelope(_) => true,
        OutcomeError::Status(status) => *status >= 500,
        _ => false,
    }
}

/// Whether the server may do better in a moment.
fn is_passing(status: u16) -> bool {
    matches!(status, 500 | 502 | 503 | 504)
}

/// Whether the request was turned away before anybody looked at it.
fn is_unread(error: &OutcomeError) -> bool {
    matches!(error, OutcomeError::Status(429))
}
