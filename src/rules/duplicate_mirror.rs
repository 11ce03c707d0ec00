//! `duplicate-mirror`: one mirror twice in a list.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::model::{Attribute, Input, ManifestKind, Mirror};

use super::offer::Offer as _;
use super::{AtAttribute as _, Check, Documentation, Fixability, Inputs, Outcome, Rule, names};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "duplicate-mirror",
    severity: Severity::Error,
    inputs: Inputs::All,
    fix: Fixability::Safe,
    summary: "one mirror stands twice in `mirrors`, which the cluster takes for a set",
    documentation: Documentation {
        what: "Looks for an element of `mirrors` that stands in the list before.",
        why: "The provider has a list, but the HostedCluster and the ImageDigestMirrorSet have sets, whose \
              API servers refuse an element that occurs twice (hypershift, `hostedcluster_types.go`; openshift/api, \
              `types_image_digest_mirror_set.go`: `listType=set`). An ImageContentSourcePolicy has a list, of which \
              the machine config operator keeps each mirror once: there it is a warning.",
        failing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx", "mirror.example.com/library/nginx"]
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "nginx" {
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "docker.io/library/nginx"
  mirrors    = ["mirror.example.com/library/nginx", "backup.example.com/library/nginx"]
}
"#,
    },
    check: Check::Mirror(check),
};

fn check(_: &Input, mirror: &Mirror) -> Outcome {
    let mut seen: BTreeMap<&str, &Attribute<String>> = BTreeMap::new();
    names::each_mirror(mirror, |_, element, text| {
        // An empty one is `empty-mirrors`', each time.
        if text.is_empty() {
            return Outcome::clean();
        }
        let Some(first) = seen.get(text) else {
            seen.insert(text, element);
            return Outcome::clean();
        };
        let mut finding = RULE
            .finding(
                mirror,
                &format!("mirror {} stands twice in the list", element.shown()),
            )
            .at_attribute(mirror, element, "the same mirror again")
            .compared_with(element, first, "first here");
        let note = if mirror.address.manifest().is_none_or(ManifestKind::has_sets) {
            "the cluster takes the list for a set, and refuses it as a whole"
        } else {
            finding.severity = Severity::Warning;
            "the nodes get it once, and maybe in another order than that of the list"
        };
        Outcome::found(finding.note(note).remove(element, "take one of the two out"))
    })
}
