//! `missing-depends-on`: a mirror that is not tied to the cluster of its module.

use crate::diagnostic::{Applicability, Diagnostic, Fix, Severity};
use crate::model::{
    Cluster, Input, Mirror, OriginTarget, ResourceDeclaration, UnknownReason, UnknownReasons,
};
use crate::provider::{ClusterKind, waits_for_cluster};
use terraform_eval::address::{ModulePath, ResourceName, ResourcePath};

use super::{Check, Documentation, Fixability, Inputs, Outcome, Rule, offer};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "missing-depends-on",
    severity: Severity::Warning,
    inputs: Inputs::Both,
    fix: Fixability::Safe,
    summary: "the module creates the mirror's cluster, and `depends_on` does not name it",
    documentation: Documentation {
        what: "Looks at mirrors in a module that creates their cluster. `depends_on` has to name that cluster, or \
               a resource that waits for it. A mirror whose `cluster_id` leads to no resource at all, in a module \
               that creates a hosted cluster, has to be tied to the cluster in some way. A mirror in another \
               module than its cluster cannot name it: there, the reference through inputs and outputs is enough.",
        why: "Mirrors can be created on a ready cluster only, and the provider does not wait: create fails at once \
              with `Cluster Not Ready`. A reference in `cluster_id` orders the two only as long as it stands; once \
              the id is a variable or a literal (a split of the state, an import, a copy into another root), \
              nothing does, and destroy runs in any order. The provider's guide writes `depends_on` for that \
              reason (terraform-provider-rhcs, `docs/guides/image-mirrors.md`).",
        failing: r#"
resource "rhcs_cluster_rosa_hcp" "main" {
  name                     = "prod"
  wait_for_create_complete = true
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = rhcs_cluster_rosa_hcp.main.id
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
        passing: r#"
resource "rhcs_cluster_rosa_hcp" "main" {
  name                     = "prod"
  wait_for_create_complete = true
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = rhcs_cluster_rosa_hcp.main.id
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
  depends_on = [rhcs_cluster_rosa_hcp.main]
}
"#,
    },
    check: Check::Mirror(check),
};

fn check(configuration: &Input, mirror: &Mirror) -> Outcome {
    let (Some(resource), Some(path)) = (mirror.resource(), mirror.path()) else {
        return Outcome::clean();
    };
    // A state records no `depends_on`.
    let Some(depends_on) = &resource.depends_on else {
        return Outcome::clean();
    };
    let names = |cluster: &ResourcePath| depends_on.iter().any(|entry| entry.resources.contains(cluster));

    let module = path.module;
    // On a classic cluster no order helps: `classic-cluster` says what is wrong there.
    let beside = |cluster: &&Cluster| {
        cluster.is_created() && cluster.kind == ClusterKind::Hosted && cluster.path.module == module
    };
    let beside: Vec<&Cluster> = configuration.clusters.iter().filter(beside).collect();
    let Some(first) = beside.first() else {
        return Outcome::clean();
    };

    let leads_here = |cluster: &&&Cluster| {
        let targets = resource
            .cluster_origin
            .candidates
            .iter()
            .map(|lead| &lead.target)
            .chain(&resource.cluster_origin.sole_candidate);
        targets.into_iter().any(|target| is(target, &module, cluster))
    };
    let open_names: Vec<UnknownReason> = depends_on
        .iter()
        .flat_map(|entry| entry.unresolved.iter().cloned())
        .collect();
    if let Some(cluster) = beside
        .iter()
        .filter(leads_here)
        .find(|cluster| !names(&cluster.path))
    {
        if !open_names.is_empty() {
            return Outcome::undecided(UnknownReasons::from_reasons(open_names));
        }
        let finding = report(
            mirror,
            resource,
            cluster,
            "does not name its cluster",
            "`cluster_id` comes from it",
        );
        return Outcome::found(finding);
    }
    // Whatever else the id may lead to does not matter where every cluster is named.
    if !resource.cluster_origin.unresolved.is_empty()
        && resource.cluster_origin.sole_candidate.is_none()
        && !beside.iter().all(|cluster| names(&cluster.path))
    {
        return Outcome::undecided(UnknownReasons::from_reasons(
            resource.cluster_origin.unresolved.clone(),
        ));
    }
    if resource.cluster_origin.is_literal()
        && !beside
            .iter()
            .any(|cluster| resource.dependencies.contains(&cluster.path))
    {
        if !resource.unresolved_dependencies.is_empty() {
            return Outcome::undecided(UnknownReasons::from_reasons(
                resource.unresolved_dependencies.clone(),
            ));
        }
        let finding = report(
            mirror,
            resource,
            first,
            "is not tied to the cluster that its module creates",
            "created here",
        );
        return Outcome::found(finding);
    }
    Outcome::clean()
}

/// Whether a lead ends at this cluster. The mirror's module and the lead's are compared as places in
/// the configuration: every instance of a module has its own cluster.
fn is(target: &OriginTarget, module: &ModulePath, cluster: &Cluster) -> bool {
    matches!(target, OriginTarget::Resource { path, .. }
        if path.resource == cluster.path.resource && path.module.without_keys() == *module)
}

fn report(
    mirror: &Mirror,
    resource: &ResourceDeclaration,
    cluster: &Cluster,
    what: &str,
    why: &str,
) -> Diagnostic {
    let name = &cluster.path.resource;
    let (span, label) = match resource.depends_on_span {
        Some(span) => (span, format!("`{name}` is missing here")),
        None => (mirror.span, "has no `depends_on`".to_owned()),
    };
    let entry = waiter(resource, &cluster.path.module).unwrap_or(name);
    let help = match resource.depends_on_span {
        Some(_) => format!("add `{entry}` to it"),
        None => format!("add `depends_on = [{entry}]`"),
    };
    let mut finding = RULE
        .finding(mirror, &format!("depends_on {what}, {name}"))
        .at(span, label)
        .related(cluster.span, why)
        .note("a mirror is refused until its cluster is ready, and the provider does not wait for it")
        .help(help);
    // What is there and not spelled out is a person's to change.
    let free = resource
        .block
        .argument_insertion
        .as_ref()
        .filter(|_| resource.depends_on_span.is_none());
    let edits = offer::depends_on(
        resource.block.dependency_insertion.as_ref(),
        free,
        &[entry.to_string()],
    );
    finding.fix = edits.map(|edits| Fix {
        title: "create it after its cluster".to_owned(),
        applicability: Applicability::Safe,
        edits,
    });
    finding
}

/// The resource through which the id comes and which waits for the cluster: naming that one is better.
fn waiter<'m>(resource: &'m ResourceDeclaration, module: &ModulePath) -> Option<&'m ResourceName> {
    resource
        .cluster_origin
        .candidates
        .iter()
        .find_map(|lead| match &lead.target {
            OriginTarget::Resource { path, .. }
                if waits_for_cluster(&path.resource) && path.module.without_keys() == *module =>
            {
                Some(&path.resource)
            }
            _ => None,
        })
}
