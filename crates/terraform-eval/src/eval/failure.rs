//! Why an expression has no value.

use std::fmt;
use std::sync::Arc;

use crate::cty::Value;
use crate::source::Span;

/// An expression that Terraform would refuse, or that could not be worked out here.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure(Arc<Inner>);

#[derive(Debug, Clone, PartialEq)]
struct Inner {
    message: String,
    span: Option<Span>,
    kind: Kind,
    /// The names in a circle, as far as it has been walked back.
    circle: Vec<String>,
    /// What there is of the value all the same; nothing is known of it without.
    remains: Option<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Terraform refuses it as well, save inside of `try` and `can`.
    Invalid,
    /// Terraform refuses it whatever stands around it.
    Refused,
    /// A bound was met.
    Limit,
    /// The value refers to itself.
    Cycle,
}

impl Failure {
    /// Terraform refuses it as well. The message is lower case, without a full stop.
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(message.into(), Kind::Invalid)
    }

    /// Terraform refuses it whatever stands around it: it looks at this before it evaluates anything.
    #[must_use]
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(message.into(), Kind::Refused)
    }

    /// A bound was met.
    #[must_use]
    pub fn limit(message: impl Into<String>) -> Self {
        Self::new(message.into(), Kind::Limit)
    }

    pub(super) fn cycle(name: String) -> Self {
        Self(Arc::new(Inner {
            message: "self-reference".to_owned(),
            span: None,
            kind: Kind::Cycle,
            circle: vec![name],
            remains: None,
        }))
    }

    fn new(message: String, kind: Kind) -> Self {
        Self(Arc::new(Inner {
            message,
            span: None,
            kind,
            circle: Vec::new(),
            remains: None,
        }))
    }

    /// The failure, at this place unless it has one already.
    #[must_use]
    pub fn at(self, span: Span) -> Self {
        if self.0.span.is_some() {
            return self;
        }
        Self(Arc::new(Inner {
            span: Some(span),
            ..(*self.0).clone()
        }))
    }

    /// The failure of an expression of which so much remains.
    pub(super) fn leaving(self, remains: Option<Value>) -> Self {
        if remains.is_none() && self.0.remains.is_none() {
            return self;
        }
        Self(Arc::new(Inner {
            remains,
            ..(*self.0).clone()
        }))
    }

    /// What there is of the value.
    pub(super) fn remains(&self) -> Value {
        self.0.remains.clone().unwrap_or_else(Value::dynamic)
    }

    /// The failure, after it passed through a named value. Terraform evaluates that on its own, so
    /// nothing that refers to it can help it any more. A circle gets longer until it closes.
    pub(super) fn through(self, name: impl FnOnce() -> String) -> Self {
        if self.0.kind == Kind::Invalid {
            return self.finally();
        }
        if self.0.kind != Kind::Cycle {
            return self;
        }
        let closed = self.0.circle.len() > 1 && self.0.circle.first() == self.0.circle.last();
        if closed || self.0.circle.len() > 16 {
            return self;
        }
        let mut inner = (*self.0).clone();
        inner.circle.push(name());
        Self(Arc::new(inner))
    }

    /// The failure, as one that Terraform does not let `try` and `can` catch.
    pub(super) fn finally(self) -> Self {
        if self.0.kind != Kind::Invalid {
            return self;
        }
        Self(Arc::new(Inner {
            kind: Kind::Refused,
            ..(*self.0).clone()
        }))
    }

    /// Whether a bound was met, so that nothing is known of what Terraform would say.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.0.kind == Kind::Limit
    }

    /// Whether neither `try` nor `can` nor a condition can get around it: a bound was met, so that nothing
    /// is known of what Terraform would say, or Terraform refuses the configuration for it.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.0.kind != Kind::Invalid
    }

    /// The place, where it is known.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.kind == Kind::Cycle {
            return write!(f, "cycle: {}", self.0.circle.join(" ← "));
        }
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Failure {}
