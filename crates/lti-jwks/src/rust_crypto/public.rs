//! Public keys: checking, parsing, verifying.

use p256::ecdsa::signature::Verifier as _;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::pkcs8::DecodePublicKey as _;
use rsa::pkcs1::DecodeRsaPublicKey as _;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{BigUint, RsaPublicKey};

use super::{digest, pkcs1v15, pss_sha256};
use crate::backend::Refused;
use crate::key_numbers::PublicNumbers;
use crate::rsa_numbers::MAX_BITS;
use crate::{Algorithm, Curve};

/// A public key, parsed once, with the algorithms it may be used with.
#[derive(Clone)]
pub(crate) struct PublicKey {
    parsed: Parsed,
    algorithms: Vec<Algorithm>,
}

#[derive(Clone)]
enum Parsed {
    Rsa { key: RsaPublicKey, modulus: Vec<u8> },
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
}

impl PublicKey {
    pub(crate) fn new(numbers: &PublicNumbers, algorithms: &[Algorithm]) -> Result<Self, Refused> {
        if !algorithms.iter().all(|algorithm| algorithm.fits(numbers.kind())) {
            return Err(Refused::Invalid);
        }
        let parsed = match numbers {
            PublicNumbers::Rsa(rsa) => {
                let (n, e) = (BigUint::from_bytes_be(rsa.modulus()), BigUint::from_bytes_be(rsa.exponent()));
                let key = RsaPublicKey::new_with_max_size(n, e, MAX_BITS).map_err(|_| Refused::Invalid)?;
                Parsed::Rsa { key, modulus: rsa.modulus().to_vec() }
            }
            // Checks that the point is on the curve and not its zero.
            PublicNumbers::Ec(point) => match point.curve() {
                Curve::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(point.octets())
                    .map(Parsed::P256)
                    .map_err(|_| Refused::Invalid)?,
                Curve::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(point.octets())
                    .map(Parsed::P384)
                    .map_err(|_| Refused::Invalid)?,
            },
        };
        Ok(Self { parsed, algorithms: algorithms.to_vec() })
    }

    pub(crate) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Refused> {
        if !self.algorithms.contains(&algorithm) {
            return Err(Refused::Invalid);
        }
        let verified = match &self.parsed {
            Parsed::Rsa { key, modulus } => {
                // RFC 8017 §8.1.2, §8.2.2: exactly as long as the modulus, and less. Bytes of the same length
                // compare like the numbers they are.
                if signature.len() != modulus.len() || signature >= modulus.as_slice() {
                    return Err(Refused::Invalid);
                }
                let digest = digest(algorithm.hash(), message);
                if algorithm == Algorithm::Ps256 {
                    key.verify(pss_sha256(), &digest, signature).is_ok()
                } else {
                    key.verify(pkcs1v15(algorithm.hash()), &digest, signature).is_ok()
                }
            }
            Parsed::P256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            Parsed::P384(key) => p384::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
        };
        if verified { Ok(()) } else { Err(Refused::Invalid) }
    }
}

/// The modulus and exponent within PKCS#1 `RSAPublicKey` or SubjectPublicKeyInfo.
pub(crate) fn rsa_numbers_of(der: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Refused> {
    let key = RsaPublicKey::from_pkcs1_der(der)
        .or_else(|_| RsaPublicKey::from_public_key_der(der).map_err(|_| Refused::Invalid));
    let key = key?;
    Ok((key.n().to_bytes_be(), key.e().to_bytes_be()))
}

/// The uncompressed point within SubjectPublicKeyInfo, compressed there or not.
pub(crate) fn ec_point_of_spki(curve: Curve, der: &[u8]) -> Result<Vec<u8>, Refused> {
    match curve {
        Curve::P256 => p256::PublicKey::from_public_key_der(der)
            .map(|key| key.to_sec1_point(false).as_bytes().to_vec())
            .map_err(|_| Refused::Invalid),
        Curve::P384 => p384::PublicKey::from_public_key_der(der)
            .map(|key| key.to_sec1_point(false).as_bytes().to_vec())
            .map_err(|_| Refused::Invalid),
    }
}
