//! Private keys: making, reading, writing, signing. AWS-LC keeps them, and overwrites them when they are dropped.

use aws_lc_rs::encoding::{AsBigEndian as _, AsDer as _};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeyPairComponents, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaKeyPair,
};
use zeroize::Zeroizing;

use crate::backend::Refused;
use crate::curve::EcPoint;
use crate::der;
use crate::key_numbers::PublicNumbers;
use crate::rsa_numbers::{RsaPrivateNumbers, RsaPublicNumbers};
use crate::{Algorithm, Curve, RsaSize, UnusableKey};

use super::public::numbers_of;

/// A key pair.
pub(crate) enum PrivateKey {
    Rsa(RsaKeyPair),
    Ec(Curve, EcdsaKeyPair),
}

impl PrivateKey {
    pub(crate) fn generate_rsa(size: RsaSize) -> Result<Self, Refused> {
        let size = match size {
            RsaSize::Rsa2048 => KeySize::Rsa2048,
            RsaSize::Rsa3072 => KeySize::Rsa3072,
            RsaSize::Rsa4096 => KeySize::Rsa4096,
        };
        KeyPair::generate(size).map(Self::Rsa).map_err(|_| Refused::Invalid)
    }

    pub(crate) fn generate_ec(curve: Curve) -> Result<Self, Refused> {
        let pair = EcdsaKeyPair::generate(ecdsa(curve)).map_err(|_| Refused::Invalid)?;
        Ok(Self::Ec(curve, pair))
    }

    pub(crate) fn rsa_from_pkcs8(der: &[u8]) -> Result<Self, Refused> {
        KeyPair::from_pkcs8(der).map(Self::Rsa).map_err(|_| Refused::Invalid)
    }

    pub(crate) fn rsa_from_pkcs1(der: &[u8]) -> Result<Self, Refused> {
        KeyPair::from_der(der).map(Self::Rsa).map_err(|_| Refused::Invalid)
    }

    pub(crate) fn rsa_from_numbers(numbers: &RsaPrivateNumbers<'_>) -> Result<Self, Refused> {
        KeyPair::from_components(&KeyPairComponents {
            public_key: PublicKeyComponents { n: numbers.public.modulus(), e: numbers.public.exponent() },
            d: numbers.d,
            p: numbers.p,
            q: numbers.q,
            dP: numbers.dp,
            dQ: numbers.dq,
            qInv: numbers.qi,
        })
        .map(Self::Rsa)
        .map_err(|_| Refused::Invalid)
    }

    pub(crate) fn ec_from_pkcs8(curve: Curve, der: &[u8]) -> Result<Self, Refused> {
        let pair = EcdsaKeyPair::from_pkcs8(ecdsa(curve), der).map_err(|_| Refused::Invalid)?;
        Ok(Self::Ec(curve, pair))
    }

    pub(crate) fn ec_from_sec1(curve: Curve, der: &[u8]) -> Result<Self, Refused> {
        let pair = EcdsaKeyPair::from_private_key_der(ecdsa(curve), der).map_err(|_| Refused::Invalid)?;
        Ok(Self::Ec(curve, pair))
    }

    /// From the private number and the point that must belong to it.
    pub(crate) fn ec_from_numbers(scalar: &[u8], point: &EcPoint) -> Result<Self, Refused> {
        let curve = point.curve();
        if scalar.len() != curve.coordinate_len() {
            return Err(Refused::Invalid);
        }
        let pair = EcdsaKeyPair::from_private_key_and_public_key(ecdsa(curve), scalar, point.octets())
            .map_err(|_| Refused::Invalid)?;
        Ok(Self::Ec(curve, pair))
    }

    pub(crate) fn public_numbers(&self) -> Result<PublicNumbers, UnusableKey> {
        match self {
            Self::Rsa(pair) => {
                let (n, e) = numbers_of(pair.public_key());
                RsaPublicNumbers::new(n, e).map(PublicNumbers::Rsa)
            }
            Self::Ec(curve, pair) => {
                EcPoint::from_octets(*curve, pair.public_key().as_ref().to_vec()).map(PublicNumbers::Ec)
            }
        }
    }

    pub(crate) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Refused> {
        match self {
            Self::Rsa(pair) => {
                let encoding: &'static dyn aws_lc_rs::signature::RsaEncoding = match algorithm {
                    Algorithm::Rs256 => &RSA_PKCS1_SHA256,
                    Algorithm::Rs384 => &RSA_PKCS1_SHA384,
                    Algorithm::Rs512 => &RSA_PKCS1_SHA512,
                    Algorithm::Ps256 => &RSA_PSS_SHA256,
                    Algorithm::Es256 | Algorithm::Es384 => return Err(Refused::Invalid),
                };
                // The backend panics when the buffer has another length than the modulus.
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| Refused::Invalid)?;
                Ok(signature)
            }
            Self::Ec(curve, pair) if algorithm.curve() == Some(*curve) => {
                let signature = pair.sign(&SystemRandom::new(), message).map_err(|_| Refused::Invalid)?;
                Ok(signature.as_ref().to_vec())
            }
            Self::Ec(..) => Err(Refused::Invalid),
        }
    }

    /// PKCS#8, version 1 (RFC 5208 §5).
    pub(crate) fn pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, Refused> {
        match self {
            Self::Rsa(pair) => {
                pair.as_der().map(|der| der::secret(der.as_ref())).map_err(|_| Refused::Invalid)
            }
            Self::Ec(_, pair) => {
                pair.to_pkcs8v1().map(|der| der::secret(der.as_ref())).map_err(|_| Refused::Invalid)
            }
        }
    }

    /// SEC 1 with its curve named (RFC 5915 §3); refused for RSA.
    pub(crate) fn sec1_der(&self) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let Self::Ec(_, pair) = self else { return Err(Refused::Invalid) };
        pair.private_key().as_der().map(|der| der::secret(der.as_ref())).map_err(|_| Refused::Invalid)
    }

    /// The private number in full length; refused for RSA.
    pub(crate) fn ec_scalar(&self) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let Self::Ec(_, pair) = self else { return Err(Refused::Invalid) };
        pair.private_key().as_be_bytes().map(|d| der::secret(d.as_ref())).map_err(|_| Refused::Invalid)
    }
}

fn ecdsa(curve: Curve) -> &'static EcdsaSigningAlgorithm {
    match curve {
        Curve::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
        Curve::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
    }
}
