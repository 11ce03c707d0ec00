//! Errors in a configuration file, as Terraform would report them.

use crate::source::Span;

/// Something in a file that Terraform rejects: invalid syntax, or an invalid declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The text to change; for something that is not closed, its opening delimiter.
    pub span: Span,
    /// The message, in lower case and without a full stop.
    pub message: String,
    /// How to fix it.
    pub help: Option<String>,
}

impl SyntaxError {
    /// An error without help.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: None,
        }
    }

    /// What is nested deeper than the limit.
    pub(crate) fn too_deep(span: Span, what: &str, limit: usize) -> Self {
        Self::new(
            span,
            format!("{what} nested too deeply; the limit is {limit} levels"),
        )
    }

    /// Adds help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
