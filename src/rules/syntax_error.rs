//! `syntax-error`: a file that cannot be read as what it is. Reported by the readers.

use crate::diagnostic::Severity;

use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "syntax-error",
    severity: Severity::Error,
    inputs: Inputs::All,
    fix: Fixability::None,
    summary: "a file that cannot be read as what it is",
    documentation: Documentation {
        what: "Reports files that are not what their name says: configuration that Terraform cannot parse, text \
               that is not UTF-8, JSON that ends too early. One broken block costs that block; the rest of the \
               file is checked.",
        why: "Terraform stops at the first such file. What stands in a broken block is not checked, so a run \
              that passed it over would say more than it knows.",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}

locals {
  team = = "platform"
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}

locals {
  team = "platform"
}
"#,
    },
    check: Check::Elsewhere,
};
