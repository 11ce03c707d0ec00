//! Positions of the protocol and offsets of bytes.
//!
//! A client counts lines from 0, and in a line the units of the encoding that it has agreed on. Lines end at `\n`, `\r\n`
//! and `\r`.

use std::ops::Range;

use gen_lsp_types::{Position, PositionEncodingKind, Range as LspRange};

/// The units in which a client counts the characters of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
    Utf32,
}

impl Encoding {
    /// The first encoding that the client offers and the server knows; the protocol's default without an offer.
    pub(super) fn choose(offered: Option<&[PositionEncodingKind]>) -> Self {
        let known = |kind: &PositionEncodingKind| match kind {
            PositionEncodingKind::UTF8 => Some(Self::Utf8),
            PositionEncodingKind::UTF16 => Some(Self::Utf16),
            PositionEncodingKind::UTF32 => Some(Self::Utf32),
            PositionEncodingKind::Custom(_) => None,
        };
        offered
            .into_iter()
            .flatten()
            .find_map(known)
            .unwrap_or(Self::Utf16)
    }

    /// The name of the encoding in the protocol.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn units_of(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// The lines of a text.
#[derive(Debug)]
pub(super) struct TextLines<'t> {
    text: &'t str,
    encoding: Encoding,
    /// The offsets at which lines start.
    starts: Vec<usize>,
}

impl<'t> TextLines<'t> {
    /// The lines of a text as the client has it. `skipped` bytes at its start are not part of what the client has.
    pub(super) fn new(text: &'t str, skipped: usize, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
        // Of `\r\n`, the second byte ends the line.
        let ends = ends.filter(|&at| bytes.get(at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n'));
        let starts = std::iter::once(skipped).chain(ends.map(|at| at + 1)).collect();
        Self {
            text,
            encoding,
            starts,
        }
    }

    /// The offset of a position. A character past the end of its line means the end, and a line past the last one means
    /// the end of the text.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some(&start) = self.starts.get(line) else {
            return self.text.len();
        };
        let wanted = usize::try_from(position.character).unwrap_or(usize::MAX);
        let mut units = 0;
        let content = self.line_content(line, start);
        for (at, character) in content.char_indices() {
            // A position inside of a character means its start.
            units += self.encoding.units_of(character);
            if units > wanted {
                return start + at;
            }
        }
        start + content.len()
    }

    /// A line without its end.
    fn line_content(&self, line: usize, start: usize) -> &'t str {
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..end).unwrap_or_default();
        let content = line.strip_suffix('\n').unwrap_or(line);
        content.strip_suffix('\r').unwrap_or(content)
    }

    /// The position of an offset.
    pub(super) fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self
            .starts
            .partition_point(|&start| start <= offset)
            .saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let content = self.line_content(line, start);
        let preceding = content.get(..offset.saturating_sub(start)).unwrap_or(content);
        let units: usize = preceding
            .chars()
            .map(|character| self.encoding.units_of(character))
            .sum();
        let clamp = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Position {
            line: clamp(line),
            character: clamp(units),
        }
    }

    /// The positions of a range of bytes.
    pub(super) fn range(&self, range: Range<usize>) -> LspRange {
        LspRange {
            start: self.position(range.start),
            end: self.position(range.end),
        }
    }

    /// The bytes of a range of positions.
    pub(super) fn bytes(&self, range: LspRange) -> Range<usize> {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        start.min(end)..start.max(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn units_depend_on_the_encoding() {
        // One, two, three and four bytes; one, one, one and two units of UTF-16.
        let text = "aé€😀z";
        for (encoding, end) in [(Encoding::Utf8, 11), (Encoding::Utf16, 6), (Encoding::Utf32, 5)] {
            let lines = TextLines::new(text, 0, encoding);
            assert_eq!(lines.position(text.len()), at(0, end), "{encoding:?}");
            assert_eq!(lines.offset(at(0, end)), text.len(), "{encoding:?}");
        }
        let utf16 = TextLines::new(text, 0, Encoding::Utf16);
        assert_eq!(utf16.offset(at(0, 3)), 6);
        assert_eq!(utf16.offset(at(0, 4)), 6, "inside of a surrogate pair");
        assert_eq!(utf16.offset(at(0, 5)), 10);
    }

    #[test]
    fn each_kind_of_line_ending_ends_a_line() {
        let lines = TextLines::new("a\nb\r\nc\rd", 0, Encoding::Utf16);
        let starts: Vec<usize> = (0..4).map(|line| lines.offset(at(line, 0))).collect();
        assert_eq!(starts, [0, 2, 5, 7]);
        // Past the end of a line is its end, before the line ending.
        assert_eq!(lines.offset(at(1, 99)), 3);
        assert_eq!(lines.offset(at(99, 0)), 8);
        assert_eq!(lines.position(4), at(1, 1), "between \\r and \\n");
    }

    #[test]
    fn a_byte_order_mark_that_the_client_does_not_have_is_skipped() {
        let lines = TextLines::new("\u{feff}a = 1\nb", 3, Encoding::Utf8);
        assert_eq!(lines.position(3), at(0, 0));
        assert_eq!(lines.offset(at(0, 1)), 4);
        assert_eq!(lines.offset(at(1, 0)), 9);
        assert_eq!(lines.position(0), at(0, 0));
    }

    #[test]
    fn the_first_known_encoding_is_chosen() {
        let custom = PositionEncodingKind::Custom("utf-7".into());
        let offered = [custom, PositionEncodingKind::UTF32, PositionEncodingKind::UTF8];
        assert_eq!(Encoding::choose(Some(&offered)), Encoding::Utf32);
        assert_eq!(Encoding::choose(Some(&[])), Encoding::Utf16);
        assert_eq!(Encoding::choose(None), Encoding::Utf16);
    }

    proptest! {
        #[test]
        fn offsets_and_positions_are_inverse(text in "[a-cé€😀\r\n]{0,20}", any_line: u32, any_character: u32) {
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let lines = TextLines::new(&text, 0, encoding);
                for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                    let is_inside_of_ending = text[..offset].ends_with('\r') && text[offset..].starts_with('\n');
                    if !is_inside_of_ending {
                        prop_assert_eq!(lines.offset(lines.position(offset)), offset);
                    }
                }
                let position = at(any_line % 8, any_character % 8);
                let offset = lines.offset(position);
                prop_assert!(text.is_char_boundary(offset));
            }
        }
    }
}
