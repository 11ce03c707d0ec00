//! Lexical mistakes, and the words for them.

use std::ops::Range;

use crate::source::{FileId, Span};
use crate::syntax::problem::Problem;
use crate::syntax::scan::MAX_OPEN;

/// A lexical mistake, as bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The place: the opening one, for what is left open.
    pub(super) range: Range<usize>,
    /// What it is.
    pub(super) kind: FaultKind,
}

/// The kinds of lexical mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// A quoted string that its line does not close.
    OpenString,
    /// A heredoc without its end marker.
    OpenHeredoc,
    /// A `/*` without `*/`.
    OpenComment,
    /// An interpolation or directive without `}`.
    OpenTemplate,
    /// A bracket that nothing closes, or that a bracket of another kind closes.
    OpenBracket(u8),
    /// A closing bracket that nothing opened.
    StrayBracket(u8),
    /// More open brackets than the walk keeps track of.
    TooDeep,
}

/// The words for a lexical mistake.
pub(super) fn describe(file: FileId, fault: &Fault) -> Problem {
    let span = Span::new(file, fault.range.start, fault.range.end);
    let (message, help) = match fault.kind {
        FaultKind::OpenString => (
            "the string is not closed on its line".to_owned(),
            "close it with `\"`; for text of several lines use a heredoc, or `\\n`",
        ),
        FaultKind::OpenHeredoc => (
            "the heredoc is not closed".to_owned(),
            "end it with its marker alone on a line",
        ),
        FaultKind::OpenComment => ("the comment is not closed".to_owned(), "close it with `*/`"),
        FaultKind::OpenTemplate => (
            "the template sequence is not closed".to_owned(),
            "close it with `}`; for a literal `${` write `$${`",
        ),
        FaultKind::OpenBracket(open) => {
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
        FaultKind::TooDeep => (
            format!("more than {MAX_OPEN} brackets are open at once"),
            "split the expression into local values",
        ),
        FaultKind::StrayBracket(close) => (
            format!("unmatched closing `{}`", char::from(close)),
            "remove it, or write the bracket that it should close",
        ),
    };
    Problem::new(span, message).help(help)
}
