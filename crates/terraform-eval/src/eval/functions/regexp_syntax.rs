//! Go's regular expressions (RE2) in the syntax of the crate `regex`.
//!
//! Both match alike, leftmost-first and in linear time. What differs is how patterns are written: Go's
//! `\d`, `\s`, `\w` and `\b` are ASCII, a `{` that starts no repetition is a letter, brackets do not
//! nest in a class, and repetitions do not stack.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use super::regexp_classes::perl_class;

/// A pattern for the crate `regex`, and the names of its groups, by position.
#[derive(Debug)]
pub(super) struct Translated {
    pub(super) pattern: String,
    pub(super) groups: Vec<Option<String>>,
}

/// More than this many repetitions of one thing are refused, those within each other multiplied.
const MAX_REPEAT: u32 = 1000;

/// Groups may stand within each other so deep.
const MAX_DEPTH: usize = 250;

/// What a repetition would repeat.
#[derive(Clone, Copy)]
enum Last {
    Nothing,
    /// Something in which a thing is repeated so often.
    Atom(u32),
    Repetition,
}

/// A pattern on its way.
pub(super) struct Reader<'a> {
    pub(super) rest: Peekable<Chars<'a>>,
    pub(super) out: String,
    groups: Vec<Option<String>>,
    /// For each open group, the largest number of repetitions in it so far.
    open: Vec<u32>,
    most: u32,
    last: Last,
    /// No `:]` follows any more.
    pub(super) no_names: bool,
}

/// Translates a pattern; the error is what Go says of it.
pub(super) fn translate(pattern: &str) -> Result<Translated, String> {
    let mut reader = Reader {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() * 2),
        groups: Vec::new(),
        open: Vec::new(),
        most: 1,
        last: Last::Nothing,
        no_names: false,
    };
    reader
        .run()
        .map_err(|code| format!("invalid regexp pattern: {code} in {pattern}"))?;
    Ok(Translated {
        pattern: reader.out,
        groups: reader.groups,
    })
}

pub(super) type Step = Result<(), &'static str>;

const INVALID_ESCAPE: &str = "invalid escape sequence";
pub(super) const INVALID_RANGE: &str = "invalid character class range";

impl Reader<'_> {
    fn run(&mut self) -> Step {
        while let Some(letter) = self.rest.next() {
            match letter {
                '(' => self.group()?,
                ')' => {
                    let Some(most) = self.open.pop() else {
                        return Err("unexpected )");
                    };
                    self.out.push(')');
                    let inside = self.most;
                    self.most = most;
                    self.atom(inside);
                }
                '|' => {
                    self.out.push('|');
                    self.last = Last::Nothing;
                }
                '[' => {
                    self.class()?;
                    self.atom(1);
                }
                '*' | '+' | '?' => self.repeat(letter.to_string().as_str(), 1)?,
                '{' => match self.counts()? {
                    Some((text, count)) => self.repeat(&text, count)?,
                    None => self.literal('{'),
                },
                '\\' => self.escape()?,
                '^' | '$' | '.' => {
                    self.out.push(letter);
                    self.atom(1);
                }
                letter => self.literal(letter),
            }
        }
        if self.open.is_empty() {
            Ok(())
        } else {
            Err("missing closing )")
        }
    }

    fn atom(&mut self, repeated: u32) {
        self.most = self.most.max(repeated);
        self.last = Last::Atom(repeated);
    }

    fn literal(&mut self, letter: char) {
        if letter.is_ascii_punctuation() {
            self.code(letter);
        } else {
            self.out.push(letter);
        }
        self.atom(1);
    }

    pub(super) fn code(&mut self, letter: char) {
        // Writing to a string cannot fail.
        let _ = write!(self.out, "\\x{{{:x}}}", u32::from(letter));
    }

    pub(super) fn take(&mut self, wanted: char) -> bool {
        self.rest.next_if_eq(&wanted).is_some()
    }

    fn repeat(&mut self, operator: &str, count: u32) -> Step {
        let inside = match self.last {
            Last::Nothing => return Err("missing argument to repetition operator"),
            Last::Repetition => return Err("invalid nested repetition operator"),
            Last::Atom(inside) => inside,
        };
        self.out.push_str(operator);
        if self.take('?') {
            self.out.push('?');
        }
        let inside = inside.saturating_mul(count.max(1));
        if count > 1 && inside > MAX_REPEAT {
            return Err("invalid repeat count");
        }
        self.most = self.most.max(inside);
        self.last = Last::Repetition;
        Ok(())
    }

    /// What stands behind a `{`, where it is a repetition, and how often it repeats.
    fn counts(&mut self) -> Result<Option<(String, u32)>, &'static str> {
        let mut ahead = self.rest.clone();
        let mut text = String::from("{");
        let Some(least) = digits(&mut ahead, &mut text) else {
            return Ok(None);
        };
        let mut most = Some(least);
        if ahead.next_if_eq(&',').is_some() {
            text.push(',');
            most = if ahead.peek() == Some(&'}') {
                None
            } else {
                let Some(most) = digits(&mut ahead, &mut text) else {
                    return Ok(None);
                };
                Some(most)
            };
        }
        if ahead.next_if_eq(&'}').is_none() {
            return Ok(None);
        }
        text.push('}');
        self.rest = ahead;
        let count = most.unwrap_or(least);
        if least > MAX_REPEAT || count > MAX_REPEAT || count < least {
            return Err("invalid repeat count");
        }
        Ok(Some((text, count)))
    }

    fn group(&mut self) -> Step {
        if self.open.len() >= MAX_DEPTH {
            return Err("expression nests too deeply");
        }
        if !self.take('?') {
            self.groups.push(None);
            self.out.push('(');
            self.opened();
            return Ok(());
        }
        let named = if self.take('P') {
            if !self.take('<') {
                return Err("invalid or unsupported Perl syntax");
            }
            true
        } else {
            self.take('<')
        };
        if named {
            let mut name = String::new();
            loop {
                match self.rest.next() {
                    Some('>') => break,
                    Some(letter) if letter.is_ascii_alphanumeric() || letter == '_' => name.push(letter),
                    _ => return Err("invalid named capture"),
                }
            }
            if name.is_empty() {
                return Err("invalid named capture");
            }
            self.groups.push(Some(name));
            self.out.push('(');
            self.opened();
            return Ok(());
        }
        self.flags()
    }

    fn opened(&mut self) {
        self.open.push(self.most);
        self.most = 1;
        self.last = Last::Nothing;
    }

    fn flags(&mut self) -> Step {
        const INVALID: &str = "invalid or unsupported Perl syntax";
        let (mut on, mut off) = (String::new(), String::new());
        let (mut negative, mut seen) = (false, false);
        loop {
            match self.rest.next() {
                Some(flag @ ('i' | 'm' | 's' | 'U')) => {
                    seen = true;
                    let (into, from) = if negative {
                        (&mut off, &mut on)
                    } else {
                        (&mut on, &mut off)
                    };
                    from.retain(|other| other != flag);
                    if !into.contains(flag) {
                        into.push(flag);
                    }
                }
                Some('-') if !negative => (negative, seen) = (true, false),
                Some(end @ (':' | ')')) => {
                    if negative && !seen {
                        return Err(INVALID);
                    }
                    let minus = if off.is_empty() { "" } else { "-" };
                    if end == ':' {
                        let _ = write!(self.out, "(?{on}{minus}{off}:");
                        self.opened();
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

    fn escape(&mut self) -> Step {
        let Some(letter) = self.rest.next() else {
            return Err("trailing backslash at end of expression");
        };
        let text = match letter {
            'A' => "\\A",
            'z' => "\\z",
            'b' => "(?-u:\\b)",
            'B' => "(?-u:\\B)",
            'Q' => {
                while let Some(letter) = self.rest.next() {
                    if letter == '\\' && self.take('E') {
                        break;
                    }
                    self.literal(letter);
                }
                return Ok(());
            }
            'p' | 'P' => {
                self.property(letter == 'P')?;
                ""
            }
            _ => match perl_class(letter) {
                Some((ranges, negative)) => {
                    self.set(ranges, negative);
                    ""
                }
                None => {
                    let letter = self.escaped(letter)?;
                    self.code(letter);
                    ""
                }
            },
        };
        self.out.push_str(text);
        self.atom(1);
        Ok(())
    }

    /// The letter that a backslash and `letter` stand for, in a class or outside of one.
    pub(super) fn escaped(&mut self, letter: char) -> Result<char, &'static str> {
        Ok(match letter {
            '0'..='7' => {
                let octal = |letter: &char| ('0'..='7').contains(letter);
                if letter != '0' && !self.rest.peek().is_some_and(octal) {
                    return Err(INVALID_ESCAPE);
                }
                let mut code = letter.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    if let Some(digit) = self.rest.next_if(octal) {
                        code = code * 8 + digit.to_digit(8).unwrap_or(0);
                    }
                }
                char::from_u32(code).ok_or(INVALID_ESCAPE)?
            }
            'x' => self.hexadecimal()?,
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

    fn hexadecimal(&mut self) -> Result<char, &'static str> {
        let digit = |letter: Option<char>| {
            letter
                .and_then(|letter| letter.to_digit(16))
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

/// A number without leading zeros.
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
