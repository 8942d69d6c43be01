//! Digests, randomness, and what sealing is made of.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, SHA384, SHA512};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk};
use zeroize::Zeroizing;

use crate::algorithm::Hash;
use crate::backend::{KEY_LEN, NONCE_LEN, Refused};

pub(crate) fn digest(hash: Hash, bytes: &[u8]) -> Vec<u8> {
    let algorithm = match hash {
        Hash::Sha256 => &SHA256,
        Hash::Sha384 => &SHA384,
        Hash::Sha512 => &SHA512,
    };
    aws_lc_rs::digest::digest(algorithm, bytes).as_ref().to_vec()
}

/// Fills with bytes from the operating system.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), Refused> {
    aws_lc_rs::rand::fill(bytes).map_err(|_| Refused::Invalid)
}

/// HKDF-Expand with SHA-256 (RFC 5869 §2.3).
pub(crate) fn expand(key: &[u8; KEY_LEN], info: &[&[u8]]) -> Result<Zeroizing<[u8; KEY_LEN]>, Refused> {
    let mut derived = Zeroizing::new([0; KEY_LEN]);
    Prk::new_less_safe(HKDF_SHA256, key)
        .expand(info, HKDF_SHA256)
        .and_then(|output| output.fill(derived.as_mut_slice()))
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
    cipher(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(associated), text)
        .map_err(|_| Refused::Invalid)
}

/// The reverse of [`seal`]; what is returned lies within `text`.
pub(crate) fn open<'a>(
    key: &[u8; KEY_LEN],
    nonce: [u8; NONCE_LEN],
    associated: &[u8],
    text: &'a mut [u8],
) -> Result<&'a [u8], Refused> {
    cipher(key)?
        .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(associated), text)
        .map(|text| &*text)
        .map_err(|_| Refused::Invalid)
}

fn cipher(key: &[u8; KEY_LEN]) -> Result<LessSafeKey, Refused> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new).map_err(|_| Refused::Invalid)
}
