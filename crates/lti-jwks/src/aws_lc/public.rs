//! Public keys: checking, parsing, verifying.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{PublicKey as RsaPublicKey, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, EcdsaVerificationAlgorithm, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RsaParameters,
};

use crate::backend::Refused;
use crate::key_numbers::PublicNumbers;
use crate::{Algorithm, Curve};

/// A public key, parsed once for each algorithm it may be used with, and for no other.
#[derive(Clone)]
pub(crate) struct PublicKey {
    parsed: Vec<(Algorithm, ParsedPublicKey)>,
}

impl PublicKey {
    pub(crate) fn new(numbers: &PublicNumbers, algorithms: &[Algorithm]) -> Result<Self, Refused> {
        let parse = |algorithm: &Algorithm| {
            let parsed = match numbers {
                PublicNumbers::Rsa(rsa) => PublicKeyComponents { n: rsa.modulus(), e: rsa.exponent() }
                    .to_parsed_public_key(rsa_parameters(*algorithm)?)
                    .map_err(|_| Refused::Invalid)?,
                // Checks that the point is on the curve and not its zero.
                PublicNumbers::Ec(point) => {
                    ParsedPublicKey::new(ecdsa_parameters(point.curve()), point.octets())
                        .map_err(|_| Refused::Invalid)?
                }
            };
            Ok((*algorithm, parsed))
        };
        Ok(Self { parsed: algorithms.iter().map(parse).collect::<Result<_, _>>()? })
    }

    pub(crate) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Refused> {
        let (_, key) = self.parsed.iter().find(|(of, _)| *of == algorithm).ok_or(Refused::Invalid)?;
        key.verify_sig(message, signature).map_err(|_| Refused::Invalid)
    }
}

fn rsa_parameters(algorithm: Algorithm) -> Result<&'static RsaParameters, Refused> {
    match algorithm {
        Algorithm::Rs256 => Ok(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Ok(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Ok(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => Ok(&RSA_PSS_2048_8192_SHA256),
        Algorithm::Es256 | Algorithm::Es384 => Err(Refused::Invalid),
    }
}

fn ecdsa_parameters(curve: Curve) -> &'static EcdsaVerificationAlgorithm {
    match curve {
        Curve::P256 => &ECDSA_P256_SHA256_FIXED,
        Curve::P384 => &ECDSA_P384_SHA384_FIXED,
    }
}

/// The modulus and exponent within PKCS#1 `RSAPublicKey` or SubjectPublicKeyInfo.
pub(crate) fn rsa_numbers_of(der: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Refused> {
    let key = RsaPublicKey::from_der(der).map_err(|_| Refused::Invalid)?;
    Ok(numbers_of(&key))
}

pub(super) fn numbers_of(key: &RsaPublicKey) -> (Vec<u8>, Vec<u8>) {
    (
        key.modulus().big_endian_without_leading_zero().to_vec(),
        key.exponent().big_endian_without_leading_zero().to_vec(),
    )
}

/// The uncompressed point within SubjectPublicKeyInfo, compressed there or not.
pub(crate) fn ec_point_of_spki(curve: Curve, der: &[u8]) -> Result<Vec<u8>, Refused> {
    let key = ParsedPublicKey::new(ecdsa_parameters(curve), der).map_err(|_| Refused::Invalid)?;
    // Written anew it is uncompressed, and ends with the point.
    let spki = key.as_der().map_err(|_| Refused::Invalid)?;
    let octets = spki.as_ref();
    let start = octets.len().checked_sub(1 + 2 * curve.coordinate_len()).ok_or(Refused::Invalid)?;
    Ok(octets.get(start..).unwrap_or_default().to_vec())
}
