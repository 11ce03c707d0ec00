//! A text that is being read, and where its bytes stand in the file.

use std::ops::Range;

use crate::source::{FileId, Span};

/// The text of a file, or the decoded text of a JSON string in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    /// Where decoded text stands; none for text that is the file's own.
    pub(super) offsets: Option<&'a Offsets>,
}

impl<'a> Input<'a> {
    /// The span of these bytes of the text.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        // One byte of a letter stands for the whole letter.
        let (start, end) = (
            self.text.floor_char_boundary(range.start),
            self.text.ceil_char_boundary(range.end),
        );
        match self.offsets {
            None => Span::new(self.file, start, end),
            Some(offsets) => Span::new(self.file, offsets.source(start), offsets.source(end)),
        }
    }

    /// The bytes of the text; empty where they do not lie on character boundaries.
    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }
}

/// From offsets in decoded text to offsets in the file: the places where the distance changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Offsets {
    steps: Vec<(usize, usize)>,
}

impl Offsets {
    /// From `decoded` on, the bytes stand at `source` and behind it.
    pub(super) fn step(&mut self, decoded: usize, source: usize) {
        self.steps.push((decoded, source));
    }

    fn source(&self, decoded: usize) -> usize {
        let after = self.steps.partition_point(|&(from, _)| from <= decoded);
        match self.steps.get(after.wrapping_sub(1)) {
            Some(&(from, source)) => source + (decoded - from),
            None => decoded,
        }
    }
}
