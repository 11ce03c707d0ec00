//! `classic-cluster`: a mirror of a cluster that does not support image mirrors.

use crate::diagnostic::Severity;
use crate::model::{
    Input, InputKind, InputKinds, Mirror, MirrorLabels as _, OriginCandidate, OriginTarget,
    ResourceDeclaration, UnknownReason, UnknownReasons,
};
use crate::provider::{ClusterKind, ClusterRole, cluster_id_argument, cluster_role, modules};

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "classic-cluster",
    severity: Severity::Error,
    inputs: InputKinds::TERRAFORM,
    fix: Fixability::None,
    page: include_str!("classic_cluster.md"),
    check: Check::Resource(check),
};

fn check(input: &Input, mirror: &Mirror, resource: &ResourceDeclaration) -> RuleOutcome {
    let classic: Vec<&OriginCandidate> = resource
        .cluster_origin
        .candidates
        .iter()
        .filter(|candidate| is_classic(&candidate.target))
        .collect();
    // The innermost origin is the cluster itself; an object that repeats its id is a step of the trace.
    let Some(candidate) = classic
        .iter()
        .rev()
        .find(|candidate| candidate.is_certain)
        .or_else(|| classic.last())
    else {
        return undecided_if_unresolved(input, resource);
    };
    let target = candidate.target.name();
    if !candidate.is_certain && matches!(input.kind, InputKind::Plan | InputKind::TofuConfigJson) {
        // A plan does not record which of several references is used, and whether that is known.
        let cause = UnknownReason::NotRecorded(format!("whether cluster_id comes from {target}"));
        return RuleOutcome::undecided(UnknownReasons::new(cause));
    }
    let mut finding = if candidate.is_certain {
        RULE.finding(
            mirror,
            &format!("cluster_id refers to {target}, a classic cluster"),
        )
    } else {
        let mut finding = RULE.finding(
            mirror,
            &format!("cluster_id may refer to {target}, a classic cluster"),
        );
        finding.severity = Severity::Warning;
        finding
    };
    finding = finding.at_attribute(mirror, &resource.cluster_id, "not a hosted control plane cluster");
    finding = finding.cluster_trace(resource, candidate, "the classic cluster");
    RuleOutcome::finding(
        finding
            .note(
                "only hosted control plane clusters support image mirrors; the provider rejects this \
                 during apply",
            )
            .help(
                "refer to an `rhcs_cluster_rosa_hcp`; for a classic cluster, apply an \
                 ImageDigestMirrorSet to the cluster itself (`mirrorset convert` prints one)",
            ),
    )
}

/// Whether a target is a classic cluster, or an object that exists only for classic clusters.
fn is_classic(target: &OriginTarget) -> bool {
    match target {
        OriginTarget::Resource { path, attribute, .. } => match cluster_role(&path.resource) {
            Some(ClusterRole::Cluster(kind)) => kind == ClusterKind::Classic,
            Some(ClusterRole::PassesIdOn(kind)) => {
                kind == Some(ClusterKind::Classic)
                    && attribute.as_deref() == Some(cluster_id_argument(&path.resource))
            }
            None => false,
        },
        OriginTarget::Module { source, .. } => modules::cluster_kind(source) == Some(ClusterKind::Classic),
    }
}

/// An unresolved reference matters only if there is a classic cluster that it could refer to.
fn undecided_if_unresolved(input: &Input, resource: &ResourceDeclaration) -> RuleOutcome {
    if resource.cluster_origin.unresolved.is_empty() || !input.clusters.has_classic() {
        RuleOutcome::clean()
    } else {
        RuleOutcome::undecided(UnknownReasons::from_reasons(
            resource.cluster_origin.unresolved.clone(),
        ))
    }
}
