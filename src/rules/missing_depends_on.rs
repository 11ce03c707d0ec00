//! `missing-depends-on`: a mirror that does not depend on the cluster of its module.

use crate::diagnostic::{Applicability, Diagnostic, Fix, Severity};
use crate::model::cluster::waits_for_cluster;
use crate::model::{
    Cluster, ClusterKind, Input, InputKinds, Mirror, OriginTarget, UnknownReason, UnknownReasons,
};
use terraform_eval::address::{ModulePath, ResourceName, ResourcePath};

use super::support::fixes;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "missing-depends-on",
    severity: Severity::Warning,
    inputs: InputKinds::REFERENCES,
    fix: Fixability::Safe,
    page: include_str!("missing_depends_on.md"),
    check: Check::Mirror(check),
};

fn check(input: &Input, mirror: &Mirror) -> RuleOutcome {
    // A state records no `depends_on`.
    let (Some(depends_on), Some(path)) = (&mirror.depends_on, mirror.path()) else {
        return RuleOutcome::clean();
    };
    let is_named = |cluster: &ResourcePath| depends_on.iter().any(|entry| entry.resources.contains(cluster));

    let module = path.module;
    // `classic-cluster` reports classic clusters, for which no order helps.
    let is_in_module = |cluster: &&Cluster| {
        cluster.is_created() && cluster.kind == ClusterKind::Hosted && cluster.path.module == module
    };
    let clusters: Vec<&Cluster> = input.clusters.iter().filter(is_in_module).collect();
    let Some(first) = clusters.first() else {
        return RuleOutcome::clean();
    };

    let is_referred_to = |cluster: &&&Cluster| {
        let targets = mirror
            .cluster_origin
            .candidates
            .iter()
            .map(|candidate| &candidate.target)
            .chain(&mirror.cluster_origin.sole_candidate);
        targets
            .into_iter()
            .any(|target| is_cluster(target, &module, cluster))
    };
    let unresolved_names: Vec<UnknownReason> = depends_on
        .iter()
        .flat_map(|entry| entry.unresolved.iter().cloned())
        .collect();
    if let Some(cluster) = clusters
        .iter()
        .filter(is_referred_to)
        .find(|cluster| !is_named(&cluster.path))
    {
        if !unresolved_names.is_empty() {
            return RuleOutcome::undecided(UnknownReasons::from_reasons(unresolved_names));
        }
        let finding = report(
            mirror,
            cluster,
            "does not name its cluster",
            "`cluster_id` refers to it",
        );
        return RuleOutcome::finding(finding);
    }
    // An unresolved id does not matter if every cluster is named.
    if !mirror.cluster_origin.unresolved.is_empty()
        && mirror.cluster_origin.sole_candidate.is_none()
        && !clusters.iter().all(|cluster| is_named(&cluster.path))
    {
        return RuleOutcome::undecided(UnknownReasons::from_reasons(
            mirror.cluster_origin.unresolved.clone(),
        ));
    }
    if mirror.cluster_origin.is_literal()
        && !clusters
            .iter()
            .any(|cluster| mirror.dependencies.contains(&cluster.path))
    {
        if !mirror.unresolved_dependencies.is_empty() {
            return RuleOutcome::undecided(UnknownReasons::from_reasons(
                mirror.unresolved_dependencies.clone(),
            ));
        }
        let finding = report(
            mirror,
            first,
            "does not name the cluster that the module creates",
            "created here",
        );
        return RuleOutcome::finding(finding);
    }
    RuleOutcome::clean()
}

/// Whether a target is this cluster. Modules are compared without instance keys, because every instance of a
/// module has its own cluster.
fn is_cluster(target: &OriginTarget, module: &ModulePath, cluster: &Cluster) -> bool {
    matches!(target, OriginTarget::Resource { path, .. }
        if path.resource == cluster.path.resource && path.module.without_keys() == *module)
}

fn report(mirror: &Mirror, cluster: &Cluster, what: &str, origin: &str) -> Diagnostic {
    let name = &cluster.path.resource;
    let (span, label) = match mirror.depends_on_span {
        Some(span) => (span, format!("`{name}` is missing here")),
        None => (mirror.span, "no `depends_on`".to_owned()),
    };
    let entry = waiter(mirror).unwrap_or(name);
    let help = match mirror.depends_on_span {
        Some(_) => format!("add `{entry}` to `depends_on`"),
        None => format!("add `depends_on = [{entry}]`"),
    };
    let mut finding = RULE
        .finding(mirror, &format!("depends_on {what}, {name}"))
        .at(span, label)
        .related(cluster.span, origin)
        .note(
            "a mirror can be created only when its cluster is ready, and the provider does not wait for \
             that",
        )
        .help(help);
    // A `depends_on` that is not a literal list is left to people.
    let insertion = mirror
        .block
        .argument_insertion
        .as_ref()
        .filter(|_| mirror.depends_on_span.is_none());
    let edits = fixes::depends_on(
        mirror.block.dependency_insertion.as_ref(),
        insertion,
        &[entry.to_string()],
    );
    finding.fix = edits.map(|edits| Fix {
        title: "create the mirror after its cluster".to_owned(),
        applicability: Applicability::Safe,
        edits,
    });
    finding
}

/// Returns the resource that provides the id and waits for the cluster, which is the better dependency.
fn waiter(mirror: &Mirror) -> Option<&ResourceName> {
    let module = mirror.path()?.module;
    mirror
        .cluster_origin
        .candidates
        .iter()
        .find_map(|candidate| match &candidate.target {
            OriginTarget::Resource { path, .. }
                if waits_for_cluster(&path.resource) && path.module.without_keys() == module =>
            {
                Some(&path.resource)
            }
            _ => None,
        })
}
