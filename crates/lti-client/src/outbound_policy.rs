//! Where requests may go: decided by scheme, host and the addresses that the host resolves to. Pure; the client asks it
//! before each request and at each connection (Security Framework 1.0 §7, OWASP on server-side request forgery).

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use crate::AddressKind;

/// Where requests may go. By default to public addresses over https, and through no proxy.
///
/// ```
/// use lti_client::OutboundPolicy;
/// let policy = OutboundPolicy::new();
/// assert!(policy.check_url(&"https://lms.example/token".parse()?).is_ok());
/// assert_eq!(policy.check_url(&"http://lms.example/".parse()?).unwrap_err().code(), "outbound_http");
/// // Whatever way an address is written, it is that address.
/// assert_eq!(policy.check_url(&"https://0x7f.1/".parse()?).unwrap_err().code(), "outbound_address");
/// # Ok::<(), url::ParseError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct OutboundPolicy {
    http: bool,
    loopback: bool,
    private: bool,
    proxy: Option<Url>,
}

/// Why a request may not go where it should. It holds no address and no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum OutboundRefusal {
    /// Neither https nor http.
    #[error("the scheme is neither https nor http")]
    Scheme,
    /// Plain http, which is not allowed.
    #[error("the URL is not https")]
    Http,
    /// A user name or password before the host.
    #[error("the URL carries credentials")]
    Credentials,
    /// No host.
    #[error("the URL has no host")]
    Host,
    /// The host is, or resolves to, an address that must not be spoken to.
    #[error("the address is not one that may be spoken to: {0:?}")]
    Address(AddressKind),
}

impl OutboundRefusal {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Scheme => "outbound_scheme",
            Self::Http => "outbound_http",
            Self::Credentials => "outbound_credentials",
            Self::Host => "outbound_host",
            Self::Address(_) => "outbound_address",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::Address(_) => "RFC 6890 §2.2",
            _ => "Security Framework 1.0 §3",
        }
    }
}

impl OutboundPolicy {
    /// Public addresses, over https alone.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Plain http too. Tokens and grades then travel in the open: for tests, and for networks of one's own.
    #[must_use]
    pub fn danger_allow_http(mut self) -> Self {
        self.http = true;
        self
    }

    /// This very machine too. Whoever may register a platform then reaches every port of it.
    #[must_use]
    pub fn danger_allow_loopback(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// Private networks too, for platforms within one's own. Link-local addresses, where clouds keep secrets, stay
    /// forbidden.
    #[must_use]
    pub fn danger_allow_private(mut self) -> Self {
        self.private = true;
        self
    }

    /// Through this proxy, and no other: the environment's settings are never read. What host names resolve to is then
    /// known to the proxy alone, and for the proxy to refuse; hosts that are addresses are decided here nevertheless.
    #[must_use]
    pub fn through_proxy(mut self, proxy: Url) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// The proxy.
    #[must_use]
    pub fn proxy(&self) -> Option<&Url> {
        self.proxy.as_ref()
    }

    /// Whether plain http is allowed.
    #[must_use]
    pub fn allows_http(&self) -> bool {
        self.http
    }

    /// Whether this very machine is allowed.
    #[must_use]
    pub fn allows_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether private networks are allowed.
    #[must_use]
    pub fn allows_private(&self) -> bool {
        self.private
    }

    /// Decides all of a URL but what its host name resolves to.
    ///
    /// # Errors
    /// [`OutboundRefusal`].
    pub fn check_url(&self, url: &Url) -> Result<(), OutboundRefusal> {
        match url.scheme() {
            "https" => {}
            "http" if self.http => {}
            "http" => return Err(OutboundRefusal::Http),
            _ => return Err(OutboundRefusal::Scheme),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutboundRefusal::Credentials);
        }
        match url.host().ok_or(OutboundRefusal::Host)? {
            Host::Ipv4(address) => self.check_address(address.into()),
            Host::Ipv6(address) => self.check_address(address.into()),
            Host::Domain(name) => {
                // Whatever a resolver says, this name is this machine (RFC 6761 §6.3).
                let name = name.trim_end_matches('.');
                if (name == "localhost" || name.ends_with(".localhost")) && !self.loopback {
                    return Err(OutboundRefusal::Address(AddressKind::Loopback));
                }
                Ok(())
            }
        }
    }

    /// Decides an address.
    ///
    /// # Errors
    /// [`OutboundRefusal::Address`].
    pub fn check_address(&self, address: IpAddr) -> Result<(), OutboundRefusal> {
        let kind = AddressKind::of(address);
        let allowed = match kind {
            AddressKind::Public => true,
            AddressKind::Loopback => self.loopback,
            AddressKind::Private => self.private,
            _ => false,
        };
        if allowed { Ok(()) } else { Err(OutboundRefusal::Address(kind)) }
    }

    /// Decides what a host name resolves to: one address that is forbidden refuses them all, since nobody says which of
    /// them a connection would take.
    ///
    /// # Errors
    /// [`OutboundRefusal::Address`].
    pub fn check_addresses(&self, addresses: &[IpAddr]) -> Result<(), OutboundRefusal> {
        addresses.iter().try_for_each(|address| self.check_address(*address))
    }
}

/// The proxy's address may hold a password.
impl fmt::Debug for OutboundPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundPolicy")
            .field("http", &self.http)
            .field("loopback", &self.loopback)
            .field("private", &self.private)
            .field("proxy", &self.proxy.is_some())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_print_the_proxys_password() {
        let proxy = Url::parse("http://user:s3cret@proxy.example:3128").unwrap();
        let policy = OutboundPolicy::new().through_proxy(proxy);
        let builder = crate::Client::builder().outbound(policy.clone());
        let printed = format!("{policy:?} {builder:?}");
        assert!(printed.contains("proxy: true") && !printed.contains("s3cret"), "{printed}");
    }

    #[test]
    fn refusals_keep_their_codes_and_sections() {
        for (refusal, code, spec) in [
            (OutboundRefusal::Scheme, "outbound_scheme", "Security Framework 1.0 §3"),
            (OutboundRefusal::Http, "outbound_http", "Security Framework 1.0 §3"),
            (OutboundRefusal::Credentials, "outbound_credentials", "Security Framework 1.0 §3"),
            (OutboundRefusal::Host, "outbound_host", "Security Framework 1.0 §3"),
            (OutboundRefusal::Address(AddressKind::Loopback), "outbound_address", "RFC 6890 §2.2"),
        ] {
            assert_eq!((refusal.code(), refusal.spec()), (code, spec));
        }
    }

    fn check(policy: &OutboundPolicy, url: &str) -> &'static str {
        match policy.check_url(&Url::parse(url).unwrap()) {
            Ok(()) => "ok",
            Err(refusal) => refusal.code(),
        }
    }

    #[test]
    fn urls_are_decided_however_they_are_written() {
        let default = OutboundPolicy::new();
        let cases = [
            ("https://lms.example/a?b", "ok"),
            ("https://lms.example:8443/", "ok"),
            ("https://1.1.1.1/", "ok"),
            ("https://[2606:4700::1111]/", "ok"),
            ("http://lms.example/", "outbound_http"),
            ("ftp://lms.example/", "outbound_scheme"),
            ("file:///etc/passwd", "outbound_scheme"),
            ("gopher://lms.example/", "outbound_scheme"),
            ("data:text/plain,x", "outbound_scheme"),
            ("javascript:alert(1)", "outbound_scheme"),
            ("unix:/run/x.sock", "outbound_scheme"),
            ("https://user@lms.example/", "outbound_credentials"),
            ("https://user:secret@lms.example/", "outbound_credentials"),
            ("https://:secret@lms.example/", "outbound_credentials"),
            // The host is what stands after the at sign.
            ("https://lms.example@127.0.0.1/", "outbound_credentials"),
            ("https://127.0.0.1/", "outbound_address"),
            ("https://127.1/", "outbound_address"),
            ("https://2130706433/", "outbound_address"),
            ("https://0x7f000001/", "outbound_address"),
            ("https://0177.0.0.1/", "outbound_address"),
            ("https://0x7f.0x0.0x0.0x1/", "outbound_address"),
            ("https://127.0.0.1./", "outbound_address"),
            ("https://１２７.0.0.1/", "outbound_address"),
            ("https://127。0。0。1/", "outbound_address"),
            ("https://%31%32%37.0.0.1/", "outbound_address"),
            ("https://[::1]/", "outbound_address"),
            ("https://[::ffff:127.0.0.1]/", "outbound_address"),
            ("https://[::ffff:7f00:1]/", "outbound_address"),
            ("https://[64:ff9b::a00:1]/", "outbound_address"),
            ("https://10.0.0.1/", "outbound_address"),
            ("https://169.254.169.254/latest/meta-data/", "outbound_address"),
            ("https://[fe80::1]/", "outbound_address"),
            ("https://[fd00::1]/", "outbound_address"),
            ("https://0/", "outbound_address"),
            ("https://0.0.0.0/", "outbound_address"),
            ("https://localhost/", "outbound_address"),
            ("https://LOCALHOST./", "outbound_address"),
            ("https://a.localhost/", "outbound_address"),
        ];
        for (url, expected) in cases {
            assert_eq!(check(&default, url), expected, "{url}");
        }
    }

    #[test]
    fn what_is_opted_into_is_allowed_and_nothing_else() {
        let says = |policy: &OutboundPolicy| {
            (
                policy.allows_http(),
                policy.allows_loopback(),
                policy.allows_private(),
                policy.proxy().is_some(),
            )
        };
        let proxy = Url::parse("http://proxy.example:3128").unwrap();
        let new = OutboundPolicy::new;
        assert_eq!(says(&new()), (false, false, false, false));
        assert_eq!(says(&new().danger_allow_http()), (true, false, false, false));
        assert_eq!(says(&new().danger_allow_loopback()), (false, true, false, false));
        assert_eq!(says(&new().danger_allow_private()), (false, false, true, false));
        assert_eq!(says(&new().through_proxy(proxy.clone())), (false, false, false, true));
        assert_eq!(new().through_proxy(proxy.clone()).proxy(), Some(&proxy));
        let open = OutboundPolicy::new().danger_allow_http().danger_allow_loopback();
        assert_eq!(check(&open, "http://127.0.0.1:8080/"), "ok");
        assert_eq!(check(&open, "http://localhost/"), "ok");
        assert_eq!(check(&open, "http://[::1]/"), "ok");
        assert_eq!(check(&open, "http://10.0.0.1/"), "outbound_address");
        let open = OutboundPolicy::new().danger_allow_private();
        assert_eq!(check(&open, "https://10.0.0.1/"), "ok");
        assert_eq!(check(&open, "https://[fd12::1]/"), "ok");
        assert_eq!(check(&open, "http://10.0.0.1/"), "outbound_http");
        assert_eq!(check(&open, "https://127.0.0.1/"), "outbound_address");
        // Clouds' secrets are never opened.
        let all = open.danger_allow_loopback().danger_allow_http();
        for url in ["http://169.254.169.254/", "http://[fd00:ec2::254]/", "http://100.100.100.200/"] {
            assert_eq!(check(&all, url), "outbound_address", "{url}");
        }
        for url in ["http://169.254.1.1/", "http://0.0.0.0/", "http://224.0.0.1/", "http://203.0.113.1/"] {
            assert_eq!(check(&all, url), "outbound_address", "{url}");
        }
    }

    #[test]
    fn one_forbidden_address_refuses_the_name() {
        let policy = OutboundPolicy::new();
        let public: IpAddr = "1.1.1.1".parse().unwrap();
        let inner: IpAddr = "10.0.0.1".parse().unwrap();
        assert!(policy.check_addresses(&[public]).is_ok());
        let refusal = policy.check_addresses(&[public, inner]).unwrap_err();
        assert_eq!(refusal, OutboundRefusal::Address(AddressKind::Private));
        assert!(!refusal.to_string().contains("10."), "{refusal}");
    }
}
