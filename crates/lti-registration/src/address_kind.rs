//! What kind of place an IP address is (RFC 6890 and the IANA special-purpose registries; RFC 4291, RFC 6052, RFC
//! 3056).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of place an IP address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AddressKind {
    /// Anywhere on the internet.
    Public,
    /// This machine.
    Loopback,
    /// A network of one's own: RFC 1918, carriers' shared addresses (RFC 6598), unique local and site-local IPv6.
    Private,
    /// The local wire (`169.254.0.0/16`, `fe80::/10`).
    LinkLocal,
    /// Where a cloud tells its machines their secrets; never a platform.
    CloudMetadata,
    /// No address, or all of them: `0.0.0.0/8`, `::`, broadcast.
    Unspecified,
    /// Many receivers.
    Multicast,
    /// For books, benchmarks and protocols, or not assigned to anybody.
    Reserved,
}

impl AddressKind {
    /// The kind of an address. One that carries an IPv4 address within (mapped, NAT64, 6to4) is of that one's kind,
    /// since that is where packets end up.
    ///
    /// ```
    /// use lti_registration::AddressKind;
    /// assert_eq!(AddressKind::of("::ffff:10.0.0.1".parse()?), AddressKind::Private);
    /// assert_eq!(AddressKind::of("64:ff9b::7f00:1".parse()?), AddressKind::Loopback);
    /// # Ok::<(), std::net::AddrParseError>(())
    /// ```
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }
}

/// Where clouds serve metadata; the last of IPv4 is a public address of one cloud's own.
const METADATA_V4: [Ipv4Addr; 4] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
    Ipv4Addr::new(168, 63, 129, 16),
];
const METADATA_V6: [Ipv6Addr; 2] =
    [Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254), Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)];

fn of_v4(address: Ipv4Addr) -> AddressKind {
    if METADATA_V4.contains(&address) {
        return AddressKind::CloudMetadata;
    }
    match address.octets() {
        [0, ..] | [255, 255, 255, 255] => AddressKind::Unspecified,
        [127, ..] => AddressKind::Loopback,
        [10, ..] | [192, 168, ..] => AddressKind::Private,
        [172, b, ..] if (16..32).contains(&b) => AddressKind::Private,
        [100, b, ..] if (64..128).contains(&b) => AddressKind::Private,
        [169, 254, ..] => AddressKind::LinkLocal,
        // Protocol assignments, documentation, the relays of 6to4, benchmarks.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] => AddressKind::Reserved,
        [198, 51, 100, _] | [203, 0, 113, _] => AddressKind::Reserved,
        [224..=239, ..] => AddressKind::Multicast,
        [240..=255, ..] => AddressKind::Reserved,
        _ => AddressKind::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> AddressKind {
    if METADATA_V6.contains(&address) {
        return AddressKind::CloudMetadata;
    }
    let within = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        of_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressKind::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressKind::Loopback,
        [0, 0, 0, 0, 0, 0xffff, high, low] => within(high, low),
        // Translated to IPv4 on the way (RFC 6052), or within a network of one's own (RFC 8215).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => within(high, low),
        [0x64, 0xff9b, 1, ..] => AddressKind::Private,
        // 6to4, with the IPv4 address of the other end of the tunnel.
        [0x2002, high, low, ..] => within(high, low),
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => AddressKind::Private,
        [0xfe80..=0xfebf, ..] => AddressKind::LinkLocal,
        [0xff00..=0xffff, ..] => AddressKind::Multicast,
        // Protocol assignments (Teredo, benchmarks, overlays), documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => AddressKind::Reserved,
        [0x2000..=0x3fff, ..] => AddressKind::Public,
        // All that is not assigned for use between networks, compatible addresses among them.
        _ => AddressKind::Reserved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_address_is_told() {
        use AddressKind::{
            CloudMetadata, LinkLocal, Loopback, Multicast, Private, Public, Reserved, Unspecified,
        };
        let cases = [
            ("1.1.1.1", Public),
            ("9.255.255.255", Public),
            ("11.0.0.0", Public),
            ("100.63.255.255", Public),
            ("100.128.0.0", Public),
            ("128.0.0.1", Public),
            ("169.253.255.255", Public),
            ("172.15.255.255", Public),
            ("172.32.0.0", Public),
            ("192.0.1.1", Public),
            ("192.167.255.255", Public),
            ("198.17.255.255", Public),
            ("198.20.0.0", Public),
            ("223.255.255.255", Public),
            ("0.0.0.0", Unspecified),
            ("0.1.2.3", Unspecified),
            ("255.255.255.255", Unspecified),
            ("127.0.0.1", Loopback),
            ("127.255.255.254", Loopback),
            ("10.0.0.0", Private),
            ("10.255.255.255", Private),
            ("172.16.0.0", Private),
            ("172.31.255.255", Private),
            ("192.168.0.1", Private),
            ("100.64.0.0", Private),
            ("100.127.255.255", Private),
            ("169.254.0.1", LinkLocal),
            ("169.254.169.254", CloudMetadata),
            ("100.100.100.200", CloudMetadata),
            ("192.0.0.192", CloudMetadata),
            ("168.63.129.16", CloudMetadata),
            ("192.0.0.1", Reserved),
            ("192.0.2.255", Reserved),
            ("192.88.99.1", Reserved),
            ("198.18.0.0", Reserved),
            ("198.19.255.255", Reserved),
            ("198.51.100.1", Reserved),
            ("203.0.113.1", Reserved),
            ("224.0.0.1", Multicast),
            ("239.255.255.255", Multicast),
            ("240.0.0.1", Reserved),
            ("2606:4700::1111", Public),
            ("2000::1", Public),
            ("3ffe::1", Public),
            ("::", Unspecified),
            ("::1", Loopback),
            ("::2", Reserved),
            ("::127.0.0.1", Reserved),
            ("::ffff:127.0.0.1", Loopback),
            ("::ffff:10.1.2.3", Private),
            ("::ffff:169.254.169.254", CloudMetadata),
            ("::ffff:1.1.1.1", Public),
            ("64:ff9b::10.0.0.1", Private),
            ("64:ff9b::1.1.1.1", Public),
            ("64:ff9b:1::1", Private),
            ("2002:7f00:1::", Loopback),
            ("2002:c0a8:101::1", Private),
            ("2002:101:101::", Public),
            ("2001::1", Reserved),
            ("2001:2::1", Reserved),
            ("2001:1ff::1", Reserved),
            ("2001:200::1", Public),
            ("2001:db8::1", Reserved),
            ("3fff::1", Reserved),
            ("fc00::1", Private),
            ("fdff::1", Private),
            ("fec0::1", Private),
            ("fd00:ec2::254", CloudMetadata),
            ("fd20:ce::254", CloudMetadata),
            ("fe80::1", LinkLocal),
            ("febf::1", LinkLocal),
            ("ff02::1", Multicast),
            ("100::1", Reserved),
            ("4000::1", Reserved),
            ("5f00::1", Reserved),
            ("fe00::1", Reserved),
        ];
        for (address, kind) in cases {
            assert_eq!(AddressKind::of(address.parse().unwrap()), kind, "{address}");
        }
    }
}
