//! `empty-mirrors`: a list without mirrors, or with an empty one.

use crate::diagnostic::Severity;
use crate::model::{AttributeValue, Input, Mirror};

use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "empty-mirrors",
    severity: Severity::Error,
    inputs: Inputs::All,
    fix: Fixability::None,
    summary: "`mirrors` is empty, or has an empty string in it",
    documentation: Documentation {
        what: "Looks for `mirrors = []`, and for an empty string among the mirrors. In a manifest, where the \
               list may be left out, an entry without mirrors is a warning.",
        why: "The provider refuses an empty list when it plans (`listvalidator.SizeAtLeast(1)`). It does not \
              look at the elements, so an empty string goes as far as the cluster, whose ImageDigestMirrorSet \
              refuses it, and the machine config operator makes no configuration for new nodes, so that workers \
              which are added or replaced do not join (openshift/api, `types_image_digest_mirror_set.go`; before \
              that check an empty mirror left nodes unready, openshift/machine-config-operator#2969). An entry of a manifest without mirrors is accepted and passed \
              over (openshift/runtime-utils, `mirrorsContainsARealMirror`).",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = []
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

/// Whether an entry names no mirrors at all.
fn is_left_out(mirror: &Mirror) -> bool {
    match &mirror.mirrors.content {
        AttributeValue::Absent => true,
        AttributeValue::Known(list) => list.is_empty(),
        AttributeValue::Unknown(_) => false,
    }
}

fn check(_: &Input, mirror: &Mirror) -> Outcome {
    if mirror.resource().is_none() && is_left_out(mirror) {
        let mut finding = RULE
            .finding(mirror, "there are no mirrors")
            .at_attribute(mirror, &mirror.mirrors, "at least one is needed")
            .note("the nodes pass the entry over")
            .help("name a mirror, or take the entry out");
        // The API server takes it.
        finding.severity = Severity::Warning;
        return Outcome::found(finding);
    }
    if mirror.mirrors.value().is_some_and(Vec::is_empty) {
        return Outcome::found(
            RULE.finding(mirror, "mirrors is empty")
                .at_attribute(mirror, &mirror.mirrors, "at least one is needed")
                .note("the provider refuses an empty list")
                .help("name a mirror, or take the resource out"),
        );
    }
    names::each_mirror(mirror, |index, element, text| {
        if !text.is_empty() {
            return Outcome::clean();
        }
        Outcome::found(
            RULE.finding(mirror, &format!("mirrors[{index}] is an empty string"))
                .at_attribute(mirror, element, "names no place")
                .note(names::refusal(mirror))
                .help("name a mirror, or take the element out"),
        )
    })
}
