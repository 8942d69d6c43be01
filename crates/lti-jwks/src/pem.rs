//! PEM texts (RFC 7468): finding the one key in what was pasted, and saying what it is when it is not the
//! kind that was asked for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::der::{self, DerKind};
use crate::key_numbers::KeyKind;

const MAX_BYTES: usize = 64 * 1024;

/// Why a text is not the PEM that was asked for (RFC 7468).
///
/// The variants say what the text *is*, because pasting the wrong one of several files is the usual reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PemError {
    /// There is no `-----BEGIN …-----` line, or no matching end.
    #[error("the text is not PEM")]
    NotPem,
    /// The text is a JSON object, perhaps a JWK.
    #[error("the text is JSON, perhaps a JWK, not PEM")]
    Json,
    /// The text is longer than 64 KiB.
    #[error("the text is too long for a key")]
    TooLarge,
    /// What stands between the lines is not base64.
    #[error("the PEM's base64 is malformed")]
    Malformed,
    /// The base64 is fine, and what it encodes is not the container that the label promises: cut short, or
    /// mislabeled.
    #[error("the PEM does not hold what its label says, or not all of it")]
    Damaged,
    /// A certificate or certificate request, not a key.
    #[error("the text is a certificate, not a key")]
    Certificate,
    /// A public key where a private one is needed.
    #[error("the text is a public key, and a private key is needed")]
    PublicKey,
    /// A private key where a public one is needed.
    #[error("the text is a private key, and a public key is needed")]
    PrivateKey,
    /// A private key under a passphrase; decrypt it first.
    #[error("the private key is encrypted")]
    EncryptedKey,
    /// A key in OpenSSH's own format.
    #[error("the key is in the format of OpenSSH, not PKCS#8, PKCS#1 or SEC 1")]
    OpenSshKey,
    /// The parameters of a curve, which some tools write before a key, and no key.
    #[error("the text is the parameters of a curve, without a key")]
    EcParameters,
    /// An EC key on a curve other than P-256 and P-384, or one whose curve is spelled out instead of named.
    #[error("the key is an EC key on a curve other than P-256 and P-384")]
    OtherCurve,
    /// An Ed25519, Ed448, X25519 or X448 key.
    #[error("the key is an Ed25519, Ed448, X25519 or X448 key, not an RSA or EC key")]
    EdwardsKey,
    /// An RSA key whose container restricts it to RSASSA-PSS. An unrestricted one can sign PS256 too.
    #[error("the key is an RSA key restricted to RSASSA-PSS; an unrestricted RSA key is needed")]
    RsaPssKey,
    /// A key of another kind: DSA, Diffie-Hellman, …
    #[error("the key is neither an RSA key nor an EC key")]
    OtherKey,
    /// PKCS#8 where PKCS#1 was asked for, or any other mixture.
    #[error("the key is PEM of another container than the one asked for")]
    OtherContainer,
    /// PEM of some other kind.
    #[error("the PEM holds no key that is known here")]
    UnknownLabel,
}

impl PemError {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotPem => "pem_missing",
            Self::Json => "pem_is_json",
            Self::TooLarge => "pem_too_large",
            Self::Malformed => "pem_malformed",
            Self::Damaged => "pem_damaged",
            Self::Certificate => "pem_is_certificate",
            Self::PublicKey => "pem_is_public_key",
            Self::PrivateKey => "pem_is_private_key",
            Self::EncryptedKey => "pem_is_encrypted",
            Self::OpenSshKey => "pem_is_openssh",
            Self::EcParameters => "pem_is_ec_parameters",
            Self::OtherCurve => "pem_other_curve",
            Self::EdwardsKey => "pem_is_edwards_key",
            Self::RsaPssKey => "pem_is_rsa_pss_key",
            Self::OtherKey => "pem_other_key",
            Self::OtherContainer => "pem_other_container",
            Self::UnknownLabel => "pem_label_unknown",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        match self {
            Self::NotPem | Self::Json | Self::TooLarge | Self::Malformed | Self::UnknownLabel => {
                "RFC 7468 §2"
            }
            Self::Certificate => "RFC 7468 §5",
            Self::PublicKey => "RFC 7468 §13",
            Self::PrivateKey | Self::OtherContainer | Self::Damaged | Self::OpenSshKey => "RFC 7468 §10",
            Self::EncryptedKey => "RFC 7468 §11",
            Self::EcParameters => "RFC 5915 §4",
            Self::OtherCurve => "RFC 7518 §6.2.1.1",
            Self::EdwardsKey | Self::RsaPssKey | Self::OtherKey => "RFC 7518 §3.1",
        }
    }
}

/// A key found in a text: how it is wrapped, what kind it is, and its DER.
pub(crate) struct Pem {
    pub(crate) container: Container,
    pub(crate) kind: KeyKind,
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// How a key is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Container {
    Pkcs8Private,
    Pkcs1Private,
    Sec1Private,
    SpkiPublic,
    Pkcs1Public,
}

impl Container {
    pub(crate) const fn is_public(self) -> bool {
        matches!(self, Self::SpkiPublic | Self::Pkcs1Public)
    }
}

impl Pem {
    /// Reads the first PEM block of the text that is not merely a curve's parameters. White space may stand where
    /// pasting puts it, and `\n` written as two characters, as environment files do, is a line end.
    pub(crate) fn parse(text: &str) -> Result<Self, PemError> {
        if text.len() > MAX_BYTES {
            return Err(PemError::TooLarge);
        }
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.starts_with(['{', '[']) {
            return Err(PemError::Json);
        }
        if text.starts_with("ssh-") || text.starts_with("ecdsa-sha2-") {
            return Err(PemError::OpenSshKey);
        }
        let (mut label, mut body, mut rest) = first_block(text)?;
        if label == "EC PARAMETERS" {
            (label, body, rest) = first_block(rest).map_err(|_| PemError::EcParameters)?;
        }
        let container = match label {
            "PRIVATE KEY" => Container::Pkcs8Private,
            // RFC 1421 headers: the old way to encrypt.
            "RSA PRIVATE KEY" | "EC PRIVATE KEY" if body.contains("ENCRYPTED") => {
                return Err(PemError::EncryptedKey);
            }
            "RSA PRIVATE KEY" => Container::Pkcs1Private,
            "EC PRIVATE KEY" => Container::Sec1Private,
            "PUBLIC KEY" => Container::SpkiPublic,
            "RSA PUBLIC KEY" => Container::Pkcs1Public,
            "ENCRYPTED PRIVATE KEY" => return Err(PemError::EncryptedKey),
            "CERTIFICATE"
            | "X509 CERTIFICATE"
            | "TRUSTED CERTIFICATE"
            | "CERTIFICATE REQUEST"
            | "NEW CERTIFICATE REQUEST"
            | "PKCS7" => return Err(PemError::Certificate),
            "OPENSSH PRIVATE KEY" | "SSH2 PUBLIC KEY" => return Err(PemError::OpenSshKey),
            "DSA PRIVATE KEY" | "DSA PARAMETERS" | "DH PARAMETERS" => return Err(PemError::OtherKey),
            _ => return Err(PemError::UnknownLabel),
        };
        if !rest.starts_with(label) {
            return Err(PemError::NotPem);
        }
        let der = decode_body(body)?;
        let kind = match container {
            Container::Pkcs8Private => der::kind_of_pkcs8(&der),
            Container::SpkiPublic => der::kind_of_spki(&der),
            Container::Sec1Private => der::kind_of_sec1(&der),
            Container::Pkcs1Private | Container::Pkcs1Public => Some(DerKind::Known(KeyKind::Rsa)),
        };
        let kind = match kind.ok_or(PemError::Damaged)? {
            DerKind::Known(kind) => kind,
            DerKind::OtherCurve => return Err(PemError::OtherCurve),
            DerKind::Edwards => return Err(PemError::EdwardsKey),
            DerKind::RsaPss => return Err(PemError::RsaPssKey),
            DerKind::Other => return Err(PemError::OtherKey),
        };
        Ok(Self { container, kind, der })
    }
}

/// Label, body, and what comes after `-----END `.
fn first_block(text: &str) -> Result<(&str, &str, &str), PemError> {
    let (_, after) = text.split_once("-----BEGIN ").ok_or(PemError::NotPem)?;
    let (label, after) = after.split_once("-----").ok_or(PemError::NotPem)?;
    let (body, after) = after.split_once("-----END ").ok_or(PemError::NotPem)?;
    Ok((label, body, after))
}

fn decode_body(body: &str) -> Result<Zeroizing<Vec<u8>>, PemError> {
    let mut text = Zeroizing::new(String::with_capacity(body.len()));
    for part in body.split("\\n") {
        for piece in part.split("\\r") {
            text.extend(piece.chars().filter(|character| !character.is_ascii_whitespace()));
        }
    }
    let mut der = Zeroizing::new(vec![0; text.len()]);
    let len = STANDARD.decode_slice(text.as_bytes(), &mut der).map_err(|_| PemError::Malformed)?;
    der.truncate(len);
    Ok(der)
}

/// Writes DER as PEM with lines of 64 characters (RFC 7468 §2), leaving no copy of the text behind.
pub(crate) fn write(label: &str, der: &[u8]) -> Zeroizing<String> {
    let capacity = der.len().div_ceil(48) * 65 + 2 * label.len() + 40;
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    // 48 bytes are one line of 64 characters, so that no text but the result holds the key.
    for line in der.chunks(48) {
        STANDARD.encode_string(line, &mut text);
        text.push('\n');
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writing_does_not_outgrow_its_buffer_and_reads_back() {
        for len in [0, 1, 47, 48, 49, 1200, 5000] {
            let der = vec![0xa5; len];
            let text = write("PRIVATE KEY", &der);
            assert!(text.lines().all(|line| line.len() <= 64));
            assert!(text.len() <= der.len().div_ceil(48) * 65 + 22 + 40, "{len}");
            // One that had grown would have left a copy behind, and would be twice as large.
            let rest = (48 - len % 48) % 48 * 65 / 48 + 16;
            assert!(text.capacity() - text.len() <= rest, "{len}: {} of {}", text.len(), text.capacity());
            let (label, body, _) = first_block(&text).unwrap();
            assert_eq!((label, decode_body(body).unwrap().as_slice()), ("PRIVATE KEY", der.as_slice()));
        }
    }
}
