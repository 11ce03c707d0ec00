//! Findings about mirrors: labels on values and their traces.

use super::attribute::Attribute;
use super::cluster_origin::OriginCandidate;
use super::mirror::{Mirror, ResourceDeclaration};
use crate::diagnostic::{Code, Diagnostic, Severity};

impl Mirror {
    /// Creates a finding about the mirror.
    #[must_use]
    pub fn finding(&self, code: Code, severity: Severity, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, severity, message).about_mirror(self.address.clone())
    }
}

/// Labels on the values of a mirror.
pub(crate) trait MirrorLabels {
    /// Puts the primary label on an argument's value, and related labels on its trace.
    #[must_use]
    fn at_attribute<T>(self, mirror: &Mirror, attribute: &Attribute<T>, label: &str) -> Self;

    /// Labels the value that `attribute` was compared with, if it has another span and the comparison does not reveal a
    /// sensitive value.
    #[must_use]
    fn compared_with<A, B>(self, attribute: &Attribute<A>, other: &Attribute<B>, label: &str) -> Self;

    /// Labels each step of the trace of a mirror's `cluster_id`, and its origin.
    #[must_use]
    fn cluster_trace(self, resource: &ResourceDeclaration, candidate: &OriginCandidate, origin: &str)
    -> Self;
}

impl MirrorLabels for Diagnostic {
    fn at_attribute<T>(self, mirror: &Mirror, attribute: &Attribute<T>, label: &str) -> Self {
        let labeled = self.at(attribute.span.unwrap_or(mirror.span), label);
        let traced = attribute
            .trace
            .iter()
            .fold(labeled, |finding, step| finding.step(step.span, "used here"));
        match attribute.planned_span {
            Some(span) => traced.related(span, "the planned value"),
            None => traced,
        }
    }

    fn compared_with<A, B>(self, attribute: &Attribute<A>, other: &Attribute<B>, label: &str) -> Self {
        match other.span.filter(|span| Some(*span) != attribute.span) {
            Some(span) if attribute.may_be_compared_with(other) => self.related(span, label),
            _ => self,
        }
    }

    fn cluster_trace(
        self,
        resource: &ResourceDeclaration,
        candidate: &OriginCandidate,
        origin: &str,
    ) -> Self {
        let steps = candidate.trace.iter().map(|step| step.span);
        let traced = steps
            .filter(|span| resource.cluster_id.span != Some(*span))
            .fold(self, |finding, span| finding.step(span, "comes from here"));
        match candidate.span {
            Some(span) => traced.step(span, origin),
            None => traced,
        }
    }
}
