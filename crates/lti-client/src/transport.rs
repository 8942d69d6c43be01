//! One request out and one answer in: within the policy, the limits and the time (RFC 9110 §15.4).

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, LOCATION, TRANSFER_ENCODING};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use url::Url;

use crate::resolver::Guard;
use crate::{OutboundPolicy, OutboundRefusal, RedirectProblem, Resolver, TransportError};

/// Redirects that are followed for one request.
const MAX_REDIRECTS: usize = 5;
/// What is read of an answer that is no success.
const MAX_REFUSAL_BYTES: usize = 64 * 1024;

/// Where redirects may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redirects {
    /// The request holds a secret of the origin's.
    SameOrigin,
    /// It holds nothing.
    Anywhere,
    /// A redirect is an answer, and whoever reads it decides.
    Nowhere,
}

/// What is sent with.
#[derive(Debug)]
pub(crate) struct Transport {
    http: reqwest::Client,
    policy: Arc<OutboundPolicy>,
    max_response_bytes: usize,
}

/// The settings of a transport.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) policy: Arc<OutboundPolicy>,
    pub(crate) resolver: Arc<dyn Resolver>,
    pub(crate) user_agent: HeaderValue,
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Duration,
    pub(crate) max_response_bytes: usize,
    pub(crate) root_certificates: Vec<reqwest::Certificate>,
}

impl Transport {
    pub(crate) fn new(settings: Settings) -> Result<Self, reqwest::Error> {
        let guard = Guard::new(settings.resolver, Arc::clone(&settings.policy));
        let mut builder = reqwest::Client::builder()
            // Redirects and repetitions are decided here, and the environment decides nothing.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .https_only(!settings.policy.allows_http())
            .dns_resolver(Arc::new(guard))
            .user_agent(settings.user_agent)
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.timeout)
            .pool_idle_timeout(Duration::from_secs(60))
            .pool_max_idle_per_host(16);
        if let Some(proxy) = settings.policy.proxy() {
            builder = builder.proxy(reqwest::Proxy::all(proxy.clone())?);
        }
        if !settings.root_certificates.is_empty() {
            builder = builder.tls_certs_merge(settings.root_certificates);
        }
        Ok(Self {
            http: builder.build()?,
            policy: settings.policy,
            max_response_bytes: settings.max_response_bytes,
        })
    }

    /// Sends a request, and follows redirects where its method allows that.
    pub(crate) async fn send(
        &self,
        request: Request<Vec<u8>>,
        redirects: Redirects,
    ) -> Result<Response<Vec<u8>>, TransportError> {
        self.send_within(request, redirects, self.max_response_bytes).await
    }

    /// The same, for an answer of which less is read.
    pub(crate) async fn send_within(
        &self,
        request: Request<Vec<u8>>,
        redirects: Redirects,
        most: usize,
    ) -> Result<Response<Vec<u8>>, TransportError> {
        let most = most.min(self.max_response_bytes);
        let (parts, body) = request.into_parts();
        let mut url = Url::parse(&parts.uri.to_string()).map_err(|_| TransportError::Unwritable)?;
        for _ in 0..=MAX_REDIRECTS {
            self.policy.check_url(&url).map_err(TransportError::Outbound)?;
            let mut request = reqwest::Request::new(parts.method.clone(), url.clone());
            request.headers_mut().clone_from(&parts.headers);
            if !body.is_empty() || parts.method == Method::POST || parts.method == Method::PUT {
                *request.body_mut() = Some(body.clone().into());
            }
            let answer = self.http.execute(request).await.map_err(|error| TransportError::read(&error))?;
            if redirects == Redirects::Nowhere || !is_followed(answer.status(), &parts.method) {
                return read(answer, most).await;
            }
            let Some(location) = answer.headers().get(LOCATION) else { return read(answer, most).await };
            url = next_hop(&url, location, redirects).map_err(TransportError::Redirect)?;
        }
        Err(TransportError::Redirect(RedirectProblem::TooMany))
    }

    /// Decides a URL without sending anything.
    pub(crate) fn check(&self, url: &Url) -> Result<(), OutboundRefusal> {
        self.policy.check_url(url)
    }

    /// Where requests may go.
    pub(crate) fn policy(&self) -> &OutboundPolicy {
        &self.policy
    }
}

/// The whole answer, as long as it is not longer than is read; of a refusal its beginning. What is counted is what
/// comes out of the decompression.
async fn read(mut answer: reqwest::Response, most: usize) -> Result<Response<Vec<u8>>, TransportError> {
    let success = answer.status().is_success();
    let most = if success { most } else { MAX_REFUSAL_BYTES.min(most) };
    let announced = answer.content_length().unwrap_or(0);
    if success && usize::try_from(announced).map_or(true, |announced| announced > most) {
        return Err(TransportError::TooLarge);
    }
    let mut response = Response::new(Vec::new());
    *response.status_mut() = answer.status();
    response.headers_mut().clone_from(answer.headers());
    response.headers_mut().remove(TRANSFER_ENCODING);
    response.headers_mut().remove(CONTENT_LENGTH);
    let body = response.body_mut();
    loop {
        let chunk = match answer.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Ok(response),
            // Its status says enough.
            Err(_) if !success => return Ok(response),
            Err(error) => return Err(TransportError::read(&error)),
        };
        let room = most.saturating_sub(body.len());
        if chunk.len() <= room {
            body.extend_from_slice(&chunk);
        } else if success {
            return Err(TransportError::TooLarge);
        } else {
            body.extend_from_slice(chunk.get(..room).unwrap_or_default());
            return Ok(response);
        }
    }
}

/// A redirect that keeps the method: all of them for what only reads, and those that promise it for the rest.
fn is_followed(status: StatusCode, method: &Method) -> bool {
    match status.as_u16() {
        301..=303 => method == Method::GET,
        307 | 308 => true,
        _ => false,
    }
}

fn next_hop(here: &Url, location: &HeaderValue, redirects: Redirects) -> Result<Url, RedirectProblem> {
    let location = std::str::from_utf8(location.as_bytes()).map_err(|_| RedirectProblem::Address)?;
    let next = here.join(location.trim()).map_err(|_| RedirectProblem::Address)?;
    if redirects == Redirects::SameOrigin && next.origin() != here.origin() {
        return Err(RedirectProblem::OtherOrigin);
    }
    if here.scheme() == "https" && next.scheme() != "https" {
        return Err(RedirectProblem::Downgrade);
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_where_they_may() {
        let here = Url::parse("https://lms.example/a/b?c").unwrap();
        let hop = |location: &str, redirects| {
            next_hop(&here, &location.parse().unwrap(), redirects).map(String::from)
        };
        use RedirectProblem::{Address, Downgrade, OtherOrigin};
        use Redirects::{Anywhere, SameOrigin};
        assert_eq!(hop("/d", SameOrigin).as_deref(), Ok("https://lms.example/d"));
        assert_eq!(hop("d?e", SameOrigin).as_deref(), Ok("https://lms.example/a/d?e"));
        assert_eq!(hop("https://lms.example:443/", SameOrigin).as_deref(), Ok("https://lms.example/"));
        for off in ["https://else.example/", "//else.example/", "https://lms.example:444/"] {
            assert_eq!(hop(off, SameOrigin), Err(OtherOrigin), "{off}");
            assert!(hop(off, Anywhere).is_ok(), "{off}");
        }
        assert_eq!(hop("http://lms.example/", SameOrigin), Err(OtherOrigin));
        assert_eq!(hop("http://lms.example/", Anywhere), Err(Downgrade));
        assert_eq!(hop("file:///etc/passwd", Anywhere), Err(Downgrade));
        assert_eq!(hop("https://", Anywhere), Err(Address));
    }

    #[test]
    fn a_score_is_not_turned_into_a_question() {
        let get = |status| is_followed(StatusCode::from_u16(status).unwrap(), &Method::GET);
        let post = |status| is_followed(StatusCode::from_u16(status).unwrap(), &Method::POST);
        assert!([301, 302, 303, 307, 308].into_iter().all(get));
        assert!([307, 308].into_iter().all(post));
        assert!(![301, 302, 303].into_iter().any(post));
        assert!(![200, 300, 304, 305].into_iter().any(get));
    }
}
