//! Private keys as JWK (RFC 7518 §6.2.2, §6.3.2), read and written without leaving copies behind.

use serde::Deserialize;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use crate::backend::PrivateKey;
use crate::key_numbers::PublicNumbers;
use crate::rsa_numbers::RsaPrivateNumbers;
use crate::{Algorithm, Jwk, KeyId, SigningKeyError, UnusableKey, base64url, der};

/// A private key with what its JWK says of it.
pub(crate) struct PrivateJwk {
    pub(crate) key: PrivateKey,
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) key_id: Option<KeyId>,
}

#[derive(Deserialize)]
struct Members {
    kty: Option<String>,
    keys: Option<IgnoredAny>,
    k: Option<IgnoredAny>,
    d: Option<Zeroizing<String>>,
    p: Option<Zeroizing<String>>,
    q: Option<Zeroizing<String>>,
    dp: Option<Zeroizing<String>>,
    dq: Option<Zeroizing<String>>,
    qi: Option<Zeroizing<String>>,
}

pub(crate) fn read(text: &str) -> Result<PrivateJwk, SigningKeyError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.contains("-----BEGIN ") {
        return Err(SigningKeyError::JwkIsPem);
    }
    let malformed = SigningKeyError::JwkMalformed;
    let private: Members = serde_json::from_str(text).map_err(|_| malformed)?;
    if private.keys.is_some() {
        return Err(SigningKeyError::JwkIsSet);
    }
    if private.k.is_some() || private.kty.as_deref() == Some("oct") {
        return Err(SigningKeyError::JwkIsSymmetric);
    }
    let public: Jwk = serde_json::from_str(text).map_err(|_| malformed)?;
    let numbers = public.numbers()?;
    let Members { d, p, q, dp, dq, qi, .. } = private;
    if [&d, &p, &q, &dp, &dq, &qi].iter().all(|member| member.is_none()) {
        return Err(SigningKeyError::JwkIsPublic);
    }
    let number = |member: Option<Zeroizing<String>>| {
        let text = member.ok_or(malformed)?;
        base64url::decode_padding_optional(&text).map(Zeroizing::new).map_err(|_| malformed)
    };
    let algorithm = public.named_algorithm(&numbers)?;
    if public.public_key_use().is_some_and(|purpose| purpose != "sig") {
        return Err(UnusableKey::UseNotSignature.into());
    }
    let key = match &numbers {
        PublicNumbers::Rsa(rsa) => PrivateKey::rsa_from_numbers(&RsaPrivateNumbers {
            public: rsa,
            d: &number(d)?,
            p: &number(p)?,
            q: &number(q)?,
            dp: &number(dp)?,
            dq: &number(dq)?,
            qi: &number(qi)?,
        }),
        PublicNumbers::Ec(point) => PrivateKey::ec_from_numbers(&number(d)?, point),
    };
    let key = key.map_err(SigningKeyError::refused)?;
    // A name that cannot be used is not silently another: the published key has it, and nobody would find this one.
    let key_id = public.checked_key_id()?;
    Ok(PrivateJwk { key, algorithm, key_id })
}

pub(crate) fn write(
    key: &PrivateKey,
    numbers: &PublicNumbers,
    algorithm: Algorithm,
    key_id: &KeyId,
) -> Result<Zeroizing<String>, SigningKeyError> {
    // The public members in the order of their names, and then the private ones.
    let public = Jwk::from_numbers(numbers, Some(algorithm), Some(key_id));
    let public = serde_json::to_string(&public).map_err(|_| SigningKeyError::BackendFailed)?;
    let open = public.strip_suffix('}').ok_or(SigningKeyError::BackendFailed)?;
    let (pkcs8, scalar);
    let members: Vec<(&str, &[u8])> = match numbers {
        PublicNumbers::Rsa(_) => {
            pkcs8 = key.pkcs8_der().map_err(SigningKeyError::failed)?;
            let [_, _, private @ ..] = der::within_pkcs8(&pkcs8)
                .and_then(der::rsa_private_numbers)
                .ok_or(SigningKeyError::BackendFailed)?;
            ["d", "p", "q", "dp", "dq", "qi"].into_iter().zip(private).collect()
        }
        PublicNumbers::Ec(_) => {
            scalar = key.ec_scalar().map_err(SigningKeyError::failed)?;
            vec![("d", scalar.as_slice())]
        }
    };
    // Room for all of it, so that growing leaves no copy behind.
    let room: usize = members.iter().map(|(_, number)| number.len().div_ceil(3) * 4 + 10).sum();
    let mut text = Zeroizing::new(String::with_capacity(open.len() + room + 1));
    text.push_str(open);
    for (name, number) in members {
        for part in [",\"", name, "\":\""] {
            text.push_str(part);
        }
        base64url::encode_onto(number, &mut text);
        text.push('"');
    }
    text.push('}');
    Ok(text)
}
