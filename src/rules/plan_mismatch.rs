//! `plan-mismatch`: a plan and the configuration that it should have been made of. Reported where the two
//! are joined.

use crate::diagnostic::Severity;

use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "plan-mismatch",
    severity: Severity::Info,
    inputs: Inputs::Plan,
    fix: Fixability::None,
    summary: "the configuration gives another value than the plan has",
    documentation: Documentation {
        what: "Where a plan is checked together with its configuration (`--config`), compares each mirror of the \
               plan with what the configuration is worth, with the values of the variables that the plan records.",
        why: "Either the plan was made of something else, of an older commit or with another file of variables, \
              and then a check of it says nothing about this configuration; or mirrorset evaluates something \
              otherwise than Terraform does, which is a mistake of mirrorset that we should like to hear of.",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}

# plan.json
{"format_version":"1.2",
  "planned_values":{"root_module":{"resources":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx",
      "values":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","mirrors":["mirror.example.com/library/nginx"],
        "source":"quay.io/org/nginx","type":"digest"}}]}},
  "configuration":{"root_module":{"resources":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx"}]}}}
"#,
        passing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]
}

# plan.json
{"format_version":"1.2",
  "planned_values":{"root_module":{"resources":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx",
      "values":{"cluster_id":"2lbbrpgkocgajphhqee7vku1pgd4qsge","mirrors":["mirror.example.com/library/nginx"],
        "source":"docker.io/library/nginx","type":"digest"}}]}},
  "configuration":{"root_module":{"resources":[
    {"address":"rhcs_image_mirror.nginx","mode":"managed","type":"rhcs_image_mirror","name":"nginx"}]}}}
"#,
    },
    check: Check::Elsewhere,
};
