//! Comments in native syntax.

use std::ops::Range;

use crate::hashing::HashMap;
use crate::source::{FileId, Span};
use crate::syntax::scan::Scanner;

use super::comment::Comment;

/// The comments that contain `word`.
pub(super) fn comments(file: FileId, text: &str, word: &str) -> Vec<Comment> {
    let mut lines = Lines::new(text);
    let mut comments = Vec::new();
    for index in 0..lines.comments.len() {
        let range = lines.comments.get(index).cloned().unwrap_or_default();
        if text.get(range.clone()).unwrap_or_default().contains(word) {
            comments.push(lines.comment(file, &range));
        }
    }
    comments
}

/// A text and the comments in it, in order. What was found once is kept: many comments may be on one line, or above one
/// block.
struct Lines<'a> {
    text: &'a str,
    comments: Vec<Range<usize>>,
    /// The offset after the spaces and comments that follow each comment.
    ends: Vec<usize>,
    /// The offsets of the lines.
    starts: Vec<usize>,
    /// The first code below each end of a line.
    next_code: HashMap<usize, Option<usize>>,
    /// The first code on each line.
    first_code: HashMap<usize, usize>,
    /// The end of each statement, by its start.
    statements: HashMap<usize, usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let mut scanner = Scanner::new(text, text.len());
        scanner.comments = Some(Vec::new());
        let mut at = 0;
        while at < text.len() {
            at = match scanner.comment(at) {
                Some(end) => end,
                None if scanner.opens(at) => scanner.close(at).max(at + 1),
                None => at + 1,
            };
        }
        let mut comments = scanner.comments.unwrap_or_default();
        comments.sort_by_key(|range| range.start);
        comments.dedup();
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes());
        let mut lines = Self {
            text,
            ends: comments.iter().map(|range| range.end).collect(),
            comments,
            starts: std::iter::once(0).chain(breaks.map(|end| end + 1)).collect(),
            next_code: HashMap::default(),
            first_code: HashMap::default(),
            statements: HashMap::default(),
        };
        // From the last one on, so that the end of each following comment is known.
        for index in (0..lines.comments.len()).rev() {
            let end = lines.ends.get(index).map_or(0, |end| lines.skip(*end));
            if let Some(known) = lines.ends.get_mut(index) {
                *known = end;
            }
        }
        lines
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn line_start(&self, at: usize) -> usize {
        let following = self.starts.partition_point(|start| *start <= at);
        let line = following.checked_sub(1).and_then(|line| self.starts.get(line));
        line.copied().unwrap_or_default()
    }

    /// The offset after spaces and comments: on the same line, unless a comment extends over several.
    fn skip(&self, mut at: usize) -> usize {
        loop {
            match self.byte(at) {
                Some(b' ' | b'\t' | b'\r') => at += 1,
                Some(b'#' | b'/') => {
                    let position = self.comments.binary_search_by_key(&at, |range| range.start);
                    match position.ok().and_then(|index| self.ends.get(index)) {
                        Some(end) => at = (*end).max(at + 1),
                        None => return at,
                    }
                }
                Some(0xef) if at == 0 && self.text.starts_with('\u{feff}') => at += 3,
                _ => return at,
            }
        }
    }

    fn is_end_of_line(&self, at: usize) -> bool {
        matches!(self.byte(at), None | Some(b'\n'))
    }

    fn comment(&mut self, file: FileId, range: &Range<usize>) -> Comment {
        let line = self.line_start(range.start);
        let code = match self.first_code.get(&line) {
            Some(known) => *known,
            None => {
                let code = self.skip(line);
                self.first_code.insert(line, code);
                code
            }
        };
        let follows_code = code < range.start;
        let after = self.skip(range.end);
        let precedes_code = !follows_code && !self.is_end_of_line(after);
        let subject = if follows_code {
            Some(code)
        } else if precedes_code {
            Some(after)
        } else {
            self.next_line(after)
        };
        let removal = if follows_code {
            let preceding = self.text.get(..range.start).unwrap_or_default();
            preceding.trim_end_matches([' ', '\t']).len()..range.end
        } else if precedes_code {
            let spaces = self.text.get(range.end..).unwrap_or_default();
            range.start..range.end + (spaces.len() - spaces.trim_start_matches([' ', '\t']).len())
        } else {
            line..(after + 1).min(self.text.len())
        };
        let subject = subject.map(|start| start..self.end_of_statement(start));
        let comment = self.text.get(range.clone()).unwrap_or_default();
        let (open, close) = match comment.as_bytes() {
            [b'/', b'*', ..] => (2, if comment.ends_with("*/") { 2 } else { 0 }),
            [b'/', ..] => (2, 0),
            _ => (1, 0),
        };
        let span = |range: Range<usize>| Span::new(file, range.start, range.end);
        Comment {
            span: span(range.clone()),
            text: span(range.start + open..range.end.saturating_sub(close)),
            subject: subject.map(span),
            removal: span(removal),
            is_plain: true,
        }
    }

    /// The offset of the first code below the line that ends at `at`, if no empty line separates them.
    fn next_line(&mut self, at: usize) -> Option<usize> {
        let mut ends = Vec::new();
        let code = self.find_next_line(at, &mut ends);
        self.next_code.extend(ends.into_iter().map(|end| (end, code)));
        code
    }

    /// Finds the same and collects the ends of the lines in between.
    fn find_next_line(&self, mut at: usize, ends: &mut Vec<usize>) -> Option<usize> {
        while self.byte(at) == Some(b'\n') {
            if let Some(known) = self.next_code.get(&at) {
                return *known;
            }
            ends.push(at);
            let first = at + 1;
            at = self.skip(first);
            let is_empty = self
                .text
                .get(first..at)
                .is_some_and(|line| line.trim().is_empty());
            if !self.is_end_of_line(at) {
                return Some(at);
            }
            if is_empty {
                return None;
            }
        }
        None
    }

    /// The end of the statement that begins at `at`: the end of the line, or of the line on which the last open bracket
    /// or heredoc is closed.
    fn end_of_statement(&mut self, start: usize) -> usize {
        if let Some(known) = self.statements.get(&start) {
            return *known;
        }
        let mut at = start;
        let mut scanner = Scanner::new(self.text, self.text.len());
        while !self.is_end_of_line(at) {
            at = match scanner.comment(at) {
                Some(end) => end,
                None if scanner.opens(at) => scanner.close(at).max(at + 1),
                None => at + 1,
            };
        }
        self.statements.insert(start, at);
        at
    }
}
