//! Bytes to text: UTF-8, and what else is met in packages (XML 1.0 §4.3.3, appendix F).

use crate::diagnostic::Rule;

/// Decodes a document. The rule is broken when the text is not in plain UTF-8; `Err` when it cannot be decoded.
pub(crate) fn decode(bytes: Vec<u8>) -> Result<(String, Option<Rule>), Rule> {
    match bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, rest @ ..] => match std::str::from_utf8(rest) {
            Ok(text) => Ok((text.to_owned(), None)),
            Err(_) => Err(Rule::UnknownEncoding),
        },
        [0xFE, 0xFF, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0, b'<', ..] => utf_16(&bytes, u16::from_be_bytes),
        [b'<', 0, ..] => utf_16(&bytes, u16::from_le_bytes),
        _ => other(bytes),
    }
}

fn other(bytes: Vec<u8>) -> Result<(String, Option<Rule>), Rule> {
    let declared = declared_encoding(&bytes);
    match String::from_utf8(bytes) {
        Ok(text) => {
            let plain =
                declared.is_none_or(|name| matches!(name.as_str(), "utf-8" | "utf8" | "us-ascii" | "ascii"));
            Ok((text, (!plain).then_some(Rule::Encoding)))
        }
        Err(error) => match declared.as_deref() {
            Some("iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252") => {
                let text = error.as_bytes().iter().map(|byte| windows_1252(*byte)).collect();
                Ok((text, Some(Rule::Encoding)))
            }
            _ => Err(Rule::UnknownEncoding),
        },
    }
}

/// The name in the XML declaration, in lower case.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let head = bytes.get(..bytes.len().min(200))?;
    let head = String::from_utf8_lossy(head);
    let (declaration, _) = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, _) = value.get(1..)?.split_once(quote)?;
    Some(name.trim().to_ascii_lowercase())
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<(String, Option<Rule>), Rule> {
    let (units, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Rule::UnknownEncoding);
    }
    char::decode_utf16(units.iter().map(|pair| unit(*pair)))
        .collect::<Result<String, _>>()
        .map(|text| (text, Some(Rule::Encoding)))
        .map_err(|_| Rule::UnknownEncoding)
}

/// Windows-1252, which is what texts that say ISO-8859-1 are in.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH.get(usize::from(byte) - 0x80).copied().unwrap_or('\u{FFFD}'),
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, bom: bool) -> Vec<u8> {
        let mut bytes = if bom { vec![0xFF, 0xFE] } else { vec![] };
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    }

    #[test]
    fn encodings_of_the_wild() {
        assert_eq!(decode(b"\xEF\xBB\xBF<a/>".to_vec()), Ok(("<a/>".into(), None)));
        for bom in [true, false] {
            assert_eq!(decode(utf16("<ä/>", bom)).unwrap(), ("<ä/>".into(), Some(Rule::Encoding)));
        }
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9\x80</a>".to_vec();
        assert!(decode(latin).unwrap().0.contains("é€"));
        assert_eq!(decode(b"<a>\xE9</a>".to_vec()), Err(Rule::UnknownEncoding));
        assert_eq!(decode(vec![0xFF, 0xFE, 0x3C]), Err(Rule::UnknownEncoding));
        assert_eq!(decode(vec![0xFE, 0xFF, 0xD8, 0x00]), Err(Rule::UnknownEncoding), "half a pair");
        assert_eq!(
            decode(b"<?xml version='1.0' encoding='utf-16'?><a/>".to_vec()).unwrap().1,
            Some(Rule::Encoding)
        );
        assert_eq!(decode(Vec::new()), Ok((String::new(), None)));
    }
}
