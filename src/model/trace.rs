//! Traces: the expressions that a value passes through between its origin and its use.

use terraform_eval::source::Span;

/// An expression between the origin of a value and its use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TraceStep {
    /// The span of the expression.
    pub span: Span,
    /// The text of the expression, such as `local.target`.
    pub text: String,
}
