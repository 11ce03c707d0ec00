//! Where a comment can be inserted that suppresses a finding.

use std::path::Path;

use crate::diagnostic::Code;
use terraform_eval::source::FileId;

use super::suppressions::{can_be_suppressed, marked_comments, may_have_suppressions};
use super::syntax::{MARKER, SuppressionSyntax};

/// How many lines above a finding are tried: inside a long text, no comment can be inserted.
const MAX_LINES: usize = 50;

/// A comment that suppresses a finding, without the line ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SuppressionComment {
    /// The offset of the line before which the comment is inserted.
    pub(crate) offset: usize,
    /// The comment, with the indentation of that line.
    pub(crate) before_reason: String,
    /// The line ending of the file.
    pub(crate) line_ending: &'static str,
}

/// The comment line that suppresses a finding at an offset of a text. `None` if the findings of the rule cannot be suppressed,
/// or the text has no place for a comment: JSON has none.
#[must_use]
pub(crate) fn suppression_comment(
    path: &Path,
    text: &str,
    offset: usize,
    code: Code,
) -> Option<SuppressionComment> {
    if !can_be_suppressed(code) || !may_have_suppressions(path) || path.extension()? == "json" {
        return None;
    }
    let line_ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let line_start = |end: usize| {
        text.get(..end)
            .map(|before| before.rfind('\n').map_or(0, |at| at + 1))
    };
    let mut start = line_start(offset)?;
    for _ in 0..MAX_LINES {
        let line = text.get(start..)?.lines().next().unwrap_or_default();
        let indentation = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        let comment = SuppressionComment {
            offset: start,
            before_reason: format!("{indentation}# {MARKER} ignore[{code}] "),
            line_ending,
        };
        if comment.covers(path, text, offset) {
            return Some(comment);
        }
        start = line_start(start.checked_sub(1)?)?;
    }
    None
}

impl SuppressionComment {
    /// Whether the comment, once it is inserted, applies to an offset of the text.
    fn covers(&self, path: &Path, text: &str, offset: usize) -> bool {
        let line = format!("{}x{}", self.before_reason, self.line_ending);
        let mut edited = text.to_owned();
        edited.insert_str(self.offset, &line);
        let moved = offset + line.len();
        marked_comments(FileId::DETACHED, path, &edited)
            .iter()
            .any(|comment| {
                let is_inserted =
                    (self.offset..self.offset + line.len()).contains(&comment.span.range().start);
                let covers = comment
                    .subject
                    .is_some_and(|subject| subject.range().contains(&moved));
                is_inserted && covers && SuppressionSyntax::parse(&edited, comment).is_some()
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suppressed(name: &str, text: &str, at: &str) -> Option<String> {
        let code = Code::Rule("short-source");
        let comment = suppression_comment(Path::new(name), text, text.find(at).unwrap(), code)?;
        let mut text = text.to_owned();
        let line = format!("{}why{}", comment.before_reason, comment.line_ending);
        text.insert_str(comment.offset, &line);
        Some(text)
    }

    #[test]
    fn the_comment_is_inserted_above_the_line_or_what_holds_it() {
        for (name, text, at, expected) in [
            (
                "main.tf",
                "r {\n  source = \"x\"\n}\n",
                "\"x\"",
                "r {\n  # mirrorset: ignore[short-source] why\n  source = \"x\"\n}\n",
            ),
            (
                "main.tf",
                "a = [\r\n\t\"x\",\r\n]\r\n",
                "\"x\"",
                "a = [\r\n\t# mirrorset: ignore[short-source] why\r\n\t\"x\",\r\n]\r\n",
            ),
            (
                "main.tf",
                "a = <<E\nx\ny\nE\n",
                "y",
                "# mirrorset: ignore[short-source] why\na = <<E\nx\ny\nE\n",
            ),
            (
                "mirrors.yaml",
                "spec:\n  - source: x\n",
                "x",
                "spec:\n  # mirrorset: ignore[short-source] why\n  - source: x\n",
            ),
        ] {
            assert_eq!(suppressed(name, text, at).as_deref(), Some(expected));
        }
    }

    #[test]
    fn without_comments_there_is_no_suppression() {
        assert_eq!(suppressed("main.tf.json", "{\"a\": 1}", "1"), None);
        assert_eq!(suppressed("notes.txt", "a", "a"), None);
        let unread = suppression_comment(Path::new("a.tf"), "a", 0, Code::Rule("syntax-error"));
        assert_eq!(unread, None);
    }
}
