//! The cryptographic backend on AWS-LC. Nothing else in the crate names it.

mod private;
mod public;
mod symmetric;

pub(crate) use private::PrivateKey;
pub(crate) use public::{PublicKey, ec_point_of_spki, rsa_numbers_of};
pub(crate) use symmetric::{digest, expand, open, random, seal};
