//! Where the bytes are that mean something: a scanner jumps from one to the next, and looks at 16 bytes at once.

use std::ops::Range;

use wide::u8x16;

/// Which bytes mean something.
pub(super) trait Stop {
    /// Those of 16 bytes, as bytes with all bits set.
    fn of(bytes: u8x16) -> u8x16;

    /// Whether a byte is one of them.
    fn is(byte: u8) -> bool;
}

/// The bytes of code that open or close something, or may begin a comment or a heredoc: `"#/<{}()[]`.
pub(super) struct Code;

/// The bytes that may end a value: those of code, `,`, `=` and the line break.
pub(super) struct Value;

/// The bytes of a quoted string that end it, escape something or may begin a sequence: `"`, `\`, `$`, `%` and the line break.
pub(super) struct Quoted;

fn equals(bytes: u8x16, byte: u8) -> u8x16 {
    bytes.simd_eq(u8x16::splat(byte))
}

impl Stop for Code {
    fn of(bytes: u8x16) -> u8x16 {
        // `[` and `{` differ in one bit, and so do the pairs of the other brackets, and `"` and `#`.
        let curly = bytes | u8x16::splat(b'[' ^ b'{');
        let even = bytes & u8x16::splat(!1);
        (equals(curly, b'{') | equals(curly, b'}'))
            | (equals(even, b'(') | equals(even, b'"'))
            | (equals(bytes, b'/') | equals(bytes, b'<'))
    }

    fn is(byte: u8) -> bool {
        matches!(
            byte,
            b'"' | b'#' | b'/' | b'<' | b'{' | b'}' | b'(' | b')' | b'[' | b']'
        )
    }
}

impl Stop for Value {
    fn of(bytes: u8x16) -> u8x16 {
        Code::of(bytes) | (equals(bytes, b',') | equals(bytes, b'=') | equals(bytes, b'\n'))
    }

    fn is(byte: u8) -> bool {
        Code::is(byte) || matches!(byte, b',' | b'=' | b'\n')
    }
}

impl Stop for Quoted {
    fn of(bytes: u8x16) -> u8x16 {
        // `$` and `%` differ in one bit.
        let even = bytes & u8x16::splat(!1);
        (equals(even, b'$') | equals(bytes, b'"')) | (equals(bytes, b'\\') | equals(bytes, b'\n'))
    }

    fn is(byte: u8) -> bool {
        matches!(byte, b'"' | b'\\' | b'$' | b'%' | b'\n')
    }
}

/// The bytes of text between quotes that is not what it stands for: an escape, a template, a line break, or what could be
/// normalized.
pub(super) struct Encoded;

impl Stop for Encoded {
    fn of(bytes: u8x16) -> u8x16 {
        let even = bytes & u8x16::splat(!1);
        let is_ascii = bytes.min(u8x16::splat(0x7f)).simd_eq(bytes);
        (equals(even, b'$') | equals(bytes, b'\\')) | (equals(bytes, b'\r') | !is_ascii)
    }

    fn is(byte: u8) -> bool {
        matches!(byte, b'\\' | b'$' | b'%' | b'\r' | 0x80..)
    }
}

/// The bytes that are not part of a word in ASCII.
struct NotWord;

impl Stop for NotWord {
    fn of(bytes: u8x16) -> u8x16 {
        let lower_case = bytes | u8x16::splat(b'a' ^ b'A');
        let word = (is_between(lower_case, b'a', b'z') | is_between(bytes, b'0', b'9'))
            | (equals(bytes, b'_') | equals(bytes, b'-'));
        !word
    }

    fn is(byte: u8) -> bool {
        !byte.is_ascii_alphanumeric() && byte != b'_' && byte != b'-'
    }
}

fn is_between(bytes: u8x16, first: u8, last: u8) -> u8x16 {
    let offsets = bytes - u8x16::splat(first);
    offsets.min(u8x16::splat(last - first)).simd_eq(offsets)
}

/// The offset of the first stop in a range of a text.
pub(super) fn next<S: Stop>(bytes: &[u8], Range { start: mut at, end }: Range<usize>) -> Option<usize> {
    let before_end = |at: &usize| *at < end;
    while at < end {
        let rest = bytes.get(at..)?;
        let Some(part) = rest.first_chunk::<16>() else {
            let stop = rest.iter().position(|byte| S::is(*byte))?;
            return Some(at + stop).filter(before_end);
        };
        let stops = S::of(u8x16::from(*part)).to_bitmask();
        if stops != 0 {
            return Some(at + stops.trailing_zeros() as usize).filter(before_end);
        }
        at += part.len();
    }
    None
}

/// The number of ASCII letters, digits, `_` and `-` that a text starts with.
pub(super) fn word_length(bytes: &[u8]) -> usize {
    next::<NotWord>(bytes, 0..bytes.len()).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_found<S: Stop>(bytes: &[u8], range: Range<usize>) {
        let expected = bytes.get(range.clone()).unwrap_or_default();
        let expected = expected.iter().position(|byte| S::is(*byte));
        let expected = expected.map(|length| range.start + length);
        assert_eq!(next::<S>(bytes, range.clone()), expected, "{range:?}");
    }

    #[test]
    fn each_byte_is_a_stop_or_none_in_blocks_as_alone() {
        for byte in 0..=u8::MAX {
            let block = [byte; 16];
            assert_found::<Code>(&block, 0..16);
            assert_found::<Value>(&block, 0..16);
            assert_found::<Quoted>(&block, 0..16);
            assert_found::<Encoded>(&block, 0..16);
            assert_found::<NotWord>(&block, 0..16);
        }
    }

    #[test]
    fn a_word_ends_before_the_first_other_byte() {
        for length in 0..50 {
            for rest in ["", ".", " = 1 and more than sixteen bytes", "é"] {
                let text = format!("{}{rest}", "a_Z-9".repeat(10).split_at(length).0);
                assert_eq!(word_length(text.as_bytes()), length, "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn stops_are_those_of_a_walk(
            text in r##"[a-z \n"#/<{}()\[\]$%\\é]{0,300}"##,
            asked in prop::collection::vec((0_usize..320, 0_usize..320), 30),
        ) {
            for (start, end) in asked {
                let range = start..end.min(text.len());
                assert_found::<Code>(text.as_bytes(), range.clone());
                assert_found::<Quoted>(text.as_bytes(), range);
            }
        }
    }
}
