//! `local-mirror`: a mirror that is the node itself.

use crate::diagnostic::Severity;
use crate::model::{Input, Mirror};
use registries_conf::{Role, SuggestionApplicability, diagnose, is_loopback};

use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "local-mirror",
    severity: Severity::Error,
    inputs: Inputs::All,
    fix: Fixability::None,
    summary: "a mirror is the node itself: `localhost` or a loopback address",
    documentation: Documentation {
        what: "Looks for an element of `mirrors` whose host is `localhost`, an address in `127.0.0.0/8`, or \
               `::1`.",
        why: "It is the node that pulls, so such a mirror is the node itself, where no registry listens. \
              What works on a workstation is a refused connection on every worker.",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["localhost:5000/library/nginx"]
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
    names::each_mirror(mirror, |_, element, text| {
        // Behind a scheme it is the node as well.
        let repaired = diagnose(text, Role::Mirror).suggest_name_up_to(SuggestionApplicability::Unsafe);
        if !is_loopback(text) && !repaired.is_some_and(|repair| is_loopback(&repair.name)) {
            return Outcome::clean();
        }
        Outcome::found(
            RULE.finding(mirror, &format!("mirror {} is the node itself", element.shown()))
                .at_attribute(mirror, element, "each worker asks itself")
                .note("no registry listens on the workers")
                .help("name the registry by the host that the workers reach it at"),
        )
    })
}
