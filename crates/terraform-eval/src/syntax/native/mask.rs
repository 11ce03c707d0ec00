//! The masked copy that hcl-edit parses: as long as the original, without what hcl-edit reads differently from
//! Terraform.

use std::ops::Range;

use super::{MAX_OPEN, Reader, Reported};
use crate::syntax::lex_error::{LexError, LexErrorKind, describe};
use crate::syntax::scan::{self, Scanner};

/// The masked copy of one expression.
pub(super) struct Mask {
    /// The copied text, trimmed.
    pub(super) text: String,
    /// The offset of the copy in the original.
    pub(super) start: usize,
}

/// The previous token, as far as the next one depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Number,
    Dot,
    NumberDot,
    LegacyIndex,
    Other,
}

impl Reader<'_> {
    /// Checks brackets and strings of a range, then parses it. If `line`, the expression ends at a line break.
    pub(super) fn checked(&mut self, range: Range<usize>, line: bool) -> Result<super::Expression, Reported> {
        let mut scanner = Scanner::new(self.input.text, range.end);
        let mut at = range.start;
        while at < range.end {
            at = if scanner.opens(at) {
                scanner.close(at)
            } else {
                match self.input.text.as_bytes().get(at) {
                    Some(b'\n') if line => break,
                    Some(b'}' | b')' | b']') => {
                        let byte = self.input.text.as_bytes().get(at).copied().unwrap_or_default();
                        let kind = LexErrorKind::StrayBracket(byte);
                        scanner.errors.push(LexError {
                            range: at..at + 1,
                            kind,
                        });
                        break;
                    }
                    _ => scanner.comment(at).unwrap_or(at + 1),
                }
            };
        }
        if let Some(error) = scanner.errors.first() {
            if !self.lex_errors_reported {
                let span = self.input.span(error.range.clone());
                let mut error = describe(self.input.file, error);
                error.span = span;
                self.syntax_errors.push(error);
            }
            return Err(Reported);
        }
        if scanner.deepest > MAX_OPEN {
            return Err(self.too_deep(range));
        }
        self.expression(range, 0)
    }

    /// Copies the bytes of an expression, whose brackets and strings have been checked.
    pub(super) fn mask(&mut self, range: &Range<usize>) -> Result<Mask, Reported> {
        let text = self.input.text;
        let mut scanner = Scanner::new(text, range.end);
        let mut copy = String::with_capacity(range.len());
        let mut at = range.start;
        let mut last = Last::Other;
        while let Some(character) = text.get(at..range.end).and_then(|rest| rest.chars().next()) {
            if let Some(end) = scanner.comment(at) {
                blank(&mut copy, end - at);
                at = end;
                continue;
            }
            let start = at;
            match character {
                ' ' | '\t' | '\n' => {
                    copy.push(' ');
                    at += 1;
                    continue;
                }
                '\r' if text.as_bytes().get(at + 1) == Some(&b'\n') => {
                    copy.push(' ');
                    at += 1;
                    continue;
                }
                '"' | '<' if scanner.opens(at) => {
                    at = scanner.close(at);
                    copy.push('"');
                    copy.extend(std::iter::repeat_n('.', (at - start).saturating_sub(2)));
                    copy.push('"');
                }
                '{' if !self.opens_for(at, range.end) => {
                    at = scanner.close(at);
                    copy.push('{');
                    blank(&mut copy, (at - start).saturating_sub(2));
                    copy.push('}');
                }
                '0'..='9' if matches!(last, Last::Dot | Last::NumberDot) => {
                    at = self.legacy_index(at, range.end, last == Last::NumberDot)?;
                    // hcl-edit rejects leading zeros.
                    copy.extend(std::iter::repeat_n('1', at - start));
                    last = Last::LegacyIndex;
                    continue;
                }
                '\r' => {
                    let help = "write a line break, or remove it";
                    return Err(self.report(at..at + 1, "carriage return without line feed", help));
                }
                '0'..='9' => {
                    let digit;
                    (at, digit) = self.number_end(at, range.end)?;
                    copy.extend(std::iter::repeat_n(digit, at - start));
                    last = Last::Number;
                    continue;
                }
                '.' => {
                    let ellipsis = text
                        .get(at..range.end)
                        .is_some_and(|rest| rest.starts_with("..."));
                    if ellipsis {
                        copy.push_str("...");
                        at += 3;
                    } else {
                        if last == Last::LegacyIndex && self.is_dot_and_digit(at, range.end) {
                            let help = "write the indexes in brackets: `[0][1]`";
                            let message = "two indexes in a row cannot be written with dots";
                            return Err(self.report(at..at + 1, message, help));
                        }
                        copy.push('.');
                        at += 1;
                        last = if last == Last::Number {
                            Last::NumberDot
                        } else {
                            Last::Dot
                        };
                        continue;
                    }
                }
                _ => {
                    let word = scan::identifier(text.get(..range.end).unwrap_or_default(), at);
                    at = word.unwrap_or(at + character.len_utf8());
                    copy.push_str(self.input.slice(start..at));
                }
            }
            last = Last::Other;
        }
        let leading = copy.len() - copy.trim_start_matches(' ').len();
        let text = copy.trim_matches(' ').to_owned();
        Ok(Mask {
            text,
            start: range.start + leading,
        })
    }

    /// Whether the brace at `at` opens a `for` expression.
    pub(super) fn opens_for(&self, at: usize, end: usize) -> bool {
        let mut scanner = Scanner::new(self.input.text, end);
        let at = scanner.trivia(at + 1, true);
        let text = self.input.text.get(..end).unwrap_or_default();
        scan::identifier(text, at).is_some_and(|end| self.input.slice(at..end) == "for")
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

fn blank(copy: &mut String, length: usize) {
    copy.extend(std::iter::repeat_n(' ', length));
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
