//! `too-many-entries`: more sources or mirrors than a cluster accepts.

use crate::cluster_mirrors::TOO_MANY_ENTRIES;
use crate::diagnostic::Severity;
use crate::model::{AttributeValue, InputKinds, Mirror, MirrorLabels as _};
use registries_conf::{MAX_MIRRORS_PER_SOURCE, MAX_SOURCES};

use super::support::cluster_index::IndexedCluster;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: TOO_MANY_ENTRIES,
    severity: Severity::Error,
    inputs: InputKinds::DECLARED,
    fix: Fixability::None,
    page: include_str!("too_many_entries.md"),
    check: Check::MirrorInCluster(check),
};

fn check(cluster: &IndexedCluster<'_>, mirror: &Mirror) -> RuleOutcome {
    // The lists of other manifests have no limit.
    if mirror.address.manifest().is_some_and(|kind| !kind.is_hosted()) {
        return RuleOutcome::clean();
    }
    let mut outcome = RuleOutcome::clean();
    if cluster.source_count() > MAX_SOURCES && cluster.source_ordinal(mirror) == Some(MAX_SOURCES + 1) {
        let what = format!(
            "cluster {} has {} sources, but {MAX_SOURCES} is the limit",
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
        AttributeValue::Known(list) if list.len() > MAX_MIRRORS_PER_SOURCE => {
            let what = format!(
                "mirrors has {} elements, but {MAX_MIRRORS_PER_SOURCE} is the limit",
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
        AttributeValue::Known(_) | AttributeValue::Absent => {
            outcome.undecided = cluster.ambiguous_source_count(mirror, MAX_SOURCES);
        }
    }
    outcome
}
