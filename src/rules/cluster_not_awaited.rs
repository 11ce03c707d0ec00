//! `cluster-not-awaited`: a mirror that is created before its cluster is ready.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::model::{
    AttributeValue, Cluster, ClusterCandidates, ClusterInstance, Input, Mirror, ResourceDeclaration,
    UnknownReason, UnknownReasons,
};

use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "cluster-not-awaited",
    severity: Severity::Error,
    inputs: Inputs::Both,
    fix: Fixability::Unsafe,
    summary: "the configuration creates the mirror's cluster, and nothing waits until it is ready",
    documentation: Documentation {
        what: "Looks at mirrors whose cluster the same configuration creates. Either the cluster has \
               `wait_for_create_complete = true`, or a resource that waits for it (`rhcs_cluster_wait`, a machine \
               pool, a kubelet configuration and some others) has to come before the mirror: by `depends_on`, by \
               a reference, or around its module. A cluster that a plan finds there already is ready.",
        why: "The provider creates a hosted cluster without waiting for it, unless it is told to \
              (`wait_for_create_complete` is false by default). Other resources of a cluster wait for it in their \
              own creation; `rhcs_image_mirror` looks once and fails with `Cluster Not Ready`, so that the apply \
              stops half way (terraform-provider-rhcs, `provider/imagemirror/image_mirror_resource.go`).",
        failing: r#"
resource "rhcs_cluster_rosa_hcp" "main" {
  name = "prod"
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = rhcs_cluster_rosa_hcp.main.id
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
  depends_on = [rhcs_cluster_rosa_hcp.main]
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

/// Whether a cluster is ready when the mirror is created.
enum Awaited {
    Yes,
    No,
    Open(UnknownReasons),
}

fn check(configuration: &Input, mirror: &Mirror) -> Outcome {
    let Some(resource) = mirror.resource() else {
        return Outcome::clean();
    };
    let led = ClusterCandidates::for_mirror(configuration, mirror);
    let mut late = None;
    let mut open = None;
    let mut ready = false;
    for (cluster, instance) in &led.instances {
        match awaited(configuration, resource, cluster, instance) {
            Awaited::Yes => ready = true,
            Awaited::No => late = late.or(Some((*cluster, *instance))),
            Awaited::Open(unknown) => open = open.or(Some(unknown)),
        }
    }
    match (late, open.or(led.unresolved)) {
        (Some((cluster, instance)), None) if !ready => {
            Outcome::found(report(mirror, resource, cluster, instance))
        }
        (Some(_), None) => {
            let which = "which instance of the cluster it is, and not all of them are awaited".to_owned();
            Outcome::undecided(UnknownReasons::new(UnknownReason::NotEvaluated(which)))
        }
        (late, Some(unknown)) if late.is_some() || !ready => {
            if led.instances.is_empty() {
                Outcome::clean()
            } else {
                Outcome::undecided(unknown)
            }
        }
        _ => Outcome::clean(),
    }
}

fn awaited(
    configuration: &Input,
    resource: &ResourceDeclaration,
    cluster: &Cluster,
    instance: &ClusterInstance,
) -> Awaited {
    if instance.id.is_some() {
        return Awaited::Yes;
    }
    if let AttributeValue::Known(true) = instance.wait_for_create_complete.content {
        return Awaited::Yes;
    }
    let mut open: Vec<UnknownReason> = Vec::new();
    for waiter in &configuration.waiters {
        let waits = waiter.dependencies.contains(&cluster.path);
        if !waits && waiter.unresolved_dependencies.is_empty() {
            continue;
        }
        if !resource.dependencies.contains(&waiter.path) {
            // It matters only if it may come before the mirror after all.
            open.extend(resource.unresolved_dependencies.iter().cloned());
            continue;
        }
        match (&waiter.instances, waits) {
            (None, true) => return Awaited::Yes,
            (Some(unknown), true) => open.extend(unknown.reasons.iter().cloned()),
            (_, false) => open.extend(waiter.unresolved_dependencies.iter().cloned()),
        }
    }
    if let AttributeValue::Unknown(unknown) = &instance.wait_for_create_complete.content {
        open.extend(unknown.reasons.iter().cloned());
    }
    if open.is_empty() {
        Awaited::No
    } else {
        Awaited::Open(UnknownReasons::from_reasons(open))
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
            "not ready yet when the mirror is created",
        );
    let finding = match argument.span {
        Some(span) => finding.related(span, "does not wait"),
        None => finding.related(
            cluster.span,
            "created here, without `wait_for_create_complete = true`",
        ),
    };
    let mut finding = finding
        .note("the provider looks at the cluster once, and create fails at once with `Cluster Not Ready`")
        .help(
            "write `wait_for_create_complete = true` in the cluster, or name an `rhcs_cluster_wait` for it in \
             `depends_on`",
        );
    finding.fix = edit(cluster, instance).map(|edit| Fix {
        title: "wait in the cluster's creation".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![edit],
    });
    finding
}

/// The argument written out. A value that comes from elsewhere is left to who wrote it there.
fn edit(cluster: &Cluster, instance: &ClusterInstance) -> Option<Edit> {
    let argument = &instance.wait_for_create_complete;
    match (argument.span, &cluster.argument_insertion) {
        (None, Some(room)) => Some(Edit {
            span: room.at,
            content: format!("{}wait_for_create_complete = true", room.prefix),
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
