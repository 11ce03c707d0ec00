//! Origins: which objects a value comes from, and why a value is unknown.

use std::fmt;
use std::sync::Arc;

use crate::address::Reference;
use crate::source::Span;

/// How a value relates to one of its origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The value is the value of the origin, passed on unchanged.
    Exact,
    /// The value may be that of the origin: a branch of a conditional whose condition is unknown.
    Possible,
    /// The origin took part in computing the value: in a template, an operator, a condition.
    Influence,
}

/// An origin of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The object, or the reason for which the value is unknown.
    pub source: OriginSource,
    /// The reference expression or the argument that yielded the value.
    pub span: Option<Span>,
    /// How the value relates to the origin.
    pub role: Role,
    /// The references that passed the value on, last one first.
    pub trace: Option<Arc<Trace>>,
}

/// What a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OriginSource {
    /// An object of the configuration.
    Reference(Arc<Reference>),
    /// Evaluation stopped here, for this reason.
    Reason(UnknownReason),
}

/// Why evaluation yields an unknown value that no reference accounts for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnknownReason {
    /// The value has more than [`MAX_SIZE`](super::MAX_SIZE) parts or more than
    /// [`MAX_DEPTH`](super::MAX_DEPTH) levels.
    TooLarge,
    /// A function of a provider, by its name without `provider::`.
    ProviderFunction(Arc<str>),
    /// A function would read a path outside of the tree that functions may read.
    OutsideTree(Arc<str>),
    /// A function would have to read this file, which is data of git or Terraform.
    ToolData(Arc<str>),
    /// A function would read the home directory.
    HomeDirectory,
    /// The value is of an ephemeral resource.
    EphemeralResource,
    /// `count` or `for_each` has no value: the error.
    InstancesUnknown(Arc<str>),
}

/// One step of a value from its origin: the reference that passed it on.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trace {
    /// The reference expression: `local.target`, `var.cluster_id`, `each.value`.
    pub span: Span,
    /// The previous step, nearer to the origin.
    pub previous: Option<Arc<Trace>>,
}

impl Origin {
    /// The value of an object.
    #[must_use]
    pub fn from_reference(reference: Reference, span: Option<Span>) -> Self {
        Self::new(OriginSource::Reference(Arc::new(reference)), span)
    }

    /// An unknown value.
    #[must_use]
    pub fn from_reason(reason: UnknownReason, span: Option<Span>) -> Self {
        Self::new(OriginSource::Reason(reason), span)
    }

    fn new(source: OriginSource, span: Option<Span>) -> Self {
        Self {
            source,
            span,
            role: Role::Exact,
            trace: None,
        }
    }

    /// The origin with another role.
    #[must_use]
    pub(super) fn with_role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// The reference, if the value comes from an object.
    #[must_use]
    pub fn reference(&self) -> Option<&Reference> {
        match &self.source {
            OriginSource::Reference(reference) => Some(reference),
            OriginSource::Reason(_) => None,
        }
    }

    /// The references from the object to the value: where the object is referred to, then each reference
    /// that passed the value on.
    #[must_use]
    pub fn trace_spans(&self) -> Vec<Span> {
        let steps = std::iter::successors(self.trace.as_deref(), |step| step.previous.as_deref());
        let mut spans: Vec<Span> = steps.map(|step| step.span).chain(self.span).collect();
        spans.reverse();
        spans.dedup();
        spans
    }

    /// The reason, if evaluation stopped here.
    #[must_use]
    pub fn reason(&self) -> Option<&UnknownReason> {
        match &self.source {
            OriginSource::Reason(reason) => Some(reason),
            OriginSource::Reference(_) => None,
        }
    }
}

impl fmt::Display for UnknownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the value is too large to be computed"),
            Self::ProviderFunction(name) => {
                write!(f, "provider::{name} is implemented by the provider")
            }
            Self::OutsideTree(path) => write!(f, "{path:?} is outside of the project tree"),
            Self::ToolData(path) => {
                write!(
                    f,
                    "{path:?} is data of git or Terraform, which mirrorset does not read"
                )
            }
            Self::HomeDirectory => f.write_str("the home directory is outside of the project tree"),
            Self::EphemeralResource => f.write_str("ephemeral resources are not evaluated"),
            Self::InstancesUnknown(error) => write!(f, "the instances are unknown: {error}"),
        }
    }
}
