//! `short-source`: a source without a registry host.

use crate::diagnostic::{Applicability, Severity};
use crate::model::{Input, Mirror};

use super::offer::Offer as _;
use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "short-source",
    severity: Severity::Error,
    inputs: Inputs::All,
    fix: Fixability::Safe,
    summary: "`source` has no registry host, so no image reference ever matches it",
    documentation: Documentation {
        what: "Looks for a `source` that names an image without its registry: `nginx`, `library/nginx`, \
               `bitnami/redis`.",
        why: "The container runtime completes an image reference before it looks for a mirror (`nginx` in a pod \
              becomes `docker.io/library/nginx`), but it takes a mirror's source as it is written. A source \
              without a host passes Terraform, the provider and the schema of ImageDigestMirrorSet, and then \
              matches nothing: every pull goes to the public registry, and fails where that is out of reach \
              (containers/image, `sysregistriesv2`; containers-registries.conf(5)).",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = var.cluster_id
  source     = "nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}

variable "cluster_id" {
  type = string
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = var.cluster_id
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

fn check(_: &Input, mirror: &Mirror) -> Outcome {
    let source = match names::source(mirror) {
        Ok(source) => source,
        Err(outcome) => return outcome,
    };
    if !registries_conf::is_short_name(source) {
        return Outcome::clean();
    }
    let shown = mirror.source.shown();
    let finding = RULE
        .finding(mirror, &format!("source {shown} has no registry host"))
        .at_attribute(mirror, &mirror.source, "matches no image reference")
        .note(
            "the runtime completes image references before it looks for mirrors, but not sources: \
             this mirror is never used",
        );
    if mirror.source.sensitive {
        let help = format!(
            "write the full name, with `{}/` in front",
            registries_conf::DOCKER_HUB
        );
        return Outcome::found(finding.help(help));
    }
    let full = registries_conf::expand_short_name(source);
    let help = format!("write the full name: {full:?}");
    Outcome::found(finding.replace(&mirror.source, &full, Applicability::Safe, &help))
}
