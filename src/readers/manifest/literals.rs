//! How the strings of a manifest are written, as far as a fix could change them.

use std::ops::Range;

use crate::model::{Editability, Literal};
use terraform_eval::source::Span;
use terraform_eval::syntax::quoting::Quoting;
use terraform_eval::syntax::yaml::Node;

/// The text that manifests are read from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) all: &'t str,
    /// Whether a part of it may serve several things.
    has_anchors: bool,
}

impl<'t> Text<'t> {
    pub(super) fn new(all: &'t str) -> Self {
        Self {
            all,
            has_anchors: all.contains('&'),
        }
    }

    pub(super) fn get(self, span: Span) -> &'t str {
        self.all.get(span.range()).unwrap_or_default()
    }
}

/// How a string is written, an element of a list or a string of its own.
pub(super) fn written(value: &Node, list: &[Node], text: Text<'_>) -> Editability {
    let span = value.span;
    if text.has_anchors {
        return Editability::Nowhere;
    }
    let source = text.get(span);
    let Some(quoting) = value.as_str().and_then(|string| quoting(source, string)) else {
        return Editability::Nowhere;
    };
    let removal = (list.len() > 1)
        .then(|| removal(text.all, span.range()))
        .flatten();
    let element = removal.map(|range| Span::new(span.file, range.start, range.end));
    Editability::Literal(Literal {
        span,
        quoting,
        element,
    })
}

/// How a text says a string, if it does so word for word: the text of a document that is a string itself
/// does not.
fn quoting(source: &str, string: &str) -> Option<Quoting> {
    if source == string {
        return Some(Quoting::Yaml);
    }
    let between = |quote| source.strip_prefix(quote)?.strip_suffix(quote);
    (between('"').or_else(|| between('\'')) == Some(string) && !string.contains('\\'))
        .then_some(Quoting::PlainJson)
}

/// What to take out to take an element out of a list of several. Only what is next to it is looked at.
fn removal(text: &str, element: Range<usize>) -> Option<Range<usize>> {
    const SPACE: [char; 2] = [' ', '\t'];
    let (before, behind) = (text.get(..element.start)?, text.get(element.end..)?);
    let head = before.trim_end_matches(SPACE);
    let dash = head.strip_suffix('-').map(|head| head.trim_end_matches(SPACE));
    let begins_line = |head: &str| head.is_empty() || head.ends_with('\n');
    let tail = behind.trim_start_matches(SPACE);
    let comma = tail.strip_prefix(',').map(|rest| rest.trim_start_matches(SPACE));
    // Where the line ends behind these, if it does.
    let line_end = |tail: &str| {
        let rest = tail.strip_prefix('\r').unwrap_or(tail);
        let rest = rest.strip_prefix('\n').or(rest.is_empty().then_some(rest))?;
        Some(text.len() - rest.len())
    };
    if let Some(start) = dash.filter(|head| begins_line(head)).map(str::len) {
        return line_end(tail).map(|end| start..end);
    }
    if let Some(rest) = comma {
        return Some(match line_end(rest).filter(|_| begins_line(head)) {
            Some(end) => head.len()..end,
            None => element.start..text.len() - rest.len(),
        });
    }
    let previous = before.trim_end();
    (previous.ends_with(',')).then(|| previous.len() - 1..element.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes `b` out.
    fn without(text: &str) -> Option<String> {
        let start = text.find('b').unwrap();
        let range = removal(text, start..start + 1)?;
        Some(format!("{}{}", &text[..range.start], &text[range.end..]))
    }

    #[test]
    fn an_element_is_removed_with_its_line_or_its_comma() {
        let cases = [
            ("- a\n- b\n- c\n", "- a\n- c\n"),
            ("  - a\n  - b", "  - a\n"),
            ("[a, b, c]", "[a, c]"),
            ("[a, b]", "[a]"),
            ("[b, a]", "[a]"),
            ("[\n  a,\n  b,\n  c\n]", "[\n  a,\n  c\n]"),
            ("[\n  a,\n  b\n]", "[\n  a\n]"),
        ];
        for (text, rest) in cases {
            assert_eq!(without(text).as_deref(), Some(rest), "{text:?}");
        }
    }

    #[test]
    fn elements_with_a_comment_and_the_only_element_are_kept() {
        assert_eq!(without("- a\n- b # it is so\n"), None);
        assert_eq!(without("[b]"), None);
    }
}
