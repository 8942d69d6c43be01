//! Digests, randomness, and what sealing is made of.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

use crate::algorithm::Hash;
use crate::backend::{KEY_LEN, NONCE_LEN, Refused, TAG_LEN};

pub(crate) fn digest(hash: Hash, bytes: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha256 => Sha256::digest(bytes).to_vec(),
        Hash::Sha384 => Sha384::digest(bytes).to_vec(),
        Hash::Sha512 => Sha512::digest(bytes).to_vec(),
    }
}

/// Fills with bytes from the operating system.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), Refused> {
    getrandom::fill(bytes).map_err(|_| Refused::Invalid)
}

/// HKDF-Expand with SHA-256 (RFC 5869 §2.3).
pub(crate) fn expand(key: &[u8; KEY_LEN], info: &[&[u8]]) -> Result<Zeroizing<[u8; KEY_LEN]>, Refused> {
    let mut derived = Zeroizing::new([0; KEY_LEN]);
    Hkdf::<Sha256>::from_prk(key)
        .map_err(|_| Refused::Invalid)?
        .expand_multi_info(info, derived.as_mut_slice())
        .map_err(|_| Refused::Invalid)?;
    Ok(derived)
}

/// AES-256-GCM; the tag is appended.
pub(crate) fn seal(
    key: &[u8; KEY_LEN],
    nonce: [u8; NONCE_LEN],
    associated: &[u8],
    text: &mut Vec<u8>,
) -> Result<(), Refused> {
    let tag = Aes256Gcm::new(key.into())
        .encrypt_inout_detached(&nonce.into(), associated, text.as_mut_slice().into())
        .map_err(|_| Refused::Invalid)?;
    text.extend_from_slice(&tag);
    Ok(())
}

/// The reverse of [`seal`]; what is returned lies within `text`.
pub(crate) fn open<'a>(
    key: &[u8; KEY_LEN],
    nonce: [u8; NONCE_LEN],
    associated: &[u8],
    text: &'a mut [u8],
) -> Result<&'a [u8], Refused> {
    let len = text.len().checked_sub(TAG_LEN).ok_or(Refused::Invalid)?;
    let (text, tag) = text.split_at_mut(len);
    let tag: [u8; TAG_LEN] = (&*tag).try_into().map_err(|_| Refused::Invalid)?;
    Aes256Gcm::new(key.into())
        .decrypt_inout_detached(&nonce.into(), associated, text.into(), &tag.into())
        .map_err(|_| Refused::Invalid)?;
    Ok(text)
}
