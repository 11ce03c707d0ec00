//! `classic-cluster`: mirrors for a cluster that cannot have any.

use crate::diagnostic::Severity;
use crate::model::{
    Input, InputKind, Mirror, OriginCandidate, OriginTarget, ResourceDeclaration, UnknownReason,
    UnknownReasons,
};
use crate::provider::{ClusterKind, ClusterRole, cluster_id_argument, cluster_role, modules};

use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "classic-cluster",
    severity: Severity::Error,
    inputs: Inputs::Both,
    fix: Fixability::None,
    summary: "`cluster_id` leads to a classic cluster, which has no image mirrors",
    documentation: Documentation {
        what: "Follows `cluster_id` through locals, variables, module inputs and outputs, conditionals and splats, \
               and looks whether it leads to a cluster without a hosted control plane: \
               `rhcs_cluster_rosa_classic`, the deprecated `rhcs_cluster`, a resource that only classic clusters \
               have, or the module `terraform-redhat/rosa-classic/rhcs`.",
        why: "The provider asks for the cluster at apply and stops: `Image mirrors are only supported on Hosted \
              Control Plane clusters`. The plan before it looks good (terraform-provider-rhcs, \
              `provider/imagemirror`).",
        failing: r#"
data "rhcs_cluster_rosa_classic" "main" {
  id = var.cluster_id
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = data.rhcs_cluster_rosa_classic.main.id
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}

variable "cluster_id" {
  type = string
}
"#,
        passing: r#"
data "rhcs_cluster_rosa_hcp" "main" {
  id = var.cluster_id
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = data.rhcs_cluster_rosa_hcp.main.id
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}

variable "cluster_id" {
  type = string
}
"#,
    },
    check: Check::Mirror(check),
};

fn check(configuration: &Input, mirror: &Mirror) -> Outcome {
    let Some(resource) = mirror.resource() else {
        return Outcome::clean();
    };
    let classic: Vec<&OriginCandidate> = resource
        .cluster_origin
        .candidates
        .iter()
        .filter(|lead| is_classic(&lead.target))
        .collect();
    // The innermost lead is the cluster itself; an echo in front of it is on the way.
    let Some(lead) = classic
        .iter()
        .rev()
        .find(|lead| lead.is_certain)
        .or_else(|| classic.last())
    else {
        return unless_open(configuration, resource);
    };
    let target = lead.target.name();
    if !lead.is_certain && matches!(configuration.kind, InputKind::Plan | InputKind::TofuConfigJson) {
        // What decides between several references, and whether that is known, is not in the plan.
        let cause = UnknownReason::NotRecorded(format!("whether cluster_id comes from {target}"));
        return Outcome::undecided(UnknownReasons::new(cause));
    }
    let mut finding = if lead.is_certain {
        RULE.finding(
            mirror,
            &format!("cluster_id leads to {target}, a classic cluster"),
        )
    } else {
        let mut finding = RULE.finding(
            mirror,
            &format!("cluster_id may lead to {target}, a classic cluster"),
        );
        finding.severity = Severity::Warning;
        finding
    };
    finding = finding.at_attribute(mirror, &resource.cluster_id, "not a hosted control plane cluster");
    for step in lead
        .trace
        .iter()
        .filter(|step| resource.cluster_id.span != Some(step.span))
    {
        finding = finding.related(step.span, "comes from here");
    }
    if let Some(span) = lead.span {
        finding = finding.related(span, "the classic cluster");
    }
    Outcome::found(
        finding
            .note("image mirrors exist on hosted control plane clusters only; the service refuses this at apply")
            .help(
                "refer to an `rhcs_cluster_rosa_hcp`; on a classic cluster, apply an ImageDigestMirrorSet to the \
                 cluster itself (`mirrorset convert` prints one)",
            ),
    )
}

/// Whether a target is a classic cluster, or something that only a classic cluster has.
fn is_classic(target: &OriginTarget) -> bool {
    match target {
        OriginTarget::Resource { path, attribute, .. } => match cluster_role(&path.resource) {
            Some(ClusterRole::Cluster(kind)) => kind == ClusterKind::Classic,
            Some(ClusterRole::IdCarrier(kind)) => {
                kind == Some(ClusterKind::Classic)
                    && attribute.as_deref() == Some(cluster_id_argument(&path.resource))
            }
            None => false,
        },
        OriginTarget::Module { source, .. } => modules::cluster_kind(source) == Some(ClusterKind::Classic),
    }
}

/// What could not be followed matters only where there is a classic cluster that it could lead to.
fn unless_open(configuration: &Input, resource: &ResourceDeclaration) -> Outcome {
    let any_classic = configuration
        .clusters
        .iter()
        .any(|cluster| cluster.kind == ClusterKind::Classic);
    if resource.cluster_origin.unresolved.is_empty() || !any_classic {
        Outcome::clean()
    } else {
        Outcome::undecided(UnknownReasons::from_reasons(
            resource.cluster_origin.unresolved.clone(),
        ))
    }
}
