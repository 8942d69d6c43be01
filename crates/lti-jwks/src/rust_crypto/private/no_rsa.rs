//! Without the feature `rust-crypto-rsa-signing` there are no private keys of RSA.

use super::PrivateKey;
use crate::RsaSize;
use crate::backend::Refused;
use crate::rsa_numbers::RsaPrivateNumbers;

impl PrivateKey {
    pub(crate) fn generate_rsa(_: RsaSize) -> Result<Self, Refused> {
        Err(Refused::NotBuilt)
    }

    pub(crate) fn rsa_from_pkcs8(_: &[u8]) -> Result<Self, Refused> {
        Err(Refused::NotBuilt)
    }

    pub(crate) fn rsa_from_pkcs1(_: &[u8]) -> Result<Self, Refused> {
        Err(Refused::NotBuilt)
    }

    pub(crate) fn rsa_from_numbers(_: &RsaPrivateNumbers<'_>) -> Result<Self, Refused> {
        Err(Refused::NotBuilt)
    }
}
