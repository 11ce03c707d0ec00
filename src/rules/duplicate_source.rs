//! `duplicate-source`: two mirrors of one cluster with the same source.

use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{InputKinds, Mirror};

use super::support::cluster_index::ClusterMirrors;
use super::support::findings::MirrorLabels as _;
use super::support::source_names;
use super::{Check, Fixability, Rule, RuleOutcome};

pub(super) static RULE: Rule = Rule {
    name: "duplicate-source",
    severity: Severity::Error,
    inputs: InputKinds::TERRAFORM,
    fix: Fixability::None,
    page: include_str!("duplicate_source.md"),
    check: Check::MirrorInCluster(check),
};

fn check(cluster: &ClusterMirrors<'_>, mirror: &Mirror) -> RuleOutcome {
    let Some(source) = mirror.source.value() else {
        return RuleOutcome::without_value(&mirror.source);
    };
    let source = source_names::canonical_source(source);
    if let Some(unknown) = cluster.ambiguous_cluster(mirror, &source) {
        return RuleOutcome::undecided(unknown);
    }
    let same = cluster.with_source(&source).iter();
    let mut earlier = same.take_while(|other| other.address != mirror.address);
    let certain = earlier.clone().find(|other| other.instances.is_none());
    match (earlier.next(), certain, &mirror.instances) {
        (None, ..) => RuleOutcome::clean(),
        (Some(_), Some(first), None) => RuleOutcome::finding(report(mirror, first)),
        // Of two blocks with an unknown number of instances, possibly only one has any.
        (Some(first), _, instances) => {
            RuleOutcome::from_unknown(instances.as_ref().or(first.instances.as_ref()).cloned())
        }
    }
}

/// Reports the second of two mirrors with the same or an equivalent source.
#[must_use]
pub fn report(second: &Mirror, first: &Mirror) -> Diagnostic {
    let shown = second.source.shown();
    let other = if source_names::may_be_compared(&second.source, &first.source) {
        first.address.to_string()
    } else {
        "another mirror".to_owned()
    };
    let is_equal = second.source.value() == first.source.value();
    let what = if is_equal {
        format!("source {shown} is also the source of {other}, on the same cluster")
    } else {
        let same = first.source.shown();
        format!("source {shown} is equivalent to {same} of {other}, on the same cluster")
    };
    let finding = RULE
        .finding(second, &what)
        .at_attribute(second, &second.source, "the same source again")
        .compared_with(&second.source, &first.source, "first here");
    let note = if is_equal {
        "a source must be unique in a cluster: the OCM API rejects the second one (HTTP 400)"
    } else {
        "a source must be unique in a cluster: when both are written in full, the OCM API rejects the \
         second one (HTTP 400)"
    };
    finding
        .note(note)
        .help("declare all mirrors of a source in one list")
}
