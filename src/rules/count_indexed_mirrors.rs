//! `count-indexed-mirrors`: mirrors that are told apart by their place in a list.

use crate::diagnostic::Severity;
use crate::model::{Input, Mirror};

use super::{Check, Documentation, Fixability, Inputs, Outcome, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "count-indexed-mirrors",
    severity: Severity::Warning,
    inputs: Inputs::Configuration,
    fix: Fixability::None,
    summary: "`count` takes the sources out of a list, so that taking one out replaces the mirrors behind it",
    documentation: Documentation {
        what: "Looks for `count` with a `source` that is taken out of a list by `count.index`, in the block itself \
               or in a module call around it.",
        why: "Terraform knows such mirrors by their place. When a source is taken out of the list, all behind it \
              move up by one, and since `source` cannot change in place, every one of them is deleted and created \
              anew: for a while there is no mirror, and the workers of the cluster are replaced. With `for_each` \
              a mirror is known by its source.",
        failing: r#"
variable "sources" {
  type    = list(string)
  default = ["docker.io/library/nginx", "docker.io/library/redis"]
}

resource "rhcs_image_mirror" "all" {
  count      = length(var.sources)
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = var.sources[count.index]
  mirrors    = ["mirror.example.com/${var.sources[count.index]}"]
}
"#,
        passing: r#"
variable "sources" {
  type    = list(string)
  default = ["docker.io/library/nginx", "docker.io/library/redis"]
}

resource "rhcs_image_mirror" "all" {
  for_each   = toset(var.sources)
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = each.key
  mirrors    = ["mirror.example.com/${each.key}"]
}
"#,
    },
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> Outcome {
    let Some(resource) = mirror.resource() else {
        return Outcome::clean();
    };
    let Some(span) = resource.block.count_index else {
        return Outcome::clean();
    };
    Outcome::found(
        RULE.finding_in_block(mirror, "the mirrors are told apart by their place in a list")
            .at(span, "taken by its place")
            .note(
                "when a source is taken out of the list, every mirror behind it is deleted and created anew",
            )
            .help(
                "write `for_each = toset(…)` and `each.key`; `moved` blocks keep the mirrors that there are",
            ),
    )
}
