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
///
/// Blocks of 64 bytes are looked at at once where they hold no backslash: as bits, one for each byte.
fn deepest(json: &[u8]) -> usize {
    let mut scan = Scan::default();
    let (blocks, rest) = json.as_chunks::<64>();
    for block in blocks {
        scan.block(block);
    }
    scan.bytes(rest);
    scan.deepest
}

#[derive(Default)]
struct Scan {
    level: usize,
    deepest: usize,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.open(),
                b'}' | b']' => self.close(),
                _ => {}
            }
        }
    }

    fn block(&mut self, block: &[u8; 64]) {
        let backslash = block.iter().fold(false, |found, byte| found | (*byte == b'\\'));
        if self.escaped || backslash {
            return self.bytes(block);
        }
        // Each quote turns all bits from its own on, so that those within strings are left set.
        let mut within = bits_of(block, |byte| byte == b'"');
        for shift in [1, 2, 4, 8, 16, 32] {
            within ^= within << shift;
        }
        if self.in_string {
            within = !within;
        }
        self.in_string = within >> 63 == 1;
        // `[` and `{` differ in this bit alone, and so do `]` and `}`.
        let mut brackets = bits_of(block, |byte| matches!(byte | 0x20, b'{' | b'}')) & !within;
        while brackets != 0 {
            match block.get(brackets.trailing_zeros() as usize) {
                Some(b'{' | b'[') => self.open(),
                _ => self.close(),
            }
            brackets &= brackets - 1;
        }
    }

    fn open(&mut self) {
        self.level += 1;
        self.deepest = self.deepest.max(self.level);
    }

    fn close(&mut self) {
        self.level = self.level.saturating_sub(1);
    }
}

/// A bit for each byte, set where the byte is wanted.
#[inline]
fn bits_of(block: &[u8; 64], wanted: impl Fn(u8) -> bool) -> u64 {
    let mut found = [0_u8; 64];
    for (found, byte) in found.iter_mut().zip(block) {
        *found = u8::from(wanted(*byte));
    }
    let (words, _) = found.as_chunks::<8>();
    let eight = |word: &[u8; 8]| u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    words.iter().rev().fold(0, |bits, word| bits << 8 | eight(word))
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

    /// What is seen in blocks is what is seen byte by byte.
    fn agrees(json: &[u8]) -> bool {
        let mut one_by_one = Scan::default();
        one_by_one.bytes(json);
        deepest(json) == one_by_one.deepest
    }

    proptest::proptest! {
        #[test]
        fn blocks_and_bytes_agree(
            text in "[\\[{}\\]\"\\\\aé]{0,300}",
            strings in "([\\[{]|\"[a-z\\]]{0,20}\"|[}\\]]){0,60}",
            bytes in proptest::collection::vec(0_u8.., 0..200),
        ) {
            proptest::prop_assert!(agrees(text.as_bytes()) && agrees(strings.as_bytes()) && agrees(&bytes));
        }
    }

    #[test]
    fn every_byte_at_every_place_of_a_block() {
        for byte in 0..=255_u8 {
            for place in 0..64 {
                let mut block = [b' '; 64];
                block[place] = byte;
                let expected = if byte == b'"' { 1 << place } else { 0 };
                assert_eq!(bits_of(&block, |byte| byte == b'"'), expected, "{byte} {place}");
            }
        }
        assert_eq!(bits_of(&[b'"'; 64], |byte| byte == b'"'), u64::MAX);
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
