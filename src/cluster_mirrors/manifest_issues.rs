//! What is wrong with the manifests that mirrors stand in.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Input, Mirror, Project};
use crate::rules::{self, Check};

use crate::cluster_mirrors::MirrorSet;

/// What of the manifests of these clusters may not be read as it was meant, since it is not of their
/// schema: the findings of `invalid-manifest`, as warnings. Manifests without a mirror may belong to any
/// cluster.
#[must_use]
pub fn mistakes(project: &Project, sets: &[&MirrorSet<'_>]) -> Vec<Diagnostic> {
    let Some(Check::Input(find)) = rules::find("invalid-manifest").map(|rule| &rule.check) else {
        return Vec::new();
    };
    let chosen: BTreeSet<*const Mirror> = sets
        .iter()
        .flat_map(|set| set.mirrors())
        .map(std::ptr::from_ref)
        .collect();
    let is_read = |configuration: &&Input| {
        let mut mirrors = configuration.mirrors.iter();
        configuration.mirrors.is_empty() || mirrors.any(|mirror| chosen.contains(&std::ptr::from_ref(mirror)))
    };
    let read = project.inputs.iter().filter(is_read);
    let findings = read.flat_map(find);
    findings
        .map(|finding| Diagnostic {
            severity: Severity::Warning,
            ..finding
        })
        .collect()
}
