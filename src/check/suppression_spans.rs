//! Where findings and mirrors stand: the places at which a suppression has to hold.

use crate::diagnostic::Diagnostic;
use crate::model::{Attribute, Mirror};
use terraform_eval::source::Span;

/// The places of a finding: its label, and the block that it concerns with the module calls around that.
pub(super) fn for_finding(finding: &Diagnostic, mirror: Option<&Mirror>) -> Vec<Span> {
    let label = finding.primary.iter().map(|label| label.span);
    label.chain(mirror.into_iter().flat_map(for_block)).collect()
}

fn for_block(mirror: &Mirror) -> impl Iterator<Item = Span> {
    let calls = mirror.resource().into_iter().flat_map(|resource| &resource.calls);
    std::iter::once(mirror.span).chain(calls.map(|call| call.span))
}

/// Every place at which a finding about this mirror may have its label.
pub(super) fn for_mirror(mirror: &Mirror) -> Vec<Span> {
    let mut places: Vec<Span> = for_block(mirror).collect();
    if let Some(resource) = mirror.resource() {
        places.extend(resource.depends_on_span);
        let candidates = &resource.cluster_origin.candidates;
        places.extend(candidates.iter().filter_map(|candidate| candidate.span));
        of_attribute(&resource.cluster_id, &mut places);
        of_attribute(&resource.mirror_type, &mut places);
    }
    of_attribute(&mirror.source, &mut places);
    of_attribute(&mirror.mirrors, &mut places);
    for element in mirror.mirrors.value().into_iter().flatten() {
        of_attribute(element, &mut places);
    }
    places
}

fn of_attribute<T>(attribute: &Attribute<T>, places: &mut Vec<Span>) {
    places.extend(attribute.span);
    places.extend(attribute.trace.iter().map(|step| step.span));
}
