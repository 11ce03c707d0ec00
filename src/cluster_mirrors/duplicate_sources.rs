//! Mirrors of one cluster with the same source, which the OCM API rejects.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::canonical_source::canonical_source;
use super::entry::Entry;
use super::mirrors::ClusterMirrors;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{InputId, InputKind, Mirror, MirrorAddress, MirrorLabels as _};

/// The code of the findings.
pub(crate) const DUPLICATE_SOURCE: &str = "duplicate-source";

/// The mirrors of Terraform whose source is that of another mirror of the cluster. Lists of manifests are merged.
#[must_use]
pub(crate) fn duplicate_sources(cluster: &ClusterMirrors<'_>) -> Vec<Diagnostic> {
    let pairs = duplicate_pairs(cluster).into_iter();
    pairs
        .map(|(second, first)| duplicate_source(second.mirror, first.mirror))
        .collect()
}

/// The mirrors of Terraform whose source another mirror of the cluster has already, each with that other mirror: the first
/// one of its own input, or else of the first input.
#[must_use]
pub(crate) fn duplicate_pairs<'e, 'a>(
    cluster: &'e ClusterMirrors<'a>,
) -> Vec<(&'e Entry<'a>, &'e Entry<'a>)> {
    let mut by_source: BTreeMap<Cow<'_, str>, Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in cluster.entries.iter().filter(|entry| !entry.is_from_manifest()) {
        by_source
            .entry(canonical_source(entry.source))
            .or_default()
            .push(entry);
    }
    let mut pairs = Vec::new();
    for mut entries in by_source.into_values().filter(|entries| entries.len() > 1) {
        entries.sort_by_key(|entry| entry.mirror.id);
        let mut first_of_input: BTreeMap<InputId, &Entry<'_>> = BTreeMap::new();
        let mut objects: BTreeMap<&MirrorAddress, Vec<InputKind>> = BTreeMap::new();
        let mut first: Option<&Entry<'_>> = None;
        for entry in entries {
            let kinds = objects.entry(&entry.mirror.address).or_default();
            // A plan, a state and the configuration have one object at an address.
            let is_same_object = !kinds.is_empty() && !kinds.contains(&entry.input.kind);
            kinds.push(entry.input.kind);
            let other = first_of_input.get(&entry.input.id).copied().or(first);
            match other {
                Some(other) if !is_same_object => pairs.push((entry, other)),
                _ => {}
            }
            first_of_input.entry(entry.input.id).or_insert(entry);
            first.get_or_insert(entry);
        }
    }
    pairs.sort_by_key(|(second, _)| second.mirror.id);
    pairs
}

/// Reports the second of two mirrors with the same or an equivalent source.
#[must_use]
pub(crate) fn duplicate_source(second: &Mirror, first: &Mirror) -> Diagnostic {
    let shown = second.source.describe();
    let other = if second.source.may_be_compared_with(&first.source) {
        first.address.to_string()
    } else {
        "another mirror".to_owned()
    };
    let is_equal = second.source.value() == first.source.value();
    let what = if is_equal {
        format!("source {shown} is also the source of {other}, on the same cluster")
    } else {
        let same = first.source.describe();
        format!("source {shown} is equivalent to {same} of {other}, on the same cluster")
    };
    let finding = second
        .finding(Code::Rule(DUPLICATE_SOURCE), Severity::Error, &what)
        .at_attribute(second, &second.source, "the same source again")
        .compared_with(&second.source, &first.source, "first here");
    let note = if is_equal {
        "a source must be unique in a cluster: the OCM API rejects the second one (HTTP 400)"
    } else {
        "a source must be unique in a cluster: when both are written in full, the OCM API rejects the \
         second one (HTTP 400)"
    };
    finding
        .note(note)
        .help("declare all mirrors of a source in one list")
}
