//! What is wrong with a text, where, and what to do about it.

use crate::source::Span;

/// A place in a file that Terraform would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The place; for something left open, the place where it was opened.
    pub span: Span,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// A problem without advice.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: None,
        }
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
