//! How much anybody may ask for: requests a second from one address. Sizes and times have their limits where they are
//! read.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Addresses that are remembered before those at rest are forgotten.
const MANY: usize = 10_000;
/// A visitor may use up this many seconds' worth at once.
const BURST: u32 = 10;

/// A limit for each address. An IPv6 visitor has a whole network of them, so those count by their first 64 bits.
#[derive(Debug)]
pub(crate) struct RateLimit(Option<DefaultKeyedRateLimiter<IpAddr>>);

impl RateLimit {
    /// So many a second; none for zero.
    pub(crate) fn new(per_second: u32) -> Self {
        Self(NonZeroU32::new(per_second).map(|rate| {
            let burst = rate.saturating_mul(NonZeroU32::MIN.saturating_add(BURST - 1));
            RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst))
        }))
    }

    /// Whether this address may ask once more.
    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        let Some(limiter) = &self.0 else { return true };
        if limiter.len() > MANY {
            limiter.retain_recent();
        }
        // An IPv4 visitor of a socket that takes both kinds comes as ::ffff:a.b.c.d.
        let key = match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(std::net::Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
            v4 => v4,
        };
        limiter.check_key(&key).is_ok()
    }
}

/// The limits of a server.
#[derive(Debug)]
pub(crate) struct Limits {
    all: RateLimit,
    logins: RateLimit,
}

impl Limits {
    /// So many requests a second, of which a third may begin logins: a launch takes three requests, and a login that
    /// nobody finishes takes up room for ten minutes.
    pub(crate) fn new(per_second: u32) -> Self {
        Self { all: RateLimit::new(per_second), logins: RateLimit::new(per_second.div_ceil(3)) }
    }

    /// Whether this address may ask this once more.
    pub(crate) fn allows(&self, address: IpAddr, route: &str) -> bool {
        self.all.allows(address) && (route != "/lti/login" || self.logins.allows(address))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test code")]
mod tests {
    use super::{BURST, Limits, RateLimit};

    #[test]
    fn logins_are_a_third() {
        let (limits, one) = (Limits::new(30), "10.0.0.1".parse().unwrap());
        assert!((0..100).all(|_| limits.allows(one, "/lti/login")));
        assert!((0..10).any(|_| !limits.allows(one, "/lti/login")));
        assert!(limits.allows(one, "/lti/launch"));
    }

    #[test]
    fn each_address_has_its_own_and_zero_is_none() {
        let limit = RateLimit::new(1);
        let (one, other) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        assert!((0..BURST).all(|_| limit.allows(one)));
        assert!(!limit.allows(one));
        assert!(limit.allows(other));
        let (v6, neighbor) = ("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap());
        (0..BURST).for_each(|_| assert!(limit.allows(v6)));
        assert!(!limit.allows(neighbor));
        let (mapped, neighbor) = ("::ffff:10.0.0.3".parse().unwrap(), "::ffff:10.0.0.4".parse().unwrap());
        (0..BURST).for_each(|_| assert!(limit.allows(mapped)));
        assert!(!limit.allows(mapped) && !limit.allows("10.0.0.3".parse().unwrap()));
        assert!(limit.allows(neighbor), "one bucket for all of IPv4");
        assert!((0..1000).all(|_| RateLimit::new(0).allows(one)));
    }
}
