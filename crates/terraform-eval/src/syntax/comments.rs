//! Comments, and what each of them speaks of: the line or the block that it stands on or above.

use std::ops::Range;

use crate::source::{FileId, Span};
use crate::syntax::document::Format;
use crate::syntax::json_comments;
use crate::syntax::scan::Scanner;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The whole comment with its signs; in JSON, the string.
    pub span: Span,
    /// What it says, as it stands in the file.
    pub text: Span,
    /// What it speaks of: the argument or block that begins on its line, or on the one below it. None
    /// where it stands alone.
    pub subject: Option<Span>,
    /// The bytes to delete so that nothing of it is left.
    pub removal: Span,
    /// Whether the text is the file's own, without escapes in it.
    pub is_plain: bool,
}

/// The comments of a YAML file that hold `word`.
#[must_use]
pub fn yaml_comments(file: FileId, text: &str, word: &str) -> Vec<Comment> {
    if !text.contains(word) {
        return Vec::new();
    }
    super::yaml_comments::comments(file, text, word)
}

/// The comments of a file whose text holds `word`; in JSON, the strings under `"//"`.
#[must_use]
pub fn comments(file: FileId, text: &str, format: Format, word: &str) -> Vec<Comment> {
    if !text.contains(word) {
        return Vec::new();
    }
    match format {
        Format::Json => json_comments::comments(file, text, word),
        Format::Native => {
            let lines = Lines::new(text);
            let wanted = lines.comments.iter().filter(|range| {
                let comment = text.get((*range).clone()).unwrap_or_default();
                comment.contains(word)
            });
            wanted.map(|range| lines.comment(file, range)).collect()
        }
    }
}

/// A native text and the comments in it, in order.
struct Lines<'a> {
    text: &'a str,
    comments: Vec<Range<usize>>,
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
        Self { text, comments }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn line_start(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        before
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(0, |end| end + 1)
    }

    /// Behind spaces and comments, on the same line unless a comment ends on another one.
    fn skip(&self, mut at: usize) -> usize {
        loop {
            match self.byte(at) {
                Some(b' ' | b'\t' | b'\r') => at += 1,
                Some(b'#' | b'/') => {
                    let found = self.comments.binary_search_by_key(&at, |range| range.start);
                    match found.ok().and_then(|index| self.comments.get(index)) {
                        Some(range) => at = range.end.max(at + 1),
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

    fn comment(&self, file: FileId, range: &Range<usize>) -> Comment {
        let line = self.line_start(range.start);
        let code = self.skip(line);
        let stands_behind_code = code < range.start;
        let after = self.skip(range.end);
        let stands_before_code = !stands_behind_code && !self.is_end_of_line(after);
        let subject = if stands_behind_code {
            Some(code)
        } else if stands_before_code {
            Some(after)
        } else {
            self.next_line(after)
        };
        let removal = if stands_behind_code {
            let before = self.text.get(..range.start).unwrap_or_default();
            before.trim_end_matches([' ', '\t']).len()..range.end
        } else if stands_before_code {
            let spaces = self.text.get(range.end..).unwrap_or_default();
            range.start..range.end + (spaces.len() - spaces.trim_start_matches([' ', '\t']).len())
        } else {
            line..(after + 1).min(self.text.len())
        };
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
            subject: subject.map(|start| span(start..self.end_of_statement(start))),
            removal: span(removal),
            is_plain: true,
        }
    }

    /// The first code below the line that ends at `at`, with no empty line between.
    fn next_line(&self, mut at: usize) -> Option<usize> {
        while self.byte(at) == Some(b'\n') {
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

    /// The end of what begins at `at`: of the line, or of the last one that a bracket or a heredoc
    /// stays open for.
    fn end_of_statement(&self, mut at: usize) -> usize {
        let mut scanner = Scanner::new(self.text, self.text.len());
        while !self.is_end_of_line(at) {
            at = match scanner.comment(at) {
                Some(end) => end,
                None if scanner.opens(at) => scanner.close(at).max(at + 1),
                None => at + 1,
            };
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    /// Each comment's subject, empty where it has none, and the text that is left without it.
    fn read(text: &str, format: Format) -> Vec<(String, String)> {
        let mut sources = Sources::new();
        let file = sources.add("a", text);
        let found = comments(file, text, format, "note:");
        let of = |comment: Comment| {
            let mut rest = text.to_owned();
            rest.replace_range(comment.removal.range(), "");
            (
                comment
                    .subject
                    .map_or_else(String::new, |span| sources.slice(span).to_owned()),
                rest,
            )
        };
        found.into_iter().map(of).collect()
    }

    fn subjects(text: &str) -> Vec<String> {
        let found = read(text, Format::Native).into_iter();
        found.map(|(subject, _)| subject).collect()
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_of_the_one_below() {
        assert_eq!(subjects("a = 1 # note: x\nb = 2\n"), ["a = 1 # note: x"]);
        assert_eq!(subjects("# note: x\na = 1\nb = 2\n"), ["a = 1"]);
        assert_eq!(subjects("# note: x\n\n// more\na = 1\n"), [""]);
        assert_eq!(subjects("# note: x\n// more\n  a = 1\n"), ["a = 1"]);
        assert_eq!(subjects("/* note: x */ a = 1\n"), ["a = 1"]);
        assert_eq!(subjects("a = 1\n# note: x"), [""]);
    }

    #[test]
    fn above_or_at_the_head_of_a_block_it_speaks_of_the_whole_block() {
        let block = "r \"a\" {\n  b = \"}\" // }\n}";
        assert_eq!(subjects(&format!("# note: x\r\n{block}\nc = 1\n")), [block]);
        let text = "r {# note: x\n  b = [\n    1, // note: y\n    2,\n  ]\n}\nc = 1";
        assert_eq!(
            subjects(text),
            [
                "r {# note: x\n  b = [\n    1, // note: y\n    2,\n  ]\n}",
                "1, // note: y"
            ]
        );
    }

    #[test]
    fn what_looks_like_a_comment_in_a_string_is_none() {
        assert_eq!(
            subjects("a = \"# note: x\"\nb = <<E\n# note: y\nE\n"),
            [] as [&str; 0]
        );
        assert_eq!(
            subjects("a = \"${b /* note: x */}\"\n"),
            ["a = \"${b /* note: x */}\""]
        );
    }

    #[test]
    fn without_the_comment_the_code_is_left_as_it_was() {
        let left = |text| read(text, Format::Native).remove(0).1;
        assert_eq!(left("a = 1 # note: x\nb = 2\n"), "a = 1\nb = 2\n");
        assert_eq!(left("{\n  # note: x\r\n  a = 1\n}\n"), "{\n  a = 1\n}\n");
        assert_eq!(left("/* note: x */ a = 1\n"), "a = 1\n");
        assert_eq!(left("# note: x"), "");
    }

    #[test]
    fn in_json_a_member_speaks_of_the_object_that_it_stands_in() {
        let text = r#"{"a": {"b": {"//": "note: x", "c": 1}}}"#;
        assert_eq!(
            read(text, Format::Json),
            [(
                r#""b": {"//": "note: x", "c": 1}"#.to_owned(),
                r#"{"a": {"b": {"c": 1}}}"#.to_owned()
            )]
        );
        let text = r#"{"a": [{"c": 1, "//": ["more", "note: x"]}]}"#;
        assert_eq!(
            read(text, Format::Json),
            [(
                r#""a": [{"c": 1, "//": ["more", "note: x"]}]"#.to_owned(),
                r#"{"a": [{"c": 1, "//": ["more"]}]}"#.to_owned()
            )]
        );
        let text = r#"{"c": 1, "//": "note: x"}"#;
        assert_eq!(
            read(text, Format::Json),
            [(text.to_owned(), r#"{"c": 1}"#.to_owned())]
        );
    }
}
