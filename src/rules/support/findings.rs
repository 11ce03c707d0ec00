//! Findings about a mirror: the address in the message, the labels on values and their traces.

use crate::diagnostic::Diagnostic;
use crate::model::{Attribute, Mirror, OriginCandidate};
use crate::rules::Rule;

use super::source_names::may_be_compared;

impl Rule {
    /// A finding of this rule about a mirror. `what` follows the address in the message.
    pub(in crate::rules) fn finding(&self, mirror: &Mirror, what: &str) -> Diagnostic {
        Diagnostic::new(self.name, self.severity, format!("{}: {what}", mirror.address))
            .at_address(mirror.address.to_string())
    }

    /// A finding of this rule about the block of a mirror. The message is the same for all instances of the
    /// block, so that it is reported once.
    pub(in crate::rules) fn finding_in_block(&self, mirror: &Mirror, what: &str) -> Diagnostic {
        let block = mirror
            .path()
            .map_or_else(|| mirror.address.to_string(), |path| path.to_string());
        Diagnostic::new(self.name, self.severity, format!("{block}: {what}")).at_address(block)
    }
}

/// Labels on the values of a mirror.
pub(in crate::rules) trait MirrorLabels {
    /// Puts the primary label on an argument's value, and related labels on its trace.
    fn at_attribute<T>(self, mirror: &Mirror, attribute: &Attribute<T>, label: &str) -> Self;

    /// Labels the value that `attribute` was compared with, if it is in another place and neither of the two
    /// reveals a sensitive value.
    fn compared_with<A, B>(self, attribute: &Attribute<A>, other: &Attribute<B>, label: &str) -> Self;

    /// Labels each step of the trace of a mirror's `cluster_id`, and its origin.
    fn cluster_trace(self, mirror: &Mirror, candidate: &OriginCandidate, origin: &str) -> Self;
}

impl MirrorLabels for Diagnostic {
    fn at_attribute<T>(self, mirror: &Mirror, attribute: &Attribute<T>, label: &str) -> Self {
        let labeled = self.at(attribute.span.unwrap_or(mirror.span), label);
        let traced = attribute
            .trace
            .iter()
            .fold(labeled, |finding, step| finding.related(step.span, "used here"));
        match attribute.planned_span {
            Some(span) => traced.related(span, "the planned value"),
            None => traced,
        }
    }

    fn compared_with<A, B>(self, attribute: &Attribute<A>, other: &Attribute<B>, label: &str) -> Self {
        match other.span.filter(|span| Some(*span) != attribute.span) {
            Some(span) if may_be_compared(attribute, other) => self.related(span, label),
            _ => self,
        }
    }

    fn cluster_trace(self, mirror: &Mirror, candidate: &OriginCandidate, origin: &str) -> Self {
        let steps = candidate.trace.iter().map(|step| step.span);
        let traced = steps
            .filter(|span| mirror.cluster_id.span != Some(*span))
            .fold(self, |finding, span| finding.related(span, "comes from here"));
        match candidate.span {
            Some(span) => traced.related(span, origin),
            None => traced,
        }
    }
}
