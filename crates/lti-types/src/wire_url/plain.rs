//! Seeing without a parser that an address is in order.

/// Whether it is an https address of the plainest form, which nearly all are: no parser is needed to see that it is in
/// order. Whatever is the least out of the ordinary (a port, a number for a host, a capital letter in it) is not plain,
/// and left to the parser.
pub(super) fn is_plain(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").filter(|rest| rest.len() < 4096) else { return false };
    let mut bytes = rest.as_bytes().iter();
    // Labels of the host begin with a letter, and no two hyphens follow each other: `xn--` says that more is hidden.
    let mut before = b'.';
    for byte in bytes.by_ref() {
        let in_order = match byte {
            b'/' | b'?' | b'#' => break,
            b'a'..=b'z' => true,
            b'0'..=b'9' => before != b'.',
            b'-' => before != b'.' && before != b'-',
            b'.' => before != b'.',
            _ => false,
        };
        if !in_order {
            return false;
        }
        before = *byte;
    }
    // To the end in any case, which is many bytes at a time.
    before != b'.' && bytes.as_slice().iter().fold(true, |all, byte| all & byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::prop;

    use super::is_plain;
    use crate::WireUrl;

    #[test]
    fn plain_addresses() {
        for (text, plain) in [
            ("https://tool.example", true),
            ("https://tool-1.example/a?b=c&d#e", true),
            ("https://tool.example?x=https://y@z", true),
            ("https://", false),
            ("https:///x", false),
            ("https://a..b/", false),
            ("https://tool.example./", false),
            ("https://tool.example:443/", false),
            ("https://user@tool.example/", false),
            ("https://10.0.0.1/", false),
            ("https://tool.0x7f/", false),
            ("https://xn--a/", false),
            ("https://tool.example\\@evil.example/", false),
            ("https://tool.example/a b", false),
            ("https://tool.example/\n", false),
            ("http://tool.example/", false),
            ("HTTPS://tool.example/", false),
        ] {
            assert_eq!(is_plain(text), plain, "{text}");
        }
    }

    proptest::proptest! {
        /// What is plain, the parser takes too, and sees the same host.
        #[test]
        fn plain_is_never_more_than_the_parser_takes(
            text in "https://[a-z0-9.:@/?#%_ \\\\x-]{0,20}", host in prop::collection::vec("[a-z][a-z0-9-]{0,6}", 1..4),
            path in "[/?#][ -~]{0,30}",
        ) {
            let host = host.join(".");
            for text in [text, format!("https://{host}{path}"), format!("https://{host}")] {
                if is_plain(&text) {
                    let url = WireUrl::from(text.as_str()).to_secure_url();
                    proptest::prop_assert!(url.is_ok(), "{}", text);
                    proptest::prop_assert!(text["https://".len()..].starts_with(url.unwrap().host_str().unwrap()));
                }
            }
        }
    }
}
