//! Addresses that one side enters for the other (LTI Core 1.3 §3.1.3; LTI Dynamic Registration 1.0 §5): judged by what
//! they say. What a host name resolves to is for the client's outbound policy to see.

use std::net::IpAddr;

use lti_types::{InvalidUrl, WireUrl};
use url::{Host, Url};

use crate::{AddressKind, Problem};

/// Which addresses may be entered.
///
/// ```
/// use lti_registration::{AddressRules, check_tool};
/// use lti_types::{ClientId, DeploymentId, ToolRecord};
///
/// let mut record = ToolRecord::new(ClientId::new("quiz")?, vec![DeploymentId::new("1")?],
///     "http://localhost:8080/login".into(), "http://localhost:8080/launch".into());
/// record.key_set_url = Some("http://localhost:8080/jwks".into());
/// let refused = |rules| check_tool(&record, rules).iter().filter(|fault| fault.code() == "url_loopback").count();
/// assert_eq!((refused(AddressRules::default()), refused(AddressRules::with_loopback())), (3, 0));
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddressRules {
    /// Plain http and addresses of this very machine, for trying things out. Off by default.
    pub allow_loopback: bool,
    /// Addresses of private networks, and names of one's own network, for platforms and tools within it; over https all
    /// the same. Link-local addresses, where clouds keep secrets, stay forbidden. Off by default.
    pub danger_allow_private: bool,
}

impl AddressRules {
    /// With loopback addresses, for trying things out on one machine.
    #[must_use]
    pub fn with_loopback() -> Self {
        Self { allow_loopback: true, ..Self::default() }
    }

    /// The address, if it is absolute, https, without credentials, white space and fragment, and on a host of the open
    /// network; or on this machine or a private network, where the rules allow that.
    pub(crate) fn check(self, address: &WireUrl) -> Result<Url, Problem> {
        let url = address.to_secure_url().map_err(Problem::Url)?;
        if url.fragment().is_some() {
            return Err(Problem::Url(InvalidUrl::Fragment));
        }
        match reach(&url) {
            Reach::Public => Ok(url),
            Reach::Loopback if self.allow_loopback => Ok(url),
            Reach::Loopback => Err(Problem::Loopback),
            Reach::Private if self.danger_allow_private => Ok(url),
            Reach::Private | Reach::Forbidden => Err(Problem::PrivateAddress),
        }
    }
}

enum Reach {
    Public,
    Loopback,
    Private,
    /// Nobody's, or a cloud's own.
    Forbidden,
}

fn reach(url: &Url) -> Reach {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let under = |suffix: &str| {
                name == suffix || name.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'))
            };
            if name == "metadata.google.internal" {
                Reach::Forbidden
            } else if under("localhost") {
                Reach::Loopback
            } else if under("local") || under("internal") || !name.contains('.') {
                Reach::Private
            } else {
                Reach::Public
            }
        }
        Some(Host::Ipv4(ip)) => reach_of(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => reach_of(IpAddr::V6(ip)),
        None => Reach::Forbidden,
    }
}

fn reach_of(ip: IpAddr) -> Reach {
    match AddressKind::of(ip) {
        AddressKind::Public => Reach::Public,
        // This machine by a detour, such as `::ffff:127.0.0.1`, is nothing that anybody means.
        AddressKind::Loopback if ip.is_loopback() => Reach::Loopback,
        AddressKind::Private => Reach::Private,
        _ => Reach::Forbidden,
    }
}

/// Host and port are the same, whatever their case.
pub(crate) fn is_same_host(a: &Url, b: &Url) -> bool {
    a.host() == b.host() && a.port_or_known_default() == b.port_or_known_default()
}

/// Whether a host is a domain, or under it.
pub(crate) fn is_on_domain(host: &str, domain: &str, subdomains: bool) -> bool {
    let bare = |text: &str| text.trim_end_matches('.').to_ascii_lowercase();
    let (host, domain) = (bare(host), bare(domain));
    let without_www = |text: &str| text.strip_prefix("www.").unwrap_or(text).to_owned();
    !domain.is_empty()
        && (without_www(&host) == without_www(&domain)
            || subdomains && host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.')))
}

/// A host as it is written, without its port. Colons within brackets are an IPv6 address's own.
pub(crate) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => host,
    }
}

/// Whether the text is a host name, with at most a port.
pub(crate) fn is_host(text: &str) -> bool {
    let Ok(url) = Url::parse(&format!("https://{text}/")) else { return false };
    let written = text.to_ascii_lowercase();
    let host = url.host_str().unwrap_or_default();
    let with_port = url.port().map(|port| format!("{host}:{port}"));
    !text.is_empty() && (written == host || Some(written) == with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dr_5_private_addresses_are_told() {
        let rules = AddressRules::default();
        for host in [
            "10.0.0.1",
            "192.168.1.1",
            "172.16.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "[::ffff:10.0.0.1]",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[fd00::1]",
            "[fe80::1]",
            "[ff02::1]",
            "[::]",
            "metadata.google.internal",
            "printer.local",
            "intranet",
            "3232235777",
            "0xa9fea9fe",
        ] {
            let address = WireUrl::from(format!("https://{host}/x"));
            assert_eq!(rules.check(&address).unwrap_err(), Problem::PrivateAddress, "{host}");
            assert!(AddressRules::with_loopback().check(&address).is_err(), "{host}");
        }
        for host in ["127.0.0.1", "localhost", "a.localhost", "[::1]", "localhost.", "127.1"] {
            let address = WireUrl::from(format!("https://{host}:8080/x"));
            assert_eq!(rules.check(&address).unwrap_err(), Problem::Loopback, "{host}");
            assert!(AddressRules::with_loopback().check(&address).is_ok(), "{host}");
        }
        for host in
            ["lms.example", "8.8.8.8", "[2606:4700::1111]", "notlocal.example", "thelocalhost.example"]
        {
            assert!(rules.check(&WireUrl::from(format!("https://{host}/x"))).is_ok(), "{host}");
        }
    }

    #[test]
    fn private_networks_are_for_those_who_allow_them() {
        let rules = AddressRules { danger_allow_private: true, ..AddressRules::default() };
        let check = |address: &str| rules.check(&WireUrl::from(address)).map(|_| ());
        for host in
            ["10.0.0.1", "192.168.1.1:8443", "[fd12::1]", "[::ffff:10.0.0.1]", "intranet", "lms.local"]
        {
            assert_eq!(check(&format!("https://{host}/x")), Ok(()), "{host}");
            assert!(check(&format!("http://{host}/x")).is_err(), "{host}");
        }
        for host in [
            "169.254.169.254",
            "metadata.google.internal",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "0.0.0.0",
            "224.0.0.1",
            "[::ffff:127.0.0.1]",
        ] {
            assert_eq!(check(&format!("https://{host}/x")), Err(Problem::PrivateAddress), "{host}");
        }
        assert_eq!(check("https://127.0.0.1/"), Err(Problem::Loopback));
    }

    #[test]
    fn domains() {
        for (host, domain, subdomains, on) in [
            ("tool.example", "tool.example", false, true),
            ("www.tool.example", "tool.example", false, true),
            ("tool.example", "WWW.Tool.example", false, true),
            ("a.tool.example", "tool.example", false, false),
            ("a.tool.example", "tool.example", true, true),
            ("eviltool.example", "tool.example", true, false),
            ("tool.example.evil", "tool.example", true, false),
            ("tool.example", "", true, false),
        ] {
            assert_eq!(is_on_domain(host, domain, subdomains), on, "{host} {domain}");
        }
        for (text, bare) in [
            ("tool.example", "tool.example"),
            ("tool.example:8443", "tool.example"),
            ("[2606:4700::1111]", "[2606:4700::1111]"),
            ("[2606:4700::1]:8443", "[2606:4700::1]"),
            ("[::1]", "[::1]"),
            ("", ""),
        ] {
            assert_eq!(without_port(text), bare);
        }
        for (text, host) in [
            ("[2606:4700::1111]", true),
            ("tool.example", true),
            ("Tool.example", true),
            ("tool.example:8443", true),
            ("https://tool.example", false),
            ("tool.example/x", false),
            ("a@tool.example", false),
            ("", false),
            ("a b", false),
        ] {
            assert_eq!(is_host(text), host, "{text}");
        }
    }
}
