//! The integers of RSA keys (RFC 7518 §6.3) and which of them are acceptable.

use crate::{UnusableKey, base64url};

/// Shorter moduli are refused (RFC 7518 §3.3 requires 2048 bits).
pub(crate) const MIN_BITS: usize = 2048;
/// Longer moduli are refused: verifying with them is a way to keep us busy.
pub(crate) const MAX_BITS: usize = 8192;

/// A modulus and exponent of acceptable size and form.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct RsaPublicNumbers {
    n: Vec<u8>,
    e: Vec<u8>,
}

impl RsaPublicNumbers {
    /// From big-endian bytes; a leading zero, which some encoders put before the modulus, is dropped.
    pub(crate) fn new(n: Vec<u8>, e: Vec<u8>) -> Result<Self, UnusableKey> {
        let (n, e) = (without_leading_zeros(n), without_leading_zeros(e));
        let bits = bit_length(&n);
        if bits < MIN_BITS {
            return Err(UnusableKey::RsaTooShort { bits });
        }
        if bits > MAX_BITS {
            return Err(UnusableKey::RsaTooLong { bits });
        }
        if n.last().is_none_or(|last| last % 2 == 0) {
            return Err(UnusableKey::Rejected);
        }
        // An exponent of 1 makes every text its own signature; even ones are no exponents at all; more than
        // 32 bits only serve to keep a verifier busy.
        let acceptable_exponent =
            e.len() <= 4 && e.as_slice() != [1] && e.last().is_some_and(|last| last % 2 == 1);
        if !acceptable_exponent {
            return Err(UnusableKey::ExponentUnacceptable);
        }
        Ok(Self { n, e })
    }

    pub(crate) fn modulus(&self) -> &[u8] {
        &self.n
    }

    pub(crate) fn exponent(&self) -> &[u8] {
        &self.e
    }

    pub(crate) fn modulus_base64url(&self) -> String {
        base64url::encode(&self.n)
    }

    pub(crate) fn exponent_base64url(&self) -> String {
        base64url::encode(&self.e)
    }
}

/// The integers of a private key (RFC 7518 §6.3.2), borrowed from wherever they are kept.
#[cfg_attr(
    all(feature = "rust-crypto", not(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))),
    allow(dead_code)
)]
pub(crate) struct RsaPrivateNumbers<'a> {
    pub(crate) public: &'a RsaPublicNumbers,
    pub(crate) d: &'a [u8],
    pub(crate) p: &'a [u8],
    pub(crate) q: &'a [u8],
    pub(crate) dp: &'a [u8],
    pub(crate) dq: &'a [u8],
    pub(crate) qi: &'a [u8],
}

fn without_leading_zeros(mut bytes: Vec<u8>) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    bytes
}

fn bit_length(bytes: &[u8]) -> usize {
    let leading = bytes.first().map_or(0, |first| first.leading_zeros() as usize);
    bytes.len().saturating_mul(8).saturating_sub(leading)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modulus(bits: usize) -> Vec<u8> {
        let mut n = vec![0xff; bits.div_ceil(8)];
        if !bits.is_multiple_of(8) {
            n[0] = (1 << (bits % 8)) - 1;
        }
        n
    }

    #[test]
    fn sizes() {
        let try_bits = |bits| RsaPublicNumbers::new(modulus(bits), vec![1, 0, 1]).map(|_| ());
        assert_eq!(try_bits(1024), Err(UnusableKey::RsaTooShort { bits: 1024 }));
        assert_eq!(try_bits(2047), Err(UnusableKey::RsaTooShort { bits: 2047 }));
        assert_eq!(try_bits(2048), Ok(()));
        assert_eq!(try_bits(8192), Ok(()));
        assert_eq!(try_bits(8193), Err(UnusableKey::RsaTooLong { bits: 8193 }));
        assert_eq!(
            RsaPublicNumbers::new(vec![], vec![3]).map(|_| ()),
            Err(UnusableKey::RsaTooShort { bits: 0 })
        );
    }

    #[test]
    fn exponents() {
        let try_exponent = |e: &[u8]| RsaPublicNumbers::new(modulus(2048), e.to_vec()).is_ok();
        assert!(try_exponent(&[3]));
        assert!(try_exponent(&[1, 0, 1]));
        assert!(try_exponent(&[0, 1, 0, 1]));
        for e in [&[][..], &[0], &[1], &[0, 1], &[2], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
            assert!(!try_exponent(e), "{e:?}");
        }
    }

    #[test]
    fn a_leading_zero_is_no_part_of_the_number() {
        let mut padded = vec![0, 0];
        padded.extend(modulus(2048));
        assert_eq!(RsaPublicNumbers::new(padded, vec![1, 0, 1]).unwrap().modulus(), modulus(2048));
        let mut even = modulus(2048);
        even[255] = 0xfe;
        assert_eq!(RsaPublicNumbers::new(even, vec![3]).map(|_| ()), Err(UnusableKey::Rejected));
    }
}
