//! Characters that do not show (Unicode Technical Report 36 §2; UAX 9): in words of strangers they hide, forge or turn
//! around what stands beside them.

/// Whether a character does not show, or changes how others do: control characters, ends of lines, blanks without width,
/// fillers, changes of direction, annotations, tags. Take them out of, or replace them in, what a stranger wrote before
/// a person reads it. Those that join letters (U+200C, U+200D) are part of writing.
///
/// ```
/// use lti_types::is_hidden;
/// let shown: String = "Qu\u{ad}iz\u{202e}\n".chars().filter(|c| !is_hidden(*c)).collect();
/// assert_eq!(shown, "Quiz");
/// assert!(!"می\u{200c}خواهم – 試験 👩\u{200d}🏫".chars().any(is_hidden));
/// ```
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::is_hidden;

    #[test]
    fn what_does_not_show_is_hidden() {
        for c in [
            '\0',
            '\t',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{2066}',
            '\u{3164}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{fffb}',
            '\u{e0000}',
            '\u{e0041}',
            '\u{e007f}',
        ] {
            assert!(is_hidden(c), "{c:?}");
        }
        for c in [' ', 'a', 'é', '\u{a0}', '\u{200c}', '\u{200d}', '\u{fe0f}', '試', '🏫'] {
            assert!(!is_hidden(c), "{c:?}");
        }
    }
}
