//! `self-mirror`: a source among its own mirrors.

use crate::diagnostic::Severity;
use crate::model::{Input, Mirror};
use registries_conf::SourcePolicy;

use super::offer::Offer as _;
use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "self-mirror",
    severity: Severity::Warning,
    inputs: Inputs::All,
    fix: Fixability::Safe,
    summary: "the source stands among its own mirrors",
    documentation: Documentation {
        what: "Looks for an element of `mirrors` that is the `source` itself.",
        why: "The source is always tried last, so naming it gives nothing. Before other mirrors it is asked \
              first, and they are used only where it fails; alone, the whole entry is passed over \
              (openshift/runtime-utils, `mirrorsContainsARealMirror`, `topo.go`).",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["docker.io/library/nginx", "mirror.example.com/library/nginx"]
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
    // Then it is `conflicting-policy`'s.
    if mirror.policy.value() == Some(&SourcePolicy::NeverContact) {
        return Outcome::clean();
    }
    let length = mirror.mirrors.value().map_or(0, Vec::len);
    let mut met = false;
    names::each_mirror(mirror, |index, element, text| {
        let source = match names::source(mirror) {
            Ok(source) => source,
            Err(outcome) => return outcome,
        };
        // A second time it is `duplicate-mirror`'s.
        if text.is_empty() || text != source || met {
            return Outcome::clean();
        }
        met = true;
        let finding = RULE
            .finding(mirror, &format!("source {} is its own mirror", element.shown()))
            .at_attribute(mirror, element, "the source itself")
            .compared_with(element, &mirror.source, "the source");
        if is_alone(mirror, source) {
            return Outcome::found(
                finding
                    .note("without another mirror the nodes pass the entry over")
                    .help(format!("name a mirror, or take {} out", names::whole(mirror))),
            );
        }
        let note = if index + 1 == length {
            "the source is always tried last, whether or not it is named"
        } else {
            "it is tried before the mirrors behind it, which are used only where the source fails"
        };
        Outcome::found(finding.note(note).remove(element, "take it out of the list"))
    })
}

/// Whether there is surely no other mirror.
fn is_alone(mirror: &Mirror, source: &str) -> bool {
    let mut elements = mirror.mirrors.value().into_iter().flatten();
    elements.all(|element| element.value().is_some_and(|text| text == source))
}
