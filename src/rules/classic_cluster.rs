//! `classic-cluster`: a mirror of a cluster that does not support image mirrors.

use crate::diagnostic::Severity;
use crate::model::cluster::{ClusterRole, cluster_role, echo_argument, module_kind};
use crate::model::{
    Cause, ClusterKind, Configuration, ImageMirror, Input, InputKinds, Lead, Target, Unknown,
};

use super::support::findings::MirrorLabels as _;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "classic-cluster",
    severity: Severity::Error,
    inputs: InputKinds::TERRAFORM,
    fix: Fixability::None,
    page: include_str!("classic_cluster.md"),
    check: Check::Mirror(check),
};

fn check(configuration: &Configuration, mirror: &ImageMirror) -> RuleOutcome {
    let classic: Vec<&Lead> = mirror
        .leads
        .to
        .iter()
        .filter(|lead| is_classic(&lead.target))
        .collect();
    // The innermost origin is the cluster itself; an object that repeats its id is a step of the trace.
    let Some(lead) = classic
        .iter()
        .rev()
        .find(|lead| lead.certain)
        .or_else(|| classic.last())
    else {
        return undecided_if_unresolved(configuration, mirror);
    };
    let target = lead.target.name();
    if !lead.certain && matches!(configuration.input, Input::Plan | Input::Recorded) {
        // A plan does not record which of several references is used, and whether that is known.
        let cause = Cause::NotRecorded(format!("whether cluster_id comes from {target}"));
        return RuleOutcome::undecided(Unknown::because(cause));
    }
    let mut finding = if lead.certain {
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
    finding = finding.at_attribute(mirror, &mirror.cluster_id, "not a hosted control plane cluster");
    finding = finding.cluster_trace(mirror, lead, "the classic cluster");
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
fn is_classic(target: &Target) -> bool {
    match target {
        Target::Resource { path, attribute, .. } => match cluster_role(&path.resource) {
            Some(ClusterRole::Cluster(kind)) => kind == ClusterKind::Classic,
            Some(ClusterRole::Echo(kind)) => {
                kind == Some(ClusterKind::Classic)
                    && attribute.as_deref() == Some(echo_argument(&path.resource))
            }
            None => false,
        },
        Target::Module { source, .. } => module_kind(source) == Some(ClusterKind::Classic),
    }
}

/// An unresolved reference matters only if there is a classic cluster that it could refer to.
fn undecided_if_unresolved(configuration: &Configuration, mirror: &ImageMirror) -> RuleOutcome {
    let any_classic = configuration
        .clusters
        .iter()
        .any(|cluster| cluster.kind == ClusterKind::Classic);
    if mirror.leads.unfollowed.is_empty() || !any_classic {
        RuleOutcome::clean()
    } else {
        RuleOutcome::undecided(Unknown::for_all(mirror.leads.unfollowed.clone()))
    }
}
