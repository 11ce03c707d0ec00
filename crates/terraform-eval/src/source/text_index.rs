//! Where the lines of a text begin, and how many characters precede an offset.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Every so many bytes, the numbers of line breaks and characters before are kept: less than a hundredth of the text, which may
/// be a plan of one line, or of millions of lines.
const PART: usize = 1 << 10;

/// The numbers of line breaks and characters before each part of a text, as far as anybody has asked for them.
#[derive(Debug)]
pub(super) struct TextIndex {
    /// The last one, of a text that was looked at as a whole, is for its end.
    before: Mutex<Vec<Counts>>,
}

/// Counts of a part, or of all before it. Texts of 4 GB and more are not read.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    line_breaks: u32,
    characters: u32,
}

impl TextIndex {
    pub(super) const fn new() -> Self {
        Self {
            before: Mutex::new(Vec::new()),
        }
    }

    /// The line, counted from 0, that contains the byte at `offset`.
    pub(super) fn line_index(&self, text: &str, offset: usize) -> usize {
        self.before(text, offset).line_breaks as usize
    }

    /// The number of characters that begin before `offset`.
    pub(super) fn characters(&self, text: &str, offset: usize) -> usize {
        self.before(text, offset).characters as usize
    }

    fn before(&self, text: &str, offset: usize) -> Counts {
        let part = offset / PART;
        let known = self.known(text, |known| known.len() > part);
        let rest = text.as_bytes().get(part * PART..offset).unwrap_or_default();
        known.get(part).copied().unwrap_or_default().and(Counts::of(rest))
    }

    /// Where a line begins, counted from 0. `None` if there are fewer lines.
    pub(super) fn line_start(&self, text: &str, line: usize) -> Option<usize> {
        match line.checked_sub(1) {
            Some(line_break) => Some(self.line_break(text, line_break)? + 1),
            None => Some(0),
        }
    }

    /// The offset of a line break, counted from 0.
    fn line_break(&self, text: &str, number: usize) -> Option<usize> {
        let is_before = |counts: &Counts| counts.line_breaks as usize <= number;
        let known = self.known(text, |known| known.last().is_some_and(|last| !is_before(last)));
        // The last part with no more breaks before it.
        let part = known.partition_point(is_before).checked_sub(1)?;
        let within = number - known.get(part)?.line_breaks as usize;
        let rest = text.as_bytes().get(part * PART..)?;
        let at = memchr::memchr_iter(b'\n', rest).nth(within)?;
        Some(part * PART + at)
    }

    /// The counts, up to where they are enough or the text ends.
    fn known(&self, text: &str, is_enough: impl Fn(&[Counts]) -> bool) -> MutexGuard<'_, Vec<Counts>> {
        let mut known = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        let mut last = known.last().copied();
        if last.is_none() {
            known.push(Counts::default());
            last = Some(Counts::default());
        }
        let rest = text.as_bytes().get((known.len() - 1) * PART..);
        let mut parts = rest.unwrap_or_default().chunks(PART);
        while !is_enough(&known)
            && let (Some(before), Some(part)) = (last, parts.next())
        {
            last = Some(before.and(Counts::of(part)));
            known.extend(last);
        }
        known
    }
}

impl Counts {
    fn and(self, other: Self) -> Self {
        Self {
            line_breaks: self.line_breaks.saturating_add(other.line_breaks),
            characters: self.characters.saturating_add(other.characters),
        }
    }

    /// The counts of at most [`PART`] bytes.
    fn of(bytes: &[u8]) -> Self {
        let line_breaks = memchr::memchr_iter(b'\n', bytes).count();
        // A byte of UTF-8 that begins with the bits 10 continues a character.
        let begins_character = |byte: &&u8| **byte & 0b1100_0000 != 0b1000_0000;
        let characters = if bytes.is_ascii() {
            bytes.len()
        } else {
            bytes.iter().filter(begins_character).count()
        };
        let [line_breaks, characters] =
            [line_breaks, characters].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        Self {
            line_breaks,
            characters,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lines_and_characters_are_those_that_a_look_at_the_whole_text_finds(
            parts in prop::collection::vec(("[aé\n€]{0,9}", 0_usize..200), 0..8),
        ) {
            let text: String = parts.iter().map(|(part, times)| part.repeat(*times)).collect();
            let index = TextIndex::new();
            let mut start = 0;
            for (number, line) in text.split_inclusive('\n').chain(text.ends_with('\n').then_some("")).enumerate() {
                let range = start..start + line.len();
                prop_assert_eq!(index.line_start(&text, number), Some(range.start));
                for offset in [range.start, range.end.saturating_sub(1).max(start)] {
                    let offset = text.floor_char_boundary(offset);
                    prop_assert_eq!(index.line_index(&text, offset), number);
                    prop_assert_eq!(index.characters(&text, offset), text[..offset].chars().count());
                }
                start = range.end;
            }
            let breaks = text.matches('\n').count();
            prop_assert_eq!(index.line_start(&text, breaks + 1), None);
            prop_assert_eq!(index.line_index(&text, text.len()), breaks);
        }
    }
}
