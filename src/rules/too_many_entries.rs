//! `too-many-entries`: more sources or mirrors than a cluster takes.

use crate::diagnostic::Severity;
use crate::model::{AttributeValue, Mirror};
use crate::provider::limits::MAX_LIST_ITEMS;

use super::{AtAttribute as _, Check, Documentation, Entries, Fixability, Inputs, Outcome, Rule};

/// The rule.
pub(super) static RULE: Rule = Rule {
    name: "too-many-entries",
    severity: Severity::Error,
    inputs: Inputs::All,
    fix: Fixability::None,
    summary: "over 255 sources in a cluster, or over 255 mirrors of a source",
    documentation: Documentation {
        what: "Counts the sources of a cluster and the mirrors of a source. What is unknown counts too, as \
               long as it is known how many there are. Of manifests, a HostedCluster alone has these limits.",
        why: "A HostedCluster takes 255 sources and 255 mirrors of each (hypershift, \
              `hostedcluster_types.go`: `MaxItems`). The service has a limit of its own, which is not published; \
              that of its sibling on Azure is 252.",
        failing: r#"
resource "rhcs_image_mirror" "team" {
  count      = 256
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/team-${count.index}"
  mirrors    = ["mirror.example.com/team-${count.index}"]
}
"#,
        passing: r#"
resource "rhcs_image_mirror" "team" {
  count      = 255
  cluster_id = "2lbbrpgkocgajphhqee7vku1pgd4qsge"
  source     = "quay.io/team-${count.index}"
  mirrors    = ["mirror.example.com/team-${count.index}"]
}
"#,
    },
    check: Check::Entry(check),
};

fn check(entries: &Entries<'_>, mirror: &Mirror) -> Outcome {
    // The lists of the other manifests have no limit.
    if mirror.address.manifest().is_some_and(|kind| !kind.is_hosted()) {
        return Outcome::clean();
    }
    let mut outcome = Outcome::clean();
    if entries.number(mirror) == Some(MAX_LIST_ITEMS + 1) {
        let what = format!(
            "cluster {} has {} sources, and takes {MAX_LIST_ITEMS}",
            mirror.cluster_name(),
            entries.sources()
        );
        outcome.findings.push(
            RULE.finding(mirror, &what)
                .at_attribute(mirror, &mirror.source, "one more than it takes")
                .note("a HostedCluster takes no more, so mirrors from here on are refused")
                .help("mirror a namespace or a registry in place of its repositories"),
        );
    }
    match &mirror.mirrors.content {
        AttributeValue::Known(list) if list.len() > MAX_LIST_ITEMS => {
            let what = format!(
                "mirrors has {} elements, and {MAX_LIST_ITEMS} are taken",
                list.len()
            );
            outcome.findings.push(
                RULE.finding(mirror, &what)
                    .at_attribute(mirror, &mirror.mirrors, "more than a source may have")
                    .note("a HostedCluster takes no more")
                    .help("keep the mirrors that are meant to be asked"),
            );
        }
        AttributeValue::Unknown(unknown) => outcome.undecided = Some(unknown.clone()),
        AttributeValue::Known(_) | AttributeValue::Absent => {}
    }
    outcome
}
