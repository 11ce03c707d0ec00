//! Native text cut into the items of a body, by the lexical pass alone.
//!
//! The same cut serves a whole file, the body of a block and the items of an object, so that one
//! broken argument costs that argument and not the block around it.

use std::ops::Range;

use crate::source::{FileId, Span};
use crate::syntax::fault::{Fault, FaultKind, describe};
use crate::syntax::problem::Problem;
use crate::syntax::scan::{self, Scanner};

/// What a file consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The items, in order; they do not overlap.
    pub items: Vec<Item>,
    /// Lexical problems anywhere in the file, and what is no item at its top level.
    pub problems: Vec<Problem>,
}

/// A block or an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The word it starts with.
    pub name: Span,
    /// The labels, quotes included; none for an attribute.
    pub labels: Vec<Span>,
    /// The whole item.
    pub span: Span,
    /// What it holds.
    pub content: Content,
    /// Whether the cut has reported a lexical problem inside, so that the parser need not.
    pub broken: bool,
}

/// What an [`Item`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A block's body, from behind the opening brace to before the closing one.
    Block {
        /// Where the body stands.
        body: Span,
    },
    /// An attribute's value: from behind the `=` to the end of the argument.
    Attribute {
        /// Where the value stands.
        value: Span,
    },
}

/// Cuts a file into its top-level items. A byte order mark is passed over, and offsets count it.
#[must_use]
pub fn cut(file: FileId, text: &str) -> Cut {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut cutter = Cutter::new(file, text, start..text.len());
    cutter.resynchronisations = MAX_RESYNCHRONISATIONS;
    cutter.body(start);
    Cut {
        items: cutter.items,
        problems: cutter.problems,
    }
}

/// Cuts the inside of a block. `known` says that lexical problems in it are reported already.
pub(super) fn cut_body(file: FileId, text: &str, body: Range<usize>, known: bool) -> Cut {
    let start = body.start;
    let mut cutter = Cutter::new(file, text, body);
    cutter.known = known;
    cutter.nested = true;
    cutter.body(start);
    Cut {
        items: cutter.items,
        problems: cutter.problems,
    }
}

struct Cutter<'a> {
    file: FileId,
    text: &'a str,
    end: usize,
    scanner: Scanner<'a>,
    items: Vec<Item>,
    problems: Vec<Problem>,
    /// Lexical problems are reported elsewhere.
    known: bool,
    /// The end is a closing brace and not the end of the file.
    nested: bool,
    /// The first argument stands on the line of the opening brace, so it has to be the only one.
    one_line: bool,
    /// How many blocks without end may still be cut where the next one seems to start. Each costs a
    /// walk to the end of the file.
    resynchronisations: usize,
}

const MAX_RESYNCHRONISATIONS: usize = 16;

/// After so many problems the rest is not worth a message of its own.
const MAX_PROBLEMS: usize = 100;

impl<'a> Cutter<'a> {
    fn new(file: FileId, text: &'a str, range: Range<usize>) -> Self {
        Self {
            file,
            text,
            end: range.end,
            scanner: Scanner::new(text, range.end),
            items: Vec::new(),
            problems: Vec::new(),
            known: false,
            nested: false,
            one_line: false,
            resynchronisations: 0,
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        if at < self.end {
            self.text.as_bytes().get(at).copied()
        } else {
            None
        }
    }

    /// A place in the file. One byte of a letter stands for the whole letter.
    fn span(&self, range: Range<usize>) -> Span {
        let (start, end) = (
            self.text.floor_char_boundary(range.start),
            self.text.ceil_char_boundary(range.end),
        );
        Span::new(self.file, start, end)
    }

    fn problem(&mut self, range: Range<usize>, message: &str, help: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems
                .push(Problem::new(self.span(range), message).help(help));
        }
    }

    /// Reports what the scanner found, and says whether it found anything.
    fn faults(&mut self) -> bool {
        let faults = std::mem::take(&mut self.scanner.faults);
        let any = !faults.is_empty();
        if !self.known && self.problems.len() < MAX_PROBLEMS {
            self.problems
                .extend(faults.iter().map(|fault| describe(self.file, fault)));
        }
        any
    }

    fn body(&mut self, mut at: usize) {
        let start = at;
        let mut crowded = false;
        loop {
            let before = at;
            at = self.scanner.trivia(at, true);
            self.faults();
            let breaks = |from: usize| self.text.get(from..at).unwrap_or_default().contains('\n');
            if self.items.is_empty() {
                self.one_line = self.nested && at < self.end && !breaks(start);
            } else if self.one_line && !crowded && (at < self.end || breaks(before)) {
                crowded = true;
                let place = if at < self.end {
                    at..self.character_end(at)
                } else {
                    start - 1..start
                };
                let help = "put each argument and the closing brace on a line of its own";
                self.problem(place, "a block on one line holds a single argument", help);
            }
            if at >= self.end {
                return;
            }
            at = match scan::identifier(self.text.get(..self.end).unwrap_or_default(), at) {
                Some(name_end) => self.item(at..name_end),
                None => self.no_item(at),
            };
        }
    }

    fn character_end(&self, at: usize) -> usize {
        let character = self.text.get(at..).and_then(|rest| rest.chars().next());
        at + character.map_or(1, char::len_utf8)
    }

    /// What is no item is reported once and passed over to the end of its line.
    fn no_item(&mut self, at: usize) -> usize {
        let end = self.character_end(at);
        match self.byte(at) {
            Some(byte @ (b'}' | b')' | b']')) => {
                let fault = Fault {
                    range: at..end,
                    kind: FaultKind::StrayBracket(byte),
                };
                if !self.known && self.problems.len() < MAX_PROBLEMS {
                    self.problems.push(describe(self.file, &fault));
                }
                return end;
            }
            Some(b'"') => self.problem(
                at..end,
                "an argument name must not be quoted",
                "write the name without quotes: `name = value`",
            ),
            _ => self.problem(
                at..end,
                "an argument or a block is expected here",
                "write `name = value` or `kind \"label\" { … }`",
            ),
        }
        self.rest_of_line(at)
    }

    /// The next line break outside of brackets and strings, or the closing bracket before it.
    fn rest_of_line(&mut self, mut at: usize) -> usize {
        loop {
            at = match self.byte(at) {
                None | Some(b'\n' | b'}') => break,
                Some(_) if self.scanner.opens(at) => self.scanner.close(at),
                Some(_) => self.scanner.comment(at).unwrap_or(at + 1),
            };
        }
        self.faults();
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
                    if !self.scanner.faults.is_empty() {
                        self.faults();
                        return self.rest_of_line(end);
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
        self.faults();
        self.headless(name, &labels, at)
    }

    /// A name, perhaps labels, and then neither `=` nor `{`.
    fn headless(&mut self, name: Range<usize>, labels: &[Span], at: usize) -> usize {
        let word = self.text.get(name.clone()).unwrap_or_default();
        match self.byte(at) {
            Some(b':') if labels.is_empty() => {
                let message = format!("`{word}` is followed by `:`, but an argument is set with `=`");
                self.problem(at..at + 1, &message, "write `=` in place of `:`");
            }
            Some(b'.' | b'[') if labels.is_empty() => {
                self.problem(
                    name,
                    "an argument's name is a single word",
                    "write `name = value`",
                );
            }
            Some(b'\n' | b'\r') | None if !labels.is_empty() => {
                let help = "put the brace on the line of the block's labels";
                self.problem(name, &format!("missing opening brace `{{` after `{word}`"), help);
            }
            _ => {
                let message = format!("`{word}` is neither an argument nor a block");
                self.problem(name, &message, "write `name = value` or `kind \"label\" { … }`");
            }
        }
        self.rest_of_line(at)
    }

    fn block(&mut self, name: Range<usize>, labels: Vec<Span>, brace: usize) -> usize {
        if self.one_line && self.items.is_empty() {
            let help = "put it on a line of its own";
            self.problem(
                name.clone(),
                "a block within a block starts on a line of its own",
                help,
            );
        }
        let mut end = self.scanner.close(brace);
        let closed = self.scanner.closed;
        if !closed && self.resynchronisations > 0 {
            self.resynchronisations -= 1;
            end = self.next_block(brace + 1).unwrap_or(end);
            self.scanner.faults.retain(|fault| fault.range.start < end);
        }
        let broken = self.faults();
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

    /// Where a block that lacks its closing brace most likely ends: before the next line that starts,
    /// unindented, with a word, labels and an opening brace.
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

    /// Only comments may follow on the line; what else there is, is reported and read all the same.
    fn line_end(&mut self, at: usize, what: &str) -> usize {
        let at = self.scanner.trivia(at, false);
        self.faults();
        match self.byte(at) {
            None if self.nested && !self.one_line && !self.known => {
                let help = "put the closing brace on a line of its own";
                self.problem(at..at + 1, &format!("missing line break after the {what}"), help);
                at
            }
            None | Some(b'\n' | b'}') => at,
            Some(b'\r') if self.byte(at + 1) == Some(b'\n') => at,
            Some(b',') => {
                self.problem(
                    at..at + 1,
                    &format!("a {what} is not followed by a comma"),
                    "remove the comma",
                );
                at + 1
            }
            Some(_) => {
                let end = self.character_end(at);
                let message = format!("missing line break after the {what}");
                self.problem(at..end, &message, "start a new line here");
                at
            }
        }
    }

    fn attribute(&mut self, name: Range<usize>, start: usize) -> usize {
        let ending = self.value(start);
        let broken = self.faults();
        let at = ending.end;
        let value = start..at;
        let trimmed = self.text.get(value.clone()).unwrap_or_default().trim_end().len();
        self.items.push(Item {
            name: self.span(name.clone()),
            labels: Vec::new(),
            span: self.span(name.start..(start + trimmed).max(start)),
            content: Content::Attribute {
                value: self.span(value),
            },
            broken,
        });
        match ending.reason {
            Reason::Comma => {
                let help = "remove the comma; arguments of a block are separated by line breaks";
                self.problem(at..at + 1, "a comma follows the argument", help);
                at + 1
            }
            Reason::Argument => {
                let end = self.character_end(at);
                self.problem(
                    at..end,
                    "missing line break after the argument",
                    "start a new line here",
                );
                at
            }
            Reason::Limit if self.nested && !self.one_line && !self.known => {
                let help = "put the closing brace on a line of its own";
                self.problem(at..at + 1, "missing line break after the argument", help);
                at
            }
            Reason::Limit | Reason::Line => at,
        }
    }

    /// The end of a value: a line break, a comma or the next argument, all outside of brackets.
    fn value(&mut self, start: usize) -> Ending {
        let mut at = start;
        loop {
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
                    let fault = Fault {
                        range: at..at + 1,
                        kind: FaultKind::StrayBracket(byte),
                    };
                    self.scanner.faults.push(fault);
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
    let rest = before.trim_end_matches(scan::continues);
    // Something must stand before the name: the value of the first argument, and a space behind it.
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
            .all(|c| scan::continues(c) || matches!(c, ' ' | '"' | '{' | '}'))
}
