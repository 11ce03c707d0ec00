//! Lexical errors and their messages.

use std::ops::Range;

use crate::source::{FileId, Span};
use crate::syntax::syntax_error::SyntaxError;

/// The scanner keeps track of at most so many open brackets, strings and templates, which bounds its memory.
pub(super) const MAX_OPEN: usize = 1_000_000;

/// How many levels an expression may have: open brackets, strings and templates, and levels of its tree. Chains of
/// operators, conditionals and steps are flat.
pub(super) const MAX_DEPTH: usize = 2_048;

/// A lexical error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LexError {
    /// The bytes of the text; for something that is not closed, its opening delimiter.
    pub(super) range: Range<usize>,
    pub(super) kind: LexErrorKind,
}

/// The kinds of lexical errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LexErrorKind {
    /// A quoted string that is not closed on its line.
    OpenString,
    /// A heredoc without its end marker.
    OpenHeredoc,
    /// A `/*` without `*/`.
    OpenComment,
    /// An interpolation or directive without `}`.
    OpenTemplate,
    /// A bracket that is not closed, or is closed by a bracket of another kind.
    OpenBracket(u8),
    /// A closing bracket without an opening one.
    StrayBracket(u8),
    /// More than [`MAX_DEPTH`] levels.
    TooDeep,
}

/// The message for a lexical error.
pub(super) fn describe(file: FileId, error: &LexError) -> SyntaxError {
    let span = Span::new(file, error.range.start, error.range.end);
    let (message, help) = match error.kind {
        LexErrorKind::OpenString => (
            "the string is not closed on its line".to_owned(),
            "close it with `\"`; for text of several lines use a heredoc, or `\\n`",
        ),
        LexErrorKind::OpenHeredoc => (
            "the heredoc is not closed".to_owned(),
            "end it with its marker alone on a line",
        ),
        LexErrorKind::OpenComment => ("the comment is not closed".to_owned(), "close it with `*/`"),
        LexErrorKind::OpenTemplate => (
            "the template sequence is not closed".to_owned(),
            "close it with `}`; for a literal `${` write `$${`",
        ),
        LexErrorKind::OpenBracket(open) => {
            let close = match open {
                b'{' => '}',
                b'(' => ')',
                _ => ']',
            };
            (
                format!("`{}` is not closed", char::from(open)),
                match close {
                    '}' => "close it with `}`",
                    ')' => "close it with `)`",
                    _ => "close it with `]`",
                },
            )
        }
        LexErrorKind::TooDeep => return SyntaxError::too_deep(span, "the expression is", MAX_DEPTH),
        LexErrorKind::StrayBracket(close) => (
            format!("unmatched closing `{}`", char::from(close)),
            "remove it, or write the bracket that it should close",
        ),
    };
    SyntaxError::new(span, message).help(help)
}
