//! `missing-depends-on`: a mirror that does not depend on the cluster of its module.

use crate::diagnostic::{Applicability, Diagnostic, Fix, Severity};
use crate::model::{
    Cluster, Input, InputKinds, Mirror, OriginTarget, ResourceDeclaration, UnknownReason, UnknownReasons,
};
use crate::provider::{ClusterKind, waits_for_cluster};
use terraform_eval::address::{ModulePath, ResourceName, ResourcePath};
use terraform_eval::syntax::is_identifier;

use super::support::fixes;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "missing-depends-on",
    severity: Severity::Warning,
    inputs: InputKinds::REFERENCES,
    fix: Fixability::Safe,
    page: include_str!("missing_depends_on.md"),
    check: Check::Resource(check),
};

fn check(input: &Input, mirror: &Mirror, resource: &ResourceDeclaration) -> RuleOutcome {
    // A state records no `depends_on`.
    let (Some(depends_on), Some(path)) = (&resource.depends_on, mirror.path()) else {
        return RuleOutcome::clean();
    };
    let is_named = |cluster: &ResourcePath| depends_on.iter().any(|entry| entry.resources.contains(cluster));

    let module = path.module;
    // `classic-cluster` reports classic clusters, for which no order helps. What has no valid name cannot be referred to.
    let is_hosted = |cluster: &&Cluster| {
        cluster.is_created()
            && cluster.kind == ClusterKind::Hosted
            && is_identifier(&cluster.path.resource.name)
    };
    let clusters = || input.clusters.in_module(&module).iter().filter(is_hosted);
    let targets = resource.cluster_origin.candidates.iter();
    let targets = targets
        .map(|candidate| &candidate.target)
        .chain(&resource.cluster_origin.sole_candidate);
    // Modules are compared without instance keys, because every instance of a module has its own cluster.
    let referred = targets
        .filter_map(|target| input.clusters.of_target(target))
        .filter(|cluster| is_hosted(cluster) && cluster.path.module == module);
    let missing = referred.filter(|cluster| !is_named(&cluster.path));
    if let Some(cluster) = missing.min_by(|a, b| a.path.cmp(&b.path)) {
        let unresolved_names: Vec<UnknownReason> = depends_on
            .iter()
            .flat_map(|entry| entry.unresolved.iter().cloned())
            .collect();
        if !unresolved_names.is_empty() {
            return RuleOutcome::undecided(UnknownReasons::from_reasons(unresolved_names));
        }
        let finding = report(
            mirror,
            resource,
            cluster,
            "does not name its cluster",
            "`cluster_id` refers to it",
        );
        return RuleOutcome::finding(finding);
    }
    // An unresolved id does not matter if every cluster is named.
    if !resource.cluster_origin.unresolved.is_empty()
        && resource.cluster_origin.sole_candidate.is_none()
        && !clusters().all(|cluster| is_named(&cluster.path))
    {
        return RuleOutcome::undecided(UnknownReasons::from_reasons(
            resource.cluster_origin.unresolved.clone(),
        ));
    }
    if resource.cluster_origin.is_literal()
        && let Some(first) = clusters().next()
        && !resource
            .dependencies
            .iter()
            .filter(|path| path.module == module)
            .filter_map(|path| input.clusters.at(path))
            .any(|cluster| is_hosted(&cluster))
    {
        if !resource.unresolved_dependencies.is_empty() {
            return RuleOutcome::undecided(UnknownReasons::from_reasons(
                resource.unresolved_dependencies.clone(),
            ));
        }
        let finding = report(
            mirror,
            resource,
            first,
            "does not name the cluster that the module creates",
            "created here",
        );
        return RuleOutcome::finding(finding);
    }
    RuleOutcome::clean()
}

fn report(
    mirror: &Mirror,
    resource: &ResourceDeclaration,
    cluster: &Cluster,
    what: &str,
    origin: &str,
) -> Diagnostic {
    let name = &cluster.path.resource;
    let (span, label) = match resource.depends_on_span {
        Some(span) => (span, format!("`{name}` is missing here")),
        None => (mirror.span, "no `depends_on`".to_owned()),
    };
    let entry = waiter(resource, &cluster.path.module).unwrap_or(name);
    let help = match resource.depends_on_span {
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
    let insertion = resource
        .block
        .argument_insertion
        .as_ref()
        .filter(|_| resource.depends_on_span.is_none());
    let edits = fixes::depends_on(
        resource.block.dependency_insertion.as_ref(),
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
fn waiter<'m>(resource: &'m ResourceDeclaration, module: &ModulePath) -> Option<&'m ResourceName> {
    resource
        .cluster_origin
        .candidates
        .iter()
        .find_map(|candidate| match &candidate.target {
            OriginTarget::Resource { path, .. }
                if waits_for_cluster(&path.resource) && path.module.without_keys() == *module =>
            {
                Some(&path.resource)
            }
            _ => None,
        })
}
