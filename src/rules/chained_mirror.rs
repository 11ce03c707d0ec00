//! `chained-mirror`: a mirror that is itself the source of another entry.

use crate::diagnostic::Severity;
use crate::model::{InputKinds, Mirror, MirrorLabels as _};

use super::support::cluster_index::IndexedCluster;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "chained-mirror",
    severity: Severity::Warning,
    inputs: InputKinds::ALL,
    fix: Fixability::None,
    page: include_str!("chained_mirror.md"),
    check: Check::MirrorInCluster(check),
};

fn check(cluster: &IndexedCluster<'_>, mirror: &Mirror) -> RuleOutcome {
    RuleOutcome::of_each_mirror(mirror, |_, element, text| {
        // The source itself as a mirror is reported by `self-mirror`.
        let is_own_source = mirror.source.value().is_some_and(|source| source == text);
        let others = cluster.with_source(text).iter();
        let mut others = others.filter(|other| {
            !is_own_source && other.address != mirror.address && !other.is_table_without_mirrors()
        });
        let Some(first) = others.next() else {
            let unknown = cluster
                .ambiguous_cluster(mirror, [text])
                .filter(|_| !is_own_source);
            return RuleOutcome::from_unknown(unknown);
        };
        let other = std::iter::once(first)
            .chain(others)
            .find(|other| other.unknown_instances().is_none());
        let Some(other) = other else {
            return RuleOutcome::from_unknown(first.unknown_instances().cloned());
        };
        let owner = if element.may_be_compared_with(&other.source) {
            other.address.to_string()
        } else {
            "another mirror".to_owned()
        };
        let finding = RULE
            .finding(
                mirror,
                &format!("mirror {} is the source of {owner}", element.describe()),
            )
            .at_attribute(
                mirror,
                element,
                "images are pulled from here, not from the mirrors of this registry",
            )
            .compared_with(element, &other.source, "the source of another mirror");
        RuleOutcome::finding(
            finding
                .note(
                    "the container runtime does not follow mirrors: it selects an entry once, by the image \
                     name in the pod",
                )
                .help(format!(
                    "if the mirrors of that entry should also serve {}, add them to this list",
                    mirror.source.describe()
                )),
        )
    })
}
