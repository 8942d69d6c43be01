//! Private keys: making, reading, writing, signing. Those of RSA only with the feature `rust-crypto-rsa-signing`.

use p256::ecdsa::signature::Signer as _;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use zeroize::Zeroizing;

use crate::backend::Refused;
use crate::curve::EcPoint;
use crate::key_numbers::PublicNumbers;
use crate::{Algorithm, Curve, UnusableKey, der};

use super::symmetric::random;

#[cfg(feature = "rust-crypto-rsa-signing")]
mod rsa_pair;
#[cfg(feature = "rust-crypto-rsa-signing")]
use rsa_pair::RsaPair;
#[cfg(not(feature = "rust-crypto-rsa-signing"))]
mod no_rsa;

/// A key pair, which overwrites itself when dropped.
pub(crate) enum PrivateKey {
    #[cfg(feature = "rust-crypto-rsa-signing")]
    Rsa(Box<RsaPair>),
    P256(p256::SecretKey),
    P384(p384::SecretKey),
}

impl PrivateKey {
    pub(crate) fn generate_ec(curve: Curve) -> Result<Self, Refused> {
        let mut scalar = Zeroizing::new(vec![0; curve.coordinate_len()]);
        // Zero, or not below the order: next to never. More than a few times in a row the source is broken.
        for _ in 0..8 {
            random(&mut scalar)?;
            let made = Self::of_scalar(curve, &scalar);
            if made.is_ok() {
                return made;
            }
        }
        Err(Refused::Invalid)
    }

    fn of_scalar(curve: Curve, scalar: &[u8]) -> Result<Self, Refused> {
        // The crates also take shorter numbers.
        if scalar.len() != curve.coordinate_len() {
            return Err(Refused::Invalid);
        }
        match curve {
            Curve::P256 => p256::SecretKey::from_slice(scalar).map(Self::P256).map_err(|_| Refused::Invalid),
            Curve::P384 => p384::SecretKey::from_slice(scalar).map(Self::P384).map_err(|_| Refused::Invalid),
        }
    }

    pub(crate) fn ec_from_pkcs8(curve: Curve, der: &[u8]) -> Result<Self, Refused> {
        match curve {
            Curve::P256 => p256::SecretKey::from_pkcs8_der(der).map(Self::P256).map_err(|_| Refused::Invalid),
            Curve::P384 => p384::SecretKey::from_pkcs8_der(der).map(Self::P384).map_err(|_| Refused::Invalid),
        }
    }

    pub(crate) fn ec_from_sec1(curve: Curve, der: &[u8]) -> Result<Self, Refused> {
        match curve {
            Curve::P256 => p256::SecretKey::from_sec1_der(der).map(Self::P256).map_err(|_| Refused::Invalid),
            Curve::P384 => p384::SecretKey::from_sec1_der(der).map(Self::P384).map_err(|_| Refused::Invalid),
        }
    }

    /// From the private number and the point that must belong to it.
    pub(crate) fn ec_from_numbers(scalar: &[u8], point: &EcPoint) -> Result<Self, Refused> {
        let key = Self::of_scalar(point.curve(), scalar)?;
        match key.public_numbers() {
            Ok(PublicNumbers::Ec(own)) if own == *point => Ok(key),
            _ => Err(Refused::Invalid),
        }
    }

    pub(crate) fn public_numbers(&self) -> Result<PublicNumbers, UnusableKey> {
        let (curve, point) = match self {
            #[cfg(feature = "rust-crypto-rsa-signing")]
            Self::Rsa(pair) => return pair.public_numbers(),
            Self::P256(key) => (Curve::P256, key.public_key().to_sec1_point(false).as_bytes().to_vec()),
            Self::P384(key) => (Curve::P384, key.public_key().to_sec1_point(false).as_bytes().to_vec()),
        };
        EcPoint::from_octets(curve, point).map(PublicNumbers::Ec)
    }

    /// ECDSA with the deterministic nonce of RFC 6979.
    pub(crate) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, Refused> {
        match self {
            #[cfg(feature = "rust-crypto-rsa-signing")]
            Self::Rsa(pair) => pair.sign(algorithm, message),
            Self::P256(key) if algorithm == Algorithm::Es256 => {
                let signature: p256::ecdsa::Signature =
                    p256::ecdsa::SigningKey::from(key).try_sign(message).map_err(|_| Refused::Invalid)?;
                Ok(signature.to_bytes().to_vec())
            }
            Self::P384(key) if algorithm == Algorithm::Es384 => {
                let signature: p384::ecdsa::Signature =
                    p384::ecdsa::SigningKey::from(key).try_sign(message).map_err(|_| Refused::Invalid)?;
                Ok(signature.to_bytes().to_vec())
            }
            Self::P256(_) | Self::P384(_) => Err(Refused::Invalid),
        }
    }

    /// PKCS#8, version 1 (RFC 5208 §5).
    pub(crate) fn pkcs8_der(&self) -> Result<Zeroizing<Vec<u8>>, Refused> {
        match self {
            #[cfg(feature = "rust-crypto-rsa-signing")]
            Self::Rsa(pair) => Ok(der::rsa_pkcs8(&pair.pkcs1_der()?)),
            Self::P256(key) => {
                key.to_pkcs8_der().map(|document| document.to_bytes()).map_err(|_| Refused::Invalid)
            }
            Self::P384(key) => {
                key.to_pkcs8_der().map(|document| document.to_bytes()).map_err(|_| Refused::Invalid)
            }
        }
    }

    /// SEC 1 with its curve named (RFC 5915 §3); refused for RSA.
    pub(crate) fn sec1_der(&self) -> Result<Zeroizing<Vec<u8>>, Refused> {
        match self {
            #[cfg(feature = "rust-crypto-rsa-signing")]
            Self::Rsa(_) => Err(Refused::Invalid),
            Self::P256(key) => key.to_sec1_der().map_err(|_| Refused::Invalid),
            Self::P384(key) => key.to_sec1_der().map_err(|_| Refused::Invalid),
        }
    }

    /// The private number in full length; refused for RSA.
    pub(crate) fn ec_scalar(&self) -> Result<Zeroizing<Vec<u8>>, Refused> {
        match self {
            #[cfg(feature = "rust-crypto-rsa-signing")]
            Self::Rsa(_) => Err(Refused::Invalid),
            Self::P256(key) => Ok(der::secret(Zeroizing::new(key.to_bytes()).as_slice())),
            Self::P384(key) => Ok(der::secret(Zeroizing::new(key.to_bytes()).as_slice())),
        }
    }
}
