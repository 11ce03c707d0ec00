//! Editability: whether and where a fix may change a value.

use terraform_eval::source::Span;
use terraform_eval::syntax::quoting::Quoting;

/// Whether and where a fix may change a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Editability {
    /// Nowhere: the value is in no configuration that was read.
    #[default]
    Nowhere,
    /// At a string literal that only this argument uses.
    Literal(Literal),
    /// Nowhere: a string literal has several uses, and an edit would change all of them.
    Shared,
    /// Nowhere: a template, a function or another expression computes the value.
    Computed,
}

/// A string literal without interpolation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Literal {
    /// The span of the literal, with its quotes.
    pub span: Span,
    /// The quoting of the literal.
    pub quoting: Quoting,
    /// The bytes to delete to remove the literal from its list, with the comma. `None` if it is not in a list, or if other
    /// expressions depend on the positions of the elements.
    pub element: Option<Span>,
}
