//! Comments in `registries.conf`. Each applies to what begins on its line or on the line below: a table with the tables in
//! it, a key with its value, or the elements of a list on one line.

use std::ops::Range;

use terraform_eval::source::{FileId, Span};
use terraform_eval::syntax::comments::Comment;
use toml_parser::Source;
use toml_parser::lexer::{Token, TokenKind};

/// The comments that contain `word`.
pub(crate) fn conf_comments(file: FileId, text: &str, word: &str) -> Vec<Comment> {
    if !text.contains(word) {
        return Vec::new();
    }
    let lines = read_lines(text);
    let ends = subject_ends(&lines);
    let mut comments = Vec::new();
    // The first line with code below a comment, if no empty line separates them.
    let mut below = None;
    for (index, line) in lines.iter().enumerate().rev() {
        if let Some(comment) = &line.comment {
            let subject = if line.code.is_some() { Some(index) } else { below };
            let subject = subject.and_then(|index| {
                let code = lines.get(index)?.code.as_ref()?;
                Some(code.start..*ends.get(index)?)
            });
            let is_marked = text.get(comment.clone()).is_some_and(|text| text.contains(word));
            comments.extend(is_marked.then(|| line.comment(file, comment, subject)));
        }
        below = match (&line.code, &line.comment) {
            (Some(_), _) => Some(index),
            (None, Some(_)) => below,
            (None, None) => None,
        };
    }
    comments.reverse();
    comments
}

/// A line. A string of several lines belongs to the line on which it begins.
#[derive(Default)]
struct Line {
    /// The line with its line ending.
    range: Range<usize>,
    /// What is not a comment.
    code: Option<Range<usize>>,
    comment: Option<Range<usize>>,
    /// The name of the table whose header is on the line.
    header: Option<String>,
    /// How many brackets of a value are open at the start and at the end.
    depth: Range<usize>,
}

impl Line {
    fn comment(&self, file: FileId, comment: &Range<usize>, subject: Option<Range<usize>>) -> Comment {
        let span = |range: Range<usize>| Span::new(file, range.start, range.end);
        let removal = match &self.code {
            Some(code) => code.end..comment.end,
            None => self.range.clone(),
        };
        Comment {
            span: span(comment.clone()),
            text: span(comment.start + 1..comment.end),
            subject: subject.map(span),
            removal: span(removal),
            is_plain: true,
        }
    }
}

fn read_lines(text: &str) -> Vec<Line> {
    let tokens = Source::new(text).lex().into_vec();
    let mut lines = Vec::new();
    let mut start = 0;
    let mut depth = 0;
    for tokens in tokens.split_inclusive(|token| token.kind() == TokenKind::Newline) {
        let line = read_line(text, tokens, start, depth);
        (start, depth) = (line.range.end, line.depth.end);
        lines.push(line);
    }
    lines
}

fn read_line(text: &str, tokens: &[Token], start: usize, depth: usize) -> Line {
    let mut line = Line {
        range: start..start,
        depth: depth..depth,
        ..Line::default()
    };
    for token in tokens {
        let range = token.span().start()..token.span().end();
        line.range.end = range.end;
        match token.kind() {
            TokenKind::Whitespace | TokenKind::Newline | TokenKind::Eof => continue,
            TokenKind::Comment => {
                let comment = text.get(range.clone()).unwrap_or_default();
                line.comment = Some(range.start..range.start + comment.trim_end().len());
                continue;
            }
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => line.depth.end += 1,
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                line.depth.end = line.depth.end.saturating_sub(1);
            }
            _ => {}
        }
        let first = line.code.as_ref().map_or(range.start, |code| code.start);
        line.code = Some(first..range.end);
    }
    let code = line
        .code
        .clone()
        .and_then(|code| text.get(code))
        .unwrap_or_default();
    if depth == 0 && code.starts_with('[') {
        let name = code.chars().filter(|c| !matches!(c, '[' | ']' | ' ' | '\t'));
        line.header = Some(name.collect());
        line.depth.end = 0;
    }
    line
}

/// The end of what begins on each line.
fn subject_ends(lines: &[Line]) -> Vec<usize> {
    let mut ends = vec![0; lines.len()];
    // The header of each table that is not closed yet.
    let mut tables: Vec<(usize, &str)> = Vec::new();
    // The line with the key whose value is not complete yet.
    let mut key = None;
    let mut last = 0;
    for (index, line) in lines.iter().enumerate() {
        let Some(code) = &line.code else { continue };
        if let Some(header) = &line.header {
            while let Some((open, _)) = tables.pop_if(|(_, name)| !is_table_in(header, name)) {
                set(&mut ends, open, last);
            }
            tables.push((index, header));
        }
        set(&mut ends, index, code.end);
        if line.depth.start == 0 {
            key = Some(index).filter(|_| line.header.is_none());
        }
        if let Some(key) = key {
            set(&mut ends, key, code.end);
        }
        last = code.end;
    }
    for (open, _) in tables {
        set(&mut ends, open, last);
    }
    ends
}

fn set(ends: &mut [usize], index: usize, end: usize) {
    if let Some(known) = ends.get_mut(index) {
        *known = end;
    }
}

fn is_table_in(header: &str, table: &str) -> bool {
    header
        .strip_prefix(table)
        .is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use terraform_eval::source::Sources;

    /// Each comment's subject, empty if it has none, and the text without the comment.
    fn read(text: &str) -> Vec<(String, String)> {
        let file = Sources::default().add("registries.conf", text);
        let describe = |comment: Comment| {
            let mut remaining = text.to_owned();
            remaining.replace_range(comment.removal.range(), "");
            let subject = comment.subject.map(|span| text[span.range()].to_owned());
            (subject.unwrap_or_default(), remaining)
        };
        conf_comments(file, text, "note:")
            .into_iter()
            .map(describe)
            .collect()
    }

    fn subjects(text: &str) -> Vec<String> {
        read(text).into_iter().map(|(subject, _)| subject).collect()
    }

    #[test]
    fn a_comment_applies_to_its_line_or_the_one_below() {
        assert_eq!(subjects("a = 1 # note: x\nb = 2\n"), ["a = 1"]);
        assert_eq!(subjects("\u{feff}# note: x\r\n# more\r\n  a = 1\r\n"), ["a = 1"]);
        assert_eq!(subjects("# note: x\n\na = 1\n"), [""]);
        assert_eq!(subjects("a = 1\n# note: x"), [""]);
        assert_eq!(
            subjects("a = '# note: x'\nb = \"\"\"\n# note: y\n\"\"\"\n"),
            [] as [&str; 0]
        );
    }

    #[test]
    fn a_comment_above_or_beside_a_header_applies_to_the_table() {
        let table = "[[registry]]\nlocation = \"a\"\n[[registry.mirror]]\nlocation = \"b\"";
        let text = format!("# note: x\n{table}\n\n[[registry]]\nlocation = \"c\"\n");
        assert_eq!(subjects(&text), [table]);
        let text = "[[registry]]\n[[registry.mirror]] # note: x\nlocation = \"b\"\n[[registry.mirror]]\n";
        assert_eq!(
            subjects(text),
            ["[[registry.mirror]] # note: x\nlocation = \"b\""]
        );
        assert_eq!(subjects("# note: x\n[a]\nb = 1\n[ab]\n"), ["[a]\nb = 1"]);
    }

    #[test]
    fn a_comment_applies_to_a_whole_list_or_to_elements_on_one_line() {
        let list = "a = [\n  \"b\", # note: y\n  [ \"c\" ],\n]";
        assert_eq!(subjects(&format!("# note: x\n{list}\nd = 1\n")), [list, "\"b\","]);
    }

    #[test]
    fn removing_a_comment_keeps_the_rest() {
        let without = |text| read(text).remove(0).1;
        assert_eq!(without("a = 1 # note: x\nb = 2\n"), "a = 1\nb = 2\n");
        assert_eq!(without("  # note: x\r\n  a = 1\n"), "  a = 1\n");
    }

    #[test]
    fn text_that_is_not_toml_has_comments() {
        for text in [
            "]]] # note: x\n[[ # note: y\n",
            "= [ # note: x\n# note: y\n\"",
            "'# note: x\n# note: y",
        ] {
            let _ = subjects(text);
        }
    }
}
