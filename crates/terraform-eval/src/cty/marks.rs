//! Marks: what travels with a value without being part of it.
//!
//! *Sensitive* is Terraform's own mark. *Origins* are ours: which objects a value comes from, so
//! that a finding can show the way and an unknown value can say what it waits for.

use std::sync::Arc;

use crate::address::{Reference, Subject};
use crate::source::Span;

/// How a value relates to one of its origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The value is what the reference yields, passed on unchanged.
    Exact,
    /// The value may be what the reference yields: a branch of a conditional that is not decided.
    Possible,
    /// The reference took part in making the value: in a template, an operator, a condition.
    Influence,
}

/// One step that a value took on its way from an origin: the reference that passed it on.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trace {
    /// The reference expression: `local.target`, `var.cluster_id`, `each.value`.
    pub span: Span,
    /// The step before it, nearer to the origin.
    pub previous: Option<Arc<Trace>>,
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
    pub trace: Option<Arc<Trace>>,
}

/// More origins than this say nothing to anybody; the closest are kept.
const MAX_ORIGINS: usize = 64;

/// More steps than this are no way that anybody follows; those nearest to the origin are kept.
const MAX_HOPS: usize = 32;

/// The marks of one value. Without any, it is one empty pointer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks(Option<Arc<Set>>);

/// What is marked: never empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Set {
    sensitive: bool,
    ephemeral: bool,
    /// Sorted by role, then reference; each reference, place and role once.
    origins: Vec<Origin>,
}

impl Marks {
    /// No marks.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// Terraform's mark of a sensitive value.
    #[must_use]
    pub fn sensitive() -> Self {
        Self::new().with_sensitive()
    }

    /// Comes from one object.
    #[must_use]
    pub fn from_origin(origin: Origin) -> Self {
        Self::new().with_origin(origin)
    }

    fn from_set(set: Set) -> Self {
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

    /// Where the value comes from: first what it is, then what it may be, then what influenced it.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        self.0.as_ref().map_or(&[], |set| &set.origins)
    }

    /// These marks and the mark of a sensitive value.
    #[must_use]
    pub fn with_sensitive(&self) -> Self {
        self.changed(|set| set.sensitive = true)
    }

    /// These marks without the mark of a sensitive value, as `nonsensitive(…)` makes them.
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

    /// These marks without any origins: what Terraform itself has.
    #[must_use]
    pub fn without_origins(&self) -> Self {
        if self.origins().is_empty() {
            self.clone()
        } else {
            self.changed(|set| set.origins.clear())
        }
    }

    /// The origins alone, without what Terraform itself marks.
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

    /// These marks without the mark of an ephemeral value, as `ephemeralasnull(…)` makes them.
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

    /// The marks of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (_, None) => self.clone(),
            (None, _) => other.clone(),
            (Some(left), Some(right)) if Arc::ptr_eq(left, right) || right.is_within(left) => self.clone(),
            (Some(left), Some(right)) if left.is_within(right) => other.clone(),
            (_, Some(right)) => self.changed(|set| {
                set.sensitive |= right.sensitive;
                set.ephemeral |= right.ephemeral;
                set.origins.extend(right.origins.iter().cloned());
            }),
        }
    }

    /// The marks that a computed result takes from its operands: every origin is an influence.
    #[must_use]
    pub fn as_influence(&self) -> Self {
        self.with_roles(|_| Role::Influence)
    }

    /// The marks of a branch that is not decided: what the value was, it now may be.
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

    /// The marks after one more reference passed the value on.
    #[must_use]
    pub fn with_trace_step(&self, span: Span) -> Self {
        self.with_origins(|origin| Origin {
            trace: lengthened(origin.trace.as_ref(), span),
            ..origin.clone()
        })
    }

    /// The marks of the attribute `name` of an object that is not known: where the origin was a whole
    /// resource or module, it is that attribute of it now.
    #[must_use]
    pub fn with_attribute(&self, name: &str) -> Self {
        let lacks = |origin: &Origin| {
            origin.role != Role::Influence
                && origin.reference.attribute.is_none()
                && matches!(
                    origin.reference.subject,
                    Subject::Resource(_) | Subject::Module(_)
                )
        };
        if !self.origins().iter().any(lacks) {
            return self.clone();
        }
        self.with_origins(|origin| {
            let mut origin = origin.clone();
            if lacks(&origin) {
                origin.reference = Arc::new(Reference {
                    attribute: Some(name.into()),
                    ..(*origin.reference).clone()
                });
            }
            origin
        })
    }

    fn with_origins(&self, change: impl Fn(&Origin) -> Origin) -> Self {
        if self.origins().is_empty() {
            return self.clone();
        }
        self.changed(|set| set.origins = set.origins.iter().map(change).collect())
    }

    fn changed(&self, change: impl FnOnce(&mut Set)) -> Self {
        let mut set = self.0.as_deref().cloned().unwrap_or_default();
        change(&mut set);
        set.tidy();
        Self::from_set(set)
    }
}

impl Set {
    fn is_within(&self, other: &Self) -> bool {
        (other.sensitive || !self.sensitive)
            && (other.ephemeral || !self.ephemeral)
            && self.origins.iter().all(|origin| other.origins.contains(origin))
    }

    /// Restores the order, drops repetitions (the shortest way stays) and what is too much.
    fn tidy(&mut self) {
        self.origins.sort_by(|left, right| {
            (
                left.role,
                &left.reference,
                left.span,
                length(left.trace.as_ref()),
                &left.trace,
            )
                .cmp(&(
                    right.role,
                    &right.reference,
                    right.span,
                    length(right.trace.as_ref()),
                    &right.trace,
                ))
        });
        self.origins.dedup_by(|next, kept| {
            (next.role, &next.reference, next.span) == (kept.role, &kept.reference, kept.span)
        });
        self.origins.truncate(MAX_ORIGINS);
    }
}

/// How many steps a way has.
fn length(hops: Option<&Arc<Trace>>) -> usize {
    std::iter::successors(hops, |hop| hop.previous.as_ref()).count()
}

/// A way with one more step. The same reference twice in a row is one step, as in a loop.
fn lengthened(before: Option<&Arc<Trace>>, span: Span) -> Option<Arc<Trace>> {
    let repeated = before.is_some_and(|hop| hop.span == span);
    if repeated || length(before) >= MAX_HOPS {
        return before.cloned();
    }
    Some(Arc::new(Trace {
        span,
        previous: before.cloned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{ModulePath, ResourceName};
    use crate::source::Sources;

    fn origin(name: &str, role: Role) -> Origin {
        Origin {
            reference: Arc::new(Reference {
                module: ModulePath::root(),
                subject: Subject::Resource(ResourceName::managed("rhcs_cluster_rosa_hcp", name)),
                key: None,
                attribute: None,
            }),
            span: None,
            role,
            trace: None,
        }
    }

    #[test]
    fn a_union_has_each_origin_once_whatever_the_order() {
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
    fn a_computed_result_is_only_influenced() {
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
    fn an_attribute_of_a_whole_resource_is_filled_in_once() {
        let marks = Marks::from_origin(origin("c", Role::Exact))
            .with_attribute("id")
            .with_attribute("x");
        assert_eq!(
            marks.origins()[0].reference.to_string(),
            "rhcs_cluster_rosa_hcp.c.id"
        );
    }

    #[test]
    fn origins_and_ways_are_bounded() {
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
                .all(|origin| length(origin.trace.as_ref()) <= MAX_HOPS)
        );
    }
}
