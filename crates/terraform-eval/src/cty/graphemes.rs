//! What a reader takes for one character, by the rules of Unicode 15.0 that Go's `textseg` has.
//!
//! The library has newer rules: they join consonants of Indic scripts, and marks that Unicode has assigned since.

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation as _;

use super::newer_characters::is_newer;

const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// The graphemes of a text, in order.
#[must_use]
pub fn graphemes(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.graphemes(true).flat_map(|cluster| Parts { rest: cluster })
}

/// The graphemes of a text with the offsets of their first bytes, in order.
#[must_use]
pub fn grapheme_indices(text: &str) -> impl DoubleEndedIterator<Item = (usize, &str)> {
    text.grapheme_indices(true).flat_map(|(start, cluster)| {
        let parts = Parts { rest: cluster };
        parts.map(move |part| (start + (part.as_ptr().addr() - cluster.as_ptr().addr()), part))
    })
}

/// The parts of a grapheme of the newer rules.
struct Parts<'t> {
    rest: &'t str,
}

impl<'t> Parts<'t> {
    /// The offsets at which a part begins, apart from the first one.
    fn starts(&self) -> impl DoubleEndedIterator<Item = usize> + use<'t> {
        let rest = self.rest;
        rest.char_indices().filter_map(move |(at, character)| {
            let before = rest.get(..at)?.chars().next_back()?;
            is_boundary(before, character).then_some(at)
        })
    }
}

impl<'t> Iterator for Parts<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let end = self.starts().next().unwrap_or(self.rest.len());
        let (part, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(part).filter(|part| !part.is_empty())
    }
}

impl DoubleEndedIterator for Parts<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let start = self.starts().next_back().unwrap_or(0);
        let (rest, part) = self.rest.split_at(start);
        self.rest = rest;
        Some(part).filter(|part| !part.is_empty())
    }
}

/// Whether the older rules separate two characters that the newer ones join.
fn is_boundary(before: char, character: char) -> bool {
    if character.is_ascii() {
        return false;
    }
    let is_mark = is_combining_mark(character);
    let is_letter = character.is_alphabetic() && !is_mark;
    let follows_mark = is_combining_mark(before) || before == ZERO_WIDTH_JOINER;
    is_newer(character) || is_letter && follows_mark || is_newer(before) && !is_mark
}

#[cfg(test)]
mod tests {
    use super::*;

    // The expectations are those of Terraform 1.11.4.
    #[test]
    fn texts_have_the_graphemes_of_unicode_15() {
        for (text, expected) in [
            ("", &[] as &[&str]),
            ("ab", &["a", "b"]),
            ("e\u{301}x", &["e\u{301}", "x"]),
            ("\r\n", &["\r\n"]),
            ("क्त", &["क्", "त"]),
            ("a\u{897}", &["a", "\u{897}"]),
            ("👩\u{200d}👦🇩🇪🇫", &["👩\u{200d}👦", "🇩🇪", "🇫"]),
            ("각", &["각"]),
        ] {
            assert_eq!(graphemes(text).collect::<Vec<_>>(), expected, "{text}");
            let reversed: Vec<&str> = graphemes(text).rev().collect();
            assert!(reversed.iter().rev().eq(expected), "{text}");
            assert!(grapheme_indices(text).all(|(at, part)| text[at..].starts_with(part)));
        }
    }
}
