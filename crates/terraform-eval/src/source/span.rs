//! Spans: ranges of bytes of a file.

use std::num::NonZero;

/// A file in [`Sources`](super::Sources): one more than its position. So an `Option` of it, or of a span, takes no more memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(NonZero<u32>);

impl FileId {
    /// A text that does not belong to any [`Sources`](super::Sources), such as a template that was read during evaluation.
    /// Its name and text are empty.
    pub const DETACHED: Self = Self(NonZero::<u32>::MAX);

    /// The id of the file at a position.
    pub(super) fn from_position(position: usize) -> Self {
        let number = u32::try_from(position + 1).ok().and_then(NonZero::new);
        number.map_or(Self::DETACHED, Self)
    }

    /// The position of the file.
    pub(super) fn position(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A range of bytes of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file that the bytes belong to.
    pub file: FileId,
    /// The offset of the first byte.
    pub start: u32,
    /// The offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`. Offsets beyond `u32` cannot occur: larger files are beyond the
    /// [`ReadLimits`](super::ReadLimits).
    #[inline]
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            file,
            start: clamp(start),
            end: clamp(end.max(start)),
        }
    }

    /// The bytes as a range into the text of the file.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `other` lies inside this span.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

/// A line and a column as people count them: from 1, columns in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in Unicode scalar values.
    pub column: usize,
}
