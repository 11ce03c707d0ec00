//! From a use of a value to where it is written, from a cluster id to the cluster, and back.

use std::collections::BTreeSet;

use crate::model::{Attribute, Mirror, TraceStep};
use terraform_eval::source::{FileId, Span};

use super::analysis::Analysis;

fn holds(span: Span, file: FileId, offset: usize) -> bool {
    span.file == file && span.range().start <= offset && offset <= span.range().end
}

/// A value of a mirror: where it is written, and the expressions that it passes through.
struct Path<'m> {
    origin: Option<Span>,
    steps: &'m [TraceStep],
}

impl<'m> Path<'m> {
    fn of<T>(attribute: &'m Attribute<T>) -> Self {
        Self {
            origin: attribute.span,
            steps: &attribute.trace,
        }
    }

    fn passes(&self, file: FileId, offset: usize) -> bool {
        self.steps.iter().any(|step| holds(step.span, file, offset))
    }
}

/// The paths of the values of a mirror.
fn paths(mirror: &Mirror) -> Vec<Path<'_>> {
    let mut paths = vec![Path::of(&mirror.source), Path::of(&mirror.mirrors)];
    paths.extend(mirror.mirrors.value().into_iter().flatten().map(Path::of));
    if let Some(resource) = mirror.resource() {
        paths.push(Path::of(&resource.cluster_id));
        paths.push(Path::of(&resource.mirror_type));
        let candidates = resource.cluster_origin.candidates.iter();
        paths.extend(candidates.map(|candidate| Path {
            origin: candidate.span,
            steps: &candidate.trace,
        }));
    }
    paths
}

fn mirrors(analysis: &Analysis) -> impl Iterator<Item = &Mirror> {
    let inputs = analysis.session.loaded.project.inputs.iter();
    inputs.flat_map(|input| &input.mirrors)
}

/// Where the value at an offset is written: a line of a file of variables, a line of YAML, the block of a cluster. For a
/// source, the entries that shadow it or conflict with it.
pub(super) fn definition(analysis: &Analysis, file: FileId, offset: usize) -> BTreeSet<Span> {
    let mut found = BTreeSet::new();
    for mirror in mirrors(analysis) {
        for path in paths(mirror).iter().filter(|path| path.passes(file, offset)) {
            found.extend(path.origin.filter(|origin| !holds(*origin, file, offset)));
        }
    }
    if found.is_empty() {
        found.extend(conflicts(analysis, file, offset));
    }
    found
}

/// The uses of the value or the cluster at an offset.
pub(super) fn references(analysis: &Analysis, file: FileId, offset: usize) -> BTreeSet<Span> {
    let mut found = BTreeSet::new();
    for mirror in mirrors(analysis) {
        for path in paths(mirror) {
            let is_origin = path.origin.is_some_and(|origin| holds(origin, file, offset));
            if is_origin || path.passes(file, offset) {
                found.extend(path.steps.iter().map(|step| step.span));
                found.insert(mirror.span);
            }
        }
    }
    found.extend(conflicts(analysis, file, offset));
    found
}

/// The other sides of the findings about the text at an offset.
fn conflicts(analysis: &Analysis, file: FileId, offset: usize) -> BTreeSet<Span> {
    let mut found = BTreeSet::new();
    for finding in &analysis.findings {
        let labels = || {
            finding
                .primary
                .iter()
                .chain(&finding.related)
                .map(|label| label.span)
        };
        if labels().any(|span| holds(span, file, offset)) {
            found.extend(labels().filter(|span| !holds(*span, file, offset)));
        }
    }
    found
}
