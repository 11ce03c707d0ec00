//! A comment of any syntax.

use crate::source::Span;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The comment with its delimiters; in JSON, the string.
    pub span: Span,
    /// The text without delimiters, as spelled in the file.
    pub text: Span,
    /// What the comment applies to: the argument or block that begins on its line, or on the line below. `None` if no
    /// argument or block begins there.
    pub subject: Option<Span>,
    /// The bytes to delete in order to remove the comment completely.
    pub removal: Span,
    /// Whether the text is literal, without escape sequences.
    pub is_plain: bool,
}
