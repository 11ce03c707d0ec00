//! What the API server would reject: the schemas of openshift/api and of hypershift
//! (`HostedCluster.spec.imageContentSources`).

use super::target::ApiSchema;
use crate::cluster_mirrors::{Entry, MergedEntry, exceeded_limit};
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules::{
    RuleOutcome, check_duplicate_mirrors, check_empty_mirrors, check_mirror_names, check_source_name,
};
use registries_conf::{MAX_LOCATION_LENGTH, Role, is_valid_location};

/// What in the entries violates a schema.
pub(super) fn violations(entries: &[MergedEntry<'_>], schema: ApiSchema) -> Vec<Diagnostic> {
    let mut violations: Vec<Diagnostic> = entries
        .iter()
        .flat_map(|merged| &merged.entries)
        .flat_map(|entry| entry_violations(entry))
        .collect();
    if schema == ApiSchema::HostedCluster {
        violations.extend(exceeded_limit(entries));
    }
    violations
}

fn entry_violations(entry: &Entry<'_>) -> Vec<Diagnostic> {
    let is_accepted = |name: &str, role| is_valid_location(name, role) && name.len() <= MAX_LOCATION_LENGTH;
    let mut outcomes: Vec<RuleOutcome> = Vec::new();
    // The rules report more than the schemas reject: `nginx:1` has a tag for people, and a port for the schema.
    if !is_accepted(entry.source, Role::Source) {
        outcomes.push(check_source_name(entry.input, entry.mirror));
    }
    if !entry
        .mirrors
        .iter()
        .all(|mirror| is_accepted(mirror, Role::Mirror))
    {
        outcomes.push(check_mirror_names(entry.input, entry.mirror));
    }
    outcomes.push(check_empty_mirrors(entry.input, entry.mirror));
    outcomes.push(check_duplicate_mirrors(entry.input, entry.mirror));
    let findings = outcomes.into_iter().flat_map(|outcome| outcome.findings);
    findings
        .filter(|finding| finding.severity == Severity::Error)
        .collect()
}
