//! The cryptographic backend on AWS-LC. Nothing else in the crate names it.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKey, PublicKeyComponents};
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};

use crate::Algorithm;
use crate::rsa_numbers::{RsaPrivateNumbers, RsaPublicNumbers};
use crate::signing_key::RsaSize;

/// The backend refused; it does not say why.
#[derive(Debug)]
pub(crate) struct Refused;

pub(crate) fn sha256(bytes: &[u8]) -> impl AsRef<[u8]> {
    digest(&SHA256, bytes)
}

/// A public key, parsed once.
#[derive(Clone)]
pub(crate) struct RsaPublic {
    rs256: ParsedPublicKey,
}

impl RsaPublic {
    pub(crate) fn new(numbers: &RsaPublicNumbers) -> Result<Self, Refused> {
        let rs256 = PublicKeyComponents { n: numbers.modulus(), e: numbers.exponent() }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .map_err(|_| Refused)?;
        Ok(Self { rs256 })
    }

    pub(crate) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Refused> {
        let key = match algorithm {
            Algorithm::Rs256 => &self.rs256,
        };
        key.verify_sig(message, signature).map_err(|_| Refused)
    }

    /// SubjectPublicKeyInfo.
    pub(crate) fn spki_der(&self) -> &[u8] {
        self.rs256.as_ref()
    }
}

/// The modulus and exponent within PKCS#1 `RSAPublicKey` or SubjectPublicKeyInfo.
pub(crate) fn public_numbers(der: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Refused> {
    let key = PublicKey::from_der(der).map_err(|_| Refused)?;
    Ok(numbers_of(&key))
}

fn numbers_of(key: &PublicKey) -> (Vec<u8>, Vec<u8>) {
    (
        key.modulus().big_endian_without_leading_zero().to_vec(),
        key.exponent().big_endian_without_leading_zero().to_vec(),
    )
}

/// A key pair; AWS-LC keeps it, and overwrites it when it is dropped.
pub(crate) struct RsaPrivate(RsaKeyPair);

impl RsaPrivate {
    pub(crate) fn generate(size: RsaSize) -> Result<Self, Refused> {
        let size = match size {
            RsaSize::Rsa2048 => KeySize::Rsa2048,
            RsaSize::Rsa3072 => KeySize::Rsa3072,
            RsaSize::Rsa4096 => KeySize::Rsa4096,
        };
        KeyPair::generate(size).map(Self).map_err(|_| Refused)
    }

    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, Refused> {
        KeyPair::from_pkcs8(der).map(Self).map_err(|_| Refused)
    }

    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, Refused> {
        KeyPair::from_der(der).map(Self).map_err(|_| Refused)
    }

    pub(crate) fn from_numbers(numbers: &RsaPrivateNumbers<'_>) -> Result<Self, Refused> {
        KeyPair::from_components(&aws_lc_rs::rsa::KeyPairComponents {
            public_key: PublicKeyComponents { n: numbers.public.modulus(), e: numbers.public.exponent() },
            d: numbers.d,
            p: numbers.p,
            q: numbers.q,
            dP: numbers.dp,
            dQ: numbers.dq,
            qInv: numbers.qi,
        })
        .map(Self)
        .map_err(|_| Refused)
    }

    pub(crate) fn public_numbers(&self) -> (Vec<u8>, Vec<u8>) {
        numbers_of(self.0.public_key())
    }

    pub(crate) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Refused> {
        let encoding = match algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_SHA256,
        };
        // The backend panics when the buffer has another length than the modulus.
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(encoding, &SystemRandom::new(), message, &mut signature).map_err(|_| Refused)?;
        Ok(signature)
    }

    /// PKCS#8; the buffer overwrites itself when dropped.
    pub(crate) fn pkcs8_der(&self) -> Result<Pkcs8V1Der<'static>, Refused> {
        self.0.as_der().map_err(|_| Refused)
    }
}
