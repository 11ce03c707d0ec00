//! Comments in YAML. Each applies to what begins on its line or on the line below, with all lines that are indented
//! further.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Options, Parser};

use crate::source::{FileId, Span};

use super::comment::Comment;

/// The comments that contain `word`. Of invalid YAML, those before the error.
pub(super) fn comments(file: FileId, text: &str, word: &str) -> Vec<Comment> {
    let scalars = scalars(text);
    let lines = Lines::new(text);
    let mut comments: Vec<Comment> = Vec::new();
    let mut subjects = Subjects::new();
    let mut next = 0;
    for (at, _) in text.match_indices(word) {
        let index = lines.index(at);
        if index < next {
            continue;
        }
        next = index + 1;
        let start = lines.comment_in(index, &scalars);
        let comment = start.map(|start| lines.comment(file, start, &mut subjects));
        comments.extend(comment.filter(|comment| {
            let text = text.get(comment.text.range());
            text.is_some_and(|text| text.contains(word))
        }));
    }
    comments
}

/// The ranges of the scalars, in which `#` does not start a comment.
fn scalars(text: &str) -> Vec<Range<usize>> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let events = Parser::new_from_str_with_options(text, options).map_while(Result::ok);
    events
        .filter_map(|(event, span)| match event {
            Event::Scalar(..) => Some(span.start.byte_offset()?..span.end.byte_offset()?),
            _ => None,
        })
        .collect()
}

/// The lines of a text, by their first byte.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// For each line, the next one that is more than a comment: itself or one below.
    next_content: Vec<Option<usize>>,
}

/// The subjects of lines that are known: several comments may have one subject.
type Subjects = BTreeMap<usize, Range<usize>>;

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let bom = text.len() - text.trim_start_matches('\u{feff}').len();
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let mut lines = Self {
            text,
            starts: std::iter::once(bom).chain(ends.map(|at| at + 1)).collect(),
            next_content: Vec::new(),
        };
        let mut next = None;
        let mut next_content = vec![None; lines.starts.len()];
        for (index, content) in next_content.iter_mut().enumerate().rev() {
            if !lines.line(index).trim_start().starts_with('#') {
                next = Some(index);
            }
            *content = next;
        }
        lines.next_content = next_content;
        lines
    }

    fn index(&self, at: usize) -> usize {
        self.starts
            .partition_point(|start| *start <= at)
            .saturating_sub(1)
    }

    fn start(&self, index: usize) -> usize {
        self.starts.get(index).copied().unwrap_or(self.text.len())
    }

    /// A line without its line break.
    fn line(&self, index: usize) -> &'a str {
        let line = self.text.get(self.start(index)..self.start(index + 1));
        line.unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// The offset at which the comment of a line begins.
    fn comment_in(&self, index: usize, scalars: &[Range<usize>]) -> Option<usize> {
        let start = self.start(index);
        let mut candidates = self
            .line(index)
            .match_indices('#')
            .map(|(offset, _)| start + offset);
        candidates.find(|candidate| {
            let preceding = self.text.get(start..*candidate).unwrap_or_default();
            let after = scalars.partition_point(|scalar| scalar.start <= *candidate);
            let enclosing = scalars.get(after.wrapping_sub(1));
            (preceding.is_empty() || preceding.ends_with([' ', '\t']))
                && !enclosing.is_some_and(|scalar| scalar.contains(candidate))
        })
    }

    fn comment(&self, file: FileId, start: usize, subjects: &mut Subjects) -> Comment {
        let span = |range: Range<usize>| Span::new(file, range.start, range.end);
        let index = self.index(start);
        let line = self.start(index);
        let end = line + self.line(index).len();
        let code = self.text.get(line..start).unwrap_or_default().trim_end();
        let (subject, removal) = if code.is_empty() {
            (self.below(index), line..self.start(index + 1))
        } else {
            (Some(index), line + code.len()..end)
        };
        Comment {
            span: span(start..end),
            text: span((start + 1).min(end)..end),
            subject: subject.map(|index| {
                let subject = subjects.entry(index).or_insert_with(|| self.subject(index));
                span(subject.clone())
            }),
            removal: span(removal),
            is_plain: true,
        }
    }

    /// The first line below that is more than a comment, if no empty line separates them.
    fn below(&self, index: usize) -> Option<usize> {
        let index = (*self.next_content.get(index + 1)?)?;
        (!self.line(index).trim_start().is_empty()).then_some(index)
    }

    /// A line with those below that are indented further. The elements of a list may have the indentation of its key.
    fn subject(&self, index: usize) -> Range<usize> {
        let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let first = self.line(index);
        let base = indentation(first);
        let is_element = |line: &str| matches!(line.trim_start().as_bytes(), [b'-'] | [b'-', b' ', ..]);
        let mut last = index;
        for next in index + 1..self.starts.len() {
            let line = self.line(next);
            if line.trim_start().is_empty() {
                continue;
            }
            let inside = indentation(line) > base
                || indentation(line) == base && is_element(line) && !is_element(first);
            if !inside {
                break;
            }
            last = next;
        }
        self.start(index) + base..self.start(last) + self.line(last).len()
    }
}
