//! `unmatchable-source`: a source in a form that no image reference has.

use crate::diagnostic::Severity;
use crate::model::{Input, Mirror};
use registries_conf::{self, UnmatchableReason};

use super::offer::Offer as _;
use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "unmatchable-source",
    severity: Severity::Error,
    inputs: Inputs::All,
    fix: Fixability::SafeOrUnsafe,
    summary: "`source` is written in a form that no image reference has, so it never matches",
    documentation: Documentation {
        what: "Looks for a `source` that keeps to the schema and matches nothing: an official image without \
               `library/` (`docker.io/nginx`), the old host `index.docker.io`, an upper-case letter in the host, or \
               the port of HTTPS (`quay.io:443`).",
        why: "The container runtime puts image references in full before it looks for a mirror, and compares \
              them with sources as they are written, letter by letter: `nginx` becomes `docker.io/library/nginx`, \
              which does not begin with `docker.io/nginx`. The mirror is never used: every pull goes to the public \
              registry, and fails where that is out of reach (containers/image, `sysregistriesv2`; \
              containers-registries.conf(5)).",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/nginx"
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
    let source = match names::source(mirror) {
        Ok(source) => source,
        Err(outcome) => return outcome,
    };
    // A source without a host is `short-source`'s.
    let Some(found) =
        registries_conf::find_match_issue(source).filter(|found| found.reason != UnmatchableReason::NoHost)
    else {
        return Outcome::clean();
    };
    let finding = RULE
        .finding(mirror, &format!("source {} {}", mirror.source.shown(), found.reason))
        .at_attribute(mirror, &mirror.source, "matches no image reference")
        .note("the runtime compares image references in full with sources as they are: this mirror is never used");
    Outcome::found(finding.offer(
        &mirror.source,
        found.suggestion.as_ref(),
        "write the name as image references have it in full",
    ))
}
