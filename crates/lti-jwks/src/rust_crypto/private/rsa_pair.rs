//! RSA private keys, whose use is exposed to RUSTSEC-2023-0071; hence the feature of its own.

use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BigUint, RsaPrivateKey, rand_core};
use zeroize::{Zeroize as _, Zeroizing};

use super::PrivateKey;
use crate::backend::Refused;
use crate::key_numbers::PublicNumbers;
use crate::rsa_numbers::{RsaPrivateNumbers, RsaPublicNumbers};
use crate::rust_crypto::{digest, pkcs1v15, pss_sha256, random};
use crate::{Algorithm, RsaSize, UnusableKey, der};

pub(crate) struct RsaPair(RsaPrivateKey);

impl RsaPair {
    pub(crate) fn generate(size: RsaSize) -> Result<Self, Refused> {
        let bits = match size {
            RsaSize::Rsa2048 => 2048,
            RsaSize::Rsa3072 => 3072,
            RsaSize::Rsa4096 => 4096,
        };
        let mut source = Source::default();
        let key = RsaPrivateKey::new(&mut source, bits).map_err(|_| Refused::Invalid)?;
        source.check()?;
        Ok(Self(key))
    }

    /// Refuses numbers that do not belong together.
    pub(crate) fn from_numbers(numbers: &RsaPrivateNumbers<'_>) -> Result<Self, Refused> {
        let of = BigUint::from_bytes_be;
        let key = RsaPrivateKey::from_components(
            of(numbers.public.modulus()),
            of(numbers.public.exponent()),
            of(numbers.d),
            vec![of(numbers.p), of(numbers.q)],
        )
        .map_err(|_| Refused::Invalid)?;
        // The crate computes these itself; given ones that differ show damage.
        let pair = Self(key);
        let [dp, dq, qi] = pair.crt()?;
        for (own, given) in [(dp, numbers.dp), (dq, numbers.dq), (qi, numbers.qi)] {
            let zeros = given.iter().take_while(|byte| **byte == 0).count();
            if own.as_slice() != given.get(zeros..).unwrap_or_default() {
                return Err(Refused::Invalid);
            }
        }
        Ok(pair)
    }

    pub(crate) fn public_numbers(&self) -> Result<PublicNumbers, UnusableKey> {
        RsaPublicNumbers::new(self.0.n().to_bytes_be(), self.0.e().to_bytes_be()).map(PublicNumbers::Rsa)
    }

    /// Blinded.
    pub(crate) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Refused> {
        let digest = digest(algorithm.hash(), message);
        let mut source = Source::default();
        let signature = match algorithm {
            Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => {
                self.0.sign_with_rng(&mut source, pkcs1v15(algorithm.hash()), &digest)
            }
            Algorithm::Ps256 => self.0.sign_with_rng(&mut source, pss_sha256(), &digest),
            Algorithm::Es256 | Algorithm::Es384 => return Err(Refused::Invalid),
        };
        source.check()?;
        signature.map_err(|_| Refused::Invalid)
    }

    pub(crate) fn pkcs1_der(&self) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let [p, q] = self.0.primes() else { return Err(Refused::Invalid) };
        let secret = |number: &BigUint| Zeroizing::new(number.to_bytes_be());
        let (d, p, q) = (secret(self.0.d()), secret(p), secret(q));
        let [dp, dq, qi] = self.crt()?;
        Ok(der::rsa_private([
            &self.0.n().to_bytes_be(),
            &self.0.e().to_bytes_be(),
            &d,
            &p,
            &q,
            &dp,
            &dq,
            &qi,
        ]))
    }

    /// dp, dq and qi.
    fn crt(&self) -> Result<[Zeroizing<Vec<u8>>; 3], Refused> {
        let mut inverse = self.0.crt_coefficient().ok_or(Refused::Invalid)?;
        let (dp, dq) = (self.0.dp().ok_or(Refused::Invalid)?, self.0.dq().ok_or(Refused::Invalid)?);
        let numbers = [dp, dq, &inverse].map(|number| Zeroizing::new(number.to_bytes_be()));
        inverse.zeroize();
        Ok(numbers)
    }
}

/// The operating system's randomness in the form that `rsa` takes, which has no way to fail: so failing is
/// remembered, and what was made until then is thrown away.
#[derive(Default)]
struct Source {
    failed: bool,
    /// Keeps whoever waits for a suitable number from waiting for ever.
    filler: u8,
}

impl Source {
    fn check(&self) -> Result<(), Refused> {
        if self.failed { Err(Refused::Invalid) } else { Ok(()) }
    }
}

impl rand_core::RngCore for Source {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        if random(bytes).is_err() {
            self.failed = true;
            for byte in bytes {
                self.filler = self.filler.wrapping_mul(5).wrapping_add(3);
                *byte = self.filler;
            }
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rand_core::CryptoRng for Source {}

impl PrivateKey {
    pub(crate) fn generate_rsa(size: RsaSize) -> Result<Self, Refused> {
        RsaPair::generate(size).map(Box::new).map(Self::Rsa)
    }

    pub(crate) fn rsa_from_pkcs8(der: &[u8]) -> Result<Self, Refused> {
        Self::rsa_from_pkcs1(der::within_pkcs8(der).ok_or(Refused::Invalid)?)
    }

    pub(crate) fn rsa_from_pkcs1(der: &[u8]) -> Result<Self, Refused> {
        let [n, e, d, p, q, dp, dq, qi] = der::rsa_private_numbers(der).ok_or(Refused::Invalid)?;
        let public = RsaPublicNumbers::new(n.to_vec(), e.to_vec()).map_err(|_| Refused::Invalid)?;
        Self::rsa_from_numbers(&RsaPrivateNumbers { public: &public, d, p, q, dp, dq, qi })
    }

    pub(crate) fn rsa_from_numbers(numbers: &RsaPrivateNumbers<'_>) -> Result<Self, Refused> {
        RsaPair::from_numbers(numbers).map(Box::new).map(Self::Rsa)
    }
}

#[cfg(test)]
mod tests {
    use rsa::rand_core::RngCore as _;

    use super::Source;

    /// It gives something else each time, in every form that it is asked in; and what was made while it failed is no key.
    #[test]
    fn randomness_is_random_or_said_to_be_none() {
        let mut source = Source::default();
        let words: Vec<u64> = (0..8).map(|_| source.next_u64()).collect();
        let halves: Vec<u32> = (0..8).map(|_| source.next_u32()).collect();
        let mut bytes = [[0; 16]; 2];
        source.try_fill_bytes(&mut bytes[0]).unwrap();
        source.fill_bytes(&mut bytes[1]);
        assert!(words.windows(2).any(|pair| pair[0] != pair[1]));
        assert!(halves.windows(2).any(|pair| pair[0] != pair[1]));
        assert!(bytes[0] != [0; 16] && bytes[1] != [0; 16] && bytes[0] != bytes[1]);
        assert!(source.check().is_ok());
        source.failed = true;
        assert!(source.check().is_err());
    }
}
