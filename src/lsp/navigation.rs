//! From a use of a value to where it is written, from a cluster id to the cluster, and back.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::cluster_mirrors::by_cluster;
use crate::model::{Attribute, FileRole, Input, Mirror, TraceStep};
use gen_lsp_types::Location;
use registries_conf::matched_length;
use terraform_eval::source::{FileId, Span};

use super::analysis::Analysis;
use super::documents::real_path;
use super::position::{Encoding, TextLines};

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
    inputs.flat_map(Input::mirrors)
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
        found.extend(shadowing(analysis, file, offset));
        found.extend(conflicts(analysis, file, offset));
    }
    found
}

/// The lines of data files, such as YAML that functions decode, in which the values at an offset are written. Decoded values do
/// not tell where they were, so these are all places with the same text in the files that the root modules read.
pub(super) fn data_locations(
    analysis: &Analysis,
    file: FileId,
    offset: usize,
    encoding: Encoding,
) -> Vec<Location> {
    let mut texts = BTreeSet::new();
    for mirror in mirrors(analysis) {
        let elements = mirror.mirrors.value().into_iter().flatten();
        for attribute in std::iter::once(&mirror.source).chain(elements) {
            let is_here = attribute.span.is_some_and(|span| holds(span, file, offset))
                || Path::of(attribute).passes(file, offset);
            let Some(text) = attribute.value().filter(|_| is_here && !attribute.sensitive) else {
                continue;
            };
            let sources = &analysis.session.loaded.sources;
            let is_literal = |span: Span| sources.slice(span).contains(text.as_str());
            if !text.is_empty() && !attribute.span.is_some_and(is_literal) {
                texts.insert(text.as_str());
            }
        }
    }
    if texts.is_empty() {
        return Vec::new();
    }
    let read = analysis.session.loaded.project.coverage.read.iter();
    let data = read.filter(|read| read.role == FileRole::Data);
    let mut found = Vec::new();
    for name in data.map(|read| std::path::Path::new(&*read.name)) {
        let Ok(content) = analysis.files.read_text(name) else {
            continue;
        };
        let lines = TextLines::new(&content, 0, encoding);
        let uri = analysis.uris.of_path(&real_path(name, &*analysis.files));
        for text in &texts {
            let occurrences = content
                .match_indices(text)
                .map(|(start, _)| start..start + text.len());
            let whole = occurrences.filter(|range| is_whole(&content, range));
            found.extend(whole.map(|range| Location {
                uri: uri.clone(),
                range: lines.range(range),
            }));
        }
    }
    found
}

/// Whether an occurrence of a name in a text is not a part of a longer name.
fn is_whole(text: &str, range: &Range<usize>) -> bool {
    let is_of_name = |character: char| character.is_alphanumeric() || "._-/@:*".contains(character);
    let before = text
        .get(..range.start)
        .and_then(|before| before.chars().next_back());
    let mut after = text.get(range.end..).unwrap_or_default().chars();
    let is_end = match (after.next(), after.next()) {
        // The colon after a key.
        (Some(':'), next) => next.is_none_or(char::is_whitespace),
        (next, _) => !next.is_some_and(is_of_name),
    };
    is_end && !before.is_some_and(is_of_name)
}

/// The entries of the same cluster that nodes use in the place of the entry whose source is at an offset, for a part of its
/// images.
fn shadowing(analysis: &Analysis, file: FileId, offset: usize) -> BTreeSet<Span> {
    let mut found = BTreeSet::new();
    for cluster in by_cluster(&analysis.session.loaded.project) {
        let is_here = |source: &Attribute<String>| {
            source.span.is_some_and(|span| holds(span, file, offset)) || Path::of(source).passes(file, offset)
        };
        let entries = cluster.entries.iter();
        for entry in entries.filter(|entry| is_here(&entry.mirror.source)) {
            let others = cluster.entries.iter();
            let shadow = others
                .filter(|other| other.mirror.id != entry.mirror.id)
                .filter(|other| matched_length(entry.source, other.source).is_some());
            let spans = shadow.filter_map(|other| other.mirror.source.span);
            found.extend(spans.filter(|span| !holds(*span, file, offset)));
        }
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
    found.extend(shadowing(analysis, file, offset));
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
