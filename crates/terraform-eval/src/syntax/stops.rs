//! Where the bytes are that mean something: a scanner jumps from one to the next.
//!
//! 64 bytes become a set of positions, which is asked for the next one until its end is reached.

use std::ops::Range;

use wide::u8x16;

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// Which bytes mean something.
pub(super) trait Stop {
    /// Those of 16 bytes, as bytes with all bits set.
    fn of(bytes: u8x16) -> u8x16;

    /// Whether a byte is one of them.
    fn is(byte: u8) -> bool;
}

/// The bytes of code that open or close something, or may begin a comment or a heredoc: `"#/<{}()[]`.
#[derive(Debug)]
pub(super) struct Code;

/// The bytes that may end a value: those of code, `,`, `=` and the line break.
#[derive(Debug)]
pub(super) struct Value;

/// The bytes of a quoted string that end it, escape something or may begin a sequence: `"`, `\`, `$`, `%` and the line break.
#[derive(Debug)]
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

/// The stops in 64 bytes of a text, which are found when one of them is asked for.
#[derive(Debug)]
pub(super) struct Stops<S> {
    /// The offset of the first of these bytes.
    start: usize,
    /// Bit n stands for byte n.
    positions: u64,
    kind: std::marker::PhantomData<S>,
}

impl<S> Default for Stops<S> {
    fn default() -> Self {
        Self {
            // No text has bytes there.
            start: usize::MAX - BLOCK,
            positions: 0,
            kind: std::marker::PhantomData,
        }
    }
}

impl<S: Stop> Stops<S> {
    /// The offset of the first stop in a range of a text, which is always the same text.
    pub(super) fn next(&mut self, bytes: &[u8], Range { start: mut at, end }: Range<usize>) -> Option<usize> {
        let before_end = |at: &usize| *at < end;
        while at < end {
            let offset = at.wrapping_sub(self.start);
            if offset < BLOCK {
                let following = self.positions >> offset;
                if following != 0 {
                    return Some(at + following.trailing_zeros() as usize).filter(before_end);
                }
                at = self.start + BLOCK;
                continue;
            }
            let rest = bytes.get(at..)?;
            let Some(block) = rest.first_chunk::<BLOCK>() else {
                let length = rest.iter().take(end - at).position(|byte| S::is(*byte));
                return length.map(|length| at + length);
            };
            self.start = at;
            self.positions = positions::<S>(block);
        }
        None
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

/// The number of ASCII letters, digits, `_` and `-` that a text starts with.
pub(super) fn word_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    while let Some(part) = bytes.get(length..).and_then(|rest| rest.first_chunk::<16>()) {
        let stops = NotWord::of(u8x16::from(*part)).to_bitmask();
        if stops != 0 {
            return length + stops.trailing_zeros() as usize;
        }
        length += 16;
    }
    let rest = bytes.get(length..).unwrap_or_default();
    length
        + rest
            .iter()
            .position(|byte| NotWord::is(*byte))
            .unwrap_or(rest.len())
}

fn positions<S: Stop>(block: &[u8; BLOCK]) -> u64 {
    let (parts, _) = block.as_chunks::<16>();
    parts.iter().enumerate().fold(0, |positions, (index, part)| {
        positions | u64::from(S::of(u8x16::from(*part)).to_bitmask()) << (16 * index)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_found<S: Stop>(bytes: &[u8], range: Range<usize>, stops: &mut Stops<S>) {
        let expected = bytes.get(range.clone()).unwrap_or_default();
        let expected = expected.iter().position(|byte| S::is(*byte));
        let expected = expected.map(|length| range.start + length);
        assert_eq!(stops.next(bytes, range.clone()), expected, "{range:?}");
    }

    #[test]
    fn each_byte_is_a_stop_or_none_in_blocks_as_alone() {
        for byte in 0..=u8::MAX {
            let block = [byte; BLOCK];
            assert_eq!(positions::<Code>(&block) != 0, Code::is(byte), "{byte:#x}");
            assert_eq!(positions::<Quoted>(&block) != 0, Quoted::is(byte), "{byte:#x}");
            assert_eq!(positions::<Value>(&block) != 0, Value::is(byte), "{byte:#x}");
            assert_eq!(positions::<NotWord>(&block) != 0, NotWord::is(byte), "{byte:#x}");
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
            let (mut code, mut quoted) = (Stops::<Code>::default(), Stops::<Quoted>::default());
            for (start, end) in asked {
                let range = start..end.min(text.len());
                assert_found(text.as_bytes(), range.clone(), &mut code);
                assert_found(text.as_bytes(), range, &mut quoted);
            }
        }
    }
}
