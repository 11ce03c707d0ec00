//! A trace: the places that a value passes between its origin and its use.

use terraform_eval::source::Span;

/// One place between the origin of a value and its use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TraceStep {
    /// The place.
    pub span: Span,
    /// What is written there: `local.target`.
    pub text: String,
}
