//! The spans of findings and mirrors: a suppression that covers one of them applies.

use crate::diagnostic::Diagnostic;
use crate::model::{Attribute, Mirror};
use terraform_eval::source::Span;

/// The spans of a finding: its primary label, the block that it concerns, and the enclosing module calls.
pub(super) fn for_finding(finding: &Diagnostic, mirror: Option<&Mirror>) -> Vec<Span> {
    let label = finding.primary.iter().map(|label| label.span);
    label.chain(mirror.into_iter().flat_map(for_block)).collect()
}

fn for_block(mirror: &Mirror) -> impl Iterator<Item = Span> {
    std::iter::once(mirror.span).chain(mirror.calls().iter().map(|call| call.span))
}

/// All spans that a finding about this mirror may have as its primary label.
pub(super) fn for_mirror(mirror: &Mirror) -> Vec<Span> {
    let mut spans: Vec<Span> = for_block(mirror).collect();
    if let Some(resource) = mirror.resource() {
        spans.extend(resource.depends_on_span);
        let candidates = &resource.cluster_origin.candidates;
        spans.extend(candidates.iter().filter_map(|candidate| candidate.span));
        push_attribute(&resource.cluster_id, &mut spans);
        push_attribute(&resource.mirror_type, &mut spans);
    }
    push_attribute(&mirror.source, &mut spans);
    push_attribute(&mirror.mirrors, &mut spans);
    for element in mirror.mirrors.value().into_iter().flatten() {
        push_attribute(element, &mut spans);
    }
    spans
}

fn push_attribute<T>(attribute: &Attribute<T>, spans: &mut Vec<Span>) {
    spans.extend(attribute.span);
    spans.extend(attribute.trace.iter().map(|step| step.span));
}
