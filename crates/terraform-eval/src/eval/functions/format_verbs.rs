//! A format taken apart into text and verbs.

use std::iter::Peekable;
use std::str::CharIndices;

use unicode_segmentation::UnicodeSegmentation as _;

/// A part of a format.
pub(super) enum Piece<'f> {
    Text(&'f str),
    Verb(Verb<'f>),
}

/// `%-8.2[1]f` taken apart.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a verb has five flags, each there or not"
)]
pub(super) struct Verb<'f> {
    raw: &'f str,
    offset: usize,
    /// Which argument it takes, counted from 1.
    pub(super) argument: usize,
    pub(super) mode: char,
    pub(super) zero: bool,
    pub(super) sharp: bool,
    pub(super) minus: bool,
    plus: bool,
    space: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

impl Verb<'_> {
    /// The verb and where it stands, for messages.
    pub(super) fn place(&self) -> String {
        format!("{:?} at {}", self.raw, self.offset)
    }

    /// The sign of a number.
    pub(super) fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        }
    }

    /// A text, as wide as the verb asks for.
    pub(super) fn padded(&self, text: &str) -> String {
        let length = text.graphemes(true).count();
        let pad = if self.zero { "0" } else { " " };
        let pad = pad.repeat(self.width.unwrap_or(0).saturating_sub(length));
        if self.minus {
            [text, &pad].concat()
        } else {
            [&pad, text].concat()
        }
    }
}

/// The parts of a format, in order; it ends with the first error.
pub(super) fn pieces(format: &str) -> impl Iterator<Item = Result<Piece<'_>, String>> {
    let mut at = 0;
    let mut next_argument = 1;
    std::iter::from_fn(move || {
        let rest = format.get(at..).filter(|rest| !rest.is_empty())?;
        let Some(behind) = rest.strip_prefix('%') else {
            let text = &rest[..rest.find('%').unwrap_or(rest.len())];
            at += text.len();
            return Some(Ok(Piece::Text(text)));
        };
        if behind.starts_with('%') {
            at += 2;
            return Some(Ok(Piece::Text("%")));
        }
        match verb(format, at, next_argument) {
            Ok((verb, end)) => {
                at = end;
                next_argument = verb.argument.saturating_add(1);
                Some(Ok(Piece::Verb(verb)))
            }
            Err(message) => {
                at = format.len();
                Some(Err(message))
            }
        }
    })
}

fn verb(format: &str, offset: usize, argument: usize) -> Result<(Verb<'_>, usize), String> {
    let mut verb = Verb {
        offset,
        argument,
        ..Verb::default()
    };
    let start = offset + 1;
    let mut letters = format[start..].char_indices().peekable();
    while let Some((_, flag)) = letters.next_if(|(_, letter)| matches!(letter, '0' | '#' | '-' | '+' | ' ')) {
        match flag {
            '0' => verb.zero = true,
            '#' => verb.sharp = true,
            '-' => verb.minus = true,
            '+' => verb.plus = true,
            _ => verb.space = true,
        }
    }
    verb.width = number(&mut letters);
    if letters.next_if(|(_, letter)| *letter == '.').is_some() {
        verb.precision = Some(number(&mut letters).unwrap_or(0));
    }
    if letters.next_if(|(_, letter)| *letter == '[').is_some() {
        let starts_well = letters
            .peek()
            .is_some_and(|(_, digit)| matches!(digit, '1'..='9'));
        verb.argument = number(&mut letters).filter(|_| starts_well).unwrap_or(0);
        if verb.argument == 0 || letters.next_if(|(_, letter)| *letter == ']').is_none() {
            return Err(unrecognized(&mut letters, start));
        }
    }
    match letters.next_if(|(_, letter)| letter.is_ascii_alphabetic()) {
        Some((at, mode)) => {
            let end = start + at + 1;
            verb.mode = mode;
            verb.raw = &format[offset..end];
            Ok((verb, end))
        }
        None => Err(unrecognized(&mut letters, start)),
    }
}

fn unrecognized(letters: &mut Peekable<CharIndices<'_>>, start: usize) -> String {
    match letters.next() {
        Some((at, letter)) => format!(
            "unrecognized format character {letter:?} at offset {}",
            start + at
        ),
        None => "invalid format string: it ends inside of a verb".to_owned(),
    }
}

fn number(letters: &mut Peekable<CharIndices<'_>>) -> Option<usize> {
    let mut number: Option<usize> = None;
    while let Some((_, digit)) = letters.next_if(|(_, letter)| letter.is_ascii_digit()) {
        let digit = digit
            .to_digit(10)
            .and_then(|digit| usize::try_from(digit).ok())
            .unwrap_or(0);
        number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit));
    }
    number
}
