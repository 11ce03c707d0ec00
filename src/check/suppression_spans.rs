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
    std::iter::once(mirror.span).chain(mirror.calls.iter().map(|call| call.span))
}

/// Every place at which a finding about this mirror may have its label.
pub(super) fn for_mirror(mirror: &Mirror) -> Vec<Span> {
    let mut places: Vec<Span> = for_block(mirror).chain(mirror.depends_on_span).collect();
    places.extend(
        mirror
            .cluster_origin
            .candidates
            .iter()
            .filter_map(|lead| lead.span),
    );
    of_attribute(&mirror.cluster_id, &mut places);
    of_attribute(&mirror.source, &mut places);
    of_attribute(&mirror.mirror_type, &mut places);
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
