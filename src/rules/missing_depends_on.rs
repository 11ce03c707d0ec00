//! `missing-depends-on`: a mirror that does not depend on the cluster of its module.

use crate::address::{ModulePath, ResourceName, ResourcePath};
use crate::diagnostic::{Applicability, Diagnostic, Fix, Severity};
use crate::model::cluster::waits;
use crate::model::{Cause, Cluster, ClusterKind, Configuration, ImageMirror, InputKinds, Target, Unknown};

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

fn check(configuration: &Configuration, mirror: &ImageMirror) -> RuleOutcome {
    // A state records no `depends_on`.
    let (Some(depends_on), Some(path)) = (&mirror.depends_on, mirror.path()) else {
        return RuleOutcome::clean();
    };
    let is_named = |cluster: &ResourcePath| depends_on.iter().any(|entry| entry.reaches.contains(cluster));

    let module = path.module;
    // `classic-cluster` reports classic clusters, for which no order helps.
    let is_in_module = |cluster: &&Cluster| {
        cluster.is_created() && cluster.kind == ClusterKind::Hosted && cluster.path.module == module
    };
    let clusters: Vec<&Cluster> = configuration.clusters.iter().filter(is_in_module).collect();
    let Some(first) = clusters.first() else {
        return RuleOutcome::clean();
    };

    let is_referred_to = |cluster: &&&Cluster| {
        let targets = mirror
            .leads
            .to
            .iter()
            .map(|lead| &lead.target)
            .chain(&mirror.leads.only);
        targets
            .into_iter()
            .any(|target| is_cluster(target, &module, cluster))
    };
    let unresolved_names: Vec<Cause> = depends_on
        .iter()
        .flat_map(|entry| entry.unfollowed.iter().cloned())
        .collect();
    if let Some(cluster) = clusters
        .iter()
        .filter(is_referred_to)
        .find(|cluster| !is_named(&cluster.path))
    {
        if !unresolved_names.is_empty() {
            return RuleOutcome::undecided(Unknown::for_all(unresolved_names));
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
    if !mirror.leads.unfollowed.is_empty()
        && mirror.leads.only.is_none()
        && !clusters.iter().all(|cluster| is_named(&cluster.path))
    {
        return RuleOutcome::undecided(Unknown::for_all(mirror.leads.unfollowed.clone()));
    }
    if mirror.leads.nowhere()
        && !clusters
            .iter()
            .any(|cluster| mirror.after.contains(&cluster.path))
    {
        if !mirror.after_unfollowed.is_empty() {
            return RuleOutcome::undecided(Unknown::for_all(mirror.after_unfollowed.clone()));
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
fn is_cluster(target: &Target, module: &ModulePath, cluster: &Cluster) -> bool {
    matches!(target, Target::Resource { path, .. }
        if path.resource == cluster.path.resource && path.module.without_keys() == *module)
}

fn report(mirror: &ImageMirror, cluster: &Cluster, what: &str, origin: &str) -> Diagnostic {
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
        .room
        .as_ref()
        .filter(|_| mirror.depends_on_span.is_none());
    let edits = fixes::depends_on(mirror.block.dependency.as_ref(), insertion, &[entry.to_string()]);
    finding.fix = edits.map(|edits| Fix {
        title: "create the mirror after its cluster".to_owned(),
        applicability: Applicability::Safe,
        edits,
    });
    finding
}

/// Returns the resource that provides the id and waits for the cluster, which is the better dependency.
fn waiter(mirror: &ImageMirror) -> Option<&ResourceName> {
    let module = mirror.path()?.module;
    mirror.leads.to.iter().find_map(|lead| match &lead.target {
        Target::Resource { path, .. } if waits(&path.resource) && path.module.without_keys() == module => {
            Some(&path.resource)
        }
        _ => None,
    })
}
