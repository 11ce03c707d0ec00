//! `node-rollout`: what a plan means for the nodes of a cluster.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Severity, pluralize};
use crate::model::{Action, Input, InputKinds, Mirror, MirrorChange, UnknownReasons};

use super::support::plan_changes::ChangeLabels as _;
use super::{Check, Fixability, Rule};

pub(super) static RULE: Rule = Rule {
    name: "node-rollout",
    severity: Severity::Info,
    inputs: InputKinds::PLAN,
    fix: Fixability::None,
    page: include_str!("node_rollout.md"),
    check: Check::PlanChanges(check),
};

fn check(input: &Input) -> Vec<Diagnostic> {
    let mut clusters: BTreeMap<String, Vec<&MirrorChange>> = BTreeMap::new();
    let mut unknown_clusters: BTreeMap<String, (UnknownReasons, Vec<&MirrorChange>)> = BTreeMap::new();
    for change in &input.changes().mirrors {
        let is_rollout =
            change.action.creates() || change.action.deletes() || change.action == Action::Update;
        let id = change
            .before
            .as_ref()
            .and_then(|before| before.cluster_id.value());
        let is_deleted = id
            .and_then(|id| input.changes().clusters.get(id))
            .is_some_and(|cluster| cluster.deleted);
        if !is_rollout || (is_deleted && change.action == Action::Delete) {
            continue;
        }
        let mirror = input.mirror(&change.address).filter(|_| !change.deposed);
        if let Some(unknown) = mirror.and_then(Mirror::unknown_cluster) {
            let group = unknown_clusters.entry(unknown.to_string());
            group.or_insert_with(|| (unknown, Vec::new())).1.push(change);
        } else {
            clusters
                .entry(cluster_name(input, change))
                .or_default()
                .push(change);
        }
    }
    let of_clusters = clusters
        .into_iter()
        .filter_map(|(cluster, changes)| report(input, &cluster, &changes));
    let of_unknown_clusters = unknown_clusters
        .values()
        .filter_map(|(unknown, changes)| report_unknown(input, unknown, changes));
    of_clusters.chain(of_unknown_clusters).collect()
}

/// Reports the changes to mirrors whose cluster is unknown for one reason: how many clusters they concern is unknown too.
fn report_unknown(input: &Input, unknown: &UnknownReasons, changes: &[&MirrorChange]) -> Option<Diagnostic> {
    let first = changes.first()?;
    let message = format!(
        "the plan changes {} ({}) of clusters that are not known, and replaces the workers of these clusters",
        pluralize(changes.len(), "image mirror"),
        parts(changes)
    );
    let finding = RULE
        .diagnostic(message)
        .at_change(input, first, "the first change");
    let mut finding = finding.note(format!("could not decide which clusters: {unknown}"));
    finding.help = unknown.help(input);
    Some(finding)
}

/// Names the cluster: by its address if it is in the plan, else by its id.
fn cluster_name(input: &Input, change: &MirrorChange) -> String {
    let sides = [&change.after, &change.before];
    let id = sides.iter().find_map(|side| {
        let id = &side.as_ref()?.cluster_id;
        id.value().filter(|_| !id.sensitive)
    });
    match (id, input.mirror(&change.address)) {
        (Some(id), _) => match input.changes().clusters.get(id) {
            Some(cluster) => cluster.address.to_string(),
            None => id.clone(),
        },
        (None, Some(mirror)) => mirror.cluster_name(),
        (None, None) => "a cluster".to_owned(),
    }
}

fn report(input: &Input, cluster: &str, changes: &[&MirrorChange]) -> Option<Diagnostic> {
    let first = changes.first()?;
    let message = format!(
        "the plan changes {} ({}), which replaces its workers",
        pluralize(changes.len(), "image mirror"),
        parts(changes)
    );
    let label = if changes.len() == 1 {
        "changed"
    } else {
        "the first change"
    };
    let finding = RULE.diagnostic(message).about(cluster);
    Some(finding.at_change(input, first, label))
}

/// Counts changes by what they do: `1 created, 2 deleted`.
fn parts(changes: &[&MirrorChange]) -> String {
    let part = |word: &str, is_part: &dyn Fn(Action) -> bool| {
        let number = changes.iter().filter(|change| is_part(change.action)).count();
        (number > 0).then(|| format!("{number} {word}"))
    };
    let parts: Vec<String> = [
        part("created", &|action| action == Action::Create),
        part("updated", &|action| action == Action::Update),
        part("replaced", &Action::replaces),
        part("deleted", &|action| action == Action::Delete),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(", ")
}
