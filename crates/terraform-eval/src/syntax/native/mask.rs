//! The masked copy of an operand that hcl-edit parses, without what hcl-edit reads differently from Terraform. Strings and
//! brackets are empty in it, so that it is flat, and operators end it, so that chains of them are flat, too.

use std::ops::Range;

use super::{Reader, Reported};
use crate::cty::{BinaryOperator, UnaryOperator};
use crate::syntax::input::Offsets;
use crate::syntax::scan::{self, Scanner};

/// The masked copy of one operand.
#[derive(Default)]
pub(super) struct Mask {
    /// The copied text, trimmed.
    pub(super) text: String,
    offsets: Offsets,
}

impl Mask {
    /// The offset in the original of an offset in the copy.
    pub(super) fn source(&self, at: usize) -> usize {
        self.offsets.source(at)
    }

    /// The range in the original of a range of the copy.
    pub(super) fn range(&self, range: Range<usize>) -> Range<usize> {
        self.source(range.start)..self.source(range.end)
    }

    /// The range of the original that is copied.
    pub(super) fn whole(&self) -> Range<usize> {
        self.range(0..self.text.len())
    }

    /// Begins the copy at this offset, unless it has begun.
    fn begin(&mut self, at: usize) {
        if self.text.is_empty() {
            self.offsets.step(0, at);
        }
    }

    /// Copies a string or bracket that ends at `end` as an empty one.
    fn push_empty(&mut self, open: &str, close: char, end: usize) {
        self.text.push_str(open);
        self.offsets.step(self.text.len(), end - close.len_utf8());
        self.text.push(close);
    }

    /// Copies white space or a comment that ends at `end`.
    fn push_blank(&mut self, end: usize) {
        if !self.text.is_empty() {
            self.text.push(' ');
            self.offsets.step(self.text.len(), end);
        }
    }

    fn push_digits(&mut self, digit: char, count: usize) {
        self.text.extend(std::iter::repeat_n(digit, count));
    }
}

/// An operand with the signs before it.
#[derive(Default)]
pub(super) struct Operand {
    /// The signs with their offsets.
    pub(super) signs: Vec<(UnaryOperator, usize)>,
    pub(super) mask: Mask,
}

/// What ends an operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Operator(BinaryOperator),
    Question,
    Colon,
    Comma,
    Arrow,
    Ellipsis,
    /// The word `if` of a `for` expression.
    If,
    End,
}

/// What ends an operand, with its bytes.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
}

/// A position in the text between two brackets.
pub(super) struct Cursor {
    pub(super) range: Range<usize>,
    /// Whether the word `if` ends an operand.
    pub(super) in_for: bool,
    /// The token before the position.
    pub(super) previous: Option<Token>,
}

impl Cursor {
    pub(super) fn new(range: Range<usize>) -> Self {
        Self {
            range,
            in_for: false,
            previous: None,
        }
    }
}

/// The previous token of an operand, as far as the next one depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Number,
    Dot,
    NumberDot,
    LegacyIndex,
    Other,
}

impl Reader<'_> {
    /// Copies the operand at the cursor, which may be empty, and moves the cursor after the token that ends it.
    pub(super) fn mask(&mut self, cursor: &mut Cursor) -> Result<(Operand, Token), Reported> {
        let text = self.input.text;
        let end = cursor.range.end;
        let mut scanner = Scanner::new(text, end);
        let mut operand = Operand::default();
        let mask = &mut operand.mask;
        let mut at = cursor.range.start;
        let mut last = Last::Other;
        while let Some(character) = text.get(at..end).and_then(|rest| rest.chars().next()) {
            if let Some(stop) = scanner.comment(at) {
                mask.push_blank(stop);
                at = stop;
                continue;
            }
            if last != Last::Dot && last != Last::NumberDot || character != '*' {
                let previous = cursor.previous.as_ref().map(|token| token.kind);
                let may_be_if = cursor.in_for && last != Last::Dot && last != Last::NumberDot;
                let is_begun = !mask.text.is_empty();
                let if_follows = may_be_if && (is_begun || previous == Some(TokenKind::Ellipsis));
                if let Some((kind, length)) =
                    token(text.get(at..end).unwrap_or_default(), is_begun, if_follows)
                {
                    let range = at..at + length;
                    cursor.range.start = range.end;
                    let token = Token { kind, range };
                    return Ok((operand.trimmed(), cursor.follow(token)));
                }
            }
            let start = at;
            match character {
                ' ' | '\t' | '\n' => {
                    at += 1;
                    mask.push_blank(at);
                    continue;
                }
                '\r' if text.as_bytes().get(at + 1) == Some(&b'\n') => {
                    at += 1;
                    mask.push_blank(at);
                    continue;
                }
                '\r' => {
                    let help = "write a line break, or remove it";
                    return Err(self.report(at..at + 1, "carriage return without line feed", help));
                }
                '-' | '!' if mask.text.is_empty() => {
                    let operator = if character == '-' {
                        UnaryOperator::Negate
                    } else {
                        UnaryOperator::Not
                    };
                    operand.signs.push((operator, at));
                    at += 1;
                    continue;
                }
                _ => mask.begin(at),
            }
            match character {
                '"' | '<' if scanner.opens(at) => {
                    at = self.close(at, end);
                    mask.push_empty("\"", '"', at);
                }
                '{' => {
                    at = self.close(at, end);
                    mask.push_empty("{", '}', at);
                }
                '(' => {
                    at = self.close(at, end);
                    mask.push_empty("(0", ')', at);
                }
                '[' => {
                    at = self.close(at, end);
                    let open = if self.is_splat(start..at) { "[*" } else { "[0" };
                    mask.push_empty(open, ']', at);
                }
                '0'..='9' if matches!(last, Last::Dot | Last::NumberDot) => {
                    at = self.legacy_index(at, end, last == Last::NumberDot)?;
                    // hcl-edit rejects leading zeros.
                    mask.push_digits('1', at - start);
                    last = Last::LegacyIndex;
                    continue;
                }
                '0'..='9' => {
                    let digit;
                    (at, digit) = self.number_end(at, end)?;
                    mask.push_digits(digit, at - start);
                    last = Last::Number;
                    continue;
                }
                '.' => {
                    if last == Last::LegacyIndex && self.is_dot_and_digit(at, end) {
                        let help = "write the indexes in brackets: `[0][1]`";
                        let message = "two indexes in a row cannot be written with dots";
                        return Err(self.report(at..at + 1, message, help));
                    }
                    mask.text.push('.');
                    at += 1;
                    last = if last == Last::Number {
                        Last::NumberDot
                    } else {
                        Last::Dot
                    };
                    continue;
                }
                _ => {
                    let rest = text.get(at..end).unwrap_or_default();
                    let word = scan::identifier(text.get(..end).unwrap_or_default(), at);
                    at = match word {
                        Some(end) => end,
                        None => at + unknown_operator(rest).unwrap_or(character.len_utf8()),
                    };
                    mask.text.push_str(self.input.slice(start..at));
                }
            }
            last = Last::Other;
        }
        cursor.range.start = end;
        let token = Token {
            kind: TokenKind::End,
            range: end..end,
        };
        Ok((operand.trimmed(), cursor.follow(token)))
    }

    /// The offset after the end of the string or bracket at `at`, which has been checked.
    pub(super) fn close(&self, at: usize, end: usize) -> usize {
        self.ends.get(at).unwrap_or(end)
    }

    /// Whether a pair of brackets holds nothing but `*`.
    fn is_splat(&self, range: Range<usize>) -> bool {
        let mut scanner = Scanner::new(self.input.text, range.end);
        let at = scanner.trivia(range.start + 1, true);
        self.input.slice(at..at + 1) == "*" && scanner.trivia(at + 1, true) == range.end - 1
    }

    /// Whether a bracket holds a `for` expression.
    pub(super) fn opens_for(&self, range: &Range<usize>) -> Option<usize> {
        let mut scanner = Scanner::new(self.input.text, range.end);
        let at = scanner.trivia(range.start + 1, true);
        let text = self.input.text.get(..range.end).unwrap_or_default();
        scan::identifier(text, at).filter(|&end| self.input.slice(at..end) == "for")
    }

    /// The end of the number at `at`, and the character that replaces its digits in the copy.
    fn number_end(&mut self, at: usize, end: usize) -> Result<(usize, char), Reported> {
        let stop = number(self.input.text.get(..end).unwrap_or_default(), at);
        let rest = self.input.text.as_bytes().get(stop..end).unwrap_or_default();
        match rest {
            [b'e' | b'E', ..] => {
                let help = "an exponent is a whole number: `1e3`, `1e-3`";
                Err(self.report(at..stop + 1, "the number is not complete", help))
            }
            [b'.', b'0'..=b'9', ..] => {
                let help = "write the number with one dot at most, or quote it: `\"10.11.12.13\"`";
                Err(self.report(at..stop + 2, "a number can have only one dot", help))
            }
            // Followed by a dot and digits, hcl-edit would read a longer number.
            _ if self.is_dot_and_digit(stop, end) => Ok((stop, 'n')),
            _ => Ok((stop, '0')),
        }
    }

    /// Whether a dot and a digit follow at `at`.
    fn is_dot_and_digit(&self, at: usize, end: usize) -> bool {
        let rest = self.input.text.get(at..end).unwrap_or_default().trim_start();
        let step = rest.strip_prefix('.').map(str::trim_start);
        step.is_some_and(|step| step.starts_with(|next: char| next.is_ascii_digit()))
    }

    /// The end of the digits after a dot. Terraform rejects `a.0.1`, because it looks like `0.1`.
    fn legacy_index(&mut self, at: usize, end: usize, follows_number: bool) -> Result<usize, Reported> {
        let stop = number(self.input.text.get(..end).unwrap_or_default(), at);
        if self
            .input
            .slice(at..stop)
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            && stop - at < 20
        {
            return Ok(stop);
        }
        if follows_number {
            let help = "write the number with one dot at most, or quote it: `\"10.11.12.13\"`";
            return Err(self.report(at..stop, "a number can have only one dot", help));
        }
        let help = "write the indexes in brackets: `[0][1]`";
        Err(self.report(at..stop, "two indexes in a row cannot be written with dots", help))
    }
}

impl Operand {
    fn trimmed(mut self) -> Self {
        let length = self.mask.text.trim_end_matches(' ').len();
        self.mask.text.truncate(length);
        self
    }
}

impl Cursor {
    fn follow(&mut self, token: Token) -> Token {
        self.previous = Some(token.clone());
        token
    }
}

/// The token that `rest` starts with, if it ends an operand, and its length. Before an operand, `-` and `!` are signs.
fn token(rest: &str, is_begun: bool, if_follows: bool) -> Option<(TokenKind, usize)> {
    use BinaryOperator as Operator;
    let operator = |operator, length| Some((TokenKind::Operator(operator), length));
    if unknown_operator(rest).is_some() {
        return None;
    }
    match rest.as_bytes() {
        [b'|', b'|', ..] => operator(Operator::Or, 2),
        [b'&', b'&', ..] => operator(Operator::And, 2),
        [b'=', b'=', ..] => operator(Operator::Equal, 2),
        [b'!', b'=', ..] if is_begun => operator(Operator::NotEqual, 2),
        [b'<', b'=', ..] => operator(Operator::LessOrEqual, 2),
        [b'>', b'=', ..] => operator(Operator::GreaterOrEqual, 2),
        [b'=', b'>', ..] => Some((TokenKind::Arrow, 2)),
        [b'<', ..] if !rest.starts_with("<<") => operator(Operator::Less, 1),
        [b'>', ..] => operator(Operator::Greater, 1),
        [b'+', ..] => operator(Operator::Add, 1),
        [b'-', ..] if is_begun => operator(Operator::Subtract, 1),
        [b'*', ..] => operator(Operator::Multiply, 1),
        [b'/', ..] => operator(Operator::Divide, 1),
        [b'%', ..] => operator(Operator::Modulo, 1),
        [b'?', ..] => Some((TokenKind::Question, 1)),
        [b':', ..] => Some((TokenKind::Colon, 1)),
        [b',', ..] => Some((TokenKind::Comma, 1)),
        [b'.', b'.', b'.', ..] => Some((TokenKind::Ellipsis, 3)),
        [b'i', b'f', ..] if if_follows && scan::identifier(rest, 0) == Some(2) => Some((TokenKind::If, 2)),
        _ => None,
    }
}

/// The length of the text, if `rest` starts with one that looks like an operator and is none.
fn unknown_operator(rest: &str) -> Option<usize> {
    let texts = ["::", "**", "<<"];
    texts
        .iter()
        .find(|text| rest.starts_with(**text))
        .map(|text| text.len())
}

/// The end of the number that starts at `at`.
fn number(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut end = digits(at);
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if bytes.get(end + 1 + sign).is_some_and(u8::is_ascii_digit) {
            end = digits(end + 1 + sign);
        }
    }
    end
}
