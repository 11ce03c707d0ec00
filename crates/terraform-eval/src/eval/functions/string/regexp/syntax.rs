//! Translates Go's regular expressions (RE2) to the syntax of the crate `regex`.
//!
//! Both match leftmost-first and in linear time, but their syntax differs: in Go `\d`, `\s`, `\w` and `\b`
//! are ASCII, a `{` that does not start a repetition is literal, brackets do not nest in a class, and
//! repetitions of repetitions are errors.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use super::classes::perl_class;
use super::reader::{Last, Reader, Step};

/// A pattern for the crate `regex`, and the names of its groups by position.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) pattern: String,
    pub(super) groups: Vec<Option<String>>,
}

/// The largest number of repetitions of an expression; nested repetitions multiply.
const MAX_REPEAT: u32 = 1000;

/// The deepest nesting of groups.
const MAX_DEPTH: usize = 250;

/// Translates a pattern; the error is Go's message. `has_long_names` is whether `\p{Letter}` is known beside `\p{L}`.
pub(super) fn translate(pattern: &str, has_long_names: bool) -> Result<Translated, String> {
    let mut reader = Reader::new(pattern, has_long_names);
    reader
        .read_all()
        .map_err(|code| format!("invalid regexp pattern: {code} in {pattern}"))?;
    Ok(Translated {
        pattern: reader.out,
        groups: reader.groups,
    })
}

impl Reader<'_> {
    fn read_all(&mut self) -> Step {
        while let Some(character) = self.rest.next() {
            match character {
                '(' => self.read_group()?,
                ')' => {
                    let Some(outer_repeat) = self.open_groups.pop() else {
                        return Err("unexpected )");
                    };
                    self.out.push(')');
                    let inner_repeat = self.max_repeat;
                    self.max_repeat = outer_repeat;
                    self.finish_atom(inner_repeat);
                }
                '|' => {
                    self.out.push('|');
                    self.last = Last::Nothing;
                }
                '[' => {
                    self.read_class()?;
                    self.finish_atom(1);
                }
                '*' | '+' | '?' => self.push_repetition(character.to_string().as_str(), 1)?,
                '{' => match self.read_counts()? {
                    Some((text, count)) => self.push_repetition(&text, count)?,
                    None => self.push_literal('{'),
                },
                '\\' => self.read_escape()?,
                '^' | '$' | '.' => {
                    self.out.push(character);
                    self.finish_atom(1);
                }
                character => self.push_literal(character),
            }
        }
        if self.open_groups.is_empty() {
            Ok(())
        } else {
            Err("missing closing )")
        }
    }

    fn finish_atom(&mut self, repeat: u32) {
        self.max_repeat = self.max_repeat.max(repeat);
        self.last = Last::Atom(repeat);
    }

    fn push_literal(&mut self, character: char) {
        if character.is_ascii_punctuation() {
            self.push_code(character);
        } else {
            self.out.push(character);
        }
        self.finish_atom(1);
    }

    fn push_repetition(&mut self, operator: &str, count: u32) -> Step {
        let inner_repeat = match self.last {
            Last::Nothing => return Err("missing argument to repetition operator"),
            Last::Repetition => return Err("invalid nested repetition operator"),
            Last::Atom(repeat) => repeat,
        };
        self.out.push_str(operator);
        if self.take('?') {
            self.out.push('?');
        }
        let repeat = inner_repeat.saturating_mul(count.max(1));
        if count > 1 && repeat > MAX_REPEAT {
            return Err("invalid repeat count");
        }
        self.max_repeat = self.max_repeat.max(repeat);
        self.last = Last::Repetition;
        Ok(())
    }

    /// Reads the counts after a `{`, with the largest of them, or `None` if it does not start a repetition.
    fn read_counts(&mut self) -> Step<Option<(String, u32)>> {
        let mut ahead = self.rest.clone();
        let mut text = String::from("{");
        let Some(min) = digits(&mut ahead, &mut text) else {
            return Ok(None);
        };
        let mut max = Some(min);
        if ahead.next_if_eq(&',').is_some() {
            text.push(',');
            max = if ahead.peek() == Some(&'}') {
                None
            } else {
                let Some(max) = digits(&mut ahead, &mut text) else {
                    return Ok(None);
                };
                Some(max)
            };
        }
        if ahead.next_if_eq(&'}').is_none() {
            return Ok(None);
        }
        text.push('}');
        self.rest = ahead;
        let count = max.unwrap_or(min);
        if min > MAX_REPEAT || count > MAX_REPEAT || count < min {
            return Err("invalid repeat count");
        }
        Ok(Some((text, count)))
    }

    fn read_group(&mut self) -> Step {
        if self.open_groups.len() >= MAX_DEPTH {
            return Err("expression nests too deeply");
        }
        if !self.take('?') {
            self.groups.push(None);
            self.out.push('(');
            self.open_group();
            return Ok(());
        }
        let is_named = if self.take('P') {
            if !self.take('<') {
                return Err("invalid or unsupported Perl syntax");
            }
            true
        } else {
            self.take('<')
        };
        if is_named {
            let mut name = String::new();
            loop {
                match self.rest.next() {
                    Some('>') => break,
                    Some(character) if character.is_ascii_alphanumeric() || character == '_' => {
                        name.push(character);
                    }
                    _ => return Err("invalid named capture"),
                }
            }
            if name.is_empty() {
                return Err("invalid named capture");
            }
            self.groups.push(Some(name));
            self.out.push('(');
            self.open_group();
            return Ok(());
        }
        self.read_flags()
    }

    fn open_group(&mut self) {
        self.open_groups.push(self.max_repeat);
        self.max_repeat = 1;
        self.last = Last::Nothing;
    }

    fn read_flags(&mut self) -> Step {
        const INVALID: &str = "invalid or unsupported Perl syntax";
        let (mut on, mut off) = (String::new(), String::new());
        let (mut is_negated, mut has_flags) = (false, false);
        loop {
            match self.rest.next() {
                Some(flag @ ('i' | 'm' | 's' | 'U')) => {
                    has_flags = true;
                    let (into, from) = if is_negated {
                        (&mut off, &mut on)
                    } else {
                        (&mut on, &mut off)
                    };
                    from.retain(|other| other != flag);
                    if !into.contains(flag) {
                        into.push(flag);
                    }
                }
                Some('-') if !is_negated => (is_negated, has_flags) = (true, false),
                Some(end @ (':' | ')')) => {
                    if is_negated && !has_flags {
                        return Err(INVALID);
                    }
                    let minus = if off.is_empty() { "" } else { "-" };
                    if end == ':' {
                        let _ = write!(self.out, "(?{on}{minus}{off}:");
                        self.open_group();
                        return Ok(());
                    }
                    if !on.is_empty() || !off.is_empty() {
                        let _ = write!(self.out, "(?{on}{minus}{off})");
                    }
                    return Ok(());
                }
                None => return Err("missing closing )"),
                _ => return Err(INVALID),
            }
        }
    }

    fn read_escape(&mut self) -> Step {
        let Some(character) = self.rest.next() else {
            return Err("trailing backslash at end of expression");
        };
        let text = match character {
            'A' => "\\A",
            'z' => "\\z",
            'b' => "(?-u:\\b)",
            'B' => "(?-u:\\B)",
            'Q' => {
                while let Some(character) = self.rest.next() {
                    if character == '\\' && self.take('E') {
                        break;
                    }
                    self.push_literal(character);
                }
                return Ok(());
            }
            'p' | 'P' => {
                self.read_property(character == 'P')?;
                ""
            }
            _ => match perl_class(character) {
                Some((ranges, is_negated)) => {
                    self.push_set(ranges, is_negated);
                    ""
                }
                None => {
                    let character = self.escaped_char(character)?;
                    self.push_code(character);
                    ""
                }
            },
        };
        self.out.push_str(text);
        self.finish_atom(1);
        Ok(())
    }
}

/// Reads a number without leading zeros.
fn digits(from: &mut Peekable<Chars<'_>>, text: &mut String) -> Option<u32> {
    let start = text.len();
    while let Some(digit) = from.next_if(char::is_ascii_digit) {
        text.push(digit);
    }
    let digits = text.get(start..)?;
    if digits.is_empty() || digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    Some(digits.parse().unwrap_or(u32::MAX))
}
