//! The signing key between runs: a file that only its owner may read.

use std::io::Write;
use std::path::Path;

use lti_jwks::{RsaSize, SealingKey, SigningKey};
use sha2::{Digest, Sha256};

use crate::server::StartError;

/// The key in the file; made, and written with mode 0600, if there is none. Without a file, a key of this run.
pub(crate) fn open(path: Option<&Path>) -> Result<SigningKey, StartError> {
    let made = || SigningKey::generate_rsa(RsaSize::Rsa2048).map_err(StartError::new);
    let Some(path) = path else { return made() };
    let failed = |what: &dyn std::fmt::Display| StartError::new(format_args!("{}: {what}", path.display()));
    let parsed = |text: String| {
        let text = zeroize::Zeroizing::new(text);
        SigningKey::parse(&text).map_err(|error| failed(&error))
    };
    match std::fs::read_to_string(path) {
        Ok(text) => parsed(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = made()?;
            let pem = key.to_pkcs8_pem().map_err(|error| failed(&error))?;
            match written(path, pem.as_bytes()).and_then(|file| Ok(file.persist_noclobber(path)?)) {
                Ok(_) => Ok(key),
                // Another process was quicker: that is the key of both.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    parsed(std::fs::read_to_string(path).map_err(|error| failed(&error))?)
                }
                Err(error) => Err(failed(&error)),
            }
        }
        Err(error) => Err(failed(&error)),
    }
}

/// A sealing key that comes of a signing key: the same on every machine that has the same key file, and nobody else's.
pub(crate) fn sealing_key(key: &SigningKey, label: &str) -> Result<SealingKey, StartError> {
    let pem = key.to_pkcs8_pem().map_err(StartError::new)?;
    let mut hash = Sha256::new();
    hash.update(label.as_bytes());
    hash.update(pem.as_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    SealingKey::from_entropy(&digest).map_err(StartError::new)
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    written(path, content)?.persist(path)?;
    Ok(())
}

/// The content in a file beside the one that it is to become.
fn written(path: &Path, content: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test code")]
mod tests {
    #[test]
    fn machines_that_start_at_once_have_one_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.pem");
        let keys: Vec<_> = std::thread::scope(|scope| {
            let started: Vec<_> = (0..4).map(|_| scope.spawn(|| super::open(Some(&path)).unwrap())).collect();
            started.into_iter().map(|thread| thread.join().unwrap().key_id().to_string()).collect()
        });
        assert!(keys.iter().all(|key| Some(key) == keys.first()), "{keys:?}");
    }

    #[test]
    fn a_key_file_is_made_once_and_private() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys.pem");
        let first = super::open(Some(&path)).unwrap();
        let again = super::open(Some(&path)).unwrap();
        assert_eq!(first.key_id(), again.key_id());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "no key").unwrap();
        let error = super::open(Some(&path)).unwrap_err().to_string();
        assert!(error.contains("keys.pem") && !error.contains('\n'), "{error}");
    }
}
