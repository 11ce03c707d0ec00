//! What is shown in the text without being asked for: resolved values behind expressions, verdicts above blocks. Both are off
//! by default.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::Verdict;
use crate::model::{Attribute, AttributeValue, Input, Mirror};
use terraform_eval::source::{FileId, Span};

use super::analysis::Analysis;

/// The values behind the expressions of a file, by the offset after the expression.
pub(super) fn values(analysis: &Analysis, file: FileId) -> BTreeMap<u32, String> {
    let mut shown: BTreeMap<Span, BTreeSet<String>> = BTreeMap::new();
    let mut add = |attribute: &Attribute<String>| {
        let written = attribute.trace.last().map(|step| step.span).or(attribute.span);
        let Some(span) = written.filter(|span| span.file == file && !is_literal(analysis, *span)) else {
            return;
        };
        let value = match &attribute.content {
            AttributeValue::Unknown(unknown) if !attribute.sensitive => format!("unknown: {unknown}"),
            _ => attribute.describe(),
        };
        shown.entry(span).or_default().insert(value);
    };
    for mirror in mirrors(analysis) {
        add(&mirror.source);
        mirror.mirrors.value().into_iter().flatten().for_each(&mut add);
        if let Some(resource) = mirror.resource() {
            add(&resource.cluster_id);
        }
    }
    let label = |values: BTreeSet<String>| match values.len() {
        1 => values.into_iter().collect(),
        count => format!("{count} values"),
    };
    shown
        .into_iter()
        .map(|(span, values)| (span.end, label(values)))
        .collect()
}

/// Whether the text says the value already.
fn is_literal(analysis: &Analysis, span: Span) -> bool {
    let text = analysis.session.loaded.sources.slice(span);
    text.starts_with('"') && !text.contains("${") && !text.contains("%{")
}

/// The verdicts on the instances of each block of a file, by the span of its header.
pub(super) fn verdicts(analysis: &Analysis, file: FileId) -> BTreeMap<Span, String> {
    let mut counts: BTreeMap<Span, BTreeMap<Verdict, usize>> = BTreeMap::new();
    for (mirror, verdict) in mirrors(analysis).zip(&analysis.verdicts) {
        if mirror.span.file == file {
            *counts
                .entry(mirror.span)
                .or_default()
                .entry(*verdict)
                .or_default() += 1;
        }
    }
    let title = |counts: BTreeMap<Verdict, usize>| {
        let all = [
            (Verdict::Clean, "clean"),
            (Verdict::WithFindings, "with findings"),
            (Verdict::Undecided, "undecided"),
        ];
        let parts = all.into_iter().filter_map(|(verdict, word)| {
            let count = counts.get(&verdict)?;
            Some(format!("{count} {word}"))
        });
        parts.collect::<Vec<_>>().join(", ")
    };
    counts
        .into_iter()
        .map(|(span, counts)| (span, title(counts)))
        .collect()
}

fn mirrors(analysis: &Analysis) -> impl Iterator<Item = &Mirror> {
    let inputs = analysis.session.loaded.project.inputs.iter();
    inputs.flat_map(Input::mirrors)
}
