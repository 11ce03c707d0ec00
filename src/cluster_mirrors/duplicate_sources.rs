//! Mirrors of one cluster with the same source, which the OCM API rejects.

use super::mirrors::ClusterMirrors;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{Mirror, MirrorLabels as _};

/// The code of the findings.
pub(crate) const DUPLICATE_SOURCE: &str = "duplicate-source";

/// The mirrors of Terraform whose source is that of another mirror of the cluster. Lists of manifests are merged.
#[must_use]
pub(crate) fn duplicate_sources(cluster: &ClusterMirrors<'_>) -> Vec<Diagnostic> {
    let pairs = cluster.entries.windows(2);
    let duplicates = pairs.filter_map(|pair| match pair {
        [first, second] if first.source == second.source && !second.is_from_manifest() => {
            Some(duplicate_source(second.mirror, first.mirror))
        }
        _ => None,
    });
    duplicates.collect()
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
