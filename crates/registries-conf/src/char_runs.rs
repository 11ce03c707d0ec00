//! Splits a part of a name into runs of characters of one class.

use std::ops::Range;

/// The classes of characters that a diagnosis distinguishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CharClass {
    /// ASCII letters and digits.
    Alphanumeric,
    /// Dots, underscores and hyphens.
    Separator,
    Whitespace,
    /// `*`.
    Asterisk,
    Other,
}

impl CharClass {
    fn from_char(character: char) -> Self {
        match character {
            '.' | '_' | '-' => Self::Separator,
            '*' => Self::Asterisk,
            _ if character.is_ascii_alphanumeric() => Self::Alphanumeric,
            _ if character.is_whitespace() => Self::Whitespace,
            _ => Self::Other,
        }
    }
}

/// The maximal runs of one class, each with its bytes in the text.
pub(crate) fn split_into_runs(text: &str) -> Vec<(CharClass, Range<usize>)> {
    let mut runs: Vec<(CharClass, Range<usize>)> = Vec::new();
    for (start, character) in text.char_indices() {
        let class = CharClass::from_char(character);
        let end = start + character.len_utf8();
        match runs.last_mut() {
            Some((last_class, range)) if *last_class == class => range.end = end,
            _ => runs.push((class, start..end)),
        }
    }
    runs
}
