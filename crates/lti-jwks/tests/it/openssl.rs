//! Files that openssl makes, and files that it is given. Where it is not installed these tests say so and pass,
//! unless `LTI_TEST_REQUIRE_ALL=1`.

#![allow(clippy::disallowed_methods, reason = "a test may ask the environment what it is to demand")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use lti_jwks::{Curve, SigningKey, SigningKeyError, UnusableKey, VerifyingKey};

struct OpenSsl {
    directory: tempfile::TempDir,
}

impl OpenSsl {
    fn found() -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success()) {
            return Some(Self { directory: tempfile::tempdir().unwrap() });
        }
        assert_ne!(
            std::env::var("LTI_TEST_REQUIRE_ALL").as_deref(),
            Ok("1"),
            "openssl is required and not installed"
        );
        println!("skipped: openssl is not installed");
        None
    }

    /// Runs a command line; words of the form `@name` are files.
    fn run(&self, line: &str) -> Vec<u8> {
        let words = line.split_whitespace().map(|word| match word.strip_prefix('@') {
            Some(name) => self.path(name).into_os_string(),
            None => word.into(),
        });
        let output = Command::new("openssl").args(words).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Has openssl verify our signature, or us verify openssl's, over the same bytes.
    fn agree(&self, key: &SigningKey, private: &str, public: &str) {
        self.write("message", "header.payload");
        let digest = match key.algorithm().as_str() {
            "ES384" => "sha384",
            _ => "sha256",
        };
        let signature = key.sign(b"header.payload").unwrap();
        if key.algorithm().curve().is_none() {
            self.write("signature", &signature);
            self.run(&format!("dgst -{digest} -verify @{public} -signature @signature @message"));
            self.run(&format!("dgst -{digest} -sign @{private} -out @theirs @message"));
            assert_eq!(fs::read(self.path("theirs")).unwrap(), signature);
        } else {
            // openssl writes DER, as key services do.
            let input = lti_jwks::UnsignedJwt::new(&serde_json::json!({"a": 1}))
                .unwrap()
                .signing_input(key.key_id(), key.algorithm());
            self.write("message", input.bytes());
            self.run(&format!("dgst -{digest} -sign @{private} -out @theirs @message"));
            let token = input.attach_der(&fs::read(self.path("theirs")).unwrap()).unwrap();
            let mut rules = lti_jwks::Rules::new("a", "b");
            rules.algorithms = vec![key.algorithm()];
            let keys = lti_jwks::VerifyingKeys::of([key.verifying_key().clone()]);
            let jwt = lti_jwks::UnverifiedJwt::parse(&token).unwrap();
            let error =
                jwt.verify::<lti_jwks::RegisteredClaims>(&keys, &rules, crate::sender::now()).unwrap_err();
            assert_eq!(error.code(), "issuer_missing", "the signature holds");
        }
    }
}

const CURVES: [(&str, Curve); 2] = [("prime256v1", Curve::P256), ("secp384r1", Curve::P384)];

#[test]
fn elliptic_keys_in_every_container() {
    let Some(openssl) = OpenSsl::found() else { return };
    for (name, curve) in CURVES {
        // With a block of parameters before the key, as this command writes unless told not to.
        openssl.run(&format!("ecparam -name {name} -genkey -out @sec1-with-parameters"));
        openssl.run("ec -in @sec1-with-parameters -out @sec1");
        openssl.run("ec -in @sec1 -no_public -out @sec1-no-public");
        openssl.run("pkcs8 -topk8 -nocrypt -in @sec1 -out @pkcs8");
        openssl.run("ec -in @sec1 -pubout -out @spki");
        openssl.run("ec -in @sec1 -pubout -conv_form compressed -out @spki-compressed");
        openssl.run(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:{name} -out @genpkey"));

        let key = SigningKey::from_sec1_pem(&openssl.text("sec1")).unwrap();
        assert_eq!(key.algorithm().curve(), Some(curve));
        for file in ["sec1-with-parameters", "sec1-no-public", "pkcs8"] {
            let read = SigningKey::parse(&openssl.text(file)).unwrap();
            assert_eq!(read.public_jwk(), key.public_jwk(), "{file}");
        }
        for file in ["spki", "spki-compressed"] {
            let read = VerifyingKey::from_pem(&openssl.text(file)).unwrap();
            assert_eq!(read.thumbprint(), *key.key_id(), "{file}");
            assert_eq!(read.to_pem(), openssl.text("spki"), "{file}");
        }
        SigningKey::from_pkcs8_pem(&openssl.text("genpkey")).unwrap();
        openssl.agree(&key, "sec1", "spki");

        // What we write, openssl reads, and finds the same key in.
        let generated = SigningKey::generate_ec(curve).unwrap();
        openssl.write("ours-pkcs8", generated.to_pkcs8_pem().unwrap().as_bytes());
        openssl.write("ours-sec1", generated.to_sec1_pem().unwrap().as_bytes());
        openssl.write("ours-spki", generated.public_pem());
        for file in ["ours-pkcs8", "ours-sec1"] {
            let public = openssl.run(&format!("pkey -in @{file} -pubout"));
            assert_eq!(String::from_utf8(public).unwrap(), generated.public_pem(), "{file}");
            openssl.run(&format!("pkey -in @{file} -check -noout"));
        }
        openssl.agree(&generated, "ours-pkcs8", "ours-spki");
        assert_eq!(generated.to_pkcs1_pem().unwrap_err(), SigningKeyError::ContainerOfOtherType);
    }
}

#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))]
#[test]
fn rsa_keys_in_every_container() {
    use lti_jwks::RsaSize;
    let Some(openssl) = OpenSsl::found() else { return };
    for bits in [2048, 3072, 4096] {
        openssl.run(&format!("genrsa -traditional -out @pkcs1 {bits}"));
        openssl.run("pkcs8 -topk8 -nocrypt -in @pkcs1 -out @pkcs8");
        openssl.run("rsa -in @pkcs1 -pubout -out @spki");
        openssl.run("rsa -in @pkcs1 -RSAPublicKey_out -out @pkcs1-public");
        let key = SigningKey::from_pkcs1_pem(&openssl.text("pkcs1")).unwrap();
        let pkcs8 = SigningKey::from_pkcs8_pem(&openssl.text("pkcs8")).unwrap();
        assert_eq!(pkcs8.public_jwk(), key.public_jwk());
        for file in ["spki", "pkcs1-public"] {
            let read = VerifyingKey::from_pem(&openssl.text(file)).unwrap();
            assert_eq!(read.to_pem(), openssl.text("spki"), "{file}");
        }
        assert_eq!(*key.to_pkcs1_pem().unwrap(), openssl.text("pkcs1"));
        assert_eq!(*key.to_pkcs8_pem().unwrap(), openssl.text("pkcs8"));
        let jwk = SigningKey::from_private_jwk(&key.to_private_jwk().unwrap()).unwrap();
        assert_eq!(*jwk.to_pkcs1_pem().unwrap(), openssl.text("pkcs1"));
        openssl.agree(&key, "pkcs1", "spki");
        assert_eq!(key.to_sec1_pem().unwrap_err(), SigningKeyError::ContainerOfOtherType);
    }
    let generated = SigningKey::generate_rsa(RsaSize::Rsa2048).unwrap();
    openssl.write("ours-pkcs8", generated.to_pkcs8_pem().unwrap().as_bytes());
    openssl.write("ours-pkcs1", generated.to_pkcs1_pem().unwrap().as_bytes());
    openssl.write("ours-spki", generated.public_pem());
    for file in ["ours-pkcs8", "ours-pkcs1"] {
        let public = openssl.run(&format!("pkey -in @{file} -pubout"));
        assert_eq!(String::from_utf8(public).unwrap(), generated.public_pem(), "{file}");
        openssl.run(&format!("rsa -in @{file} -check -noout"));
    }
    openssl.agree(&generated, "ours-pkcs8", "ours-spki");
}

#[test]
fn files_of_other_kinds_are_named() {
    let Some(openssl) = OpenSsl::found() else { return };
    openssl.run("ecparam -name prime256v1 -genkey -noout -out @ec");
    openssl.run("req -x509 -new -key @ec -subj /CN=lms.example -days 1 -out @certificate");
    openssl.run("req -new -key @ec -subj /CN=lms.example -out @request");
    openssl.run("pkcs8 -topk8 -passout pass:x -in @ec -out @encrypted-pkcs8");
    openssl.run("ec -in @ec -aes256 -passout pass:x -out @encrypted-sec1");
    openssl.run("ec -in @ec -pubout -out @public");
    openssl.run("ecparam -name prime256v1 -out @parameters");
    openssl.run("ecparam -name secp521r1 -genkey -noout -out @p521");
    openssl.run("ecparam -name secp256k1 -genkey -noout -out @p256k1");
    openssl.run("pkcs8 -topk8 -nocrypt -in @p256k1 -out @p256k1-pkcs8");
    openssl.run("ec -in @p256k1 -pubout -out @p256k1-public");
    openssl.run("ecparam -name prime256v1 -param_enc explicit -genkey -noout -out @explicit");
    openssl.run("genpkey -algorithm ED25519 -out @ed25519");
    openssl.run("genpkey -algorithm X25519 -out @x25519");
    openssl.run("genpkey -algorithm ED448 -out @ed448");
    openssl.run("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out @rsa-pss");
    openssl.run("genpkey -algorithm DH -pkeyopt group:ffdhe2048 -out @dh");
    for (file, code) in [
        ("certificate", "pem_is_certificate"),
        ("request", "pem_is_certificate"),
        ("encrypted-pkcs8", "pem_is_encrypted"),
        ("encrypted-sec1", "pem_is_encrypted"),
        ("public", "pem_is_public_key"),
        ("parameters", "pem_is_ec_parameters"),
        ("p521", "pem_other_curve"),
        ("p256k1", "pem_other_curve"),
        ("p256k1-pkcs8", "pem_other_curve"),
        ("explicit", "pem_other_curve"),
        ("ed25519", "pem_is_edwards_key"),
        ("x25519", "pem_is_edwards_key"),
        ("ed448", "pem_is_edwards_key"),
        ("rsa-pss", "pem_is_rsa_pss_key"),
        ("dh", "pem_other_key"),
    ] {
        assert_eq!(SigningKey::parse(&openssl.text(file)).unwrap_err().code(), code, "{file}");
    }
    for (file, code) in [("ec", "pem_is_private_key"), ("p256k1-public", "pem_other_curve")] {
        let error: UnusableKey = VerifyingKey::from_pem(&openssl.text(file)).unwrap_err();
        assert_eq!(error.code(), code, "{file}");
    }
    let elliptic = SigningKey::from_pkcs1_pem(&openssl.text("ec")).unwrap_err();
    assert_eq!(elliptic.code(), "pem_other_container");
}
