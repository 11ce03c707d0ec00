//! Marks: what travels with a value without being part of it.
//!
//! *Sensitive* and *ephemeral* are Terraform's own marks. *Origins* are ours: a finding shows the trace of a
//! value from its origin, and an unknown value has its reasons.

use std::sync::Arc;

use super::origin::{Origin, OriginSource, Role, Trace};
use crate::address::{Reference, Subject};
use crate::source::Span;

/// The most relevant origins of a value, up to this number, are kept: exact ones before influences.
const MAX_ORIGINS: usize = 64;

/// The steps of a trace nearest to the origin, up to this number, are kept.
const MAX_TRACE_STEPS: usize = 32;

/// The marks of one value. A null pointer if there are none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks(Option<Arc<MarkSet>>);

/// The marks, of which there is at least one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct MarkSet {
    sensitive: bool,
    ephemeral: bool,
    /// Sorted by role, then source; unique by role, source and span.
    origins: Vec<Origin>,
}

impl Marks {
    /// No marks.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// The mark of a sensitive value.
    #[must_use]
    pub fn sensitive() -> Self {
        Self::new().with_sensitive()
    }

    /// One origin.
    #[must_use]
    pub fn from_origin(origin: Origin) -> Self {
        Self::new().with_origin(origin)
    }

    fn from_set(set: MarkSet) -> Self {
        let empty = !set.sensitive && !set.ephemeral && set.origins.is_empty();
        Self((!empty).then(|| Arc::new(set)))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether the value is sensitive: it can be checked and never printed.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.0.as_ref().is_some_and(|set| set.sensitive)
    }

    /// Whether the value is ephemeral: Terraform keeps it out of plan and state.
    #[must_use]
    pub fn is_ephemeral(&self) -> bool {
        self.0.as_ref().is_some_and(|set| set.ephemeral)
    }

    /// Whether the value is sensitive or ephemeral, so that no text may contain it or a part of it.
    #[must_use]
    pub fn hides_value(&self) -> bool {
        self.is_sensitive() || self.is_ephemeral()
    }

    /// The origins: exact ones first, then possible ones, then influences.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        self.0.as_ref().map_or(&[], |set| &set.origins)
    }

    /// These marks and the mark of a sensitive value.
    #[must_use]
    pub fn with_sensitive(&self) -> Self {
        self.changed(|set| set.sensitive = true)
    }

    /// These marks without the mark of a sensitive value, as after `nonsensitive(…)`.
    #[must_use]
    pub fn without_sensitive(&self) -> Self {
        if self.is_sensitive() {
            self.changed(|set| set.sensitive = false)
        } else {
            self.clone()
        }
    }

    /// These marks and the mark of an ephemeral value.
    #[must_use]
    pub fn with_ephemeral(&self) -> Self {
        self.changed(|set| set.ephemeral = true)
    }

    /// Terraform's own marks, without origins.
    #[must_use]
    pub fn without_origins(&self) -> Self {
        if self.origins().is_empty() {
            self.clone()
        } else {
            self.changed(|set| set.origins.clear())
        }
    }

    /// The origins, without Terraform's own marks.
    #[must_use]
    pub fn origins_only(&self) -> Self {
        if self.is_sensitive() || self.is_ephemeral() {
            self.changed(|set| {
                set.sensitive = false;
                set.ephemeral = false;
            })
        } else {
            self.clone()
        }
    }

    /// These marks without the mark of an ephemeral value, as after `ephemeralasnull(…)`.
    #[must_use]
    pub fn without_ephemeral(&self) -> Self {
        if self.is_ephemeral() {
            self.changed(|set| set.ephemeral = false)
        } else {
            self.clone()
        }
    }

    /// These marks and one more origin.
    #[must_use]
    pub fn with_origin(&self, origin: Origin) -> Self {
        self.changed(|set| set.origins.push(origin))
    }

    /// The union of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (_, None) => self.clone(),
            (None, _) => other.clone(),
            (Some(left), Some(right)) if Arc::ptr_eq(left, right) || right.is_subset(left) => self.clone(),
            (Some(left), Some(right)) if left.is_subset(right) => other.clone(),
            (_, Some(right)) => self.changed(|set| {
                set.sensitive |= right.sensitive;
                set.ephemeral |= right.ephemeral;
                set.origins.extend(right.origins.iter().cloned());
            }),
        }
    }

    /// The marks that a computed result takes from an operand: every origin is an influence.
    #[must_use]
    pub fn as_influence(&self) -> Self {
        self.with_roles(|_| Role::Influence)
    }

    /// The marks of a branch whose condition is unknown: exact origins become possible ones.
    #[must_use]
    pub fn as_possible(&self) -> Self {
        self.with_roles(|role| role.max(Role::Possible))
    }

    fn with_roles(&self, role: impl Fn(Role) -> Role) -> Self {
        if self
            .origins()
            .iter()
            .all(|origin| role(origin.role) == origin.role)
        {
            return self.clone();
        }
        self.with_origins(|origin| Origin {
            role: role(origin.role),
            ..origin.clone()
        })
    }

    /// The marks after a reference at `span` passed the value on.
    #[must_use]
    pub fn with_trace_step(&self, span: Span) -> Self {
        self.with_origins(|origin| Origin {
            trace: extended(origin.trace.as_ref(), span),
            ..origin.clone()
        })
    }

    /// The marks of the attribute `name` of an unknown object: an origin that is a whole resource or module
    /// becomes that attribute of it.
    #[must_use]
    pub fn with_attribute(&self, name: &str) -> Self {
        if !self.origins().iter().any(|origin| whole_object(origin).is_some()) {
            return self.clone();
        }
        self.with_origins(|origin| match whole_object(origin) {
            Some(object) => Origin {
                source: OriginSource::Reference(Arc::new(Reference {
                    attribute: Some(name.into()),
                    ..object.clone()
                })),
                ..origin.clone()
            },
            None => origin.clone(),
        })
    }

    fn with_origins(&self, change: impl Fn(&Origin) -> Origin) -> Self {
        if self.origins().is_empty() {
            return self.clone();
        }
        self.changed(|set| set.origins = set.origins.iter().map(change).collect())
    }

    fn changed(&self, change: impl FnOnce(&mut MarkSet)) -> Self {
        let mut set = self.0.as_deref().cloned().unwrap_or_default();
        change(&mut set);
        set.normalize();
        Self::from_set(set)
    }
}

/// The reference of an origin, if it is to a whole resource or module whose value may be passed on.
fn whole_object(origin: &Origin) -> Option<&Reference> {
    let reference = origin.reference().filter(|_| origin.role != Role::Influence)?;
    let is_object = matches!(reference.subject, Subject::Resource(_) | Subject::Module(_));
    (is_object && reference.attribute.is_none()).then_some(reference)
}

impl MarkSet {
    fn is_subset(&self, other: &Self) -> bool {
        (other.sensitive || !self.sensitive)
            && (other.ephemeral || !self.ephemeral)
            && self.origins.iter().all(|origin| other.origins.contains(origin))
    }

    /// Sorts the origins and drops repeated ones, of which the shortest trace stays, and those beyond the limit.
    fn normalize(&mut self) {
        self.origins.sort_by(|left, right| {
            (
                left.role,
                &left.source,
                left.span,
                length(left.trace.as_ref()),
                &left.trace,
            )
                .cmp(&(
                    right.role,
                    &right.source,
                    right.span,
                    length(right.trace.as_ref()),
                    &right.trace,
                ))
        });
        self.origins.dedup_by(|next, previous| {
            (next.role, &next.source, next.span) == (previous.role, &previous.source, previous.span)
        });
        self.origins.truncate(MAX_ORIGINS);
    }
}

/// The number of steps of a trace.
fn length(trace: Option<&Arc<Trace>>) -> usize {
    std::iter::successors(trace, |step| step.previous.as_ref()).count()
}

/// A trace with one more step. The same reference twice in a row is one step, as in a loop.
fn extended(previous: Option<&Arc<Trace>>, span: Span) -> Option<Arc<Trace>> {
    let repeated = previous.is_some_and(|step| step.span == span);
    if repeated || length(previous) >= MAX_TRACE_STEPS {
        return previous.cloned();
    }
    Some(Arc::new(Trace {
        span,
        previous: previous.cloned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{ModulePath, ResourceName};
    use crate::source::Sources;

    fn origin(name: &str, role: Role) -> Origin {
        let cluster = Subject::Resource(ResourceName::managed("rhcs_cluster_rosa_hcp", name));
        Origin::from_reference(Reference::new(ModulePath::root(), cluster), None).with_role(role)
    }

    #[test]
    fn a_union_has_each_origin_once_in_any_order() {
        let (a, b) = (
            Marks::from_origin(origin("a", Role::Exact)),
            Marks::from_origin(origin("b", Role::Possible)),
        );
        assert_eq!(a.union(&b), b.union(&a));
        assert_eq!(a.union(&b).union(&a).origins().len(), 2);
        assert!(!a.union(&b).is_sensitive());
        assert!(a.union(&Marks::sensitive()).is_sensitive());
    }

    #[test]
    fn origins_of_a_computed_result_are_influences() {
        let marks = Marks::from_origin(origin("a", Role::Exact))
            .union(&Marks::from_origin(origin("a", Role::Possible)));
        let roles: Vec<_> = marks
            .as_possible()
            .origins()
            .iter()
            .map(|origin| origin.role)
            .collect();
        assert_eq!(roles, [Role::Possible]);
        let roles: Vec<_> = marks
            .as_influence()
            .origins()
            .iter()
            .map(|origin| origin.role)
            .collect();
        assert_eq!(roles, [Role::Influence]);
    }

    #[test]
    fn a_whole_resource_becomes_its_attribute_once() {
        let marks = Marks::from_origin(origin("c", Role::Exact))
            .with_attribute("id")
            .with_attribute("x");
        assert_eq!(
            marks.origins()[0].reference().map(ToString::to_string).as_deref(),
            Some("rhcs_cluster_rosa_hcp.c.id")
        );
    }

    #[test]
    fn origins_and_traces_are_bounded() {
        let file = Sources::new().add("a.tf", "");
        let mut marks = Marks::new();
        for at in 0..200 {
            marks = marks
                .with_origin(origin(&format!("r{at}"), Role::Exact))
                .with_trace_step(Span::new(file, at, at + 1));
        }
        assert_eq!(marks.origins().len(), MAX_ORIGINS);
        assert!(
            marks
                .origins()
                .iter()
                .all(|origin| length(origin.trace.as_ref()) <= MAX_TRACE_STEPS)
        );
    }
}
