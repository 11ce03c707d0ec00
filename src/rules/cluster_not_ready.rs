//! `cluster-not-ready`: a mirror that is created before its cluster is ready.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::model::{
    AttributeValue, Cluster, ClusterCandidates, ClusterInstance, ClusterWaiter, Input, InputKinds, Mirror,
    MirrorLabels as _, ResourceDeclaration, UnknownReason, UnknownReasons,
};

use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "cluster-not-ready",
    severity: Severity::Error,
    inputs: InputKinds::REFERENCES,
    fix: Fixability::Unsafe,
    page: include_str!("cluster_not_ready.md"),
    check: Check::Resource(check),
};

/// Whether a cluster is ready when the mirror is created.
enum Readiness {
    Ready,
    NotReady,
    Unknown(UnknownReasons),
}

fn check(input: &Input, mirror: &Mirror, resource: &ResourceDeclaration) -> RuleOutcome {
    let candidates = ClusterCandidates::for_mirror(input, mirror);
    let mut not_ready = None;
    let mut unknown = None;
    let mut any_ready = false;
    for (cluster, instance) in &candidates.instances {
        match readiness(input, resource, cluster, instance) {
            Readiness::Ready => any_ready = true,
            Readiness::NotReady => not_ready = not_ready.or(Some((*cluster, *instance))),
            Readiness::Unknown(cause) => unknown = unknown.or(Some(cause)),
        }
    }
    match (not_ready, unknown.or(candidates.unresolved)) {
        (Some((cluster, instance)), None) if !any_ready => {
            RuleOutcome::finding(report(mirror, resource, cluster, instance))
        }
        (Some(_), None) => {
            RuleOutcome::undecided(UnknownReasons::new(UnknownReason::AmbiguousClusterInstance))
        }
        (not_ready, Some(unknown)) if not_ready.is_some() || !any_ready => {
            if candidates.instances.is_empty() {
                RuleOutcome::clean()
            } else {
                RuleOutcome::undecided(unknown)
            }
        }
        _ => RuleOutcome::clean(),
    }
}

fn readiness(
    input: &Input,
    resource: &ResourceDeclaration,
    cluster: &Cluster,
    instance: &ClusterInstance,
) -> Readiness {
    if instance.id.is_some() {
        return Readiness::Ready;
    }
    if let AttributeValue::Known(true) = instance.wait_for_create_complete.content {
        return Readiness::Ready;
    }
    let mut causes: Vec<UnknownReason> = Vec::new();
    let preceding = resource
        .dependencies
        .iter()
        .filter_map(|path| input.waiter_at(path));
    let all = input.waiters.iter();
    // Other waiters matter only if the mirror may depend on them after all.
    let waiters: Box<dyn Iterator<Item = &ClusterWaiter>> = if resource.unresolved_dependencies.is_empty() {
        Box::new(preceding)
    } else {
        Box::new(all)
    };
    for waiter in waiters {
        let waits = waiter.dependencies.contains(&cluster.path);
        if !waits && waiter.unresolved_dependencies.is_empty() {
            continue;
        }
        if !resource.dependencies.contains(&waiter.path) {
            // It matters only if the mirror may depend on it after all.
            causes.extend(resource.unresolved_dependencies.iter().cloned());
            continue;
        }
        match (&waiter.instances, waits) {
            (None, true) => return Readiness::Ready,
            (Some(unknown), true) => causes.extend(unknown.reasons.iter().cloned()),
            (_, false) => causes.extend(waiter.unresolved_dependencies.iter().cloned()),
        }
    }
    if let AttributeValue::Unknown(unknown) = &instance.wait_for_create_complete.content {
        causes.extend(unknown.reasons.iter().cloned());
    }
    if causes.is_empty() {
        Readiness::NotReady
    } else {
        Readiness::Unknown(UnknownReasons::from_reasons(causes))
    }
}

fn report(
    mirror: &Mirror,
    resource: &ResourceDeclaration,
    cluster: &Cluster,
    instance: &ClusterInstance,
) -> Diagnostic {
    let name = &instance.address;
    let argument = &instance.wait_for_create_complete;
    let finding = RULE
        .finding(mirror, &format!("nothing waits until {name} is ready"))
        .at_attribute(
            mirror,
            &resource.cluster_id,
            "the cluster is not ready when the mirror is created",
        );
    let finding = match argument.span {
        Some(span) => finding.related(span, "this does not wait"),
        None => finding.related(
            cluster.span,
            "created here, without `wait_for_create_complete = true`",
        ),
    };
    let mut finding = finding
        .note(
            "the provider looks up the cluster once, and creation fails immediately with `Cluster Not \
             Ready`",
        )
        .help(
            "set `wait_for_create_complete = true` in the cluster, or add an `rhcs_cluster_wait` for it \
             to `depends_on`",
        );
    finding.fix = edit(cluster, instance).map(|edit| Fix {
        title: "wait until the cluster is created".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![edit],
    });
    finding
}

/// Returns the edit that sets the argument, unless its value comes from another place.
fn edit(cluster: &Cluster, instance: &ClusterInstance) -> Option<Edit> {
    let argument = &instance.wait_for_create_complete;
    match (argument.span, &cluster.argument_insertion) {
        (None, Some(insertion)) => Some(Edit {
            span: insertion.at,
            content: format!("{}wait_for_create_complete = true", insertion.prefix),
        }),
        (Some(span), Some(_))
            if argument.trace.is_empty() && argument.content == AttributeValue::Known(false) =>
        {
            Some(Edit {
                span,
                content: "true".to_owned(),
            })
        }
        _ => None,
    }
}
