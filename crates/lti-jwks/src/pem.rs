//! PEM texts (RFC 7468): finding the one key in what was pasted, and saying what it is when it is not the
//! kind that was asked for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

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
    #[error("the key is in the format of OpenSSH, not PKCS#8 or PKCS#1")]
    OpenSshKey,
    /// A key of another kind than RSA.
    #[error("the key is not an RSA key")]
    NotRsa,
    /// PKCS#8 where PKCS#1 was asked for, or the other way round.
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
            Self::Certificate => "pem_is_certificate",
            Self::PublicKey => "pem_is_public_key",
            Self::PrivateKey => "pem_is_private_key",
            Self::EncryptedKey => "pem_is_encrypted",
            Self::OpenSshKey => "pem_is_openssh",
            Self::NotRsa => "pem_is_not_rsa",
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
            Self::PrivateKey | Self::OtherContainer => "RFC 7468 §10",
            Self::EncryptedKey => "RFC 7468 §11",
            Self::OpenSshKey => "RFC 7468 §10",
            Self::NotRsa => "RFC 7518 §3.1",
        }
    }
}

/// What a PEM holds; the bytes are DER.
pub(crate) enum Pem {
    Pkcs8Private(Zeroizing<Vec<u8>>),
    Pkcs1Private(Zeroizing<Vec<u8>>),
    SpkiPublic(Zeroizing<Vec<u8>>),
    Pkcs1Public(Zeroizing<Vec<u8>>),
}

impl Pem {
    /// Reads the first PEM block of the text. White space may stand where pasting puts it, and `\n` written
    /// as two characters, as environment files do, is a line end.
    pub(crate) fn parse(text: &str) -> Result<Self, PemError> {
        if text.len() > MAX_BYTES {
            return Err(PemError::TooLarge);
        }
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.starts_with(['{', '[']) {
            return Err(PemError::Json);
        }
        if text.starts_with("ssh-") {
            return Err(PemError::OpenSshKey);
        }
        let (_, after) = text.split_once("-----BEGIN ").ok_or(PemError::NotPem)?;
        let (label, after) = after.split_once("-----").ok_or(PemError::NotPem)?;
        let (body, after) = after.split_once("-----END ").ok_or(PemError::NotPem)?;
        let wrap: fn(Zeroizing<Vec<u8>>) -> Self = match label {
            "PRIVATE KEY" => Self::Pkcs8Private,
            // RFC 1421 headers: the old way to encrypt.
            "RSA PRIVATE KEY" if body.contains("ENCRYPTED") => return Err(PemError::EncryptedKey),
            "RSA PRIVATE KEY" => Self::Pkcs1Private,
            "PUBLIC KEY" => Self::SpkiPublic,
            "RSA PUBLIC KEY" => Self::Pkcs1Public,
            "ENCRYPTED PRIVATE KEY" => return Err(PemError::EncryptedKey),
            "CERTIFICATE"
            | "X509 CERTIFICATE"
            | "TRUSTED CERTIFICATE"
            | "CERTIFICATE REQUEST"
            | "NEW CERTIFICATE REQUEST"
            | "PKCS7" => return Err(PemError::Certificate),
            "OPENSSH PRIVATE KEY" | "SSH2 PUBLIC KEY" => return Err(PemError::OpenSshKey),
            "EC PRIVATE KEY" | "EC PARAMETERS" | "DSA PRIVATE KEY" => return Err(PemError::NotRsa),
            _ => return Err(PemError::UnknownLabel),
        };
        if !after.starts_with(label) {
            return Err(PemError::NotPem);
        }
        let der = decode_body(body)?;
        if has_elliptic_curve_oid(&der) {
            return Err(PemError::NotRsa);
        }
        Ok(wrap(der))
    }
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

/// Whether the algorithm at the start of the structure is `id-ecPublicKey` (RFC 5480 §2.1.1) or Ed25519
/// (RFC 8410 §3).
fn has_elliptic_curve_oid(der: &[u8]) -> bool {
    const EC_PUBLIC_KEY: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const ED25519: &[u8] = &[0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];
    let head = der.get(..40).unwrap_or(der);
    head.windows(EC_PUBLIC_KEY.len()).any(|window| window == EC_PUBLIC_KEY)
        || head.windows(ED25519.len()).any(|window| window == ED25519)
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
            match Pem::parse(&text).unwrap() {
                Pem::Pkcs8Private(read) => assert_eq!(*read, der),
                _ => panic!("another label"),
            }
        }
    }
}
