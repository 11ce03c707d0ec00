//! `non-digest-type`: a type that the provider refuses.

use crate::diagnostic::{Applicability, Severity};
use crate::model::{AttributeValue, Input, Mirror};
use crate::provider::DEFAULT_MIRROR_TYPE;

use super::offer::Offer as _;
use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "non-digest-type",
    severity: Severity::Error,
    inputs: Inputs::Both,
    fix: Fixability::Safe,
    summary: "`type` is known and not `digest`, the only one there is",
    documentation: Documentation {
        what: "Looks for a `type` other than `digest`.",
        why: "Hosted control planes know digest mirrors alone: they become an ImageDigestMirrorSet. The provider \
              refuses any other value as soon as it is known (`Expected a valid param. Options are [digest].`), \
              and the service answers 400 (`Image mirror type must be 'digest' if specified`). Where the value \
              comes from a variable, that may be as late as the pipeline that applies the plan \
              (terraform-provider-rhcs, `provider/imagemirror`).",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = var.cluster_id
  type       = "tag"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}

variable "cluster_id" {
  type = string
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = var.cluster_id
  type       = "digest"
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
    let Some(resource) = mirror.resource() else {
        return Outcome::clean();
    };
    match &resource.mirror_type.content {
        AttributeValue::Known(kind) if kind != DEFAULT_MIRROR_TYPE => Outcome::found(
            RULE.finding(
                mirror,
                &format!("type {} is not supported", resource.mirror_type.shown()),
            )
            .at_attribute(mirror, &resource.mirror_type, "only \"digest\" is")
            .note("the provider refuses any other type, and the service has none")
            .replace(
                &resource.mirror_type,
                DEFAULT_MIRROR_TYPE,
                Applicability::Safe,
                "write \"digest\", or leave `type` out: \"digest\" is the default",
            ),
        ),
        AttributeValue::Known(_) | AttributeValue::Absent => Outcome::clean(),
        AttributeValue::Unknown(unknown) => Outcome::undecided(unknown.clone()),
    }
}
