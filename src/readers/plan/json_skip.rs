//! Where a JSON value ends.
//!
//! Only quotes and brackets are looked at: 64 bytes become sets of positions, one for each kind of byte, and arithmetic with the
//! sets tells which brackets are outside of strings. That is the idea of `simdjson` (Langdale and Lemire, "Parsing Gigabytes of
//! JSON per Second"). A value is not validated: its brackets and quotes only have to match in number.

use wide::u8x16;

/// The result of skipping a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Skipped {
    /// The value ends at this offset.
    To(usize),
    /// The bracket at this offset is nested too deeply.
    TooDeep(usize),
    /// The text is not a value, or ends inside it.
    Malformed,
}

/// Skips the value at `start`, which may be nested `max_depth` deep.
pub(super) fn skip(bytes: &[u8], start: usize, max_depth: usize) -> Skipped {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = match rest.first() {
        Some(b'{' | b'[') => return skip_container(bytes, start, max_depth),
        Some(b'"') => string_length(rest),
        // Only a number, a boolean or `null` is possible.
        _ => Some(literal_length(rest)).filter(|&length| length > 0),
    };
    length.map_or(Skipped::Malformed, |length| Skipped::To(start + length))
}

/// The length of the string at the beginning, with its quotes.
fn string_length(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

fn literal_length(bytes: &[u8]) -> usize {
    let is_end = |byte: &u8| matches!(byte, b',' | b' ' | b'\n' | b'\r' | b'\t' | b'}' | b']');
    bytes.iter().position(is_end).unwrap_or(bytes.len())
}

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// Skips the object or list at `start`.
fn skip_container(bytes: &[u8], start: usize, max_depth: usize) -> Skipped {
    let mut strings = Strings::default();
    let mut depth = 0;
    let mut at = start;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let block = match rest.first_chunk::<BLOCK>() {
            Some(block) => Block::new(block),
            None if rest.is_empty() => return Skipped::Malformed,
            None => {
                let mut padded = [b' '; BLOCK];
                padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                Block::new(&padded)
            }
        };
        let outside = !strings.inside(&block);
        let (opening, closing) = (block.opening & outside, block.closing & outside);
        let opened = opening.count_ones() as usize;
        let closed = closing.count_ones() as usize;
        if closed < depth && depth + opened <= max_depth {
            depth = depth + opened - closed;
        } else {
            let mut brackets = opening | closing;
            while brackets != 0 {
                let position = brackets.trailing_zeros() as usize;
                if opening & (1 << position) != 0 {
                    depth += 1;
                    if depth > max_depth {
                        return Skipped::TooDeep(at + position);
                    }
                } else {
                    depth -= 1;
                    if depth == 0 {
                        return Skipped::To(at + position + 1);
                    }
                }
                // Takes away the lowest position.
                brackets &= brackets - 1;
            }
        }
        at += BLOCK;
    }
}

/// Positions of bytes among 64: bit n stands for byte n.
struct Block {
    quotes: u64,
    backslashes: u64,
    /// `{` and `[`.
    opening: u64,
    /// `}` and `]`.
    closing: u64,
}

impl Block {
    fn new(bytes: &[u8; BLOCK]) -> Self {
        /// The bit by which `[` and `{` differ, and `]` and `}`.
        const CURLY: u8 = 0x20;
        let mut block = Self {
            quotes: 0,
            backslashes: 0,
            opening: 0,
            closing: 0,
        };
        let (parts, _) = bytes.as_chunks::<16>();
        for (number, part) in parts.iter().enumerate() {
            let part = u8x16::new(*part);
            let brackets = part | u8x16::splat(CURLY);
            let positions = |part: u8x16, byte: u8| {
                u64::from(part.simd_eq(u8x16::splat(byte)).to_bitmask()) << (16 * number)
            };
            block.quotes |= positions(part, b'"');
            block.backslashes |= positions(part, b'\\');
            block.opening |= positions(brackets, b'{');
            block.closing |= positions(brackets, b'}');
        }
        block
    }
}

/// Which bytes are in strings, from block to block.
#[derive(Default)]
struct Strings {
    /// Whether the last block ended inside a string: all bits or none.
    is_open: u64,
    /// Whether the last block ended with a backslash that escapes the next byte: 1 or 0.
    is_escaped: u64,
}

impl Strings {
    /// The positions inside of strings, with those of the opening quotes.
    fn inside(&mut self, block: &Block) -> u64 {
        let quotes = block.quotes & !self.escaped(block.backslashes);
        // Each bit becomes the parity of the quotes up to its position.
        let mut inside = quotes;
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        inside ^= self.is_open;
        self.is_open = 0_u64.wrapping_sub(inside >> 63);
        inside
    }

    /// The positions that a backslash escapes.
    fn escaped(&mut self, backslashes: u64) -> u64 {
        let mut escaped = std::mem::take(&mut self.is_escaped);
        // A backslash that is escaped itself escapes nothing.
        let mut escaping = backslashes & !escaped;
        while escaping != 0 {
            let first = escaping & escaping.wrapping_neg();
            escaped |= first << 1;
            escaping &= !(first | (first << 1));
            self.is_escaped = first >> 63;
        }
        escaped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn each_kind_of_value_is_skipped() {
        for (text, rest) in [
            (r#""a\"b\\",1"#, ",1"),
            (r#"{"a":[1,{"}":"]"}]} ,"#, " ,"),
            ("12.5e3,", ","),
            ("true}", "}"),
            ("null", ""),
            ("[]]", "]"),
        ] {
            let end = text.len() - rest.len();
            assert_eq!(skip(text.as_bytes(), 0, 9), Skipped::To(end), "{text}");
        }
        for text in ["", "{", "\"a", "\"a\\", "[\"]", "}", ","] {
            assert_eq!(skip(text.as_bytes(), 0, 9), Skipped::Malformed, "{text}");
        }
        assert_eq!(skip(b"[[[]]]", 0, 2), Skipped::TooDeep(2));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            r#"["\\\[\]{}:,a-zé]{0,20}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map(r#"["\\{}a-z]{0,9}"#, inner, 0..8)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// Looks at one byte after the other.
    fn skip_bytewise(bytes: &[u8], max_depth: usize) -> Skipped {
        let (mut depth, mut is_string, mut is_escaped) = (0, false, false);
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if is_string => is_escaped = true,
                b'"' => is_string = !is_string,
                b'{' | b'[' if !is_string => {
                    depth += 1;
                    if depth > max_depth {
                        return Skipped::TooDeep(at);
                    }
                }
                b'}' | b']' if !is_string => {
                    depth -= 1;
                    if depth == 0 {
                        return Skipped::To(at + 1);
                    }
                }
                _ => {}
            }
        }
        Skipped::Malformed
    }

    proptest! {
        #[test]
        fn a_value_is_skipped_to_its_end(value in any_json(), pretty in any::<bool>(), suffix in "[ ,}]{1}.{0,9}") {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            let all = format!("{text}{suffix}");
            prop_assert_eq!(skip(all.as_bytes(), 0, 9), Skipped::To(text.len()));
        }

        #[test]
        fn any_bytes_are_skipped_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Skipped::To(end) = skip(&bytes, 0, 9) {
                prop_assert!(0 < end && end <= bytes.len());
            }
        }

        #[test]
        fn a_container_ends_where_a_look_at_each_byte_finds_its_end(
            rest in r#"([\[\]{}a ]|"([\[\]{}a]|\\["\\]){0,40}"){0,60}"#,
            max_depth in 1_usize..20,
        ) {
            let bytes = format!("[{rest}").into_bytes();
            prop_assert_eq!(skip(&bytes, 0, max_depth), skip_bytewise(&bytes, max_depth));
        }
    }
}
