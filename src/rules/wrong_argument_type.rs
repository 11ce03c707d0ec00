//! `wrong-argument-type`: a value that cannot be made one of the argument's type.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Attribute, Input, Mirror, UnknownReason};

use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "wrong-argument-type",
    severity: Severity::Error,
    inputs: Inputs::Configuration,
    fix: Fixability::None,
    summary: "a value that Terraform cannot convert to the argument's type",
    documentation: Documentation {
        what: "Looks whether the values of `cluster_id`, `source` and `type` can be strings, and that of `mirrors` a \
               list of strings. Numbers and truth values become strings by themselves, sets and tuples become \
               lists; a list does not become a string, nor a string a list, nor a whole resource its id.",
        why: "Terraform refuses it: `Incorrect attribute value type` (terraform-provider-rhcs, \
              `provider/imagemirror/image_mirror_resource.go`, has the types).",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = "mirror.example.com/library/nginx"
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
    let found = [
        find(mirror, &resource.cluster_id),
        find(mirror, &mirror.source),
        find(mirror, &resource.mirror_type),
        find(mirror, &mirror.mirrors),
    ];
    Outcome {
        findings: found.into_iter().flatten().collect(),
        undecided: None,
    }
}

fn find<T>(mirror: &Mirror, attribute: &Attribute<T>) -> Option<Diagnostic> {
    let message = attribute
        .as_unknown()?
        .reasons
        .iter()
        .find_map(|cause| match cause {
            UnknownReason::WrongType(message) => Some(message),
            _ => None,
        })?;
    let finding = RULE
        .finding(mirror, message)
        .at_attribute(mirror, attribute, "not of the argument's type");
    Some(finding.note("Terraform refuses the configuration"))
}
