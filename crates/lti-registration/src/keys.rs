//! Keys as they are entered: the address of a key set, or a key itself (Security Framework 1.0 §6.1).

use lti_jwks::{PemError, UnusableKey, VerifyingKey};
use lti_types::WireUrl;

use crate::{Problem, Term};

/// Whether something else than an address stands in its place.
pub(crate) fn check_key_set_url(address: &WireUrl, add: &mut impl FnMut(Term, Problem)) -> bool {
    let text = address.as_str().trim_start();
    let is_key = text.starts_with("-----BEGIN") || text.starts_with('{');
    if is_key {
        let private = text.contains("PRIVATE KEY") || text.contains("\"d\"");
        add(Term::KeySetUrl, if private { Problem::PrivateKey } else { Problem::KeyForUrl });
    }
    is_key
}

/// Whether the text is a public key.
pub(crate) fn check_pem(pem: &str, add: &mut impl FnMut(Term, Problem)) {
    let text = pem.trim_start();
    let is_url = |scheme: &str| text.get(..scheme.len()).is_some_and(|t| t.eq_ignore_ascii_case(scheme));
    if is_url("https://") || is_url("http://") {
        return add(Term::PublicKey, Problem::UrlForKey);
    }
    // A damaged private key has been shown to others as well.
    let labeled = text.starts_with("-----BEGIN") && text.contains("PRIVATE KEY-----");
    match VerifyingKey::from_pem(pem) {
        Ok(_) => {}
        Err(UnusableKey::Pem(PemError::PrivateKey | PemError::EncryptedKey | PemError::OpenSshKey)) => {
            add(Term::PublicKey, Problem::PrivateKey);
        }
        Err(UnusableKey::Pem(PemError::Json)) if text.contains("\"d\"") => {
            add(Term::PublicKey, Problem::PrivateKey);
        }
        Err(_) if labeled => add(Term::PublicKey, Problem::PrivateKey),
        Err(error) => add(Term::PublicKey, Problem::Key(error)),
    }
}
