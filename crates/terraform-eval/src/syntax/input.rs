//! A text that is being parsed, and the position of its bytes in the file.

use std::ops::Range;

use crate::source::{FileId, Span};

/// The text of a file, or the decoded text of a JSON string in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    /// The offsets of decoded text in the file; `None` for the text of the file itself.
    pub(super) offsets: Option<&'a Offsets>,
}

impl<'a> Input<'a> {
    /// The span in the file of a range of the text, extended to character boundaries.
    #[inline]
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let (start, end) = (
            self.text.floor_char_boundary(range.start),
            self.text.ceil_char_boundary(range.end),
        );
        match self.offsets {
            None => Span::new(self.file, start, end),
            Some(offsets) => Span::new(self.file, offsets.source(start), offsets.source(end)),
        }
    }

    /// A range of the text; empty if it does not lie on character boundaries.
    #[inline]
    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }
}

/// Maps offsets in decoded text to offsets in the file, by the offsets at which their difference changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Offsets {
    steps: Vec<(usize, usize)>,
}

impl Offsets {
    /// Records that the decoded text from `decoded` on begins at `source` in the file.
    pub(super) fn step(&mut self, decoded: usize, source: usize) {
        self.steps.push((decoded, source));
    }

    /// The offset in the file of an offset in the decoded text.
    pub(super) fn source(&self, decoded: usize) -> usize {
        let following = self.steps.partition_point(|&(from, _)| from <= decoded);
        match self.steps.get(following.wrapping_sub(1)) {
            Some(&(from, source)) => source + (decoded - from),
            None => decoded,
        }
    }
}
