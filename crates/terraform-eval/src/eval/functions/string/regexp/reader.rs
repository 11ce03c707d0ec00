//! A regular expression while it is translated.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

/// The result of one step of the translation; the error is Go's code.
pub(super) type Step<T = ()> = Result<T, &'static str>;

pub(super) const INVALID_ESCAPE: &str = "invalid escape sequence";
pub(super) const INVALID_RANGE: &str = "invalid character class range";

/// The expression that a repetition operator would repeat.
#[derive(Clone, Copy)]
pub(super) enum Last {
    Nothing,
    /// An expression, and how often it repeats something inside itself.
    Atom(u32),
    Repetition,
}

/// The rest of the pattern, and its translation so far.
pub(super) struct Reader<'a> {
    pub(super) rest: Peekable<Chars<'a>>,
    pub(super) out: String,
    /// The names of the groups, by position.
    pub(super) groups: Vec<Option<String>>,
    /// For each group that is not closed, the largest number of repetitions before it.
    pub(super) open_groups: Vec<u32>,
    /// The largest number of repetitions in the current group.
    pub(super) max_repeat: u32,
    pub(super) last: Last,
    /// Whether no `:]` follows, so that no class has a name.
    pub(super) has_no_class_names: bool,
    /// Whether properties have long names, in any case.
    pub(super) has_long_names: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(pattern: &'a str, has_long_names: bool) -> Self {
        Self {
            rest: pattern.chars().peekable(),
            out: String::with_capacity(pattern.len() * 2),
            groups: Vec::new(),
            open_groups: Vec::new(),
            max_repeat: 1,
            last: Last::Nothing,
            has_no_class_names: false,
            has_long_names,
        }
    }

    /// Writes a character by its code point.
    pub(super) fn push_code(&mut self, character: char) {
        // Writing to a string cannot fail.
        let _ = write!(self.out, "\\x{{{:x}}}", u32::from(character));
    }

    /// Consumes a character if it is next.
    pub(super) fn take(&mut self, character: char) -> bool {
        self.rest.next_if_eq(&character).is_some()
    }

    /// Reads the rest of an escape of one character, inside or outside a class. `letter` follows the
    /// backslash.
    pub(super) fn escaped_char(&mut self, character: char) -> Step<char> {
        Ok(match character {
            '0'..='7' => {
                let is_octal = |character: &char| ('0'..='7').contains(character);
                if character != '0' && !self.rest.peek().is_some_and(is_octal) {
                    return Err(INVALID_ESCAPE);
                }
                let mut code = character.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    if let Some(digit) = self.rest.next_if(is_octal) {
                        code = code * 8 + digit.to_digit(8).unwrap_or(0);
                    }
                }
                char::from_u32(code).ok_or(INVALID_ESCAPE)?
            }
            'x' => self.hexadecimal_char()?,
            'a' => '\u{7}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            other if other.is_ascii() && !other.is_ascii_alphanumeric() => other,
            _ => return Err(INVALID_ESCAPE),
        })
    }

    fn hexadecimal_char(&mut self) -> Step<char> {
        let digit = |character: Option<char>| {
            character
                .and_then(|character| character.to_digit(16))
                .ok_or(INVALID_ESCAPE)
        };
        if !self.take('{') {
            let code = digit(self.rest.next())? * 16 + digit(self.rest.next())?;
            return char::from_u32(code).ok_or(INVALID_ESCAPE);
        }
        let mut code = digit(self.rest.next())?;
        while !self.take('}') {
            code = code * 16 + digit(self.rest.next())?;
            if code > u32::from(char::MAX) {
                return Err(INVALID_ESCAPE);
            }
        }
        char::from_u32(code).ok_or(INVALID_ESCAPE)
    }
}
