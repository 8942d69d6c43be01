//! The cryptographic backend without a C compiler, on the crates of RustCrypto. Nothing else in the crate names
//! them.

mod private;
mod public;
mod symmetric;

pub(crate) use private::PrivateKey;
pub(crate) use public::{PublicKey, ec_point_of_spki, rsa_numbers_of};
pub(crate) use symmetric::{digest, expand, open, random, seal};

use rsa::{Pkcs1v15Sign, Pss};

use crate::algorithm::Hash;

/// PKCS#1 v1.5 with the algorithm's DigestInfo prefix (RFC 8017 §9.2, note 1).
fn pkcs1v15(hash: Hash) -> Pkcs1v15Sign {
    const fn prefix(algorithm: u8, len: u8) -> [u8; 19] {
        [
            0x30,
            0x11 + len,
            0x30,
            0x0d,
            0x06,
            0x09,
            0x60,
            0x86,
            0x48,
            0x01,
            0x65,
            0x03,
            0x04,
            0x02,
            algorithm,
            0x05,
            0x00,
            0x04,
            len,
        ]
    }
    let (algorithm, len) = match hash {
        Hash::Sha256 => (1, 32),
        Hash::Sha384 => (2, 48),
        Hash::Sha512 => (3, 64),
    };
    Pkcs1v15Sign { hash_len: Some(usize::from(len)), prefix: prefix(algorithm, len).into() }
}

/// PSS with SHA-256 and a salt as long as the digest (RFC 7518 §3.5); blinded when signing.
fn pss_sha256() -> Pss {
    Pss::new_blinded::<rsa::sha2::Sha256>()
}
