//! Host names into addresses, and no further than the policy allows.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::OutboundPolicy;

/// Addresses that are still being looked up.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Looks host names up. The client asks once for each connection, holds the answer against its policy, and connects to
/// one of those very addresses: an answer that changes later changes nothing.
///
/// ```
/// use std::sync::Arc;
/// use lti_client::{Addresses, Client, Resolver};
///
/// /// Names of the school's own, and no others.
/// #[derive(Debug)]
/// struct Campus;
///
/// impl Resolver for Campus {
///     fn resolve(&self, host: &str) -> Addresses {
///         let known = (host == "lms.campus.example").then_some([203, 0, 113, 7].into());
///         Box::pin(async move { Ok(Vec::from_iter(known)) })
///     }
/// }
///
/// let client = Client::builder().resolver(Arc::new(Campus)).build()?;
/// # let _ = client;
/// # Ok::<(), lti_client::ClientError>(())
/// ```
pub trait Resolver: Send + Sync + fmt::Debug {
    /// The addresses of a host name.
    fn resolve(&self, host: &str) -> Addresses;
}

/// The operating system's resolver.
///
/// ```
/// use std::sync::Arc;
/// use lti_client::{Client, SystemResolver};
///
/// let client = Client::builder().resolver(Arc::new(SystemResolver::new())).build()?; // as without saying so
/// # let _ = client;
/// # Ok::<(), lti_client::ClientError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct SystemResolver;

impl SystemResolver {
    /// The operating system's resolver.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl Resolver for SystemResolver {
    fn resolve(&self, host: &str) -> Addresses {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The one way from a name to a connection: what it gives back was checked, and is what is connected to.
#[derive(Debug)]
pub(crate) struct Guard {
    resolver: Arc<dyn Resolver>,
    policy: Arc<OutboundPolicy>,
}

impl Guard {
    pub(crate) fn new(resolver: Arc<dyn Resolver>, policy: Arc<OutboundPolicy>) -> Self {
        Self { resolver, policy }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = self.resolver.resolve(name.as_str());
        let policy = Arc::clone(&self.policy);
        // With a proxy, the proxy is all that is ever connected to; whoever set it up knows where it is.
        let proxied = policy.proxy().is_some();
        Box::pin(async move {
            let found = lookup.await?;
            if !proxied {
                policy.check_addresses(&found)?;
            }
            if found.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "no address").into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}
