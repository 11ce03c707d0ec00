//! `unused-suppression`: a suppression that is of no use. Reported where suppressions are kept.

use crate::diagnostic::Severity;

use super::{Check, Documentation, Fixability, Inputs, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    name: "unused-suppression",
    severity: Severity::Warning,
    inputs: Inputs::Written,
    fix: Fixability::Safe,
    summary: "a suppression that suppresses nothing, names no rule, or has expired",
    documentation: Documentation {
        what: "Looks for comments such as `# mirrorset: ignore[short-source]` under which no finding stands, which \
               name no rule that there is, or whose `until=` lies in the past. What could not be decided in this \
               run, and rules that were not run, are given the benefit of the doubt.",
        why: "A suppression that outlives its reason hides the next mistake at the same place, and nobody sees that \
              it does. This rule and `syntax-error` cannot be suppressed.",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx" # mirrorset: ignore[short-source] the registry completes it
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "nginx" # mirrorset: ignore[short-source] moved to its full name with the next release
  mirrors    = ["mirror.example.com/library/nginx"]
}
"#,
    },
    check: Check::Elsewhere,
};
