//! The lexical pass: from an opening bracket, quote or heredoc to the offset after its end.
//!
//! All other readers of native text use this scanner, so that all of them agree on where
//! a string, a comment or a bracket ends. It keeps a stack of its own and never recurses.

use std::ops::Range;

use crate::syntax::lex_error::{LexError, LexErrorKind, MAX_OPEN};
use crate::syntax::stops::{self, Code, Quoted, word_length};

/// After this many errors, further ones are not reported one by one.
const MAX_LEX_ERRORS: usize = 100;

/// How far out a `)` or `]` of the wrong kind looks for its bracket.
const MAX_REACH: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    /// `{`, `(` or `[`, by its byte.
    Bracket(u8),
    Quote,
    /// A heredoc; the marker's bytes.
    Heredoc {
        marker: (usize, usize),
    },
    /// `${` or `%{`.
    Template,
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    at: usize,
    kind: FrameKind,
    /// The index of its end, if ends are collected.
    end: usize,
}

/// Finds the ends of strings, heredocs, comments, templates and brackets in a text.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    /// The bytes before the end, which is where the scanner stops.
    bytes: &'a [u8],
    end: usize,
    stack: Vec<Frame>,
    /// The lexical errors, in the order in which they were found.
    pub(super) errors: Vec<LexError>,
    /// Whether the last [`Scanner::close`] found the matching end.
    pub(super) closed: bool,
    /// The largest number of brackets, strings and templates that were open at once.
    pub(super) deepest: usize,
    /// The comments that were skipped, if they are collected.
    pub(super) comments: Option<Vec<Range<usize>>>,
    /// The ends of all brackets, strings, heredocs and template sequences that were closed, if they are collected.
    pub(super) ends: Option<Ends>,
}

/// Where brackets, strings, heredocs and template sequences end, so that no level of nesting is scanned twice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ends(Vec<(usize, usize)>);

impl Ends {
    /// The offset after the end of what starts at `at`.
    pub(super) fn get(&self, at: usize) -> Option<usize> {
        let index = self.0.binary_search_by_key(&at, |&(start, _)| start).ok()?;
        self.0.get(index).map(|&(_, end)| end).filter(|&end| end > at)
    }

    /// No ends, with room for those of most bodies.
    pub(super) fn new() -> Self {
        Self(Vec::with_capacity(8))
    }

    /// Records that something starts at `at`, after all others, and returns its index.
    pub(super) fn open(&mut self, at: usize) -> usize {
        self.0.push((at, at));
        self.0.len() - 1
    }

    /// Records the end of what has this index.
    pub(super) fn close(&mut self, index: usize, end: usize) {
        if let Some((_, stop)) = self.0.get_mut(index) {
            *stop = end;
        }
    }
}

impl<'a> Scanner<'a> {
    /// A scanner of `text[..end]`.
    pub(super) fn new(text: &'a str, end: usize) -> Self {
        let end = end.min(text.len());
        Self {
            text,
            bytes: text.as_bytes().get(..end).unwrap_or_default(),
            end,
            stack: Vec::new(),
            errors: Vec::new(),
            closed: true,
            deepest: 0,
            comments: None,
            ends: None,
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn error(&mut self, range: Range<usize>, kind: LexErrorKind) {
        if self.errors.len() < MAX_LEX_ERRORS {
            self.errors.push(LexError { range, kind });
        }
    }

    fn push(&mut self, at: usize, kind: FrameKind) {
        let end = self.ends.as_mut().map_or(0, |ends| ends.open(at));
        self.stack.push(Frame { at, kind, end });
        self.deepest = self.deepest.max(self.stack.len());
    }

    /// Closes the innermost frame, which ends before `end`.
    fn pop(&mut self, end: usize) -> usize {
        if let Some(frame) = self.stack.pop()
            && let Some(ends) = &mut self.ends
        {
            ends.close(frame.end, end);
        }
        end
    }

    /// The end of the comment that starts at `at`, if one does; a line comment ends before the line break.
    pub(super) fn comment(&mut self, at: usize) -> Option<usize> {
        let end = match comment(self.bytes, at)? {
            Comment::Closed { end } => end,
            Comment::Open => {
                self.error(at..at + 2, LexErrorKind::OpenComment);
                self.end
            }
        };
        if let Some(comments) = &mut self.comments {
            comments.push(at..end);
        }
        Some(end)
    }

    /// The offset after spaces, tabs and comments; after line breaks too if `lines`.
    pub(super) fn trivia(&mut self, mut at: usize, lines: bool) -> usize {
        loop {
            at = blanks(self.bytes, at, lines);
            if !matches!(self.byte(at), Some(b'#' | b'/')) {
                return at;
            }
            match self.comment(at) {
                Some(end) => at = end,
                None => return at,
            }
        }
    }

    /// Whether a string, heredoc or bracket starts at `at`.
    pub(super) fn opens(&self, at: usize) -> bool {
        opens(self.text, at..self.end)
    }

    /// The offset after the end of the bracket, string, heredoc or template sequence (`${`, `%{`) that starts at `at`.
    /// It is always greater than `at`.
    pub(super) fn close(&mut self, at: usize) -> usize {
        self.stack.clear();
        self.closed = true;
        let mut at = match self.byte(at) {
            Some(b'"') if let Some(end) = self.plain_string(at) => return end,
            Some(b'$' | b'%') => {
                self.push(at, FrameKind::Template);
                (at + 2).min(self.end)
            }
            Some(_) => self.open(at),
            None => return self.end,
        };
        while let Some(frame) = self.stack.last().copied() {
            if at >= self.end {
                return self.unclosed();
            }
            if self.stack.len() > MAX_OPEN {
                self.stack.clear();
                self.closed = false;
                self.error(frame.at..frame.at + 1, LexErrorKind::TooDeep);
                return self.end;
            }
            at = match frame.kind {
                FrameKind::Bracket(_) | FrameKind::Template => self.code(at),
                FrameKind::Quote => self.quoted(at, frame),
                FrameKind::Heredoc { marker } => self.heredoc(at, marker.0..marker.1),
            };
        }
        at.min(self.end)
    }

    /// Pushes what starts at `at`, if anything does.
    fn open(&mut self, at: usize) -> usize {
        match self.byte(at) {
            Some(b'"') => {
                if let Some(end) = self.plain_string(at) {
                    return end;
                }
                self.push(at, FrameKind::Quote);
            }
            Some(byte @ (b'{' | b'(' | b'[')) => self.push(at, FrameKind::Bracket(byte)),
            Some(b'<') => {
                if let Some(marker) = heredoc_marker(self.text, at..self.end) {
                    let kind = FrameKind::Heredoc {
                        marker: (marker.start, marker.end),
                    };
                    self.push(at, kind);
                    return marker.end + 1 + usize::from(self.byte(marker.end) == Some(b'\r'));
                }
            }
            _ => {}
        }
        at + 1
    }

    /// The offset after the string at `at`, if nothing in it has a meaning of its own. Most strings are like that.
    fn plain_string(&mut self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let quote = stops::next::<Quoted>(bytes, at + 1..self.end)?;
        if bytes.get(quote) != Some(&b'"') || self.stack.len() >= MAX_OPEN {
            return None;
        }
        self.deepest = self.deepest.max(self.stack.len() + 1);
        if let Some(ends) = &mut self.ends {
            let index = ends.open(at);
            ends.close(index, quote + 1);
        }
        Some(quote + 1)
    }

    fn code(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let Some(at) = stops::next::<Code>(bytes, at..self.end) else {
            return self.end;
        };
        match bytes.get(at) {
            Some(b'#' | b'/') => self.comment(at).unwrap_or(at + 1),
            Some(&byte @ (b'}' | b')' | b']')) => self.closing(at, byte),
            _ => self.open(at),
        }
    }

    /// Handles a closing bracket. It closes the innermost frame, or one further out (the frames between are not closed),
    /// or none.
    fn closing(&mut self, at: usize, byte: u8) -> usize {
        let closes = |frame: &Frame| match frame.kind {
            FrameKind::Bracket(open) => matches!((open, byte), (b'{', b'}') | (b'(', b')') | (b'[', b']')),
            FrameKind::Template => byte == b'}',
            FrameKind::Quote | FrameKind::Heredoc { .. } => false,
        };
        // A `)` or `]` does not close anything outside of the enclosing braces or string.
        let reach = |frame: &&Frame| match frame.kind {
            FrameKind::Bracket(open) => byte == b'}' || open != b'{',
            FrameKind::Template => byte == b'}',
            FrameKind::Quote | FrameKind::Heredoc { .. } => false,
        };
        let candidates =
            self.stack
                .iter()
                .rev()
                .take_while(reach)
                .take(if byte == b'}' { usize::MAX } else { MAX_REACH });
        let distance = candidates
            .enumerate()
            .find(|(_, frame)| closes(frame))
            .map(|(index, _)| index);
        if let Some(distance) = distance {
            for _ in 0..distance {
                self.abandon();
            }
            return self.pop(at + 1);
        }
        if byte == b'}' {
            // Only `(` and `[` are open, because the scan started inside of the braces.
            while let Some(frame) = self.stack.last() {
                if !matches!(frame.kind, FrameKind::Bracket(_)) {
                    break;
                }
                self.abandon();
            }
            if self.stack.is_empty() {
                self.closed = false;
                return at;
            }
        }
        self.error(at..at + 1, LexErrorKind::StrayBracket(byte));
        at + 1
    }

    /// Pops the innermost frame and reports that it is not closed.
    fn abandon(&mut self) {
        if let Some(frame) = self.stack.pop() {
            match frame.kind {
                FrameKind::Bracket(open) => {
                    self.error(frame.at..frame.at + 1, LexErrorKind::OpenBracket(open));
                }
                FrameKind::Template => self.error(frame.at..frame.at + 2, LexErrorKind::OpenTemplate),
                FrameKind::Quote => self.error(frame.at..frame.at + 1, LexErrorKind::OpenString),
                FrameKind::Heredoc { marker } => self.error(frame.at..marker.1, LexErrorKind::OpenHeredoc),
            }
        }
    }

    /// Reports frames that are open at the end of the text. One of them is the cause of the others: the innermost string
    /// or heredoc, which contains all later text, or else the outermost bracket, which the missing bracket would close.
    fn unclosed(&mut self) -> usize {
        let text = |frame: &&Frame| matches!(frame.kind, FrameKind::Heredoc { .. } | FrameKind::Quote);
        let frame = self.stack.iter().rev().find(text).or(self.stack.first()).copied();
        self.stack.clear();
        self.closed = false;
        if let Some(frame) = frame {
            self.stack.push(frame);
            self.abandon();
        }
        self.end
    }

    fn quoted(&mut self, at: usize, frame: Frame) -> usize {
        let bytes = self.text.as_bytes();
        let Some(at) = stops::next::<Quoted>(bytes, at..self.end) else {
            return self.end;
        };
        match bytes.get(at) {
            Some(b'"') => self.pop(at + 1),
            Some(b'\n') => {
                self.broken_line(at, frame);
                at
            }
            Some(b'\\') => {
                // A line break is never part of an escape.
                at + 1 + usize::from(self.byte(at + 1).is_some_and(|byte| byte != b'\n'))
            }
            _ => self.sequence(at),
        }
    }

    /// Handles a line break in a quoted string. The outermost string of the line ends here, so that the rest of the file
    /// is read; if a template sequence is open in it, that is reported.
    fn broken_line(&mut self, at: usize, frame: Frame) {
        let preceding = self.text.as_bytes().get(..at).unwrap_or_default();
        let line = preceding
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |end| end + 1);
        let mut template = None;
        let mut keep = self.stack.len().saturating_sub(1);
        for (index, outer) in self.stack.iter().enumerate().rev() {
            match outer.kind {
                _ if outer.at < line => break,
                FrameKind::Quote => keep = index,
                FrameKind::Template => template = template.or(Some((index, outer.at))),
                _ => {}
            }
        }
        self.stack.truncate(keep);
        self.closed = !self.stack.is_empty();
        match template {
            Some((index, start)) if index > keep => self.error(start..start + 2, LexErrorKind::OpenTemplate),
            _ => self.error(frame.at..frame.at + 1, LexErrorKind::OpenString),
        }
    }

    /// Handles a `$` or `%` of literal text, which may open a template sequence.
    fn sequence(&mut self, at: usize) -> usize {
        let (next, third) = (self.byte(at + 1), self.byte(at + 2));
        if next == Some(b'{') {
            self.push(at, FrameKind::Template);
            at + 2
        } else if next == self.byte(at) && third == Some(b'{') {
            at + 3
        } else {
            at + 1
        }
    }

    fn heredoc(&mut self, at: usize, marker: Range<usize>) -> usize {
        let text = self.text;
        let rest = text.as_bytes().get(at..self.end).unwrap_or_default();
        let line_start = text.as_bytes().get(at.wrapping_sub(1)) == Some(&b'\n');
        if line_start {
            let length = rest.iter().position(|&byte| byte == b'\n');
            let line = text
                .get(at..at + length.unwrap_or(rest.len()))
                .unwrap_or_default();
            let trimmed = line.trim();
            if Some(trimmed) == text.get(marker) {
                if at + line.len() >= text.len() {
                    // Terraform requires a line break after the marker.
                    return self.end;
                }
                return self.pop(at + line.len() - line.trim_start().len() + trimmed.len());
            }
        }
        match rest.iter().position(|&byte| matches!(byte, b'\n' | b'$' | b'%')) {
            Some(length) if rest.get(length) == Some(&b'\n') => at + length + 1,
            Some(length) => self.sequence(at + length),
            None => self.end,
        }
    }
}

/// A comment, by its end.
enum Comment {
    /// A line comment ends before the line break.
    Closed {
        end: usize,
    },
    Open,
}

/// The comment that starts at `at`, if one does.
fn comment(bytes: &[u8], at: usize) -> Option<Comment> {
    let line = match bytes.get(at)? {
        b'#' => true,
        b'/' => match bytes.get(at + 1)? {
            b'/' => true,
            b'*' => false,
            _ => return None,
        },
        _ => return None,
    };
    if line {
        let rest = bytes.get(at..)?;
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let carriage_return = length > 0 && length < rest.len() && rest.get(length - 1) == Some(&b'\r');
        let end = at + length - usize::from(carriage_return);
        return Some(Comment::Closed { end });
    }
    let rest = bytes.get(at + 2..)?;
    let length = rest.windows(2).position(|pair| pair == b"*/");
    Some(length.map_or(Comment::Open, |length| Comment::Closed {
        end: at + 2 + length + 2,
    }))
}

/// The offset after spaces and tabs; after line breaks too if `lines`.
fn blanks(bytes: &[u8], mut at: usize, lines: bool) -> usize {
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t') => at += 1,
            Some(b'\n') if lines => at += 1,
            Some(b'\r') if lines && bytes.get(at + 1) == Some(&b'\n') => at += 2,
            _ => return at,
        }
    }
}

/// The offset of the first byte of a range that is neither white space nor in a comment, in text without lexical errors.
pub(super) fn trivia(text: &str, range: Range<usize>) -> usize {
    let bytes = text.as_bytes().get(..range.end).unwrap_or_default();
    let mut at = range.start;
    loop {
        at = blanks(bytes, at, true);
        if !matches!(bytes.get(at), Some(b'#' | b'/')) {
            return at;
        }
        match comment(bytes, at) {
            Some(Comment::Closed { end }) => at = end,
            Some(Comment::Open) => return range.end,
            None => return at,
        }
    }
}

/// The offset after the comment at the start of a range, if one is there, in text without lexical errors.
pub(super) fn end_of_comment(text: &str, range: Range<usize>) -> Option<usize> {
    let bytes = text.as_bytes().get(..range.end)?;
    match comment(bytes, range.start)? {
        Comment::Closed { end } => Some(end),
        Comment::Open => Some(range.end),
    }
}

/// Whether a string, heredoc or bracket starts at the start of a range.
pub(super) fn opens(text: &str, range: Range<usize>) -> bool {
    match text.as_bytes().get(range.start) {
        Some(b'"' | b'{' | b'(' | b'[') => range.start < range.end,
        Some(b'<') => heredoc_marker(text, range).is_some(),
        _ => false,
    }
}

/// The marker of the heredoc at the start of a range, if one is there.
fn heredoc_marker(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let text = text.get(..range.end)?;
    let marker = text.get(range.start..)?.strip_prefix("<<")?;
    let start = range.start + 2 + usize::from(marker.starts_with('-'));
    let end = identifier(text, start)?;
    let rest = text.get(end..)?;
    let line_ends = rest.starts_with('\n') || rest.starts_with("\r\n");
    line_ends.then_some(start..end)
}

/// The end of the identifier that starts at `at`.
pub(super) fn identifier(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let first = *rest.as_bytes().first()?;
    if first.is_ascii() {
        let length = word_length(rest.as_bytes());
        let is_ascii = rest.as_bytes().get(length).is_none_or(u8::is_ascii);
        if is_ascii {
            let is_name = first.is_ascii_alphabetic() || first == b'_';
            return is_name.then_some(at + length);
        }
    }
    // Only identifiers that are not ASCII need the tables of Unicode.
    let mut characters = rest.char_indices();
    let (_, first) = characters.next()?;
    if !is_identifier_start(first) {
        return None;
    }
    let end = characters
        .find(|&(_, character)| !is_identifier_continue(character))
        .map_or(rest.len(), |(end, _)| end);
    Some(at + end)
}

/// Whether a text is an identifier.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    identifier(text, 0) == Some(text.len())
}

fn is_identifier_start(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphabetic() || character == '_';
    }
    hcl_edit::Ident::try_new(character.to_string()).is_ok()
}

/// Whether an identifier may contain a character after its first one.
pub(super) fn is_identifier_continue(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || character == '_' || character == '-';
    }
    hcl_edit::Ident::try_new(format!("a{character}")).is_ok()
}
