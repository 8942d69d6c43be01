//! A limit on how deep JSON from strangers may nest, checked before a parser recurses into it.

/// Objects and arrays within one another that are still read.
pub(crate) const MAX_LEVELS: usize = 64;

/// Whether `json` nests deeper than [`MAX_LEVELS`].
///
/// Nothing can nest deeper than it has opening brackets, so ordinary documents cost one count of bytes.
pub(crate) fn too_deep(json: &[u8]) -> bool {
    opening_brackets(json) > MAX_LEVELS && deepest(json) > MAX_LEVELS
}

/// In pieces that a byte can count, which is what makes it many bytes at a time.
fn opening_brackets(json: &[u8]) -> usize {
    // `[` and `{` differ in this bit alone, and nothing else becomes `{` by it.
    let in_piece = |piece: &[u8]| piece.iter().map(|byte| u8::from(byte | 0x20 == b'{')).sum::<u8>();
    json.chunks(192).map(|piece| usize::from(in_piece(piece))).sum()
}

/// The deepest level reached, ignoring brackets within strings. For text that is not JSON the answer is
/// merely some number: the parser refuses it afterwards.
fn deepest(json: &[u8]) -> usize {
    let (mut level, mut deepest) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                level += 1;
                deepest = deepest.max(level);
            }
            b'}' | b']' => level = level.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> Vec<u8> {
        format!("{}{}", "[".repeat(levels), "]".repeat(levels)).into_bytes()
    }

    #[test]
    fn sixty_four_levels_pass_and_sixty_five_do_not() {
        assert!(!too_deep(&nested(64)));
        assert!(too_deep(&nested(65)));
    }

    #[test]
    fn every_bracket_counts_and_nothing_else() {
        for byte in 0..=255_u8 {
            let expected = if matches!(byte, b'[' | b'{') { 1000 } else { 0 };
            assert_eq!(opening_brackets(&[byte; 1000]), expected, "{byte}");
        }
    }

    #[test]
    fn brackets_side_by_side_or_in_strings_are_not_levels() {
        assert!(!too_deep("[],".repeat(1000).as_bytes()));
        assert!(!too_deep(format!(r#"{{"a":"{}"}}"#, "[".repeat(1000)).as_bytes()));
        assert!(!too_deep(format!(r#"{{"a":"\"{}"}}"#, "{".repeat(1000)).as_bytes()));
        // An escaped backslash ends the escape, so the string ends too and the brackets count.
        assert!(too_deep(format!(r#"{{"a":"\\",{}"#, "[".repeat(64)).as_bytes()));
    }
}
