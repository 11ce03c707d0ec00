//! The outline of native text: the items of a body, found by the lexical pass alone.
//!
//! Files, block bodies and objects are split in the same way, so that an invalid argument does not affect the rest of its
//! block.

use std::ops::Range;

use crate::source::{FileId, Span};
use crate::syntax::lex_error::{LexError, LexErrorKind, describe};
use crate::syntax::scan::{self, Ends, Scanner};
use crate::syntax::stops::{self, Value};
use crate::syntax::syntax_error::SyntaxError;

/// The items of a file or body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The items, in order; they do not overlap.
    pub items: Vec<Item>,
    /// Lexical errors anywhere in the text, and errors at its top level.
    pub syntax_errors: Vec<SyntaxError>,
    /// Where the brackets and strings in the values of its attributes end.
    pub(super) ends: Ends,
}

/// A block or an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The word that it starts with: the name of an attribute, the type of a block.
    pub name: Span,
    /// The labels with their quotes; empty for an attribute.
    pub labels: Vec<Span>,
    /// All bytes of the item.
    pub span: Span,
    /// The body or the value.
    pub content: Content,
    /// Whether the outline has a lexical error inside of the item, so that the parser does not report it again.
    pub broken: bool,
}

/// The content of an [`Item`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The body of a block.
    Block {
        /// The bytes between the braces.
        body: Span,
    },
    /// The value of an attribute.
    Attribute {
        /// The bytes from after the `=` to the end of the argument.
        value: Span,
        /// The largest number of its brackets and strings that are open at once.
        depth: usize,
    },
}

/// Finds the top-level items of a file. A byte order mark is skipped, but counts in offsets.
#[must_use]
pub fn outline(file: FileId, text: &str) -> Outline {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    outline_part(file, text, start..text.len())
}

/// Finds the items of a part of a file, as if it were the whole file.
pub(super) fn outline_part(file: FileId, text: &str, part: Range<usize>) -> Outline {
    let start = part.start;
    let mut outliner = Outliner::new(file, text, part);
    outliner.resynchronizations = MAX_RESYNCHRONIZATIONS;
    outliner.body(start)
}

/// Finds the items of a block body. If `known`, lexical errors in it have been reported already.
pub(super) fn outline_body(file: FileId, text: &str, body: Range<usize>, known: bool) -> Outline {
    let start = body.start;
    let mut outliner = Outliner::new(file, text, body);
    outliner.known = known;
    outliner.nested = true;
    outliner.body(start)
}

struct Outliner<'a> {
    file: FileId,
    text: &'a str,
    /// The bytes before the end of the body.
    bytes: &'a [u8],
    end: usize,
    scanner: Scanner<'a>,
    ends: Ends,
    items: Vec<Item>,
    syntax_errors: Vec<SyntaxError>,
    /// Whether lexical errors have been reported already.
    known: bool,
    /// Whether the end is a closing brace and not the end of the file.
    nested: bool,
    /// Whether the first argument is on the line of the opening brace, so that it has to be the only one.
    one_line: bool,
    /// How many more unclosed blocks may be ended where the next one seems to start. Each costs a scan to the end of the
    /// file.
    resynchronizations: usize,
}

const MAX_RESYNCHRONIZATIONS: usize = 16;

/// How many errors are reported for one body.
const MAX_ERRORS: usize = 100;

impl<'a> Outliner<'a> {
    fn new(file: FileId, text: &'a str, range: Range<usize>) -> Self {
        Self {
            file,
            text,
            bytes: text.as_bytes().get(..range.end).unwrap_or_default(),
            end: range.end,
            scanner: Scanner::new(text, range.end),
            ends: Ends::new(),
            // Most bodies have fewer.
            items: Vec::with_capacity(8),
            syntax_errors: Vec::new(),
            known: false,
            nested: false,
            one_line: false,
            resynchronizations: 0,
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// The span of a range, extended to character boundaries.
    fn span(&self, range: Range<usize>) -> Span {
        let (start, end) = (
            self.text.floor_char_boundary(range.start),
            self.text.ceil_char_boundary(range.end),
        );
        Span::new(self.file, start, end)
    }

    fn report_syntax_error(&mut self, range: Range<usize>, message: &str, help: &str) {
        if self.syntax_errors.len() < MAX_ERRORS {
            self.syntax_errors
                .push(SyntaxError::new(self.span(range), message).help(help));
        }
    }

    /// Reports the errors of the scanner, and returns whether there were any.
    fn report_lex_errors(&mut self) -> bool {
        if self.scanner.errors.is_empty() {
            return false;
        }
        let errors = std::mem::take(&mut self.scanner.errors);
        if !self.known && self.syntax_errors.len() < MAX_ERRORS {
            self.syntax_errors
                .extend(errors.iter().map(|error| describe(self.file, error)));
        }
        true
    }

    fn body(mut self, mut at: usize) -> Outline {
        let start = at;
        let mut reported_one_line = false;
        loop {
            let previous_end = at;
            at = self.scanner.trivia(at, true);
            self.report_lex_errors();
            let has_line_break_since =
                |offset: usize| self.text.get(offset..at).unwrap_or_default().contains('\n');
            if self.items.is_empty() {
                self.one_line = self.nested && at < self.end && !has_line_break_since(start);
            } else if self.one_line
                && !reported_one_line
                && (at < self.end || has_line_break_since(previous_end))
            {
                reported_one_line = true;
                let place = if at < self.end {
                    at..self.character_end(at)
                } else {
                    start - 1..start
                };
                let help = "put each argument and the closing brace on a line of its own";
                self.report_syntax_error(place, "a block on one line holds a single argument", help);
            }
            if at >= self.end {
                return Outline {
                    items: self.items,
                    syntax_errors: self.syntax_errors,
                    ends: self.ends,
                };
            }
            at = match scan::identifier(self.text.get(..self.end).unwrap_or_default(), at) {
                Some(name_end) => self.item(at..name_end),
                None => self.not_an_item(at),
            };
        }
    }

    fn character_end(&self, at: usize) -> usize {
        let character = self.text.get(at..).and_then(|rest| rest.chars().next());
        at + character.map_or(1, char::len_utf8)
    }

    /// Reports text that is not an item, and skips the rest of its line.
    fn not_an_item(&mut self, at: usize) -> usize {
        let end = self.character_end(at);
        match self.byte(at) {
            Some(byte @ (b'}' | b')' | b']')) => {
                let error = LexError {
                    range: at..end,
                    kind: LexErrorKind::StrayBracket(byte),
                };
                if !self.known && self.syntax_errors.len() < MAX_ERRORS {
                    self.syntax_errors.push(describe(self.file, &error));
                }
                return end;
            }
            Some(b'"') => self.report_syntax_error(
                at..end,
                "an argument name must not be quoted",
                "write the name without quotes: `name = value`",
            ),
            _ => self.report_syntax_error(
                at..end,
                "an argument or a block is expected here",
                "write `name = value` or `kind \"label\" { … }`",
            ),
        }
        self.skip_line(at)
    }

    /// The offset of the next line break outside of brackets and strings, or of the closing bracket before it.
    fn skip_line(&mut self, mut at: usize) -> usize {
        loop {
            at = match self.byte(at) {
                None | Some(b'\n' | b'}') => break,
                Some(_) if self.scanner.opens(at) => self.scanner.close(at),
                Some(_) => self.scanner.comment(at).unwrap_or(at + 1),
            };
        }
        self.report_lex_errors();
        at.min(self.end)
    }

    fn item(&mut self, name: Range<usize>) -> usize {
        let mut labels = Vec::new();
        let mut at = self.scanner.trivia(name.end, false);
        loop {
            match self.byte(at) {
                Some(b'=') if labels.is_empty() && !matches!(self.byte(at + 1), Some(b'=' | b'>')) => {
                    return self.attribute(name, at + 1);
                }
                Some(b'{') => return self.block(name, labels, at),
                Some(b'"') => {
                    let end = self.scanner.close(at);
                    if !self.scanner.errors.is_empty() {
                        self.report_lex_errors();
                        return self.skip_line(end);
                    }
                    labels.push(self.span(at..end));
                    at = end;
                }
                _ => match scan::identifier(self.text.get(..self.end).unwrap_or_default(), at) {
                    Some(end) => {
                        labels.push(self.span(at..end));
                        at = end;
                    }
                    None => break,
                },
            }
            at = self.scanner.trivia(at, false);
        }
        self.report_lex_errors();
        self.report_incomplete_item(name, &labels, at)
    }

    /// Reports a name that is followed by neither `=` nor `{`, perhaps after labels.
    fn report_incomplete_item(&mut self, name: Range<usize>, labels: &[Span], at: usize) -> usize {
        let word = self.text.get(name.clone()).unwrap_or_default();
        match self.byte(at) {
            Some(b':') if labels.is_empty() => {
                let message = format!("`{word}` is followed by `:`, but an argument is set with `=`");
                self.report_syntax_error(at..at + 1, &message, "write `=` in place of `:`");
            }
            Some(b'.' | b'[') if labels.is_empty() => {
                self.report_syntax_error(
                    name,
                    "an argument's name is a single word",
                    "write `name = value`",
                );
            }
            Some(b'\n' | b'\r') | None if !labels.is_empty() => {
                let help = "put the brace on the line of the block's labels";
                self.report_syntax_error(name, &format!("missing opening brace `{{` after `{word}`"), help);
            }
            _ => {
                let message = format!("`{word}` is neither an argument nor a block");
                self.report_syntax_error(name, &message, "write `name = value` or `kind \"label\" { … }`");
            }
        }
        self.skip_line(at)
    }

    fn block(&mut self, name: Range<usize>, labels: Vec<Span>, brace: usize) -> usize {
        if self.one_line && self.items.is_empty() {
            let help = "put it on a line of its own";
            self.report_syntax_error(
                name.clone(),
                "a block within a block starts on a line of its own",
                help,
            );
        }
        let mut end = self.scanner.close(brace);
        let closed = self.scanner.closed;
        if !closed && self.resynchronizations > 0 {
            self.resynchronizations -= 1;
            end = self.next_block(brace + 1).unwrap_or(end);
            self.scanner.errors.retain(|error| error.range.start < end);
        }
        let broken = self.report_lex_errors();
        let body_end = if closed { end - 1 } else { end };
        self.items.push(Item {
            name: self.span(name.clone()),
            labels,
            span: self.span(name.start..end),
            content: Content::Block {
                body: self.span(brace + 1..body_end),
            },
            broken,
        });
        if closed { self.line_end(end, "block") } else { end }
    }

    /// The probable end of a block without a closing brace: before the next line that starts, without indentation, with a
    /// word, labels and an opening brace.
    fn next_block(&self, from: usize) -> Option<usize> {
        let text = self.text.get(from..self.end)?;
        let mut start = from;
        for line in text.split_inclusive('\n') {
            if start > from && looks_like_header(line) {
                return Some(start);
            }
            start += line.len();
        }
        None
    }

    /// Reports anything but a comment on the rest of the line; it is read nevertheless.
    fn line_end(&mut self, at: usize, what: &str) -> usize {
        let at = self.scanner.trivia(at, false);
        self.report_lex_errors();
        match self.byte(at) {
            None if self.nested && !self.one_line && !self.known => {
                let help = "put the closing brace on a line of its own";
                self.report_syntax_error(at..at + 1, &format!("missing line break after the {what}"), help);
                at
            }
            None | Some(b'\n' | b'}') => at,
            Some(b'\r') if self.byte(at + 1) == Some(b'\n') => at,
            Some(b',') => {
                self.report_syntax_error(
                    at..at + 1,
                    &format!("a {what} is not followed by a comma"),
                    "remove the comma",
                );
                at + 1
            }
            Some(_) => {
                let end = self.character_end(at);
                let message = format!("missing line break after the {what}");
                self.report_syntax_error(at..end, &message, "start a new line here");
                at
            }
        }
    }

    fn attribute(&mut self, name: Range<usize>, start: usize) -> usize {
        self.scanner.deepest = 0;
        self.scanner.ends = Some(std::mem::take(&mut self.ends));
        let ending = self.value(start);
        self.ends = self.scanner.ends.take().unwrap_or_default();
        let broken = self.report_lex_errors();
        let at = ending.end;
        let value = start..at;
        let trimmed = self.text.get(value.clone()).unwrap_or_default().trim_end().len();
        self.items.push(Item {
            name: self.span(name.clone()),
            labels: Vec::new(),
            span: self.span(name.start..(start + trimmed).max(start)),
            content: Content::Attribute {
                value: self.span(value),
                depth: self.scanner.deepest,
            },
            broken,
        });
        match ending.reason {
            Reason::Comma => {
                let help = "remove the comma; arguments of a block are separated by line breaks";
                self.report_syntax_error(at..at + 1, "a comma follows the argument", help);
                at + 1
            }
            Reason::Argument => {
                let end = self.character_end(at);
                self.report_syntax_error(
                    at..end,
                    "missing line break after the argument",
                    "start a new line here",
                );
                at
            }
            Reason::Limit if self.nested && !self.one_line && !self.known => {
                let help = "put the closing brace on a line of its own";
                self.report_syntax_error(at..at + 1, "missing line break after the argument", help);
                at
            }
            Reason::Limit | Reason::Line => at,
        }
    }

    /// The end of a value: a line break, a comma or the next argument, all outside of brackets.
    fn value(&mut self, start: usize) -> Ending {
        let mut at = start;
        loop {
            at = stops::next::<Value>(self.text.as_bytes(), at..self.end).unwrap_or(self.end);
            let reason = match self.byte(at) {
                None => Reason::Limit,
                Some(b'\n' | b'}') => Reason::Line,
                Some(b',') => Reason::Comma,
                Some(b'=') => {
                    if self.byte(at + 1) == Some(b'=') {
                        at += 2;
                        continue;
                    }
                    let before = self.text.as_bytes().get(at - 1);
                    if self.byte(at + 1) == Some(b'>') || matches!(before, Some(b'!' | b'<' | b'>')) {
                        at += 1;
                        continue;
                    }
                    let Some(word) = word_before(self.text, start, at) else {
                        at += 1;
                        continue;
                    };
                    at = word;
                    Reason::Argument
                }
                Some(byte @ (b')' | b']')) => {
                    let error = LexError {
                        range: at..at + 1,
                        kind: LexErrorKind::StrayBracket(byte),
                    };
                    self.scanner.errors.push(error);
                    at += 1;
                    continue;
                }
                Some(_) if self.scanner.opens(at) => {
                    at = self.scanner.close(at);
                    continue;
                }
                Some(_) => {
                    at = self.scanner.comment(at).unwrap_or(at + 1);
                    continue;
                }
            };
            return Ending {
                end: at.min(self.end),
                reason,
            };
        }
    }
}

struct Ending {
    end: usize,
    reason: Reason,
}

enum Reason {
    /// A line break, or a closing brace that is reported as a stray one.
    Line,
    /// The end of the body.
    Limit,
    Comma,
    /// The name and `=` of another argument.
    Argument,
}

/// If the `=` at `at` belongs to another argument on the line: where its name starts.
fn word_before(text: &str, start: usize, at: usize) -> Option<usize> {
    let before = text.get(start..at)?.trim_end_matches([' ', '\t']);
    let rest = before.trim_end_matches(scan::is_identifier_continue);
    // Something must stand before the name: the value of the first argument, and a space after it.
    let separated = rest.ends_with([' ', '\t']) && !rest.trim().is_empty();
    let word = before.get(rest.len()..)?;
    (separated && !word.is_empty()).then_some(start + rest.len())
}

/// Whether a line starts a block at column one: `kind "label" {` or `kind {`.
fn looks_like_header(line: &str) -> bool {
    let Some(end) = scan::identifier(line, 0) else {
        return false;
    };
    let rest = line.get(end..).unwrap_or_default();
    let rest = rest.split(['#']).next().unwrap_or_default().trim();
    rest.contains('{')
        && rest
            .chars()
            .all(|c| scan::is_identifier_continue(c) || matches!(c, ' ' | '"' | '{' | '}'))
}
