//! `ignored-mirrors`: changes to mirrors that Terraform is told not to see.

use crate::diagnostic::Severity;
use crate::model::{Input, Mirror, TraceStep};

use super::{Check, Documentation, Fixability, Inputs, Outcome, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "ignored-mirrors",
    severity: Severity::Warning,
    inputs: Inputs::Configuration,
    fix: Fixability::None,
    summary: "`ignore_changes` covers `mirrors` or `type`, so that edits of them never reach the cluster",
    documentation: Documentation {
        what: "Looks for `mirrors`, `type` or `all` in `lifecycle.ignore_changes` of a mirror.",
        why: "What stands there is taken into account when the mirror is created and never again. An edit of the \
              list in a review looks like a change and is none, a mirror that was repaired by hand stays, and a \
              plan that says `No changes` says nothing about what the cluster pulls from.",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]

  lifecycle {
    ignore_changes = [mirrors]
  }
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx"]

  lifecycle {
    prevent_destroy = true
  }
}
"#,
    },
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> Outcome {
    let Some(resource) = mirror.resource() else {
        return Outcome::clean();
    };
    let ignored = resource.block.ignore_changes.iter().filter(|entry| covers(entry));
    let report = |entry: &TraceStep| {
        let text = &entry.text;
        RULE.finding_in_block(mirror, &format!("changes are ignored: {text}"))
            .at(entry.span, "edits of this have no effect")
            .note("Terraform uses the value for the creation of the mirror and never again")
            .help("take it out; a mirror that is changed outside of Terraform is better imported as it is")
    };
    Outcome {
        findings: ignored.map(report).collect(),
        undecided: None,
    }
}

/// Whether an entry of `ignore_changes` covers what a mirror is worth: `mirrors`, `mirrors[0]`, `type`, `all`.
fn covers(entry: &TraceStep) -> bool {
    let name = entry.text.split(['[', '.']).next().unwrap_or_default().trim();
    matches!(name, "mirrors" | "type" | "all")
}
