//! A part of a name as runs of characters of one kind.

use std::ops::Range;

/// The kinds of characters that a diagnosis tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// ASCII letters and digits.
    Word,
    /// Dots, underscores and hyphens.
    Separator,
    /// White space.
    Space,
    /// `*`.
    Star,
    /// Everything else.
    Other,
}

fn class(character: char) -> Class {
    match character {
        '.' | '_' | '-' => Class::Separator,
        '*' => Class::Star,
        _ if character.is_ascii_alphanumeric() => Class::Word,
        _ if character.is_whitespace() => Class::Space,
        _ => Class::Other,
    }
}

/// The longest runs of one class, with their bytes.
pub(super) fn runs(text: &str) -> Vec<(Class, Range<usize>)> {
    let mut runs: Vec<(Class, Range<usize>)> = Vec::new();
    for (start, character) in text.char_indices() {
        let (class, end) = (class(character), start + character.len_utf8());
        match runs.last_mut() {
            Some((last, run)) if *last == class => run.end = end,
            _ => runs.push((class, start..end)),
        }
    }
    runs
}
