//! `too-many-entries`: more sources or mirrors than a cluster accepts.

use crate::diagnostic::Severity;
use crate::model::{AttributeValue, InputKinds, Mirror};

use super::support::cluster_index::ClusterMirrors;
use super::support::findings::MirrorLabels as _;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "too-many-entries",
    severity: Severity::Error,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("too_many_entries.md"),
    check: Check::MirrorInCluster(check),
};

/// The limit of sources in a cluster, and of mirrors of a source.
pub(super) const MAX_ENTRIES: usize = 255;

fn check(cluster: &ClusterMirrors<'_>, mirror: &Mirror) -> RuleOutcome {
    // The lists of other manifests have no limit.
    if mirror.address.manifest().is_some_and(|kind| !kind.is_hosted()) {
        return RuleOutcome::clean();
    }
    let mut outcome = RuleOutcome::clean();
    if cluster.source_ordinal(mirror) == Some(MAX_ENTRIES + 1) {
        let what = format!(
            "cluster {} has {} sources, but {MAX_ENTRIES} is the limit",
            mirror.cluster_name(),
            cluster.source_count()
        );
        outcome.findings.push(
            RULE.finding(mirror, &what)
                .at_attribute(mirror, &mirror.source, "the first source beyond the limit")
                .note(
                    "a HostedCluster accepts no more sources, so this one and the following ones are \
                     rejected",
                )
                .help("mirror a namespace or a registry instead of its repositories"),
        );
    }
    match &mirror.mirrors.content {
        AttributeValue::Known(list) if list.len() > MAX_ENTRIES => {
            let what = format!(
                "mirrors has {} elements, but {MAX_ENTRIES} is the limit",
                list.len()
            );
            outcome.findings.push(
                RULE.finding(mirror, &what)
                    .at_attribute(mirror, &mirror.mirrors, "too many mirrors")
                    .note("a HostedCluster accepts no more mirrors of a source")
                    .help("remove the mirrors that are not needed"),
            );
        }
        AttributeValue::Unknown(unknown) => outcome.undecided = Some(unknown.clone()),
        AttributeValue::Known(_) | AttributeValue::Absent => {}
    }
    outcome
}
