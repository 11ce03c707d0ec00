//! `wrong-cluster-attribute`: a `cluster_id` that is something else of the cluster, or of another object.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::model::{
    Input, Mirror, OriginCandidate, OriginTarget, ResourceDeclaration, UnknownReason, UnknownReasons,
};
use crate::provider::{ClusterRole, cluster_id_argument, cluster_role, is_provider_type, repeats_cluster_id};
use terraform_eval::address::ResourceName;
use terraform_eval::source::Span;

use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "wrong-cluster-attribute",
    severity: Severity::Error,
    inputs: Inputs::Both,
    fix: Fixability::Safe,
    summary: "`cluster_id` is not the id of a cluster, but another attribute or another object's id",
    documentation: Documentation {
        what: "Follows `cluster_id` and looks which attribute it is read from. Of a cluster that has to be `id`; of \
               an object that belongs to a cluster it has to be `cluster` or `cluster_id`, which repeats the id.",
        why: "The service knows a cluster by its id alone. With a name, a domain, an external id or the id of a \
              machine pool it answers 404, and create fails with `Failed to Get Cluster` \
              (terraform-provider-rhcs, `provider/imagemirror/image_mirror_resource.go`). No plan shows it: the \
              value is a string like any other.",
        failing: r#"
data "rhcs_cluster_rosa_hcp" "main" {
  id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = data.rhcs_cluster_rosa_hcp.main.external_id
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
        passing: r#"
data "rhcs_cluster_rosa_hcp" "main" {
  id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
}

resource "rhcs_image_mirror" "nginx" {
  cluster_id = data.rhcs_cluster_rosa_hcp.main.id
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
    },
    check: Check::Mirror(check),
};

/// What is wrong with a lead.
struct Mistake<'l> {
    lead: &'l OriginCandidate,
    resource: &'l ResourceName,
    attribute: &'l str,
    /// The attribute that has the cluster's id; none of an object that has nothing to do with one.
    right: Option<&'static str>,
}

fn check(_: &Input, mirror: &Mirror) -> Outcome {
    let Some(declaration) = mirror.resource() else {
        return Outcome::clean();
    };
    let mut mistakes = declaration.cluster_origin.candidates.iter().filter_map(mistake);
    let Some(first) = mistakes.next() else {
        return Outcome::clean();
    };
    let certain =
        |mistake: &Mistake<'_>| mistake.lead.is_certain && declaration.cluster_origin.unresolved.is_empty();
    let sure = if certain(&first) {
        Some(first)
    } else {
        mistakes.find(certain)
    };
    match sure {
        Some(mistake) => Outcome::found(report(mirror, declaration, &mistake)),
        None => {
            let cause = UnknownReason::NotEvaluated(
                "what cluster_id comes from depends on what is not known yet".to_owned(),
            );
            let unknown = declaration.cluster_id.as_unknown().cloned();
            Outcome::undecided(unknown.unwrap_or_else(|| UnknownReasons::new(cause)))
        }
    }
}

fn mistake(lead: &OriginCandidate) -> Option<Mistake<'_>> {
    let OriginTarget::Resource {
        path,
        attribute: Some(attribute),
        ..
    } = &lead.target
    else {
        return None;
    };
    let resource = &path.resource;
    let right = match cluster_role(resource) {
        Some(ClusterRole::Cluster(_)) => Some("id"),
        Some(ClusterRole::IdCarrier(_)) => Some(cluster_id_argument(resource)),
        // What other providers have in their attributes, nobody knows here.
        None if is_provider_type(&resource.kind) => None,
        None => return None,
    };
    (Some(attribute.as_str()) != right && !repeats_cluster_id(resource, attribute)).then_some(Mistake {
        lead,
        resource,
        attribute,
        right,
    })
}

fn report(mirror: &Mirror, declaration: &ResourceDeclaration, mistake: &Mistake<'_>) -> Diagnostic {
    let Mistake {
        lead,
        resource,
        attribute,
        right,
    } = mistake;
    let read = format!("{}.{attribute}", lead.target.name());
    let mut finding = RULE
        .finding(
            mirror,
            &format!("cluster_id is {read}, which is not the id of a cluster"),
        )
        .at_attribute(mirror, &declaration.cluster_id, "no cluster has this id");
    for step in lead
        .trace
        .iter()
        .filter(|step| declaration.cluster_id.span != Some(step.span))
    {
        finding = finding.related(step.span, "comes from here");
    }
    if let Some(span) = lead.span {
        finding = finding.related(span, "the object that it is read from");
    }
    finding = finding
        .note("the service knows clusters by their id alone: create fails with `Failed to Get Cluster`");
    match right {
        Some(right) => {
            finding.fix = place(declaration, mistake).map(|span| Fix {
                title: format!("read `{right}`"),
                applicability: Applicability::Safe,
                edits: vec![Edit {
                    span,
                    content: (*right).to_owned(),
                }],
            });
            finding.help(format!("write `{resource}.{right}`"))
        }
        None => finding.help("refer to the `id` of an `rhcs_cluster_rosa_hcp`"),
    }
}

/// Where the attribute is written, if that serves this mirror alone.
fn place(declaration: &ResourceDeclaration, mistake: &Mistake<'_>) -> Option<Span> {
    let [step] = mistake.lead.trace.as_slice() else {
        return None;
    };
    let ends = step.text.ends_with(&format!(".{}", mistake.attribute));
    let own = declaration.cluster_id.span?.contains(step.span);
    let end = step.span.range().end;
    (ends && own).then(|| Span::new(step.span.file, end - mistake.attribute.len(), end))
}
