//! Values as they are written in configuration: what a fix can put another text in the place of.

use terraform_eval::source::Span;
use terraform_eval::syntax::quoting::Quoting;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Editability {
    /// In no configuration that was read: only a plan says it, or nothing does.
    #[default]
    Nowhere,
    /// As a quoted text that serves one argument and nothing else.
    Literal(Literal),
    /// As a quoted text that serves several things. Who changes it for one changes it for all.
    Shared,
    /// By an expression that has to be understood: a template, a function, a `for`.
    Computed,
}

/// A quoted text without interpolation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Literal {
    /// The text with its quotes.
    pub span: Span,
    /// How it is quoted.
    pub quoting: Quoting,
    /// What to take out to take it out of the list that it stands in, comma included; nothing where it
    /// stands in none, or where others rely on the places of the list's elements.
    pub element: Option<Span>,
}
