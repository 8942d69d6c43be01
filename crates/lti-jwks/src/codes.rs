//! What callers tell refusals apart by: codes and sections stay as they are.

use crate::*;

macro_rules! codes {
    ($($error:expr => $code:literal, $spec:literal;)*) => { $(
        let error = $error;
        assert_eq!((error.code(), error.spec()), ($code, $spec), "{error:?}");
    )* };
}

fn id() -> KeyId {
    KeyId::new("k").unwrap()
}

fn payload() -> PayloadError {
    PayloadError::not_an_object()
}

#[test]
fn refusals_keep_their_codes_and_sections() {
    codes! {
        SignError::ClaimsUnwritable => "claims_unwritable", "RFC 7519 §7.1";
        SignError::ClaimsNotAnObject => "claims_not_an_object", "RFC 7519 §7.1";
        SignError::TooLarge => "token_too_large", "RFC 7515 §7.1";
        SignError::SignatureLength => "signature_length", "RFC 7518 §3.3, §3.4";
        SignError::SignatureMalformed => "signature_malformed", "RFC 3279 §2.2.3";
        SignError::BackendFailed => "backend_failed", "RFC 7515 §5.1";
    }
    codes! {
        ScheduleError::RotationUnderWay { signs_from: chrono::DateTime::UNIX_EPOCH } => "rotation_under_way", "OpenID Connect Core 1.0 §10.1.1";
        ScheduleError::KeyIdUsed => "key_id_used", "RFC 7517 §4.5";
        ScheduleError::RuleUnacceptable => "rotation_rule_unacceptable", "OpenID Connect Core 1.0 §10.1.1";
        ScheduleError::NotInOrder => "schedule_not_in_order", "OpenID Connect Core 1.0 §10.1.1";
        ScheduleError::TimeUnrepresentable => "time_unrepresentable", "OpenID Connect Core 1.0 §10.1.1";
        ScheduleError::KeyMissing(id()) => "ring_key_missing", "OpenID Connect Core 1.0 §10.1.1";
        ScheduleError::KeyNotScheduled(id()) => "ring_key_not_scheduled", "OpenID Connect Core 1.0 §10.1.1";
        ScheduleError::KeyGivenTwice(id()) => "ring_key_given_twice", "RFC 7517 §4.5";
    }
    codes! {
        KeyLookupError::Unknown => "key_unknown", "RFC 7515 §4.1.4";
        KeyLookupError::Ambiguous => "key_ambiguous", "RFC 7517 §4.5";
        KeyLookupError::Unusable(UnusableKey::UseNotSignature) => "key_unusable", "RFC 7517 §4.2";
    }
    codes! {
        VerifyError::KeyIdMissing => "key_id_missing", "RFC 7515 §4.1.4";
        VerifyError::KeyIdMalformed => "key_id_malformed", "RFC 7515 §4.1.4";
        VerifyError::AlgorithmNotAllowed => "algorithm_not_allowed", "RFC 8725 §3.1";
        VerifyError::KeyAlgorithmMismatch => "key_algorithm_mismatch", "RFC 7517 §4.4";
        VerifyError::SignatureInvalid => "signature_invalid", "RFC 7515 §5.2";
        VerifyError::Payload(payload()) => "payload_malformed", "RFC 7519 §7.2";
        VerifyError::IssuerMissing => "issuer_missing", "OpenID Connect Core 1.0 §3.1.3.7 (2)";
        VerifyError::AudienceMissing => "audience_missing", "OpenID Connect Core 1.0 §3.1.3.7 (3)";
        VerifyError::ExpiryMissing => "expiry_missing", "OpenID Connect Core 1.0 §2";
        VerifyError::IssuedAtMissing => "issued_at_missing", "OpenID Connect Core 1.0 §2";
        VerifyError::TimesInconsistent => "times_inconsistent", "RFC 7519 §4.1.4";
        VerifyError::Expired => "expired", "RFC 7519 §4.1.4";
        VerifyError::IssuedInFuture => "issued_in_future", "RFC 7519 §4.1.6";
        VerifyError::TooOld => "too_old", "OpenID Connect Core 1.0 §3.1.3.7 (10)";
        VerifyError::NotYetValid => "not_yet_valid", "RFC 7519 §4.1.5";
        VerifyError::IssuerMismatch => "issuer_mismatch", "OpenID Connect Core 1.0 §3.1.3.7 (2)";
        VerifyError::AudienceMismatch => "audience_mismatch", "OpenID Connect Core 1.0 §3.1.3.7 (3)";
        VerifyError::AudienceUntrusted => "audience_untrusted", "OpenID Connect Core 1.0 §3.1.3.7 (3)";
        VerifyError::AuthorizedPartyMismatch => "authorized_party_mismatch", "OpenID Connect Core 1.0 §3.1.3.7 (5)";
        VerifyError::KeyUnknown => "key_unknown", "RFC 7515 §4.1.4";
        VerifyError::KeyAmbiguous => "key_ambiguous", "RFC 7517 §4.5";
        VerifyError::KeyUnusable(UnusableKey::UseNotSignature) => "key_unusable", "RFC 7517 §4.2";
    }
    codes! {
        UnusableKey::KeyTypeMissing => "key_type_missing", "RFC 7517 §4.1";
        UnusableKey::KeyTypeUnsupported => "key_type_unsupported", "RFC 7517 §4.1";
        UnusableKey::CurveUnsupported => "key_curve_unsupported", "RFC 7518 §6.2.1.1";
        UnusableKey::KeyIdMalformed => "key_id_malformed", "RFC 7517 §4.5";
        UnusableKey::MemberMissing => "key_member_missing", "RFC 7518 §6";
        UnusableKey::MemberMalformed => "key_member_malformed", "RFC 7518 §6";
        UnusableKey::AlgorithmUnsupported => "key_algorithm_unsupported", "RFC 7517 §4.4";
        UnusableKey::AlgorithmMismatch => "key_algorithm_of_other_type", "RFC 7517 §4.4";
        UnusableKey::UseNotSignature => "key_use_not_signature", "RFC 7517 §4.2";
        UnusableKey::OperationsWithoutVerify => "key_operations_without_verify", "RFC 7517 §4.3";
        UnusableKey::RsaTooShort { bits: 1024 } => "rsa_too_short", "RFC 7518 §3.3";
        UnusableKey::RsaTooLong { bits: 16_384 } => "rsa_too_long", "RFC 7518 §3.3";
        UnusableKey::ExponentUnacceptable => "rsa_exponent_unacceptable", "RFC 8017 §3.1";
        UnusableKey::Pem(PemError::NotPem) => "pem_missing", "RFC 7468 §2";
        UnusableKey::Rejected => "key_rejected", "RFC 7518 §6";
    }
    codes! {
        PemError::NotPem => "pem_missing", "RFC 7468 §2";
        PemError::Json => "pem_is_json", "RFC 7468 §2";
        PemError::TooLarge => "pem_too_large", "RFC 7468 §2";
        PemError::Malformed => "pem_malformed", "RFC 7468 §2";
        PemError::Damaged => "pem_damaged", "RFC 7468 §10";
        PemError::Certificate => "pem_is_certificate", "RFC 7468 §5";
        PemError::PublicKey => "pem_is_public_key", "RFC 7468 §13";
        PemError::PrivateKey => "pem_is_private_key", "RFC 7468 §10";
        PemError::EncryptedKey => "pem_is_encrypted", "RFC 7468 §11";
        PemError::OpenSshKey => "pem_is_openssh", "RFC 7468 §10";
        PemError::EcParameters => "pem_is_ec_parameters", "RFC 5915 §4";
        PemError::OtherCurve => "pem_other_curve", "RFC 7518 §6.2.1.1";
        PemError::EdwardsKey => "pem_is_edwards_key", "RFC 7518 §3.1";
        PemError::RsaPssKey => "pem_is_rsa_pss_key", "RFC 7518 §3.1";
        PemError::OtherKey => "pem_other_key", "RFC 7518 §3.1";
        PemError::OtherContainer => "pem_other_container", "RFC 7468 §10";
        PemError::UnknownLabel => "pem_label_unknown", "RFC 7468 §2";
    }
    codes! {
        SigningKeyError::Pem(PemError::NotPem) => "pem_missing", "RFC 7468 §2";
        SigningKeyError::JwkIsPem => "jwk_is_pem", "RFC 7517 §4";
        SigningKeyError::JwkIsPublic => "jwk_is_public", "RFC 7517 §4";
        SigningKeyError::JwkIsSet => "jwk_is_key_set", "RFC 7517 §5";
        SigningKeyError::JwkIsSymmetric => "jwk_is_symmetric", "RFC 7518 §6.4";
        SigningKeyError::JwkMalformed => "private_jwk_malformed", "RFC 7518 §6.2.2, §6.3.2";
        SigningKeyError::Unusable(UnusableKey::UseNotSignature) => "key_use_not_signature", "RFC 7517 §4.2";
        SigningKeyError::Rejected => "private_key_rejected", "RFC 7518 §6.2.2, §6.3.2";
        SigningKeyError::ContainerOfOtherType => "container_of_other_type", "RFC 7468 §10";
        SigningKeyError::RsaSigningNotBuilt => "rsa_signing_not_built", "RFC 7518 §3.3";
        SigningKeyError::BackendFailed => "backend_failed", "RFC 7518 §6.2.2, §6.3.2";
    }
    codes! {
        JwkSetError::TooLarge => "key_set_too_large", "RFC 8259 §9";
        JwkSetError::TooManyKeys => "key_set_too_many_keys", "RFC 8259 §9";
        JwkSetError::TooDeep => "key_set_nested_too_deep", "RFC 8259 §9";
        JwkSetError::NotJson => "key_set_not_json", "RFC 7517 §5";
        JwkSetError::NotAKeySet => "key_set_malformed", "RFC 7517 §5.1";
    }
    codes! {
        JwtError::TooLarge => "too_large", "RFC 8259 §9";
        JwtError::MalformedSegments => "segments_malformed", "RFC 7515 §7.1";
        JwtError::MalformedBase64 => "base64_malformed", "RFC 7515 §5.2";
        JwtError::HeaderTooLarge => "header_too_large", "RFC 8259 §9";
        JwtError::HeaderMalformed => "header_malformed", "RFC 7515 §4";
        JwtError::HeaderTooDeep => "header_nested_too_deep", "RFC 8259 §9";
        JwtError::HeaderMemberDuplicated => "header_member_duplicated", "RFC 7515 §4";
        JwtError::AlgorithmMissing => "algorithm_missing", "RFC 7515 §4.1.1";
        JwtError::CriticalHeader => "critical_header_unsupported", "RFC 7515 §4.1.11";
        JwtError::PayloadTooDeep => "payload_nested_too_deep", "RFC 8259 §9";
    }
    codes! {
        SealError::Unwritable => "value_unwritable", "RFC 5116 §2.1";
        SealError::TooLarge => "value_too_large", "RFC 5116 §2.1";
        SealError::BackendFailed => "backend_failed", "RFC 5116 §2.1";
    }
    codes! {
        OpenError::Malformed => "sealed_malformed", "RFC 5116 §2.2";
        OpenError::Tampered => "sealed_tampered", "RFC 5116 §2.2";
        OpenError::WrongPurpose => "sealed_for_other_purpose", "RFC 5116 §2.2";
        OpenError::Expired => "sealed_expired", "RFC 5116 §2.2";
        OpenError::UnknownKey => "sealed_with_unknown_key", "RFC 5116 §2.2";
        OpenError::OtherType => "sealed_other_type", "RFC 5116 §2.2";
    }
    codes! {
        InvalidKeyId => "key_id_invalid", "RFC 7517 §4.5";
        InvalidSealingKey => "sealing_key_invalid", "RFC 5116 §5.2";
    }
}
