//! Base64url without padding (RFC 7515 §2, RFC 4648 §5).

use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine as _, alphabet};

/// For the integers of a key, which some key sets pad although RFC 7518 §2 says not to. Bits left over must
/// still be zero.
const PADDING_OPTIONAL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(crate) fn encode(bytes: &[u8]) -> String {
    base64_simd::URL_SAFE_NO_PAD.encode_to_string(bytes)
}

pub(crate) fn encode_onto(bytes: &[u8], text: &mut String) {
    base64_simd::URL_SAFE_NO_PAD.encode_append(bytes, text);
}

/// Strict: no padding, no white space, no left-over bits. One value has one text.
///
/// Here and in [`encode`] another library is at work: on the way of every token it takes a third of the time. A test
/// holds it against the first.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, base64_simd::Error> {
    base64_simd::URL_SAFE_NO_PAD.decode_to_vec(text)
}

pub(crate) fn decode_padding_optional(text: &str) -> Result<Vec<u8>, DecodeError> {
    PADDING_OPTIONAL.decode(text)
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn one_value_has_one_text() {
        assert_eq!(decode("YQ").unwrap(), b"a");
        for text in ["YQ==", "YR", "Y Q", "YQ\n", "Y", "+/", "Y=Q"] {
            assert!(decode(text).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn both_libraries_agree(text in "[A-Za-z0-9_=+/ \\n-]{0,70}", good in "[A-Za-z0-9_-]{0,300}") {
            for text in [text, good] {
                proptest::prop_assert_eq!(decode(&text).ok(), URL_SAFE_NO_PAD.decode(&text).ok());
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn both_libraries_write_the_same(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let text = encode(&bytes);
            proptest::prop_assert_eq!(&text, &URL_SAFE_NO_PAD.encode(&bytes));
            let mut onto = "a.".to_owned();
            encode_onto(&bytes, &mut onto);
            proptest::prop_assert_eq!(onto, format!("a.{text}"));
        }
    }

    /// Every last character of every length of rest: just those whose left-over bits are zero are taken.
    #[test]
    fn left_over_bits_are_refused() {
        let all: Vec<char> = ('\u{20}'..'\u{7f}').collect();
        for head in ["", "A", "AA", "AAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            for last in &all {
                let text = format!("{head}{last}");
                assert_eq!(decode(&text).ok(), URL_SAFE_NO_PAD.decode(&text).ok(), "{text}");
            }
        }
    }

    #[test]
    fn keys_may_pad() {
        assert_eq!(decode_padding_optional("YQ==").unwrap(), b"a");
        assert_eq!(decode_padding_optional("YQ").unwrap(), b"a");
        assert!(decode_padding_optional("YR==").is_err());
        assert!(decode_padding_optional("+w").is_err());
    }
}
