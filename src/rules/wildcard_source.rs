//! `wildcard-source`: a source for all subdomains of a host.

use crate::diagnostic::Severity;
use crate::model::{Input, Mirror};
use registries_conf::Location;

use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "wildcard-source",
    severity: Severity::Warning,
    inputs: Inputs::All,
    fix: Fixability::None,
    summary: "`source` is a wildcard, whose images lose their subdomain at the mirror",
    documentation: Documentation {
        what: "Looks for a `source` of the form `*.host`.",
        why: "The runtime replaces the whole host by the mirror, subdomain included: with `*.example.com` \
              mirrored to `mirror.example.org`, `a.example.com/app` and `b.example.com/app` are both looked for as \
              `mirror.example.org/app`. The host itself, `example.com`, is not matched at all. And where an insecure \
              or blocked registry lies under the wildcard, the machine config operator makes no configuration any \
              more (openshift/runtime-utils, `mirrorsAdjustedForNestedScope`; containers/image, \
              `refMatchingSubdomainPrefix`).",
        failing: r#"
resource "rhcs_image_mirror" "all" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "*.example.com"
  mirrors    = ["mirror.example.org"]
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "all" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "a.example.com"
  mirrors    = ["mirror.example.org/a"]
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
    if !Location::parse(source).is_some_and(|name| name.is_wildcard) {
        return Outcome::clean();
    }
    let finding = RULE
        .finding(mirror, &format!("source {} is a wildcard", mirror.source.shown()))
        .at_attribute(mirror, &mirror.source, "all subdomains, without their names")
        .note(
            "at the mirror the subdomain is gone, so that equal names of two subdomains are one; the host itself is \
             not matched",
        )
        .help("declare a mirror for each host that images come from");
    Outcome::found(finding)
}
