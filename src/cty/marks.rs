//! Marks: what travels with a value without being part of it.
//!
//! *Sensitive* is Terraform's own mark. *Origins* are ours: which objects a value comes from, so
//! that a finding can show the way and an unknown value can say what it waits for.

use std::sync::Arc;

use crate::address::Reference;
use crate::source::Span;

/// How a value relates to one of its origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The value is what the reference yields, passed on unchanged.
    Same,
    /// The value may be what the reference yields: a branch of a conditional that is not decided.
    Maybe,
    /// The reference took part in making the value: in a template, an operator, a condition.
    Influence,
}

/// One step that a value took on its way from an origin: the reference that passed it on.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hop {
    /// The reference expression: `local.target`, `var.cluster_id`, `each.value`.
    pub span: Span,
    /// The step before it, nearer to the origin.
    pub before: Option<Arc<Hop>>,
}

/// An object that a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The reference to it.
    pub reference: Arc<Reference>,
    /// Where the reference stands.
    pub span: Option<Span>,
    /// How the value relates to it.
    pub role: Role,
    /// The way from there, last step first.
    pub hops: Option<Arc<Hop>>,
}
