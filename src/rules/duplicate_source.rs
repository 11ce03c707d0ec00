//! `duplicate-source`: two mirrors of one cluster with the same source.

use crate::cluster_mirrors::{DUPLICATE_SOURCE, duplicate_source};
use crate::diagnostic::Severity;
use crate::model::{InputKinds, Mirror};

use super::support::cluster_index::IndexedCluster;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: DUPLICATE_SOURCE,
    severity: Severity::Error,
    inputs: InputKinds::TERRAFORM,
    fix: Fixability::None,
    page: include_str!("duplicate_source.md"),
    check: Check::MirrorInCluster(check),
};

fn check(cluster: &IndexedCluster<'_>, mirror: &Mirror) -> RuleOutcome {
    let Some(source) = mirror.source.value() else {
        return RuleOutcome::without_value(&mirror.source);
    };
    if mirror.unknown_cluster().is_some() {
        return RuleOutcome::from_unknown(cluster.ambiguous_cluster(mirror, [source]));
    }
    let same = cluster.with_same_source().iter();
    let mut earlier = same.take_while(|other| other.address != mirror.address);
    let certain = earlier.clone().find(|other| other.unknown_instances().is_none());
    match (earlier.next(), certain, mirror.unknown_instances()) {
        (None, ..) => RuleOutcome::clean(),
        (Some(_), Some(first), None) => RuleOutcome::finding(duplicate_source(mirror, first)),
        // Of two blocks with an unknown number of instances, possibly only one has any.
        (Some(first), _, unknown) => {
            RuleOutcome::from_unknown(unknown.or(first.unknown_instances()).cloned())
        }
    }
}
