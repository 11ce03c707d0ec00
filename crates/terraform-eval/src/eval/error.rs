//! The error of an evaluation.

use std::fmt;
use std::sync::Arc;

use crate::cty::Value;
use crate::source::Span;

/// The result of an evaluation.
pub type Result<T> = std::result::Result<T, EvalError>;

/// Why an expression has no value: Terraform would reject it, or evaluation reached a limit.
#[derive(Debug, Clone, PartialEq)]
pub struct EvalError(Arc<Inner>);

#[derive(Debug, Clone, PartialEq)]
struct Inner {
    message: String,
    span: Option<Span>,
    kind: Kind,
    /// The partially known value, for type checking after an error. `None` if nothing is known of it.
    partial: Option<Value>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// Terraform rejects the expression, unless `try` or `can` catches the error.
    Invalid,
    /// Terraform rejects the configuration, even inside `try` and `can`.
    Uncatchable,
    /// The evaluator does not support the expression, so what Terraform would do is unknown.
    Limit,
    /// Evaluation took more time or memory than it may, so what Terraform would do is unknown.
    Exhausted,
    /// A block that the expression refers to could not be parsed, which is reported as a syntax error.
    Unreadable,
    /// A value depends on itself. These are the names in the cycle, from the inside out; the cycle is complete
    /// when the last name equals the first.
    Cycle(Vec<String>),
}

/// The maximum number of names of a cycle in a message.
const MAX_CYCLE_NAMES: usize = 17;

impl EvalError {
    /// Creates an error that Terraform reports as well. The message is lower case, without a full stop.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(message.into(), Kind::Invalid)
    }

    /// Creates an error that Terraform reports even inside `try` and `can`, because it checks this before it
    /// evaluates anything.
    #[must_use]
    pub fn uncatchable(message: impl Into<String>) -> Self {
        Self::new(message.into(), Kind::Uncatchable)
    }

    /// Creates the error of an expression that the evaluator does not support.
    #[must_use]
    pub fn limit(message: impl Into<String>) -> Self {
        Self::new(message.into(), Kind::Limit)
    }

    /// Creates the error of an evaluation that took more time or memory than it may. The message has the limit.
    #[must_use]
    pub fn exhausted(message: impl Into<String>) -> Self {
        Self::new(message.into(), Kind::Exhausted)
    }

    /// Creates the error of a reference to a block that could not be parsed.
    #[must_use]
    pub(super) fn unreadable(message: impl Into<String>) -> Self {
        Self::new(message.into(), Kind::Unreadable)
    }

    /// Creates the error of a value that depends on itself.
    pub(super) fn cycle(name: String) -> Self {
        Self::new(String::new(), Kind::Cycle(vec![name]))
    }

    fn new(message: String, kind: Kind) -> Self {
        Self(Arc::new(Inner {
            message,
            span: None,
            kind,
            partial: None,
        }))
    }

    /// Sets the span, unless the error already has one.
    #[must_use]
    pub fn with_span(self, span: Span) -> Self {
        if self.0.span.is_some() {
            return self;
        }
        Self(Arc::new(Inner {
            span: Some(span),
            ..(*self.0).clone()
        }))
    }

    /// Sets the partial value.
    pub(super) fn with_partial(self, partial: Option<Value>) -> Self {
        if partial.is_none() && self.0.partial.is_none() {
            return self;
        }
        Self(Arc::new(Inner {
            partial,
            ..(*self.0).clone()
        }))
    }

    /// The partially known value.
    pub(super) fn partial_value(&self) -> Value {
        self.0.partial.clone().unwrap_or_else(Value::dynamic)
    }

    /// The error after it passed through a named value. Terraform evaluates named values on their own, so
    /// expressions that refer to them cannot catch the error. A cycle gets the name until it is complete.
    pub(super) fn through_named_value(self, name: impl FnOnce() -> String) -> Self {
        let Kind::Cycle(names) = &self.0.kind else {
            return self.into_uncatchable();
        };
        let is_complete = names.len() > 1 && names.first() == names.last();
        if is_complete || names.len() >= MAX_CYCLE_NAMES {
            return self;
        }
        let mut names = names.clone();
        names.push(name());
        Self(Arc::new(Inner {
            kind: Kind::Cycle(names),
            ..(*self.0).clone()
        }))
    }

    /// The error as one that `try` and `can` catch, unless they catch none of its kind.
    pub(super) fn into_catchable(self) -> Self {
        if self.0.kind != Kind::Uncatchable {
            return self;
        }
        Self(Arc::new(Inner {
            kind: Kind::Invalid,
            ..(*self.0).clone()
        }))
    }

    /// The error as one that `try` and `can` do not catch.
    pub(super) fn into_uncatchable(self) -> Self {
        if self.0.kind != Kind::Invalid {
            return self;
        }
        Self(Arc::new(Inner {
            kind: Kind::Uncatchable,
            ..(*self.0).clone()
        }))
    }

    /// Whether evaluation reached a limit, so that what Terraform would do is unknown.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self.0.kind, Kind::Limit | Kind::Exhausted)
    }

    /// Whether evaluation took more time or memory than it may.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.0.kind == Kind::Exhausted
    }

    /// Whether Terraform reports the error as well. The others are limits of this evaluator, and blocks with syntax
    /// errors, which are reported as such.
    #[must_use]
    pub fn is_rejection(&self) -> bool {
        matches!(self.0.kind, Kind::Invalid | Kind::Uncatchable | Kind::Cycle(_))
    }

    /// Whether the error remains an error inside `try`, `can` and the branch of a conditional that is not
    /// taken.
    pub(super) fn is_uncatchable(&self) -> bool {
        self.0.kind != Kind::Invalid
    }

    /// The span of the expression, if it is known.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            Kind::Cycle(names) => {
                let dependencies: Vec<&str> = names.iter().rev().map(String::as_str).collect();
                write!(f, "cycle: {}", dependencies.join(" → "))
            }
            _ => f.write_str(&self.0.message),
        }
    }
}

impl std::error::Error for EvalError {}
