//! Percent-encoding and form decoding, exactly (RFC 5849 §3.6, §3.4.1.3.1).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The text as it stands in a base string: unreserved characters as they are, the bytes of all others in upper-case
/// hexadecimal.
pub(crate) fn encode(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// Takes percent-escapes out; a `+` is a plus. `None` when the bytes are no UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// Names and values of a query or form, in order. Two byte strings that are no UTF-8 would become one text, of which
/// nobody could say whether it was signed; so it is refused, where the common decoders replace it. `None` for that.
pub(crate) fn form_pairs(encoded: &str) -> impl Iterator<Item = Option<(String, String)>> {
    encoded.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decode(&name.replace('+', " "))?, decode(&value.replace('+', " "))?))
    })
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, form_pairs};

    #[test]
    fn unreserved_characters_stay() {
        let unreserved = "ABCXYZabcxyz0189-._~";
        assert_eq!(encode(unreserved).to_string(), unreserved);
        assert_eq!(encode(" +*'()!&=%\u{7f}é\0").to_string(), "%20%2B%2A%27%28%29%21%26%3D%25%7F%C3%A9%00");
    }

    #[test]
    fn forms_are_read_as_browsers_write_them() {
        let pairs: Vec<_> = form_pairs("a+b=1%2B+2&&c&=d&e==&f=%zz&a+b=").map(Option::unwrap).collect();
        let expected = [("a b", "1+ 2"), ("c", ""), ("", "d"), ("e", "="), ("f", "%zz"), ("a b", "")];
        assert_eq!(pairs, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
        assert_eq!(form_pairs("a=%ff").next(), Some(None));
        assert_eq!(decode("a+b%20"), Some("a+b ".to_owned()));
    }
}
