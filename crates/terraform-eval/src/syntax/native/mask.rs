//! The masked copy of an operand that hcl-edit parses, without what hcl-edit reads differently from Terraform. Strings and
//! brackets are empty in it, so that it is flat, and operators end it, so that chains of them are flat, too.

use std::ops::Range;

use super::{Reader, Reported};
use crate::cty::{BinaryOperator, UnaryOperator};
use crate::syntax::input::Offsets;
use crate::syntax::scan;

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
        let mut operand = Operand::default();
        let mask = &mut operand.mask;
        let mut at = cursor.range.start;
        let mut last = Last::Other;
        while at < end {
            let mut stop = scan::trivia(text, at..end);
            // The line feed may be after the end of the expression.
            if text.get(stop..end) == Some("\r") && text.as_bytes().get(end) == Some(&b'\n') {
                stop = end;
            }
            if stop > at {
                mask.push_blank(stop);
                at = stop;
                continue;
            }
            let rest = text.get(at..end).unwrap_or_default();
            let follows_dot = matches!(last, Last::Dot | Last::NumberDot);
            let is_begun = !mask.text.is_empty();
            let is_if = || cursor.in_for && !follows_dot && (is_begun || cursor.follows_ellipsis());
            // After a dot, `*` is a splat.
            if let Some((kind, length)) = token(rest, is_begun, is_if)
                && !(follows_dot && rest.starts_with('*'))
            {
                return Ok((operand.trimmed(), cursor.take(kind, at..at + length)));
            }
            match rest.as_bytes() {
                [b'-', ..] if !is_begun => operand.signs.push((UnaryOperator::Negate, at)),
                [b'!', ..] if !is_begun => operand.signs.push((UnaryOperator::Not, at)),
                _ => {
                    mask.begin(at);
                    (at, last) = self.copy(mask, at, end, last)?;
                    continue;
                }
            }
            at += 1;
        }
        Ok((operand.trimmed(), cursor.take(TokenKind::End, end..end)))
    }

    /// Copies the part of an operand at `at`, and returns its end.
    fn copy(
        &mut self,
        mask: &mut Mask,
        at: usize,
        end: usize,
        last: Last,
    ) -> Result<(usize, Last), Reported> {
        let rest = self.input.slice(at..end);
        let follows_dot = matches!(last, Last::Dot | Last::NumberDot);
        let first = rest.chars().next().unwrap_or_default();
        let stop = match first {
            '"' | '{' | '(' | '[' | '<' if scan::opens(self.input.text, at..end) => {
                let stop = self.close(at, end);
                let (open, close) = match first {
                    '{' => ("{", '}'),
                    '(' => ("(0", ')'),
                    '[' if self.is_splat(at..stop) => ("[*", ']'),
                    '[' => ("[0", ']'),
                    _ => ("\"", '"'),
                };
                mask.push_empty(open, close, stop);
                stop
            }
            '0'..='9' if follows_dot => {
                let stop = self.legacy_index(at, end, last == Last::NumberDot)?;
                // hcl-edit rejects leading zeros.
                mask.push_digits('1', stop - at);
                return Ok((stop, Last::LegacyIndex));
            }
            '0'..='9' => {
                let (stop, digit) = self.number_end(at, end)?;
                mask.push_digits(digit, stop - at);
                return Ok((stop, Last::Number));
            }
            '.' if last == Last::LegacyIndex && self.is_dot_and_digit(at, end) => {
                let help = "write the indexes in brackets: `[0][1]`";
                let message = "two indexes in a row cannot be written with dots";
                return Err(self.report(at..at + 1, message, help));
            }
            '.' => {
                mask.text.push('.');
                let dot = if last == Last::Number {
                    Last::NumberDot
                } else {
                    Last::Dot
                };
                return Ok((at + 1, dot));
            }
            '\r' => {
                let help = "write a line break, or remove it";
                return Err(self.report(at..at + 1, "carriage return without line feed", help));
            }
            _ => {
                let length = scan::identifier(rest, 0).or(unknown_operator(rest));
                let stop = at + length.unwrap_or(first.len_utf8());
                mask.text.push_str(self.input.slice(at..stop));
                stop
            }
        };
        Ok((stop, Last::Other))
    }

    /// The offset after the end of the string or bracket at `at`, which has been checked.
    pub(super) fn close(&self, at: usize, end: usize) -> usize {
        self.ends.get(at).unwrap_or(end)
    }

    /// Whether a pair of brackets holds nothing but `*`.
    fn is_splat(&self, range: Range<usize>) -> bool {
        let text = self.input.text;
        let at = scan::trivia(text, range.start + 1..range.end);
        self.input.slice(at..at + 1) == "*" && scan::trivia(text, at + 1..range.end) == range.end - 1
    }

    /// Whether a bracket holds a `for` expression.
    pub(super) fn opens_for(&self, range: &Range<usize>) -> Option<usize> {
        let at = scan::trivia(self.input.text, range.start + 1..range.end);
        let text = self.input.text.get(..range.end).unwrap_or_default();
        text.get(at..).filter(|rest| rest.starts_with("for"))?;
        scan::identifier(text, at).filter(|&end| end == at + "for".len())
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
    /// Moves after a token.
    pub(super) fn take(&mut self, kind: TokenKind, range: Range<usize>) -> Token {
        self.range.start = range.end;
        let token = Token { kind, range };
        self.previous = Some(token.clone());
        token
    }

    fn follows_ellipsis(&self) -> bool {
        let previous = self.previous.as_ref();
        previous.is_some_and(|token| token.kind == TokenKind::Ellipsis)
    }
}

/// The token that `rest` starts with, if it ends an operand, and its length. Before an operand, `-` and `!` are signs.
pub(super) fn token(rest: &str, is_begun: bool, is_if: impl Fn() -> bool) -> Option<(TokenKind, usize)> {
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
        [b'i', b'f', ..] if is_if() && scan::identifier(rest, 0) == Some(2) => Some((TokenKind::If, 2)),
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
