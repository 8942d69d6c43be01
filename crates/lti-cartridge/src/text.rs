//! Text as XML 1.0 can hold it.

use std::borrow::Cow;

/// `Char` of XML 1.0, production 2.
pub(crate) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// One line without blanks at the ends: tabs and line ends become blanks, as `xs:normalizedString` has it, and the ends
/// are trimmed. Every title and label goes through here, when read and when written.
pub(crate) fn single_line(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.contains(['\t', '\n', '\r']) {
        Cow::Owned(text.replace("\r\n", " ").replace(['\t', '\n', '\r'], " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// Takes away what XML 1.0 cannot hold; says how many characters that were.
pub(crate) fn legal(text: &str) -> (Cow<'_, str>, usize) {
    if text.bytes().all(|b| b >= 0x20 && b != 0xEF) {
        return (Cow::Borrowed(text), 0);
    }
    let dropped = text.chars().filter(|c| !is_xml_char(*c)).count();
    if dropped == 0 {
        (Cow::Borrowed(text), 0)
    } else {
        (Cow::Owned(text.chars().filter(|c| is_xml_char(*c)).collect()), dropped)
    }
}

/// At most `max` bytes of `text`, cut at a character.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn illegal_characters_are_counted() {
        assert_eq!(legal("a\u{0}b\u{FFFE}c\td"), (Cow::Owned("abc\td".into()), 2));
        assert_eq!(legal("plain 😀").1, 0);
    }

    #[test]
    fn titles_are_one_line() {
        assert_eq!(single_line(" a\r\nb\tc "), "a b c");
    }
}
