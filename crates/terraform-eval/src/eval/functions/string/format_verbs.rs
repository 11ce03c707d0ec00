//! Parses a format string into text and verbs.

use std::iter::Peekable;
use std::str::CharIndices;

use crate::cty::graphemes;
use crate::eval::functions::error::{FunctionError, FunctionResult};

/// A part of a format string.
pub(super) enum Piece<'f> {
    Text(&'f str),
    Verb(Verb<'f>),
}

/// A parsed verb, such as `%-8.2[1]f`.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a verb has five independent flags")]
pub(super) struct Verb<'f> {
    raw: &'f str,
    offset: usize,
    /// The position of the argument, counted from 1.
    pub(super) argument: usize,
    pub(super) mode: char,
    pub(super) has_zero: bool,
    pub(super) has_sharp: bool,
    pub(super) has_minus: bool,
    has_plus: bool,
    has_space: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

impl Verb<'_> {
    /// The verb and its offset, for messages.
    pub(super) fn location(&self) -> String {
        format!("{:?} at {}", self.raw, self.offset)
    }

    /// The sign of a number.
    pub(super) fn sign(&self, is_negative: bool) -> &'static str {
        match (is_negative, self.has_plus, self.has_space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        }
    }

    /// Pads a text to the width of the verb.
    pub(super) fn padded(&self, text: &str) -> String {
        let length = graphemes(text).count();
        let fill = if self.has_zero { "0" } else { " " };
        let padding = fill.repeat(self.width.unwrap_or(0).saturating_sub(length));
        if self.has_minus {
            [text, &padding].concat()
        } else {
            [&padding, text].concat()
        }
    }
}

/// The parts of a format string, in order; the iterator ends after the first error.
pub(super) fn pieces(format: &str) -> impl Iterator<Item = FunctionResult<Piece<'_>>> {
    let mut position = 0;
    let mut next_argument = 1;
    std::iter::from_fn(move || {
        let rest = format.get(position..).filter(|rest| !rest.is_empty())?;
        let Some(after_percent) = rest.strip_prefix('%') else {
            let text = &rest[..rest.find('%').unwrap_or(rest.len())];
            position += text.len();
            return Some(Ok(Piece::Text(text)));
        };
        if after_percent.starts_with('%') {
            position += 2;
            return Some(Ok(Piece::Text("%")));
        }
        match parse_verb(format, position, next_argument) {
            Ok((verb, end)) => {
                position = end;
                next_argument = verb.argument.saturating_add(1);
                Some(Ok(Piece::Verb(verb)))
            }
            Err(message) => {
                position = format.len();
                Some(Err(message))
            }
        }
    })
}

fn parse_verb(format: &str, offset: usize, argument: usize) -> FunctionResult<(Verb<'_>, usize)> {
    let mut verb = Verb {
        offset,
        argument,
        ..Verb::default()
    };
    let start = offset + 1;
    let mut characters = format[start..].char_indices().peekable();
    while let Some((_, flag)) =
        characters.next_if(|(_, character)| matches!(character, '0' | '#' | '-' | '+' | ' '))
    {
        match flag {
            '0' => verb.has_zero = true,
            '#' => verb.has_sharp = true,
            '-' => verb.has_minus = true,
            '+' => verb.has_plus = true,
            _ => verb.has_space = true,
        }
    }
    verb.width = parse_number(&mut characters);
    if characters.next_if(|(_, character)| *character == '.').is_some() {
        verb.precision = Some(parse_number(&mut characters).unwrap_or(0));
    }
    if characters.next_if(|(_, character)| *character == '[').is_some() {
        let has_number = characters
            .peek()
            .is_some_and(|(_, digit)| matches!(digit, '1'..='9'));
        verb.argument = parse_number(&mut characters).filter(|_| has_number).unwrap_or(0);
        if verb.argument == 0 || characters.next_if(|(_, character)| *character == ']').is_none() {
            return Err(unrecognized(&mut characters, format, start));
        }
    }
    match characters.next_if(|(_, character)| character.is_ascii_alphabetic()) {
        Some((at, mode)) => {
            let end = start + at + 1;
            verb.mode = mode;
            verb.raw = &format[offset..end];
            Ok((verb, end))
        }
        None => Err(unrecognized(&mut characters, format, start)),
    }
}

/// The error of a format string that does not continue like a verb.
fn unrecognized(characters: &mut Peekable<CharIndices<'_>>, format: &str, start: usize) -> FunctionError {
    match characters.next() {
        Some((index, character)) => {
            let offset = start + index;
            format!("unrecognized format character {character:?} at offset {offset}").into()
        }
        None => format!("invalid format string starting at offset {}", format.len()).into(),
    }
}

fn parse_number(characters: &mut Peekable<CharIndices<'_>>) -> Option<usize> {
    let mut number: Option<usize> = None;
    while let Some((_, digit)) = characters.next_if(|(_, character)| character.is_ascii_digit()) {
        let digit = digit
            .to_digit(10)
            .and_then(|digit| usize::try_from(digit).ok())
            .unwrap_or(0);
        number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(digit));
    }
    number
}
