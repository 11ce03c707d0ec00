//! `unsupported-argument`: what a mirror's block holds, and `rhcs_image_mirror` does not have.

use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Severity};
use crate::model::{Input, Mirror, Unsupported, UnsupportedKind};

use super::{Check, Documentation, Fixability, Inputs, Outcome, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "unsupported-argument",
    severity: Severity::Error,
    inputs: Inputs::Configuration,
    fix: Fixability::Safe,
    summary: "an argument or block that `rhcs_image_mirror` does not have, or an attribute that the provider sets",
    documentation: Documentation {
        what: "Compares what stands in a mirror's block with what the resource has: `cluster_id`, `type`, `source`, \
               `mirrors`, and Terraform's own arguments. `id` and the timestamps are set by the provider.",
        why: "Terraform refuses it: `Unsupported argument`, `Unsupported block type`, or `Invalid Configuration for \
              Read-Only Attribute`. Red Hat's product documentation shows a `name` that the resource does not have; \
              `mirror_source_policy` and `timeouts` are others that people expect (terraform-provider-rhcs, \
              `provider/imagemirror/image_mirror_resource.go`).",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  name       = "corp-registry"
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
    },
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> Outcome {
    let Some(resource) = mirror.resource() else {
        return Outcome::clean();
    };
    let unsupported = resource.block.unsupported.iter();
    Outcome {
        findings: unsupported.map(|written| report(mirror, written)).collect(),
        undecided: None,
    }
}

fn report(mirror: &Mirror, written: &Unsupported) -> Diagnostic {
    let name = &written.name;
    let (what, label) = match written.kind {
        UnsupportedKind::Argument => (
            format!("there is no argument {name:?}"),
            "not an argument of a mirror",
        ),
        UnsupportedKind::ReadOnly => (format!("{name:?} cannot be set"), "set by the provider"),
        UnsupportedKind::Block => (format!("there is no block {name:?}"), "not a block of a mirror"),
    };
    let finding = RULE
        .finding_in_block(mirror, &what)
        .at(written.name_span, label)
        .note("Terraform refuses the configuration");
    let fix = |title: String, edit| Fix {
        title,
        applicability: Applicability::Safe,
        edits: vec![edit],
    };
    let mut finding = match written.suggestion {
        Some(meant) => finding.help(format!("write `{meant}`")),
        None => finding.help("take it out"),
    };
    finding.fix = match (written.suggestion, written.lines) {
        (Some(meant), Some(_)) => Some(fix(
            format!("write `{meant}`"),
            Edit {
                span: written.name_span,
                content: meant.to_owned(),
            },
        )),
        (None, Some(span)) => Some(fix(
            format!("take {name:?} out"),
            Edit {
                span,
                content: String::new(),
            },
        )),
        (_, None) => None,
    };
    finding
}
